//! Models beside floors and baselines.

use serde::Serialize;

use super::table::{Cell, Table};
use super::terms;
use super::weights::Weights;
use crate::report::figure::{Figure, intervals};
use crate::report::number::{counted, difference};
use cistron_evaluate::{Entry, Evaluation, Lift, Role};

/// The section of the scores.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Models {
    table: Table,
    figure: Figure,
    explained: Vec<(String, &'static str)>,
    /// Weights of the weighted ensemble; absent where there is none.
    weights: Option<Weights>,
    /// What was asked for and could not be had.
    notes: Vec<String>,
    /// What the columns of sets mean; absent where no set was calibrated.
    sets: Option<String>,
}

impl Models {
    pub(in crate::report) fn of(evaluation: &Evaluation) -> Self {
        let metric = terms::headline(&evaluation.entries);
        let mut entries: Vec<&Entry> = evaluation.entries.iter().collect();
        entries.sort_by(|a, b| {
            let value = |e: &Entry| terms::value(&e.scores, metric).unwrap_or(f64::NEG_INFINITY);
            order(a.role).cmp(&order(b.role)).then(value(b).total_cmp(&value(a)))
        });
        Self {
            table: table(&entries, metric),
            figure: figure(&entries, metric),
            explained: entries
                .iter()
                .filter(|e| e.role != Role::Model)
                .map(|e| (e.name.clone(), terms::explain(e)))
                .collect(),
            weights: Weights::of(evaluation),
            notes: evaluation.notes.clone(),
            sets: entries.iter().find_map(|e| e.set_level).map(sets),
        }
    }
}

/// What the columns of sets mean.
fn sets(level: f64) -> String {
    format!(
        "the share of records whose set of classes holds the right one, and how many classes it holds \
         on average (the column set of the tables of predictions). Sets are made to reach {level} on \
         records exchangeable with the validation records; records of other clusters are not, so that \
         the share here is the one to go by."
    )
}

fn order(role: Role) -> u8 {
    match role {
        Role::Model => 0,
        Role::Ensemble => 1,
        Role::Floor => 2,
        Role::Baseline => 3,
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Model => "model",
        Role::Ensemble => "ensemble",
        Role::Floor => "floor",
        Role::Baseline => "baseline",
    }
}

/// Name of the colour in the style of the page.
fn colour(role: Role) -> &'static str {
    if role == Role::Ensemble { word(Role::Model) } else { word(role) }
}

fn table(entries: &[&Entry], headline: &str) -> Table {
    // The metric that decides comes first; the others as the evaluation lists them.
    let mut metrics: Vec<&str> = vec![headline];
    for score in entries.iter().flat_map(|e| &e.scores) {
        if !metrics.contains(&score.metric.as_str()) {
            metrics.push(&score.metric);
        }
    }
    let n = entries.iter().flat_map(|e| &e.scores).map(|s| s.n).max().unwrap_or(0);
    let caption = format!(
        "Scores on {}, with 95\u{202f}% intervals from a bootstrap over clusters",
        counted(n, "held-out record")
    );
    // The lift is what the page is read for: it stands beside the metric that it is of.
    let mut table = Table::new(caption, &["Name", "Kind"]);
    table.numeric(terms::metric_head(headline));
    table.numeric("Lift over best floor");
    for metric in &metrics[1..] {
        table.numeric(terms::metric_head(metric));
    }
    let best = terms::best_of(entries, headline);
    for entry in entries {
        let mut row = vec![
            Cell::text(&entry.name).strong(best == Some(entry.name.as_str())),
            Cell::text(word(entry.role)),
        ];
        for metric in &metrics {
            let score = terms::score(&entry.scores, metric);
            let interval = score.and_then(|s| s.interval.as_ref());
            row.push(Cell::score(score.and_then(|s| s.value)).with_limits(interval));
        }
        let lift = |lift: &Lift| {
            let cell = Cell::quantity(difference(lift.value), lift.value);
            cell.with_limits(lift.interval.as_ref())
        };
        row.insert(3, entry.lift.as_ref().map_or_else(|| Cell::text("–"), lift));
        table.rows.push(row);
    }
    table
}

fn figure(entries: &[&Entry], metric: &str) -> Figure {
    let name = terms::metric(metric);
    let rows: Vec<intervals::Row> = entries
        .iter()
        .map(|entry| intervals::Row {
            name: &entry.name,
            colour: format!("var(--{})", colour(entry.role)),
            value: terms::value(&entry.scores, metric),
            interval: terms::score(&entry.scores, metric).and_then(|s| s.interval.clone()),
        })
        .collect();
    let floors = entries.iter().filter(|e| e.role == Role::Floor);
    let floor = floors.filter_map(|e| terms::value(&e.scores, metric)).max_by(f64::total_cmp);
    let description = format!(
        "One row for each model, floor and baseline: a square at its {name} and a line over the \
         95\u{202f}% interval. A dashed line marks the best floor. The numbers are in the table."
    );
    let axis = intervals::Axis::score(&name, floor);
    Figure {
        svg: intervals::draw(
            "models",
            &format!("{} of models, floors and baselines", terms::metric_head(metric)),
            &description,
            &rows,
            &axis,
        ),
        caption: format!(
            "{} with 95\u{202f}% interval: models blue, floors grey, baselines orange. The dashed line \
             is the best floor.",
            terms::metric_head(metric)
        ),
        good: "a model's whole interval lies to the right of the dashed line. The intervals are \
               of single scores; the lift in the table compares both on the same records and is \
               the sharper test."
            .to_string(),
        numbers: intervals::numbers("models", &rows, &axis),
        table: None,
    }
}
