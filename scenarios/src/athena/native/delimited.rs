//! Lines of text as Hive's serdes split them into fields.
//!
//! | function | serde | `a\,b,"c,d",\N` |
//! |---|---|---|
//! | `wt_lazy_fields(line, ',\', '\N')` | LazySimpleSerDe | `a,b` · `"c` · `d"` · null |
//! | `wt_csv_fields(line, ',"\')` | OpenCSVSerde | `a` · `b` · `c,d` · `N` |
//!
//! A line has as many fields as it has; the table's columns beyond them are null.
//!
//! Sources: `LazyStruct.parse`, `LazyUtils.copyAndEscapeStringDataToText` and `OpenCSVSerde` of Hive; `CSVParser` of
//! opencsv 2.3; Trino's `SimpleDeserializer` and `CsvDeserializer`, which say that they do the same.

use super::registrar::Registrar;

use super::column::{Text, Texts, function2, function3};
use super::{Answer, Failure};

type Fields = Vec<Option<String>>;

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function3::<Text, Text, Text, Texts>(c, "wt_lazy_fields", lazy_fields)?;
    function3::<Text, Text, Text, Texts>(c, "wt_lazy_parts", lazy_parts)?;
    function2::<Text, Text, Texts>(c, "wt_csv_fields", csv_fields)
}

/// The fields of a row. The separators are the delimiter of fields, and the escape character if there is one.
fn lazy_fields(line: &str, separators: &str, null: &str) -> Answer<Fields> {
    let signs = LazySigns::read(separators)?;
    let field = |text: &str| (text != null).then(|| signs.unescaped(text));
    Ok(Some(signs.split(line).map(field).collect()))
}

/// Items of an array, entries of a map or fields of a struct, inside of a field: still escaped, as they may have
/// parts themselves. An empty text has none.
fn lazy_parts(text: &str, separators: &str, null: &str) -> Answer<Fields> {
    let signs = LazySigns::read(separators)?;
    if text.is_empty() {
        return Ok(Some(Vec::new()));
    }
    Ok(Some(signs.split(text).map(|part| (part != null).then(|| part.to_owned())).collect()))
}

/// Characters that mean something to LazySimpleSerDe.
#[derive(Clone, Copy)]
struct LazySigns {
    delimiter: char,
    escape: Option<char>,
}

impl LazySigns {
    fn read(separators: &str) -> Result<Self, Failure> {
        let mut signs = separators.chars();
        match (signs.next(), signs.next(), signs.next()) {
            (Some(delimiter), escape, None) => Ok(Self { delimiter, escape }),
            _ => Err(Failure::argument("A field delimiter is one character, and so is an escape character")),
        }
    }

    /// Parts between delimiters; a character behind the escape character is none.
    fn split(self, text: &str) -> impl Iterator<Item = &str> {
        let mut escaped = false;
        text.split(move |c| {
            let delimits = !escaped && c == self.delimiter;
            // A delimiter that is the escape character too delimits.
            escaped = !escaped && !delimits && Some(c) == self.escape;
            delimits
        })
    }

    /// A text without its escape characters: `\n` and `\r` are ends of lines, and the last character is itself.
    fn unescaped(self, text: &str) -> String {
        let Some(escape) = self.escape.filter(|escape| text.contains(*escape)) else {
            return text.to_owned();
        };
        let mut plain = String::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = if c == escape { rest.next() } else { None };
            plain.push(match next {
                Some('n') => '\n',
                Some('r') => '\r',
                Some(next) => next,
                None => c,
            });
        }
        plain
    }
}

/// The fields of a line of CSV. The signs are the separator, the quote and the escape character.
///
/// A field in quotes that the line does not end is left out, and so is all of an empty line.
fn csv_fields(line: &str, signs: &str) -> Answer<Fields> {
    let signs = CsvSigns::read(signs)?;
    if line.is_empty() {
        return Ok(Some(Vec::new()));
    }
    if !line.contains([signs.quote, signs.escape]) {
        return Ok(Some(line.split(signs.separator).map(|field| Some(field.to_owned())).collect()));
    }
    Ok(Some(signs.split(line)))
}

/// Characters that mean something to opencsv.
#[derive(Clone, Copy)]
struct CsvSigns {
    separator: char,
    quote: char,
    escape: char,
}

impl CsvSigns {
    fn read(text: &str) -> Result<Self, Failure> {
        let mut signs = text.chars();
        let (Some(separator), Some(quote), Some(escape), None) =
            (signs.next(), signs.next(), signs.next(), signs.next())
        else {
            return Err(Failure::argument(
                "A separator, a quote and an escape character are one character each",
            ));
        };
        // Hive takes an escape character that is the writer's default for one that was not given.
        let escape = if escape == '"' { '\\' } else { escape };
        let alike = |a: char, b: char| a != '\0' && a == b;
        if alike(separator, quote) || alike(separator, escape) || alike(quote, escape) {
            return Err(Failure::argument("The separator, quote, and escape characters must be different!"));
        }
        if separator == '\0' {
            return Err(Failure::argument("The separator character must be defined!"));
        }
        Ok(Self { separator, quote, escape })
    }

    fn split(self, line: &str) -> Fields {
        let mut fields = Vec::new();
        let mut field = String::new();
        let (mut in_quotes, mut in_field) = (false, false);
        let mut before = None;
        // Java counts UTF-16 units.
        let mut units = 0;
        let mut rest = line.chars().peekable();
        while let Some(c) = rest.next() {
            let at = units;
            units += c.len_utf16();
            let next = rest.peek().copied();
            let inside = in_quotes || in_field;
            let mut last = c;
            if c == self.escape {
                if let Some(sign) =
                    next.filter(|next| inside && (*next == self.quote || *next == self.escape))
                {
                    field.push(sign);
                    rest.next();
                    units += sign.len_utf16();
                    last = sign;
                }
            } else if c == self.quote {
                if inside && next == Some(self.quote) {
                    field.push(c);
                    rest.next();
                    units += c.len_utf16();
                } else {
                    self.bare_quote(&mut field, at, before, next);
                    in_quotes = !in_quotes;
                }
                in_field = !in_field;
            } else if c == self.separator && !in_quotes {
                fields.push(Some(std::mem::take(&mut field)));
                in_field = false;
            } else {
                field.push(c);
                in_field = true;
            }
            before = Some(last);
        }
        if !in_quotes {
            fields.push(Some(field));
        }
        fields
    }

    /// A quote in the middle of a field is kept: `a,bc"d"ef`; except that white space before it goes, and it too.
    /// Opencsv does not look at the first three characters of a line.
    fn bare_quote(self, field: &mut String, at: usize, before: Option<char>, next: Option<char>) {
        let at_edge = before == Some(self.separator) || next.is_none_or(|next| next == self.separator);
        if at <= 2 || at_edge {
            return;
        }
        if !field.is_empty() && field.chars().all(java_whitespace) {
            field.clear();
        } else {
            field.push(self.quote);
        }
    }
}

/// Java's `Character.isWhitespace`: Unicode's, without those that do not break, and with four control characters.
fn java_whitespace(c: char) -> bool {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        '\u{1c}'..='\u{1f}' => true,
        _ => c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: Answer<Fields>) -> String {
        let fields = fields.unwrap().unwrap();
        fields.iter().map(|field| field.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("|")
    }

    /// All texts of up to two of the characters.
    fn small_texts(alphabet: &[char]) -> Vec<String> {
        let mut texts = vec![String::new()];
        for a in alphabet {
            texts.push(a.to_string());
            texts.extend(alphabet.iter().map(|b| format!("{a}{b}")));
        }
        texts
    }

    /// Runs over all rows of three small texts, and gives how many there are.
    fn rows_of_three(alphabet: &[char], mut check: impl FnMut([&String; 3])) -> usize {
        let texts = small_texts(alphabet);
        for a in &texts {
            for b in &texts {
                for c in &texts {
                    check([a, b, c]);
                }
            }
        }
        texts.len().pow(3)
    }

    #[test]
    fn hive_splits_at_every_delimiter_that_is_not_escaped() {
        let cases = [
            ("a,b,c", ",", "a|b|c"),
            ("", ",", ""),
            (",", ",", "|"),
            ("a,,", ",", "a||"),
            ("\"a,b\"", ",", "\"a|b\""),
            ("a\\,b,c", ",", "a\\|b|c"),
            ("a\\,b,c", ",\\", "a,b|c"),
            ("a\\\\,b", ",\\", "a\\|b"),
            ("a\\", ",\\", "a\\"),
            ("x\\ny\\rz", ",\\", "x\ny\rz"),
            ("a,\\N,b", ",", "a|NULL|b"),
            ("a,\\N,b", ",\\", "a|NULL|b"),
            ("a,\\N ,b", ",\\", "a|N |b"),
            ("ä\u{1}ß", "\u{1}", "ä|ß"),
        ];
        for (line, separators, expected) in cases {
            assert_eq!(shown(lazy_fields(line, separators, "\\N")), expected, "{line}");
        }
        assert_eq!(shown(lazy_fields("a,,b", ",", "")), "a|NULL|b");
        assert!(lazy_fields("a", "", "").is_err());
    }

    #[test]
    fn parts_of_a_field_stay_escaped() {
        assert_eq!(shown(lazy_parts("1\\:2:3:\\N", ":\\", "\\N")), "1\\:2|3|NULL");
        assert_eq!(lazy_parts("", ":", "\\N").unwrap(), Some(Vec::new()));
    }

    #[test]
    fn what_is_escaped_as_hive_escapes_is_split_again() {
        let escaped = |text: &String| -> String {
            text.chars()
                .flat_map(|c| [if c == ',' || c == '\\' { "\\" } else { "" }.to_owned(), c.into()])
                .collect()
        };
        let rows = rows_of_three(&[',', '\\', 'N', ' ', 'ä'], |row| {
            let line = row.map(escaped).join(",");
            let fields = lazy_fields(&line, ",\\", "\\N").unwrap().unwrap();
            assert_eq!(fields, row.map(|text| Some(text.clone())), "{line}");
        });
        assert_eq!(rows, 31 * 31 * 31);
    }

    #[test]
    fn opencsv_splits_as_it_does() {
        let cases = [
            ("a,b,c", "a|b|c"),
            ("a\\,b,\"c,d\",\\N", "a|b|c,d|N"),
            ("a,,", "a||"),
            ("\"a,b\",c", "a,b|c"),
            ("a,\"b\"\"c\"", "a|b\"c"),
            ("a,\"b\\\"c\"", "a|b\"c"),
            ("a,b\\nc", "a|bnc"),
            ("a\\\\b", "a\\b"),
            ("\\\\ab", "ab"),
            ("a,bc\"d\"ef,g", "a|bc\"d\"ef|g"),
            ("a\"b\"c", "ab\"c"),
            ("\"ab\"c", "ab\"c"),
            ("one,  \"two\",three", "one|two|three"),
            ("one,\u{a0}\"two\",three", "one|\u{a0}\"two|three"),
            ("a,\"open,b", "a"),
            ("\"open", ""),
            ("one,\"\",x", "one||x"),
            ("a, b ,\tc", "a| b |\tc"),
            ("\u{1f600}a\"b\"c", "\u{1f600}a\"b\"c"),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(csv_fields(line, ",\"\\")), expected, "{line}");
        }
        assert_eq!(csv_fields("", ",\"\\").unwrap(), Some(Vec::new()));
        assert_eq!(csv_fields("\"open", ",\"\\").unwrap(), Some(Vec::new()));
        assert_eq!(shown(csv_fields("'a;b';c", ";'\\")), "a;b|c");
        assert_eq!(shown(csv_fields("\"a\\\"b\",c", ",\"\"")), "a\"b|c");
    }

    #[test]
    fn signs_of_csv_differ() {
        for signs in [",,\\", ",\",", ",\\\\", ",", ",\"\\x", "\0\"\\", ",\\\""] {
            assert!(csv_fields("a", signs).is_err(), "{signs}");
        }
    }

    #[test]
    fn what_is_quoted_is_split_again() {
        for escape in ['"', '\\'] {
            let quoted = |text: &String| {
                let inside = text.replace('\\', "\\\\").replace('"', &format!("{escape}\""));
                format!("\"{inside}\"")
            };
            let rows = rows_of_three(&[',', '"', '\\', ' ', 'a'], |row| {
                let line = row.map(quoted).join(",");
                let fields = csv_fields(&line, ",\"\\").unwrap().unwrap();
                assert_eq!(fields, row.map(|text| Some(text.clone())), "{line}");
            });
            assert_eq!(rows, 31 * 31 * 31);
        }
    }
}
