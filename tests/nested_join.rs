//! The nested join of the library from its first record to its verdicts, through the facade: what is kept of a run
//! is held against the raw records, and against pipelines that are wrong on purpose.

#[path = "nested_join/conservation.rs"]
mod conservation;
#[path = "nested_join/doctored.rs"]
mod doctored;
#[path = "nested_join/kept.rs"]
mod kept;
#[path = "nested_join/rejected.rs"]
mod rejected;
#[path = "nested_join/repeatable.rs"]
mod repeatable;
#[path = "nested_join/rig.rs"]
mod rig;
