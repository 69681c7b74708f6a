//! Functions on JSON, given as `json` or as text.
//!
//! Source: <https://trino.io/docs/current/functions/json.html>.

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    // `FORMAT JSON` behind a value of `json_array` or `json_object`.
    "$json_document(varchar) json = wt_json_document({0})",
    "is_json_scalar(json) boolean = wt_is_json_scalar({0})",
    "is_json_scalar(varchar) boolean = wt_is_json_scalar({0})",
    "json_array_contains(json, boolean) boolean = wt_json_contains_boolean({0}, {1})",
    "json_array_contains(json, bigint) boolean = wt_json_contains_integer({0}, {1})",
    "json_array_contains(json, double) boolean = wt_json_contains_double({0}, {1})",
    "json_array_contains(json, varchar) boolean = wt_json_contains_text({0}, {1})",
    "json_array_contains(varchar, boolean) boolean = wt_json_contains_boolean({0}, {1})",
    "json_array_contains(varchar, bigint) boolean = wt_json_contains_integer({0}, {1})",
    "json_array_contains(varchar, double) boolean = wt_json_contains_double({0}, {1})",
    "json_array_contains(varchar, varchar) boolean = wt_json_contains_text({0}, {1})",
    "json_array_get(json, bigint) json = wt_json_array_get({0}, {1})",
    "json_array_get(varchar, bigint) json = wt_json_array_get({0}, {1})",
    "json_array_length(json) bigint = wt_json_array_length({0})",
    "json_array_length(varchar) bigint = wt_json_array_length({0})",
    "json_extract(json, varchar) json = wt_json_extract({0}, {1})",
    "json_extract(varchar, varchar) json = wt_json_extract({0}, {1})",
    "json_extract_scalar(json, varchar) varchar = wt_json_extract_scalar({0}, {1})",
    "json_extract_scalar(varchar, varchar) varchar = wt_json_extract_scalar({0}, {1})",
    "json_format(json) varchar = {0}",
    "json_parse(varchar) json = wt_json_parse({0})",
    "json_size(json, varchar) bigint = wt_json_size({0}, {1})",
    "json_size(varchar, varchar) bigint = wt_json_size({0}, {1})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, super::Special)] = &[];
