//! Findings on their way to a verdict.

use crate::audit::{Finding, Status, rule};

/// Records shown as evidence, at most.
pub(super) const SHOWN: usize = 5;

/// A check that passes until it is filled in with struct update syntax; the table of rules explains
/// it.
pub(super) fn open(check: &str, title: &str) -> Finding {
    let check = format!("qpcr.{check}");
    debug_assert!(rule(&check).is_some(), "no rule explains `{check}`");
    Finding::open(check, title)
}

impl Finding {
    /// The verdict on `value`, of which more is worse; the remedy is kept where it is needed.
    pub(super) fn judge(self, value: f64, warn: Option<f64>, fail: Option<f64>) -> Self {
        let status = Status::of(value, warn, fail);
        let remedy = if status == Status::Pass { String::new() } else { self.remedy };
        Self { status, value: Some(value), warn, fail, remedy, ..self }
    }
}
