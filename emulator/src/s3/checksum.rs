//! Checksums of objects: the algorithms that S3 has, of one body, of the parts of one, and of parts put together.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use std::collections::BTreeMap;

use crc_fast::CrcAlgorithm;
use md5::Md5;
use s3s::crypto::{Checksum as _, Sha1};
use sha2::{Digest, Sha256, Sha512};
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

use crate::base64;

/// Base64 by the name of the algorithm.
pub type Checksums = BTreeMap<String, String>;

/// A way to check a body.
#[allow(missing_docs)] // The names are AWS's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChecksumAlgorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    XxHash64,
    XxHash3,
    XxHash128,
}

use ChecksumAlgorithm::*;

impl ChecksumAlgorithm {
    /// All that there are.
    pub const ALL: [Self; 10] =
        [Crc32, Crc32c, Crc64Nvme, Sha1, Sha256, Sha512, Md5, XxHash64, XxHash3, XxHash128];

    /// As it is called in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Crc32 => "CRC32",
            Crc32c => "CRC32C",
            Crc64Nvme => "CRC64NVME",
            Sha1 => "SHA1",
            Sha256 => "SHA256",
            Sha512 => "SHA512",
            Md5 => "MD5",
            XxHash64 => "XXHASH64",
            XxHash3 => "XXHASH3",
            XxHash128 => "XXHASH128",
        }
    }

    /// The header, or trailer, that carries the checksum.
    pub const fn header(self) -> &'static str {
        match self {
            Crc32 => "x-amz-checksum-crc32",
            Crc32c => "x-amz-checksum-crc32c",
            Crc64Nvme => "x-amz-checksum-crc64nvme",
            Sha1 => "x-amz-checksum-sha1",
            Sha256 => "x-amz-checksum-sha256",
            Sha512 => "x-amz-checksum-sha512",
            Md5 => "x-amz-checksum-md5",
            XxHash64 => "x-amz-checksum-xxhash64",
            XxHash3 => "x-amz-checksum-xxhash3",
            XxHash128 => "x-amz-checksum-xxhash128",
        }
    }

    /// The algorithm of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of a checksum.
    pub const fn length(self) -> usize {
        match self {
            Crc32 | Crc32c => 4,
            Crc64Nvme | XxHash64 | XxHash3 => 8,
            Md5 | XxHash128 => 16,
            Sha1 => 20,
            Sha256 => 32,
            Sha512 => 64,
        }
    }

    /// Whether an object in parts has, unless it is said otherwise, the checksum of its parts' checksums.
    pub const fn is_composite_by_default(self) -> bool {
        !matches!(self, Crc64Nvme)
    }

    /// Whether the checksum of a whole follows from those of its parts.
    pub const fn can_be_full_object(self) -> bool {
        self.crc().is_some()
    }

    /// Whether an object in parts can have the checksum of its parts' checksums.
    pub const fn can_be_composite(self) -> bool {
        !matches!(self, Crc64Nvme)
    }

    const fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            _ => None,
        }
    }
}

/// A checksum that is being made.
pub(super) struct Hasher(State);

enum State {
    Crc(crc_fast::Digest, usize),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Md5(Md5),
    XxHash64(Xxh64),
    XxHash3(Box<Xxh3>),
    XxHash128(Box<Xxh3>),
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Hasher").finish_non_exhaustive()
    }
}

impl Hasher {
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        if let Some(crc) = algorithm.crc() {
            return Self(State::Crc(crc_fast::Digest::new(crc), algorithm.length()));
        }
        Self(match algorithm {
            Sha1 => State::Sha1(s3s::crypto::Sha1::new()),
            Sha256 => State::Sha256(Sha256::default()),
            Sha512 => State::Sha512(Sha512::default()),
            XxHash64 => State::XxHash64(Xxh64::new(0)),
            XxHash3 => State::XxHash3(Box::default()),
            XxHash128 => State::XxHash128(Box::default()),
            Md5 | Crc32 | Crc32c | Crc64Nvme => State::Md5(<Md5 as Digest>::new()),
        })
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc(crc, _) => crc.update(bytes),
            State::Sha1(sha) => sha.update(bytes),
            State::Sha256(sha) => Digest::update(sha, bytes),
            State::Sha512(sha) => Digest::update(sha, bytes),
            State::Md5(md5) => Digest::update(md5, bytes),
            State::XxHash64(hash) => hash.update(bytes),
            State::XxHash3(hash) | State::XxHash128(hash) => hash.update(bytes),
        }
    }

    /// The checksum, most significant byte first.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Crc(crc, length) => crc.finalize().to_be_bytes()[8 - length..].to_vec(),
            State::Sha1(sha) => sha.finalize().to_vec(),
            State::Sha256(sha) => sha.finalize().to_vec(),
            State::Sha512(sha) => sha.finalize().to_vec(),
            State::Md5(md5) => md5.finalize().to_vec(),
            State::XxHash64(hash) => hash.digest().to_be_bytes().to_vec(),
            State::XxHash3(hash) => hash.digest().to_be_bytes().to_vec(),
            State::XxHash128(hash) => hash.digest128().to_be_bytes().to_vec(),
        }
    }
}

/// The checksum of the checksums of parts: base64, a hyphen, and how many parts there are.
pub(super) fn composite<'a>(
    algorithm: ChecksumAlgorithm,
    parts: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let mut hasher = Hasher::new(algorithm);
    let mut count = 0;
    for part in parts {
        hasher.update(&base64::decode(part).ok()?);
        count += 1;
    }
    Some(format!("{}-{count}", base64::encode(&hasher.finish())))
}

/// The checksum of parts behind each other, of which checksums and lengths are known.
pub(super) fn of_whole<'a>(
    algorithm: ChecksumAlgorithm,
    parts: impl IntoIterator<Item = (&'a str, u64)>,
) -> Option<String> {
    let crc = algorithm.crc()?;
    let mut whole = crc_fast::Digest::new(crc).finalize();
    for (part, length) in parts {
        let part = base64::decode(part).ok().filter(|bytes| bytes.len() == algorithm.length())?;
        let value = part.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        whole = crc_fast::checksum_combine(crc, whole, value, length);
    }
    Some(base64::encode(&whole.to_be_bytes()[8 - algorithm.length()..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checksum(algorithm: ChecksumAlgorithm, bytes: &[u8]) -> String {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        base64::encode(&hasher.finish())
    }

    #[test]
    fn checksums_are_those_of_the_published_examples() {
        // The check values of each algorithm's definition, of the text `123456789`; botocore writes them so.
        let known = [
            (Crc32, "y/Q5Jg=="),
            (Crc32c, "4waSgw=="),
            (Crc64Nvme, "rosUhgp5mIg="),
            (Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
            (Md5, "JfnnlDI7RTiF9RgfG2JNCw=="),
            (XxHash64, "jLhB20DmroM="),
        ];
        for (algorithm, expected) in known {
            assert_eq!(checksum(algorithm, b"123456789"), expected, "{}", algorithm.name());
        }
    }

    #[test]
    fn every_algorithm_is_found_by_its_name_and_has_its_length() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(ChecksumAlgorithm::named(&algorithm.name().to_lowercase()), Some(algorithm));
            let decoded = base64::decode(&checksum(algorithm, b"x")).unwrap();
            assert_eq!(decoded.len(), algorithm.length());
            assert!(algorithm.header().ends_with(&algorithm.name().to_lowercase()));
        }
        assert_eq!(ChecksumAlgorithm::named("ADLER"), None);
    }

    proptest! {
        #[test]
        fn checksum_of_a_whole_follows_from_its_parts(parts in proptest::collection::vec(any::<Vec<u8>>(), 0..5)) {
            for algorithm in [Crc32, Crc32c, Crc64Nvme] {
                let sums: Vec<_> = parts.iter().map(|part| checksum(algorithm, part)).collect();
                let lengths = parts.iter().map(|part| part.len() as u64);
                let combined = of_whole(algorithm, sums.iter().map(String::as_str).zip(lengths));
                prop_assert_eq!(combined, Some(checksum(algorithm, &parts.concat())));
            }
        }
    }
}
