//! Reference and alternate windows of a variant, one above the other: (N, L, 8).

use std::sync::Arc;

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::symbol_table::{SymbolTable, UnknownAs};
use crate::{Encoder, Shape};

/// Symbols of DNA, padding included: a pair of codes is one of 16².
const SYMBOLS: usize = 16;

/// Two windows of one length as symbol codes (N, L) with their table (256, 8), made by
/// [`build`](crate::build): the letters of the reference, then those of the alternate.
///
/// A sequence is both windows, the reference first; what is beyond L of either is cut off, the same
/// number of positions at both ends.
#[derive(Clone, Debug)]
pub struct AllelePair {
    length: usize,
    table: Arc<SymbolTable>,
}

impl AllelePair {
    pub(crate) fn new(length: usize) -> Self {
        let single = Alphabet::Dna.table(UnknownAs::Zeros);
        let mut values = Vec::with_capacity(SYMBOLS * SYMBOLS * single.channels * 2);
        for reference in 0..SYMBOLS as u8 {
            for alternate in 0..SYMBOLS as u8 {
                values.extend_from_slice(single.row(reference));
                values.extend_from_slice(single.row(alternate));
            }
        }
        let channels = single.channels * 2;
        let table = SymbolTable { symbols: SYMBOLS * SYMBOLS, channels, values };
        Self { length, table: Arc::new(table) }
    }

    /// Returns the names of the channels: `reference A` to `alternate T`.
    pub(crate) fn names() -> Vec<String> {
        let letters = Alphabet::Dna.symbols()[..4].iter().map(|letter| char::from(*letter));
        let of = |window| letters.clone().map(move |letter| format!("{window} {letter}"));
        of("reference").chain(of("alternate")).collect()
    }
}

impl Encoder for AllelePair {
    fn shape(&self) -> Shape {
        let SymbolTable { symbols, channels, .. } = *self.table;
        Shape::Symbols { length: self.length, symbols, channels }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let available = sequences.iter().map(|sequence| sequence.len() / 2);
        let codes = batch.begin_symbols(self.length, &self.table, available); // (N, L)
        let mut windows = [vec![0; self.length], vec![0; self.length]];
        let rows = codes.chunks_mut(self.length.max(1));
        for (i, (sequence, row)) in sequences.iter().zip(rows).enumerate() {
            let (reference, alternate) = sequence.split_at(sequence.len() / 2);
            for (window, codes) in [reference, alternate].into_iter().zip(&mut windows) {
                let kept = window.len().min(self.length);
                let start = (window.len() - kept) / 2;
                codes.fill(0);
                let window = &window[start..start + kept];
                Alphabet::Dna.codes_into(window, codes).map_err(|error| error.in_record(i))?;
            }
            for ((code, reference), alternate) in row.iter_mut().zip(&windows[0]).zip(&windows[1]) {
                *code = reference * SYMBOLS as u8 + alternate;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(length: usize, sequence: &[u8]) -> (Vec<f32>, Batch) {
        let mut batch = Batch::default();
        AllelePair::new(length).encode(&[sequence], &mut batch).unwrap();
        (batch.to_dense().unwrap(), batch)
    }

    #[test]
    fn windows_by_hand() {
        // AC above AT.
        let (found, batch) = rows(3, b"ACAT");
        #[rustfmt::skip]
        let expected = [
            1., 0., 0., 0.,  1., 0., 0., 0.,
            0., 1., 0., 0.,  0., 0., 0., 1.,
            0., 0., 0., 0.,  0., 0., 0., 0.,
        ];
        assert_eq!((found.as_slice(), batch.lengths), (&expected[..], vec![2]));
        assert_eq!(AllelePair::names()[5], "alternate C");
    }

    #[test]
    fn both_ends_of_long_windows_are_cut_off() {
        let (middle, _) = rows(1, b"GTG");
        assert_eq!(middle[..4], [0., 0., 1., 0.]);
        let (found, batch) = rows(1, b"ACGAGG");
        assert_eq!((found, batch.truncated), (vec![0., 1., 0., 0., 0., 0., 1., 0.], 1));
    }

    #[test]
    fn decoding_gives_the_windows_back() {
        let windows = b"ACGTNRYACGTTNRC";
        let (_, batch) = rows(7, &windows[..14]);
        let crate::Values::Symbols { codes, .. } = &batch.values else { panic!("no symbols") };
        let letter = |code: u8| Alphabet::Dna.symbols()[usize::from(code) - 1];
        let back: Vec<u8> = codes.iter().map(|code| letter(code / 16)).collect();
        let other: Vec<u8> = codes.iter().map(|code| letter(code % 16)).collect();
        assert_eq!([back, other].concat(), windows[..14]);
    }

    #[test]
    fn a_symbol_that_is_no_base_is_named() {
        let mut batch = Batch::default();
        let error = AllelePair::new(2).encode(&[b"ACAC", b"AC!C"], &mut batch).unwrap_err();
        assert!(error.to_string().contains('!'), "{error}");
    }
}
