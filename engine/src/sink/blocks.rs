//! An object that grows: in blocks, so that none of it is copied again for room.

use std::io;

use bytes::Bytes;

/// Bytes of a block, but for a longer piece.
const BLOCK_BYTES: usize = 256 * 1024;

/// Takes an object's bytes in; see the module.
#[derive(Debug, Default)]
pub(super) struct Blocks(Vec<Vec<u8>>);

impl Blocks {
    /// The object in pieces.
    pub(super) fn into_pieces(self) -> Vec<Bytes> {
        // Without the room that is left in the last one.
        self.0.into_iter().map(|block| block.into_boxed_slice().into()).collect()
    }
}

impl io::Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_full = |block: &Vec<u8>| block.len() + bytes.len() > BLOCK_BYTES;
        if self.0.last().is_none_or(is_full) {
            // The first one grows; most objects of small batches are no larger than that.
            let room = if self.0.is_empty() { bytes.len() } else { bytes.len().max(BLOCK_BYTES) };
            self.0.push(Vec::with_capacity(room));
        }
        if let Some(block) = self.0.last_mut() {
            block.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order() {
        for lengths in
            [vec![], vec![0], vec![5, 0, 7], vec![BLOCK_BYTES, 1], vec![100_000; 9], vec![3 * BLOCK_BYTES, 2]]
        {
            let (mut blocks, mut model) = (Blocks::default(), Vec::new());
            for (n, length) in lengths.iter().enumerate() {
                let bytes = vec![n as u8; *length];
                blocks.write_all(&bytes).unwrap();
                model.extend(bytes);
            }
            let pieces = blocks.into_pieces();
            assert_eq!(pieces.concat(), model, "{lengths:?}");
            assert!(pieces.len() <= model.len() / (BLOCK_BYTES / 2) + 1, "{lengths:?}");
        }
    }
}
