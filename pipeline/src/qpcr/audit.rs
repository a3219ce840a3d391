//! The audit of a qPCR experiment after MIQE (Bustin et al. 2009,
//! doi:10.1373/clinchem.2008.112797): a file a check.
//!
//! MIQE itself asks to report; most cut-offs are convention. Each is a field of [`Cutoffs`], with
//! its source.

mod calibrators;
mod confounding;
mod controls;
mod cutoffs;
mod finding;
pub mod genorm;
mod late;
pub mod normfinder;
#[cfg(test)]
mod planted;
mod plate;
mod position;
mod replicates;
mod stability;
mod standards;

pub use cutoffs::Cutoffs;

use super::Measurements;
use super::quantity::{Design, StandardCurve};
use crate::audit::Finding;

/// What is audited.
pub(super) struct Subject<'a> {
    measurements: &'a Measurements,
    design: &'a Design,
    curves: &'a [StandardCurve],
    cutoffs: &'a Cutoffs,
}

/// Every check, in order.
#[must_use]
pub fn audit(
    measurements: &Measurements,
    design: &Design,
    curves: &[StandardCurve],
    cutoffs: &Cutoffs,
) -> Vec<Finding> {
    let subject = Subject { measurements, design, curves, cutoffs };
    vec![
        standards::efficiency(&subject),
        standards::linearity(&subject),
        standards::levels(&subject),
        replicates::check(&subject),
        controls::no_template(&subject),
        controls::no_reverse_transcription(&subject),
        late::late(&subject),
        late::imputed(&subject),
        stability::references(&subject),
        stability::genorm(&subject),
        stability::pairwise(&subject),
        stability::normfinder(&subject),
        position::check(&subject),
        plate::check(&subject),
        calibrators::check(&subject),
        confounding::check(&subject),
    ]
}
