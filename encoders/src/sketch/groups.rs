//! Exhaustive counting of the k-mers that records of different groups share.

use super::classes::{Classes, Inverted};
use super::postings::{Keep, Ranges};
use super::sets::KmerSets;
use super::{Scratch, share};

/// The additions up to which counting is exhaustive: 2^38, some minutes of one core.
///
/// 5 000 sequences of 1 kb take less than 2^35 even if all are of one family. Beyond the limit the
/// k-mers that most records hold are left out, and their number is reported.
pub const MAX_WORK: u64 = 1 << 38;

/// The k-mers that occur in records of at least two groups.
pub(super) struct BetweenGroups<'a> {
    sets: &'a KmerSets,
    /// The group of each record; records without one are left out.
    group_of: &'a [Option<u32>],
    classes: Classes,
    /// The classes of each record, with offsets.
    offsets: Vec<usize>,
    classes_of: Vec<u32>,
    /// Different k-mers left out because too many records hold them.
    pub(super) ignored_kmers: u64,
}

impl<'a> BetweenGroups<'a> {
    pub(super) fn new(sets: &'a KmerSets, group_of: &'a [Option<u32>], max_work: u64) -> Self {
        let mut classes = if sets.has_shared_classes() || mostly_between(sets, group_of) {
            between(sets.shared_classes(), group_of)
        } else {
            Inverted::build(sets, Keep::Between(group_of)).classes
        };
        let ignored_kmers = limit(&mut classes, max_work);
        let (offsets, classes_of) = transpose(&classes, sets.len());
        Self { sets, group_of, classes, offsets, classes_of, ignored_kmers }
    }

    /// Calls `visit` with each record of another group and the containment of the smaller set,
    /// for all records from `first` on that share a k-mer with `record`.
    pub(super) fn each_other(
        &self,
        record: u32,
        first: u32,
        scratch: &mut Scratch,
        mut visit: impl FnMut(u32, f64),
    ) {
        let size = self.sets.set(record as usize).len();
        let group = self.group_of[record as usize];
        let own = self.offsets[record as usize]..self.offsets[record as usize + 1];
        scratch.clear(self.sets.len());
        for &class in &self.classes_of[own] {
            let records = self.classes.records(class);
            let from = if first == 0 { 0 } else { records.partition_point(|&r| r < first) };
            scratch.add(&records[from..], self.classes.weights[class as usize]);
        }
        scratch.each(|other, shared| {
            if self.group_of[other as usize] != group {
                visit(other, share(shared, size.min(self.sets.set(other as usize).len())));
            }
        });
    }
}

/// Returns the classes that hold records of at least two groups, without the records of none.
fn between(all: &Classes, group_of: &[Option<u32>]) -> Classes {
    let mut classes = Classes::default();
    let mut kept = Vec::new();
    for class in 0..all.len() as u32 {
        kept.clear();
        kept.extend(all.records(class).iter().filter(|&&r| group_of[r as usize].is_some()));
        // k-mers within one group say nothing about pairs of two.
        if kept.iter().any(|&r| group_of[r as usize] != group_of[kept[0] as usize]) {
            classes.push(&kept, all.weights[class as usize]);
        }
    }
    classes
}

/// Returns whether most k-mers that several records hold are between groups: then the classes of all
/// serve this question and those to come. k-mers are scattered, so that the first range tells of all.
fn mostly_between(sets: &KmerSets, group_of: &[Option<u32>]) -> bool {
    let alone: Vec<_> = (0..sets.len() as u32).map(Some).collect();
    let kmers = |groups| Ranges::new(sets, Keep::Between(groups)).sample().kmers.len();
    2 * kmers(group_of) > kmers(&alone)
}

/// Leaves out the longest classes until the squared lengths add up to no more than `max_work`;
/// returns the number of k-mers left out.
fn limit(classes: &mut Classes, max_work: u64) -> u64 {
    let work = |class: u32| (classes.records(class).len() as u64).pow(2);
    let mut total: u64 = (0..classes.len() as u32).map(work).sum();
    if total <= max_work {
        return 0;
    }
    let mut longest: Vec<u32> = (0..classes.len() as u32).collect();
    longest.sort_by_key(|&class| std::cmp::Reverse(work(class)));
    let mut ignored = 0;
    let mut left_out = vec![false; classes.len()];
    for class in longest {
        if total <= max_work {
            break;
        }
        total -= work(class);
        ignored += u64::from(classes.weights[class as usize]);
        left_out[class as usize] = true;
    }
    let mut kept = Classes::default();
    for class in (0..classes.len() as u32).filter(|&class| !left_out[class as usize]) {
        kept.push(classes.records(class), classes.weights[class as usize]);
    }
    *classes = kept;
    ignored
}

/// Returns the classes of each record, with offsets (N + 1).
pub(super) fn transpose(classes: &Classes, records: usize) -> (Vec<usize>, Vec<u32>) {
    let mut offsets = vec![0; records + 1];
    for class in 0..classes.len() as u32 {
        classes.records(class).iter().for_each(|&record| offsets[record as usize + 1] += 1);
    }
    for record in 0..records {
        offsets[record + 1] += offsets[record];
    }
    let mut next = offsets.clone();
    let mut classes_of = vec![0; offsets[records]];
    for class in 0..classes.len() as u32 {
        for &record in classes.records(class) {
            classes_of[next[record as usize]] = class;
            next[record as usize] += 1;
        }
    }
    (offsets, classes_of)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::alphabet::Alphabet;

    fn weights(classes: &Classes) -> BTreeMap<Vec<u32>, u32> {
        let mut weights = BTreeMap::new();
        for class in 0..classes.len() as u32 {
            let weight = classes.weights[class as usize];
            *weights.entry(classes.records(class).to_vec()).or_default() += weight;
        }
        weights
    }

    proptest! {
        #[test]
        fn classes_of_all_tell_those_between_groups(
            records in prop::collection::vec(("[AC]{0,40}", prop::option::of(0..3_u32)), 0..12),
            k in 4_usize..32
        ) {
            let views: Vec<&[u8]> = records.iter().map(|(text, _)| text.as_bytes()).collect();
            let groups: Vec<_> = records.iter().map(|(_, group)| *group).collect();
            let sets = KmerSets::build(&views, Alphabet::Dna, k).unwrap();
            let few = Inverted::build(&sets, Keep::Between(&groups)).classes;
            prop_assert_eq!(weights(&few), weights(&between(sets.shared_classes(), &groups)));
        }
    }

    #[test]
    fn the_longest_classes_are_left_out_first() {
        let mut classes = Classes::default();
        classes.push(&[0, 1], 5);
        classes.push(&[0, 1, 2, 3], 7);
        classes.push(&[1, 2, 3], 2);
        let whole = classes.clone();
        assert_eq!((limit(&mut classes, 29), &classes), (0, &whole));
        assert_eq!(limit(&mut classes, 28), 7);
        assert_eq!((classes.len(), classes.records(1)), (2, &[1, 2, 3][..]));
        assert_eq!(limit(&mut classes, 3), 7);
        assert_eq!(classes.len(), 0);
    }

    #[test]
    fn transposing_by_hand() {
        let mut classes = Classes::default();
        classes.push(&[0, 2], 1);
        classes.push(&[1, 2], 1);
        assert_eq!(transpose(&classes, 4), (vec![0, 1, 2, 4, 4], vec![0, 1, 0, 1]));
    }
}
