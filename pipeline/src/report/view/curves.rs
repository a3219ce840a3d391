//! ROC, precision-recall and reliability of the best model.

use super::table::{Cell, Table};
use crate::report::figure::{Figure, lines};
use crate::report::number::score;
use cistron_evaluate::Entry;
use cistron_evaluate::curves::{ClassCurves, Curves};

/// Classes that are drawn: those with most held-out records.
const DRAWN: usize = 12;

/// The figures; none without probabilities.
pub(super) fn figures(entry: &Entry) -> Vec<Figure> {
    let Some(curves) = &entry.curves else { return Vec::new() };
    let drawn = largest(entry, curves);
    let mut figures = Vec::new();
    if !drawn.is_empty() {
        figures.push(roc(entry, &drawn));
        figures.push(precision_recall(entry, &drawn));
    }
    figures.extend(reliability(entry, curves));
    figures
}

/// The curves of the classes with most records, in the order of the classes.
fn largest<'a>(entry: &Entry, curves: &'a Curves) -> Vec<&'a ClassCurves> {
    let support = |class: &str| {
        entry.classes.iter().find(|row| row.class == class).map_or(0, |row| row.support)
    };
    let mut order: Vec<usize> = (0..curves.classes.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(support(&curves.classes[*at].class)));
    order.truncate(DRAWN);
    order.sort_unstable();
    order.into_iter().map(|at| &curves.classes[at]).collect()
}

fn line_table(caption: String, heads: [&str; 2], lines: &[(&str, &[(f64, f64)])]) -> Table {
    let [x, y] = heads.map(|head| format!("#{head}"));
    let mut table = Table::new(caption, &["Class", &x, &y]);
    for (name, points) in lines {
        for (x, y) in *points {
            let row = vec![Cell::text(*name), Cell::score(Some(*x)), Cell::score(Some(*y))];
            table.rows.push(row);
        }
    }
    table
}

fn figure(
    [id, what, description, good]: [&str; 4],
    entry: &Entry,
    axes: [&str; 2],
    lines: &[(&str, &[(f64, f64)])],
    diagonal: Option<&str>,
) -> Figure {
    let title = format!("{what} of {}", entry.name);
    let drawn: Vec<lines::Line> =
        lines.iter().map(|(name, points)| lines::Line { name, points: points.to_vec() }).collect();
    Figure {
        svg: lines::draw(id, [&title, description], &drawn, axes, diagonal),
        caption: format!("{title}, each class against all others, over all held-out records."),
        good: good.to_string(),
        numbers: lines::numbers(id, &drawn, axes),
        table: Some(line_table(title, axes, lines)),
    }
}

fn roc(entry: &Entry, classes: &[&ClassCurves]) -> Figure {
    let lines: Vec<(&str, &[(f64, f64)])> =
        classes.iter().map(|class| (class.class.as_str(), class.roc.as_slice())).collect();
    let text = [
        "roc",
        "ROC curves",
        "A line a class: how much of the class is found, upwards, for the share of other records that \
         are taken for it, to the right.",
        "lines that rise steeply at the left. A line along the diagonal ranks no better than chance.",
    ];
    figure(text, entry, ["false positive rate", "recall"], &lines, Some("chance"))
}

fn precision_recall(entry: &Entry, classes: &[&ClassCurves]) -> Figure {
    let steps: Vec<Vec<(f64, f64)>> =
        classes.iter().map(|class| stepped(&class.precision_recall)).collect();
    let lines: Vec<(&str, &[(f64, f64)])> = classes
        .iter()
        .zip(&steps)
        .map(|(class, steps)| (class.class.as_str(), steps.as_slice()))
        .collect();
    let text = [
        "precision-recall",
        "Precision-recall curves",
        "A line a class: the share of the records taken for it that are of it, upwards, by how much of \
         the class is found, to the right.",
        "lines that stay high to the right. Chance is the share of the class, so a rare class that \
         falls fast is found at the price of many false alarms, whatever its ROC curve says.",
    ];
    figure(text, entry, ["recall", "precision"], &lines, None)
}

/// The corners of steps: from the recall before to that of a point the precision is the point's.
fn stepped(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let before = std::iter::once(0.0).chain(points.iter().map(|point| point.0));
    points.iter().zip(before).flat_map(|(point, before)| [(before, point.1), *point]).collect()
}

fn reliability(entry: &Entry, curves: &Curves) -> Option<Figure> {
    if curves.reliability.is_empty() {
        return None;
    }
    let points: Vec<(f64, f64)> = curves.reliability.iter().map(|(c, a, _)| (*c, *a)).collect();
    let line = lines::Line { name: &entry.name, points };
    let title = format!("Reliability of {}", entry.name);
    let mut table = Table::new(title.clone(), &["#Mean confidence", "#Share right", "#Records"]);
    for (confidence, accuracy, n) in &curves.reliability {
        let [confidence, accuracy] = [confidence, accuracy].map(|v| Cell::score(Some(*v)));
        table.rows.push(vec![confidence, accuracy, Cell::count(*n)]);
    }
    let description = "A line through bins of records of similar confidence: the share that is \
                       predicted rightly, upwards, by the mean confidence, to the right.";
    let error = curves
        .calibration_error
        .map_or(String::new(), |error| format!(" Expected calibration error {}.", score(error)));
    let (line, axes) = ([line], ["mean confidence", "share right"]);
    Some(Figure {
        svg: lines::draw(
            "reliability",
            [&title, description],
            &line,
            axes,
            Some("as confident as right"),
        ),
        caption: format!("{title}, in bins of as many held-out records each.{error}"),
        good: "a line on the diagonal. Below it the model is surer than it is right.".to_string(),
        numbers: lines::numbers("reliability", &line, axes),
        table: Some(table),
    })
}
