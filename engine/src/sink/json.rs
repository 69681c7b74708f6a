//! Rows as lines of JSON, as Spark's JSON writer has them: null fields left out, instants in the session's zone.
//!
//! Source: `JacksonGenerator` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::{ArrayRef, StructArray, cast::AsArray};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;

use crate::error::Result;
use crate::expr::json_texts;
use crate::session::Session;

/// One object per line; the same rows give the same bytes.
pub(super) fn encode(rows: &RecordBatch, session: &Session) -> Result<Bytes> {
    let rows: ArrayRef = Arc::new(StructArray::from(rows.clone()));
    let texts = json_texts(&rows, session)?;
    let mut body = String::new();
    for text in texts.as_string::<i32>().iter().flatten() {
        body.push_str(text);
        body.push('\n');
    }
    Ok(Bytes::from(body))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray, TimestampMicrosecondArray};
    use arrow::datatypes::{Field, Schema};

    use super::*;
    use crate::types::timestamp_type;

    #[test]
    fn rows_are_lines_without_their_nulls() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(1), None])),
            Arc::new(StringArray::from(vec!["a\"b", "c\nd"])),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500), None]).with_timezone("UTC")),
        ];
        let types = [columns[0].data_type().clone(), columns[1].data_type().clone(), timestamp_type()];
        let fields: Vec<Field> =
            ["n", "s", "t"].into_iter().zip(types).map(|(name, of)| Field::new(name, of, true)).collect();
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        let expected = "{\"n\":1,\"s\":\"a\\\"b\",\"t\":\"1970-01-01T00:00:00.001Z\"}\n{\"s\":\"c\\nd\"}\n";
        assert_eq!(encode(&rows, &Session::default()).unwrap(), expected);
    }
}
