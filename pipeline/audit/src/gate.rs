//! Thresholds, and findings on their way to a verdict.

use super::finding::Judged;
use super::{Finding, Status};
use cistron_statistics::interval::Interval;

/// The values from which a check warns and fails; more is worse.
///
/// One rule holds for every estimate: it *fails* or *warns* where the lower limit of its interval
/// reaches the limit, *passes* where the upper limit lies below the failing one, and is *unknown*
/// otherwise. A count over all records that are asked about is no estimate: the count is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gate {
    warn: Option<f64>,
    fail: Option<f64>,
    /// What the upper limit must stay below to pass, where a check never fails.
    within: Option<f64>,
}

impl Gate {
    /// Warns, and never fails.
    pub(super) const fn warn(warn: f64) -> Self {
        Self { warn: Some(warn), fail: None, within: None }
    }

    /// Warns, and fails from a higher value.
    pub(super) const fn warn_fail(warn: f64, fail: f64) -> Self {
        Self { warn: Some(warn), fail: Some(fail), within: None }
    }

    /// Passes whatever the value: the finding informs.
    pub(super) const fn inform() -> Self {
        Self { warn: None, fail: None, within: None }
    }

    /// Passes only where the upper limit of the interval lies below `within`, though it never fails.
    pub(super) const fn within(self, within: f64) -> Self {
        Self { within: Some(within), ..self }
    }

    /// The verdict on a counted value, or on the limit of an interval.
    pub(super) fn status(self, value: f64) -> Status {
        Status::of(value, self.warn, self.fail)
    }

    /// `finding` with these thresholds and the verdict on `value`.
    pub(super) fn judge(self, value: f64, finding: Finding) -> Finding {
        Finding { status: self.status(value), ..self.show(finding) }
    }

    /// `finding` with these thresholds and the verdict on the limits of its interval.
    pub(super) fn judge_interval(self, finding: Finding) -> Finding {
        let low = finding.interval.as_ref().map_or(f64::NAN, |interval| interval.low);
        self.judge_from(low, finding)
    }

    /// As [`Self::judge_interval`], with `low` in the place of the lower limit, where another test
    /// says that chance explains it.
    pub(super) fn judge_from(self, low: f64, finding: Finding) -> Finding {
        let finding = Finding { judged: Judged::LowerLimit, ..self.show(finding) };
        let Some(interval) = finding.interval.clone() else {
            let why = format!("{} are too few for an interval", finding.n);
            return Finding { status: Status::Unknown(why), ..finding };
        };
        let status = self.status(low);
        let limit = self.fail.or(self.within).filter(|limit| interval.high >= *limit);
        let (Status::Pass, Some(limit)) = (&status, limit) else {
            return Finding { status, ..finding };
        };
        let mut why =
            format!("the interval reaches {}, beyond {limit}", super::cell::decimal(interval.high));
        let value = finding.value.unwrap_or(f64::NAN);
        if let Some(n) = deciding(value, &interval, limit, finding.n) {
            why = format!("{why}: about {n} like these would decide, not {}", finding.n);
        }
        let message = format!("{}; cannot be told: {why}", finding.message);
        Finding { status: Status::Unknown(why), message, ..finding }
    }

    /// `finding` with these thresholds, its verdict untouched.
    pub(super) fn show(self, finding: Finding) -> Finding {
        Finding { warn: self.warn, fail: self.fail, ..finding }
    }
}

/// How many would decide whether a value lies below or above a limit: limits draw near as the square
/// root of the number grows. `None` where the value lies so near to the limit that none would.
pub(super) fn deciding(value: f64, interval: &Interval, limit: f64, n: usize) -> Option<usize> {
    /// More than this many times the number is no advice.
    const MOST: f64 = 1000.0;
    let reach = if value < limit { interval.high - value } else { value - interval.low };
    let times = (reach / (value - limit)).powi(2);
    if n == 0 || !(1.0..MOST).contains(&times) {
        return None;
    }
    // Two digits: it is a guess.
    let exact = n as f64 * times;
    let unit = 10_f64.powf(exact.log10().floor() - 1.0).max(1.0);
    Some(((exact / unit - 1e-6).ceil() * unit) as usize)
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
    fn only_an_interval_below_the_failing_limit_passes() {
        let gate = Gate::warn_fail(0.1, 0.3);
        let of = |gate: Gate, value, low, high| {
            let interval = Some(Interval { low, high });
            let finding = open("leakage.near", "is it?");
            gate.judge_interval(Finding { value: Some(value), interval, n: 40, ..finding })
        };
        assert_eq!(of(gate, 0.5, 0.3, 0.7).status, Status::Fail);
        assert_eq!(of(gate, 0.5, 0.1, 0.9).status, Status::Warn);
        assert_eq!(of(gate, 0.1, 0.0, 0.29).status, Status::Pass);
        // The upper limit must come down from .5 to .3, .4 to .2 away from the value: 4 times 40.
        let finding = of(gate, 0.1, 0.0, 0.5);
        let why =
            "the interval reaches 0.500, beyond 0.3: about 160 like these would decide, not 40";
        assert_eq!(finding.status, Status::Unknown(why.into()));
        // The lower limit must come up from .05 to .3.
        let Status::Unknown(why) = of(gate, 0.55, 0.05, 0.8).status else { panic!() };
        assert!(why.ends_with("about 160 like these would decide, not 40"), "{why}");
        let Status::Unknown(why) = of(gate, 0.3, 0.05, 0.8).status else { panic!() };
        assert_eq!(why, "the interval reaches 0.800, beyond 0.3");
        assert_eq!(of(Gate::warn(0.1), 0.05, 0.0, 0.9).status, Status::Pass);
        let narrow = Gate::warn(0.1).within(0.3);
        assert!(matches!(of(narrow, 0.05, 0.0, 0.9).status, Status::Unknown(_)));
        let none = gate.judge_interval(Finding { value: Some(0.0), ..open("leakage.near", "?") });
        assert!(matches!(none.status, Status::Unknown(_)));
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
