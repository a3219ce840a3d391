//! Amplification curves: fluorescence by cycle, a thin line each.

use kuva::plot::LinePlot;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};

/// One curve.
pub(in crate::report) struct Trace {
    /// Index of its group, by which it is coloured.
    pub(in crate::report) group: usize,
    /// Cycle and fluorescence.
    pub(in crate::report) points: Vec<(f64, f64)>,
}

/// Draws the curves of every group; the first curve of a group names it in the legend.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    traces: &[Trace],
    groups: &[String],
    axis: &str,
) -> String {
    let mut named = vec![false; groups.len()];
    let mut plots = Vec::new();
    for trace in traces.iter().filter(|trace| !trace.points.is_empty()) {
        let line = LinePlot::new()
            .with_data(trace.points.iter().copied())
            .with_color(super::series(trace.group))
            .with_stroke_width(1.0);
        let first = !std::mem::replace(&mut named[trace.group], true) && groups.len() > 1;
        let line = if first { line.with_legend(super::label(&groups[trace.group])) } else { line };
        plots.push(Plot::Line(line));
    }
    let layout = super::themed(Layout::auto_from_plots(&plots));
    let layout =
        super::with_legend(layout, &plots, (560.0, 360.0)).with_x_label("cycle").with_y_label(axis);
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The curves drawn: a row a point.
pub(in crate::report) fn numbers(
    id: &str,
    traces: &[Trace],
    groups: &[String],
    axis: &str,
) -> Numbers {
    let rows = traces.iter().enumerate().flat_map(|(curve, trace)| {
        trace.points.iter().map(move |(x, y)| {
            vec![(curve + 1).to_string(), groups[trace.group].clone(), cell(*x), cell(*y)]
        })
    });
    Numbers::new(id, &["curve", "group", "cycle", axis], rows)
}
