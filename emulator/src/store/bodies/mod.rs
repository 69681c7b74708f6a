//! The bodies of objects: in memory; or in a directory, small ones in the database and others in a file each.
//!
//! ```text
//! <directory>/objects/<last 2 digits of the id>/<id as 16 hexadecimal digits>
//! <directory>/objects/copies/<id as 16 hexadecimal digits>
//! ```
//!
//! Creating a file costs as much as writing tens of kilobytes, and checkpoints write many small objects, so a
//! body of up to 16 KiB is a row of `small_bodies`, or is held in memory where the rows are.
//!
//! A body never changes. Its file is complete (and on the disk, where it is to last) before a row points to it, and it
//! goes after the last row that does; whoever still reads it then keeps it until done ([`shelf`]). A process that dies
//! in between leaves files that no row points to: the next one removes them when it opens the directory.
//!
//! An object may also be made of [`Piece`]s of other bodies: one that was uploaded in parts, or copied. No content is
//! moved for that. Only who asks for a file of such a body, or of a small one, gets a copy, in `copies/`.

mod orphans;
mod reader;
mod shelf;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::e_tag::{HeldBody, joined};
use super::{ETag, Result, StoreError, Transaction};
pub use reader::BodyReader;
use reader::Source;
pub(crate) use shelf::Shelf;
pub use writer::{BodyWriter, NewBody};
use writer::{NewContent, write_whole};

/// Up to this size a body is kept in the database.
const SMALL_BODY_BYTES_MAX: usize = 16 * 1024;

/// Names a body for ever: a replaced object gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct BodyId(pub u64);

/// A part of a body that holds a part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u64)", into = "(u64, u64, u64)")]
pub(crate) struct Piece {
    pub body: BodyId,
    pub offset: u64,
    pub length: u64,
}

impl From<(u64, u64, u64)> for Piece {
    fn from((body, offset, length): (u64, u64, u64)) -> Self {
        Self { body: BodyId(body), offset, length }
    }
}

impl From<Piece> for (u64, u64, u64) {
    fn from(Piece { body, offset, length }: Piece) -> Self {
        (body.0, offset, length)
    }
}

/// Where the content of an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub id: BodyId,
    pub size: u64,
    /// Bodies of other names that it lies in, one after the other; none when it lies in the one of its own.
    pub pieces: Option<Vec<Piece>>,
}

/// All bodies of an emulator.
pub(super) struct Bodies {
    shelf: Arc<Shelf>,
    place: Place,
}

enum Place {
    Memory(BTreeMap<BodyId, Arc<HeldBody>>),
    Directory {
        small: SmallBodies,
        /// Bodies that this process has written out for somebody.
        copies: BTreeSet<BodyId>,
    },
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
    /// Takes in a body that has been written.
    pub fn keep_body(&mut self, body: NewBody) -> Result<Body> {
        let size = body.len();
        let id = match body.into_content() {
            NewContent::Pieces(pieces) => self.keep_pieces(pieces)?,
            NewContent::File(file) => {
                let id = file.keep()?;
                self.changes.written.push(id);
                id
            }
        };
        Ok(Body { id, size, pieces: None })
    }

    fn keep_pieces(&mut self, pieces: Vec<Bytes>) -> Result<BodyId> {
        let Place::Memory(bodies) = &mut self.bodies.place else { return self.keep_bytes(joined(&pieces)) };
        let id = self.bodies.shelf.next_id();
        self.changes.written.push(id);
        bodies.insert(id, Arc::new(HeldBody::new(pieces)));
        Ok(id)
    }

    /// The same for bytes at hand.
    pub(super) fn keep_bytes(&mut self, body: Bytes) -> Result<BodyId> {
        let id = self.bodies.shelf.next_id();
        if self.bodies.small_are_rows() && body.len() <= SMALL_BODY_BYTES_MAX {
            let sql = "INSERT OR REPLACE INTO small_bodies VALUES (?1, ?2)";
            self.sql.prepare_cached(sql)?.execute((id.0 as i64, &body[..]))?;
        } else {
            self.changes.written.push(id);
            self.bodies.write(id, body)?;
        }
        Ok(id)
    }

    /// Reads a part of a body.
    pub fn open_body(&self, body: &Body, range: Range<u64>) -> Result<BodyReader> {
        let mut sources = Vec::new();
        for piece in pieces_of(body, range) {
            let Range { start, end } = piece.offset..piece.offset + piece.length;
            if self.holds_bodies() {
                sources.extend(self.held_body(piece.body)?.part(start..end).into_iter().map(Source::Bytes));
                continue;
            }
            sources.push(match self.small_body(piece.body)? {
                Some(bytes) => Source::Bytes(bytes.slice(start as usize..end as usize)),
                None => Source::File(piece.body, start..end),
            });
        }
        Ok(BodyReader::new(Arc::clone(&self.bodies.shelf), sources))
    }

    /// Whether all bodies are held in memory.
    pub fn holds_bodies(&self) -> bool {
        matches!(self.bodies.place, Place::Memory(_))
    }

    /// The ETag of a whole body that is held in memory, where all of them are; the others are digested as they come.
    pub fn e_tag_of_held(&self, body: &Body) -> Option<ETag> {
        match &self.bodies.place {
            Place::Memory(bodies) if body.pieces.is_none() => bodies.get(&body.id).cloned().map(ETag::Of),
            _ => None,
        }
    }

    /// Says that a row of this transaction points to a body no more.
    pub fn release_body(&mut self, body: &Body) -> Result<()> {
        match &body.pieces {
            None => self.release_piece(body.id),
            Some(pieces) => {
                pieces.iter().try_for_each(|piece| self.release_piece(piece.body))?;
                if self.bodies.has_copy(body.id) {
                    self.changes.unreferenced.push(body.id);
                }
                Ok(())
            }
        }
    }

    fn release_piece(&mut self, id: BodyId) -> Result<()> {
        let row = self.bodies.small_are_rows() && {
            let sql = "DELETE FROM small_bodies WHERE body_id = ?1";
            self.sql.prepare_cached(sql)?.execute([id.0 as i64])? > 0
        };
        // Most small bodies have no file, and asking the file system for one costs as much as the rest.
        if (!row && !self.release_share(id)?) || (row && self.bodies.has_copy(id)) {
            self.changes.unreferenced.push(id);
        }
        Ok(())
    }

    /// Whether others still have pieces in a body, which are then one fewer.
    fn release_share(&self, id: BodyId) -> Result<bool> {
        let id = id.0 as i64;
        let sql = "UPDATE shared_bodies SET pieces = pieces - 1 WHERE body_id = ?1 RETURNING pieces";
        let left: Option<i64> = self.sql.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        if left == Some(1) {
            self.sql.prepare_cached("DELETE FROM shared_bodies WHERE body_id = ?1")?.execute([id])?;
        }
        Ok(left.is_some())
    }

    /// A new body with a part of the content of another; nothing that is in a file is moved.
    pub fn share_body(&mut self, body: &Body, range: Range<u64>) -> Result<Body> {
        let size = range.end - range.start;
        let mut pieces = Vec::new();
        for piece in pieces_of(body, range) {
            match self.small_body(piece.body)? {
                Some(bytes) => {
                    let end = piece.offset + piece.length;
                    let id = self.keep_bytes(bytes.slice(piece.offset as usize..end as usize))?;
                    pieces.push(Piece { body: id, offset: 0, length: piece.length });
                }
                None => {
                    let sql = "INSERT INTO shared_bodies VALUES (?1, 2) \
                               ON CONFLICT (body_id) DO UPDATE SET pieces = pieces + 1";
                    self.sql.prepare_cached(sql)?.execute([piece.body.0 as i64])?;
                    pieces.push(piece);
                }
            }
        }
        Ok(Body { id: self.bodies.shelf.next_id(), size, pieces: Some(pieces) })
    }

    /// One body of several, whose rows go.
    pub fn join_bodies(&mut self, bodies: &[Body]) -> Result<Body> {
        // What is empty has no piece in the whole that it could go with later.
        bodies.iter().filter(|body| body.size == 0).try_for_each(|body| self.release_body(body))?;
        let size = bodies.iter().map(|body| body.size).sum();
        let pieces = bodies.iter().flat_map(|body| pieces_of(body, 0..body.size)).collect();
        // What was written out of the parts is of no use to anybody.
        let copies = bodies.iter().map(|body| body.id).filter(|id| self.bodies.has_copy(*id));
        let copies: Vec<_> = copies.collect();
        self.changes.unreferenced.extend(copies);
        Ok(Body { id: self.bodies.shelf.next_id(), size, pieces: Some(pieces) })
    }

    /// The file of a body, where bodies are files; one that lies elsewhere is written out for it.
    pub fn body_file(&mut self, body: &Body) -> Result<Option<PathBuf>> {
        if self.holds_bodies() {
            return Ok(None);
        }
        if body.pieces.is_none() && self.small_body(body.id)?.is_none() {
            return Ok(self.bodies.shelf.file_of(body.id));
        }
        let Some(file) = self.bodies.shelf.copy_of(body.id) else { return Ok(None) };
        if !self.bodies.has_copy(body.id) {
            let reader = self.open_body(body, 0..body.size)?;
            write_whole(&file, reader).map_err(StoreError::Body)?;
            self.bodies.note_copy(body.id);
        }
        Ok(Some(file))
    }

    fn small_body(&self, id: BodyId) -> Result<Option<Bytes>> {
        match &self.bodies.place {
            Place::Memory(_) => Ok(None),
            Place::Directory { small: SmallBodies::Memory(bodies), .. } => Ok(bodies.get(&id).cloned()),
            Place::Directory { small: SmallBodies::Rows, .. } => {
                let sql = "SELECT body FROM small_bodies WHERE body_id = ?1";
                let mut statement = self.sql.prepare_cached(sql)?;
                let body: Option<Vec<u8>> =
                    statement.query_row([id.0 as i64], |row| row.get(0)).optional()?;
                Ok(body.map(Bytes::from))
            }
        }
    }

    /// A body where all of them are held in memory.
    pub(super) fn held_body(&self, id: BodyId) -> Result<&HeldBody> {
        let held = match &self.bodies.place {
            Place::Memory(bodies) => bodies.get(&id),
            Place::Directory { .. } => None,
        };
        let missing = || StoreError::Body(io::ErrorKind::NotFound.into());
        held.map(AsRef::as_ref).ok_or_else(missing)
    }
}

impl Bodies {
    pub fn in_memory() -> Self {
        Self { shelf: Arc::new(Shelf::in_memory()), place: Place::Memory(BTreeMap::new()) }
    }

    /// Bodies in a folder; when they are `lasting`, each is on the disk before a row points to it.
    pub fn in_directory(folder: PathBuf, lasting: bool, small: SmallBodies) -> Self {
        let shelf = Arc::new(Shelf::in_directory(folder, lasting));
        Self { shelf, place: Place::Directory { small, copies: BTreeSet::new() } }
    }

    pub fn shelf(&self) -> &Arc<Shelf> {
        &self.shelf
    }

    /// Removes every body.
    pub fn clear(&mut self) -> io::Result<()> {
        match &mut self.place {
            Place::Memory(bodies) => bodies.clear(),
            Place::Directory { small, copies } => {
                copies.clear();
                if let SmallBodies::Memory(bodies) = small {
                    bodies.clear();
                }
            }
        }
        self.shelf.clear()
    }

    /// Removes what is held of bodies that no row points to, and their copies. Answers those that have files.
    pub fn forget_all(&mut self, ids: Vec<BodyId>) -> Vec<BodyId> {
        ids.into_iter().filter(|id| self.forget(*id)).collect()
    }

    /// Removes bodies that no row points to.
    pub fn remove_all(&mut self, ids: &[BodyId]) {
        for id in ids {
            self.remove(*id);
        }
    }

    fn small_are_rows(&self) -> bool {
        matches!(self.place, Place::Directory { small: SmallBodies::Rows, .. })
    }

    /// Whether a body was written out.
    fn has_copy(&self, id: BodyId) -> bool {
        matches!(&self.place, Place::Directory { copies, .. } if copies.contains(&id))
    }

    /// Notes that a body is written out.
    fn note_copy(&mut self, id: BodyId) {
        if let Place::Directory { copies, .. } = &mut self.place {
            copies.insert(id);
        }
    }

    fn write(&mut self, id: BodyId, body: Bytes) -> io::Result<()> {
        match &mut self.place {
            Place::Memory(bodies) => drop(bodies.insert(id, Arc::new(HeldBody::new(vec![body])))),
            Place::Directory { small: SmallBodies::Memory(bodies), .. }
                if body.len() <= SMALL_BODY_BYTES_MAX =>
            {
                bodies.insert(id, body);
            }
            Place::Directory { .. } => self.shelf.write(id, &body)?,
        }
        Ok(())
    }

    fn remove(&mut self, id: BodyId) {
        if self.forget(id) {
            self.shelf.remove(id);
        }
    }

    /// Whether it may have a file.
    fn forget(&mut self, id: BodyId) -> bool {
        match &mut self.place {
            Place::Memory(bodies) => {
                bodies.remove(&id);
                false
            }
            Place::Directory { small, copies } => {
                if copies.remove(&id) {
                    self.shelf.remove_copy(id);
                }
                match small {
                    SmallBodies::Rows => true,
                    SmallBodies::Memory(bodies) => bodies.remove(&id).is_none(),
                }
            }
        }
    }
}

/// The pieces that a part of a body lies in.
fn pieces_of(body: &Body, range: Range<u64>) -> Vec<Piece> {
    assert!(range.start <= range.end && range.end <= body.size, "a part lies within its body");
    let whole = [Piece { body: body.id, offset: 0, length: body.size }];
    let mut start = 0;
    let mut found = Vec::new();
    for piece in body.pieces.as_deref().unwrap_or(&whole) {
        let end = start + piece.length;
        let (from, to) = (range.start.max(start), range.end.min(end));
        if from < to {
            let offset = piece.offset + (from - start);
            found.push(Piece { body: piece.body, offset, length: to - from });
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_of_a_body_lies_in_the_pieces_that_it_touches() {
        let piece = |body, offset, length| Piece { body: BodyId(body), offset, length };
        let body = Body {
            id: BodyId(9),
            size: 30,
            pieces: Some(vec![piece(1, 0, 10), piece(2, 5, 10), piece(1, 10, 10)]),
        };
        assert_eq!(pieces_of(&body, 0..30), body.pieces.clone().unwrap());
        assert_eq!(pieces_of(&body, 9..21), [piece(1, 9, 1), piece(2, 5, 10), piece(1, 10, 1)]);
        assert_eq!(pieces_of(&body, 10..20), [piece(2, 5, 10)]);
        assert_eq!(pieces_of(&body, 7..7), []);
        let whole = Body { id: BodyId(3), size: 8, pieces: None };
        assert_eq!(pieces_of(&whole, 2..8), [piece(3, 2, 6)]);
    }
}
