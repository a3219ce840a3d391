//! Local alignment: the score of the best pair of stretches of two sequences.

use bio::scores::blosum62;
use multiversion::multiversion;

use crate::baseline::Molecule;

/// Sequences that are aligned at a time, one a lane.
pub(super) const LANES: usize = 32;

/// What a gap costs, and each of its positions: 12 for the first, 1 for each further.
const OPEN: i16 = 12;
const EXTEND: i16 = 1;

/// Symbols are told apart by their letter.
const LETTERS: usize = 26;

/// Longer sequences are cut: 11 a pair at most, and sums have to fit 16 bits.
const LONGEST: usize = 2900;

/// Scores of pairs of symbols.
pub(super) struct Scoring {
    molecule: Molecule,
    pairs: Box<[[i16; LETTERS]; LETTERS]>,
}

/// A sequence as numbers of letters.
pub(super) type Letters = Vec<u8>;

impl Scoring {
    /// BLOSUM62 (Henikoff and Henikoff 1992, doi:10.1073/pnas.89.22.10915) of proteins; of
    /// nucleotides 5 for the same base and -4 for another, 0 against N.
    pub(super) fn new(molecule: Molecule) -> Self {
        let mut pairs = Box::new([[0; LETTERS]; LETTERS]);
        for (a, row) in (b'A'..).zip(pairs.iter_mut()) {
            for (b, score) in (b'A'..).zip(row) {
                *score = match molecule {
                    Molecule::Protein => blosum62(a, b) as i16,
                    Molecule::Nucleotide if a == b'N' || b == b'N' => 0,
                    Molecule::Nucleotide => {
                        if a == b {
                            5
                        } else {
                            -4
                        }
                    }
                };
            }
        }
        Self { molecule, pairs }
    }

    /// The letters of a sequence; U is T in nucleotides, other bytes are X or N.
    pub(super) fn letters(&self, sequence: &[u8]) -> Letters {
        let unknown = if self.molecule == Molecule::Protein { b'X' } else { b'N' };
        let letter = |symbol: &u8| match symbol.to_ascii_uppercase() {
            b'U' if self.molecule == Molecule::Nucleotide => b'T',
            letter @ b'A'..=b'Z' => letter,
            _ => unknown,
        };
        sequence.iter().take(LONGEST).map(|symbol| letter(symbol) - b'A').collect()
    }

    /// Score of a sequence with itself.
    pub(super) fn own(&self, letters: &[u8]) -> f32 {
        let pairs = letters.iter().map(|&a| i32::from(self.pairs[usize::from(a)][usize::from(a)]));
        pairs.sum::<i32>() as f32
    }

    /// Smith-Waterman scores with affine gaps (Gotoh 1982, doi:10.1016/0022-2836(82)90398-9) of a
    /// query against at most [`LANES`] others.
    pub(super) fn align(
        &self,
        query: &[u8],
        others: &[&[u8]],
        scratch: &mut Scratch,
    ) -> [i16; LANES] {
        let columns = others.iter().map(|other| other.len()).max().unwrap_or(0);
        scratch.profile(self, query, others, columns);
        let Scratch { profile, best, gap, .. } = scratch;
        best.clear();
        best.resize(columns, [0; LANES]);
        gap.clear();
        gap.resize(columns, [i16::MIN / 2; LANES]);
        fill(query, profile, best, gap)
    }
}

/// Buffers of an alignment.
#[derive(Default)]
pub(super) struct Scratch {
    /// Score of each letter against each column of the others, (26, columns, lanes).
    profile: Vec<[i16; LANES]>,
    best: Vec<[i16; LANES]>,
    gap: Vec<[i16; LANES]>,
}

impl Scratch {
    /// Beyond the end of a sequence nothing aligns.
    fn profile(&mut self, scoring: &Scoring, query: &[u8], others: &[&[u8]], columns: usize) {
        self.profile.clear();
        self.profile.resize(LETTERS * columns, [i16::MIN / 2; LANES]);
        let mut done = [false; LETTERS];
        for &letter in query {
            let letter = usize::from(letter);
            if std::mem::replace(&mut done[letter], true) {
                continue;
            }
            let row = &mut self.profile[letter * columns..][..columns];
            for (lane, other) in others.iter().enumerate() {
                for (column, &against) in row.iter_mut().zip(*other) {
                    column[lane] = scoring.pairs[letter][usize::from(against)];
                }
            }
        }
    }
}

/// Fills the table row by row; returns the highest cell of each lane.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2"))]
fn fill(
    query: &[u8],
    profile: &[[i16; LANES]],
    best: &mut [[i16; LANES]],
    gap: &mut [[i16; LANES]],
) -> [i16; LANES] {
    let columns = best.len();
    let mut highest = [0; LANES];
    for &letter in query {
        let row = &profile[usize::from(letter) * columns..][..columns];
        // The cell to the left, the one above it, and the gap along the row.
        let mut left = [0_i16; LANES];
        let mut diagonal = [0_i16; LANES];
        let mut along = [i16::MIN / 2; LANES];
        for ((cell, down), pair) in best.iter_mut().zip(gap.iter_mut()).zip(row) {
            for lane in 0..LANES {
                let above = cell[lane];
                // Saturating arithmetic is one instruction for all lanes.
                let from_above = down[lane].saturating_sub(EXTEND).max(above.saturating_sub(OPEN));
                let from_left =
                    along[lane].saturating_sub(EXTEND).max(left[lane].saturating_sub(OPEN));
                let score =
                    diagonal[lane].saturating_add(pair[lane]).max(0).max(from_above).max(from_left);
                down[lane] = from_above;
                along[lane] = from_left;
                diagonal[lane] = above;
                cell[lane] = score;
                left[lane] = score;
                highest[lane] = highest[lane].max(score);
            }
        }
    }
    highest
}

#[cfg(test)]
mod tests {
    use bio::alignment::pairwise::Aligner;
    use proptest::prelude::*;

    use super::*;

    fn scores(molecule: Molecule, query: &[u8], others: &[&[u8]]) -> Vec<i16> {
        let scoring = Scoring::new(molecule);
        let letters = |sequence: &[u8]| scoring.letters(sequence);
        let others: Vec<Letters> = others.iter().map(|other| letters(other)).collect();
        let others: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
        let found = scoring.align(&letters(query), &others, &mut Scratch::default());
        found[..others.len()].to_vec()
    }

    #[test]
    fn scores_by_hand() {
        // W with W is 11, and X with anything -1.
        assert_eq!(scores(Molecule::Protein, b"AWWA", &[b"WW", b"GGG", b"", b"w"]), [22, 0, 0, 11]);
        // 8 bases, a gap of two, 8 bases.
        let found = scores(Molecule::Nucleotide, b"ACGTACGTTTGGCCAA", &[b"ACGUACGUGATTGGCCAA"]);
        assert_eq!(found, [16 * 5 - 13]);
    }

    proptest! {
        #[test]
        fn scores_are_those_of_an_independent_implementation(
            query in "[ACDEFGHIKLMNPQRSTVWY]{0,60}",
            others in prop::collection::vec("[ACDEFGHIKLMNPQRSTVWYX]{0,60}", 1..5),
        ) {
            let others: Vec<&[u8]> = others.iter().map(String::as_bytes).collect();
            let found = scores(Molecule::Protein, query.as_bytes(), &others);
            for (other, score) in others.iter().zip(found) {
                let expected = if query.is_empty() || other.is_empty() {
                    0
                } else {
                    Aligner::new(-12, -1, blosum62).local(query.as_bytes(), other).score
                };
                prop_assert_eq!(i32::from(score), expected);
            }
        }
    }
}
