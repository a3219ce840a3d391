//! The words of a sequence: contiguous, gapped or positional, over letters or over groups of letters.

use std::borrow::Cow;

use cistron_encoders::reduction::Reduction;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::Molecule;

/// Which words of a sequence are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Words {
    /// What counts as one letter.
    pub letters: Letters,
    /// Positions of a word that are compared (`1`) and that are not (`0`), such as `1011`.
    pub mask: String,
    /// Whether the same word at another position is another word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub positional: bool,
}

/// The letters of words; other symbols belong to no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Letters {
    /// The four bases; T and U are one.
    Bases,
    /// The 20 amino acids.
    AminoAcids,
    /// 15 groups of amino acids of Murphy, Wallqvist and Levy 2000 (doi:10.1093/protein/13.3.149).
    #[serde(rename = "murphy-15")]
    Murphy15,
    /// 10 groups of the same paper.
    #[serde(rename = "murphy-10")]
    Murphy10,
    /// 6 groups of Dayhoff, Schwartz and Orcutt 1978, by accepted mutations.
    #[serde(rename = "dayhoff-6")]
    Dayhoff6,
}

impl Letters {
    /// Symbols that are the same letter; of the bases, each letter's complement stands as far from the
    /// end as the letter from the beginning.
    fn groups(self) -> Cow<'static, [&'static str]> {
        const AMINO_ACIDS: &str = "ACDEFGHIKLMNPQRSTVWY";
        match self {
            Self::Bases => Cow::Borrowed(&["A", "C", "G", "TU"]),
            Self::AminoAcids => (0..AMINO_ACIDS.len()).map(|at| &AMINO_ACIDS[at..=at]).collect(),
            Self::Murphy15 => Cow::Borrowed(Reduction::Murphy15.groups()),
            Self::Murphy10 => Cow::Borrowed(Reduction::Murphy10.groups()),
            Self::Dayhoff6 => Cow::Borrowed(Reduction::Dayhoff6.groups()),
        }
    }

    /// The name by which a workflow asks for them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bases => "bases",
            Self::AminoAcids => "amino-acids",
            Self::Murphy15 => "murphy-15",
            Self::Murphy10 => "murphy-10",
            Self::Dayhoff6 => "dayhoff-6",
        }
    }

    /// What the sequences are made of whose words these are.
    #[must_use]
    pub fn molecule(self) -> Molecule {
        if self == Self::Bases { Molecule::Nucleotide } else { Molecule::Protein }
    }
}

/// The most positions of a mask.
const MOST_POSITIONS: usize = 64;
/// Bits of a packed word without its position.
const WORD_BITS: u32 = 40;
/// Marks a symbol that is no letter.
const NONE: u8 = u8::MAX;

/// Words that cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "mask `{mask}`: expected `1` and `0`, a `1` at both ends, 1 to {most} of `1` and at most \
     {MOST_POSITIONS} in all, such as `1011`"
)]
pub struct MaskError {
    /// The mask given.
    pub mask: String,
    /// The most letters of a word.
    pub most: usize,
}

impl Words {
    /// Whether the mask can be packed.
    ///
    /// # Errors
    ///
    /// Where it has other symbols than `1` and `0`, no `1` at an end, or too many.
    pub fn check(&self) -> Result<(), MaskError> {
        Reader::new(self, false).map(|_| ())
    }
}

/// [`Words`] made ready to read sequences.
pub(super) struct Reader {
    letter_of: [u8; 256],
    letters: u8,
    bits: u32,
    /// Compared positions of a window.
    compared: Vec<usize>,
    span: usize,
    positional: bool,
    both_strands: bool,
}

impl Reader {
    /// `both_strands` counts the words of the reverse complement, too; only bases have one.
    pub(super) fn new(words: &Words, both_strands: bool) -> Result<Self, MaskError> {
        let Words { letters, mask, positional } = words;
        let groups = letters.groups();
        let count = groups.len();
        let bits = count.next_power_of_two().ilog2();
        let most = (WORD_BITS / bits) as usize;
        let compared: Vec<usize> =
            (0..mask.len()).filter(|at| mask.as_bytes()[*at] == b'1').collect();
        let good = mask.bytes().all(|b| matches!(b, b'0' | b'1'))
            && mask.starts_with('1')
            && mask.ends_with('1')
            && mask.len() <= MOST_POSITIONS
            && compared.len() <= most;
        if !good {
            return Err(MaskError { mask: mask.clone(), most });
        }
        let mut letter_of = [NONE; 256];
        for (letter, symbols) in (0..).zip(groups.iter()) {
            for symbol in symbols.bytes() {
                letter_of[usize::from(symbol)] = letter;
                letter_of[usize::from(symbol.to_ascii_lowercase())] = letter;
            }
        }
        let both_strands = both_strands && *letters == Letters::Bases;
        let (letters, span, positional) = (count as u8, mask.len(), *positional);
        Ok(Self { letter_of, letters, bits, compared, span, positional, both_strands })
    }

    /// The different words of a sequence, packed and in order, and how often each occurs.
    pub(super) fn count(&self, sequence: &[u8]) -> Vec<(u64, u32)> {
        let letters: Vec<u8> =
            sequence.iter().map(|symbol| self.letter_of[usize::from(*symbol)]).collect();
        let mut words = Vec::with_capacity(letters.len() * (1 + usize::from(self.both_strands)));
        self.push(&letters, &mut words);
        if self.both_strands {
            let other =
                |letter: &u8| if *letter == NONE { NONE } else { self.letters - 1 - letter };
            let turned: Vec<u8> = letters.iter().rev().map(other).collect();
            self.push(&turned, &mut words);
        }
        words.sort_unstable();
        words.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
    }

    fn push(&self, letters: &[u8], words: &mut Vec<u64>) {
        let word = |(position, window): (u64, &[u8])| {
            let start = if self.positional { position + 1 } else { 0 };
            self.compared.iter().try_fold(start, |word, &at| {
                let letter = window[at];
                (letter != NONE).then_some(word << self.bits | u64::from(letter))
            })
        };
        words.extend((0..).zip(letters.windows(self.span)).filter_map(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(letters: Letters, mask: &str) -> Words {
        Words { letters, mask: mask.to_string(), positional: false }
    }

    fn counts(words: &Words, both_strands: bool, sequence: &[u8]) -> Vec<u32> {
        let counts = Reader::new(words, both_strands).unwrap().count(sequence);
        counts.into_iter().map(|(_, n)| n).collect()
    }

    #[test]
    fn words_by_hand() {
        let bases = |mask, sequence: &[u8]| counts(&words(Letters::Bases, mask), false, sequence);
        // AC CA AC CG: AC twice.
        assert_eq!(bases("11", b"ACacg"), [2, 1, 1]);
        // A-A, C-C, A-G.
        assert_eq!(bases("101", b"ACACG"), [1, 1, 1]);
        // N ends a word, but not where the mask has no letter: A-G, C-T.
        assert_eq!(bases("11", b"ANG"), [] as [u32; 0]);
        assert_eq!(bases("101", b"ANG"), [1]);
        // L, V, I and M are one.
        assert_eq!(counts(&words(Letters::Murphy10, "11"), false, b"LVIM"), [3]);
        assert_eq!(counts(&words(Letters::AminoAcids, "11"), false, b"LVIM"), [1, 1, 1]);
        assert_eq!(counts(&words(Letters::AminoAcids, "11"), false, b"L"), [] as [u32; 0]);
    }

    #[test]
    fn strands_and_positions_by_hand() {
        // AAC and GTT: AA, AC, GT, TT.
        let pairs = words(Letters::Bases, "11");
        assert_eq!(counts(&pairs, true, b"AAC"), [1, 1, 1, 1]);
        let reader = Reader::new(&pairs, true).unwrap();
        assert_eq!(reader.count(b"ACCNGAT"), reader.count(b"ATCNGGT"));
        // Palindromes count twice; RNA is read like DNA.
        assert_eq!(counts(&pairs, true, b"AU"), [2]);
        // The three As stand at three positions.
        let single = Words { positional: true, ..words(Letters::Bases, "1") };
        assert_eq!(counts(&single, false, b"AAA"), [1, 1, 1]);
        let reader = Reader::new(&single, false).unwrap();
        assert_eq!(reader.count(b"AC")[0], reader.count(b"AG")[0]);
        // Proteins have no other strand.
        assert_eq!(counts(&words(Letters::AminoAcids, "1"), true, b"AC"), [1, 1]);
    }

    #[test]
    fn every_amino_acid_is_in_one_group() {
        use Letters::{AminoAcids, Dayhoff6, Murphy10, Murphy15};
        for letters in [AminoAcids, Murphy15, Murphy10, Dayhoff6] {
            let mut all: Vec<u8> = letters.groups().concat().into_bytes();
            all.sort_unstable();
            assert_eq!(all, b"ACDEFGHIKLMNPQRSTVWY");
        }
    }

    #[test]
    fn masks_that_no_word_can_have_are_refused() {
        for mask in ["", "0", "01", "10", "1x1", "111111111111111111111"] {
            assert!(Reader::new(&words(Letters::Bases, mask), false).is_err(), "{mask}");
        }
        assert!(Reader::new(&words(Letters::AminoAcids, "111111111"), false).is_err());
    }
}
