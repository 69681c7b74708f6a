//! Kinesis alone: records put by the 500 and got by the 10,000, in process and over HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::emulator::http::{Credentials, Server, ServerClock, ServerOptions};
use crate::emulator::kinesis::{CreateStream, CreateStreamRequest, PUT_RECORDS_ENTRIES_MAX, PutRecords};
use crate::emulator::{Identity, Settings, Storage, Tenants};
use crate::engine::ports::{PortError, StartPosition, StreamApi};
use crate::scenarios::adapters::{Endpoint, HttpStreams, KinesisStreams, Outgoing, Services};
use crate::scenarios::clock::VirtualClock;

use super::answer::Digest;
use super::data::{Record, START_SECONDS, Traffic, put_request};
use super::report::{Part, Results};
use super::{BenchError, Observer, Parameters, Workload, told};

const SHARDS: i32 = 2;
const GET_LIMIT: usize = 10_000;
const REGION: &str = "us-east-1";

/// Runs the workload.
pub(super) fn run(parameters: &Parameters, observer: &mut dyn Observer) -> Result<Results, BenchError> {
    told(observer, "drawing records", 0.0)?;
    let traffic = Traffic::draw(Workload::Dedup, parameters);
    let records: Vec<Record> = traffic.measured.into_iter().flatten().flatten().collect();
    let tenants = Tenants::open(Storage::Memory, Identity::default(), Settings::default());
    let tenants = Arc::new(tenants.map_err(BenchError::failed("opening an emulator"))?);
    let clock = VirtualClock::at(START_SECONDS * 1000);
    let services = Services { emulator: Arc::clone(tenants.home()), clock };
    for stream in ["here", "there"] {
        let request = CreateStreamRequest::new(stream, SHARDS);
        services.call::<CreateStream>(request).map_err(BenchError::failed("making a stream"))?;
    }
    told(observer, "in process", 0.0)?;
    let put = put_in_process(&services, &records).map_err(BenchError::failed("putting records"))?;
    let mut streams = KinesisStreams(services);
    let (got, here) = get("get in process", &mut streams, "here")?;
    told(observer, "over HTTP", 0.5)?;
    let server = Running::start(tenants).map_err(BenchError::failed("starting a server"))?;
    let mut streams = server.client().map_err(BenchError::failed("opening a connection"))?;
    let put_there = put_over_http(&mut streams, &records).map_err(BenchError::failed("putting records"))?;
    let (got_there, there) = get("get over HTTP", &mut streams, "there")?;
    drop(streams);
    server.stop();
    if here != there {
        let difference = "the records got over HTTP are not those got in process";
        return Err(BenchError::failed("comparing answers")(difference));
    }
    Ok(Results::of_parts(vec![put, got, put_there, got_there], here))
}

fn bytes(records: &[Record]) -> u64 {
    records.iter().map(|record| record.data.len() as u64).sum()
}

fn put_in_process(services: &Services, records: &[Record]) -> Result<Part, crate::emulator::ApiError> {
    let mut times = Vec::new();
    for records in records.chunks(PUT_RECORDS_ENTRIES_MAX) {
        let request = put_request("here", records);
        let begun = Instant::now();
        services.call::<PutRecords>(request)?;
        times.push(begun.elapsed());
    }
    Ok(Part::new("put in process", records.len() as u64, bytes(records), &times))
}

fn put_over_http(streams: &mut HttpStreams, records: &[Record]) -> Result<Part, PortError> {
    let mut times = Vec::new();
    for records in records.chunks(PUT_RECORDS_ENTRIES_MAX) {
        let outgoing = |r: &Record| Outgoing { partition_key: r.partition_key.clone(), data: r.data.clone() };
        let records: Vec<Outgoing> = records.iter().map(outgoing).collect();
        let begun = Instant::now();
        streams.put_records("there", &records)?;
        times.push(begun.elapsed());
    }
    Ok(Part::new("put over HTTP", records.len() as u64, bytes(records), &times))
}

/// Reads every shard from its beginning to its end.
fn get(name: &'static str, streams: &mut dyn StreamApi, stream: &str) -> Result<(Part, Digest), BenchError> {
    let failed = || BenchError::failed::<PortError>("getting records");
    let (mut times, mut events, mut bytes): (Vec<Duration>, u64, u64) = (vec![], 0, 0);
    let mut digest = Digest::default();
    for shard in streams.list_shards(stream).map_err(failed())? {
        let start = streams.shard_iterator(stream, &shard, StartPosition::TrimHorizon);
        let mut iterator = start.map_err(failed())?;
        loop {
            let begun = Instant::now();
            let page = streams.get_records(&iterator, GET_LIMIT).map_err(failed())?;
            // A page in process is views: what it costs is known when each record has been found.
            let data: Vec<&[u8]> = page.records.iter().flat_map(|run| run.data(0..run.records())).collect();
            times.push(begun.elapsed());
            events += data.len() as u64;
            bytes += data.iter().map(|data| data.len() as u64).sum::<u64>();
            data.iter().for_each(|data| digest.add_bytes(data));
            match page.next_iterator {
                Some(next) if page.behind_millis > 0 || !data.is_empty() => iterator = next,
                _ => break,
            }
        }
    }
    Ok((Part::new(name, events, bytes, &times), digest))
}

/// A server in this process.
struct Running {
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    address: SocketAddr,
}

impl Running {
    fn start(tenants: Arc<Tenants>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = runtime.block_on(async { Server::bind(address, ServerOptions::default()) })?;
        let address = server.local_addr()?;
        let clock =
            Arc::new(ServerClock::new(|| crate::emulator::Timestamp::from_millis(START_SECONDS * 1000)));
        runtime.spawn(server.serve(tenants, clock, async {
            // A sender that is gone ends the server as well.
            let _ = stopped.await;
        }));
        Ok(Self { runtime, stop, address })
    }

    fn client(&self) -> Result<HttpStreams, PortError> {
        let credentials = Credentials { access_key: "test".to_owned(), secret_key: "test".to_owned() };
        let now = Arc::new(|| crate::emulator::Timestamp::from_millis(START_SECONDS * 1000));
        let endpoint = Endpoint::new(&format!("http://{}", self.address), credentials, REGION, now)?;
        Ok(HttpStreams::new(endpoint)?)
    }

    fn stop(self) {
        let _ = self.stop.send(());
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_got_both_ways() {
        let parameters = Parameters {
            events: 1200,
            late: 0.0,
            batch_events: 1200,
            parallelism: 1,
            seed: 1,
            ..Parameters::default()
        };
        let results = run(&parameters, &mut ()).unwrap();
        let events: Vec<u64> = results.parts.iter().map(|part| part.events).collect();
        assert_eq!(events, [1200; 4]);
        assert_eq!(results.parts[0].calls.count, 3);
    }
}
