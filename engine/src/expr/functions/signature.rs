//! What functions take and give, and Spark's implicit casts of their arguments.
//!
//! Source: `TypeCoercion.ImplicitTypeCasts`, `ExpectsInputTypes`.

use std::fmt;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::ScalarValue;

use super::super::can_cast;
use crate::plan::Expr;
use crate::types::{sql_type_name, timestamp_type};

/// The type that two types meet in, if there is one.
pub type CommonType = fn(&DataType, &DataType) -> Option<DataType>;

/// What a function takes and gives.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    takes: &'static [Class],
    /// How many of the last arguments may be left out.
    optional: usize,
    /// The last class stands for any number of arguments, none included.
    repeats: bool,
    names_fields: bool,
    gives: Gives,
    nulls: Nulls,
}

/// Types that an argument may have, and what other types are cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Any type, as it is.
    Any,
    /// STRING; every plain type is cast.
    Text,
    /// BINARY; text is its bytes.
    Bytes,
    /// STRING or BINARY, everything else as text.
    TextOrBytes,
    /// STRING or ARRAY, everything plain as text.
    TextOrArray,
    /// BOOLEAN.
    Boolean,
    /// INT.
    Int,
    /// INT or BIGINT.
    IntOrBigint,
    /// BIGINT.
    Bigint,
    /// DOUBLE.
    Double,
    /// Any number; text is a double.
    Number,
    /// BIGINT, DECIMAL or DOUBLE, the narrower numbers as those.
    WideNumber,
    /// TIMESTAMP; text and dates are cast.
    Timestamp,
    /// DATE; text and timestamps are cast.
    Date,
    /// Time windows: `STRUCT<start: TIMESTAMP, end: TIMESTAMP>`.
    Window,
    /// ARRAY.
    Array,
    /// MAP.
    Map,
    /// ARRAY or MAP.
    ArrayOrMap,
    /// STRUCT, ARRAY or MAP.
    Nested,
    /// The common type of all arguments of this class.
    Common,
    /// The common type of all arguments of this class, which must be a number.
    CommonNumber,
}

/// The type of the result.
#[derive(Debug, Clone, Copy)]
enum Gives {
    Is(fn() -> DataType),
    /// That of an argument after its cast.
    Like(usize),
    Of(fn(&[Expr]) -> Result<DataType, String>),
}

/// When the result is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Possible,
    /// Just when an argument is.
    OfArguments,
    Never,
}

impl Signature {
    pub(super) const fn is(takes: &'static [Class], gives: fn() -> DataType) -> Self {
        Self::new(takes, Gives::Is(gives))
    }

    pub(super) const fn like(takes: &'static [Class], argument: usize) -> Self {
        Self::new(takes, Gives::Like(argument))
    }

    pub(super) const fn of(takes: &'static [Class], gives: fn(&[Expr]) -> Result<DataType, String>) -> Self {
        Self::new(takes, Gives::Of(gives))
    }

    const fn new(takes: &'static [Class], gives: Gives) -> Self {
        Self { takes, optional: 0, repeats: false, names_fields: false, gives, nulls: Nulls::Possible }
    }

    pub(super) const fn optional(self, optional: usize) -> Self {
        Self { optional, ..self }
    }

    pub(super) const fn repeats(self) -> Self {
        Self { repeats: true, ..self }
    }

    /// Before each argument comes the name it has as a column.
    pub(super) const fn with_field_names(self) -> Self {
        Self { names_fields: true, ..self }
    }

    pub(super) const fn null_with_arguments(self) -> Self {
        Self { nulls: Nulls::OfArguments, ..self }
    }

    pub(super) const fn never_null(self) -> Self {
        Self { nulls: Nulls::Never, ..self }
    }

    pub(super) fn names_fields(&self) -> bool {
        self.names_fields
    }

    pub(super) fn nullable(&self, args: &[Expr]) -> bool {
        match self.nulls {
            Nulls::Possible => true,
            Nulls::Never => false,
            Nulls::OfArguments => args.iter().any(Expr::nullable),
        }
    }

    /// The arguments after their casts, and the type of the result.
    pub(super) fn apply(
        &self,
        args: Vec<Expr>,
        common: CommonType,
    ) -> Result<(Vec<Expr>, DataType), Problem> {
        self.check_count(args.len())?;
        let common = self.common_type(&args, common)?;
        let cast = |(at, arg): (usize, Expr)| {
            let class = self.class(at);
            let to = match (class, &common) {
                (Class::Common | Class::CommonNumber, Some(common)) => common.clone(),
                _ => {
                    let from = arg.data_type();
                    class.target(&from).ok_or(Problem::Type { at, expected: class, found: from })?
                }
            };
            Ok(cast_to(arg, &to))
        };
        let args = args.into_iter().enumerate().map(cast).collect::<Result<Vec<_>, Problem>>()?;
        let gives = match self.gives {
            Gives::Is(data_type) => data_type(),
            Gives::Like(at) => args[at].data_type(),
            Gives::Of(of) => of(&args).map_err(Problem::Other)?,
        };
        Ok((args, gives))
    }

    fn check_count(&self, found: usize) -> Result<(), Problem> {
        let least = self.takes.len() - self.optional - usize::from(self.repeats);
        let most = (!self.repeats).then_some(self.takes.len());
        match found < least || most.is_some_and(|most| found > most) {
            true => Err(Problem::Count { least, most, found }),
            false => Ok(()),
        }
    }

    fn class(&self, at: usize) -> Class {
        self.takes[at.min(self.takes.len() - 1)]
    }

    fn common_type(&self, args: &[Expr], common: CommonType) -> Result<Option<DataType>, Problem> {
        let shares = |at: usize| matches!(self.class(at), Class::Common | Class::CommonNumber);
        let mut types = (0..args.len()).filter(|at| shares(*at)).map(|at| (at, args[at].data_type()));
        let Some((at, first)) = types.next() else { return Ok(None) };
        let class = self.class(at);
        let met = types.try_fold(first, |met, (_, next)| {
            common(&met, &next).ok_or(Problem::NoCommonType { left: met, right: next })
        })?;
        if class == Class::CommonNumber {
            let number = Class::Number.target(&met);
            return number.map(Some).ok_or(Problem::Type { at, expected: Class::Number, found: met });
        }
        Ok(Some(met))
    }
}

impl Class {
    /// The type that an argument is cast to; `None` when Spark casts it to none that fits.
    fn target(self, from: &DataType) -> Option<DataType> {
        use DataType::*;
        let nested = matches!(from, List(_) | Map(..) | Struct(_));
        let to = match self {
            Class::Any => return Some(from.clone()),
            Class::TextOrBytes if *from == Binary => Binary,
            Class::TextOrArray if matches!(from, List(_)) => return Some(from.clone()),
            Class::Text | Class::TextOrBytes | Class::TextOrArray => Utf8,
            Class::Bytes => Binary,
            Class::Boolean => Boolean,
            Class::Int => Int32,
            Class::IntOrBigint if *from == Int64 => Int64,
            Class::IntOrBigint => Int32,
            Class::Bigint => Int64,
            Class::Double => Float64,
            Class::Number if from.is_numeric() => return Some(from.clone()),
            Class::WideNumber if from.is_integer() => Int64,
            Class::WideNumber if from.is_decimal() => return Some(from.clone()),
            Class::Number | Class::WideNumber => Float64,
            Class::Timestamp => timestamp_type(),
            Class::Date => Date32,
            Class::Array => return matches!(from, List(_)).then(|| from.clone()),
            Class::Map => return matches!(from, Map(..)).then(|| from.clone()),
            Class::ArrayOrMap => return matches!(from, List(_) | Map(..)).then(|| from.clone()),
            Class::Nested => return nested.then(|| from.clone()),
            Class::Window => return is_window(from).then(|| from.clone()),
            Class::Common | Class::CommonNumber => return None,
        };
        implicit(from, &to).then_some(to)
    }
}

/// Whether Spark casts an argument without being asked.
fn implicit(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    let time = |t: &DataType| matches!(t, Date32 | Timestamp(TimeUnit::Microsecond, _));
    match (from, to) {
        (a, b) if a == b => true,
        (Null, _) => true,
        (List(_) | Map(..) | Struct(_), _) => false,
        (_, Utf8) => can_cast(from, to),
        (Utf8, Binary) => true,
        (Utf8, t) => t.is_numeric() || time(t),
        (f, t) => (f.is_numeric() && t.is_numeric()) || (time(f) && time(t)),
    }
}

fn is_window(data_type: &DataType) -> bool {
    let DataType::Struct(fields) = data_type else { return false };
    let named = |(field, name): (&std::sync::Arc<arrow::datatypes::Field>, &&str)| {
        field.name() == name && matches!(field.data_type(), DataType::Timestamp(TimeUnit::Microsecond, _))
    };
    fields.len() == 2 && fields.iter().zip(&["start", "end"]).all(named)
}

/// Wraps an expression in a cast unless it has the type already. A literal null just changes its type.
pub(crate) fn cast_to(expr: Expr, to: &DataType) -> Expr {
    if expr.data_type() == *to {
        return expr;
    }
    if let Expr::Literal(ScalarValue::Null) = expr
        && let Ok(null) = ScalarValue::try_from(to)
    {
        return Expr::Literal(null);
    }
    Expr::Cast { input: Box::new(expr), to: to.clone() }
}

/// A call that Spark's analyser refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misuse {
    /// The function's name.
    pub function: &'static str,
    /// What is wrong with the call.
    pub problem: Problem,
}

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(private_interfaces)]
pub enum Problem {
    /// There are too few or too many arguments.
    Count {
        /// The fewest.
        least: usize,
        /// The most, where there is a limit.
        most: Option<usize>,
        /// What was written.
        found: usize,
    },
    /// An argument has a type that is not cast to what the function takes.
    Type {
        /// Position of the argument, from 0.
        at: usize,
        /// What the function takes there.
        expected: Class,
        /// What was written.
        found: DataType,
    },
    /// Two arguments have no common type.
    NoCommonType {
        /// One type.
        left: DataType,
        /// The other.
        right: DataType,
    },
    /// Anything else, in a sentence.
    Other(String),
}

impl std::error::Error for Misuse {}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.function;
        match &self.problem {
            Problem::Count { least, most, found } => {
                let wanted = match most {
                    Some(most) if most == least => format!("{least}"),
                    Some(most) => format!("{least} to {most}"),
                    None => format!("at least {least}"),
                };
                let noun = if *least == 1 && most.is_none_or(|m| m == 1) { "argument" } else { "arguments" };
                write!(f, "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] `{name}` takes {wanted} {noun}, found {found}")
            }
            Problem::Type { at, expected, found } => write!(
                f,
                "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] argument {} of `{name}` must be {}, found {}",
                at + 1,
                expected.words(),
                sql_type_name(found)
            ),
            Problem::NoCommonType { left, right } => write!(
                f,
                "[DATATYPE_MISMATCH.DATA_DIFF_TYPES] the arguments of `{name}` must have a common type, found {} and {}",
                sql_type_name(left),
                sql_type_name(right)
            ),
            Problem::Other(problem) => f.write_str(problem),
        }
    }
}

impl Class {
    fn words(self) -> &'static str {
        match self {
            Class::Any | Class::Common => "a value",
            Class::Text => "STRING",
            Class::Bytes => "BINARY",
            Class::TextOrBytes => "STRING or BINARY",
            Class::TextOrArray => "STRING or ARRAY",
            Class::Boolean => "BOOLEAN",
            Class::Int => "INT",
            Class::IntOrBigint => "INT or BIGINT",
            Class::Bigint => "BIGINT",
            Class::Double => "DOUBLE",
            Class::Number | Class::CommonNumber | Class::WideNumber => "a number",
            Class::Timestamp => "TIMESTAMP",
            Class::Date => "DATE",
            Class::Window => "a time window, a struct of start and end",
            Class::Array => "ARRAY",
            Class::Map => "MAP",
            Class::ArrayOrMap => "ARRAY or MAP",
            Class::Nested => "STRUCT, ARRAY or MAP",
        }
    }
}

/// The types that results most often have, by the names that Spark gives them.
pub(super) mod gives {
    use super::*;

    pub(in super::super) fn string() -> DataType {
        DataType::Utf8
    }

    pub(in super::super) fn boolean() -> DataType {
        DataType::Boolean
    }

    pub(in super::super) fn int() -> DataType {
        DataType::Int32
    }

    pub(in super::super) fn bigint() -> DataType {
        DataType::Int64
    }

    pub(in super::super) fn double() -> DataType {
        DataType::Float64
    }

    pub(in super::super) fn date() -> DataType {
        DataType::Date32
    }

    pub(in super::super) fn timestamp() -> DataType {
        timestamp_type()
    }

    pub(in super::super) fn strings() -> DataType {
        crate::types::array_type(DataType::Utf8)
    }
}
