//! State between batches: rows in columns ([`chunks`]), found by key ([`keyed_rows`], [`keys`]), leaving in the
//! order of their times ([`time_index`]). What a batch costs depends on its rows and on what it evicts, not on the
//! size of the state.

mod change;
mod chunks;
mod grouping;
mod heads;
mod keyed_rows;
mod keys;
mod slots;
mod table;
mod time_index;

pub use change::{Extent, StateChange};
pub(super) use grouping::{find_all_slots, find_slots, group_rows};
pub(super) use keyed_rows::{Evicted, KeyedRows};
pub(super) use keys::{Keys, equal, exact, exact_type, hash};
pub use table::StateTable;
pub(super) use time_index::in_time_order;
