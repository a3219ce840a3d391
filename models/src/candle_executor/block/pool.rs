//! Max-pool with the position of each winner, after a rectifier or not.

use crate::wide::wide;

/// Marks an output that no position won: the rectifier cut it off, or it is not valid.
pub(in crate::candle_executor) const NONE: u32 = u32::MAX;

/// Channels that compete side by side.
const LANES: usize = 16;

/// Pools `values` (v, C) over windows of `width` positions, with max(x, 0) before it if `relu`.
///
/// Writes the first ⌈v / `width`⌉ rows of `out` and `winners`.
pub(in crate::candle_executor) fn forward(
    values: &[f32],
    channels: usize,
    width: usize,
    relu: bool,
    out: &mut [f32],
    winners: &mut [u32],
) {
    let initial = if relu { 0.0 } else { f32::NEG_INFINITY };
    let rows = out.chunks_exact_mut(channels).zip(winners.chunks_exact_mut(channels));
    let windows = values.chunks(width.saturating_mul(channels));
    wide(|| {
        for (index, (window, (out, winners))) in windows.zip(rows).enumerate() {
            let first = (index * width) as u32;
            let whole = channels - channels % LANES;
            let starts = (0..whole).step_by(LANES).map(|start| start..start + LANES);
            for lanes in starts {
                let (out, winners) = (&mut out[lanes.clone()], &mut winners[lanes.clone()]);
                compete::<LANES>(&window[lanes.start..], channels, first, initial, out, winners);
            }
            for lane in whole..channels {
                let (out, winners) = (&mut out[lane..=lane], &mut winners[lane..=lane]);
                compete::<1>(&window[lane..], channels, first, initial, out, winners);
            }
        }
    });
}

/// Finds the first of the greatest of rows `stride` values apart, in `N` adjacent channels.
#[inline(always)]
#[allow(clippy::inline_always)]
fn compete<const N: usize>(
    rows: &[f32],
    stride: usize,
    first: u32,
    initial: f32,
    out: &mut [f32],
    winners: &mut [u32],
) {
    let (mut best, mut winner) = ([initial; N], [NONE; N]);
    for (position, row) in (first..=u32::MAX).zip(rows.chunks(stride)) {
        for ((best, winner), &value) in best.iter_mut().zip(&mut winner).zip(&row[..N]) {
            let wins = value > *best;
            *best = if wins { value } else { *best };
            *winner = if wins { position } else { *winner };
        }
    }
    out.copy_from_slice(&best);
    winners.copy_from_slice(&winner);
}

/// Sends each output's gradient to the position that won; `values` (v, C) must be zero before.
pub(in crate::candle_executor) fn backward(
    gradient: &[f32],
    winners: &[u32],
    channels: usize,
    values: &mut [f32],
) {
    let rows = gradient.chunks_exact(channels).zip(winners.chunks_exact(channels));
    for (gradient, winners) in rows {
        for (channel, (&slope, &winner)) in gradient.iter().zip(winners).enumerate() {
            if winner != NONE {
                values[winner as usize * channels + channel] = slope;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_greatest_wins_and_the_last_window_may_be_short() {
        let values = [1.0, -1.0, 3.0, -2.0, 3.0, -3.0, -4.0, -5.0]; // (4, 2)
        let (mut out, mut winners) = ([9.0; 6], [9; 6]);
        forward(&values, 2, 3, false, &mut out, &mut winners);
        assert_eq!(out, [3.0, -1.0, -4.0, -5.0, 9.0, 9.0]);
        assert_eq!(winners, [1, 0, 3, 3, 9, 9]);
        forward(&values, 2, 3, true, &mut out, &mut winners);
        assert_eq!(out, [3.0, 0.0, 0.0, 0.0, 9.0, 9.0]);
        assert_eq!(winners[..4], [1, NONE, NONE, NONE]);
        let mut back = [0.0; 8];
        backward(&[5.0, 6.0, 7.0, 8.0], &winners[..4], 2, &mut back);
        assert_eq!(back, [0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
