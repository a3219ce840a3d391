//! Gradient-boosted trees over a table of numbers, one class against the rest.

use forust_ml::data::Matrix;
use forust_ml::errors::ForustError;
use forust_ml::{GradientBooster, objective::ObjectiveType};
use rayon::prelude::*;

/// Leaves of a tree.
const LEAVES: usize = 8;
/// How much of a tree's correction is taken.
const LEARNING_RATE: f32 = 0.05;
/// Share of the columns that a tree may look at.
const COLUMNS: f64 = 0.5;
/// Ranges that a column's values are sorted into.
const BINS: u16 = 64;

/// Boosted trees of each class; of two classes only the second's.
pub(crate) struct Trees {
    boosters: Vec<GradientBooster>,
}

/// A table (N, F), column by column as the trees read it.
pub(crate) struct Table {
    values: Vec<f64>,
    rows: usize,
    columns: usize,
}

impl Table {
    /// Takes rows of the same length.
    pub(crate) fn new<'a>(rows: impl ExactSizeIterator<Item = &'a [f32]> + Clone) -> Self {
        let columns = rows.clone().next().map_or(0, <[f32]>::len);
        let value = |column: usize| rows.clone().map(move |row| f64::from(row[column]));
        let values = (0..columns).flat_map(value).collect();
        Self { values, rows: rows.len(), columns }
    }

    fn matrix(&self) -> Matrix<'_, f64> {
        Matrix::new(&self.values, self.rows, self.columns)
    }
}

impl Trees {
    /// Fits `count` trees a class to the logistic loss (Friedman 2001, doi:10.1214/aos/1013203451).
    pub(crate) fn fit(
        table: &Table,
        labels: &[usize],
        weights: &[f32],
        classes: usize,
        count: usize,
        seed: u64,
    ) -> Result<Self, ForustError> {
        let weights: Vec<f64> = weights.iter().map(|weight| f64::from(*weight)).collect();
        let one = |class: usize| {
            let is: Vec<f64> = labels.iter().map(|l| if *l == class { 1.0 } else { 0.0 }).collect();
            let mut booster = GradientBooster::default()
                .set_objective_type(ObjectiveType::LogLoss)
                .set_iterations(count)
                .set_learning_rate(LEARNING_RATE)
                .set_max_leaves(LEAVES)
                .set_max_depth(LEAVES)
                .set_nbins(BINS)
                .set_colsample_bytree(COLUMNS)
                .set_initialize_base_score(true)
                .set_parallel(false)
                .set_seed(seed);
            booster.fit(&table.matrix(), &is, &weights, None)?;
            Ok(booster)
        };
        let own = if classes == 2 { 1..2 } else { 0..classes };
        Ok(Self { boosters: own.into_par_iter().map(one).collect::<Result<_, _>>()? })
    }

    /// Log-odds of each class, (N, K) row by row.
    pub(crate) fn logits(&self, table: &Table) -> Vec<f32> {
        let of = |booster: &GradientBooster| booster.predict(&table.matrix(), false);
        let columns: Vec<Vec<f64>> = self.boosters.par_iter().map(of).collect();
        let row = |row: usize| match columns.as_slice() {
            [second] => vec![-second[row] as f32, second[row] as f32],
            all => all.iter().map(|column| column[row] as f32).collect(),
        };
        (0..table.rows).flat_map(row).collect()
    }

    /// The trees as text.
    pub(crate) fn save(&self) -> Result<Vec<String>, ForustError> {
        self.boosters.iter().map(GradientBooster::json_dump).collect()
    }

    /// Reads what [`Self::save`] wrote.
    pub(crate) fn load(texts: &[&str]) -> Result<Self, ForustError> {
        let boosters = texts.iter().map(|text| GradientBooster::from_json(text));
        Ok(Self { boosters: boosters.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: usize) -> Vec<Vec<f32>> {
        (0..n).map(|i| vec![(i % 7) as f32, (i % 3) as f32, (i / 5 % 4) as f32]).collect()
    }

    #[test]
    fn a_rule_of_two_columns_is_learnt_and_read_back() {
        let rows = rows(400);
        let labels: Vec<usize> = rows
            .iter()
            .map(|row| if row[0] < 3.0 { 2 } else { usize::from(row[1] > 1.0) })
            .collect();
        let table = Table::new(rows.iter().map(Vec::as_slice));
        let trees = Trees::fit(&table, &labels, &[1.0; 400], 3, 60, 5).unwrap();
        let logits = trees.logits(&table);
        for (row, label) in logits.chunks(3).zip(&labels) {
            assert_eq!(crate::metrics::argmax(row), *label);
        }
        let texts = trees.save().unwrap();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(Trees::load(&texts).unwrap().logits(&table), logits);
        let again = Trees::fit(&table, &labels, &[1.0; 400], 3, 60, 5).unwrap();
        assert_eq!(again.logits(&table), logits);
    }

    #[test]
    fn two_classes_mirror_each_other() {
        let rows = rows(60);
        let labels: Vec<usize> = rows.iter().map(|row| usize::from(row[2] > 1.0)).collect();
        let table = Table::new(rows.iter().map(Vec::as_slice));
        let trees = Trees::fit(&table, &labels, &[1.0; 60], 2, 30, 0).unwrap();
        let logits = trees.logits(&table);
        assert!(logits.chunks(2).all(|row| (row[0] + row[1]).abs() < 1e-6));
    }
}
