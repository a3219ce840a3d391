//! Which records an epoch sees, and how often.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::random;

/// Which training records an epoch sees, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Sampling {
    /// Every record once.
    #[default]
    Shuffle,
    /// As many records as there are, each class equally often.
    Balanced,
    /// As many records as there are, each group equally often.
    GroupBalanced {
        /// A column named under `read: groups`; records without a value are a group of their own.
        column: String,
    },
    /// One record of each homology cluster.
    Cluster,
}

impl Sampling {
    /// Whether every record is seen once.
    #[must_use]
    pub fn is_shuffle(&self) -> bool {
        *self == Self::Shuffle
    }
}

/// Draws the records of each epoch.
pub(super) struct Sampler {
    seed: u64,
    records: usize,
    /// Records that are drawn from together, and records that an epoch draws; absent where every record
    /// is seen once.
    strata: Option<(Vec<Vec<usize>>, usize)>,
}

impl Sampler {
    /// The sampler of a source's records.
    pub(super) fn new(sampling: &Sampling, source: &dyn Source, seed: u64) -> Self {
        let records = source.len();
        let by = |stratum: &dyn Fn(usize) -> u32| -> Vec<Vec<usize>> {
            let mut strata: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            (0..records).for_each(|record| strata.entry(stratum(record)).or_default().push(record));
            strata.into_values().collect()
        };
        let strata = match sampling {
            Sampling::Shuffle => None,
            Sampling::Balanced => Some((by(&|record| source.label(record)), records)),
            Sampling::GroupBalanced { .. } => Some((by(&|record| source.unit(record)), records)),
            Sampling::Cluster => {
                let strata = by(&|record| source.unit(record));
                let clusters = strata.len();
                Some((strata, clusters))
            }
        };
        Self { seed, records, strata }
    }

    /// Records of an epoch.
    pub(super) fn len(&self) -> usize {
        self.strata.as_ref().map_or(self.records, |(_, draws)| *draws)
    }

    /// How often an epoch draws each class, on average.
    pub(super) fn class_counts(&self, source: &dyn Source, classes: usize) -> Vec<f64> {
        let mut counts = vec![0.0; classes];
        let mut add = |record: usize, share: f64| counts[source.label(record) as usize] += share;
        match &self.strata {
            None => (0..self.records).for_each(|record| add(record, 1.0)),
            Some((strata, draws)) => {
                let each = *draws as f64 / strata.len() as f64;
                for stratum in strata {
                    let share = each / stratum.len() as f64;
                    for &record in stratum {
                        add(record, share);
                    }
                }
            }
        }
        counts
    }

    /// The records of an epoch, in an order drawn from (seed, epoch).
    pub(super) fn order(&self, epoch: usize) -> Vec<usize> {
        let mut order = match &self.strata {
            None => (0..self.records).collect(),
            Some((strata, draws)) => self.draw(strata, *draws, epoch),
        };
        let mut generator = random::generator(self.seed, &format!("order of epoch {epoch}"));
        random::shuffle(&mut order, &mut generator);
        order
    }

    /// As many records of each stratum as of any other, but for one where they do not go up; within a
    /// stratum none is drawn again before all were.
    fn draw(&self, strata: &[Vec<usize>], draws: usize, epoch: usize) -> Vec<usize> {
        let mut generator = random::generator(self.seed, &format!("sample of epoch {epoch}"));
        let (each, left) = (draws / strata.len(), draws % strata.len());
        let mut more: Vec<usize> = (0..strata.len()).map(|at| usize::from(at < left)).collect();
        random::shuffle(&mut more, &mut generator);
        let mut drawn = Vec::with_capacity(draws);
        for (stratum, more) in strata.iter().zip(more) {
            let mut stratum = stratum.clone();
            random::shuffle(&mut stratum, &mut generator);
            drawn.extend(stratum.iter().cycle().take(each + more));
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::fit::SourceError;

    /// Records by class and unit.
    struct Units(Vec<(u32, u32)>);

    impl Source for Units {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn batch(&self) -> Batch {
            Batch::tokens(1, 1)
        }

        fn fill(&self, _: &[usize], _: &mut Batch) -> Result<(), SourceError> {
            Ok(())
        }

        fn label(&self, record: usize) -> u32 {
            self.0[record].0
        }

        fn unit(&self, record: usize) -> u32 {
            self.0[record].1
        }
    }

    /// 12 records of class 0 in one cluster, 6 of class 1 in clusters of two, 3 of class 2 on their own.
    fn units() -> Units {
        let unit = |record: u32| match record {
            0..12 => (0, 40),
            12..18 => (1, 10 + record / 2),
            _ => (2, 100 + record),
        };
        Units((0..21).map(unit).collect())
    }

    fn sampler(sampling: &Sampling) -> Sampler {
        Sampler::new(sampling, &units(), 7)
    }

    /// How often each record is drawn.
    fn times(order: &[usize]) -> Vec<usize> {
        (0..21).map(|record| order.iter().filter(|drawn| **drawn == record).count()).collect()
    }

    #[test]
    fn a_shuffle_sees_every_record_once() {
        let sampler = sampler(&Sampling::Shuffle);
        assert_eq!((sampler.len(), times(&sampler.order(1))), (21, vec![1; 21]));
        assert_ne!(sampler.order(1), sampler.order(2));
        assert_eq!(sampler.class_counts(&units(), 3), [12.0, 6.0, 3.0]);
    }

    #[test]
    fn balanced_epochs_have_each_class_equally_often() {
        let sampler = sampler(&Sampling::Balanced);
        let counts = sampler.class_counts(&units(), 3);
        assert!(counts.iter().all(|count| (count - 7.0).abs() < 1e-9), "{counts:?}");
        let mut seen = vec![0; 21];
        for epoch in 1..=40 {
            let order = sampler.order(epoch);
            assert_eq!((order.len(), &order), (sampler.len(), &sampler.order(epoch)));
            let times = times(&order);
            let of = |records: std::ops::Range<usize>| times[records].iter().sum::<usize>();
            assert_eq!([of(0..12), of(12..18), of(18..21)], [7, 7, 7]);
            // Seven draws: of 12 none twice, of 6 one twice, of 3 each twice or three times.
            assert!(times[..12].iter().all(|n| *n <= 1) && times[12..18].iter().all(|n| *n >= 1));
            assert!(times[18..].iter().all(|n| (2..=3).contains(n)), "{times:?}");
            seen.iter_mut().zip(times).for_each(|(seen, times)| *seen += times);
        }
        assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
    }

    #[test]
    fn groups_are_drawn_equally_often_and_what_is_left_over_at_random() {
        // Seven units of 21 records: three draws each; of 23, two units have four.
        let column = "laboratory".to_string();
        let sampler = sampler(&Sampling::GroupBalanced { column });
        let times_of = |order: &[usize]| -> BTreeMap<u32, usize> {
            let mut times = BTreeMap::new();
            for drawn in order {
                *times.entry(units().unit(*drawn)).or_default() += 1;
            }
            times
        };
        let times = times_of(&sampler.order(1));
        assert_eq!(times.len(), 7);
        assert!(times.values().all(|n| *n == 3), "{times:?}");
        let counts = sampler.class_counts(&units(), 3);
        assert!(
            counts.iter().zip([3.0, 9.0, 9.0]).all(|(a, b)| (a - b).abs() < 1e-9),
            "{counts:?}"
        );
        let mut more = units();
        more.0.extend([(0, 40), (0, 40)]);
        let sampling = Sampling::GroupBalanced { column: String::new() };
        let sampler = Sampler::new(&sampling, &more, 7);
        let longer = |epoch| -> Vec<usize> {
            let order = sampler.order(epoch);
            let unit = |unit| order.iter().filter(|drawn| more.unit(**drawn) == unit).count();
            [40, 16, 17, 18, 118, 119, 120].map(unit).to_vec()
        };
        assert!((1..9).map(longer).any(|times| times != longer(1)));
    }

    #[test]
    fn an_epoch_has_one_record_of_each_cluster() {
        let sampler = sampler(&Sampling::Cluster);
        assert_eq!(sampler.len(), 7);
        let mut first = Vec::new();
        for epoch in 1..=200 {
            let order = sampler.order(epoch);
            let mut clusters: Vec<u32> = order.iter().map(|drawn| units().unit(*drawn)).collect();
            clusters.sort_unstable();
            assert_eq!(clusters, sampler_clusters());
            first.extend(order.iter().copied().filter(|drawn| *drawn < 12));
        }
        // Each of twelve is drawn 200 / 12 times on average.
        let times = times(&first);
        assert!(times[..12].iter().all(|n| (3..35).contains(n)), "{times:?}");
        let counts = sampler.class_counts(&units(), 3);
        assert!(
            counts.iter().zip([1.0, 3.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-9),
            "{counts:?}"
        );
    }

    fn sampler_clusters() -> Vec<u32> {
        let mut clusters: Vec<u32> = units().0.iter().map(|unit| unit.1).collect();
        clusters.sort_unstable();
        clusters.dedup();
        clusters
    }
}
