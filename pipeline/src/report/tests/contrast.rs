//! Contrast of the page's colours, light and dark, by WCAG 2.1 (relative luminance, 1.4.3, 1.4.11).

use std::collections::HashMap;

use crate::report::STYLE;
use crate::report::figure::confusion;

/// Custom properties of a block of the style sheet that are colours.
fn colours(block: &'static str) -> HashMap<&'static str, [f64; 3]> {
    let declarations = block.split("--").skip(1);
    let colour = |declaration: &'static str| {
        let (name, rest) = declaration.split_once(": #")?;
        let digits = rest.split(';').next()?;
        let digit = |i: usize| u8::from_str_radix(&digits[i..=i], 16).ok().map(f64::from);
        let channel = |i: usize| match digits.len() {
            3 => Some(digit(i)? * 17.0),
            _ => Some(digit(2 * i)? * 16.0 + digit(2 * i + 1)?),
        };
        Some((name, [channel(0)? / 255.0, channel(1)? / 255.0, channel(2)? / 255.0]))
    };
    declarations.filter_map(colour).collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |v: f64| if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

#[test]
fn black_on_white_is_the_greatest_contrast() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-12);
}

/// Both palettes: that of the page, and that with what a dark page changes.
fn palettes() -> [HashMap<&'static str, [f64; 3]>; 2] {
    let mut blocks = STYLE.split("@media");
    let light = colours(blocks.next().unwrap());
    let mut dark = light.clone();
    dark.extend(colours(blocks.next().unwrap()));
    assert!(light.len() >= 25 && light != dark);
    [light, dark]
}

#[test]
fn numbers_on_a_shade_have_enough_contrast_light_and_dark() {
    for palette in palettes() {
        for share in (0..=1000).map(|i| f64::from(i) / 1000.0) {
            let named =
                |name: &str| palette[name.trim_start_matches("var(--").trim_end_matches(')')];
            let (percent, text) = (confusion::percent(share) / 100.0, named(confusion::ink(share)));
            let (full, paper) = (palette["series-1"], palette["paper"]);
            let mix = [0, 1, 2].map(|i| full[i] * percent + paper[i] * (1.0 - percent));
            assert!(contrast(text, mix) >= 4.5, "{share}: {}", contrast(text, mix));
        }
    }
}

#[test]
fn text_and_lines_have_enough_contrast_light_and_dark() {
    for palette in palettes() {
        let of = |name: &str| palette[name];
        for text in ["ink", "soft", "link"] {
            assert!(contrast(of(text), of("paper")) >= 4.5, "{text}");
            assert!(contrast(of(text), of("ground")) >= 4.5, "{text}");
        }
        for badge in ["good", "caution", "bad", "unknown", "none"] {
            assert!(contrast(of(badge), of(&format!("{badge}-tint"))) >= 4.5, "{badge}");
        }
        let lines = ["model", "floor", "baseline", "rule-strong"].map(str::to_string);
        for line in lines.into_iter().chain((1..=6).map(|i| format!("series-{i}"))) {
            assert!(contrast(of(&line), of("paper")) >= 3.0, "{line}");
        }
    }
}
