//! Files that no row points to: what a process has left that ended between writing one and its row, or between a row
//! and its file.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use rusqlite::Connection;

use super::{Bodies, BodyId, Piece};
use crate::store::OpenError;

impl Bodies {
    /// Looks through the folder once, before anybody else does: removes what no row points to, and has new ids come
    /// after those in use.
    pub fn settle(&self, sql: &Connection) -> Result<(), OpenError> {
        let used = in_use(sql)?;
        if let Some(last) = used.last() {
            self.shelf.skip_id(*last);
        }
        // A small body of which no row is left must not be taken for a new one of its name either.
        let last: Option<i64> =
            sql.query_row("SELECT max(body_id) FROM small_bodies", (), |row| row.get(0))?;
        if let Some(last) = last {
            self.shelf.skip_id(BodyId(last as u64));
        }
        let Some(folder) = self.shelf.folder() else { return Ok(()) };
        let refusal = |source| OpenError::Directory { path: folder.to_owned(), source };
        remove_others(folder, &used).map_err(refusal)
    }
}

/// The bodies that rows point to. Small ones are among them, and have no files.
fn in_use(sql: &Connection) -> Result<BTreeSet<BodyId>, OpenError> {
    let rows = "SELECT body_id, pieces FROM objects WHERE body_id IS NOT NULL \
                UNION ALL SELECT body_id, pieces FROM parts";
    let mut statement = sql.prepare(rows)?;
    let mut rows = statement.query(())?;
    let mut used = BTreeSet::new();
    while let Some(row) = rows.next()? {
        used.insert(BodyId(row.get::<_, i64>(0)? as u64));
        if let Some(pieces) = row.get::<_, Option<String>>(1)? {
            let pieces: Vec<Piece> = serde_json::from_str(&pieces).map_err(OpenError::Entry)?;
            used.extend(pieces.iter().map(|piece| piece.body));
        }
    }
    Ok(used)
}

fn remove_others(folder: &Path, used: &BTreeSet<BodyId>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Copies of what is kept elsewhere are made again when somebody asks.
        if path.ends_with("copies") || path.ends_with("small") {
            fs::remove_dir_all(&path)?;
            continue;
        }
        if !path.is_dir() {
            continue;
        }
        for file in fs::read_dir(&path)? {
            let file = file?;
            let name = file.file_name();
            let id = name.to_str().and_then(|name| u64::from_str_radix(name, 16).ok()).map(BodyId);
            if id.is_none_or(|id| !used.contains(&id)) {
                fs::remove_file(file.path())?;
            }
        }
    }
    Ok(())
}
