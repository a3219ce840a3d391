//! Association of two categories, with an interval that knows of homology clusters.

use std::collections::BTreeMap;

use cistron_statistics::association::Crosstable;
use cistron_statistics::interval::Interval;
use cistron_statistics::noncentral::noncentrality;

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

    /// 95 % interval of V: the limits of the noncentrality behind chi², whose statistic and number of
    /// records are divided by the design effect of the clusters. Both limits take V between them.
    ///
    /// A table nearer to independence than chance makes one says no more than one as near as that.
    pub(super) fn interval(&self) -> Option<Interval> {
        let value = self.cramers_v()?;
        let n = self.counts.iter().sum::<f64>();
        let effect = self.design_effect().max(1.0);
        let statistic = n * self.phi_squared()?.max(0.0) / effect;
        let degrees = ((self.rows - 1) * (self.columns - 1)) as f64;
        let most = (self.rows.min(self.columns) - 1) as f64 * n / effect;
        let v = |noncentrality: f64| (noncentrality / most).sqrt().min(1.0);
        let low = v(noncentrality(statistic, degrees).low);
        let high = v(noncentrality(statistic.max(degrees), degrees).high);
        Some(Interval { low: low.min(value), high: high.max(value) })
    }

    /// How many times as much chi² varies as it would if records were independent (first-order
    /// correction of Rao and Scott 1984, doi:10.1214/aos/1176346391): sums over clusters of what each
    /// record's part in the association of a cell is apart from the mean, squared, over the same of
    /// single records.
    fn design_effect(&self) -> f64 {
        let n: f64 = self.counts.iter().sum();
        let (by_row, by_column) = self.margins();
        let (mut of_clusters, mut of_records) = (0.0, 0.0);
        for (row, in_row) in by_row.iter().enumerate() {
            for (column, in_column) in by_column.iter().enumerate() {
                let (p, q) = (in_row / n, in_column / n);
                // (in the row - p) (in the column - q), of a record in any cell
                let part = |cell: usize| {
                    let same = |yes: bool| f64::from(u8::from(yes));
                    (same(cell / self.columns == row) - p)
                        * (same(cell % self.columns == column) - q)
                };
                let counts = self.counts.iter().enumerate();
                let mean = counts.map(|(cell, n)| n * part(cell)).sum::<f64>() / n;
                for cluster in &self.clusters {
                    let apart = |cell: usize| part(cell) - mean;
                    let sum: f64 = cluster.iter().map(|(cell, n)| n * apart(*cell)).sum();
                    let squares: f64 =
                        cluster.iter().map(|(cell, n)| n * apart(*cell).powi(2)).sum();
                    of_clusters += sum * sum / (p * q);
                    of_records += squares / (p * q);
                }
            }
        }
        // Where each tells the other, no record is apart from the mean but for rounding.
        if of_records > 1e-9 { of_clusters / of_records } else { 1.0 }
    }

    /// Records of each row and of each column.
    fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let mut by_row = vec![0.0; self.rows];
        let mut by_column = vec![0.0; self.columns];
        for (cell, count) in self.counts.iter().enumerate() {
            by_row[cell / self.columns] += count;
            by_column[cell % self.columns] += count;
        }
        (by_row, by_column)
    }

    /// Pearson's chi² over n; `None` of fewer than two rows or columns.
    fn phi_squared(&self) -> Option<f64> {
        if self.rows < 2 || self.columns < 2 {
            return None;
        }
        let (by_row, by_column) = self.margins();
        // chi²/n = sum n_ij² / (n_i n_j) - 1
        let cells = self.counts.iter().enumerate();
        let sum: f64 = cells
            .map(|(cell, count)| {
                count * count / (by_row[cell / self.columns] * by_column[cell % self.columns])
            })
            .sum();
        Some(sum - 1.0)
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
        let interval = table.interval().unwrap();
        // As sqrt(lambda / n) with lambda from chi² 200 of one degree: 1 - 1.96 / sqrt(200).
        assert!((interval.low - 0.8614).abs() < 1e-3, "{interval:?}");
        assert_eq!(Contingency::new(&[(0, 0, 0), (0, 1, 1)]).cramers_v(), None);
    }

    #[test]
    fn independence_has_a_lower_limit_of_nothing() {
        // 20 levels, 7 classes, 600 records in clusters of 4 that share their level.
        let mut dice = Dice::new(1);
        for _ in 0..20 {
            let clusters: Vec<(u32, u32)> =
                (0..150).map(|_| (dice.below(20) as u32, dice.below(7) as u32)).collect();
            let records: Vec<(u32, u32, u32)> =
                (0..600).map(|i| (clusters[i / 4].0, clusters[i / 4].1, i as u32 / 4)).collect();
            let found = Contingency::new(&records);
            // Taken as independent, the copies would look like an association.
            assert!(found.cramers_v().unwrap() > 0.1);
            let interval = found.interval().unwrap();
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
        let interval = Contingency::new(&records).interval().unwrap();
        assert!(interval.low > 0.38 && interval.low < 0.5, "{interval:?}");
        assert!(interval.high > 0.5 && interval.high < 0.62, "{interval:?}");
    }

    /// Share of tables whose interval holds the true V, and share whose lower limit is above it.
    fn coverage(n: usize, v: f64, sizes: usize, trials: usize) -> (f64, f64) {
        let mut dice = Dice::new((n + sizes) as u64);
        let (mut held, mut above) = (0.0, 0.0);
        for _ in 0..trials {
            let mut records = Vec::new();
            for cluster in 0..n / sizes {
                let label = u32::from(dice.roll() < 0.5);
                let row = if dice.roll() < f64::midpoint(1.0, v) { label } else { 1 - label };
                records.extend(vec![(row, label, cluster as u32); sizes]);
            }
            let table = Contingency::new(&records);
            let Some(interval) = table.interval() else { continue };
            held += f64::from(u8::from(interval.low <= v && v <= interval.high));
            above += f64::from(u8::from(interval.low > v));
        }
        (held / trials as f64, above / trials as f64)
    }

    #[test]
    fn the_interval_holds_the_true_value() {
        for (n, v, sizes) in
            [(40, 0.0, 1), (40, 0.6, 1), (100, 0.3, 1), (160, 0.6, 4), (160, 0.0, 4)]
        {
            let (held, above) = coverage(n, v, sizes, 400);
            assert!(held >= 0.92 && above <= 0.05, "n {n}, V {v}, of {sizes}: {held} {above}");
        }
    }
}
