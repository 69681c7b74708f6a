//! Content on its way into an object: written beside the emulator's lock, checked, and not yet anybody's.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest, Md5};

use super::checksum::{ChecksumAlgorithm, Checksums, Hasher};
use crate::base64;
use crate::store::{BodyReader, BodyWriter, NewBody, Shelf, digest_of};

/// Content that is complete, with what is known of it.
#[derive(Debug)]
pub struct Content {
    pub(super) body: NewBody,
    /// Of content in memory, absent until somebody asks.
    pub(super) md5: Option<[u8; 16]>,
    pub(super) checksums: Checksums,
}

/// What content comes to.
#[derive(Debug, Clone)]
pub struct Hashed {
    pub(super) md5: [u8; 16],
    pub(super) checksums: Checksums,
}

impl Hashed {
    /// Reads content to its end.
    pub fn of_reader(mut reader: BodyReader, algorithms: &[ChecksumAlgorithm]) -> io::Result<Self> {
        let mut hashing = Hashing::new(algorithms);
        while let Some(piece) = reader.next_piece()? {
            hashing.update(&piece);
        }
        Ok(hashing.finish())
    }
}

/// Finds out what content comes to while it passes.
#[derive(Debug)]
pub struct Hashing {
    md5: Md5,
    hashers: Vec<(ChecksumAlgorithm, Hasher)>,
}

impl Hashing {
    fn new(algorithms: &[ChecksumAlgorithm]) -> Self {
        let hashers = algorithms.iter().map(|algorithm| (*algorithm, Hasher::new(*algorithm))).collect();
        Self { md5: Md5::new(), hashers }
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.md5.update(piece);
        self.hashers.iter_mut().for_each(|(_, hasher)| hasher.update(piece));
    }

    /// Ends the content.
    pub fn finish(self) -> Hashed {
        let named = |(algorithm, hasher): (ChecksumAlgorithm, Hasher)| {
            (algorithm.name().to_owned(), base64::encode(&hasher.finish()))
        };
        let checksums = self.hashers.into_iter().map(named).collect();
        Hashed { md5: self.md5.finalize().into(), checksums }
    }
}

/// Writes content piece by piece. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct ContentWriter {
    writer: BodyWriter,
    hashing: Hashing,
}

impl ContentWriter {
    pub(crate) fn new(shelf: Arc<Shelf>, algorithms: &[ChecksumAlgorithm]) -> Self {
        Self { writer: BodyWriter::new(shelf), hashing: Hashing::new(algorithms) }
    }

    /// Writes the next piece.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn write(&mut self, piece: Bytes) -> io::Result<()> {
        self.hashing.update(&piece);
        self.writer.write(piece)
    }

    /// Ends the content.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(self) -> io::Result<Content> {
        Ok(Content::of(self.writer.finish()?, self.hashing.finish()))
    }

    /// Its two halves, for who writes and hashes at once: each gets every piece, and [`Content::of`] joins them again.
    pub fn into_halves(self) -> (BodyWriter, Hashing) {
        (self.writer, self.hashing)
    }
}

impl Content {
    /// A body and what it comes to.
    pub fn of(body: NewBody, Hashed { md5, checksums }: Hashed) -> Self {
        Self { body, md5: Some(md5), checksums }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.body.len()
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The checksums that were asked for.
    pub fn checksums(&self) -> &Checksums {
        &self.checksums
    }

    /// Its MD5 digest in base64, as `Content-MD5` has it.
    pub fn md5_base64(&self) -> String {
        base64::encode(&self.digest())
    }

    /// Its MD5 digest, made now if it has not been.
    pub(super) fn digest(&self) -> [u8; 16] {
        let made = || digest_of(self.body.in_memory().expect("files are digested as they are written"));
        self.md5.unwrap_or_else(made)
    }

    /// Content at hand, in pieces, that is digested when somebody asks for its ETag, if the emulator holds it in
    /// memory; else when it is put. The answer to the put has an ETag in the second case alone.
    pub fn undigested(pieces: Vec<Bytes>) -> Self {
        Self { body: NewBody::from(pieces), md5: None, checksums: Checksums::default() }
    }

    /// Content of bytes that are at hand.
    pub fn of_bytes(bytes: Bytes, algorithms: &[ChecksumAlgorithm]) -> Self {
        let mut hashing = Hashing::new(algorithms);
        hashing.update(&bytes);
        Self::of(NewBody::from(bytes), hashing.finish())
    }
}

impl<T: Into<Bytes>> From<T> for Content {
    fn from(bytes: T) -> Self {
        Self::of_bytes(bytes.into(), &[])
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}
