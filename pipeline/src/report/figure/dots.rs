//! A dot plot: every value of a group in a column of its own.

use kuva::plot::StripPlot;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};

/// One column.
pub(in crate::report) struct Column {
    pub(in crate::report) name: String,
    /// Index of its colour.
    pub(in crate::report) colour: usize,
    pub(in crate::report) values: Vec<f64>,
}

/// Draws the columns that hold a value, left to right.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    columns: &[Column],
    axis: &str,
) -> String {
    let mut plot = StripPlot::new().with_swarm().with_point_size(3.0);
    let mut colours = Vec::new();
    for column in columns.iter().filter(|column| !column.values.is_empty()) {
        plot = plot.with_group(super::label(&column.name), column.values.iter().copied());
        colours.push(super::series(column.colour));
    }
    let width = (120.0 + 75.0 * colours.len() as f64).max(420.0);
    let plots = vec![Plot::Strip(plot.with_group_colors(colours))];
    let layout = super::themed(Layout::auto_from_plots(&plots))
        .with_width(width)
        .with_height(380.0)
        .with_y_label(axis)
        .with_x_tick_rotate(-40.0);
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The dots drawn: a row each.
pub(in crate::report) fn numbers(id: &str, columns: &[Column], axis: &str) -> Numbers {
    let rows = columns.iter().flat_map(|column| {
        column.values.iter().map(move |value| vec![column.name.clone(), cell(*value)])
    });
    Numbers::new(id, &["column", axis], rows)
}
