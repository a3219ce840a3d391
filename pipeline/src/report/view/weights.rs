//! The weights of the weighted ensemble, and whether tuning them helped.

use serde::Serialize;

use super::table::{Cell, Table};
use super::terms;
use crate::report::number::{difference, limits};
use cistron_evaluate::Evaluation;
use cistron_evaluate::weighted::Weighted;

/// What stands below the table of scores.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Weights {
    gain: Option<String>,
    table: Table,
}

impl Weights {
    /// Nothing where no ensemble was weighted.
    pub(in crate::report) fn of(evaluation: &Evaluation) -> Option<Self> {
        let weighted = evaluation.weighted.as_ref()?;
        Some(Self { gain: gain(weighted), table: table(weighted) })
    }
}

fn gain(weighted: &Weighted) -> Option<String> {
    let gain = weighted.gain.as_ref()?;
    let spread = gain.interval.as_ref().map(|i| format!(" {}", limits(i))).unwrap_or_default();
    Some(format!(
        "The weighted mean minus the plain mean, on the same held-out records: {} {}{spread}: {}.",
        terms::metric(&gain.metric),
        difference(gain.value),
        weighted.verdict(),
    ))
}

fn table(weighted: &Weighted) -> Table {
    let caption = "Weights of the models in the weighted mean, tuned on validation records; log-loss on \
                   those, in nats";
    let mut table = Table::new(caption, &["#Fold"]);
    for model in &weighted.models {
        table.numeric(model.as_str());
    }
    for head in ["Validation records", "Log-loss", "Log-loss of the plain mean"] {
        table.numeric(head);
    }
    for fold in &weighted.folds {
        let mut row = vec![Cell::count(fold.fold + 1)];
        row.extend(fold.weights.iter().map(|weight| Cell::score(Some(*weight)).with_bar(*weight)));
        row.push(Cell::count(fold.records));
        row.extend([fold.log_loss, fold.log_loss_of_mean].map(|loss| Cell::score(Some(loss))));
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_evaluate::Lift;
    use cistron_evaluate::weighted::FoldWeights;
    use cistron_statistics::interval::Interval;

    #[test]
    fn the_page_says_what_tuning_gave() {
        let gain = |low, high| Lift {
            over: "ensemble".into(),
            metric: "balanced-accuracy".into(),
            value: 0.0125,
            interval: Some(Interval { low, high }),
        };
        let fold = FoldWeights {
            fold: 0,
            weights: vec![0.75, 0.25],
            records: 40,
            log_loss: 0.5,
            log_loss_of_mean: 0.625,
        };
        let weighted = |gain| Weighted {
            models: vec!["conv".into(), "words".into()],
            folds: vec![fold.clone()],
            gain: Some(gain),
        };
        let evaluation =
            |gain| Evaluation { weighted: Some(weighted(gain)), ..Evaluation::default() };
        let view = |low, high| Weights::of(&evaluation(gain(low, high))).unwrap();
        let sentence = view(-0.01, 0.03).gain.unwrap();
        let expected = "on the same held-out records: balanced accuracy +0.013 [\u{2212}0.010,\u{a0}0.030]: \
                        tuning is not shown to help.";
        assert!(sentence.ends_with(expected), "{sentence}");
        assert!(view(0.01, 0.03).gain.unwrap().ends_with(": tuning helped."));
        assert!(view(-0.03, -0.01).gain.unwrap().ends_with(": tuning did harm."));
        let table = serde_json::to_value(view(0.0, 0.0).table).unwrap();
        assert_eq!(table["rows"][0][1]["text"], "0.750");
        assert_eq!(table["columns"][2]["name"], "words");
        assert!(Weights::of(&Evaluation::default()).is_none());
    }
}
