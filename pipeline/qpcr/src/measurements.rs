//! The tidy table of all files.

use std::collections::BTreeSet;

use super::read::Decision;
use super::{Cq, Reaction};

/// All reactions of one or several files, with how each file was read.
#[derive(Debug, Clone, Default)]
pub struct Measurements {
    /// A row a reaction.
    pub reactions: Vec<Reaction>,
    /// How each file was read.
    pub decisions: Vec<Decision>,
    /// Targets that the files themselves call endogenous controls.
    pub references: BTreeSet<String>,
}

/// What a table holds, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Reactions.
    pub reactions: usize,
    /// Different wells (of run and plate).
    pub wells: usize,
    /// Different targets.
    pub targets: usize,
    /// Different samples.
    pub samples: usize,
    /// Plates.
    pub plates: usize,
    /// Reactions with a curve.
    pub curves: usize,
    /// Fewest cycles of a curve.
    pub fewest_cycles: usize,
    /// Most cycles of a curve.
    pub most_cycles: usize,
    /// Reactions with a quantification cycle.
    pub measured: usize,
    /// Reactions that the instrument found not to amplify.
    pub undetermined: usize,
}

impl Measurements {
    /// Adds another file's reactions.
    pub fn extend(&mut self, other: Self) {
        self.reactions.extend(other.reactions);
        self.decisions.extend(other.decisions);
        self.references.extend(other.references);
    }

    /// What the table holds, in numbers.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let all = &self.reactions;
        let named = |name: fn(&Reaction) -> &str| {
            let names = all.iter().map(name).filter(|name| !name.is_empty());
            names.collect::<BTreeSet<_>>().len()
        };
        let cycles = || all.iter().filter_map(|r| r.curve.as_ref()).map(|c| c.cycles.len());
        let wells = all.iter().filter(|r| !r.well.is_empty());
        Counts {
            reactions: all.len(),
            wells: wells.map(|r| (&r.run, &r.plate, &r.well)).collect::<BTreeSet<_>>().len(),
            targets: named(|r| &r.target),
            samples: named(|r| &r.sample),
            plates: all.iter().map(|r| (&r.run, &r.plate)).collect::<BTreeSet<_>>().len(),
            curves: cycles().count(),
            fewest_cycles: cycles().min().unwrap_or(0),
            most_cycles: cycles().max().unwrap_or(0),
            measured: all.iter().filter(|r| r.cq.value().is_some()).count(),
            undetermined: all.iter().filter(|r| r.cq == Cq::Undetermined).count(),
        }
    }
}
