//! Stages and their shards, by the names that a user gives them.

use std::fmt;
use std::str::FromStr;

/// A stage of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Stage {
    /// Files become a data set.
    Read,
    /// Records are held out, with a certificate.
    Split,
    /// Tensors are written to files; only where asked for.
    Encode,
    /// Models are fitted.
    Train,
    /// Models, floors and baselines are scored.
    Evaluate,
    /// Tables of predictions are written.
    Predict,
    /// Everything found is put together.
    Audit,
    /// The page is written.
    Report,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Split,
        Self::Encode,
        Self::Train,
        Self::Evaluate,
        Self::Predict,
        Self::Audit,
        Self::Report,
    ];

    /// The word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Split => "split",
            Self::Encode => "encode",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Predict => "predict",
            Self::Audit => "audit",
            Self::Report => "report",
        }
    }

    /// Number that goes up whenever the stage's output changes for the same input.
    pub(super) const fn version(self) -> u32 {
        match self {
            Self::Encode => 1,
            Self::Read => 2,
            Self::Split | Self::Predict => 3,
            Self::Audit | Self::Report | Self::Train => 4,
            Self::Evaluate => 6,
        }
    }
}

/// One step of a run: a stage, or one shard of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Task {
    stage: Stage,
    /// Model, fold and seed, or model and file, or nothing.
    shard: Vec<String>,
}

impl Task {
    /// A step without shards.
    #[must_use]
    pub fn whole(stage: Stage) -> Self {
        Self { stage, shard: Vec::new() }
    }

    /// One shard of a stage.
    #[must_use]
    pub(super) fn shard(stage: Stage, shard: &[&str]) -> Self {
        Self { stage, shard: shard.iter().map(ToString::to_string).collect() }
    }

    /// Training of one model on one fold from one seed.
    #[must_use]
    pub fn train(model: &str, fold: usize, seed: usize) -> Self {
        Self::shard(Stage::Train, &[model, &format!("fold-{fold}"), &format!("seed-{seed}")])
    }

    /// The stage that it belongs to.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// A part of the shard's name.
    #[must_use]
    pub fn part(&self, at: usize) -> &str {
        self.shard.get(at).map_or("", String::as_str)
    }

    /// The number in a part such as `fold-3`.
    #[must_use]
    pub fn number(&self, at: usize) -> usize {
        self.part(at).rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stage.name())?;
        if !self.shard.is_empty() {
            write!(f, ":{}", self.shard.join("/"))?;
        }
        Ok(())
    }
}

/// What `--only` names: a stage, or the shards whose names start so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Task);

impl Target {
    /// Whether a task is meant.
    #[must_use]
    pub fn covers(&self, task: &Task) -> bool {
        self.0.stage == task.stage && task.shard.starts_with(&self.0.shard)
    }

    /// The stage that is named.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.0.stage
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (stage, shard) = text.split_once(':').unwrap_or((text, ""));
        let names = Stage::ALL.map(Stage::name);
        let stage = Stage::ALL.into_iter().find(|s| s.name() == stage).ok_or_else(|| {
            let close = cistron_data::spelling::closest(stage, &names);
            let close = close.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            format!("unknown stage `{stage}`: one of {}{close}", names.join(", "))
        })?;
        let shard: Vec<&str> = shard.split('/').filter(|part| !part.is_empty()).collect();
        Ok(Self(Task::shard(stage, &shard)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_covers_its_shards() {
        let target: Target = "train:conv/fold-0".parse().unwrap();
        assert!(target.covers(&Task::train("conv", 0, 1)));
        assert!(!target.covers(&Task::train("conv", 1, 0)));
        assert!(!target.covers(&Task::whole(Stage::Split)));
        assert_eq!(Task::train("conv", 12, 3).number(1), 12);
        let message = "trian".parse::<Target>().unwrap_err();
        assert!(message.contains("did you mean `train`?"), "{message}");
    }
}
