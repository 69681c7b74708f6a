//! The engine's view of Kinesis over HTTP: the same port as in process, at any endpoint that speaks AWS JSON.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wavetank_emulator::base64;
use wavetank_engine::ports::{
    FailureKind, PortError, PortFailure, PortResult, RecordsPage, ShardRecord, StartPosition, StreamApi,
};

use super::http::{AwsJsonClient, CallError, Endpoint};

const SERVICE: &str = "kinesis";

/// Kinesis at an endpoint.
pub struct HttpStreams(AwsJsonClient);

/// A record on its way into a stream.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Decides its shard.
    pub partition_key: String,
    /// What it says.
    pub data: Bytes,
}

impl HttpStreams {
    /// Of an endpoint that has not been called yet.
    ///
    /// # Errors
    /// When the system has no means to wait for sockets.
    pub fn new(endpoint: Endpoint) -> std::io::Result<Self> {
        AwsJsonClient::new(endpoint).map(Self)
    }

    /// Puts records into a stream, 500 at most; answers those that were not taken.
    ///
    /// # Errors
    /// When the call is refused or not answered.
    pub fn put_records(&mut self, stream: &str, records: &[Outgoing]) -> Result<Vec<Outgoing>, CallError> {
        let entry = |record: &Outgoing| PutEntry {
            data: base64::encode(&record.data),
            partition_key: record.partition_key.clone(),
        };
        let request = PutRecords { stream_name: stream, records: records.iter().map(entry).collect() };
        let answer: PutAnswer = self.0.call(SERVICE, "Kinesis_20131202.PutRecords", &request)?;
        let outcomes = records.iter().zip(answer.records);
        let refused = outcomes.filter(|(_, outcome)| outcome.error_code.is_some());
        Ok(refused.map(|(record, _)| record.clone()).collect())
    }
}

impl StreamApi for HttpStreams {
    fn list_shards(&mut self, stream: &str) -> PortResult<Vec<String>> {
        let mut request = ListShards { stream_name: Some(stream), next_token: None };
        let mut shards = Vec::new();
        loop {
            let operation = "Kinesis_20131202.ListShards";
            let page: ShardsPage = self.0.call(SERVICE, operation, &request).map_err(marked)?;
            shards.extend(page.shards.into_iter().map(|shard| shard.shard_id));
            match page.next_token {
                // Parents come before their children.
                None => {
                    shards.sort_unstable();
                    return Ok(shards);
                }
                token => request = ListShards { stream_name: None, next_token: token },
            }
        }
    }

    fn shard_iterator(&mut self, stream: &str, shard: &str, from: StartPosition<'_>) -> PortResult<String> {
        let (kind, number, timestamp) = match from {
            StartPosition::TrimHorizon => ("TRIM_HORIZON", None, None),
            StartPosition::AtTimestamp(millis) => ("AT_TIMESTAMP", None, Some(millis as f64 / 1000.0)),
            StartPosition::AfterSequenceNumber(number) => ("AFTER_SEQUENCE_NUMBER", Some(number), None),
        };
        let request = GetShardIterator {
            stream_name: stream,
            shard_id: shard,
            shard_iterator_type: kind,
            starting_sequence_number: number,
            timestamp,
        };
        let operation = "Kinesis_20131202.GetShardIterator";
        let answer: IteratorAnswer = self.0.call(SERVICE, operation, &request).map_err(marked)?;
        Ok(answer.shard_iterator)
    }

    fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage> {
        let request = GetRecords { shard_iterator: iterator, limit: limit.min(10_000) };
        let operation = "Kinesis_20131202.GetRecords";
        let page: RecordsAnswer = self.0.call(SERVICE, operation, &request).map_err(marked)?;
        let record = |record: WireRecord| {
            Ok(ShardRecord {
                sequence_number: record.sequence_number.into(),
                partition_key: record.partition_key.into(),
                arrival_millis: (record.approximate_arrival_timestamp * 1000.0).round() as i64,
                data: base64::decode(&record.data)?.into(),
            })
        };
        let records = page.records.into_iter().map(record).collect::<PortResult<Vec<_>>>()?;
        Ok(RecordsPage {
            records: vec![Arc::new(records)],
            next_iterator: page.next_shard_iterator,
            behind_millis: page.millis_behind_latest,
        })
    }

    fn pause(&mut self, millis: u64) {
        self.0.pause(std::time::Duration::from_millis(millis));
    }
}

/// A refusal, marked if the engine can do something about it.
fn marked(error: CallError) -> PortError {
    let kind = match &error {
        CallError::Refused { code, .. } if code == "ExpiredIteratorException" => FailureKind::ExpiredIterator,
        CallError::Refused { code, .. }
            if code == "LimitExceededException" || code == "ProvisionedThroughputExceededException" =>
        {
            FailureKind::Throttled
        }
        _ => return error.into(),
    };
    PortFailure { kind, cause: error.into() }.into()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListShards<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ShardsPage {
    shards: Vec<ShardName>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ShardName {
    shard_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetShardIterator<'a> {
    stream_name: &'a str,
    shard_id: &'a str,
    shard_iterator_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_sequence_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IteratorAnswer {
    shard_iterator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetRecords<'a> {
    shard_iterator: &'a str,
    limit: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecordsAnswer {
    records: Vec<WireRecord>,
    next_shard_iterator: Option<String>,
    #[serde(default)]
    millis_behind_latest: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireRecord {
    sequence_number: String,
    #[serde(default)]
    partition_key: String,
    approximate_arrival_timestamp: f64,
    data: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutRecords<'a> {
    stream_name: &'a str,
    records: Vec<PutEntry>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutEntry {
    data: String,
    partition_key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutAnswer {
    records: Vec<PutOutcome>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutOutcome {
    error_code: Option<String>,
}
