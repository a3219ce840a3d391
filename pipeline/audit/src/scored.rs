//! A model's predictions of the labelled held-out records, as the checks of its performance take them.

use cistron_models::metrics::argmax;

use cistron_data::dataset::Dataset;
use cistron_evaluate::{Role, Scores};
use cistron_split::Splits;

/// Held-out, labelled records with what a model made of them.
pub(super) struct Scored<'a> {
    /// Name of the model.
    pub(super) name: &'a str,
    /// Record of each row.
    pub(super) records: Vec<usize>,
    /// Fold of each row.
    pub(super) folds: Vec<usize>,
    /// Homology cluster of each row.
    pub(super) clusters: Vec<u32>,
    /// Class of each row.
    pub(super) labels: Vec<usize>,
    /// Whether the most probable class is the label.
    pub(super) right: Vec<bool>,
    /// Probabilities (n, K), row-major.
    pub(super) probabilities: Vec<f32>,
}

/// The models among `scores`, without their rows of unlabelled records.
pub(super) fn of_models<'a>(
    dataset: &Dataset,
    splits: &Splits,
    scores: &'a [Scores],
) -> Vec<Scored<'a>> {
    let models = scores.iter().filter(|s| s.role == Role::Model);
    models.map(|s| Scored::new(dataset, &splits.clusters, s)).collect()
}

impl<'a> Scored<'a> {
    pub(super) fn new(dataset: &Dataset, clusters: &[u32], scores: &'a Scores) -> Self {
        let classes = dataset.classes.len().max(1);
        let mut out = Self {
            name: &scores.name,
            records: Vec::new(),
            folds: Vec::new(),
            clusters: Vec::new(),
            labels: Vec::new(),
            right: Vec::new(),
            probabilities: Vec::new(),
        };
        let rows = scores.records.iter().zip(&scores.folds);
        for ((record, fold), row) in rows.zip(scores.probabilities.chunks_exact(classes)) {
            let Some(label) = dataset.labels[*record] else { continue };
            out.records.push(*record);
            out.folds.push(*fold as usize);
            out.clusters.push(clusters[*record]);
            out.labels.push(label as usize);
            out.right.push(argmax(row) == label as usize);
            out.probabilities.extend_from_slice(row);
        }
        out
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;

    #[test]
    fn unlabelled_rows_and_floors_are_left_out() {
        let mut dataset = planted::two_classes(&planted::random(4, 40, 1));
        dataset.labels[1] = None;
        let splits = planted::splits(&dataset, |_| cistron_split::Part::Test);
        let scores = |role| Scores {
            name: "x".into(),
            role,
            records: vec![0, 1, 2, 3],
            folds: vec![0; 4],
            probabilities: vec![0.9, 0.1, 0.9, 0.1, 0.2, 0.8, 0.2, 0.8],
        };
        let all = [scores(Role::Model), scores(Role::Floor)];
        let models = of_models(&dataset, &splits, &all);
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].records, [0, 2, 3]);
        assert_eq!(models[0].right, [true, false, true]);
        assert_eq!((models[0].len(), models[0].probabilities.len()), (3, 6));
    }
}
