//! Faults planted in an experiment without any: each is found, and the clean twin is silent.

use super::*;
use crate::quantity::standard_curves;
use crate::{Cq, Reaction, Role, Well};
use cistron_audit::Status;

/// A stream of numbers from −1 to 1 (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

const TARGETS: [(&str, f64); 4] = [("MYC", 26.0), ("R1", 19.0), ("R2", 21.0), ("R3", 23.0)];

/// Three plates of 96 wells: on each, four targets of six samples of both conditions and a
/// calibrator in triplicate, a dilution series, and controls.
fn experiment() -> (Measurements, Design) {
    let mut dice = Dice(7);
    let mut out = Measurements::default();
    for plate in 1..=3 {
        let mut wells: Vec<Well> =
            (1..=8).flat_map(|row| (1..=12).map(move |column| Well { row, column })).collect();
        // Replicates are dealt over the plate: on its edge and inside.
        for i in (1..wells.len()).rev() {
            let j = (f64::midpoint(dice.roll(), 1.0) * (i + 1) as f64) as usize;
            wells.swap(i, j.min(i));
        }
        let mut add = |sample: &str, target: &str, role, cq: Cq, quantity| {
            let condition = if sample.starts_with('a') { "untreated" } else { "treated" };
            let columns = [("condition".to_string(), condition.to_string())].into_iter();
            out.reactions.push(Reaction {
                run: format!("run {plate}"),
                plate: format!("plate {plate}"),
                well: wells.pop().unwrap().to_string(),
                sample: sample.to_string(),
                target: target.to_string(),
                role,
                quantity,
                cq,
                columns: if role == Role::Unknown {
                    columns.collect()
                } else {
                    indexmap::IndexMap::default()
                },
                ..Reaction::default()
            });
        };
        for (target, level) in TARGETS {
            for sample in [format!("a{plate}"), format!("b{plate}"), "irc".to_string()] {
                let role = if sample == "irc" { Role::Calibrator } else { Role::Unknown };
                let effect = if sample.starts_with('b') && target == "MYC" { -2.0 } else { 0.0 };
                let own = if sample == "irc" { 0.0 } else { 0.1 * dice.roll() };
                for _ in 0..4 {
                    let cq = level + effect + own + 0.1 * dice.roll();
                    add(&sample, target, role, Cq::Measured(cq), None);
                }
            }
            add("NTC", target, Role::NoTemplate, Cq::Undetermined, None);
            add("no RT", target, Role::NoReverseTranscription, Cq::Undetermined, None);
            for step in 0..5 {
                let cq = 16.0 + f64::from(step) * 3.35 + 0.05 * dice.roll();
                let quantity = Some(10.0_f64.powi(6 - step));
                add("series", target, Role::Standard, Cq::Measured(cq), quantity);
            }
        }
    }
    let design = Design {
        references: vec!["R1".into(), "R2".into(), "R3".into()],
        calibrator: "untreated".into(),
        condition: Some("condition".into()),
    };
    (out, design)
}

/// Checks that warn or fail after `fault`, and those without an answer.
fn found(fault: impl Fn(&mut Reaction)) -> (Vec<String>, Vec<String>) {
    let (mut measurements, design) = experiment();
    measurements.reactions.iter_mut().for_each(fault);
    let curves = standard_curves(&measurements);
    let findings = audit(&measurements, &design, &curves, &Cutoffs::default());
    let with = |keep: fn(&Status) -> bool| {
        findings.iter().filter(|f| keep(&f.status)).map(|f| f.check.clone()).collect()
    };
    (with(|s| matches!(s, Status::Warn | Status::Fail)), with(|s| matches!(s, Status::Unknown(_))))
}

fn later(reaction: &mut Reaction, cycles: f64) {
    if let Cq::Measured(cq) = &mut reaction.cq {
        *cq += cycles;
    }
}

#[test]
fn the_clean_experiment_is_silent_and_every_question_is_answered() {
    assert_eq!(found(|_| {}), (vec![], vec![]));
}

#[test]
fn a_contaminated_control_is_found() {
    let (bad, _) = found(|r| {
        if r.role == Role::NoTemplate && r.target == "MYC" {
            r.cq = Cq::Measured(28.0);
        }
    });
    assert_eq!(bad, ["qpcr.no-template"]);
    let (bad, _) = found(|r| {
        if r.role == Role::NoReverseTranscription && r.target == "R3" {
            r.cq = Cq::Measured(28.0);
        }
    });
    assert_eq!(bad, ["qpcr.no-reverse-transcription"]);
}

#[test]
fn a_bad_plate_is_found() {
    let (bad, _) = found(|r| {
        if r.plate == "plate 2" && r.role != Role::NoTemplate {
            later(r, 1.2);
        }
    });
    assert!(bad.contains(&"qpcr.plate".to_string()), "{bad:?}");
    assert!(bad.contains(&"qpcr.inter-run-calibrator".to_string()), "{bad:?}");
}

#[test]
fn an_edge_effect_is_found() {
    let (bad, _) = found(|r| {
        if r.place().is_some_and(|well| well.is_edge((8, 12))) && r.role != Role::Standard {
            later(r, 0.5);
        }
    });
    assert!(bad.contains(&"qpcr.edge".to_string()), "{bad:?}");
}

#[test]
fn an_unstable_reference_is_found() {
    let (bad, _) = found(|r| {
        if r.target == "R3" && r.sample.starts_with('b') {
            later(r, 2.5);
        }
    });
    assert_eq!(bad, ["qpcr.reference-stability", "qpcr.pairwise-variation", "qpcr.normfinder"]);
}

#[test]
fn faults_of_numbers_are_found() {
    let (bad, _) = found(|r| {
        if r.target == "MYC" && r.sample.starts_with('a') {
            r.cq = Cq::Measured(40.0);
        }
    });
    assert_eq!(bad, ["qpcr.late", "qpcr.imputed"]);
    let (bad, _) = found(|r| {
        if r.role == Role::Standard && r.target == "R2" {
            r.cq = Cq::Measured(16.0 + 1.35 * (r.cq.value().unwrap() - 16.0));
        }
    });
    assert_eq!(bad, ["qpcr.efficiency"]);
    let (bad, _) = found(|r| {
        if r.sample == "a1" && r.target == "MYC" && r.well.ends_with(['1', '3', '5']) {
            later(r, 1.5);
        }
    });
    assert!(bad.contains(&"qpcr.replicates".to_string()), "{bad:?}");
}

#[test]
fn conditions_on_plates_of_their_own_are_found() {
    let (bad, _) = found(|r| {
        let own = if r.plate == "plate 1" { "untreated" } else { "treated" };
        if let Some(condition) = r.columns.get_mut("condition") {
            *condition = own.to_string();
        }
    });
    assert!(bad.contains(&"qpcr.condition-plate".to_string()), "{bad:?}");
}
