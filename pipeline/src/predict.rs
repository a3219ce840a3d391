//! Predictions, one row a record with its evidence, and never without their audit.

mod blocks;
mod labels;
mod table;
pub mod variants;

use std::path::{Path, PathBuf};

use cistron_encoders::sketch::Scratch;
use cistron_models::calibration::prediction_set;
use cistron_models::executor::Executor;
use cistron_models::metrics::argmax;
use rayon::prelude::*;

use crate::encode::Records;
use crate::model::Model;
pub use blocks::{BLOCK, Blocks};
use cistron_audit::{Audit, Familiarity, Finding, InputFile, Query};
use cistron_data::dataset::Dataset;
use cistron_data::error::{Error, InputError};
use cistron_evaluate::sets;
use cistron_split::neighbour::identity::Identities;
pub use table::{Table, audit_path};

/// What is predicted of one record, with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Probability of each class (K), calibrated, the mean over folds and seeds.
    pub probabilities: Vec<f32>,
    /// The classes that are probable enough for the model's sets, in order; empty where no set was
    /// calibrated.
    pub set: Vec<usize>,
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
    /// Loads a model folder, or every `fold-*/seed-*` folder below one; `executor` has to compute what
    /// training did.
    pub fn load(folder: &Path, executor: &Executor) -> Result<Self, Error> {
        let folders = members(folder)?;
        let load = |folder: &PathBuf| Model::load(folder, executor);
        let members = folders.iter().map(load).collect::<Result<Vec<_>, _>>()?;
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
        let threshold = sets::threshold(self.members.iter().map(|m| m.card.conformal));
        let looked_up = self.look_up(&dataset.sequences());
        let prediction = |(row, found): (&[f32], Prediction)| {
            let set = threshold.map_or(Vec::new(), |threshold| prediction_set(row, threshold));
            Prediction { probabilities: row.to_vec(), set, ..found }
        };
        Ok(mean.chunks(classes).zip(looked_up).map(prediction).collect())
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
                set: Vec::new(),
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

impl Ensemble {
    /// The audit that goes with the predictions of a file: what there is to say of the file, and the
    /// training data's findings beside it.
    #[must_use]
    pub fn audit(&self, name: &str, inputs: Vec<InputFile>, mut findings: Vec<Finding>) -> Audit {
        let audit = &self.members[0].audit;
        findings.extend(audit.findings.iter().cloned());
        let inputs = inputs.into_iter().chain(audit.inputs.iter().cloned()).collect();
        Audit::new(name, inputs, audit.seed, findings)
    }
}

/// Predicts records a block at a time, so that they need not fit into the memory; writes the table
/// and its audit.
///
/// `input` makes the audit's row of the file from its number of records.
pub fn predict(
    ensemble: &Ensemble,
    executor: &Executor,
    name: &str,
    blocks: Blocks,
    path: &Path,
    input: impl FnOnce(usize) -> Option<InputFile>,
) -> Result<Predictions, Error> {
    let mut table = Table::create(path, ensemble.classes())?;
    let mut query = Query::new(&ensemble.members[0].card.profile, blocks.kind());
    let mut records = 0;
    for block in blocks {
        let block = block?;
        let identities = Identities::new(&block);
        let rows = ensemble.predict(executor, &block)?;
        query.push(&block, &identities, rows.iter().map(Prediction::familiarity));
        let all: Vec<usize> = (0..block.len()).collect();
        table.push(&block, &all, &rows, &identities)?;
        records += block.len();
    }
    let audit = ensemble.audit(name, input(records).into_iter().collect(), query.findings());
    let outputs = table.finish(&audit)?;
    Ok(Predictions { records, audit, outputs })
}

/// What became of the records of a file.
pub struct Predictions {
    /// Number of records.
    pub records: usize,
    /// Their audit, as it was written.
    pub audit: Audit,
    /// The table, and the audit beside it.
    pub outputs: [PathBuf; 2],
}
