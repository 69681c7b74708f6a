//! Events of objects: who is told, of what, how often, and that those who wait are there after a restart.

use wavetank_emulator::Storage;
use wavetank_emulator::s3::TakeObjectEvents;

use super::client::Client;
use super::server::{BUCKET, NOW, Running, run};

const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:everything";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:json-below-raw";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:removed";

/// A queue is told everything, a topic of new JSON below `raw/`, a function of what goes.
fn configuration() -> String {
    let filter = |name: &str, value: &str| {
        format!("<FilterRule><Name>{name}</Name><Value>{value}</Value></FilterRule>")
    };
    let rules = [filter("prefix", "raw/"), filter("suffix", ".json")].concat();
    format!(
        "<NotificationConfiguration>\
         <QueueConfiguration><Id>all</Id><Queue>{QUEUE}</Queue><Event>s3:ObjectCreated:*</Event>\
         <Event>s3:ObjectRemoved:*</Event></QueueConfiguration>\
         <TopicConfiguration><Topic>{TOPIC}</Topic><Event>s3:ObjectCreated:*</Event>\
         <Filter><S3Key>{rules}</S3Key></Filter></TopicConfiguration>\
         <CloudFunctionConfiguration><CloudFunction>{FUNCTION}</CloudFunction>\
         <Event>s3:ObjectRemoved:Delete</Event></CloudFunctionConfiguration>\
         </NotificationConfiguration>"
    )
}

async fn configure(client: &mut Client) {
    let target = format!("/{BUCKET}?notification");
    let answer = client.call("PUT", &target, "", configuration().as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// What waits for a target: the event, the key and the size.
fn take(running: &Running, target: &str) -> Vec<String> {
    let events = running.emulator().call::<TakeObjectEvents>(NOW, target.to_owned()).unwrap();
    assert!(events.is_sorted_by(|one, next| one.number < next.number));
    let told = events.iter().map(|event| {
        assert_eq!(event.target, target);
        let text = |name: &str| {
            let (_, after) = event.message.split_once(&format!("\"{name}\":")).unwrap_or_default();
            let end = after.find([',', '}']).unwrap_or_default();
            after[..end].trim_matches('"').to_owned()
        };
        assert_eq!((text("name").as_str(), text("awsRegion").as_str()), (BUCKET, "us-east-1"));
        format!("{} {} {}", text("eventName"), text("key"), text("size")).trim_end().to_owned()
    });
    told.collect()
}

#[test]
fn who_asked_is_told_once_of_what_was_asked_for() {
    run(async {
        let running = Running::start(Storage::Memory).await;
        let mut client = running.client().await;
        assert_eq!(client.put("before", "", b"x").await.status, 200);
        configure(&mut client).await;
        assert_eq!(client.put("raw/a.json", "", b"{}").await.status, 200);
        assert_eq!(client.put("raw/b%20b.csv", "", b"1,2").await.status, 200);
        let source = format!("x-amz-copy-source: {BUCKET}/raw/a.json\r\n");
        assert_eq!(client.put("raw/c.json", &source, b"").await.status, 200);
        client.upload("raw/d.json", &[&[7; 30_000]]).await;
        assert_eq!(client.delete("raw/a.json").await.status, 204);
        let everything = [
            "ObjectCreated:Put raw/a.json 2",
            "ObjectCreated:Put raw/b+b.csv 3",
            "ObjectCreated:Copy raw/c.json 2",
            "ObjectCreated:CompleteMultipartUpload raw/d.json 30000",
            "ObjectRemoved:Delete raw/a.json",
        ];
        assert_eq!(take(&running, QUEUE), everything);
        assert_eq!(take(&running, TOPIC), [everything[0], everything[2], everything[3]]);
        assert_eq!(take(&running, FUNCTION), [everything[4]]);
        for target in [QUEUE, TOPIC, FUNCTION, "arn:aws:sqs:us-east-1:123456789012:nobody"] {
            assert_eq!(take(&running, target), [""; 0], "events are given once");
        }
        running.stop().await;
    });
}

#[test]
fn what_fails_tells_nothing() {
    run(async {
        let running = Running::start(Storage::Memory).await;
        let mut client = running.client().await;
        configure(&mut client).await;
        assert_eq!(client.put("key", "", b"x").await.status, 200);
        assert_eq!(take(&running, QUEUE).len(), 1);
        let wrong = "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\n";
        assert_eq!(client.put("key", wrong, b"not empty").await.status, 400);
        assert_eq!(client.put("key", "If-None-Match: *\r\n", b"y").await.status, 412);
        let nothing = format!("x-amz-copy-source: {BUCKET}/nothing\r\n");
        assert_eq!(client.put("copy", &nothing, b"").await.status, 404);
        assert_eq!(client.call("PUT", "/nowhere/key", "", b"x").await.status, 404);
        // An upload is told of when it is complete, and no sooner.
        assert_eq!(client.call("POST", &format!("/{BUCKET}/parts?uploads"), "", b"").await.status, 200);
        assert_eq!(take(&running, QUEUE), [""; 0]);
        running.stop().await;
    });
}

#[test]
fn delete_marker_and_version_that_goes_are_different_events() {
    run(async {
        let running = Running::start(Storage::Memory).await;
        let mut client = running.client().await;
        configure(&mut client).await;
        let status = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        assert_eq!(client.call("PUT", &format!("/{BUCKET}?versioning"), "", status).await.status, 200);
        let put = client.put("key", "", b"x").await;
        assert_eq!(client.delete("key").await.status, 204);
        let version = put.header("x-amz-version-id").unwrap();
        assert_eq!(client.delete(&format!("key?versionId={version}")).await.status, 204);
        let events =
            ["ObjectCreated:Put key 1", "ObjectRemoved:DeleteMarkerCreated key", "ObjectRemoved:Delete key"];
        assert_eq!(take(&running, QUEUE), events);
        assert_eq!(take(&running, FUNCTION), [events[2]]);
        running.stop().await;
    });
}

#[test]
fn events_that_wait_are_there_after_a_restart_and_given_once() {
    let folder = tempfile::tempdir().unwrap();
    let storage = || Storage::Directory(folder.path().to_owned());
    run(async {
        let running = Running::start(storage()).await;
        let mut client = running.client().await;
        configure(&mut client).await;
        for number in 0..5 {
            assert_eq!(client.put(&format!("raw/{number}.json"), "", b"{}").await.status, 200);
        }
        assert_eq!(take(&running, QUEUE).len(), 5);
        drop(client);
        running.stop().await;
    });
    run(async {
        let running = Running::start(storage()).await;
        // The configuration is there too.
        assert_eq!(running.client().await.put("raw/5.json", "", b"{}").await.status, 200);
        assert_eq!(take(&running, QUEUE), ["ObjectCreated:Put raw/5.json 2"]);
        let expected: Vec<String> =
            (0..6).map(|number| format!("ObjectCreated:Put raw/{number}.json 2")).collect();
        assert_eq!(take(&running, TOPIC), expected);
        running.stop().await;
    });
    run(async {
        let running = Running::start(storage()).await;
        assert_eq!((take(&running, QUEUE).len(), take(&running, TOPIC).len()), (0, 0));
        running.stop().await;
    });
}
