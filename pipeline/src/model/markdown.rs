//! A model in words, after the model cards of Mitchell et al. 2019 (doi:10.1145/3287560.3287596): what
//! it is, what it is for, what it was not tested on, what it scores, what the audit found.
//!
//! Every number is of `model.json`, `audit.json` and `metrics.json`.

use std::fmt::Write;

use cistron_encoders::EncoderConfig;
use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::curve::CurveConfig;
use cistron_encoders::genotype::GenotypeConfig;

use super::Card;
use cistron_audit::text::counts;
use cistron_audit::{Audit, Range, Status, escaped};
use cistron_data::dataset::Measured;
use cistron_evaluate::{Entry, Evaluation, METRIC, Role, Score};

/// The card in Markdown; `evaluation` is of the run that trained the model, where it was scored.
#[must_use]
pub fn card(card: &Card, audit: &Audit, evaluation: Option<&Evaluation>) -> String {
    let mut out = format!("# {}\n\n", escaped(&card.name));
    let classes = card.classes.len();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "A classifier of {} into {classes} classes, trained by Cistron {}.\n",
        records(card),
        card.version
    );
    what(&mut out, card);
    intended(&mut out, card);
    limits(&mut out, card);
    match evaluation {
        Some(evaluation) => scores(&mut out, card, evaluation),
        None => {
            let _ = writeln!(
                out,
                "## Scores\n\nNot known here: this page was written when the model was trained, and it \
                 was scored afterwards. The scores beside those of predictors that learnt no biology \
                 are in `models/{}/card.md`, `metrics.tsv` and `report.html` of the run.\n",
                card.name
            );
        }
    }
    audited(&mut out, audit);
    let _ = writeln!(
        out,
        "## Citation\n\nThe Cistron developers. Cistron: sequence classifiers with an audit of the data \
         behind every prediction. Version {}. The same workflow, seed {} and version train the same \
         model.",
        card.version, card.training.seed
    );
    out
}

/// The records in words.
fn records(card: &Card) -> &'static str {
    match (&card.measured, card.encoder.alphabet()) {
        (Some(Measured::Curves), _) => "amplification curves",
        (Some(Measured::DeltaCq { .. }), _) => "samples by their ΔCq",
        (Some(Measured::Genotypes { .. }), _) => "samples by their genotypes",
        (None, Some(Alphabet::Dna)) => "DNA sequences",
        (None, Some(Alphabet::Rna)) => "RNA sequences",
        (None, Some(Alphabet::Protein)) => "protein sequences",
        (None, None) => "numbers",
    }
}

/// What their length is counted in.
fn unit(card: &Card) -> &'static str {
    match (&card.measured, card.encoder.alphabet()) {
        (Some(measured), _) => measured.positions(),
        (None, Some(Alphabet::Protein)) => "residues",
        (None, _) => "bases",
    }
}

/// What the model is.
fn what(out: &mut String, card: &Card) {
    // What training found may be as long as a genome.
    let encoder = match card.encoder.clone() {
        EncoderConfig::Curve(curve) => EncoderConfig::Curve(CurveConfig { fitted: None, ..curve }),
        EncoderConfig::Genotypes(genotypes) => {
            EncoderConfig::Genotypes(GenotypeConfig { fitted: None, ..genotypes })
        }
        sequences => sequences,
    };
    let training = &card.training;
    let calibrated = if training.validation == 0 {
        format!("{} records, also calibrated on by inner folds of them", training.records)
    } else {
        let (learnt, held) = (training.records, training.validation);
        format!("{learnt} records; {held} others chose the epoch and calibrated it")
    };
    let classes: Vec<String> = card.classes.iter().map(|class| escaped(class)).collect();
    let mut rows = vec![
        ("architecture", code(&card.architecture)),
        ("encoder", code(&encoder)),
        ("classes", classes.join(", ")),
        ("learnt from", calibrated),
        ("split", escaped(&training.split)),
        ("fold, seed", format!("{}, {}", training.fold, training.seed)),
        ("temperature", format!("{:.3}", card.temperature)),
    ];
    if let Some(cost) = training.cost {
        rows.push(("cost", format!("{cost}, chosen by inner folds")));
    }
    if let Some(rate) = training.learning_rate {
        rows.push(("learning rate", format!("{rate}, found by a range test")));
    }
    if let Some(sets) = &card.conformal {
        let set = format!(
            "classes of a probability of {:.4} and more, fitted to {} records so that {:.0} % of records \
             like them have their class in the set",
            sets.threshold,
            sets.records,
            sets.level * 100.0
        );
        rows.push(("column `set`", set));
    }
    let _ = writeln!(out, "## What it is\n\n| | |\n|---|---|");
    for (name, value) in rows {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    out.push('\n');
}

/// Settings as they stand in `model.json`.
fn code(settings: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(settings).unwrap_or_default();
    format!("`{}`", json.replace(['`', '|'], "?"))
}

/// What the model is for.
fn intended(out: &mut String, card: &Card) {
    let _ = writeln!(
        out,
        "## Intended use\n\nTo tell which of the classes above further {} are of, where they are like \
         those learnt from:\n",
        records(card)
    );
    let profile = &card.profile;
    let _ = writeln!(out, "- {} records, training and validation together", profile.records);
    let shown =
        |range: &Range, digits: usize| format!("{:.digits$} to {:.digits$}", range.low, range.high);
    if let Some(length) = &profile.length {
        let (length, unit) = (shown(length, 0), unit(card));
        let _ = writeln!(out, "- 99 % of them have a length of {length} {unit}");
    }
    if let Some(gc) = &profile.gc {
        let _ = writeln!(out, "- 99 % of them have a GC content of {}", shown(gc, 3));
    }
    let familiar = match (card.k, card.unfamiliar_below) {
        (None, _) => {
            "- none is called `unfamiliar`: numbers have no k-mers to be looked up by".to_string()
        }
        (Some(k), None) => format!(
            "- none is called `unfamiliar`: more than 5 % of the validation records share no {k}-mer with \
             a training record, or there are none"
        ),
        (Some(k), Some(below)) => format!(
            "- a record is called `unfamiliar` where less than {below:.4} of its {k}-mers are found in any \
             one record learnt from; 5 % of the validation records were"
        ),
    };
    let _ = writeln!(out, "{familiar}\n");
}

/// What the model is not for.
fn limits(out: &mut String, card: &Card) {
    let _ = writeln!(
        out,
        "## Limits\n\n- It has no answer but its classes: a record of none of them gets one all the same, \
         maybe with a high probability.\n\
         - It was tested on records that were held out of the data set that it learnt from, and on no \
         others: no other laboratory, population, instrument or database.\n\
         - Records outside of the ranges above were hardly seen; the column `outside` marks them.\n\
         - Sets of classes hold the right one as often as they say for records exchangeable with those \
         they were fitted to. Records unlike these are not: look at the share that was measured.\n\
         - It is no medical device, and was validated for no diagnosis."
    );
    if !card.training.split.ends_with(", certified") {
        let _ = writeln!(
            out,
            "- **The split is not certified:** relatives of held-out records may have been learnt from, \
             and scores may be memory."
        );
    }
    if card.training.truncated > 0 {
        let _ = writeln!(
            out,
            "- Of {} records something did not fit the encoder and was not seen.",
            card.training.truncated
        );
    }
    out.push('\n');
}

/// The model beside the floors and baselines of its run.
fn scores(out: &mut String, card: &Card, evaluation: &Evaluation) {
    let own = |entry: &&Entry| entry.role == Role::Model && entry.name == card.name;
    let others = |entry: &&Entry| matches!(entry.role, Role::Floor | Role::Baseline);
    let entries = || evaluation.entries.iter();
    let score =
        |entry: &Entry, metric: &str| entry.scores.iter().find(|s| s.metric == metric).cloned();
    let n = entries().find(own).and_then(|entry| Some(entry.scores.first()?.n)).unwrap_or(0);
    let folds = evaluation.folds;
    let _ = writeln!(
        out,
        "## Scores\n\nOn {n} held-out records, folds: {folds}, the mean of the seeds' probabilities, with \
         95 % intervals from a bootstrap over clusters. Floors learnt no biology.\n\n\
         | | | {} | accuracy |\n|---|---|---|---|",
        METRIC.name()
    );
    for entry in entries().filter(own).chain(entries().filter(others)) {
        let role = match entry.role {
            Role::Model => "model",
            Role::Floor => "floor",
            _ => "baseline",
        };
        let [main, accuracy] = [METRIC.name(), "accuracy"].map(|metric| cell(score(entry, metric)));
        let _ = writeln!(out, "| {} | {role} | {main} | {accuracy} |", escaped(&entry.name));
    }
    let Some(entry) = entries().find(own) else { return };
    out.push('\n');
    if let Some(lift) = &entry.lift {
        let interval = lift.interval.as_ref();
        let interval =
            interval.map_or(String::new(), |i| format!(" ({:+.3} to {:+.3})", i.low, i.high));
        let _ = writeln!(
            out,
            "Difference to the best floor, {}: {:+.3}{interval} of {}.\n",
            lift.over, lift.value, lift.metric
        );
    }
    if let (Some(level), Some(coverage)) = (entry.set_level, score(entry, "set-coverage")) {
        let _ = writeln!(
            out,
            "Sets of {:.0} % hold the class of this share of the held-out records: {}; mean size: {}.\n",
            level * 100.0,
            cell(Some(coverage)),
            cell(score(entry, "set-size"))
        );
    }
}

/// A value with its interval.
fn cell(score: Option<Score>) -> String {
    let Some((value, score)) = score.and_then(|score| Some((score.value?, score))) else {
        return "–".to_string();
    };
    let interval = score.interval.as_ref();
    let interval = interval.map_or(String::new(), |i| format!(" ({:.3} to {:.3})", i.low, i.high));
    format!("{value:.3}{interval}")
}

/// What the audit says of the data.
fn audited(out: &mut String, audit: &Audit) {
    let _ = writeln!(out, "## Audit of the data\n\nVerdict: **{}**.\n", counts(audit));
    for (word, status) in [("fails", Status::Fail), ("warns", Status::Warn)] {
        for finding in audit.findings.iter().filter(|finding| finding.status == status) {
            let (title, message) = (escaped(&finding.title), escaped(&finding.message));
            let _ = writeln!(out, "- {word}: **{title}** (`{}`): {message}.", finding.check);
        }
    }
    for input in &audit.inputs {
        let hash = input.blake3.get(..16).unwrap_or(&input.blake3);
        let _ =
            writeln!(out, "- file: `{}`, {} records, BLAKE3 `{hash}`", input.path, input.records);
    }
    let _ = writeln!(out, "\nEvery check with its value and its remedy is in `audit.json`.\n");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use cistron_statistics::interval::Interval;

    /// A card as an earlier version wrote it: without sets.
    fn earlier() -> Card {
        serde_json::from_value(json!({
            "schema": 1, "version": "0.1.0", "name": "motifs", "architecture": {"logistic": {}},
            "encoder": {"one-hot": {"length": 9}}, "classes": ["a", "b<c>"], "temperature": 1.5,
            "k": 15, "unfamiliar-below": 0.25,
            "training": {
                "seed": 7, "fold": 0, "split": "random, not certified", "records": 70,
                "validation": 15, "truncated": 2, "best-epoch": 3, "config": {}
            },
            "profile": {
                "records": 85, "length": {"low": 100.0, "high": 900.0},
                "gc": {"low": 0.3, "high": 0.625}, "identities": []
            }
        }))
        .unwrap()
    }

    fn contains(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    }

    #[test]
    fn a_card_says_what_the_model_is_and_is_not() {
        let audit = Audit::new("genes", Vec::new(), 7, Vec::new());
        let text = card(&earlier(), &audit, None);
        contains(
            &text,
            &[
                "A classifier of DNA sequences into 2 classes, trained by Cistron 0.1.0.",
                "| classes | a, b&lt;c> |",
                "| learnt from | 70 records; 15 others chose the epoch and calibrated it |",
                "a length of 100 to 900 bases",
                "a GC content of 0.300 to 0.625",
                "less than 0.2500 of its 15-mers",
                "**The split is not certified:**",
                "Of 2 records something did not fit",
                "Not known here",
                "in `models/motifs/card.md`",
            ],
        );
        assert!(!text.contains("column `set`"), "{text}");
        let mut numbers = earlier();
        numbers.conformal = Some(cistron_models::calibration::Conformal {
            level: 0.9,
            threshold: 0.125,
            records: 15,
        });
        numbers.training.split = "homology, certified".into();
        let text = card(&numbers, &audit, None);
        contains(&text, &["a probability of 0.1250 and more, fitted to 15 records so that 90 %"]);
        assert!(!text.contains("not certified"), "{text}");
    }

    #[test]
    fn scores_stand_beside_floors() {
        let entry = |name: &str, role, metrics: &[(&str, f64)]| Entry {
            name: name.into(),
            role,
            scores: metrics
                .iter()
                .map(|(metric, value)| Score {
                    metric: (*metric).to_string(),
                    value: Some(*value),
                    interval: Some(Interval { low: value - 0.125, high: value + 0.125 }),
                    n: 40,
                })
                .collect(),
            runs: Vec::new(),
            slices: Vec::new(),
            classes: Vec::new(),
            confusion: Vec::new(),
            curves: None,
            lift: None,
            set_level: (role == Role::Model).then_some(0.9),
        };
        let own = [("balanced-accuracy", 0.75), ("set-coverage", 0.8), ("set-size", 1.5)];
        let entries = vec![
            entry("motifs", Role::Model, &own),
            entry("other", Role::Model, &own),
            entry("ensemble", Role::Ensemble, &own[..1]),
            entry("look-up", Role::Floor, &[("balanced-accuracy", 0.5)]),
        ];
        let evaluation = Evaluation {
            schema: 1,
            classes: Vec::new(),
            folds: 5,
            entries,
            ..Evaluation::default()
        };
        let audit = Audit::new("genes", Vec::new(), 7, Vec::new());
        let text = card(&earlier(), &audit, Some(&evaluation));
        contains(
            &text,
            &[
                "On 40 held-out records, folds: 5",
                "| motifs | model | 0.750 (0.625 to 0.875) | – |",
                "| look-up | floor | 0.500 (0.375 to 0.625) | – |",
                "Sets of 90 % hold the class of this share of the held-out records: 0.800 (0.675 to \
                 0.925); mean size: 1.500",
            ],
        );
        assert!(!text.contains("| other |") && !text.contains("| ensemble |"), "{text}");
    }
}
