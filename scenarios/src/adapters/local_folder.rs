//! A local folder as an object store, for a checkpoint that outlives the process without an emulator.
//!
//! An object is a file under its key. It is written under a temporary name, forced to the disk and renamed, so that
//! under its own name it is always whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use wavetank_engine::ports::{ObjectStore, PortResult};

/// How names of files that are not finished end; no key may.
const PARTIAL: &str = ".partial";

/// Objects as files of a folder.
#[derive(Debug, Clone)]
pub struct LocalFolder {
    folder: PathBuf,
}

impl LocalFolder {
    /// The objects of a folder, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The file of a key.
    fn file(&self, key: &str) -> PortResult<PathBuf> {
        let odd = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\\');
        if key.split('/').any(odd) || key.ends_with(PARTIAL) {
            return Err(format!("`{key}` cannot be the name of a file").into());
        }
        Ok(self.folder.join(key))
    }

    /// Keys of the files in a folder and those inside it.
    fn keys(&self, folder: &Path, keys: &mut Vec<String>) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                self.keys(&path, keys)?;
                continue;
            }
            let below = path.strip_prefix(&self.folder).expect("the walk began there");
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            keys.extend(Some(parts.join("/")).filter(|key| !key.ends_with(PARTIAL)));
        }
        Ok(())
    }
}

impl ObjectStore for LocalFolder {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        let file = self.file(key)?;
        let folder = file.parent().expect("a file is in a folder");
        fs::create_dir_all(folder)?;
        let partial =
            folder.join(format!("{}{PARTIAL}", file.file_name().unwrap_or_default().to_string_lossy()));
        let mut out = File::create(&partial)?;
        pieces.iter().try_for_each(|piece| out.write_all(piece))?;
        out.sync_all()?;
        fs::rename(&partial, &file)?;
        // The name is in the folder, which has to be on the disk too.
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        match fs::read(self.file(key)?) {
            Ok(body) => Ok(Some(body.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        match fs::remove_file(self.file(key)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        let mut keys = Vec::new();
        self.keys(&self.folder.clone(), &mut keys)?;
        keys.retain(|key| key.starts_with(prefix));
        keys.sort_unstable();
        Ok(keys)
    }
}
