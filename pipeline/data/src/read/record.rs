//! A record as a file holds it, checked against its alphabet.

use std::path::Path;

use cistron_encoders::alphabet::Alphabet;

use crate::error::InputError;

/// One sequence of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Identifier: the first word of the header, or the cell of the id column.
    pub id: String,
    /// The whole header line without `>`; empty for tables.
    pub header: String,
    /// Symbols without line ends and blanks (ASCII, either case).
    pub sequence: Vec<u8>,
    /// Quality of each symbol as the file has it (ASCII, `!` to `~`); empty where it has none.
    pub qualities: Vec<u8>,
    /// Number of the record in its file, from 1.
    pub number: u64,
    /// Line that the record starts on, from 1.
    pub line: u64,
}

/// Checks every symbol of a record.
pub fn check(path: &Path, record: &Record, alphabet: Alphabet) -> Result<(), InputError> {
    let at = |error: InputError| {
        error.at_record(record.number).at_line(record.line).with_id(record.id.as_str())
    };
    if record.sequence.is_empty() {
        return Err(at(InputError::new(
            path,
            "a record without a sequence",
            format!("{alphabet} symbols after it"),
            "remove the record, or set `read: {on-error: skip}` to leave such records out",
        )));
    }
    alphabet.check(&record.sequence).map_err(|unknown| {
        let found = format!("{} at position {}", show(unknown.byte), unknown.position + 1);
        let symbols = String::from_utf8_lossy(alphabet.symbols());
        let expected = format!("a {alphabet} sequence ({symbols}, either case)");
        at(InputError::new(path, found, expected, help(&record.sequence, unknown.byte, alphabet)))
    })
}

/// Different symbols that do not belong to the alphabet.
fn foreign(sequence: &[u8], alphabet: Alphabet) -> usize {
    let symbols: std::collections::BTreeSet<u8> = sequence.iter().copied().collect();
    symbols.into_iter().filter(|symbol| alphabet.check(&[*symbol]).is_err()).count()
}

fn show(byte: u8) -> String {
    if byte.is_ascii_graphic() {
        format!("`{}`", byte as char)
    } else {
        format!("byte {byte:#04x}")
    }
}

/// The most likely reason for a foreign symbol, and what to do about it.
fn help(sequence: &[u8], byte: u8, alphabet: Alphabet) -> String {
    match byte {
        b'-' | b'.' => {
            "an aligned sequence has gaps: remove them, `seqkit seq --remove-gaps` does".into()
        }
        b';' | b'#' => "a comment within the record? remove such lines: grep -v '^[;#]'".into(),
        b' ' | b'\t' => "remove the blanks".into(),
        b'0'..=b'9' => {
            "digits do not belong to a sequence: a three-line format with a label line, \
                        or quality values? keep one header and one sequence a record"
                .into()
        }
        // One stray letter is a slip, not another alphabet.
        _ => match Alphabet::guess(sequence).filter(|_| foreign(sequence, alphabet) > 1) {
            Some(guess) if guess != alphabet => format!(
                "the sequence looks like {guess}: set `read: {{alphabet: {}}}`",
                guess.to_string().to_lowercase()
            ),
            _ => "correct the record, or set `read: {on-error: skip}` to leave such records out"
                .into(),
        },
    }
}
