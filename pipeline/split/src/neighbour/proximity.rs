//! Ranges of containment that scores and leaks are listed by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How near a held-out record is to the nearest record that was learnt from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Proximity {
    /// Byte for byte the same, ignoring case.
    Exact,
    /// Containment from .95: the same gene, or a part of it.
    Copy,
    /// Containment from .5 to below .95: an isoform or a close relative.
    Near,
    /// Containment from .2 to below .5: a relative.
    Related,
    /// Containment below .2.
    Far,
    /// Too short to say, and no exact copy.
    NotAssessable,
}

impl Proximity {
    /// Every range, from the nearest on.
    pub const ALL: [Self; 6] =
        [Self::Exact, Self::Copy, Self::Near, Self::Related, Self::Far, Self::NotAssessable];

    /// The range of a containment of the smaller set, `None` where it cannot be told.
    #[must_use]
    pub fn of(exact: bool, containment: Option<f64>) -> Self {
        match containment {
            _ if exact => Self::Exact,
            None => Self::NotAssessable,
            Some(c) if c >= 0.95 => Self::Copy,
            Some(c) if c >= 0.5 => Self::Near,
            Some(c) if c >= 0.2 => Self::Related,
            Some(_) => Self::Far,
        }
    }

    /// The range in tables and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Copy => "0.95 to 1",
            Self::Near => "0.5 to 0.95",
            Self::Related => "0.2 to 0.5",
            Self::Far => "0 to 0.2",
            Self::NotAssessable => "not assessable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_belong_to_the_nearer_range() {
        let of = |c| Proximity::of(false, Some(c));
        assert_eq!(
            [1.0, 0.95, 0.5, 0.2, 0.0].map(of),
            [Proximity::Copy, Proximity::Copy, Proximity::Near, Proximity::Related, Proximity::Far]
        );
        assert_eq!(of(0.949), Proximity::Near);
        assert_eq!(Proximity::of(false, None), Proximity::NotAssessable);
        assert_eq!(Proximity::of(true, None), Proximity::Exact);
    }
}
