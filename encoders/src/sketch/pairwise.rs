//! Exhaustive counting of the k-mers that the records of one collection share.

use super::Scratch;
use super::classes::Classes;
use super::groups::transpose;
use super::sets::KmerSets;

/// The records that share k-mers with each record, counted by colour class.
///
/// An [`Index`](super::Index) answers any query; the records of the collection itself are answered
/// from the classes that clusters and certificates use already.
#[derive(Clone, Debug)]
pub struct Pairwise<'a> {
    records: usize,
    classes: &'a Classes,
    /// The classes of each record, with offsets.
    offsets: Vec<usize>,
    classes_of: Vec<u32>,
}

impl<'a> Pairwise<'a> {
    /// Prepares the comparison of all records with each other.
    #[must_use]
    pub fn new(sets: &'a KmerSets) -> Self {
        let classes = sets.shared_classes();
        let (offsets, classes_of) = transpose(classes, sets.len());
        Self { records: sets.len(), classes, offsets, classes_of }
    }

    /// Calls `visit` with each other record and the number of k-mers it shares with `record`, for all
    /// that share one.
    pub fn each_other(&self, record: u32, scratch: &mut Scratch, mut visit: impl FnMut(u32, u32)) {
        let own = self.offsets[record as usize]..self.offsets[record as usize + 1];
        scratch.clear(self.records);
        for &class in &self.classes_of[own] {
            scratch.add(self.classes.records(class), self.classes.weights[class as usize]);
        }
        scratch.each(|other, shared| {
            if other != record {
                visit(other, shared);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::sets::shared;
    use super::*;
    use crate::alphabet::Alphabet;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_those_of_merged_sets(
            sequences in prop::collection::vec("[AC]{0,30}", 0..12), k in 4_usize..7
        ) {
            let views: Vec<&[u8]> = sequences.iter().map(String::as_bytes).collect();
            let sets = KmerSets::build(&views, Alphabet::Dna, k).unwrap();
            let pairwise = Pairwise::new(&sets);
            let mut scratch = Scratch::default();
            for a in 0..sets.len() {
                let mut found = Vec::new();
                pairwise.each_other(a as u32, &mut scratch, |b, n| found.push((b as usize, n)));
                found.sort_unstable();
                let others = (0..sets.len()).filter(|b| *b != a);
                let expected: Vec<(usize, u32)> = others
                    .map(|b| (b, shared(sets.set(a), sets.set(b))))
                    .filter(|(_, n)| *n > 0)
                    .collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
