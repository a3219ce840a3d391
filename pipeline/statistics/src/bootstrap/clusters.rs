//! Items by cluster, and the weights that drawing clusters gives them.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The most sets of clusters that are left out in turn.
const MOST_SETS: usize = 500;

/// The cluster of each item, numbered from 0 in order of appearance.
pub(super) struct Clusters {
    of_item: Vec<u32>,
    len: usize,
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
        Self { of_item, len: numbers.len() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn n_items(&self) -> usize {
        self.of_item.len()
    }

    /// Draws as many clusters as there are, with replacement; the weight of an item is how often
    /// its cluster was drawn.
    pub(super) fn draw(&self, seed: u64, draw: u64, weights: &mut Vec<u32>) {
        // One stream a draw: a draw does not depend on which thread made the one before.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(draw);
        let mut times = vec![0_u32; self.len];
        // Half of the time of a draw is spent on random numbers: 32 bits are enough.
        let len = self.len as u32;
        for _ in 0..len {
            times[rng.random_range(0..len) as usize] += 1;
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
