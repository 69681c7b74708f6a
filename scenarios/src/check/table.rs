//! Tables for people: rows under a header, aligned, cells divided by pipes, long cells cut.

/// The widest line.
pub(super) const WIDTH: usize = 70;

/// A column is not cut below this.
const NARROWEST: usize = 6;

const DIVIDER: &str = " | ";
const CUT: char = '…';

/// How wide the columns are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Of the columns that have a place.
    widths: Vec<usize>,
    /// Whether more columns follow.
    more: bool,
}

impl Layout {
    /// As wide as the cells are, but no wider in all than `width`: the widest columns are cut, and what still has no
    /// place is left out.
    pub(super) fn new<'c>(rows: impl Iterator<Item = &'c [String]>, width: usize) -> Self {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 1);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let columns = widths.len();
        let room = |left: usize| if left < columns { width - 2 } else { width };
        while total(&widths) > room(widths.len()) {
            match widths.iter_mut().max_by_key(|width| **width).filter(|width| **width > NARROWEST) {
                Some(widest) => *widest -= 1,
                None => {
                    widths.pop();
                }
            }
        }
        Self { more: widths.len() < columns, widths }
    }

    /// Cells side by side.
    pub(super) fn line(&self, cells: &[String]) -> String {
        self.aligned(cells.iter().zip(&self.widths).map(|(cell, width)| cut(cell, *width)))
    }

    /// Two rows, each as [`Layout::line`], but so that cells that differ look different.
    pub(super) fn pair(&self, one: &[String], other: &[String], differ: &[bool]) -> [String; 2] {
        let cells = |one: &[String], other: &[String]| {
            let cell = |at: usize| match differ[at] {
                true => cut_to_difference(&one[at], &other[at], self.widths[at]),
                false => cut(&one[at], self.widths[at]),
            };
            self.aligned((0..self.widths.len()).map(cell))
        };
        [cells(one, other), cells(other, one)]
    }

    /// Carets below the columns that are marked.
    pub(super) fn marks(&self, marked: &[bool]) -> String {
        let mark =
            |(width, marked): (&usize, &bool)| if *marked { "^".repeat(*width) } else { " ".repeat(*width) };
        let marks: Vec<String> = self.widths.iter().zip(marked).map(mark).collect();
        marks.join("   ").trim_end().to_owned()
    }

    /// The line below the header.
    pub(super) fn rule(&self) -> String {
        let dashes: Vec<String> = self.widths.iter().map(|width| "-".repeat(*width)).collect();
        dashes.join("-|-")
    }

    fn aligned(&self, cells: impl Iterator<Item = String>) -> String {
        let mut line = String::new();
        for (at, (cell, width)) in cells.zip(&self.widths).enumerate() {
            if at > 0 {
                line += DIVIDER;
            }
            line += &format!("{cell:<width$}");
        }
        if self.more {
            line.push_str(&format!(" {CUT}"));
        }
        line.trim_end().to_owned()
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + DIVIDER.len() * widths.len().saturating_sub(1)
}

/// The start of a text.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain([CUT]).collect()
}

/// As [`cut`], but from just before the first letter that another text does not share.
fn cut_to_difference(text: &str, other: &str, width: usize) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    if text.chars().count() <= width || same + 2 < width {
        return cut(text, width);
    }
    let rest: String = text.chars().skip(same.saturating_sub(width / 2)).collect();
    cut(&format!("{CUT}{rest}"), width)
}

/// A value on one line of a table that is only looked at.
pub(super) fn shown(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.replace('\n', "⏎"))
}

/// A header and the first rows; the others are counted.
pub(super) fn drawn(columns: &[String], rows: &[Vec<String>], most: usize) -> Vec<String> {
    let rows_shown = &rows[..rows.len().min(most)];
    let layout = Layout::new(std::iter::once(columns).chain(rows_shown.iter().map(Vec::as_slice)), WIDTH);
    let mut lines = vec![layout.line(columns), layout.rule()];
    lines.extend(rows_shown.iter().map(|row| layout.line(row)));
    if rows.len() > most {
        lines.push(format!("{CUT} and {} more", rows.len() - most));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [texts(&["a", "long cell"]), texts(&["abc", "x"]), texts(&["b", "y"])];
        let lines = drawn(&texts(&["id", "name"]), &rows, 2);
        assert_eq!(lines, ["id  | name", "----|----------", "a   | long cell", "abc | x", "… and 1 more"]);
    }

    #[test]
    fn the_widest_column_is_cut_first() {
        let row = texts(&["short", &"x".repeat(100)]);
        let layout = Layout::new([row.as_slice()].into_iter(), 20);
        assert_eq!(layout.line(&row), "short | xxxxxxxxxxx…");
    }

    #[test]
    fn columns_without_a_place_are_left_out() {
        let row = vec!["1234567890".to_owned(); 5];
        let layout = Layout::new([row.as_slice()].into_iter(), 24);
        assert_eq!(layout.line(&row), "12345… | 12345… …");
    }

    #[test]
    fn cut_cells_show_where_they_differ() {
        let (one, other) = (texts(&[&("x".repeat(40) + "a")]), texts(&[&("x".repeat(40) + "b")]));
        let layout = Layout::new([one.as_slice()].into_iter(), 10);
        assert_eq!(layout.pair(&one, &other, &[true]), ["…xxxxxa", "…xxxxxb"]);
        assert_eq!(layout.marks(&[true]), "^^^^^^^^^^");
    }
}
