//! The evaluate stage: models, ensembles, floors and baselines on the held-out records.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Finished, State};
use crate::model::{Card, markdown};
use cistron_audit::Audit;
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_evaluate as evaluate;
use cistron_evaluate::hmmer::{self, HMMER, Hmmer};
use cistron_evaluate::{Evaluation, Run, weighted};

impl State<'_> {
    /// Scores everything and writes the metrics, the weights of the ensemble and the models' cards.
    pub(super) fn evaluate(&self) -> Result<Finished, Error> {
        let mut runs = self.scores()?.clone();
        let (mut notes, mut programs) = (Vec::new(), BTreeMap::new());
        let models = self.loaded.workflow.models.len();
        if models > 1 && runs.iter().all(|run| run.weights.is_none()) {
            let name = weighted::WEIGHTED;
            notes.push(format!("{name}: not tuned, as a fold has no labelled validation record"));
        }
        if self.loaded.workflow.baselines.hmmer {
            match Hmmer::find() {
                Ok(found) => {
                    let scores = hmmer::scores(self.dataset()?, self.splits()?, &found)?;
                    runs.push(Run::from(scores));
                    programs.insert(HMMER.to_string(), found.version);
                }
                Err(why) => {
                    self.console.warn(&why);
                    notes.push(why);
                }
            }
        }
        let evaluation = evaluate::evaluate(
            &runs,
            self.dataset()?,
            self.splits()?,
            self.neighbours()?,
            self.loaded.workflow.seed,
        )?;
        let evaluation = Evaluation { notes, programs, ..evaluation };
        let (json, tsv) = (self.out("metrics.json"), self.out("metrics.tsv"));
        artefact::write_json(&json, &evaluation)?;
        evaluate::table::write(&tsv, &evaluation)?;
        let message = format!("{} models, floors and baselines", evaluation.entries.len());
        let mut outputs = vec![json, tsv];
        outputs.extend(self.weights(&evaluation)?);
        for name in self.loaded.workflow.models.keys() {
            outputs.push(self.model_card(name, &evaluation)?);
        }
        Ok(Finished { outputs, message })
    }

    /// Writes the weights of the weighted ensemble; those of an earlier run do not stay.
    fn weights(&self, evaluation: &Evaluation) -> Result<Option<PathBuf>, Error> {
        let path = self.out("ensemble-weights.tsv");
        let Some(weights) = &evaluation.weighted else {
            artefact::remove(&path)?;
            return Ok(None);
        };
        weighted::write(&path, weights)?;
        Ok(Some(path))
    }

    /// Writes what a model is and what it scored, beside its folds.
    fn model_card(&self, name: &str, evaluation: &Evaluation) -> Result<PathBuf, Error> {
        let folder = self.out(format!("models/{name}"));
        let first = folder.join("fold-0/seed-0");
        let card: Card = artefact::read_json(&first.join("model.json"))?;
        let audit: Audit = artefact::read_json(&first.join("audit.json"))?;
        let path = folder.join("card.md");
        let text = markdown::card(&card, &audit, Some(evaluation));
        artefact::write(&path, text.as_bytes())?;
        Ok(path)
    }
}
