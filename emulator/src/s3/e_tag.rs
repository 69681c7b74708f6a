//! ETags of objects: the MD5 digest of the content; of an object in parts, the digest of the parts' digests and how many
//! there are. They are kept without quotes.

use md5::{Digest, Md5};
use s3s::dto;

pub(super) use crate::store::of_digest;

/// The ETag of an object in parts that have these ETags.
pub(super) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Md5::new();
    let mut count = 0;
    for part in parts {
        let of_part = u128::from_str_radix(part, 16).unwrap_or_default();
        digest.update(of_part.to_be_bytes());
        count += 1;
    }
    format!("{}-{count}", of_digest(digest.finalize().into()))
}

/// As it stands in answers: with quotes.
pub(super) fn shown(e_tag: &str) -> dto::ETag {
    dto::ETag::Strong(e_tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn md5(bytes: &[u8]) -> [u8; 16] {
        Md5::digest(bytes).into()
    }

    #[test]
    fn e_tag_is_the_md5_digest() {
        assert_eq!(of_digest(md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(of_digest(md5(b"a")), "0cc175b9c0f1b6a831c399e269772661");
    }

    #[test]
    fn e_tag_of_parts_is_the_digest_of_their_digests() {
        // As AWS answers for two parts, `a` and `b`: md5(md5("a") ‖ md5("b")).
        let parts = [of_digest(md5(b"a")), of_digest(md5(b"b"))];
        let joined: Vec<u8> = [md5(b"a"), md5(b"b")].concat();
        let expected = format!("{}-2", of_digest(md5(&joined)));
        assert_eq!(of_parts(parts.iter().map(String::as_str)), expected);
    }
}
