//! Ids without a random source: a counter, and a digest of it where an opaque text is wanted.

use sha2::{Digest, Sha256};

use crate::emulator::Identity;

/// Mints ids. Two emulators of one identity that are called alike mint the same ids.
pub struct Ids {
    seed: Vec<u8>,
    minted: u64,
}

impl Ids {
    /// Ids of `identity`, going on after the `minted` ones that exist already.
    pub(crate) fn new(identity: &Identity, minted: u64) -> Self {
        Self { seed: format!("{}/{}", identity.account, identity.region).into_bytes(), minted }
    }

    /// How many ids have been minted so far.
    pub(crate) fn minted(&self) -> u64 {
        self.minted
    }

    /// The next id as a number: 1, 2, 3, …
    pub fn next_number(&mut self) -> u64 {
        self.minted += 1;
        self.minted
    }

    /// The next id in the form of a UUID of version 4.
    pub fn next_uuid(&mut self) -> String {
        let mut hex = self.next_hex();
        hex.replace_range(12..13, "4");
        hex.replace_range(16..17, "8");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// The next id as 32 lower-case hexadecimal digits.
    pub fn next_hex(&mut self) -> String {
        let number = self.next_number();
        let mut digest = Sha256::new_with_prefix(&self.seed);
        digest.update(number.to_be_bytes());
        let digest = digest.finalize();
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_the_seed_and_differ_within_it() {
        let identity = Identity::default();
        let (mut left, mut right) = (Ids::new(&identity, 0), Ids::new(&identity, 0));
        let first = left.next_hex();
        assert_eq!(first, right.next_hex());
        assert_eq!(first.len(), 32);
        assert_ne!(first, left.next_hex());
        assert_eq!(left.next_number(), 3);
        let uuid = left.next_uuid();
        let lengths: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!((&uuid[14..15], &uuid[19..20]), ("4", "8"));
    }
}
