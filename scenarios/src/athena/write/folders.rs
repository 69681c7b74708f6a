//! Partitions as folders: `day=2026-01-05/hour=10/`.

use std::path::{Path, PathBuf};

use super::super::translate::{Typed, plain_text_of};
use super::super::types::Type;

/// Files, in the order of their paths.
pub(super) fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Keys and values in the folders between.
pub(super) fn partition_values(folder: &Path, file: &Path) -> Vec<(String, String)> {
    let between = file.parent().and_then(|parent| parent.strip_prefix(folder).ok());
    let parts = between.into_iter().flat_map(Path::components);
    let pairs = parts.filter_map(|part| {
        let text = part.as_os_str().to_string_lossy().into_owned();
        let (name, value) = text.split_once('=')?;
        Some((unescaped(name), unescaped(value)))
    });
    pairs.collect()
}

/// `%3A` and the like as DuckDB writes them into names of folders.
pub(super) fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A value in the name of a folder, as Hive writes it.
/// Source: Hive's `FileUtils.escapePathName`.
pub(super) fn escaped(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match c {
            '"'
            | '#'
            | '%'
            | '\''
            | '*'
            | '/'
            | ':'
            | '='
            | '?'
            | '\\'
            | '{'
            | '['
            | ']'
            | '^'
            | '\u{7f}'
            | '\0'..='\u{1f}' => {
                text += &format!("%{:02X}", c as u32);
            }
            c => text.push(c),
        }
    }
    text
}

/// A partition key as its text; null has a name.
pub(super) fn key_text(value: &Typed) -> String {
    let text = match value.ty {
        Type::Timestamp(_) => format!("wt_timestamp_text({}, 0)", value.sql),
        _ => plain_text_of(&value.sql, &value.ty).unwrap_or_else(|| value.sql.clone()),
    };
    format!("coalesce({text}, '__HIVE_DEFAULT_PARTITION__')")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_as_hive_does_it_and_read_again() {
        let value = "a:b/c=d %\u{1}é";
        assert_eq!(escaped(value), "a%3Ab%2Fc%3Dd %25%01é");
        assert_eq!(unescaped(&escaped(value)), value);
    }
}
