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
    /// Half a cosine up from 1/25, then half a cosine down to 1/250 000 (Smith & Topin 2018,
    /// arXiv:1708.07120, as PyTorch defines it).
    OneCycle {
        /// Share of all steps spent rising, in [0, 1].
        #[serde(default = "third")]
        warm_up: f64,
    },
    /// A linear rise, then half a cosine down to zero (Loshchilov & Hutter 2017, arXiv:1608.03983).
    Cosine {
        /// Share of all steps spent rising, in [0, 1].
        warm_up: f64,
    },
}

/// Share of the steps that one cycle rises where it is not given.
fn third() -> f64 {
    0.3
}

/// What the rate starts from in one cycle, and what it ends at, as shares of the greatest.
const CYCLE: [f64; 2] = [1.0 / 25.0, 1.0 / 250_000.0];

/// From `start` to `end` along half a cosine; `share` of the way, in [0, 1].
fn half_cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * share.clamp(0.0, 1.0)).cos())
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
            Self::OneCycle { warm_up } => {
                let step = step as f64;
                let top = (warm_up.clamp(0.0, 1.0) * steps as f64 - 1.0).max(0.0);
                if step < top {
                    return half_cosine(CYCLE[0], 1.0, step / top);
                }
                let rest = (steps as f64 - 1.0 - top).max(1.0);
                half_cosine(1.0, CYCLE[1], (step - top) / rest)
            }
            Self::Cosine { warm_up } => {
                let rise = (warm_up.clamp(0.0, 1.0) * steps as f64).round();
                let step = step as f64;
                if step < rise {
                    return (step + 1.0) / rise;
                }
                let rest = (steps as f64 - rise).max(1.0);
                half_cosine(1.0, 0.0, (step - rise) / rest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_rise_then_fall() {
        let schedule = Schedule::Cosine { warm_up: 0.2 };
        let factors: Vec<_> = (0..10).map(|step| schedule.factor(step, 10)).collect();
        let expected = [0.5, 1.0, 1.0, 0.961_939_77, 0.853_553_39, 0.691_341_72, 0.5];
        for (found, expected) in factors.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{factors:?}");
        }
        assert!(factors[9] > 0.0 && schedule.factor(10, 10) < 1e-12);
        // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10, pct_start=.3)
        let schedule = Schedule::OneCycle { warm_up: 0.3 };
        let expected = [
            0.04,
            0.52,
            1.0,
            0.950_484_632,
            0.811_745_654,
            0.611_262_022,
            0.388_741_978,
            0.188_258_346,
            0.049_519_368,
            0.000_004,
        ];
        for (step, expected) in (0..).zip(expected) {
            let found = schedule.factor(step, 10);
            assert!((found - expected).abs() < 1e-8, "step {step}: {found}, expected {expected}");
        }
        assert!((Schedule::default().factor(9, 10) - 1.0).abs() < 1e-12);
    }
}
