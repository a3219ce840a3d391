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

use std::collections::HashSet;

use super::{Cq, Measurements, Reaction};

/// Fills in the Cq of curves without one, by the second-derivative maximum; returns how many
/// curves have one and how many have none.
///
/// A plate that comes with Cq of its own gets no further ones: two ways of finding them are no one
/// scale.
pub fn call(measurements: &mut Measurements) -> (usize, usize) {
    let plate = |r: &Reaction| (r.run.clone(), r.plate.clone());
    let told: HashSet<(String, String)> =
        measurements.reactions.iter().filter(|r| r.cq != Cq::Absent).map(plate).collect();
    let (mut found, mut none) = (0, 0);
    for reaction in &mut measurements.reactions {
        let Some(curve) = reaction.curve.as_ref().filter(|_| !told.contains(&plate(reaction)))
        else {
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
