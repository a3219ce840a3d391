//! A finding: one question asked of the data, with its answer and the evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cistron_statistics::interval::Interval;

/// Verdict of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The value is within bounds.
    Pass,
    /// The value deserves a look before the score is quoted.
    Warn,
    /// The score does not mean what it seems to.
    Fail,
    /// It cannot be told, because of this.
    Unknown(String),
    /// The question does not arise, because of this.
    NotApplicable(String),
}

impl Status {
    /// The word in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable(_) => "not applicable",
        }
    }

    /// The verdict on a value of which more is worse; a threshold is reached at its value.
    #[must_use]
    pub fn of(value: f64, warn: Option<f64>, fail: Option<f64>) -> Self {
        if fail.is_some_and(|fail| value >= fail) {
            Self::Fail
        } else if warn.is_some_and(|warn| value >= warn) {
            Self::Warn
        } else {
            Self::Pass
        }
    }
}

/// What is held against the thresholds of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// The value, of which more is worse.
    #[default]
    Value,
    /// The lower limit of its interval: what chance alone explains is no finding.
    LowerLimit,
    /// The value, of which less is worse.
    Below,
}

impl Judged {
    fn is_value(&self) -> bool {
        *self == Self::Value
    }
}

/// A small table that a finding shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    /// What the rows are.
    pub title: String,
    /// Column heads.
    pub columns: Vec<String>,
    /// Cells, a row each, already formatted.
    pub rows: Vec<Vec<String>>,
}

/// One question asked of the data, with its answer and the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Stable identifier, such as `leakage.near`.
    pub check: String,
    /// The question in words.
    pub title: String,
    /// The verdict.
    pub status: Status,
    /// Name and unit of the value.
    pub statistic: String,
    /// The measured value.
    pub value: Option<f64>,
    /// 95 % interval of the value.
    pub interval: Option<Interval>,
    /// Number of records (or pairs, clusters: `statistic` says which) the value rests on.
    pub n: usize,
    /// Value from which the check warns.
    pub warn: Option<f64>,
    /// Value from which the check fails.
    pub fail: Option<f64>,
    /// What is held against these thresholds.
    #[serde(default, skip_serializing_if = "Judged::is_value")]
    pub judged: Judged,
    /// What was found, in a sentence.
    pub message: String,
    /// Records that show it: ids, at most a few.
    pub evidence: Vec<String>,
    /// What to do about it.
    pub remedy: String,
    /// Numbers behind the value.
    pub tables: Vec<Table>,
}

impl Finding {
    /// A finding without an answer yet: it passes until it is filled in with struct update syntax.
    pub fn open(check: impl Into<String>, title: &str) -> Self {
        Self {
            check: check.into(),
            title: title.to_string(),
            status: Status::Pass,
            statistic: String::new(),
            value: None,
            interval: None,
            n: 0,
            warn: None,
            fail: None,
            judged: Judged::default(),
            message: String::new(),
            evidence: Vec::new(),
            remedy: String::new(),
            tables: Vec::new(),
        }
    }

    /// Where a threshold stands, in words: `from 0.3`, `below 5`, `above 0`.
    pub fn limit(&self, limit: f64, number: impl Fn(f64) -> String) -> String {
        match self.judged {
            Judged::Below => format!("below {}", number(limit)),
            // The smallest number there is stands for: any at all.
            _ if limit <= f64::MIN_POSITIVE => "above 0".to_string(),
            Judged::Value | Judged::LowerLimit => format!("from {}", number(limit)),
        }
    }

    /// Whether it warns or fails.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self.status, Status::Warn | Status::Fail)
    }

    /// The verdict on `value`, of which more is worse; the remedy is kept where it is needed.
    #[must_use]
    pub fn judge(self, value: f64, warn: Option<f64>, fail: Option<f64>) -> Self {
        let status = Status::of(value, warn, fail);
        let remedy = if status == Status::Pass { String::new() } else { self.remedy };
        Self { status, value: Some(value), warn, fail, remedy, ..self }
    }

    /// The question cannot be answered, because of `why`.
    #[must_use]
    pub fn unknown(self, why: &str, remedy: &str) -> Self {
        let message = format!("cannot be told: {why}");
        Self { status: Status::Unknown(why.into()), message, remedy: remedy.into(), ..self }
    }

    /// The question does not arise, because of `why`.
    #[must_use]
    pub fn does_not_apply(self, why: &str) -> Self {
        let message = format!("not applicable: {why}");
        Self { status: Status::NotApplicable(why.into()), message, ..self }
    }
}
