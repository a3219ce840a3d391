//! Values with their intervals, a row each: scores of models beside floors, GC by class.

use kuva::plot::ForestPlot;
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};
use cistron_statistics::interval::Interval;

/// One row: a name, a value and its interval.
pub(in crate::report) struct Row<'a> {
    pub(in crate::report) name: &'a str,
    pub(in crate::report) colour: String,
    pub(in crate::report) value: Option<f64>,
    pub(in crate::report) interval: Option<Interval>,
}

/// What the horizontal axis measures.
pub(in crate::report) struct Axis<'a> {
    pub(in crate::report) label: &'a str,
    /// Least value of the axis; lower where a row needs it.
    pub(in crate::report) low: f64,
    /// Greatest value of the axis; higher where a row needs it.
    pub(in crate::report) high: f64,
    /// Where a dashed line stands.
    pub(in crate::report) reference: Option<f64>,
}

impl<'a> Axis<'a> {
    /// An axis from 0 to 1.
    pub(in crate::report) fn score(label: &'a str, reference: Option<f64>) -> Self {
        Self { label, low: 0.0, high: 1.0, reference }
    }
}

/// Draws the rows that have a value, first row on top.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    rows: &[Row],
    axis: &Axis,
) -> String {
    let mut plot =
        ForestPlot::new().with_marker_size(5.0).with_whisker_width(2.5).with_show_null_line(false);
    let (mut low, mut high) = (axis.low, axis.high);
    let mut drawn = 0;
    for row in rows {
        let Some(value) = row.value.filter(|v| v.is_finite()) else { continue };
        let limits = row.interval.as_ref().filter(|i| i.low.is_finite() && i.high.is_finite());
        let (from, to) = limits.map_or((value, value), |i| (i.low, i.high));
        plot = plot.with_colored_row(super::label(row.name), value, from, to, row.colour.clone());
        (low, high) = (low.min(from), high.max(to));
        drawn += 1;
    }
    // Room for a marker that stands at an end of the axis.
    let margin = 0.02 * (high - low);
    let values = || rows.iter().filter_map(|row| row.value);
    if values().any(|v| v < low + margin / 2.0) {
        low -= margin;
    }
    if values().any(|v| v > high - margin / 2.0) {
        high += margin;
    }
    let plots = vec![Plot::Forest(plot)];
    let mut layout = super::themed(Layout::auto_from_plots(&plots))
        .with_width(560.0)
        .with_height(90.0 + 28.0 * f64::from(drawn))
        .with_x_label(axis.label)
        .with_x_axis_min(low)
        .with_x_axis_max(high);
    if let Some(value) = axis.reference.filter(|v| v.is_finite()) {
        let line = ReferenceLine::vertical(value).with_color("var(--ink)");
        layout = layout.with_reference_line(line.with_stroke_width(1.5));
    }
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The rows drawn: a value and the limits of its interval.
pub(in crate::report) fn numbers(id: &str, rows: &[Row], axis: &Axis) -> Numbers {
    let rows = rows.iter().map(|row| {
        let interval = row.interval.as_ref();
        let [low, high] =
            [interval.map(|interval| interval.low), interval.map(|interval| interval.high)];
        vec![row.name.to_string(), cell(row.value), cell(low), cell(high)]
    });
    Numbers::new(id, &["name", axis.label, "low", "high"], rows)
}
