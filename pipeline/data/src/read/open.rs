//! Opening a file: compression told by content, never by name, and lines counted.

mod decoder;
mod line_ends;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

pub use decoder::Compression;
use decoder::{AHEAD, BUFFER, Decoder, sniff};
use line_ends::LineEnds;

use crate::error::InputError;

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// What spreadsheets write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A decompressed file that counts its lines.
pub struct Source {
    inner: BufReader<LineEnds<Decoder>>,
    /// Line feeds consumed so far.
    lines: u64,
    /// How the file is compressed.
    pub compression: Compression,
}

impl Source {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let failed = |error: &io::Error| {
            InputError::new(path, error.to_string(), "a readable file", "check the path")
        };
        if path == Path::new(STANDARD_INPUT) {
            return Self::new(path, Box::new(io::stdin()));
        }
        let file = File::open(path).map_err(|e| failed(&e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(InputError::new(path, "a folder", "a file", "name the file in the folder"));
        }
        Self::new(path, Box::new(file))
    }

    /// Decompresses `raw`; `path` is what errors call it.
    pub fn new(path: &Path, mut raw: Box<dyn Read + Send>) -> Result<Self, InputError> {
        let failed = |error: &io::Error| read_error(path, error);
        let mut ahead = Vec::new();
        Read::by_ref(&mut raw).take(AHEAD).read_to_end(&mut ahead).map_err(|e| failed(&e))?;
        let compression = sniff(path, &ahead)?;
        let raw = Cursor::new(ahead).chain(raw);
        let decoder = Decoder::new(compression, raw).map_err(|e| failed(&e))?;
        let mut inner = BufReader::with_capacity(BUFFER, LineEnds::new(decoder));
        if inner.fill_buf().map_err(|e| failed(&e))?.starts_with(BYTE_ORDER_MARK) {
            inner.consume(BYTE_ORDER_MARK.len());
        }
        Ok(Self { inner, lines: 0, compression })
    }

    /// Consumes `n` bytes of what is read ahead, in which `lines` line feeds were counted.
    pub(super) fn consume_lines(&mut self, n: usize, lines: u64) {
        self.lines += lines;
        self.inner.consume(n);
    }

    /// Bytes that are decompressed already.
    #[must_use]
    pub(super) fn plain(raw: Box<dyn Read + Send>) -> Self {
        let decoder = Decoder::Plain(Cursor::new(Vec::new()).chain(raw));
        let inner = BufReader::with_capacity(BUFFER, LineEnds::new(decoder));
        Self { inner, lines: 0, compression: Compression::None }
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
        let lines = memchr::memchr_iter(b'\n', consumed).count() as u64;
        self.consume_lines(n, lines);
    }
}

/// The error of a compressed file that ends too early.
#[must_use]
pub fn truncated(path: &Path) -> InputError {
    InputError::new(
        path,
        "a truncated gzip or zstd stream",
        "a complete file",
        "copy or download the file again; `gzip -t` or `zstd -t` tells whether it is whole",
    )
}

/// Turns an error of reading into one that names the file.
#[must_use]
pub fn read_error(path: &Path, error: &io::Error) -> InputError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(path),
        _ => InputError::new(path, error.to_string(), "readable data", "check the file"),
    }
    .fatal()
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
    fn a_byte_order_mark_is_left_out() {
        let mut text = String::new();
        let file = file(b"\xef\xbb\xbfid,label\n");
        Source::open(file.path()).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "id,label\n");
    }

    #[test]
    fn a_truncated_stream_is_an_error() {
        let whole = gzip(&b"ACGTTGCA".repeat(100));
        let file = file(&whole[..whole.len() - 6]);
        let mut source = Source::open(file.path()).unwrap();
        let error = source.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(read_error(file.path(), &error).found, "a truncated gzip or zstd stream");
    }

    #[test]
    fn zstandard_frames_are_read_to_the_end_and_a_cut_one_is_an_error() {
        let frame = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
        let whole = [frame(b"a\nb\n"), frame(b"c\n")].concat();
        let mut text = String::new();
        let mut source = Source::open(file(&whole).path()).unwrap();
        source.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), source.line()), ("a\nb\nc\n", 4));
        let cut = file(&whole[..whole.len() - 3]);
        let error = Source::open(cut.path()).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn bgzip_must_end_in_the_empty_block() {
        let mut writer = noodles::bgzf::io::Writer::new(Vec::new());
        writer.write_all(b"ACGT\n").unwrap();
        let whole = writer.finish().unwrap();
        for (bytes, complete) in [(&whole[..], true), (&whole[..whole.len() - 28], false)] {
            let mut source = Source::open(file(bytes).path()).unwrap();
            assert_eq!(source.compression, Compression::Bgzip);
            assert_eq!(source.read_to_end(&mut Vec::new()).is_ok(), complete);
        }
    }

    #[test]
    fn other_compressions_are_refused_by_name() {
        let file = file(b"BZh91AY&SY");
        let error = Source::open(file.path()).err().unwrap();
        assert_eq!(error.found, "bzip2 compression");
    }
}
