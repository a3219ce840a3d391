//! The records that tuning may see: those of training and validation, and no test record.

use cistron_data::dataset::Dataset;
use cistron_split::deal::{Units, deal};
use cistron_split::{Part, Splits};

/// All training records, in eighths of them.
pub const EIGHTHS: usize = 8;

/// A fold without its test records: what is not here cannot be learnt from nor scored.
pub struct Development {
    /// Training and validation records; the classes are those of the whole data set.
    pub dataset: Dataset,
    /// The part and cluster of each of them, in one fold.
    pub splits: Splits,
    /// Test records that were left out.
    pub left_out: usize,
}

impl Development {
    /// The development records of a fold.
    #[must_use]
    pub fn of(dataset: &Dataset, splits: &Splits, fold: usize) -> Self {
        let keep = splits.development(fold);
        let parts = keep.iter().map(|i| splits.folds[fold][*i]).collect();
        let clusters = keep.iter().map(|i| splits.clusters[*i]).collect();
        let mut certificate = splits.certificate.clone();
        // Tuning looks nothing up, so that no index of training sequences is made.
        certificate.k = None;
        let splits = Splits { clusters: renumbered(clusters), folds: vec![parts], certificate };
        let left_out = dataset.len() - keep.len();
        Self { dataset: select(dataset, &keep), splits, left_out }
    }

    /// The records of a part.
    #[must_use]
    pub fn records(&self, part: Part) -> Vec<usize> {
        self.splits.records(0, part)
    }

    /// The same with fewer training records: `eighths` (1, 2, 4 or 8) eighths of them by whole clusters, each class
    /// by the same share as far as clusters allow. Those of fewer eighths are among those of more.
    #[must_use]
    pub fn with_fewer(&self, eighths: usize, seed: u64) -> Self {
        let (mut train, mut size, mut seed) = (self.records(Part::Train), EIGHTHS, seed);
        while size > eighths {
            train = self.half(train, seed);
            (size, seed) = (size / 2, seed.wrapping_add(1));
        }
        let mut keep = self.records(Part::Validation);
        keep.extend(train);
        keep.sort_unstable();
        let parts = keep.iter().map(|i| self.splits.folds[0][*i]).collect();
        let clusters = keep.iter().map(|i| self.splits.clusters[*i]).collect();
        let splits = Splits {
            clusters: renumbered(clusters),
            folds: vec![parts],
            certificate: self.splits.certificate.clone(),
        };
        Self { dataset: select(&self.dataset, &keep), splits, left_out: self.left_out }
    }

    /// Half of some records, by whole clusters with every class in both halves where it has two; which
    /// half changes with the seed.
    fn half(&self, records: Vec<usize>, seed: u64) -> Vec<usize> {
        let clusters = renumbered(records.iter().map(|i| self.splits.clusters[*i]).collect());
        let labels: Vec<Option<u32>> = records.iter().map(|i| self.dataset.labels[*i]).collect();
        let units = Units::new(clusters, &labels, self.dataset.classes.len());
        let dealt = units.spread(&deal(&units, &[0.5, 0.5], seed));
        let half = (seed % 2) as usize;
        records.into_iter().zip(dealt).filter(|(_, to)| *to == half).map(|(i, _)| i).collect()
    }

    /// The same for a model that learns from validation records, too: they are presented as test, so
    /// that it learns from training records alone and validation scores what it did not see.
    #[must_use]
    pub fn withheld(&self) -> Splits {
        let mut splits = self.splits.clone();
        for part in splits.folds.iter_mut().flatten() {
            if *part == Part::Validation {
                *part = Part::Test;
            }
        }
        splits
    }

    /// Names of the classes without a training record.
    #[must_use]
    pub fn untaught(&self) -> Vec<&str> {
        let train = self.records(Part::Train);
        let taught = |class: usize| {
            train.iter().any(|i| self.dataset.labels[*i].is_some_and(|l| l as usize == class))
        };
        let classes = self.dataset.classes.iter().enumerate();
        classes.filter(|(class, _)| !taught(*class)).map(|(_, name)| name.as_str()).collect()
    }

    /// Number of clusters of the training records.
    #[must_use]
    pub fn clusters(&self) -> usize {
        let train = self.records(Part::Train);
        let clusters = train.iter().map(|i| self.splits.clusters[*i]);
        clusters.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Adds the groups of the records, which a model sees only where records are drawn by one, to a hash.
    pub fn groups(&self, hasher: &mut blake3::Hasher) {
        for group in &self.dataset.groups {
            hasher.update(group.name.as_bytes()).update(b"\n");
            for level in &group.values {
                hasher.update(&level.unwrap_or(u32::MAX).to_le_bytes());
            }
        }
    }

    /// Adds everything that a model can see of the records to a hash.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        for class in &self.dataset.classes {
            hasher.update(class.as_bytes()).update(b"\n");
        }
        for record in 0..self.dataset.len() {
            let label = self.dataset.labels[record].unwrap_or(u32::MAX);
            hasher.update(&label.to_le_bytes());
            hasher.update(&self.splits.clusters[record].to_le_bytes());
            hasher.update(self.splits.folds[0][record].name().as_bytes());
            for bytes in [
                self.dataset.id(record).as_bytes(),
                self.dataset.sequence(record),
                self.dataset.qualities(record),
            ] {
                hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
            }
            let numbers = self.dataset.numbers.as_ref().map_or(&[][..], |n| n.record(record));
            hasher.update(&(numbers.len() as u64).to_le_bytes());
            for number in numbers {
                hasher.update(&number.to_le_bytes());
            }
        }
    }
}

/// Some records with the classes of all: a class keeps its number where it loses its records.
fn select(dataset: &Dataset, keep: &[usize]) -> Dataset {
    let mut out = dataset.select(keep);
    out.classes.clone_from(&dataset.classes);
    out.labels = keep.iter().map(|i| dataset.labels[*i]).collect();
    out
}

/// Clusters numbered in the order of their first record.
fn renumbered(clusters: Vec<u32>) -> Vec<u32> {
    let mut numbers = std::collections::HashMap::new();
    clusters
        .into_iter()
        .map(|cluster| {
            let next = numbers.len() as u32;
            *numbers.entry(cluster).or_insert(next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;
    use cistron_split::{Certificate, Dealt};

    /// Eight clusters of two records each of class a and b in turn, then a validation and a test record.
    fn example() -> (Dataset, Splits) {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for i in 0..18 {
            dataset.push(format!("r{i}"), b"ACGT", i + 1);
        }
        let class = |i: usize| Some(if i.is_multiple_of(2) { "a" } else { "b" }.to_string());
        dataset.set_labels(&(0..18).map(class).collect::<Vec<_>>());
        let mut parts = vec![Part::Train; 18];
        (parts[16], parts[17]) = (Part::Validation, Part::Test);
        let certificate = Certificate {
            method: "homology".into(),
            similarity: String::new(),
            k: Some(15),
            threshold: 0.2,
            identity: None,
            hidden_identity: Some(14.0 / 15.0),
            certified: true,
            crossing_pairs: 0,
            highest: 0.0,
            evidence: Vec::new(),
            not_assessable: 0,
            compared_by_letters: 0,
            clusters: 10,
            largest_cluster: 2,
            clusters_by_class: Vec::new(),
            counts: Vec::new(),
            notes: Vec::new(),
        };
        let clusters = (0..18).map(|i| 20 - i / 2).collect();
        (dataset, Splits { clusters, folds: Dealt::Parts(parts).folds(), certificate })
    }

    #[test]
    fn no_test_record_is_there() {
        let (dataset, splits) = example();
        let found = Development::of(&dataset, &splits, 0);
        assert_eq!((found.dataset.len(), found.left_out), (17, 1));
        assert!(found.records(Part::Test).is_empty());
        assert!(!found.dataset.ids().contains(&"r17".to_string()));
        assert_eq!(found.splits.clusters[..4], [0, 0, 1, 1]);
        // Presented as test, validation is no longer learnt from.
        assert_eq!(found.withheld().development(0).len(), 16);
        assert_eq!(found.withheld().records(0, Part::Test), [16]);
    }

    #[test]
    fn fewer_training_records_are_nested_and_of_whole_clusters() {
        let (dataset, splits) = example();
        let all = Development::of(&dataset, &splits, 0);
        let ids = |found: &Development| -> Vec<String> {
            found.records(Part::Train).iter().map(|i| found.dataset.id(*i).to_string()).collect()
        };
        let mut smaller: Vec<String> = Vec::new();
        for eighths in [1, 2, 4, 8] {
            let found = all.with_fewer(eighths, 3);
            let found_ids = ids(&found);
            assert_eq!((found_ids.len(), found.clusters()), (2 * eighths, eighths));
            assert!(smaller.iter().all(|id| found_ids.contains(id)), "{smaller:?} {found_ids:?}");
            assert_eq!(found.records(Part::Validation).len(), 1);
            assert!(found.untaught().is_empty());
            smaller = found_ids;
        }
        assert_eq!(smaller, ids(&all));
    }
}
