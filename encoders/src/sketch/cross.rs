//! The certificate of a split: how near records of different parts are.

use rayon::prelude::*;

use super::groups::{BetweenGroups, MAX_WORK};
use super::sets::KmerSets;
use super::{Scratch, SketchError, check_threshold};

/// The number of pairs that a [`CrossCheck`] lists.
pub const MAX_EVIDENCE: usize = 1000;

/// Records whose pairs are listed before the nearest are kept, which bounds the memory.
const BLOCK: usize = 1024;

/// Two records of different parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The record that comes first.
    pub a: u32,
    /// The other record.
    pub b: u32,
    /// Shared k-mers divided by those of the smaller set.
    pub containment: f64,
}

/// What an exhaustive comparison of all records of different parts found.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossCheck {
    /// The largest containment of each record (N) with a record of another part.
    ///
    /// `None` for records in no part, and for those that are not assessable and have no exact copy.
    pub containment: Vec<Option<f64>>,
    /// The record with that containment (N), the first of several; `None` where it is 0.
    pub nearest: Vec<Option<u32>>,
    /// Number of pairs of different parts at or above the threshold.
    pub pairs: u64,
    /// Number of records in such a pair.
    pub records: usize,
    /// The nearest of these pairs, at most [`MAX_EVIDENCE`], by falling containment, then record.
    pub evidence: Vec<Pair>,
    /// Records in a part that have too few k-mers to be compared, except for exact copies.
    pub not_assessable: usize,
    /// Different k-mers left out of the comparison: 0, except far beyond [`MAX_WORK`].
    pub ignored_kmers: u64,
}

impl CrossCheck {
    /// Returns whether the comparison was exhaustive and found no pair at the threshold.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.pairs == 0 && self.ignored_kmers == 0
    }
}

/// Compares all records of different parts that share a k-mer; `None` is in no part.
///
/// # Errors
///
/// Fails if there is not one part for each record, or the threshold is not above 0 and at most 1.
pub fn cross_pairs(
    sets: &KmerSets,
    part_of: &[Option<u8>],
    threshold: f64,
) -> Result<CrossCheck, SketchError> {
    check_threshold(threshold)?;
    if part_of.len() != sets.len() {
        return Err(SketchError::Parts { parts: part_of.len(), records: sets.len() });
    }
    let assessable = |record: usize| part_of[record].filter(|_| sets.assessable(record));
    let compared: Vec<_> =
        (0..sets.len()).map(|record| assessable(record).map(u32::from)).collect();
    let between = BetweenGroups::new(sets, &compared, MAX_WORK);
    let mut check = CrossCheck {
        containment: compared.iter().map(|part| part.map(|_| 0.0)).collect(),
        nearest: vec![None; sets.len()],
        pairs: 0,
        records: 0,
        evidence: Vec::new(),
        not_assessable: part_of.iter().flatten().count() - compared.iter().flatten().count(),
        ignored_kmers: between.ignored_kmers,
    };
    let records: Vec<u32> = (0..sets.len() as u32).collect();
    for block in records.chunks(BLOCK) {
        let found: Vec<_> = block
            .par_iter()
            .with_min_len(16)
            .map_init(Scratch::default, |scratch, &record| {
                Neighbourhood::of(record, &between, threshold, scratch)
            })
            .collect();
        for (&record, neighbourhood) in block.iter().zip(found) {
            check.add(record, neighbourhood);
        }
        check.keep_nearest();
    }
    check.add_copies(sets, part_of);
    check.keep_nearest();
    let reaches = |containment: &&f64| **containment >= threshold;
    check.records = check.containment.iter().flatten().filter(reaches).count();
    Ok(check)
}

impl CrossCheck {
    fn add(&mut self, record: u32, found: Neighbourhood) {
        if let Some((other, containment)) = found.nearest {
            self.containment[record as usize] = Some(containment);
            self.nearest[record as usize] = Some(other);
        }
        self.pairs += found.pairs;
        self.evidence.extend(found.evidence);
    }

    /// Adds the equal sequences that have too few k-mers to be compared by them.
    fn add_copies(&mut self, sets: &KmerSets, part_of: &[Option<u8>]) {
        let mut order = sets.by_sequence();
        order.retain(|&(_, r)| part_of[r as usize].is_some() && !sets.assessable(r as usize));
        for copies in order.chunk_by(|a, b| a.0 == b.0) {
            for &(_, a) in copies {
                // Parts are few, so that the first copies of two of them are soon reached.
                let part = part_of[a as usize];
                let mut others = copies.iter().filter(|other| part_of[other.1 as usize] != part);
                if let Some(&(_, b)) = others.clone().next() {
                    self.containment[a as usize] = Some(1.0);
                    self.nearest[a as usize] = Some(b);
                }
                if self.evidence.len() < 2 * MAX_EVIDENCE {
                    let later = others.by_ref().filter(|other| other.1 > a).take(MAX_EVIDENCE);
                    self.evidence.extend(later.map(|b| Pair { a, b: b.1, containment: 1.0 }));
                }
            }
            let mut sizes = [0_u64; 256];
            for copy in copies {
                sizes[usize::from(part_of[copy.1 as usize].unwrap_or_default())] += 1;
            }
            let all = copies.len() as u64;
            self.pairs += (all * all - sizes.iter().map(|size| size * size).sum::<u64>()) / 2;
        }
    }

    fn keep_nearest(&mut self) {
        self.evidence.sort_unstable_by(Pair::by_containment);
        self.evidence.truncate(MAX_EVIDENCE);
    }
}

impl Pair {
    fn by_containment(&self, other: &Self) -> std::cmp::Ordering {
        let rank = other.containment.total_cmp(&self.containment);
        rank.then((self.a, self.b).cmp(&(other.a, other.b)))
    }
}

/// What one record has near it in other parts.
struct Neighbourhood {
    nearest: Option<(u32, f64)>,
    /// Pairs with later records at or above the threshold.
    pairs: u64,
    evidence: Vec<Pair>,
}

impl Neighbourhood {
    fn of(a: u32, between: &BetweenGroups<'_>, threshold: f64, scratch: &mut Scratch) -> Self {
        let mut found = Self { nearest: None, pairs: 0, evidence: Vec::new() };
        between.each_other(a, 0, scratch, |b, containment| {
            let nearer = found.nearest.is_none_or(|(first, best)| {
                containment > best || containment.to_bits() == best.to_bits() && b < first
            });
            if nearer {
                found.nearest = Some((b, containment));
            }
            if b > a && containment >= threshold {
                found.pairs += 1;
                found.evidence.push(Pair { a, b, containment });
            }
        });
        if found.evidence.len() > MAX_EVIDENCE {
            found.evidence.sort_unstable_by(Pair::by_containment);
            found.evidence.truncate(MAX_EVIDENCE);
        }
        found
    }
}
