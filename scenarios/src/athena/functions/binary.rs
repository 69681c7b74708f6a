//! Functions on bytes.
//!
//! Not handled: `spooky_hash_v2_32`, `spooky_hash_v2_64`.
//!
//! Source: <https://trino.io/docs/current/functions/binary.html>.

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "crc32(varbinary) bigint = wt_crc32({0})",
    "from_base32(varchar) varbinary = wt_from_base32(encode({0}))",
    "from_base32(varbinary) varbinary = wt_from_base32({0})",
    "from_base64(varchar) varbinary = wt_from_base64(encode({0}))",
    "from_base64(varbinary) varbinary = wt_from_base64({0})",
    "from_base64url(varchar) varbinary = wt_from_base64url(encode({0}))",
    "from_base64url(varbinary) varbinary = wt_from_base64url({0})",
    "from_big_endian_32(varbinary) integer = wt_from_big_endian_32({0})",
    "from_big_endian_64(varbinary) bigint = wt_from_big_endian_64({0})",
    "from_hex(varchar) varbinary = wt_from_hex(encode({0}))",
    "from_hex(varbinary) varbinary = wt_from_hex({0})",
    "from_ieee754_32(varbinary) real = wt_from_ieee754_32({0})",
    "from_ieee754_64(varbinary) double = wt_from_ieee754_64({0})",
    "from_utf8(varbinary) varchar = wt_from_utf8({0}, '\u{FFFD}')",
    "from_utf8(varbinary, varchar) varchar = wt_from_utf8({0}, {1})",
    "from_utf8(varbinary, bigint) varchar = wt_from_utf8({0}, wt_chr({1}))",
    "hmac_md5(varbinary, varbinary) varbinary = wt_hmac_md5({0}, {1})",
    "hmac_sha1(varbinary, varbinary) varbinary = wt_hmac_sha1({0}, {1})",
    "hmac_sha256(varbinary, varbinary) varbinary = wt_hmac_sha256({0}, {1})",
    "hmac_sha512(varbinary, varbinary) varbinary = wt_hmac_sha512({0}, {1})",
    "md5(varbinary) varbinary = wt_md5({0})",
    "murmur3(varbinary) varbinary = wt_murmur3({0})",
    "sha1(varbinary) varbinary = wt_sha1({0})",
    "sha256(varbinary) varbinary = wt_sha256({0})",
    "sha512(varbinary) varbinary = wt_sha512({0})",
    "to_base32(varbinary) varchar = wt_to_base32({0})",
    "to_base64(varbinary) varchar = wt_to_base64({0})",
    "to_base64url(varbinary) varchar = wt_to_base64url({0})",
    "to_big_endian_32(integer) varbinary = wt_to_big_endian_32({0})",
    "to_big_endian_64(bigint) varbinary = wt_to_big_endian_64({0})",
    "to_hex(varbinary) varchar = wt_to_hex({0})",
    "to_ieee754_32(real) varbinary = wt_to_ieee754_32({0})",
    "to_ieee754_64(double) varbinary = wt_to_ieee754_64({0})",
    "to_utf8(varchar) varbinary = encode({0})",
    "xxhash64(varbinary) varbinary = wt_xxhash64({0})",
];
