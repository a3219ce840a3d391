//! Cross-entropy of logits, with its gradient.

use std::ops::Range;

/// The true classes of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    /// True class of each record, (N), below K.
    pub labels: &'a [u32],
    /// How much each record counts, (N): class weight times sample weight.
    pub weights: &'a [f32],
}

/// Targets that do not fit a batch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TargetError {
    /// Not one label and one weight a record.
    #[error("{labels} labels and {weights} weights for {records} records")]
    Size {
        /// Records of the batch.
        records: usize,
        /// Labels given.
        labels: usize,
        /// Weights given.
        weights: usize,
    },
    /// A label that is no class.
    #[error("record {record} of the batch has label {label}; classes run from 0 to {}", .classes - 1)]
    Label {
        /// Index in the batch.
        record: usize,
        /// Label given.
        label: u32,
        /// Classes known, K.
        classes: usize,
    },
    /// A weight that is negative or no number.
    #[error("record {record} of the batch has weight {weight}, expected a finite number ≥ 0")]
    Weight {
        /// Index in the batch.
        record: usize,
        /// Weight given.
        weight: f32,
    },
}

impl<'a> Targets<'a> {
    /// Checks sizes, labels and weights against a batch of `records` records and `classes` classes.
    pub fn check(&self, records: usize, classes: usize) -> Result<(), TargetError> {
        let (labels, weights) = (self.labels.len(), self.weights.len());
        if labels != records || weights != records {
            return Err(TargetError::Size { records, labels, weights });
        }
        for (record, (&label, &weight)) in self.labels.iter().zip(self.weights).enumerate() {
            if label as usize >= classes {
                return Err(TargetError::Label { record, label, classes });
            }
            if !(weight.is_finite() && weight >= 0.0) {
                return Err(TargetError::Weight { record, weight });
            }
        }
        Ok(())
    }

    /// The targets of the records of `range`, which must lie inside the batch.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Targets<'a> {
        Targets { labels: &self.labels[range.clone()], weights: &self.weights[range] }
    }

    /// Sum of the weights, in the order of the records.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.weights.iter().map(|&weight| f64::from(weight)).sum()
    }
}

/// The loss of softmax outputs: the weighted sum of -log p(true class).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    /// Share of the target spread evenly over all classes, in [0, 1)
    /// (Szegedy et al. 2016, doi:10.1109/CVPR.2016.308).
    pub label_smoothing: f32,
    /// γ of the factor (1 - p)^γ of each class's term, 0 or more (focal loss, Lin et al. 2017,
    /// arXiv:1708.02002); 0 for plain cross-entropy.
    pub focal_gamma: f32,
}

impl CrossEntropy {
    /// The weighted **sum** of the losses of logits (N, K). Divide by
    /// [`Targets::total_weight`] for the mean.
    ///
    /// Where `gradient` (N, K) is given, the gradient of that sum is written to it. The logarithm of
    /// the probabilities is formed as logit - log Σ exp, so that no finite logit gives infinity.
    /// Sizes and labels must have passed [`Targets::check`].
    pub fn loss(
        &self,
        logits: &[f32],
        classes: usize,
        targets: &Targets<'_>,
        mut gradient: Option<&mut [f32]>,
    ) -> f64 {
        let smoothing = f64::from(self.label_smoothing);
        let even = smoothing / classes as f64;
        let mut sum = 0.0;
        for (record, row) in logits.chunks_exact(classes).enumerate() {
            let label = targets.labels[record] as usize;
            let weight = f64::from(targets.weights[record]);
            let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let shifted = |logit: f32| f64::from(logit) - f64::from(greatest);
            let log_sum = row.iter().map(|&logit| shifted(logit).exp()).sum::<f64>().ln();
            let target = |class| if class == label { 1.0 - smoothing + even } else { even };
            let term = |class: usize| Term::new(log_sum - shifted(row[class]), self.focal_gamma);
            let negative: f64 = (0..classes).map(|k| target(k) * term(k).value).sum();
            sum += weight * negative;
            if let Some(gradient) = gradient.as_deref_mut() {
                let gradient = &mut gradient[record * classes..][..classes];
                // Each term depends on every logit by its probability's share of the sum.
                let slopes: f64 = (0..classes).map(|k| target(k) * term(k).slope).sum();
                for (class, slot) in gradient.iter_mut().enumerate() {
                    let probability = (shifted(row[class]) - log_sum).exp();
                    let slope = target(class) * term(class).slope - probability * slopes;
                    *slot = (weight * slope) as f32;
                }
            }
        }
        sum
    }
}

/// What a class adds to the loss where it is the target.
struct Term {
    /// (1 - p)^γ (-ln p).
    value: f64,
    /// p times its derivative by p.
    slope: f64,
}

impl Term {
    /// `negative` is -ln p.
    fn new(negative: f64, gamma: f32) -> Self {
        if gamma == 0.0 {
            return Self { value: negative, slope: -1.0 };
        }
        let gamma = f64::from(gamma);
        let p = (-negative).exp();
        let miss = -(-negative).exp_m1();
        if miss <= 0.0 {
            return Self { value: 0.0, slope: 0.0 };
        }
        let factor = miss.powf(gamma);
        // With p next to 0, p / (1 - p) · ln p goes to 0, too.
        let slope = factor * (-gamma * p / miss * negative - 1.0);
        Self { value: factor * negative, slope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [0.5, -1.0, 2.0, 0.0, 3.0, -2.0];
    const TARGETS: Targets<'_> = Targets { labels: &[2, 0], weights: &[0.5, 2.0] };

    #[test]
    fn loss_agrees_with_pytorch() {
        // import torch; import torch.nn.functional as F
        // x = torch.tensor([[.5, -1., 2.], [0., 3., -2.]], dtype=torch.float64)
        // y = torch.tensor([2, 0]); w = torch.tensor([.5, 2.], dtype=torch.float64)
        // for e in (0., .1): print((F.cross_entropy(x, y, label_smoothing=e, reduction="none") * w).sum())
        for (label_smoothing, expected) in [(0.0, LOSS), (0.1, SMOOTHED_LOSS)] {
            let found =
                CrossEntropy { label_smoothing, focal_gamma: 0.0 }.loss(&LOGITS, 3, &TARGETS, None);
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
    #[test]
    fn focal_loss_agrees_with_pytorch() {
        // ce = F.cross_entropy(x, y, reduction="none"); print((((1 - torch.exp(-ce)) ** 2 * ce) * w).sum())
        let loss = CrossEntropy { focal_gamma: 2.0, ..CrossEntropy::default() };
        let found = loss.loss(&LOGITS, 3, &TARGETS, None);
        assert!((found - 5.5532).abs() < 1e-4, "{found}");
        // A record that is certain counts nothing, and no number is lost on it.
        let targets = Targets { labels: &[0], weights: &[1.0] };
        let mut gradient = [1.0; 2];
        assert_eq!(loss.loss(&[900.0, -900.0], 2, &targets, Some(&mut gradient)), 0.0);
        assert_eq!(gradient, [0.0, 0.0]);
    }
    const LOSS: f64 = 6.230_626_119;
    const SMOOTHED_LOSS: f64 = 6.238_959_452;

    #[test]
    fn gradient_agrees_with_finite_differences() {
        for focal_gamma in [0.0, 0.5, 2.0] {
            let loss = CrossEntropy { label_smoothing: 0.1, focal_gamma };
            let mut gradient = [0.0; 6];
            loss.loss(&LOGITS, 3, &TARGETS, Some(&mut gradient));
            for (index, &found) in gradient.iter().enumerate() {
                let at = |step: f32| {
                    let mut logits = LOGITS;
                    logits[index] += step;
                    loss.loss(&logits, 3, &TARGETS, None)
                };
                let difference = (at(0.015_625) - at(-0.015_625)) / 0.031_25;
                assert!((difference - f64::from(found)).abs() < 2e-4, "γ {focal_gamma}, {index}");
            }
        }
    }

    #[test]
    fn extreme_logits_give_finite_losses() {
        let targets = Targets { labels: &[1], weights: &[1.0] };
        let mut gradient = [0.0; 2];
        let found = CrossEntropy::default().loss(&[3e38, -3e38], 2, &targets, Some(&mut gradient));
        assert!(found.is_finite() && found > 1e38);
        assert_eq!(gradient, [1.0, -1.0]);
    }

    #[test]
    fn targets_that_do_not_fit_are_errors() {
        assert!(matches!(TARGETS.check(3, 3), Err(TargetError::Size { .. })));
        assert!(matches!(TARGETS.check(2, 2), Err(TargetError::Label { record: 0, .. })));
        let weights = [1.0, f32::NAN];
        let targets = Targets { weights: &weights, ..TARGETS };
        assert!(matches!(targets.check(2, 3), Err(TargetError::Weight { record: 1, .. })));
    }
}
