//! Adam, with weight decay decoupled or within the gradient.

use std::ops::Range;

use rayon::prelude::*;

use super::Moments;
use crate::wide::wide;

/// Weights changed by one task.
const CHUNK: usize = 1 << 14;

/// Moments below this are set to zero: they are on their way to denormal numbers, on which a CPU is
/// slower by two orders of magnitude, and no step sees them beside ε.
const NEGLIGIBLE: f32 = 1e-30;

/// Where weight decay takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decay {
    /// On the weights, beside the step (Loshchilov & Hutter 2019, arXiv:1711.05101).
    Decoupled,
    /// Added to the gradient, as a penalty of the loss would be (Kingma & Ba 2015, arXiv:1412.6980).
    Coupled,
}

/// Adam (Kingma & Ba 2015, arXiv:1412.6980).
#[derive(Clone, Debug)]
pub struct Adam {
    decay: Decay,
    betas: [f64; 2],
    epsilon: f64,
    weight_decay: f32,
    steps: i32,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Adam {
    /// Decay of the first and second moments.
    pub const BETAS: [f64; 2] = [0.9, 0.999];
    /// Added to the root of the second moment.
    pub const EPSILON: f64 = 1e-8;

    /// An optimizer of `len` weights, before its first step.
    #[must_use]
    pub fn new(len: usize, decay: Decay, betas: [f64; 2], epsilon: f64, weight_decay: f32) -> Self {
        let (first, second) = (vec![0.0; len], vec![0.0; len]);
        Self { decay, betas, epsilon, weight_decay, steps: 0, first, second }
    }

    pub(super) fn moments(&self) -> Moments {
        Moments { steps: self.steps, lists: vec![self.first.clone(), self.second.clone()] }
    }

    pub(super) fn restore(&mut self, moments: &Moments) -> bool {
        let [first, second] = moments.lists.as_slice() else { return false };
        let fits = first.len() == self.first.len() && second.len() == self.second.len();
        if fits {
            self.steps = moments.steps;
            self.first.copy_from_slice(first);
            self.second.copy_from_slice(second);
        }
        fits
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
            let (shrink, penalty) = match (decays, self.decay) {
                (true, Decay::Decoupled) => (1.0 - learning_rate * self.weight_decay, 0.0),
                (true, Decay::Coupled) => (1.0, self.weight_decay),
                (false, _) => (1.0, 0.0),
            };
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
                        let gradient = gradient + penalty * *weight;
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

    fn three_steps(decay: Decay) -> [f32; 4] {
        let mut weights = [0.5, -1.0, 2.0, 0.25];
        let mut adam = Adam::new(4, decay, Adam::BETAS, Adam::EPSILON, 0.1);
        for gradients in [[0.1, -0.2, 0.3, 0.4], [-0.1, 0.5, 0.0, 0.4], [1e-3, 2.0, -1.0, 0.4]] {
            adam.step(&mut weights, &gradients, [(0..3, true), (3..4, false)].into_iter(), 0.01);
        }
        weights
    }

    #[test]
    fn three_steps_agree_with_pytorch() {
        // import torch
        // w = torch.tensor([.5, -1., 2.], requires_grad=True); b = torch.tensor([.25], requires_grad=True)
        // o = torch.optim.AdamW([{"params": [w], "weight_decay": .1}, {"params": [b], "weight_decay": 0.}], lr=.01)
        // for g in ([.1, -.2, .3, .4], [-.1, .5, 0., .4], [1e-3, 2., -1., .4]):
        //     w.grad = torch.tensor(g[:3]); b.grad = torch.tensor(g[3:]); o.step()
        // print(w.tolist(), b.tolist())
        // The same with torch.optim.Adam for the coupled decay.
        for (decay, golden) in [(Decay::Decoupled, DECOUPLED), (Decay::Coupled, COUPLED)] {
            let weights = three_steps(decay);
            for (found, expected) in weights.iter().zip(golden) {
                assert!((found - expected).abs() < 1e-6, "{decay:?} {weights:?}");
            }
        }
    }
    const DECOUPLED: [f32; 4] = [0.489_408_9, -0.998_497_7, 1.981_964_5, 0.219_999_98];
    const COUPLED: [f32; 4] = [0.481_230_97, -0.998_507_7, 1.982_463, 0.219_999_98];

    #[test]
    fn moments_never_become_denormal() {
        let mut adam = Adam::new(1, Decay::Decoupled, Adam::BETAS, Adam::EPSILON, 0.0);
        let mut weights = [0.0];
        adam.step(&mut weights, &[1.0], [(0..1, false)].into_iter(), 0.1);
        for _ in 0..1000 {
            adam.step(&mut weights, &[0.0], [(0..1, false)].into_iter(), 0.1);
        }
        assert_eq!(adam.first, [0.0]);
        assert!(adam.second[0].is_normal());
    }
}
