//! What stages share while a run lasts: each value is made once, or read from what an earlier run
//! left.

mod audit;
mod evaluation;
mod predictions;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use cistron_models::executor::Executor;

use super::Options;
use super::page;
use super::plan::{self, Step};
use super::task::{Stage, Task};
use crate::console::Console;
use crate::earlier;
use crate::encode::tensors;
use crate::evaluated;
use crate::key::Keys;
use crate::train;
use crate::workflow::parse::Loaded;
use cistron_audit::{Audit, Finding, InputFile, Subject};
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_evaluate as evaluate;
use cistron_evaluate::{floor, weighted};
use cistron_split as split;
use cistron_split::Splits;
use cistron_split::neighbour::Neighbours;

/// What a task left.
pub(super) struct Finished {
    /// Files that it wrote.
    pub(super) outputs: Vec<PathBuf>,
    /// What it did, in a line.
    pub(super) message: String,
}

/// What the file of an unfinished run's state is called, before its key.
const CHECKPOINT: &str = "checkpoint-";

/// Removes what training goes on from; of no use once the model is there.
fn remove_checkpoints(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|e| e.file_name().to_string_lossy().starts_with(CHECKPOINT)) {
        // One that stays costs room and nothing else.
        let _ = std::fs::remove_file(entry.path());
    }
}

/// Values that stages share.
pub(super) struct State<'a> {
    loaded: &'a Loaded,
    options: &'a Options,
    console: &'a Console,
    executor: Executor,
    dataset: OnceCell<Dataset>,
    audited: OnceCell<Vec<InputFile>>,
    splits: OnceCell<Splits>,
    neighbours: OnceCell<Neighbours>,
    findings: OnceCell<Vec<Finding>>,
    scores: OnceCell<Vec<evaluate::Run>>,
}

/// The value of a cell, made by `make` where it is not there yet.
fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}

impl<'a> State<'a> {
    /// A run that has read nothing yet.
    pub(super) fn new(
        loaded: &'a Loaded,
        options: &'a Options,
        console: &'a Console,
    ) -> Result<Self, Error> {
        let device = cistron_models::device::device(options.device)
            .map_err(|error| Error::Resource(error.to_string()))?;
        Ok(Self {
            loaded,
            options,
            console,
            executor: Executor::on(device),
            dataset: OnceCell::new(),
            audited: OnceCell::new(),
            splits: OnceCell::new(),
            neighbours: OnceCell::new(),
            findings: OnceCell::new(),
            scores: OnceCell::new(),
        })
    }

    /// The device in words.
    pub(super) fn device_name(&self) -> String {
        let device = self.executor.device();
        if device.is_cpu() { "cpu".to_string() } else { format!("{device:?}") }
    }

    /// Does one task.
    pub(super) fn run(
        &self,
        task: &Task,
        plan: &[Step],
        keys: &mut Keys,
    ) -> Result<Finished, Error> {
        match task.stage() {
            Stage::Read => self.read(),
            Stage::Split => self.split(),
            Stage::Encode => self.encode(task.part(0)),
            Stage::Train => self.train(task, plan),
            Stage::Evaluate => self.evaluate(),
            Stage::Predict => self.predict(task.part(0), task.part(1), keys),
            Stage::Audit => self.audit(),
            Stage::Report => self.report(plan, keys),
        }
    }

    fn out(&self, path: impl AsRef<Path>) -> PathBuf {
        self.options.out.join(path)
    }

    fn dataset(&self) -> Result<&Dataset, Error> {
        once(&self.dataset, || self.loaded.dataset())
    }

    /// The split that the split stage left.
    fn splits(&self) -> Result<&Splits, Error> {
        once(&self.splits, || split::table::read(&self.options.out, self.dataset()?))
    }

    fn neighbours(&self) -> Result<&Neighbours, Error> {
        once(&self.neighbours, || {
            Neighbours::compute(self.dataset()?, self.splits()?)
                .map_err(|error| Error::stage("audit", error))
        })
    }

    fn subject(&self) -> Result<Subject<'_>, Error> {
        let seed = self.loaded.workflow.seed;
        Ok(Subject::split(self.dataset()?, self.splits()?, self.neighbours()?, seed))
    }

    /// Findings about the data, which need no trained model.
    fn findings(&self) -> Result<&Vec<Finding>, Error> {
        once(&self.findings, || {
            let earlier = earlier::predicted(&plan::earlier(self.loaded)?)?;
            let subject = self.subject()?;
            Ok(match &earlier {
                Some(predictions) => cistron_audit::data(&subject.with_predictions(predictions)),
                None => cistron_audit::data(&subject),
            })
        })
    }

    /// Scores of every model, floor and baseline on the held-out records.
    fn scores(&self) -> Result<&Vec<evaluate::Run>, Error> {
        once(&self.scores, || {
            let (dataset, splits) = (self.dataset()?, self.splits()?);
            let mut runs = Vec::new();
            for name in self.loaded.workflow.models.keys() {
                runs.push(evaluated::model(
                    &self.out(format!("models/{name}")),
                    name,
                    self.loaded.workflow.models[name].seeds,
                    dataset,
                    splits,
                    &self.executor,
                )?);
            }
            let weighted = weighted::weighted(
                &runs,
                |name| self.loaded.workflow.models[name].seeds,
                &self.out("models"),
                dataset,
                &splits.folds,
            )?;
            runs.extend(evaluate::ensemble(&runs));
            runs.extend(weighted);
            let floors = floor::floors(dataset, &splits.folds, self.neighbours()?)?;
            runs.extend(floors.into_iter().map(evaluate::Run::from));
            Ok(runs)
        })
    }

    fn read(&self) -> Result<Finished, Error> {
        let dataset = self.dataset()?;
        for skipped in dataset.skipped.iter().take(5) {
            self.console.warn(&format!("skipped: {skipped}"));
        }
        for renamed in dataset.renamed.iter().take(5) {
            self.console.warn(&format!("an identifier stands twice: {renamed}"));
        }
        let skipped = dataset.skipped.len();
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        let renamed = match dataset.renamed.len() {
            0 => String::new(),
            n => format!(", {n} renamed"),
        };
        let message = format!(
            "{} records, {} {}, {} classes{skipped}{renamed}",
            dataset.len(),
            dataset.total_length(),
            if dataset.numbers.is_some() { "numbers" } else { "symbols" },
            dataset.classes.len()
        );
        Ok(Finished { outputs: Vec::new(), message })
    }

    fn split(&self) -> Result<Finished, Error> {
        let dataset = self.dataset()?;
        let config = &self.loaded.workflow.split;
        let given = config.given.as_ref().map(|given| {
            split::given::read(
                &self.loaded.resolve(&given.table),
                &given.id,
                &given.column,
                dataset,
            )
        });
        let splits = split::split(config, dataset, given.transpose()?, self.loaded.workflow.seed)?;
        split::table::write(&self.options.out, dataset, &splits)?;
        let certificate = &splits.certificate;
        let message = format!(
            "{}, {} clusters, {}",
            certificate.method,
            certificate.clusters,
            certificate.verdict()
        );
        let _ = self.splits.set(splits);
        Ok(Finished { outputs: vec![self.out("splits.tsv"), self.out("split.json")], message })
    }

    fn encode(&self, name: &str) -> Result<Finished, Error> {
        let (dataset, splits) = (self.dataset()?, self.splits()?);
        let workflow = &self.loaded.workflow;
        let config = workflow.encoder(&workflow.models[name]);
        let config = config.ok_or_else(|| Error::stage("encode", "no encoder"))?;
        let mut outputs = Vec::new();
        let mut truncated = 0;
        for fold in 0..splits.folds.len() {
            let path = self.out(format!("tensors/{name}/fold-{fold}.safetensors"));
            truncated = tensors::write(&path, &config, dataset, splits, fold)?;
            outputs.push(path);
        }
        let message = format!("{} files of tensors, {truncated} records truncated", outputs.len());
        Ok(Finished { outputs, message })
    }

    fn train(&self, task: &Task, plan: &[Step]) -> Result<Finished, Error> {
        let (dataset, splits) = (self.dataset()?, self.splits()?);
        let workflow = &self.loaded.workflow;
        let (name, fold, seed) = (task.part(0), task.number(1), task.number(2));
        let model = &workflow.models[name];
        let architectures = model.architectures();
        let encoder = workflow.encoder(model);
        let (Some(architecture), Some(encoder)) = (architectures.first(), encoder) else {
            return Err(Error::stage("train", format!("`{name}` has no architecture or encoder")));
        };
        let folder = self.out(format!("models/{name}/fold-{fold}/seed-{seed}"));
        let key = plan.iter().find(|step| step.task == *task).map(|step| step.key.digest());
        let checkpoint = folder.join(format!("{CHECKPOINT}{}", key.unwrap_or_default()));
        let shard = train::Shard {
            name,
            architecture,
            encoder: &encoder,
            longer: model.longer,
            reverse_complement: model.reverse_complement,
            config: &model.train,
            fold,
            seed: workflow.seed + seed as u64,
            checkpoint: &checkpoint,
        };
        let bar = self.console.bar(&task.to_string(), model.train.epochs as u64);
        let audit = Audit::new(
            &workflow.name,
            self.audited()?.clone(),
            workflow.seed,
            self.findings()?.clone(),
        );
        let trained = train::train(&shard, dataset, splits, audit, &self.executor, &bar);
        bar.finish_and_clear();
        let trained = trained?;
        let outputs = trained.save(&folder)?;
        remove_checkpoints(&folder);
        if trained.model.card.training.truncated > 0 {
            self.console.warn(&format!(
                "{name}: {} of {} records are longer than the encoder and were cut \
                 (`longer: windows` reads them whole)",
                trained.model.card.training.truncated,
                dataset.len()
            ));
        }
        Ok(Finished { outputs, message: trained.summary() })
    }

    /// The files of the data set, as audited.
    fn audited(&self) -> Result<&Vec<InputFile>, Error> {
        once(&self.audited, || {
            let dataset = self.dataset()?;
            let mut keys = Keys::open(&self.options.out);
            let mut files = Vec::new();
            for (path, records) in dataset.sources() {
                let (blake3, _) = keys.input(path)?;
                let path = path.display().to_string();
                // Records that were skipped are counted once, with the first file.
                let skipped = if files.is_empty() { dataset.skipped.len() } else { 0 };
                files.push(InputFile { path, blake3, records, skipped });
            }
            Ok(files)
        })
    }

    fn report(&self, plan: &[Step], keys: &mut Keys) -> Result<Finished, Error> {
        let path = self.out("report.html");
        let html = page::render(
            &page::Parts {
                loaded: self.loaded,
                options: self.options,
                dataset: self.dataset()?,
                splits: self.splits()?,
                executor: &self.executor,
                device: &self.device_name(),
                plan,
            },
            keys,
        )?;
        artefact::write(&path, html.as_bytes())?;
        Ok(Finished { message: path.display().to_string(), outputs: vec![path] })
    }
}
