//! The sizes of values inside a network by epoch: a panel a layer, each over its own range.

use std::fmt::Write;

use cistron_models::fit::Activations;
use minijinja::HtmlEscape;

use super::numbers::{Numbers, cell};
use crate::report::number::percent;

/// Width and height of what is drawn in a panel.
const PLOT: (f64, f64) = (160.0, 84.0);

/// Room of a panel left of it for numbers, above it for its title, below it for epochs.
const LEFT: f64 = 52.0;
const ABOVE: f64 = 36.0;
const BELOW: f64 = 24.0;

/// Room between two panels.
const BETWEEN: f64 = 14.0;

/// Panels side by side.
const ACROSS: usize = 2;

/// Draws a panel for each layer, in the order in which they first appear.
pub(in crate::report) fn draw(
    id: &str,
    title: &str,
    description: &str,
    rows: &[Activations],
) -> String {
    let layers = layers(rows);
    let across = ACROSS.min(layers.len()).max(1);
    let down = layers.len().div_ceil(across);
    let (wide, high) = (LEFT + PLOT.0 + BETWEEN, ABOVE + PLOT.1 + BELOW);
    let mut body = String::new();
    for (i, layer) in layers.iter().enumerate() {
        let place = (wide * (i % across) as f64 + LEFT, high * (i / across) as f64 + ABOVE);
        let own: Vec<&Activations> = rows.iter().filter(|row| row.layer == *layer).collect();
        panel(&mut body, &own, place);
    }
    let size = (wide * across as f64, high * down as f64);
    super::element(id, [title, description], size, &format!("{body}</svg>"))
}

/// Names of the layers, in order.
fn layers(rows: &[Activations]) -> Vec<&str> {
    let mut layers: Vec<&str> = Vec::new();
    for row in rows {
        if !layers.contains(&row.layer.as_str()) {
            layers.push(&row.layer);
        }
    }
    layers
}

/// One layer, its plot's upper left corner at (x, y).
fn panel(body: &mut String, rows: &[&Activations], (x, y): (f64, f64)) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
    let low = rows.iter().map(|row| row.q05).fold(0.0, f64::min);
    let high = rows.iter().map(|row| row.q95).fold(0.0, f64::max);
    let range = if high > low { high - low } else { 1.0 };
    let at_value = |value: f64| y + PLOT.1 * (1.0 - (value - low) / range);
    let epochs = (last.epoch - first.epoch).max(1) as f64;
    // Of one epoch the same at both ends.
    let at_epoch = |row: &Activations| x + PLOT.0 * (row.epoch - first.epoch) as f64 / epochs;
    let line = |quantile: fn(&Activations) -> f64| -> Vec<String> {
        let mut points: Vec<(f64, f64)> =
            rows.iter().map(|row| (at_epoch(row), at_value(quantile(row)))).collect();
        if let [(_, y)] = points[..] {
            points.push((x + PLOT.0, y));
        }
        points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect()
    };
    let zero =
        if last.zero > 0.0 { format!("{} are 0", percent(last.zero)) } else { String::new() };
    let _ = write!(
        body,
        "<text x=\"{x}\" y=\"{}\" font-size=\"13\">{}</text>\
         <text x=\"{x}\" y=\"{}\" font-size=\"12\" fill=\"var(--soft)\">{zero}</text>",
        y - 22.0,
        HtmlEscape(&first.layer),
        y - 7.0,
    );
    let outer = [line(|row| row.q05), line(|row| row.q95)];
    let inner = [line(|row| row.q25), line(|row| row.q75)];
    for [mut around, mut back] in [outer, inner] {
        back.reverse();
        around.append(&mut back);
        let points = around.join(" ");
        let _ = write!(
            body,
            "<polygon points=\"{points}\" fill=\"var(--series-1)\" fill-opacity=\".3\"/>"
        );
    }
    let median = line(|row| row.q50).join(" ");
    let _ = write!(
        body,
        "<polyline points=\"{median}\" fill=\"none\" stroke=\"var(--series-1)\" stroke-width=\"2\"/>"
    );
    let (foot, end, none) = (y + PLOT.1, x + PLOT.0, at_value(0.0));
    let _ = write!(
        body,
        "<line x1=\"{x}\" y1=\"{none:.1}\" x2=\"{end}\" y2=\"{none:.1}\" stroke=\"var(--rule-strong)\"/>\
         <line x1=\"{x}\" y1=\"{y}\" x2=\"{x}\" y2=\"{foot}\" stroke=\"var(--rule-strong)\"/>"
    );
    for (value, shown) in [(low, low < 0.0), (0.0, true), (high, high > 0.0)] {
        // Two numbers need a line's height between them.
        if shown && (value == 0.0 || (at_value(value) - none).abs() > 12.0) {
            let (number, at) = (super::tick(rounded(value)), at_value(value) + 4.0);
            let _ = write!(
                body,
                "<text x=\"{}\" y=\"{at:.1}\" font-size=\"12\" text-anchor=\"end\">{number}</text>",
                x - 5.0
            );
        }
    }
    let mut ends = vec![("start", x, first.epoch)];
    if last.epoch > first.epoch {
        ends.push(("end", end, last.epoch));
    }
    for (anchor, at, epoch) in ends {
        let _ = write!(
            body,
            "<text x=\"{at}\" y=\"{}\" font-size=\"12\" text-anchor=\"{anchor}\">{epoch}</text>",
            foot + 15.0
        );
    }
}

/// Two significant digits: enough for a scale.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let unit = 10.0_f64.powi(value.abs().log10().floor() as i32 - 1);
    (value / unit).round() * unit
}

/// The distributions drawn: a row an epoch and layer.
pub(in crate::report) fn numbers(id: &str, rows: &[Activations]) -> Numbers {
    let columns = ["epoch", "layer", "values", "zero", "q05", "q25", "q50", "q75", "q95"];
    let rows = rows.iter().map(|row| {
        let head = [row.epoch.to_string(), row.layer.clone(), row.values.to_string()];
        let quantiles = [row.zero, row.q05, row.q25, row.q50, row.q75, row.q95].map(cell);
        head.into_iter().chain(quantiles).collect()
    });
    Numbers::new(id, &columns, rows)
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;

    pub(in crate::report) fn row(epoch: usize, layer: &str, scale: f64) -> Activations {
        let [q05, q25, q50, q75, q95] = [-1.0, 0.0, 0.5, 1.0, 3.0].map(|q| q * scale);
        let layer = layer.to_string();
        Activations { epoch, layer, values: 100, zero: 0.25, q05, q25, q50, q75, q95 }
    }

    #[test]
    fn a_panel_by_hand() {
        let rows = [row(1, "<l>", 1.0), row(3, "<l>", 0.5)];
        let drawn = draw("a", "t", "d", &rows);
        assert!(drawn.starts_with("<svg viewBox=\"0 0 226 144\"") && drawn.ends_with("</svg>"));
        // -1 to 3 over 84 pixels from y = 36: the median 0.5 at 36 + 84 (1 - 1.5 / 4), 0.25 lower.
        assert!(drawn.contains("<polyline points=\"52.0,88.5 212.0,93.8\""), "{drawn}");
        let outer = "<polygon points=\"52.0,120.0 212.0,109.5 212.0,67.5 52.0,36.0\"";
        assert!(drawn.contains(outer), "{drawn}");
        assert!(drawn.contains(">25.0\u{202f}% are 0</text>"), "{drawn}");
        assert!(drawn.contains("&lt;l&gt;") && !drawn.contains("<l>"));
    }

    #[test]
    fn panels_stand_in_rows_and_one_epoch_is_a_level() {
        let rows = ["a", "b", "c", "d"].map(|layer| row(1, layer, 1.0));
        let drawn = draw("a", "t", "d", &rows);
        assert!(drawn.starts_with("<svg viewBox=\"0 0 452 288\""), "{drawn}");
        assert_eq!(drawn.matches("<polyline").count(), 4);
        assert!(drawn.contains("<polyline points=\"52.0,88.5 212.0,88.5\""), "{drawn}");
    }

    #[test]
    fn a_layer_of_zeros_and_large_numbers_is_drawn() {
        let drawn = draw("a", "t", "d", &[row(1, "a", 0.0), row(2, "a", 0.0)]);
        assert!(!drawn.contains("NaN"), "{drawn}");
        assert_eq!(
            [rounded(0.0), rounded(1234.0), rounded(-0.0567)].map(super::super::tick),
            ["0", "1\u{202f}200", "\u{2212}0.057"]
        );
        assert!(draw("a", "t", "d", &[]).ends_with("</svg>"));
    }
}
