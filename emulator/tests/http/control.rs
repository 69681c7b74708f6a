//! The control plane: `/_wavetank/…`.

use super::rig::{Rig, run};

const JSON: Option<&str> = Some("application/json");

#[test]
fn server_says_what_it_serves() {
    run(async {
        let rig = Rig::start();
        let version = env!("CARGO_PKG_VERSION");
        let services = r#"{"kinesis":"available","s3":"available","glue":"available","athena":"available","sts":"available"}"#;
        let expected = format!("{{\"services\":{services},\"version\":\"{version}\"}}");
        rig.send("GET /_wavetank/health", "", "").await.is(200, JSON, &expected);
        rig.stop().await;
    });
}

#[test]
fn clock_is_set_and_moved() {
    run(async {
        let rig = Rig::start();
        let real = r#"{"now":"2015-08-30T12:36:00Z","millis":1440938160000,"virtual":false}"#;
        rig.send("GET /_wavetank/clock", "", "").await.is(200, JSON, real);
        let set = r#"{"now":"2026-01-05T10:00:00Z","millis":1767607200000,"virtual":true}"#;
        let answer = rig.send("POST /_wavetank/clock", "", r#"{"set":"2026-01-05T10:00:00Z"}"#).await;
        answer.is(200, JSON, set);
        let moved = r#"{"now":"2026-01-05T10:10:00Z","millis":1767607800000,"virtual":true}"#;
        rig.send("POST /_wavetank/clock", "", r#"{"advance":"10m"}"#).await.is(200, JSON, moved);
        rig.kinesis("CreateStream", r#"{"StreamName":"s","ShardCount":1}"#).await;
        let described = rig.kinesis("DescribeStreamSummary", r#"{"StreamName":"s"}"#).await;
        assert!(described.text().contains("\"StreamCreationTimestamp\":1767607800"), "{}", described.text());
        rig.send("POST /_wavetank/clock", "", r#"{"set":null}"#).await.is(200, JSON, real);
        let answer = rig.send("POST /_wavetank/clock", "", r#"{"advance":"soon"}"#).await;
        answer.is(400, JSON, r#"{"message":"`soon` is no duration such as 10m, 1h30m or 500ms"}"#);
        rig.stop().await;
    });
}

#[test]
fn state_is_told_and_reset() {
    run(async {
        let rig = Rig::start();
        for reset in ["/_wavetank/reset", "/moto-api/reset"] {
            rig.kinesis("CreateStream", r#"{"StreamName":"orders","ShardCount":2}"#).await;
            let put = r#"{"StreamName":"orders","PartitionKey":"k","Data":"AAAA"}"#;
            assert_eq!(rig.kinesis("PutRecord", put).await.status, 200);
            let answer = rig.send("GET /_wavetank/state", "", "").await;
            let start = r#"{"streams":[{"arn":"arn:aws:kinesis:us-east-1:123456789012:stream/orders","name":"orders","shards":[{"id":"shardId-000000000000","open":true,"#;
            assert!(answer.text().starts_with(start), "{}", answer.text());
            let counts = ["\"records\":0", "\"records\":1"].map(|count| answer.text().matches(count).count());
            assert_eq!(counts, [1, 1]);
            rig.send(&format!("POST {reset}"), "", "").await.is(200, JSON, r#"{"status":"ok"}"#);
            rig.send("GET /_wavetank/state", "", "").await.is(200, JSON, r#"{"streams":[],"buckets":[]}"#);
        }
        rig.stop().await;
    });
}

#[test]
fn calls_that_do_not_exist_are_told_of_those_that_do() {
    run(async {
        let rig = Rig::start();
        for line in
            ["GET /_wavetank/", "GET /_wavetank", "POST /_wavetank/../secret", "GET /_wavetank/%68ealth"]
        {
            let answer = rig.send(line, "", "").await;
            assert_eq!(answer.status, 404, "{line}");
            assert!(answer.text().contains(r#""POST /_wavetank/reset""#), "{}", answer.text());
        }
        let answer = rig.send("DELETE /_wavetank/clock", "", "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, POST")));
        rig.stop().await;
    });
}
