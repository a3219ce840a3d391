//! How much of a file is taken for one line, header, row or record: what is beyond is refused, for a
//! small compressed file may hold a line that fills any memory.
//!
//! Each limit is far above what such files hold, and an environment variable raises it.

use std::fmt;
use std::io;
use std::path::Path;

use crate::error::InputError;

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of a line of text: a row of a table, a record of VCF.
    Line,
    /// Bytes of the header of a sequence, and of all lines of a VCF header.
    Header,
    /// Columns of a table or of VCF.
    Columns,
    /// Symbols of one sequence.
    Sequence,
}

impl Limit {
    /// The environment variable that sets it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Line => "CISTRON_MAX_LINE",
            Self::Header => "CISTRON_MAX_HEADER",
            Self::Columns => "CISTRON_MAX_COLUMNS",
            Self::Sequence => "CISTRON_MAX_SEQUENCE",
        }
    }

    /// What it is where nothing else is set.
    #[must_use]
    pub const fn usual(self) -> u64 {
        match self {
            Self::Line => 256 << 20,
            Self::Header => 64 << 20,
            Self::Columns => 1_000_000,
            Self::Sequence => 1 << 30,
        }
    }

    /// The limit that holds.
    #[must_use]
    pub fn value(self) -> u64 {
        let set = std::env::var(self.key()).ok().and_then(|text| text.trim().parse().ok());
        set.unwrap_or_else(|| self.usual())
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Line => "bytes in a line",
            Self::Header => "bytes in a header",
            Self::Columns => "columns",
            Self::Sequence => "symbols in a sequence",
        }
    }
}

/// That a file goes beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    limit: Limit,
    most: u64,
}

impl Beyond {
    /// Of this limit, which is `most` now.
    #[must_use]
    pub fn new(limit: Limit, most: u64) -> Self {
        Self { limit, most }
    }

    /// The same as an error of reading.
    #[must_use]
    pub fn io(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self)
    }

    /// The same as an error about a file.
    #[must_use]
    pub fn input(self, path: &Path) -> InputError {
        let found = format!("more than {} {}", self.most, self.limit.unit());
        let help = "is it the file that it should be?";
        let expected = format!("at most {} ({} raises it)", self.most, self.limit.key());
        InputError::new(path, found, expected, help).fatal()
    }

    /// What an error of reading says of a limit, wherever readers wrapped it.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        let mut inner: &(dyn std::error::Error + 'static) = error.get_ref()?;
        loop {
            if let Some(beyond) = inner.downcast_ref::<Self>() {
                return Some(*beyond);
            }
            inner = match inner.downcast_ref::<io::Error>() {
                Some(error) => error.get_ref()?,
                None => inner.source()?,
            };
        }
    }
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} {}", self.most, self.limit.unit())
    }
}

impl std::error::Error for Beyond {}

/// What was taken since the last row, header or record began, and how much may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meter {
    limit: Limit,
    most: u64,
    taken: u64,
    separator: Option<u8>,
    columns: u64,
    most_columns: u64,
}

impl Meter {
    /// Counts bytes against `limit`, and columns where there is a separator.
    pub(super) fn new(limit: Limit, separator: Option<u8>) -> Self {
        let most_columns = Limit::Columns.value();
        Self { limit, most: limit.value(), taken: 0, separator, columns: 0, most_columns }
    }

    /// Begins again.
    pub(super) fn reset(&mut self) {
        (self.taken, self.columns) = (0, 0);
    }

    /// Counts bytes; columns are those of one line.
    pub(super) fn count(&mut self, bytes: &[u8]) {
        self.taken += bytes.len() as u64;
        let Some(separator) = self.separator else { return };
        let line = match memchr::memrchr(b'\n', bytes) {
            Some(end) => {
                // A line that is too wide stays too wide.
                if self.columns <= self.most_columns {
                    self.columns = 0;
                }
                &bytes[end + 1..]
            }
            None => bytes,
        };
        self.columns += memchr::memchr_iter(separator, line).count() as u64;
    }

    /// Refuses to go on beyond a limit.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.columns >= self.most_columns {
            return Err(Beyond::new(Limit::Columns, self.most_columns).io());
        }
        if self.taken > self.most {
            return Err(Beyond::new(self.limit, self.most).io());
        }
        Ok(())
    }
}
