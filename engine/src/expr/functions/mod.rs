//! The tables of scalar functions that SQL can call. A function is one entry of a table: names, arguments and
//! result, what evaluates it.
//!
//! A name that is in no table is refused when the query is planned, never passed through. Functions answer as Spark
//! 3.5 does with ANSI off; where that is null instead of an error, the kernels here give null.

mod arrays;
mod casts;
mod collection;
mod conditional;
mod fields;
mod format;
mod hash;
mod json;
mod json_path;
mod library;
mod like;
mod number;
mod pattern;
mod reader;
mod regex;
mod rounding;
mod rows;
mod signature;
mod text;
mod time;

use std::fmt;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion_common::config::ConfigOptions;
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};

use super::scalar::scalar_function;
use crate::decode::Zone;
use crate::plan::Expr;
use crate::session::Session;
pub use casts::CASTS;
pub(crate) use fields::item_field;
pub(crate) use json::json_texts;
pub(crate) use signature::cast_to;
pub use signature::{CommonType, Misuse, Problem, Signature};

/// A scalar function known to the planner.
pub struct Function {
    /// Name in lower case.
    pub name: &'static str,
    /// Other names of the same function.
    pub aliases: &'static [&'static str],
    /// Arguments and result.
    pub signature: Signature,
    /// What evaluates it.
    implementation: Implementation,
}

/// Arrays, the type of the result, and a zone that the kernel may keep.
type SharedKernel = fn(&[ArrayRef], &DataType, &Arc<dyn Zone>) -> Result<ArrayRef>;

/// What evaluates a function.
enum Implementation {
    /// Arrays of the arguments' types in, an array of the given type out.
    Kernel(fn(&[ArrayRef], &DataType) -> Result<ArrayRef>),
    /// The same, in the session's zone.
    Zoned(fn(&[ArrayRef], &DataType, &dyn Zone) -> Result<ArrayRef>),
    /// The same for a kernel that keeps the zone.
    Shared(SharedKernel),
    /// A function of DataFusion that agrees with Spark.
    Library(fn() -> Arc<ScalarUDF>),
    /// Other expressions say the same.
    Rewrite(fn(Vec<Expr>, CommonType) -> Result<Expr, String>),
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// The typed call: arguments counted and cast, the result's type known.
    ///
    /// `names` are those that the arguments have as columns, where they have one; `common` is the type that two
    /// types meet in, if there is one. Errors say what Spark's analyser would.
    pub fn call(
        &'static self,
        args: Vec<Expr>,
        names: &[Option<String>],
        common: CommonType,
    ) -> Result<Expr, Misuse> {
        let misuse = |problem| Misuse { function: self.name, problem };
        let args = match self.signature.names_fields() {
            true => collection::with_names(args, names),
            false => args,
        };
        let (args, data_type) = self.signature.apply(args, common).map_err(misuse)?;
        match &self.implementation {
            Implementation::Rewrite(rewrite) => {
                rewrite(args, common).map_err(|problem| misuse(Problem::Other(problem)))
            }
            _ => {
                if let (true, Some(Expr::Literal(ScalarValue::Utf8(Some(pattern))))) =
                    (self.matches(), args.get(1))
                    && let Some(problem) = regex::beyond(pattern)
                {
                    return Err(misuse(Problem::Other(problem)));
                }
                Ok(Expr::Call { function: self, args, data_type })
            }
        }
    }

    /// Whether the second argument is a regular expression.
    fn matches(&self) -> bool {
        ["rlike", "regexp_extract", "regexp_extract_all", "regexp_replace", "split"].contains(&self.name)
    }

    /// Whether null in an argument makes the result null, and Spark knows it (`NullIntolerant`).
    pub fn null_intolerant(&self) -> bool {
        NULL_INTOLERANT.contains(&self.name)
    }

    /// Whether a call can give null.
    pub fn nullable(&self, args: &[Expr]) -> bool {
        self.signature.nullable(args)
    }

    /// The function as DataFusion evaluates it, for one type of result.
    pub(super) fn compiled(&self, returns: &DataType, session: &Session) -> Arc<ScalarUDF> {
        match self.implementation {
            Implementation::Kernel(kernel) => scalar_function(self.name, returns.clone(), kernel),
            Implementation::Zoned(kernel) => {
                let zone = session.zone.clone();
                scalar_function(self.name, returns.clone(), move |args, returns| {
                    kernel(args, returns, &*zone)
                })
            }
            Implementation::Shared(kernel) => {
                let zone = session.zone.clone();
                scalar_function(self.name, returns.clone(), move |args, returns| kernel(args, returns, &zone))
            }
            Implementation::Library(udf) => {
                let udf = udf();
                scalar_function(self.name, returns.clone(), move |args, returns| invoke(&udf, args, returns))
            }
            Implementation::Rewrite(_) => unreachable!("a rewritten call is another expression"),
        }
    }
}

/// Runs a function of DataFusion, whatever it calls its result's type.
fn invoke(udf: &ScalarUDF, args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let rows = args.first().map_or(1, |a| a.len());
    let fields = args.iter().map(|a| Arc::new(Field::new("argument", a.data_type().clone(), true)));
    let result = udf.invoke_with_args(ScalarFunctionArgs {
        args: args.iter().cloned().map(ColumnarValue::Array).collect(),
        arg_fields: fields.collect(),
        number_rows: rows,
        return_field: Arc::new(Field::new(udf.name(), returns.clone(), true)),
        config_options: Arc::new(ConfigOptions::default()),
    })?;
    let array = result.into_array(rows)?;
    if array.data_type() == returns { Ok(array) } else { Ok(arrow::compute::cast(&array, returns)?) }
}

const fn function(
    name: &'static str,
    aliases: &'static [&'static str],
    signature: Signature,
    implementation: Implementation,
) -> Function {
    Function { name, aliases, signature, implementation }
}

const FAMILIES: [&[Function]; 10] = [
    arrays::FUNCTIONS,
    casts::FUNCTIONS,
    collection::FUNCTIONS,
    conditional::FUNCTIONS,
    hash::FUNCTIONS,
    json::FUNCTIONS,
    library::FUNCTIONS,
    number::FUNCTIONS,
    text::FUNCTIONS,
    time::FUNCTIONS,
];

/// The functions that have the trait `NullIntolerant` in Spark 3.5.4.
const NULL_INTOLERANT: [&str; 75] = [
    "abs",
    "acos",
    "add_months",
    "ascii",
    "asin",
    "atan",
    "atan2",
    "base64",
    "cbrt",
    "ceil",
    "chr",
    "contains",
    "cos",
    "cosh",
    "crc32",
    "date_add",
    "date_format",
    "date_sub",
    "datediff",
    "day",
    "dayofweek",
    "dayofyear",
    "degrees",
    "div",
    "endswith",
    "exp",
    "floor",
    "get",
    "hex",
    "hour",
    "hypot",
    "initcap",
    "instr",
    "last_day",
    "length",
    "levenshtein",
    "like",
    "lower",
    "md5",
    "minute",
    "mod",
    "month",
    "months_between",
    "octet_length",
    "pmod",
    "power",
    "quarter",
    "radians",
    "regexp_extract",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "rint",
    "rlike",
    "second",
    "sha1",
    "sha2",
    "shiftleft",
    "shiftright",
    "signum",
    "sin",
    "soundex",
    "split",
    "sqrt",
    "startswith",
    "substring",
    "substring_index",
    "tan",
    "translate",
    "unbase64",
    "upper",
    "weekday",
    "weekofyear",
    "year",
];

/// Every scalar function, by family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FAMILIES.into_iter().flatten()
}

/// Every name that a function can be called by.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().flat_map(|f| std::iter::once(f.name).chain(f.aliases.iter().copied()))
}

/// The function of that name, in any case.
pub fn find(name: &str) -> Option<&'static Function> {
    let called = |known: &str| known.eq_ignore_ascii_case(name);
    all().find(|f| called(f.name) || f.aliases.iter().any(|a| called(a)))
}

#[cfg(test)]
mod tests;
