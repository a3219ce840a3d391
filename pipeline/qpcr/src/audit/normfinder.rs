//! `NormFinder` (Andersen et al. 2004, doi:10.1158/0008-5472.CAN-04-0496).

use crate::quantity::regression::mean;

/// Stability value of each target, in log2: the variation within groups, and with two groups or
/// more the systematic difference between them too.
///
/// `log2` has a row a target and a column a sample; `groups` numbers each sample's group from 0.
/// `None` of fewer than three targets, of a group with fewer than two samples, or of ragged rows.
#[must_use]
pub fn normfinder(log2: &[Vec<f64>], groups: &[usize]) -> Option<Vec<f64>> {
    let k = log2.len();
    if k < 3 || log2.iter().any(|row| row.len() != groups.len()) {
        return None;
    }
    let count = groups.iter().max()? + 1;
    // By group: the variance of each target, its mean, and the samples.
    let mut within: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for group in 0..count {
        let columns: Vec<usize> = (0..groups.len()).filter(|j| groups[*j] == group).collect();
        if columns.len() < 2 {
            return None;
        }
        let (variances, means) = intragroup(log2, &columns);
        within.push((variances, means, columns.len() as f64));
    }
    if count == 1 {
        return Some(within[0].0.iter().map(|v| v.max(0.0).sqrt()).collect());
    }
    let own = |i: usize| mean(within.iter().map(|g| g.1[i])).unwrap_or(0.0);
    let own: Vec<f64> = (0..k).map(own).collect();
    let all = mean(own.iter().copied())?;
    let of_group: Vec<f64> =
        within.iter().map(|g| mean(g.1.iter().copied()).unwrap_or(0.0)).collect();
    let difference = |i: usize, g: usize| within[g].1[i] - own[i] - of_group[g] + all;
    let error = |i: usize, g: usize| within[g].0[i].max(0.0) / within[g].2;
    let cells = || (0..k).flat_map(|i| (0..count).map(move |g| (i, g)));
    let between: f64 = cells().map(|(i, g)| difference(i, g).powi(2)).sum();
    let errors: f64 = cells().map(|(i, g)| error(i, g)).sum();
    let freedom = ((k - 1) * (count - 1)) as f64;
    let gamma = (between / freedom - errors / (k * count) as f64).max(0.0);
    let value = |i: usize, g: usize| {
        let error = error(i, g);
        let share = if gamma + error > 0.0 { gamma / (gamma + error) } else { 0.0 };
        (difference(i, g) * share).abs() + (error + share * error).sqrt()
    };
    Some((0..k).filter_map(|i| mean((0..count).map(|g| value(i, g)))).collect())
}

/// Variance and mean of each target in these samples, the samples' own levels taken out.
fn intragroup(log2: &[Vec<f64>], columns: &[usize]) -> (Vec<f64>, Vec<f64>) {
    let (k, n) = (log2.len() as f64, columns.len() as f64);
    let at = |values: &mut dyn Iterator<Item = f64>, count: f64| values.sum::<f64>() / count;
    let means: Vec<f64> =
        log2.iter().map(|row| at(&mut columns.iter().map(|j| row[*j]), n)).collect();
    let levels: Vec<f64> =
        columns.iter().map(|j| at(&mut log2.iter().map(|row| row[*j]), k)).collect();
    let all = at(&mut means.iter().copied(), k);
    let squares: Vec<f64> = log2
        .iter()
        .zip(&means)
        .map(|(row, own)| {
            let residuals =
                columns.iter().zip(&levels).map(|(j, level)| row[*j] - own - level + all);
            residuals.map(|r| r * r).sum::<f64>() / (n - 1.0)
        })
        .collect();
    let total: f64 = squares.iter().sum();
    let unbiased = |s: &f64| (s - total / (k * (k - 1.0))) / (1.0 - 2.0 / k);
    (squares.iter().map(unbiased).collect(), means)
}

#[cfg(test)]
mod tests {
    use super::super::genorm::tests::log2;
    use super::*;

    fn near(ours: &[f64], expected: [f64; 5]) {
        for (ours, expected) in ours.iter().zip(expected) {
            assert!((ours - expected).abs() < 1e-7, "{ours} {expected}");
        }
    }

    #[test]
    fn values_are_those_of_numpy() {
        // numpy 2.4.6, from the paper's formulas on whole arrays: r = L - rows - columns + all,
        // s = (r ** 2).sum(1) / (n - 1), (s - s.sum() / (k * (k - 1))) / (1 - 2 / k).
        let one = normfinder(&log2(), &[0; 10]).unwrap();
        let variances = [0.184_715_93, 0.097_787_41, 0.008_888_15, 0.971_422_96, 0.218_975_56];
        near(&one.iter().map(|s| s * s).collect::<Vec<_>>(), variances);
        let mut shifted = log2();
        for value in &mut shifted[3][5..] {
            *value += 1.5;
        }
        let groups = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
        let two = normfinder(&shifted, &groups).unwrap();
        near(&two, [0.513_903_05, 0.477_086_18, 0.242_821_04, 1.235_063_25, 0.339_459_51]);
        assert_eq!(normfinder(&log2()[..2], &[0; 10]), None);
        assert_eq!(normfinder(&log2(), &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), None);
    }
}
