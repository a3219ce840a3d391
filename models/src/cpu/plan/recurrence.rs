//! A recurrence in both directions as a step of a plan.

use super::{Trained, padded};
use crate::layer::Cell;

/// The recurrent part of a recurrence; a map before it has made each gate's share of the input.
#[derive(Clone, Debug)]
pub(in crate::cpu) struct Recurrence {
    /// The cell.
    pub(in crate::cpu) cell: Cell,
    /// Channels of the state of a direction, H.
    pub(in crate::cpu) units: usize,
    /// The weight (2, H, G H).
    pub(in crate::cpu) weight: Trained,
    /// The bias within the reset (2 H), where the cell has one.
    pub(in crate::cpu) bias: Option<Trained>,
    /// Where the packed bias, the weight for the way forward and that for the way back begin.
    pub(in crate::cpu) packed: [usize; 3],
}

impl Recurrence {
    /// Channels of all gates of a direction, G H.
    pub(in crate::cpu) fn gates(&self) -> usize {
        self.cell.gates() * self.units
    }

    /// Floats of a row of gates.
    pub(in crate::cpu) fn row(&self) -> usize {
        padded(self.gates())
    }

    /// Floats kept of one position of one direction: its gates, and one more number a unit.
    pub(in crate::cpu) fn kept(&self) -> usize {
        self.row() + padded(self.units)
    }

    /// Floats of the packed bias, the weight for the way forward and that for the way back, of one
    /// direction.
    pub(in crate::cpu) fn packed_sizes(&self) -> [usize; 3] {
        [self.row(), self.units * self.row(), self.gates() * padded(self.units)]
    }

    /// The packed bias, the weight for the way forward or that for the way back of a direction.
    pub(in crate::cpu) fn part<'a>(
        &self,
        packed: &'a [f32],
        part: usize,
        direction: usize,
    ) -> &'a [f32] {
        let size = self.packed_sizes()[part];
        &packed[self.packed[part] + direction * size..][..size]
    }
}
