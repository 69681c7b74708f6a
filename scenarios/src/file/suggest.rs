//! The known name nearest to a misspelt one.

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

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other:
/// Damerau–Levenshtein in its "optimal string alignment" form.
fn edit_distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut row = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let replaced = above[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if swapped {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_each_kind_of_edit_once() {
        assert_eq!(edit_distance("shard", "shards"), 1);
        assert_eq!(edit_distance("pikc", "pick"), 1);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }

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
