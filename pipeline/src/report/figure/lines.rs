//! Lines over two axes from 0 to 1, such as ROC curves.

use kuva::plot::LinePlot;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};

/// A named line.
pub(in crate::report) struct Line<'a> {
    pub(in crate::report) name: &'a str,
    pub(in crate::report) points: Vec<(f64, f64)>,
}

/// Draws the lines; `diagonal` names a dashed line from corner to corner, where there is one.
pub(in crate::report) fn draw(
    id: &str,
    [title, description]: [&str; 2],
    lines: &[Line],
    [x, y]: [&str; 2],
    diagonal: Option<&str>,
) -> String {
    let named: Vec<String> = lines.iter().map(|line| super::label(line.name)).collect();
    let mut plots: Vec<Plot> = lines
        .iter()
        .zip(&named)
        .enumerate()
        .map(|(i, (line, name))| {
            let plot = LinePlot::new()
                .with_data(line.points.iter().copied())
                .with_color(super::series(i))
                .with_stroke_width(2.5)
                .with_legend(name);
            // Colours repeat after six; dashes tell those apart.
            Plot::Line(if i < 6 { plot } else { plot.with_dashed() })
        })
        .collect();
    if let Some(name) = diagonal {
        let plot = LinePlot::new()
            .with_data([(0.0, 0.0), (1.0, 1.0)])
            .with_color("var(--rule-strong)")
            .with_stroke_width(1.5)
            .with_legend(name)
            .with_dashed();
        plots.push(Plot::Line(plot));
    }
    let layout = super::themed(Layout::auto_from_plots(&plots));
    let layout = super::with_legend(layout, &plots, (480.0, 420.0))
        .with_x_axis_min(0.0)
        .with_x_axis_max(1.0)
        .with_y_axis_min(0.0)
        .with_y_axis_max(1.0)
        .with_x_label(x)
        .with_y_label(y);
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The lines drawn: a row a point.
pub(in crate::report) fn numbers(id: &str, lines: &[Line], [x, y]: [&str; 2]) -> Numbers {
    let rows = lines.iter().flat_map(|line| {
        let points = line.points.iter();
        points.map(move |(x, y)| vec![line.name.to_string(), cell(*x), cell(*y)])
    });
    Numbers::new(id, &["name", x, y], rows)
}
