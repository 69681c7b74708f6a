//! The known name nearest to a misspelt one.

use wavetank_engine::spelling::edit_distance;

/// The candidate that `name` was most likely meant to be, if any is close: at most one edit per three letters.
/// Ties go to the candidate listed first.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = edit_distance(&name.to_lowercase(), &candidate.to_lowercase());
        let longest = name.chars().count().max(candidate.chars().count());
        let close = candidate != name && distance <= (longest / 3).max(1);
        if close && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `; did you mean `x`?`, or nothing when no candidate is close.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

/// `` `a`, `b`, `c` ``: how lists of names are printed.
pub(crate) fn name_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_the_closest_and_ignores_case() {
        assert_eq!(nearest("Stream", ["job", "streams", "buckets"]), Some("streams"));
        assert_eq!(nearest("fakee", ["fake", "pick"]), Some("fake"));
        assert_eq!(nearest("colour", ["round", "of"]), None);
    }

    #[test]
    fn short_words_that_merely_rhyme_are_not_suggested() {
        assert_eq!(nearest("name", ["fake", "null"]), None);
    }
}
