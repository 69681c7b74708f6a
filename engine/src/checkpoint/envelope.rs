//! What surrounds the contents of every checkpoint object, so that damage is found before anything is believed.
//!
//! One line, then the contents: `wavetank <format version> <CRC-32 in hex> <length>`, of a fixed width. The checksum
//! covers the format version and the contents.

use bytes::Bytes;
use crc32fast::Hasher;

/// The version of the checkpoint's format that is written, and the only one that is read.
pub(super) const FORMAT_VERSION: u32 = 1;

const NAME: &str = "wavetank";

/// No first line is longer.
const HEADER_BYTES_MAX: usize = 64;

/// Contents up to so many bytes are put together in one piece: they are few, and kept for long.
const PIECE_BYTES_MIN: usize = 64 * 1024;

/// The contents in their envelope.
pub(crate) fn seal(contents: &[u8]) -> Bytes {
    [header_line(checksum(FORMAT_VERSION, contents), contents.len()).as_bytes(), contents].concat().into()
}

/// Contents that come in pieces, which large ones remain.
pub(super) struct Envelope {
    /// What has come, behind the place of the first line.
    pieces: Vec<Bytes>,
    checksum: Hasher,
    length: usize,
}

impl Envelope {
    pub(super) fn new() -> Self {
        Self { pieces: vec![Bytes::new()], checksum: summed(FORMAT_VERSION), length: 0 }
    }

    /// Puts the next piece in.
    pub(super) fn add(&mut self, piece: Bytes) {
        self.checksum.update(&piece);
        self.length += piece.len();
        self.pieces.push(piece);
    }

    /// The object.
    pub(super) fn seal(mut self) -> Vec<Bytes> {
        self.pieces[0] = header_line(self.checksum.finalize(), self.length).into();
        match self.length <= PIECE_BYTES_MIN {
            true => vec![self.pieces.concat().into()],
            false => self.pieces,
        }
    }
}

fn header_line(checksum: u32, length: usize) -> String {
    format!("{NAME} {FORMAT_VERSION} {checksum:08x} {length:020}\n")
}

/// The contents of an object.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn open(object: &Bytes) -> Result<Bytes, String> {
    let (version, expected, length, start) = header(object)?;
    let contents = object.slice(start..);
    if contents.len() < length {
        return Err(format!("it is cut off: {} of {length} bytes are left", contents.len()));
    }
    if contents.len() > length || checksum(version, &contents) != expected {
        return Err("its checksum does not fit: something has changed it".into());
    }
    if version != FORMAT_VERSION {
        return Err(format!(
            "it was written by another version of wavetank (format {version}; this one reads {FORMAT_VERSION})"
        ));
    }
    Ok(contents)
}

/// Format version, checksum, length, and where the contents begin.
fn header(object: &[u8]) -> Result<(u32, u32, usize, usize), String> {
    if object.is_empty() {
        return Err("it is empty".into());
    }
    let no_header =
        || "it does not begin as a checkpoint's file does: it is cut off, or something has changed it";
    let end = object.iter().take(HEADER_BYTES_MAX).position(|byte| *byte == b'\n').ok_or_else(no_header)?;
    let line = std::str::from_utf8(&object[..end]).map_err(|_| no_header())?;
    let parts: Vec<&str> = line.split(' ').collect();
    let [NAME, version, checksum, length] = parts[..] else { return Err(no_header().into()) };
    let version = version.parse().map_err(|_| no_header())?;
    let checksum = u32::from_str_radix(checksum, 16).map_err(|_| no_header())?;
    let length = length.parse().map_err(|_| no_header())?;
    Ok((version, checksum, length, end + 1))
}

fn checksum(version: u32, contents: &[u8]) -> u32 {
    let mut hasher = summed(version);
    hasher.update(contents);
    hasher.finalize()
}

/// The checksum of what comes before the contents.
fn summed(version: u32) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.update(&version.to_le_bytes());
    hasher
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_out_as_they_went_in() {
        for contents in [&b""[..], b"{}", b"a\nb\n\xff"] {
            assert_eq!(open(&seal(contents)).unwrap(), contents);
        }
    }

    #[test]
    fn pieces_are_contents_like_others() {
        for length in [0, 10, PIECE_BYTES_MIN, PIECE_BYTES_MIN + 1] {
            let contents: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let mut envelope = Envelope::new();
            contents.chunks(40_000).for_each(|piece| envelope.add(Bytes::copy_from_slice(piece)));
            assert_eq!(envelope.seal().concat(), seal(&contents), "{length} bytes");
        }
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_found() {
        let object = seal(b"{\"batch\":3}");
        for length in 0..object.len() {
            open(&object.slice(..length)).unwrap_err();
        }
        for bit in 0..object.len() * 8 {
            let mut damaged = object.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let found = open(&Bytes::from(damaged.clone()));
            // The hexadecimal digits of the checksum may be of either case.
            let same = damaged.to_ascii_lowercase() == object.to_ascii_lowercase();
            assert!(found.is_err() || same && found.is_ok_and(|c| c == "{\"batch\":3}"), "bit {bit}");
        }
        let mut longer = object.to_vec();
        longer.push(b' ');
        open(&Bytes::from(longer)).unwrap_err();
    }

    #[test]
    fn another_format_is_told_from_damage() {
        let text = format!("{NAME} 2 {:08x} 2\n{{}}", checksum(2, b"{}"));
        assert!(open(&Bytes::from(text)).unwrap_err().contains("format 2; this one reads 1"));
    }
}
