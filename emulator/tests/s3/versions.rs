//! Versions of objects against a model that keeps a list for each key.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wavetank_emulator::s3::{
    DeleteObject, DeleteObjects, GetObject, ListObjectVersions, PutBucketVersioning, PutObject,
    PutObjectRequest, dto, input,
};
use wavetank_emulator::{ErrorCode, Storage};

use super::files::{self, SMALL_BYTES_MAX};
use super::lake::Lake;
use super::server::{BUCKET, NOW};

const KEYS: [&str; 4] = ["a", "a/b", "b", "é"];

/// The bucket keeps versions, or has kept them once, or never has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Keeping {
    #[default]
    Never,
    Enabled,
    Suspended,
}

#[derive(Debug, Clone)]
enum Step {
    Put(usize, usize),
    Delete(usize),
    /// Of one of the versions that the key has, counted from the newest.
    DeleteVersion(usize, usize),
    Keep(Keeping),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    id: String,
    /// None in a delete marker.
    content: Option<Vec<u8>>,
}

/// What a bucket holds: the versions of each key, newest first.
#[derive(Debug, Default)]
struct Model {
    keeping: Keeping,
    keys: BTreeMap<&'static str, Vec<Version>>,
}

impl Model {
    /// A new version comes before those that stay.
    fn push(&mut self, key: &'static str, id: &str, content: Option<Vec<u8>>) {
        let versions = self.keys.entry(key).or_default();
        match self.keeping {
            Keeping::Never => versions.clear(),
            Keeping::Enabled => assert!(versions.iter().all(|version| version.id != id), "{id} is new"),
            Keeping::Suspended => versions.retain(|version| version.id != "null"),
        }
        versions.insert(0, Version { id: id.to_owned(), content });
    }

    /// Every version in the order of a listing: key, id, content, and whether it is the newest.
    fn listing(&self) -> Vec<(String, String, Option<usize>, bool)> {
        let of_key = |(key, versions): (&&str, &Vec<Version>)| {
            let shown = versions.iter().enumerate().map(|(at, version)| {
                let size = version.content.as_ref().map(Vec::len);
                ((*key).to_owned(), version.id.clone(), size, at == 0)
            });
            shown.collect::<Vec<_>>()
        };
        self.keys.iter().flat_map(of_key).collect()
    }

    fn files(&self) -> usize {
        let contents = self.keys.values().flatten().filter_map(|version| version.content.as_ref());
        contents.filter(|content| content.len() > SMALL_BYTES_MAX).count()
    }
}

/// Does a step on both, and compares what is answered.
fn step(lake: &Lake, model: &mut Model, step: &Step, number: usize) {
    match *step {
        Step::Put(key, size) => {
            let content = vec![(number % 251) as u8; size];
            let request = PutObjectRequest::new(BUCKET, KEYS[key], content.clone());
            let answer = lake.0.call::<PutObject>(NOW, request).unwrap().output;
            assert_eq!(answer.version_id.is_some(), model.keeping == Keeping::Enabled);
            model.push(KEYS[key], answer.version_id.as_deref().unwrap_or("null"), Some(content));
        }
        Step::Delete(key) => {
            let request = input::delete_object(BUCKET, KEYS[key]);
            let answer = lake.0.call::<DeleteObject>(NOW, request).unwrap();
            match model.keeping {
                Keeping::Never => {
                    assert_eq!((answer.delete_marker, answer.version_id), (None, None));
                    model.keys.remove(KEYS[key]);
                }
                _ => {
                    assert_eq!(answer.delete_marker, Some(true));
                    model.push(KEYS[key], &answer.version_id.unwrap(), None);
                }
            }
        }
        Step::DeleteVersion(key, at) => {
            let Some(versions) = model.keys.get_mut(KEYS[key]).filter(|versions| !versions.is_empty()) else {
                return;
            };
            let gone = versions.remove(at % versions.len());
            let request = dto::DeleteObjectInput {
                version_id: Some(gone.id.clone()),
                ..input::delete_object(BUCKET, KEYS[key])
            };
            let answer = lake.0.call::<DeleteObject>(NOW, request).unwrap();
            assert_eq!(answer.delete_marker, gone.content.is_none().then_some(true));
        }
        Step::Keep(keeping) => {
            let status = match keeping {
                Keeping::Never => return,
                Keeping::Enabled => dto::BucketVersioningStatus::ENABLED,
                Keeping::Suspended => dto::BucketVersioningStatus::SUSPENDED,
            };
            keep(lake, status);
            model.keeping = keeping;
        }
    }
}

fn keep(lake: &Lake, status: &'static str) {
    let status = Some(dto::BucketVersioningStatus::from_static(status));
    let request = dto::PutBucketVersioningInput::builder().bucket(BUCKET.to_owned());
    let request =
        request.versioning_configuration(dto::VersioningConfiguration { status, ..Default::default() });
    lake.0.call::<PutBucketVersioning>(NOW, request.build().unwrap()).unwrap();
}

/// What a page of versions has, markers among them, in order of key and then as they were answered.
fn page_of(lake: &Lake, request: &dto::ListObjectVersionsInput) -> dto::ListObjectVersionsOutput {
    lake.0.call::<ListObjectVersions>(NOW, request.clone()).unwrap()
}

/// The listing by pages of one entry, which tells the order in which versions and markers come.
fn listing(lake: &Lake) -> Vec<(String, String, Option<usize>, bool)> {
    let mut request =
        dto::ListObjectVersionsInput { bucket: BUCKET.to_owned(), max_keys: Some(1), ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = page_of(lake, &request);
        for version in page.versions.into_iter().flatten() {
            let size = version.size.map(|size| size as usize);
            found.push((version.key.unwrap(), version.version_id.unwrap(), size, version.is_latest.unwrap()));
        }
        for marker in page.delete_markers.into_iter().flatten() {
            found.push((marker.key.unwrap(), marker.version_id.unwrap(), None, marker.is_latest.unwrap()));
        }
        if page.is_truncated != Some(true) {
            return found;
        }
        (request.key_marker, request.version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
    }
}

/// What is read of each key and each version.
fn check_contents(lake: &Lake, model: &Model) {
    for key in KEYS {
        let newest = model.keys.get(key).and_then(|versions| versions.first());
        match (lake.get(key), newest.and_then(|version| version.content.as_ref())) {
            (Ok(found), Some(expected)) => assert!(found == *expected, "{key}"),
            (Err(error), None) => assert_eq!(error.code, ErrorCode::NoSuchKey),
            (found, _) => panic!("{key}: {found:?}"),
        }
    }
    for (key, version) in model.keys.iter().flat_map(|(key, versions)| versions.iter().map(move |v| (key, v)))
    {
        let request =
            dto::GetObjectInput { version_id: Some(version.id.clone()), ..input::get_object(BUCKET, *key) };
        match (lake.0.call::<GetObject>(NOW, request), &version.content) {
            (Ok(found), Some(expected)) => assert!(found.into_bytes().unwrap() == *expected, "{key}"),
            (Err(error), None) => assert_eq!(error.code, ErrorCode::MethodNotAllowed),
            (Ok(_), None) => panic!("a delete marker of {key} is read"),
            (Err(error), Some(_)) => panic!("{key}: {error}"),
        }
    }
    let current = |versions: &Vec<Version>| versions.first().is_some_and(|newest| newest.content.is_some());
    let keys: Vec<&str> =
        model.keys.iter().filter(|(_, versions)| current(versions)).map(|(key, _)| *key).collect();
    assert_eq!(lake.keys(2), keys);
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop::sample::select(vec![0usize, 1, 100, 20_000]);
    let one = prop_oneof![
        4 => (0..KEYS.len(), size).prop_map(|(key, size)| Step::Put(key, size)),
        2 => (0..KEYS.len()).prop_map(Step::Delete),
        3 => (0..KEYS.len(), 0..8usize).prop_map(|(key, at)| Step::DeleteVersion(key, at)),
        2 => prop::sample::select(vec![Keeping::Enabled, Keeping::Enabled, Keeping::Suspended]).prop_map(Step::Keep),
    ];
    prop::collection::vec(one, 0..40)
}

fn check(storage: Storage, steps: &[Step]) {
    let directory = storage.directory().map(std::path::Path::to_owned);
    let lake = Lake::open(storage);
    let mut model = Model::default();
    for (number, one) in steps.iter().enumerate() {
        step(&lake, &mut model, one, number);
        assert_eq!(listing(&lake), model.listing(), "after step {number}, {one:?}");
    }
    check_contents(&lake, &model);
    if let Some(directory) = directory {
        assert_eq!(files::bodies(&directory).len(), model.files());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn listing_and_contents_of_versions_are_those_of_the_model(steps in steps()) {
        check(Storage::Memory, &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn files_of_versions_go_with_them(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        check(Storage::Scratch(folder.path().to_owned()), &steps);
    }
}

#[test]
fn bucket_is_emptied_by_deleting_each_page_of_versions_before_the_next_is_asked_for() {
    let lake = Lake::open(Storage::Memory);
    keep(&lake, dto::BucketVersioningStatus::ENABLED);
    for number in 0..25 {
        lake.put("key", vec![number; 10]);
    }
    lake.put("other", "x");
    let mut request =
        dto::ListObjectVersionsInput { bucket: BUCKET.to_owned(), max_keys: Some(10), ..Default::default() };
    loop {
        let page = page_of(&lake, &request);
        let objects = page.versions.into_iter().flatten().map(|version| dto::ObjectIdentifier {
            key: version.key.unwrap(),
            version_id: version.version_id,
            ..Default::default()
        });
        let delete = dto::Delete { objects: objects.collect(), quiet: None };
        let delete =
            dto::DeleteObjectsInput::builder().bucket(BUCKET.to_owned()).delete(delete).build().unwrap();
        lake.0.call::<DeleteObjects>(NOW, delete).unwrap();
        if page.is_truncated != Some(true) {
            break;
        }
        (request.key_marker, request.version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
    }
    assert_eq!(listing(&lake), []);
}
