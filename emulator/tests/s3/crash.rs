//! What `kill -9` leaves behind in the middle of 200 uploads: every object that was acknowledged, no other that is not
//! whole, and no file that nothing points to.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use wavetank_emulator::Storage;
use wavetank_emulator::s3::{HeadObject, ListMultipartUploads, ListParts, dto, input};

use super::child::{self, OBJECTS, Planned, plan};
use super::files::{self, SMALL_BYTES_MAX};
use super::lake::Lake;
use super::server::{BUCKET, NOW};

/// Says to the same program that it is the child, and where it works.
const DIRECTORY: &str = "WAVETANK_S3_CHILD_DIRECTORY";

/// Says to the child which round it is.
const ROUND: &str = "WAVETANK_S3_CHILD_ROUND";

const ROUNDS: usize = 6;

#[test]
fn the_child_of_the_tests_below() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let round = std::env::var(ROUND).unwrap().parse().unwrap();
    child::work(Path::new(&directory), round);
}

#[test]
fn uploads_that_were_acknowledged_survive_being_killed_and_others_leave_nothing() {
    let directory = tempfile::tempdir().unwrap();
    // What is there under each number: objects of one round are replaced in the next.
    let mut known: BTreeMap<usize, Planned> = BTreeMap::new();
    for round in 0..ROUNDS {
        let heard_before_the_kill = [0, 150, 40, 95, 8, 190][round];
        let acknowledged = kill_once(directory.path(), round, heard_before_the_kill);
        assert!(acknowledged.len() >= heard_before_the_kill);
        hold(directory.path(), round, &acknowledged, &mut known);
    }
    assert!(known.len() > OBJECTS / 2, "rounds get as far as most objects");
}

/// Has the child upload, kills it, and returns the ETags that it was told, by number.
fn kill_once(directory: &Path, round: usize, heard: usize) -> BTreeMap<usize, String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_child_of_the_tests_below", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeMap::new();
    while acknowledged.len() < heard {
        match lines.next() {
            Some(line) => acknowledged.extend(said(&line.unwrap())),
            None => panic!("the child has ended by itself: {:?}", child.wait()),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died is in the pipe.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| said(&line)));
    acknowledged
}

/// A line of the child's; the test harness says things too, and may say them in the same line.
fn said(line: &str) -> Option<(usize, String)> {
    let (_, said) = line.split_once("said: ")?;
    let (number, e_tag) = said.split_once(' ')?;
    Some((number.parse().unwrap(), e_tag.to_owned()))
}

/// Opens the directory and holds what is there against what was said.
fn hold(
    directory: &Path,
    round: usize,
    acknowledged: &BTreeMap<usize, String>,
    known: &mut BTreeMap<usize, Planned>,
) {
    let lake = Lake::open(Storage::Directory(directory.to_owned()));
    for number in 0..OBJECTS {
        let new = plan(round, number);
        let found = lake.get(&new.key).ok();
        let expected = match (acknowledged.get(&number), &found) {
            (Some(e_tag), _) => {
                assert_eq!(*e_tag, new.e_tag(), "what was acknowledged of object {number}");
                Some(new)
            }
            // It was there and nobody heard, or it was not: then what was there before still is.
            (None, Some(content)) if *content == new.content() => Some(new),
            (None, _) => known.remove(&number),
        };
        let is_same = match (&found, &expected) {
            (Some(found), Some(expected)) => *found == expected.content(),
            (found, expected) => found.is_none() && expected.is_none(),
        };
        assert!(is_same, "round {round}: object {number} is lost or not whole");
        if let Some(expected) = expected {
            let head = lake.0.call::<HeadObject>(NOW, input::head_object(BUCKET, &expected.key)).unwrap();
            assert_eq!(head.output.e_tag.unwrap().value(), expected.e_tag());
            known.insert(number, expected);
        }
    }
    let mut keys: Vec<String> = known.values().map(|planned| planned.key.clone()).collect();
    keys.sort();
    assert_eq!(lake.keys(1000), keys);
    let referenced = known.values().map(Planned::files).sum::<usize>() + files_of_uploads(&lake);
    let there = files::bodies(directory);
    let is_body = |path: &&std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && !path.starts_with("copies")
    };
    assert_eq!(there.iter().filter(is_body).count(), there.len(), "{there:?}");
    assert_eq!(there.len(), referenced, "round {round}: files that something points to");
}

/// The files of parts whose uploads were cut off.
fn files_of_uploads(lake: &Lake) -> usize {
    let request = dto::ListMultipartUploadsInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let uploads = lake.0.call::<ListMultipartUploads>(NOW, request).unwrap().uploads.unwrap_or_default();
    let mut files = 0;
    for upload in uploads {
        let request = dto::ListPartsInput {
            bucket: BUCKET.to_owned(),
            key: upload.key.unwrap(),
            upload_id: upload.upload_id.unwrap(),
            ..Default::default()
        };
        let parts = lake.0.call::<ListParts>(NOW, request).unwrap().parts.unwrap_or_default();
        files += parts.iter().filter(|part| part.size > Some(SMALL_BYTES_MAX as i64)).count();
    }
    files
}

#[test]
fn files_that_nothing_points_to_are_gone_after_the_next_open() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Lake::open(Storage::Directory(directory.path().to_owned()));
    let lake = open();
    lake.put("large", vec![1; 40_000]);
    lake.put("small", vec![2; 40]);
    lake.start("parts").part(1, vec![3; 20_000]);
    lake.upload("joined", &[vec![4; 30_000]]);
    let kept = files::bodies(directory.path());
    assert_eq!(kept.len(), 3);
    assert_eq!(lake.file("small"), [2; 40]);
    assert_eq!(lake.file("joined"), vec![4; 30_000]);
    drop(lake);
    let objects = directory.path().join("objects");
    for planted in ["00/0000000000009900", "ff/00000000000000ff", "7f/000000000000007f.partial", "ab/junk"] {
        fs::create_dir_all(objects.join(planted).parent().unwrap()).unwrap();
        fs::write(objects.join(planted), "nobody's").unwrap();
    }
    for planted in ["0000000000009901", "0000000000009902.partial"] {
        fs::write(objects.join("copies").join(planted), "nobody's").unwrap();
    }
    let lake = open();
    assert_eq!(files::bodies(directory.path()), kept);
    // And what was a copy is made again.
    assert_eq!(lake.file("small"), [2; 40]);
    assert_eq!(lake.file("joined"), vec![4; 30_000]);
    assert_eq!(lake.get("large").unwrap(), vec![1; 40_000]);
}
