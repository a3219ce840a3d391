//! The verdict box: what the run shows, in sentences that can be quoted.

use std::fmt::Write;

use serde::Serialize;

use super::audit::{Count, counts};
use super::terms;
use crate::report::Report;
use crate::report::number::{count, counted, difference, limits, optional_score};
use cistron_audit::{Audit, Grade, Status};
use cistron_evaluate::{Entry, Evaluation, Role};
use cistron_split::Certificate;
use cistron_statistics::interval::Interval;

/// Failed checks that are named in the box.
const NAMED: usize = 5;

/// How a part of the verdict is marked; the word stands beside the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::report) enum Tone {
    Good,
    Unknown,
    Caution,
    Bad,
}

/// The first thing on the page.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Verdict {
    tone: Tone,
    headline: String,
    score: Option<Part>,
    numbers: Vec<Number>,
    split: Option<Part>,
    audit: Part,
    failures: Vec<String>,
    counts: Vec<Count>,
    facts: String,
}

/// A figure that is set in large type.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Number {
    name: String,
    value: String,
    limits: Option<String>,
}

/// One of the three questions: score, split, audit.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Part {
    tone: Tone,
    word: String,
    sentences: Vec<String>,
}

impl Verdict {
    pub(in crate::report) fn of(report: &Report) -> Self {
        let score = report.evaluation.and_then(score);
        let split = report.certificate.map(split);
        let audit = audit(report.audit);
        let headline = headline(report, score.as_ref(), split.as_ref(), &audit);
        let tones = [score.as_ref(), split.as_ref(), Some(&audit)];
        let tone = tones.into_iter().flatten().map(|p| p.tone).max().unwrap_or(Tone::Unknown);
        let counts = counts(&report.audit.findings);
        let numbers = report.evaluation.map(numbers).unwrap_or_default();
        Self {
            tone,
            headline,
            score,
            numbers,
            split,
            audit,
            failures: failures(report.audit),
            counts,
            facts: facts(report),
        }
    }
}

fn headline(report: &Report, score: Option<&Part>, split: Option<&Part>, audit: &Part) -> String {
    let audited = match audit.tone {
        Tone::Bad => "the audit fails: read why before you quote a score",
        Tone::Caution => "the audit warns: look before you quote a score",
        Tone::Unknown => "the audit could not answer every question",
        Tone::Good => "the audit found nothing against the data",
    };
    let Some(score) = score else {
        return format!("No model was scored; {audited}.");
    };
    let certified = split.is_none_or(|s| s.tone == Tone::Good);
    let best = report.evaluation.and_then(|e| best(e)).map_or("The model", |e| e.name.as_str());
    match score.tone {
        Tone::Good if !certified => {
            format!("{best} beats the floors, but on a split that is not certified.")
        }
        Tone::Good if audit.tone == Tone::Bad => format!("{best} beats the floors, but {audited}."),
        Tone::Good => format!("{best} beats the floors on records unlike its training data."),
        Tone::Unknown => "Whether a model beats the floors cannot be told.".to_string(),
        Tone::Caution => "No model is shown to beat the floors.".to_string(),
        Tone::Bad => "No model beats the floors.".to_string(),
    }
}

fn best(evaluation: &Evaluation) -> Option<&Entry> {
    terms::best(&evaluation.entries, Role::Model, terms::headline(&evaluation.entries))
}

/// The fewest held-out records that a model is compared on, as in `performance.lift`.
const FEWEST: usize = 30;

/// The best model against the best floor.
fn score(evaluation: &Evaluation) -> Option<Part> {
    let entries = &evaluation.entries;
    let metric = terms::headline(entries);
    let model = best(evaluation)?;
    let mut sentence = format!("{}: {}", model.name, measured(model, metric));
    let mut sentences = Vec::new();
    let mut tone = Tone::Unknown;
    let mut word = "not compared";
    if let Some(lift) = &model.lift {
        let floor = entries.iter().find(|e| e.name == lift.over);
        if let Some(floor) = floor {
            let (what, score) = (terms::explain(floor), terms::score(&floor.scores, metric));
            let value = optional_score(score.and_then(|s| s.value));
            let spread = spread(score.and_then(|s| s.interval.as_ref()));
            let _ =
                write!(sentence, "; {} alone, which {what}, scores {value}{spread}", floor.name);
        }
        let interval = lift.interval.as_ref();
        let _ = write!(sentence, ": lift {}{}", difference(lift.value), spread(interval));
        let verdict = match interval {
            _ if model.scores.first().is_some_and(|score| score.n < FEWEST) => {
                word = "cannot be told";
                ". So few held-out records cannot tell."
            }
            Some(i) if i.high < 0.0 => {
                (tone, word) = (Tone::Bad, "does not beat the floor");
                ". The model does worse than what needs no model."
            }
            Some(i) if i.high <= 0.0 && i.low >= 0.0 => {
                (tone, word) = (Tone::Bad, "does not beat the floor");
                ". The model adds nothing to what needs no model."
            }
            Some(i) if i.low <= 0.0 => {
                (tone, word) = (Tone::Caution, "not shown to beat the floor");
                ". The interval holds zero: the two are not shown to differ."
            }
            Some(_) => {
                (tone, word) = (Tone::Good, "beats the floor");
                "."
            }
            None => ", without an interval: too few clusters to say how sure that is.",
        };
        sentence += verdict;
    } else {
        sentence.push('.');
    }
    sentences.push(sentence);
    sentences.extend(baseline(entries, model, metric));
    let models = entries.iter().filter(|e| e.role == Role::Model).count();
    if models > 1 {
        sentences.push(format!(
            "It is the best of {models} models on these same records, and the best of several is \
             a little flattered by chance."
        ));
    }
    Some(Part { tone, word: word.to_string(), sentences })
}

/// A sentence where a simple baseline does as well as the best model.
fn baseline(entries: &[Entry], model: &Entry, metric: &str) -> Option<String> {
    let baseline = terms::best(entries, Role::Baseline, metric)?;
    let (simple, best) =
        (terms::value(&baseline.scores, metric)?, terms::value(&model.scores, metric)?);
    (simple >= best).then(|| {
        format!(
            "The simple baseline {} does as well or better: {}.",
            baseline.name,
            measured(baseline, metric)
        )
    })
}

fn measured(entry: &Entry, metric: &str) -> String {
    let score = terms::score(&entry.scores, metric);
    let value = optional_score(score.and_then(|s| s.value));
    let spread = spread(score.and_then(|s| s.interval.as_ref()));
    format!("{} {value}{spread}", terms::metric(metric))
}

fn spread(interval: Option<&Interval>) -> String {
    interval.map(|i| format!(" {}", limits(i))).unwrap_or_default()
}

fn split(certificate: &Certificate) -> Part {
    let threshold = optional_score(Some(certificate.threshold));
    if certificate.k.is_none() {
        return split_of_groups(certificate);
    }
    if certificate.certified {
        let mut sentences = vec![format!(
            "No sequence has a relative (containment {threshold} or more) on the other side of \
             the split; every pair that shares a word was compared."
        )];
        sentences.extend(certificate.compared().map(|text| format!("{text}.")));
        sentences.extend(certificate.caveat().map(|text| format!("{}.", capital(&text))));
        return Part { tone: Tone::Good, word: "certified".to_string(), sentences };
    }
    if certificate.crossing_pairs == 0 {
        let sentence = format!("{}.", capital(&certificate.verdict()));
        return Part {
            tone: Tone::Bad,
            word: "not certified".to_string(),
            sentences: vec![sentence],
        };
    }
    let pairs = counted(usize::try_from(certificate.crossing_pairs).unwrap_or(usize::MAX), "pair");
    let sentence = format!(
        "{pairs} of relatives (containment {threshold} or more) stand on both sides of the split: \
         a score may be memory rather than learning."
    );
    Part { tone: Tone::Bad, word: "not certified".to_string(), sentences: vec![sentence] }
}

/// The same of numbers, whose relatives are those of one run or plate.
fn split_of_groups(certificate: &Certificate) -> Part {
    let pairs = counted(usize::try_from(certificate.crossing_pairs).unwrap_or(usize::MAX), "pair");
    let sentence = if certificate.not_assessable > 0 {
        format!("Not certified: {}.", certificate.similarity)
    } else {
        let similarity = capital(&certificate.similarity);
        format!("{similarity}: {pairs} stand on both sides of the split.")
    };
    let (tone, word) = if certificate.certified {
        (Tone::Good, "certified")
    } else {
        (Tone::Bad, "not certified")
    };
    Part { tone, word: word.to_string(), sentences: vec![sentence] }
}

/// Words that begin a sentence.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The audit in one word; its failures are listed beside it.
fn audit(audit: &Audit) -> Part {
    let (tone, word) = match audit.verdict.status {
        _ if audit.findings.is_empty() => (Tone::Unknown, "not run"),
        Grade::Fail => (Tone::Bad, "fail"),
        Grade::Warn => (Tone::Caution, "warn"),
        Grade::Unknown => (Tone::Unknown, "incomplete"),
        Grade::Pass => (Tone::Good, "pass"),
    };
    Part { tone, word: word.to_string(), sentences: Vec::new() }
}

/// Titles of the first failures, in the order of the section of the audit, where they come first.
fn failures(audit: &Audit) -> Vec<String> {
    let failed = audit.findings.iter().filter(|f| f.status == Status::Fail);
    failed.map(|f| f.title.clone()).take(NAMED).collect()
}

/// The best model, the best floor and the difference.
fn numbers(evaluation: &Evaluation) -> Vec<Number> {
    let metric = terms::headline(&evaluation.entries);
    let Some(model) = best(evaluation) else { return Vec::new() };
    let number = |entry: &Entry| {
        let score = terms::score(&entry.scores, metric);
        Number {
            name: format!("{}, {}", entry.name, terms::metric(metric)),
            value: optional_score(score.and_then(|s| s.value)),
            limits: score.and_then(|s| s.interval.as_ref()).map(limits),
        }
    };
    let mut numbers = vec![number(model)];
    if let Some(lift) = &model.lift {
        let floor = evaluation.entries.iter().find(|e| e.name == lift.over);
        numbers.extend(
            floor.map(|floor| Number {
                name: format!("best floor, {}", floor.name),
                ..number(floor)
            }),
        );
        numbers.push(Number {
            name: "lift".to_string(),
            value: difference(lift.value),
            limits: lift.interval.as_ref().map(limits),
        });
    }
    numbers
}

/// One line about the data.
fn facts(report: &Report) -> String {
    let data = report.data;
    let mut facts =
        vec![counted(data.records, data.record()), counted(data.classes.len(), "class")];
    let cluster = if data.measured.is_some() { "group" } else { "homology cluster" };
    facts.extend(data.clusters.map(|clusters| counted(clusters, cluster)));
    // Of numbers that have one position each, such as ΔCq, a length says nothing.
    if let Some(lengths) = data.lengths.as_ref().filter(|l| data.measured.is_none() || l.max > 1.0)
    {
        let (min, max) = (count(lengths.min as u64), count(lengths.max as u64));
        let unit = data.unit();
        facts.push(format!("{min} to {max} {unit}, median {}", count(lengths.median as u64)));
    }
    if data.skipped > 0 {
        facts.push(format!("{} skipped", counted(data.skipped, "record")));
    }
    facts.join(" · ")
}
