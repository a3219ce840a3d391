//! Adam with decoupled weight decay.

use std::ops::Range;

use rayon::prelude::*;

use crate::wide::wide;

/// Weights changed by one task.
const CHUNK: usize = 1 << 14;

/// Moments below this are set to zero: they are on their way to denormal numbers, on which a CPU is
/// slower by two orders of magnitude, and no step sees them beside ε.
const NEGLIGIBLE: f32 = 1e-30;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101).
#[derive(Clone, Debug)]
pub struct AdamW {
    betas: [f64; 2],
    epsilon: f64,
    weight_decay: f32,
    steps: i32,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl AdamW {
    /// Decay of the first and second moments.
    pub const BETAS: [f64; 2] = [0.9, 0.999];
    /// Added to the root of the second moment.
    pub const EPSILON: f64 = 1e-8;

    /// An optimizer of `len` weights, before its first step.
    #[must_use]
    pub fn new(len: usize, betas: [f64; 2], epsilon: f64, weight_decay: f32) -> Self {
        let (first, second) = (vec![0.0; len], vec![0.0; len]);
        Self { betas, epsilon, weight_decay, steps: 0, first, second }
    }

    /// Changes the weights by one step; `decays` gives ranges of weights and whether they decay.
    pub fn step(
        &mut self,
        weights: &mut [f32],
        gradients: &[f32],
        decays: impl Iterator<Item = (Range<usize>, bool)>,
        learning_rate: f32,
    ) {
        self.steps = self.steps.saturating_add(1);
        let [beta1, beta2] = self.betas;
        let correction1 = 1.0 - beta1.powi(self.steps);
        let correction2 = 1.0 - beta2.powi(self.steps);
        let step = (f64::from(learning_rate) / correction1) as f32;
        let root = (1.0 / correction2.sqrt()) as f32;
        let epsilon = self.epsilon as f32;
        let (keep1, keep2) = (beta1 as f32, beta2 as f32);
        let (take1, take2) = ((1.0 - beta1) as f32, (1.0 - beta2) as f32);
        for (range, decays) in decays {
            let shrink = if decays { 1.0 - learning_rate * self.weight_decay } else { 1.0 };
            let first = self.first[range.clone()].par_chunks_mut(CHUNK);
            let second = self.second[range.clone()].par_chunks_mut(CHUNK);
            let weights = weights[range.clone()].par_chunks_mut(CHUNK);
            let pairs = weights.zip(gradients[range].par_chunks(CHUNK));
            pairs.zip(first.zip(second)).for_each(|((weights, gradients), (first, second))| {
                wide(|| {
                    let moments = first.iter_mut().zip(second);
                    for ((weight, &gradient), (first, second)) in
                        weights.iter_mut().zip(gradients).zip(moments)
                    {
                        *first = flush(keep1 * *first + take1 * gradient);
                        *second = flush(keep2 * *second + take2 * gradient * gradient);
                        *weight =
                            shrink * *weight - step * *first / (second.sqrt() * root + epsilon);
                    }
                });
            });
        }
    }
}

#[inline(always)]
#[allow(clippy::inline_always)]
fn flush(moment: f32) -> f32 {
    if moment.abs() < NEGLIGIBLE { 0.0 } else { moment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_steps_agree_with_pytorch() {
        // import torch
        // w = torch.tensor([.5, -1., 2.], requires_grad=True); b = torch.tensor([.25], requires_grad=True)
        // o = torch.optim.AdamW([{"params": [w], "weight_decay": .1}, {"params": [b], "weight_decay": 0.}], lr=.01)
        // for g in ([.1, -.2, .3, .4], [-.1, .5, 0., .4], [1e-3, 2., -1., .4]):
        //     w.grad = torch.tensor(g[:3]); b.grad = torch.tensor(g[3:]); o.step()
        // print(w.tolist(), b.tolist())
        let mut weights = [0.5, -1.0, 2.0, 0.25];
        let mut adamw = AdamW::new(4, AdamW::BETAS, AdamW::EPSILON, 0.1);
        for gradients in [[0.1, -0.2, 0.3, 0.4], [-0.1, 0.5, 0.0, 0.4], [1e-3, 2.0, -1.0, 0.4]] {
            adamw.step(&mut weights, &gradients, [(0..3, true), (3..4, false)].into_iter(), 0.01);
        }
        for (found, expected) in weights.iter().zip(GOLDEN) {
            assert!((found - expected).abs() < 1e-6, "{weights:?}");
        }
    }
    const GOLDEN: [f32; 4] = [0.489_408_9, -0.998_497_7, 1.981_964_5, 0.219_999_98];

    #[test]
    fn moments_never_become_denormal() {
        let mut adamw = AdamW::new(1, AdamW::BETAS, AdamW::EPSILON, 0.0);
        let mut weights = [0.0];
        adamw.step(&mut weights, &[1.0], [(0..1, false)].into_iter(), 0.1);
        for _ in 0..1000 {
            adamw.step(&mut weights, &[0.0], [(0..1, false)].into_iter(), 0.1);
        }
        assert_eq!(adamw.first, [0.0]);
        assert!(adamw.second[0].is_normal());
    }
}
