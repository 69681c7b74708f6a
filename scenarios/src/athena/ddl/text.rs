//! Texts as Hive prints them.

/// Hive pads what it prints in columns to this many characters.
const WIDTH: usize = 20;

/// Filled with blanks on the right, and never cut.
pub fn padded(text: &str) -> String {
    format!("{text:WIDTH$}")
}

/// A string in single quotes that reads back as the same.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            // Clients of Hive cut statements at semicolons.
            '\'' | ';' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// A name in backquotes.
pub fn backquoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use super::super::token::{Dialect, content, next};
    use super::*;

    #[test]
    fn quoted_texts_read_back() {
        for text in ["", "it's", "a\\b;c", "\u{1}\t\n\r\0", "\\001", "日本 😀 \"x\"", "100%", "\\%"] {
            let quoted = quoted(text);
            let token = next(&quoted, 0, Dialect::Hive);
            assert_eq!(token.text, quoted);
            assert_eq!(content(&token, Dialect::Hive), text, "{quoted}");
        }
    }

    #[test]
    fn padding_counts_characters() {
        assert_eq!(padded("列名"), format!("列名{}", " ".repeat(18)));
        assert_eq!(padded(&"x".repeat(21)), "x".repeat(21));
    }
}
