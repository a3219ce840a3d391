//! Thresholds, and findings on their way to a verdict.

use super::finding::Judged;
use super::{Finding, Status};

/// The values from which a check warns and fails; more is worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gate {
    warn: Option<f64>,
    fail: Option<f64>,
}

impl Gate {
    /// Warns, and never fails.
    pub(super) const fn warn(warn: f64) -> Self {
        Self { warn: Some(warn), fail: None }
    }

    /// Warns, and fails from a higher value.
    pub(super) const fn warn_fail(warn: f64, fail: f64) -> Self {
        Self { warn: Some(warn), fail: Some(fail) }
    }

    /// Passes whatever the value: the finding informs.
    pub(super) const fn inform() -> Self {
        Self { warn: None, fail: None }
    }

    /// The verdict on a counted value, or on the limit of an interval.
    pub(super) fn status(self, value: f64) -> Status {
        Status::of(value, self.warn, self.fail)
    }

    /// `finding` with these thresholds and the verdict on `value`.
    pub(super) fn judge(self, value: f64, finding: Finding) -> Finding {
        Finding { status: self.status(value), ..self.show(finding) }
    }

    /// `finding` with these thresholds and the verdict on `low`, the lower limit of its interval.
    pub(super) fn judge_lower_limit(self, low: f64, finding: Finding) -> Finding {
        self.judge(low, Finding { judged: Judged::LowerLimit, ..finding })
    }

    /// `finding` with these thresholds, its verdict untouched.
    pub(super) fn show(self, finding: Finding) -> Finding {
        Finding { warn: self.warn, fail: self.fail, ..finding }
    }
}

/// A finding of a check without an answer yet, to be filled in with struct update syntax.
///
/// Every check is in the table of rules: tests fail at one that nobody explained.
pub(super) fn open(check: &str, title: &str) -> Finding {
    debug_assert!(super::rule(check).is_some(), "no rule explains `{check}`");
    Finding::open(check, title)
}

/// A question that does not arise, because of `why`.
pub(super) fn not_applicable(check: &str, title: &str, why: &str) -> Finding {
    open(check, title).does_not_apply(why)
}

/// A question without an answer, because of `why`.
pub(super) fn unknown(check: &str, title: &str, why: &str, remedy: &str) -> Finding {
    open(check, title).unknown(why, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_reached_at_their_value() {
        let gate = Gate::warn_fail(0.1, 0.3);
        assert_eq!(gate.status(0.099), Status::Pass);
        assert_eq!(gate.status(0.1), Status::Warn);
        assert_eq!(gate.status(0.3), Status::Fail);
        assert_eq!(Gate::warn(0.1).status(0.9), Status::Warn);
        assert_eq!(Gate::inform().status(1.0), Status::Pass);
        assert_eq!(gate.status(f64::NAN), Status::Pass);
    }

    #[test]
    fn the_verdict_and_its_thresholds_go_together() {
        let finding = Gate::warn_fail(0.1, 0.3).judge(0.2, open("leakage.near", "is it?"));
        assert_eq!(
            (finding.status, finding.warn, finding.fail),
            (Status::Warn, Some(0.1), Some(0.3))
        );
        let finding = unknown("leakage.near", "is it?", "too few", "more");
        assert_eq!(finding.status, Status::Unknown("too few".into()));
        assert_eq!(finding.message, "cannot be told: too few");
    }
}
