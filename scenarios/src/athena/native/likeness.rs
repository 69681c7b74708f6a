//! How alike texts are, and what they sound like.
//!
//! Source: Trino's `StringFunctions`, `LuhnCheckFunction`; `Soundex.US_ENGLISH` of Apache Commons Codec.

use super::registrar::Registrar;

use super::column::{Bool, Int, Text, function1, function2};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Text, Int>(c, "wt_levenshtein", levenshtein)?;
    function2::<Text, Text, Int>(c, "wt_hamming", hamming)?;
    function1::<Text, Text>(c, "wt_soundex", soundex)?;
    function1::<Text, Bool>(c, "wt_luhn_check", luhn_check)
}

fn levenshtein(one: &str, other: &str) -> Answer<i64> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    if long.len() * short.len().saturating_sub(1) > 1_000_000 {
        return Err(Failure::argument("The combined inputs for Levenshtein distance are too large"));
    }
    // distances[j]: from what was seen of the longer one to the first j characters of the shorter one.
    let mut distances: Vec<i64> = (0..=short.len() as i64).collect();
    for a in &long {
        let mut diagonal = distances[0];
        distances[0] += 1;
        for (at, b) in short.iter().enumerate() {
            let kept = diagonal + i64::from(a != b);
            diagonal = distances[at + 1];
            distances[at + 1] = kept.min(diagonal + 1).min(distances[at] + 1);
        }
    }
    Ok(distances.last().copied())
}

fn hamming(one: &str, other: &str) -> Answer<i64> {
    if one.chars().count() != other.chars().count() {
        let message = "The input strings to hamming_distance function must have the same length";
        return Err(Failure::argument(message));
    }
    Ok(Some(one.chars().zip(other.chars()).filter(|(a, b)| a != b).count() as i64))
}

/// Digits of the letters A to Z.
const SOUNDS: &[u8; 26] = b"01230120022455012623010202";

fn soundex(text: &str) -> Answer<String> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect();
    let sound = |(at, c): (usize, char)| match c {
        'A'..='Z' => Ok((c, SOUNDS[c as usize - 'A' as usize] as char)),
        _ => Err(Failure::argument(format!("The character is not mapped: {c} (index={at})"))),
    };
    let mut code = String::new();
    let mut last = '0';
    for letter in letters.into_iter().enumerate() {
        if code.len() == 4 {
            break;
        }
        // H and W do not part two letters of one sound.
        if !code.is_empty() && matches!(letter.1, 'H' | 'W') {
            continue;
        }
        let (letter, digit) = sound(letter)?;
        match code.is_empty() {
            true => code.push(letter),
            false if digit != '0' && digit != last => code.push(digit),
            false => {}
        }
        last = digit;
    }
    Ok(Some(if code.is_empty() { code } else { format!("{code:0<4}") }))
}

fn luhn_check(text: &str) -> Answer<bool> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::argument("Input contains non-digit character"));
    }
    let digits = text.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
    let sum: u32 = digits
        .map(|(at, digit)| match digit * 2 {
            _ if at.is_multiple_of(2) => digit,
            twice if twice > 9 => twice - 9,
            twice => twice,
        })
        .sum();
    Ok(Some(!text.is_empty() && sum.is_multiple_of(10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_code_points() {
        assert_eq!(levenshtein("kitten", "sitting").unwrap(), Some(3));
        assert_eq!(levenshtein("", "").unwrap(), Some(0));
        assert_eq!(levenshtein("é", "e").unwrap(), Some(1));
    }

    #[test]
    fn sounds_are_those_of_the_codec() {
        for (name, code) in
            [("Tymczak", "T522"), ("Pfister", "P236"), ("Ashcraft", "A261"), ("O'Hara", "O600"), ("", "")]
        {
            assert_eq!(soundex(name).unwrap().as_deref(), Some(code), "{name}");
        }
        assert!(soundex("Åse").is_err());
    }
}
