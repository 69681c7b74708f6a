//! What a query's expressions take from their surroundings, fixed for the life of the query (Spark's session
//! configuration).

use std::sync::Arc;

use crate::decode::{FixedZone, Zone};

/// Settings that expressions are compiled under.
#[derive(Debug, Clone)]
pub struct Session {
    /// `spark.sql.session.timeZone`: for text without a zone, and for instants as text.
    pub zone: Arc<dyn Zone>,
}

impl Default for Session {
    /// UTC, as Glue has it.
    fn default() -> Self {
        Self { zone: Arc::new(FixedZone::UTC) }
    }
}
