//! What an audit looks at.

use super::{Predicted, Reference};
use cistron_data::dataset::Dataset;
use cistron_split::Splits;
use cistron_split::neighbour::Neighbours;

/// What is audited: records, their homology clusters, and how they are held out, if they are.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) clusters: &'a [u32],
    pub(super) k: usize,
    pub(super) held_out: Option<(&'a Splits, &'a Neighbours)>,
    pub(super) random: Option<&'a Neighbours>,
    pub(super) seed: u64,
    pub(super) sensitive: bool,
    pub(super) counterfactual: bool,
    pub(super) predictions: Option<&'a [Predicted]>,
    pub(super) references: &'a [Reference],
}

impl<'a> Subject<'a> {
    /// A data set with its split.
    #[must_use]
    pub fn split(
        dataset: &'a Dataset,
        splits: &'a Splits,
        neighbours: &'a Neighbours,
        seed: u64,
    ) -> Self {
        Self {
            held_out: Some((splits, neighbours)),
            ..Self::unsplit(dataset, &splits.clusters, splits.certificate.k.unwrap_or(0), seed)
        }
    }

    /// A data set that nobody has split: its homology clusters, one number a record, and the k-mer
    /// length that near copies are looked for with.
    #[must_use]
    pub fn unsplit(dataset: &'a Dataset, clusters: &'a [u32], k: usize, seed: u64) -> Self {
        Self {
            dataset,
            clusters,
            k,
            held_out: None,
            random: None,
            seed,
            sensitive: false,
            counterfactual: false,
            predictions: None,
            references: &[],
        }
    }

    /// The neighbours of [`random_split`](super::random_split), where they are known already.
    #[must_use]
    pub fn with_random_split(self, neighbours: &'a Neighbours) -> Self {
        Self { random: Some(neighbours), ..self }
    }

    /// Looks for distant relatives across the split, too, which takes longer.
    #[must_use]
    pub fn with_sensitivity(self, sensitive: bool) -> Self {
        Self { sensitive, ..self }
    }

    /// Trains cheap models on other versions of the data, too, which takes longer.
    #[must_use]
    pub fn with_counterfactual(self, counterfactual: bool) -> Self {
        Self { counterfactual, ..self }
    }

    /// What earlier models predicted: none of it should be a label now.
    #[must_use]
    pub fn with_predictions(self, predictions: &'a [Predicted]) -> Self {
        Self { predictions: Some(predictions), ..self }
    }

    /// Populations that a score is meant for.
    #[must_use]
    pub fn with_references(self, references: &'a [Reference]) -> Self {
        Self { references, ..self }
    }
}
