//! Evaluation: classes, confusions, score by distance and by group.

use serde::Serialize;

use super::table::{Cell, Table};
use super::{curves, distance, terms};
use crate::report::figure::{Figure, confusion};
use cistron_evaluate::{Entry, Evaluation, Role};

/// Classes beyond which a confusion matrix is no longer drawn; the confusions are still listed.
const DRAWN_CLASSES: usize = 40;
/// Confusions that are listed for a model.
const LISTED: usize = 25;

/// The section of the evaluation.
#[derive(Debug, Serialize)]
pub(in crate::report) struct EvaluationView {
    best: Option<Detail>,
    others: Vec<Detail>,
    distance: Option<Figure>,
    distance_table: Option<Table>,
    groups: Vec<Table>,
}

/// One predictor in detail.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Detail {
    name: String,
    classes: Table,
    confusion: Option<Figure>,
    curves: Vec<Figure>,
    confusions: Option<Table>,
    runs: Option<Table>,
}

impl EvaluationView {
    pub(in crate::report) fn of(evaluation: &Evaluation) -> Self {
        let metric = terms::headline(&evaluation.entries);
        let best = terms::best(&evaluation.entries, Role::Model, metric);
        // One drawn matrix: twenty models of thirty classes would make megabytes of squares.
        let others = evaluation
            .entries
            .iter()
            .filter(|e| e.role != Role::Floor && best.is_none_or(|b| !std::ptr::eq(*e, b)));
        Self {
            best: best.map(|entry| detail(entry, evaluation, true)),
            others: others.map(|entry| detail(entry, evaluation, false)).collect(),
            distance: distance::figure(evaluation, metric),
            distance_table: distance::table(evaluation, metric),
            groups: distance::group_tables(evaluation, metric),
        }
    }
}

fn detail(entry: &Entry, evaluation: &Evaluation, drawn: bool) -> Detail {
    let square = entry.confusion.len() == evaluation.classes.len()
        && entry.confusion.iter().all(|row| row.len() == evaluation.classes.len());
    let matrix_drawn = drawn && square && (1..=DRAWN_CLASSES).contains(&evaluation.classes.len());
    Detail {
        name: entry.name.clone(),
        classes: classes(entry),
        confusion: matrix_drawn.then(|| matrix(entry, &evaluation.classes)),
        curves: if drawn { curves::figures(entry) } else { Vec::new() },
        confusions: square.then(|| confusions(entry, &evaluation.classes)).flatten(),
        runs: runs(entry),
    }
}

fn classes(entry: &Entry) -> Table {
    let mut table = Table::new(
        format!("{}: each class on the held-out records", entry.name),
        &["Class", "#Held-out records", "#Precision", "#Recall", "#F1"],
    );
    for class in &entry.classes {
        let bar = |value: Option<f64>| match value {
            Some(share) => Cell::score(value).with_bar(share),
            None => Cell::score(value),
        };
        table.rows.push(vec![
            Cell::text(&class.class),
            Cell::count(class.support),
            bar(class.precision),
            bar(class.recall),
            bar(class.f1),
        ]);
    }
    table
}

fn matrix(entry: &Entry, classes: &[String]) -> Figure {
    let mut numbers = Table::new(
        format!(
            "{}: confusion matrix, true classes in rows, predicted ones in columns",
            entry.name
        ),
        &["True class"],
    );
    for class in classes {
        numbers.numeric(class);
    }
    for (class, counts) in classes.iter().zip(&entry.confusion) {
        let mut row = vec![Cell::text(class)];
        row.extend(counts.iter().map(|&n| Cell::count(n)));
        numbers.rows.push(row);
    }
    Figure {
        svg: confusion::draw(
            "confusion",
            &format!("Confusion matrix of {}", entry.name),
            "A square for each pair of a true class, in rows, and a predicted class, in columns: \
             darker for a greater share of the true class, with the number of records. The \
             numbers are in the table below the figure.",
            classes,
            &entry.confusion,
        ),
        caption: format!(
            "{}: rows are true classes, columns predicted ones. The colour is the share of the \
             row, the number counts records.",
            entry.name
        ),
        good: "colour on the diagonal only. A column that is coloured throughout is a class that \
               the model falls back to."
            .to_string(),
        numbers: confusion::numbers("confusion", classes, &entry.confusion),
        table: Some(numbers),
    }
}

/// The most frequent confusions: true class, predicted class, records.
fn confusions(entry: &Entry, classes: &[String]) -> Option<Table> {
    let mut wrong: Vec<(u64, usize, usize)> = Vec::new();
    for (i, row) in entry.confusion.iter().enumerate() {
        wrong.extend(
            row.iter().enumerate().filter(|(j, n)| *j != i && **n > 0).map(|(j, n)| (*n, i, j)),
        );
    }
    wrong.sort_by_key(|&(n, i, j)| (std::cmp::Reverse(n), i, j));
    if wrong.is_empty() {
        return None;
    }
    let mut table = Table::new(
        format!("{}: the most frequent confusions", entry.name),
        &["True class", "Predicted as", "#Records", "#Share of the true class"],
    );
    for &(n, i, j) in wrong.iter().take(LISTED) {
        let total: u64 = entry.confusion[i].iter().sum();
        table.rows.push(vec![
            Cell::text(&classes[i]),
            Cell::text(&classes[j]),
            Cell::count(n),
            Cell::score(Some(n as f64 / total as f64)),
        ]);
    }
    Some(table)
}

/// Each fold and seed alone, where there is more than one.
fn runs(entry: &Entry) -> Option<Table> {
    if entry.runs.len() < 2 {
        return None;
    }
    let mut metrics: Vec<&str> = Vec::new();
    for score in entry.runs.iter().flat_map(|(_, _, scores)| scores) {
        if !metrics.contains(&score.metric.as_str()) {
            metrics.push(&score.metric);
        }
    }
    let caption = format!("{}: each fold and seed alone", entry.name);
    let mut table = Table::new(caption, &["#Fold", "#Seed"]);
    for metric in &metrics {
        table.numeric(terms::metric_head(metric));
    }
    for (fold, seed, scores) in &entry.runs {
        let mut row = vec![Cell::count(fold + 1), Cell::count(*seed)];
        row.extend(
            metrics.iter().map(|m| Cell::score(terms::score(scores, m).and_then(|s| s.value))),
        );
        table.rows.push(row);
    }
    Some(table)
}
