//! Intervals of a BED file (version 1.0 of the samtools/hts-specs) with their bases from a reference.

use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use csv::StringRecord;

use super::open::{Source, read_error};
use super::record::{Record, check};
use super::reference::Reference;
use crate::error::InputError;

/// Iterator over the intervals of a BED file as records, each with its columns; after a malformed
/// row it goes on with the next.
///
/// A record's identifier is `contig:start-end`, with `(strand)` behind it where the file has
/// strands; coordinates count from 0 and the end is not included. On the strand `-` the bases are
/// the reverse complement; soft-masked bases stay in lower case.
pub struct Records {
    path: PathBuf,
    rows: csv::Reader<Source>,
    reference: Reference,
    alphabet: Alphabet,
    number: u64,
    ended: bool,
}

impl Records {
    /// Opens a BED file, plain or compressed, and the FASTA file of its genome.
    pub fn open(path: &Path, reference: &Path, alphabet: Alphabet) -> Result<Self, InputError> {
        Ok(Self::new(path, Source::open(path)?, Reference::open(reference)?, alphabet))
    }

    /// Reads BED from an open source; `path` is what errors call it.
    #[must_use]
    pub fn new(path: &Path, source: Source, reference: Reference, alphabet: Alphabet) -> Self {
        let rows = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .quoting(false)
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .from_reader(source);
        Self { path: path.to_path_buf(), rows, reference, alphabet, number: 0, ended: false }
    }

    /// Reads one interval; `None` at the end of the file.
    fn read(&mut self) -> Result<Option<(Record, StringRecord)>, InputError> {
        let mut cells = StringRecord::new();
        loop {
            match self.rows.read_record(&mut cells) {
                Ok(true) if is_no_interval(&cells) => {}
                Ok(true) => break,
                Ok(false) if self.number == 0 => {
                    let help = "give a file with at least one interval";
                    let expected = "lines of contig, start and end";
                    return Err(InputError::new(&self.path, "no interval", expected, help).fatal());
                }
                Ok(false) => return Ok(None),
                Err(error) => return Err(self.unreadable(error)),
            }
        }
        self.number += 1;
        let line = cells.position().map_or(0, csv::Position::line);
        let record = self.record(&cells, line).map_err(|error| {
            error.at_record(self.number).at_line(line).with_id(first_columns(&cells))
        })?;
        check(&self.path, &record, self.alphabet)?;
        Ok(Some((record, cells)))
    }

    /// The interval of a row with its bases.
    fn record(&mut self, cells: &StringRecord, line: u64) -> Result<Record, InputError> {
        let error = |found: String, expected: String, help: &str| {
            InputError::new(&self.path, found, expected, help)
        };
        let (Some(contig), Some(start), Some(end)) = (cells.get(0), cells.get(1), cells.get(2))
        else {
            let expected = "contig, start and end, separated by tabs".to_string();
            let found = format!("{} columns", cells.len());
            return Err(error(found, expected, "is the file separated by blanks?"));
        };
        let place = |text: &str| {
            text.parse::<u64>().map_err(|_| {
                let help = "start and end are whole numbers; a header line begins with `#`";
                error(format!("`{text}`"), "a coordinate from 0".to_string(), help)
            })
        };
        let (start, end) = (place(start)?, place(end)?);
        if start >= end {
            let expected = "a start before the end".to_string();
            let help = "an interval on the strand `-` starts at its lower coordinate, too";
            return Err(error(format!("an interval from {start} to {end}"), expected, help));
        }
        let Some(length) = self.reference.length(contig) else {
            let help = self.reference.suggestion(contig);
            let expected = "one of the reference's names".to_string();
            return Err(error(format!("the contig `{contig}`"), expected, &help));
        };
        if end > length {
            let expected = format!("an end up to {length}, where `{contig}` ends");
            return Err(error(format!("the end {end}"), expected, "is it another assembly?"));
        }
        let strand = cells.get(5);
        if !matches!(strand, None | Some("+" | "-" | ".")) {
            let found = format!("the strand `{}`", strand.unwrap_or_default());
            return Err(error(found, "`+`, `-` or `.` in column 6".to_string(), ""));
        }
        let mut sequence = self.reference.bases(contig, start, end)?;
        if strand == Some("-") {
            sequence = self.alphabet.reverse_complement(&sequence).ok_or_else(|| {
                let expected = "an alphabet with strands".to_string();
                error(format!("{}", self.alphabet), expected, "set `alphabet: dna`")
            })?;
        }
        let strand = strand.map_or(String::new(), |strand| format!("({strand})"));
        let id = format!("{contig}:{start}-{end}{strand}");
        let header = cells.iter().skip(3).fold(id.clone(), |text, cell| text + " " + cell);
        Ok(Record { id, header, sequence, number: self.number, line, ..Record::default() })
    }

    fn unreadable(&self, error: csv::Error) -> InputError {
        let line = error.position().map_or(1, csv::Position::line);
        let found = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(error) => read_error(&self.path, &error),
            _ => InputError::new(&self.path, found, "BED as UTF-8 text", "check the file").fatal(),
        }
        .at_line(line)
    }
}

impl Iterator for Records {
    type Item = Result<(Record, StringRecord), InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read();
        self.ended |= read.as_ref().is_err_and(|error| error.fatal);
        read.transpose()
    }
}

/// Lines for a browser, and blank ones.
fn is_no_interval(cells: &StringRecord) -> bool {
    let first = cells.get(0).unwrap_or_default();
    let word = first.split(' ').next();
    (cells.len() == 1 && first.is_empty()) || matches!(word, Some("track" | "browser"))
}

fn first_columns(cells: &StringRecord) -> String {
    cells.iter().take(3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bed: &str) -> Vec<Result<(Record, StringRecord), InputError>> {
        let folder = tempfile::tempdir().unwrap();
        let [genome, path] = ["g.fa", "a.bed"].map(|name| folder.path().join(name));
        std::fs::write(&genome, ">chr1\nACGTaCGG\nTT\n>chr2\nGGA\n").unwrap();
        std::fs::write(&path, bed).unwrap();
        Records::open(&path, &genome, Alphabet::Dna).unwrap().collect()
    }

    #[test]
    fn intervals_by_hand() {
        let found = read(
            "# made by hand\ntrack name=\"x\"\nchr1\t2\t6\nchr1\t2\t6\tpromoter\t0\t-\r\n\
             chr1\t8\t10\tother\t0\t.\nchr2\t0\t3\ta b\t5\t+\t9\t9\n\n",
        );
        let found: Vec<_> = found.into_iter().map(Result::unwrap).collect();
        let rows: Vec<_> = found
            .iter()
            .map(|(record, cells)| {
                (record.id.as_str(), &record.sequence[..], cells.get(3), record.line)
            })
            .collect();
        // ACGTaCGGTT: bases 2 to 5 are GTaC, whose reverse complement is GtAC.
        assert_eq!(
            rows,
            [
                ("chr1:2-6", &b"GTaC"[..], None, 3),
                ("chr1:2-6(-)", b"GtAC", Some("promoter"), 4),
                ("chr1:8-10(.)", b"TT", Some("other"), 5),
                ("chr2:0-3(+)", b"GGA", Some("a b"), 6),
            ]
        );
        assert_eq!(found[3].0.header, "chr2:0-3(+) a b 5 + 9 9");
        assert_eq!(found[3].0.number, 4);
    }

    #[test]
    fn every_kind_of_mistake_is_named_and_the_next_row_is_read() {
        for (row, found, expected) in [
            ("chr1\t2", "2 columns", "separated by tabs"),
            ("chr1 2 6", "1 columns", "separated by tabs"),
            ("chr1\tx\t6", "`x`", "a coordinate"),
            ("chr1\t-2\t6", "`-2`", "a coordinate"),
            ("chr1\t6\t6", "an interval from 6 to 6", "a start before the end"),
            ("chr1\t7\t6", "an interval from 7 to 6", "a start before the end"),
            ("1\t2\t6", "the contig `1`", "one of the reference's names"),
            ("chr1\t2\t11", "the end 11", "up to 10"),
            ("chr1\t2\t6\ta\t0\tplus", "the strand `plus`", "`+`, `-` or `.`"),
        ] {
            let records = read(&format!("{row}\nchr2\t0\t3\n"));
            assert_eq!(records.len(), 2, "{row}");
            let error = records[0].clone().unwrap_err();
            assert_eq!((error.found.as_str(), error.line), (found, Some(1)), "{row}");
            assert!(error.expected.contains(expected) && error.is_of_a_record(), "{error}");
            assert!(records[1].is_ok());
        }
        let error = read("1\t2\t6\n")[0].clone().unwrap_err();
        assert!(error.help.contains("the reference calls it `chr1`"), "{}", error.help);
        assert_eq!(read("# nothing\n")[0].clone().unwrap_err().found, "no interval");
    }
}
