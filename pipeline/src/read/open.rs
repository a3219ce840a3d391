//! Opening a file: compression told by content, never by name, and lines counted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::InputError;

/// Bytes of one read from the disk.
const BUFFER: usize = 1 << 17;
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
}

/// A decompressed file that counts its lines.
pub struct Source {
    inner: BufReader<Box<dyn Read + Send>>,
    /// Line feeds consumed so far.
    lines: u64,
    /// How the file is compressed.
    pub compression: Compression,
}

impl Source {
    /// Opens a file.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let failed = |error: &io::Error| {
            InputError::new(path, error.to_string(), "a readable file", "check the path")
        };
        let mut file = File::open(path).map_err(|e| failed(&e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(InputError::new(path, "a folder", "a file", "name the file in the folder"));
        }
        let mut magic = Vec::with_capacity(18);
        Read::by_ref(&mut file).take(18).read_to_end(&mut magic).map_err(|e| failed(&e))?;
        file.seek(SeekFrom::Start(0)).map_err(|e| failed(&e))?;
        let compression = sniff(path, &magic)?;
        if compression == Compression::Bgzip {
            check_bgzf_end(path, &mut file)?;
        }
        let inner: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(file),
            _ => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file))),
        };
        Ok(Self { inner: BufReader::with_capacity(BUFFER, inner), lines: 0, compression })
    }

    /// Line that the next byte belongs to, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.lines + 1
    }
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let consumed = &self.inner.buffer()[..n];
        self.lines += memchr::memchr_iter(b'\n', consumed).count() as u64;
        self.inner.consume(n);
    }
}

/// Compression by the first bytes; formats that cannot be read are refused by name.
fn sniff(path: &Path, magic: &[u8]) -> Result<Compression, InputError> {
    let refuse = |name: &str, command: &str| {
        let help = format!("decompress it first: {command} {}", path.display());
        Err(InputError::new(path, format!("{name} compression"), "plain text, gzip or bgzip", help))
    };
    match magic {
        [0x1f, 0x8b, _, flags, ..] if flags & 4 != 0 && magic.get(12..14) == Some(b"BC") => {
            Ok(Compression::Bgzip)
        }
        [0x1f, 0x8b, ..] => Ok(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => refuse("zstd", "zstd -d"),
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

/// A BGZF file that does not end in the empty block was cut off between two blocks.
fn check_bgzf_end(path: &Path, file: &mut File) -> Result<(), InputError> {
    let mut end = [0; 28];
    let complete = file
        .seek(SeekFrom::End(-28))
        .and_then(|_| file.read_exact(&mut end))
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .is_ok_and(|_| end == BGZF_END);
    if complete { Ok(()) } else { Err(truncated(path)) }
}

/// The error of a compressed file that ends too early.
#[must_use]
pub fn truncated(path: &Path) -> InputError {
    InputError::new(
        path,
        "a truncated gzip stream",
        "a complete file",
        "copy or download the file again; `gzip -t` tells whether it is whole",
    )
}

/// Turns an error of reading into one that names the file.
#[must_use]
pub fn read_error(path: &Path, error: &io::Error) -> InputError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(path),
        _ => InputError::new(path, error.to_string(), "readable data", "check the file"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn several_gzip_members_are_read_to_the_end_and_lines_counted() {
        let bytes = [gzip(b"a\nb\n"), gzip(b"c\n")].concat();
        let file = file(&bytes);
        let mut source = Source::open(file.path()).unwrap();
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\nc\n");
        assert_eq!(source.line(), 4);
        assert_eq!(source.compression, Compression::Gzip);
    }

    #[test]
    fn a_truncated_stream_is_an_error() {
        let whole = gzip(&b"ACGTTGCA".repeat(100));
        let file = file(&whole[..whole.len() - 6]);
        let mut source = Source::open(file.path()).unwrap();
        let error = source.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(read_error(file.path(), &error).found, "a truncated gzip stream");
    }

    #[test]
    fn other_compressions_are_refused_by_name() {
        let file = file(&[0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
        let error = Source::open(file.path()).err().unwrap();
        assert_eq!(error.found, "zstd compression");
    }
}
