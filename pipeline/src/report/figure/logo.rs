//! Sequence logos: letters stacked at each position, as high as their share of its information
//! (Schneider & Stephens 1990, doi:10.1093/nar/18.20.6097). `kuva` has none, so they are drawn here.

use std::fmt::Write;

use minijinja::HtmlEscape;

use super::numbers::{Numbers, cell};

/// Width of a position, in pixels.
const WIDTH: f64 = 18.0;

/// Height of the highest stack that can be.
const HEIGHT: f64 = 60.0;

/// Room above a logo for its title, and as much below it.
const MARGIN: f64 = 22.0;

/// Room between two logos side by side.
const BETWEEN: f64 = 24.0;

/// Width that logos side by side share.
const ALL: f64 = 700.0;

/// Width that a letter of a title takes, in pixels.
const TITLE_LETTER: f64 = 6.6;

/// Height of a capital of font size 10.
const CAPITAL: f64 = 7.2;

/// Width that it is stretched to.
const STRETCHED: f64 = 10.0;

/// Letters lower than this are not drawn.
const LOWEST: f64 = 0.5;

/// One logo.
pub(in crate::report) struct Logo {
    /// Its name in the table of numbers.
    pub(in crate::report) name: String,
    /// What stands above it.
    pub(in crate::report) title: String,
    /// Letters (A).
    pub(in crate::report) letters: &'static [u8],
    /// Information in bits, and frequencies of the letters (A), of each position.
    pub(in crate::report) positions: Vec<(f64, Vec<f64>)>,
}

/// Draws the logos in rows, all to one scale: the most that a position can say, or more where the
/// background makes a letter rarer than the others.
pub(in crate::report) fn draw(id: &str, title: &str, description: &str, logos: &[Logo]) -> String {
    let letters = logos.iter().map(|logo| logo.letters.len()).max().unwrap_or(0).max(2);
    let bits = logos.iter().flat_map(|logo| logo.positions.iter().map(|(bits, _)| *bits));
    let scale = HEIGHT / bits.fold((letters as f64).log2(), f64::max);
    let longest = logos.iter().map(|logo| logo.positions.len()).max().unwrap_or(0).max(8);
    let titles = logos.iter().map(|logo| logo.title.chars().count()).max().unwrap_or(0);
    let step = (WIDTH * longest as f64).max(TITLE_LETTER * titles as f64) + BETWEEN;
    let across = ((ALL + BETWEEN) / step).floor().max(1.0);
    let down = (logos.len() as f64 / across).ceil();
    let place = |i: usize| {
        let row = (i as f64 / across).floor();
        (step * (i as f64 - row * across), (HEIGHT + 2.0 * MARGIN) * row + MARGIN)
    };
    let mut body = String::new();
    for (i, logo) in logos.iter().enumerate() {
        one(&mut body, logo, place(i), scale);
    }
    let size = (step * across - BETWEEN, (HEIGHT + 2.0 * MARGIN) * down);
    super::element(id, [title, description], size, &format!("{body}</svg>"))
}

/// One logo with its title, its upper left corner at (x, y).
fn one(body: &mut String, logo: &Logo, (x, y): (f64, f64), scale: f64) {
    let (foot, end) = (y + HEIGHT, x + WIDTH * logo.positions.len() as f64);
    let title = HtmlEscape(&logo.title);
    let _ = write!(body, "<text x=\"{x}\" y=\"{}\" font-size=\"13\">{title}</text>", y - 7.0);
    let _ = write!(
        body,
        "<line x1=\"{x}\" y1=\"{foot}\" x2=\"{end}\" y2=\"{foot}\" stroke=\"var(--rule-strong)\"/>"
    );
    for (position, (bits, frequencies)) in logo.positions.iter().enumerate() {
        let middle = x + WIDTH * (position as f64 + 0.5);
        let mut stack: Vec<(f64, u8)> = frequencies
            .iter()
            .map(|share| share * bits * scale)
            .zip(logo.letters.iter().copied())
            .collect();
        stack.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut bottom = foot;
        for (height, letter) in stack {
            if height >= LOWEST {
                let (wide, high) = (WIDTH / STRETCHED, height / CAPITAL);
                let _ = write!(
                    body,
                    "<text transform=\"translate({middle:.1} {bottom:.1}) scale({wide:.2} {high:.3})\" \
                     font-size=\"10\" font-weight=\"700\" text-anchor=\"middle\" \
                     textLength=\"{STRETCHED}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\">{}</text>",
                    colour(letter, logo.letters.len()),
                    char::from(letter),
                );
            }
            bottom -= height;
        }
    }
}

/// Colour of a letter: bases each their own, amino acids by their side chain.
fn colour(letter: u8, letters: usize) -> &'static str {
    match (letters > 4, letter) {
        (false, b'A') | (true, b'G' | b'S' | b'T' | b'Y' | b'C' | b'Q' | b'N') => "var(--series-3)",
        (false, b'C') | (true, b'K' | b'R' | b'H') => "var(--series-1)",
        (false, b'G') => "var(--series-2)",
        (false, _) | (true, b'D' | b'E') => "var(--series-5)",
        (true, _) => "var(--ink)",
    }
}

/// The letters drawn: a row each, with the information of its position.
pub(in crate::report) fn numbers(id: &str, logos: &[Logo]) -> Numbers {
    let rows = logos.iter().flat_map(|logo| {
        logo.positions.iter().enumerate().flat_map(move |(position, (bits, frequencies))| {
            logo.letters.iter().zip(frequencies).map(move |(letter, share)| {
                vec![
                    logo.name.clone(),
                    (position + 1).to_string(),
                    char::from(*letter).to_string(),
                    cell(*share),
                    cell(*bits),
                ]
            })
        })
    });
    Numbers::new(id, &["name", "position", "letter", "frequency", "information"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logo(positions: Vec<(f64, Vec<f64>)>) -> Logo {
        Logo { name: "1".to_string(), title: "<one>".to_string(), letters: b"ACGT", positions }
    }

    #[test]
    fn letters_are_as_high_as_their_information() {
        // 2 bits are 60: C of 3/4 at 1 bit is 22.5 high, A of 1/4 7.5 below it; nothing of 0 bits.
        let position = (1.0, vec![0.25, 0.75, 0.0, 0.0]);
        let drawn = draw("logo", "t", "d", &[logo(vec![position, (0.0, vec![0.25; 4])])]);
        let letters: Vec<&str> = drawn.split("<text transform=\"").skip(1).collect();
        assert_eq!(letters.len(), 2, "{drawn}");
        assert!(letters[0].starts_with("translate(9.0 82.0) scale(1.80 1.042)"), "{drawn}");
        assert!(letters[0].contains("fill=\"var(--series-3)\">A</text>"));
        assert!(letters[1].starts_with("translate(9.0 74.5) scale(1.80 3.125)"), "{drawn}");
        assert!(letters[1].contains("fill=\"var(--series-1)\">C</text>"));
        assert!(drawn.contains("&lt;one&gt;") && !drawn.contains("<one>"));
        assert!(drawn.starts_with("<svg viewBox=\"0 0 ") && drawn.ends_with("</svg>"));
    }

    #[test]
    fn a_long_title_is_not_cut() {
        let title = "TGACTC: 50 of 100, shuffled 2, q 2.00 × 10⁻¹²".to_string();
        let one = Logo { title, ..logo(vec![(2.0, vec![1.0, 0.0, 0.0, 0.0])]) };
        let drawn = draw("logo", "t", "d", &[one]);
        let width = drawn.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap();
        // 45 letters; two logos of that width stand side by side.
        assert!(
            (width.parse::<f64>().unwrap() - (2.0 * 45.0 * 6.6 + 24.0)).abs() < 1e-6,
            "{width}"
        );
    }

    #[test]
    fn logos_stand_in_rows() {
        // Logos of 8 positions are 144 wide: four fit into 700 with 24 between them.
        let logos: Vec<Logo> =
            (0..5).map(|_| logo(vec![(2.0, vec![1.0, 0.0, 0.0, 0.0])])).collect();
        let drawn = draw("logo", "t", "d", &logos);
        assert!(drawn.starts_with("<svg viewBox=\"0 0 648 208\""), "{drawn}");
        let titles: Vec<&str> = drawn.split("<text x=\"").skip(1).collect();
        assert!(titles[3].starts_with("504\" y=\"15\""), "{drawn}");
        assert!(titles[4].starts_with("0\" y=\"119\""), "{drawn}");
    }
}
