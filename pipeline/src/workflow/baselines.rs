//! The key `baselines`: simple models beside those of the workflow that are computed where asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Baselines that take minutes or another program; the others are in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Baselines {
    /// Profile search among proteins with HMMER, which has to be installed; where it is not, the
    /// report says so.
    pub hmmer: bool,
}
