//! Confidence against accuracy.

use serde::{Deserialize, Serialize};

use crate::metrics::{Outcomes, rows};

/// Items of similar confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Smallest confidence.
    pub low: f64,
    /// Largest confidence.
    pub high: f64,
    /// Mean confidence.
    pub confidence: f64,
    /// Share of items whose predicted class is their label.
    pub accuracy: f64,
    /// Items whose predicted class is their label.
    pub hits: u64,
    /// Items.
    pub n: u64,
}

/// The reliability diagram of the predicted classes, in bins of equal mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Expected calibration error: the mean distance of confidence from accuracy over bins,
    /// weighted by items (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602; bins of equal mass after
    /// Nguyen and O'Connor 2015, doi:10.18653/v1/D15-1182).
    pub expected_calibration_error: f64,
    /// The bins in order of confidence; none is empty.
    pub bins: Vec<ReliabilityBin>,
}

impl Reliability {
    /// The usual number of bins.
    pub const BINS: usize = 15;

    /// Sorts the items by the probability of their predicted class into at most `n_bins` bins of
    /// equal mass.
    ///
    /// Items of the same confidence share a bin, so that their order does not matter: with ties
    /// there are fewer bins. `None` without probabilities, items or bins.
    #[must_use]
    pub fn new(outcomes: &Outcomes<'_>, n_bins: usize) -> Option<Self> {
        let mut items: Vec<(f32, bool)> = rows(outcomes.probabilities()?, outcomes.n_classes())
            .zip(outcomes.predicted().iter().zip(outcomes.labels()))
            .map(|(row, (predicted, label))| (row[*predicted], predicted == label))
            .collect();
        if items.is_empty() || n_bins == 0 {
            return None;
        }
        items.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let bins: Vec<ReliabilityBin> = bins_of_equal_mass(&items, n_bins).map(bin).collect();
        let gaps = bins.iter().map(|bin| bin.n as f64 * (bin.confidence - bin.accuracy).abs());
        let expected_calibration_error = gaps.sum::<f64>() / items.len() as f64;
        Some(Self { expected_calibration_error, bins })
    }
}

/// Cuts sorted items at i n / bins, moved up past ties.
fn bins_of_equal_mass(
    items: &[(f32, bool)],
    n_bins: usize,
) -> impl Iterator<Item = &[(f32, bool)]> {
    let n_bins = n_bins.min(items.len());
    let mut start = 0;
    (1..=n_bins).filter_map(move |i| {
        let cut = (i * items.len() / n_bins).max(start);
        let last = items[..cut].last().map_or(f32::NEG_INFINITY, |item| item.0);
        let end = cut + items[cut..].iter().take_while(|item| item.0 <= last).count();
        let bin = &items[start..end];
        start = end;
        (!bin.is_empty()).then_some(bin)
    })
}

fn bin(items: &[(f32, bool)]) -> ReliabilityBin {
    let n = items.len() as f64;
    let hits = items.iter().filter(|item| item.1).count();
    ReliabilityBin {
        low: f64::from(items[0].0),
        high: f64::from(items[items.len() - 1].0),
        confidence: items.iter().map(|item| f64::from(item.0)).sum::<f64>() / n,
        accuracy: hits as f64 / n,
        hits: hits as u64,
        n: items.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_confidences_share_a_bin_whatever_their_order() {
        let probabilities: Vec<f32> = [[0.75, 0.25]; 8].concat();
        let labels = [0, 0, 0, 0, 0, 0, 1, 1];
        let outcomes = Outcomes::new(&probabilities, &labels, 2).unwrap();
        let reliability = Reliability::new(&outcomes, 15).unwrap();
        assert_eq!(reliability.bins.len(), 1);
        assert!(reliability.expected_calibration_error.abs() < 1e-12);
    }

    #[test]
    fn hand_computed_bins() {
        let probabilities = [0.6, 0.4, 0.7, 0.3, 0.2, 0.8, 0.1, 0.9];
        let outcomes = Outcomes::new(&probabilities, &[0, 1, 1, 1], 2).unwrap();
        let reliability = Reliability::new(&outcomes, 2).unwrap();
        let found: Vec<(u64, u64)> = reliability.bins.iter().map(|b| (b.hits, b.n)).collect();
        assert_eq!(found, [(1, 2), (2, 2)]);
        // (2 |.65 - .5| + 2 |.85 - 1|) / 4
        assert!((reliability.expected_calibration_error - 0.15).abs() < 1e-7);
        assert!(Reliability::new(&outcomes, 0).is_none());
        let classes_only = Outcomes::from_classes(&[0], &[0], 2).unwrap();
        assert!(Reliability::new(&classes_only, 15).is_none());
    }
}
