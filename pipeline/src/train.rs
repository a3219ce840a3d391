//! One shard: a model trained on one fold from one seed.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cistron_encoders::EncoderConfig;
use cistron_encoders::sketch::{Denominator, Index, KmerSets, MIN_KMERS};
use cistron_models::architecture::{self, Architecture};
use cistron_models::calibration::Temperature;
use cistron_models::executor::Executor;
use cistron_models::fit::{self, Epoch, Fit, FitConfig, Progress, Snapshot, Source, fit};
use indicatif::ProgressBar;

use crate::artefact;
use crate::audit::{Audit, Profile};
use crate::dataset::Dataset;
use crate::encode::{self, Encoded, Longer, ReverseComplement, input_shape};
use crate::error::Error;
use crate::interrupt;
use crate::model::{self, Card, LookUp, Model, Training};
use crate::split::{Part, Splits};

/// Share of the validation records that may be called unfamiliar.
const UNFAMILIAR: f64 = 0.05;

/// Least time between two checkpoints: epochs may take milliseconds, and what is lost then is little.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

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
    /// Epochs that an earlier run had finished.
    pub resumed: usize,
}

impl Trained {
    /// Writes the model's folder and its `history.tsv`; returns the files.
    pub fn save(&self, folder: &Path) -> Result<Vec<PathBuf>, Error> {
        let history = folder.join("history.tsv");
        write_history(&history, &self.history)?;
        self.model.save(folder)?;
        let files = self.model.files();
        let files = files.iter().map(|file| folder.join(file));
        Ok(std::iter::once(history).chain(files).collect())
    }

    /// What training came to, in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        let best = self.model.card.training.best_epoch;
        let epochs = self.history.len();
        let kept = best.checked_sub(1).and_then(|at| self.history.get(at));
        let resumed = match self.resumed {
            0 => String::new(),
            epochs => format!(", went on after epoch {epochs}"),
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
    let records = splits.records(shard.fold, Part::Train);
    let held = splits.records(shard.fold, Part::Validation);
    let encoder = encode::fit(shard.encoder, dataset, &records).map_err(|error| failed(&error))?;
    let source = |records: &[usize], both_strands| {
        Encoded::of(&encoder, shard.longer, both_strands, dataset, records)
            .map_err(|error| failed(&error))
    };
    let strands = shard.reverse_complement;
    let learnt = source(&records, strands.learns_both())?;
    let validation = source(&held, strands.asks_both())?;
    let shape = input_shape(learnt.shape());
    let network = architecture::build(shard.architecture, shape, dataset.classes.len())
        .map_err(|error| failed(&error))?;

    // One that cannot be read is made again: it is older than the program, or the disk was full.
    let snapshot = std::fs::read(shard.checkpoint).ok().and_then(|b| Snapshot::load(&b).ok());
    let resumed = snapshot.as_ref().map_or(0, Snapshot::epochs);
    bar.inc(resumed as u64);
    let from = snapshot.as_ref();
    let run = Fit { network: &network, config: shard.config, executor, seed: shard.seed, from };
    let mut unwritten = None;
    let mut written = Instant::now();
    let mut observer = |progress: &Progress<'_>| {
        if let Progress::Epoch(epoch, standing) = progress {
            if written.elapsed() >= CHECKPOINT_EVERY || interrupt::requested() {
                let bytes = standing.save().map_err(|error| failed(&error));
                if let Err(error) = bytes.and_then(|b| artefact::write(shard.checkpoint, &b)) {
                    unwritten = Some(error);
                    return ControlFlow::Break(());
                }
                written = Instant::now();
            }
            let loss = epoch.validation_loss.unwrap_or(epoch.train_loss);
            bar.set_message(format!("loss {:.3} validation {loss:.3}", epoch.train_loss));
            bar.inc(1);
        }
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let fitted = fit(&run, &learnt, &validation, &mut observer).map_err(|error| failed(&error))?;
    if let Some(error) = unwritten {
        return Err(error);
    }
    interrupt::check()?;

    let logits = fit::predict(&network, &fitted.weights, &validation, model::BATCH, executor)
        .map_err(|error| failed(&error))?;
    let labels: Vec<usize> = (0..validation.len()).map(|i| validation.label(i) as usize).collect();
    // Without validation records there is nothing to calibrate on: the logits stay as they are.
    let temperature =
        Temperature::fit(&logits, &labels, network.classes()).unwrap_or_default().value();

    let development = splits.development(shard.fold);
    let certificate = &splits.certificate;
    let certified = if certificate.certified { "certified" } else { "not certified" };
    let truncated = |source: &Encoded<'_>| source.truncated().map_err(|error| failed(&error));
    let card = Card {
        schema: model::SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_string(),
        name: shard.name.to_string(),
        architecture: shard.architecture.clone(),
        encoder: encoder.clone(),
        longer: shard.longer,
        reverse_complement: strands,
        measured: dataset.numbers.as_ref().map(|numbers| numbers.measured.clone()),
        channels: dataset.numbers.as_ref().map_or(Vec::new(), |numbers| numbers.channels.clone()),
        classes: dataset.classes.clone(),
        temperature,
        k: certificate.k,
        unfamiliar_below: match certificate.k {
            Some(k) => unfamiliar_below(dataset, &records, &held, k)?,
            None => None,
        },
        training: Training {
            seed: shard.seed,
            fold: shard.fold,
            split: format!("{}, {certified}", certificate.method),
            records: records.len(),
            validation: held.len(),
            truncated: truncated(&learnt)? + truncated(&validation)?,
            best_epoch: fitted.best_epoch,
            config: shard.config.clone(),
        },
        profile: Profile::new(dataset, &development),
    };
    let mut look_up = None;
    if let Some(k) = certificate.k {
        let ids = development.iter().map(|i| dataset.id(*i).to_string()).collect();
        look_up = Some(LookUp { index: index(dataset, &development, k)?, ids });
    }
    let model = Model { card, network, weights: fitted.weights, look_up, audit };
    Ok(Trained { model, history: fitted.history, resumed })
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
    train: &[usize],
    validation: &[usize],
    k: usize,
) -> Result<Option<f64>, Error> {
    let learnt = index(dataset, train, k)?;
    let held: Vec<&[u8]> = validation
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

/// Writes one row an epoch.
fn write_history(path: &Path, history: &[Epoch]) -> Result<(), Error> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    for epoch in history {
        table.serialize(epoch).map_err(|error| failed(&error))?;
    }
    let bytes = table.into_inner().map_err(|error| failed(&error))?;
    artefact::write(path, &bytes)
}

/// Reads what training left in `history.tsv`.
pub fn read_history(path: &Path) -> Result<Vec<Epoch>, Error> {
    let table = csv::ReaderBuilder::new().delimiter(b'\t').from_path(path);
    let mut table = table.map_err(|error| failed(&error))?;
    table.deserialize().collect::<Result<_, _>>().map_err(|error| failed(&error))
}
