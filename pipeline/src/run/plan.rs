//! What a run consists of, in order, with the key of each step.

use std::path::{Path, PathBuf};

use cistron_models::architecture::Architecture;
use serde_json::Value;

use super::Options;
use super::task::{Stage, Task};
use crate::earlier;
use crate::key::{Freshness, Key, Keys};
use crate::manifest::InputFile;
use crate::workflow::Workflow;
use crate::workflow::names;
use crate::workflow::parse::Loaded;
use cistron_data::artefact;
use cistron_data::config::{Input, Labels, Read};
use cistron_data::error::{Error, InputError};
use cistron_data::read::sources;
use cistron_evaluate::hmmer::Hmmer;
use cistron_split::Certificate;
use cistron_split::given;

/// A task with its key and the tasks whose output it needs.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The task.
    pub(super) task: Task,
    /// What its output depends on.
    pub(super) key: Key,
    /// Tasks whose output it reads.
    pub(super) needs: Vec<Task>,
}

/// The version of HMMER where it is asked for, or why there is none: installing the program, or
/// another version of it, changes what is found.
fn hmmer_installed(workflow: &Workflow) -> Option<String> {
    let find = || Hmmer::find().map_or_else(|why| why, |hmmer| hmmer.version);
    workflow.baselines.hmmer.then(find)
}

/// Every step that the options ask for, in order.
pub(super) fn plan(
    loaded: &Loaded,
    options: &Options,
    keys: &mut Keys,
) -> Result<Vec<Step>, Error> {
    let workflow = &loaded.workflow;
    let new = |stage: Stage| Key::new(stage.version());
    let mut steps = Vec::new();
    let mut push = |task: Task, key: Key, needs: &[Task]| {
        steps.push(Step { task, key, needs: needs.to_vec() });
    };

    let read = Task::whole(Stage::Read);
    let mut read_key = new(Stage::Read).with_config("read", &contents(&workflow.read))?;
    for (role, path) in read_files(loaded)? {
        read_key = read_key.with(&format!("{role} file"), &keys.input(&path)?.0);
    }
    push(read.clone(), read_key.clone(), &[]);

    let split = Task::whole(Stage::Split);
    let mut split_key = new(Stage::Split)
        .with_key("read", &read_key)
        .with_config("seed", &workflow.seed)?
        .with_config("split", &split_contents(loaded)?)?;
    if let Some(given) = &workflow.split.given {
        split_key = split_key.with("split table", &keys.input(&loaded.resolve(&given.table))?.0);
    }
    push(split.clone(), split_key.clone(), std::slice::from_ref(&read));

    let evidence = evidence(loaded, keys)?;
    let folds = folds(loaded, options, keys, &split_key)?;
    let encodes = options.until == Some(Stage::Encode)
        || options.only.as_ref().is_some_and(|only| only.stage() == Stage::Encode);
    let device = device_kind(options.device)?;
    let mut trained = Vec::new();
    for (name, model) in &workflow.models {
        let encoder = workflow.encoder(model);
        let network = model.architectures().iter().all(Architecture::is_network);
        if encodes && network {
            let key =
                new(Stage::Encode).with_key("split", &split_key).with_config("encode", &encoder)?;
            push(Task::shard(Stage::Encode, &[name]), key, std::slice::from_ref(&split));
        }
        for fold in 0..folds {
            for seed in 0..model.seeds {
                let key = new(Stage::Train)
                    .with_key("split", &split_key)
                    .with_config("encode", &encoder)?
                    .with_config("architecture", &model.architectures())?
                    .with_config("longer", &model.longer)?
                    .with_config("reverse-complement", &model.reverse_complement)?
                    .with_config("train", &model.train)?
                    .with("fold", &fold.to_string())
                    .with("seed", &(workflow.seed + seed as u64).to_string())
                    .with("device", &device);
                let key = evidence
                    .iter()
                    .fold(key, |key, hash| key.with(&format!("earlier predictions {hash}"), hash));
                let task = Task::train(name, fold, seed);
                push(task.clone(), key.clone(), std::slice::from_ref(&split));
                trained.push((name.as_str(), task, key));
            }
        }
    }

    let evaluate = Task::whole(Stage::Evaluate);
    let mut evaluate_key = new(Stage::Evaluate).with_key("split", &split_key);
    let mut evaluate_needs = vec![split.clone()];
    for (_, task, key) in &trained {
        evaluate_key = evaluate_key.with_key(&task.to_string(), key);
        evaluate_needs.push(task.clone());
    }
    if let Some(installed) = hmmer_installed(workflow) {
        evaluate_key = evaluate_key.with("baselines: hmmer", &installed);
    }
    push(evaluate.clone(), evaluate_key.clone(), &evaluate_needs);

    let mut audit_key = new(Stage::Audit)
        .with_key("evaluate", &evaluate_key)
        .with_config("name", &workflow.name)?;
    if workflow.audit.counterfactual {
        audit_key = audit_key.with("counterfactual", "true");
    }
    let mut audit_needs = vec![evaluate.clone()];
    for name in workflow.models.keys() {
        let own = trained.iter().filter(|(model, ..)| model == name);
        let mut key = new(Stage::Predict).with_key("split", &split_key);
        let mut needs = vec![split.clone()];
        for (_, task, shard_key) in own {
            key = key.with_key(&task.to_string(), shard_key);
            needs.push(task.clone());
        }
        let files = workflow.predict.iter().map(|(file, input)| (file.as_str(), Some(input)));
        for (file, input) in std::iter::once((names::TEST, None)).chain(files) {
            let key = predict_key(key.clone().with("file", file), loaded, input, keys)?;
            let task = Task::shard(Stage::Predict, &[name, file]);
            audit_key = audit_key.with_key(&task.to_string(), &key);
            audit_needs.push(task.clone());
            push(task, key, &needs);
        }
    }

    let audit = Task::whole(Stage::Audit);
    push(audit.clone(), audit_key.clone(), &audit_needs);
    let report_key = new(Stage::Report).with_key("audit", &audit_key);
    push(Task::whole(Stage::Report), report_key, &[audit]);

    if let Some(until) = options.until {
        steps.retain(|step| step.task.stage() <= until);
    }
    check_only(options, &steps)?;
    Ok(steps)
}

/// A shard that is named but does not exist is a wrong command line.
fn check_only(options: &Options, steps: &[Step]) -> Result<(), Error> {
    let Some(only) = &options.only else { return Ok(()) };
    if steps.iter().any(|step| only.covers(&step.task)) {
        return Ok(());
    }
    let same = steps.iter().filter(|step| step.task.stage() == only.stage());
    let names: Vec<String> = same.map(|step| step.task.to_string()).collect();
    Err(Error::Usage(format!("--only {only}: no such shard; there are {}", names.join(", "))))
}

/// Number of folds, from the workflow, or from what a given table or an earlier split says.
fn folds(loaded: &Loaded, options: &Options, keys: &Keys, split_key: &Key) -> Result<usize, Error> {
    let config = &loaded.workflow.split;
    let Some(table) = &config.given else { return Ok(config.folds.unwrap_or(1)) };
    if keys.freshness(&Task::whole(Stage::Split).to_string(), split_key) == Freshness::Current {
        let certificate: Certificate = artefact::read_json(&options.out.join("split.json"))?;
        return Ok(certificate.counts.iter().map(|row| row.0 + 1).max().unwrap_or(1));
    }
    Ok(given::folds(&loaded.resolve(&table.table), &table.column)?)
}

/// The kind of device that weights depend on: bytes are the same on any number of threads, not on
/// another kind of device.
fn device_kind(choice: cistron_models::device::DeviceChoice) -> Result<String, Error> {
    let device =
        cistron_models::device::device(choice).map_err(|e| Error::Resource(e.to_string()))?;
    Ok(if device.is_cpu() { "cpu" } else { "gpu" }.to_string())
}

/// What the read stage's output depends on beside the files: where a file lies does not matter.
fn contents(read: &Read) -> Read {
    let mut read = read.clone();
    // The names that classes come from are in the roles of the files.
    for path in [&mut read.fasta, &mut read.fastq, &mut read.folder] {
        *path = path.take().map(|_| PathBuf::new());
    }
    read.files.values_mut().for_each(|path| *path = PathBuf::new());
    if let Some(table) = &mut read.table {
        table.path = PathBuf::new();
    }
    if let Some(intervals) = &mut read.intervals {
        (intervals.bed, intervals.reference) = (PathBuf::new(), PathBuf::new());
    }
    let curves = read.curves.iter_mut().flat_map(|curves| &mut curves.files);
    let cycles = read.delta_cq.iter_mut().flat_map(|delta| &mut delta.files);
    curves.chain(cycles).for_each(|path| *path = PathBuf::new());
    if let Some(labels) = &mut read.labels {
        labels.table = labels.table.take().map(|_| PathBuf::new());
    }
    read
}

fn split_contents(loaded: &Loaded) -> Result<Value, Error> {
    let mut split = loaded.workflow.split.clone();
    if let Some(given) = &mut split.given {
        given.table = PathBuf::new();
    }
    serde_json::to_value(&split).map_err(|error| Error::stage("keys", error))
}

fn input_columns(input: &Input) -> Input {
    let mut input = input.clone();
    for path in [
        &mut input.fasta,
        &mut input.fastq,
        &mut input.vcf,
        &mut input.bed,
        &mut input.reference,
        &mut input.genotypes,
        &mut input.measured,
    ] {
        *path = path.take().map(|_| PathBuf::new());
    }
    if let Some(table) = &mut input.table {
        table.path = PathBuf::new();
    }
    input
}

fn input_file(loaded: &Loaded, input: &Input) -> PathBuf {
    loaded.resolve(input.path().unwrap_or(Path::new("")))
}

/// Files of the read stage with what they are read for.
fn read_files(loaded: &Loaded) -> Result<Vec<(String, PathBuf)>, InputError> {
    let read = &loaded.workflow.read;
    let files = sources::files(read, |path| loaded.resolve(path))?;
    let numbers = !read.number_files().is_empty();
    let role = |file: &sources::SequenceFile| match file.path.file_name().filter(|_| numbers) {
        Some(name) => format!("measurements: {}", name.to_string_lossy()),
        None => file.role(),
    };
    let mut files: Vec<_> = files.into_iter().map(|file| (role(&file), file.path)).collect();
    let intervals = read.intervals.as_ref().map(|intervals| &intervals.reference);
    let variants = read.variants.as_ref().map(|variants| &variants.reference);
    let genome = intervals.or(variants);
    files.extend(genome.map(|path| ("genome".to_string(), loaded.resolve(path))));
    let labels = read.labels.as_ref().and_then(|labels: &Labels| labels.table.as_ref());
    files.extend(labels.map(|path| ("labels".to_string(), loaded.resolve(path))));
    Ok(files)
}

/// Adds what the predictions of a file depend on.
fn predict_key(
    key: Key,
    loaded: &Loaded,
    input: Option<&Input>,
    keys: &mut Keys,
) -> Result<Key, Error> {
    let Some(input) = input else { return Ok(key) };
    let key = key
        .with("content", &keys.input(&input_file(loaded, input))?.0)
        .with_config("predict", &input_columns(input))?;
    let Some(reference) = &input.reference else { return Ok(key) };
    Ok(key.with("reference", &keys.input(&loaded.resolve(reference))?.0))
}

/// Hashes of the audits of earlier predictions: what they say goes into the findings that every model
/// carries.
fn evidence(loaded: &Loaded, keys: &mut Keys) -> Result<Vec<String>, Error> {
    earlier(loaded)?.iter().map(|path| Ok(keys.input(path)?.0)).collect()
}

/// Audits of earlier predictions, named or beside the files that are read.
pub(super) fn earlier(loaded: &Loaded) -> Result<Vec<PathBuf>, InputError> {
    let named: Vec<PathBuf> =
        loaded.workflow.audit.predictions.iter().map(|path| loaded.resolve(path)).collect();
    let files = read_files(loaded)?;
    Ok(earlier::audits(&named, files.iter().map(|(_, path)| path.as_path())))
}

/// Every input file of the workflow, with what it is read for.
#[must_use]
pub(super) fn files(loaded: &Loaded) -> Vec<(String, PathBuf)> {
    let mut files = read_files(loaded).unwrap_or_default();
    if let Some(given) = &loaded.workflow.split.given {
        files.push(("split".to_string(), loaded.resolve(&given.table)));
    }
    let audits = earlier(loaded).unwrap_or_default();
    files.extend(audits.into_iter().map(|path| ("earlier predictions".to_string(), path)));
    for (name, input) in &loaded.workflow.predict {
        files.push((format!("predict: {name}"), input_file(loaded, input)));
        if let Some(reference) = &input.reference {
            files.push((format!("reference of {name}"), loaded.resolve(reference)));
        }
    }
    files
}

/// Every input file of the workflow, for the manifest and the report.
#[must_use]
pub(super) fn inputs(loaded: &Loaded, keys: &mut Keys) -> Vec<InputFile> {
    let describe = |(role, path): (String, PathBuf)| {
        let (blake3, size) = keys.input(&path).ok()?;
        Some(InputFile { role, path: path.display().to_string(), blake3, size })
    };
    files(loaded).into_iter().filter_map(describe).collect()
}
