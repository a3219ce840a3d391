//! Every definition once more, by sets of strings and all pairs.

use std::collections::BTreeSet;

use crate::alphabet::Alphabet;
use crate::sketch::{CrossCheck, Denominator, MIN_KMERS, Nearest, Pair};

pub(super) struct Naive {
    texts: Vec<Vec<u8>>,
    kmers: Vec<BTreeSet<Vec<u8>>>,
}

/// Returns the strand that sorts first, upper case.
fn canonical(sequence: &[u8]) -> Vec<u8> {
    let upper = sequence.to_ascii_uppercase();
    let reverse = Alphabet::Dna.reverse_complement(&upper).unwrap();
    upper.min(reverse)
}

fn kmers(sequence: &[u8], k: usize) -> BTreeSet<Vec<u8>> {
    let windows = sequence.windows(k).map(canonical);
    windows.filter(|window| window.iter().all(|base| b"ACGT".contains(base))).collect()
}

impl Naive {
    pub(super) fn new(sequences: &[Vec<u8>], k: usize) -> Self {
        Self {
            texts: sequences.iter().map(|sequence| canonical(sequence)).collect(),
            kmers: sequences.iter().map(|sequence| kmers(sequence, k)).collect(),
        }
    }

    pub(super) fn assessable(&self, record: usize) -> bool {
        self.kmers[record].len() >= MIN_KMERS
    }

    pub(super) fn containment(&self, a: usize, b: usize) -> Option<f64> {
        let smaller = self.kmers[a].len().min(self.kmers[b].len());
        let shared = self.kmers[a].intersection(&self.kmers[b]).count();
        if self.texts[a] == self.texts[b] {
            Some(1.0)
        } else {
            (smaller >= MIN_KMERS).then(|| shared as f64 / smaller as f64)
        }
    }

    pub(super) fn clusters(&self, threshold: f64) -> Vec<u32> {
        let n = self.texts.len();
        let mut cluster_of = vec![u32::MAX; n];
        let mut count = 0;
        for first in 0..n {
            if cluster_of[first] != u32::MAX {
                continue;
            }
            let mut open = vec![first];
            while let Some(a) = open.pop() {
                cluster_of[a] = count;
                open.extend((0..n).filter(|&b| {
                    cluster_of[b] == u32::MAX
                        && self.containment(a, b).is_some_and(|found| found >= threshold)
                }));
            }
            count += 1;
        }
        cluster_of
    }

    pub(super) fn cross_pairs(&self, parts: &[Option<u8>], threshold: f64) -> CrossCheck {
        let n = self.texts.len();
        let mut check = CrossCheck {
            containment: vec![None; n],
            nearest: vec![None; n],
            pairs: 0,
            records: 0,
            evidence: Vec::new(),
            not_assessable: 0,
            ignored_kmers: 0,
        };
        for a in (0..n).filter(|&a| parts[a].is_some()) {
            check.not_assessable += usize::from(!self.assessable(a));
            if self.assessable(a) {
                check.containment[a] = Some(0.0);
            }
            for b in (0..n).filter(|&b| parts[b].is_some() && parts[b] != parts[a]) {
                let Some(found) = self.containment(a, b).filter(|&found| found > 0.0) else {
                    continue;
                };
                if check.containment[a].is_none_or(|best| found > best) {
                    check.containment[a] = Some(found);
                    check.nearest[a] = Some(b as u32);
                }
                if a < b && found >= threshold {
                    check.pairs += 1;
                    check.evidence.push(Pair { a: a as u32, b: b as u32, containment: found });
                }
            }
        }
        let near = |found: &&f64| **found >= threshold;
        check.records = check.containment.iter().flatten().filter(near).count();
        check.evidence.sort_by(|x, y| {
            y.containment.total_cmp(&x.containment).then((x.a, x.b).cmp(&(y.a, y.b)))
        });
        check
    }

    /// Returns all records that share a k-mer with the query, the nearest first.
    pub(super) fn neighbours(
        &self,
        query: &[u8],
        denominator: Denominator,
        k: usize,
    ) -> Vec<Nearest> {
        let query = kmers(query, k);
        let mut found = Vec::new();
        for (record, kmers) in self.kmers.iter().enumerate() {
            let shared = query.intersection(kmers).count();
            let smaller = query.len().min(kmers.len());
            let size = match denominator {
                Denominator::Query => query.len(),
                Denominator::Smaller if smaller < MIN_KMERS => continue,
                Denominator::Smaller => smaller,
            };
            if shared > 0 {
                let containment = shared as f64 / size as f64;
                found.push(Nearest { record: record as u32, containment });
            }
        }
        found.sort_by(|x, y| y.containment.total_cmp(&x.containment));
        found
    }
}
