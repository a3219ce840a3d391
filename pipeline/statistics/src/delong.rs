//! The area under the ROC curve with its standard error, records of one cluster being dependent.

use std::collections::BTreeMap;

/// An area with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Probability that a positive item scores above a negative one, ties counted half.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// Deviations of a cluster's positives and of its negatives, where it has any.
type Sums = (Option<f64>, Option<f64>);

/// The area of `scores`, each with whether it is positive and its cluster.
///
/// The variance is that of the structural components (`DeLong` et al. 1988, doi:10.2307/2531595), summed
/// within clusters (Obuchowski 1997, doi:10.2307/2533958), which is the same where every cluster holds
/// one item. `None` of fewer than two clusters with positives or with negatives.
#[must_use]
pub fn area(items: &[(f64, bool, u32)]) -> Option<Area> {
    let m = items.iter().filter(|item| item.1).count();
    let n = items.len() - m;
    if m == 0 || n == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| items[*a].0.total_cmp(&items[*b].0));
    // For each item, the share of the other kind that it beats (positives) or loses to (negatives).
    let mut component = vec![0.0; items.len()];
    let (mut positives_below, mut negatives_below) = (0_usize, 0_usize);
    #[allow(clippy::float_cmp)]
    let ties = order.chunk_by(|a, b| items[*a].0 == items[*b].0);
    for tied in ties {
        let positives = tied.iter().filter(|i| items[**i].1).count();
        let negatives = tied.len() - positives;
        for i in tied {
            component[*i] = if items[*i].1 {
                (negatives_below as f64 + 0.5 * negatives as f64) / n as f64
            } else {
                1.0 - (positives_below as f64 + 0.5 * positives as f64) / m as f64
            };
        }
        positives_below += positives;
        negatives_below += negatives;
    }
    let value =
        items.iter().zip(&component).filter(|(i, _)| i.1).map(|(_, c)| c).sum::<f64>() / m as f64;
    // Sums of deviations over the positives and over the negatives of each cluster.
    let mut clusters: BTreeMap<u32, Sums> = BTreeMap::new();
    for (item, component) in items.iter().zip(&component) {
        let (x, y) = clusters.entry(item.2).or_default();
        *(if item.1 { x } else { y }).get_or_insert(0.0) += component - value;
    }
    let squares = |of: fn(&Sums) -> Option<f64>, units: usize| {
        let sums: Vec<f64> = clusters.values().filter_map(of).collect();
        let count = sums.len() as f64;
        let total: f64 = sums.iter().map(|s| s * s).sum();
        (sums.len() > 1).then(|| count / ((count - 1.0) * units as f64) * total)
    };
    let (of_positives, of_negatives) = (squares(|c| c.0, m)?, squares(|c| c.1, n)?);
    let i = clusters.len() as f64;
    let crossed: f64 = clusters.values().filter_map(|c| Some(c.0? * c.1?)).sum();
    let crossed = i / (i - 1.0) * crossed;
    let (m, n) = (m as f64, n as f64);
    let variance = of_positives / m + of_negatives / n + 2.0 * crossed / (m * n);
    Some(Area { value, standard_error: variance.max(0.0).sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(positive: &[f64], negative: &[f64]) -> Vec<(f64, bool, u32)> {
        let all = positive.iter().map(|s| (*s, true)).chain(negative.iter().map(|s| (*s, false)));
        all.zip(0..).map(|((score, kind), cluster)| (score, kind, cluster)).collect()
    }

    /// `NumPy`, from the definition:
    ///
    /// ```python
    /// x, y = np.array([6.8, 7.3, 7.3, 9.0, 4.1]), np.array([5.0, 7.3, 2.2, 6.8])
    /// psi = (x[:, None] > y) + .5 * (x[:, None] == y)
    /// psi.mean(), np.sqrt(psi.mean(1).var(ddof=1) / 5 + psi.mean(0).var(ddof=1) / 4)
    /// ```
    #[test]
    fn agrees_with_numpy() {
        let found = area(&items(&[6.8, 7.3, 7.3, 9.0, 4.1], &[5.0, 7.3, 2.2, 6.8])).unwrap();
        assert!((found.value - 0.725).abs() < 1e-12, "{found:?}");
        assert!((found.standard_error - SE).abs() < 1e-9, "{found:?}");
    }

    const SE: f64 = 0.182_859_235_479_1;

    #[test]
    fn copies_are_no_evidence() {
        let (positive, negative) = ([5.0, 6.0, 3.0, 8.0], [1.0, 5.5, 2.0, 4.0]);
        let alone = items(&positive, &negative);
        let tripled: Vec<(f64, bool, u32)> =
            alone.iter().flat_map(|item| std::iter::repeat_n(*item, 3)).collect();
        let (alone, tripled) = (area(&alone).unwrap(), area(&tripled).unwrap());
        assert!((alone.value - tripled.value).abs() < 1e-12);
        assert!((alone.standard_error - tripled.standard_error).abs() < 1e-12);
        assert_eq!(area(&items(&[1.0], &[])), None);
    }
}
