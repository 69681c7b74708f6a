//! What the store, writers and readers of bodies share: the folder, the next id, and who reads what.
//!
//! Writers and readers work beside the store's one lock. A reader pins the files it is going to read: one that is
//! removed meanwhile goes when its last reader is done.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::BodyId;

/// See the module.
#[derive(Debug)]
pub(crate) struct Shelf {
    files: Option<Files>,
    next: AtomicU64,
    /// Counts how often everything was removed: what was written before is not taken in afterwards.
    generation: AtomicU64,
    pins: Mutex<BTreeMap<BodyId, Pin>>,
}

#[derive(Debug)]
struct Files {
    folder: PathBuf,
    /// Whether a file is on the disk before a row points to it.
    lasting: bool,
    /// Whether this process may have written a file.
    touched: AtomicBool,
}

#[derive(Debug, Default)]
struct Pin {
    readers: usize,
    /// Whether it is to go after its last reader.
    doomed: bool,
}

impl Shelf {
    pub fn in_memory() -> Self {
        Self { files: None, next: AtomicU64::new(1), generation: AtomicU64::new(0), pins: Mutex::default() }
    }

    pub fn in_directory(folder: PathBuf, lasting: bool) -> Self {
        // What is there already may be anybody's.
        let files = Files { folder, lasting, touched: AtomicBool::new(true) };
        Self { files: Some(files), ..Self::in_memory() }
    }

    pub fn folder(&self) -> Option<&Path> {
        self.files.as_ref().map(|files| files.folder.as_path())
    }

    pub fn next_id(&self) -> BodyId {
        BodyId(self.next.fetch_add(1, Ordering::SeqCst))
    }

    /// Has all new ids be greater than one that is in use.
    pub fn skip_id(&self, BodyId(used): BodyId) {
        self.next.fetch_max(used + 1, Ordering::SeqCst);
    }

    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Whether bodies of some size get files.
    pub fn has_files(&self) -> bool {
        self.files.is_some()
    }

    pub fn file_of(&self, BodyId(id): BodyId) -> Option<PathBuf> {
        let folder = self.folder()?.join(format!("{:02x}", id & 0xff));
        Some(folder.join(format!("{id:016x}")))
    }

    /// Where a body is written out that has no file of its own: one folder for all, since few are asked for.
    pub fn copy_of(&self, BodyId(id): BodyId) -> Option<PathBuf> {
        Some(self.folder()?.join("copies").join(format!("{id:016x}")))
    }

    /// Creates the file of a new body.
    pub fn create(&self, id: BodyId) -> io::Result<File> {
        let (files, path) = (self.files.as_ref(), self.file_of(id));
        let (Some(files), Some(path)) = (files, path) else { return Err(io::ErrorKind::Unsupported.into()) };
        files.touched.store(true, Ordering::SeqCst);
        match File::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().expect("a body's file is in a folder"))?;
                File::create(&path)
            }
            created => created,
        }
    }

    /// Ends the file of a new body: from here on it is there after a power cut, where it is to be.
    pub fn finish(&self, id: BodyId, file: File) -> io::Result<()> {
        let Some(files) = &self.files else { return Ok(()) };
        if files.lasting {
            file.sync_all()?;
            let path = self.file_of(id).expect("there is a folder");
            File::open(path.parent().expect("a body's file is in a folder"))?.sync_all()?;
        }
        Ok(())
    }

    pub fn write(&self, id: BodyId, body: &[u8]) -> io::Result<()> {
        let write = || {
            let mut file = self.create(id)?;
            file.write_all(body)?;
            self.finish(id, file)
        };
        write().inspect_err(|_| self.remove(id))
    }

    /// Removes the file of a body now, or when its last reader is done. One that cannot be removed is waste on the
    /// disk and nothing a client could act on, so it is left, and removed by the next process that opens the folder.
    pub fn remove(&self, id: BodyId) {
        if let Some(pin) = self.pins().get_mut(&id) {
            pin.doomed = true;
            return;
        }
        if let Some(file) = self.file_of(id) {
            let _ = fs::remove_file(file);
        }
    }

    pub fn remove_copy(&self, id: BodyId) {
        if let Some(file) = self.copy_of(id) {
            let _ = fs::remove_file(file);
        }
    }

    pub fn pin(&self, id: BodyId) {
        self.pins().entry(id).or_default().readers += 1;
    }

    pub fn unpin(&self, id: BodyId) {
        let mut pins = self.pins();
        let pin = pins.get_mut(&id).expect("who unpins has pinned");
        pin.readers -= 1;
        if pin.readers == 0 {
            let doomed = pin.doomed;
            pins.remove(&id);
            drop(pins);
            if doomed {
                self.remove(id);
            }
        }
    }

    /// Removes all files.
    pub fn clear(&self) -> io::Result<()> {
        self.generation.fetch_add(1, Ordering::SeqCst);
        let Some(files) = &self.files else { return Ok(()) };
        if files.touched.swap(false, Ordering::SeqCst) {
            fs::remove_dir_all(&files.folder)?;
            fs::create_dir_all(&files.folder)?;
        }
        Ok(())
    }

    fn pins(&self) -> MutexGuard<'_, BTreeMap<BodyId, Pin>> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_spread_over_folders() {
        let shelf = Shelf::in_directory(PathBuf::from("objects"), false);
        assert_eq!(shelf.file_of(BodyId(0x1234)).unwrap(), Path::new("objects/34/0000000000001234"));
    }

    #[test]
    fn removed_file_is_there_until_its_last_reader_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::in_directory(folder.path().to_owned(), true);
        let id = shelf.next_id();
        shelf.write(id, b"body").unwrap();
        let file = shelf.file_of(id).unwrap();
        shelf.pin(id);
        shelf.pin(id);
        shelf.remove(id);
        shelf.unpin(id);
        assert!(file.exists());
        shelf.unpin(id);
        assert!(!file.exists());
    }

    #[test]
    fn new_ids_are_greater_than_those_in_use() {
        let shelf = Shelf::in_memory();
        shelf.skip_id(BodyId(7));
        shelf.skip_id(BodyId(3));
        assert_eq!(shelf.next_id(), BodyId(8));
    }
}
