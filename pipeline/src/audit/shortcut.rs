//! What length, composition and traces of how the data were made tell of the label.

use std::collections::{BTreeMap, BTreeSet};

use cistron_models::baseline::{
    FeatureSet, LogisticConfig, Molecule, composition, cross_validated, deal_groups,
};
use cistron_models::metrics::{Metric, Outcomes, WeightedMetric, per_class};

use super::cell::{count, decimal, heads, list, optional, row};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::lookup::{skill, skill_interval};
use super::{Finding, Status, Subject};
use crate::evaluate::bootstrap::Bootstrap;

/// Lower limit of the skill of length and GC, or of artefacts.
const GATE: Gate = Gate::warn_fail(0.1, 0.3);

/// Lower limit of the skill of composition, which can be biology.
const COMPOSITION: Gate = Gate::warn(0.1);

/// An interval that reaches this skill is too wide to pass.
const TOO_WIDE: f64 = 0.3;

/// Folds of the cross-validation, of whole clusters; a class needs a cluster for each.
const FOLDS: usize = 5;

/// Records of a class that is probed, at least.
const FEWEST: usize = 30;

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
    let (probed, left_out) = match records(subject) {
        Ok(found) => found,
        Err(status) => {
            return PROBES.iter().map(|p| unanswered(p, &status)).collect();
        }
    };
    PROBES.iter().map(|probe| run(subject, probe, &probed, &left_out)).collect()
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

/// The records that are probed, with their classes numbered anew.
struct Probed {
    records: Vec<usize>,
    labels: Vec<usize>,
    groups: Vec<usize>,
    clusters: Vec<u32>,
    classes: Vec<String>,
}

/// Records of the classes with enough clusters, and the names of the other classes.
fn records(subject: &Subject) -> Result<(Probed, Vec<String>), Status> {
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return Err(Status::NotApplicable("there are fewer than two classes".into()));
    }
    let mut clusters = vec![BTreeSet::new(); dataset.classes.len()];
    for (label, cluster) in dataset.labels.iter().zip(subject.clusters) {
        if let Some(label) = label {
            clusters[*label as usize].insert(*cluster);
        }
    }
    let counts = dataset.class_counts();
    let suffices = |c: usize| clusters[c].len() >= FOLDS && counts[c] >= FEWEST;
    let (kept, left_out): (Vec<usize>, Vec<usize>) =
        (0..dataset.classes.len()).partition(|c| suffices(*c));
    if kept.len() < 2 {
        return Err(Status::Unknown(format!(
            "fewer than two classes hold {FEWEST} records in {FOLDS} homology clusters"
        )));
    }
    let number: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(at, c)| (*c, at)).collect();
    let mut probed = Probed {
        records: Vec::new(),
        labels: Vec::new(),
        groups: Vec::new(),
        clusters: Vec::new(),
        classes: kept.iter().map(|c| dataset.classes[*c].clone()).collect(),
    };
    for (i, label) in dataset.labels.iter().enumerate() {
        if let Some(at) = label.and_then(|l| number.get(&(l as usize))) {
            probed.records.push(i);
            probed.labels.push(*at);
            probed.groups.push(subject.clusters[i] as usize);
            probed.clusters.push(subject.clusters[i]);
        }
    }
    Ok((probed, left_out.iter().map(|c| dataset.classes[*c].clone()).collect()))
}

fn run(subject: &Subject, probe: &Probe, probed: &Probed, left_out: &[String]) -> Finding {
    match predicted(subject, probe, probed) {
        Ok(predicted) => judged(subject, probe, probed, &predicted, left_out),
        Err(why) => unanswered(probe, &Status::Unknown(why)),
    }
}

/// Out-of-fold classes of the probed records.
fn predicted(subject: &Subject, probe: &Probe, probed: &Probed) -> Result<Vec<usize>, String> {
    let dataset = subject.dataset;
    let molecule =
        if dataset.alphabet.is_nucleic() { Molecule::Nucleotide } else { Molecule::Protein };
    let sequences: Vec<&[u8]> = probed.records.iter().map(|i| dataset.sequence(*i)).collect();
    let features = composition(&sequences, probe.set, molecule);
    let classes = probed.classes.len();
    let folds = deal_groups(&probed.labels, &probed.groups, classes, FOLDS, subject.seed)
        .map_err(|error| error.to_string())?;
    // The skill settles long before the last digits of the weights.
    let config = LogisticConfig { tolerance: 1e-4, ..LogisticConfig::default() };
    cross_validated(&features, &probed.labels, classes, &folds, config)
        .map(|predictions| predictions.classes())
        .map_err(|error| error.to_string())
}

fn judged(
    subject: &Subject,
    probe: &Probe,
    probed: &Probed,
    predicted: &[usize],
    left_out: &[String],
) -> Finding {
    let classes = probed.classes.len();
    let outcomes = match Outcomes::from_classes(predicted, &probed.labels, classes) {
        Ok(outcomes) => outcomes,
        Err(error) => return unanswered(probe, &Status::Unknown(error.to_string())),
    };
    let Some(balanced) = WeightedMetric::new(Metric::BalancedAccuracy, &outcomes) else {
        return unanswered(probe, &Status::Unknown("no balanced accuracy".into()));
    };
    let chance = 1.0 / classes as f64;
    let of = |w: &[u32]| Some(skill(balanced.evaluate(w)?, chance));
    let value = of(&vec![1; predicted.len()]);
    let settings = Bootstrap { seed: subject.seed, ..Bootstrap::default() };
    let interval = skill_interval(&settings, &probed.clusters, chance, of);
    let rows = per_class(&outcomes).into_iter().map(|found| {
        row([
            probed.classes[found.class].clone(),
            found.support.to_string(),
            optional(found.recall),
            optional(found.precision),
        ])
    });
    let finding = Finding {
        statistic: format!(
            "skill of {} (balanced accuracy by cross-validation over homology clusters; 0 is chance, 1 perfect)",
            probe.what
        ),
        value,
        n: predicted.len(),
        message: format!(
            "{} alone reach a balanced accuracy of {} where chance is {}{}",
            probe.what,
            optional(Metric::BalancedAccuracy.compute(&outcomes)),
            decimal(chance),
            if left_out.is_empty() {
                String::new()
            } else {
                format!("; without {} (too few homology clusters)", list(left_out))
            },
        ),
        tables: vec![Table {
            title: format!("What {} tell of each class", probe.what),
            columns: heads(["class", "records", "recall", "precision"]),
            rows: rows.collect(),
        }],
        interval: interval.clone(),
        ..open(probe.check, probe.title)
    };
    let Some(interval) = interval else {
        let why = format!("{} are too few for an interval", count(finding.n, "record"));
        return Finding { status: Status::Unknown(why), ..probe.gate.show(finding) };
    };
    let finding = probe.gate.judge(interval.low, finding);
    match finding.status {
        Status::Pass if interval.high >= TOO_WIDE => {
            let why = format!(
                "the interval reaches {}: too few records or homology clusters",
                decimal(interval.high)
            );
            Finding { status: Status::Unknown(why), ..finding }
        }
        Status::Pass => finding,
        _ => Finding { remedy: probe.remedy.into(), ..finding },
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::dataset::Dataset;

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
