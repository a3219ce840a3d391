//! Single-linkage clusters of records by k-mer containment.

use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

use super::groups::{BetweenGroups, MAX_WORK};
use super::sets::{KmerSets, shared};
use super::{Scratch, SketchError, check_threshold, share};

/// Records whose pairs are listed before they are joined, which bounds the memory.
const BLOCK: usize = 1024;

/// Which cluster each record belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// The cluster of each record (N), numbered from 0 by the first record.
    pub cluster_of: Vec<u32>,
    /// Number of clusters.
    pub count: usize,
    /// Different k-mers left out of the exhaustive check: 0, except far beyond [`MAX_WORK`].
    pub ignored_kmers: u64,
}

/// Joins records until no two in different clusters have a containment of `threshold` or more.
///
/// The clusters are the connected components of all pairs whose shared k-mers are at least
/// `threshold` of the smaller set, and of all equal sequences (ignoring case and, for bases,
/// strand), assessable or not. Dealing whole clusters to splits therefore leaves nothing between
/// them. Most pairs are found by the star links of Linclust (Steinegger and Söding 2018,
/// doi:10.1038/s41467-018-04964-5): each record is compared with the largest record that shares one
/// of its m = 20 + .05 L smallest k-mers. What they miss is found exhaustively, so that m decides on
/// time alone: Linclust's 20 + .2 L takes more for links than it saves.
///
/// # Errors
///
/// Fails if the threshold is not above 0 and at most 1.
pub fn cluster(sets: &KmerSets, threshold: f64) -> Result<Clusters, SketchError> {
    check_threshold(threshold)?;
    let mut joined = UnionFind::new(sets.len());
    join_equal(sets, &mut joined);
    join_stars(sets, threshold, &mut joined);
    let ignored_kmers = join_rest(sets, threshold, &mut joined);
    let mut numbers = vec![u32::MAX; sets.len()];
    let mut count = 0;
    let number = |root: u32| {
        let number = &mut numbers[root as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *number
    };
    let cluster_of = joined.into_labeling().into_iter().map(number).collect();
    Ok(Clusters { cluster_of, count: count as usize, ignored_kmers })
}

fn join_equal(sets: &KmerSets, joined: &mut UnionFind<u32>) {
    for pair in sets.by_sequence().windows(2) {
        if pair[0].0 == pair[1].0 {
            joined.union(pair[0].1, pair[1].1);
        }
    }
}

/// Joins each record with the largest of those it shares a sketched k-mer with, if near enough.
fn join_stars(sets: &KmerSets, threshold: f64, joined: &mut UnionFind<u32>) {
    let mut sketch: Vec<(u64, u32)> = Vec::new();
    for record in (0..sets.len()).filter(|&record| sets.assessable(record)) {
        let set = sets.set(record);
        let smallest = set.iter().take(20 + set.len() / 20);
        sketch.extend(smallest.map(|&kmer| (kmer, record as u32)));
    }
    sketch.par_sort_unstable();
    let mut links = Vec::new();
    for same in sketch.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let size = |&(_, record): &(u64, u32)| sets.set(record as usize).len();
        let mut center = same[0];
        for &other in same {
            if size(&other) > size(&center) {
                center = other;
            }
        }
        let others = same.iter().filter(|other| other.1 != center.1);
        links.extend(others.map(|other| (center.1, other.1)));
    }
    drop(sketch);
    links.par_sort_unstable();
    // One shared k-mer is mostly chance: near records share dozens of those sketched.
    for same in links.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
        let (center, other) = same[0];
        if joined.find_mut(center) != joined.find_mut(other) {
            let (a, b) = (sets.set(center as usize), sets.set(other as usize));
            if share(shared(a, b), a.len().min(b.len())) >= threshold {
                joined.union(center, other);
            }
        }
    }
}

/// Joins all pairs of different clusters that reach the threshold; returns the k-mers ignored.
fn join_rest(sets: &KmerSets, threshold: f64, joined: &mut UnionFind<u32>) -> u64 {
    let group_of: Vec<_> = (0..sets.len() as u32)
        .map(|record| sets.assessable(record as usize).then(|| joined.find(record)))
        .collect();
    let between = BetweenGroups::new(sets, &group_of, MAX_WORK);
    let records: Vec<u32> = (0..sets.len() as u32).collect();
    for block in records.chunks(BLOCK) {
        let near: Vec<Vec<(u32, u32)>> = block
            .par_iter()
            .with_min_len(16)
            .map_init(Scratch::default, |scratch, &record| {
                let mut near = Vec::new();
                between.each_other(record, record + 1, scratch, |other, containment| {
                    if containment >= threshold {
                        near.push((record, other));
                    }
                });
                near
            })
            .collect();
        for (a, b) in near.into_iter().flatten() {
            joined.union(a, b);
        }
    }
    between.ignored_kmers
}
