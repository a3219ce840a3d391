//! From curves and cycles to quantities.

pub mod calibration;
pub mod delta;
pub mod efficiency;
pub mod regression;
pub mod second_derivative;
pub mod sigmoid;
pub mod standard_curve;

pub use calibration::{Correction, calibrate};
pub use delta::{Comparison, Design, compare};
pub use efficiency::sliding_window;
pub use second_derivative::second_derivative_maximum;
pub use sigmoid::Sigmoid;
pub use standard_curve::{StandardCurve, standard_curves};

use super::{Cq, Measurements};

/// Fills in the Cq of curves without one, by the second-derivative maximum; returns how many
/// curves have one and how many have none.
pub fn call(measurements: &mut Measurements) -> (usize, usize) {
    let (mut found, mut none) = (0, 0);
    for reaction in &mut measurements.reactions {
        let Some(curve) = reaction.curve.as_ref().filter(|_| reaction.cq == Cq::Absent) else {
            continue;
        };
        reaction.cq = second_derivative_maximum(curve).map_or(Cq::Undetermined, Cq::Measured);
        if reaction.cq == Cq::Undetermined {
            none += 1;
        } else {
            found += 1;
        }
    }
    (found, none)
}
