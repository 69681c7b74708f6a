//! The emulator: state behind one lock, and one transaction per call.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use crate::athena::SqlRunner;
use crate::codec::Codec;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::kinesis::{self, SubscribeToShard, Subscription};
use crate::operation::{Context, Operation, Volatile};
use crate::operations;
use crate::s3::{self, Caller, ChecksumAlgorithm, ContentWriter};
use crate::settings::Settings;
use crate::store::{BodyId, GroupCommit, OpenError, Purpose, Shelf, Storage, Store, StoreError};
use crate::time::Timestamp;
use crate::validation::validate;

/// Whose resources these are: every ARN and many error messages carry it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// Such as `us-east-1`.
    pub region: String,
}

impl Default for Identity {
    /// The account that moto, LocalStack's fixtures and most examples use.
    fn default() -> Self {
        Self { account: "123456789012".to_owned(), region: "us-east-1".to_owned() }
    }
}

/// All services of one account in one region.
///
/// Shared by reference between threads; calls are serialised by the one lock inside.
pub struct Emulator {
    identity: Identity,
    settings: Settings,
    state: Mutex<State>,
    /// Waits until commits are on the disk, where they are to be.
    group: Option<GroupCommit>,
    /// What those share who write and read content beside the lock.
    shelf: Arc<Shelf>,
    /// Whose buckets these are, where not its own.
    buckets: Option<Arc<Emulator>>,
    /// What runs queries.
    sql: Option<Arc<dyn SqlRunner>>,
}

struct State {
    store: Store,
    ids: Ids,
    volatile: Volatile,
}

impl Emulator {
    /// Opens what `storage` names, creating it when there is nothing there yet.
    ///
    /// # Errors
    /// When the directory or the database cannot be opened, or was written by a newer version.
    pub fn open(storage: Storage, identity: Identity) -> Result<Self, OpenError> {
        Self::with_settings(storage, identity, Settings::default())
    }

    /// The same, with settings.
    ///
    /// # Errors
    /// As [`Emulator::open`].
    pub fn with_settings(
        storage: Storage,
        identity: Identity,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        let mut store = Store::open(storage)?;
        store.fail_abandoned_queries()?;
        let ids = Ids::new(&identity, store.ids_minted()?);
        // What an earlier process has left to do is looked for by the first call.
        let volatile = Volatile { due: Some(Timestamp::from_millis(i64::MIN)), ..Volatile::default() };
        let group = store.group_commit()?;
        let shelf = Arc::clone(store.shelf());
        let state = Mutex::new(State { store, ids, volatile });
        Ok(Self { identity, settings, state, group, shelf, buckets: None, sql: None })
    }

    /// The same, with what runs the queries of Athena.
    #[must_use]
    pub fn with_sql(self, runner: Arc<dyn SqlRunner>) -> Self {
        Self { sql: Some(runner), ..self }
    }

    /// The same, with the buckets of another.
    #[must_use]
    pub(crate) fn with_buckets_of(self, other: Arc<Emulator>) -> Self {
        Self { buckets: Some(other), ..self }
    }

    /// The emulator that has the buckets: they are of all regions and accounts together, as on AWS.
    pub fn s3(&self) -> &Emulator {
        self.buckets.as_deref().unwrap_or(self)
    }

    /// Who this emulator's account is to the one that has the buckets.
    pub(crate) fn s3_caller(&self) -> Caller {
        self.s3().caller_of(&self.identity)
    }

    /// Who somebody's account is to this emulator.
    pub(crate) fn caller_of(&self, identity: &Identity) -> Caller {
        match identity.account == self.identity.account {
            true => Caller::Home,
            false => Caller::Account(identity.account.clone()),
        }
    }

    /// What runs queries, where there is something.
    pub(crate) fn sql(&self) -> Option<&Arc<dyn SqlRunner>> {
        self.sql.as_ref()
    }

    /// Whether a call that changes something waits for the disk.
    pub fn waits_for_disk(&self) -> bool {
        self.group.is_some()
    }

    /// The account and region this emulator answers for.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Removes everything that clients have made; what follows is as in a new emulator.
    ///
    /// # Errors
    /// `InternalFailure` when the store fails.
    pub fn clear(&self) -> Result<(), ApiError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.volatile.stops.values().for_each(|stop| stop.store(true, Ordering::Relaxed));
        state.store.clear()?;
        state.ids = Ids::new(&self.identity, 0);
        state.volatile = Volatile::default();
        Ok(())
    }

    /// Runs one operation at `now`: validate, open a transaction, call, commit.
    ///
    /// # Errors
    /// What AWS would answer; nothing is changed then. Operations on batches report the failures
    /// of single entries inside an `Ok`.
    pub fn call<O: Operation>(&self, now: Timestamp, request: O::Request) -> Result<O::Response, ApiError> {
        self.call_as::<O>(&Caller::Home, now, request)
    }

    /// The same for somebody who may be of another account, or nobody.
    ///
    /// # Errors
    /// As [`Emulator::call`].
    pub fn call_as<O: Operation>(
        &self,
        caller: &Caller,
        now: Timestamp,
        request: O::Request,
    ) -> Result<O::Response, ApiError> {
        validate(&request, O::RULES).map_err(|error| O::in_words_of_its_service(error))?;
        let purpose = if O::READS_ONLY { Purpose::Read } else { Purpose::Change };
        self.in_transaction_of(caller, now, purpose, |ctx| O::call(ctx, request))
    }

    /// Writes the content of an object that is put later. It does not wait for calls, nor calls for it.
    pub fn content_writer(&self, algorithms: &[ChecksumAlgorithm]) -> ContentWriter {
        ContentWriter::new(Arc::clone(&self.shelf), algorithms)
    }

    /// Runs the operation that AWS JSON clients name in `X-Amz-Target`, such as
    /// `Kinesis_20131202.PutRecords`, on the bytes of a request, and answers the bytes of its
    /// response.
    ///
    /// # Errors
    /// `UnknownOperationException` for a name not in [`operations::OPERATIONS`],
    /// `SerializationException` for bytes that do not decode, else what the operation answers.
    pub fn invoke(
        &self,
        now: Timestamp,
        operation_name: &str,
        codec: Codec,
        body: &[u8],
    ) -> Result<Vec<u8>, ApiError> {
        let invoke = operations::find(operation_name).ok_or_else(ApiError::unknown_operation)?;
        invoke(self, now, codec, body)
    }

    /// The file that holds an object's body, for a reader in the same process; `None` when bodies
    /// are kept in memory. The file is valid until the object is replaced or deleted.
    ///
    /// # Errors
    /// `NoSuchBucket` and `NoSuchKey`.
    pub fn object_file(&self, bucket: &str, key: &str) -> Result<Option<PathBuf>, ApiError> {
        // No time is involved in finding a file; the epoch fills the place.
        self.in_transaction(Timestamp::default(), Purpose::Change, |ctx| {
            let body = s3::find_body(ctx, bucket, key)?;
            Ok(ctx.store.body_file(&body)?)
        })
    }

    /// The folder that the files of [`Emulator::object_file`] are in; `None` when bodies are kept in memory.
    pub fn objects_folder(&self) -> Option<&Path> {
        self.shelf.folder()
    }

    /// Subscribes a consumer to a shard: `SubscribeToShard`, on the bytes of a request.
    ///
    /// # Errors
    /// As [`Emulator::invoke`].
    pub fn subscribe(&self, now: Timestamp, codec: Codec, body: &[u8]) -> Result<Subscription, ApiError> {
        let request = codec.decode(body)?;
        Ok(self.call::<SubscribeToShard>(now, request)?.with_codec(codec))
    }

    /// What has come for a subscription since the last event, written by `codec`; `None` when there is nothing to
    /// tell yet.
    ///
    /// # Errors
    /// What ends the subscription.
    pub fn next_event(
        &self,
        now: Timestamp,
        subscription: &mut Subscription,
    ) -> Result<Option<Vec<u8>>, ApiError> {
        let event = self.in_transaction(now, Purpose::Read, |ctx| subscription.next_event(ctx))?;
        Ok(event.map(|event| subscription.codec().encode(&event)))
    }

    pub(crate) fn in_transaction<T>(
        &self,
        now: Timestamp,
        purpose: Purpose,
        run: impl FnOnce(&mut Context<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.in_transaction_of(&Caller::Home, now, purpose, run)
    }

    fn in_transaction_of<T>(
        &self,
        caller: &Caller,
        now: Timestamp,
        purpose: Purpose,
        run: impl FnOnce(&mut Context<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut garbage = Vec::new();
        // A panic rolls the transaction back while it unwinds, so the state behind a poisoned
        // lock is as whole as behind any other.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.volatile.due.is_some_and(|due| due <= now) {
            let (due, released) =
                self.transact(&mut state, &Caller::Home, now, Purpose::Change, kinesis::settle)?;
            state.volatile.due = due;
            garbage = released;
        }
        let outcome = self.transact(&mut state, caller, now, purpose, run).map(|(response, released)| {
            garbage.extend(released);
            response
        });
        let written = self.group.as_ref().filter(|_| purpose == Purpose::Change).map(GroupCommit::note);
        // Others go on while this one waits for the disk.
        drop(state);
        if let (Some(group), Some(written), Ok(_)) = (&self.group, written, &outcome) {
            group.wait(written).map_err(StoreError::from)?;
        }
        // Not earlier: until the commit is on the disk, a power cut may bring back the rows that point there.
        garbage.into_iter().for_each(|body| self.shelf.remove(body));
        outcome
    }

    fn transact<T>(
        &self,
        state: &mut State,
        caller: &Caller,
        now: Timestamp,
        purpose: Purpose,
        run: impl FnOnce(&mut Context<'_>) -> Result<T, ApiError>,
    ) -> Result<(T, Vec<BodyId>), ApiError> {
        let State { store, ids, volatile } = state;
        let minted_before = ids.minted();
        let Self { identity, settings, .. } = self;
        let (sql, buckets) = (self.sql.as_deref(), self.buckets.as_deref());
        let store = store.begin(purpose)?;
        let mut ctx = Context { now, identity, caller, settings, ids, sql, buckets, volatile, store };
        let outcome = run(&mut ctx);
        let Context { ids, store, .. } = ctx;
        match outcome {
            Ok(response) => {
                if ids.minted() != minted_before {
                    store.save_ids_minted(ids.minted())?;
                }
                let released = store.commit()?;
                Ok((response, released))
            }
            Err(error) => {
                store.roll_back()?;
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, GetRecords, GetRecordsRequest, GetShardIterator,
        GetShardIteratorRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry, ShardId,
    };
    use crate::s3::{
        CreateBucket, CreateBucketRequest, GetObject, HeadBucket, PutObject, PutObjectRequest, input,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn a_cleared_emulator_answers_as_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        for storage in [Storage::Memory, Storage::Directory(folder.path().to_owned())] {
            let emulator = Emulator::open(storage, Identity::default()).unwrap();
            let story = || {
                emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
                let put = PutObjectRequest::new("lake", "a", vec![7u8; 40_000]);
                emulator.call::<PutObject>(NOW, put).unwrap();
                emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
                let entry = PutRecordsRequestEntry::new("k", "data");
                let put = PutRecordsRequest::new("orders", vec![entry]);
                let answer = emulator.call::<PutRecords>(NOW, put).unwrap();
                let object = emulator.call::<GetObject>(NOW, input::get_object("lake", "a")).unwrap();
                format!("{answer:?} {:?} {:?}", object.output, object.content.read_all())
            };
            let first = story();
            emulator.clear().unwrap();
            assert!(emulator.call::<GetObject>(NOW, input::get_object("lake", "a")).is_err());
            assert_eq!(first, story());
        }
    }

    /// Creates a bucket and writes an object, then fails.
    struct WriteThenFail;

    impl Operation for WriteThenFail {
        const NAME: &'static str = "test:WriteThenFail";
        const RULES: &'static [crate::validation::Rule<()>] = &[];
        type Request = ();
        type Response = ();

        fn call(ctx: &mut Context<'_>, (): ()) -> Result<(), ApiError> {
            CreateBucket::call(ctx, CreateBucketRequest::new("half-done"))?;
            PutObject::call(ctx, PutObjectRequest::new("half-done", "key", large("body")))?;
            Err(ApiError::new(ErrorCode::InternalFailure, "on purpose"))
        }
    }

    /// A body that gets a file of its own.
    fn large(text: &str) -> String {
        text.repeat(16 * 1024)
    }

    fn body_files(directory: &std::path::Path) -> usize {
        let count = |path: PathBuf| std::fs::read_dir(path).unwrap().count();
        let objects = std::fs::read_dir(directory.join("objects")).unwrap();
        objects.map(|entry| count(entry.unwrap().path())).sum()
    }

    #[test]
    fn directory_in_use_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Emulator::open(Storage::Directory(directory.path().to_owned()), Identity::default());
        let first = open().unwrap();
        let error = open().err().unwrap();
        assert!(matches!(&error, OpenError::InUse { path } if path == directory.path()), "{error}");
        drop(first);
        open().unwrap();
    }

    #[test]
    fn directory_of_a_newer_version_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let open = || Emulator::open(Storage::Directory(directory.path().to_owned()), Identity::default());
        drop(open().unwrap());
        let database = rusqlite::Connection::open(directory.path().join("emulator.sqlite")).unwrap();
        database.pragma_update(None, "user_version", 99).unwrap();
        drop(database);
        let error = open().err().unwrap().to_string();
        assert!(error.contains(&directory.path().display().to_string()), "{error}");
        assert!(error.contains("newer version"), "{error}");
    }

    #[test]
    fn failed_operation_leaves_neither_rows_nor_bodies() {
        let directory = tempfile::tempdir().unwrap();
        let storage = Storage::Directory(directory.path().to_owned());
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        emulator.call::<WriteThenFail>(NOW, ()).unwrap_err();
        let request = input::head_bucket("half-done");
        let error = emulator.call::<HeadBucket>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::NoSuchBucket);
        assert_eq!(body_files(directory.path()), 0);
    }

    #[test]
    fn body_of_replaced_object_is_removed_after_commit() {
        let directory = tempfile::tempdir().unwrap();
        let storage = Storage::Directory(directory.path().to_owned());
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        let bucket = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, bucket).unwrap();
        for body in ["one", "two"] {
            let request = PutObjectRequest::new("lake", "key", large(body));
            emulator.call::<PutObject>(NOW, request).unwrap();
        }
        assert_eq!(body_files(directory.path()), 1);
        let path = emulator.object_file("lake", "key").unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), large("two"));
    }

    #[test]
    fn small_body_is_a_row_until_its_file_is_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let storage = Storage::Directory(directory.path().to_owned());
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        emulator.call::<CreateBucket>(NOW, CreateBucketRequest::new("lake")).unwrap();
        for body in ["one", "two"] {
            emulator.call::<PutObject>(NOW, PutObjectRequest::new("lake", "key", body)).unwrap();
            let path = emulator.object_file("lake", "key").unwrap().unwrap();
            assert_eq!(std::fs::read_to_string(path).unwrap(), body);
            // The file of the replaced body is gone with it.
            assert_eq!(body_files(directory.path()), 1);
        }
        let object = emulator.call::<GetObject>(NOW, input::get_object("lake", "key")).unwrap();
        assert_eq!(object.content.read_all().unwrap(), "two");
    }

    #[test]
    fn object_file_is_none_in_memory_and_an_error_without_the_object() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let bucket = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, bucket).unwrap();
        let request = PutObjectRequest::new("lake", "key", "body");
        emulator.call::<PutObject>(NOW, request).unwrap();
        assert_eq!(emulator.object_file("lake", "key").unwrap(), None);
        let error = emulator.object_file("lake", "other").unwrap_err();
        assert_eq!(error.code, ErrorCode::NoSuchKey);
    }

    #[test]
    fn objects_survive_reopen_and_ids_go_on() {
        let directory = tempfile::tempdir().unwrap();
        let open = || {
            let storage = Storage::Directory(directory.path().to_owned());
            Emulator::open(storage, Identity::default()).unwrap()
        };
        let emulator = open();
        let bucket = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, bucket).unwrap();
        let request = PutObjectRequest::new("lake", "first", "one");
        emulator.call::<PutObject>(NOW, request).unwrap();
        drop(emulator);

        let emulator = open();
        let request = PutObjectRequest::new("lake", "second", "two");
        emulator.call::<PutObject>(NOW, request).unwrap();
        for (key, body) in [("first", "one"), ("second", "two")] {
            let request = input::get_object("lake", key);
            let object = emulator.call::<GetObject>(NOW, request).unwrap();
            assert_eq!(object.content.read_all().unwrap(), body);
        }
    }

    #[test]
    fn records_survive_reopen_and_sequence_numbers_go_on() {
        let directory = tempfile::tempdir().unwrap();
        let open = || {
            let storage = Storage::Directory(directory.path().to_owned());
            Emulator::open(storage, Identity::default()).unwrap()
        };
        let put = |emulator: &Emulator| {
            let entries = vec![PutRecordsRequestEntry::new("k", "data"); 2];
            let request = PutRecordsRequest::new("orders", entries);
            let response = emulator.call::<PutRecords>(NOW, request).unwrap();
            let numbers = response.records.into_iter();
            let numbers = numbers.map(|entry| entry.sequence_number.unwrap());
            numbers.collect::<Vec<_>>()
        };
        let emulator = open();
        let request = CreateStreamRequest::new("orders", 1);
        emulator.call::<CreateStream>(NOW, request).unwrap();
        let mut expected = put(&emulator);
        let request = GetShardIteratorRequest::new("orders", ShardId::new(0), "TRIM_HORIZON");
        let response = emulator.call::<GetShardIterator>(NOW, request).unwrap();
        drop(emulator);

        let emulator = open();
        expected.extend(put(&emulator));
        assert!(expected.is_sorted_by(|one, next| one < next));
        let request = GetRecordsRequest::new(response.shard_iterator);
        let records = emulator.call::<GetRecords>(NOW, request).unwrap().records;
        let numbers: Vec<_> = records.iter().map(|r| r.sequence_number).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn unknown_operation_is_refused() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        for name in ["Kinesis_20131202.Nonsense", "", "s3:PutObject"] {
            let error = emulator.invoke(NOW, name, Codec::Json, b"{}").unwrap_err();
            assert_eq!(error.code, ErrorCode::UnknownOperationException);
        }
    }
}
