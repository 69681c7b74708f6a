//! S3 alone, in process: objects of 64 KiB put and got, then listed by the thousand.

use std::time::Instant;

use bytes::Bytes;

use crate::emulator::s3::{CreateBucket, CreateBucketRequest, GetObject, PutObject, PutObjectRequest, input};
use crate::emulator::{Emulator, Identity, Storage};
use crate::scenarios::adapters::Services;
use crate::scenarios::clock::VirtualClock;
use crate::scenarios::rng::Rng;

use super::answer::Digest;
use super::data::START_SECONDS;
use super::report::{Part, Results};
use super::{BenchError, Observer, Parameters, told};

const BUCKET: &str = "lake";
const OBJECT_BYTES: usize = 64 * 1024;
/// Listings of the whole bucket.
const LISTINGS: usize = 5;

/// Runs the workload.
pub(super) fn run(parameters: &Parameters, observer: &mut dyn Observer) -> Result<Results, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::failed("making a folder"))?;
    let storage = Storage::Scratch(folder.path().to_owned());
    let emulator = Emulator::open(storage, Identity::default());
    let emulator = emulator.map_err(BenchError::failed("opening an emulator"))?.into();
    let services = Services { emulator, clock: VirtualClock::at(START_SECONDS * 1000) };
    let bucket = CreateBucketRequest::new(BUCKET);
    services.call::<CreateBucket>(bucket).map_err(BenchError::failed("making a bucket"))?;
    let objects = parameters.events.max(1);
    let key = |number: u64| format!("part={:03}/object-{number:07}", number % 100);
    let mut rng = Rng::new(parameters.seed).fork("objects");
    let (mut put, mut got, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let mut digest = Digest::default();
    for number in 0..objects {
        told(observer, "putting objects", number as f64 / objects as f64)?;
        let body: Vec<u8> = (0..OBJECT_BYTES / 8).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
        let request = PutObjectRequest::new(BUCKET, key(number), Bytes::from(body));
        let begun = Instant::now();
        services.call::<PutObject>(request).map_err(BenchError::failed("putting an object"))?;
        put.push(begun.elapsed());
    }
    for number in 0..objects {
        told(observer, "getting objects", number as f64 / objects as f64)?;
        let begun = Instant::now();
        let object = services.call::<GetObject>(input::get_object(BUCKET, key(number)));
        let object = object.map_err(BenchError::failed("getting an object"))?;
        let body = object.into_bytes().map_err(BenchError::failed("reading an object"))?;
        got.push(begun.elapsed());
        digest.add_bytes(&body);
    }
    for _ in 0..LISTINGS {
        told(observer, "listing objects", 0.0)?;
        let begun = Instant::now();
        let found = services.objects(BUCKET, "").map_err(BenchError::failed("listing objects"))?;
        listed.push(begun.elapsed());
        assert_eq!(found.len() as u64, objects, "a listing has every object");
    }
    let bytes = objects * OBJECT_BYTES as u64;
    let parts = vec![
        Part::new("put 64 KiB", objects, bytes, &put),
        Part::new("get 64 KiB", objects, bytes, &got),
        Part::new("list", objects * LISTINGS as u64, 0, &listed),
    ];
    Ok(Results::of_parts(parts, digest))
}
