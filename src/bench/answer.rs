//! What a workload's answer is known by: a sum over hashes of its rows, which no order and no cut into batches changes.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The digest of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest(pub u64);

impl Digest {
    /// Adds rows that lie in a folder; the folder's name counts, since partition columns are in it.
    ///
    /// # Errors
    /// A type that rows cannot be encoded of.
    pub fn add(&mut self, folder: &str, rows: &RecordBatch) -> Result<(), ArrowError> {
        let fields = rows.schema_ref().fields().iter();
        let converter = RowConverter::new(fields.map(|f| SortField::new(f.data_type().clone())).collect())?;
        let seed = xxh3_64_with_seed(folder.as_bytes(), 0);
        for row in &converter.convert_columns(rows.columns())? {
            self.0 = self.0.wrapping_add(xxh3_64_with_seed(row.as_ref(), seed));
        }
        Ok(())
    }

    /// Adds bytes.
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        self.0 = self.0.wrapping_add(xxh3_64_with_seed(bytes, 0));
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Digest).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;

    fn rows(values: &[i64]) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from(values.to_vec()));
        RecordBatch::try_from_iter([("v", column)]).unwrap()
    }

    fn digest(parts: &[(&str, &[i64])]) -> Digest {
        let mut digest = Digest::default();
        parts.iter().for_each(|(folder, values)| digest.add(folder, &rows(values)).unwrap());
        digest
    }

    #[test]
    fn order_and_cuts_do_not_count_but_values_repeats_and_folders_do() {
        let one = digest(&[("a", &[1, 2, 3])]);
        assert_eq!(digest(&[("a", &[3]), ("a", &[2, 1])]), one);
        assert_ne!(digest(&[("a", &[1, 2, 4])]), one);
        assert_ne!(digest(&[("a", &[1, 2, 3, 3])]), one);
        assert_ne!(digest(&[("b", &[1, 2, 3])]), one);
    }
}
