//! Items by cluster, and the weights that drawing clusters gives them.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The most sets of clusters that are left out in turn.
const MOST_SETS: usize = 500;

/// The cluster of each item, numbered from 0 in order of appearance.
pub(super) struct Clusters {
    of_item: Vec<u32>,
    len: usize,
    /// Clusters that are drawn among each other.
    strata: Vec<Vec<u32>>,
}

/// Sets of clusters to leave out.
pub(super) struct Sets {
    of_cluster: Vec<u32>,
    count: usize,
}

impl Sets {
    pub(super) fn count(&self) -> usize {
        self.count
    }
}

impl Clusters {
    /// Numbers clusters that go by any number.
    pub(super) fn new(names: &[u32]) -> Self {
        let mut numbers = std::collections::HashMap::new();
        let of_item = names
            .iter()
            .map(|name| {
                let next = numbers.len() as u32;
                *numbers.entry(*name).or_insert(next)
            })
            .collect();
        let strata = vec![(0..numbers.len() as u32).collect()];
        Self { of_item, len: numbers.len(), strata }
    }

    /// The same, drawn within strata: a cluster is of the stratum of most of its items, the first of
    /// equals.
    pub(super) fn within(self, strata: &[u32]) -> Self {
        let mut counts = vec![BTreeMap::new(); self.len];
        for (cluster, stratum) in self.of_item.iter().zip(strata) {
            *counts[*cluster as usize].entry(*stratum).or_insert(0_usize) += 1;
        }
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (cluster, counts) in counts.iter().enumerate() {
            let most = counts.iter().max_by_key(|(stratum, n)| (**n, u32::MAX - **stratum));
            members
                .entry(most.map_or(0, |(stratum, _)| *stratum))
                .or_default()
                .push(cluster as u32);
        }
        Self { strata: members.into_values().collect(), ..self }
    }

    /// Clusters of the smallest stratum.
    pub(super) fn fewest(&self) -> usize {
        self.strata.iter().map(Vec::len).min().unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn n_items(&self) -> usize {
        self.of_item.len()
    }

    /// Draws as many clusters of each stratum as there are, with replacement; the weight of an item is how often
    /// its cluster was drawn.
    pub(super) fn draw(&self, seed: u64, draw: u64, weights: &mut Vec<u32>) {
        // One stream a draw: a draw does not depend on which thread made the one before.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(draw);
        let mut times = vec![0_u32; self.len];
        // Half of the time of a draw is spent on random numbers: 32 bits are enough.
        for stratum in &self.strata {
            let len = stratum.len() as u32;
            for _ in 0..len {
                times[stratum[rng.random_range(0..len) as usize] as usize] += 1;
            }
        }
        self.weigh(|cluster| times[cluster], weights);
    }

    /// Deals the clusters into sets of equal size: one cluster each, or up to 500 random sets.
    pub(super) fn sets(&self, seed: u64) -> Sets {
        let size = self.len.div_ceil(MOST_SETS).max(1);
        let mut of_cluster: Vec<u32> = (0..self.len).map(|i| (i / size) as u32).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::MAX);
        of_cluster.shuffle(&mut rng);
        Sets { of_cluster, count: self.len.div_ceil(size) }
    }

    /// Weight 0 for the items of a set's clusters, 1 for the others.
    pub(super) fn leave_out(&self, sets: &Sets, set: usize, weights: &mut Vec<u32>) {
        self.weigh(|cluster| u32::from(sets.of_cluster[cluster] as usize != set), weights);
    }

    fn weigh(&self, weight: impl Fn(usize) -> u32, weights: &mut Vec<u32>) {
        weights.clear();
        weights.extend(self.of_item.iter().map(|cluster| weight(*cluster as usize)));
    }
}
