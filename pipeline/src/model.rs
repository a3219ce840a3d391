//! A trained model as a folder that predicts on its own: weights, encoder, classes, calibration,
//! the training sequences' k-mers for look-up, a vector that tells whether it computes as it did, and
//! the audit of the data it learnt from.

pub mod markdown;
mod test_vector;

use std::path::Path;

use cistron_encoders::EncoderConfig;
use cistron_encoders::sketch::{Denominator, Index, Scratch};
use cistron_models::architecture::{self, Architecture};
use cistron_models::baseline::Molecule;
use cistron_models::calibration::{Conformal, softmax};
use cistron_models::checkpoint;
use cistron_models::executor::Executor;
use cistron_models::fit::{FitConfig, predict};
use cistron_models::network::Network;
use cistron_models::sequence::{Description, SequenceModel};
use cistron_models::weights::Weights;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::encode::{Encoded, Longer, Records, ReverseComplement, input_shape};
use cistron_audit::{Audit, Profile};
use cistron_data::artefact;
use cistron_data::dataset::Measured;
use cistron_data::error::{Error, InputError};
pub use test_vector::{MadeUp, TestVector};

/// Version of `model.json` that this program reads and writes.
pub const SCHEMA: u32 = 1;

/// Records that are predicted at a time.
pub const BATCH: usize = 256;

/// Content of `model.json`: everything about a model but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Card {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Version of Cistron that trained the model.
    pub version: String,
    /// Name of the model in its workflow.
    pub name: String,
    /// Architecture with its settings.
    pub architecture: Architecture,
    /// Encoder with its settings.
    pub encoder: EncoderConfig,
    /// What becomes of sequences that are longer than the encoder.
    #[serde(default)]
    pub longer: Longer,
    /// What the model makes of the other strand.
    #[serde(default)]
    pub reverse_complement: ReverseComplement,
    /// What was measured; absent where the records are sequences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// Names of its channels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Class names, in the order of the network's outputs.
    pub classes: Vec<String>,
    /// Logits are divided by this before the softmax (temperature scaling, arXiv:1706.04599).
    pub temperature: f64,
    /// What a class needs to be in the set of a record; absent without validation records, and where
    /// an earlier version trained the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformal: Option<Conformal>,
    /// Length of the k-mers in `train.sketch`; absent where the records are numbers.
    pub k: Option<usize>,
    /// A sequence is unfamiliar where less than this share of its own k-mers is found in any one
    /// training record; 5 % of the validation records were. Absent without validation records, and
    /// where more than 5 % of them share nothing with training, as whole clusters held out often do.
    pub unfamiliar_below: Option<f64>,
    /// How it was trained.
    pub training: Training,
    /// What the records it learnt from look like.
    pub profile: Profile,
}

impl Card {
    /// What the file of a model of whole sequences does not say itself.
    fn description(&self) -> Description<'_> {
        Description {
            architecture: &self.architecture,
            classes: self.classes.len(),
            molecule: Molecule::of(self.encoder.alphabet().unwrap_or_default()),
            both_strands: self.reverse_complement.learns_both(),
        }
    }
}

/// How a model was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Training {
    /// Seed of the initial weights, shuffling and dropout.
    pub seed: u64,
    /// Fold whose training records were learnt from.
    pub fold: usize,
    /// How the records were held out, and whether that was certified.
    pub split: String,
    /// Records that weights were fitted on.
    pub records: usize,
    /// Records that chose the epoch.
    pub validation: usize,
    /// Records of which something did not fit the encoder's length.
    pub truncated: usize,
    /// Epoch whose weights were kept, from 1.
    pub best_epoch: usize,
    /// Cost of a support vector machine that inner folds chose; absent where the settings give one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f32>,
    /// Learning rate that a range test found; absent where the settings give a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f32>,
    /// Settings.
    pub config: FitConfig,
}

/// A model in memory.
pub struct Model {
    /// Everything but the weights.
    pub card: Card,
    /// What computes its logits.
    pub learner: Learner,
    /// The records learnt from (training and validation); `None` where they are numbers.
    pub look_up: Option<LookUp>,
    /// What it computed when it was trained.
    pub test_vector: TestVector,
    /// Audit of the data set it was trained on.
    pub audit: Audit,
}

/// What a model computes its logits with.
pub enum Learner {
    /// A network on encoded records.
    Network {
        /// The layer list.
        network: Network,
        /// The weights.
        weights: Weights,
    },
    /// A model of whole sequences.
    Sequences(SequenceModel),
}

impl Learner {
    /// Logits (N, K) of records as they are written, cut to what the encoder takes.
    pub fn logits(
        &self,
        encoder: &EncoderConfig,
        executor: &Executor,
        records: Records<'_>,
    ) -> Result<Vec<f32>, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::stage("predict", error);
        match self {
            Self::Network { network, weights } => {
                let source = Encoded::new(encoder, records, Vec::new());
                let source = source.map_err(|error| failed(&error))?;
                predict(network, weights, &source, BATCH, executor).map_err(|error| failed(&error))
            }
            Self::Sequences(model) => Ok(model.logits(&records.symbols())),
        }
    }
}

/// The sequences that a model learnt from, to look others up in.
pub struct LookUp {
    /// k-mers of every sequence.
    pub index: Index,
    /// Identifier of each of them.
    pub ids: Vec<String>,
}

/// The record learnt from that is nearest to a sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Familiar<'a> {
    /// Identifier of the record; `None` where none shares a k-mer.
    pub nearest: Option<&'a str>,
    /// Share of the sequence's own k-mers found in it; `None` where the sequence is too short.
    pub containment: Option<f64>,
}

impl Model {
    /// Writes the folder; `model.json` is written last and is what makes it a model.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let weights = match &self.learner {
            Learner::Network { weights, .. } => {
                checkpoint::save(weights).map_err(|e| Error::stage("train", e))?
            }
            Learner::Sequences(model) => model.save().map_err(|e| Error::stage("train", e))?,
        };
        artefact::write(&folder.join("model.safetensors"), &weights)?;
        if let Some(LookUp { index, ids }) = &self.look_up {
            artefact::write(&folder.join("train.sketch"), &index.to_bytes())?;
            artefact::write(&folder.join("train.ids"), (ids.join("\n") + "\n").as_bytes())?;
        }
        artefact::write_json(&folder.join("check.json"), &self.test_vector)?;
        let text = markdown::card(&self.card, &self.audit, None);
        artefact::write(&folder.join("card.md"), text.as_bytes())?;
        artefact::write_json(&folder.join("audit.json"), &self.audit)?;
        artefact::write_json(&folder.join("model.json"), &self.card)
    }

    /// Files that [`Self::save`] writes.
    #[must_use]
    pub fn files(&self) -> Vec<&'static str> {
        let looked_up =
            ["train.sketch", "train.ids"].into_iter().filter(|_| self.look_up.is_some());
        ["model.safetensors"]
            .into_iter()
            .chain(looked_up)
            .chain(["check.json", "card.md", "audit.json", "model.json"])
            .collect()
    }

    /// Reads what [`Self::save`] wrote, checking every part against the others, and what `executor`
    /// computes against what was computed when the model was trained.
    pub fn load(folder: &Path, executor: &Executor) -> Result<Self, Error> {
        let path = folder.join("model.json");
        let card: Card = artefact::read_json(&path)?;
        let bad = |file: &str, found: String| {
            let help = "copy the whole folder of the model again, or train it again";
            InputError::new(&folder.join(file), found, "a complete model folder", help)
        };
        if card.schema != SCHEMA {
            return Err(bad("model.json", format!("schema {}", card.schema)).into());
        }
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read(&path).map_err(|error| artefact::missing(&path, &error))
        };
        let bytes = read("model.safetensors")?;
        let learner = if card.architecture.is_network() {
            let shape = card.encoder.shape();
            let shape = input_shape(shape.map_err(|error| bad("model.json", error.to_string()))?);
            let network = architecture::build(&card.architecture, shape, card.classes.len())
                .map_err(|error| bad("model.json", error.to_string()))?;
            let weights = checkpoint::load(&network, &bytes)
                .map_err(|error| bad("model.safetensors", error.to_string()))?;
            Learner::Network { network, weights }
        } else {
            let model = SequenceModel::load(&card.description(), &bytes)
                .map_err(|error| bad("model.safetensors", error.to_string()))?;
            Learner::Sequences(model)
        };
        let mut look_up = None;
        if let Some(k) = card.k {
            let index = Index::from_bytes(&read("train.sketch")?)
                .map_err(|error| bad("train.sketch", error.to_string()))?;
            let ids = String::from_utf8_lossy(&read("train.ids")?).into_owned();
            let ids: Vec<String> = ids.lines().map(str::to_string).collect();
            if ids.len() != index.len() || index.k() != k {
                let found = format!("{} identifiers for {} records", ids.len(), index.len());
                return Err(bad("train.ids", found).into());
            }
            look_up = Some(LookUp { index, ids });
        }
        let path = folder.join("check.json");
        let test_vector: TestVector = artefact::read_json(&path)?;
        test_vector.check(&path, &card, &learner, executor)?;
        let audit = artefact::read_json(&folder.join("audit.json"))?;
        Ok(Self { card, learner, look_up, test_vector, audit })
    }

    /// Calibrated probabilities (N, K) of records, a batch at a time; where long sequences are seen
    /// as windows, the mean of their windows' probabilities.
    pub fn probabilities(
        &self,
        executor: &Executor,
        records: Records<'_>,
    ) -> Result<Vec<f32>, Error> {
        let Card { encoder, longer, reverse_complement, temperature, .. } = &self.card;
        // A model of whole sequences counts both strands at once.
        let both = reverse_complement.asks_both() && self.card.architecture.is_network();
        let (parts, counts) = records.parts(encoder, *longer, both);
        let logits = self.logits(executor, parts)?;
        Ok(calibrated(logits, &counts, self.card.classes.len(), *temperature))
    }

    /// Logits (N, K) of records as they are written, cut to what the encoder takes.
    pub fn logits(&self, executor: &Executor, records: Records<'_>) -> Result<Vec<f32>, Error> {
        self.learner.logits(&self.card.encoder, executor, records)
    }

    /// The nearest record learnt from, by the sequence's own k-mers.
    #[must_use]
    pub fn familiar(
        &self,
        sequence: &[u8],
        scratch: &mut Scratch,
        kmers: &mut Vec<u64>,
    ) -> Familiar<'_> {
        let Some(LookUp { index, ids }) = &self.look_up else {
            return Familiar { nearest: None, containment: None };
        };
        index.kmers(sequence, kmers);
        if kmers.len() < cistron_encoders::sketch::MIN_KMERS {
            return Familiar { nearest: None, containment: None };
        }
        let nearest = index.nearest(kmers, Denominator::Query, scratch);
        Familiar {
            nearest: nearest.map(|n| ids[n.record as usize].as_str()),
            containment: Some(nearest.map_or(0.0, |n| n.containment)),
        }
    }
}

/// Probabilities (N, K) of records from the logits of their parts, of which each has `counts`.
pub(crate) fn calibrated(
    mut logits: Vec<f32>,
    counts: &[usize],
    classes: usize,
    temperature: f64,
) -> Vec<f32> {
    logits.chunks_mut(classes).for_each(|row| softmax(row, temperature));
    means(&logits, counts, classes)
}

/// The mean row of each group of `counts` rows of `classes` values.
fn means(rows: &[f32], counts: &[usize], classes: usize) -> Vec<f32> {
    let mut rows = rows.chunks(classes);
    let mut out = Vec::with_capacity(counts.len() * classes);
    for &count in counts {
        let mut sums = vec![0.0; classes];
        for row in rows.by_ref().take(count) {
            sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += f64::from(*p));
        }
        out.extend(sums.iter().map(|sum| (sum / count as f64) as f32));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_windows_are_averaged() {
        let rows = [0.5, 0.5, 0.25, 0.75, 0.75, 0.25, 1.0, 0.0];
        assert_eq!(means(&rows, &[1, 2, 1], 2), [0.5, 0.5, 0.5, 0.5, 1.0, 0.0]);
    }
}
