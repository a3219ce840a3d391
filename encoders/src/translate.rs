//! Translation of coding sequences with the standard genetic code (NCBI translation table 1).

use std::sync::LazyLock;

use bio::alphabets::dna;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::Alphabet;

/// Which part of a nucleotide sequence becomes a protein.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Translation {
    /// The whole sequence from its first base; a stop codon at its end is left out.
    Coding,
    /// The longest stretch without a stop codon in the six frames, the first of equals.
    LongestFrame,
}

impl Translation {
    /// Returns the protein of a sequence; empty where it holds no codon to translate.
    #[must_use]
    pub fn protein(self, sequence: &[u8]) -> Vec<u8> {
        match self {
            Self::Coding => {
                let mut protein = translate(sequence);
                protein.pop_if(|last| *last == b'*');
                protein
            }
            Self::LongestFrame => longest(&six_frames(sequence)),
        }
    }
}

/// The longest stretch between stop codons, the first of equals.
fn longest(frames: &[Vec<u8>]) -> Vec<u8> {
    let stretches = frames.iter().flat_map(|frame| frame.split(|residue| *residue == b'*'));
    let best =
        stretches.fold(&[][..], |best, next| if next.len() > best.len() { next } else { best });
    best.to_vec()
}

/// Amino acids of the 64 codons, bases in the order T C A G, as NCBI prints table 1.
const STANDARD_CODE: &[u8; 64] =
    b"FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG";

/// The place of each base mask's bit (A, C, G, T) in the order T C A G.
const TCAG: [usize; 4] = [2, 1, 3, 0];

/// Amino acids of all triples of 4-bit base masks.
static CODONS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let codon = |masks: usize| amino_acid([masks >> 8 & 15, masks >> 4 & 15, masks & 15]);
    (0..1 << 12).map(codon).collect()
});

/// Returns the amino acids of a coding sequence, DNA or RNA, in frame 0.
///
/// A stop codon is `*`. A codon with ambiguity codes becomes the amino acid that all its readings
/// share (GCN is A), else `X`, as does one with a byte that is no base. One or two bases behind the
/// last codon are left out.
///
/// ```
/// use cistron_encoders::translate::translate;
/// assert_eq!(translate(b"ATGGCNUAAgg"), b"MA*");
/// ```
#[must_use]
pub fn translate(sequence: &[u8]) -> Vec<u8> {
    let mask = |symbol: u8| match symbol {
        b'U' | b'u' => dna::iupac_mask(b'T'),
        _ => dna::iupac_mask(symbol),
    };
    let (codons, _) = sequence.as_chunks::<3>();
    let index =
        |codon: &[u8; 3]| codon.iter().fold(0, |index, &s| index << 4 | usize::from(mask(s)));
    codons.iter().map(|codon| CODONS[index(codon)]).collect()
}

/// Returns the translations of all six frames: from the first, second and third base, then the
/// same of the reverse complement.
#[must_use]
pub fn six_frames(sequence: &[u8]) -> [Vec<u8>; 6] {
    // RNA's complement of A is U: either reads the same.
    let alphabet = if sequence.iter().any(|s| matches!(s, b'U' | b'u')) {
        Alphabet::Rna
    } else {
        Alphabet::Dna
    };
    let reverse = alphabet.reverse_complement(sequence).unwrap_or_default();
    let frame = |strand: &[u8], start: usize| translate(strand.get(start..).unwrap_or_default());
    [
        frame(sequence, 0),
        frame(sequence, 1),
        frame(sequence, 2),
        frame(&reverse, 0),
        frame(&reverse, 1),
        frame(&reverse, 2),
    ]
}

/// Returns the amino acid that all readings of three base masks share.
fn amino_acid(masks: [usize; 3]) -> u8 {
    let bases = |mask: usize| (0..4).filter(move |bit| mask >> bit & 1 == 1).map(|bit| TCAG[bit]);
    let mut readings = bases(masks[0])
        .flat_map(|a| bases(masks[1]).map(move |b| a * 16 + b * 4))
        .flat_map(|ab| bases(masks[2]).map(move |c| STANDARD_CODE[ab + c]));
    match readings.next() {
        Some(first) if readings.all(|other| other == first) => first,
        _ => b'X',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codons_by_hand() {
        for (codon, amino_acid) in [
            ("ATG", "M"),
            ("TGG", "W"),
            ("TAA", "*"),
            ("TAG", "*"),
            ("TGA", "*"),
            ("TTT", "F"),
            ("CTN", "L"),
            ("YTR", "L"),
            ("MGR", "R"),
            ("AGY", "S"),
            ("ATH", "I"),
            ("ATN", "X"),
            ("TAR", "*"),
            ("TRA", "*"),
            ("GAY", "D"),
            ("RAY", "X"),
            ("NNN", "X"),
            ("A-G", "X"),
            ("aug", "M"),
            ("GGN", "G"),
            ("AAA", "K"),
            ("GAA", "E"),
            ("TGC", "C"),
            ("CAT", "H"),
        ] {
            assert_eq!(translate(codon.as_bytes()), amino_acid.as_bytes(), "{codon}");
        }
    }

    #[test]
    fn every_amino_acid_has_its_number_of_codons() {
        let mut all = Vec::new();
        for a in b"ACGT" {
            for b in b"ACGT" {
                for c in b"ACGT" {
                    all.extend(translate(&[*a, *b, *c]));
                }
            }
        }
        let count = |symbol| all.iter().copied().filter(|&found| found == symbol).count();
        for (amino_acids, codons) in
            [("MW", 1), ("CDEFHKNQY", 2), ("I*", 3), ("AGPTV", 4), ("LRS", 6), ("X", 0)]
        {
            for symbol in amino_acids.bytes() {
                assert_eq!(count(symbol), codons, "{}", char::from(symbol));
            }
        }
    }

    #[test]
    fn frames_by_hand() {
        // Forward ATGGCATAA; reverse complement TTATGCCAT.
        let expected: [&[u8]; 6] = [b"MA*", b"WH", b"GI", b"LCH", b"YA", b"MP"];
        assert_eq!(six_frames(b"ATGGCATAA"), expected);
        assert_eq!(six_frames(b"augGCAUAA"), expected);
        assert!(six_frames(b"A").iter().all(Vec::is_empty));
    }

    #[test]
    fn translations_by_hand() {
        assert_eq!(Translation::Coding.protein(b"atgGCATAA"), b"MA");
        assert_eq!(Translation::Coding.protein(b"ATGTAAGCAT"), b"M*A");
        // Frames MA*, WH, GI, LCH, YA, MP: the fourth is longest.
        assert_eq!(Translation::LongestFrame.protein(b"ATGGCATAA"), b"LCH");
        assert!(Translation::Coding.protein(b"TAA").is_empty());
        assert!(Translation::LongestFrame.protein(b"AC").is_empty());
    }

    proptest! {
        #[test]
        fn every_input_has_a_third_as_many_residues(sequence in prop::collection::vec(any::<u8>(), 0..50)) {
            let residues = translate(&sequence);
            prop_assert_eq!(residues.len(), sequence.len() / 3);
            prop_assert!(Alphabet::Protein.check(&residues).is_ok());
        }
    }
}
