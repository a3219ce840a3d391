//! Slopes from step to step, last to first.

use std::mem::take;

use super::super::plan::{Kind, Step, padded};
use super::super::pool::{self, Behind};
use super::super::workspace::Workspace;
use super::super::{attention, convolution, elementwise, layer_norm, record, recurrent, rotary};
use super::{Pass, window};
use crate::input::Input;

impl Pass<'_> {
    /// Adds the slopes of all weights to `sums`, from those of the logits in the workspace.
    pub(in crate::cpu) fn backward(
        &self,
        input: &Input<'_>,
        record: usize,
        space: &mut Workspace,
        sums: &mut [f32],
    ) {
        let slot = self.plan.slots[self.plan.output];
        let at = self.plan.slopes_of(self.plan.output).at(0);
        space.slopes[slot.slopes][at..][..slot.channels].copy_from_slice(&space.logits);
        for step in self.plan.steps.iter().rev() {
            match &step.kind {
                Kind::Map(map) => convolution::backward(self, step, map, space, sums),
                Kind::Embedding(weight) => {
                    let (slot, buffer) =
                        (self.plan.slots[step.output], self.plan.slopes_of(step.output));
                    let slopes = &space.slopes[slot.slopes][buffer.at(0)..];
                    record::embed_back(
                        input,
                        record,
                        slopes,
                        buffer.width,
                        &mut sums[weight.sums..],
                    );
                }
                Kind::Position(weight) => {
                    let (slot, buffer) =
                        (self.plan.slots[step.output], self.plan.slopes_of(step.output));
                    let len = space.rows[step.output] * padded(slot.channels);
                    let slopes = &space.slopes[slot.slopes][buffer.at(0)..][..len];
                    elementwise::add(self.path, slopes, &mut sums[weight.sums..][..len]);
                }
                Kind::LayerNorm { .. } => self.between(step, space, sums),
                _ if step.back => self.between(step, space, sums),
                _ => {}
            }
        }
    }

    /// A step between two buffers of slopes, which are the same one for a step that takes each value
    /// by itself.
    fn between(&self, step: &Step, space: &mut Workspace, sums: &mut [f32]) {
        let (plan, path) = (self.plan, self.path);
        let (from, to) = (plan.slots[step.input], plan.slots[step.output]);
        let (valid, outputs) = (space.rows[step.input], space.rows[step.output]);
        let (buffer, target) = (plan.slopes_of(step.input), plan.slopes_of(step.output));
        let mut back = take(&mut space.slopes[from.slopes]);
        let inputs = plan.values_of(step.input);
        let values = &space.values[from.values][inputs.at(0)..inputs.at(valid)];
        let range = target.at(0)..target.at(outputs);
        {
            let back = &mut back[buffer.at(0)..buffer.at(valid)];
            let (channels, width) = (from.channels, buffer.width);
            // Of a step with one buffer for both, the slopes are those in `back`.
            let slopes = space.slopes[to.slopes].get(range).unwrap_or(&[]);
            match step.kind {
                Kind::Relu => elementwise::relu_back(path, values, back),
                Kind::Gelu => elementwise::gelu_back(path, values, back),
                Kind::Dropout { .. } if self.dropout.is_some() => {
                    let mask = &space.own[step.own][..valid * channels];
                    elementwise::multiply_back(path, mask, channels, width, back);
                }
                Kind::MaxPool { width: rows } => {
                    let windows = back.chunks_mut(window(rows, valid) * width);
                    let winners = space.own[step.own].chunks_exact(width);
                    let behind = slopes.chunks_exact(width).zip(winners);
                    for (rows, (slopes, winners)) in windows.zip(behind) {
                        // Without a rectifier every result passes: any row stands for them.
                        let behind = Behind { slopes, results: winners, winners };
                        pool::spread(path, &behind, f32::NEG_INFINITY, rows);
                    }
                }
                Kind::AveragePool { width: rows } => {
                    elementwise::average_back(path, slopes, window(rows, valid), width, back);
                }
                Kind::LayerNorm { weight, bias, packed } => {
                    let rows = layer_norm::Rows { channels, width };
                    let scale = &self.packed[packed..][..width];
                    // The sums of the bias lie behind those of the weight.
                    let (left, right) = sums.split_at_mut(bias.sums);
                    let weight = &mut left[weight.sums..];
                    let kept = &mut space.own[step.own];
                    let back = step.back.then_some(back);
                    layer_norm::backward(path, slopes, scale, rows, kept, weight, right, back);
                }
                Kind::Rotary(ref angles) => rotary::turn(path, angles, -1.0, width, back),
                Kind::Attention { heads } => {
                    let head = self.head(step, heads, valid);
                    let (scratch, kept) = (&mut space.attention, &mut space.own[step.own][..]);
                    attention::backward(path, &head, values, slopes, scratch, kept, back);
                }
                Kind::Recurrent(ref recurrence) => {
                    let (packed, rows) = (self.packed, self.rows(step, valid));
                    let outputs = plan.values_of(step.output);
                    let states = &space.values[to.values][outputs.at(0)..outputs.at(valid)];
                    let (scratch, kept) = (&mut space.recurrent, &mut space.own[step.own][..]);
                    let pair = (states, slopes);
                    recurrent::backward(
                        path, recurrence, packed, rows, pair, scratch, kept, sums, back,
                    );
                }
                // The branch gets the slopes of the sum, which stay those of what was skipped.
                Kind::Join { .. } => back.copy_from_slice(slopes),
                Kind::Flatten => {
                    for (back, row) in
                        back.chunks_exact_mut(width).zip(slopes.chunks_exact(channels))
                    {
                        back[..channels].copy_from_slice(row);
                    }
                }
                // A fork is between its input and itself; `backward` took the others.
                Kind::Fork => elementwise::add(path, slopes, back),
                _ => {}
            }
        }
        space.slopes[from.slopes] = back;
    }
}
