//! The largest difference of a share between levels, with an interval that holds for any two levels.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

use super::Finding;
use super::cell::{heads, percent, row};
use super::finding::Table;
use super::gate::Gate;
use cistron_data::dataset::GroupKind;
use cistron_statistics::interval::Interval;

/// Records of a level that a share is compared on, at least.
const FEWEST_RECORDS: usize = 30;

/// Homology clusters of a level, at least: one family is no sample of a level.
const FEWEST_CLUSTERS: usize = 5;

/// Bootstrap draws.
const DRAWS: usize = 1000;

/// Counts of a level.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Level {
    /// Records.
    pub(super) n: usize,
    /// Records with the outcome, or the sum of their values.
    sum: f64,
    /// Homology clusters.
    pub(super) clusters: usize,
    /// Kish's effective number, as if the records of a cluster were copies of each other.
    effective: f64,
}

impl Level {
    /// Share of records with the outcome, or the mean of their values.
    pub(super) fn share(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.sum / self.n as f64 }
    }

    /// Records with the outcome.
    pub(super) fn hits(&self) -> usize {
        self.sum.round() as usize
    }

    /// Whether there are enough records and clusters to compare the share.
    pub(super) fn suffices(&self) -> bool {
        self.n >= FEWEST_RECORDS && self.clusters >= FEWEST_CLUSTERS
    }
}

/// The largest difference between two levels that suffice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gap {
    /// Level of the highest share.
    pub(super) high: usize,
    /// Level of the lowest share.
    pub(super) low: usize,
    /// Difference of the two shares.
    pub(super) value: f64,
    /// 95 % interval, simultaneous over all pairs of levels.
    pub(super) interval: Interval,
}

impl Gap {
    /// `finding` with this gap and the verdict of `gate` on its lower limit: levels of a descriptor may
    /// differ, and what passes needs no remedy.
    pub(super) fn judge(
        &self,
        gate: Gate,
        kind: GroupKind,
        finding: Finding,
        remedy: String,
    ) -> Finding {
        let gate = if kind == GroupKind::Descriptor { Gate::inform() } else { gate };
        let (value, interval) = (Some(self.value), Some(self.interval.clone()));
        let finding = gate.judge_interval(Finding { value, interval, ..finding });
        let remedy = if finding.is_bad() { remedy } else { String::new() };
        Finding { remedy, ..finding }
    }
}

/// What the message about a group of this kind ends with.
pub(super) fn aside(kind: GroupKind) -> &'static str {
    if kind == GroupKind::Descriptor { " (a descriptor: informs only)" } else { "" }
}

/// Records by level, outcome and cluster.
pub(super) struct Shares {
    pub(super) levels: Vec<Level>,
    /// For each cluster: level, records, records with the outcome or the sum of their values.
    clusters: Vec<Vec<(usize, f64, f64)>>,
    /// Whether the values are outcomes.
    binary: bool,
}

impl Shares {
    /// Counts records (level, outcome, cluster) of `n_levels` levels.
    pub(super) fn new(n_levels: usize, records: &[(usize, bool, u32)]) -> Self {
        let value = |hit: bool| f64::from(u8::from(hit));
        let values = records.iter().map(|(level, hit, cluster)| (*level, value(*hit), *cluster));
        Self { binary: true, ..Self::summed(n_levels, values) }
    }

    /// Sums records (level, value, cluster) of `n_levels` levels: means in the place of shares.
    pub(super) fn of_values(n_levels: usize, records: &[(usize, f64, u32)]) -> Self {
        Self::summed(n_levels, records.iter().copied())
    }

    fn summed(n_levels: usize, records: impl Iterator<Item = (usize, f64, u32)>) -> Self {
        let mut cells: BTreeMap<(u32, usize), (usize, f64)> = BTreeMap::new();
        for (level, value, cluster) in records {
            let cell = cells.entry((cluster, level)).or_default();
            *cell = (cell.0 + 1, cell.1 + value);
        }
        let mut levels = vec![Level::default(); n_levels];
        let mut squares = vec![0.0; n_levels];
        let mut clusters: BTreeMap<u32, Vec<(usize, f64, f64)>> = BTreeMap::new();
        for ((cluster, level), (n, sum)) in cells {
            levels[level].n += n;
            levels[level].sum += sum;
            levels[level].clusters += 1;
            squares[level] += (n as f64).powi(2);
            clusters.entry(cluster).or_default().push((level, n as f64, sum));
        }
        for (level, squares) in levels.iter_mut().zip(squares) {
            level.effective = if squares > 0.0 { (level.n as f64).powi(2) / squares } else { 0.0 };
        }
        Self { levels, clusters: clusters.into_values().collect(), binary: false }
    }

    /// Levels that suffice.
    pub(super) fn sufficient(&self) -> Vec<usize> {
        (0..self.levels.len()).filter(|l| self.levels[*l].suffices()).collect()
    }

    /// The gap; `None` where fewer than two levels suffice.
    ///
    /// The largest of many differences is large by chance. The interval is therefore the difference
    /// plus and minus the 95 % quantile of the range of the levels' deviations from their own shares
    /// over bootstrap draws of clusters, as in Tukey's range test, which holds for all pairs at once.
    /// Where a level is all hits or none the draws show no spread, and the lower limit is also that
    /// of Newcombe (1998, `doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I`) with
    /// Kish's effective numbers, divided by Bonferroni among the pairs.
    pub(super) fn gap(&self, seed: u64) -> Option<Gap> {
        self.gap_among(seed, 1)
    }

    /// The gap, with an interval that holds for `gaps` such gaps at once (Bonferroni).
    pub(super) fn gap_among(&self, seed: u64, gaps: usize) -> Option<Gap> {
        let gaps = gaps.max(1);
        let levels = self.sufficient();
        if levels.len() < 2 {
            return None;
        }
        let by_share = |a: &&usize, b: &&usize| {
            self.levels[**a].share().total_cmp(&self.levels[**b].share()).then(b.cmp(a))
        };
        let high = *levels.iter().max_by(by_share)?;
        let low = *levels.iter().min_by(by_share)?;
        let value = self.levels[high].share() - self.levels[low].share();
        let margin = self.range_quantile(&levels, seed, gaps);
        let mut lower = value - margin;
        let certain = |l: &usize| [0, self.levels[*l].n].contains(&self.levels[*l].hits());
        if self.binary && [high, low].iter().any(certain) {
            let pairs = gaps * levels.len() * (levels.len() - 1) / 2;
            lower = lower.min(newcombe(&self.levels[high], &self.levels[low], pairs));
        }
        let interval = Interval { low: lower.max(0.0), high: (value + margin).min(1.0) };
        Some(Gap { high, low, value, interval })
    }

    /// 95 % quantile over draws of the range of the levels' deviations, for `gaps` such ranges.
    fn range_quantile(&self, levels: &[usize], seed: u64, gaps: usize) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let clusters = self.clusters.len() as u32;
        let mut ranges: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let mut n = vec![0.0; self.levels.len()];
                let mut hits = vec![0.0; self.levels.len()];
                for _ in 0..clusters {
                    for (level, more, right) in
                        &self.clusters[rng.random_range(0..clusters) as usize]
                    {
                        n[*level] += more;
                        hits[*level] += right;
                    }
                }
                let deviations: Vec<f64> = levels
                    .iter()
                    .filter(|l| n[**l] > 0.0)
                    .map(|l| hits[*l] / n[*l] - self.levels[*l].share())
                    .collect();
                let most = deviations.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let least = deviations.iter().copied().fold(f64::INFINITY, f64::min);
                if deviations.is_empty() { 0.0 } else { most - least }
            })
            .collect();
        ranges.sort_by(f64::total_cmp);
        ranges[DRAWS - 1 - DRAWS * 5 / (100 * gaps)]
    }

    /// A row a level: records, clusters and the share; levels in the order of their names.
    pub(super) fn table(&self, title: &str, names: &[String], outcome: &str) -> Table {
        let rows = names.iter().zip(&self.levels).filter(|(_, l)| l.n > 0).map(|(name, level)| {
            row([
                name.clone(),
                level.n.to_string(),
                level.clusters.to_string(),
                percent(level.share()),
                if level.suffices() { "yes" } else { "no, too few" }.to_string(),
            ])
        });
        Table {
            title: title.to_string(),
            columns: heads(["level", "records", "homology clusters", outcome, "compared"]),
            rows: rows.take(super::cell::ROWS).collect(),
        }
    }
}

/// Lower limit of the difference of two shares at 95 %, divided among `pairs` comparisons.
fn newcombe(a: &Level, b: &Level, pairs: usize) -> f64 {
    let z = Normal::standard().inverse_cdf(1.0 - 0.025 / pairs.max(1) as f64);
    let (lower_a, _) = score_limits(a.share(), a.effective, z);
    let (_, upper_b) = score_limits(b.share(), b.effective, z);
    let (p, q) = (a.share(), b.share());
    p - q - ((p - lower_a).powi(2) + (upper_b - q).powi(2)).sqrt()
}

/// Limits of Wilson's score interval of a share of `n` at `z` standard deviations.
fn score_limits(p: f64, n: f64, z: f64) -> (f64, f64) {
    let n = n.max(1.0);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (centre - half, centre + half)
}

#[cfg(test)]
mod tests {
    use super::super::planted::Dice;
    use super::*;

    /// Levels of 300 records with these shares, two records a cluster.
    fn records(dice: &mut Dice, shares: &[f64]) -> Vec<(usize, bool, u32)> {
        let n = shares.len() * 300;
        (0..n).map(|i| (i / 300, dice.roll() < shares[i / 300], i as u32 / 2)).collect()
    }

    #[test]
    fn newcombe_published() {
        // Newcombe 1998, method 10: 56/70 - 48/80 is 0.2 with limits 0.0524 and 0.3339.
        let level =
            |hits: u32, n| Level { n, sum: f64::from(hits), clusters: n, effective: n as f64 };
        assert!((newcombe(&level(56, 70), &level(48, 80), 1) - 0.0524).abs() < 5e-5);
        // 9/10 - 3/10: lower limit 0.1705.
        assert!((newcombe(&level(9, 10), &level(3, 10), 1) - 0.1705).abs() < 5e-5);
    }

    #[test]
    fn a_planted_gap_is_found() {
        let mut dice = Dice::new(1);
        let gap = Shares::new(3, &records(&mut dice, &[0.9, 0.7, 0.9])).gap(1).unwrap();
        assert_eq!(gap.low, 1);
        assert!((gap.value - 0.2).abs() < 0.06, "{gap:?}");
        assert!(gap.interval.low > 0.1 && gap.interval.high < 0.35, "{gap:?}");
    }

    #[test]
    fn equal_levels_have_a_gap_that_may_be_nothing() {
        // The largest of ten differences is well above 0; its interval must hold 0 nearly always.
        let mut dice = Dice::new(2);
        let covered = (0..60)
            .filter(|seed| {
                let gap = Shares::new(5, &records(&mut dice, &[0.8; 5])).gap(*seed).unwrap();
                gap.value > 0.0 && gap.interval.low <= 0.0
            })
            .count();
        assert!(covered >= 55, "{covered} of 60");
    }

    #[test]
    fn few_records_or_clusters_are_not_compared() {
        let mut few: Vec<(usize, bool, u32)> = (0..100).map(|i| (0, true, i)).collect();
        few.extend((0..29).map(|i| (1, false, i + 100)));
        assert!(Shares::new(2, &few).gap(1).is_none());
        few.extend((0..29).map(|_| (1, false, 100)));
        assert!(Shares::new(2, &few).gap(1).is_some());
        let family: Vec<(usize, bool, u32)> =
            few.iter().map(|(l, hit, c)| (*l, *hit, if *l == 1 { 0 } else { *c })).collect();
        assert!(Shares::new(2, &family).gap(1).is_none());
    }

    #[test]
    fn no_spread_is_not_certainty() {
        // 30 of 30 against 90 of 100: the draws alone would see a spread of the second only.
        let mut all: Vec<(usize, bool, u32)> = (0..30).map(|i| (0, true, i)).collect();
        all.extend((0..100).map(|i| (1, i % 10 != 0, i + 30)));
        let gap = Shares::new(2, &all).gap(1).unwrap();
        assert!((gap.value - 0.1).abs() < 1e-12);
        assert!(gap.interval.low <= 0.0, "{gap:?}");
    }
}
