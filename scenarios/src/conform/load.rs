//! Finds and reads the files of recordings.

use std::io;
use std::path::{Path, PathBuf};

use super::vector::Vector;

/// A recording and its file.
#[derive(Debug, Clone)]
pub struct Recording {
    /// As it was found.
    pub file: PathBuf,
    /// What it holds.
    pub vector: Vector,
}

/// A file that is not there, or is no recording.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is no recording.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Invalid {
        /// Which one.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
}

/// Reads recordings: files, and the `*.json` files of folders (not of folders inside). They come in the order of
/// their file names, each once.
///
/// # Errors
/// The first file or folder that cannot be read, or is no recording.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Recording>, LoadError> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => files.extend(folder(path)?),
            false => files.push(path.clone()),
        }
    }
    files.sort_by(|a, b| (a.file_name(), a).cmp(&(b.file_name(), b)));
    files.dedup();
    files.into_iter().map(read).collect()
}

fn folder(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let entries = std::fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = entries.map_err(|source| LoadError::Unreadable { path: path.to_owned(), source })?;
    let files = entries.into_iter().map(|entry| entry.path());
    Ok(files.filter(|file| file.extension().is_some_and(|e| e == "json") && file.is_file()).collect())
}

fn read(file: PathBuf) -> Result<Recording, LoadError> {
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(source) => return Err(LoadError::Unreadable { path: file, source }),
    };
    match serde_json::from_str(&text) {
        Ok(vector) => Ok(Recording { file, vector }),
        Err(error) => Err(invalid(file, &error)),
    }
}

fn invalid(path: PathBuf, error: &serde_json::Error) -> LoadError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let problem = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    LoadError::Invalid { path, line, column, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDING: &str = r#"{"format": 1, "id": "x", "streams": [], "query": [], "batches": [],
        "expected": {"output_schema": [], "batches": []}}"#;

    #[test]
    fn recordings_come_in_the_order_of_their_names_each_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.json", "a.json", "notes.txt"] {
            std::fs::write(folder.path().join(name), RECORDING).unwrap();
        }
        let paths = [folder.path().join("b.json"), folder.path().to_owned()];
        let found = load(&paths).unwrap();
        let names: Vec<_> = found.iter().map(|r| r.file.file_name().unwrap()).collect();
        assert_eq!(names, ["a.json", "b.json"]);
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "{\"format\": 1,\n  \"idd\": 2}").unwrap();
        let Err(LoadError::Invalid { line: 2, column, problem, .. }) = load(std::slice::from_ref(&file))
        else {
            panic!("line 2 has an unknown field");
        };
        assert_eq!(column, 7);
        assert!(problem.starts_with("unknown field `idd`") && !problem.contains("line"), "{problem}");
        let missing = load(&[folder.path().join("none")]);
        assert!(matches!(missing, Err(LoadError::Unreadable { .. })));
    }
}
