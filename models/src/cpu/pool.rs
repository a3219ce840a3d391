//! The greatest value of each window of rows, and which row it came from.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{LANES, Lanes, Portable};
use super::path::Path;

/// Compares rows with the greatest values so far, (C) each, C a multiple of sixteen.
///
/// `winners` holds the row of the window that the greatest value came from, counted in floats, which
/// are exact below 2²⁴; `first` is the number of the first of `rows`. With `first` 0 a new window
/// begins. Among equal values the first wins.
///
/// # Panics
///
/// If the buffers do not fit: a defect of the caller.
pub(super) fn greatest(
    path: Path,
    rows: &[f32],
    first: usize,
    greatest: &mut [f32],
    winners: &mut [f32],
) {
    let channels = greatest.len();
    assert!(
        channels.is_multiple_of(LANES)
            && winners.len() == channels
            && channels > 0
            && rows.len().is_multiple_of(channels),
        "buffers of a pool do not fit"
    );
    if rows.is_empty() {
        return;
    }
    // SAFETY: sizes were checked above, and `path` is one that this processor can take.
    unsafe {
        match path {
            Path::Portable => compute::<Portable>(rows, first, greatest, winners),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => avx2(rows, first, greatest, winners),
            #[cfg(target_arch = "x86_64")]
            Path::Avx512 => avx512(rows, first, greatest, winners),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2(rows: &[f32], first: usize, greatest: &mut [f32], winners: &mut [f32]) {
    // SAFETY: see `greatest`.
    unsafe { compute::<Avx2>(rows, first, greatest, winners) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(rows: &[f32], first: usize, greatest: &mut [f32], winners: &mut [f32]) {
    // SAFETY: see `greatest`.
    unsafe { compute::<Avx512>(rows, first, greatest, winners) }
}

#[inline(always)]
#[allow(clippy::inline_always)]
unsafe fn compute<L: Lanes>(rows: &[f32], first: usize, greatest: &mut [f32], winners: &mut [f32]) {
    let channels = greatest.len();
    let count = rows.len() / channels;
    for channel in (0..channels).step_by(LANES) {
        // SAFETY: see `greatest`.
        unsafe {
            let rows = rows.as_ptr().add(channel);
            let (best_at, winner_at) =
                (greatest.as_mut_ptr().add(channel), winners.as_mut_ptr().add(channel));
            let new = first == 0;
            let mut best = L::load(if new { rows } else { best_at });
            let mut winner = if new { L::splat(0.0) } else { L::load(winner_at) };
            for row in usize::from(new)..count {
                let value = L::load(rows.add(row * channels));
                winner = winner.where_greater(value, best, L::splat((first + row) as f32));
                best = best.where_greater(value, best, value);
            }
            best.store(best_at);
            winner.store(winner_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_agrees_with_the_definition() {
        for (channels, count) in [(16, 1), (48, 5), (32, 12)] {
            let rows: Vec<f32> =
                (0..channels * count).map(|i| (i * 37 % 11) as f32 - 5.0).collect();
            for path in Path::possible() {
                for split in 1..=count {
                    let (mut best, mut winners) = (vec![9.0; channels], vec![9.0; channels]);
                    let (start, rest) = rows.split_at(split * channels);
                    greatest(path, start, 0, &mut best, &mut winners);
                    greatest(path, rest, split, &mut best, &mut winners);
                    for channel in 0..channels {
                        let values: Vec<f32> =
                            (0..count).map(|row| rows[row * channels + channel]).collect();
                        let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                        let row = values.iter().position(|&value| value == most).unwrap();
                        assert_eq!((best[channel], winners[channel]), (most, row as f32));
                    }
                }
            }
        }
    }
}
