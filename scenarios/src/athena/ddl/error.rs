//! Why a text is no statement, and why a statement could not be carried out.

use wavetank_emulator::ApiError;

/// Why a text is no statement: `StartQueryExecution` refuses it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// From 1, in units of UTF-16, as Athena counts.
    pub column: usize,
    /// The whole sentence, with its place where Athena says one.
    pub message: String,
}

/// Why a statement could not be carried out: the query is `FAILED`.
/// Source: <https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DdlError {
    /// 1: system, 2: user.
    pub category: i32,
    /// See the page.
    pub error_type: i32,
    /// The whole sentence.
    pub message: String,
}

const SYSTEM: i32 = 1;
const USER: i32 = 2;
const INTERNAL: i32 = 200;
const PARSE: i32 = 1003;
const NOT_FOUND: i32 = 1006;
const INVALID: i32 = 1100;
const NOT_SUPPORTED: i32 = 1200;

impl DdlError {
    fn user(error_type: i32, message: impl Into<String>) -> Self {
        Self { category: USER, error_type, message: message.into() }
    }

    /// What Hive finds wrong with a statement that it can read.
    pub(super) fn semantic(code: u32, message: impl std::fmt::Display) -> Self {
        Self::user(NOT_FOUND, format!("FAILED: SemanticException [Error {code}]: {message}"))
    }

    /// What Hive cannot carry out.
    pub(super) fn execution(message: impl std::fmt::Display) -> Self {
        const TASK: &str = "org.apache.hadoop.hive.ql.exec.DDLTask";
        Self::user(INVALID, format!("FAILED: Execution Error, return code 1 from {TASK}. {message}"))
    }

    /// What Hive's grammar refuses although Athena's has let it through.
    pub(super) fn parse(message: impl std::fmt::Display) -> Self {
        let message = format!("FAILED: ParseException {message}");
        Self { category: SYSTEM, error_type: PARSE, message }
    }

    /// What Athena has no way to do.
    pub(super) fn not_supported(message: impl std::fmt::Display) -> Self {
        Self::user(NOT_SUPPORTED, format!("NOT_SUPPORTED: {message}"))
    }

    /// What is wrong in words of Trino's.
    pub(super) fn trino(error_type: i32, message: impl Into<String>) -> Self {
        Self::user(error_type, message)
    }

    pub(super) fn database_not_found(name: &str) -> Self {
        Self::semantic(10072, format_args!("Database does not exist: {name}"))
    }

    pub(super) fn table_not_found(name: &str) -> Self {
        Self::semantic(10001, format_args!("Table not found {name}"))
    }

    pub(super) fn partition_not_found(shown: &str) -> Self {
        Self::semantic(10006, format_args!("Partition not found {shown}"))
    }

    pub(super) fn already_exists(kind: &str, name: &str) -> Self {
        Self::execution(format_args!("AlreadyExistsException(message:{kind} {name} already exists)"))
    }
}

impl From<ApiError> for DdlError {
    /// What the catalog refuses for reasons of its own, such as a name that is too long.
    fn from(error: ApiError) -> Self {
        use wavetank_emulator::ErrorCode::{InternalFailure, InvalidInputException, ValidationException};
        match error.code {
            InternalFailure => Self { category: SYSTEM, error_type: INTERNAL, message: error.message },
            InvalidInputException | ValidationException => {
                Self::execution(format_args!("MetaException(message:{})", error.message))
            }
            code => Self::execution(format_args!("MetaException(message:{} ({code}))", error.message)),
        }
    }
}
