//! One value outside its column, for the paths that cannot write into columns directly.

/// A converted value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Boolean(bool),
    /// All integer types, dates in days, timestamps in microseconds. TINYINT is cut to eight bits.
    Integer(i64),
    Float(f32),
    Double(f64),
    /// Unscaled.
    Decimal(i128),
    /// STRING, always valid UTF-8, and BINARY.
    Bytes(Vec<u8>),
    Struct(Vec<Cell>),
    List(Vec<Cell>),
    /// In order of appearance; Spark keeps repeated keys.
    Map(Vec<(String, Cell)>),
}
