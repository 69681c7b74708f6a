//! What a query's expressions take from their surroundings, fixed for the life of the query (Spark's session
//! configuration).

use std::sync::Arc;

use crate::decode::{FixedZone, Zone, zone_of};

/// Settings that expressions are compiled under.
#[derive(Debug, Clone)]
pub struct Session {
    /// `spark.sql.session.timeZone`: for text without a zone, and for instants as text.
    pub zone: Arc<dyn Zone>,
}

/// A session's time zone that is neither a region nor an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "[INVALID_CONF_VALUE.TIME_ZONE] `{name}` is not a time zone: expected a region such as `Europe/Paris`, an offset \
     such as `+05:30`, or `UTC`"
)]
pub struct UnknownZone {
    /// What was written.
    pub name: String,
}

impl Session {
    /// A session in the zone of that name: a region, an offset, `UTC` or `Z`.
    ///
    /// Errors when there is no such zone.
    pub fn in_zone(name: &str) -> Result<Self, UnknownZone> {
        let zone = zone_of(name).ok_or_else(|| UnknownZone { name: name.to_owned() })?;
        Ok(Self { zone })
    }
}

impl Default for Session {
    /// UTC, as Glue has it.
    fn default() -> Self {
        Self { zone: Arc::new(FixedZone::UTC) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_region_an_offset_or_utc() {
        let cases =
            [("America/New_York", -18_000), ("+05:30", 19_800), ("UTC", 0), ("Z", 0), ("GMT-2", -7200)];
        for (name, offset) in cases {
            assert_eq!(Session::in_zone(name).expect(name).zone.offset_at(0), offset, "{name}");
        }
        let error = Session::in_zone("Mars/Olympus").expect_err("no such zone");
        assert!(error.to_string().contains("`Mars/Olympus`"));
    }
}
