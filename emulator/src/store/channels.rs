//! Channels, and how far each has delivered.

use rusqlite::{OptionalExtension, Row};

use super::{Result, Transaction};
use crate::kinesis::ShardId;
use crate::time::Timestamp;

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChannelRow {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
    pub status: String,
    pub status_reason: Option<String>,
    /// The stream it reads.
    pub stream: i64,
    pub stream_name: String,
    pub stream_created: Timestamp,
    /// How old a record may get before it is delivered.
    pub freshness_secs: i64,
    /// See [`crate::kinesis::channels`].
    pub settings: String,
}

impl Transaction<'_> {
    pub fn insert_channel(&self, channel: &ChannelRow) -> Result<()> {
        let sql = "INSERT INTO channels VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        self.sql.prepare_cached(sql)?.execute((
            &channel.id,
            &channel.name,
            channel.created.as_millis(),
            &channel.status,
            &channel.status_reason,
            channel.stream,
            &channel.stream_name,
            channel.stream_created.as_millis(),
            channel.freshness_secs,
            &channel.settings,
        ))?;
        Ok(())
    }

    pub fn find_channel(&self, id: &str) -> Result<Option<ChannelRow>> {
        let mut statement = self.sql.prepare_cached("SELECT * FROM channels WHERE channel_id = ?1")?;
        let row = statement.query_row([id], |row| Ok(channel_row(row)));
        row.optional()?.transpose()
    }

    pub fn channel_name_exists(&self, name: &str) -> Result<bool> {
        Ok(self.sql.prepare_cached("SELECT 1 FROM channels WHERE name = ?1")?.exists([name])?)
    }

    /// Number of the channels of a stream.
    pub fn count_channels(&self, stream: i64) -> Result<i64> {
        let sql = "SELECT count(*) FROM channels WHERE stream_id = ?1";
        Ok(self.sql.prepare_cached(sql)?.query_row([stream], |row| row.get(0))?)
    }

    /// All channels after the one named `after`, by name.
    pub fn list_channels(&self, after: &str) -> Result<Vec<ChannelRow>> {
        let mut statement =
            self.sql.prepare_cached("SELECT * FROM channels WHERE name > ?1 ORDER BY name")?;
        let mut rows = statement.query([after])?;
        let mut channels = Vec::new();
        while let Some(row) = rows.next()? {
            channels.push(channel_row(row)?);
        }
        Ok(channels)
    }

    /// Stores what can change in a channel.
    pub fn update_channel(&self, channel: &ChannelRow) -> Result<()> {
        let sql = "UPDATE channels SET status = ?2, status_reason = ?3, freshness_secs = ?4, settings = ?5 \
                   WHERE channel_id = ?1";
        self.sql.prepare_cached(sql)?.execute((
            &channel.id,
            &channel.status,
            &channel.status_reason,
            channel.freshness_secs,
            &channel.settings,
        ))?;
        Ok(())
    }

    /// Deletes a channel, and how far it has delivered.
    pub fn delete_channel(&self, id: &str) -> Result<()> {
        for table in ["channel_shards", "channels"] {
            let sql = format!("DELETE FROM {table} WHERE channel_id = ?1");
            self.sql.prepare_cached(&sql)?.execute([id])?;
        }
        Ok(())
    }

    /// Number of the first record of a shard that a channel has not delivered.
    pub fn channel_position(&self, channel: &str, shard: ShardId) -> Result<u64> {
        let sql = "SELECT counter_next FROM channel_shards WHERE channel_id = ?1 AND shard_index = ?2";
        let mut statement = self.sql.prepare_cached(sql)?;
        let position = statement.query_row((channel, shard.index()), |row| row.get::<_, i64>(0));
        Ok(position.optional()?.map_or(1, |counter| counter as u64))
    }

    pub fn set_channel_position(&self, channel: &str, shard: ShardId, counter: u64) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO channel_shards VALUES (?1, ?2, ?3)";
        self.sql.prepare_cached(sql)?.execute((channel, shard.index(), counter as i64))?;
        Ok(())
    }

    /// When the first record of a shard that is numbered `counter` or later arrived.
    pub fn first_arrival_from(&self, stream: i64, shard: ShardId, counter: u64) -> Result<Option<Timestamp>> {
        let sql = "SELECT arrival_ms FROM shard_log WHERE stream_id = ?1 AND shard_index = ?2 \
                   AND counter_last >= ?3 ORDER BY counter_last LIMIT 1";
        let mut statement = self.sql.prepare_cached(sql)?;
        let arrival = statement.query_row((stream, shard.index(), counter as i64), |row| row.get(0));
        Ok(arrival.optional()?.map(Timestamp::from_millis))
    }
}

fn channel_row(row: &Row<'_>) -> Result<ChannelRow> {
    Ok(ChannelRow {
        id: row.get("channel_id")?,
        name: row.get("name")?,
        created: Timestamp::from_millis(row.get("created_ms")?),
        status: row.get("status")?,
        status_reason: row.get("status_reason")?,
        stream: row.get("stream_id")?,
        stream_name: row.get("stream_name")?,
        stream_created: Timestamp::from_millis(row.get("stream_created_ms")?),
        freshness_secs: row.get("freshness_secs")?,
        settings: row.get("settings")?,
    })
}
