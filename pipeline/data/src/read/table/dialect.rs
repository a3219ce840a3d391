//! How a table is written: what stands between cells, whether cells are quoted, whether the first
//! line names the columns. Told from the first lines together, since one line alone misleads.

use super::Separator;

/// Lines that are looked at.
const LINES: usize = 20;

/// Letters from which a cell of a first line is a sequence and no column's name.
const SEQUENCE: usize = 20;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: Separator,
    /// Whether a cell may be quoted. A quotation mark that nothing closes is a character.
    pub(super) quotes: bool,
    /// Whether the first line names the columns.
    pub(super) header: bool,
}

/// Told from the beginning of a file; `whole` says that there is no more of it. A separator that is
/// known is taken as it is.
pub(super) fn dialect(ahead: &[u8], whole: bool, known: Option<Separator>) -> Dialect {
    let lines = beginning(ahead, whole);
    // An even number of quotes parts the bytes into an odd number of pieces.
    let quotes = lines.split(|byte| *byte == b'"').count() % 2 == 1;
    let all = [Separator::Tab, Separator::Comma, Separator::Semicolon];
    let separator = known.unwrap_or_else(|| {
        let scored = all.map(|separator| (score(&rows(lines, separator, quotes)), separator));
        // The first of equals: the order above.
        let best = scored.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
        best.filter(|(score, _)| *score > 0.0).map_or(Separator::Comma, |(_, best)| best)
    });
    let rows = rows(lines, separator, quotes);
    let named = rows.first().is_none_or(|first| !first.iter().any(|cell| is_sequence(cell)));
    Dialect { separator, quotes, header: named }
}

/// The first whole lines.
fn beginning(ahead: &[u8], whole: bool) -> &[u8] {
    let ends =
        || ahead.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    match ends().nth(LINES - 1) {
        Some(end) => &ahead[..end],
        None if whole => ahead,
        None => &ahead[..ends().next_back().unwrap_or(ahead.len())],
    }
}

/// The cells of the lines that are not empty.
fn rows(lines: &[u8], separator: Separator, quotes: bool) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.byte())
        .quoting(quotes)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(lines);
    let rows = reader.byte_records().flatten();
    let cells = |row: csv::ByteRecord| {
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        row.iter().map(text).collect::<Vec<String>>()
    };
    rows.map(cells).filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()
}

/// Share of the lines that have as many cells as most have; 0 where that is one cell, and half of it
/// where a column is empty in every line, as padding leaves it.
fn score(rows: &[Vec<String>]) -> f64 {
    let width =
        |row: &Vec<String>| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
    let widths: Vec<usize> = rows.iter().map(width).collect();
    let count = |of: usize| widths.iter().filter(|width| **width == of).count();
    let Some(&most) = widths.iter().max_by_key(|width| (count(**width), **width)) else {
        return 0.0;
    };
    if most < 2 {
        return 0.0;
    }
    let empty = |at: usize| rows.iter().all(|row| row.get(at).is_none_or(String::is_empty));
    let padded = if (0..most).any(empty) { 0.5 } else { 1.0 };
    padded * count(most) as f64 / rows.len() as f64
}

/// Whether a cell is a sequence: long, and of letters alone.
fn is_sequence(cell: &str) -> bool {
    let letters =
        cell.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'*'));
    if cell.len() < SEQUENCE || !letters {
        return false;
    }
    // Words have vowels apart from A, and names few letters of one kind: bases are one of five.
    let bases = cell.bytes().filter(|byte| b"ACGTUNacgtun-".contains(byte)).count();
    let upper = cell.bytes().all(|byte| !byte.is_ascii_lowercase());
    bases == cell.len() || upper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Separator, bool) {
        let dialect = dialect(text.as_bytes(), true, None);
        (dialect.separator, dialect.header)
    }

    #[test]
    fn many_lines_tell_what_one_cannot() {
        use Separator::{Comma, Semicolon, Tab};
        for (text, expected) in [
            ("id\tnote\na\tx, y\nb\tz\n", Tab),
            ("id,note\na,\"x;\ty\"\nb,z\n", Comma),
            ("Gene;Value\ng1;1,5\ng2;0,25\n", Semicolon),
            ("Gene;Value;Note\ng1;1,5;a\ng2;2,5;b\n", Semicolon),
            ("id,labels\na,x;y\nb,z\n", Comma),
            ("+,S0,\t\tacgt\n-,S1,\t\tggta\n", Comma),
            ("one\ntwo\n", Comma),
            ("", Comma),
        ] {
            assert_eq!(told(text).0, expected, "{text}");
        }
    }

    #[test]
    fn a_first_line_with_a_sequence_names_nothing() {
        assert!(!told("+,S0,\t\tacgtacgtacgtacgtacgtac\n-,S1,\tacgtacgtacgtacgtacgtac\n").1);
        assert!(!told("MKLVINGKTLKGEITVEGAVDAA,1\nMKLVINGKTLKGEITVEGAVDAC,0\n").1);
        assert!(told("sequence,antimicrobialactivity\nMKLVINGKTLKGEITVEGAVDAA,1\n").1);
        assert!(told("id,label\na,b\n").1);
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_a_character() {
        assert!(!dialect(b"id\tsize\na\t5\"\n", true, None).quotes);
        assert!(dialect(b"\"id\"\t\"label\"\n\"g0\"\t\"a\"\n", true, None).quotes);
    }
}
