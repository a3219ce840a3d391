//! Numbers as they are printed on the page: never bare NaN, never more digits than they are worth.

use cistron_statistics::interval::Interval;

/// What stands where a value is undefined.
pub(super) const ABSENT: &str = "n/a";

/// Three significant digits, whole numbers whole: `0.0123`, `1.23`, `12`, `1 230`, `1.20 × 10⁻⁵`.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return ABSENT.to_string();
    }
    let size = value.abs();
    match size {
        s if s.fract() == 0.0 && s < 1e15 => minus(grouped(value)),
        s if s < 0.001 => scientific(value),
        s if s < 0.01 => minus(format!("{value:.5}")),
        s if s < 0.1 => minus(format!("{value:.4}")),
        s if s < 1.0 => minus(format!("{value:.3}")),
        s if s < 10.0 => minus(format!("{value:.2}")),
        s if s < 100.0 => minus(format!("{value:.1}")),
        s if s < 1e15 => minus(grouped(value)),
        _ => scientific(value),
    }
}

/// A score between -1 and 1 with three decimals, so that columns line up.
pub(super) fn score(value: f64) -> String {
    if value.is_finite() { minus(format!("{value:.3}")) } else { ABSENT.to_string() }
}

/// A score that may be undefined.
pub(super) fn optional_score(value: Option<f64>) -> String {
    value.map_or_else(|| ABSENT.to_string(), score)
}

/// A difference of scores, with its sign.
pub(super) fn difference(value: f64) -> String {
    if value > 0.0 { format!("+{}", score(value)) } else { score(value) }
}

/// The two limits of an interval of scores: `[0.552, 0.689]`.
pub(super) fn limits(interval: &Interval) -> String {
    format!("[{},\u{a0}{}]", score(interval.low), score(interval.high))
}

/// An interval of any statistic, three significant digits a limit.
pub(super) fn wide_limits(interval: &Interval) -> String {
    format!("[{},\u{a0}{}]", number(interval.low), number(interval.high))
}

/// A count with thin spaces between thousands: `12 345`.
pub(super) fn count(value: impl TryInto<u64>) -> String {
    let digits = value.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 record`, `12 records`.
pub(super) fn counted(value: usize, noun: &str) -> String {
    if value == 1 {
        return format!("1 {noun}");
    }
    match noun.strip_suffix("ss") {
        Some(_) => format!("{} {noun}es", count(value)),
        None => format!("{} {noun}s", count(value)),
    }
}

/// A share as a percentage: `12.3 %`.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() {
        minus(format!("{:.1}\u{202f}%", share * 100.0))
    } else {
        ABSENT.to_string()
    }
}

/// A size in bytes with a decimal unit: `3.40 MB`.
pub(super) fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut size = value as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{}\u{202f}{}", number(size), UNITS[unit])
}

/// A duration: `0.123 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return ABSENT.to_string();
    }
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..60 => format!("{}\u{202f}s", number(seconds.max(0.0))),
        60..3600 => format!("{}\u{202f}min {:02}\u{202f}s", whole / 60, whole % 60),
        _ => format!("{}\u{202f}h {:02}\u{202f}min", whole / 3600, whole % 3600 / 60),
    }
}

fn grouped(value: f64) -> String {
    let digits = count(value.abs().round() as u64);
    if value < 0.0 { format!("-{digits}") } else { digits }
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised: String = exponent.chars().map(superscript).collect();
    format!("{}\u{202f}×\u{202f}10{raised}", minus(mantissa.to_string()))
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => digit.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(digit),
    }
}

/// The typographic minus, and no minus before a zero.
fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_string(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits_and_no_nan() {
        let cases = [
            (0.0, "0"),
            (0.621_4, "0.621"),
            (0.043_21, "0.0432"),
            (0.001_234, "0.00123"),
            (0.000_012_34, "1.23\u{202f}×\u{202f}10⁻⁵"),
            (1.236, "1.24"),
            (-12.34, "\u{2212}12.3"),
            (123.4, "123"),
            (1_234_567.0, "1\u{202f}234\u{202f}567"),
            (f64::NAN, "n/a"),
            (f64::INFINITY, "n/a"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn scores_line_up_and_a_rounded_zero_has_no_sign() {
        assert_eq!(score(0.6), "0.600");
        assert_eq!(score(-0.000_1), "0.000");
        assert_eq!(difference(0.21), "+0.210");
        assert_eq!(difference(-0.21), "\u{2212}0.210");
        assert_eq!(optional_score(None), "n/a");
    }

    #[test]
    fn counts_sizes_and_times_carry_their_unit() {
        assert_eq!(count(1_234_567_usize), "1\u{202f}234\u{202f}567");
        assert_eq!(count(123_usize), "123");
        assert_eq!(counted(1, "class"), "1 class");
        assert_eq!(counted(3, "class"), "3 classes");
        assert_eq!(counted(1000, "record"), "1\u{202f}000 records");
        assert_eq!(bytes(3_400_000), "3.40\u{202f}MB");
        assert_eq!(bytes(12), "12\u{202f}B");
        assert_eq!(number(-4.0), "\u{2212}4");
        assert_eq!(duration(0.5), "0.500\u{202f}s");
        assert_eq!(duration(185.0), "3\u{202f}min 05\u{202f}s");
        assert_eq!(duration(7620.0), "2\u{202f}h 07\u{202f}min");
        assert_eq!(percent(0.123_4), "12.3\u{202f}%");
    }
}
