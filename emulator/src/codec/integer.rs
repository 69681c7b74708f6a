//! Integer members of requests.

use std::fmt;

use serde::Deserializer;
use serde::de::{self, Visitor};

/// A member of type Integer: as AWS does, fractions are cut off and what is too great is clamped.
pub(crate) fn integer<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i32>, D::Error> {
    input.deserialize_option(IntegerVisitor)
}

struct IntegerVisitor;

impl<'de> Visitor<'de> for IntegerVisitor {
    type Value = Option<i32>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an Integer")
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        let clamped = number.clamp(i32::MIN.into(), i32::MAX.into());
        Ok(Some(clamped as i32))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.floor() as i32))
    }
}
