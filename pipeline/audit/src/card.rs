//! The audit as a section of a data card, in Markdown.

use std::fmt::Write;

use super::cell::decimal;
use super::text::counts;
use super::{Audit, Finding, Status};

/// A Markdown section: verdict, what was found with its remedy, what is not known, every check.
#[must_use]
pub fn card(audit: &Audit) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "## Audit of {}\n", escaped(&audit.name));
    let _ = writeln!(
        out,
        "Verdict: **{}**, by {} {}, rules {}, seed {}.\n",
        counts(audit),
        audit.tool.name,
        audit.tool.version,
        audit.rules,
        audit.seed
    );
    for input in &audit.inputs {
        let hash = input.blake3.get(..16).unwrap_or(&input.blake3);
        let _ = writeln!(out, "- `{}`: {} records, BLAKE3 `{hash}`", input.path, input.records);
    }
    let known: Vec<&Finding> =
        audit.findings.iter().filter(|f| matches!(f.status, Status::Fail | Status::Warn)).collect();
    let _ = writeln!(out, "\n### Known limitations and biases\n");
    if known.is_empty() {
        let _ = writeln!(out, "None was found by the checks below.");
    }
    for finding in known {
        let _ = writeln!(
            out,
            "- **{}** (`{}`): {}. *What to do:* {}.",
            finding.status.name(),
            finding.check,
            escaped(&finding.message),
            escaped(&finding.remedy)
        );
    }
    let unknown: Vec<&Finding> =
        audit.findings.iter().filter(|f| matches!(f.status, Status::Unknown(_))).collect();
    if !unknown.is_empty() {
        let _ = writeln!(out, "\n### Not known\n");
    }
    for finding in unknown {
        let _ = writeln!(out, "- `{}`: {}.", finding.check, escaped(&finding.message));
    }
    let _ = writeln!(
        out,
        "\n### Every check\n\n| check | verdict | value | 95 % interval | n |\n|---|---|---|---|---|"
    );
    for finding in &audit.findings {
        let interval = finding.interval.as_ref();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            finding.check.replace('|', "\\|"),
            finding.status.name(),
            finding.value.map_or_else(String::new, decimal),
            interval.map_or_else(String::new, |i| format!(
                "{}–{}",
                decimal(i.low),
                decimal(i.high)
            )),
            finding.n
        );
    }
    out
}

/// Text from files must not become markup.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '|' | '*' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::gate::{Gate, open, unknown};
    use super::*;

    #[test]
    fn a_card_names_limits_and_what_is_not_known() {
        let bad = Gate::warn_fail(0.01, 0.1).judge(
            0.5,
            Finding {
                value: Some(0.5),
                n: 12,
                message: "half <b>leaks</b>".into(),
                remedy: "split anew".into(),
                ..open("leakage.near", "Near?")
            },
        );
        let dark = unknown("group.missing:sex", "Sex?", "no column", "give it");
        let text = card(&Audit::new("x", Vec::new(), 3, vec![bad, dark]));
        assert!(
            text.contains("Verdict: **fail (1 failed, 0 warn, 1 unknown, 0 passed)**"),
            "{text}"
        );
        assert!(text.contains("half &lt;b>leaks&lt;/b>. *What to do:* split anew."), "{text}");
        assert!(
            text.contains("### Not known\n\n- `group.missing:sex`: cannot be told: no column.")
        );
        assert!(text.contains("| `leakage.near` | fail | 0.500 |  | 12 |"), "{text}");
    }
}
