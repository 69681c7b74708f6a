//! Regular expressions.
//!
//! Source: <https://trino.io/docs/current/functions/regexp.html>.

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "regexp_count(varchar, varchar) bigint = wt_regexp_count({0}, {1})",
    "regexp_extract(varchar, varchar) varchar = wt_regexp_extract({0}, {1}, 0)",
    "regexp_extract(varchar, varchar, bigint) varchar = wt_regexp_extract({0}, {1}, {2})",
    "regexp_extract_all(varchar, varchar) array(varchar) = wt_regexp_extract_all({0}, {1}, 0)",
    "regexp_extract_all(varchar, varchar, bigint) array(varchar) = wt_regexp_extract_all({0}, {1}, {2})",
    "regexp_like(varchar, varchar) boolean = wt_regexp_like({0}, {1})",
    "regexp_position(varchar, varchar) integer = wt_regexp_position({0}, {1}, 1, 1)",
    "regexp_position(varchar, varchar, integer) integer = wt_regexp_position({0}, {1}, {2}, 1)",
    "regexp_position(varchar, varchar, integer, integer) integer = wt_regexp_position({0}, {1}, {2}, {3})",
    "regexp_replace(varchar, varchar) varchar = wt_regexp_replace({0}, {1}, '')",
    "regexp_replace(varchar, varchar, varchar) varchar = wt_regexp_replace({0}, {1}, {2})",
    "regexp_replace(varchar, varchar, function(array(varchar), varchar)) varchar = wt_regexp_join(wt_regexp_split({0}, {1}), list_transform(wt_regexp_groups({0}, {1}), {2}))",
    "regexp_split(varchar, varchar) array(varchar) = wt_regexp_split({0}, {1})",
];
