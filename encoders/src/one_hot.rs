//! One-hot encoding: one channel a letter at every position, kept as one byte a symbol.

use std::sync::Arc;

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::symbol_table::{SymbolTable, UnknownAs};
use crate::{Encoder, Shape};

/// One-hot positions as symbol codes (N, L) with their table (S, C), made by
/// [`build`](crate::build).
#[derive(Clone, Debug)]
pub struct OneHot {
    alphabet: Alphabet,
    length: usize,
    table: Arc<SymbolTable>,
}

impl OneHot {
    pub(crate) fn new(alphabet: Alphabet, length: usize, unknown: UnknownAs) -> Self {
        Self { alphabet, length, table: Arc::new(alphabet.table(unknown)) }
    }

    /// Proteins with other channels than one a letter: `letters` (20, C) are those of each amino
    /// acid, an ambiguity code has the mean of its amino acids.
    pub(crate) fn of_proteins(letters: &[f32], channels: usize, length: usize) -> Self {
        let table = Alphabet::Protein.table(UnknownAs::Zeros).project(letters, channels);
        Self { alphabet: Alphabet::Protein, length, table: Arc::new(table) }
    }
}

impl Encoder for OneHot {
    fn shape(&self) -> Shape {
        let SymbolTable { symbols, channels, .. } = *self.table;
        Shape::Symbols { length: self.length, symbols, channels }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let available = sequences.iter().map(|sequence| sequence.len());
        let codes = batch.begin_symbols(self.length, &self.table, available); // (N, L)
        if self.length == 0 {
            return Ok(());
        }
        for (i, (sequence, row)) in sequences.iter().zip(codes.chunks_mut(self.length)).enumerate()
        {
            self.alphabet.codes_into(sequence, row).map_err(|error| error.in_record(i))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;
    use proptest::prelude::*;

    #[test]
    fn rows_by_hand() {
        let mut batch = Batch::default();
        let encoder = OneHot::new(Alphabet::Dna, 3, UnknownAs::Uniform);
        encoder.encode(&[b"GaTTA", b"", b"NR"], &mut batch).unwrap();
        assert_eq!((batch.n, batch.length, batch.truncated), (3, 3, 1));
        assert_eq!(batch.lengths, [3, 0, 2]);
        #[rustfmt::skip]
        let expected = [
            // (3, 3, 4): G A T, nothing, N R and padding
            0.0, 0.0, 1.0, 0.0,    1.0, 0.0, 0.0, 0.0,    0.0, 0.0, 0.0, 1.0,
            0.0, 0.0, 0.0, 0.0,    0.0, 0.0, 0.0, 0.0,    0.0, 0.0, 0.0, 0.0,
            0.25, 0.25, 0.25, 0.25, 0.5, 0.0, 0.5, 0.0,   0.0, 0.0, 0.0, 0.0,
        ];
        assert_eq!(batch.to_dense().unwrap(), expected);
    }

    #[test]
    fn channels_of_proteins_by_hand() {
        let letters: Vec<f32> = (0..40).map(|value| value as f32).collect(); // (20, 2)
        let encoder = OneHot::of_proteins(&letters, 2, 5);
        assert_eq!(encoder.shape(), Shape::Symbols { length: 5, symbols: 28, channels: 2 });
        let mut batch = Batch::default();
        encoder.encode(&[b"ayB*X"], &mut batch).unwrap();
        // A is the first, Y the last; B is D (4, 5) or N (22, 23); stop and X are nothing.
        let expected = [0.0, 1.0, 38.0, 39.0, 13.0, 14.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(batch.to_dense().unwrap(), expected);
    }

    #[test]
    fn an_unknown_symbol_names_its_record() {
        let encoder = OneHot::new(Alphabet::Rna, 8, UnknownAs::Zeros);
        let error = encoder.encode(&[b"ACGU", b"ACT"], &mut Batch::default()).unwrap_err();
        assert_eq!((error.record, error.position, error.byte), (1, 2, b'T'));
    }

    proptest! {
        #[test]
        fn decoding_reverts_encoding(sequence in "[ACGTRYSWKMBDHVN]{0,40}") {
            let mut batch = Batch::default();
            let encoder = OneHot::new(Alphabet::Dna, 40, UnknownAs::Zeros);
            encoder.encode(&[sequence.as_bytes()], &mut batch).unwrap();
            let Values::Symbols { codes, .. } = &batch.values else { panic!("{batch:?}") };
            prop_assert_eq!(Alphabet::Dna.decode(codes), sequence.as_bytes());
        }

        #[test]
        fn reverse_complement_flips_positions_and_channels(
            sequence in "[ACGTRYSWKMBDHVN]{1,40}", uniform: bool
        ) {
            let sequence = sequence.as_bytes();
            let unknown = if uniform { UnknownAs::Uniform } else { UnknownAs::Zeros };
            let encoder = OneHot::new(Alphabet::Dna, sequence.len(), unknown);
            let dense = |sequence: &[u8]| {
                let mut batch = Batch::default();
                encoder.encode(&[sequence], &mut batch).unwrap();
                batch.to_dense().unwrap()
            };
            // Complementary bases are opposite channels, so that turning the flat (L, C) values
            // round flips both axes.
            let mut flipped = dense(sequence);
            flipped.reverse();
            let reverse_complement = Alphabet::Dna.reverse_complement(sequence).unwrap();
            prop_assert_eq!(dense(&reverse_complement), flipped);
        }
    }
}
