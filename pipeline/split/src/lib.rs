//! Which records are learnt from and which are held out, with the certificate that says how far
//! apart they are.

pub mod certificate;
pub mod config;
pub mod deal;
pub mod given;
mod grouped;
mod letters;
pub mod neighbour;
pub mod table;

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::sketch::{Clusters, KmerSets, cluster, identity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use certificate::Certificate;

use cistron_data::dataset::{Dataset, GroupKind};
use cistron_data::error::Error;
use deal::{Units, deal};
use given::Given;

/// Share of the training records that chooses the epoch where a given split names no validation.
const VALIDATION: f64 = 0.15;

/// The part of a fold that a record belongs to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Weights are fitted on it.
    Train,
    /// Chooses the epoch, calibrates, never scored.
    Validation,
    /// Scored, and seen by nothing else.
    Test,
}

impl Part {
    /// All parts, in the order of the hold-out's shares.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The word in tables and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The split of a data set: a part for every record in every fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Splits {
    /// Homology cluster of each record, or its run or plate: the unit that intervals resample.
    pub clusters: Vec<u32>,
    /// Part of each record, a fold each; one fold is a plain hold-out.
    pub folds: Vec<Vec<Part>>,
    /// What the borders between the parts were found to hold.
    pub certificate: Certificate,
}

impl Splits {
    /// Records of a part of a fold, in order.
    #[must_use]
    pub fn records(&self, fold: usize, part: Part) -> Vec<usize> {
        self.select(fold, |p| p == part)
    }

    /// Records of a fold that models and floors may learn from: training and validation, in order.
    #[must_use]
    pub fn development(&self, fold: usize) -> Vec<usize> {
        self.select(fold, |p| p != Part::Test)
    }

    fn select(&self, fold: usize, keep: impl Fn(Part) -> bool) -> Vec<usize> {
        let parts = self.folds[fold].iter().enumerate();
        parts.filter(|(_, part)| keep(**part)).map(|(i, _)| i).collect()
    }
}

/// How records were dealt: to the parts of one hold-out, or to folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dealt {
    /// A part each.
    Parts(Vec<Part>),
    /// A fold each, from 0, and their number.
    Folds(Vec<usize>, usize),
}

impl Dealt {
    /// Part of every record in every fold: fold i is test, fold i + 1 validation, the rest train.
    #[must_use]
    pub fn folds(self) -> Vec<Vec<Part>> {
        match self {
            Self::Parts(parts) => vec![parts],
            Self::Folds(fold_of, folds) => (0..folds)
                .map(|test| {
                    let part = |fold: &usize| match (*fold + folds - test) % folds {
                        0 => Part::Test,
                        1 => Part::Validation,
                        _ => Part::Train,
                    };
                    fold_of.iter().map(part).collect()
                })
                .collect(),
        }
    }

    /// The cell of each record: records of different cells are on different sides of some border.
    fn cells(&self) -> Vec<Option<u8>> {
        match self {
            Self::Parts(parts) => parts.iter().map(|part| Some(*part as u8)).collect(),
            Self::Folds(fold_of, _) => fold_of.iter().map(|fold| Some(*fold as u8)).collect(),
        }
    }
}

/// Length of the k-mers that homology is told by, where the workflow does not name one.
#[must_use]
pub fn default_k(alphabet: Alphabet) -> usize {
    if alphabet.is_nucleic() { 15 } else { 5 }
}

/// Homology clusters of a data set, with the k-mer sets that told them apart.
pub fn clusters(
    dataset: &Dataset,
    homology: config::Homology,
) -> Result<(KmerSets, Clusters), Error> {
    clusters_counting(dataset, homology, true)
}

/// As [`clusters`]; `all` says whether records of one cluster will be compared, too.
fn clusters_counting(
    dataset: &Dataset,
    homology: config::Homology,
    all: bool,
) -> Result<(KmerSets, Clusters), Error> {
    let k = homology.k.unwrap_or_else(|| default_k(dataset.alphabet));
    let failed = |error| Error::stage("split", error);
    let sets = KmerSets::build(&dataset.sequences(), dataset.alphabet, k).map_err(failed)?;
    if all {
        sets.count_shared();
    }
    let clusters = cluster(&sets, homology.containment).map_err(failed)?;
    let likeness = identity(homology.containment, k);
    let sequences = dataset.sequences();
    let clusters = letters::join(&sequences, dataset.alphabet, &sets, clusters, likeness);
    Ok((sets, clusters))
}

/// Deals the records as the workflow says and certifies what was dealt.
pub fn split(
    config: &config::Split,
    dataset: &Dataset,
    given: Option<Given>,
    seed: u64,
) -> Result<Splits, Error> {
    split_with_sets(config, dataset, given, seed).map(|(splits, _)| splits)
}

/// The same, with the k-mer sets that the records were compared by; `None` for records
/// that are no sequences.
pub fn split_with_sets(
    config: &config::Split,
    dataset: &Dataset,
    given: Option<Given>,
    seed: u64,
) -> Result<(Splits, Option<KmerSets>), Error> {
    let column = grouped::column(config, dataset);
    let (sets, clusters) = if dataset.numbers.is_some() {
        (None, grouped::clusters(column.as_deref(), dataset)?)
    } else {
        // A split by anything but homology may tear clusters apart.
        let torn = given.is_some() || config.group.is_some() || config.random.is_some();
        let homology = config.homology.unwrap_or_default();
        let (sets, clusters) = clusters_counting(dataset, homology, torn)?;
        (Some(sets), clusters)
    };
    let mut notes = Vec::new();
    let (method, dealt) = if let Some(given) = given {
        let table = config.given.as_ref().map(|g| g.table.display().to_string());
        let method = format!("given: {}", table.unwrap_or_default());
        (method, complete(given, dataset, &clusters, seed, &mut notes))
    } else if let Some(group) = &config.group {
        let (units, note) = levels(dataset, &group.column)?;
        notes.extend(note);
        let units = Units::new(units, &dataset.labels, dataset.classes.len());
        check_units(&units, dataset, "group")?;
        (format!("group: {}", group.column), deal_to(config, &units, seed))
    } else if config.random.is_some() {
        let single: Vec<u32> = (0..dataset.len() as u32).collect();
        let units = Units::new(single, &dataset.labels, dataset.classes.len());
        check_units(&units, dataset, "record")?;
        ("random".to_string(), deal_to(config, &units, seed))
    } else if sets.is_none() {
        let help = "split: {group: {column: run}}";
        let message = format!("numbers have no homology to split by\n  help: {help}");
        return Err(Error::stage("split", message));
    } else {
        let cluster_of = clusters.cluster_of.clone();
        let units = Units::new(cluster_of, &dataset.labels, dataset.classes.len());
        check_units(&units, dataset, "homology cluster")?;
        ("homology".to_string(), deal_to(config, &units, seed))
    };
    let cells = dealt.cells();
    let folds = dealt.folds();
    let threshold = config.homology.unwrap_or_default().containment;
    let certificate = if let Some(sets) = &sets {
        certificate::certify(dataset, sets, &clusters, &cells, &folds, threshold, method, notes)?
    } else {
        let column = column.as_deref();
        grouped::certify(dataset, column, &clusters, &cells, &folds, method, notes)
    };
    Ok((Splits { clusters: clusters.cluster_of, folds, certificate }, sets))
}

/// Deals units to the parts or folds that the workflow names.
fn deal_to(config: &config::Split, units: &Units, seed: u64) -> Dealt {
    if let Some(folds) = config.folds {
        let part_of = deal(units, &vec![1.0 / folds as f64; folds], seed);
        return Dealt::Folds(units.spread(&part_of), folds);
    }
    let parts = config.parts.unwrap_or_default();
    let part_of = deal(units, &[parts.train, parts.validation, parts.test], seed);
    Dealt::Parts(units.spread(&part_of).into_iter().map(|part| Part::ALL[part]).collect())
}

/// Adds what a given split leaves open: a validation part out of the training records.
fn complete(
    given: Given,
    dataset: &Dataset,
    clusters: &Clusters,
    seed: u64,
    notes: &mut Vec<String>,
) -> Dealt {
    let mut parts = match given {
        Given::Folds(fold_of, folds) => return Dealt::Folds(fold_of, folds),
        Given::Parts(parts) => parts,
    };
    if !parts.contains(&Part::Validation) {
        let train: Vec<usize> = (0..parts.len()).filter(|i| parts[*i] == Part::Train).collect();
        let cluster_of: Vec<u32> = train.iter().map(|i| clusters.cluster_of[*i]).collect();
        let labels: Vec<Option<u32>> = train.iter().map(|i| dataset.labels[*i]).collect();
        let units = Units::new(cluster_of, &labels, dataset.classes.len());
        let part_of = units.spread(&deal(&units, &[1.0 - VALIDATION, VALIDATION], seed));
        for (record, part) in train.iter().zip(part_of) {
            parts[*record] = Part::ALL[part];
        }
        notes.push(format!(
            "the table names no validation records: whole homology clusters of {:.0} % of its \
             training records choose the epoch",
            VALIDATION * 100.0
        ));
    }
    Dealt::Parts(parts)
}

/// The level of each record in a column; records without a value are a level of their own.
fn levels(dataset: &Dataset, column: &str) -> Result<(Vec<u32>, Option<String>), Error> {
    let group = dataset.groups.iter().find(|group| group.name == column).ok_or_else(|| {
        Error::stage("split", format!("no group `{column}`: name it under `read: groups`"))
    })?;
    let missing = group.values.iter().filter(|value| value.is_none()).count();
    let last = group.levels.len() as u32;
    let units = group.values.iter().map(|value| value.unwrap_or(last)).collect();
    let note = (missing > 0).then(|| {
        let kind = if group.kind == GroupKind::Nuisance { "nuisance" } else { "descriptor" };
        format!("{missing} records have no {column} ({kind}) and stay together")
    });
    Ok((units, note))
}

/// Refuses a class that cannot be on both sides of a border.
fn check_units(units: &Units, dataset: &Dataset, unit: &str) -> Result<(), Error> {
    let short: Vec<String> = dataset
        .classes
        .iter()
        .enumerate()
        .filter(|(class, _)| units.holding(*class) < 2)
        .map(|(class, name)| format!("{name} ({} records)", dataset.class_counts()[class]))
        .collect();
    if short.is_empty() {
        return Ok(());
    }
    let kept: Vec<&str> = dataset
        .classes
        .iter()
        .enumerate()
        .filter(|(class, _)| units.holding(*class) >= 2)
        .map(|(_, name)| name.as_str())
        .collect();
    let others = if kept.len() > 1 {
        format!("`read: {{labels: {{classes: [{}]}}}}`", kept.join(", "))
    } else {
        "other classes".to_string()
    };
    Err(Error::stage(
        "split",
        format!(
            "cannot be split honestly: all records of {} are one {unit}, so whatever is held out \
             has its relatives in training, and a score of 100 % would only say that copies were \
             recognised\n  help: keep {others}, or set `split: {{random: {{}}}}` and read the \
             leakage findings beside the score",
            short.join(", ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fold_is_test_once_and_the_next_is_validation() {
        let folds = Dealt::Folds(vec![0, 1, 2, 2], 3).folds();
        assert_eq!(folds[0], [Part::Test, Part::Validation, Part::Train, Part::Train]);
        assert_eq!(folds[2], [Part::Validation, Part::Train, Part::Test, Part::Test]);
    }
}
