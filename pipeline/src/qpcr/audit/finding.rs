//! Findings on their way to a verdict.

use crate::audit::{Finding, Status};

/// Records shown as evidence, at most.
pub(super) const SHOWN: usize = 5;

/// A check that passes until it is filled in with struct update syntax.
pub(super) fn open(check: &str, title: &str) -> Finding {
    Finding {
        check: format!("qpcr.{check}"),
        title: title.to_string(),
        status: Status::Pass,
        statistic: String::new(),
        value: None,
        interval: None,
        n: 0,
        warn: None,
        fail: None,
        message: String::new(),
        evidence: Vec::new(),
        remedy: String::new(),
        tables: Vec::new(),
    }
}

impl Finding {
    /// The question cannot be answered, because of `why`.
    pub(super) fn unknown(self, why: &str, remedy: &str) -> Self {
        let message = format!("cannot be told: {why}");
        Self { status: Status::Unknown(why.into()), message, remedy: remedy.into(), ..self }
    }

    /// The question does not arise, because of `why`.
    pub(super) fn does_not_apply(self, why: &str) -> Self {
        let message = format!("not applicable: {why}");
        Self { status: Status::NotApplicable(why.into()), message, ..self }
    }

    /// The verdict on `value`, of which more is worse; the remedy is kept where it is needed.
    pub(super) fn judge(self, value: f64, warn: Option<f64>, fail: Option<f64>) -> Self {
        let status = if fail.is_some_and(|fail| value >= fail) {
            Status::Fail
        } else if warn.is_some_and(|warn| value >= warn) {
            Status::Warn
        } else {
            Status::Pass
        };
        let remedy = if status == Status::Pass { String::new() } else { self.remedy };
        Self { status, value: Some(value), warn, fail, remedy, ..self }
    }
}
