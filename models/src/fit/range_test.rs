//! The learning-rate range test: the rate rises from step to step, and the loss shows where learning
//! begins and where it breaks down (Smith 2017, doi:10.1109/WACV.2017.58, arXiv:1506.01186).

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::step::State;
use super::training::Training;
use super::{FitError, Progress};
use crate::weights::Weights;

/// The rates of the first and the last step.
const RATES: [f64; 2] = [1e-6, 10.0];

/// Steps of the sweep, at most: 14 a tenfold rate.
const STEPS: usize = 100;

/// Steps on either side that a smoothed loss is the mean of: half a tenfold rate.
const REACH: usize = 7;

/// The sweep ends where the mean of the last steps' losses is this many times its lowest value.
const DIVERGED: f64 = 4.0;

/// The passes of the sweep are numbered from here, so that their orders are those of no epoch.
const FIRST_PASS: usize = 1 << 31;

/// What a range test found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RangeTest {
    /// Its steps.
    pub steps: Vec<RangeStep>,
    /// The rate chosen, to two digits.
    pub learning_rate: f32,
}

/// One step of a range test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeStep {
    /// Number, from 1.
    pub step: usize,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Weighted mean loss of its records before its change of the weights, with dropout.
    pub loss: f64,
    /// Mean loss of this step and seven on either side; `None` near the ends.
    pub smoothed_loss: Option<f64>,
}

/// Runs the test on a copy of the first weights; `None` where the observer ended it.
///
/// Steps are those of training, with its optimizer, batches, class weights and dropout, but for the
/// rate. The same arguments give the same bits.
pub(super) fn range_test(
    training: &Training<'_>,
    class_weights: &[f32],
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Option<RangeTest>, FitError> {
    let run = training.run;
    let mut weights = Weights::initial(run.network, run.seed);
    let mut state = State::new(run, &weights, class_weights.to_vec());
    let mut losses: Vec<f64> = Vec::new();
    let (mut lowest, mut stopped, mut ended) = (f64::INFINITY, false, false);
    for pass in FIRST_PASS.. {
        training.each(pass, |indices, batch, last| {
            let rate = rate(losses.len());
            let batch = (indices, batch, last);
            let Some(taken) = state.take(training, batch, &mut weights, rate as f32)? else {
                return Ok(true);
            };
            ended = taken.runaway().is_some();
            if !ended {
                losses.push(taken.loss);
                let last = mean(&losses[losses.len().saturating_sub(REACH)..]);
                lowest = lowest.min(last);
                ended = losses.len() == STEPS || (losses.len() > REACH && last > DIVERGED * lowest);
            }
            let progress = Progress::RangeTest { step: losses.len(), steps: STEPS };
            stopped = observer(&progress).is_break();
            Ok::<_, FitError>(!(ended || stopped))
        })?;
        if stopped {
            return Ok(None);
        }
        if ended {
            break;
        }
    }
    let learning_rate = choose(&losses).ok_or(FitError::NoRate)?;
    let smoothed = |at: usize| window(&losses, at).map(mean);
    let steps = losses.iter().enumerate().map(|(at, &loss)| RangeStep {
        step: at + 1,
        learning_rate: rate(at),
        loss,
        smoothed_loss: smoothed(at),
    });
    Ok(Some(RangeTest { steps: steps.collect(), learning_rate }))
}

/// The rate of a step, counted from 0: a geometric series.
fn rate(step: usize) -> f64 {
    let share = step as f64 / (STEPS - 1) as f64;
    RATES[0] * (share * (RATES[1] / RATES[0]).ln()).exp()
}

/// The losses around a step; `None` near the ends.
fn window(losses: &[f64], at: usize) -> Option<&[f64]> {
    losses.get(at.checked_sub(REACH)?..=at + REACH)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A tenth of the rate at which the smoothed loss is lowest, to two digits; `None` where it never falls.
///
/// The lowest loss lies where learning is about to break down. A rate at which the loss falls steepest
/// would be the slope of single noisy steps.
fn choose(losses: &[f64]) -> Option<f32> {
    let smoothed = (0..losses.len()).filter_map(|at| Some((at, mean(window(losses, at)?))));
    let (lowest, _) = smoothed.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|&(at, _)| at > REACH)?;
    format!("{:.1e}", rate(lowest) / 10.0).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    /// The losses of a sweep by the logarithm of its rate to base 10.
    fn sweep(loss: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..STEPS).map(|step| loss(rate(step).log10())).collect()
    }

    #[test]
    fn the_sweep_is_geometric_between_its_ends() {
        assert!((rate(0) / 1e-6 - 1.0).abs() < 1e-12 && (rate(99) / 10.0 - 1.0).abs() < 1e-12);
        assert!((rate(50) / rate(49) - rate(8) / rate(7)).abs() < 1e-12);
    }

    #[test]
    fn means_by_hand() {
        let losses: Vec<f64> = (0..20_u8).map(f64::from).collect();
        assert_eq!((window(&losses, 6), window(&losses, 13)), (None, None));
        assert_eq!(window(&losses, 7).map(mean), Some(7.0));
    }

    #[test]
    fn the_rate_is_a_tenth_of_that_of_the_lowest_loss() {
        // Lowest at 10^-1.5, where a parabola has its vertex.
        let exact = sweep(|log| (log + 1.5).powi(2));
        let chosen = choose(&exact).unwrap();
        assert!((10_f32.powf(-2.5) / chosen).ln().abs() < 0.1, "{chosen}");
        let digits = format!("{chosen:e}");
        assert!(digits.len() <= "3.2e-3".len(), "{digits}");
    }

    #[test]
    fn noise_of_single_steps_does_not_choose() {
        // Level, a fall between 10^-4 and 10^-2, level, and a breakdown from 10^-0.5 on; noise of half the fall.
        let clean = |log: f64| {
            let fall = f64::midpoint(log, 4.0).clamp(0.0, 1.0);
            2.0 - fall + if log > -0.5 { 20.0 * (log + 0.5) } else { 0.0 }
        };
        for seed in 0..50 {
            let mut generator = random::generator(seed, "noise");
            let noise = || f64::from(random::uniform(&mut generator)) - 0.5;
            let noise: Vec<f64> = std::iter::repeat_with(noise).take(STEPS).collect();
            let noisy: Vec<f64> =
                sweep(clean).iter().zip(noise).map(|(loss, noise)| loss + noise).collect();
            let chosen = choose(&noisy).unwrap();
            assert!((5e-4..4e-2).contains(&chosen), "seed {seed}: {chosen}");
        }
    }

    #[test]
    fn a_loss_that_never_falls_has_no_rate() {
        assert_eq!(choose(&sweep(|log| log)), None);
        assert_eq!(choose(&[1.0; 14]), None);
    }
}
