//! The life cycle of a stream: what takes time on AWS, and what is shown meanwhile.
//!
//! A change is either done when the call returns, or, when the emulator is told to let it take its time
//! ([`Settings::transition_ms`](crate::Settings)), noted beside the stream and done by the first call that comes when
//! it is due: whatever operation that is, it sees the stream as it is then.

use serde::{Deserialize, Serialize};

use super::create_stream::create_shards;
use super::resharding::{self, Replacement};
use super::{channels, errors, stream};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{StoreError, StreamRow, StreamStatus};
use crate::time::Timestamp;

/// How much earlier than the stream its first shards say that they were made, when changes take their time. Source:
/// kinesalite's tests, recorded against AWS.
const SHARDS_EARLIER_MS: i64 = 2000;

/// What is done to a stream when its transition ends.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Change {
    /// It gets its first shards.
    Create { shards: u32 },
    /// It goes, with all that it has.
    Delete,
    /// Shards take the place of others.
    Reshard(Vec<Replacement>),
    /// Nothing: the change was made at once, and only its status stayed.
    Settle,
}

/// Begins a change, and makes it if changes take no time.
pub(super) fn begin(
    ctx: &mut Context<'_>,
    stream: &StreamRow,
    status: StreamStatus,
    change: Change,
) -> Result<(), ApiError> {
    if ctx.settings.transition_ms == 0 {
        return make(ctx, stream, &change, ctx.now);
    }
    let until = ctx.now.plus_millis(ctx.settings.transition_ms);
    let text = serde_json::to_string(&change).map_err(StoreError::from)?;
    ctx.store.set_pending(stream.id, status, until, &text)?;
    ctx.wake_at(until);
    Ok(())
}

/// Makes every change that is due, and delivers what channels have to. Answers when there will be more to do.
pub(crate) fn settle(ctx: &mut Context<'_>) -> Result<Option<Timestamp>, ApiError> {
    while let Some((stream, at, change)) = ctx.store.first_pending(ctx.now)? {
        let change: Change = serde_json::from_str(&change).map_err(StoreError::from)?;
        ctx.store.clear_pending(stream.id)?;
        make(ctx, &stream, &change, at)?;
    }
    channels::deliver_due(ctx)?;
    let next = [ctx.store.next_pending()?, channels::next_delivery(ctx)?];
    Ok(next.into_iter().flatten().min())
}

/// Refuses what can only be done to a stream that nothing is being done to.
pub(super) fn check_active(ctx: &Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    match stream.status {
        StreamStatus::Active => Ok(()),
        status => Err(errors::stream_not_active(&stream.name, &ctx.identity.account, status)),
    }
}

fn make(ctx: &mut Context<'_>, stream: &StreamRow, change: &Change, at: Timestamp) -> Result<(), ApiError> {
    match change {
        Change::Create { shards } => {
            let earlier = if ctx.settings.transition_ms == 0 { 0 } else { SHARDS_EARLIER_MS };
            create_shards(ctx, stream, *shards, earlier)
        }
        Change::Delete => delete(ctx, stream),
        Change::Reshard(replacements) => resharding::replace(ctx, stream, replacements, at),
        Change::Settle => Ok(()),
    }
}

fn delete(ctx: &mut Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    for consumer in ctx.store.list_consumers(stream.id, "", usize::MAX >> 1)? {
        ctx.store.forget_resource(&super::consumer::arn(ctx.identity, stream, &consumer))?;
    }
    ctx.store.forget_resource(&stream::arn(ctx.identity, &stream.name))?;
    Ok(ctx.store.delete_stream(stream.id)?)
}

#[cfg(test)]
mod tests {
    use crate::kinesis::*;
    use crate::store::StreamStatus;
    use crate::{ApiError, Emulator, Identity, Settings, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator(storage: Storage) -> Emulator {
        let settings = Settings { transition_ms: 500, ..Settings::default() };
        Emulator::with_settings(storage, Identity::default(), settings).unwrap()
    }

    fn status(emulator: &Emulator, at: i64) -> Result<(StreamStatus, usize), ApiError> {
        let request = DescribeStreamRequest::new("orders");
        let stream = emulator.call::<DescribeStream>(NOW.plus_millis(at), request)?.stream_description;
        Ok((stream.stream_status, stream.shards.len()))
    }

    #[test]
    fn a_stream_is_made_changed_and_deleted_in_its_time() {
        let emulator = emulator(Storage::Memory);
        let at = |ms: i64| NOW.plus_millis(ms);
        emulator.call::<CreateStream>(at(0), CreateStreamRequest::new("orders", 2)).unwrap();
        assert_eq!(status(&emulator, 499).unwrap(), (StreamStatus::Creating, 0));
        let put = || PutRecordsRequest::new("orders", vec![PutRecordsRequestEntry::new("k", "v")]);
        let error = emulator.call::<PutRecords>(at(499), put()).unwrap_err();
        assert_eq!(error.message, "Stream orders under account 123456789012 not found.");
        assert_eq!(status(&emulator, 500).unwrap(), (StreamStatus::Active, 2));

        let split = SplitShardRequest::new("orders", ShardId::new(0), "9");
        emulator.call::<SplitShard>(at(1000), split.clone()).unwrap();
        assert_eq!(status(&emulator, 1499).unwrap(), (StreamStatus::Updating, 2));
        emulator.call::<PutRecords>(at(1499), put()).unwrap();
        let error = emulator.call::<SplitShard>(at(1499), split).unwrap_err();
        let sentence = "Stream orders under account 123456789012 not ACTIVE, instead in state UPDATING";
        assert_eq!(error.message, sentence);
        assert_eq!(status(&emulator, 1500).unwrap(), (StreamStatus::Active, 4));

        emulator.call::<DeleteStream>(at(2000), DeleteStreamRequest::new("orders")).unwrap();
        assert_eq!(status(&emulator, 2499).unwrap().0, StreamStatus::Deleting);
        assert!(status(&emulator, 2500).is_err());
        emulator.call::<CreateStream>(at(2500), CreateStreamRequest::new("orders", 1)).unwrap();
    }

    #[test]
    fn a_change_that_an_earlier_process_began_is_made_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let open = || emulator(Storage::Directory(folder.path().to_owned()));
        open().call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 3)).unwrap();
        let emulator = open();
        assert_eq!(status(&emulator, 100).unwrap(), (StreamStatus::Creating, 0));
        assert_eq!(status(&emulator, 500).unwrap(), (StreamStatus::Active, 3));
    }
}
