//! `manifest.json`: what a run was made of, written last as its commit mark.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::workflow::Workflow;

/// Version of this file format.
pub const SCHEMA: u32 = 1;

/// Content of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Version of Cistron.
    pub version: String,
    /// Name of the run.
    pub name: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Device that models ran on.
    pub device: String,
    /// The command line.
    pub command: Vec<String>,
    /// Input files.
    pub inputs: Vec<InputFile>,
    /// Stages in the order of the flow.
    pub stages: Vec<Stage>,
    /// Other programs that computed a part of the evaluation: name and version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub programs: BTreeMap<String, String>,
    /// The workflow with every default filled in.
    pub workflow: Workflow,
}

/// An input file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// What it was read for.
    pub role: String,
    /// Path as the workflow names it.
    pub path: String,
    /// BLAKE3 hash of its bytes, hexadecimal.
    pub blake3: String,
    /// Size in bytes.
    pub size: u64,
}

/// What one stage took when it last ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Stage {
    /// Name of the stage, or of the shard.
    pub stage: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Peak memory of the process when it ended, in bytes.
    pub peak_memory: u64,
    /// Whether this run found it done.
    pub cached: bool,
}
