//! Figures: `kuva` lays them out, this module makes the SVG fit the page.
//!
//! Colours are the page's CSS variables, so that a figure follows light, dark and print; every
//! figure has a title and a description for screen readers and identifiers of its own. Nothing
//! depends on how many figures were drawn before: the same input gives the same bytes.

pub(super) mod activations;
pub(super) mod amplification;
pub(super) mod bars;
pub(super) mod confusion;
pub(super) mod curves;
pub(super) mod distance;
pub(super) mod dots;
pub(super) mod intervals;
pub(super) mod lines;
pub(super) mod logo;
pub(super) mod numbers;
pub(super) mod plate;
pub(super) mod rates;
pub(super) mod standards;

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::LegendPosition;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, collect_legend_entries};
use kuva::render::theme::Theme;
use minijinja::HtmlEscape;
use serde::Serialize;

use super::view::table::Table;
use numbers::Numbers;

/// Longest label drawn in a figure, in characters; tables have the whole names.
const LONGEST_LABEL: usize = 28;

/// Width that a letter of a legend takes, and height of a row of it, in pixels.
const LEGEND_LETTER: f64 = 8.0;
const LEGEND_ROW: f64 = 21.0;

/// A figure with what a reader needs beside it.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    /// The drawing: SVG text, the one thing that the template does not escape.
    pub(super) svg: String,
    /// What is drawn.
    pub(super) caption: String,
    /// What a good result looks like.
    pub(super) good: String,
    /// The numbers drawn, to be saved.
    pub(super) numbers: Numbers,
    /// The numbers drawn, where no table beside the figure has them.
    pub(super) table: Option<Table>,
}

/// Colour of the `i`-th line of a figure.
fn series(i: usize) -> String {
    format!("var(--series-{})", i % 6 + 1)
}

/// A layout in the page's colours.
fn themed(layout: Layout) -> Layout {
    let ink = || "var(--ink)".to_string();
    let none = || "none".to_string();
    let theme = Theme {
        background: none(),
        axis_color: "var(--rule-strong)".to_string(),
        grid_color: "var(--rule)".to_string(),
        tick_color: "var(--rule-strong)".to_string(),
        text_color: ink(),
        legend_bg: none(),
        legend_border: none(),
        pie_leader: ink(),
        box_median: ink(),
        violin_border: ink(),
        colorbar_border: ink(),
        font_family: None,
        show_grid: true,
    };
    let short = TickFormat::Custom(std::sync::Arc::new(tick));
    let mut layout = layout.with_theme(theme).with_tick_format(short);
    layout = layout.with_label_size(14).with_tick_size(13).with_body_size(14);
    layout.with_legend_position(LegendPosition::OutsideBottomColumns).with_legend_box(false)
}

/// A layout with room for every entry of the legend below the axis, and as much higher; without the
/// entries at hand `kuva` leaves room for one row.
fn with_legend(layout: Layout, plots: &[Plot], (width, height): (f64, f64)) -> Layout {
    let entries = collect_legend_entries(plots);
    let longest = entries.iter().map(|entry| entry.label.chars().count()).max().unwrap_or(0);
    let column = 38.0 + LEGEND_LETTER * longest.max(8) as f64;
    let columns = ((width - 90.0) / column).floor().max(1.0);
    let rows = (entries.len() as f64 / columns).ceil().max(1.0);
    let layout = if entries.is_empty() { layout } else { layout.with_legend_entries(entries) };
    layout.with_width(width).with_height(height + LEGEND_ROW * (rows - 1.0))
}

/// Tick labels: thousands grouped, no trailing zeros.
fn tick(value: f64) -> String {
    if value.abs() >= 1000.0 {
        return super::number::number(value);
    }
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.replace('-', "\u{2212}") }
}

/// A name as a label: cut to a length that fits, without control characters, and with dollars
/// escaped, because `kuva` reads `$…$` as mathematics.
fn label(name: &str) -> String {
    let mut clean: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() > LONGEST_LABEL {
        clean = clean.chars().take(LONGEST_LABEL - 1).collect();
        clean.push('…');
    }
    clean.replace('$', "\\$")
}

/// The scene as an SVG element that scales, speaks and clashes with no other.
fn svg(id: &str, title: &str, description: &str, mut scene: Scene) -> String {
    scene.background_color = None;
    scene.font_family = None;
    scene.text_color = None;
    // kuva numbers its clip paths over the whole process.
    let mut clips = 0;
    for element in &mut scene.elements {
        if let Primitive::ClipStart { id: clip, .. } = element {
            let own = format!("{id}-clip-{clips}");
            let (old, new) = (format!("id=\"{clip}\""), format!("id=\"{own}\""));
            for definition in &mut scene.defs {
                *definition = definition.replace(&old, &new);
            }
            *clip = own;
            clips += 1;
        }
    }
    let (width, height) = (scene.width.ceil(), scene.height.ceil());
    let drawn = SvgBackend::new().render_scene(&scene);
    // The root element is replaced: attribute values are escaped, so the first `>` ends it.
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    // The generator's comment goes, too: the page names its version once, under provenance.
    let body = body.split_once("-->").map_or(body, |(_, body)| body);
    element(id, [title, description], (width, height), body.trim_start())
}

/// An SVG element of a size around its content, which ends with the closing tag.
fn element(
    id: &str,
    [title, description]: [&str; 2],
    (width, height): (f64, f64),
    body: &str,
) -> String {
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         style=\"--width:{width}px\" \
         aria-labelledby=\"{id}-title {id}-desc\" fill=\"var(--ink)\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>{body}",
        HtmlEscape(title),
        HtmlEscape(description),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cut_and_keep_their_dollars() {
        assert_eq!(label("a$x$b"), "a\\$x\\$b");
        assert_eq!(label("line\nbreak"), "line break");
        assert_eq!(label(&"x".repeat(40)).chars().count(), LONGEST_LABEL);
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!(tick(0.25), "0.25");
        assert_eq!(tick(-0.5), "\u{2212}0.5");
        assert_eq!(tick(1.0), "1");
        assert_eq!(tick(12_000.0), "12\u{202f}000");
        assert_eq!(tick(-0.000_01), "0");
    }

    #[test]
    fn a_legend_of_many_entries_is_not_cut() {
        let names: Vec<String> = (0..12).map(|i| format!("a long name of class {i}")).collect();
        let lines: Vec<lines::Line> = names
            .iter()
            .map(|name| lines::Line { name, points: vec![(0.0, 0.0), (1.0, 1.0)] })
            .collect();
        let drawn = lines::draw("f", ["t", "d"], &lines, ["x", "y"], None);
        let number = |text: &str, start: &str| -> f64 {
            text.split(start).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let height = number(&drawn, " height=\"");
        for name in &names {
            let end = drawn.find(&format!(">{name}</text>")).unwrap();
            let text = &drawn[drawn[..end].rfind("<text").unwrap()..end];
            assert!(number(text, " y=\"") < height - 4.0, "{name}: {text} of {height}");
        }
    }

    #[test]
    fn identifiers_depend_on_the_figure_alone() {
        let draw = || {
            let rows = [intervals::Row {
                name: "<b>",
                colour: "red".into(),
                value: Some(0.5),
                interval: None,
            }];
            intervals::draw("f", "t<", "d&", &rows, &intervals::Axis::score("x", None))
        };
        let first = draw();
        assert_eq!(first, draw());
        assert!(first.contains("id=\"f-clip-0\"") && first.contains("url(#f-clip-0)"), "{first}");
        assert!(first.contains("&lt;b&gt;") && !first.contains("<b>"));
        assert!(first.starts_with("<svg viewBox") && first.ends_with("</svg>"));
    }
}
