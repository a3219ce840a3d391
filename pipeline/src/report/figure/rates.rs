//! The loss over the learning rate of a range test.

use std::sync::Arc;

use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};
use crate::report::history::FoundRate;

/// Losses of more than this many times the first are not drawn: where a sweep breaks down they have no end.
const HIGHEST: f64 = 2.0;

/// Draws single steps as points and their mean as a line, over the logarithm of the rate.
pub(in crate::report) fn draw(
    id: &str,
    [title, description]: [&str; 2],
    rate: &FoundRate,
) -> String {
    let first = rate.steps.first().map_or(1.0, |step| step.loss);
    let shown = |point: &(f64, f64)| point.1 <= HIGHEST * first;
    let points = rate.steps.iter().map(|step| (step.learning_rate, step.loss));
    let smoothed = rate.steps.iter().filter_map(|s| Some((s.learning_rate, s.smoothed_loss?)));
    let plots = vec![
        Plot::Scatter(
            ScatterPlot::new()
                .with_data(points.filter(shown).collect::<Vec<_>>())
                .with_color(super::series(0))
                .with_size(2.5)
                .with_legend("single steps"),
        ),
        Plot::Line(
            LinePlot::new()
                .with_data(smoothed.filter(shown).collect::<Vec<_>>())
                .with_color(super::series(1))
                .with_stroke_width(2.5)
                .with_legend("mean of fifteen"),
        ),
    ];
    let power = TickFormat::Custom(Arc::new(|rate| format!("{rate:.0e}").replace('-', "\u{2212}")));
    let chosen = ReferenceLine::vertical(f64::from(rate.learning_rate)).with_color("var(--ink)");
    let layout = super::themed(Layout::auto_from_plots(&plots))
        .with_x_tick_format(power)
        .with_log_x()
        .with_width(560.0)
        .with_height(360.0)
        .with_x_label("learning rate")
        .with_y_label("loss")
        .with_reference_line(chosen.with_stroke_width(1.5));
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The steps: a row each, also those that are not drawn.
pub(in crate::report) fn numbers(id: &str, rate: &FoundRate) -> Numbers {
    let rows = rate.steps.iter().map(|step| {
        let numbers = [cell(step.learning_rate), cell(step.loss), cell(step.smoothed_loss)];
        std::iter::once(step.step.to_string()).chain(numbers).collect()
    });
    Numbers::new(id, &["step", "learning rate", "loss", "smoothed loss"], rows)
}
