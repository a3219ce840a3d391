//! A histogram from ready bins.

use kuva::plot::Histogram;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::Numbers;
use crate::report::summary::Bin;

/// Draws one bar a bin; the area under the bars is not normalised.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    bins: &[Bin],
    axes: (&str, &str),
) -> String {
    let edges: Vec<f64> =
        bins.iter().map(|b| b.from as f64).chain(bins.last().map(|b| b.to as f64)).collect();
    let counts = bins.iter().map(|b| b.records as f64).collect();
    let bars = Histogram::from_bins(edges, counts).with_color("var(--series-1)");
    let plots = vec![Plot::Histogram(bars)];
    let mut layout = super::themed(Layout::auto_from_plots(&plots))
        .with_width(560.0)
        .with_height(300.0)
        .with_x_label(axes.0)
        .with_y_label(axes.1)
        .with_x_axis_min(bins.first().map_or(0.0, |b| b.from as f64))
        .with_x_axis_max(bins.last().map_or(1.0, |b| b.to as f64));
    // Ticks at round numbers rather than at every edge of a bar.
    layout.x_bin_width = None;
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The bars drawn: a row a bin, up to but not including `to`; the last one may have no end.
pub(in crate::report) fn numbers(id: &str, bins: &[Bin]) -> Numbers {
    let rows = bins.iter().map(|bin| {
        let to = if bin.open { String::new() } else { bin.to.to_string() };
        vec![bin.from.to_string(), to, bin.records.to_string()]
    });
    Numbers::new(id, &["from", "to", "records"], rows)
}
