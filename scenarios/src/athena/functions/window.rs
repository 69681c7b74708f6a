//! Functions of windows, which need OVER; aggregates take it too.
//!
//! Source: <https://trino.io/docs/current/functions/window.html>.

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "cume_dist() double = @cume_dist()",
    "dense_rank() bigint = @dense_rank()",
    "first_value(T) T = @first_value({0})",
    "lag(T) T = @lag({0})",
    "lag(T, bigint) T = @lag({0}, wt_at_least({1}, 0, 'Offset must be at least 0'))",
    "lag(T, bigint, T) T = @lag({0}, wt_at_least({1}, 0, 'Offset must be at least 0'), {2})",
    "last_value(T) T = @last_value({0})",
    "lead(T) T = @lead({0})",
    "lead(T, bigint) T = @lead({0}, wt_at_least({1}, 0, 'Offset must be at least 0'))",
    "lead(T, bigint, T) T = @lead({0}, wt_at_least({1}, 0, 'Offset must be at least 0'), {2})",
    "nth_value(T, bigint) T = @nth_value({0}, wt_at_least({1}, 1, 'Offset must be at least 1'))",
    "ntile(bigint) bigint = @ntile(wt_at_least({0}, 1, 'Buckets must be greater than 0'))",
    "percent_rank() double = @percent_rank()",
    "rank() bigint = @rank()",
    "row_number() bigint = @row_number()",
];

/// Whether a function is one of windows alone.
pub fn needs_over(name: &str) -> bool {
    SIGNATURES.iter().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('(')))
}
