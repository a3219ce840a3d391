//! Association of two categories.

use std::collections::HashMap;

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Items counted by two categories; only cells that have items are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Crosstable {
    cells: Vec<(usize, usize, f64)>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    total: f64,
}

/// Pearson's test of independence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independence {
    /// Chi-squared.
    pub statistic: f64,
    /// (rows - 1) (columns - 1).
    pub degrees_of_freedom: usize,
    /// Probability of a statistic at least as large if the categories are independent.
    pub p_value: f64,
}

impl Crosstable {
    /// Counts pairs of levels; levels are any numbers, those without an item do not exist.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
        pairs.into_iter().for_each(|pair| *counts.entry(pair).or_default() += 1);
        let mut counts: Vec<((usize, usize), u64)> = counts.into_iter().collect();
        counts.sort_unstable();
        let (mut row_of, mut column_of) = (HashMap::new(), HashMap::new());
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        let mut cells = Vec::with_capacity(counts.len());
        for ((row, column), n) in counts {
            let n = n as f64;
            cells.push((
                add(&mut row_of, &mut rows, row, n),
                add(&mut column_of, &mut columns, column, n),
                n,
            ));
        }
        let total = rows.iter().sum();
        Self { cells, rows, columns, total }
    }

    /// Chi-squared; `None` of fewer than two rows or columns, where the question does not arise.
    #[must_use]
    pub fn independence(&self) -> Option<Independence> {
        let degrees = self.rows.len().checked_sub(1)? * self.columns.len().checked_sub(1)?;
        if degrees == 0 {
            return None;
        }
        // n (sum o^2 / (r c) - 1), equal to the sum of (o - e)^2 / e over all cells, the empty ones
        // too.
        let squares = self
            .cells
            .iter()
            .map(|(row, column, n)| n * n / (self.rows[*row] * self.columns[*column]));
        let statistic = (self.total * (squares.sum::<f64>() - 1.0)).max(0.0);
        let p_value = ChiSquared::new(degrees as f64).ok()?.sf(statistic);
        Some(Independence { statistic, degrees_of_freedom: degrees, p_value })
    }

    /// Cramér's V as it comes, 0 (independent) to 1 (each determines the other): too high in a small
    /// table. `None` of fewer than two rows or columns.
    #[must_use]
    pub fn cramers_v_uncorrected(&self) -> Option<f64> {
        let independence = self.independence()?;
        let most = self.rows.len().min(self.columns.len()) - 1;
        Some((independence.statistic / (self.total * most as f64)).sqrt())
    }

    /// Cramér's V without its bias, 0 (independent) to 1 (each determines the other) (Bergsma 2013,
    /// doi:10.1016/j.jkss.2012.10.002).
    ///
    /// `None` of fewer than two rows or columns, or of so few items that the correction leaves
    /// none.
    #[must_use]
    pub fn cramers_v(&self) -> Option<f64> {
        let independence = self.independence()?;
        let bias = independence.degrees_of_freedom as f64 / (self.total - 1.0);
        let phi_squared = independence.statistic / self.total - bias;
        scaled(phi_squared, self.rows.len(), self.columns.len(), self.total)
    }
}

/// V from a phi² whose bias is taken off: sqrt(phi² / min(r~ - 1, c~ - 1)) with the corrected numbers
/// of rows and columns of `n` items (Bergsma 2013). `None` where the correction leaves none.
#[must_use]
fn scaled(phi_squared: f64, rows: usize, columns: usize, n: f64) -> Option<f64> {
    let corrected = |levels: usize| levels as f64 - (levels as f64 - 1.0).powi(2) / (n - 1.0);
    let most = corrected(rows).min(corrected(columns)) - 1.0;
    (most > 0.0).then(|| (phi_squared.max(0.0) / most).sqrt().min(1.0))
}

/// Adds `n` to the sum of `level` and gives its index.
fn add(index: &mut HashMap<usize, usize>, sums: &mut Vec<f64>, level: usize, n: f64) -> usize {
    let at = *index.entry(level).or_insert(sums.len());
    if at == sums.len() {
        sums.push(0.0);
    }
    sums[at] += n;
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[&[usize]]) -> Crosstable {
        Crosstable::new(counts.iter().enumerate().flat_map(|(row, cells)| {
            cells
                .iter()
                .enumerate()
                .flat_map(move |(column, n)| std::iter::repeat_n((7 * row, column), *n))
        }))
    }

    fn assert_table(counts: &[&[usize]], statistic: f64, degrees: usize, p_value: f64, v: f64) {
        let table = table(counts);
        let found = table.independence().unwrap();
        assert!((found.statistic - statistic).abs() < 1e-6, "{found:?}");
        assert_eq!(found.degrees_of_freedom, degrees);
        assert!((found.p_value - p_value).abs() < 1e-6 * p_value, "{found:?}");
        assert!((table.cramers_v().unwrap() - v).abs() < 1e-6);
    }

    /// SciPy 1.17.1 `chi2_contingency(t, correction=False)`, and Bergsma's formula on its
    /// statistic:
    ///
    /// ```python
    /// def v(t):
    ///     n, (r, c) = t.sum(), t.shape
    ///     phi = max(0, chi2_contingency(t, correction=False).statistic / n - (r - 1) * (c - 1) / (n - 1))
    ///     return np.sqrt(phi / min(r - (r - 1)**2 / (n - 1) - 1, c - (c - 1)**2 / (n - 1) - 1))
    /// ```
    #[test]
    fn agree_with_scipy() {
        assert_table(
            &[&[12, 5, 9], &[3, 14, 7]],
            9.848_916_161,
            2,
            7.266_663_161e-3,
            0.399_268_546,
        );
        assert_table(&[&[10, 20], &[20, 10]], 6.666_666_667, 1, 9.823_274_508e-3, 0.309_492_230);
        assert_table(
            &[&[5, 0, 3, 8], &[0, 9, 4, 1], &[6, 2, 7, 0]],
            32.308_615_492,
            6,
            1.423_845_998e-5,
            0.551_951_584,
        );
        assert_table(&[&[10, 10], &[11, 9]], 0.100_250_627, 1, 7.515_290_794e-1, 0.000_000_000);
    }

    #[test]
    fn one_level_is_associated_with_nothing() {
        assert_eq!(table(&[&[3, 4]]).independence(), None);
        assert_eq!(table(&[&[3], &[4]]).cramers_v(), None);
        assert_eq!(table(&[]).cramers_v(), None);
        assert_eq!(table(&[&[1, 0], &[0, 1]]).cramers_v(), None);
    }

    #[test]
    fn the_same_twice_is_complete_association() {
        assert!((table(&[&[30, 0], &[0, 30]]).cramers_v().unwrap() - 1.0).abs() < 1e-12);
    }
}
