//! Rows by key: which rows of a batch belong together, and which kept row has a key already.

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use hashbrown::HashTable;

use super::keyed_rows::KeyedRows;
use super::keys::equal;
use crate::error::Result;

/// The groups of a batch, numbered in the order in which their first rows come.
#[derive(Debug, Default, PartialEq)]
pub(in crate::operator) struct RowGroups {
    /// Group of each row.
    pub(in crate::operator) of_row: Vec<u32>,
    /// First row of each group.
    pub(in crate::operator) first_rows: Vec<u32>,
}

/// Groups rows by key. Equal hashes are candidates only: those that turn out to differ go round again.
pub(in crate::operator) fn group_rows(keys: &[ArrayRef], hashes: &[u64]) -> Result<RowGroups> {
    let mut leader_of: Vec<u32> = (0..hashes.len() as u32).collect();
    let mut pending: Vec<u32> = leader_of.clone();
    while !pending.is_empty() {
        let mut leaders: HashTable<u32> = HashTable::with_capacity(pending.len());
        let (mut rows, mut candidates) = (Vec::new(), Vec::new());
        for row in pending {
            let hash = hashes[row as usize];
            let same_hash = |leader: &u32| hashes[*leader as usize] == hash;
            let leader =
                *leaders.entry(hash, same_hash, |leader| hashes[*leader as usize]).or_insert(row).get();
            if leader != row {
                rows.push(row);
                candidates.push(leader);
            }
        }
        let rows = UInt32Array::from(rows);
        let candidates = UInt32Array::from(candidates);
        let of_leaders = keys.iter().map(|key| Ok(take(key, &candidates, None)?));
        let same = equal(keys, &rows, &of_leaders.collect::<Result<Vec<_>>>()?)?;
        pending = Vec::new();
        for ((row, leader), same) in rows.values().iter().zip(candidates.values()).zip(same.values()) {
            match same {
                true => leader_of[*row as usize] = *leader,
                false => pending.push(*row),
            }
        }
    }
    let mut groups = RowGroups { of_row: Vec::with_capacity(hashes.len()), first_rows: vec![] };
    for (row, leader) in leader_of.iter().enumerate() {
        let group = match *leader as usize == row {
            true => {
                groups.first_rows.push(row as u32);
                groups.first_rows.len() as u32 - 1
            }
            false => groups.of_row[*leader as usize],
        };
        groups.of_row.push(group);
    }
    Ok(groups)
}

/// The slot of each key among rows whose keys are unique; `None` where the key is new. `stored` are the positions
/// of the keys in a kept row.
pub(in crate::operator) fn find_slots(
    keys: &[ArrayRef],
    hashes: &[u64],
    kept: &mut KeyedRows,
    stored: &[usize],
) -> Result<Vec<Option<u32>>> {
    let mut found = vec![None; hashes.len()];
    for (row, slot) in find_all_slots(keys, hashes, kept, stored)? {
        found[row as usize] = Some(slot);
    }
    Ok(found)
}

/// Every kept row with one of the keys, as (position of the key, slot).
pub(in crate::operator) fn find_all_slots(
    keys: &[ArrayRef],
    hashes: &[u64],
    kept: &mut KeyedRows,
    stored: &[usize],
) -> Result<Vec<(u32, u32)>> {
    let (rows, slots) = kept.candidates(hashes);
    if slots.is_empty() {
        return Ok(vec![]);
    }
    let rows = UInt32Array::from(rows);
    let same = equal(keys, &rows, &kept.gather(stored, &slots)?)?;
    let found = same.values().set_indices().map(|at| (rows.value(at), slots[at]));
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use arrow::array::Int64Array;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// With hashes that collide as often as one likes.
        #[test]
        fn rows_of_equal_keys_share_a_group_in_order_of_appearance(
            values in prop::collection::vec(prop::option::of(0i64..6), 0..40), colliding in 1u64..4,
        ) {
            let keys: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(values.clone()))];
            let hashes: Vec<u64> = values.iter().map(|v| v.unwrap_or(9) as u64 % colliding).collect();
            let groups = group_rows(&keys, &hashes).unwrap();
            let mut order: BTreeMap<Option<i64>, u32> = BTreeMap::new();
            for (row, value) in values.iter().enumerate() {
                let next = order.len() as u32;
                let group = *order.entry(*value).or_insert(next);
                prop_assert_eq!(groups.of_row[row], group);
                if group == next {
                    prop_assert_eq!(groups.first_rows[group as usize], row as u32);
                }
            }
            prop_assert_eq!(groups.first_rows.len(), order.len());
        }
    }
}
