//! Where everything of a checkpoint is: every name, in one place.

use crate::batch::BatchId;

/// Written once, when the query first starts.
pub(super) const METADATA: &str = "metadata";

/// Folder of the offset log.
pub(super) const OFFSETS: &str = "offsets/";

/// Folder of the commit log.
pub(super) const COMMITS: &str = "commits/";

/// Folder of the state.
pub(super) const STATE: &str = "state/";

/// The plan of a batch.
pub(super) fn offsets(batch: BatchId) -> String {
    format!("{OFFSETS}{batch}")
}

/// The commit of a batch.
pub(super) fn commits(batch: BatchId) -> String {
    format!("{COMMITS}{batch}")
}

/// The batch that an object of a log is about; `None` for a name that no log has.
pub(super) fn batch(name: &str, folder: &str) -> Option<BatchId> {
    let id = name.strip_prefix(folder)?;
    id.parse().ok().filter(|number: &u32| number.to_string() == id).map(BatchId)
}

/// A version of the state, and how it is stored. Version n is what batch n starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StateFile {
    pub(super) version: u32,
    /// Whether it holds everything, not what has changed since the version before.
    pub(super) snapshot: bool,
}

impl StateFile {
    pub(super) fn name(self) -> String {
        format!("{STATE}{}.{}", self.version, if self.snapshot { "snapshot" } else { "delta" })
    }

    /// The file of that name; `None` for a name that no state has.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (version, kind) = name.strip_prefix(STATE)?.split_once('.')?;
        let snapshot = match kind {
            "snapshot" => true,
            "delta" => false,
            _ => return None,
        };
        Some(Self { version: version.parse().ok()?, snapshot }).filter(|file| file.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        assert_eq!(batch(&offsets(BatchId(12)), OFFSETS), Some(BatchId(12)));
        assert_eq!(batch("offsets/012", OFFSETS), None);
        assert_eq!(batch("commits/1", OFFSETS), None);
        for snapshot in [true, false] {
            let file = StateFile { version: 7, snapshot };
            assert_eq!(StateFile::parse(&file.name()), Some(file));
        }
        assert_eq!(StateFile::parse("state/7.delta.tmp"), None);
        assert_eq!(StateFile::parse("state/+7.delta"), None);
    }
}
