//! The quantification cycle of a reaction.

/// Quantification cycle (MIQE's word for Ct, Cp and take-off point).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Cq {
    /// The cycle, in fractions.
    Measured(f64),
    /// The instrument looked and found no amplification.
    Undetermined,
    /// The file says nothing.
    #[default]
    Absent,
}

impl Cq {
    /// Highest cycle that is taken for a quantification cycle.
    pub const HIGHEST: f64 = 100.0;

    /// The cycle, where there is one.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        if let Self::Measured(cycle) = self { Some(cycle) } else { None }
    }

    /// Words that instruments write in place of a cycle; `None` where the cell is none of them.
    #[must_use]
    pub fn word(cell: &str) -> Option<Self> {
        match cell.trim().to_lowercase().as_str() {
            "" => Some(Self::Absent),
            "undetermined" | "undet" | "undet." | "undetected" | "n/a" | "#n/a" | "na" | "nan"
            | "no ct" | "no cq" | "no cp" | "no cт" | "noct" | "nocq" | "nocp" | "no call"
            | "nocall" | "nd" | "n.d." | "n/d" | "not detected" | "no amp" | "no amplification"
            | "negative" | "neg" | "-" | "--" | "none" | "inf" => Some(Self::Undetermined),
            _ => None,
        }
    }

    /// A number as a quantification cycle; `None` where no cycle can have it.
    #[must_use]
    pub fn of(number: f64) -> Option<Self> {
        (number > 0.0 && number <= Self::HIGHEST).then_some(Self::Measured(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_told_apart() {
        assert_eq!(Cq::word(" Undetermined "), Some(Cq::Undetermined));
        for word in ["N/A", "No Call", "No Ct", "Undetected"] {
            assert_eq!(Cq::word(word), Some(Cq::Undetermined), "{word}");
        }
        assert_eq!(Cq::word(""), Some(Cq::Absent));
        assert_eq!(Cq::word("24.1"), None);
        assert_eq!(Cq::of(24.1).and_then(Cq::value), Some(24.1));
        for number in [0.0, -1.0, 999.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Cq::of(number), None);
        }
    }
}
