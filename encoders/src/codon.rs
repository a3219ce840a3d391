//! Codons of coding sequences, by one or several views: their bases, themselves, their amino acids.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::{Alphabet, PADDING, UnknownSymbol};
use crate::batch::Batch;
use crate::kmer::{each_kmer, kmer_names};
use crate::symbol_table::SymbolTable;
use crate::translate::translate;
use crate::{Encoder, Shape};

/// The code of a codon that holds an ambiguity code; codons have the codes 1 to 64 in lexicographic
/// order (AAA, AAC, AAG, AAT or AAU, ACA, …).
pub const UNKNOWN_CODON: u8 = 65;

/// By what a codon is told. Several views stand side by side in the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CodonView {
    /// Each of its three bases: 12 channels.
    Bases,
    /// The codon as a whole: 64 channels.
    Codons,
    /// The amino acid or stop of the standard genetic code: 21 channels.
    AminoAcids,
}

impl CodonView {
    /// Returns what each channel stands for.
    #[must_use]
    pub fn names(self, alphabet: Alphabet) -> Vec<String> {
        match self {
            Self::Bases => {
                let place =
                    |place| kmer_names(alphabet, 1).map(move |base| format!("{place} {base}"));
                (1..=3).flat_map(place).collect()
            }
            Self::Codons => kmer_names(alphabet, 3).collect(),
            Self::AminoAcids => {
                let letters = Alphabet::Protein.symbols()[..20].iter().chain(b"*");
                letters.map(|letter| char::from(*letter).to_string()).collect()
            }
        }
    }

    /// Number of channels.
    fn channels(self) -> usize {
        match self {
            Self::Bases => 12,
            Self::Codons => 64,
            Self::AminoAcids => 21,
        }
    }

    /// The channels that are 1 for a codon, given by its place in lexicographic order.
    fn on(self, codon: usize) -> Vec<usize> {
        let bases = [codon >> 4 & 3, codon >> 2 & 3, codon & 3];
        match self {
            Self::Bases => (0..).zip(bases).map(|(place, base)| 4 * place + base).collect(),
            Self::Codons => vec![codon],
            Self::AminoAcids => {
                let residue = translate(&bases.map(|base| b"ACGT"[base]))[0];
                let letters = &Alphabet::Protein.symbols()[..20];
                vec![letters.iter().position(|letter| *letter == residue).unwrap_or(20)]
            }
        }
    }
}

/// Codons as codes (N, L) with their table (66, C), read from the first base on; C is 64, or the sum
/// of the channels of the [views](CodonView).
///
/// Made by [`build`](crate::build). One or two bases behind the last codon are left out; an unknown
/// codon has all channels 0.
#[derive(Clone, Debug)]
pub struct Codons {
    alphabet: Alphabet,
    length: usize,
    table: Arc<SymbolTable>,
}

impl Codons {
    pub(crate) fn new(alphabet: Alphabet, length: usize, views: &[CodonView]) -> Self {
        let symbols = usize::from(UNKNOWN_CODON) + 1;
        let channels = views.iter().map(|view| view.channels()).sum();
        let mut values = vec![0.0; symbols * channels];
        for codon in 0..64 {
            let mut first = (codon + 1) * channels;
            for view in views {
                for channel in view.on(codon) {
                    values[first + channel] = 1.0;
                }
                first += view.channels();
            }
        }
        let table = SymbolTable { symbols, channels, values };
        Self { alphabet, length, table: Arc::new(table) }
    }

    /// Returns the codons of codes, NNN for an unknown one; padding is left out.
    #[must_use]
    pub fn decode(alphabet: Alphabet, codes: &[u8]) -> String {
        let names: Vec<String> = kmer_names(alphabet, 3).collect();
        let codes = codes.iter().filter(|code| **code != PADDING);
        let name = |code: &u8| names.get(usize::from(*code) - 1).map_or("NNN", String::as_str);
        codes.map(name).collect()
    }
}

impl Encoder for Codons {
    fn shape(&self) -> Shape {
        let SymbolTable { symbols, channels, .. } = *self.table;
        Shape::Symbols { length: self.length, symbols, channels }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let available = sequences.iter().map(|sequence| sequence.len() / 3);
        let codes = batch.begin_symbols(self.length, &self.table, available); // (N, L)
        for (i, (sequence, row)) in sequences.iter().zip(codes.chunks_mut(self.length)).enumerate()
        {
            let seen = &sequence[..sequence.len().min(self.length * 3)];
            let mut window = 0;
            each_kmer(self.alphabet, seen, 3, |codon| {
                if window % 3 == 0 {
                    row[window / 3] = codon.map_or(UNKNOWN_CODON, |codon| codon as u8 + 1);
                }
                window += 1;
            })
            .map_err(|error| error.in_record(i))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use proptest::prelude::*;

    fn codes(length: usize, sequence: &[u8]) -> (Vec<u8>, Batch) {
        let mut batch = Batch::default();
        let encoder = Codons::new(Alphabet::Dna, length, &[CodonView::Codons]);
        encoder.encode(&[sequence], &mut batch).unwrap();
        let Values::Symbols { codes, .. } = &batch.values else { panic!("{batch:?}") };
        (codes.clone(), batch)
    }

    #[test]
    fn codons_by_hand() {
        // AAA is 1, AAC 2, AAT 4, TTT 64; RAA is ambiguous; two bases are left.
        let (found, batch) = codes(6, b"AAAaacTTTRAAAATGG");
        assert_eq!(found, [1, 2, 64, 65, 4, 0]);
        assert_eq!((batch.lengths[0], batch.truncated), (5, 0));
        let dense = batch.to_dense().unwrap(); // (1, 6, 64)
        assert_eq!(dense.iter().filter(|value| **value > 0.0).count(), 4);
        assert_eq!((dense[0], dense[64 + 1], dense[2 * 64 + 63]), (1.0, 1.0, 1.0));
        assert_eq!(codes(1, b"AAAAAA").1.truncated, 1);
        let error = Codons::new(Alphabet::Rna, 2, &[CodonView::Codons])
            .encode(&[b"AUG", b"ATG"], &mut batch.clone())
            .unwrap_err();
        assert_eq!((error.record, error.position), (1, 1));
    }

    #[test]
    fn views_by_hand() {
        use CodonView::{AminoAcids, Bases, Codons as Whole};
        let on = |views: &[CodonView], alphabet: Alphabet, sequence: &[u8]| {
            let mut batch = Batch::default();
            Codons::new(alphabet, 4, views).encode(&[sequence], &mut batch).unwrap();
            let names: Vec<String> = views.iter().flat_map(|view| view.names(alphabet)).collect();
            assert_eq!(names.len(), views.iter().map(|view| view.channels()).sum::<usize>());
            let dense = batch.to_dense().unwrap();
            let row = |row: &[f32]| {
                let on = row.iter().zip(&names).filter(|(value, _)| **value > 0.0);
                on.map(|(_, name)| name.clone()).collect::<Vec<_>>().join(", ")
            };
            dense.chunks(names.len()).map(row).collect::<Vec<_>>()
        };
        assert_eq!(on(&[AminoAcids], Alphabet::Dna, b"ATGTGGTAANNN"), ["M", "W", "*", ""]);
        assert_eq!(
            on(&[Bases, Whole, AminoAcids], Alphabet::Dna, b"atgCTAGCN"),
            ["1 A, 2 T, 3 G, ATG, M", "1 C, 2 T, 3 A, CTA, L", "", ""]
        );
        assert_eq!(
            on(&[AminoAcids, Bases], Alphabet::Rna, b"UUUgcu"),
            ["F, 1 U, 2 U, 3 U", "A, 1 G, 2 C, 3 U", "", ""]
        );
    }

    proptest! {
        #[test]
        fn decoding_reverts_encoding(codons in prop::collection::vec("[ACGT]{3}|NNN", 0..20)) {
            let sequence = codons.concat();
            let (found, _) = codes(20, sequence.as_bytes());
            prop_assert_eq!(Codons::decode(Alphabet::Dna, &found), sequence);
        }
    }
}
