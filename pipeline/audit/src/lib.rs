//! The audit: what a score on this data set is worth, finding by finding.

mod balance;
mod batch;
mod calibration;
mod card;
mod cell;
mod certificate;
pub mod circularity;
mod confounding;
mod contingency;
mod contradiction;
mod counterfactual;
mod distant;
pub mod diversity;
mod drift;
mod duplicate;
mod feature;
mod feedback;
pub mod finding;
mod gap;
mod gate;
mod group_calibration;
mod group_performance;
mod group_recall;
mod homologue;
mod intersection;
mod interval;
mod label_noise;
mod leakage;
mod lift;
pub mod locus;
mod lookup;
mod memorisation;
mod numeric;
mod partition;
mod parts;
#[cfg(test)]
mod planted;
mod probe;
mod profile;
#[cfg(test)]
mod published;
mod query;
pub mod record;
mod redundancy;
mod reference;
mod remedy;
mod representation;
mod rule;
pub mod sampling;
mod scored;
mod shortcut;
mod skipped;
mod subject;
mod symbols;
#[cfg(test)]
mod tests;
pub mod text;
mod translated;
mod truncation;
pub mod unscored;
mod variant;
pub mod verdict;
mod would_leak;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cistron_data::dataset::Dataset;
use cistron_evaluate::{Evaluation, Scores};
use cistron_split::Splits;
use cistron_split::neighbour::Neighbours;
use cistron_split::neighbour::identity::Identities;

pub use card::{card, escaped};
pub use drift::Spread;
pub use feedback::Predicted;
pub use finding::{Finding, Status};
pub use profile::{Profile, Range};
pub use query::{Familiarity, Query};
pub use record::Record;
pub use reference::Reference;
pub use remedy::{Change, Remedies};
pub use rule::{Rule, rule, rules};
pub use subject::Subject;
pub use text::text;
pub use truncation::truncation;
pub use verdict::{Grade, Verdict, gate, regressions};
pub use would_leak::random_split;

/// Version of `audit.json`.
pub const SCHEMA: u32 = 1;

/// Version of the checks and thresholds; it changes when a verdict on the same data can change.
pub const RULES: &str = "2.0.0";

/// Content of `audit.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Audit {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Version of the checks and their thresholds.
    pub rules: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Name of the run or of the file audited.
    pub name: String,
    /// Files that were audited.
    pub inputs: Vec<InputFile>,
    /// Seed of every random choice.
    pub seed: u64,
    /// The findings in one word, and which of them matter.
    pub verdict: Verdict,
    /// Every question asked, in the order asked.
    pub findings: Vec<Finding>,
    /// What was predicted, where the audit goes with predictions: a later audit recognises labels
    /// that a model made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predicted: Vec<Predicted>,
}

/// The program that wrote an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Name of the program.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// A file that was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InputFile {
    /// Path as it was given.
    pub path: String,
    /// BLAKE3 hash of the file's bytes, in hexadecimal.
    pub blake3: String,
    /// Records read from it.
    pub records: usize,
    /// Records skipped in it.
    pub skipped: usize,
}

impl Audit {
    /// Puts findings together and draws the verdict.
    #[must_use]
    pub fn new(name: &str, inputs: Vec<InputFile>, seed: u64, findings: Vec<Finding>) -> Self {
        Self {
            schema: SCHEMA,
            rules: RULES.to_string(),
            tool: Tool {
                name: "cistron".to_string(),
                version: env!("CARGO_PKG_VERSION").to_string(),
            },
            name: name.to_string(),
            inputs,
            seed,
            verdict: Verdict::of(&findings),
            findings,
            predicted: Vec::new(),
        }
    }
}

/// Everything that can be told without a trained model, in the order of the report.
#[must_use]
pub fn data(subject: &Subject) -> Vec<Finding> {
    examine(subject).0
}

/// The same, and what is said of each record.
#[must_use]
pub fn examine(subject: &Subject) -> (Vec<Finding>, Vec<Record>) {
    let identities = Identities::new(subject.dataset);
    if subject.dataset.numbers.is_some() {
        let findings = numeric::examine(subject, &identities);
        return (findings, record::records(subject, &identities, None));
    }
    let dealt = would_leak::Dealt::new(subject);
    let neighbours = dealt.neighbours();
    let mut findings = vec![skipped::skipped(subject)];
    findings.extend(balance::balance(subject));
    findings.extend(duplicate::duplicate(subject, &identities));
    findings.push(contradiction::contradiction(subject, &identities));
    findings.push(homologue::homologue(subject, neighbours));
    findings.push(redundancy::redundancy(subject, neighbours));
    findings.push(feedback::feedback(subject, &identities));
    findings.extend(leakage::leakage(subject));
    findings.extend(parts::parts(subject));
    findings.extend(variant::variant(subject));
    findings.extend(interval::interval(subject));
    findings.push(distant::related(subject));
    findings.push(distant::sensitive(subject));
    findings.push(translated::translated(subject));
    findings.push(lookup::lookup(subject));
    findings.push(dealt.finding(subject));
    findings.extend(shortcut::shortcut(subject));
    findings.push(feature::feature(subject));
    findings.extend(symbols::symbols(subject));
    findings.extend(representation::representation(subject));
    findings.extend(reference::reference(subject));
    findings.extend(confounding::confounding(subject));
    findings.extend(batch::batch(subject));
    let records = record::records(subject, &identities, neighbours);
    findings.push(counterfactual::counterfactual(subject, &records));
    (numeric::worded(findings, subject.dataset), records)
}

/// Whether the ranking of cheap models holds on other versions of the data, asked for or not.
#[must_use]
pub fn ranking(subject: &Subject) -> Finding {
    let identities = Identities::new(subject.dataset);
    let dealt = would_leak::Dealt::new(subject);
    let records = record::records(subject, &identities, dealt.neighbours());
    counterfactual::counterfactual(&subject.with_counterfactual(true), &records)
}

/// Everything that needs the trained models' scores, in the order of the report.
///
/// `scores` are the probabilities behind `evaluation`, of models, floors and baselines alike.
#[must_use]
pub fn performance(
    dataset: &Dataset,
    splits: &Splits,
    neighbours: &Neighbours,
    evaluation: &Evaluation,
    scores: &[Scores],
    seed: u64,
) -> Vec<Finding> {
    let models = scored::of_models(dataset, splits, scores);
    let mut findings = lift::lift(evaluation);
    for model in &models {
        findings.push(if dataset.numbers.is_some() {
            memorisation::of_numbers(model)
        } else {
            memorisation::memorisation(model, neighbours, seed)
        });
        findings.extend(group_performance::group_performance(model, dataset, seed));
        findings.extend(group_recall::group_recall(model, dataset, seed));
        findings.extend(intersection::intersection(model, dataset, seed));
        findings.push(calibration::calibration(model, dataset));
        findings.extend(group_calibration::group_calibration(model, dataset, seed));
        findings.push(label_noise::label_noise(model, dataset, &splits.certificate.method));
    }
    numeric::worded(findings, dataset)
}
