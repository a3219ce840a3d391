//! Random numbers that depend on a seed and a name only: not on threads, order or machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A generator for `purpose`: the same (seed, purpose) gives the same numbers everywhere.
pub(crate) fn generator(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut key = *b"........ cistron-models ........";
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[24..].copy_from_slice(&fnv1a(purpose.as_bytes()).to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// Uniform on [0, 1), in steps of 2⁻²⁴.
pub(crate) fn uniform(generator: &mut ChaCha8Rng) -> f32 {
    (generator.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Puts `items` into an order drawn uniformly (Durstenfeld 1964, doi:10.1145/364520.364540).
pub(crate) fn shuffle<T>(items: &mut [T], generator: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        // A product of 128 bits: its bias, below 2⁻⁶⁴ times the length, cannot be observed.
        let product = u128::from(generator.next_u64()) * (last as u128 + 1);
        items.swap(last, (product >> 64) as usize);
    }
}

/// Fowler-Noll-Vo hash, variant 1a, 64 bits (RFC 9923).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// One step of `SplitMix64` from a counter: 64 well mixed bits
/// (Steele et al. 2014, doi:10.1145/2660193.2660195).
pub(crate) fn mix(counter: u64) -> u64 {
    let mut bits = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_mixes_are_the_published_ones() {
        // FNV-1a test vectors; SplitMix64 from state 0 (first two outputs).
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!([mix(1), mix(2)], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn every_order_of_three_is_as_likely() {
        let mut generator = generator(3, "test");
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut items = [0, 1, 2];
            shuffle(&mut items, &mut generator);
            *counts.entry(items).or_insert(0) += 1;
        }
        // Six standard deviations of a binomial count of mean 1000.
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|&count| (1000_i32 - count).abs() < 174), "{counts:?}");
    }
}
