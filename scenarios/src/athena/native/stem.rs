//! Stems of English words, for `word_stem`.
//!
//! Not handled, and refused: the other languages of Snowball.
//!
//! Source: <https://snowballstem.org/algorithms/english/stemmer.html>, which Trino's `WordStemFunction` uses.

use super::registrar::Registrar;

use super::column::{Text, function2};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Text, Text>(c, "wt_word_stem", |word, language| match language {
        "en" => stem(word),
        other if OTHERS.contains(&other) => {
            Err(Failure::argument(format!("stems of the language '{other}' are not supported")))
        }
        other => Err(Failure::argument(format!("Unknown stemmer language: {other}"))),
    })
}

/// Languages that Trino knows.
const OTHERS: [&str; 19] = [
    "ca", "da", "de", "es", "eu", "fi", "fr", "hu", "hy", "ir", "it", "lt", "nl", "no", "pt", "ro", "ru",
    "sv", "tr",
];

/// Words whose stems follow no rule.
const IRREGULAR: [(&str, &str); 18] = [
    ("skis", "ski"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("idly", "idl"),
    ("gently", "gentl"),
    ("ugly", "ugli"),
    ("early", "earli"),
    ("only", "onli"),
    ("singly", "singl"),
    ("sky", "sky"),
    ("news", "news"),
    ("howe", "howe"),
    ("atlas", "atlas"),
    ("cosmos", "cosmos"),
    ("bias", "bias"),
    ("andes", "andes"),
];

/// Words that are done once their plural is gone.
const DONE: [&str; 8] = ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

/// Suffixes in the first region, and what takes their place.
const STEP_2: [(&str, &str); 22] = [
    ("ational", "ate"),
    ("fulness", "ful"),
    ("iveness", "ive"),
    ("ization", "ize"),
    ("ousness", "ous"),
    ("biliti", "ble"),
    ("lessli", "less"),
    ("tional", "tion"),
    ("alism", "al"),
    ("aliti", "al"),
    ("ation", "ate"),
    ("entli", "ent"),
    ("fulli", "ful"),
    ("iviti", "ive"),
    ("ousli", "ous"),
    ("abli", "able"),
    ("alli", "al"),
    ("anci", "ance"),
    ("ator", "ate"),
    ("enci", "ence"),
    ("izer", "ize"),
    ("bli", "ble"),
];

const STEP_3: [(&str, &str); 8] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("alize", "al"),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ness", ""),
    ("ful", ""),
];

/// Suffixes that the second region loses, the longest first.
const STEP_4: [&str; 17] = [
    "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ism", "iti", "ive", "ize", "ous",
    "al", "er", "ic",
];

/// A word, and where its two regions begin. A `Y` is a consonant.
struct Word {
    letters: Vec<char>,
    first: usize,
    second: usize,
}

fn is_vowel(c: char) -> bool {
    "aeiouy".contains(c)
}

impl Word {
    fn new(text: &str) -> Self {
        let mut letters: Vec<char> = text.strip_prefix('\'').unwrap_or(text).chars().collect();
        for at in 0..letters.len() {
            if letters[at] == 'y' && (at == 0 || is_vowel(letters[at - 1])) {
                letters[at] = 'Y';
            }
        }
        let region = |from: usize| {
            let vowel = (from..letters.len()).find(|at| is_vowel(letters[*at]));
            let after = vowel.and_then(|at| (at..letters.len()).find(|at| !is_vowel(letters[*at])));
            after.map_or(letters.len(), |at| at + 1)
        };
        let text: String = letters.iter().collect();
        let prefix = ["gener", "commun", "arsen"].into_iter().find(|prefix| text.starts_with(prefix));
        let first = prefix.map_or_else(|| region(0), str::len);
        let second = region(first);
        Self { letters, first, second }
    }

    fn ends(&self, suffix: &str) -> bool {
        let count = suffix.chars().count();
        self.letters.len() >= count
            && self.letters[self.letters.len() - count..].iter().copied().eq(suffix.chars())
    }

    /// Where a suffix begins.
    fn start(&self, suffix: &str) -> usize {
        self.letters.len() - suffix.chars().count()
    }

    fn replace(&mut self, suffix: &str, with: &str) {
        self.letters.truncate(self.start(suffix));
        self.letters.extend(with.chars());
    }

    fn has_vowel(&self, end: usize) -> bool {
        self.letters[..end].iter().any(|c| is_vowel(*c))
    }

    /// Whether the letters up to a place end in a short syllable.
    fn is_short(&self, end: usize) -> bool {
        match self.letters[..end] {
            [a, b] => is_vowel(a) && !is_vowel(b),
            [.., a, b, c] => !is_vowel(a) && is_vowel(b) && !is_vowel(c) && !"wxY".contains(c),
            _ => false,
        }
    }

    fn plural(&mut self) {
        if let Some(suffix) = ["'s'", "'s", "'"].into_iter().find(|suffix| self.ends(suffix)) {
            self.replace(suffix, "");
        }
        if self.ends("sses") {
            self.replace("sses", "ss");
        } else if let Some(suffix) = ["ied", "ies"].into_iter().find(|suffix| self.ends(suffix)) {
            let with = if self.start(suffix) > 1 { "i" } else { "ie" };
            self.replace(suffix, with);
        } else if self.ends("s")
            && !self.ends("us")
            && !self.ends("ss")
            && self.has_vowel(self.letters.len().saturating_sub(2))
        {
            self.replace("s", "");
        }
    }

    fn past(&mut self) {
        if let Some(suffix) = ["eedly", "eed"].into_iter().find(|suffix| self.ends(suffix)) {
            if self.start(suffix) >= self.first {
                self.replace(suffix, "ee");
            }
            return;
        }
        let Some(suffix) = ["ingly", "edly", "ing", "ed"].into_iter().find(|suffix| self.ends(suffix)) else {
            return;
        };
        if !self.has_vowel(self.start(suffix)) {
            return;
        }
        self.replace(suffix, "");
        let doubles = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"];
        if ["at", "bl", "iz"].into_iter().any(|suffix| self.ends(suffix)) {
            self.letters.push('e');
        } else if doubles.into_iter().any(|suffix| self.ends(suffix)) {
            self.letters.pop();
        } else if self.letters.len() <= self.first && self.is_short(self.letters.len()) {
            self.letters.push('e');
        }
    }

    fn last_y(&mut self) {
        if let [_, .., before, last @ ('y' | 'Y')] = self.letters.as_mut_slice()
            && !is_vowel(*before)
        {
            *last = 'i';
        }
    }

    /// Replaces the longest of some suffixes where it is in the first region; whether there was one at all.
    fn one_of(&mut self, suffixes: &[(&str, &str)]) -> bool {
        let Some((suffix, with)) = suffixes.iter().find(|(suffix, _)| self.ends(suffix)) else {
            return false;
        };
        if self.start(suffix) >= self.first {
            self.replace(suffix, with);
        }
        true
    }

    fn step_2(&mut self) {
        let before = |word: &Self, suffix: &str| word.start(suffix).checked_sub(1).map(|at| word.letters[at]);
        if self.one_of(&STEP_2) {
            return;
        }
        if self.ends("ogi") {
            if self.start("ogi") >= self.first && before(self, "ogi") == Some('l') {
                self.replace("ogi", "og");
            }
        } else if self.ends("li")
            && self.start("li") >= self.first
            && before(self, "li").is_some_and(|c| "cdeghkmnrt".contains(c))
        {
            self.replace("li", "");
        }
    }

    fn step_3(&mut self) {
        if !self.one_of(&STEP_3) && self.ends("ative") && self.start("ative") >= self.second {
            self.replace("ative", "");
        }
    }

    fn step_4(&mut self) {
        if let Some(suffix) = STEP_4.into_iter().find(|suffix| self.ends(suffix)) {
            if self.start(suffix) >= self.second {
                self.replace(suffix, "");
            }
        } else if (self.ends("sion") || self.ends("tion")) && self.start("ion") >= self.second {
            self.replace("ion", "");
        }
    }

    fn step_5(&mut self) {
        let last = self.letters.len().saturating_sub(1);
        let loses = (self.ends("e") && (last >= self.second || (last >= self.first && !self.is_short(last))))
            || (self.ends("ll") && last >= self.second);
        if loses {
            self.letters.pop();
        }
    }
}

fn stem(text: &str) -> Answer<String> {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(word, _)| *word == text) {
        return Ok(Some((*stem).to_owned()));
    }
    if text.chars().count() <= 2 {
        return Ok(Some(text.to_owned()));
    }
    let mut word = Word::new(text);
    word.plural();
    if !DONE.iter().any(|done| done.chars().eq(word.letters.iter().copied())) {
        word.past();
        word.last_y();
        word.step_2();
        word.step_3();
        word.step_4();
        word.step_5();
    }
    Ok(Some(word.letters.into_iter().map(|c| if c == 'Y' { 'y' } else { c }).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_those_of_the_published_vocabulary() {
        for (word, wanted) in [
            ("consistency", "consist"),
            ("consolation", "consol"),
            ("consolingly", "consol"),
            ("conspicuous", "conspicu"),
            ("conspiracies", "conspiraci"),
            ("constancy", "constanc"),
            ("knackeries", "knackeri"),
            ("knavish", "knavish"),
            ("kneaded", "knead"),
            ("kneeling", "kneel"),
            ("knives", "knive"),
            ("knightly", "knight"),
            ("knots", "knot"),
            ("hoping", "hope"),
            ("hopping", "hop"),
            ("ties", "tie"),
            ("cries", "cri"),
            ("gas", "gas"),
            ("gaps", "gap"),
            ("generously", "generous"),
            ("communism", "communism"),
            ("say", "say"),
            ("by", "by"),
            ("cry", "cri"),
            ("agreed", "agre"),
            ("feed", "feed"),
            ("relational", "relat"),
            ("electriciti", "electr"),
            ("adoption", "adopt"),
            ("controll", "control"),
            ("rate", "rate"),
            ("youth", "youth"),
            ("dog's", "dog"),
            ("running", "run"),
        ] {
            assert_eq!(stem(word).unwrap().as_deref(), Some(wanted), "{word}");
        }
    }
}
