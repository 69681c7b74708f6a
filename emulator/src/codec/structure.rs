//! Structure members of requests, which a list must not fill as serde would have it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A member that is a structure.
pub(crate) fn structure<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Structure<T>>::deserialize(input)?.map(|Structure(value)| value))
}

/// A member that is a list of structures.
pub(crate) fn structures<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<Vec<T>>, D::Error> {
    input.deserialize_option(ListVisitor(PhantomData))
}

/// Refuses all that is no map.
struct Structure<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Structure<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(StructureVisitor(PhantomData)).map(Structure)
    }
}

struct StructureVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for StructureVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a structure")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Structures one by one, without a vector of wrappers in between.
struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a sequence")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut structures = Vec::new();
        while let Some(Structure(structure)) = list.next_element()? {
            structures.push(structure);
        }
        Ok(Some(structures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Codec;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Request {
        #[serde(deserialize_with = "structure")]
        one: Option<Entry>,
        #[serde(deserialize_with = "structures")]
        many: Option<Vec<Entry>>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Entry {
        key: Option<String>,
    }

    fn read(body: &str) -> Result<Request, String> {
        Codec::Json.decode(body.as_bytes()).map_err(|error| error.message)
    }

    #[test]
    fn structures_are_read_and_may_be_absent() {
        let entry = || Entry { key: Some("k".to_owned()) };
        let request = read(r#"{"one":{"key":"k"},"many":[{"key":"k"},{}]}"#).unwrap();
        assert_eq!(request, Request { one: Some(entry()), many: Some(vec![entry(), Entry::default()]) });
        assert_eq!(read(r#"{"one":null,"many":null}"#), Ok(Request::default()));
        assert_eq!(read("{}"), Ok(Request::default()));
    }

    #[test]
    fn a_list_is_no_structure() {
        let list = Err("Start of list found where not expected".to_owned());
        assert_eq!(read(r#"{"one":["k"]}"#), list);
        assert_eq!(read(r#"{"many":[["k"]]}"#), list);
        assert_eq!(read(r#"{"many":[true]}"#), Err("Expected null".to_owned()));
        assert_eq!(
            read(r#"{"many":{}}"#),
            Err("Start of structure or map found where not expected.".to_owned())
        );
        assert_eq!(read(r#"{"many":5}"#), Err("Expected list or null".to_owned()));
    }
}
