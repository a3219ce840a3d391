//! The confusion matrix: rows are true classes, columns predicted ones.

use std::sync::Arc;

use kuva::plot::{ColorMap, Heatmap};
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, TextAnchor, render_multiple};

use super::numbers::Numbers;

/// Draws the share of each true class in every cell, with the count as text where it fits.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    classes: &[String],
    confusion: &[Vec<u64>],
) -> String {
    let size = classes.len();
    let names: Vec<String> = classes.iter().map(|c| super::label(c)).collect();
    // kuva's first row is at the bottom; the first class belongs on top.
    let rows: Vec<&Vec<u64>> = confusion.iter().rev().collect();
    let share = |row: &Vec<u64>, count: u64| {
        let total: u64 = row.iter().sum();
        if total == 0 { 0.0 } else { count as f64 / total as f64 }
    };
    let shares: Vec<Vec<f64>> =
        rows.iter().map(|row| row.iter().map(|&c| share(row, c)).collect()).collect();
    // kuva stretches the colours over the smallest and greatest value; ours run from 0 to 1.
    let values = shares.iter().flatten().copied();
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    let colour = move |position: f64| shade(low + position * (high - low));
    let heatmap = Heatmap::new()
        .with_data(shares.clone())
        .with_color_map(ColorMap::Custom(Arc::new(colour)))
        .with_cell_size(0.96);
    let plots = vec![Plot::Heatmap(heatmap)];
    let cell = if size <= 12 { 44.0 } else { 26.0 };
    let longest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0) as f64;
    let side = cell * size as f64 + 70.0 + longest * 7.0;
    let mut layout = super::themed(Layout::auto_from_plots(&plots))
        .with_width(side + 20.0)
        .with_height(side)
        .with_x_label("predicted class")
        .with_y_label("true class")
        .with_x_categories(names.clone())
        .with_y_categories(names.into_iter().rev().collect())
        .with_x_tick_rotate(-60.0)
        .with_show_grid(false);
    layout.show_colorbar = false;
    let computed = ComputedLayout::from_layout(&layout);
    let mut scene = render_multiple(plots, layout);
    for (i, row) in rows.iter().enumerate() {
        for (j, &count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            scene.add(Primitive::Text {
                x: computed.map_x(j as f64 + 1.0),
                y: computed.map_y(i as f64 + 1.0) + 4.0,
                content: count.to_string(),
                size: if count > 999 { 9 } else { 12 },
                anchor: TextAnchor::Middle,
                rotate: None,
                bold: false,
                color: Some(Color::from(ink(shares[i][j]))),
            });
        }
    }
    super::svg(id, title, description, scene)
}

/// From the paper's colour at 0 to the full colour of a series at 1; any share is told from none.
pub(in crate::report) fn shade(share: f64) -> String {
    format!("color-mix(in srgb, var(--series-1) {}%, var(--paper))", percent(share))
}

/// How much of the full colour a share gets, in percent.
pub(in crate::report) fn percent(share: f64) -> f64 {
    if share <= 0.0 { 3.0 } else { (12.0 + 88.0 * share).min(100.0).round() }
}

/// Black or white text, whichever the page's style says has contrast 4.5 on that shade: light and
/// dark pages change over at different shares.
pub(in crate::report) fn ink(share: f64) -> &'static str {
    match share {
        s if s < 0.56 => "var(--on-pale)",
        s if s < 0.84 => "var(--on-middle)",
        _ => "var(--on-full)",
    }
}

/// The matrix drawn: records of a true class in a row, by predicted class.
pub(in crate::report) fn numbers(id: &str, classes: &[String], confusion: &[Vec<u64>]) -> Numbers {
    let columns: Vec<&str> =
        std::iter::once("true class").chain(classes.iter().map(String::as_str)).collect();
    let rows = classes.iter().zip(confusion).map(|(class, counts)| {
        std::iter::once(class.clone()).chain(counts.iter().map(u64::to_string)).collect()
    });
    Numbers::new(id, &columns, rows)
}
