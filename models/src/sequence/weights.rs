//! What each record is worth in training.

use std::collections::HashMap;

/// Weights with mean 1: a cluster of n relatives weighs √n instead of n, and classes are brought half
/// the way (on a logarithmic scale) to equal weight.
pub(super) fn weights(labels: &[usize], clusters: &[usize], classes: usize) -> Vec<f32> {
    let mut sizes: HashMap<usize, f64> = HashMap::new();
    for cluster in clusters {
        *sizes.entry(*cluster).or_default() += 1.0;
    }
    let mut weights: Vec<f64> =
        clusters.iter().map(|cluster| sizes[cluster].sqrt().recip()).collect();
    let mut totals = vec![0.0; classes];
    labels.iter().zip(&weights).for_each(|(label, weight)| totals[*label] += weight);
    for (label, weight) in labels.iter().zip(&mut weights) {
        *weight /= totals[*label].sqrt();
    }
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    weights.iter().map(|weight| (weight / mean) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        // A cluster of four weighs 2, as much as its class; the other class weighs 1: its record is
        // worth twice the others by cluster, and √2 times as much again by class.
        let found = weights(&[0, 0, 0, 0, 1], &[7, 7, 7, 7, 8], 2);
        assert!((found.iter().sum::<f32>() - 5.0).abs() < 1e-5);
        assert!((found[4] / found[0] - 2.0 * 2.0_f32.sqrt()).abs() < 1e-5, "{found:?}");
        assert!((found[1] - found[0]).abs() < 1e-6);
    }
}
