//! Searching settings of a workflow, and what more data would give: scored on validation records
//! alone. Test records are left out before anything is trained.

pub mod best;
pub mod curve;
pub mod development;
pub mod gain;
pub mod halving;
pub mod ledger;
mod request;
pub mod sampler;
mod score;
pub mod search;
pub mod space;

use std::fs::File;
use std::path::PathBuf;

use cistron_models::device::DeviceChoice;
use cistron_models::executor::Executor;

use crate::console::Console;
use crate::key::Key;
use crate::run;
use crate::workflow::parse::{self, Loaded};
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_split as split;
use cistron_split::{Part, given};
use development::Development;
use ledger::Subject;
use score::{Candidate, Score};
use space::Parameter;

/// Version of what a score depends on beside its key; goes up where the same key scores otherwise.
const VERSION: u32 = 1;

/// What tuning is asked to do.
#[derive(Debug, Clone)]
pub struct Request {
    /// The workflow file.
    pub workflow: PathBuf,
    /// Keys of the workflow that are changed for every trial, as `KEY=VALUE`.
    pub set: Vec<String>,
    /// The keys that are searched, with their values.
    pub search: Vec<Parameter>,
    /// Trials to begin, earlier calls' among them.
    pub trials: usize,
    /// Name of the model; may be left out where the workflow or the keys name one alone.
    pub model: Option<String>,
    /// Folder that everything is written to.
    pub out: Option<PathBuf>,
    /// Seed of the proposals; the workflow's where it is not given.
    pub seed: Option<u64>,
    /// Whether every fold's validation records score, or the first fold's.
    pub all_folds: bool,
    /// Device that networks run on.
    pub device: DeviceChoice,
}

/// A request that passed every check, with the records that it may see.
struct Study {
    loaded: Loaded,
    request: Request,
    model: String,
    out: PathBuf,
    seed: u64,
    folds: Vec<Development>,
    /// Folds of the workflow's split.
    all: usize,
    executor: Executor,
    /// What every score depends on beside the values that are tried.
    key: Key,
    _lock: File,
}

/// What a score was measured on, for those who read it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scored {
    /// Folds whose validation records scored.
    pub folds: usize,
    /// Folds of the workflow's split.
    pub of: usize,
    /// Validation records that scored, over those folds.
    pub validation_records: usize,
    /// Test records of those folds, which were left out before anything was trained.
    pub test_records_left_out: usize,
}

impl Scored {
    /// What was read and what was not, in words.
    #[must_use]
    pub fn text(&self) -> String {
        let text = format!(
            "scored on {} validation records; the test split was not touched: its {} records were \
             left out before anything was trained",
            self.validation_records, self.test_records_left_out
        );
        if self.of < 2 {
            return text;
        }
        let which = if self.folds == 1 { "the first fold" } else { "a fold" };
        format!(
            "{text}\nthe workflow has {} folds, and what validates {which} is test in another: after \
             tuning, a score over all folds is a little too good",
            self.of
        )
    }
}

impl Study {
    /// Checks a request, takes its folder and reads its records.
    fn new(request: &Request) -> Result<Self, Error> {
        let loaded = parse::load(&request.workflow, &request.set, Console::styled())?;
        let model = request::model(&loaded.workflow, request)?;
        request::check(&loaded.workflow, &model, request)?;
        let out = request.out.clone();
        let out = out
            .unwrap_or_else(|| PathBuf::from("out").join(format!("{}-tune", loaded.workflow.name)));
        let device = cistron_models::device::device(request.device)
            .map_err(|error| Error::Resource(error.to_string()))?;
        artefact::root(&out);
        std::fs::create_dir_all(&out).map_err(|error| Error::write(&out, &error))?;
        let lock = run::lock(&out)?;
        let (folds, all) = records(&loaded, request.all_folds)?;
        let seed = request.seed.unwrap_or(loaded.workflow.seed);
        let executor = Executor::on(device);
        let key = key(&loaded, &model, seed, &folds, &executor)?;
        let key = if request::samples(&loaded.workflow, &model, request) {
            let mut hasher = blake3::Hasher::new();
            for fold in &folds {
                fold.groups(&mut hasher);
            }
            key.with("groups", hasher.finalize().to_hex().as_str())
        } else {
            key
        };
        let request = request.clone();
        Ok(Self { loaded, request, model, out, seed, folds, all, executor, key, _lock: lock })
    }

    fn subject(&self, key: Key) -> Subject {
        let scored = self.scored();
        let records = [scored.validation_records, scored.test_records_left_out];
        Subject::new(&self.loaded.path, &self.model, records, key)
    }

    fn scored(&self) -> Scored {
        let validation = self.folds.iter().map(|fold| fold.records(Part::Validation).len());
        Scored {
            folds: self.folds.len(),
            of: self.all,
            validation_records: validation.sum(),
            test_records_left_out: self.folds.iter().map(|fold| fold.left_out).sum(),
        }
    }

    /// The mean score of a candidate over `folds`; `name` tells it from every other.
    fn score(
        &self,
        candidate: &Candidate,
        folds: &[Development],
        name: &str,
        console: &Console,
    ) -> Result<Score, Error> {
        let mut scores = Vec::with_capacity(folds.len());
        for (fold, development) in folds.iter().enumerate() {
            let key =
                self.key.clone().with("trial", name).with_config("model", &candidate.settings())?;
            let digest = key.with("fold", &fold.to_string()).digest();
            let checkpoint = self.out.join(format!("checkpoint-{digest}"));
            let bar = console.bar(name, candidate.epochs() as u64);
            let score = candidate.score(development, &self.executor, &checkpoint, &bar);
            bar.finish_and_clear();
            if !matches!(score, Err(Error::Interrupted(_))) {
                // One that stays costs room and nothing else.
                let _ = std::fs::remove_file(&checkpoint);
            }
            scores.push(score?);
        }
        Ok(Score::mean(&scores))
    }
}

/// What every score depends on beside the values that are tried.
fn key(
    loaded: &Loaded,
    name: &str,
    seed: u64,
    folds: &[Development],
    executor: &Executor,
) -> Result<Key, Error> {
    let workflow = &loaded.workflow;
    let mut hasher = blake3::Hasher::new();
    for fold in folds {
        fold.fingerprint(&mut hasher);
    }
    let device = if executor.device().is_cpu() { "cpu" } else { "gpu" };
    let model = workflow.models.get(name);
    Ok(Key::new(VERSION)
        .with_config("model", &(name, model, model.map(|model| workflow.encoder(model))))?
        .with("seed of the workflow", &workflow.seed.to_string())
        .with("seed", &seed.to_string())
        .with("records", hasher.finalize().to_hex().as_str())
        .with("device", device))
}

/// The development records of the folds that score, and the number of all folds.
fn records(loaded: &Loaded, all_folds: bool) -> Result<(Vec<Development>, usize), Error> {
    let workflow = &loaded.workflow;
    let dataset = loaded.dataset()?;
    let config = &workflow.split;
    let given = config.given.as_ref().map(|given| {
        given::read(&loaded.resolve(&given.table), &given.id, &given.column, &dataset)
    });
    let splits = split::split(config, &dataset, given.transpose()?, workflow.seed)?;
    let all = splits.folds.len();
    let scored = if all_folds { all } else { all.min(1) };
    let folds: Vec<Development> =
        (0..scored).map(|fold| Development::of(&dataset, &splits, fold)).collect();
    if folds.iter().any(|fold| fold.records(Part::Validation).is_empty()) {
        return Err(Error::stage(
            "tune",
            "the split has no validation records, and nothing else may score a trial\n  help: give \
             them a share, such as --set 'split.parts={train: 0.7, validation: 0.15, test: 0.15}'",
        ));
    }
    Ok((folds, all))
}
