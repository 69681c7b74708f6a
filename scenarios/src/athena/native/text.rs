//! Text, code point by code point: casing, parts, padding, trimming.
//!
//! Source: Trino's `StringFunctions`, and `SliceUtf8` which it stands on.

use std::collections::BTreeMap;
use std::ops::Range;

use super::registrar::Registrar;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::column::{Int, Int32, Part, Text, Texts, function1, function2, function3};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_upper", |text| Ok(Some(cased(text, str::to_ascii_uppercase, upper))))?;
    function1::<Text, Text>(c, "wt_lower", |text| Ok(Some(cased(text, str::to_ascii_lowercase, lower))))?;
    function1::<Text, Text>(c, "wt_reverse", |text| Ok(Some(text.chars().rev().collect())))?;
    function1::<Int, Text>(c, "wt_chr", chr)?;
    function1::<Text, Int32>(c, "wt_codepoint", codepoint)?;
    function1::<Texts, Text>(c, "wt_concat", |texts| Ok(texts.into_iter().collect()))?;
    function2::<Text, Texts, Text>(c, "wt_concat_ws", |separator, texts| {
        Ok(Some(texts.into_iter().flatten().collect::<Vec<_>>().join(separator)))
    })?;
    function3::<Text, Int, Int, Part>(c, "wt_substr", |text, start, length| {
        Ok(Some(place(text, substr(text, start, length))))
    })?;
    function3::<Text, Int, Text, Text>(c, "wt_lpad", |text, length, with| pad(text, length, with, true))?;
    function3::<Text, Int, Text, Text>(c, "wt_rpad", |text, length, with| pad(text, length, with, false))?;
    function2::<Text, Text, Part>(c, "wt_trim_blanks", |text, side| {
        Ok(Some(place(text, trim(text, side, is_blank))))
    })?;
    function3::<Text, Text, Text, Part>(c, "wt_trim_of", |text, side, what| {
        Ok(Some(place(text, trim(text, side, |c| what.contains(c)))))
    })?;
    function3::<Text, Text, Text, Text>(c, "wt_translate", |text, from, to| {
        Ok(Some(translate(text, from, to)))
    })?;
    function3::<Text, Text, Text, Text>(c, "wt_replace", |text, what, with| {
        Ok(Some(text.replace(what, with)))
    })?;
    function3::<Text, Text, Int, Int>(c, "wt_strpos", position)?;
    function2::<Text, Text, Text>(c, "wt_normalize", normalize)
}

/// Each character for one, the plain ones all at once.
fn cased(text: &str, plain: fn(&str) -> String, each: fn(char) -> char) -> String {
    if text.is_ascii() { plain(text) } else { text.chars().map(each).collect() }
}

/// One character for one, as Java's `Character.toUpperCase` has it: `ß` stays.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        // What is several characters in full may be a title-case letter in short.
        _ => match c {
            '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => shifted(c, 8),
            '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => shifted(c, 9),
            _ => c,
        },
    }
}

fn shifted(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

/// One character for one; only the `İ` of Turkish would be two in full.
fn lower(c: char) -> char {
    if c == 'İ' { 'i' } else { c.to_lowercase().next().unwrap_or(c) }
}

fn chr(code: i64) -> Answer<String> {
    let character = u32::try_from(code).ok().and_then(char::from_u32);
    match character {
        Some(character) => Ok(Some(character.to_string())),
        None => Err(Failure::argument(format!("Not a valid Unicode code point: {code}"))),
    }
}

fn codepoint(text: &str) -> Answer<i32> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => Ok(Some(one as i32)),
        _ => Err(Failure::argument("Input string must be a single character string")),
    }
}

/// So many elements from a position on, counted from 1, or from the end where it is negative.
pub(super) fn part<T>(of: &[T], start: i64, length: i64) -> &[T] {
    &of[bounds(of.len(), start, length)]
}

/// The same of the characters of a text.
fn substr(text: &str, start: i64, length: i64) -> &str {
    if text.is_ascii() {
        return &text[bounds(text.len(), start, length)];
    }
    let places = bounds(text.chars().count(), start, length);
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let first = ends.nth(places.start).unwrap_or(text.len());
    let end = if places.is_empty() { first } else { ends.nth(places.len() - 1).unwrap_or(text.len()) };
    &text[first..end]
}

/// Where a part of a text is in it.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

fn bounds(count: usize, start: i64, length: i64) -> Range<usize> {
    let first = match start {
        0 => return 0..0,
        start if start > 0 => start - 1,
        start => start.saturating_add(count as i64),
    };
    if first < 0 || first >= count as i64 || length <= 0 {
        return 0..0;
    }
    first as usize..first.saturating_add(length).min(count as i64) as usize
}

/// The length that padding is for; `what` is what pads.
pub(super) fn padded_length(length: i64, is_empty: bool, what: &str) -> Result<usize, Failure> {
    match usize::try_from(length) {
        Ok(length) if length <= i32::MAX as usize => match is_empty {
            true => Err(Failure::argument(format!("Padding {what} must not be empty"))),
            false => Ok(length),
        },
        _ => Err(Failure::argument(format!("Target length must be in the range [0..{}]", i32::MAX))),
    }
}

fn pad(text: &str, length: i64, with: &str, left: bool) -> Answer<String> {
    let length = padded_length(length, with.is_empty(), "string")?;
    let has = text.chars().count();
    if has >= length {
        return Ok(Some(text.chars().take(length).collect()));
    }
    let padding: String = with.chars().cycle().take(length - has).collect();
    Ok(Some(if left { padding + text } else { format!("{text}{padding}") }))
}

/// `side` is `both`, `left` or `right`.
fn trim<'t>(text: &'t str, side: &str, trims: impl Fn(char) -> bool) -> &'t str {
    let text = if side == "right" { text } else { text.trim_start_matches(&trims) };
    if side == "left" { text } else { text.trim_end_matches(&trims) }
}

/// Java's `Character.isWhitespace`: no spaces that forbid a break.
fn is_blank(c: char) -> bool {
    match c {
        '\u{1C}'..='\u{1F}' => true,
        '\u{85}' | '\u{A0}' | '\u{2007}' | '\u{202F}' => false,
        c => c.is_whitespace(),
    }
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let mut map = BTreeMap::new();
    let mut targets = to.chars();
    for source in from.chars() {
        let target = targets.next();
        map.entry(source).or_insert(target);
    }
    text.chars().filter_map(|c| map.get(&c).copied().unwrap_or(Some(c))).collect()
}

/// Where a text stands in another for the nth time, counted from the end where n is negative.
fn position(text: &str, what: &str, instance: i64) -> Answer<i64> {
    if instance == 0 {
        return Err(Failure::argument("'instance' must be a positive or negative number."));
    }
    if what.is_empty() {
        return Ok(Some(1));
    }
    // Occurrences may overlap.
    let starts = text.char_indices().enumerate().filter(|(_, (at, _))| text[*at..].starts_with(what));
    let starts: Vec<i64> = starts.map(|(at, _)| at as i64 + 1).collect();
    let skipped = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let found = match instance > 0 {
        true => starts.get(skipped),
        false => starts.iter().rev().nth(skipped),
    };
    Ok(Some(found.copied().unwrap_or(0)))
}

fn normalize(text: &str, form: &str) -> Answer<String> {
    let text = match form {
        "NFC" => ComposingNormalizerBorrowed::new_nfc().normalize(text),
        "NFKC" => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
        "NFD" => DecomposingNormalizerBorrowed::new_nfd().normalize(text),
        "NFKD" => DecomposingNormalizerBorrowed::new_nfkd().normalize(text),
        _ => {
            return Err(Failure::argument("Normalization form must be one of [NFD, NFC, NFKD, NFKC]"));
        }
    };
    Ok(Some(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stay_one_letter() {
        assert_eq!("straße ᾳ ŉ".chars().map(upper).collect::<String>(), "STRAßE ᾼ ŉ");
        assert_eq!("İÉ".chars().map(lower).collect::<String>(), "ié");
    }

    #[test]
    fn parts_count_from_either_end() {
        assert_eq!((substr("hello", 2, 3), substr("hello", -3, 2), substr("hello", 0, 9)), ("ell", "ll", ""));
        assert_eq!(
            (substr("hello", 6, 1), substr("hello", -6, 1), substr("hello", 1, i64::MAX)),
            ("", "", "hello")
        );
        assert_eq!(
            (substr("hällö!", 2, 4), substr("hällö!", -2, 9), substr("hällö!", 7, 1)),
            ("ällö", "ö!", "")
        );
    }

    #[test]
    fn places_overlap() {
        assert_eq!(position("aaa", "aa", 2).unwrap(), Some(2));
        assert_eq!(position("aaa", "aa", -1).unwrap(), Some(2));
        assert_eq!(position("éa", "a", 1).unwrap(), Some(2));
    }
}
