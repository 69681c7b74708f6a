//! The streaming engine as a whole, driven trigger by trigger over ports that live in memory: SQL text is planned,
//! records are added, and what comes out is held against a script or against a slow model.

#[path = "stream/checkpoint.rs"]
mod checkpoint;
#[path = "stream/continuation.rs"]
mod continuation;
#[path = "stream/damage.rs"]
mod damage;
#[path = "stream/drain.rs"]
mod drain;
#[path = "stream/flatten.rs"]
mod flatten;
#[path = "stream/laws.rs"]
mod laws;
#[path = "stream/lineage.rs"]
mod lineage;
#[path = "stream/model.rs"]
mod model;
#[path = "stream/nested_join.rs"]
mod nested_join;
#[path = "stream/resharding.rs"]
mod resharding;
#[path = "stream/rig.rs"]
mod rig;
#[path = "stream/rows.rs"]
mod rows;
#[path = "stream/script.rs"]
mod script;
#[path = "stream/scripts.rs"]
mod scripts;
