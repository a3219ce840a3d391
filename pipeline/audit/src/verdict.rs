//! The audit in one word, and the gate of the exit code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audit, Finding, Status};
use cistron_data::error::Error;

/// The audit status from which the exit code is 4.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// A warning or a failure.
    Warn,
    /// A failure.
    Fail,
    /// Nothing: the audit informs.
    #[default]
    Never,
}

/// The audit in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Every question that arises was answered, and well.
    Pass,
    /// Nothing was found, but some questions could not be answered.
    Unknown,
    /// Something deserves a look before a score is quoted.
    Warn,
    /// A score does not mean what it seems to.
    Fail,
}

impl Grade {
    /// The word in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// The findings in one word, and which of them matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The worst finding's.
    pub status: Grade,
    /// Checks that failed.
    pub fail: Vec<String>,
    /// Checks that warn.
    pub warn: Vec<String>,
    /// Checks without an answer.
    pub unknown: Vec<String>,
}

impl Verdict {
    /// The verdict on `findings`; checks that do not apply count for nothing.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let with = |keep: fn(&Status) -> bool| -> Vec<String> {
            findings.iter().filter(|f| keep(&f.status)).map(|f| f.check.clone()).collect()
        };
        let fail = with(|s| *s == Status::Fail);
        let warn = with(|s| *s == Status::Warn);
        let unknown = with(|s| matches!(s, Status::Unknown(_)));
        let status = if !fail.is_empty() {
            Grade::Fail
        } else if !warn.is_empty() {
            Grade::Warn
        } else if !unknown.is_empty() {
            Grade::Unknown
        } else {
            Grade::Pass
        };
        Self { status, fail, warn, unknown }
    }
}

/// Whether the audit lets the run pass.
///
/// # Errors
///
/// [`Error::Gate`], naming the checks, where a finding is as bad as `fail_on` or worse.
pub fn gate(audit: &Audit, fail_on: FailOn) -> Result<(), Error> {
    let Verdict { fail, warn, .. } = &audit.verdict;
    let unmet: Vec<&str> = match fail_on {
        FailOn::Never => Vec::new(),
        FailOn::Fail => fail.iter().map(String::as_str).collect(),
        FailOn::Warn => fail.iter().chain(warn).map(String::as_str).collect(),
    };
    if unmet.is_empty() { Ok(()) } else { Err(Error::Gate(unmet.join(", "))) }
}

/// The audit with the verdict on those findings only that are worse than in an earlier audit.
#[must_use]
pub fn regressions(audit: &Audit, earlier: &Audit) -> Audit {
    let rank = |status: &Status| match status {
        Status::Fail => 2,
        Status::Warn => 1,
        _ => 0,
    };
    let before = |check: &str| {
        let found = earlier.findings.iter().filter(|f| f.check == check);
        found.map(|f| rank(&f.status)).max().unwrap_or(0)
    };
    let worse: Vec<Finding> =
        audit.findings.iter().filter(|f| rank(&f.status) > before(&f.check)).cloned().collect();
    Audit { verdict: Verdict::of(&worse), ..audit.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::gate::{not_applicable, open, unknown};
    use super::*;

    fn audit(findings: Vec<Finding>) -> Audit {
        Audit::new("x", Vec::new(), 1, findings)
    }

    #[test]
    fn the_worst_finding_decides() {
        let pass = || open("leakage.exact", "?");
        let warn = || Finding { status: Status::Warn, ..open("leakage.near", "?") };
        let fail = || Finding { status: Status::Fail, ..open("leakage.related", "?") };
        let unknown = || unknown("leakage.look-up", "?", "few", "more");
        let silent = || not_applicable("leakage.interval", "?", "none");
        assert_eq!(audit(vec![pass(), silent()]).verdict.status, Grade::Pass);
        assert_eq!(audit(vec![pass(), unknown()]).verdict.status, Grade::Unknown);
        assert_eq!(audit(vec![unknown(), warn()]).verdict.status, Grade::Warn);
        let all = audit(vec![pass(), warn(), fail(), unknown(), silent()]);
        assert_eq!(all.verdict.status, Grade::Fail);
        assert_eq!(all.verdict.warn, ["leakage.near"]);
        assert_eq!(all.verdict.unknown, ["leakage.look-up"]);

        assert!(gate(&all, FailOn::Never).is_ok());
        assert_eq!(gate(&all, FailOn::Fail).unwrap_err().exit_code(), 4);
        let error = gate(&all, FailOn::Warn).unwrap_err();
        assert_eq!(error.to_string(), "the audit's gate is not met: leakage.related, leakage.near");
        assert!(gate(&audit(vec![warn()]), FailOn::Fail).is_ok());
        assert!(gate(&audit(vec![unknown()]), FailOn::Warn).is_ok());
    }

    #[test]
    fn only_what_got_worse_counts_against_a_baseline() {
        let of = |status: Status| Finding { status, ..open("leakage.near", "?") };
        let fresh = || Finding { status: Status::Warn, ..open("leakage.exact", "?") };
        let earlier = audit(vec![of(Status::Warn)]);
        let same = regressions(&audit(vec![of(Status::Warn)]), &earlier);
        assert!(gate(&same, FailOn::Warn).is_ok());
        let worse = regressions(&audit(vec![of(Status::Fail), fresh()]), &earlier);
        assert_eq!(worse.verdict.fail, ["leakage.near"]);
        assert_eq!(worse.verdict.warn, ["leakage.exact"]);
        assert!(gate(&worse, FailOn::Fail).is_err());
        let better = regressions(&audit(vec![of(Status::Pass)]), &earlier);
        assert_eq!(better.verdict.status, Grade::Pass);
    }

    #[test]
    fn the_file_is_read_back_as_written() {
        let audit =
            audit(vec![unknown("leakage.look-up", "?", "few", "more"), open("leakage.exact", "?")]);
        let json = serde_json::to_string(&audit).unwrap();
        assert!(json.contains(r#""status":{"unknown":"few"}"#), "{json}");
        assert_eq!(serde_json::from_str::<Audit>(&json).unwrap(), audit);
    }
}
