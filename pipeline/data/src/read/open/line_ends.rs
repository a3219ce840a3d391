//! Lines that end in a carriage return alone, as the classic Mac OS wrote them.

use std::io::{self, Read};

/// Gives line feeds in place of carriage returns where the first bytes hold the one and not the other.
pub(super) struct LineEnds<R> {
    inner: R,
    /// Whether carriage returns end lines; `None` before the first bytes.
    carriage: Option<bool>,
}

impl<R> LineEnds<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, carriage: None }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let read = &mut out[..n];
        let carriage = *self.carriage.get_or_insert_with(|| {
            let holds = |byte| memchr::memchr(byte, read).is_some();
            holds(b'\r') && !holds(b'\n') && !holds(0)
        });
        if carriage {
            read.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut out = String::new();
        LineEnds::new(text.as_bytes()).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn carriage_returns_alone_end_lines_and_others_are_left() {
        assert_eq!(read(">a\rACGT\r>b\r"), ">a\nACGT\n>b\n");
        assert_eq!(read(">a\r\nAC\r\n"), ">a\r\nAC\r\n");
        assert_eq!(read("BCF\u{2}\0\r"), "BCF\u{2}\0\r");
    }
}
