//! The place of a reaction on a plate.

/// A well by row and column, both counted from 1: A1 is (1, 1), AF48 is (32, 48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Well {
    /// Row, from 1.
    pub row: u32,
    /// Column, from 1.
    pub column: u32,
}

/// Rows and columns of the plates in use: 24, 48, 96, 384 and 1536 wells.
const PLATES: [(u32, u32); 5] = [(4, 6), (6, 8), (8, 12), (16, 24), (32, 48)];

impl Well {
    /// Reads `A1`, `A01`, `h12` or `AF48`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, number) = text.split_at(letters);
        if !(1..=2).contains(&letters) || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let column: u32 = number.parse().ok()?;
        let row =
            name.bytes().fold(0, |row, b| row * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
        ((1..=32).contains(&row) && (1..=48).contains(&column)).then_some(Self { row, column })
    }

    /// The well with this number, counted from 1 along the rows of a plate with so many columns.
    #[must_use]
    pub fn of_number(number: u32, columns: u32) -> Option<Self> {
        let index = number.checked_sub(1)?;
        let row = index.checked_div(columns)? + 1;
        (row <= 32).then_some(Self { row, column: index % columns + 1 })
    }

    /// The smallest plate in use, as (rows, columns), that has all of these wells.
    #[must_use]
    pub fn plate(wells: impl Iterator<Item = Self>) -> (u32, u32) {
        let (rows, columns) =
            wells.fold((0, 0), |(r, c), well| (r.max(well.row), c.max(well.column)));
        PLATES
            .into_iter()
            .find(|plate| plate.0 >= rows && plate.1 >= columns)
            .unwrap_or((rows, columns))
    }

    /// Whether the well is in the outermost row or column of a plate of this size.
    #[must_use]
    pub fn is_edge(self, (rows, columns): (u32, u32)) -> bool {
        self.row == 1 || self.column == 1 || self.row == rows || self.column == columns
    }
}

impl std::fmt::Display for Well {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let letter = |index: u32| char::from(b'A' + (index % 26) as u8);
        if self.row > 26 {
            write!(f, "{}", letter((self.row - 1) / 26 - 1))?;
        }
        write!(f, "{}{}", letter(self.row - 1), self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wells_are_read_and_written() {
        for (text, row, column, name) in
            [("A01", 1, 1, "A1"), ("h12", 8, 12, "H12"), ("P24", 16, 24, "P24")]
        {
            let well = Well::parse(text).unwrap();
            assert_eq!((well.row, well.column, well.to_string().as_str()), (row, column, name));
        }
        assert_eq!(Well::parse("AF48").unwrap().to_string(), "AF48");
        assert_eq!(Well::parse("AA1").unwrap().row, 27);
        for text in ["", "A", "1", "A0", "A49", "AG1", "F1.1", "GAPDH", "S48-A01", "Ä1"] {
            assert_eq!(Well::parse(text), None, "{text}");
        }
        assert_eq!(Well::of_number(13, 12).unwrap().to_string(), "B1");
        assert_eq!(Well::of_number(0, 12), None);
    }

    #[test]
    fn the_edge_belongs_to_the_smallest_plate_that_fits() {
        let wells = ["A1", "H12", "C3"].map(|w| Well::parse(w).unwrap());
        let plate = Well::plate(wells.into_iter());
        assert_eq!(plate, (8, 12));
        assert_eq!(wells.map(|w| w.is_edge(plate)), [true, true, false]);
    }
}
