//! A mapping that keeps the order of the file and knows where each key stands.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

/// Names and their values, in file order. The parser refuses a name that appears twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries<V> {
    entries: Vec<(Spanned<String>, V)>,
}

impl<V> Entries<V> {
    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Whether the name is there.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Names and values in file order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (key.value.as_str(), value))
    }

    /// Like [`Self::iter`], with the place of each name.
    pub fn spanned(&self) -> impl Iterator<Item = (&Spanned<String>, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The names in file order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.iter().map(|(name, _)| name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names with their places, and values.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = (Spanned<String>, V)> {
        self.entries.into_iter()
    }

    /// Turns every value into another, stopping at the first that cannot be.
    pub(crate) fn try_map<W, E>(
        self,
        mut turn: impl FnMut(&Spanned<String>, V) -> Result<W, E>,
    ) -> Result<Entries<W>, E> {
        let turned = self.entries.into_iter().map(|(key, value)| {
            let value = turn(&key, value)?;
            Ok((key, value))
        });
        Ok(Entries { entries: turned.collect::<Result<_, E>>()? })
    }
}

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<V: schemars::JsonSchema> schemars::JsonSchema for Entries<V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Entries<{}>", V::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, V>::json_schema(generator)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries { entries })
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_places_of_names_are_kept() {
        let entries: Entries<u8> = serde_saphyr::from_str("z: 1\na: 2\n").expect("it is a mapping");
        assert_eq!(entries.names().collect::<Vec<_>>(), ["z", "a"]);
        let lines: Vec<u64> = entries.spanned().map(|(key, _)| key.referenced.line()).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(entries.get("a"), Some(&2));
        assert!(!entries.contains("b"));
    }

    #[test]
    fn name_given_twice_is_refused() {
        assert!(serde_saphyr::from_str::<Entries<u8>>("a: 1\na: 2\n").is_err());
    }
}
