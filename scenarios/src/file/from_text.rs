//! Values written as one word of text: durations, shares, instants, paths.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A value with its own short notation.
pub(crate) trait FromText: Sized {
    /// What a message says was expected, such as "a duration such as `10s`".
    const EXPECTED: &'static str;

    /// Reads the notation; `None` when the text is not in it.
    fn from_text(text: &str) -> Option<Self>;
}

/// Reads a [`FromText`] value from a scalar. Numbers are read as their shortest text.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromText,
{
    struct TextVisitor<T>(PhantomData<T>);

    impl<T: FromText> Visitor<'_> for TextVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTED)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            T::from_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
            self.visit_str(&number.to_string())
        }
    }

    // Not `deserialize_str`: its error about a list or nothing would not say what was expected.
    deserializer.deserialize_any(TextVisitor(PhantomData))
}

/// Reads a key that may be left out, but has a value where it stands: nothing is not the same as not there.
pub(crate) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// The JSON Schema of a [`FromText`] value: a scalar, described.
pub(crate) fn schema<T: FromText>() -> schemars::Schema {
    schemars::json_schema!({ "type": ["string", "number"], "description": T::EXPECTED })
}

/// Implements serde's `Deserialize` and the JSON Schema for types that are [`FromText`].
macro_rules! deserialize_from_text {
    ($($type:ty),+) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::file::from_text::deserialize(deserializer)
            }
        }

        impl schemars::JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::file::from_text::schema::<Self>()
            }
        }
    )+};
}
pub(crate) use deserialize_from_text;
