//! Whether the model's probabilities mean what they say.

use cistron_models::calibration::Reliability;
use cistron_models::metrics::Outcomes;

use super::cell::{count, decimal, heads, row};
use super::finding::Table;
use super::gate::{Gate, open, unknown};
use super::scored::Scored;
use super::{Finding, Status};
use cistron_data::dataset::Dataset;

/// Calibration error beyond what chance gives a perfectly calibrated model.
const GATE: Gate = Gate::warn(0.1);

/// The fewest held-out records that bins of confidence are judged on.
const FEWEST: usize = 100;

/// The expected calibration error in 15 bins of equal mass, less what a perfectly calibrated model
/// would show by chance: E|N(0, s)| = s sqrt(2/pi) a bin, with the binomial deviation s.
pub(super) fn calibration(model: &Scored, dataset: &Dataset) -> Finding {
    let check = format!("performance.calibration:{}", model.name);
    let title = format!("Do the probabilities of {} mean what they say?", model.name);
    let outcomes = Outcomes::new(&model.probabilities, &model.labels, dataset.classes.len());
    let found = outcomes.ok().and_then(|o| Reliability::new(&o, Reliability::BINS));
    let Some(found) = found else {
        return unknown(&check, &title, "no labelled record is held out", "hold some out");
    };
    let n = model.len();
    let by_chance: f64 = found
        .bins
        .iter()
        .map(|bin| {
            let deviation =
                (bin.confidence * (1.0 - bin.confidence) / bin.n as f64).max(0.0).sqrt();
            bin.n as f64 / n as f64 * deviation * (2.0 / std::f64::consts::PI).sqrt()
        })
        .sum();
    let raw = found.expected_calibration_error;
    let value = (raw - by_chance).max(0.0);
    let confidence: f64 =
        found.bins.iter().map(|b| b.confidence * b.n as f64).sum::<f64>() / n as f64;
    let accuracy = found.bins.iter().map(|b| b.hits).sum::<u64>() as f64 / n as f64;
    let rows = found.bins.iter().map(|bin| {
        row([
            format!("{} to {}", decimal(bin.low), decimal(bin.high)),
            bin.n.to_string(),
            decimal(bin.confidence),
            decimal(bin.accuracy),
        ])
    });
    let finding = Finding {
        statistic: "expected calibration error beyond chance (15 bins of equal mass)".into(),
        value: Some(value),
        n,
        message: format!(
            "confidence {} against accuracy {} on average; expected calibration error {}, of which {} is chance",
            decimal(confidence),
            decimal(accuracy),
            decimal(raw),
            decimal(by_chance.min(raw)),
        ),
        tables: vec![Table {
            title: format!("Confidence and accuracy of {}", model.name),
            columns: heads(["confidence", "records", "mean confidence", "accuracy"]),
            rows: rows.collect(),
        }],
        ..open(&check, &title)
    };
    if n < FEWEST {
        let why = format!("only {}, {FEWEST} are needed", count(n, "held-out record"));
        return Finding { status: Status::Unknown(why), ..GATE.show(finding) };
    }
    let finding = GATE.judge(value, finding);
    if finding.status == Status::Pass {
        return finding;
    }
    let direction = if confidence > accuracy { "too sure of itself" } else { "too cautious" };
    let remedy = format!(
        "the model is {direction}: rank by its probabilities, do not read them as chances; a larger validation part calibrates better"
    );
    Finding { remedy, ..finding }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    /// A model that says .8 and is right this often.
    fn run(n: usize, right: f64) -> Finding {
        let mut dice = Dice::new(2);
        let dataset = planted::two_classes(&planted::random(n, 20, 1));
        let hits: Vec<bool> = (0..n).map(|_| dice.roll() < right).collect();
        let scores = planted::scores(&dataset, |i| hits[i]);
        let clusters: Vec<u32> = (0..n as u32).collect();
        calibration(&Scored::new(&dataset, &clusters, &scores), &dataset)
    }

    #[test]
    fn overconfidence_warns() {
        let finding = run(1000, 0.5);
        assert_eq!(finding.status, Status::Warn);
        assert!(finding.value.is_some_and(|v| (v - 0.3).abs() < 0.05), "{finding:?}");
        assert!(finding.remedy.contains("too sure"), "{}", finding.remedy);
        let finding = run(1000, 0.8);
        assert_eq!(finding.status, Status::Pass);
        assert!(finding.value.is_some_and(|v| v < 0.03), "{finding:?}");
        assert!(matches!(run(50, 0.8).status, Status::Unknown(_)));
    }
}
