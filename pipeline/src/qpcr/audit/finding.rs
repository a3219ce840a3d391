//! Findings on their way to a verdict.

use crate::audit::{Finding, Status};

/// Records shown as evidence, at most.
pub(super) const SHOWN: usize = 5;

/// A check that passes until it is filled in with struct update syntax.
pub(super) fn open(check: &str, title: &str) -> Finding {
    Finding::open(format!("qpcr.{check}"), title)
}

impl Finding {
    /// The verdict on `value`, of which more is worse; the remedy is kept where it is needed.
    pub(super) fn judge(self, value: f64, warn: Option<f64>, fail: Option<f64>) -> Self {
        let status = Status::of(value, warn, fail);
        let remedy = if status == Status::Pass { String::new() } else { self.remedy };
        Self { status, value: Some(value), warn, fail, remedy, ..self }
    }
}
