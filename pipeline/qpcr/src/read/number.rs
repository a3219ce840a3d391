//! Numbers with a decimal point or a decimal comma.

use super::sheet::Row;

/// What stands between units and tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimal {
    Point,
    Comma,
}

impl Decimal {
    /// The mark in use in these rows: the comma where some cell is `23,1` and none is `23.1`.
    pub(super) fn of(rows: &[Row]) -> Self {
        let with = |mark: char| {
            move |cell: &str| {
                let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
                let halves = cell.trim_start_matches(['-', '+']).split_once(mark);
                halves.is_some_and(|(whole, part)| digits(whole) && digits(part))
            }
        };
        let mut cells = rows.iter().flat_map(Row::bare);
        let comma = cells.any(with(','));
        let mut cells = rows.iter().flat_map(Row::bare);
        if comma && !cells.any(with('.')) { Self::Comma } else { Self::Point }
    }

    /// Reads a finite number; groups of thousands are allowed where they are unmistakable.
    pub(super) fn parse(self, cell: &str) -> Option<f64> {
        let number: f64 = match self {
            Self::Comma => cell.replace(',', ".").parse().ok()?,
            Self::Point if !cell.contains(',') => cell.parse().ok()?,
            Self::Point => {
                let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
                let mut groups = whole.trim_start_matches('-').split(',');
                let first = groups.next()?.len();
                if !(1..=3).contains(&first) || groups.any(|group| group.len() != 3) {
                    return None;
                }
                format!("{}.{part}", whole.replace(',', "")).parse().ok()?
            }
        };
        number.is_finite().then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;

    #[test]
    fn the_mark_is_told_from_all_cells() {
        let row = |cells: Vec<&str>| Row { cells: StringRecord::from(cells), line: 1 };
        assert_eq!(Decimal::of(&[row(vec!["A1", "23,1"])]), Decimal::Comma);
        assert_eq!(Decimal::of(&[row(vec!["1,234", "23.1"])]), Decimal::Point);
        assert_eq!(Decimal::of(&[row(vec!["A1", "23"])]), Decimal::Point);
    }

    #[test]
    fn thousands_are_no_decimals() {
        assert_eq!(Decimal::Comma.parse("23,15"), Some(23.15));
        assert_eq!(Decimal::Point.parse("1,234,567.5"), Some(1_234_567.5));
        assert_eq!(Decimal::Point.parse("-1,234"), Some(-1234.0));
        assert_eq!(Decimal::Point.parse("2.183E-03"), Some(0.002_183));
        for cell in ["12,34", "", "x", "NaN", "inf", ",5"] {
            assert_eq!(Decimal::Point.parse(cell), None, "{cell}");
        }
    }
}
