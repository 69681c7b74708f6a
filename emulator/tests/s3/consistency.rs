//! What readers see while writers write, over real sockets: whole objects, the newest that was acknowledged, and, once
//! begun, the one that they began with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use wavetank_emulator::Storage;

use super::client::{Answer, Client};
use super::files;
use super::server::{BUCKET, Running, run};

/// How often an object is replaced.
const PUTS: usize = 200;

/// More than the system and the server hold between a file and a reader who does not read.
const BIG_BYTES: usize = 24 * 1024 * 1024;

/// A body that says itself which it is: by its length and by each of its bytes.
fn body(number: usize) -> Vec<u8> {
    // Some are small enough for the database, some are files, and some are sent piece by piece.
    let bytes = match number % 25 {
        24 => 1_500_000 + number,
        _ => 1 + number * 977 % 60_000,
    };
    vec![(number % 251) as u8; bytes]
}

/// Which body an answer has; it has all of it.
#[track_caller]
fn number_of(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200);
    let number = answer.header("x-amz-meta-number").unwrap().parse().unwrap();
    let (expected, found) = (body(number), &answer.body);
    assert!(*found == expected, "body {number} is not whole: {} of {} bytes", found.len(), expected.len());
    number
}

/// On a storage that waits for the disk, and on one that never does.
fn on_both(test: impl AsyncFn(Running)) {
    let folder = tempfile::tempdir().unwrap();
    for storage in [Storage::Memory, Storage::Directory(folder.path().to_owned())] {
        run(async { test(Running::start(storage).await).await });
    }
}

#[test]
fn reader_sees_whole_objects_and_none_older_than_was_acknowledged() {
    on_both(async |running| {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let mut writer = running.client().await;
        assert_eq!(put_number(&mut writer, 0).await.status, 200);
        let mut readers = JoinSet::new();
        for _ in 0..3 {
            let (mut client, acknowledged) = (running.client().await, Arc::clone(&acknowledged));
            readers.spawn(async move {
                let (mut last, mut reads) = (0, 0);
                while last < PUTS {
                    let at_least = acknowledged.load(Ordering::SeqCst).max(last);
                    let found = number_of(&client.get("replaced").await);
                    assert!(found >= at_least, "{found} was read after {at_least}");
                    (last, reads) = (found, reads + 1);
                }
                reads
            });
        }
        for number in 1..=PUTS {
            assert_eq!(put_number(&mut writer, number).await.status, 200);
            acknowledged.store(number, Ordering::SeqCst);
        }
        let reads: usize = readers.join_all().await.iter().sum();
        assert!(reads > 3);
        running.stop().await;
    });
}

async fn put_number(client: &mut Client, number: usize) -> Answer {
    client.put("replaced", &format!("x-amz-meta-number: {number}\r\n"), &body(number)).await
}

#[test]
fn listing_has_a_key_once_its_put_is_acknowledged_and_until_its_delete_is() {
    on_both(async |running| {
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let (mut client, mut other) = (running.client().await, running.client().await);
            writers.spawn(async move {
                for number in 0..25 {
                    let key = format!("{writer}/{number}");
                    assert_eq!(client.put(&key, "", &vec![7; number * 1000]).await.status, 200);
                    assert!(other.list(&format!("{writer}/")).await.contains(&key), "{key}");
                    assert_eq!(other.get(&key).await.length(), number * 1000);
                    if number % 2 == 0 {
                        assert_eq!(client.delete(&key).await.status, 204);
                        assert_eq!(other.get(&key).await.status, 404);
                        assert!(!other.list(&format!("{writer}/")).await.contains(&key), "{key}");
                    }
                }
            });
        }
        writers.join_all().await;
        assert_eq!(running.client().await.list("").await.len(), 8 * 12);
        running.stop().await;
    });
}

#[test]
fn one_of_fifty_who_create_an_object_at_once_does() {
    on_both(async |running| {
        let ready = Arc::new(Barrier::new(50));
        let mut writers = JoinSet::new();
        for number in 0..50 {
            let (mut client, ready) = (running.client().await, Arc::clone(&ready));
            writers.spawn(async move {
                ready.wait().await;
                let headers = format!("If-None-Match: *\r\nx-amz-meta-number: {number}\r\n");
                (number, client.put("created", &headers, &body(number)).await.status)
            });
        }
        let answers = writers.join_all().await;
        let created: Vec<usize> =
            answers.iter().filter(|(_, status)| *status == 200).map(|(n, _)| *n).collect();
        assert_eq!(created.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(_, status)| [200, 412].contains(status)), "{answers:?}");
        assert_eq!(number_of(&running.client().await.get("created").await), created[0]);
        running.stop().await;
    });
}

#[test]
fn download_that_has_begun_is_of_the_object_as_it_was() {
    let big: Vec<u8> = (0..BIG_BYTES).map(|at| (at / 4096) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let running = Running::start(Storage::Directory(folder.path().to_owned())).await;
        let mut writer = running.client().await;
        for delete in [false, true] {
            assert_eq!(writer.put("big", "", &big).await.status, 200);
            let mut reader = running.client().await;
            reader.send("GET", &format!("/{BUCKET}/big"), "", b"").await;
            let mut answer = reader.read_head().await;
            answer.body = vec![0; answer.length()];
            assert_eq!(answer.body.len(), BIG_BYTES);
            let (start, rest) = answer.body.split_at_mut(64 * 1024);
            reader.read_exact(start).await;
            if delete {
                assert_eq!(writer.delete("big").await.status, 204);
                assert_eq!(writer.get("big").await.status, 404);
            } else {
                assert_eq!(writer.put("big", "", b"new").await.status, 200);
                assert_eq!(writer.get("big").await.body, b"new");
            }
            assert_eq!(files::bodies(folder.path()).len(), 1, "it is there as long as somebody reads it");
            reader.read_exact(rest).await;
            assert!(answer.body == big, "the object as it was");
            wait_for_no_file(&folder).await;
        }
        // Who hangs up keeps no file either.
        assert_eq!(writer.put("big", "", &big).await.status, 200);
        let mut reader = running.client().await;
        reader.send("GET", &format!("/{BUCKET}/big"), "", b"").await;
        reader.read_head().await;
        assert_eq!(writer.delete("big").await.status, 204);
        drop(reader);
        wait_for_no_file(&folder).await;
        running.stop().await;
    });
}

/// The server lets go of a file right after it has sent the last of it.
async fn wait_for_no_file(folder: &tempfile::TempDir) {
    for _ in 0..200_000 {
        if files::bodies(folder.path()).is_empty() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a file is left: {:?}", files::bodies(folder.path()));
}

#[test]
fn upload_that_is_cut_off_leaves_neither_object_nor_file() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let running = Running::start(Storage::Directory(folder.path().to_owned())).await;
        let mut client = running.client().await;
        // Half of what is announced comes, and so much of it is written that there is a file for a while.
        client.send_announced("PUT", &format!("/{BUCKET}/cut"), "", (1_000_000, &[7; 500_000])).await;
        while files::bodies(folder.path()).is_empty() {
            tokio::task::yield_now().await;
        }
        drop(client);
        wait_for_no_file(&folder).await;
        assert_eq!(running.client().await.get("cut").await.status, 404);
        running.stop().await;
    });
}

#[test]
fn bucket_goes_only_while_it_is_empty() {
    on_both(async |running| {
        for round in 0..20 {
            let bucket = format!("bucket-{round}");
            let target = format!("/{bucket}");
            assert_eq!(running.client().await.call("PUT", &target, "", b"").await.status, 200);
            let ready = Arc::new(Barrier::new(5));
            let put_any = Arc::new(AtomicBool::new(false));
            let mut writers = JoinSet::new();
            for number in 0..4 {
                let (ready, put_any) = (Arc::clone(&ready), Arc::clone(&put_any));
                let (mut client, target) = (running.client().await, format!("{target}/{number}"));
                writers.spawn(async move {
                    ready.wait().await;
                    match client.call("PUT", &target, "", &[7; 20_000]).await.status {
                        200 => put_any.store(true, Ordering::SeqCst),
                        status => assert_eq!(status, 404),
                    }
                });
            }
            let mut client = running.client().await;
            ready.wait().await;
            let deleted = client.call("DELETE", &target, "", b"").await;
            writers.join_all().await;
            let is_there = client.call("HEAD", &target, "", b"").await.status == 200;
            match deleted.status {
                204 => assert!(!is_there && !put_any.load(Ordering::SeqCst)),
                409 => assert!(is_there && deleted.text().contains("BucketNotEmpty"), "{deleted:?}"),
                status => panic!("{status}"),
            }
        }
        running.stop().await;
    });
}
