//! Laws of bodies: what is made of parts or copied reads like the bytes it is made of, whatever goes first, and in the
//! end no file is left.

use std::path::Path;

use proptest::prelude::*;
use wavetank_emulator::Storage;

use super::files;
use super::lake::Lake;

/// Bytes of a part that another follows, at least.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Bytes that differ from place to place and from seed to seed.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33).to_le_bytes()
    };
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&next());
    }
    bytes.truncate(length);
    bytes
}

fn in_folder(folder: &Path) -> Storage {
    Storage::Directory(folder.to_owned())
}

/// Places in an object of three parts, those beside the seams more often than others.
fn place() -> impl Strategy<Value = usize> {
    let seam = prop::sample::select(vec![0, PART_BYTES, 2 * PART_BYTES + 77, 2 * PART_BYTES + 77 + 20_000]);
    prop_oneof![
        0..2 * PART_BYTES + 77 + 20_000,
        (seam, 0..9usize).prop_map(|(seam, near)| (seam + near).saturating_sub(4))
    ]
}

#[test]
fn ranges_of_what_is_made_of_parts_and_of_its_copies_are_those_of_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for storage in [Storage::Memory, in_folder(folder.path())] {
        let lake = Lake::open(storage);
        let parts = [bytes(1, PART_BYTES), bytes(2, PART_BYTES + 77), bytes(3, 20_000)];
        lake.upload("joined", &parts);
        lake.copy("joined", "copied");
        let whole = parts.concat();
        // A part of parts: its pieces begin and end within those of the other.
        let mut upload = lake.start("again");
        let (first, last) = (PART_BYTES - 1000, 2 * PART_BYTES + 177);
        upload.part_of(1, "joined", first as u64, last as u64);
        upload.part_of(2, "copied", 5, 15_004);
        upload.complete();
        let again = [&whole[first..=last], &whole[5..15_005]].concat();
        let test = |(one, other): (usize, usize)| {
            for (key, expected) in [("joined", &whole), ("copied", &whole), ("again", &again)] {
                let (first, last) = (one.min(other), one.max(other).min(expected.len() - 1));
                if first <= last {
                    let found = lake.get_range(key, first as u64, last as u64);
                    prop_assert!(found == expected[first..=last], "{key} {first}..={last}");
                }
            }
            Ok(())
        };
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) };
        proptest::test_runner::TestRunner::new(config).run(&(place(), place()), test).unwrap();
        for key in ["joined", "copied"] {
            assert!(lake.get(key).unwrap() == whole, "{key}");
        }
        assert!(lake.get("again").unwrap() == again);
    }
}

#[test]
fn source_and_copies_go_in_any_order_and_leave_the_others_whole_and_then_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let large = bytes(4, 50_000);
    let small = bytes(5, 5_000);
    let parts = [bytes(6, PART_BYTES), bytes(7, 30_000)];
    let (first, last) = (PART_BYTES - 1_000, PART_BYTES + 19_999);
    let joined = parts.concat()[first..=last].to_vec();
    let keys = ["source", "copy", "copy of the copy"];
    for storage in [in_folder(&folder.path().join("a")), Storage::SmallScratch(folder.path().join("b"))] {
        let directory = storage.directory().unwrap().to_owned();
        let lake = Lake::open(storage);
        lake.upload("template", &parts);
        assert_eq!(files::bodies(&directory).len(), 2);
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for (content, new_files) in [(&large, 1), (&small, 0), (&joined, 0)] {
                if *content == joined {
                    // Of two pieces, which it shares with the template.
                    let mut upload = lake.start("source");
                    upload.part_of(1, "template", first as u64, last as u64);
                    upload.complete();
                } else {
                    lake.put("source", content.clone());
                }
                lake.copy("source", "copy");
                lake.copy("copy", "copy of the copy");
                assert_eq!(files::bodies(&directory).len(), 2 + new_files, "no content is moved");
                // Its file for a reader in this process goes with it.
                for key in keys {
                    assert!(lake.file(key) == *content, "{key}");
                }
                for (gone, at) in order.iter().zip(1..) {
                    lake.delete(keys[*gone]);
                    for left in &order[at..] {
                        assert!(lake.get(keys[*left]).unwrap() == *content, "{order:?} {}", keys[*left]);
                        assert!(lake.file(keys[*left]) == *content, "{order:?} {}", keys[*left]);
                    }
                }
                assert_eq!(files::bodies(&directory).len(), 2, "{order:?}");
            }
        }
        lake.delete("template");
        assert_eq!(files::bodies(&directory).len(), 0);
    }
}

#[test]
fn copy_to_itself_and_over_others_keeps_what_is_shared() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(in_folder(folder.path()));
    let (one, two) = (bytes(8, 40_000), bytes(9, 40_000));
    lake.put("one", one.clone());
    lake.put("two", two.clone());
    lake.copy("one", "three");
    lake.copy("two", "three");
    lake.copy("two", "one");
    assert_eq!(files::bodies(folder.path()).len(), 1);
    lake.put("two", one.clone());
    assert!(lake.get("one").unwrap() == two && lake.get("three").unwrap() == two);
    assert!(lake.get("two").unwrap() == one);
    drop(lake);
    // What is shared is known to the next process too.
    let lake = Lake::open(in_folder(folder.path()));
    lake.delete("one");
    assert!(lake.get("three").unwrap() == two);
    lake.delete("three");
    lake.delete("two");
    assert_eq!(files::bodies(folder.path()).len(), 0);
}

#[test]
fn files_of_parts_go_with_what_they_were_for() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(in_folder(folder.path()));
    let files = || files::bodies(folder.path()).len();
    let mut upload = lake.start("key");
    upload.part(1, bytes(10, 20_000));
    upload.part(2, bytes(11, 30_000));
    upload.part(1, bytes(12, 25_000));
    assert_eq!(files(), 2, "a part in place of another");
    upload.abort();
    assert_eq!(files(), 0, "an upload that is given up");

    let mut upload = lake.start("key");
    upload.part(1, bytes(13, 20_000));
    upload.part(7, bytes(14, 30_000));
    upload.leave_out(1);
    upload.complete();
    assert_eq!(files(), 1, "a part that is left out");
    assert_eq!(lake.get("key").unwrap(), bytes(14, 30_000));
    assert_eq!(lake.file("key"), bytes(14, 30_000));
    lake.upload("key", &[bytes(15, 20_000)]);
    assert_eq!(files(), 1, "an object in place of another");
    assert_eq!(lake.file("key"), bytes(15, 20_000));

    let mut upload = lake.start("other");
    upload.part_of(1, "key", 100, 19_999);
    lake.delete("key");
    assert_eq!(files(), 1, "a part still shares it");
    upload.complete();
    assert_eq!(lake.get("other").unwrap(), bytes(15, 20_000)[100..]);
    lake.delete("other");
    assert_eq!(files(), 0);
}

#[test]
fn file_of_an_object_of_parts_has_the_whole_content() {
    let folder = tempfile::tempdir().unwrap();
    let parts = [bytes(16, PART_BYTES), bytes(17, 100)];
    let lake = Lake::open(in_folder(folder.path()));
    lake.upload("joined", &parts);
    for _ in 0..2 {
        assert!(lake.file("joined") == parts.concat());
    }
    assert_eq!(files::bodies(folder.path()).len(), 2);
    drop(lake);
    let lake = Lake::open(in_folder(folder.path()));
    assert!(lake.file("joined") == parts.concat());
    lake.delete("joined");
    assert_eq!(files::bodies(folder.path()).len(), 0);
}

#[test]
fn empty_part_leaves_nothing_that_a_later_body_could_be_taken_for() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(in_folder(folder.path()));
    lake.upload("key", &[bytes(18, PART_BYTES), vec![]]);
    assert!(lake.get("key").unwrap() == bytes(18, PART_BYTES));
    lake.delete("key");
    drop(lake);
    // The next process begins anew with the names of bodies.
    let lake = Lake::open(in_folder(folder.path()));
    for number in 0..4 {
        lake.put(&format!("{number}"), bytes(number, 40_000));
    }
    for number in 0..4 {
        assert!(lake.get(&format!("{number}")).unwrap() == bytes(number, 40_000), "{number}");
    }
}
