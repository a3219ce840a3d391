//! The learning rate over the steps of a run.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the learning rate changes from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// The same rate in every step.
    Constant {},
    /// A linear rise, then half a cosine down to zero (Loshchilov & Hutter 2017, arXiv:1608.03983).
    Cosine {
        /// Share of all steps spent rising, in [0, 1].
        warm_up: f64,
    },
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Constant {}
    }
}

impl Schedule {
    /// The factor of the learning rate at `step`, counted from 0, out of `steps`.
    #[must_use]
    pub fn factor(&self, step: u64, steps: u64) -> f64 {
        match *self {
            Self::Constant {} => 1.0,
            Self::Cosine { warm_up } => {
                let rise = (warm_up.clamp(0.0, 1.0) * steps as f64).round();
                let step = step as f64;
                if step < rise {
                    return (step + 1.0) / rise;
                }
                let rest = (steps as f64 - rise).max(1.0);
                0.5 * (1.0 + (PI * ((step - rise) / rest).min(1.0)).cos())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_rises_then_falls() {
        let schedule = Schedule::Cosine { warm_up: 0.2 };
        let factors: Vec<_> = (0..10).map(|step| schedule.factor(step, 10)).collect();
        let expected = [0.5, 1.0, 1.0, 0.961_939_77, 0.853_553_39, 0.691_341_72, 0.5];
        for (found, expected) in factors.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{factors:?}");
        }
        assert!(factors[9] > 0.0 && schedule.factor(10, 10) < 1e-12);
        assert!((Schedule::default().factor(9, 10) - 1.0).abs() < 1e-12);
    }
}
