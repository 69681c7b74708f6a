//! `SubscribeToShard`: a shard pushes its records to a consumer, for five minutes.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html>
//!
//! The answer is a stream of events. Here it is a [`Subscription`], which is asked for the next event again and again
//! ([`Emulator::next_event`](crate::Emulator::next_event)): whoever frames the events decides how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::consumer::{self, ConsumerArn};
use super::get_records::{PageRead, records};
use super::get_shard_iterator::{self, Position, TYPES};
use super::put_record::SEQUENCE_NUMBER;
use super::{
    ChildShard, GET_RECORDS_ENTRIES_MAX, Record, RecordSpan, SequenceNumber, ShardId, errors, stream,
};
use crate::codec::Codec;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// How long a subscription lasts, in milliseconds.
const LIFETIME_MS: i64 = 300_000;
/// How soon a subscription can be taken over, in milliseconds.
const TAKE_OVER_MS: i64 = 5000;
/// After so long without records an event says so, in milliseconds.
const SILENCE_MS: i64 = 5000;

/// See the module.
pub struct SubscribeToShard;

impl Operation for SubscribeToShard {
    const NAME: &'static str = "Kinesis_20131202.SubscribeToShard";
    const RULES: &'static [Rule<SubscribeToShardRequest>] = &[
        field("consumerARN", |r| text(&r.consumer_arn), &[Required, Length(1, 2048)]),
        field("shardId", |r| text(&r.shard_id), stream::REQUIRED_NAME),
        field("startingPosition", |r| structure(&r.starting_position), &[Required]),
        inside(|r, found| found.within("startingPosition", &r.starting_position, STARTING_POSITION)),
    ];
    const READS_ONLY: bool = true;
    type Request = SubscribeToShardRequest;
    type Response = Subscription;

    fn call(ctx: &mut Context<'_>, request: SubscribeToShardRequest) -> Result<Subscription, ApiError> {
        let arn = required(request.consumer_arn);
        let account = &ctx.identity.account;
        let missing = || errors::not_found(format!("Consumer {arn}, account {account} not found."));
        let parsed = ConsumerArn::parse(&arn).ok_or_else(missing)?;
        let (stream, _) = consumer::find(ctx, &parsed)?;
        let text = required(request.shard_id);
        let shard =
            ShardId::parse(&text).ok_or_else(|| errors::shard_not_found(&text, &stream.name, account))?;
        let gone = || errors::shard_does_not_exist(shard, &stream.name, account);
        let row = ctx.store.find_shard(stream.id, shard)?.filter(|row| stream.keeps(row, ctx.now));
        let row = row.ok_or_else(gone)?;
        let from = required(request.starting_position);
        let kind = from.r#type.as_deref().unwrap_or_default();
        let position = Position::of(kind, from.sequence_number.as_deref(), from.timestamp)?;
        let counter = get_shard_iterator::counter(ctx, &stream, &row, position)?;
        if request.dry_run == Some(true) {
            return Err(errors::dry_run());
        }
        let turn = ctx.volatile.subscribers.enter(&arn, shard, ctx.now)?;
        Ok(Subscription {
            consumer: arn,
            shard,
            counter,
            turn,
            opened: ctx.now,
            told: None,
            ended: false,
            codec: Codec::Json,
        })
    }
}

const STARTING_POSITION: &[Rule<StartingPosition>] = &[
    field("type", |p| text(&p.r#type), &[Required, OneOf(TYPES)]),
    field("sequenceNumber", |p| text(&p.sequence_number), SEQUENCE_NUMBER),
];

/// What `SubscribeToShard` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SubscribeToShardRequest {
    /// Required: from `RegisterStreamConsumer`.
    #[serde(rename = "ConsumerARN")]
    pub consumer_arn: Option<String>,
    /// Required.
    pub shard_id: Option<String>,
    /// Required.
    #[serde(deserialize_with = "crate::codec::structure")]
    pub starting_position: Option<StartingPosition>,
    /// Only asks whether it would work; the answer is an error then.
    pub dry_run: Option<bool>,
}

/// Where in a shard to start.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StartingPosition {
    /// Required: `AT_SEQUENCE_NUMBER`, `AFTER_SEQUENCE_NUMBER`, `AT_TIMESTAMP`, `TRIM_HORIZON` or `LATEST`.
    pub r#type: Option<String>,
    /// For the types that name one.
    pub sequence_number: Option<String>,
    /// For `AT_TIMESTAMP`.
    pub timestamp: Option<Timestamp>,
}

/// What is pushed to a consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubscribeToShardEvent {
    /// Records in the order of their sequence numbers.
    pub records: Vec<Record>,
    /// After which number another subscription goes on; absent at the end of a closed shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continuation_sequence_number: Option<SequenceNumber>,
    /// As in `GetRecords`.
    pub millis_behind_latest: i64,
    /// Which shards took over, at the end of a closed shard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child_shards: Option<Vec<ChildShard>>,
}

/// A consumer's subscription to a shard, and how far it has come.
#[derive(Debug)]
pub struct Subscription {
    consumer: String,
    shard: ShardId,
    /// Number of the next record.
    counter: u64,
    /// Which of the subscriptions of this consumer to this shard it is.
    turn: u64,
    opened: Timestamp,
    /// When the last event was sent.
    told: Option<Timestamp>,
    /// Whether the shard has nothing more to give.
    ended: bool,
    codec: Codec,
}

impl Subscription {
    /// The same, with events written by `codec`.
    pub fn with_codec(self, codec: Codec) -> Self {
        Self { codec, ..self }
    }

    /// How its events are written.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Whether there is nothing more to come: the shard has ended, or five minutes have passed.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ended || now.millis_since(self.opened) >= LIFETIME_MS
    }

    pub(crate) fn next_event(
        &mut self,
        ctx: &mut Context<'_>,
    ) -> Result<Option<SubscribeToShardEvent>, ApiError> {
        ctx.volatile.subscribers.check(&self.consumer, self.shard, self.turn)?;
        let account = &ctx.identity.account;
        let missing =
            || errors::not_found(format!("Consumer {}, account {account} not found.", self.consumer));
        let (stream, _) = consumer::find(ctx, &ConsumerArn::parse(&self.consumer).ok_or_else(missing)?)?;
        let gone = || errors::shard_does_not_exist(self.shard, &stream.name, account);
        let row = ctx.store.find_shard(stream.id, self.shard)?.ok_or_else(gone)?;
        let page = PageRead::read(ctx, &stream, &row, self.counter, GET_RECORDS_ENTRIES_MAX)?;
        let silent = page.spans.is_empty() && page.child_shards.is_none();
        if silent && self.told.is_some_and(|told| ctx.now.millis_since(told) < SILENCE_MS) {
            return Ok(None);
        }
        self.counter = page.counter_next;
        self.told = Some(ctx.now);
        self.ended = page.child_shards.is_some();
        let reached = page.spans.last().map(RecordSpan::last);
        let reached = reached.unwrap_or_else(|| {
            SequenceNumber::new(self.shard, row.created, self.counter.saturating_sub(1), ctx.now)
        });
        Ok(Some(SubscribeToShardEvent {
            records: records(&page.spans),
            continuation_sequence_number: (!self.ended).then_some(reached),
            millis_behind_latest: page.millis_behind_latest,
            child_shards: page.child_shards,
        }))
    }
}

/// Who is subscribed to which shard: the latest subscription of each consumer to each shard.
#[derive(Debug, Default)]
pub(crate) struct Subscribers {
    turns: BTreeMap<(String, ShardId), (u64, Timestamp)>,
}

impl Subscribers {
    /// Begins a subscription, which ends the one before, if that is old enough.
    fn enter(&mut self, consumer: &str, shard: ShardId, now: Timestamp) -> Result<u64, ApiError> {
        let (turn, since) =
            self.turns.entry((consumer.to_owned(), shard)).or_insert((0, now.plus_millis(-TAKE_OVER_MS)));
        if now.millis_since(*since) < TAKE_OVER_MS {
            return Err(errors::in_use(format!(
                "Another active subscription exists for this consumer: {consumer}, shard {shard}."
            )));
        }
        (*turn, *since) = (*turn + 1, now);
        Ok(*turn)
    }

    /// Refuses to go on with a subscription that another has taken over.
    fn check(&self, consumer: &str, shard: ShardId, turn: u64) -> Result<(), ApiError> {
        let latest = self.turns.get(&(consumer.to_owned(), shard));
        match latest.is_some_and(|(latest, _)| *latest == turn) {
            true => Ok(()),
            false => Err(errors::in_use(format!(
                "Another subscription of consumer {consumer} to shard {shard} has taken over."
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::*;
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";

    fn emulator() -> (Emulator, String) {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
        let request = RegisterStreamConsumerRequest {
            stream_arn: Some(ARN.to_owned()),
            consumer_name: Some("reader".to_owned()),
            tags: None,
        };
        let arn = emulator.call::<RegisterStreamConsumer>(NOW, request).unwrap().consumer.consumer_arn;
        (emulator, arn)
    }

    fn subscribe(
        (emulator, consumer): &(Emulator, String),
        now: Timestamp,
        kind: &str,
        number: Option<String>,
    ) -> Result<Subscription, ApiError> {
        let position =
            StartingPosition { r#type: Some(kind.to_owned()), sequence_number: number, timestamp: None };
        let request = SubscribeToShardRequest {
            consumer_arn: Some(consumer.clone()),
            shard_id: Some("shardId-000000000000".to_owned()),
            starting_position: Some(position),
            dry_run: None,
        };
        emulator.call::<SubscribeToShard>(now, request)
    }

    fn put(emulator: &Emulator, data: &str) {
        let entry = PutRecordsRequestEntry::new("k", data.to_owned());
        emulator.call::<PutRecords>(NOW, PutRecordsRequest::new("orders", vec![entry])).unwrap();
    }

    /// Data, continuation and children of the next event.
    fn event(
        emulator: &Emulator,
        now: Timestamp,
        subscription: &mut Subscription,
    ) -> Option<(Vec<String>, Option<String>, bool)> {
        let event = emulator.next_event(now, subscription).unwrap()?;
        let event: serde_json::Value = serde_json::from_slice(&event).unwrap();
        let data = event["Records"].as_array().unwrap().iter();
        let data = data.map(|record| record["Data"].as_str().unwrap().to_owned()).collect();
        let next = event["ContinuationSequenceNumber"].as_str().map(str::to_owned);
        Some((data, next, event["ChildShards"].is_array()))
    }

    #[test]
    fn records_are_pushed_as_they_come_and_silence_is_told() {
        let tank = emulator();
        let mut subscription = subscribe(&tank, NOW, "LATEST", None).unwrap();
        let (none, start, _) = event(&tank.0, NOW, &mut subscription).unwrap();
        assert!(none.is_empty());
        assert_eq!(event(&tank.0, NOW, &mut subscription), None);
        put(&tank.0, "a");
        let (data, next, _) = event(&tank.0, NOW, &mut subscription).unwrap();
        assert_eq!(data, ["YQ=="]);
        assert_eq!(event(&tank.0, NOW.plus_millis(4999), &mut subscription), None);
        assert!(event(&tank.0, NOW.plus_millis(5000), &mut subscription).unwrap().0.is_empty());
        // Each continuation goes on behind what was told with it.
        put(&tank.0, "b");
        for (number, expected, at) in [(start, vec!["YQ==", "Yg=="], 5000), (next, vec!["Yg=="], 10_000)] {
            let now = NOW.plus_millis(at);
            let mut again = subscribe(&tank, now, "AFTER_SEQUENCE_NUMBER", number).unwrap();
            assert_eq!(event(&tank.0, now, &mut again).unwrap().0, expected);
        }
        assert!(
            !subscription.is_over(NOW.plus_millis(299_999)) && subscription.is_over(NOW.plus_millis(300_000))
        );
    }

    #[test]
    fn a_subscription_is_taken_over_after_five_seconds_and_not_before() {
        let tank = emulator();
        let mut first = subscribe(&tank, NOW, "LATEST", None).unwrap();
        let error = subscribe(&tank, NOW.plus_millis(4999), "LATEST", None).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceInUseException);
        let later = NOW.plus_millis(5000);
        let mut second = subscribe(&tank, later, "LATEST", None).unwrap();
        assert_eq!(tank.0.next_event(later, &mut first).unwrap_err().code, ErrorCode::ResourceInUseException);
        assert!(tank.0.next_event(later, &mut second).unwrap().is_some());
    }

    #[test]
    fn the_end_of_a_closed_shard_names_its_children_and_ends_the_subscription() {
        let tank = emulator();
        put(&tank.0, "a");
        let mut subscription = subscribe(&tank, NOW, "TRIM_HORIZON", None).unwrap();
        let split = SplitShardRequest::new("orders", ShardId::new(0), "9");
        tank.0.call::<SplitShard>(NOW, split).unwrap();
        let (data, next, children) = event(&tank.0, NOW, &mut subscription).unwrap();
        assert_eq!((data.len(), next.is_some(), children), (1, true, false));
        let (data, next, children) = event(&tank.0, NOW, &mut subscription).unwrap();
        assert_eq!((data.len(), next, children), (0, None, true));
        assert!(subscription.is_over(NOW));
    }

    #[test]
    fn a_consumer_that_is_deregistered_is_told() {
        let tank = emulator();
        let mut subscription = subscribe(&tank, NOW, "LATEST", None).unwrap();
        let request =
            DeregisterStreamConsumerRequest { consumer_arn: Some(tank.1.clone()), ..Default::default() };
        tank.0.call::<DeregisterStreamConsumer>(NOW, request).unwrap();
        let error = tank.0.next_event(NOW, &mut subscription).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceNotFoundException);
    }
}
