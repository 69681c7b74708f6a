//! Commits that are on the disk before anybody hears of them, many with one wait.
//!
//! SQLite's write-ahead log is written with each commit and forced to the disk by nobody (`synchronous = NORMAL`).
//! Here it is forced once for all commits that have been written when it begins: whoever commits meanwhile waits for
//! the next time, together with all others that do. After a power cut SQLite takes the log as far as it is whole, so
//! what was forced is there, and what was not is gone with all that came after it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Forces one write-ahead log to the disk.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    log: File,
    /// How many commits have been written.
    written: AtomicU64,
    /// How many of them are on the disk.
    forced: Mutex<u64>,
}

/// One commit that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Written(u64);

impl GroupCommit {
    /// Of the log of a database that is open.
    pub fn open(database: &Path) -> io::Result<Self> {
        let mut name = database.as_os_str().to_owned();
        name.push("-wal");
        let log = File::options().read(true).write(true).create(true).truncate(false).open(name)?;
        Ok(Self { log, written: AtomicU64::new(0), forced: Mutex::new(0) })
    }

    /// Notes a commit that has just been written. Commits are written one after the other.
    pub fn note(&self) -> Written {
        Written(self.written.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Waits until a commit is on the disk.
    pub fn wait(&self, Written(number): Written) -> io::Result<()> {
        let mut forced = self.forced.lock().unwrap_or_else(PoisonError::into_inner);
        if *forced >= number {
            return Ok(());
        }
        let written = self.written.load(Ordering::SeqCst);
        self.log.sync_data()?;
        *forced = written;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wait_is_for_all_that_was_written_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let group = GroupCommit::open(&folder.path().join("emulator.sqlite")).unwrap();
        let (first, second) = (group.note(), group.note());
        assert!(first < second);
        group.wait(first).unwrap();
        assert_eq!(*group.forced.lock().unwrap(), 2);
        let third = group.note();
        group.wait(second).unwrap();
        assert_eq!(*group.forced.lock().unwrap(), 2, "nobody waits for the third yet");
        group.wait(third).unwrap();
        assert_eq!(*group.forced.lock().unwrap(), 3);
    }
}
