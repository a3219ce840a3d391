//! One record of a batch as the first step reads it.

use super::plan::{Kind, Plan, Source};
use super::workspace::Workspace;
use crate::input::{Input, InputValues};

/// Writes the values or symbols of a record to the workspace.
pub(super) fn read(plan: &Plan, input: &Input<'_>, record: usize, space: &mut Workspace) {
    let valid = input.lengths[record] as usize;
    space.rows[0] = valid;
    let positions = record * input.length..record * input.length + valid;
    match input.values {
        InputValues::Symbols { codes, .. } if plan.symbols > 0 => {
            starts(plan, &codes[positions], space);
        }
        InputValues::Symbols { codes, table, channels } => {
            let buffer = plan.values_of(0);
            let values = &mut space.values[plan.slots[0].values][buffer.at(0)..];
            for (row, &code) in values.chunks_exact_mut(buffer.width).zip(&codes[positions]) {
                row[..channels].copy_from_slice(&table[usize::from(code) * channels..][..channels]);
            }
        }
        InputValues::Dense { values: from, channels } => {
            let buffer = plan.values_of(0);
            let values = &mut space.values[plan.slots[0].values][buffer.at(0)..];
            let rows =
                from[positions.start * channels..positions.end * channels].chunks_exact(channels);
            for (to, from) in values.chunks_exact_mut(buffer.width).zip(rows) {
                to[..channels].copy_from_slice(from);
            }
        }
        // An embedding reads the ids itself.
        InputValues::Tokens { .. } => {}
    }
}

/// Where in the tables of the first step each position's row begins.
fn starts(plan: &Plan, codes: &[u8], space: &mut Workspace) {
    let Some(Kind::Map(map)) = plan.steps.first().map(|step| &step.kind) else { return };
    let width = map.width() as u32;
    let [grouped, single] = &mut space.starts;
    // Positions in front of the record and behind it have a row of zeros.
    single.fill(plan.symbols as u32 * width);
    for (start, &code) in single[map.convolution.left()..].iter_mut().zip(codes) {
        *start = u32::from(code) * width;
    }
    match map.source {
        Source::Symbols { group: 2 } => {
            let rows = plan.symbols as u32 + 1;
            let seconds = &single[map.convolution.dilation..];
            for ((out, &first), &second) in grouped.iter_mut().zip(&*single).zip(seconds) {
                *out = first * rows + second;
            }
        }
        _ => grouped.copy_from_slice(single),
    }
}

fn ids<'a>(input: &Input<'a>, record: usize) -> &'a [u32] {
    match input.values {
        InputValues::Tokens { ids, .. } => {
            &ids[record * input.length..][..input.lengths[record] as usize]
        }
        InputValues::Symbols { .. } | InputValues::Dense { .. } => &[],
    }
}

/// Writes the vector of each token, (T, C) with rows of `width` floats.
pub(super) fn embed(
    input: &Input<'_>,
    record: usize,
    weight: &[f32],
    (channels, width): (usize, usize),
    out: &mut [f32],
) {
    for (row, &id) in out.chunks_exact_mut(width).zip(ids(input, record)) {
        row[..channels].copy_from_slice(&weight[id as usize * channels..][..channels]);
    }
}

/// Adds the slopes of each token's vector to the sums of its token, all in rows of `width` floats.
pub(super) fn embed_back(
    input: &Input<'_>,
    record: usize,
    slopes: &[f32],
    width: usize,
    sums: &mut [f32],
) {
    for (row, &id) in slopes.chunks_exact(width).zip(ids(input, record)) {
        let sums = &mut sums[id as usize * width..][..width];
        sums.iter_mut().zip(row).for_each(|(sum, slope)| *sum += slope);
    }
}
