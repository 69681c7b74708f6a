//! Functions on text.
//!
//! Source: <https://trino.io/docs/current/functions/string.html>.

use super::super::error::SqlError;
use super::super::translate::{Call, Translator, Typed, plain_text_of};
use super::super::types::{Type, literal};
use super::Special::{self, Scalar};

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "chr(bigint) varchar(1) = wt_chr({0})",
    "codepoint(varchar(1)) integer = wt_codepoint({0})",
    "concat(varchar) varchar = CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', 'There must be two or more concatenation arguments to concat function') AS VARCHAR)",
    "concat(varchar, varchar, varchar...) varchar = wt_concat([{*}])",
    "concat(varbinary, varbinary, varbinary...) varbinary = list_reduce([{*}], lambda x, y: x || y)",
    "concat_ws(varchar, varchar, varchar...) varchar = wt_concat_ws({0}, [{1*}])",
    "concat_ws(varchar, array(varchar)) varchar = wt_concat_ws({0}, {1})",
    "format_number(bigint) varchar = wt_format_number({0})",
    "format_number(double) varchar = wt_format_number(CAST(trunc({0}) AS BIGINT))",
    "hamming_distance(varchar, varchar) bigint = wt_hamming({0}, {1})",
    "length(varchar) bigint = length({0})",
    "length(varbinary) bigint = octet_length({0})",
    "levenshtein_distance(varchar, varchar) bigint = wt_levenshtein({0}, {1})",
    "lower(varchar) varchar = wt_lower({0})",
    "lpad(varchar, bigint, varchar) varchar = wt_lpad({0}, {1}, {2})",
    "lpad(varbinary, bigint, varbinary) varbinary = wt_bytes_lpad({0}, {1}, {2})",
    "ltrim(varchar) varchar = wt_trim_blanks({0}, 'left')",
    "ltrim(varchar, varchar) varchar = wt_trim_of({0}, 'left', {1})",
    "luhn_check(varchar) boolean = wt_luhn_check({0})",
    "normalize(varchar) varchar = wt_normalize({0}, 'NFC')",
    "normalize(varchar, varchar) varchar = wt_normalize({0}, {1})",
    "parse_data_size(varchar) decimal(38,0) = CAST(wt_data_size({0}) AS DECIMAL(38, 0))",
    "replace(varchar, varchar) varchar = wt_replace({0}, {1}, '')",
    "replace(varchar, varchar, varchar) varchar = wt_replace({0}, {1}, {2})",
    "reverse(varchar) varchar = wt_reverse({0})",
    "reverse(varbinary) varbinary = wt_bytes_reverse({0})",
    "rpad(varchar, bigint, varchar) varchar = wt_rpad({0}, {1}, {2})",
    "rpad(varbinary, bigint, varbinary) varbinary = wt_bytes_rpad({0}, {1}, {2})",
    "rtrim(varchar) varchar = wt_trim_blanks({0}, 'right')",
    "rtrim(varchar, varchar) varchar = wt_trim_of({0}, 'right', {1})",
    "soundex(varchar) varchar(4) = wt_soundex({0})",
    "split(varchar, varchar) array(varchar) = wt_split({0}, {1})",
    "split(varchar, varchar, bigint) array(varchar) = wt_split_limit({0}, {1}, {2})",
    "split_part(varchar, varchar, bigint) varchar = wt_split_part({0}, {1}, {2})",
    "split_to_map(varchar, varchar, varchar) map(varchar, varchar) = wt_split_to_map({0}, {1}, {2})",
    "split_to_multimap(varchar, varchar, varchar) map(varchar, array(varchar)) = wt_split_to_multimap({0}, {1}, {2})",
    "starts_with(varchar, varchar) boolean = starts_with({0}, {1})",
    "strpos(varchar, varchar) bigint = strpos({0}, {1})",
    "strpos(varchar, varchar, bigint) bigint = wt_strpos({0}, {1}, {2})",
    "substr(varchar, count) varchar = substr({0}, {1})",
    "substr(varchar, count, count) varchar = substr({0}, {1}, {2})",
    "substr(varchar, bigint) varchar = wt_substr({0}, {1}, 9223372036854775807)",
    "substr(varchar, bigint, bigint) varchar = wt_substr({0}, {1}, {2})",
    "substr(varbinary, bigint) varbinary = wt_bytes_substr({0}, {1}, 9223372036854775807)",
    "substr(varbinary, bigint, bigint) varbinary = wt_bytes_substr({0}, {1}, {2})",
    "substring(varchar, count) varchar = substr({0}, {1})",
    "substring(varchar, count, count) varchar = substr({0}, {1}, {2})",
    "substring(varchar, bigint) varchar = wt_substr({0}, {1}, 9223372036854775807)",
    "substring(varchar, bigint, bigint) varchar = wt_substr({0}, {1}, {2})",
    "translate(varchar, varchar, varchar) varchar = wt_translate({0}, {1}, {2})",
    "trim(varchar) varchar = wt_trim_blanks({0}, 'both')",
    "trim(varchar, varchar) varchar = wt_trim_of({0}, 'both', {1})",
    "upper(varchar) varchar = wt_upper({0})",
    "word_stem(varchar) varchar = wt_word_stem({0}, 'en')",
    "word_stem(varchar, varchar(2)) varchar = wt_word_stem({0}, {1})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[("format", Scalar(format))];

/// The pattern, and each value as text behind a letter that says what it is.
fn format(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let place = call.place;
    let values = call.values()?;
    let Some((pattern, values)) = values.split_first().filter(|(_, values)| !values.is_empty()) else {
        return Err(SqlError::at(place, "NOT_SUPPORTED", "Too few arguments to format"));
    };
    if !pattern.ty.is_text() {
        let message = format!("Type of first argument to format() must be VARCHAR (actual: {})", pattern.ty);
        return Err(SqlError::type_mismatch(place, message));
    }
    let tagged = values.iter().map(|value| {
        let letter = match &value.ty {
            Type::Boolean => 'b',
            ty if ty.is_integer() => 'i',
            Type::Real => 'r',
            Type::Double => 'f',
            Type::Decimal(_, _) => 'n',
            Type::Date | Type::Timestamp(_) | Type::TimestampTz(_) | Type::Time(_) => 't',
            _ => 's',
        };
        let text = match &value.ty {
            Type::Json => Some(value.sql.clone()),
            ty => plain_text_of(&value.sql, ty),
        };
        let text = text
            .ok_or_else(|| SqlError::type_mismatch(place, format!("Cannot cast {} to varchar", value.ty)))?;
        Ok(format!("{} || {text}", literal(&letter.to_string())))
    });
    let tagged = tagged.collect::<Result<Vec<_>, SqlError>>()?.join(", ");
    Ok(Typed::new(format!("wt_format({}, [{tagged}])", pattern.sql), Type::VARCHAR))
}
