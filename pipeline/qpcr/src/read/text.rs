//! Text to rows: encoding, line ends and separator told from the bytes.

use std::path::Path;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::sheet::{MOST_ROWS, Row, Sheet};
use cistron_data::error::InputError;

/// Decodes UTF-8 or UTF-16 with its mark, UTF-8 without, else Latin-1 (Windows-1252).
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<(String, &'static str), InputError> {
    let (encoding, start) = Encoding::for_bom(bytes).unwrap_or_else(|| {
        (if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }, 0)
    });
    let (text, _) = encoding.decode_without_bom_handling(&bytes[start..]);
    if text.contains('\0') {
        let help = "export the results as text, xlsx or RDML from the instrument's software";
        return Err(InputError::new(path, "binary data", "text, xlsx, xls or RDML", help));
    }
    Ok((text.into_owned(), encoding.name()))
}

/// Rows of delimited text, and a phrase that says how they were told.
pub(super) fn sheet(path: &Path, text: &str) -> Result<(Sheet, String), InputError> {
    let ends = line_ends(text);
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.push('\n');
    let delimiter = delimiter(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .quoting(delimiter != b'\t')
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut cells = csv::StringRecord::new();
    let failed = |error: csv::Error| InputError::new(path, error.to_string(), "a table", "");
    while reader.read_record(&mut cells).map_err(failed)? {
        if rows.len() == MOST_ROWS {
            let expected = format!("at most {MOST_ROWS} rows");
            return Err(InputError::new(path, "more rows", expected, "split the file by plate"));
        }
        // A record's own position is that of the blank lines before it.
        let inside = cells.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let line = reader.position().line().saturating_sub(1 + inside as u64);
        rows.push(Row { cells: std::mem::take(&mut cells), line });
    }
    let separator = match delimiter {
        b'\t' => "tabs",
        b';' => "semicolons",
        _ => "commas",
    };
    Ok((Sheet { name: String::new(), rows }, format!("{ends} line ends, {separator}")))
}

/// The line ends in use.
fn line_ends(text: &str) -> String {
    let pairs = text.matches("\r\n").count();
    let returns = text.matches('\r').count() - pairs;
    let feeds = text.matches('\n').count() - pairs;
    let kinds = [("CRLF", pairs), ("CR", returns), ("LF", feeds)];
    let used: Vec<&str> = kinds.iter().filter(|k| k.1 > 0).map(|k| k.0).collect();
    if used.is_empty() { "no".to_string() } else { used.join(" and ") }
}

/// The separator that most lines have equally often; tabs before semicolons before commas, as
/// commas may be decimal.
fn delimiter(text: &str) -> u8 {
    const LINES: usize = 500;
    let regular = |separator: u8| {
        let mut counts = std::collections::HashMap::new();
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES);
        for line in lines {
            let n = line.bytes().filter(|b| *b == separator).count();
            if n > 0 {
                *counts.entry(n).or_insert(0_usize) += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    };
    // `max_by_key` keeps the last of equals.
    [b',', b';', b'\t'].into_iter().max_by_key(|separator| regular(*separator)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<Vec<String>>, Vec<u64>, String) {
        let (sheet, form) = sheet(Path::new("x"), text).unwrap();
        let cells = sheet.rows.iter().map(|r| r.bare().map(str::to_string).collect()).collect();
        (cells, sheet.rows.iter().map(|r| r.line).collect(), form)
    }

    #[test]
    fn line_ends_of_every_kind_and_mixed_give_the_same_rows() {
        for (text, form) in [
            ("a\tb\n1\t2\n", "LF line ends, tabs"),
            ("a\tb\r1\t2\r", "CR line ends, tabs"),
            ("a\tb\r\n1\t2\r\n", "CRLF line ends, tabs"),
            ("a\tb\r1\t2\n", "CR and LF line ends, tabs"),
            ("a\tb\n1\t2", "LF line ends, tabs"),
        ] {
            assert_eq!(
                rows(text),
                (
                    vec![vec!["a".into(), "b".into()], vec!["1".into(), "2".into()]],
                    vec![1, 2],
                    form.into()
                )
            );
        }
    }

    #[test]
    fn blank_lines_and_lines_within_quotes_are_counted() {
        let (cells, lines, _) = rows("a,b\n\n\n\"x\ny\",1\n\nz,2\n");
        assert_eq!((cells[1][0].as_str(), lines), ("x\ny", vec![1, 4, 7]));
    }

    #[test]
    fn decimal_commas_are_no_separators() {
        let (cells, _, form) = rows("well;cq\nA1;23,1\nA2;24,5\n");
        assert_eq!((cells[1][1].as_str(), form.as_str()), ("23,1", "LF line ends, semicolons"));
    }

    #[test]
    fn encodings_are_told_by_mark_and_by_validity() {
        let decoded = |bytes: &[u8]| decode(Path::new("x"), bytes).unwrap();
        assert_eq!(decoded(b"\xb5l"), ("µl".into(), "windows-1252"));
        assert_eq!(decoded("µl".as_bytes()), ("µl".into(), "UTF-8"));
        assert_eq!(decoded(b"\xff\xfea\0\t\0"), ("a\t".into(), "UTF-16LE"));
        assert_eq!(decode(Path::new("x"), b"a\0b").unwrap_err().found, "binary data");
    }
}
