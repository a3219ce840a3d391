//! FASTQ records (doi:10.1093/nar/gkp1137), every line checked.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;

use super::limits::{Limit, Meter};
use super::open::{Source, read_error};
use super::record::{Record, check};
use crate::error::InputError;

/// Iterator over the records of a FASTQ file, on four lines each or wrapped; after a record with a
/// foreign symbol it goes on with the next, after any other mistake it ends.
///
/// Not the reader of noodles: that one takes four lines only and drops the `+` line unseen.
pub struct Records {
    path: PathBuf,
    source: Source,
    alphabet: Option<Alphabet>,
    number: u64,
    ended: bool,
}

impl Records {
    /// Opens a FASTQ file, plain or compressed.
    pub fn open(path: &Path, alphabet: impl Into<Option<Alphabet>>) -> Result<Self, InputError> {
        Ok(Self::new(path, Source::open(path)?, alphabet))
    }

    /// Reads FASTQ from an open source; `path` is what errors call it.
    ///
    /// Without an alphabet every symbol is taken, and none at all.
    #[must_use]
    pub fn new(path: &Path, mut source: Source, alphabet: impl Into<Option<Alphabet>>) -> Self {
        let alphabet = alphabet.into();
        source.keep_to(Some(Meter::new(Limit::Line, None)));
        Self { path: path.to_path_buf(), source, alphabet, number: 0, ended: false }
    }

    /// Reads one record; `None` at the end of the file.
    fn read(&mut self) -> Result<Option<Record>, InputError> {
        let header = loop {
            match self.line()? {
                None => return self.end(),
                Some(line) if !line.is_empty() => break line,
                Some(_) => {}
            }
        };
        let line = self.source.line() - 1;
        let Some(header) = header.strip_prefix(b"@") else {
            let found = if header.starts_with(b">") { "a FASTA header" } else { "no header" };
            let help = "is a quality line too long, or is this another format?";
            let expected = "a header line `@identifier description`";
            return Err(InputError::new(&self.path, found, expected, help).at_line(line).fatal());
        };
        self.number += 1;
        let mut record = Record { number: self.number, line, ..Record::default() };
        match std::str::from_utf8(header) {
            Ok(header) if !header.trim().is_empty() => record.header = header.trim().to_string(),
            Ok(_) => {
                let expected = "an identifier behind it";
                return Err(self.broken(&record, "a header `@` alone", expected, ""));
            }
            Err(_) => {
                let help = "convert the file: iconv -f latin1 -t utf-8";
                return Err(self.broken(&record, "a header that is not UTF-8", "UTF-8", help));
            }
        }
        record.id = record.header.split_whitespace().next().unwrap_or_default().to_string();
        self.sequence(&mut record)?;
        self.qualities(&mut record)?;
        if let Some(alphabet) = self.alphabet {
            check(&self.path, &record, alphabet)?;
        }
        Ok(Some(record))
    }

    /// Reads the sequence and the `+` line.
    fn sequence(&mut self, record: &mut Record) -> Result<(), InputError> {
        while let Some(line) = self.line()? {
            let Some(repeated) = line.strip_prefix(b"+") else {
                record.sequence.extend_from_slice(&line);
                continue;
            };
            let repeated = repeated.trim_ascii();
            if !repeated.is_empty() && repeated != record.header.as_bytes() {
                let found = format!("the `+` line of `{}`", String::from_utf8_lossy(repeated));
                let help = "the file is cut or joined wrongly: make it again";
                return Err(self.broken(record, &found, "the header repeated, or `+` alone", help));
            }
            return Ok(());
        }
        let help = "the file is cut off: copy or download it again";
        Err(self.broken(record, "the end of the file", "a `+` line and qualities", help))
    }

    /// Reads as many qualities as there are symbols, on any number of lines.
    fn qualities(&mut self, record: &mut Record) -> Result<(), InputError> {
        let symbols = record.sequence.len();
        let help = "the file is cut off or joined wrongly: copy, download or make it again";
        loop {
            let before = record.qualities.len();
            let Some(line) = self.line()? else {
                let found = format!("{before} qualities, then the end");
                return Err(self.broken(record, &found, &format!("{symbols} qualities"), help));
            };
            if let Some(at) = line.iter().position(|quality| !quality.is_ascii_graphic()) {
                let found = format!("a quality of byte {:#04x}", line[at]);
                return Err(self.broken(record, &found, "qualities from `!` to `~`", help));
            }
            record.qualities.extend_from_slice(&line);
            let found = record.qualities.len();
            if found > symbols || (line.is_empty() && found < symbols) {
                // The next record's header, where the qualities are too few.
                let next = before > 0 && line.first() == Some(&b'@');
                let found = format!("{} qualities", if next { before } else { found });
                let expected = format!("{symbols}, as many as symbols");
                return Err(self.broken(record, &found, &expected, help));
            }
            if found == symbols {
                return Ok(());
            }
        }
    }

    /// The next line without its end; `None` at the end of the file.
    fn line(&mut self) -> Result<Option<Vec<u8>>, InputError> {
        let mut line = Vec::new();
        let failed = |error: io::Error| read_error(&self.path, &error).at_record(self.number);
        self.source.begin();
        if self.source.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok(None);
        }
        if line.pop_if(|byte| *byte == b'\n').is_some() {
            line.pop_if(|byte| *byte == b'\r');
        }
        Ok(Some(line))
    }

    fn end(&mut self) -> Result<Option<Record>, InputError> {
        self.ended = true;
        if self.number == 0 {
            let help = "give a file with at least one record";
            return Err(InputError::new(&self.path, "an empty file", "FASTQ records", help));
        }
        Ok(None)
    }

    /// A mistake behind which no record can be told.
    fn broken(&self, record: &Record, found: &str, expected: &str, help: &str) -> InputError {
        let error = InputError::new(&self.path, found, expected, help);
        error.at_record(record.number).at_line(record.line).with_id(record.id.as_str()).fatal()
    }
}

impl Iterator for Records {
    type Item = Result<Record, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read();
        self.ended |= read.as_ref().is_err_and(|error| error.fatal);
        read.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<Result<Record, InputError>> {
        let path = Path::new("x.fastq");
        let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
        Records::new(path, Source::new(path, Box::new(bytes)).unwrap(), Alphabet::Dna).collect()
    }

    #[test]
    fn four_lines_and_wrapped_records_are_read_with_their_lines() {
        let text = "@a one\r\nACGT\r\n+a one\r\n@III\r\n\r\n@b\nAC\nGT\n+\n+I\n@I\n@c\nN\n+\n!";
        let records: Vec<Record> = read(text).into_iter().map(Result::unwrap).collect();
        let rows: Vec<_> = records
            .iter()
            .map(|r| (r.id.as_str(), &r.sequence[..], &r.qualities[..], r.line))
            .collect();
        assert_eq!(
            rows,
            [
                ("a", &b"ACGT"[..], &b"@III"[..], 1),
                ("b", b"ACGT", b"+I@I", 6),
                ("c", b"N", b"!", 12),
            ]
        );
    }

    #[test]
    fn every_kind_of_mistake_is_named() {
        for (text, found) in [
            ("", "an empty file"),
            ("ACGT\n", "no header"),
            (">a\nACGT\n", "a FASTA header"),
            ("@\nA\n+\nI\n", "a header `@` alone"),
            ("@a\nACGT\n", "the end of the file"),
            ("@a\nACGT\n+b\nIIII\n", "the `+` line of `b`"),
            ("@a\nACGT\n+\n", "0 qualities, then the end"),
            ("@a\nACGT\n+\nIII\n", "3 qualities, then the end"),
            ("@a\nACGT\n+\nIII\n@b\nA\n+\nI\n", "3 qualities"),
            ("@a\nACGT\n+\nIIIII\n", "5 qualities"),
            ("@a\nACGT\n+\nII I\n", "a quality of byte 0x20"),
            ("@a\nACGT\n+\nIIII\nIIII\n", "no header"),
            ("@a\nAC GT\n+\nIIIII\n", "byte 0x20 at position 3"),
            ("@a\n\n+\n\n", "a record without a sequence"),
        ] {
            let records = read(text);
            let error = records.iter().find_map(|r| r.as_ref().err()).unwrap();
            assert_eq!(error.found, found, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn four_line_records_agree_with_noodles(
            rows in prop::collection::vec(("[a-z]{1,5}", "[ACGTN]{1,30}", 0_u8..90), 1..20)
        ) {
            let mut text = String::new();
            for (id, sequence, quality) in &rows {
                let qualities = char::from(b'!' + quality).to_string().repeat(sequence.len());
                text.push_str(&["@", id, "\n", sequence, "\n+\n", &qualities, "\n"].concat());
            }
            let mut noodles = noodles::fastq::io::Reader::new(text.as_bytes());
            let ours = read(&text);
            prop_assert_eq!(ours.len(), rows.len());
            for (ours, theirs) in ours.into_iter().zip(noodles.records()) {
                let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
                prop_assert_eq!(ours.id.as_bytes(), theirs.name());
                prop_assert_eq!(&ours.sequence[..], theirs.sequence());
                prop_assert_eq!(&ours.qualities[..], theirs.quality_scores());
            }
        }
    }
}
