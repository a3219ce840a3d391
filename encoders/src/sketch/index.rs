//! Look-up of the training record nearest to a query, by exact counting of shared k-mers.

use rayon::prelude::*;

use super::classes::Inverted;
use super::kmers::KmerSpace;
use super::postings::Keep;
use super::sets::KmerSets;
use super::{MIN_KMERS, share};
use crate::alphabet::Alphabet;

/// The set whose size shared k-mers are divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Denominator {
    /// The query's: how much of the query is in the record.
    #[default]
    Query,
    /// The smaller one's: whether one is part of the other. Records that are not assessable are
    /// left out, and queries that are not have no neighbour.
    Smaller,
}

/// A record near a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The record's number in the index.
    pub record: u32,
    /// Shared k-mers divided by the denominator's.
    pub containment: f64,
}

/// The records of each k-mer, in memory of about 12 bytes a different k-mer.
///
/// Ids of records are kept by the caller. k-mers spell the sequences: an index of sequences that
/// must not be known must not be handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub(super) space: KmerSpace,
    /// k-mers of each record.
    pub(super) sizes: Vec<u32>,
    pub(super) inverted: Inverted,
    /// Where the k-mers with each value of their highest bits start.
    starts: Vec<u32>,
    shift: u32,
}

impl Index {
    /// Builds the index of all records.
    #[must_use]
    pub fn build(sets: &KmerSets) -> Self {
        let inverted = Inverted::build(sets, Keep::All);
        let bits = sets.space.bits();
        // About two k-mers share their highest bits.
        let buckets = (inverted.kmers.len() / 2).max(1).next_power_of_two().ilog2().min(bits);
        let shift = bits - buckets;
        let mut starts = vec![0; (1 << buckets) + 1];
        for kmer in &inverted.kmers {
            starts[(kmer >> shift) as usize + 1] += 1;
        }
        for bucket in 1..starts.len() {
            starts[bucket] += starts[bucket - 1];
        }
        let sizes = (0..sets.len()).map(|record| sets.set(record).len() as u32).collect();
        Self { space: sets.space, sizes, inverted, starts, shift }
    }

    /// Returns the number of records N.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Returns whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Returns the length of a k-mer.
    #[must_use]
    pub fn k(&self) -> usize {
        self.space.k
    }

    /// Returns the alphabet of the sequences.
    #[must_use]
    pub fn alphabet(&self) -> Alphabet {
        self.space.alphabet
    }

    /// Replaces `kmers` by the k-mers of a sequence, as [`Self::nearest`] takes them.
    pub fn kmers(&self, sequence: &[u8], kmers: &mut Vec<u64>) {
        kmers.clear();
        self.space.collect(sequence, kmers);
    }

    /// Returns the record with the largest containment, the first of several; `None` if no record
    /// shares a k-mer.
    ///
    /// `query` is sorted and has each k-mer once: a set of [`KmerSets`] of the same alphabet and k,
    /// or what [`Self::kmers`] made.
    #[must_use]
    pub fn nearest(
        &self,
        query: &[u64],
        denominator: Denominator,
        scratch: &mut Scratch,
    ) -> Option<Nearest> {
        let mut best: Option<Nearest> = None;
        self.each_near(query, denominator, scratch, |near| {
            if best.is_none_or(|best| near.before(&best).is_lt()) {
                best = Some(near);
            }
        });
        best
    }

    /// Returns all records with a containment of `minimum` or more that share a k-mer, by falling
    /// containment, then record.
    #[must_use]
    pub fn neighbours(
        &self,
        query: &[u64],
        denominator: Denominator,
        minimum: f64,
        scratch: &mut Scratch,
    ) -> Vec<Nearest> {
        let mut found = Vec::new();
        self.each_near(query, denominator, scratch, |near| {
            if near.containment >= minimum {
                found.push(near);
            }
        });
        found.sort_unstable_by(Nearest::before);
        found
    }

    /// Returns [`Self::nearest`] of each sequence, in parallel.
    #[must_use]
    pub fn nearest_all(
        &self,
        sequences: &[&[u8]],
        denominator: Denominator,
    ) -> Vec<Option<Nearest>> {
        sequences
            .par_iter()
            .with_min_len(16)
            .map_init(<(Vec<u64>, Scratch)>::default, |(kmers, scratch), sequence| {
                self.kmers(sequence, kmers);
                self.nearest(kmers, denominator, scratch)
            })
            .collect()
    }

    fn each_near(
        &self,
        query: &[u64],
        denominator: Denominator,
        scratch: &mut Scratch,
        mut visit: impl FnMut(Nearest),
    ) {
        if denominator == Denominator::Smaller && query.len() < MIN_KMERS {
            return;
        }
        let Scratch { classes, .. } = scratch;
        classes.clear();
        classes.extend(query.iter().filter_map(|&kmer| self.class_of(kmer)));
        // Equal classes side by side, so that each list of records is read once.
        classes.sort_unstable();
        let classes = std::mem::take(classes);
        scratch.clear(self.len());
        for same in classes.chunk_by(|a, b| a == b) {
            scratch.add(self.inverted.classes.records(same[0]), same.len() as u32);
        }
        scratch.classes = classes;
        scratch.each(|record, shared| {
            let size = self.sizes[record as usize] as usize;
            let denominator = match denominator {
                Denominator::Query => query.len(),
                Denominator::Smaller if size < MIN_KMERS => return,
                Denominator::Smaller => query.len().min(size),
            };
            visit(Nearest { record, containment: share(shared, denominator) });
        });
    }

    fn class_of(&self, kmer: u64) -> Option<u32> {
        let bucket = (kmer >> self.shift) as usize;
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let kmers = &self.inverted.kmers[start as usize..end as usize];
        let at = kmers.iter().position(|&found| found == kmer)?;
        Some(self.inverted.class_of[start as usize + at])
    }
}

impl Nearest {
    fn before(&self, other: &Self) -> std::cmp::Ordering {
        other.containment.total_cmp(&self.containment).then(self.record.cmp(&other.record))
    }
}

/// Counters of shared k-mers, kept from one record to the next; one a thread.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    counts: Vec<u32>,
    touched: Vec<u32>,
    classes: Vec<u32>,
}

impl Scratch {
    pub(super) fn clear(&mut self, records: usize) {
        for record in self.touched.drain(..) {
            self.counts[record as usize] = 0;
        }
        if self.counts.len() < records {
            self.counts.resize(records, 0);
        }
    }

    pub(super) fn add(&mut self, records: &[u32], kmers: u32) {
        for &record in records {
            let count = &mut self.counts[record as usize];
            if *count == 0 {
                self.touched.push(record);
            }
            *count += kmers;
        }
    }

    pub(super) fn each(&self, mut visit: impl FnMut(u32, u32)) {
        for &record in &self.touched {
            visit(record, self.counts[record as usize]);
        }
    }
}
