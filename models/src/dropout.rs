//! Dropout masks that depend on (seed, step, layer, record) only, so that a run can be repeated to
//! the bit on any number of threads.

use crate::random::mix;

/// Where in a training run a batch is: decides its dropout masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropoutKey {
    /// Seed of the run.
    pub seed: u64,
    /// Optimizer steps taken before this batch.
    pub step: u64,
}

/// Writes the mask of one record: 0 for a share of `rate` elements, 1 / (1 - `rate`) for the others.
///
/// `layer` numbers the dropout layers of a network depth-first from 0; `record` is the index in the
/// whole batch; `mask` holds the first elements of the record, (L, C) row by row. The rate is rounded
/// to a multiple of 2⁻¹⁶.
pub fn dropout_mask(key: DropoutKey, layer: usize, record: usize, rate: f32, mask: &mut [f32]) {
    let threshold = (f64::from(rate) * 65_536.0).round() as u16;
    let kept = (1.0 / (1.0 - f64::from(threshold) / 65_536.0)) as f32;
    let start = [key.step, layer as u64, record as u64]
        .iter()
        .fold(mix(key.seed.wrapping_add(1)), |state, &part| mix(state ^ mix(part.wrapping_add(1))));
    for (index, four) in mask.chunks_mut(4).enumerate() {
        let mut bits = mix(start.wrapping_add(index as u64));
        for value in four {
            *value = if (bits as u16) < threshold { 0.0 } else { kept };
            bits >>= 16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: DropoutKey = DropoutKey { seed: 1, step: 2 };

    #[test]
    fn the_share_and_the_mean_are_right() {
        let mut mask = vec![0.0; 40_000];
        dropout_mask(KEY, 0, 0, 0.2, &mut mask);
        let zeros = mask.iter().filter(|&&value| value == 0.0).count();
        // Five standard deviations of a binomial(40 000, 0.2).
        assert!((zeros as f64 - 8000.0).abs() < 400.0, "{zeros}");
        assert!(mask.iter().all(|&value| value == 0.0 || (value - 1.25).abs() < 1e-4));
    }

    #[test]
    fn masks_differ_by_step_layer_and_record_and_not_by_length() {
        let draw = |key, layer, record, length| {
            let mut mask = vec![0.0; length];
            dropout_mask(key, layer, record, 0.5, &mut mask);
            mask
        };
        let first = draw(KEY, 0, 0, 64);
        assert_ne!(first, draw(DropoutKey { step: 3, ..KEY }, 0, 0, 64));
        assert_ne!(first, draw(KEY, 1, 0, 64));
        assert_ne!(first, draw(KEY, 0, 1, 64));
        assert_eq!(first[..37], draw(KEY, 0, 0, 37));
    }
}
