//! Writing a body piece by piece, before any call to the emulator and beside its lock.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{BodyId, BodyReader, SMALL_BODY_BYTES_MAX, Shelf};

/// Writes one body. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct BodyWriter {
    shelf: Arc<Shelf>,
    /// What has come while it may still be a small body, or where there are no files.
    held: Vec<Bytes>,
    file: Option<(NewFile, File)>,
    length: u64,
}

/// A body that is complete and that no object has yet. Dropped, it goes.
#[derive(Debug)]
pub struct NewBody {
    content: NewContent,
    length: u64,
}

#[derive(Debug)]
pub(super) enum NewContent {
    Pieces(Vec<Bytes>),
    File(NewFile),
}

/// A file that goes with this value unless it is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    shelf: Arc<Shelf>,
    id: BodyId,
    generation: u64,
    kept: bool,
}

impl BodyWriter {
    pub(crate) fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf, held: Vec::new(), file: None, length: 0 }
    }

    /// Writes the next piece.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&mut self, piece: Bytes) -> io::Result<()> {
        self.length += piece.len() as u64;
        if self.file.is_none() && self.shelf.has_files() && self.length > SMALL_BODY_BYTES_MAX as u64 {
            let id = self.shelf.next_id();
            let generation = self.shelf.generation();
            let new = NewFile { shelf: Arc::clone(&self.shelf), id, generation, kept: false };
            let mut file = self.shelf.create(id)?;
            for held in self.held.drain(..) {
                file.write_all(&held)?;
            }
            self.file = Some((new, file));
        }
        match &mut self.file {
            Some((_, file)) => file.write_all(&piece),
            None => {
                self.held.push(piece);
                Ok(())
            }
        }
    }

    /// Ends the body.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(self) -> io::Result<NewBody> {
        let content = match self.file {
            Some((new, file)) => {
                self.shelf.finish(new.id, file)?;
                NewContent::File(new)
            }
            None if self.held.len() == 1 => NewContent::Pieces(self.held),
            None => {
                let mut bytes = BytesMut::with_capacity(self.length as usize);
                self.held.iter().for_each(|piece| bytes.extend_from_slice(piece));
                NewContent::Pieces(vec![bytes.freeze()])
            }
        };
        Ok(NewBody { content, length: self.length })
    }
}

impl NewBody {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The body, where it is in memory.
    pub(crate) fn in_memory(&self) -> Option<&[Bytes]> {
        match &self.content {
            NewContent::Pieces(pieces) => Some(pieces),
            NewContent::File(_) => None,
        }
    }

    pub(super) fn into_content(self) -> NewContent {
        self.content
    }
}

impl From<Bytes> for NewBody {
    fn from(bytes: Bytes) -> Self {
        Self::from(vec![bytes])
    }
}

impl From<Vec<Bytes>> for NewBody {
    fn from(pieces: Vec<Bytes>) -> Self {
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { length, content: NewContent::Pieces(pieces) }
    }
}

impl NewFile {
    /// Keeps the file: from here on it goes with the rows that point to it.
    pub fn keep(mut self) -> io::Result<BodyId> {
        if self.generation != self.shelf.generation() {
            return Err(io::Error::other("everything was removed while it was being written"));
        }
        self.kept = true;
        Ok(self.id)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            self.shelf.remove(self.id);
        }
    }
}

/// Writes a file under a temporary name and renames it, so that under its own name it is always whole.
pub(super) fn write_whole(file: &Path, mut body: BodyReader) -> io::Result<()> {
    let temporary = file.with_extension("partial");
    fs::create_dir_all(file.parent().expect("a body's file is in a folder"))?;
    let mut write = || -> io::Result<()> {
        let mut partial = File::create(&temporary)?;
        while let Some(piece) = body.next_piece()? {
            partial.write_all(&piece)?;
        }
        fs::rename(&temporary, file)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> usize {
        let count = |entry: io::Result<fs::DirEntry>| fs::read_dir(entry.unwrap().path()).unwrap().count();
        fs::read_dir(folder).unwrap().map(count).sum()
    }

    #[test]
    fn large_body_is_a_file_and_goes_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Shelf::in_directory(folder.path().to_owned(), false));
        let write = |pieces: usize| {
            let mut writer = BodyWriter::new(Arc::clone(&shelf));
            for _ in 0..pieces {
                writer.write(Bytes::from(vec![7; 4096])).unwrap();
            }
            writer
        };
        assert_eq!(write(4).finish().unwrap().len(), 16_384);
        assert_eq!(files(folder.path()), 0);
        drop(write(5));
        drop(write(5).finish().unwrap());
        assert_eq!(files(folder.path()), 0);
        let NewContent::File(file) = write(5).finish().unwrap().into_content() else { panic!("a file") };
        let id = file.keep().unwrap();
        assert_eq!(fs::read(shelf.file_of(id).unwrap()).unwrap(), [7; 5 * 4096]);
    }

    #[test]
    fn body_written_before_everything_was_removed_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Shelf::in_directory(folder.path().to_owned(), false));
        let mut writer = BodyWriter::new(Arc::clone(&shelf));
        writer.write(Bytes::from(vec![7; 20_000])).unwrap();
        shelf.clear().unwrap();
        let NewContent::File(file) = writer.finish().unwrap().into_content() else { panic!("a file") };
        assert!(file.keep().is_err());
    }
}
