//! Single numbers that rank one class above the others.

use cistron_models::baseline::{FeatureSet, Molecule, composition};
use statrs::distribution::{ContinuousCDF, Normal};

use super::cell::{ROWS, count, decimal, heads, row};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Status, Subject};
use cistron_statistics::delong::area;
use cistron_statistics::false_discovery::benjamini_hochberg;
use cistron_statistics::interval::Interval;

/// Lower limit of the area; length and GC content fail, the share of a letter can be biology.
const GATE: Gate = Gate::warn_fail(0.55, 0.7);
const LETTER: Gate = Gate::warn(0.55).within(0.7);

/// Adjusted p value from which an area counts as chance.
const CHANCE: f64 = 0.05;

/// Records of a class, and of the others, that an area is judged on, at least.
const FEWEST: usize = 30;

const CHECK: &str = "shortcut.feature";
const TITLE: &str = "Does a single number (length, GC content, a letter's share) rank a class?";

/// An area of one feature for one class against the rest, made .5 to 1.
struct Ranked {
    feature: String,
    class: usize,
    value: f64,
    interval: Interval,
    p_value: f64,
    higher: bool,
}

/// The area under the ROC curve of each feature for each class against the rest.
pub(super) fn feature(subject: &Subject) -> Finding {
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return not_applicable(CHECK, TITLE, "there are fewer than two classes");
    }
    let labelled: Vec<usize> =
        (0..dataset.len()).filter(|i| dataset.labels[*i].is_some()).collect();
    let mut ranked = ranked(subject, &labelled);
    let p_values: Vec<f64> = ranked.iter().map(|r| r.p_value).collect();
    let adjusted = benjamini_hochberg(&p_values);
    for (ranked, p_value) in ranked.iter_mut().zip(adjusted) {
        ranked.p_value = p_value;
    }
    ranked.sort_by(|a, b| b.interval.low.total_cmp(&a.interval.low));
    let Some(worst) = ranked.first() else {
        let why = format!("no class and its rest hold {FEWEST} records each in two clusters");
        return GATE.show(unknown(CHECK, TITLE, &why, "add records of the small classes"));
    };
    let gate = if is_letter(&worst.feature) { LETTER } else { GATE };
    let finding = Finding {
        statistic:
            "largest area under the ROC curve of a feature for a class against the rest (0.5 is chance)"
                .into(),
        value: Some(worst.value),
        interval: Some(worst.interval.clone()),
        n: labelled.len(),
        message: format!(
            "{} is {} in {}: it ranks a record of that class {} another with probability {}",
            worst.feature,
            if worst.higher { "higher" } else { "lower" },
            dataset.classes[worst.class],
            if worst.higher { "above" } else { "below" },
            decimal(worst.value),
        ),
        tables: vec![table(subject, &ranked)],
        ..open(CHECK, TITLE)
    };
    let low = if worst.p_value < CHANCE { worst.interval.low } else { 0.0 };
    let finding = gate.judge_from(low, finding);
    if finding.status == Status::Pass {
        let message = format!("no feature ranks a class clearly; at most, {}", finding.message);
        return Finding { message, ..finding };
    }
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "match the classes by {} (`cistron audit --fix DIR` does so for length and GC content), or say that it is biology",
        worst.feature
    );
    Finding { remedy, ..finding }
}

/// Names of single letters are short; `log length` and `GC` are the others.
fn is_letter(feature: &str) -> bool {
    feature.chars().count() == 1
}

fn ranked(subject: &Subject, labelled: &[usize]) -> Vec<Ranked> {
    let dataset = subject.dataset;
    let sequences: Vec<&[u8]> = labelled.iter().map(|i| dataset.sequence(*i)).collect();
    let all = composition(&sequences, FeatureSet::Composition, Molecule::of(dataset.alphabet));
    let features: Vec<(usize, &String)> = all
        .names()
        .iter()
        .enumerate()
        // Length and GC content come first; later there is the dinucleotide GC, too.
        .filter(|(at, name)| is_letter(name) || (*at < 2))
        .collect();
    let counts = dataset.class_counts();
    let suffices =
        |class: &usize| counts[*class] >= FEWEST && labelled.len() - counts[*class] >= FEWEST;
    let normal = Normal::standard();
    let z = normal.inverse_cdf(0.975);
    let mut out = Vec::new();
    for class in (0..counts.len()).filter(suffices) {
        // Of two classes the second area is the first turned round.
        if counts.len() == 2 && class == 1 && suffices(&0) {
            continue;
        }
        for (column, name) in &features {
            let items: Vec<(f64, bool, u32)> = labelled
                .iter()
                .enumerate()
                .map(|(at, i)| {
                    let positive = dataset.labels[*i] == Some(class as u32);
                    (f64::from(all.row(at)[*column]), positive, subject.clusters[*i])
                })
                .collect();
            let Some(found) = area(&items) else { continue };
            let value = found.value.max(1.0 - found.value);
            let error = found.standard_error;
            let p_value = if error > 0.0 {
                2.0 * normal.sf((value - 0.5) / error)
            } else {
                f64::from(u8::from(value < 1.0))
            };
            out.push(Ranked {
                feature: if *name == "log length" { "length".into() } else { (*name).clone() },
                class,
                value,
                interval: Interval {
                    low: (value - z * error).max(0.5),
                    high: (value + z * error).min(1.0),
                },
                p_value,
                higher: found.value >= 0.5,
            });
        }
    }
    out
}

fn table(subject: &Subject, ranked: &[Ranked]) -> Table {
    let rows = ranked.iter().take(ROWS).map(|r| {
        row([
            r.feature.clone(),
            subject.dataset.classes[r.class].clone(),
            if r.higher { "higher" } else { "lower" }.to_string(),
            decimal(r.value),
            format!("{} to {}", decimal(r.interval.low), decimal(r.interval.high)),
            super::cell::p_value(r.p_value),
        ])
    });
    let title = match ranked.len() {
        n if n > ROWS => format!("The {ROWS} most telling of {}", count(n, "feature and class")),
        _ => "Each feature for each class against the rest".to_string(),
    };
    Table {
        title,
        columns: heads(["feature", "class", "there", "area", "95 % interval", "adjusted p"]),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    fn run(make: impl Fn(usize, &mut Dice) -> Vec<u8>) -> Finding {
        let mut dice = Dice::new(7);
        let sequences: Vec<Vec<u8>> = (0..600).map(|i| make(i % 2, &mut dice)).collect();
        let dataset = planted::two_classes(&sequences);
        let clusters: Vec<u32> = (0..600).collect();
        feature(&Subject::unsplit(&dataset, &clusters, 15, 1))
    }

    #[test]
    fn a_longer_class_is_named_and_a_clean_one_passes() {
        let clean = run(|_, dice| {
            let length = 200 + dice.below(200);
            planted::dna(dice, length, 0.5)
        });
        assert_eq!(clean.status, Status::Pass, "{clean:?}");
        let longer = run(|class, dice| {
            let length = (200 + dice.below(200)) * (100 + 15 * class) / 100;
            planted::dna(dice, length, 0.5)
        });
        assert_eq!(longer.status, Status::Warn, "{longer:?}");
        assert!(longer.message.starts_with("length is lower in a"), "{}", longer.message);
        // Uniform on 200 to 400 against 230 to 460: 1 - 170² / 2 / (200 · 230) = .686.
        assert!((longer.value.unwrap() - 0.686).abs() < 0.04, "{longer:?}");
    }

    #[test]
    fn too_few_are_unknown() {
        let dataset = planted::two_classes(&planted::random(20, 50, 1));
        let clusters: Vec<u32> = (0..20).collect();
        let finding = feature(&Subject::unsplit(&dataset, &clusters, 15, 1));
        assert!(matches!(finding.status, Status::Unknown(_)));
    }
}
