//! Whether the composition of the sequences being predicted has moved from that learnt from.

use cistron_models::baseline::{FeatureSet, FeatureTable, Molecule, composition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::cell::{count, decimal, heads, row};
use super::finding::Table;
use super::gate::{Gate, open, unknown};
use super::profile::Profile;
use super::{Finding, Status};
use cistron_data::dataset::{Dataset, Measured};
use cistron_evaluate::floor::curve::{Feature, table};
use cistron_evaluate::floor::genotype::calls;
use cistron_statistics::false_discovery::benjamini_hochberg;

/// Population stability index beyond chance; limits by convention.
const GATE: Gate = Gate::warn_fail(0.1, 0.25);

/// Adjusted p value from which a shift counts as chance.
const CHANCE: f64 = 0.05;

/// The fewest sequences that are compared.
const FEWEST: usize = 30;

/// Records whose features are computed at a time.
const CHUNK: usize = 1024;

/// Share that an empty bin is given.
const LEAST: f64 = 1e-3;

const CHECK: &str = "query.drift";
const TITLE: &str = "Is the composition of the sequences that of those learnt from?";

/// How one feature is spread over the training records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// Name of the feature.
    pub feature: String,
    /// Different deciles, in ascending order.
    pub edges: Vec<f32>,
    /// Training records below the first edge, between two edges, and from the last on.
    pub records: Vec<usize>,
}

impl Spread {
    /// The spread of length and of the letters' shares over the sequences of a data set.
    pub(super) fn of(dataset: &Dataset) -> Vec<Self> {
        let records: Vec<usize> = (0..dataset.len()).collect();
        let features = features(dataset, &records);
        columns(dataset, &features)
            .map(|(column, name)| {
                let mut values: Vec<f32> =
                    (0..features.n_rows()).map(|at| features.row(at)[column]).collect();
                values.sort_by(f32::total_cmp);
                let mut edges: Vec<f32> =
                    (1..10).filter_map(|d| values.get(values.len() * d / 10).copied()).collect();
                edges.dedup();
                let mut records = vec![0; edges.len() + 1];
                for value in &values {
                    records[bin(&edges, *value)] += 1;
                }
                Self { feature: name.to_string(), edges, records }
            })
            .collect()
    }
}

pub(super) fn features(dataset: &Dataset, records: &[usize]) -> FeatureTable {
    if let Some(numbers) = &dataset.numbers {
        // Numbers were finite when they were read: where they are not, nothing is compared.
        let found = match numbers.measured {
            Measured::Genotypes { .. } => calls(numbers, records),
            _ => table(numbers, records, &Feature::ALL),
        };
        return found.unwrap_or_else(|_| {
            let empty = vec![[0_u8; 0]; records.len()];
            composition(&empty, FeatureSet::Length, Molecule::Protein)
        });
    }
    let sequences: Vec<&[u8]> = records.iter().map(|i| dataset.sequence(*i)).collect();
    composition(&sequences, FeatureSet::Composition, Molecule::of(dataset.alphabet))
}

/// Length, GC content and the share of each letter; words come later in the table. Of numbers, all.
pub(super) fn columns<'f>(
    dataset: &Dataset,
    features: &'f FeatureTable,
) -> impl Iterator<Item = (usize, &'f str)> {
    let all = dataset.numbers.is_some();
    let named = features.names().iter().enumerate();
    named
        .filter(move |(at, name)| all || *at < 2 || name.len() == 1)
        .map(|(at, name)| (at, name.as_str()))
}

/// The bin of a value: below the first edge, between two, or from the last on.
fn bin(edges: &[f32], value: f32) -> usize {
    edges.partition_point(|edge| *edge <= value)
}

/// The population stability index of each feature over the training records' deciles.
pub(super) struct Drift<'p> {
    stored: bool,
    /// What the features are, in words.
    of: &'static str,
    records: usize,
    /// Of each feature: its column, how the training records are spread, and the records here.
    features: Vec<(usize, &'p Spread, Vec<usize>)>,
}

impl<'p> Drift<'p> {
    /// Nothing was seen yet; records will be of the kind of those in `kind`.
    pub(super) fn new(profile: &'p Profile, kind: &Dataset) -> Self {
        let names = features(kind, &[]);
        let known = columns(kind, &names).filter_map(|(column, name)| {
            let spread = profile.spreads.iter().find(|spread| spread.feature == name)?;
            Some((column, spread, vec![0; spread.edges.len() + 1]))
        });
        Self {
            stored: !profile.spreads.is_empty(),
            of: match kind.numbers.as_ref().map(|numbers| &numbers.measured) {
                Some(Measured::Genotypes { .. }) => "genotypes called and heterozygous",
                Some(_) => "end, steepest rise and cycles",
                None => "length, GC content and letters",
            },
            records: 0,
            features: known.collect(),
        }
    }

    /// Counts the records of a block.
    pub(super) fn push(&mut self, block: &Dataset) {
        let records: Vec<usize> = (0..block.len()).collect();
        // The features of a block of short sequences would be larger than the block.
        for records in records.chunks(CHUNK) {
            let table = features(block, records);
            for (column, spread, here) in &mut self.features {
                table.column(*column).for_each(|value| here[bin(&spread.edges, value)] += 1);
            }
        }
        self.records += block.len();
    }

    pub(super) fn finding(&self) -> Finding {
        let n = self.records;
        if !self.stored {
            let why = "the model was stored without it";
            return unknown(CHECK, TITLE, why, "train the model again");
        }
        let mut shifts: Vec<(&str, f64, f64)> = self
            .features
            .iter()
            .filter_map(|(_, spread, here)| {
                let (index, p_value) = shift(&spread.records, here)?;
                Some((spread.feature.as_str(), index, p_value))
            })
            .collect();
        let adjusted = benjamini_hochberg(&shifts.iter().map(|s| s.2).collect::<Vec<_>>());
        for (shift, p_value) in shifts.iter_mut().zip(adjusted) {
            shift.2 = p_value;
        }
        shifts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let rows = shifts.iter().map(|(name, index, p)| {
            row([name.to_string(), decimal(*index), super::cell::p_value(*p)])
        });
        let Some((name, index, p_value)) = shifts.first() else {
            return unknown(CHECK, TITLE, "there is nothing to compare", "predict more sequences");
        };
        let of = self.of;
        let finding = Finding {
            statistic: format!("largest population stability index of {of}, less what chance adds"),
            value: Some(*index),
            n,
            message: format!("{name} moved most: an index of {}", decimal(*index)),
            tables: vec![Table {
                title: "Shift of each feature, largest first".into(),
                columns: heads(["feature", "index", "adjusted p"]),
                rows: rows.collect(),
            }],
            ..open(CHECK, TITLE)
        };
        if n < FEWEST {
            let why = format!("only {}", count(n, "sequence"));
            return Finding { status: Status::Unknown(why), ..GATE.show(finding) };
        }
        let finding = GATE.judge(if *p_value < CHANCE { *index } else { 0.0 }, finding);
        if finding.status == Status::Pass {
            return finding;
        }
        let remedy =
            "label some of these sequences and score the model on them before relying on it";
        Finding { remedy: remedy.into(), ..finding }
    }
}

/// Index beyond chance, and p value of the two-sample chi-squared test, of counts over the same bins.
fn shift(there: &[usize], here: &[usize]) -> Option<(f64, f64)> {
    let (m, n) = (there.iter().sum::<usize>() as f64, here.iter().sum::<usize>() as f64);
    if m < 1.0 || n < 1.0 || there.len() < 2 {
        return None;
    }
    let bins = || there.iter().zip(here).map(|(a, b)| (*a as f64, *b as f64));
    let index: f64 = bins()
        .map(|(a, b)| ((b / n).max(LEAST), (a / m).max(LEAST)))
        .map(|(p, q)| (p - q) * (p / q).ln())
        .sum();
    let degrees = there.len() as f64 - 1.0;
    let by_chance = degrees * (1.0 / m + 1.0 / n);
    let statistic: f64 = bins()
        .filter(|(a, b)| a + b > 0.0)
        .map(|(a, b)| ((m / n).sqrt() * b - (n / m).sqrt() * a).powi(2) / (a + b))
        .sum();
    let p_value = ChiSquared::new(degrees).ok()?.sf(statistic);
    Some(((index - by_chance).max(0.0), p_value))
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    /// SciPy 1.17.1: `chi2_contingency([[30, 30, 40], [60, 90, 50]], correction=False)`.
    #[test]
    fn a_shift_agrees_with_scipy() {
        let (index, p_value) = shift(&[30, 30, 40], &[60, 90, 50]).unwrap();
        assert!((p_value - P_VALUE).abs() < 1e-9, "{p_value}");
        // (.45 - .3) ln(.45 / .3) + (.25 - .4) ln(.25 / .4) - 2 (1 / 100 + 1 / 200)
        let expected = 0.15 * 1.5_f64.ln() - 0.15 * 0.625_f64.ln() - 0.03;
        assert!((index - expected).abs() < 1e-12, "{index}");
        assert_eq!(shift(&[3], &[3]), None);
    }

    const P_VALUE: f64 = 0.012_588_142_242_434;

    #[test]
    fn moved_composition_is_found_and_more_of_the_same_is_not() {
        let mut dice = Dice::new(2);
        let mut drawn = |n: usize, gc: f64| {
            let sequences: Vec<Vec<u8>> =
                (0..n).map(|_| planted::dna(&mut dice, 300, gc)).collect();
            planted::two_classes(&sequences)
        };
        let (training, same, moved) = (drawn(1000, 0.5), drawn(300, 0.5), drawn(300, 0.54));
        let profile = Profile::new(&training, &(0..1000).collect::<Vec<_>>());
        let drift = |dataset: &Dataset, profile: &Profile| {
            let mut drift = Drift::new(profile, dataset);
            drift.push(dataset);
            drift.finding()
        };
        assert_eq!(drift(&same, &profile).status, Status::Pass);
        let found = drift(&moved, &profile);
        assert_eq!(found.status, Status::Fail, "{found:?}");
        assert!(found.message.starts_with("GC moved most"), "{}", found.message);
        assert!(matches!(drift(&drawn(9, 0.5), &profile).status, Status::Unknown(_)));
    }
}
