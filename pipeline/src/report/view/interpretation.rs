//! What each model looks at: the filters of its first layer, and words that recur.

use serde::Serialize;

use super::{filters, motifs, training};
use crate::report::figure::Figure;
use crate::report::history::TrainingRun;

/// What one model looks at.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Interpretation {
    model: String,
    filters: Option<Figure>,
    motifs: Option<Figure>,
    /// What there is to say where no word is drawn.
    none: Option<String>,
}

/// A view a model that is seen into, in the order of their first run.
pub(in crate::report) fn of(runs: &[TrainingRun]) -> Vec<Interpretation> {
    let view = |(index, model): (usize, &str)| {
        let own = || runs.iter().filter(|run| run.model == model);
        let filters = own().find_map(|run| run.filters.as_ref());
        let words = own().find_map(|run| run.recurring.as_ref());
        let found = Interpretation {
            model: model.to_string(),
            filters: filters.and_then(|seen| filters::figure(index, model, seen)),
            motifs: words.and_then(|seen| motifs::figure(index, model, seen)),
            none: words.and_then(motifs::none),
        };
        (found.filters.is_some() || words.is_some()).then_some(found)
    };
    training::models(runs).into_iter().enumerate().filter_map(view).collect()
}
