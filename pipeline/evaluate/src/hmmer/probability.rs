//! From scores in bits to probabilities.

/// Probabilities (n, K), row by row, of classes with these numbers of development records.
///
/// A score is the base-2 logarithm of how much likelier the sequence is under the profile than at
/// random, so that by Bayes' rule `p_k` is proportional to `π_k 2^score_k`, with `π_k` the frequency
/// of the class. Without a hit of any class the frequencies are left.
pub(super) fn probabilities(counts: &[usize], bits: &[Vec<f64>]) -> Vec<f32> {
    let total: usize = counts.iter().sum();
    // A class without a record has the logarithm of nought, and the probability 0.
    let prior: Vec<f64> = counts.iter().map(|n| (*n as f64 / total as f64).log2()).collect();
    let mut out = Vec::with_capacity(bits.len() * counts.len());
    for row in bits {
        let bits: Vec<f64> = row.iter().zip(&prior).map(|(score, prior)| score + prior).collect();
        let highest = bits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = bits.iter().map(|bits| (bits - highest).exp2()).collect();
        let total: f64 = powers.iter().sum();
        out.extend(powers.iter().map(|power| (power / total) as f32));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bayes_by_hand() {
        let bits = [vec![0.0, 0.0, 0.0], vec![0.0, 2.0, 0.0], vec![4000.0, 3990.0, 4100.0]];
        let found = probabilities(&[3, 1, 0], &bits);
        assert_eq!(found[..3], [0.75, 0.25, 0.0]);
        // 3 : 1 times 1 : 4.
        let expected = [3.0 / 7.0, 4.0 / 7.0, 0.0, 3072.0 / 3073.0, 1.0 / 3073.0, 0.0];
        for (found, expected) in found[3..].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }
}
