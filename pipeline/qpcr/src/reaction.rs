//! One reaction: the row of the tidy table.

use indexmap::IndexMap;

use super::{Cq, Role, Well};

/// Fluorescence by cycle; only cycles that were run are held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Cycle numbers, rising.
    pub cycles: Vec<f64>,
    /// Fluorescence at each cycle, in the instrument's units.
    pub fluorescence: Vec<f64>,
}

/// One reaction: a target in a well of a plate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reaction {
    /// Run of the instrument.
    pub run: String,
    /// Plate, the run's name where the file names no plate.
    pub plate: String,
    /// Well as written, or the name of the curve; wells of plates are written `A1`.
    pub well: String,
    /// Sample.
    pub sample: String,
    /// Target (gene, assay, detector).
    pub target: String,
    /// Dye or filter.
    pub dye: String,
    /// What the reaction is there for.
    pub role: Role,
    /// Quantity of a standard, in the file's units.
    pub quantity: Option<f64>,
    /// Quantification cycle.
    pub cq: Cq,
    /// Amplification curve.
    pub curve: Option<Curve>,
    /// Whether the file leaves the reaction out of its own results.
    pub omitted: bool,
    /// Further columns that were asked for.
    pub columns: IndexMap<String, String>,
    /// Worksheet of the file; empty where it has none.
    pub sheet: String,
    /// Line of the file, from 1; 0 where it has none.
    pub line: u64,
}

impl Reaction {
    /// The well's place, where its name is one.
    #[must_use]
    pub fn place(&self) -> Option<Well> {
        // Chips name wells by sample and assay: their borders are no edges of a plate.
        Well::parse(&self.well)
    }
}
