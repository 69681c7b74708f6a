//! A mistake in a file, with the line that it stands on.

use miette::{GraphicalReportHandler, GraphicalTheme};
use wavetank::scenarios::file::FileError;

use crate::cli::OutputArgs;
use crate::exit::colours;

/// The mistake as it is printed to standard error.
pub fn render(error: &FileError, output: &OutputArgs) -> String {
    render_on(error, colours(output))
}

/// The mistake, with colours or without.
pub fn render_on(error: &FileError, coloured: bool) -> String {
    let theme = match coloured {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    let mut text = String::new();
    let width = console_width();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
    handler.render_report(&mut text, error).expect("writing to a string does not fail");
    text
}

/// Columns of the terminal; 80 where there is none.
fn console_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(80)
}
