//! Where the page comes from: what was read, what was run, by what, for how long.

/// An input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Path as the workflow or the command line names it.
    pub path: String,
    /// What it was read for: `sequences`, `labels`, `predict: new-genes`.
    pub role: String,
    /// Name and value of its hash, such as `blake3:…`.
    pub hash: String,
    /// Size in bytes.
    pub size: u64,
}

/// What a stage took.
#[derive(Debug, Clone, PartialEq)]
pub struct StageCost {
    /// Name of the stage, or of the shard.
    pub stage: String,
    /// Wall time in seconds when it was last run.
    pub seconds: f64,
    /// Greatest resident memory of the process while it ran, in bytes, where it is known.
    pub peak_memory: Option<u64>,
}

/// Everything that is needed to make the page again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Provenance {
    /// The command line.
    pub command: String,
    /// Input files, in the order they were read.
    pub inputs: Vec<InputFile>,
    /// The resolved workflow as YAML; empty where there was none.
    pub workflow: String,
    /// Stages in the order they ran.
    pub stages: Vec<StageCost>,
    /// What to cite, a reference each.
    pub citations: Vec<String>,
}
