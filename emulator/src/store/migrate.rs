//! Brings a database to the newest schema. `user_version` counts the steps taken.

use std::path::PathBuf;

use rusqlite::Connection;

use super::OpenError;

/// One step per schema version, never changed once released.
const STEPS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("resharding.sql"),
    include_str!("streams.sql"),
    include_str!("channels_queues.sql"),
    include_str!("s3.sql"),
    include_str!("glue.sql"),
    include_str!("athena.sql"),
];

/// Takes the steps that a database has not taken yet, each in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found = connection.query_row("PRAGMA user_version", (), |row| row.get::<_, i64>(0))?;
    let found = found as usize;
    let known = STEPS.len();
    if found > known {
        return Err(OpenError::NewerSchema { path: PathBuf::new(), found, known });
    }
    for (version, step) in STEPS.iter().enumerate().skip(found) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.execute("UPDATE emulator SET ids_minted = 7", ()).unwrap();
        migrate(&mut connection).unwrap();
        let minted = connection.query_row("SELECT ids_minted FROM emulator", (), |row| row.get(0));
        assert_eq!(minted, Ok(7));
    }

    #[test]
    fn shards_of_the_first_schema_are_open_since_they_exist() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let before = "INSERT INTO streams VALUES (1, 'orders', 5, 'PROVISIONED', 24);
                      INSERT INTO shards VALUES (1, 0, x'00', x'ff', 5, 1);";
        connection.execute_batch(before).unwrap();
        migrate(&mut connection).unwrap();
        let sql = "SELECT opened_ms, closed_ms, parent_index FROM shards";
        let shard = connection.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        assert_eq!(shard, Ok((5, None::<i64>, None::<i64>)));
    }

    #[test]
    fn newer_schema_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(matches!(error, OpenError::NewerSchema { found: 99, .. }));
    }
}
