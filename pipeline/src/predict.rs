//! Predictions, one row a record with its evidence, and never without their audit.

pub mod variants;

use std::path::{Path, PathBuf};

use cistron_encoders::sketch::Scratch;
use cistron_models::executor::Executor;
use cistron_models::metrics::argmax;
use rayon::prelude::*;

use crate::artefact::{self, Tsv};
use crate::audit::{self, Audit, Familiarity, InputFile, Predicted};
use crate::dataset::Dataset;
use crate::encode::Records;
use crate::error::{Error, InputError};
use crate::model::Model;
use crate::read;
use crate::read::translation::Reading;
use crate::workflow::Input;

/// What is predicted of one record, with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Probability of each class (K), calibrated, the mean over folds and seeds.
    pub probabilities: Vec<f32>,
    /// Identifier of the nearest record learnt from.
    pub nearest: Option<String>,
    /// Share of the record's own k-mers found there; `None` where it is too short to tell.
    pub containment: Option<f64>,
    /// Whether the record is unlike those learnt from; `None` where that cannot be told.
    pub unfamiliar: Option<bool>,
    /// Which of `length` and `gc` lie outside the range of 99 % of the training records.
    pub outside: &'static str,
}

impl Prediction {
    /// Class of the highest probability, the first of equals.
    #[must_use]
    pub fn class(&self) -> usize {
        argmax(&self.probabilities)
    }

    /// What the audit wants to know of the look-up.
    #[must_use]
    pub fn familiarity(&self) -> Familiarity {
        Familiarity { containment: self.containment, unfamiliar: self.unfamiliar }
    }
}

/// The trained models of one name: every fold and seed, which predict together.
pub struct Ensemble {
    /// The models; all of the same classes.
    pub members: Vec<Model>,
}

impl Ensemble {
    /// Loads a model folder, or every `fold-*/seed-*` folder below one.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let folders = members(folder)?;
        let members = folders.iter().map(|f| Model::load(f)).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = members.first() else {
            return Err(no_model(folder, "no model.json").into());
        };
        if let Some((other, at)) =
            members.iter().zip(&folders).find(|(m, _)| m.card.classes != first.card.classes)
        {
            let found = format!("classes {}", other.card.classes.join(", "));
            let expected = format!("the classes {} of the others", first.card.classes.join(", "));
            return Err(InputError::new(at, found, expected, "predict with one of them").into());
        }
        Ok(Self { members })
    }

    /// Class names.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.members[0].card.classes
    }

    /// Predicts every record of a data set.
    pub fn predict(
        &self,
        executor: &Executor,
        dataset: &Dataset,
    ) -> Result<Vec<Prediction>, Error> {
        let classes = self.classes().len();
        let mut mean = vec![0.0_f32; dataset.len() * classes];
        for member in &self.members {
            let probabilities = member.probabilities(executor, Records::all(dataset))?;
            for (sum, p) in mean.iter_mut().zip(probabilities) {
                *sum += p / self.members.len() as f32;
            }
        }
        let looked_up = self.look_up(&dataset.sequences());
        let rows = mean.chunks(classes).zip(looked_up);
        Ok(rows.map(|(row, found)| Prediction { probabilities: row.to_vec(), ..found }).collect())
    }

    /// The nearest record of any member, and whether the sequence is unfamiliar to all of them.
    fn look_up(&self, sequences: &[&[u8]]) -> Vec<Prediction> {
        // Seeds of one fold learnt from the same records, so one of them is asked.
        let mut folds = std::collections::BTreeMap::new();
        for member in &self.members {
            folds.entry(member.card.training.fold).or_insert(member);
        }
        let members: Vec<&Model> = folds.into_values().collect();
        let one = |(scratch, kmers): &mut (Scratch, Vec<u64>), sequence: &&[u8]| {
            let mut best = Prediction {
                probabilities: Vec::new(),
                nearest: None,
                containment: None,
                unfamiliar: None,
                outside: self.members[0].card.profile.outside(sequence),
            };
            for member in &members {
                let found = member.familiar(sequence, scratch, kmers);
                let Some(containment) = found.containment else { continue };
                let far = member.card.unfamiliar_below.map(|below| containment < below);
                best.unfamiliar = match (best.unfamiliar, far) {
                    (Some(a), Some(b)) => Some(a && b),
                    (a, b) => a.or(b),
                };
                if best.containment.is_none_or(|so_far| containment > so_far) {
                    best.containment = Some(containment);
                    best.nearest = found.nearest.map(str::to_string);
                }
            }
            best
        };
        sequences
            .par_iter()
            .with_min_len(16)
            .map_init(|| (Scratch::default(), Vec::new()), one)
            .collect()
    }
}

fn no_model(folder: &Path, found: impl Into<String>) -> InputError {
    let help = "name a folder such as out/NAME/models/conv, or one of its fold-0/seed-0";
    InputError::new(folder, found, "a trained model", help)
}

/// Model folders at or below `folder`, in order.
fn members(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.join("model.json").is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let list = |folder: &Path| -> Result<Vec<PathBuf>, Error> {
        let entries = std::fs::read_dir(folder).map_err(|e| no_model(folder, e.to_string()))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.is_dir());
        paths.sort();
        Ok(paths)
    };
    let mut out = Vec::new();
    for fold in list(folder)? {
        out.extend(list(&fold)?.into_iter().filter(|seed| seed.join("model.json").is_file()));
    }
    Ok(out)
}

/// Writes a table of predictions and its audit beside it: neither is written without the other.
///
/// `records` are the records of `dataset` that the predictions are of, in order.
pub fn write(
    path: &Path,
    classes: &[String],
    dataset: &Dataset,
    records: &[usize],
    predictions: &[Prediction],
    audit: &Audit,
) -> Result<[PathBuf; 2], Error> {
    let fixed =
        ["nearest_train", "containment", "unfamiliar", "outside", "label"].map(str::to_string);
    let head = ["id".to_string(), "predicted".to_string()];
    let columns = head.into_iter().chain(classes.iter().cloned()).chain(fixed);
    let mut table = Tsv::new(columns)?;
    for (record, prediction) in records.iter().zip(predictions) {
        let mut row = vec![dataset.id(*record).to_string(), classes[prediction.class()].clone()];
        row.extend(prediction.probabilities.iter().map(|p| format!("{p:.6}")));
        row.push(prediction.nearest.clone().unwrap_or_default());
        row.push(prediction.containment.map_or(String::new(), |c| format!("{c:.4}")));
        row.push(prediction.unfamiliar.map_or(String::new(), |u| u.to_string()));
        row.push(prediction.outside.to_string());
        let label = dataset.labels[*record].map(|l| dataset.classes[l as usize].clone());
        row.push(label.unwrap_or_default());
        table.row(row)?;
    }
    let beside = audit_path(path);
    let predicted = predicted(classes, dataset, records, predictions);
    artefact::write_json(&beside, &Audit { predicted, ..audit.clone() })?;
    table.write(path)?;
    Ok([path.to_path_buf(), beside])
}

/// What a later audit recognises these labels by; a record that has a label keeps it.
fn predicted(
    classes: &[String],
    dataset: &Dataset,
    records: &[usize],
    predictions: &[Prediction],
) -> Vec<Predicted> {
    let unlabelled: Vec<(usize, usize)> = records
        .iter()
        .zip(predictions)
        .filter(|(record, _)| dataset.labels[**record].is_none())
        .map(|(record, prediction)| (*record, prediction.class()))
        .collect();
    let asked = dataset.select(&unlabelled.iter().map(|(record, _)| *record).collect::<Vec<_>>());
    Predicted::of(&asked, unlabelled.iter().map(|(_, class)| classes[*class].as_str()))
}

/// Where the audit of a table of predictions lies: `TABLE.audit.json` for `TABLE.tsv`.
#[must_use]
pub fn audit_path(table: &Path) -> PathBuf {
    table.with_extension("audit.json")
}

/// Reads a file to predict; its records need no label.
pub fn queries(
    resolve: impl Fn(&Path) -> PathBuf,
    input: &Input,
    reading: impl Into<Reading>,
) -> Result<Dataset, Error> {
    let reading = reading.into();
    let mut dataset = Dataset::new(reading.result());
    for record in read::stream(resolve, input, reading)? {
        let record = record?;
        dataset.push(record.id, &record.sequence, record.line);
    }
    Ok(dataset)
}

impl Ensemble {
    /// The audit that goes with the predictions of a file: the training data's findings, and what
    /// there is to say of the file beside them.
    #[must_use]
    pub fn audit(
        &self,
        name: &str,
        inputs: Vec<InputFile>,
        queries: &Dataset,
        predictions: &[Prediction],
    ) -> Audit {
        let first = &self.members[0];
        let familiarity: Vec<Familiarity> =
            predictions.iter().map(Prediction::familiarity).collect();
        let mut findings = audit::query(queries, &familiarity, &first.card.profile);
        findings.extend(first.audit.findings.iter().cloned());
        let inputs = inputs.into_iter().chain(first.audit.inputs.iter().cloned()).collect();
        Audit::new(name, inputs, first.audit.seed, findings)
    }
}
