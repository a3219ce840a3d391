//! A recurrence as steps: a map to the gates, and the states.

use super::super::map::linear;
use super::super::{Kind, Recurrence, Trained, padded};
use super::Builder;
use crate::layer::Cell;

impl Builder {
    pub(super) fn recurrent(
        &mut self,
        cell: Cell,
        units: usize,
        input: usize,
        length: usize,
    ) -> usize {
        let gates = self.map(linear(2 * cell.gates() * units), input, length, false, 1);
        let output = self.slot(length, 2 * units);
        let none = Trained { at: 0, sums: 0 };
        let mut recurrence = Recurrence { cell, units, weight: none, bias: None, packed: [0; 3] };
        recurrence.weight = self.weight(2 * units * recurrence.row());
        recurrence.bias = cell.has_reset().then(|| self.weight(padded(2 * units)));
        recurrence.packed = recurrence.packed_sizes().map(|size| self.packed(2 * size));
        let own = self.own(2 * length * recurrence.kept());
        self.step(Kind::Recurrent(Box::new(recurrence)), gates, output, own, true);
        output
    }
}
