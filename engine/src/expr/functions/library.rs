//! Functions whose answers DataFusion's Spark crate has right; recordings of Spark hold them to it.
//!
//! Source: `stringExpressions.scala`, `mathExpressions.scala`, `urlExpressions.scala` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{ArrayRef, StringArray};
use arrow::datatypes::DataType;
use datafusion_spark::function::{bitwise, math, string, url};

use super::Implementation::{Kernel, Library, Rewrite};
use super::signature::Class::*;
use super::signature::{Signature, gives};
use super::{CommonType, Function, function};
use crate::plan::Expr;

const TO_TEXT: Signature = Signature::is(&[Text], gives::string);
const OF_BYTES: Signature = Signature::is(&[Bytes], gives::string);
const TO_BYTES: Signature = Signature::is(&[Text], || DataType::Binary);
const REAL: Signature = Signature::is(&[Double], gives::double);

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64", &[], OF_BYTES, Kernel(|a, _| Ok(base64(a)))),
    function("bin", &[], Signature::is(&[Bigint], gives::string), Library(math::bin)),
    function("bit_get", &["getbit"], Signature::of(&[Any, Int], bit), Library(bitwise::bit_get)),
    function("csc", &[], REAL, Library(math::csc)),
    function("factorial", &[], Signature::is(&[Int], gives::bigint), Library(math::factorial)),
    function(
        "format_string",
        &["printf"],
        Signature::is(&[Text, Any], gives::string).repeats(),
        Library(string::format_string),
    ),
    function("hex", &[], Signature::is(&[Any], gives::string), Rewrite(hex)),
    function("luhn_check", &[], Signature::is(&[Text], gives::boolean), Library(string::luhn_check)),
    function("sec", &[], REAL, Library(math::sec)),
    function("soundex", &[], TO_TEXT, Library(string::soundex)),
    function("unhex", &[], TO_BYTES, Library(math::unhex)),
    function("url_decode", &[], TO_TEXT, Library(url::url_decode)),
    function("url_encode", &[], TO_TEXT, Library(url::url_encode)),
    function(
        "parse_url",
        &[],
        Signature::is(&[Text, Text, Text], gives::string).optional(1),
        Library(url::parse_url),
    ),
];

fn bit(args: &[Expr]) -> Result<DataType, String> {
    match args[0].data_type().is_integer() {
        true => Ok(DataType::Int8),
        false => Err("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] `bit_get` takes a whole number".to_owned()),
    }
}

static HEX_OF_NUMBER: Function =
    function("hex", &[], Signature::is(&[Bigint], gives::string), Library(math::hex));
static HEX_OF_BYTES: Function = function("hex", &[], OF_BYTES, Library(math::hex));

/// Numbers by their value, everything else by its bytes.
fn hex(args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let function = if args[0].data_type().is_numeric() { &HEX_OF_NUMBER } else { &HEX_OF_BYTES };
    function.call(args, &[None], common).map_err(|misuse| misuse.to_string())
}

/// With padding, in lines of 76 characters as Java's MIME encoder breaks them.
fn base64(args: &[ArrayRef]) -> ArrayRef {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = args[0].as_binary::<i32>();
    let encoded = |bytes: &[u8]| {
        let mut text = String::new();
        for (at, group) in bytes.chunks(3).enumerate() {
            if at > 0 && at % 19 == 0 {
                text.push_str("\r\n");
            }
            let word = (0..3).fold(0, |word, at| word << 8 | u32::from(*group.get(at).unwrap_or(&0)));
            for at in 0..4 {
                let digit = DIGITS[(word >> (18 - 6 * at)) as usize % 64];
                text.push(if at <= group.len() { char::from(digit) } else { '=' });
            }
        }
        text
    };
    Arc::new(bytes.iter().map(|b| b.map(encoded)).collect::<StringArray>())
}
