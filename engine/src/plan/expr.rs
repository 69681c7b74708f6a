//! Typed scalar expressions. Names are resolved and operand types already agree: whoever builds an [`Expr`] has
//! applied Spark's coercion rules, so evaluation ([`crate::expr`]) never guesses.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::ScalarValue;

use super::column::ColumnId;
use crate::expr::{Function, decimal_result};

/// A typed expression over the columns of one operator's input.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// The value of an input column.
    Column {
        /// Which column.
        id: ColumnId,
        /// Its type.
        data_type: DataType,
        /// Whether it can be null.
        nullable: bool,
    },
    /// A constant.
    Literal(ScalarValue),
    /// Spark's cast with ANSI off: what cannot be converted is null.
    Cast {
        /// Value to convert.
        input: Box<Expr>,
        /// Target type.
        to: DataType,
    },
    /// One field of a struct; null when the struct is null.
    Field {
        /// An expression of struct type.
        input: Box<Expr>,
        /// Position of the field.
        index: usize,
        /// Name of the field.
        name: String,
        /// Type of the field.
        data_type: DataType,
    },
    /// An operator with two operands.
    Binary {
        /// Which operator.
        op: BinaryOp,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// Logical negation; null stays null.
    Not(Box<Expr>),
    /// Arithmetic negation.
    Negate(Box<Expr>),
    /// Whether the operand is null; never null itself.
    IsNull(Box<Expr>),
    /// Whether the operand is not null; never null itself.
    IsNotNull(Box<Expr>),
    /// `CASE WHEN … THEN … ELSE … END`.
    Case {
        /// Conditions and values, tried in order.
        branches: Vec<(Expr, Expr)>,
        /// Value when no condition is true; null if absent.
        otherwise: Option<Box<Expr>>,
    },
    /// A scalar function.
    Call {
        /// The function.
        function: &'static Function,
        /// Arguments, already coerced.
        args: Vec<Expr>,
        /// Result type.
        data_type: DataType,
    },
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`; integers wrap.
    Add,
    /// `-`; integers wrap.
    Subtract,
    /// `*`; integers wrap.
    Multiply,
    /// `/` on doubles; a zero divisor gives null.
    Divide,
    /// `%`; a zero divisor gives null.
    Remainder,
    /// `=`
    Eq,
    /// `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
    /// `<=>`: equality that treats null as a value.
    NullSafeEq,
    /// Three-valued and.
    And,
    /// Three-valued or.
    Or,
}

impl BinaryOp {
    /// Whether the operator compares its operands.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | NotEq | Lt | LtEq | Gt | GtEq | NullSafeEq)
    }

    /// Whether the operator combines booleans.
    pub fn is_logical(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or)
    }
}

impl Expr {
    /// A binary expression; operand types must already agree.
    pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
        Expr::Binary { op, left: Box::new(left), right: Box::new(right) }
    }

    /// Type of the value.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Column { data_type, .. } | Self::Field { data_type, .. } | Self::Call { data_type, .. } => {
                data_type.clone()
            }
            Self::Literal(value) => value.data_type(),
            Self::Cast { to, .. } => to.clone(),
            Self::Binary { op, .. } if op.is_comparison() || op.is_logical() => DataType::Boolean,
            Self::Binary { op, left, right } => arithmetic_type(*op, &left.data_type(), &right.data_type()),
            Self::Not(_) | Self::IsNull(_) | Self::IsNotNull(_) => DataType::Boolean,
            Self::Negate(input) => input.data_type(),
            Self::Case { branches, .. } => branches[0].1.data_type(),
        }
    }

    /// Whether the value can be null.
    pub fn nullable(&self) -> bool {
        match self {
            Self::Column { nullable, .. } => *nullable,
            Self::Literal(value) => value.is_null(),
            Self::IsNull(_) | Self::IsNotNull(_) => false,
            Self::Binary { op: BinaryOp::NullSafeEq, .. } => false,
            Self::Binary { op: BinaryOp::Divide | BinaryOp::Remainder, .. } => true,
            Self::Binary { left, right, .. } => left.nullable() || right.nullable(),
            Self::Not(input) | Self::Negate(input) => input.nullable(),
            Self::Case { branches, otherwise } => {
                otherwise.as_ref().is_none_or(|e| e.nullable()) || branches.iter().any(|(_, v)| v.nullable())
            }
            Self::Call { function, args, .. } => function.nullable(args),
            Self::Cast { .. } | Self::Field { .. } => true,
        }
    }

    /// The direct operands.
    pub fn operands(&self) -> Vec<&Expr> {
        match self {
            Self::Column { .. } | Self::Literal(_) => vec![],
            Self::Cast { input, .. }
            | Self::Field { input, .. }
            | Self::Not(input)
            | Self::Negate(input)
            | Self::IsNull(input)
            | Self::IsNotNull(input) => vec![input],
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Case { branches, otherwise } => {
                let mut all: Vec<&Expr> = branches.iter().flat_map(|(c, v)| [c, v]).collect();
                all.extend(otherwise.as_deref());
                all
            }
            Self::Call { args, .. } => args.iter().collect(),
        }
    }

    /// Every column that the expression reads.
    pub fn references(&self) -> BTreeSet<ColumnId> {
        match self {
            Self::Column { id, .. } => BTreeSet::from([*id]),
            other => other.operands().into_iter().flat_map(Expr::references).collect(),
        }
    }

    /// Columns whose null makes the whole expression null or false, so that a true predicate proves them not
    /// null (Spark `NullIntolerant`): looks through comparisons, arithmetic and casts, not through `OR`, `CASE`
    /// or functions.
    pub fn null_intolerant_columns(&self) -> BTreeSet<ColumnId> {
        match self {
            Self::Column { id, .. } => BTreeSet::from([*id]),
            Self::Cast { input, .. } | Self::Field { input, .. } | Self::Negate(input) | Self::Not(input) => {
                input.null_intolerant_columns()
            }
            Self::Binary { op: BinaryOp::Or | BinaryOp::NullSafeEq, .. } => BTreeSet::new(),
            Self::Binary { left, right, .. } => {
                left.null_intolerant_columns().union(&right.null_intolerant_columns()).copied().collect()
            }
            Self::IsNotNull(input) => input.null_intolerant_columns(),
            Self::Call { function, args, .. } if function.null_intolerant() => {
                args.iter().flat_map(Expr::null_intolerant_columns).collect()
            }
            _ => BTreeSet::new(),
        }
    }

    /// The same expression with each column replaced by the given expression, where there is one.
    pub fn substitute(&self, with: &BTreeMap<ColumnId, Expr>) -> Expr {
        self.rewrite(&|expr| match expr {
            Self::Column { id, .. } => with.get(id).cloned(),
            _ => None,
        })
    }

    /// The same expression with parts replaced: from the whole down to its operands, the first answer counts.
    pub fn rewrite(&self, replace: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
        if let Some(replaced) = replace(self) {
            return replaced;
        }
        let go = |e: &Expr| Box::new(e.rewrite(replace));
        match self {
            Self::Column { .. } | Self::Literal(_) => self.clone(),
            Self::Cast { input, to } => Self::Cast { input: go(input), to: to.clone() },
            Self::Field { input, index, name, data_type } => Self::Field {
                input: go(input),
                index: *index,
                name: name.clone(),
                data_type: data_type.clone(),
            },
            Self::Binary { op, left, right } => Self::Binary { op: *op, left: go(left), right: go(right) },
            Self::Not(input) => Self::Not(go(input)),
            Self::Negate(input) => Self::Negate(go(input)),
            Self::IsNull(input) => Self::IsNull(go(input)),
            Self::IsNotNull(input) => Self::IsNotNull(go(input)),
            Self::Case { branches, otherwise } => Self::Case {
                branches: branches.iter().map(|(c, v)| (c.rewrite(replace), v.rewrite(replace))).collect(),
                otherwise: otherwise.as_deref().map(go),
            },
            Self::Call { function, args, data_type } => Self::Call {
                function,
                args: args.iter().map(|a| a.rewrite(replace)).collect(),
                data_type: data_type.clone(),
            },
        }
    }
}

/// Result type of arithmetic on operands of agreed types: times and durations combine, anything else keeps
/// its type.
fn arithmetic_type(op: BinaryOp, left: &DataType, right: &DataType) -> DataType {
    use DataType::{Duration, Timestamp};
    if let Some(decimal) = decimal_result(op, left, right) {
        return decimal;
    }
    match (op, left, right) {
        (BinaryOp::Subtract, Timestamp(..), Timestamp(..)) => Duration(TimeUnit::Microsecond),
        (_, Duration(_), Timestamp(..)) => right.clone(),
        _ => left.clone(),
    }
}

/// The conjuncts of a predicate, left to right.
pub fn split_conjunction(predicate: &Expr) -> Vec<Expr> {
    match predicate {
        Expr::Binary { op: BinaryOp::And, left, right } => {
            let mut all = split_conjunction(left);
            all.extend(split_conjunction(right));
            all
        }
        other => vec![other.clone()],
    }
}

/// One predicate out of several; `None` for none.
pub fn conjunction(predicates: impl IntoIterator<Item = Expr>) -> Option<Expr> {
    predicates.into_iter().reduce(|left, right| Expr::binary(BinaryOp::And, left, right))
}
