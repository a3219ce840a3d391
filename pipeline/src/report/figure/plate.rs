//! A plate: every well where it is, the darker the earlier its Cq.

use std::sync::Arc;

use kuva::plot::ScatterPlot;
use kuva::plot::scatter::MarkerShape;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::numbers::{Numbers, cell};
use cistron_qpcr::{Role, Well};

/// One well.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Spot {
    pub(in crate::report) well: Well,
    pub(in crate::report) role: Role,
    /// Quantification cycle; `None` where nothing amplified.
    pub(in crate::report) cq: Option<f64>,
}

/// Shapes and names of the roles, in the order of the legend, whose columns are as wide as the
/// longest name.
const ROLES: [(Role, MarkerShape, &str); 6] = [
    (Role::Unknown, MarkerShape::Circle, "unknown"),
    (Role::Standard, MarkerShape::Diamond, "standard"),
    (Role::Calibrator, MarkerShape::Triangle, "calibrator"),
    (Role::Positive, MarkerShape::TriangleDown, "positive"),
    (Role::NoTemplate, MarkerShape::Square, "NTC"),
    (Role::NoReverseTranscription, MarkerShape::Cross, "no RT"),
];

/// Draws the wells of one plate; rows run down from A.
pub(in crate::report) fn draw(id: &str, title: &str, description: &str, spots: &[Spot]) -> String {
    let (rows, columns) = Well::plate(spots.iter().map(|spot| spot.well));
    let cycles = || spots.iter().filter_map(|spot| spot.cq);
    let (low, high) = (cycles().fold(f64::INFINITY, f64::min), cycles().fold(0.0, f64::max));
    let mut plots = Vec::new();
    for (role, shape, name) in ROLES {
        let of: Vec<&Spot> = spots.iter().filter(|spot| spot.role == role).collect();
        if of.is_empty() {
            continue;
        }
        let place = |spot: &&Spot| (f64::from(spot.well.column), -f64::from(spot.well.row));
        let plot = ScatterPlot::new()
            .with_data(of.iter().map(place))
            .with_marker(shape)
            .with_color("var(--series-1)")
            .with_colors(of.iter().map(|spot| shade(spot.cq, low, high)))
            .with_size(if columns > 24 {
                3.0
            } else if columns > 12 {
                5.5
            } else {
                9.0
            })
            .with_legend(name);
        plots.push(Plot::Scatter(plot));
    }
    let letter = |value: f64| {
        let row = (-value).round();
        let whole = (row + value).abs() < 0.01 && row >= 1.0;
        let name = Well { row: row.max(1.0) as u32, column: 1 }.to_string();
        if whole { name.trim_end_matches('1').to_string() } else { String::new() }
    };
    let size = if columns > 24 {
        14.0
    } else if columns > 12 {
        22.0
    } else {
        42.0
    };
    let layout = super::themed(Layout::auto_from_plots(&plots))
        .with_width(110.0 + size * f64::from(columns))
        .with_height(200.0 + size * f64::from(rows))
        .with_x_axis_min(0.3)
        .with_x_axis_max(f64::from(columns) + 0.7)
        .with_y_axis_min(-f64::from(rows) - 0.7)
        .with_y_axis_max(-0.3)
        .with_x_tick_step(if columns > 24 {
            4.0
        } else if columns > 12 {
            2.0
        } else {
            1.0
        })
        .with_y_tick_step(if rows > 16 { 2.0 } else { 1.0 })
        .with_y_tick_format(TickFormat::Custom(Arc::new(letter)))
        .with_show_grid(false);
    super::svg(id, title, description, render_multiple(plots, layout))
}

/// The full colour at the earliest Cq, pale at the latest, grey where nothing amplified.
fn shade(cq: Option<f64>, low: f64, high: f64) -> String {
    let Some(cq) = cq else { return "var(--rule-strong)".to_string() };
    let share = if high > low { (high - cq) / (high - low) } else { 1.0 };
    format!("color-mix(in srgb, var(--series-1) {:.0}%, var(--paper))", 30.0 + 70.0 * share)
}

/// The wells drawn: a row each; without a Cq where nothing amplified.
pub(in crate::report) fn numbers(id: &str, spots: &[Spot]) -> Numbers {
    let rows = spots
        .iter()
        .map(|spot| vec![spot.well.to_string(), spot.role.name().to_string(), cell(spot.cq)]);
    Numbers::new(id, &["well", "role", "cq"], rows)
}
