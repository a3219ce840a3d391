//! Scores by slice: distance to the training records, and groups.

use std::fmt::Write;

use super::table::{Cell, Table};
use super::terms;
use crate::report::figure::{Figure, distance};
use crate::report::number::count;
use cistron_evaluate::{Entry, Evaluation, Role, Slice};

/// What the slices of distance are cut by.
const CONTAINMENT: &str = "containment";
/// Models drawn, best first: more lines cannot be told apart.
const DRAWN: usize = 4;
/// Levels of a group that are listed.
const LISTED: usize = 30;

/// Score against distance to the training set, with all numbers in its table.
pub(in crate::report) fn figure(evaluation: &Evaluation, metric: &str) -> Option<Figure> {
    let levels: Vec<String> = levels(evaluation, CONTAINMENT)
        .into_iter()
        .filter(|level| nearness(level).is_some())
        .collect();
    if levels.len() < 2 {
        return None;
    }
    let name = terms::metric(metric);
    let all = evaluation.entries.iter().filter(|e| e.role == Role::Model).count();
    let left_out = all.saturating_sub(DRAWN);
    let entries = drawn(evaluation, metric);
    let series: Vec<distance::Series> = entries
        .iter()
        .map(|entry| distance::Series {
            name: &entry.name,
            floor: entry.role == Role::Floor,
            points: levels.iter().map(|level| point(entry, level, metric)).collect(),
        })
        .collect();
    let cut = match left_out {
        0 => String::new(),
        n => format!(" The {DRAWN} best models are drawn; {n} more are in the table."),
    };
    Some(Figure {
        svg: distance::draw(
            "distance",
            &format!("{} by distance to the training set", terms::metric_head(metric)),
            "Lines of the score over ranges of similarity to the nearest training sequence, far on \
             the left and near on the right, with 95\u{202f}% intervals. The numbers are in the table.",
            &levels,
            &series,
            &name,
        ),
        caption: format!(
            "{} of held-out records by their similarity to the nearest training sequence: \
             strangers left, relatives right. The best floor is dashed.{cut}",
            terms::metric_head(metric)
        ),
        good: "the model stays high on the left, where nothing similar was in the training data, \
               and clearly above the dashed floor. A line that is high only on the right has \
               learnt to recognise relatives."
            .to_string(),
        numbers: distance::numbers("distance", &levels, &series, &name),
        table: None,
    })
}

/// The numbers of that figure, also where there is too little to draw.
pub(in crate::report) fn table(evaluation: &Evaluation, metric: &str) -> Option<Table> {
    let levels = levels(evaluation, CONTAINMENT);
    if levels.is_empty() {
        return None;
    }
    let name = terms::metric_head(metric);
    let caption = format!("{name} by similarity (containment) to the nearest training sequence");
    let mut table = Table::new(caption, &["Name"]);
    for level in &levels {
        table.numeric(format!(
            "{level} (n\u{a0}=\u{a0}{})",
            count(size(evaluation, CONTAINMENT, level))
        ));
    }
    for entry in evaluation.entries.iter().filter(|e| e.slices.iter().any(|s| s.by == CONTAINMENT))
    {
        let mut row = vec![Cell::text(&entry.name)];
        row.extend(levels.iter().map(|level| cell(entry, CONTAINMENT, level, metric)));
        table.rows.push(row);
    }
    Some(table)
}

/// A table for each other thing that scores are cut by: levels in rows, largest first.
pub(in crate::report) fn group_tables(evaluation: &Evaluation, metric: &str) -> Vec<Table> {
    let mut columns: Vec<&str> = Vec::new();
    for slice in evaluation.entries.iter().flat_map(|e| &e.slices) {
        if slice.by != CONTAINMENT && !columns.contains(&slice.by.as_str()) {
            columns.push(&slice.by);
        }
    }
    columns.iter().map(|by| group_table(evaluation, by, metric)).collect()
}

fn group_table(evaluation: &Evaluation, by: &str, metric: &str) -> Table {
    let name = terms::metric_head(metric);
    let mut levels: Vec<(usize, String)> = levels(evaluation, by)
        .into_iter()
        .map(|level| (size(evaluation, by, &level), level))
        .collect();
    levels.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let hidden = levels.len().saturating_sub(LISTED);
    levels.truncate(LISTED);
    let mut caption = format!("{name} by {by}");
    if hidden > 0 {
        let _ = write!(caption, "; the {LISTED} largest levels, {hidden} more are in metrics.tsv");
    }
    let entries = drawn(evaluation, metric);
    let mut table = Table::new(caption, &["Level", "#n"]);
    for entry in &entries {
        table.numeric(&entry.name);
    }
    for (n, level) in &levels {
        let mut row = vec![Cell::text(level), Cell::count(*n)];
        row.extend(entries.iter().map(|entry| cell(entry, by, level, metric)));
        table.rows.push(row);
    }
    table
}

/// The best models, best first, and the best floor.
fn drawn<'a>(evaluation: &'a Evaluation, metric: &str) -> Vec<&'a Entry> {
    let mut models: Vec<&Entry> =
        evaluation.entries.iter().filter(|e| e.role == Role::Model).collect();
    let value = |e: &Entry| terms::value(&e.scores, metric).unwrap_or(f64::NEG_INFINITY);
    models.sort_by(|a, b| value(b).total_cmp(&value(a)));
    models.truncate(DRAWN);
    models.extend(terms::best(&evaluation.entries, Role::Floor, metric));
    models
}

/// Where a range of containment stands on the axis; `None` where nothing was comparable.
fn nearness(level: &str) -> Option<f64> {
    match level {
        // A copy is nearer than any containment.
        "exact" => Some(2.0),
        _ => level.split_whitespace().next()?.parse().ok(),
    }
}

/// Records of a level.
fn size(evaluation: &Evaluation, by: &str, level: &str) -> usize {
    let slices = evaluation.entries.iter().filter_map(|e| slice(e, by, level));
    slices.flat_map(|s| &s.scores).map(|s| s.n).max().unwrap_or(0)
}

fn cell(entry: &Entry, by: &str, level: &str, metric: &str) -> Cell {
    let score = slice(entry, by, level).and_then(|s| terms::score(&s.scores, metric));
    let interval = score.and_then(|s| s.interval.as_ref());
    Cell::score(score.and_then(|s| s.value)).with_limits(interval)
}

/// Levels as the evaluation lists them; ranges of containment from far to near.
fn levels(evaluation: &Evaluation, by: &str) -> Vec<String> {
    let mut levels: Vec<String> = Vec::new();
    for slice in evaluation.entries.iter().flat_map(|e| &e.slices).filter(|s| s.by == by) {
        if !levels.contains(&slice.level) {
            levels.push(slice.level.clone());
        }
    }
    if by == CONTAINMENT {
        let key = |level: &String| nearness(level).unwrap_or(f64::INFINITY);
        levels.sort_by(|a, b| key(a).total_cmp(&key(b)));
    }
    levels
}

fn slice<'a>(entry: &'a Entry, by: &str, level: &str) -> Option<&'a Slice> {
    entry.slices.iter().find(|s| s.by == by && s.level == level)
}

fn point(
    entry: &Entry,
    level: &str,
    metric: &str,
) -> Option<(f64, Option<cistron_statistics::interval::Interval>)> {
    let score = terms::score(&slice(entry, CONTAINMENT, level)?.scores, metric)?;
    score.value.filter(|v| v.is_finite()).map(|value| (value, score.interval.clone()))
}
