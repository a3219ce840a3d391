//! Values from step to step.

use std::mem::take;

use super::super::aligned::Aligned;
use super::super::plan::{Kind, Step, WHOLE};
use super::super::workspace::Workspace;
use super::super::{
    attention, convolution, elementwise, layer_norm, pool, record, recurrent, rotary,
};
use super::{Pass, window};
use crate::dropout::dropout_mask;
use crate::input::Input;

impl Pass<'_> {
    /// Takes record `record` of an input through all steps; `number` is its index in the batch.
    pub(in crate::cpu) fn forward(
        &self,
        input: &Input<'_>,
        record: usize,
        number: usize,
        space: &mut Workspace,
    ) {
        record::read(self.plan, input, record, space);
        for step in &self.plan.steps {
            let valid = space.rows[step.input];
            match &step.kind {
                Kind::Map(map) => {
                    convolution::forward(self, step, map, space);
                    continue;
                }
                Kind::MaxPool { width: WHOLE }
                | Kind::AveragePool { width: WHOLE }
                | Kind::Flatten => {
                    space.rows[step.output] = 1;
                }
                Kind::MaxPool { width } | Kind::AveragePool { width } => {
                    space.rows[step.output] = valid.div_ceil(*width);
                }
                _ => space.rows[step.output] = valid,
            }
            if let Kind::Fork = step.kind {
                continue;
            }
            let target = self.plan.slots[step.output].values;
            let mut out = take(&mut space.values[target]);
            let buffer = self.plan.values_of(step.output);
            let rows = &mut out[buffer.at(0)..buffer.at(space.rows[step.output])];
            if let Kind::Embedding(weight) = step.kind {
                let channels = self.plan.slots[step.output].channels;
                let vectors = &self.weights[weight.at..];
                record::embed(input, record, vectors, (channels, buffer.width), rows);
            } else {
                self.step(step, number, space, rows);
            }
            space.values[target] = out;
        }
    }

    fn step(&self, step: &Step, number: usize, space: &mut Workspace, out: &mut [f32]) {
        let (plan, path) = (self.plan, self.path);
        let valid = space.rows[step.input];
        let (from, buffer) = (plan.slots[step.input], plan.values_of(step.input));
        let (channels, width) = (from.channels, buffer.width);
        let Workspace { values: all, own, attention: scratch, recurrent: states, .. } = space;
        let values = &all[from.values][buffer.at(0)..buffer.at(valid)];
        match step.kind {
            Kind::Position(weight) => {
                let vectors = &self.weights[weight.at..];
                elementwise::add_vectors(path, values, vectors, channels, width, out);
            }
            Kind::Relu => elementwise::relu(path, values, out),
            Kind::Gelu => elementwise::gelu(path, values, out),
            Kind::MaxPool { width: rows } => {
                out.fill(0.0);
                let windows = values.chunks(window(rows, valid) * width);
                let winners = own[step.own].chunks_exact_mut(width);
                for ((rows, out), winners) in windows.zip(out.chunks_exact_mut(width)).zip(winners)
                {
                    pool::greatest(path, rows, 0, out, winners);
                }
            }
            Kind::AveragePool { width: rows } => {
                out.fill(0.0);
                elementwise::average(path, values, window(rows, valid), width, out);
            }
            Kind::LayerNorm { packed, .. } => {
                let weight = &self.packed[packed..][..width];
                let bias = &self.packed[packed + width..][..width];
                let rows = layer_norm::Rows { channels, width };
                let kept: &mut Aligned = &mut own[step.own];
                layer_norm::forward(path, values, weight, bias, rows, kept, out);
            }
            Kind::Rotary(ref angles) => {
                out.copy_from_slice(values);
                rotary::turn(path, angles, 1.0, width, out);
            }
            Kind::Attention { heads } => {
                let head = self.head(step, heads, valid);
                let kept = &mut own[step.own][..];
                attention::forward(path, &head, values, scratch, kept, out);
            }
            Kind::Recurrent(ref recurrence) => {
                let (packed, rows) = (self.packed, self.rows(step, valid));
                let kept = &mut own[step.own][..];
                recurrent::forward(path, recurrence, packed, rows, values, states, kept, out);
            }
            Kind::Join { skip } => {
                let skipped = &all[plan.slots[skip].values][plan.values_of(skip).at(0)..];
                elementwise::sum(path, values, skipped, out);
            }
            Kind::Dropout { rate, number: layer } => match self.dropout {
                Some(key) => {
                    let mask = &mut own[step.own][..valid * channels];
                    dropout_mask(key, layer, number, rate, mask);
                    elementwise::multiply(path, values, mask, channels, width, out);
                }
                None => out.copy_from_slice(values),
            },
            Kind::Flatten => {
                out.fill(0.0);
                let rows = values.chunks_exact(width);
                for (out, row) in out.chunks_exact_mut(channels).zip(rows) {
                    out.copy_from_slice(&row[..channels]);
                }
            }
            // These were taken care of above.
            Kind::Map(_) | Kind::Fork | Kind::Embedding(_) => {}
        }
    }
}
