//! Results as text: CSV with a header for rows of data, and lines of cells between tabs for everything else.
//!
//! | | CSV (`<id>.csv`) | text (`<id>.txt`) |
//! |---|---|---|
//! | header | the names of the columns | none |
//! | cell | in double quotes, quotes in it doubled | as it is |
//! | null | nothing | nothing |
//! | empty text | `""` | nothing |
//! | between cells | `,` | tab |
//!
//! Reading CSV is the exact inverse of writing it, whatever is in the cells. Text is not so: a line is read as one text,
//! tabs and all, and a cell with a line end makes two rows, as on AWS.
//!
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/querying.html>.

use bytes::{BufMut, BytesMut};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResultFormat {
    /// Rows of data.
    Csv,
    /// What DDL and utilities say.
    Text,
}

impl ResultFormat {
    /// Whether the first row has the names of the columns.
    pub fn has_header(self) -> bool {
        self == Self::Csv
    }

    /// Appends a row.
    pub fn write_row(self, out: &mut BytesMut, cells: &[Option<&str>]) {
        for (index, cell) in cells.iter().enumerate() {
            match self {
                Self::Csv => write_csv(out, index, *cell),
                Self::Text => write_text(out, index, *cell),
            }
        }
        out.put_u8(b'\n');
    }
}

fn write_csv(out: &mut BytesMut, index: usize, cell: Option<&str>) {
    if index > 0 {
        out.put_u8(b',');
    }
    let Some(cell) = cell else { return };
    out.put_u8(b'"');
    for (index, part) in cell.split('"').enumerate() {
        if index > 0 {
            out.put_slice(b"\"\"");
        }
        out.put_slice(part.as_bytes());
    }
    out.put_u8(b'"');
}

fn write_text(out: &mut BytesMut, index: usize, cell: Option<&str>) {
    if index > 0 {
        out.put_u8(b'\t');
    }
    out.put_slice(cell.unwrap_or_default().as_bytes());
}

impl ResultFormat {
    /// Where the first row ends: the place of its line end.
    pub fn row_end(self, text: &[u8]) -> Option<usize> {
        let mut is_quoted = false;
        text.iter().position(|byte| {
            // A doubled quote ends the quotation and begins it again.
            is_quoted ^= self == Self::Csv && *byte == b'"';
            *byte == b'\n' && !is_quoted
        })
    }

    /// The cells of a row without its line end: as many as there are columns, or the one text of a line.
    pub fn parse_row(self, row: &[u8], columns: usize) -> Vec<Option<String>> {
        let row = String::from_utf8_lossy(row);
        match self {
            Self::Csv => {
                let mut cells = parse_csv(&row);
                cells.resize(columns, None);
                cells
            }
            // One text, tabs and all, however many columns are named.
            Self::Text => vec![Some(row.into_owned())],
        }
    }
}

fn parse_csv(row: &str) -> Vec<Option<String>> {
    let (mut cells, mut rest) = (Vec::new(), row);
    loop {
        let (cell, after) = parse_cell(rest);
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return cells,
        }
    }
}

/// A cell, and what follows it: nothing, or a comma and more.
fn parse_cell(text: &str) -> (Option<String>, &str) {
    let Some(mut rest) = text.strip_prefix('"') else {
        // Only what others have put there has texts without quotes.
        let end = text.find(',').unwrap_or(text.len());
        let (cell, rest) = text.split_at(end);
        return (Some(cell.to_owned()).filter(|cell| !cell.is_empty()), rest);
    };
    let mut cell = String::new();
    while let Some(quote) = rest.find('"') {
        cell.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None => return (Some(cell), rest),
        }
    }
    cell.push_str(rest);
    (Some(cell), "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(format: ResultFormat, rows: &[Vec<Option<String>>]) -> BytesMut {
        let mut out = BytesMut::new();
        for row in rows {
            let cells: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
            format.write_row(&mut out, &cells);
        }
        out
    }

    fn read(format: ResultFormat, columns: usize, mut text: &[u8]) -> Vec<Vec<Option<String>>> {
        let mut rows = Vec::new();
        while let Some(end) = format.row_end(text) {
            rows.push(format.parse_row(&text[..end], columns));
            text = &text[end + 1..];
        }
        assert!(text.is_empty());
        rows
    }

    fn cell() -> impl Strategy<Value = Option<String>> {
        prop_oneof![
            Just(None),
            any::<String>().prop_map(Some),
            // What the form is made of.
            "[\",\n\r\ta]{0,6}".prop_map(Some),
        ]
    }

    proptest! {
        #[test]
        fn reading_csv_inverts_writing_it(
            rows in (1_usize..5).prop_flat_map(|columns| {
                prop::collection::vec(prop::collection::vec(cell(), columns), 0..8)
            })
        ) {
            let columns = rows.first().map_or(1, Vec::len);
            let text = written(ResultFormat::Csv, &rows);
            prop_assert_eq!(read(ResultFormat::Csv, columns, &text), rows);
        }

        #[test]
        fn any_text_reads_as_rows_of_as_many_cells_as_columns(text: Vec<u8>, columns in 1_usize..5) {
            prop_assert_eq!(ResultFormat::Csv.parse_row(&text, columns).len(), columns);
            prop_assert_eq!(ResultFormat::Text.parse_row(&text, columns).len(), 1);
        }
    }

    #[test]
    fn csv_is_that_of_athena() {
        let row = [Some("a\"b"), None, Some(""), Some("x\ny,z")].map(|cell| cell.map(str::to_owned));
        let text = written(ResultFormat::Csv, &[row.to_vec()]);
        assert_eq!(text, "\"a\"\"b\",,\"\",\"x\ny,z\"\n".as_bytes());
    }

    #[test]
    fn text_has_tabs_between_cells_and_is_read_line_by_line() {
        let row = [Some("a"), None, Some("b\tc")].map(|cell| cell.map(str::to_owned));
        let text = written(ResultFormat::Text, &[row.to_vec()]);
        assert_eq!(text, "a\t\tb\tc\n".as_bytes());
        assert_eq!(read(ResultFormat::Text, 3, &text), [[Some("a\t\tb\tc".to_owned())]]);
    }
}
