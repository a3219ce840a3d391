//! Standard curves: Cq over the decadic logarithm of the quantity, with the fitted lines.

use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};

/// The standards of one target.
pub(in crate::report) struct Series {
    pub(in crate::report) name: String,
    /// log10 of the quantity, and Cq.
    pub(in crate::report) points: Vec<(f64, f64)>,
    /// Slope and intercept.
    pub(in crate::report) line: (f64, f64),
}

/// Draws every target's standards and line.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    series: &[Series],
) -> String {
    let mut plots = Vec::new();
    for (i, target) in series.iter().enumerate() {
        let x = || target.points.iter().map(|p| p.0);
        let (low, high) =
            (x().fold(f64::INFINITY, f64::min), x().fold(f64::NEG_INFINITY, f64::max));
        let at = |x: f64| (x, target.line.0 * x + target.line.1);
        let line = LinePlot::new().with_data([at(low), at(high)]).with_color(super::series(i));
        plots.push(Plot::Line(line.with_stroke_width(1.5)));
        let dots = ScatterPlot::new()
            .with_data(target.points.iter().copied())
            .with_color(super::series(i))
            .with_size(4.0);
        plots.push(Plot::Scatter(dots.with_legend(super::label(&target.name))));
    }
    let layout = super::themed(Layout::auto_from_plots(&plots));
    let layout = super::with_legend(layout, &plots, (560.0, 380.0))
        .with_x_label("log10 of the quantity")
        .with_y_label("Cq");
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The standards drawn, and what their line says of each.
pub(in crate::report) fn numbers(id: &str, series: &[Series]) -> Numbers {
    let rows = series.iter().flat_map(|target| {
        let (slope, intercept) = target.line;
        target.points.iter().map(move |(quantity, cq)| {
            let numbers = [*quantity, *cq, slope * quantity + intercept].map(cell);
            std::iter::once(target.name.clone()).chain(numbers).collect()
        })
    });
    Numbers::new(id, &["target", "log10 of the quantity", "cq", "cq on the line"], rows)
}
