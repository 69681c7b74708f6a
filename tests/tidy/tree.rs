//! The checkout as a value: path → text. Rules read this and never the disk, so that a test can hand them a
//! doctored one.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::code::{self, Line};

/// Rust sources, manifests and the lock file, by path from the root with `/` between the parts.
#[derive(Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
    /// The Rust sources again, taken apart once for all rules.
    sources: BTreeMap<String, Vec<Line>>,
}

/// One breach of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub what: String,
    /// What to write in its place.
    pub instead: String,
}

impl Tree {
    /// Reads every file that a rule may ask for. Build output and hidden folders are left out.
    pub fn load(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if entry.file_type()?.is_dir() {
                    folders.extend(is_ours(&path).then_some(path));
                } else if is_read(&path) {
                    tree.insert(&slashed(&path), &fs::read_to_string(root.join(&path))?);
                }
            }
        }
        Ok(tree)
    }

    /// Adds the file, or replaces it.
    pub fn insert(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
        if path.ends_with(".rs") {
            self.sources.insert(path.to_owned(), code::lines(text));
        }
    }

    /// Every Rust source with its lines, in the order of the paths.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[Line])> {
        self.sources.iter().map(|(path, lines)| (&**path, &**lines))
    }

    /// Every `Cargo.toml` with its text.
    pub fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.files.iter().filter(|(path, _)| path.ends_with("Cargo.toml"));
        named.map(|(path, text)| (&**path, &**text))
    }

    /// The text of one file, if it is there.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}, use {} instead", self.path, self.line, self.what, self.instead)
    }
}

/// The folder of the crate that a file belongs to: `engine` for `engine/src/query.rs`, empty for the root's own.
pub fn crate_of(path: &str) -> &str {
    const ROOTS_OWN: &[&str] = &["src", "tests", "benches", "examples", "scripts"];
    match path.split_once('/') {
        Some((folder, _)) if !ROOTS_OWN.contains(&folder) => folder,
        _ => "",
    }
}

fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name != "target" && !name.starts_with('.')
}

fn is_read(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    path.extension().is_some_and(|extension| extension == "rs")
        || name == "Cargo.toml"
        || name == "Cargo.lock"
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
