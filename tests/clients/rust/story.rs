//! The AWS SDK for Rust against `wavetank serve`: streams, records, errors, pages, shards and a subscription.
//! Needs `AWS_ENDPOINT_URL`; `OLD_API` leaves out what kinesalite never had.

use std::time::Duration;

use aws_sdk_kinesis::{
    Client, Config,
    config::{Credentials, Region},
    error::ProvideErrorMetadata,
    primitives::Blob,
    types::{
        PutRecordsRequestEntry, ShardIteratorType, StartingPosition, StreamStatus,
        SubscribeToShardEventStream,
    },
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const STREAM: &str = "rust-stream";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let config = Config::builder()
        .behavior_version_latest()
        .endpoint_url(std::env::var("AWS_ENDPOINT_URL")?)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let kinesis = Client::from_conf(config);
    let arn = creates(&kinesis).await?;
    puts_and_gets(&kinesis).await?;
    knows_errors(&kinesis).await?;
    if std::env::var_os("OLD_API").is_none() {
        walks_pages(&kinesis).await?;
    }
    splits(&kinesis).await?;
    subscribes(&kinesis, &arn).await?;
    deletes(&kinesis).await?;
    println!("rust: all passed");
    Ok(())
}

async fn creates(kinesis: &Client) -> Result<String, Box<dyn std::error::Error>> {
    kinesis.create_stream().stream_name(STREAM).shard_count(1).send().await?;
    settle(kinesis).await?;
    let described = kinesis.describe_stream().stream_name(STREAM).send().await?;
    let stream = described.stream_description().ok_or("no description")?;
    assert_eq!(stream.shards().len(), 1);
    assert_eq!(stream.retention_period_hours(), 24);
    ok("creates and describes");
    Ok(stream.stream_arn().to_owned())
}

async fn puts_and_gets(kinesis: &Client) -> Outcome {
    let texts = ["één", "two", ""];
    let entries = texts.map(|text| {
        let entry = PutRecordsRequestEntry::builder().partition_key("k").data(Blob::new(text));
        entry.build().expect("the key and the data are given")
    });
    let put = kinesis.put_records().stream_name(STREAM).set_records(Some(entries.to_vec())).send().await?;
    assert_eq!(put.failed_record_count(), Some(0));
    let iterator = kinesis
        .get_shard_iterator()
        .stream_name(STREAM)
        .shard_id("shardId-000000000000")
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await?;
    let got = kinesis.get_records().set_shard_iterator(iterator.shard_iterator).send().await?;
    let read: Vec<&[u8]> = got.records().iter().map(|record| record.data().as_ref()).collect();
    assert_eq!(read, texts.map(str::as_bytes));
    let numbers: Vec<_> = got.records().iter().map(|record| Some(record.sequence_number())).collect();
    let expected: Vec<_> = put.records().iter().map(|record| record.sequence_number()).collect();
    assert_eq!(numbers, expected);
    ok("puts and gets");
    Ok(())
}

async fn knows_errors(kinesis: &Client) -> Outcome {
    let error = kinesis.describe_stream().stream_name("absent").send().await.expect_err("it does not exist");
    let error = error.into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    assert!(error.message().unwrap_or_default().starts_with("Stream absent under account "), "{error:?}");
    ok("knows an error by its class");
    Ok(())
}

async fn walks_pages(kinesis: &Client) -> Outcome {
    let names = ["rust-a", "rust-b", "rust-c"];
    for name in names {
        kinesis.create_stream().stream_name(name).shard_count(1).send().await?;
    }
    let mut pages = kinesis.list_streams().into_paginator().page_size(2).send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        listed.extend(page?.stream_names);
    }
    assert_eq!(listed, ["rust-a", "rust-b", "rust-c", STREAM]);
    ok("walks pages");
    Ok(())
}

async fn splits(kinesis: &Client) -> Outcome {
    let split = kinesis.split_shard().stream_name(STREAM).shard_to_split("shardId-000000000000");
    split.new_starting_hash_key("170141183460469231731687303715884105728").send().await?;
    settle(kinesis).await?;
    let shards = kinesis.list_shards().stream_name(STREAM).send().await?;
    let parents: Vec<_> = shards.shards().iter().map(|shard| shard.parent_shard_id()).collect();
    assert_eq!(parents, [None, Some("shardId-000000000000"), Some("shardId-000000000000")]);
    ok("splits");
    Ok(())
}

async fn subscribes(kinesis: &Client, arn: &str) -> Outcome {
    let registered = kinesis.register_stream_consumer().stream_arn(arn).consumer_name("rust").send().await?;
    let consumer = registered.consumer().ok_or("no consumer")?.consumer_arn();
    loop {
        let described = kinesis.describe_stream_consumer().consumer_arn(consumer).send().await?;
        let description = described.consumer_description().ok_or("no description")?;
        if description.consumer_status().as_str() == "ACTIVE" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let from = StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon).build()?;
    let subscribe = kinesis.subscribe_to_shard().consumer_arn(consumer).shard_id("shardId-000000000000");
    let mut subscription = subscribe.starting_position(from).send().await?;
    let mut read = Vec::new();
    // The shard was split: after its records it names its children, and the stream of events ends.
    while let Some(event) = subscription.event_stream.recv().await? {
        let SubscribeToShardEventStream::SubscribeToShardEvent(event) = event else { continue };
        read.extend(event.records().iter().map(|record| record.data().clone().into_inner()));
        if !event.child_shards().is_empty() {
            break;
        }
    }
    assert_eq!(read, ["één".as_bytes(), b"two", b""]);
    ok("subscribes to a shard");
    Ok(())
}

async fn deletes(kinesis: &Client) -> Outcome {
    kinesis.delete_stream().stream_name(STREAM).enforce_consumer_deletion(true).send().await?;
    ok("deletes");
    Ok(())
}

/// Waits until the stream is ACTIVE.
async fn settle(kinesis: &Client) -> Outcome {
    for _ in 0..100 {
        let summary = kinesis.describe_stream_summary().stream_name(STREAM).send().await?;
        let summary = summary.stream_description_summary().ok_or("no summary")?;
        if *summary.stream_status() == StreamStatus::Active {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the stream does not become ACTIVE".into())
}

fn ok(what: &str) {
    println!("  ok      {what}");
}
