//! FASTA records with their place in the file.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use multiversion::multiversion;

use super::open::{Source, read_error};
use super::record::{Record, check};
use crate::error::InputError;

/// Iterator over the records of a FASTA file; after a malformed record it goes on with the next.
pub struct Records {
    path: PathBuf,
    source: Source,
    alphabet: Option<Alphabet>,
    /// The header line that was read last, without its end.
    header: Vec<u8>,
    number: u64,
    ended: bool,
    /// Number of an earlier record of two lines of one length, and that length.
    doubled: Option<(u64, usize)>,
    width: Width,
    /// Room for the next sequence of the iterator: records are often of like length.
    room: usize,
}

/// The most room that is made for a sequence before it is read.
const ROOM: usize = 1 << 14;

impl Records {
    /// Opens a FASTA file, plain or compressed.
    pub fn open(path: &Path, alphabet: impl Into<Option<Alphabet>>) -> Result<Self, InputError> {
        Ok(Self::new(path, Source::open(path)?, alphabet))
    }

    /// Reads FASTA from an open source; `path` is what errors call it.
    ///
    /// Without an alphabet every symbol is taken, and none at all.
    #[must_use]
    pub fn new(path: &Path, source: Source, alphabet: impl Into<Option<Alphabet>>) -> Self {
        Self {
            path: path.to_path_buf(),
            source,
            alphabet: alphabet.into(),
            header: Vec::new(),
            number: 0,
            ended: false,
            doubled: None,
            width: Width::Like(0),
            room: 0,
        }
    }

    /// Reads the next record into `record`, whose memory is used again; `false` at the end.
    ///
    /// Several times as fast as the iterator where records are short. After an error `record` holds
    /// what had been read, and the next call goes on with the record behind it.
    pub fn read_record(&mut self, record: &mut Record) -> Result<bool, InputError> {
        if self.ended {
            return Ok(false);
        }
        let read = self.read(record);
        self.ended |= read.as_ref().is_err_and(|error| error.fatal);
        read
    }

    fn read(&mut self, record: &mut Record) -> Result<bool, InputError> {
        self.skip_blank_lines()?;
        let line = self.source.line();
        self.header.clear();
        let read = read_header(&mut self.source, &mut self.header);
        if read.map_err(|error| read_error(&self.path, &error).at_line(line))? == 0 {
            return self.end();
        }
        if self.header[0] != b'>' || self.header[1..].trim_ascii().is_empty() {
            self.ended = true;
            let help = "is this a FASTA file? every record starts with `>` and an identifier";
            return Err(self.error(line, "no header", help));
        }
        self.number += 1;
        (record.number, record.line) = (self.number, line);
        record.qualities.clear();
        record.sequence.clear();
        let lines = read_sequence(&mut self.source, &mut record.sequence, &mut self.width)
            .map_err(|error| read_error(&self.path, &error).at_record(self.number).at_line(line))?;
        self.name(record)?;
        self.check_label_line(lines, record)?;
        if let Some(alphabet) = self.alphabet {
            check(&self.path, record, alphabet)?;
        }
        Ok(true)
    }

    /// Writes the header line that was read to the record's id and header.
    fn name(&self, record: &mut Record) -> Result<(), InputError> {
        record.id.clear();
        record.header.clear();
        let Ok(header) = std::str::from_utf8(&self.header[1..]) else {
            let help = "convert the file: iconv -f latin1 -t utf-8";
            let error = self.error(record.line, "a header that is not UTF-8", help);
            return Err(error.at_record(self.number));
        };
        let header = header.trim_ascii_end();
        record.header.push_str(header);
        // A blank behind the mark is passed over, as seqkit does.
        record.id.push_str(header.split_ascii_whitespace().next().unwrap_or_default());
        Ok(())
    }

    /// Refuses a file of three lines a record: header, sequence and a label for each position.
    ///
    /// Lines of one length in one record, of another length in another, are no wrapping.
    fn check_label_line(&mut self, lines: Lines, record: &Record) -> Result<(), InputError> {
        let Some(length) = lines.doubled() else { return Ok(()) };
        let &mut (first, other) = self.doubled.get_or_insert((self.number, length));
        if other == length {
            return Ok(());
        }
        Err(InputError::new(
            &self.path,
            format!(
                "two lines of {length} symbols, as record {first} has two of {other}: a format \
                 of three lines, with a label for each position under the sequence"
            ),
            "lines wrapped at one width",
            "keep the header and the sequence of each record: awk 'NR % 3 != 0'",
        )
        .at_record(record.number)
        .at_line(record.line)
        .with_id(record.id.as_str())
        .fatal())
    }

    /// Leaves out empty lines and comments (`;`) before the first header; elsewhere the reader does.
    fn skip_blank_lines(&mut self) -> Result<(), InputError> {
        let Self { path, source, number, .. } = self;
        loop {
            match source.fill_buf().map_err(|e| read_error(path, &e))?.first() {
                Some(b'\n' | b'\r') => source.consume(1),
                Some(b';') if *number == 0 => {
                    source.skip_until(b'\n').map_err(|e| read_error(path, &e))?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn end(&mut self) -> Result<bool, InputError> {
        self.ended = true;
        if self.number == 0 {
            let help = "give a file with at least one record";
            return Err(InputError::new(&self.path, "an empty file", "FASTA records", help));
        }
        Ok(false)
    }

    fn error(&self, line: u64, found: &str, help: &str) -> InputError {
        let expected = "a header line `>identifier description`";
        InputError::new(&self.path, found, expected, help).at_line(line)
    }
}

impl Iterator for Records {
    type Item = Result<Record, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        let sequence = Vec::with_capacity(self.room);
        let mut record = Record { sequence, ..Record::default() };
        let read = self.read_record(&mut record);
        self.room = record.sequence.len().min(ROOM);
        read.map(|there| there.then_some(record)).transpose()
    }
}

/// Appends a line with its line feed to `header` and returns its length.
fn read_header(source: &mut Source, header: &mut Vec<u8>) -> io::Result<usize> {
    let ahead = source.fill_buf()?;
    let Some(end) = memchr::memchr(b'\n', ahead) else {
        return source.read_until(b'\n', header);
    };
    header.extend_from_slice(&ahead[..=end]);
    source.consume_lines(end + 1, 1);
    Ok(end + 1)
}

/// How the sequence of a record is wrapped.
#[derive(Debug, Clone, Copy, Default)]
struct Lines {
    count: usize,
    /// Lengths of the first two lines.
    lengths: [usize; 2],
    /// Where the last line starts in the sequence.
    start: usize,
    /// Whether the last line goes on.
    inside: bool,
}

impl Lines {
    /// Ends the line that `sequence` ends with.
    fn end(&mut self, sequence: &[u8]) {
        let length = sequence.len() - self.start;
        if let Some(place) = self.lengths.get_mut(self.count) {
            *place = length;
        }
        self.count += usize::from(length > 0);
        (self.start, self.inside) = (sequence.len(), false);
    }

    /// The length of both lines where there are two of one length.
    fn doubled(self) -> Option<usize> {
        (self.count == 2 && self.lengths[0] == self.lengths[1]).then_some(self.lengths[0])
    }

    /// Appends the lines at the front of `ahead` to `sequence`, without their ends, up to a header.
    fn take(&mut self, ahead: &[u8], sequence: &mut Vec<u8>, width: &mut Width) -> Taken {
        let mut taken = Taken::default();
        loop {
            let rest = &ahead[taken.bytes..];
            if !self.inside && rest.first() == Some(&b'>') {
                taken.header = true;
                return taken;
            }
            let Some(mut end) = width.line_end(rest, self.inside) else {
                sequence.extend_from_slice(rest);
                self.inside |= !rest.is_empty();
                taken.bytes = ahead.len();
                return taken;
            };
            if self.inside {
                sequence.extend_from_slice(&rest[..end]);
                sequence.truncate(sequence.trim_ascii_end().len().max(self.start));
            } else {
                // What was just written is slower to look at.
                let kept = rest[..end].trim_ascii_end();
                sequence.extend_from_slice(kept);
                // Empty lines behind a shorter one were taken for its blanks.
                let behind = memchr::memchr(b'\n', &rest[kept.len()..end]);
                end = behind.map_or(end, |at| kept.len() + at);
            }
            self.end(sequence);
            taken.bytes += end + 1;
            taken.lines += 1;
        }
    }
}

/// What was taken of the bytes that are read ahead.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    bytes: usize,
    lines: u64,
    /// Whether a header follows.
    header: bool,
}

/// The width of lines, as long as all but the last of each record have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Bytes of the line before, without its line feed.
    Like(usize),
    /// Lines differ.
    Any,
}

impl Width {
    /// Where the line ends that `bytes` begin with; `inside` it part of it was read before.
    ///
    /// A line like the one before is found without a search, but may hold a line feed: see
    /// [`has_blank`].
    fn line_end(&mut self, bytes: &[u8], inside: bool) -> Option<usize> {
        let Self::Like(width) = self else { return memchr::memchr(b'\n', bytes) };
        if !inside && bytes.get(*width) == Some(&b'\n') {
            return Some(*width);
        }
        let end = memchr::memchr(b'\n', bytes)?;
        // The last line of a record is shorter.
        if !inside && end > *width {
            *width = end;
        }
        Some(end)
    }
}

/// Appends the lines before the next header without their ends and blanks.
///
/// The lengths of the lines tell how the sequence was wrapped.
fn read_sequence(
    source: &mut Source,
    sequence: &mut Vec<u8>,
    width: &mut Width,
) -> io::Result<Lines> {
    let mut lines = Lines::default();
    let mut blanks = false;
    loop {
        let ahead = source.fill_buf()?;
        let (before, length) = (lines, sequence.len());
        // Blanks at the end of a line that goes on may be its end.
        let kept = sequence.trim_ascii_end().len();
        let mut taken = lines.take(ahead, sequence, width);
        if has_blank(&sequence[kept..]) {
            if *width != Width::Any {
                *width = Width::Any;
                sequence.truncate(length);
                lines = before;
                taken = lines.take(ahead, sequence, width);
            }
            blanks = true;
        }
        let ended = taken.header || ahead.is_empty();
        source.consume_lines(taken.bytes, taken.lines);
        if ended {
            break;
        }
    }
    if lines.inside {
        sequence.truncate(sequence.trim_ascii_end().len().max(lines.start));
        lines.end(sequence);
    }
    if blanks {
        sequence.retain(|symbol| !matches!(symbol, b' ' | b'\t' | b'\r'));
    }
    Ok(lines)
}

/// Whether a byte is a blank or a control character.
#[multiversion(targets("x86_64+avx512bw", "x86_64+avx2"))]
fn has_blank(bytes: &[u8]) -> bool {
    bytes.iter().fold(u8::MAX, |least, &byte| least.min(byte)) <= b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Record, InputError>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Records::open(file.path(), Alphabet::Dna).unwrap().collect()
    }

    #[test]
    fn wrapped_crlf_and_lower_case_records_are_read_with_their_lines() {
        let records = read("\n>a first one\r\nACG\r\nt\r\n\r\n>b\nNN\n>c\nRY");
        let records: Vec<Record> = records.into_iter().map(Result::unwrap).collect();
        let rows: Vec<(&str, &[u8], u64)> =
            records.iter().map(|r| (r.id.as_str(), &r.sequence[..], r.line)).collect();
        assert_eq!(rows, [("a", &b"ACGt"[..], 2), ("b", b"NN", 6), ("c", b"RY", 8)]);
        assert_eq!(records[0].header, "a first one");
    }

    #[test]
    fn a_line_feed_where_a_line_like_the_one_before_would_end_joins_no_records() {
        // Ten bytes behind the header of b a line ends, but not its first.
        let records = read(">a\nACGTACGTAC\nAC\n>b\nAC\n>c12\nAC\n>d\nACGTACGTAC\n");
        let records: Vec<Record> = records.into_iter().map(Result::unwrap).collect();
        let rows: Vec<(&str, &[u8], u64)> =
            records.iter().map(|r| (r.id.as_str(), &r.sequence[..], r.line)).collect();
        let a: &[u8] = b"ACGTACGTACAC";
        assert_eq!(rows, [("a", a, 1), ("b", b"AC", 4), ("c12", b"AC", 6), ("d", &a[..10], 8)]);
    }

    proptest::proptest! {
        #[test]
        fn records_agree_with_noodles(
            records in proptest::collection::vec(
                ("[!-~]{1,8}", "( [!-~][ -~]{0,12}[!-~])?", "[ACGTacgt]{1,90}", 1_usize..40),
                1..8,
            ),
            end in "\r?\n",
        ) {
            let mut text = String::new();
            for (id, description, sequence, width) in &records {
                text += &(format!(">{id}{description}") + &end);
                for line in sequence.as_bytes().chunks(*width) {
                    text += &(String::from_utf8_lossy(line).into_owned() + &end);
                }
            }
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &text).unwrap();
            // Whether lines of one length are labels is another test's question.
            let ours = Records::open(file.path(), None).unwrap();
            let mut theirs = noodles::fasta::io::Reader::new(text.as_bytes());
            let theirs: Vec<_> = theirs.records().map(Result::unwrap).collect();
            let mut count = 0;
            for (ours, theirs) in ours.zip(&theirs) {
                let Ok(ours) = ours else { return Ok(()) };
                let name = String::from_utf8_lossy(theirs.name()).into_owned();
                let description = theirs.description().map_or(String::new(), |description| {
                    " ".to_string() + &String::from_utf8_lossy(description.as_ref())
                });
                proptest::prop_assert_eq!(&ours.header, &(name.clone() + &description));
                proptest::prop_assert_eq!(ours.id, name);
                proptest::prop_assert_eq!(&ours.sequence[..], theirs.sequence().as_ref());
                count += 1;
            }
            proptest::prop_assert_eq!(count, theirs.len());
        }
    }

    #[test]
    fn a_header_without_a_sequence_is_an_error_and_the_next_record_is_read() {
        for text in [">a\n>b\nACGT\n", ">b\nACGT\n>a\n"] {
            let records = read(text);
            assert_eq!(records.len(), 2);
            let error = records.iter().find_map(|r| r.as_ref().err()).unwrap();
            assert_eq!(error.id.as_deref(), Some("a"));
            assert_eq!(error.found, "a record without a sequence");
        }
    }

    #[test]
    fn a_foreign_symbol_is_named_with_its_place() {
        let error = read(">a\nACGT\n>p1\nMKV\nLEF\n")[1].clone().unwrap_err();
        assert_eq!((error.record, error.line), (Some(2), Some(3)));
        assert_eq!(error.found, "`L` at position 4");
        assert!(error.help.contains("alphabet: protein"), "{}", error.help);
    }

    #[test]
    fn a_label_line_under_each_sequence_is_refused_and_a_wrapped_one_is_not() {
        let error = read(">a\nACGT\nACCT\n>b\nACG\nACC\n>c\nA\n")[1].clone().unwrap_err();
        assert_eq!((error.line, error.fatal), (Some(4), true));
        assert!(error.found.contains("a format of three lines"), "{}", error.found);
        assert_eq!(read(">a\nACGT\nACCT\n>b\nACGT\nACC\n>c\nACGT\nACCT").len(), 3);
        // A third line, or widths that differ, are wrapping.
        assert!(read(">a\nACGT\nACCT\n>b\nAC\nAC\nA\n").iter().all(Result::is_ok));
    }

    #[test]
    fn records_longer_than_what_is_read_ahead_are_read_with_their_lines() {
        for (width, end) in [(70, "\n"), (61, "\r\n"), (300_000, "\n")] {
            let bases = |n: usize| (0..n).map(|i| b"ACGTTGCAN"[i * i % 9]).collect::<Vec<u8>>();
            let mut text = String::new();
            let mut expected = Vec::new();
            let mut line = 1;
            for n in [200_000, 3, 131_072, 70, 262_144, 1] {
                let sequence = bases(n);
                text = text + ">r" + &n.to_string() + end;
                for part in sequence.chunks(width) {
                    text += &(String::from_utf8_lossy(part).into_owned() + end);
                }
                expected.push((sequence, line));
                line += 1 + n.div_ceil(width) as u64;
            }
            let records = read(&text).into_iter().map(Result::unwrap);
            let found: Vec<_> = records.map(|record| (record.sequence, record.line)).collect();
            assert!(found == expected, "width {width}");
        }
    }

    #[test]
    fn text_before_the_first_header_and_an_empty_file_are_errors() {
        assert_eq!(read("ACGT\n>a\nAC\n")[0].clone().unwrap_err().line, Some(1));
        assert_eq!(read("")[0].clone().unwrap_err().found, "an empty file");
        assert_eq!(read(">a\nACGT\n12\n")[0].clone().unwrap_err().found, "`1` at position 5");
    }
}
