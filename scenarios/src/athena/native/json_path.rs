//! Paths of `json_extract` and `json_size`: `$.store.book[0]["title"]`.
//!
//! Names and positions are the same to a path: `[0]` of an object is its field `0`. Reading stops at what is found, so
//! that text behind it may be broken.
//!
//! Source: Trino's `JsonPathTokenizer` and `JsonExtract`.

use super::Failure;
use super::json_text::{Json, Malformed, Reader};

/// The steps of a path.
pub fn steps(path: &str) -> Result<Vec<String>, Failure> {
    let invalid = || Failure::argument(format!("Invalid JSON path: '{path}'"));
    let mut rest = path.strip_prefix('$').ok_or_else(invalid)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, behind) = step(rest).ok_or_else(invalid)?;
        steps.push(step);
        rest = behind;
    }
    Ok(steps)
}

/// One step, and what stands behind it.
fn step(text: &str) -> Option<(String, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        return plain(name, |c| c == ':' || is_plain(c));
    }
    let inside = text.strip_prefix('[')?;
    let (step, behind) = match inside.strip_prefix('"') {
        Some(quoted) => self::quoted(quoted)?,
        None => plain(inside, is_plain)?,
    };
    Some((step, behind.strip_prefix(']')?))
}

fn is_plain(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn plain(text: &str, fits: impl Fn(char) -> bool) -> Option<(String, &str)> {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match rest.next()?.1 {
                escaped @ ('"' | '\\') => out.push(escaped),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    None
}

/// What a path leads to; `None` when it leads nowhere.
pub fn find(reader: &mut Reader<'_>, path: &[String]) -> Result<Option<Json>, Malformed> {
    let Some((step, path)) = path.split_first() else { return reader.value().map(Some) };
    let mut found = None;
    match reader.peek() {
        Some('{') => reader.fields(|reader, name| {
            if name != *step {
                return reader.value().map(|_| true);
            }
            found = find(reader, path)?;
            Ok(false)
        })?,
        Some('[') => {
            let wanted = step.parse::<i32>().ok().and_then(|index| usize::try_from(index).ok());
            reader.items(|reader, at| {
                if Some(at) != wanted {
                    return reader.value().map(|_| true);
                }
                found = find(reader, path)?;
                Ok(false)
            })?;
        }
        _ => return Err(Malformed),
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_names_and_positions() {
        assert_eq!(steps(r#"$.a[0]["b \" c"].d:e"#).unwrap(), ["a", "0", "b \" c", "d:e"]);
        for path in ["", "a", "$.", "$[", "$[]", "$.a b", "$[a-b]", "$..a", "$[\"a]", "$x"] {
            assert!(steps(path).is_err(), "{path}");
        }
    }

    #[test]
    fn the_first_of_equal_names_is_found_and_the_rest_not_read() {
        let path = steps("$.a").unwrap();
        let found = find(&mut Reader::new(r#"{"a":1,"a":2, broken"#), &path).unwrap();
        assert_eq!(found, Some(Json::Number("1".into())));
        assert!(find(&mut Reader::new("broken"), &path).is_err());
    }
}
