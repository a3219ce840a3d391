//! Sequences shuffled so that every pair of neighbours occurs as often as before.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A random sequence with the same first and last symbol and the same number of each pair of
/// neighbours, and so of each symbol; every such sequence is as probable as every other.
///
/// It is a random way through all pairs (Altschul & Erickson 1985,
/// doi:10.1093/oxfordjournals.molbev.a040370); the pairs that are used last are a random tree drawn by
/// loop-erased walks (Wilson 1996, doi:10.1145/237814.237880).
#[must_use]
pub fn shuffle(sequence: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let (Some(first), Some(last)) = (sequence.first(), sequence.last()) else { return Vec::new() };
    let mut followers = vec![Vec::new(); 256];
    for pair in sequence.windows(2) {
        followers[usize::from(pair[0])].push(pair[1]);
    }
    arrange(&mut followers, *last, rng);
    let mut used = [0; 256];
    let mut out = Vec::with_capacity(sequence.len());
    let mut at = usize::from(*first);
    out.push(*first);
    while let Some(follower) = followers[at].get(used[at]) {
        used[at] += 1;
        at = usize::from(*follower);
        out.push(*follower);
    }
    out
}

/// Orders the followers of each symbol so that a way that takes them in turn ends at `last` and leaves
/// none out: the last of each lead to `last`, the others stand in any order.
fn arrange(followers: &mut [Vec<u8>], last: u8, rng: &mut ChaCha8Rng) {
    let mut leads = [false; 256];
    let mut chosen = [0; 256];
    leads[usize::from(last)] = true;
    for symbol in (0..=u8::MAX).map(usize::from) {
        if followers[symbol].is_empty() {
            continue;
        }
        let mut at = symbol;
        while !leads[at] {
            chosen[at] = rng.random_range(0..followers[at].len());
            at = usize::from(followers[at][chosen[at]]);
        }
        at = symbol;
        while !leads[at] {
            leads[at] = true;
            at = usize::from(followers[at][chosen[at]]);
        }
    }
    for (symbol, list) in followers.iter_mut().enumerate() {
        let mut free = list.len();
        if symbol != usize::from(last) && free > 0 {
            free -= 1;
            list.swap(chosen[symbol], free);
        }
        list[..free].shuffle(rng);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rand::SeedableRng;

    use super::*;

    fn pairs(sequence: &[u8]) -> Vec<&[u8]> {
        let mut pairs: Vec<&[u8]> = sequence.windows(2).collect();
        pairs.sort_unstable();
        pairs
    }

    proptest! {
        #[test]
        fn pairs_and_ends_are_kept(sequence in "[ACGTN]{0,120}", seed: u64) {
            let found = shuffle(sequence.as_bytes(), &mut ChaCha8Rng::seed_from_u64(seed));
            prop_assert_eq!(pairs(&found), pairs(sequence.as_bytes()));
            prop_assert_eq!(found.len(), sequence.len());
            prop_assert_eq!(found.first(), sequence.as_bytes().first());
            prop_assert_eq!(found.last(), sequence.as_bytes().last());
        }
    }

    /// Every sequence of the letters ABC with the same first symbol and the same pairs.
    fn alike(sequence: &[u8]) -> Vec<Vec<u8>> {
        let mut all = vec![vec![sequence[0]]];
        for _ in 1..sequence.len() {
            let longer = |head: &Vec<u8>| {
                let head = head.clone();
                b"ABC".iter().map(move |letter| [&head[..], &[*letter]].concat())
            };
            all = all.iter().flat_map(longer).collect();
        }
        all.retain(|other| pairs(other) == pairs(sequence));
        all
    }

    #[test]
    fn every_sequence_with_the_same_pairs_is_as_probable() {
        for sequence in [&b"ABACABCCA"[..], b"ABCABBACB"] {
            let all = alike(sequence);
            assert!(all.len() > 5, "{}", all.len());
            let mut counts: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            let each = 2_000;
            for _ in 0..each * all.len() {
                *counts.entry(shuffle(sequence, &mut rng)).or_default() += 1;
            }
            assert_eq!(counts.len(), all.len());
            // Five standard deviations of a count.
            let far = 5.0 * (each as f64).sqrt();
            for (other, count) in counts {
                assert!(all.contains(&other));
                assert!((count as f64 - each as f64).abs() < far, "{other:?}: {count}");
            }
        }
    }
}
