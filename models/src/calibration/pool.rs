//! Weights of models whose probabilities are averaged.

use super::CalibrationError;

/// Records that each model counts as having explained beforehand (a Dirichlet prior of 1 + 1): few
/// records leave the weights near the plain mean, and none becomes zero.
const PRIOR: f64 = 1.0;

/// Nats a record that the log-loss may lie above the least one.
const TOLERANCE: f64 = 1e-7;

/// Rounds after which the weights are taken as they are.
const ROUNDS: usize = 10_000;

/// The least probability that counts, as in [`crate::metrics::log_losses`].
const LEAST: f64 = f32::EPSILON as f64;

/// A linear opinion pool: the mean of the models' probabilities with weights of least log-loss on
/// records that no model learnt from.
///
/// The log-loss of a mixture is convex in its weights, so there is one answer, and expectation
/// maximisation (Dempster et al. 1977, doi:10.1111/j.2517-6161.1977.tb01600.x) finds it from equal
/// weights without a step size, a seed or an order of the models.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Weight of each model, at least 0, with the sum 1.
    pub weights: Vec<f64>,
    /// Mean log-loss in nats with these weights.
    pub log_loss: f64,
    /// The same with equal weights.
    pub log_loss_of_mean: f64,
    /// Records that the weights were fitted to.
    pub records: usize,
}

impl Pool {
    /// Fits the weights of M models to the probability that each of them gave to the class of each of
    /// N records, (M, N).
    ///
    /// # Errors
    ///
    /// Without models or records, where models differ in the number of records, or where a value is
    /// no number from 0 to 1.
    pub fn fit(own: &[Vec<f32>]) -> Result<Self, CalibrationError> {
        let records = own.first().map_or(0, Vec::len);
        if records == 0 {
            return Err(CalibrationError::NoItems);
        }
        for (model, row) in own.iter().enumerate() {
            if row.len() != records {
                return Err(CalibrationError::Pool { model, found: row.len(), records });
            }
            if let Some(item) = row.iter().position(|p| !(0.0..=1.0).contains(p)) {
                let value = row[item];
                return Err(CalibrationError::Probability { model, item, value });
            }
        }
        let own: Vec<Vec<f64>> =
            own.iter().map(|row| row.iter().map(|p| f64::from(*p).max(LEAST)).collect()).collect();
        let equal = vec![1.0 / own.len() as f64; own.len()];
        let log_loss_of_mean = log_loss(&own, &equal);
        let weights = maximise(&own, equal);
        Ok(Self { log_loss: log_loss(&own, &weights), weights, log_loss_of_mean, records })
    }
}

/// Probability of each record's class under the mixture, (N).
fn mixed(own: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; own[0].len()];
    for (row, weight) in own.iter().zip(weights) {
        out.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
    }
    out
}

fn log_loss(own: &[Vec<f64>], weights: &[f64]) -> f64 {
    let mixed = mixed(own, weights);
    -mixed.iter().map(|p| p.ln()).sum::<f64>() / mixed.len() as f64
}

/// Expectation maximisation of Σ ln(mixture) + PRIOR Σ ln(weight).
fn maximise(own: &[Vec<f64>], mut weights: Vec<f64>) -> Vec<f64> {
    let n = own[0].len() as f64;
    let total = n + PRIOR * own.len() as f64;
    for _ in 0..ROUNDS {
        let mixed = mixed(own, &weights);
        // What each model explains of the records, and its share of the prior.
        let explained: Vec<f64> = own
            .iter()
            .zip(&weights)
            .map(|(row, w)| w * row.iter().zip(&mixed).map(|(p, m)| p / m).sum::<f64>() + PRIOR)
            .collect();
        // The objective is concave: it lies at most max(gradient) - total below its maximum.
        let steepest = explained.iter().zip(&weights).map(|(e, w)| e / w).fold(0.0, f64::max);
        weights = explained.iter().map(|e| e / total).collect();
        if (steepest - total) / n <= TOLERANCE {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance;
        assert!(found.iter().zip(expected).all(close), "{found:?} is not {expected:?}");
    }

    #[test]
    fn equal_models_weigh_the_same_and_a_better_one_weighs_more() {
        let same = Pool::fit(&[vec![0.5, 0.25], vec![0.5, 0.25]]).unwrap();
        near(&same.weights, &[0.5, 0.5], 0.0);
        near(&[same.log_loss], &[1.5 * 2.0_f64.ln()], 1e-12);
        assert_eq!((same.log_loss, same.records), (same.log_loss_of_mean, 2));
        // By hand: the first model is right with certainty on all n records, the second never, so
        // that the prior decides: n ln(w) + ln(w) + ln(1 - w) is greatest at (n + 1) / (n + 2).
        let sure = Pool::fit(&[vec![1.0; 8], vec![0.0; 8]]).unwrap();
        near(&sure.weights, &[0.9, 0.1], 1e-4);
        assert!(sure.log_loss < sure.log_loss_of_mean);
    }

    #[test]
    fn two_models_that_know_different_records_by_hand() {
        // The first model gives (0.75, 0.25) to two kinds of records, the second (0.25, 0.75).
        let own = |first: usize, second: usize| {
            let row = |a: f32, b: f32| [vec![a; first], vec![b; second]].concat();
            Pool::fit(&[row(0.75, 0.25), row(0.25, 0.75)]).unwrap().weights
        };
        near(&own(50, 50), &[0.5, 0.5], 1e-12);
        // Of 5 and 3 of a kind, 5 ln(.25 + .5 w) + 3 ln(.75 - .5 w) is greatest where
        // 5 (.75 - .5 w) = 3 (.25 + .5 w); the prior is small beside 8 000 records.
        near(&own(5000, 3000), &[0.75, 0.25], 1e-3);
    }

    #[test]
    fn the_least_loss_of_three_models_as_another_program_finds_it() {
        // A grid over the simplex, refined twelve times around its best point, in Python:
        //     f = lambda w: sum(log(dot(w, c)) for c in zip(*own)) + sum(map(log, w))
        let own = [
            vec![0.9, 0.8, 0.1, 0.6, 0.3, 0.7, 0.2, 0.95],
            vec![0.4, 0.5, 0.7, 0.2, 0.9, 0.3, 0.6, 0.5],
            vec![0.3, 0.3, 0.3, 0.4, 0.3, 0.4, 0.3, 0.3],
        ];
        let pool = Pool::fit(&own).unwrap();
        near(&pool.weights, &[0.418_724, 0.401_608, 0.179_668], 1e-3);
        near(&[pool.log_loss], &[0.709_033], 1e-4);
    }

    #[test]
    fn what_cannot_be_weighed_is_refused() {
        assert_eq!(Pool::fit(&[]), Err(CalibrationError::NoItems));
        assert_eq!(Pool::fit(&[vec![], vec![]]), Err(CalibrationError::NoItems));
        let uneven = Pool::fit(&[vec![0.5, 0.5], vec![0.5]]);
        assert_eq!(uneven, Err(CalibrationError::Pool { model: 1, found: 1, records: 2 }));
        let error = Pool::fit(&[vec![0.5], vec![1.5]]).unwrap_err().to_string();
        assert_eq!(error, "model 1, item 0 has probability 1.5, expected 0 to 1");
        assert!(Pool::fit(&[vec![f32::NAN]]).is_err());
    }

    proptest! {
        /// The objective with its prior is never lower than at equal weights or at another point.
        #[test]
        fn no_other_weights_explain_more(
            rows in prop::collection::vec(prop::array::uniform3(0.01_f32..1.0), 1..40),
            other in prop::array::uniform3(0.01_f64..1.0),
        ) {
            let own: Vec<Vec<f32>> =
                (0..3).map(|m| rows.iter().map(|row| row[m]).collect()).collect();
            let pool = Pool::fit(&own).unwrap();
            let total: f64 = other.iter().sum();
            let other: Vec<f64> = other.iter().map(|w| w / total).collect();
            let objective = |weights: &[f64]| {
                let explained = rows.iter().map(|row| {
                    row.iter().zip(weights).map(|(p, w)| f64::from(*p) * w).sum::<f64>().ln()
                });
                explained.chain(weights.iter().map(|w| w.ln())).sum::<f64>()
            };
            prop_assert!((pool.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let slack = 1e-6 * rows.len() as f64;
            prop_assert!(objective(&pool.weights) >= objective(&other) - slack);
        }
    }
}
