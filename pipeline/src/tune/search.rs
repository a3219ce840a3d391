//! The search: trials proposed one after the other, halved, and the best written as a workflow.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::ledger::{Ledger, SCORED_ON};
use super::sampler::{self, Seen};
use super::score::{Candidate, Score};
use super::{Request, Scored, Study, best, halving};
use crate::console::Console;
use crate::workflow::parse;
use cistron_data::error::Error;
use cistron_data::interrupt;

/// A trial on one rung.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trial {
    /// Number of the trial, from 0.
    pub trial: usize,
    /// Number of the rung, from 0.
    pub rung: usize,
    /// Epochs at most; absent where the model is not trained in epochs.
    pub epochs: Option<usize>,
    /// A value for each key.
    pub values: Vec<String>,
    /// Mean over the classes of the mean of −ln p of a validation record's class, in nats; absent
    /// where training failed.
    pub validation_loss: Option<f64>,
    /// Mean recall of the classes on the validation records.
    pub validation_balanced_accuracy: Option<f64>,
    /// Seconds that it took.
    pub seconds: f64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// Name of the model.
    pub model: String,
    /// The keys that were searched.
    pub keys: Vec<String>,
    /// The best trial of the last rung.
    pub best: Trial,
    /// Trials of the first rung.
    pub trials: usize,
    /// Models trained by this call; the others were there.
    pub trained: usize,
    /// Models whose training failed.
    pub failed: usize,
    /// What the trials were scored on.
    pub scored: Scored,
    /// The table of all trials.
    pub table: PathBuf,
    /// The best as a workflow.
    pub workflow: PathBuf,
}

/// Searches; what an earlier call with the same request finished is not trained again.
pub fn search(request: &Request, console: &Console) -> Result<Found, Error> {
    let study = Study::new(request)?;
    let keys: Vec<String> = request.search.iter().map(|p| p.key.clone()).collect();
    let columns = ["trial", "rung", "epochs"].into_iter().map(str::to_string);
    let scores = ["validation_loss", "validation_balanced_accuracy", "seconds", "scored_on"];
    let columns = columns.chain(keys.iter().cloned()).chain(scores.map(str::to_string)).collect();
    let space: Vec<String> = request.search.iter().map(|p| format!("{p:?}")).collect();
    let key = study.key.clone().with("search", &space.join("; "));
    let ledger = Ledger::open(&study.out, "tune", columns, &study.subject(key))?;
    let mut search = Search { study: &study, console, ledger, trained: 0, failed: 0 };
    let (trials, best) = search.run()?;
    let workflow = study.out.join("best.yaml");
    best::write(&workflow, &study.loaded, &search.settings(&best.values), &best)?;
    Ok(Found {
        model: study.model.clone(),
        keys,
        best,
        trials,
        trained: search.trained,
        failed: search.failed,
        scored: study.scored(),
        table: search.ledger.path().to_path_buf(),
        workflow,
    })
}

struct Search<'a> {
    study: &'a Study,
    console: &'a Console,
    ledger: Ledger,
    trained: usize,
    failed: usize,
}

impl Search<'_> {
    /// Every rung; the number of trials of the first, and the best of the last.
    fn run(&mut self) -> Result<(usize, Trial), Error> {
        let request = &self.study.request;
        let mut first: Vec<Trial> = Vec::new();
        for number in 0..request.trials {
            let seen: Vec<Seen> = first.iter().map(|t| (t.values.clone(), t.loss())).collect();
            let proposed = sampler::propose(&request.search, self.study.seed, &seen)?;
            // A space that is used up ends the search early.
            let Some(values) = proposed else { break };
            first.push(self.trial(number, 0, values)?);
        }
        let trials = first.len();
        let workflow = &self.study.loaded.workflow;
        let base = Candidate::of(workflow, &self.study.model, workflow.seed)?;
        let mut rung = first;
        for number in 1..halving::rungs(base.in_epochs()) {
            let losses: Vec<(usize, f64)> = rung.iter().map(|t| (t.trial, t.loss())).collect();
            let kept = halving::kept(&losses);
            rung.retain(|trial| kept.contains(&trial.trial));
            for trial in &mut rung {
                *trial = self.trial(trial.trial, number, trial.values.clone())?;
            }
        }
        let best = rung.into_iter().filter(|trial| trial.loss().is_finite());
        let best = best.min_by(|a, b| a.loss().total_cmp(&b.loss()).then(a.trial.cmp(&b.trial)));
        let best = best.ok_or_else(|| {
            let help = "read the warnings above; search other values";
            Error::stage("tune", format!("no trial could be trained to the end\n  help: {help}"))
        })?;
        Ok((trials, best))
    }

    /// The settings of a trial, as `--set` takes them.
    fn settings(&self, values: &[String]) -> Vec<String> {
        let request = &self.study.request;
        let own = request.search.iter().zip(values);
        let own = own.map(|(parameter, value)| format!("{}={value}", parameter.key));
        request.set.iter().cloned().chain(own).collect()
    }

    /// One trial on one rung: as the table has it, or trained now.
    fn trial(&mut self, trial: usize, rung: usize, values: Vec<String>) -> Result<Trial, Error> {
        if let Some(found) = self.known(trial, rung, &values)? {
            self.failed += usize::from(found.validation_loss.is_none());
            return Ok(found);
        }
        interrupt::check()?;
        let name = format!("trial {trial}, rung {rung}");
        let start = Instant::now();
        let (epochs, score) = self.train(&name, rung, &values)?;
        let seconds = start.elapsed().as_secs_f64();
        let done = Trial {
            trial,
            rung,
            epochs,
            values,
            validation_loss: score.map(|score| score.loss),
            validation_balanced_accuracy: score.map(|score| score.balanced_accuracy),
            seconds,
        };
        self.ledger.push(done.row())?;
        self.trained += 1;
        self.failed += usize::from(score.is_none());
        let values: Vec<String> = self.settings(&done.values);
        let own = values[self.study.request.set.len()..].join(", ");
        let what = score.map_or_else(
            || "failed".to_string(),
            |s| {
                let Score { loss, balanced_accuracy } = s;
                format!("validation loss {loss:.4}, balanced accuracy {balanced_accuracy:.3}")
            },
        );
        self.console.stage(&name, &format!("{what}: {own}"), seconds);
        Ok(done)
    }

    /// Epochs and score; no score where the values cannot be trained with.
    fn train(
        &self,
        name: &str,
        rung: usize,
        values: &[String],
    ) -> Result<(Option<usize>, Option<Score>), Error> {
        let study = self.study;
        let settings = self.settings(values);
        let loaded = parse::load(&study.request.workflow, &settings, Console::styled());
        let candidate = loaded.and_then(|loaded| {
            Candidate::of(&loaded.workflow, &study.model, study.loaded.workflow.seed)
        });
        let mut epochs = None;
        let score = candidate.and_then(|mut candidate| {
            if candidate.in_epochs() {
                let some = halving::epochs(candidate.epochs(), rung);
                epochs = Some(some);
                candidate = candidate.with_epochs(some);
            }
            study.score(&candidate, &study.folds, name, self.console)
        });
        match score {
            Ok(score) => Ok((epochs, Some(score).filter(|score| score.loss.is_finite()))),
            // Two values that are good alone may not go together, or the loss may run away.
            Err(error @ (Error::Stage { .. } | Error::Usage(_))) => {
                self.console.warn(&format!("{name} ({}): {error}", settings.join(", ")));
                Ok((epochs, None))
            }
            Err(error) => Err(error),
        }
    }

    /// A trial that the table has.
    fn known(&self, trial: usize, rung: usize, values: &[String]) -> Result<Option<Trial>, Error> {
        let start = [trial.to_string(), rung.to_string()];
        let Some(row) = self.ledger.find(&start) else { return Ok(None) };
        Trial::read(row, values).map(Some).ok_or_else(|| {
            Error::stage(
                "tune",
                format!(
                    "{}: the row of trial {trial}, rung {rung} is not what this search tries there\n  \
                     help: remove the row and those behind it",
                    self.ledger.path().display()
                ),
            )
        })
    }
}

impl Trial {
    /// Its loss; infinite where training failed.
    fn loss(&self) -> f64 {
        self.validation_loss.unwrap_or(f64::INFINITY)
    }

    /// Its row: trial, rung, epochs, values, loss, balanced accuracy, seconds, what scored.
    fn row(&self) -> Vec<String> {
        let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
        let epochs = self.epochs.map_or_else(String::new, |epochs| epochs.to_string());
        let mut row = vec![self.trial.to_string(), self.rung.to_string(), epochs];
        row.extend(self.values.iter().cloned());
        row.push(number(self.validation_loss));
        row.push(number(self.validation_balanced_accuracy));
        row.push(format!("{:.1}", self.seconds));
        row.push(SCORED_ON.to_string());
        row
    }

    /// The trial of a row, where the row has the values that are expected.
    fn read(row: &[String], values: &[String]) -> Option<Self> {
        let [trial, rung, epochs, rest @ ..] = row else { return None };
        let (found, [loss, balanced, seconds, _]) = rest.split_at_checked(values.len())? else {
            return None;
        };
        if found != values {
            return None;
        }
        Some(Self {
            trial: trial.parse().ok()?,
            rung: rung.parse().ok()?,
            epochs: if epochs.is_empty() { None } else { Some(epochs.parse().ok()?) },
            values: values.to_vec(),
            validation_loss: number(loss).ok()?,
            validation_balanced_accuracy: number(balanced).ok()?,
            seconds: seconds.parse().ok()?,
        })
    }
}

/// The number of a cell, which may be empty.
fn number(cell: &str) -> Result<Option<f64>, std::num::ParseFloatError> {
    if cell.is_empty() { Ok(None) } else { cell.parse().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_back_and_other_values_are_not() {
        let values = ["0.01", "[64, 64]"].map(str::to_string).to_vec();
        let trial = Trial {
            trial: 3,
            rung: 1,
            epochs: Some(10),
            values: values.clone(),
            validation_loss: Some(1.0 / 3.0),
            validation_balanced_accuracy: Some(0.9),
            seconds: 1.5,
        };
        assert_eq!(Trial::read(&trial.row(), &values), Some(trial.clone()));
        assert_eq!(Trial::read(&trial.row(), &["0.02".into(), "[64, 64]".into()]), None);
        assert_eq!(Trial::read(&trial.row()[..5], &values), None);
        let failed = Trial {
            epochs: None,
            validation_loss: None,
            validation_balanced_accuracy: None,
            ..trial
        };
        assert_eq!(Trial::read(&failed.row(), &values), Some(failed));
    }
}
