//! The key `split`: how records are held out.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cistron_data::config::id_column;

/// How records are held out. At most one way; homology where none is named.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// Whole homology clusters, certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homology: Option<Homology>,
    /// Single records at random, balanced by class: scores are inflated by relatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random: Option<Random>,
    /// Whole levels of a metadata column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupSplit>,
    /// As a table says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Shares of one hold-out; train .7, validation .15, test .15 where neither is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
    /// Number of folds, instead of `parts`: each is test once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
}

/// A split at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Random {}

/// A split by homology clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Homology {
    /// Shared k-mers over the smaller set from which two records are relatives (0 to 1).
    pub containment: f64,
    /// Length of the k-mers; 15 for nucleotides and 5 for proteins where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k: Option<usize>,
}

impl Default for Homology {
    fn default() -> Self {
        Self { containment: 0.2, k: None }
    }
}

/// A split by whole levels of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSplit {
    /// A column named under `read: groups`.
    pub column: String,
}

/// A split that a table gives: `train`, `validation`, `test`, or a fold's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Table with one row a record.
    pub table: PathBuf,
    /// Column of the record's identifier.
    #[serde(default = "id_column")]
    pub id: String,
    /// Column of the part or fold.
    pub column: String,
}

/// Shares of one hold-out; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Share that weights are fitted on.
    pub train: f64,
    /// Share that chooses the epoch and calibrates.
    pub validation: f64,
    /// Share that is scored.
    pub test: f64,
}

impl Default for Parts {
    fn default() -> Self {
        Self { train: 0.7, validation: 0.15, test: 0.15 }
    }
}
