//! The bodies of objects: in memory; or in a directory, small ones in the database and others in a file each.
//!
//! ```text
//! <directory>/objects/<last 2 digits of the id>/<id as 16 hexadecimal digits>
//! <directory>/objects/small/<id as 16 hexadecimal digits>
//! ```
//!
//! Creating a file costs as much as writing tens of kilobytes, and checkpoints write many small objects, so a
//! body of up to 16 KiB is a row of `small_bodies`, or is held in memory where the rows are. It becomes a file when
//! somebody asks for its file.
//!
//! A file is written under a temporary name and renamed, so that under its own name it is always
//! whole. Not handled: bodies written by a process that died before the row committed stay behind;
//! the next body of the same id replaces them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use rusqlite::OptionalExtension;

use super::{Result, Transaction};

/// Up to this size a body is kept in the database.
const SMALL_BODY_BYTES_MAX: usize = 16 * 1024;

/// Names a body for ever: a replaced object gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BodyId(pub u64);

/// All bodies of an emulator.
pub(super) enum Bodies {
    Memory(BTreeMap<BodyId, Bytes>),
    Directory(BodyFiles),
}

/// Bodies in a directory.
pub(super) struct BodyFiles {
    folder: PathBuf,
    /// Whether a body is on the disk before it has its name.
    lasting: bool,
    /// Small bodies that this process has written out; what an earlier one wrote out stays.
    copies: BTreeSet<BodyId>,
    small: SmallBodies,
    /// Whether this process may have written a file.
    touched: bool,
}

/// Where small bodies are, that have no file of their own.
pub(super) enum SmallBodies {
    /// In the database.
    Rows,
    /// In this process.
    Memory(BTreeMap<BodyId, Bytes>),
}

/// What a transaction did to bodies.
#[derive(Default)]
pub(super) struct BodyChanges {
    /// New, and garbage if the transaction does not commit.
    pub written: Vec<BodyId>,
    /// Old, and garbage once the transaction has committed.
    pub unreferenced: Vec<BodyId>,
}

impl Transaction<'_> {
    /// Stores a body under an id that is not in use.
    pub fn write_body(&mut self, id: BodyId, body: Bytes) -> Result<()> {
        if self.bodies.small_are_rows() && body.len() <= SMALL_BODY_BYTES_MAX {
            let sql = "INSERT OR REPLACE INTO small_bodies VALUES (?1, ?2)";
            self.sql.prepare_cached(sql)?.execute((id.0 as i64, &body[..]))?;
            return Ok(());
        }
        self.changes.written.push(id);
        Ok(self.bodies.write(id, body)?)
    }

    /// Reads a part of a body.
    pub fn read_body(&self, id: BodyId, range: Range<u64>) -> Result<Bytes> {
        match self.small_body(id)? {
            Some(body) => Ok(body.slice(range.start as usize..range.end as usize)),
            None => Ok(self.bodies.read(id, range)?),
        }
    }

    /// Says that no row of this transaction points to a body any more.
    pub fn release_body(&mut self, id: BodyId) -> Result<()> {
        let row = self.bodies.small_are_rows() && {
            let sql = "DELETE FROM small_bodies WHERE body_id = ?1";
            self.sql.prepare_cached(sql)?.execute([id.0 as i64])? > 0
        };
        // Most small bodies have no file, and asking the file system for one costs as much as the rest.
        if !row || self.bodies.has_copy(id) {
            self.changes.unreferenced.push(id);
        }
        Ok(())
    }

    /// The file of a body, where bodies are files; a small one is written out for it.
    pub fn body_file(&mut self, id: BodyId) -> Result<Option<PathBuf>> {
        let small = self.small_body(id)?;
        let Bodies::Directory(files) = &mut *self.bodies else { return Ok(None) };
        let Some(body) = small else { return Ok(Some(file_of(&files.folder, id))) };
        let file = small_file_of(&files.folder, id);
        if files.copies.insert(id) && !file.exists() {
            files.touched = true;
            // A copy of what is kept elsewhere.
            write_whole(&file, &body, false)?;
        }
        Ok(Some(file))
    }

    fn small_body(&self, id: BodyId) -> Result<Option<Bytes>> {
        match &*self.bodies {
            Bodies::Memory(_) => Ok(None),
            Bodies::Directory(BodyFiles { small: SmallBodies::Memory(bodies), .. }) => {
                Ok(bodies.get(&id).cloned())
            }
            Bodies::Directory(_) => {
                let sql = "SELECT body FROM small_bodies WHERE body_id = ?1";
                let mut statement = self.sql.prepare_cached(sql)?;
                let body: Option<Vec<u8>> =
                    statement.query_row([id.0 as i64], |row| row.get(0)).optional()?;
                Ok(body.map(Bytes::from))
            }
        }
    }
}

impl Bodies {
    pub fn in_memory() -> Self {
        Self::Memory(BTreeMap::new())
    }

    /// Bodies in a folder; when they are `lasting`, each is on the disk before it has its name.
    pub fn in_directory(folder: PathBuf, lasting: bool, small: SmallBodies) -> Self {
        // What is there already may be anybody's.
        Self::Directory(BodyFiles { folder, lasting, copies: BTreeSet::new(), small, touched: true })
    }

    /// Removes every body.
    pub fn clear(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(bodies) => bodies.clear(),
            Self::Directory(files) => files.clear()?,
        }
        Ok(())
    }

    /// Removes bodies that no row points to. One that cannot be removed is waste on the disk and
    /// nothing a client could act on, so it is left.
    pub fn remove_all(&mut self, ids: &[BodyId]) {
        for id in ids {
            let _ = self.remove(*id);
        }
    }

    fn small_are_rows(&self) -> bool {
        matches!(self, Self::Directory(BodyFiles { small: SmallBodies::Rows, .. }))
    }

    /// Whether a small body was written out.
    fn has_copy(&self, id: BodyId) -> bool {
        matches!(self, Self::Directory(files) if files.copies.contains(&id))
    }

    fn write(&mut self, id: BodyId, body: Bytes) -> io::Result<()> {
        match self {
            Self::Memory(bodies) => {
                bodies.insert(id, body);
                Ok(())
            }
            Self::Directory(files) => files.write(id, body),
        }
    }

    fn read(&self, id: BodyId, range: Range<u64>) -> io::Result<Bytes> {
        match self {
            Self::Memory(bodies) => {
                let body = bodies.get(&id).ok_or(io::ErrorKind::NotFound)?;
                Ok(body.slice(range.start as usize..range.end as usize))
            }
            Self::Directory(files) => files.read(id, range),
        }
    }

    fn remove(&mut self, id: BodyId) -> io::Result<()> {
        match self {
            Self::Memory(bodies) => {
                bodies.remove(&id);
                Ok(())
            }
            Self::Directory(files) => files.remove(id),
        }
    }
}

impl BodyFiles {
    fn clear(&mut self) -> io::Result<()> {
        self.copies.clear();
        if let SmallBodies::Memory(bodies) = &mut self.small {
            bodies.clear();
        }
        if std::mem::take(&mut self.touched) {
            fs::remove_dir_all(&self.folder)?;
            fs::create_dir_all(&self.folder)?;
        }
        Ok(())
    }

    fn write(&mut self, id: BodyId, body: Bytes) -> io::Result<()> {
        match &mut self.small {
            SmallBodies::Memory(bodies) if body.len() <= SMALL_BODY_BYTES_MAX => {
                bodies.insert(id, body);
                Ok(())
            }
            _ => {
                self.touched = true;
                write_whole(&file_of(&self.folder, id), &body, self.lasting)
            }
        }
    }

    fn read(&self, id: BodyId, range: Range<u64>) -> io::Result<Bytes> {
        let mut file = File::open(file_of(&self.folder, id))?;
        file.seek(SeekFrom::Start(range.start))?;
        let mut body = vec![0; (range.end - range.start) as usize];
        file.read_exact(&mut body)?;
        Ok(body.into())
    }

    fn remove(&mut self, id: BodyId) -> io::Result<()> {
        if let SmallBodies::Memory(bodies) = &mut self.small
            && bodies.remove(&id).is_some()
            && !self.copies.contains(&id)
        {
            return Ok(());
        }
        fs::remove_file(file_of(&self.folder, id))
            .or_else(|_| fs::remove_file(small_file_of(&self.folder, id)))
    }
}

/// Writes a file under a temporary name and renames it; a lasting one is on the disk before it has its name.
fn write_whole(file: &Path, body: &[u8], lasting: bool) -> io::Result<()> {
    let temporary = file.with_extension("partial");
    let folder = file.parent().expect("a body's file is in a folder");
    fs::create_dir_all(folder)?;
    let write = || -> io::Result<()> {
        let mut partial = File::create(&temporary)?;
        partial.write_all(body)?;
        if lasting {
            partial.sync_all()?;
        }
        fs::rename(&temporary, file)?;
        match lasting {
            true => File::open(folder)?.sync_all(),
            false => Ok(()),
        }
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Where a small body is written out: one folder for all, since few are asked for.
fn small_file_of(directory: &Path, BodyId(id): BodyId) -> PathBuf {
    directory.join("small").join(format!("{id:016x}"))
}

fn file_of(directory: &Path, BodyId(id): BodyId) -> PathBuf {
    let folder = directory.join(format!("{:02x}", id & 0xff));
    folder.join(format!("{id:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mut bodies: Bodies) {
        let id = BodyId(0x1234);
        bodies.write(id, Bytes::from_static(b"0123456789")).unwrap();
        assert_eq!(bodies.read(id, 0..10).unwrap(), "0123456789");
        assert_eq!(bodies.read(id, 3..5).unwrap(), "34");
        assert_eq!(bodies.read(id, 10..10).unwrap(), "");
        bodies.remove_all(&[id]);
        bodies.remove_all(&[id]);
        let error = bodies.read(id, 0..0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn memory_keeps_and_removes_bodies() {
        check(Bodies::in_memory());
    }

    #[test]
    fn directory_keeps_and_removes_bodies() {
        let directory = tempfile::tempdir().unwrap();
        check(Bodies::in_directory(directory.path().to_owned(), true, SmallBodies::Rows));
    }

    #[test]
    fn path_spreads_bodies_over_folders() {
        let file = file_of(Path::new("objects"), BodyId(0x1234));
        assert_eq!(file, Path::new("objects/34/0000000000001234"));
    }
}
