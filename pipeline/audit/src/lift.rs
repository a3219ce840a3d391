//! Whether a model scores more than the best predictor that learnt no biology.

use super::cell::{count, heads, optional, percent, row};
use super::finding::Table;
use super::gate::{deciding, not_applicable, open};
use super::{Finding, Status};
use cistron_evaluate::{Entry, Evaluation, Role};

/// The fewest held-out records that a comparison is judged on.
const FEWEST: usize = 30;

/// Each model against the best floor.
pub(super) fn lift(evaluation: &Evaluation) -> Vec<Finding> {
    let models: Vec<&Entry> = evaluation.entries.iter().filter(|e| e.role == Role::Model).collect();
    if models.is_empty() {
        let title = "Does a model beat the floors?";
        return vec![not_applicable("performance.lift", title, "no model was trained")];
    }
    models.into_iter().map(|model| of_model(evaluation, model)).collect()
}

fn of_model(evaluation: &Evaluation, model: &Entry) -> Finding {
    let n = model.scores.first().map_or(0, |s| s.n);
    let finding = Finding {
        n,
        tables: vec![beside(evaluation, model)],
        ..open(
            &format!("performance.lift:{}", model.name),
            &format!("Does {} score more than a predictor that learnt no biology?", model.name),
        )
    };
    let unknown = |why: String, finding: Finding| Finding {
        message: format!("cannot be told: {why}"),
        status: Status::Unknown(why),
        ..finding
    };
    let Some(lift) = &model.lift else {
        return unknown("the model or the floors have no score".into(), finding);
    };
    let finding = Finding {
        statistic: format!(
            "{} minus that of the best floor, paired (passes where its interval is above 0, fails where it is below); floors learn from the validation records, too, which choose a network's epoch",
            lift.metric
        ),
        value: Some(lift.value),
        interval: lift.interval.clone(),
        ..finding
    };
    if n < FEWEST {
        return unknown(
            format!("only {}, {FEWEST} are needed", count(n, "held-out record")),
            finding,
        );
    }
    let Some(interval) = &lift.interval else {
        return unknown("the held-out records are too few for an interval".into(), finding);
    };
    let by = format!(
        "{} points of {} ({} to {})",
        points(lift.value),
        lift.metric,
        points(interval.low),
        points(interval.high)
    );
    if interval.low > 0.0 {
        let message = format!("{} beats the best floor ({}) by {by}", model.name, lift.over);
        return Finding { status: Status::Pass, message, ..finding };
    }
    let remedy = format!(
        "use {} instead, or give the model more to learn from: unrelated sequences, another encoding, more training",
        lift.over
    );
    if interval.high > 0.0 {
        let mut why = format!("the interval holds 0: the difference is {by}");
        if let Some(more) = deciding(lift.value, interval, 0.0, n) {
            why = format!("{why}; about {more} held-out records like these would decide, not {n}");
        }
        let message = format!(
            "{} is not shown to differ from the best floor, {}: {why}",
            model.name, lift.over
        );
        return Finding { status: Status::Unknown(why), message, remedy, ..finding };
    }
    let message = if interval.low >= 0.0 {
        format!(
            "{} does not beat the best floor, {}: both give the same answer to each of {}",
            model.name,
            lift.over,
            count(n, "held-out record")
        )
    } else {
        format!("{} does worse than the best floor, {}, by {by}", model.name, lift.over)
    };
    Finding { status: Status::Fail, message, remedy, ..finding }
}

/// Per cent points, with sign.
fn points(difference: f64) -> String {
    format!("{:+.1}", difference * 100.0)
}

/// The model beside the floors and baselines.
fn beside(evaluation: &Evaluation, model: &Entry) -> Table {
    let entries = evaluation.entries.iter().filter(|e| match e.role {
        Role::Model => e.name == model.name,
        Role::Ensemble => false,
        Role::Floor | Role::Baseline => true,
    });
    let rows = entries.map(|entry| {
        let score = |metric: &str| entry.scores.iter().find(|s| s.metric == metric);
        let balanced = score("balanced-accuracy");
        let interval = balanced.and_then(|s| s.interval.as_ref());
        row([
            entry.name.clone(),
            score("accuracy").and_then(|s| s.value).map_or_else(|| "–".into(), percent),
            optional(balanced.and_then(|s| s.value)),
            interval.map_or_else(|| "–".into(), |i| format!("{:.3} to {:.3}", i.low, i.high)),
        ])
    });
    Table {
        title: format!("{} beside floors and baselines", model.name),
        columns: heads(["predictor", "accuracy", "balanced accuracy", "95 % interval"]),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_evaluate::{Lift, Score};
    use cistron_statistics::interval::Interval;

    fn run(n: usize, lift: Option<(f64, f64, f64)>) -> Finding {
        let entry = |name: &str, role, lift| Entry {
            name: name.into(),
            role,
            scores: vec![Score { metric: "accuracy".into(), value: Some(0.7), interval: None, n }],
            runs: Vec::new(),
            slices: Vec::new(),
            classes: Vec::new(),
            confusion: Vec::new(),
            curves: None,
            lift,
            set_level: None,
        };
        let lift = lift.map(|(value, low, high)| Lift {
            over: "composition".into(),
            metric: "balanced-accuracy".into(),
            value,
            interval: Some(Interval { low, high }),
        });
        let entries =
            vec![entry("conv", Role::Model, lift), entry("composition", Role::Floor, None)];
        let evaluation = Evaluation {
            schema: 1,
            classes: Vec::new(),
            folds: 1,
            entries,
            ..Evaluation::default()
        };
        super::lift(&evaluation).remove(0)
    }

    #[test]
    fn the_lower_limit_decides() {
        let finding = run(200, Some((0.1, 0.04, 0.15)));
        assert_eq!((finding.status, finding.value, finding.n), (Status::Pass, Some(0.1), 200));
        assert!(finding.message.contains("by +10.0 points"), "{}", finding.message);
        let finding = run(200, Some((0.05, -0.01, 0.1)));
        assert!(matches!(finding.status, Status::Unknown(_)), "{finding:?}");
        // The lower limit is .06 from the value and must come within .05: 1.44 times 200.
        assert!(finding.message.contains("about 290 held-out records"), "{}", finding.message);
        assert_eq!(finding.tables[0].rows.len(), 2);
        let finding = run(200, Some((-0.1, -0.2, -0.02)));
        assert_eq!(finding.status, Status::Fail);
        assert!(finding.message.starts_with("conv does worse than the best floor, composition"));
    }

    #[test]
    fn the_same_answers_do_not_beat_the_floor() {
        let finding = run(121, Some((0.0, 0.0, 0.0)));
        assert_eq!(finding.status, Status::Fail);
        let expected = "conv does not beat the best floor, composition: both give the same answer \
                        to each of 121 held-out records";
        assert_eq!(finding.message, expected);
    }

    #[test]
    fn a_handful_or_nothing_is_unknown() {
        assert!(matches!(run(20, Some((0.5, 0.4, 0.6))).status, Status::Unknown(_)));
        assert!(matches!(run(200, None).status, Status::Unknown(_)));
        let none = Evaluation {
            schema: 1,
            classes: vec![],
            folds: 1,
            entries: vec![],
            ..Evaluation::default()
        };
        assert!(matches!(super::lift(&none)[0].status, Status::NotApplicable(_)));
    }
}
