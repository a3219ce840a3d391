//! k-mer tokens: a sequence as a row of word numbers, for models with an embedding.

use crate::alphabet::{Alphabet, UnknownSymbol};
use crate::batch::Batch;
use crate::kmer::each_kmer;
use crate::{Encoder, Shape};

/// The id of a position behind the last token.
pub const PADDING_TOKEN: u32 = 0;

/// The id of a k-mer that holds an ambiguity code.
pub const UNKNOWN_TOKEN: u32 = 1;

/// The id of the first k-mer (AAA…); the others follow in lexicographic order.
pub const FIRST_KMER_TOKEN: u32 = 2;

/// k-mer tokens (N, T, 1): one every `stride` positions, of k symbols each.
///
/// Made by [`build`](crate::build). The vocabulary is 4^k + 2, or 20^k + 2 for proteins. Symbols behind the last whole k-mer make
/// no token.
#[derive(Clone, Debug)]
pub struct KmerTokens {
    alphabet: Alphabet,
    k: usize,
    stride: usize,
    length: usize,
}

impl KmerTokens {
    /// Returns an encoder of `length` tokens; `k` and `stride` are at least 1.
    pub(crate) fn new(alphabet: Alphabet, k: usize, stride: usize, length: usize) -> Self {
        Self { alphabet, k, stride, length }
    }

    /// Returns the number of tokens of a sequence of `length` symbols, before truncation.
    fn tokens(&self, length: usize) -> usize {
        length.checked_sub(self.k).map_or(0, |last| last / self.stride + 1)
    }

    /// Returns the number of symbols that T tokens span.
    fn span(&self) -> usize {
        (self.length.saturating_sub(1)).saturating_mul(self.stride).saturating_add(self.k)
    }
}

impl Encoder for KmerTokens {
    fn shape(&self) -> Shape {
        let kmers = self.alphabet.letters().pow(self.k as u32);
        Shape::Tokens { length: self.length, vocabulary: kmers + FIRST_KMER_TOKEN as usize }
    }

    fn encode(&self, sequences: &[&[u8]], batch: &mut Batch) -> Result<(), UnknownSymbol> {
        let vocabulary = self.alphabet.letters().pow(self.k as u32) + FIRST_KMER_TOKEN as usize;
        let available = sequences.iter().map(|sequence| self.tokens(sequence.len()));
        let ids = batch.begin_tokens(self.length, vocabulary, available); // (N, T, 1)
        if self.length == 0 {
            return Ok(());
        }
        for (i, (sequence, row)) in sequences.iter().zip(ids.chunks_mut(self.length)).enumerate() {
            let seen = &sequence[..sequence.len().min(self.span())];
            let mut tokens = row.iter_mut();
            let mut wait = 0;
            each_kmer(self.alphabet, seen, self.k, |kmer| {
                if wait > 0 {
                    wait -= 1;
                } else if let Some(token) = tokens.next() {
                    *token = kmer.map_or(UNKNOWN_TOKEN, |kmer| kmer as u32 + FIRST_KMER_TOKEN);
                    wait = self.stride - 1;
                }
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

    fn encode(encoder: &KmerTokens, sequences: &[&[u8]]) -> (Vec<u32>, Batch) {
        let mut batch = Batch::default();
        encoder.encode(sequences, &mut batch).unwrap();
        let Values::Tokens { ids, .. } = &batch.values else { panic!("{batch:?}") };
        (ids.clone(), batch)
    }

    #[test]
    fn tokens_by_hand() {
        let encoder = KmerTokens::new(Alphabet::Dna, 2, 2, 3);
        let (ids, batch) = encode(&encoder, &[b"AACGT", b"TTTTTTTTA", b"ANTT", b"A"]);
        #[rustfmt::skip]
        let expected = [
            2, 8, 0, // AA CG and a base too few
            17, 17, 17, // truncated
            1, 17, 0,
            0, 0, 0,
        ];
        assert_eq!(ids, expected);
        assert_eq!((batch.n, batch.truncated, &batch.lengths[..]), (4, 1, &[2, 3, 2, 0][..]));
    }

    #[test]
    fn strides_by_hand() {
        let one = encode(&KmerTokens::new(Alphabet::Dna, 2, 1, 9), &[b"AACA"]).0;
        assert_eq!(one, [2, 3, 6, 0, 0, 0, 0, 0, 0]);
        let three = encode(&KmerTokens::new(Alphabet::Dna, 2, 3, 3), &[b"AACACGTT"]).0;
        assert_eq!(three, [2, 3, 17]);
        assert_eq!(encode(&KmerTokens::new(Alphabet::Protein, 1, 1, 3), &[b"AYX"]).0, [2, 21, 1]);
    }

    proptest! {
        #[test]
        fn tokens_are_the_kmers_in_order(
            sequence in "[ACGTN]{0,50}", k in 1_usize..5, stride in 1_usize..7, length in 1_usize..20
        ) {
            let encoder = KmerTokens::new(Alphabet::Dna, k, stride, length);
            let (ids, batch) = encode(&encoder, &[sequence.as_bytes()]);
            let windows = sequence.as_bytes().windows(k).step_by(stride);
            prop_assert_eq!(batch.truncated, usize::from(windows.len() > length));
            let valid = windows.len().min(length);
            prop_assert_eq!(batch.lengths[0] as usize, valid);
            for (window, &id) in windows.zip(&ids) {
                let decoded: Vec<u8> = (0..k)
                    .map(|at| (id.wrapping_sub(2) >> (2 * (k - 1 - at)) & 3) as usize)
                    .map(|base| b"ACGT"[base])
                    .collect();
                let unknown = window.contains(&b'N');
                prop_assert!(unknown && id == UNKNOWN_TOKEN || !unknown && decoded == window);
            }
            prop_assert!(ids[valid..].iter().all(|&id| id == PADDING_TOKEN));
        }
    }
}
