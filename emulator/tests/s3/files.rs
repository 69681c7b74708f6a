//! The files of bodies in a directory.

use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of the largest body that has no file of its own.
pub const SMALL_BYTES_MAX: usize = 16 * 1024;

/// Every file below a folder, by path from there.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}

/// The files of bodies in a data directory, copies for readers among them.
pub fn bodies(directory: &Path) -> Vec<PathBuf> {
    all(&directory.join("objects"))
}
