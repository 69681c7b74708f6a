//! What is wrong with a scenario file, and where.
//!
//! [`FileError`] keeps the file's shown name and its text, so that it can draw the place by itself:
//! any `miette` handler renders it. The parser's own report is not used because it names the file `<input>`.

use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde_saphyr::{Location, Spanned};

/// A file's name, as shown to people, and its text. Makes errors that point into the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The path as the user wrote it.
    pub name: String,
    /// The whole text, without a byte order mark.
    pub text: String,
}

impl Source {
    /// Starts an error at a byte range of the text. Add a label and help with the builder methods.
    pub fn error(&self, place: Range<usize>, message: impl Into<String>) -> FileError {
        let start = self.floor_char(place.start);
        // A caret needs something to stand under, also where a value is empty.
        let end = self.floor_char(place.end.max(start + 1)).max(start);
        FileError(Box::new(Facts {
            file: self.name.clone(),
            source: NamedSource::new(&self.name, self.text.clone()),
            place: start..end,
            message: message.into(),
            label: None,
            also: Vec::new(),
            help: None,
        }))
    }

    /// Starts an error at a value that the file's types carry with its place.
    pub fn error_at<T>(&self, value: &Spanned<T>, message: impl Into<String>) -> FileError {
        self.error(byte_range(&value.referenced), message)
    }

    fn floor_char(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset.min(self.text.len()))
    }
}

/// The bytes that a parser location covers; an empty range at 0 when the location is unknown.
pub fn byte_range(location: &Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or_default() as usize;
    start..start + span.byte_len().unwrap_or_default() as usize
}

/// One error in a scenario file: a message, the place it is about, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .0.message)]
pub struct FileError(Box<Facts>);

#[derive(Debug, Clone)]
struct Facts {
    file: String,
    source: NamedSource<String>,
    place: Range<usize>,
    message: String,
    label: Option<String>,
    /// Other places that have to do with it, and what stands under them.
    also: Vec<(Range<usize>, String)>,
    help: Option<String>,
}

impl FileError {
    /// Adds the words that stand under the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = Some(label.into());
        self
    }

    /// Adds another place that has to do with it, and the words that stand under it.
    #[must_use]
    pub fn also(mut self, place: Range<usize>, label: impl Into<String>) -> Self {
        self.0.also.push((place, label.into()));
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says what is wrong in other words.
    #[must_use]
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The file's name as the user wrote it.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The advice, if there is any.
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The marked bytes of the file's text.
    pub fn span(&self) -> Range<usize> {
        self.0.place.clone()
    }

    /// Line and column of the marked place, both from 1, columns in characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.0.source.inner()[..self.0.place.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl Diagnostic for FileError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Range { start, end } = self.0.place;
        let label = LabeledSpan::new(self.0.label.clone(), start, end - start);
        let also = self.0.also.iter().map(|(place, label)| {
            LabeledSpan::new(Some(label.clone()), place.start, place.end - place.start)
        });
        Some(Box::new(std::iter::once(label).chain(also)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source { name: "a.wt.yaml".to_owned(), text: "one: 1\nzwölf: 12\n".to_owned() }
    }

    #[test]
    fn line_and_column_count_from_one_in_characters() {
        let twelve = source().text.find("12").expect("the text holds 12");
        assert_eq!(source().error(twelve..twelve + 2, "x").line_column(), (2, 8));
        assert_eq!(source().error(0..3, "x").line_column(), (1, 1));
    }

    #[test]
    fn place_is_kept_inside_the_text_and_on_characters() {
        let inside_umlaut = source().text.find('ö').expect("the text holds it") + 1;
        assert_eq!(source().error(inside_umlaut..inside_umlaut, "x").line_column(), (2, 3));
        let past_the_end = source().error(900..901, "x");
        assert_eq!(past_the_end.span(), source().text.len()..source().text.len());
    }
}
