//! What one AWS operation is: a name, rules, two types and a function.
//!
//! [`route`] erases the two types, so that one table holds every operation and one function,
//! `invoke`, does for all of them: decode → validate → call → encode.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::athena::SqlRunner;
use crate::codec::Codec;
use crate::emulator::{Emulator, Identity};
use crate::error::{ApiError, ErrorCode};
use crate::ids::Ids;
use crate::kinesis::{Subscribers, Throttle};
use crate::s3::Caller;
use crate::settings::Settings;
use crate::store::Transaction;
use crate::time::Timestamp;
use crate::validation::Rule;

/// One operation of one service.
///
/// Requests of AWS JSON services implement `Deserialize` and responses `Serialize`, which is what
/// [`route`] asks for. Requests of S3 do not: their wire form is spread over path, headers and body.
pub trait Operation {
    /// `Kinesis_20131202.PutRecords`, `AWSGlue.CreateTable`, `s3:PutObject`.
    const NAME: &'static str;
    /// What a request must satisfy before [`Operation::call`] sees it, in the order AWS reports it.
    const RULES: &'static [Rule<Self::Request>];
    /// Whether it changes nothing. Calls come one at a time, so such an operation needs no transaction.
    const READS_ONLY: bool = false;
    /// What is asked.
    type Request: 'static;
    /// What is answered.
    type Response;

    /// Answers a request that satisfies the rules, inside a transaction of its own unless it only reads.
    ///
    /// # Errors
    /// What AWS would answer; the caller then rolls the transaction back.
    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError>;

    /// A broken rule as the operation's service reports it: Athena has no code but one for what is wrong with a request.
    fn in_words_of_its_service(error: ApiError) -> ApiError {
        match Self::NAME.starts_with("AmazonAthena.") {
            true => ApiError { code: ErrorCode::InvalidRequestException, ..error },
            false => error,
        }
    }
}

/// All that an operation may read or change besides its request.
pub struct Context<'a> {
    /// The time of this call.
    pub now: Timestamp,
    /// Whose resources these are.
    pub identity: &'a Identity,
    /// Who calls.
    pub caller: &'a Caller,
    /// How closely AWS is followed.
    pub settings: &'a Settings,
    /// Where new ids come from.
    pub ids: &'a mut Ids,
    /// What runs queries, where there is something.
    pub(crate) sql: Option<&'a dyn SqlRunner>,
    /// The emulator that has the buckets, where it is not this one.
    pub(crate) buckets: Option<&'a Emulator>,
    /// What is known only as long as the process lives.
    pub(crate) volatile: &'a mut Volatile,
    /// The open transaction.
    pub(crate) store: Transaction<'a>,
}

/// What no transaction takes back and no storage keeps.
#[derive(Debug, Default)]
pub(crate) struct Volatile {
    /// When the next change that takes its time is due.
    pub due: Option<Timestamp>,
    /// What the shards of each stream can still take and give.
    pub throttle: Throttle,
    /// Who is subscribed to which shard.
    pub subscribers: Subscribers,
    /// What tells the queries that run that they are to stop, by their ids.
    pub stops: BTreeMap<String, Arc<AtomicBool>>,
}

impl Context<'_> {
    /// Has [`crate::kinesis::settle`] be called by the first call at `time` or later.
    pub(crate) fn wake_at(&mut self, time: Timestamp) {
        let due = &mut self.volatile.due;
        *due = Some(due.map_or(time, |due| due.min(time)));
    }
}

/// One row of the table of operations.
pub struct Route {
    /// [`Operation::NAME`].
    pub name: &'static str,
    /// How its requests arrive.
    pub wire: Wire,
}

/// The protocols of the emulated services.
#[derive(Clone, Copy)]
pub enum Wire {
    /// AWS JSON 1.1: the name arrives in `X-Amz-Target`, the request as one JSON document.
    AwsJson(Invoke),
    /// REST with XML: the HTTP side builds typed requests and uses [`Emulator::call`].
    RestXml,
}

/// An operation with its types erased: bytes of a request in, bytes of a response out.
pub type Invoke = fn(&Emulator, Timestamp, Codec, &[u8]) -> Result<Vec<u8>, ApiError>;

/// The row of an AWS JSON operation.
pub const fn route<O>() -> Route
where
    O: Operation,
    O::Request: DeserializeOwned,
    O::Response: Serialize,
{
    Route { name: O::NAME, wire: Wire::AwsJson(invoke::<O>) }
}

/// The row of an S3 operation.
pub const fn rest_route<O: Operation>() -> Route {
    Route { name: O::NAME, wire: Wire::RestXml }
}

fn invoke<O>(emulator: &Emulator, now: Timestamp, codec: Codec, body: &[u8]) -> Result<Vec<u8>, ApiError>
where
    O: Operation,
    O::Request: DeserializeOwned,
    O::Response: Serialize,
{
    let request = codec.decode(body)?;
    let response = emulator.call::<O>(now, request)?;
    Ok(codec.encode(&response))
}
