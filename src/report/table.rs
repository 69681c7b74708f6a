//! The answer to a query as a table.

use comfy_table::{Table, presets};
use wavetank::scenarios::check::Rows;

/// All rows, with a line on how many they are.
pub fn render(rows: &Rows) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(&rows.columns);
    for row in &rows.rows {
        table.add_row(row.iter().map(|value| value.as_deref().unwrap_or("null")));
    }
    let count = match rows.rows.len() {
        1 => "1 row".to_owned(),
        n => format!("{n} rows"),
    };
    let lines: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    format!("{lines}{count}\n")
}
