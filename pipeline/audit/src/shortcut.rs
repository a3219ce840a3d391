//! What length, composition and traces of how the data were made tell of the label.

use cistron_models::baseline::{FeatureSet, Molecule, composition};

use super::cell::{decimal, list, optional};
use super::gate::{Gate, not_applicable, open, unknown};
use super::probe::{Probed, Target, judged};
use super::{Finding, Status, Subject};

/// Lower limit of the skill of length and GC, or of artefacts.
const GATE: Gate = Gate::warn_fail(0.1, 0.3);

/// Lower limit of the skill of composition, which can be biology.
const COMPOSITION: Gate = Gate::warn(0.1);

/// A probe: what it looks at and what that means.
struct Probe {
    check: &'static str,
    title: &'static str,
    set: FeatureSet,
    what: &'static str,
    gate: Gate,
    remedy: &'static str,
}

const PROBES: [Probe; 3] = [
    Probe {
        check: "shortcut.length",
        title: "Do length and GC content give the label away?",
        set: FeatureSet::Length,
        what: "length and GC content",
        gate: GATE,
        remedy: "match the classes by length and GC content, or trim to one length; quote the model's gain over this probe, not its score",
    },
    Probe {
        check: "shortcut.composition",
        title: "Does the frequency of short words give the label away?",
        set: FeatureSet::Composition,
        what: "length and the frequencies of short words",
        gate: COMPOSITION,
        remedy: "this can be biology (codon usage, isochores) or the source of the data: a network must beat this probe clearly to have learnt more than composition",
    },
    Probe {
        check: "shortcut.artefact",
        title: "Do traces of how the sequences were obtained give the label away?",
        set: FeatureSet::Artefacts,
        what: "ambiguity, case, reading frame, tail and ends",
        gate: GATE,
        remedy: "treat all classes alike: the same trimming, masking, source and annotation; remove tails and ends that only one class has",
    },
];

/// The three probes: logistic regression, cross-validated by homology cluster.
///
/// Skill is (balanced accuracy - 1/K) / (1 - 1/K): 0 is chance, 1 is perfect.
pub(super) fn shortcut(subject: &Subject) -> Vec<Finding> {
    let dataset = subject.dataset;
    let target = Target { names: &dataset.classes, values: &dataset.labels };
    match Probed::of(target, subject.clusters) {
        Ok(probed) => PROBES.iter().map(|probe| run(subject, probe, &probed)).collect(),
        Err(status) => PROBES.iter().map(|p| unanswered(p, &status)).collect(),
    }
}

fn unanswered(probe: &Probe, status: &Status) -> Finding {
    match status {
        Status::NotApplicable(why) => not_applicable(probe.check, probe.title, why),
        Status::Unknown(why) => probe.gate.show(unknown(
            probe.check,
            probe.title,
            why,
            "add unrelated sequences of the small classes",
        )),
        _ => open(probe.check, probe.title),
    }
}

fn run(subject: &Subject, probe: &Probe, probed: &Probed) -> Finding {
    let dataset = subject.dataset;
    let sequences: Vec<&[u8]> = probed.records.iter().map(|i| dataset.sequence(*i)).collect();
    let features = composition(&sequences, probe.set, Molecule::of(dataset.alphabet));
    let skill = match probed.skill(&features, subject.seed) {
        Ok(skill) => skill,
        Err(why) => return unanswered(probe, &Status::Unknown(why)),
    };
    let finding = Finding {
        statistic: format!(
            "skill of {} (balanced accuracy by cross-validation over homology clusters; 0 is chance, 1 perfect)",
            probe.what
        ),
        message: format!(
            "{} alone reach a balanced accuracy of {} where chance is {}{}",
            probe.what,
            optional(skill.balanced_accuracy),
            decimal(probed.chance()),
            if probed.left_out.is_empty() {
                String::new()
            } else {
                format!("; without {} (too few homology clusters)", list(&probed.left_out))
            },
        ),
        tables: vec![skill.table(format!("What {} tell of each class", probe.what), probed)],
        ..open(probe.check, probe.title)
    };
    judged(probe.gate, &skill, finding, probe.remedy)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use cistron_data::dataset::Dataset;

    fn run(dataset: &Dataset) -> Vec<Finding> {
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        shortcut(&Subject::unsplit(dataset, &clusters, 15, 1))
    }

    fn planted(n: usize, make: impl Fn(usize, &mut Dice) -> Vec<u8>) -> Vec<Finding> {
        let mut dice = Dice::new(1);
        let sequences: Vec<Vec<u8>> = (0..n).map(|i| make(i % 2, &mut dice)).collect();
        run(&planted::two_classes(&sequences))
    }

    #[test]
    fn clean_classes_pass() {
        let findings = planted(600, |_, dice| planted::dna(dice, 200, 0.5));
        for finding in &findings {
            assert_eq!(finding.status, Status::Pass, "{finding:?}");
            assert!(finding.value.is_some_and(|v| v.abs() < 0.12), "{finding:?}");
        }
    }

    #[test]
    fn a_gc_shift_fails_and_a_tail_is_an_artefact() {
        let findings = planted(600, |class, dice| {
            planted::dna(dice, 300, if class == 0 { 0.47 } else { 0.53 })
        });
        assert_eq!(findings[0].status, Status::Fail, "{:?}", findings[0]);
        assert_eq!(findings[1].status, Status::Warn, "composition only warns");
        // Random sequences of 300 bases at GC .47 and .53 are told apart with a skill of about .7:
        // the distance is .06 / sqrt(.25 / 300) = 2.08 deviations, 2 Phi(1.04) - 1 = .70.
        let skill = findings[0].value.unwrap();
        assert!((skill - 0.70).abs() < 0.07, "{skill}");

        let findings = planted(600, |class, dice| {
            let mut sequence = planted::dna(dice, 300, 0.5);
            if class == 1 && dice.roll() < 0.6 {
                sequence.extend([b'A'; 20]);
            }
            sequence
        });
        assert_eq!(findings[2].status, Status::Fail, "{:?}", findings[2]);
    }

    #[test]
    fn too_few_clusters_are_unknown() {
        let findings = planted(20, |_, dice| planted::dna(dice, 100, 0.5));
        assert!(findings.iter().all(|f| matches!(f.status, Status::Unknown(_))), "{findings:?}");
        let sequences = planted::random(600, 50, 1);
        let dataset = planted::two_classes(&sequences);
        let clusters: Vec<u32> = (0..600).map(|i| i % 8).collect();
        let findings = shortcut(&Subject::unsplit(&dataset, &clusters, 15, 1));
        assert!(matches!(findings[0].status, Status::Unknown(_)));
        let mut one = dataset.clone();
        one.set_labels(&vec![Some("a".to_string()); 600]);
        assert!(matches!(run(&one)[0].status, Status::NotApplicable(_)));
    }

    #[test]
    fn a_probe_must_not_profit_from_relatives() {
        // 12 families of 50 near copies with their own composition, classes dealt at random to
        // families: within families composition tells the class, across families it does not.
        let mut dice = Dice::new(8);
        let founders: Vec<Vec<u8>> =
            (0..12).map(|f| planted::dna(&mut dice, 200, 0.3 + 0.035 * f64::from(f))).collect();
        let class = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0];
        let mut sequences = Vec::new();
        let mut labels = Vec::new();
        let mut clusters = Vec::new();
        for (family, founder) in founders.iter().enumerate() {
            for _ in 0..50 {
                sequences.push(planted::mutated(&mut dice, founder, 0.02));
                labels.push(["a", "b"][class[family]]);
                clusters.push(family as u32);
            }
        }
        let dataset = planted::labelled(&sequences, &labels);
        let findings = shortcut(&Subject::unsplit(&dataset, &clusters, 15, 1));
        for finding in findings {
            assert!(!matches!(finding.status, Status::Warn | Status::Fail), "{finding:?}");
        }
    }
}
