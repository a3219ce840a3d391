//! Training curves: one line an epoch-wise quantity, with the range over folds and seeds.

use kuva::plot::{BandPlot, LinePlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};

/// A quantity by epoch: the mean of the runs and their range.
pub(in crate::report) struct Curve<'a> {
    pub(in crate::report) name: &'a str,
    /// Epoch, mean, least, greatest.
    pub(in crate::report) points: Vec<(f64, f64, f64, f64)>,
}

/// Draws the curves over one vertical axis.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    curves: &[Curve],
    axis: &str,
    best: Option<f64>,
) -> String {
    let mut plots = Vec::new();
    for (i, curve) in curves.iter().enumerate() {
        let x: Vec<f64> = curve.points.iter().map(|p| p.0).collect();
        let low: Vec<f64> = curve.points.iter().map(|p| p.2).collect();
        let high: Vec<f64> = curve.points.iter().map(|p| p.3).collect();
        if low != high {
            let band = BandPlot::new(x, low, high).with_color(super::series(i)).with_opacity(0.2);
            plots.push(Plot::Band(band));
        }
        let line = LinePlot::new()
            .with_data(curve.points.iter().map(|p| (p.0, p.1)))
            .with_color(super::series(i))
            .with_stroke_width(2.5);
        // One line needs no legend: the axis names it.
        let line = if curves.len() > 1 { line.with_legend(curve.name) } else { line };
        plots.push(Plot::Line(if i == 0 { line } else { line.with_dashed() }));
    }
    let layout = super::themed(Layout::auto_from_plots(&plots));
    let mut layout =
        super::with_legend(layout, &plots, (480.0, 300.0)).with_x_label("epoch").with_y_label(axis);
    if let Some(epoch) = best {
        let line = ReferenceLine::vertical(epoch).with_color("var(--ink)");
        layout = layout.with_reference_line(line.with_stroke_width(1.5));
    }
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The curves drawn: a row an epoch of each.
pub(in crate::report) fn numbers(id: &str, curves: &[Curve]) -> Numbers {
    let rows = curves.iter().flat_map(|curve| {
        curve.points.iter().map(move |(epoch, mean, least, greatest)| {
            let numbers = [*epoch, *mean, *least, *greatest].map(cell);
            std::iter::once(curve.name.to_string()).chain(numbers).collect()
        })
    });
    Numbers::new(id, &["quantity", "epoch", "mean", "least", "greatest"], rows)
}
