//! What the engine's ports promise, tried on everything that implements them.

use std::sync::Arc;

use bytes::Bytes;
use wavetank_emulator::s3::{CreateBucket, CreateBucketRequest};
use wavetank_emulator::{Emulator, Identity, Storage};
use wavetank_engine::ports::ObjectStore;

use super::{BucketStore, LocalFolder, Services};
use crate::clock::VirtualClock;
use crate::conform::memory::Objects;

fn check_object_store(store: &mut dyn ObjectStore) {
    let body = |text: &'static str| Bytes::from(text);
    assert_eq!(store.get("a/b").unwrap(), None);
    assert!(store.list("").unwrap().is_empty());
    // Deleting what is not there is not an error.
    store.delete("a/b").unwrap();
    for key in ["a/10", "a/2", "a/b/c", "ab", "b"] {
        store.put(key, body("first")).unwrap();
    }
    store.put("a/2", body("second, and longer")).unwrap();
    assert_eq!(store.get("a/2").unwrap(), Some(body("second, and longer")));
    assert_eq!(store.get("a/10").unwrap(), Some(body("first")));
    // Byte order, and prefixes are of text, not of folders.
    assert_eq!(store.list("a/").unwrap(), ["a/10", "a/2", "a/b/c"]);
    assert_eq!(store.list("a").unwrap(), ["a/10", "a/2", "a/b/c", "ab"]);
    store.delete("a/2").unwrap();
    assert_eq!(store.get("a/2").unwrap(), None);
    store.put("empty", Bytes::new()).unwrap();
    assert_eq!(store.get("empty").unwrap(), Some(Bytes::new()));
}

#[test]
fn memory_is_an_object_store() {
    check_object_store(&mut Objects::default());
}

#[test]
fn bucket_is_an_object_store() {
    let emulator = Arc::new(Emulator::open(Storage::Memory, Identity::default()).unwrap());
    let services = Services { emulator, clock: VirtualClock::at(0) };
    services.call::<CreateBucket>(CreateBucketRequest::new("lake")).unwrap();
    check_object_store(&mut BucketStore { services, bucket: "lake".into() });
}

#[test]
fn folder_is_an_object_store() {
    let folder = tempfile::tempdir().unwrap();
    check_object_store(&mut LocalFolder::new(folder.path().join("made when needed")));
}

#[test]
fn folder_shows_no_file_that_is_not_finished_and_leaves_no_other_folder_open() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("offsets.partial"), "half").unwrap();
    let mut store = LocalFolder::new(folder.path());
    assert!(store.list("").unwrap().is_empty());
    for key in ["../escape", "a//b", "/etc/passwd", "x.partial", ""] {
        assert!(store.put(key, Bytes::new()).is_err(), "`{key}`");
    }
}
