//! The nearest record that was learnt from, for every held-out record of every fold.

mod copies;
pub mod identity;
mod proximity;

use std::collections::{BTreeMap, HashMap};

use cistron_encoders::sketch::{KmerSets, MIN_KMERS, Pairwise, Scratch, SketchError};
use rayon::prelude::*;

use crate::{Part, Splits};
use cistron_data::dataset::Dataset;
use identity::Identities;

pub use proximity::Proximity;

/// What is known of a held-out record's neighbours among the records of training and validation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Neighbour {
    /// The record that shares most of the held-out record's own k-mers: what a look-up answers with.
    pub nearest: Option<usize>,
    /// Share of the held-out record's own k-mers in it; `None` where the record is too short to
    /// compare and has no copy.
    pub containment: Option<f64>,
    /// The record with the highest containment of the smaller set, so that a fragment is found in
    /// what it was cut from and the other way round.
    pub closest: Option<usize>,
    /// That containment; `None` as above.
    pub highest: Option<f64>,
    /// A record of the same sequence, ignoring case.
    pub exact: Option<usize>,
    /// A record of the reverse complement.
    pub reverse: Option<usize>,
    /// Whether the held-out record has enough k-mers to be compared.
    pub assessable: bool,
}

impl Neighbour {
    /// The range of containment (of the smaller set) that scores are listed by.
    #[must_use]
    pub fn proximity(&self) -> Proximity {
        Proximity::of(self.exact.is_some(), self.highest)
    }
}

/// Relatives that a record has in the whole data set, itself not counted, by containment of the
/// smaller set.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relatives {
    /// The closest other record, and its containment; `None` where none shares a k-mer.
    pub closest: Option<(usize, f64)>,
    /// What the labelled relatives at .5 and above say; `None` of fewer than two.
    pub vote: Option<Vote>,
    /// At .95 and above.
    pub copies: u32,
    /// At .5 and above.
    pub near: u32,
    /// At .2 and above.
    pub related: u32,
}

/// The commonest label among a record's relatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The label, the first of equals.
    pub label: u32,
    /// Relatives that carry it.
    pub votes: u32,
    /// Relatives that carry a label.
    pub of: u32,
}

impl Vote {
    /// Counts the labels of relatives; `None` of fewer than two.
    fn count(labels: impl Iterator<Item = u32>) -> Option<Self> {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        labels.for_each(|label| *counts.entry(label).or_default() += 1);
        let of = counts.values().sum();
        let (label, votes) = counts.into_iter().max_by_key(|(label, n)| (*n, u32::MAX - label))?;
        (of >= 2).then_some(Self { label, votes, of })
    }

    /// The label that more than half of the relatives carry.
    #[must_use]
    pub fn majority(&self) -> Option<u32> {
        (2 * self.votes > self.of).then_some(self.label)
    }
}

/// The neighbours of all held-out records of all folds.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// Length of the k-mers that records were compared by; 0 of numbers, which have none.
    pub k: usize,
    /// Held-out records of each fold in ascending order, with their neighbours.
    folds: Vec<Vec<(usize, Neighbour)>>,
    /// Relatives of each record.
    pub relatives: Vec<Relatives>,
}

impl Neighbours {
    /// Compares every test record with the training and validation records of its fold, with the
    /// k-mers of the split's certificate.
    ///
    /// # Errors
    ///
    /// Where the k-mer length does not suit the alphabet, or there are too many k-mers.
    pub fn compute(dataset: &Dataset, splits: &Splits) -> Result<Self, SketchError> {
        Self::of_folds(dataset, &splits.folds, splits.certificate.k.unwrap_or(0))
    }

    /// The same for folds (one part a record each) without a certificate.
    ///
    /// # Errors
    ///
    /// As [`Self::compute`].
    pub fn of_folds(dataset: &Dataset, folds: &[Vec<Part>], k: usize) -> Result<Self, SketchError> {
        if dataset.numbers.is_some() {
            return Ok(copies::copies(dataset, folds));
        }
        let sets = KmerSets::build(&dataset.sequences(), dataset.alphabet, k)?;
        Ok(Self::with_sets(dataset, folds, Some(&sets)))
    }

    /// The same with the k-mer sets of the data set's records, where they are there already; `None`
    /// for records that are no sequences.
    #[must_use]
    pub fn with_sets(dataset: &Dataset, folds: &[Vec<Part>], sets: Option<&KmerSets>) -> Self {
        let Some(sets) = sets else { return copies::copies(dataset, folds) };
        let comparison = Comparison::new(dataset, sets, folds);
        let found: Vec<(Relatives, Vec<Option<Neighbour>>)> = (0..dataset.len())
            .into_par_iter()
            .with_min_len(16)
            .map_init(Scratch::default, |scratch, i| comparison.of(i, scratch))
            .collect();
        let mut of_folds = vec![Vec::new(); folds.len()];
        let mut relatives = Vec::with_capacity(dataset.len());
        for (i, (kin, neighbours)) in found.into_iter().enumerate() {
            relatives.push(kin);
            for (fold, neighbour) in neighbours.into_iter().enumerate() {
                of_folds[fold].extend(neighbour.map(|n| (i, n)));
            }
        }
        Self { k: sets.k(), folds: of_folds, relatives }
    }

    /// Number of folds.
    #[must_use]
    pub fn folds(&self) -> usize {
        self.folds.len()
    }

    /// Test records of a fold in ascending order, with their neighbours; none beyond the last fold.
    #[must_use]
    pub fn fold(&self, fold: usize) -> &[(usize, Neighbour)] {
        self.folds.get(fold).map_or(&[], Vec::as_slice)
    }

    /// The neighbours of `record` in a fold where it is held out; `None` where it is not.
    #[must_use]
    pub fn get(&self, fold: usize, record: usize) -> Option<&Neighbour> {
        let fold = self.fold(fold);
        fold.binary_search_by_key(&record, |(i, _)| *i).ok().map(|at| &fold[at].1)
    }

    /// All held-out records of all folds: fold, record, neighbours.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, &Neighbour)> {
        let folds = self.folds.iter().enumerate();
        folds.flat_map(|(fold, rows)| rows.iter().map(move |(i, n)| (fold, *i, n)))
    }
}

/// Everything that one record is compared with.
struct Comparison<'a> {
    sets: &'a KmerSets,
    pairwise: Pairwise<'a>,
    folds: &'a [Vec<Part>],
    identities: Identities,
    labels: &'a [Option<u32>],
    /// Records by the hash of their sequence, each list in ascending order.
    same: HashMap<u128, Vec<usize>>,
}

impl<'a> Comparison<'a> {
    fn new(dataset: &'a Dataset, sets: &'a KmerSets, folds: &'a [Vec<Part>]) -> Self {
        let identities = Identities::new(dataset);
        let mut same: HashMap<u128, Vec<usize>> = HashMap::new();
        for i in 0..dataset.len() {
            same.entry(identities.forward(i)).or_default().push(i);
        }
        let labels = &dataset.labels;
        Self { sets, pairwise: Pairwise::new(sets), folds, identities, labels, same }
    }

    /// Relatives of record `i`, and its neighbours in each fold where it is held out.
    fn of(&self, i: usize, scratch: &mut Scratch) -> (Relatives, Vec<Option<Neighbour>>) {
        let size = self.sets.set(i).len();
        let assessable = self.sets.assessable(i);
        // Both denominators from one count of shared k-mers.
        let mut near: Vec<(usize, f64, Option<f64>)> = Vec::new();
        if assessable {
            self.pairwise.each_other(i as u32, scratch, |j, shared| {
                let (j, shared) = (j as usize, f64::from(shared));
                let other = self.sets.set(j).len();
                let smaller = (other >= MIN_KMERS).then(|| shared / size.min(other) as f64);
                near.push((j, shared / size as f64, smaller));
            });
        }
        near.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let copies = self.same.get(&self.identities.forward(i)).map_or(&[][..], Vec::as_slice);
        let turned = self.identities.reverse(i).filter(|r| *r != self.identities.forward(i));
        let turned = turned.and_then(|r| self.same.get(&r)).map_or(&[][..], Vec::as_slice);

        let count = |least: f64| near.iter().filter(|n| n.2.is_some_and(|c| c >= least)).count();
        let relatives = if assessable {
            let [copies, near_by, related] = [0.95, 0.5, 0.2].map(|c| count(c) as u32);
            let closest = best_of_smaller(near.iter());
            let voters = near.iter().filter(|n| n.2.is_some_and(|c| c >= 0.5));
            let vote = Vote::count(voters.filter_map(|n| self.labels[n.0]));
            Relatives { closest, vote, copies, near: near_by, related }
        } else {
            let others: Vec<usize> =
                copies.iter().chain(turned).copied().filter(|j| *j != i).collect();
            let same = others.len() as u32;
            let vote = Vote::count(others.iter().filter_map(|j| self.labels[*j]));
            let closest = others.first().map(|j| (*j, 1.0));
            Relatives { closest, vote, copies: same, near: same, related: same }
        };
        let held_out = |parts: &Vec<Part>| {
            (parts[i] == Part::Test).then(|| {
                let learnt = |j: &usize| parts[*j] != Part::Test;
                let exact = copies.iter().copied().find(learnt);
                let reverse = turned.iter().copied().find(learnt);
                neighbour(&near, learnt, exact, reverse, assessable)
            })
        };
        (relatives, self.folds.iter().map(held_out).collect())
    }
}

/// The record with the highest containment of the smaller set, the first of equals.
fn best_of_smaller<'a>(
    near: impl Iterator<Item = &'a (usize, f64, Option<f64>)>,
) -> Option<(usize, f64)> {
    let mut closest: Option<(usize, f64)> = None;
    for (j, _, smaller) in near {
        if let Some(c) = smaller
            && closest.is_none_or(|(at, best)| (*c, at) > (best, *j))
        {
            closest = Some((*j, *c));
        }
    }
    closest
}

/// The best of `near` (record, containment of the query, of the smaller set; best query first).
fn neighbour(
    near: &[(usize, f64, Option<f64>)],
    learnt: impl Fn(&usize) -> bool,
    exact: Option<usize>,
    reverse: Option<usize>,
    assessable: bool,
) -> Neighbour {
    // Of records that hold all of the query, its copy is the nearest.
    if let Some(copy) = exact.or(reverse) {
        return Neighbour {
            nearest: Some(copy),
            containment: Some(1.0),
            closest: Some(copy),
            highest: Some(1.0),
            exact,
            reverse,
            assessable,
        };
    }
    let nearest = near.iter().find(|(j, ..)| learnt(j));
    let closest = best_of_smaller(near.iter().filter(|(j, ..)| learnt(j)));
    Neighbour {
        nearest: nearest.map(|n| n.0),
        containment: assessable.then(|| nearest.map_or(0.0, |n| n.1)),
        closest: closest.map(|c| c.0),
        highest: assessable.then(|| closest.map_or(0.0, |c| c.1)),
        exact: None,
        reverse: None,
        assessable,
    }
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;
    use Part::{Test, Train, Validation};

    const GENE: &[u8] = b"ATGGCGTACCTGATTCGAGGCATTACCGGAAACTTGCAGTC";

    fn dataset(alphabet: Alphabet, sequences: &[&[u8]]) -> Dataset {
        let mut dataset = Dataset::new(alphabet);
        for (i, sequence) in sequences.iter().enumerate() {
            dataset.push(format!("r{i}"), sequence, i as u64 + 1);
        }
        dataset
    }

    #[test]
    fn fragments_copies_and_other_strands_by_hand() {
        let turned = Alphabet::Dna.reverse_complement(GENE).unwrap();
        let lower = GENE.to_ascii_lowercase();
        let long = [GENE, b"CCTTAGGTCAATGCGTTGACCATAC"].concat();
        let records: Vec<&[u8]> = vec![
            GENE,                                           // 0 learnt
            &lower,                                         // 1 exact copy of 0
            &turned,                                        // 2 reverse complement of 0
            &GENE[..24],                                    // 3 fragment of 0
            &long,                                          // 4 holds all of 0, and 25 bases more
            b"ACG",                                         // 5 too short
            b"acg",                                         // 6 too short, a copy of 5
            b"TTTTTTTTTTTTTTTTTTTTTTTTTTTAAAGGGCCCTTTAAAC", // 7 unrelated
        ];
        let dataset = dataset(Alphabet::Dna, &records);
        let folds = vec![vec![Train, Test, Test, Test, Test, Validation, Test, Test]];
        let found = Neighbours::of_folds(&dataset, &folds, 8).unwrap();
        let at = |i: usize| found.get(0, i).unwrap();
        assert_eq!(found.get(0, 0), None);
        assert_eq!(
            (at(1).exact, at(1).reverse, at(1).proximity()),
            (Some(0), None, Proximity::Exact)
        );
        assert_eq!(
            (at(2).exact, at(2).reverse, at(2).proximity()),
            (None, Some(0), Proximity::Copy)
        );
        assert_eq!(
            (at(3).nearest, at(3).containment, at(3).highest),
            (Some(0), Some(1.0), Some(1.0))
        );
        assert_eq!((at(4).closest, at(4).highest), (Some(0), Some(1.0)));
        // 34 of the 59 8-mers of the long record are those of the gene.
        let own = at(4).containment.unwrap();
        assert!((own - 34.0 / 59.0).abs() < 1e-12, "{own}");
        assert_eq!((at(6).exact, at(6).assessable), (Some(5), false));
        assert_eq!(
            (at(7).nearest, at(7).highest, at(7).proximity()),
            (None, Some(0.0), Proximity::Far)
        );
        assert_eq!(found.fold(0).len(), 6);
        assert_eq!(found.iter().filter(|(_, _, n)| n.nearest == Some(0)).count(), 4);
        // The gene, its copy, the other strand, the fragment and the long record are one family.
        let kin = |i: usize| {
            let of = found.relatives[i];
            (of.copies, of.near, of.related, of.closest)
        };
        assert_eq!(kin(0), (4, 4, 4, Some((1, 1.0))));
        assert_eq!(kin(5), (1, 1, 1, Some((6, 1.0))));
        assert_eq!(found.relatives[7], Relatives::default());
    }

    #[test]
    fn relatives_vote_by_their_labels() {
        let vote = |labels: &[u32]| Vote::count(labels.iter().copied());
        assert_eq!(vote(&[1]), None);
        assert_eq!(vote(&[1, 1, 0]).and_then(|v| v.majority()), Some(1));
        assert_eq!(vote(&[1, 0]).and_then(|v| v.majority()), None);
        let mut dataset = dataset(Alphabet::Dna, &[GENE, GENE, GENE, b"ACGGTCATTAACCGGTA"]);
        let labels = ["a", "b", "b", "b"].map(|l| Some(l.to_string()));
        dataset.set_labels(&labels);
        let found = Neighbours::of_folds(&dataset, &[vec![Train; 4]], 8).unwrap();
        assert_eq!(found.relatives[0].vote, Some(Vote { label: 1, votes: 2, of: 2 }));
        assert_eq!(found.relatives[3].vote, None);
    }

    #[test]
    fn too_short_without_a_copy_is_not_assessable() {
        let dataset = dataset(Alphabet::Protein, &[b"MKVLAATRHGWYEDE", b"MK", b"mkvlaatrhgw"]);
        let folds = vec![vec![Train, Test, Test], vec![Test, Train, Train]];
        let found = Neighbours::of_folds(&dataset, &folds, 3).unwrap();
        let short = found.get(0, 1).unwrap();
        assert_eq!((short.containment, short.highest, short.nearest), (None, None, None));
        assert_eq!(short.proximity(), Proximity::NotAssessable);
        assert_eq!(found.get(0, 2).unwrap().containment, Some(1.0));
        let whole = found.get(1, 0).unwrap();
        assert_eq!((whole.containment, whole.highest), (Some(9.0 / 13.0), Some(1.0)));
        assert_eq!((found.folds(), found.fold(2).len()), (2, 0));
        assert!(Neighbours::of_folds(&dataset, &folds, 99).is_err());
    }
}
