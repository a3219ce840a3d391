//! The frame of BCF (specification 2.2): every length is believed only as far as there are bytes, so
//! that a reader behind it is never asked for more memory than the file can fill.

use std::io::{self, Read};

use super::limits::{Beyond, Limit};

/// Gaps that the numbers of a header's entries may have: others are not numbers of its entries.
const GAPS: usize = 100_000;

/// A BCF stream that is handed on record by record.
pub(super) struct Framed<R> {
    inner: R,
    /// What was read ahead, and how much of it was handed on.
    ahead: Vec<u8>,
    given: usize,
    /// Whether the header was read.
    started: bool,
    header: (Limit, u64),
    record: (Limit, u64),
}

impl<R: Read> Framed<R> {
    /// A file from its first byte.
    pub(super) fn new(inner: R) -> Self {
        let limit = |limit: Limit| (limit, limit.value());
        Self {
            inner,
            ahead: Vec::new(),
            given: 0,
            started: false,
            header: limit(Limit::Header),
            record: limit(Limit::Line),
        }
    }

    /// A file from a record on, behind an index.
    pub(super) fn within(inner: R) -> Self {
        Self { started: true, ..Self::new(inner) }
    }

    /// Reads `length` bytes more, or fails where there are fewer, or more than the limit.
    fn take(&mut self, length: u64, (limit, most): (Limit, u64)) -> io::Result<()> {
        if length > most {
            // Where the file has no more, it is cut off, and no limit would help.
            let mut rest = Read::by_ref(&mut self.inner).take(most + 1);
            return Err(match io::copy(&mut rest, &mut io::sink())? {
                all if all > most => Beyond::new(limit, most).io(),
                _ => cut(),
            });
        }
        let read = Read::by_ref(&mut self.inner).take(length).read_to_end(&mut self.ahead)?;
        if (read as u64) < length {
            return Err(cut());
        }
        Ok(())
    }

    fn number(&self, at: usize) -> u64 {
        let bytes = self.ahead.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        u64::from(u32::from_le_bytes(bytes.unwrap_or_default()))
    }

    /// Reads the header or the next record.
    fn next(&mut self) -> io::Result<()> {
        self.ahead.clear();
        self.given = 0;
        if !self.started {
            self.started = true;
            self.take(9, self.header)?;
            self.take(self.number(5), self.header)?;
            return check_header(&self.ahead[9..]);
        }
        // A stream may end between two records.
        let read = Read::by_ref(&mut self.inner).take(8).read_to_end(&mut self.ahead)?;
        match read {
            0 => Ok(()),
            8 => self.take(self.number(0) + self.number(4), self.record),
            _ => Err(cut()),
        }
    }
}

impl<R: Read> Read for Framed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ahead.len() {
            self.next()?;
        }
        let n = (&self.ahead[self.given..]).read(out)?;
        self.given += n;
        Ok(n)
    }
}

/// The error of a file that ends within its header or a record. The reader behind takes an unexpected
/// end of file between two records for the end of the records.
fn cut() -> io::Error {
    io::Error::other("a BCF file that is cut off, or claims more than it holds")
}

/// Refuses an `IDX` that is no number of an entry: a table of that many entries would be made for it.
fn check_header(text: &[u8]) -> io::Result<()> {
    let lines = memchr::memchr_iter(b'\n', text).count();
    for at in memchr::memmem::find_iter(text, b"IDX=") {
        let digits: Vec<u8> =
            text[at + 4..].iter().copied().take_while(u8::is_ascii_digit).take(20).collect();
        let number =
            std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u64>().ok());
        if number.is_some_and(|number| number > (lines + GAPS) as u64) {
            let digits = String::from_utf8_lossy(&digits);
            let why = format!("IDX={digits} in a header of {lines} lines");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a header and what comes behind it.
    fn file(header: &str, behind: &[u8]) -> Vec<u8> {
        let length = (header.len() as u32).to_le_bytes();
        [b"BCF\x02\x02", &length[..], header.as_bytes(), behind].concat()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Framed::new(bytes).read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn whole_files_pass_and_claims_beyond_the_file_do_not() {
        let record = [&3_u32.to_le_bytes()[..], &2_u32.to_le_bytes()[..], b"abcde"].concat();
        let whole = file("##x=<ID=a,IDX=7>\n", &[record.clone(), record.clone()].concat());
        assert_eq!(read(&whole).unwrap(), whole);
        let kind = |bytes: &[u8]| read(bytes).unwrap_err().kind();
        let huge = [u32::MAX.to_le_bytes(), u32::MAX.to_le_bytes()].concat();
        assert_eq!(kind(&file("##\n", &huge)), io::ErrorKind::Other);
        assert_eq!(kind(&whole[..whole.len() - 1]), io::ErrorKind::Other);
        assert_eq!(kind(&file("##\n", &record[..5])), io::ErrorKind::Other);
        for number in ["100000000", "18446744073709551615", "99999999999999999999"] {
            let header = format!("##x=<ID=a,IDX={number}>\n");
            let refused = read(&file(&header, b""));
            // A number that no machine has room for is left to the reader, which refuses it.
            assert!(refused.is_err() || number.len() == 20, "{number}");
        }
    }
}
