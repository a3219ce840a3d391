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
use cistron_audit::Finding;

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

#[cfg(test)]
mod tests {
    use cistron_audit::{Rule, rule, rules};

    use super::*;

    /// The rules of qPCR, which come last in the table.
    fn of_qpcr() -> impl Iterator<Item = &'static Rule> {
        rules().filter(|rule| rule.code.starts_with("qpcr."))
    }

    #[test]
    fn every_check_of_an_experiment_has_its_rule_in_the_order_of_the_audit() {
        let findings =
            audit(&Measurements::default(), &Design::default(), &[], &Cutoffs::default());
        let checks: Vec<&str> = findings.iter().map(|finding| finding.check.as_str()).collect();
        let codes: Vec<&str> = of_qpcr().map(|rule| rule.code).collect();
        assert_eq!(checks, codes);
    }

    #[test]
    fn formulas_name_the_default_cutoffs() {
        let cutoffs = serde_json::to_value(Cutoffs::default()).unwrap();
        let mut named = 0;
        for (name, value) in cutoffs.as_object().unwrap() {
            let key = format!("`{name}`");
            let value = value.as_f64().unwrap().to_string();
            for rule in of_qpcr().filter(|rule| rule.formula.contains(&key)) {
                // Replicates leave late Cq out; `qpcr.late` says from where.
                let elsewhere = rule.code == "qpcr.replicates" && name == "late-cq";
                assert!(elsewhere || rule.formula.contains(&value), "{}: {value}", rule.code);
                named += usize::from(!elsewhere);
            }
        }
        assert_eq!(named, cutoffs.as_object().unwrap().len());
        assert!(rule("qpcr.efficiency").is_some());
    }
}
