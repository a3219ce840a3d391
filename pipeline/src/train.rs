//! One shard: a model trained on one fold from one seed.

mod network;
mod sequences;
mod units;

use std::path::{Path, PathBuf};

use cistron_encoders::EncoderConfig;
use cistron_encoders::sketch::{Denominator, Index, KmerSets, MIN_KMERS};
use cistron_models::architecture::Architecture;
use cistron_models::calibration::Conformal;
use cistron_models::executor::Executor;
use cistron_models::fit::{Activations, DeadUnits, Epoch, FitConfig, RangeStep, RangeTest};
use indicatif::ProgressBar;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::encode::{Longer, ReverseComplement};
use crate::model::{self, Card, Learner, LookUp, Model, TestVector, Training};
use cistron_audit::{Audit, Profile};
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_evaluate::validation::{self, Validation};
use cistron_split::{Part, Splits};

/// Name of the table of dead units.
const DEAD_UNITS: &str = "dead-units.tsv";

/// Name of the table of the range test's steps.
const RANGE_TEST: &str = "learning-rate.tsv";
/// Name of the table of the sizes of values inside a network.
const ACTIVATIONS: &str = "activations.tsv";

/// Share of the validation records that may be called unfamiliar.
const UNFAMILIAR: f64 = 0.05;

/// Share of records whose set of classes is to hold their class.
const SET_LEVEL: f64 = 0.9;

/// What one shard is trained from.
pub struct Shard<'a> {
    /// Name of the model in the workflow.
    pub name: &'a str,
    /// Its architecture.
    pub architecture: &'a Architecture,
    /// Its encoder.
    pub encoder: &'a EncoderConfig,
    /// What becomes of sequences that are longer than the encoder.
    pub longer: Longer,
    /// What the model makes of the other strand.
    pub reverse_complement: ReverseComplement,
    /// Its training settings.
    pub config: &'a FitConfig,
    /// Fold whose training records are learnt from.
    pub fold: usize,
    /// Seed of everything random in training.
    pub seed: u64,
    /// Where the run stands after its last epoch, so that it goes on after being killed (a second of
    /// epochs may be lost); the name tells what it depends on, so that no other run goes on from it.
    pub checkpoint: &'a Path,
}

/// A trained shard, before it is written.
pub struct Trained {
    /// The model.
    pub model: Model,
    /// One entry an epoch.
    pub history: Vec<Epoch>,
    /// What found the learning rate; absent where that is a number, or there is none.
    pub range_test: Option<RangeTest>,
    /// Rectified units that are 0 for every validation record at the epoch that was kept.
    pub dead: Vec<DeadUnits>,
    /// How large the values of each layer were after each epoch; none of what is no network.
    pub activations: Vec<Activations>,
    /// Epochs that an earlier run had finished.
    pub resumed: usize,
    /// What it answers for the validation records.
    pub validation: Validation,
}

/// What training gave, before it is a model with its evidence.
struct Learnt {
    encoder: EncoderConfig,
    learner: Learner,
    temperature: f64,
    /// Calibrated probabilities (V, K) of the validation records, by weights that learnt nothing of
    /// them.
    unseen: Vec<f32>,
    /// Absent without records to fit it to.
    conformal: Option<Conformal>,
    /// Records that were learnt from, and those that chose the epoch.
    records: usize,
    validation: usize,
    truncated: usize,
    best_epoch: usize,
    history: Vec<Epoch>,
    range_test: Option<RangeTest>,
    cost: Option<f32>,
    dead: Vec<DeadUnits>,
    activations: Vec<Activations>,
    resumed: usize,
}

impl Trained {
    /// Writes the model's folder, its `history.tsv`, `dead-units.tsv`, `activations.tsv`, `validation.tsv`
    /// and, where there was a range test, its `learning-rate.tsv`; returns the files.
    pub fn save(&self, folder: &Path) -> Result<Vec<PathBuf>, Error> {
        let history = folder.join("history.tsv");
        write_rows(&history, &self.history)?;
        let dead = folder.join(DEAD_UNITS);
        write_rows(&dead, &self.dead)?;
        let activations = folder.join(ACTIVATIONS);
        write_rows(&activations, &self.activations)?;
        let validation = folder.join(validation::FILE);
        self.validation.write(&validation, &self.model.card.classes)?;
        let rates = folder.join(RANGE_TEST);
        match &self.range_test {
            Some(test) => write_rows(&rates, &test.steps)?,
            // One that an earlier training left is of another rate.
            None => artefact::remove(&rates)?,
        }
        self.model.save(folder)?;
        let files = self.model.files();
        let tables = [history, dead, activations, validation].into_iter();
        let tables = tables.chain(self.range_test.is_some().then_some(rates));
        Ok(tables.chain(files.iter().map(|file| folder.join(file))).collect())
    }

    /// What training came to, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let best = self.model.card.training.best_epoch;
        let epochs = self.history.len();
        if epochs == 0 {
            let records = self.model.card.training.records;
            let cost = self.model.card.training.cost;
            let cost = cost.map_or(String::new(), |cost| format!(", which chose cost {cost}"));
            return format!("learnt from {records} records, calibrated on inner folds{cost}");
        }
        let kept = best.checked_sub(1).and_then(|at| self.history.get(at));
        let rate = self.range_test.as_ref().map_or(String::new(), |test| {
            format!(", learning rate {} by a range test", test.learning_rate)
        });
        let resumed = match self.resumed {
            0 => rate,
            epochs => format!("{rate}, went on after epoch {epochs}"),
        };
        match kept.and_then(|epoch| epoch.validation_loss) {
            Some(loss) => {
                format!("epoch {best} of {epochs} kept, validation loss {loss:.3}{resumed}")
            }
            None => format!("epoch {best} of {epochs} kept, no validation records{resumed}"),
        }
    }
}

/// Trains one shard; `audit` is what is known of the data and travels with the model.
pub fn train(
    shard: &Shard<'_>,
    dataset: &Dataset,
    splits: &Splits,
    audit: Audit,
    executor: &Executor,
    bar: &ProgressBar,
) -> Result<Trained, Error> {
    let learnt = if shard.architecture.is_network() {
        network::learn(shard, dataset, splits, executor, bar)?
    } else {
        sequences::learn(shard, dataset, splits, bar)?
    };
    let development = splits.development(shard.fold);
    let certificate = &splits.certificate;
    let certified = if certificate.certified { "certified" } else { "not certified" };
    let card = Card {
        schema: model::SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_string(),
        name: shard.name.to_string(),
        architecture: shard.architecture.clone(),
        encoder: learnt.encoder,
        longer: shard.longer,
        reverse_complement: shard.reverse_complement,
        measured: dataset.numbers.as_ref().map(|numbers| numbers.measured.clone()),
        channels: dataset.numbers.as_ref().map_or(Vec::new(), |numbers| numbers.channels.clone()),
        classes: dataset.classes.clone(),
        temperature: learnt.temperature,
        conformal: learnt.conformal,
        k: certificate.k,
        unfamiliar_below: match certificate.k {
            Some(k) => unfamiliar_below(dataset, splits, shard.fold, k)?,
            None => None,
        },
        training: Training {
            seed: shard.seed,
            fold: shard.fold,
            split: format!("{}, {certified}", certificate.method),
            records: learnt.records,
            validation: learnt.validation,
            truncated: learnt.truncated,
            best_epoch: learnt.best_epoch,
            cost: learnt.cost,
            learning_rate: learnt.range_test.as_ref().map(|test| test.learning_rate),
            config: shard.config.clone(),
        },
        profile: Profile::new(dataset, &development),
    };
    let mut look_up = None;
    if let Some(k) = certificate.k {
        let ids = development.iter().map(|i| dataset.id(*i).to_string()).collect();
        look_up = Some(LookUp { index: index(dataset, &development, k)?, ids });
    }
    let test_vector = TestVector::new(&card, &learnt.learner, executor)?;
    let Learnt { learner, history, range_test, dead, activations, resumed, unseen, .. } = learnt;
    let model = Model { card, learner, look_up, test_vector, audit };
    let held = splits.records(shard.fold, Part::Validation);
    let ids = held.iter().map(|i| dataset.id(*i).to_string()).collect();
    let validation = Validation { ids, probabilities: unseen };
    Ok(Trained { model, history, range_test, dead, activations, resumed, validation })
}

/// What sets of classes need, from probabilities (N, K) of records that were not learnt from.
fn conformal(dataset: &Dataset, records: &[usize], probabilities: &[f32]) -> Option<Conformal> {
    let labels: Vec<usize> =
        records.iter().map(|i| dataset.labels[*i].unwrap_or(0) as usize).collect();
    // Without records there is nothing to fit it to, and sets are not told.
    Conformal::fit(probabilities, &labels, dataset.classes.len(), SET_LEVEL).ok()
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::stage("train", error)
}

fn sets(dataset: &Dataset, records: &[usize], k: usize) -> Result<KmerSets, Error> {
    let sequences: Vec<&[u8]> = records.iter().map(|i| dataset.sequence(*i)).collect();
    KmerSets::build(&sequences, dataset.alphabet, k).map_err(|error| failed(&error))
}

fn index(dataset: &Dataset, records: &[usize], k: usize) -> Result<Index, Error> {
    Ok(Index::build(&sets(dataset, records, k)?))
}

/// The containment that 5 % of the validation records stay below: what is less familiar than that
/// is unlike anything the model was scored on.
fn unfamiliar_below(
    dataset: &Dataset,
    splits: &Splits,
    fold: usize,
    k: usize,
) -> Result<Option<f64>, Error> {
    let learnt = index(dataset, &splits.records(fold, Part::Train), k)?;
    let held: Vec<&[u8]> = splits
        .records(fold, Part::Validation)
        .iter()
        .map(|i| dataset.sequence(*i))
        .filter(|sequence| sequence.len() >= k + MIN_KMERS - 1)
        .collect();
    let nearest = learnt.nearest_all(&held, Denominator::Query);
    let mut found: Vec<f64> =
        nearest.iter().map(|n| n.map_or(0.0, |nearest| nearest.containment)).collect();
    found.sort_by(f64::total_cmp);
    let at = (found.len() as f64 * UNFAMILIAR) as usize;
    // Nothing stays below nought: then containment marks no sequence as unfamiliar.
    Ok(found.get(at).copied().filter(|below| *below > 0.0))
}

/// Writes a table of records.
fn write_rows(path: &Path, rows: &[impl Serialize]) -> Result<(), Error> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    for row in rows {
        table.serialize(row).map_err(|error| failed(&error))?;
    }
    let bytes = table.into_inner().map_err(|error| failed(&error))?;
    artefact::write(path, &bytes)
}

/// Reads what training left in `history.tsv`.
pub fn read_history(path: &Path) -> Result<Vec<Epoch>, Error> {
    read_rows(path)
}

/// Reads the dead units that training counted in a model's folder; none where nothing is rectified.
pub fn read_dead_units(folder: &Path) -> Result<Vec<DeadUnits>, Error> {
    read_if_there(&folder.join(DEAD_UNITS))
}

/// Reads the steps of the range test in a model's folder; none where there was no test.
pub fn read_range_test(folder: &Path) -> Result<Vec<RangeStep>, Error> {
    read_if_there(&folder.join(RANGE_TEST))
}

fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    if path.exists() { read_rows(path) } else { Ok(Vec::new()) }
}

/// Reads how large the values of each layer were from a model's folder; none of what is no network.
pub fn read_activations(folder: &Path) -> Result<Vec<Activations>, Error> {
    read_if_there(&folder.join(ACTIVATIONS))
}

fn read_rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    let table = csv::ReaderBuilder::new().delimiter(b'\t').from_path(path);
    let mut table = table.map_err(|error| failed(&error))?;
    table.deserialize().collect::<Result<_, _>>().map_err(|error| failed(&error))
}
