//! Stochastic gradient descent with momentum.

use std::ops::Range;

use super::Moments;

/// Stochastic gradient descent with momentum and weight decay, as PyTorch defines it: the decay is
/// added to the gradient, and the first step's velocity is the gradient itself.
#[derive(Clone, Debug)]
pub struct Sgd {
    momentum: f32,
    weight_decay: f32,
    velocity: Vec<f32>,
}

impl Sgd {
    /// An optimizer of `len` weights, before its first step.
    #[must_use]
    pub fn new(len: usize, momentum: f32, weight_decay: f32) -> Self {
        Self { momentum, weight_decay, velocity: vec![0.0; len] }
    }

    pub(super) fn moments(&self) -> Moments {
        Moments { steps: 0, lists: vec![self.velocity.clone()] }
    }

    pub(super) fn restore(&mut self, moments: &Moments) -> bool {
        let [velocity] = moments.lists.as_slice() else { return false };
        let fits = velocity.len() == self.velocity.len();
        if fits {
            self.velocity.copy_from_slice(velocity);
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
        for (range, decays) in decays {
            let decay = if decays { self.weight_decay } else { 0.0 };
            let pairs = weights[range.clone()].iter_mut().zip(&gradients[range.clone()]);
            for ((weight, gradient), velocity) in pairs.zip(&mut self.velocity[range]) {
                *velocity = self.momentum * *velocity + gradient + decay * *weight;
                *weight -= learning_rate * *velocity;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_steps_agree_with_pytorch() {
        // The program of `adamw`, with
        // o = torch.optim.SGD([{"params": [w], "weight_decay": .1}, {"params": [b], "weight_decay": 0.}],
        //                     lr=.01, momentum=.9)
        let mut weights = [0.5, -1.0, 2.0, 0.25];
        let mut sgd = Sgd::new(4, 0.9, 0.1);
        for gradients in [[0.1, -0.2, 0.3, 0.4], [-0.1, 0.5, 0.0, 0.4], [1e-3, 2.0, -1.0, 0.4]] {
            sgd.step(&mut weights, &gradients, [(0..3, true), (3..4, false)].into_iter(), 0.01);
        }
        for (found, expected) in weights.iter().zip(GOLDEN) {
            assert!((found - expected).abs() < 1e-6, "{weights:?}");
        }
    }
    const GOLDEN: [f32; 4] = [0.496_380_18, -1.018_477_4, 1.990_671, 0.227_560_01];
}
