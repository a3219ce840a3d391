//! Bootstrap over clusters: items that share an origin are drawn together, as they would come
//! together.
//!
//! A statistic is a function of weights: how often each item was drawn. `None` says that it is
//! undefined on a draw.

mod bca;
mod clusters;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::interval::{Interval, LEVEL};
use clusters::Clusters;

/// How many draws, of what level, from which seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Number of draws.
    pub draws: usize,
    /// Level of the interval, between 0 and 1.
    pub level: f64,
    /// Seed; draw i of a seed is the same on any number of threads.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { draws: 1000, level: LEVEL, seed: 0 }
    }
}

/// How an interval follows from the draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Bias-corrected and accelerated (Efron 1987, doi:10.1080/01621459.1987.10478410).
    Bca,
    /// Quantiles of the draws, where the acceleration is undefined.
    Percentile,
}

/// A statistic with what the draws say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The statistic of the items as they are; `None` where undefined.
    pub value: Option<f64>,
    /// `None` with fewer than two clusters, where more than one draw in ten is undefined, and where
    /// all draws are the same: then they say nothing about the spread.
    pub interval: Option<Interval>,
    /// How the interval was made.
    pub method: Option<Method>,
    /// Number of clusters.
    pub clusters: usize,
    /// Draws on which the statistic is undefined, left out.
    pub undefined: usize,
}

/// The interval of a statistic of items, of which item i belongs to `clusters[i]`; see
/// [`Estimate::interval`].
#[must_use]
pub fn interval<S>(settings: &Bootstrap, clusters: &[u32], statistic: S) -> Option<Interval>
where
    S: Fn(&[u32]) -> Option<f64> + Sync,
{
    estimate(settings, clusters, statistic).interval
}

/// A statistic of items, of which item i belongs to `clusters[i]`, with its interval.
///
/// The acceleration is found by leaving out one cluster at a time, or, of more than 500 clusters,
/// one of up to 500 random sets of clusters.
#[must_use]
pub fn estimate<S>(settings: &Bootstrap, clusters: &[u32], statistic: S) -> Estimate
where
    S: Fn(&[u32]) -> Option<f64> + Sync,
{
    of_clusters(settings, &Clusters::new(clusters), statistic)
}

/// The same with clusters drawn within strata, of which item i belongs to `strata[i]`: no draw loses a
/// class, as none would that a split had dealt.
#[must_use]
pub fn estimate_within<S>(
    settings: &Bootstrap,
    clusters: &[u32],
    strata: &[u32],
    statistic: S,
) -> Estimate
where
    S: Fn(&[u32]) -> Option<f64> + Sync,
{
    of_clusters(settings, &Clusters::new(clusters).within(strata), statistic)
}

/// Clusters of each stratum, from the smallest: how many a stratified interval rests on.
#[must_use]
pub fn fewest_clusters(clusters: &[u32], strata: &[u32]) -> usize {
    Clusters::new(clusters).within(strata).fewest()
}

/// One-sided 95 % interval of a perfect score of `clusters` clusters: the share below which all of
/// them would be right in one sample of twenty (Louis 1981, doi:10.1080/00031305.1981.10479337).
#[must_use]
pub fn perfect(clusters: usize, level: f64) -> Interval {
    Interval { low: (1.0 - level).powf(1.0 / clusters.max(1) as f64), high: 1.0 }
}

fn of_clusters<S>(settings: &Bootstrap, clusters: &Clusters, statistic: S) -> Estimate
where
    S: Fn(&[u32]) -> Option<f64> + Sync,
{
    let value = statistic(&vec![1; clusters.n_items()]).filter(|value| value.is_finite());
    let mut estimate =
        Estimate { value, interval: None, method: None, clusters: clusters.len(), undefined: 0 };
    let Some(value) = value.filter(|_| clusters.len() > 1) else { return estimate };

    let mut drawn: Vec<f64> = (0..settings.draws)
        .into_par_iter()
        .map_init(Vec::new, |weights, draw| {
            clusters.draw(settings.seed, draw as u64, weights);
            statistic(weights)
        })
        .filter_map(|value| value.filter(|value| value.is_finite()))
        .collect();
    estimate.undefined = settings.draws - drawn.len();
    if drawn.is_empty() || 10 * estimate.undefined > settings.draws {
        return estimate;
    }
    drawn.sort_unstable_by(f64::total_cmp);
    if drawn[0] >= drawn[drawn.len() - 1] {
        return estimate;
    }
    let sets = clusters.sets(settings.seed);
    let left_out: Option<Vec<f64>> = (0..sets.count())
        .into_par_iter()
        .map_init(Vec::new, |weights, set| {
            clusters.leave_out(&sets, set, weights);
            statistic(weights).filter(|value| value.is_finite())
        })
        .collect();
    let (interval, method) = bca::interval(value, &drawn, left_out.as_deref(), settings.level);
    estimate.interval = Some(interval);
    estimate.method = Some(method);
    estimate
}

/// What `statistic` makes of the weights of each draw, in the order of the draws.
#[must_use]
pub fn draws<S, T>(settings: &Bootstrap, clusters: &[u32], statistic: S) -> Vec<T>
where
    S: Fn(&[u32]) -> T + Sync,
    T: Send,
{
    let clusters = Clusters::new(clusters);
    let one = |weights: &mut Vec<u32>, draw| {
        clusters.draw(settings.seed, draw as u64, weights);
        statistic(weights)
    };
    (0..settings.draws).into_par_iter().map_init(Vec::new, one).collect()
}

/// The difference of two statistics of the same items, both taken on the same draws.
#[must_use]
pub fn difference<A, B>(settings: &Bootstrap, clusters: &[u32], a: A, b: B) -> Estimate
where
    A: Fn(&[u32]) -> Option<f64> + Sync,
    B: Fn(&[u32]) -> Option<f64> + Sync,
{
    estimate(settings, clusters, |weights| Some(a(weights)? - b(weights)?))
}

#[cfg(test)]
mod tests;
