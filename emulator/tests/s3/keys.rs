//! Keys are names and nothing else: whatever bytes they have, no two collide, and none is a path on this machine.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wavetank_emulator::Storage;

use super::client::encoded;
use super::files;
use super::lake::Lake;
use super::server::{BUCKET, Running, run};

/// Keys that a path, a shell, a document or a decoder could take for something else.
fn odd_keys() -> Vec<String> {
    let longest = ["k".repeat(1024), "é".repeat(512), "../".repeat(341)];
    let keys = [
        "a",
        "a/",
        "a//",
        "/a",
        "//a",
        "/",
        "//",
        ".",
        "..",
        "./",
        "../",
        "./a",
        "../a",
        "a/..",
        "a/../a",
        "a/./a",
        "../../../../escaped",
        "/etc/passwd",
        "..\\..\\escaped",
        "C:\\escaped",
        "%2F",
        "a%2Fa",
        "%252F",
        "%",
        "%%",
        "%00",
        "%zz",
        "+",
        " ",
        "a b",
        "a+b",
        " a ",
        "?",
        "a?b=c",
        "#",
        "a#b",
        "&",
        "&amp;",
        "<",
        ">",
        "<Key>",
        "]]>",
        "\"",
        "'",
        "=",
        ";",
        ":",
        "*",
        "|",
        "~",
        "!",
        "$HOME",
        "`",
        "\\",
        "\\n",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffd}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{10ffff}",
        "é",
        "e\u{301}",
        "É",
        "ß",
        "日本",
        "🦀",
        "\u{202e}",
        "A",
        "uploads",
        "versions",
        "location",
        "emulator.sqlite",
        "objects/01/0000000000000001",
        "copies",
        "NUL",
        "con",
        "a.partial",
        "soap",
        "favicon.ico",
    ];
    keys.into_iter().map(str::to_owned).chain(longest).collect()
}

fn target(key: &str) -> String {
    format!("/{BUCKET}/{}", encoded(key))
}

/// Content that is of this key alone; with some keys it gets a file.
fn content(key: &str) -> Vec<u8> {
    let text = format!("content of {key:?}; ").into_bytes();
    let bytes = if key.len().is_multiple_of(2) { 20_000 } else { text.len() };
    text.into_iter().cycle().take(bytes).collect()
}

#[test]
fn odd_keys_are_put_got_listed_copied_and_deleted_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("above").join("data");
    run(async {
        let running = Running::start(Storage::Directory(data.clone())).await;
        let mut client = running.client().await;
        let keys: BTreeSet<String> = odd_keys().into_iter().collect();
        for key in &keys {
            let answer = client.call("PUT", &target(key), "", &content(key)).await;
            assert_eq!(answer.status, 200, "{key:?}: {}", answer.text());
        }
        for key in &keys {
            let answer = client.call("GET", &target(key), "", b"").await;
            assert!(answer.status == 200 && answer.body == content(key), "{key:?}: {answer:?}");
            assert_eq!(
                client.call("HEAD", &target(key), "", b"").await.length(),
                content(key).len(),
                "{key:?}"
            );
        }
        let sorted: Vec<String> = keys.iter().cloned().collect();
        assert_eq!(client.list("").await, sorted);
        for key in &keys {
            let source = format!("x-amz-copy-source: {BUCKET}/{}\r\n", encoded(key));
            let answer = client.call("PUT", &format!("/{BUCKET}/copy"), &source, b"").await;
            assert_eq!(answer.status, 200, "{key:?}: {}", answer.text());
            assert_eq!(client.get("copy").await.body, content(key), "{key:?}");
        }
        assert_eq!(client.delete("copy").await.status, 204);
        let mut left = keys.clone();
        for key in &keys {
            assert_eq!(client.call("DELETE", &target(key), "", b"").await.status, 204);
            left.remove(key);
            assert_eq!(client.call("GET", &target(key), "", b"").await.status, 404, "{key:?}");
            assert_eq!(client.list("").await, left.iter().cloned().collect::<Vec<_>>());
        }
        running.stop().await;
    });
    let outside = files::all(folder.path());
    let is_ours = |path: &std::path::PathBuf| path.starts_with("above/data");
    assert!(outside.iter().all(is_ours), "{outside:?}");
    let above = std::fs::read_dir(data.parent().unwrap()).unwrap().count();
    assert_eq!((above, std::fs::read_dir(folder.path()).unwrap().count()), (1, 1));
}

#[test]
fn path_with_dots_is_a_key_and_not_a_way() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let running = Running::start(Storage::Directory(folder.path().join("data"))).await;
        let mut client = running.client().await;
        // As they are, not encoded: neither the server nor the store goes up a folder.
        for key in ["../escaped", "x/../../../escaped", "./here", "a/.//b/.."] {
            assert_eq!(client.put(key, "", key.as_bytes()).await.status, 200, "{key}");
        }
        let keys = ["../escaped", "./here", "a/.//b/..", "x/../../../escaped"];
        assert_eq!(client.list("").await, keys);
        for key in keys {
            assert_eq!(client.get(key).await.body, key.as_bytes());
        }
        running.stop().await;
    });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn key_that_is_too_long_or_no_text_or_has_a_zero_is_refused() {
    run(async {
        let running = Running::start(Storage::Memory).await;
        let mut client = running.client().await;
        for (key, status) in [("k".repeat(1025), 400), ("%FF%FE".to_owned(), 400), ("a%00".to_owned(), 400)] {
            assert_eq!(client.put(&key, "", b"x").await.status, status, "{key}");
        }
        assert_eq!(client.list("").await, [""; 0]);
        running.stop().await;
    });
}

/// Keys that are near each other, and keys that are anything.
fn keys() -> impl Strategy<Value = BTreeSet<String>> {
    let near = "[a/.%2F\u{1}\u{7f}é\u{d7ff}\u{e000}\u{10ffff}]{1,6}";
    prop::collection::btree_set(prop_oneof![near, "\\PC{1,40}", "[^\u{0}]{1,12}"], 0..40)
}

fn check(storage: Storage, keys: &BTreeSet<String>, page: i32) {
    let lake = Lake::open(storage);
    let contents: BTreeMap<&String, Vec<u8>> = keys.iter().map(|key| (key, content(key))).collect();
    for (key, content) in contents.iter().rev() {
        lake.put(key, content.clone());
    }
    // Rust orders text by its bytes.
    assert_eq!(lake.keys(page), keys.iter().cloned().collect::<Vec<_>>());
    for (key, content) in &contents {
        assert_eq!(lake.get(key).unwrap(), *content, "{key:?}");
    }
    let (gone, left): (Vec<_>, Vec<_>) = keys.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    gone.iter().for_each(|(_, key)| lake.delete(key));
    assert_eq!(lake.keys(page), left.iter().map(|(_, key)| (*key).clone()).collect::<Vec<_>>());
    assert!(gone.iter().all(|(_, key)| lake.get(key).is_err()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_keys_are_listed_in_the_order_of_their_bytes_and_have_their_own_content(keys in keys(), page in 1..50) {
        check(Storage::Memory, &keys, page);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn keys_in_a_directory_make_no_files_of_their_names(keys in keys(), page in 1..50) {
        let folder = tempfile::tempdir().unwrap();
        check(Storage::Scratch(folder.path().join("data")), &keys, page);
        prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
