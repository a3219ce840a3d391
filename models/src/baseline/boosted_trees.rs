//! Gradient-boosted trees on named features.

use forust_ml::errors::ForustError;

use super::{BaselineError, FeatureTable, Predictions, check_labels};
use crate::trees::{Table, Trees};

/// Trees of a class.
const TREES: usize = 100;
/// Records learnt from, at most: more of them make the trees slower and hardly better.
const RECORDS: usize = 20_000;

/// Boosted trees of each class against the rest (Friedman 2001, doi:10.1214/aos/1013203451), every class
/// weighing the same.
pub struct BoostedTrees {
    trees: Option<Trees>,
    /// The classes that occur among the records learnt from.
    present: Vec<usize>,
    n_classes: usize,
}

/// Trees that cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum BoostedTreesError {
    /// The labels are not usable.
    #[error(transparent)]
    Labels(#[from] BaselineError),
    /// The library that grows them refused.
    #[error("boosted trees: {0}")]
    Trees(#[from] ForustError),
}

impl BoostedTrees {
    /// Fits 100 trees of 8 leaves a class; of more than 20 000 records to that many, evenly taken.
    ///
    /// # Errors
    ///
    /// Where records and labels do not fit together, or the trees cannot be grown.
    pub fn fit(
        features: &FeatureTable,
        labels: &[usize],
        n_classes: usize,
    ) -> Result<Self, BoostedTreesError> {
        check_labels(features.n_rows(), labels, n_classes)?;
        let n = labels.len().min(RECORDS);
        let records: Vec<usize> = (0..n).map(|i| i * labels.len() / n).collect();
        let mut counts = vec![0_usize; n_classes];
        for record in &records {
            counts[labels[*record]] += 1;
        }
        let present: Vec<usize> = (0..n_classes).filter(|class| counts[*class] > 0).collect();
        if present.len() < 2 {
            return Ok(Self { trees: None, present, n_classes });
        }
        let place = |record: &usize| present.partition_point(|class| *class < labels[*record]);
        let own: Vec<usize> = records.iter().map(place).collect();
        let share = n as f32 / present.len() as f32;
        let weigh = |record: &usize| share / counts[labels[*record]] as f32;
        let weights: Vec<f32> = records.iter().map(weigh).collect();
        let table = Table::new(records.iter().map(|record| features.row(*record)));
        let trees = Trees::fit(&table, &own, &weights, present.len(), TREES, 0)?;
        Ok(Self { trees: Some(trees), present, n_classes })
    }

    /// Probabilities of each item: those of each class against the rest, scaled to sum to 1.
    #[must_use]
    pub fn predict(&self, features: &FeatureTable) -> Predictions {
        let mut out = vec![0.0; features.n_rows() * self.n_classes];
        let rows = out.chunks_mut(self.n_classes);
        match &self.trees {
            None => rows.for_each(|row| row[self.present[0]] = 1.0),
            Some(trees) => {
                let table = Table::new((0..features.n_rows()).map(|row| features.row(row)));
                let logits = trees.logits(&table);
                for (row, logits) in rows.zip(logits.chunks(self.present.len())) {
                    let own: Vec<f32> = logits.iter().map(|s| 1.0 / (1.0 + (-s).exp())).collect();
                    let sum: f32 = own.iter().sum();
                    for (class, own) in self.present.iter().zip(own) {
                        row[*class] = own / sum;
                    }
                }
            }
        }
        Predictions::new(self.n_classes, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[f32; 2]]) -> FeatureTable {
        let names = vec!["a".to_string(), "b".to_string()];
        FeatureTable::new(rows.len(), names, rows.concat()).unwrap()
    }

    #[test]
    fn a_rule_that_no_line_draws_is_learnt() {
        // Class 2 where a is neither small nor large; class 1 does not occur.
        let rows: Vec<[f32; 2]> = (0..360).map(|i| [(i % 6) as f32, (i / 6 % 6) as f32]).collect();
        let label = |row: &[f32; 2]| if (2.0..4.0).contains(&row[0]) { 2 } else { 0 };
        let labels: Vec<usize> = rows.iter().map(label).collect();
        let found = BoostedTrees::fit(&table(&rows), &labels, 3).unwrap().predict(&table(&rows));
        assert_eq!(found.classes(), labels);
        for row in found.probabilities().chunks(3) {
            assert!(row[1] == 0.0 && (row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
        }
    }

    #[test]
    fn one_class_alone_and_bad_labels() {
        let rows = [[1.0, 2.0], [3.0, 4.0]];
        let one = BoostedTrees::fit(&table(&rows), &[1, 1], 3).unwrap();
        assert_eq!(one.predict(&table(&rows)).probabilities(), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
        let error = BoostedTrees::fit(&table(&rows), &[0, 3], 2).err().unwrap();
        assert!(matches!(error, BoostedTreesError::Labels(BaselineError::Class { .. })));
    }
}
