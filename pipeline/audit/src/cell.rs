//! Numbers as the cells and sentences of findings show them.

/// Ids that a finding lists as evidence, at most.
pub(super) const EVIDENCE: usize = 10;

/// Rows that a table of levels shows, at most.
pub(super) const ROWS: usize = 30;

/// A share as per cent, such as `23.7 %`; shares below .1 % keep two digits.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value != 0.0 && value.abs() < 0.1 {
        format!("{value:.2} %")
    } else {
        format!("{value:.1} %")
    }
}

/// A score or coefficient, such as `0.974`.
pub(super) fn decimal(value: f64) -> String {
    // Negative zero is no news.
    format!("{:.3}", value + 0.0)
}

/// A score that may be undefined.
pub(super) fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_string(), decimal)
}

/// A p value, such as `3.1e-4`; what is too small for a number is `< 1e-300`.
pub(super) fn p_value(p: f64) -> String {
    if p < 1e-300 { "< 1e-300".to_string() } else { format!("{p:.1e}") }
}

/// `1 record`, `2 records`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The first names of a list, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}

/// `part` of `whole` as a share; 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A row of a table.
pub(super) fn row<const N: usize>(cells: [String; N]) -> Vec<String> {
    cells.into()
}

/// The heads of a table.
pub(super) fn heads<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_by_hand() {
        assert_eq!(percent(0.2374), "23.7 %");
        assert_eq!(percent(0.0005), "0.05 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(decimal(-0.0), "0.000");
        assert_eq!((p_value(0.0), p_value(3.14e-4)), ("< 1e-300".into(), "3.1e-4".into()));
        assert_eq!(count(1, "record"), "1 record");
        assert_eq!(count(0, "record"), "0 records");
        let names: Vec<String> = (0..8).map(|i| i.to_string()).collect();
        assert_eq!(list(&names), "0, 1, 2, 3, 4, 5 and 2 more");
        assert!(share(1, 0).abs() < 1e-15 && (share(1, 4) - 0.25).abs() < 1e-15);
    }
}
