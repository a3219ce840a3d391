//! The audit on the console: verdict first, then the worst findings.

use std::fmt::Write;

use super::cell::{decimal, list};
use super::finding::Judged;
use super::{Audit, Finding, Status, Verdict};

/// Findings told in full; the others get a line.
const IN_FULL: usize = 5;

/// Width that sentences are wrapped at.
const WIDTH: usize = 96;

/// The audit as aligned plain text: the verdict, the worst findings with what was found, how bad it
/// is and what to do, then a line a check.
#[must_use]
pub fn text(audit: &Audit) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "audit of {}: {}", audit.name, counts(audit));
    let mut worst: Vec<&Finding> =
        audit.findings.iter().filter(|f| matches!(f.status, Status::Fail | Status::Warn)).collect();
    worst.sort_by_key(|f| f.status != Status::Fail);
    for finding in worst.iter().take(IN_FULL) {
        out.push('\n');
        told_in_full(&mut out, finding);
    }
    out.push('\n');
    let width = audit.findings.iter().map(|f| f.check.chars().count()).max().unwrap_or(0);
    for finding in &audit.findings {
        let word = finding.status.name();
        let value = finding.value.map(|v| value_text(finding, v)).unwrap_or_default();
        let line = format!("  {word:<14}  {:<width$}  {value}", finding.check);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn told_in_full(out: &mut String, finding: &Finding) {
    let _ = writeln!(
        out,
        "{}  {}  {}",
        finding.status.name().to_uppercase(),
        finding.check,
        finding.title
    );
    wrapped(out, "found", &finding.message);
    wrapped(out, "how bad", &how_bad(finding));
    if !finding.evidence.is_empty() {
        let shown: Vec<&str> = finding.evidence.iter().take(3).map(String::as_str).collect();
        let more = finding.evidence.len() - shown.len();
        let more = if more > 0 { format!("; {more} more in audit.json") } else { String::new() };
        wrapped(out, "for example", &format!("{}{more}", shown.join("; ")));
    }
    if !finding.remedy.is_empty() {
        wrapped(out, "what to do", &finding.remedy);
    }
}

fn how_bad(finding: &Finding) -> String {
    let Some(value) = finding.value else { return String::new() };
    let mut text = format!("{}: {}", finding.statistic, value_text(finding, value));
    let limits: Vec<String> = [("warns", finding.warn), ("fails", finding.fail)]
        .into_iter()
        .filter_map(|(word, limit)| limit.map(|l| format!("{word} {}", finding.limit(l, short))))
        .collect();
    let judged = if finding.judged == Judged::LowerLimit { "the lower limit " } else { "" };
    if !limits.is_empty() {
        let _ = write!(text, "; {judged}{}", limits.join(", "));
    }
    text
}

/// Value, interval and n, such as `0.237 (0.211 to 0.267; n 876)`.
fn value_text(finding: &Finding, value: f64) -> String {
    let interval = finding.interval.as_ref();
    let interval = interval.map(|i| format!("{} to {}; ", decimal(i.low), decimal(i.high)));
    format!("{} ({}n {})", decimal(value), interval.unwrap_or_default(), finding.n)
}

/// A threshold without superfluous digits: 0.02, also where it was computed as 1 - 0.98.
fn short(limit: f64) -> String {
    format!("{}", (limit * 1e6).round() / 1e6)
}

/// A labelled paragraph, indented and wrapped.
fn wrapped(out: &mut String, label: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let mut line = format!("  {label:<12}");
    let mut empty = true;
    // A number and its per cent sign stay on one line.
    let text = text.replace(" %", "\u{a0}%");
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(14);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word.replace('\u{a0}', " "));
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// `fail (1 failed, 2 warn, 0 unknown, 9 passed)`.
#[must_use]
pub fn counts(audit: &Audit) -> String {
    let verdict = &audit.verdict;
    let passed = audit.findings.iter().filter(|f| f.status == Status::Pass).count();
    format!(
        "{} ({} failed, {} warn, {} unknown, {passed} passed)",
        verdict.status.name(),
        verdict.fail.len(),
        verdict.warn.len(),
        verdict.unknown.len(),
    )
}

/// One line for the end of a command: the verdict and the checks behind it.
#[must_use]
pub fn summary(audit: &Audit) -> String {
    let Verdict { fail, warn, .. } = &audit.verdict;
    let named: Vec<String> = [("fails", fail), ("warns", warn)]
        .into_iter()
        .filter(|(_, checks)| !checks.is_empty())
        .map(|(word, checks)| format!("; {word}: {}", list(checks)))
        .collect();
    format!("audit: {}{}", counts(audit), named.concat())
}

#[cfg(test)]
mod tests {
    use super::super::gate::{Gate, open, unknown};
    use super::*;
    use cistron_statistics::interval::{Interval, wilson};

    #[test]
    fn thresholds_say_what_is_held_against_them() {
        let of = |judged, warn, fail| Finding {
            value: Some(0.359),
            interval: Some(Interval { low: 0.279, high: 0.442 }),
            n: 9,
            judged,
            warn,
            fail,
            ..open("shortcut.length", "?")
        };
        let limit = how_bad(&of(Judged::LowerLimit, Some(0.1), Some(0.3)));
        let expected =
            ": 0.359 (0.279 to 0.442; n 9); the lower limit warns from 0.1, fails from 0.3";
        assert_eq!(limit, expected);
        let below = how_bad(&of(Judged::Below, None, Some(5.0)));
        assert!(below.ends_with("; fails below 5"), "{below}");
        let any = how_bad(&of(Judged::Value, Some(1.0 - 0.98), Some(f64::MIN_POSITIVE)));
        assert!(any.ends_with("; warns from 0.02, fails above 0"), "{any}");
    }

    #[test]
    fn the_worst_comes_first_with_what_to_do() {
        let warn = Gate::warn(0.02).judge(
            0.05,
            Finding { value: Some(0.05), n: 20, ..open("duplicate.exact", "Any repeats?") },
        );
        let fail = Gate::warn_fail(0.005, 0.05).judge(
            0.237,
            Finding {
                statistic: "share of test records".into(),
                value: Some(208.0 / 876.0),
                interval: wilson(208, 876),
                n: 876,
                message: "208 of 876 test records were learnt from, and every one of them is a record that the model has seen letter for letter".into(),
                evidence: (0..5).map(|i| format!("t{i} = r{i}")).collect(),
                remedy: "split by homology".into(),
                ..open("leakage.exact", "Are test records copies?")
            },
        );
        let audit = Audit::new(
            "genes",
            Vec::new(),
            1,
            vec![warn, fail, unknown("read.skipped", "?", "none", "")],
        );
        let text = text(&audit);
        let expected = "\
audit of genes: fail (1 failed, 1 warn, 1 unknown, 0 passed)

FAIL  leakage.exact  Are test records copies?
  found       208 of 876 test records were learnt from, and every one of them is a record that
              the model has seen letter for letter
  how bad     share of test records: 0.237 (0.210 to 0.267; n 876); warns from 0.005, fails from
              0.05
  for example t0 = r0; t1 = r1; t2 = r2; 2 more in audit.json
  what to do  split by homology

WARN  duplicate.exact  Any repeats?
  how bad     : 0.050 (n 20); warns from 0.02

  warn            duplicate.exact  0.050 (n 20)
  fail            leakage.exact    0.237 (0.210 to 0.267; n 876)
  unknown         read.skipped
";
        assert_eq!(text, expected);
        assert_eq!(
            summary(&audit),
            "audit: fail (1 failed, 1 warn, 1 unknown, 0 passed); fails: leakage.exact; warns: duplicate.exact"
        );
    }
}
