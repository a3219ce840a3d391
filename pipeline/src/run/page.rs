//! What a run gives to its report.

use std::path::Path;

use cistron_models::executor::Executor;

use super::Options;
use super::plan::{Step, inputs};
use super::task::{Stage, Task};
use crate::attribute;
use crate::attribute::filters::Filters;
use crate::attribute::recurring::Recurring;
use crate::key::Keys;
use crate::model::{Card, Model};
use crate::report::{
    self, DataSummary, FoundRate, InputFile, Provenance, Report, StageCost, TrainingRun,
};
use crate::train;
use crate::workflow::parse::Loaded;
use cistron_audit::Audit;
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_evaluate::Evaluation;
use cistron_evaluate::hmmer::HMMER;
use cistron_split::{Part, Splits};

/// What to cite beside the data.
const CITATIONS: [&str; 5] = [
    "Steinegger and Söding 2018, clustering by linear time star links, doi:10.1038/s41467-018-04964-5",
    "Guo et al. 2017, temperature scaling, arXiv:1706.04599",
    "Sadinle et al. 2019, sets of classes, doi:10.1080/01621459.2017.1395341",
    "Efron 1987, bias-corrected and accelerated bootstrap, doi:10.1080/01621459.1987.10478410",
    "Wilson 1927, interval of a share, doi:10.1080/01621459.1927.10502953",
];

/// The same where HMMER computed a baseline.
const HMMER_CITATION: &str =
    "Eddy 2011, accelerated profile HMM searches (HMMER), doi:10.1371/journal.pcbi.1002195";

/// Held-out records that the filters of a model are shown at most, evenly taken.
const FILTERED: usize = 1000;

/// Held-out records that are looked at for words that recur, evenly taken.
const ATTRIBUTED: usize = 100;

/// What the page is made from, beside the artefacts of earlier stages.
pub(super) struct Parts<'a> {
    /// The workflow.
    pub(super) loaded: &'a Loaded,
    /// What the run was asked to do.
    pub(super) options: &'a Options,
    /// The data set.
    pub(super) dataset: &'a Dataset,
    /// Its split.
    pub(super) splits: &'a Splits,
    /// Computes what models answer.
    pub(super) executor: &'a Executor,
    /// The device in words.
    pub(super) device: &'a str,
    /// Every step of the run.
    pub(super) plan: &'a [Step],
}

/// The page as HTML.
pub(super) fn render(parts: &Parts<'_>, keys: &mut Keys) -> Result<String, Error> {
    let out = &parts.options.out;
    let audit: Audit = artefact::read_json(&out.join("audit.json"))?;
    let evaluation: Evaluation = artefact::read_json(&out.join("metrics.json"))?;
    let trained = parts.plan.iter().filter(|step| step.task.stage() == Stage::Train);
    let training =
        trained.map(|step| training(parts, &step.task)).collect::<Result<Vec<_>, _>>()?;
    report::html(&Report {
        name: &parts.loaded.workflow.name,
        created: &report::now(),
        version: env!("CARGO_PKG_VERSION"),
        seed: parts.loaded.workflow.seed,
        device: parts.device,
        data: &DataSummary::of(parts.dataset, Some(parts.splits)),
        certificate: Some(&parts.splits.certificate),
        training: &training,
        evaluation: Some(&evaluation),
        audit: &audit,
        provenance: &provenance(parts, &evaluation, keys)?,
    })
    .map_err(|error| Error::stage("report", error))
}

/// How one shard learnt.
fn training(parts: &Parts<'_>, task: &Task) -> Result<TrainingRun, Error> {
    let (model, fold, seed) = (task.part(0), task.number(1), task.number(2));
    let folder = parts.options.out.join(format!("models/{model}/fold-{fold}/seed-{seed}"));
    let history = train::read_history(&folder.join("history.tsv"))?;
    // The first of equals, as training keeps it.
    let best = history
        .iter()
        .filter_map(|epoch| Some((epoch.validation_loss?, epoch.epoch)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, epoch)| epoch);
    let first = fold == 0 && seed == 0;
    let (filters, recurring) =
        if first { interpretation(parts, &folder, fold)? } else { (None, None) };
    Ok(TrainingRun {
        model: model.to_string(),
        fold,
        seed: parts.loaded.workflow.seed + seed as u64,
        best_epoch: best.or(history.last().map(|epoch| epoch.epoch)),
        epochs: history
            .iter()
            .map(|epoch| report::Epoch {
                epoch: epoch.epoch,
                train_loss: epoch.train_loss,
                validation_loss: epoch.validation_loss,
                validation_balanced_accuracy: epoch.validation_balanced_accuracy,
                gradient_norm: epoch.gradient_norm,
            })
            .collect(),
        rate: rate(&folder)?,
        dead: train::read_dead_units(&folder)?,
        activations: if first { train::read_activations(&folder)? } else { Vec::new() },
        filters,
        recurring,
    })
}

/// How a shard's learning rate was found.
fn rate(folder: &Path) -> Result<Option<FoundRate>, Error> {
    let steps = train::read_range_test(folder)?;
    if steps.is_empty() {
        return Ok(None);
    }
    let card: Card = artefact::read_json(&folder.join("model.json"))?;
    Ok(card.training.learning_rate.map(|learning_rate| FoundRate { learning_rate, steps }))
}

/// What a shard's model sees in the records that it never saw: filters of the first layer, and words.
fn interpretation(
    parts: &Parts<'_>,
    folder: &Path,
    fold: usize,
) -> Result<(Option<Filters>, Option<Recurring>), Error> {
    let card: Card = artefact::read_json(&folder.join("model.json"))?;
    if !card.architecture.is_network() {
        return Ok((None, None));
    }
    let held_out = parts.splits.records(fold, Part::Test);
    let shown = |most: usize| -> Vec<usize> {
        let step = held_out.len().div_ceil(most).max(1);
        held_out.iter().copied().step_by(step).collect()
    };
    let model = Model::load(folder, parts.executor)?;
    let filters = attribute::filters::filters(&model, parts.dataset, &shown(FILTERED))?;
    let (shown, seed) = (shown(ATTRIBUTED), parts.loaded.workflow.seed);
    let executor = parts.executor;
    let words = attribute::recurring::recurring(&model, executor, parts.dataset, &shown, seed)?;
    Ok((filters, words))
}

fn provenance(
    parts: &Parts<'_>,
    evaluation: &Evaluation,
    keys: &mut Keys,
) -> Result<Provenance, Error> {
    let workflow = serde_saphyr::to_string(&parts.loaded.workflow)
        .map_err(|error| Error::stage("report", error))?;
    let cost = |step: &Step| {
        let name = step.task.to_string();
        let done = keys.done(&name)?;
        let peak_memory = Some(done.peak_memory).filter(|bytes| *bytes > 0);
        Some(StageCost { stage: name, seconds: done.seconds, peak_memory })
    };
    let stages = parts.plan.iter().filter_map(cost).collect();
    let hmmer = evaluation.programs.contains_key(HMMER).then_some(HMMER_CITATION);
    let citations = CITATIONS.into_iter().chain(hmmer);
    let input = |file: crate::manifest::InputFile| InputFile {
        path: file.path,
        role: file.role,
        hash: format!("blake3:{}", file.blake3),
        size: file.size,
    };
    Ok(Provenance {
        command: parts.options.command.join(" "),
        inputs: inputs(parts.loaded, keys).into_iter().map(input).collect(),
        workflow,
        stages,
        citations: citations.map(str::to_string).collect(),
    })
}
