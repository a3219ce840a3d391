//! One record forward and backward through a plan.

mod backward;
mod forward;

use super::attention::Head;
use super::path::Path;
use super::plan::{Plan, Step};
use super::recurrent::Rows;
use super::workspace::Workspace;
use crate::dropout::DropoutKey;

/// What all records of a batch share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass<'a> {
    pub(super) path: Path,
    pub(super) plan: &'a Plan,
    pub(super) weights: &'a [f32],
    pub(super) packed: &'a [f32],
    pub(super) dropout: Option<DropoutKey>,
}

impl Pass<'_> {
    /// The logits of the record that was taken forward last, (K).
    pub(super) fn logits<'a>(&self, space: &'a Workspace) -> &'a [f32] {
        let slot = self.plan.slots[self.plan.output];
        let at = self.plan.values_of(self.plan.output).at(0);
        &space.values[slot.values][at..][..slot.channels]
    }

    fn rows(&self, step: &Step, valid: usize) -> Rows {
        let (gates, states) =
            (self.plan.values_of(step.input).width, self.plan.values_of(step.output).width);
        Rows { valid, gates, states }
    }

    fn head(&self, step: &Step, heads: usize, valid: usize) -> Head {
        let channels = self.plan.slots[step.output].channels;
        Head {
            valid,
            channels,
            width: channels / heads,
            triple_row: self.plan.values_of(step.input).width,
            row: self.plan.values_of(step.output).width,
        }
    }
}

/// Rows of a window over `valid` rows.
fn window(width: usize, valid: usize) -> usize {
    width.min(valid.max(1))
}
