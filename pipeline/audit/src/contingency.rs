//! Association of two categories, with an interval that knows of homology clusters.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use cistron_statistics::association::{Crosstable, scaled};
use cistron_statistics::interval::Interval;

/// Bootstrap draws.
const DRAWS: usize = 1000;

/// Records by level and label, with the clusters that they belong to.
pub(super) struct Contingency {
    rows: usize,
    columns: usize,
    /// Records of each cell, row-major (rows, columns).
    counts: Vec<f64>,
    /// For each cluster: cell and records.
    clusters: Vec<Vec<(usize, f64)>>,
    value: Option<f64>,
}

impl Contingency {
    /// Counts records (row, column, cluster); rows and columns without a record are left out.
    pub(super) fn new(records: &[(u32, u32, u32)]) -> Self {
        let index = |values: std::collections::BTreeSet<u32>| -> BTreeMap<u32, usize> {
            values.into_iter().enumerate().map(|(at, v)| (v, at)).collect()
        };
        let row_of = index(records.iter().map(|r| r.0).collect());
        let column_of = index(records.iter().map(|r| r.1).collect());
        let (rows, columns) = (row_of.len(), column_of.len());
        let mut counts = vec![0.0; rows * columns];
        let mut cells: BTreeMap<(u32, usize), f64> = BTreeMap::new();
        for (row, column, cluster) in records {
            let cell = row_of[row] * columns + column_of[column];
            counts[cell] += 1.0;
            *cells.entry((*cluster, cell)).or_default() += 1.0;
        }
        let mut clusters: BTreeMap<u32, Vec<(usize, f64)>> = BTreeMap::new();
        for ((cluster, cell), n) in cells {
            clusters.entry(cluster).or_default().push((cell, n));
        }
        let pairs = records.iter().map(|(row, column, _)| (*row as usize, *column as usize));
        let value = Crosstable::new(pairs).cramers_v();
        Self { rows, columns, counts, clusters: clusters.into_values().collect(), value }
    }

    /// Number of clusters.
    pub(super) fn clusters(&self) -> usize {
        self.clusters.len()
    }

    /// Bias-corrected Cramér's V; `None` where there is only one row or column.
    pub(super) fn cramers_v(&self) -> Option<f64> {
        self.value
    }

    /// 95 % interval of V: the basic bootstrap over clusters of phi² = chi²/n, which takes off the
    /// bias that records of one cluster add, too. The upper limit is at least V.
    pub(super) fn interval(&self, seed: u64) -> Option<Interval> {
        let value = self.cramers_v()?;
        let observed = self.phi_squared(&self.counts)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut drawn: Vec<f64> = (0..DRAWS)
            .filter_map(|_| {
                let mut counts = vec![0.0; self.counts.len()];
                for _ in 0..self.clusters.len() {
                    for (cell, n) in &self.clusters[rng.random_range(0..self.clusters.len())] {
                        counts[*cell] += n;
                    }
                }
                self.phi_squared(&counts)
            })
            .collect();
        if drawn.len() < DRAWS / 2 {
            return None;
        }
        drawn.sort_by(f64::total_cmp);
        let at = |share: f64| drawn[((drawn.len() - 1) as f64 * share).round() as usize];
        let n = self.counts.iter().sum();
        let limit = |phi_squared| scaled(phi_squared, self.rows, self.columns, n);
        let low = limit(2.0 * observed - at(0.975))?;
        let high = limit(2.0 * observed - at(0.025))?;
        Some(Interval { low: low.min(value), high: high.max(value) })
    }

    /// Pearson's chi² over n; `None` where fewer than two rows or columns have a record.
    fn phi_squared(&self, counts: &[f64]) -> Option<f64> {
        let n: f64 = counts.iter().sum();
        let mut by_row = vec![0.0; self.rows];
        let mut by_column = vec![0.0; self.columns];
        for (cell, count) in counts.iter().enumerate() {
            by_row[cell / self.columns] += count;
            by_column[cell % self.columns] += count;
        }
        let present = |sums: &[f64]| sums.iter().filter(|s| **s > 0.0).count();
        if present(&by_row) < 2 || present(&by_column) < 2 {
            return None;
        }
        // chi²/n = sum n_ij² / (n_i n_j) - 1
        let cells = counts.iter().enumerate().filter(|(_, count)| **count > 0.0);
        let sum: f64 = cells
            .map(|(cell, count)| {
                count * count / (by_row[cell / self.columns] * by_column[cell % self.columns])
            })
            .sum();
        (n > 0.0).then_some(sum - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::Dice;
    use super::*;

    #[test]
    fn the_label_is_the_plate() {
        let records: Vec<(u32, u32, u32)> = (0..200).map(|i| (i % 2, i % 2, i)).collect();
        let table = Contingency::new(&records);
        assert!((table.cramers_v().unwrap() - 1.0).abs() < 1e-9);
        let interval = table.interval(1).unwrap();
        assert!(interval.low > 0.99, "{interval:?}");
        assert_eq!(Contingency::new(&[(0, 0, 0), (0, 1, 1)]).cramers_v(), None);
    }

    #[test]
    fn independence_has_a_lower_limit_of_nothing() {
        // 20 levels, 7 classes, 600 records in clusters of 4 that share their level.
        let mut dice = Dice::new(1);
        for seed in 0..20 {
            let clusters: Vec<(u32, u32)> =
                (0..150).map(|_| (dice.below(20) as u32, dice.below(7) as u32)).collect();
            let records: Vec<(u32, u32, u32)> =
                (0..600).map(|i| (clusters[i / 4].0, clusters[i / 4].1, i as u32 / 4)).collect();
            let found = Contingency::new(&records);
            // Taken as independent, the copies would look like an association.
            assert!(found.cramers_v().unwrap() > 0.1);
            let interval = found.interval(seed).unwrap();
            assert!(interval.low < 0.1, "{interval:?}");
        }
    }

    #[test]
    fn a_planted_association_is_inside() {
        // Laboratory follows the label with probability .75: V = .5.
        let mut dice = Dice::new(3);
        let records: Vec<(u32, u32, u32)> = (0..600)
            .map(|i| {
                let label = i % 2;
                let same = dice.roll() < 0.75;
                (if same { label } else { 1 - label }, label, i)
            })
            .collect();
        let interval = Contingency::new(&records).interval(1).unwrap();
        assert!(interval.low > 0.38 && interval.low < 0.5, "{interval:?}");
        assert!(interval.high > 0.5 && interval.high < 0.62, "{interval:?}");
    }
}
