//! Sets of classes that hold the true one as often as was asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CalibrationError;
use crate::metrics::{Outcomes, argmax, rows};

/// What a class needs to be in the set of a record: split conformal prediction with the score
/// 1 - `p_y` (Vovk et al. 2005, doi:10.1007/b106715; its least ambiguous sets: Sadinle et al. 2019,
/// doi:10.1080/01621459.2017.1395341).
///
/// Of records that are exchangeable with those fitted to, at least a share of `level` has its class
/// in its set, whatever the model. Records of other homology clusters are not exchangeable with
/// them: there the share has to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Conformal {
    /// Share of the records whose set is to hold their class.
    pub level: f64,
    /// The least probability of a class in the set; 0, so that every class is, where there were too
    /// few records for the level.
    pub threshold: f64,
    /// Records that the threshold was fitted to, none of which the model learnt from.
    pub records: usize,
}

impl Conformal {
    /// Finds the threshold from calibrated probabilities, (N, 1, K) row by row.
    ///
    /// It is the ⌊(N + 1)(1 - level)⌋-th smallest probability of a record's own class.
    ///
    /// # Errors
    ///
    /// Without items, where sizes disagree, a label is not below `n_classes` or a row is no
    /// probability distribution.
    pub fn fit(
        probabilities: &[f32],
        labels: &[usize],
        n_classes: usize,
        level: f64,
    ) -> Result<Self, CalibrationError> {
        if labels.is_empty() {
            return Err(CalibrationError::NoItems);
        }
        Outcomes::new(probabilities, labels, n_classes)?;
        let own = rows(probabilities, n_classes).zip(labels).map(|(row, label)| row[*label]);
        let mut own: Vec<f32> = own.collect();
        own.sort_unstable_by(f32::total_cmp);
        let n = own.len();
        // Written with the rank from above, whose product is rounded by less than 1e-9.
        let rank = ((n + 1) as f64 * level.clamp(0.0, 1.0) - 1e-9).ceil().max(0.0) as usize;
        let threshold = match (n + 1 - rank).min(n) {
            0 => 0.0,
            below => f64::from(own[below - 1]),
        };
        Ok(Self { level, threshold, records: n })
    }
}

/// The classes that need no more than `threshold`, and the most probable one in any case, so that no
/// set is empty.
#[must_use]
pub fn prediction_set(probabilities: &[f32], threshold: f64) -> Vec<usize> {
    let best = argmax(probabilities);
    let all = probabilities.iter().enumerate();
    all.filter(|(class, p)| *class == best || f64::from(**p) >= threshold)
        .map(|(class, _)| class)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Records of class 0 with these probabilities of it, of two classes.
    fn fit(own: &[f32], level: f64) -> Conformal {
        let rows: Vec<f32> = own.iter().flat_map(|p| [*p, 1.0 - p]).collect();
        Conformal::fit(&rows, &vec![0; own.len()], 2, level).unwrap()
    }

    #[test]
    fn thresholds_by_hand() {
        let own = [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5];
        let expected = |level, threshold: f32, records| Conformal {
            level,
            threshold: f64::from(threshold),
            records,
        };
        // Of 9 records: floor(10 * .2) = 2, floor(10 * .1) = 1, floor(10 * .05) = 0.
        assert_eq!(fit(&own, 0.8), expected(0.8, 0.2, 9));
        assert_eq!(fit(&own, 0.9), expected(0.9, 0.1, 9));
        assert_eq!(fit(&own, 0.95), expected(0.95, 0.0, 9));
        // Of 8 records 90 % cannot be had but with every class; of 29 the third smallest serves.
        assert_eq!(fit(&own[..8], 0.9), expected(0.9, 0.0, 8));
        let many: Vec<f32> = (1_u8..30).map(|i| f32::from(i) / 32.0).collect();
        assert_eq!(fit(&many, 0.9), expected(0.9, 3.0 / 32.0, 29));
    }

    #[test]
    fn sets_by_hand() {
        let row = [0.125, 0.5, 0.375];
        assert_eq!(prediction_set(&row, 0.375), [1, 2]);
        assert_eq!(prediction_set(&row, 0.0), [0, 1, 2]);
        assert_eq!(prediction_set(&row, 0.9), [1]);
    }

    #[test]
    fn what_cannot_be_calibrated_is_refused() {
        assert_eq!(Conformal::fit(&[], &[], 2, 0.9), Err(CalibrationError::NoItems));
        assert!(Conformal::fit(&[0.5, 0.5], &[2], 2, 0.9).is_err());
        assert!(Conformal::fit(&[0.5, f32::NAN], &[0], 2, 0.9).is_err());
        assert!(Conformal::fit(&[0.5], &[0], 2, 0.9).is_err());
    }

    /// A record of a model that is too sure: its class is drawn from flatter probabilities.
    fn record(rng: &mut ChaCha8Rng) -> ([f32; 3], usize) {
        let logits: [f32; 3] = std::array::from_fn(|_| 3.0 * rng.random::<f32>());
        let softmax = |scale: f32| {
            let powers = logits.map(|z| (scale * z).exp());
            powers.map(|power| power / powers.iter().sum::<f32>())
        };
        let (truth, mut u, mut class) = (softmax(0.5), rng.random::<f32>(), 0);
        while class < 2 && u >= truth[class] {
            u -= truth[class];
            class += 1;
        }
        (softmax(2.0), class)
    }

    #[test]
    fn new_records_are_covered_as_often_as_was_asked_for() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (mut hits, draws) = (0, 200 * 200);
        for _ in 0..200 {
            let (rows, labels): (Vec<_>, Vec<_>) = (0..99).map(|_| record(&mut rng)).unzip();
            let fitted = Conformal::fit(rows.as_flattened(), &labels, 3, 0.9).unwrap();
            let held = |_: &i32| {
                let (row, class) = record(&mut rng);
                prediction_set(&row, fitted.threshold).contains(&class)
            };
            hits += (0..200).filter(held).count();
        }
        // From .9 to .9 + 1/100, of 200 calibrations with a deviation of .03 each; what keeps sets
        // from being empty may add a little.
        let coverage = f64::from(hits as u32) / f64::from(draws);
        assert!((0.89..0.93).contains(&coverage), "{coverage}");
    }

    proptest! {
        /// By construction, not by chance.
        #[test]
        fn the_records_fitted_to_are_covered(
            own in prop::collection::vec(0.0_f32..=1.0, 1..60),
            level in 0.01_f64..0.99,
        ) {
            let fitted = fit(&own, level);
            let covered = own.iter().filter(|p| f64::from(**p) >= fitted.threshold).count();
            prop_assert!(covered as f64 >= level * own.len() as f64 - 1e-6);
        }
    }
}
