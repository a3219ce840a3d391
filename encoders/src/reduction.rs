//! Reduced amino-acid alphabets: amino acids that replace each other share a letter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::Alphabet;

/// A partition of the 20 amino acids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// 15 groups of Murphy, Wallqvist and Levy 2000 (doi:10.1093/protein/13.3.149).
    #[serde(rename = "murphy-15")]
    Murphy15,
    /// 10 groups of the same paper.
    #[serde(rename = "murphy-10")]
    Murphy10,
    /// 6 groups of Dayhoff, Schwartz and Orcutt 1978, by accepted mutations.
    #[serde(rename = "dayhoff-6")]
    Dayhoff6,
    /// Hydrophobic and polar amino acids (Dill 1985, doi:10.1021/bi00327a032).
    Polarity,
}

impl Reduction {
    /// Returns the groups; the first letter of a group names it.
    #[must_use]
    pub fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Murphy15 => {
                &["LVIM", "C", "A", "G", "S", "T", "P", "FY", "W", "E", "D", "N", "Q", "KR", "H"]
            }
            Self::Murphy10 => &["LVIM", "C", "A", "G", "ST", "P", "FYW", "EDNQ", "KR", "H"],
            Self::Dayhoff6 => &["AGPST", "C", "DENQ", "FWY", "HKR", "ILMV"],
            Self::Polarity => &["AFGILMPVWY", "CDEHKNQRST"],
        }
    }

    /// Returns the group of each amino acid, in the order of [`Alphabet::symbols`].
    #[must_use]
    pub fn group_of(self) -> [usize; 20] {
        let symbols = Alphabet::Protein.symbols();
        std::array::from_fn(|letter| {
            let letter = char::from(symbols[letter]);
            self.groups().iter().position(|group| group.contains(letter)).unwrap_or(0)
        })
    }

    /// Returns one channel a group for each amino acid: (20, G).
    #[must_use]
    pub fn channels(self) -> Vec<f32> {
        let groups = self.groups().len();
        let row = |group: usize| (0..groups).map(move |at| if at == group { 1.0 } else { 0.0 });
        self.group_of().into_iter().flat_map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Reduction; 4] =
        [Reduction::Murphy15, Reduction::Murphy10, Reduction::Dayhoff6, Reduction::Polarity];

    #[test]
    fn every_amino_acid_is_in_one_group() {
        for (reduction, groups) in ALL.into_iter().zip([15, 10, 6, 2]) {
            let mut letters: Vec<u8> = reduction.groups().concat().into_bytes();
            letters.sort_unstable();
            assert_eq!(letters, Alphabet::Protein.symbols()[..20]);
            assert_eq!(reduction.groups().len(), groups);
        }
    }

    #[test]
    fn groups_by_hand() {
        // A C D E F G H I K L M N P Q R S T V W Y
        let expected = [0, 1, 2, 2, 3, 0, 4, 5, 4, 5, 5, 2, 0, 2, 4, 0, 0, 5, 3, 3];
        assert_eq!(Reduction::Dayhoff6.group_of(), expected);
        assert_eq!(Reduction::Polarity.channels()[..6], [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    }
}
