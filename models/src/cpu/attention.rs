//! Multi-head attention among the valid rows of one record, head by head and a block of queries at a
//! time, so that memory grows with the length and not with its square (Dao et al. 2022,
//! arXiv:2205.14135). The way back computes the shares of long records again; those of short ones are
//! kept, which is faster.

use std::mem::take;

use super::aligned::Aligned;
use super::lanes::LANES;
use super::path::{Path, on_every_path};
use super::plan::padded;
use super::product::{Left, Out, Right, Start, multiply};
use crate::candle_executor::exp;
use crate::wide::{greatest, product_sum, sum};

/// Queries of a block, at most.
const BLOCK: usize = 56;

/// The longest record whose shares are kept for the way back.
const KEPT: usize = 256;

/// Floats of the shares that are kept of a record of `length` rows.
pub(super) fn kept(length: usize, heads: usize) -> usize {
    if length <= KEPT { heads * length * padded(length) } else { 0 }
}

/// Buffers of one head.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    queries: Aligned,
    keys: Aligned,
    values: Aligned,
    /// Keys and values as panels of sixteen rows.
    key_panels: Aligned,
    value_panels: Aligned,
    shares: Aligned,
    slopes: Aligned,
    mixed: Aligned,
    /// Slopes of queries, keys and values.
    back: [Aligned; 3],
}

impl Scratch {
    /// Makes room for heads of `width` channels over `length` positions.
    pub(super) fn grow(&mut self, length: usize, width: usize, train: bool) {
        let rows = length * padded(width);
        let panels = padded(length) * padded(width);
        let block = BLOCK.min(length) * padded(length);
        let grow = |buffer: &mut Aligned, len: usize| {
            if buffer.len() < len {
                *buffer = Aligned::zeros(len);
            }
        };
        let Self { queries, keys, values, key_panels, value_panels, shares, slopes, mixed, back } =
            self;
        for buffer in [queries, values, mixed] {
            grow(buffer, rows);
        }
        grow(key_panels, panels);
        grow(shares, block);
        if train {
            grow(keys, rows);
            grow(value_panels, panels);
            grow(slopes, block);
            for buffer in back.iter_mut() {
                grow(buffer, rows);
            }
        }
    }

    /// Writes the shares of all keys in the mixtures of the queries from `first` on.
    fn share(&self, path: Path, head: &Head, (first, count): (usize, usize), shares: &mut [f32]) {
        let Head { valid, width, .. } = *head;
        let row = padded(valid);
        let shares = &mut shares[..count * row];
        let out = Out { values: shares, row, rows: count, vectors: row / LANES, relu: false };
        let left = Left::rows(&self.queries[first * padded(width)..], width, padded(width));
        multiply(path, out, &left, &Right::packed(&self.key_panels, width), Start::Zero);
        softmax(path, shares, row, valid);
    }
}

on_every_path! {
    /// Turns the first `valid` scores of each row into shares that sum to 1.
    fn softmax(scores: &mut [f32], row: usize, valid: usize) {
        for row in scores.chunks_exact_mut(row) {
            let row = &mut row[..valid];
            let greatest = greatest(row);
            for score in row.iter_mut() {
                *score = exp(*score - greatest);
            }
            let scale = 1.0 / sum(row);
            for score in row.iter_mut() {
                *score *= scale;
            }
        }
    }

    /// Turns slopes of shares into those of scores:
    /// slope of score j = share j × (slope of share j - Σ share × slope).
    fn softmax_back(shares: &[f32], row: usize, valid: usize, slopes: &mut [f32]) {
        for (slopes, shares) in slopes.chunks_exact_mut(row).zip(shares.chunks_exact(row)) {
            let (slopes, shares) = (&mut slopes[..valid], &shares[..valid]);
            let mean = product_sum(shares, slopes);
            for (slope, share) in slopes.iter_mut().zip(shares) {
                *slope = share * (*slope - mean);
            }
        }
    }
}

/// The sizes of one record's attention.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// Valid rows.
    pub(super) valid: usize,
    /// Channels of all heads.
    pub(super) channels: usize,
    /// Channels of one head.
    pub(super) width: usize,
    /// Floats from one row of queries, keys and values to the next.
    pub(super) triple_row: usize,
    /// Floats from one row of mixtures to the next.
    pub(super) row: usize,
}

impl Head {
    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    fn blocks(&self) -> impl Iterator<Item = (usize, usize)> {
        let (valid, blocks) = (self.valid, self.valid.div_ceil(BLOCK));
        (0..blocks).map(move |block| {
            let first = block * valid / blocks;
            (first, (block + 1) * valid / blocks - first)
        })
    }

    /// Copies `width` channels of each row, times `scale`, to rows of padded width.
    fn rows(&self, from: &[f32], row: usize, scale: f32, to: &mut [f32]) {
        let padded = padded(self.width);
        for (to, from) in to.chunks_exact_mut(padded).zip(from.chunks(row)).take(self.valid) {
            let (head, rest) = to.split_at_mut(self.width);
            head.iter_mut().zip(from).for_each(|(to, from)| *to = from * scale);
            rest.fill(0.0);
        }
    }

    /// Copies `width` channels of each row to panels of sixteen rows, (L / 16, C, 16).
    fn panels(&self, from: &[f32], row: usize, to: &mut [f32]) {
        let panel = self.width * LANES;
        for (number, to) in to.chunks_exact_mut(panel).take(self.valid.div_ceil(LANES)).enumerate()
        {
            for lane in 0..LANES {
                let position = number * LANES + lane;
                let slots = to[lane..].iter_mut().step_by(LANES);
                if position < self.valid {
                    slots.zip(&from[position * row..]).for_each(|(to, from)| *to = *from);
                } else {
                    slots.for_each(|to| *to = 0.0);
                }
            }
        }
    }

    /// Copies rows of padded width, times `scale`, back to where the head's channels are.
    fn put(&self, from: &[f32], scale: f32, to: &mut [f32], row: usize) {
        let padded = padded(self.width);
        for (from, to) in from.chunks_exact(padded).zip(to.chunks_mut(row)).take(self.valid) {
            let pairs = to[..self.width].iter_mut().zip(from);
            pairs.for_each(|(to, from)| *to = from * scale);
        }
    }
}

/// Mixes the values of each head; `triple` holds queries, keys and values side by side.
pub(super) fn forward(
    path: Path,
    head: &Head,
    triple: &[f32],
    scratch: &mut Scratch,
    kept: &mut [f32],
    out: &mut [f32],
) {
    let Head { valid, channels, width, triple_row, row } = *head;
    if valid == 0 {
        return;
    }
    let (padded_width, square) = (padded(width), padded(valid));
    for (number, start) in (0..channels).step_by(width).enumerate() {
        head.rows(&triple[start..], triple_row, head.scale(), &mut scratch.queries);
        head.panels(&triple[channels + start..], triple_row, &mut scratch.key_panels);
        head.rows(&triple[2 * channels + start..], triple_row, 1.0, &mut scratch.values);
        for (first, count) in head.blocks() {
            let mut own = take(&mut scratch.shares);
            let shares = if kept.is_empty() {
                &mut own[..]
            } else {
                &mut kept[(number * valid + first) * square..]
            };
            scratch.share(path, head, (first, count), shares);
            let left = Left::rows(shares, valid, square);
            let right = Right::plain(&scratch.values, padded_width);
            let values = &mut scratch.mixed[first * padded_width..];
            let vectors = padded_width / LANES;
            let out = Out { values, row: padded_width, rows: count, vectors, relu: false };
            multiply(path, out, &left, &right, Start::Zero);
            scratch.shares = own;
        }
        head.put(&scratch.mixed, 1.0, &mut out[start..], row);
    }
}

/// Writes the slopes of queries, keys and values out of those of the mixtures.
pub(super) fn backward(
    path: Path,
    head: &Head,
    triple: &[f32],
    slopes: &[f32],
    scratch: &mut Scratch,
    kept: &[f32],
    back: &mut [f32],
) {
    let Head { valid, channels, width, triple_row, row } = *head;
    if valid == 0 {
        return;
    }
    let padded_width = padded(width);
    let square = padded(valid);
    for (number, start) in (0..channels).step_by(width).enumerate() {
        let (keys, values) = (&triple[channels + start..], &triple[2 * channels + start..]);
        head.rows(&triple[start..], triple_row, head.scale(), &mut scratch.queries);
        head.rows(keys, triple_row, 1.0, &mut scratch.keys);
        if kept.is_empty() {
            head.panels(keys, triple_row, &mut scratch.key_panels);
        }
        head.panels(values, triple_row, &mut scratch.value_panels);
        head.rows(&slopes[start..], row, 1.0, &mut scratch.mixed);
        for (first, count) in head.blocks() {
            let mut own = take(&mut scratch.shares);
            let shares = if kept.is_empty() {
                scratch.share(path, head, (first, count), &mut own);
                &own[..]
            } else {
                &kept[(number * valid + first) * square..]
            };
            let rows = first * padded_width;
            let Scratch { queries, keys, value_panels, slopes, mixed, back, .. } = &mut *scratch;
            let [to_queries, to_keys, to_values] = back;
            let start = if first == 0 { Start::Zero } else { Start::Add };
            let vectors = padded_width / LANES;
            let wide = |values, rows| Out { values, row: padded_width, rows, vectors, relu: false };
            let mixed = &mixed[rows..];
            let left = Left::transposed(shares, count, square);
            let out = wide(&mut to_values[..], valid);
            multiply(path, out, &left, &Right::plain(mixed, padded_width), start);
            let vectors = square / LANES;
            let out = Out { values: slopes, row: square, rows: count, vectors, relu: false };
            let left = Left::rows(mixed, width, padded_width);
            multiply(path, out, &left, &Right::packed(value_panels, width), Start::Zero);
            softmax_back(path, shares, square, valid, &mut slopes[..count * square]);
            let out = wide(&mut to_queries[rows..], count);
            let left = Left::rows(slopes, valid, square);
            multiply(path, out, &left, &Right::plain(keys, padded_width), Start::Zero);
            let left = Left::transposed(slopes, count, square);
            let right = Right::plain(&queries[rows..], padded_width);
            multiply(path, wide(&mut to_keys[..], valid), &left, &right, start);
            scratch.shares = own;
        }
        let scales = [head.scale(), 1.0, 1.0];
        for (part, (from, scale)) in scratch.back.iter().zip(scales).enumerate() {
            head.put(from, scale, &mut back[part * channels + start..], triple_row);
        }
    }
}
