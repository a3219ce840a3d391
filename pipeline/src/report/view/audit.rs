//! The audit: every finding with its value, thresholds, evidence and remedy.

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::number::{count, number, wide_limits};
use cistron_audit::finding::Judged;
use cistron_audit::{Audit, Finding, Status};

/// The section of the audit, gravest findings first.
#[derive(Debug, Serialize)]
pub(in crate::report) struct AuditView {
    counts: Vec<Count>,
    findings: Vec<FindingView>,
}

/// How many findings have a status.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Count {
    status: &'static str,
    class: &'static str,
    n: usize,
}

/// One finding.
#[derive(Debug, Serialize)]
pub(in crate::report) struct FindingView {
    number: usize,
    check: String,
    title: String,
    status: String,
    class: &'static str,
    /// Whether it is shown unfolded.
    open: bool,
    reason: Option<String>,
    message: String,
    statistic: String,
    measured: Vec<(&'static str, String)>,
    evidence: Vec<String>,
    remedy: String,
    tables: Vec<Table>,
}

impl AuditView {
    pub(in crate::report) fn of(audit: &Audit) -> Self {
        let mut findings: Vec<&Finding> = audit.findings.iter().collect();
        findings.sort_by_key(|finding| rank(&finding.status));
        let view = |(i, finding): (usize, &&Finding)| view(i + 1, finding);
        Self {
            counts: counts(&audit.findings),
            findings: findings.iter().enumerate().map(view).collect(),
        }
    }
}

/// Counts of every status that occurs, gravest first.
pub(in crate::report) fn counts(findings: &[Finding]) -> Vec<Count> {
    let statuses = [
        Status::Fail,
        Status::Warn,
        Status::Unknown(String::new()),
        Status::Pass,
        Status::NotApplicable(String::new()),
    ];
    let count = |status: Status| {
        let n = findings.iter().filter(|f| rank(&f.status) == rank(&status)).count();
        (n > 0).then(|| Count { status: status.name(), class: class(&status), n })
    };
    statuses.into_iter().filter_map(count).collect()
}

fn rank(status: &Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Warn => 1,
        Status::Unknown(_) => 2,
        Status::Pass => 3,
        Status::NotApplicable(_) => 4,
    }
}

fn class(status: &Status) -> &'static str {
    match status {
        Status::Fail => "bad",
        Status::Warn => "caution",
        Status::Unknown(_) => "unknown",
        Status::Pass => "good",
        Status::NotApplicable(_) => "none",
    }
}

fn view(index: usize, finding: &Finding) -> FindingView {
    let reason = match &finding.status {
        Status::Unknown(why) | Status::NotApplicable(why) => Some(why.clone()),
        _ => None,
    };
    FindingView {
        number: index,
        check: finding.check.clone(),
        title: finding.title.clone(),
        status: finding.status.name().to_string(),
        class: class(&finding.status),
        open: matches!(finding.status, Status::Fail | Status::Warn),
        reason: reason.filter(|why| !why.is_empty() && *why != finding.message),
        message: finding.message.clone(),
        statistic: finding.statistic.clone(),
        measured: measured(finding),
        evidence: finding.evidence.clone(),
        remedy: finding.remedy.clone(),
        tables: finding.tables.iter().map(table).collect(),
    }
}

fn measured(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if let Some(value) = finding.value {
        let interval = finding.interval.as_ref();
        let spread = interval.map(|i| format!(" {}", wide_limits(i))).unwrap_or_default();
        out.push(("Value", format!("{}{spread}", number(value))));
    }
    if finding.n > 0 {
        out.push(("n", count(finding.n)));
    }
    let from = |limit: f64| match finding.judged {
        Judged::LowerLimit => format!("where the lower limit reaches {}", number(limit)),
        Judged::Value | Judged::Below => finding.limit(limit, number),
    };
    out.extend(finding.warn.map(|limit| ("Warns", from(limit))));
    out.extend(finding.fail.map(|limit| ("Fails", from(limit))));
    out
}

/// A finding's table; its cells are formatted already, and numbers among them still sort.
fn table(table: &cistron_audit::finding::Table) -> Table {
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let numeric = |column: usize| {
        column > 0
            && !table.rows.is_empty()
            && table.rows.iter().all(|r| r.get(column).is_none_or(|c| value(c).is_some()))
    };
    let mut out = Table::new(table.title.clone(), &[]);
    for (i, name) in columns.iter().enumerate() {
        if numeric(i) { out.numeric(*name) } else { out.text(*name) }
    }
    for row in &table.rows {
        let cell = |i: usize| {
            let text = row.get(i).map_or("", String::as_str);
            match value(text).filter(|_| numeric(i)) {
                Some(number) => Cell::quantity(text, number),
                None => Cell::text(text),
            }
        };
        out.rows.push((0..columns.len()).map(cell).collect());
    }
    out
}

/// The number that a formatted cell begins with.
fn value(text: &str) -> Option<f64> {
    let text = text.replace('\u{2212}', "-").replace(['\u{202f}', '%'], "");
    let first = text.split_whitespace().next()?;
    first.parse().ok().filter(|v: &f64| v.is_finite())
}
