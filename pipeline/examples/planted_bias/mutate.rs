//! What is done to single sequences.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Each base replaced by another one with probability `rate`.
pub(super) fn substituted(sequence: &[u8], rate: f64, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let other = |base: u8, rng: &mut ChaCha8Rng| {
        let others: Vec<u8> = b"ACGT".iter().copied().filter(|b| *b != base).collect();
        others[rng.random_range(0..3)]
    };
    sequence
        .iter()
        .map(|base| if rng.random_bool(rate) { other(*base, rng) } else { *base })
        .collect()
}

/// A and T made G or C until the share of G and C is `more` higher on average.
pub(super) fn with_more_gc(sequence: &[u8], more: f64, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let weak = sequence.iter().filter(|b| b"AT".contains(b)).count() as f64;
    let rate = (more * sequence.len() as f64 / weak.max(1.0)).min(1.0);
    sequence
        .iter()
        .map(|base| match base {
            b'A' if rng.random_bool(rate) => b'G',
            b'T' if rng.random_bool(rate) => b'C',
            base => *base,
        })
        .collect()
}

/// The other strand.
pub(super) fn turned(sequence: &[u8]) -> Vec<u8> {
    let complement = |base: &u8| match base {
        b'A' => b'T',
        b'C' => b'G',
        b'G' => b'C',
        _ => b'A',
    };
    sequence.iter().rev().map(complement).collect()
}
