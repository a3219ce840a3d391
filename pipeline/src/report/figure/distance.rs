//! Scores by distance to the training records.

use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};
use cistron_statistics::interval::Interval;

/// One predictor: a score and its interval for each slice, in the order of the axis.
pub(in crate::report) struct Series<'a> {
    pub(in crate::report) name: &'a str,
    pub(in crate::report) floor: bool,
    pub(in crate::report) points: Vec<Option<(f64, Option<Interval>)>>,
}

/// Draws a line a predictor, slightly apart so that intervals do not cover each other.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    levels: &[String],
    all: &[Series],
    metric: &str,
) -> String {
    let apart = 0.08;
    let mut low = 0.0_f64;
    let mut plots = Vec::new();
    for (i, series) in all.iter().enumerate() {
        let shift = (i as f64 - (all.len() as f64 - 1.0) / 2.0) * apart;
        let mut points = Vec::new();
        let mut arms = Vec::new();
        for (x, point) in series.points.iter().enumerate() {
            let Some((value, interval)) = point else { continue };
            points.push((x as f64 + 1.0 + shift, *value));
            let arm = interval
                .as_ref()
                .map_or((0.0, 0.0), |i| ((value - i.low).max(0.0), (i.high - value).max(0.0)));
            low = low.min(value - arm.0);
            arms.push(arm);
        }
        let colour = if series.floor { "var(--floor)".to_string() } else { super::series(i) };
        let line = LinePlot::new()
            .with_data(points.clone())
            .with_y_err_asymmetric(arms)
            .with_color(colour.clone())
            .with_stroke_width(2.5)
            .with_legend(super::label(series.name));
        let markers = ScatterPlot::new().with_data(points).with_color(colour).with_size(4.5);
        plots.push(Plot::Scatter(markers));
        plots.push(Plot::Line(if series.floor { line.with_dashed() } else { line }));
    }
    let layout = super::themed(Layout::auto_from_plots(&plots));
    let layout = super::with_legend(layout, &plots, (560.0, 360.0))
        .with_x_categories(levels.iter().map(|l| super::label(l)).collect())
        .with_x_label("similarity to the nearest training sequence (containment of k-mers)")
        .with_y_label(metric)
        .with_x_axis_min(0.5)
        .with_x_axis_max(levels.len() as f64 + 0.5)
        .with_y_axis_min(low)
        .with_y_axis_max(1.0);
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The points drawn: a row a predictor and range of similarity.
pub(in crate::report) fn numbers(
    id: &str,
    levels: &[String],
    all: &[Series],
    metric: &str,
) -> Numbers {
    let rows = all.iter().flat_map(|series| {
        levels.iter().zip(&series.points).map(move |(level, point)| {
            let interval = point.as_ref().and_then(|(_, interval)| interval.as_ref());
            vec![
                series.name.to_string(),
                level.clone(),
                cell(point.as_ref().map(|(value, _)| *value)),
                cell(interval.map(|interval| interval.low)),
                cell(interval.map(|interval| interval.high)),
            ]
        })
    });
    Numbers::new(id, &["name", "similarity", metric, "low", "high"], rows)
}
