use super::*;
use crate::kinesis::channels::*;
use crate::kinesis::{
    CreateStream, CreateStreamRequest, DeleteStream, DeleteStreamRequest, DescribeStreamSummary,
    DescribeStreamSummaryRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry,
};
use crate::s3::{CreateBucket, CreateBucketRequest, GetObject, ListObjectsV2, input};
use crate::store::Purpose;
use crate::{Emulator, Identity, Storage};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn at(secs: i64) -> Timestamp {
    NOW.plus_millis(secs * 1000)
}

/// An on-demand stream `orders`, and an object of the default channel on it.
struct Fixture {
    emulator: Emulator,
    channel: ChannelDescription,
}

impl Fixture {
    fn new(format: &str, buckets: &[&str]) -> Self {
        Self::with(format, buckets, |_| ())
    }

    fn with(format: &str, buckets: &[&str], change: impl FnOnce(&mut S3DestinationConfiguration)) -> Self {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        for bucket in buckets {
            emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new(*bucket)).unwrap();
        }
        let request = CreateStreamRequest { stream_name: Some("orders".to_owned()), ..Default::default() };
        emulator.call::<CreateStream>(NOW, request).unwrap();
        put(&emulator, NOW, &[("a", "before the channel")]);
        let request = creation(format, change);
        let channel = emulator.call::<CreateChannel>(NOW, request).unwrap().channel_description;
        Self { emulator, channel }
    }

    fn deliver(&self, now: Timestamp) -> Option<Timestamp> {
        self.emulator
            .in_transaction(now, Purpose::Change, |ctx| {
                deliver_due(ctx)?;
                next_due(ctx)
            })
            .unwrap()
    }

    fn describe(&self) -> ChannelDescription {
        let request = DescribeChannelRequest { channel_arn: Some(self.channel.channel_arn.clone()) };
        self.emulator.call::<DescribeChannel>(NOW, request).unwrap().channel_description
    }

    /// Keys and contents of a bucket.
    fn objects(&self, bucket: &str) -> Vec<(String, String)> {
        let request = input::list_objects(bucket, "");
        let listed = self.emulator.call::<ListObjectsV2>(NOW, request).unwrap();
        let read = |key: String| {
            let object = self.emulator.call::<GetObject>(NOW, input::get_object(bucket, &key)).unwrap();
            (key, String::from_utf8(object.content.read_all().unwrap().to_vec()).unwrap())
        };
        listed.contents.into_iter().flatten().map(|object| read(object.key.unwrap())).collect()
    }
}

fn creation(format: &str, change: impl FnOnce(&mut S3DestinationConfiguration)) -> CreateChannelRequest {
    let mut destination = S3DestinationConfiguration {
        storage_configuration: Some(S3StorageConfiguration {
            bucket_arn: Some("arn:aws:s3:::lake".to_owned()),
            expected_bucket_owner: Some("123456789012".to_owned()),
            compression_type: Some("NONE".to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    };
    change(&mut destination);
    let record = RecordConfiguration { record_format_type: Some(format.to_owned()), gsr_schema_arn: None };
    CreateChannelRequest {
        channel_name: Some("to-lake".to_owned()),
        service_execution_role_arn: Some("arn:aws:iam::123456789012:role/writer".to_owned()),
        stream_configuration_list: Some(vec![ChannelStreamConfiguration {
            stream_arn: Some("arn:aws:kinesis:us-east-1:123456789012:stream/orders".to_owned()),
            record_configuration: Some(record),
        }]),
        s3_destination_configuration: Some(destination),
        ..Default::default()
    }
}

fn put(emulator: &Emulator, now: Timestamp, records: &[(&str, &str)]) {
    let entries = records.iter().map(|(key, data)| PutRecordsRequestEntry::new(*key, data.to_string()));
    let request = PutRecordsRequest::new("orders", entries.collect());
    emulator.call::<PutRecords>(now, request).unwrap();
}

#[test]
fn an_interval_becomes_one_object_and_is_delivered_once() {
    let fixture = Fixture::new("JSON", &["lake"]);
    assert_eq!(fixture.deliver(at(1000)), None, "what was put before the channel is not delivered");
    put(&fixture.emulator, at(1000), &[("a", "{\"n\":1}")]);
    put(&fixture.emulator, at(1299), &[("a", "{\"n\":2}")]);
    assert_eq!(fixture.deliver(at(1299)), Some(at(1300)));
    assert!(fixture.objects("lake").is_empty());
    // Whatever is called when something is due, it is delivered first.
    put(&fixture.emulator, at(1300), &[("a", "{\"n\":3}\n")]);
    assert_eq!(fixture.objects("lake").len(), 1);
    assert_eq!(fixture.deliver(at(1300)), Some(at(1600)));
    let objects = fixture.objects("lake");
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0].1, "{\"n\":1}\n{\"n\":2}\n");
    let id = &fixture.channel.channel_id;
    let key = format!("kinesis-channel/to-lake/{id}/2023/11/14/22/to-lake-{id}-2023-11-14-22-35-");
    assert!(objects[0].0.starts_with(&key), "{}", objects[0].0);
    assert_eq!(fixture.deliver(at(5000)), None);
    assert_eq!(fixture.deliver(at(9000)), None);
    assert_eq!(fixture.objects("lake").len(), 2);
}

#[test]
fn asking_late_gives_the_objects_of_asking_often() {
    let run = |asked: &[i64]| {
        let fixture = Fixture::new("STRING", &["lake"]);
        for secs in [10, 20, 310, 320, 900, 1300] {
            put(&fixture.emulator, at(secs), &[("a", &secs.to_string()), ("b", "x")]);
        }
        for secs in asked {
            fixture.deliver(at(*secs));
        }
        let objects = fixture.objects("lake").into_iter();
        // The suffix makes a key unique; what stands before it is what the record decides.
        let named = objects.map(|(key, body)| (key.rsplit_once('-').unwrap().0.to_owned(), body));
        named.collect::<Vec<_>>()
    };
    let often: Vec<i64> = (0..40).map(|step| step * 50).collect();
    assert_eq!(run(&[2_000]), run(&often));
    assert_eq!(run(&[2_000]).len(), 4);
}

#[test]
fn records_of_another_form_become_dead_letters() {
    let fixture = Fixture::new("JSON", &["lake"]);
    put(&fixture.emulator, at(1), &[("a", "{"), ("a", "{}")]);
    fixture.deliver(at(301));
    let objects = fixture.objects("lake");
    assert_eq!(objects.len(), 2);
    let prefix = format!("kinesis-channel/errors/to-lake/{}/2023/11/14/22/", fixture.channel.channel_id);
    let dead = objects.iter().find(|(key, _)| key.starts_with(&prefix));
    let letter: serde_json::Value = serde_json::from_str(&dead.unwrap().1).unwrap();
    assert_eq!(letter["streamArn"], "arn:aws:kinesis:us-east-1:123456789012:stream/orders");
    assert_eq!(letter["rawData"], "ew==");
    assert_eq!(letter["shardId"], "shardId-000000000000");
    assert_eq!(letter["arrivalTimestamp"], at(1).as_millis());
    assert!(letter["errorMessage"].as_str().unwrap().starts_with("EOF while parsing"));
    assert!(objects.iter().any(|(_, body)| body == "{}\n"));
}

#[test]
fn missing_bucket_keeps_records_due_and_says_so() {
    let fixture = Fixture::new("BYTE_ARRAY", &[]);
    put(&fixture.emulator, at(1), &[("a", "x"), ("a", "y")]);
    assert_eq!(fixture.deliver(at(400)), Some(at(301)));
    assert_eq!(fixture.describe().channel_status_reason.unwrap(), "The bucket lake does not exist.");
    fixture.emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
    assert_eq!(fixture.deliver(at(500)), None);
    assert_eq!(fixture.describe().channel_status_reason, None);
    assert_eq!(fixture.objects("lake")[0].1, "xy");
}

#[test]
fn bucket_of_another_owner_gets_nothing() {
    let fixture = Fixture::with("STRING", &["lake"], |destination| {
        let storage = destination.storage_configuration.as_mut().unwrap();
        storage.expected_bucket_owner = Some("999999999999".to_owned());
    });
    put(&fixture.emulator, at(1), &[("a", "x")]);
    fixture.deliver(at(400));
    let reason = fixture.describe().channel_status_reason.unwrap();
    assert_eq!(reason, "The bucket lake does not belong to the expected owner 999999999999.");
    assert!(fixture.objects("lake").is_empty());
}

#[test]
fn updated_freshness_holds_for_what_waits() {
    let fixture = Fixture::new("STRING", &["lake"]);
    put(&fixture.emulator, at(0), &[("a", "x")]);
    let request = UpdateChannelRequest {
        channel_arn: Some(fixture.channel.channel_arn.clone()),
        s3_destination_configuration: Some(S3DestinationUpdate { data_freshness_in_seconds: Some(900) }),
        ..Default::default()
    };
    fixture.emulator.call::<UpdateChannel>(NOW, request).unwrap();
    assert_eq!(fixture.deliver(at(899)), Some(at(900)));
    assert_eq!(fixture.deliver(at(900)), None);
}

#[test]
fn delivery_is_not_missed_when_the_stream_forgets() {
    let fixture = Fixture::new("STRING", &["lake"]);
    put(&fixture.emulator, at(0), &[("a", "x")]);
    // This drops what is older than a day; what was due is delivered before.
    put(&fixture.emulator, at(200_000), &[("a", "y")]);
    assert_eq!(fixture.objects("lake")[0].1, "x\n");
}

#[test]
fn stream_with_a_channel_cannot_be_deleted() {
    let fixture = Fixture::new("STRING", &["lake"]);
    let request = DescribeStreamSummaryRequest::new("orders");
    let answer = fixture.emulator.call::<DescribeStreamSummary>(NOW, request).unwrap();
    assert_eq!(answer.stream_description_summary.channel_count, Some(1));
    let delete = || fixture.emulator.call::<DeleteStream>(NOW, DeleteStreamRequest::new("orders"));
    let error = delete().unwrap_err();
    assert_eq!(error.code, ErrorCode::ResourceInUseException);
    put(&fixture.emulator, NOW, &[("a", "x")]);
    let request = DeleteChannelRequest { channel_arn: Some(fixture.channel.channel_arn.clone()) };
    fixture.emulator.call::<DeleteChannel>(NOW, request).unwrap();
    assert_eq!(fixture.deliver(at(1000)), None);
    delete().unwrap();
}

#[test]
fn what_cannot_be_delivered_is_refused_by_name() {
    let emulator = Fixture::new("STRING", &["lake"]).emulator;
    let refusal = |format: &str, change: &dyn Fn(&mut CreateChannelRequest)| {
        let mut request = creation(format, |_| ());
        request.channel_name = Some("other".to_owned());
        change(&mut request);
        let error = emulator.call::<CreateChannel>(NOW, request).unwrap_err();
        (error.code, error.message)
    };
    let invalid = ErrorCode::InvalidArgumentException;
    let storage = |request: &mut CreateChannelRequest, change: &dyn Fn(&mut S3StorageConfiguration)| {
        let destination = request.s3_destination_configuration.as_mut().unwrap();
        change(destination.storage_configuration.as_mut().unwrap());
    };
    let (code, message) = refusal("STRING", &|r| {
        r.s3_destination_configuration = None;
        r.s3_tables_destination_configuration = Some(S3TablesDestinationConfiguration {});
    });
    assert_eq!(code, invalid);
    assert!(message.ends_with("this emulator does not deliver to S3 Tables."), "{message}");
    let (code, message) =
        refusal("STRING", &|r| storage(r, &|s| s.compression_type = Some("GZIP".to_owned())));
    assert_eq!(code, invalid);
    assert!(message.starts_with("CompressionType GZIP is not supported"), "{message}");
    assert_eq!(refusal("STRING", &|r| r.s3_destination_configuration = None).0, invalid);
    assert_eq!(refusal("GSR_JSON", &|_| ()).0, invalid);
    let template = refusal("STRING", &|r| storage(r, &|s| s.output_key_template = Some("!{x}".to_owned())));
    assert_eq!(template.1, "OutputKeyTemplate is invalid: the variable !{x} is unknown.");
    let fresh = |secs| {
        refusal("STRING", &move |r| {
            r.s3_destination_configuration.as_mut().unwrap().data_freshness_in_seconds = Some(secs);
        })
    };
    assert_eq!(fresh(299).1, "DataFreshnessInSeconds must be from 300 to 900. Specified value was 299.");
    assert_eq!(fresh(901).0, invalid);
    let taken = refusal("STRING", &|r| r.channel_name = Some("to-lake".to_owned()));
    assert_eq!(taken.0, ErrorCode::ResourceInUseException);
    let twice = refusal("STRING", &|r| {
        let streams = r.stream_configuration_list.as_mut().unwrap();
        streams.push(streams[0].clone());
    });
    assert_eq!(twice.1, "One stream is supported per channel. StreamConfigurationList has 2.");
}
