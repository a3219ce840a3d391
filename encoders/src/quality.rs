//! One-hot bases with the quality of each call: (N, L, C + 1).

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::symbol_table::{SymbolTable, UnknownAs};
use crate::{Encoder, Shape};

/// What the qualities of FASTQ files count from: `!` is 0 (Sanger, doi:10.1093/nar/gkp1137).
const ZERO: u8 = b'!';

/// The channels of one-hot encoding, and the probability that the call is right:
/// 1 - 10^(-Q / 10) of a Phred quality Q (Ewing and Green 1998, doi:10.1101/gr.8.3.186).
///
/// Made by [`build`](crate::build). A sequence is the symbols and, behind them, as many qualities.
#[derive(Clone, Debug)]
pub struct OneHotQuality {
    alphabet: Alphabet,
    length: usize,
    table: SymbolTable,
}

impl OneHotQuality {
    pub(crate) fn new(alphabet: Alphabet, length: usize, unknown: UnknownAs) -> Self {
        Self { alphabet, length, table: alphabet.table(unknown) }
    }

    fn channels(&self) -> usize {
        self.table.channels + 1
    }
}

/// The probability that a call of this quality is right.
fn right(quality: u8) -> f32 {
    let phred = f32::from(quality.saturating_sub(ZERO));
    1.0 - 10.0_f32.powf(-phred / 10.0)
}

impl Encoder for OneHotQuality {
    fn shape(&self) -> Shape {
        Shape::Dense { length: self.length, channels: self.channels() }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let channels = self.channels();
        let available = sequences.iter().map(|sequence| sequence.len() / 2);
        let values = batch.begin_dense(self.length, channels, available); // (N, L, C + 1)
        let mut codes = vec![0; self.length];
        let rows = values.chunks_exact_mut((self.length * channels).max(1));
        for (i, (sequence, row)) in sequences.iter().zip(rows).enumerate() {
            let (symbols, qualities) = sequence.split_at(sequence.len() / 2);
            codes.fill(0);
            self.alphabet.codes_into(symbols, &mut codes).map_err(|error| error.in_record(i))?;
            let positions = row.chunks_exact_mut(channels).zip(codes.iter().zip(qualities));
            for (position, (code, quality)) in positions {
                position[..channels - 1].copy_from_slice(self.table.row(*code));
                position[channels - 1] = right(*quality);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_qualities_by_hand() {
        let mut batch = Batch::default();
        let encoder = OneHotQuality::new(Alphabet::Dna, 3, UnknownAs::Zeros);
        // Qualities 10, 20 and 0; then one base of quality 40, and four of which one does not fit.
        encoder.encode(&[b"AcN+5!", b"TI", b"GGGGIIII"], &mut batch).unwrap();
        assert_eq!((batch.lengths.as_slice(), batch.truncated), (&[3, 1, 3][..], 1));
        let found = batch.to_dense().unwrap();
        #[rustfmt::skip]
        let expected = [
            1., 0., 0., 0., 0.9,   0., 1., 0., 0., 0.99,   0., 0., 0., 0., 0.,
            0., 0., 0., 1., 0.9999,  0., 0., 0., 0., 0.,   0., 0., 0., 0., 0.,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(found.len(), 45);
    }

    #[test]
    fn a_symbol_that_is_no_base_is_named() {
        let encoder = OneHotQuality::new(Alphabet::Dna, 3, UnknownAs::Zeros);
        assert!(encoder.encode(&[b"A!II"], &mut Batch::default()).is_err());
    }
}
