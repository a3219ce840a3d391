//! Rotary positions: queries and keys turned by angles that grow with their position.

use super::path::on_every_path;

/// The angles of all positions.
#[derive(Clone, Debug)]
pub(super) struct Rotary {
    /// Channels of queries, as many as of keys and values.
    pub(super) channels: usize,
    /// Channels of a head, W.
    pub(super) width: usize,
    /// Cosines and sines, (L, 2, W / 2).
    pub(super) turns: Vec<f32>,
}

on_every_path! {
    /// Turns queries and keys in rows of `row` floats; `sign` is 1 on the way forward and -1 back.
    pub(super) fn turn(rotary: &Rotary, sign: f32, row: usize, values: &mut [f32]) {
        let Rotary { channels, width, ref turns } = *rotary;
        for (row, turns) in values.chunks_exact_mut(row).zip(turns.chunks_exact(width)) {
            let (cosines, sines) = turns.split_at(width / 2);
            for head in row[..2 * channels].chunks_exact_mut(width) {
                let (left, right) = head.split_at_mut(width / 2);
                let angles = cosines.iter().zip(sines);
                for ((left, right), (cosine, sine)) in left.iter_mut().zip(right).zip(angles) {
                    let (a, b, sine) = (*left, *right, sign * sine);
                    *left = a * cosine - b * sine;
                    *right = a * sine + b * cosine;
                }
            }
        }
    }
}
