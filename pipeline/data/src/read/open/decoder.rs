//! Decompression, told by the first bytes and never by a file's name.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::InputError;

/// Bytes of one read from the disk.
pub(super) const BUFFER: usize = 1 << 17;
/// Bytes that are read ahead: they tell the compression, line ends and how a table is written.
pub(super) const AHEAD: u64 = 1 << 16;
/// The empty block that ends every complete BGZF file (SAM specification 1.6, section 4.1.2).
const BGZF_END: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0,
    0, 0, 0, 0, 0, 0, 0,
];

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip, of one or several members.
    Gzip,
    /// Blocked gzip, as bgzip writes it.
    Bgzip,
    /// Zstandard, of one or several frames.
    Zstd,
}

impl std::fmt::Display for Compression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Bgzip => "bgzip",
            Self::Zstd => "zstd",
        })
    }
}

/// Bytes with the first ones, which were read ahead, put back.
pub(super) type Raw = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// Decompressed bytes.
pub(super) enum Decoder {
    /// Plain.
    Plain(Raw),
    /// Gzip.
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
    /// Blocked gzip: the last bytes must be the empty block.
    Bgzip(Box<MultiGzDecoder<BufReader<Tail>>>),
    /// Zstandard.
    Zstd(Box<zstd::Decoder<'static, BufReader<Raw>>>),
}

impl Decoder {
    /// The decoder of what `compression` names.
    pub(super) fn new(compression: Compression, raw: Raw) -> io::Result<Self> {
        let buffered = |raw| BufReader::with_capacity(BUFFER, raw);
        Ok(match compression {
            Compression::None => Self::Plain(raw),
            Compression::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(buffered(raw)))),
            Compression::Bgzip => {
                let tail = BufReader::with_capacity(BUFFER, Tail { inner: raw, last: Vec::new() });
                Self::Bgzip(Box::new(MultiGzDecoder::new(tail)))
            }
            Compression::Zstd => Self::Zstd(Box::new(zstd::Decoder::with_buffer(buffered(raw))?)),
        })
    }
}

impl Read for Decoder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.read(out),
            Self::Gzip(inner) => inner.read(out),
            Self::Zstd(inner) => inner.read(out),
            Self::Bgzip(inner) => {
                let n = inner.read(out)?;
                // Cut off between two blocks, a file decompresses without an error.
                if n == 0 && !out.is_empty() && inner.get_ref().get_ref().last != BGZF_END {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Ok(n)
            }
        }
    }
}

/// A reader that remembers the last 28 bytes it gave.
pub(super) struct Tail {
    inner: Raw,
    last: Vec<u8>,
}

impl Read for Tail {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let new = &out[n.saturating_sub(BGZF_END.len())..n];
        let excess = (self.last.len() + new.len()).saturating_sub(BGZF_END.len());
        self.last.drain(..excess.min(self.last.len()));
        self.last.extend_from_slice(new);
        Ok(n)
    }
}

/// Compression by the first bytes; formats that cannot be read are refused by name.
pub(super) fn sniff(path: &Path, magic: &[u8]) -> Result<Compression, InputError> {
    let refuse = |name: &str, command: &str| {
        let help = format!("decompress it first: {command} {}", path.display());
        let expected = "plain text, gzip, bgzip or zstd";
        Err(InputError::new(path, format!("{name} compression"), expected, help))
    };
    match magic {
        [0x1f, 0x8b, _, flags, ..] if flags & 4 != 0 && magic.get(12..14) == Some(b"BC") => {
            Ok(Compression::Bgzip)
        }
        [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Compression::Zstd),
        [b'B', b'Z', b'h', ..] => refuse("bzip2", "bunzip2 -k"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => refuse("xz", "unxz -k"),
        [b'P', b'K', 3, 4, ..] => refuse("zip", "unzip"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            let help = format!("convert the file: iconv -f utf-16 -t utf-8 {}", path.display());
            Err(InputError::new(path, "text in UTF-16", "UTF-8", help))
        }
        _ => Ok(Compression::None),
    }
}
