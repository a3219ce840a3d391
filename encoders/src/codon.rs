//! Codons of coding sequences: one channel a codon.

use std::sync::Arc;

use crate::alphabet::{Alphabet, PADDING, UnknownSymbol};
use crate::batch::Batch;
use crate::kmer::{each_kmer, kmer_names};
use crate::symbol_table::SymbolTable;
use crate::{Encoder, Shape};

/// The code of a codon that holds an ambiguity code; codons have the codes 1 to 64 in lexicographic
/// order (AAA, AAC, AAG, AAT or AAU, ACA, …).
pub const UNKNOWN_CODON: u8 = 65;

/// One-hot codons as codes (N, L) with their table (66, 64), read from the first base on.
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
    pub(crate) fn new(alphabet: Alphabet, length: usize) -> Self {
        let channels = 64;
        let mut values = vec![0.0; (usize::from(UNKNOWN_CODON) + 1) * channels];
        for codon in 0..channels {
            values[(codon + 1) * channels + codon] = 1.0;
        }
        let table = SymbolTable { symbols: usize::from(UNKNOWN_CODON) + 1, channels, values };
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
        Codons::new(Alphabet::Dna, length).encode(&[sequence], &mut batch).unwrap();
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
        let error = Codons::new(Alphabet::Rna, 2)
            .encode(&[b"AUG", b"ATG"], &mut batch.clone())
            .unwrap_err();
        assert_eq!((error.record, error.position), (1, 1));
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
