//! Labels that close relatives contradict.

use super::cell::{EVIDENCE, count, percent, share};
use super::gate::{Gate, not_applicable, open, unknown};
use super::variant::variants;
use super::{Finding, Subject};
use cistron_split::neighbour::Neighbours;
use cistron_statistics::interval::wilson;

/// Every record with relatives is counted, so the share itself is judged.
const GATE: Gate = Gate::warn_fail(0.01, 0.1);

const CHECK: &str = "label.homologue-vote";
const TITLE: &str = "Do close relatives carry the same label?";

/// Records whose label is not that of most of their relatives (containment .5 and more, at least two).
pub(super) fn homologue(subject: &Subject, neighbours: Option<&Neighbours>) -> Finding {
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return not_applicable(CHECK, TITLE, "there are fewer than two classes");
    }
    if variants(dataset).is_some() {
        let why = "the records are variants: windows overlap, and every allele has its own label";
        return not_applicable(CHECK, TITLE, why);
    }
    let Some(neighbours) = neighbours else {
        return unknown(CHECK, TITLE, "the records could not be compared", "");
    };
    let voted: Vec<usize> = (0..dataset.len())
        .filter(|i| dataset.labels[*i].is_some() && neighbours.relatives[*i].vote.is_some())
        .collect();
    if voted.is_empty() {
        let why = "no record has two labelled relatives (containment 0.5 and more)";
        return not_applicable(CHECK, TITLE, why);
    }
    let outvoted = outvoted(subject, neighbours);
    let evidence = outvoted.iter().take(EVIDENCE).filter_map(|(i, label)| {
        let vote = neighbours.relatives[*i].vote?;
        let own = dataset.labels[*i].map_or("", |l| dataset.classes[l as usize].as_str());
        let other = &dataset.classes[*label as usize];
        let id = dataset.id(*i);
        Some(format!("{id} ({own}): {} of {} relatives are {other}", vote.votes, vote.of))
    });
    let value = share(outvoted.len(), voted.len());
    let finding = Finding {
        statistic: "share of records with two and more relatives whose majority has another label"
            .into(),
        value: Some(value),
        interval: wilson(outvoted.len(), voted.len()),
        n: voted.len(),
        message: format!(
            "{} of {} with close relatives ({}) carry another label than most of them; {} have too few relatives to ask",
            outvoted.len(),
            count(voted.len(), "record"),
            percent(value),
            count(dataset.len() - voted.len(), "record"),
        ),
        evidence: evidence.collect(),
        remedy: if outvoted.is_empty() {
            String::new()
        } else {
            "check the listed labels at their source: on planted errors 94 of 100 records found so were wrong".into()
        },
        ..open(CHECK, TITLE)
    };
    GATE.judge(value, finding)
}

/// Records that a majority of relatives contradicts, each with the majority's label.
pub(super) fn outvoted(subject: &Subject, neighbours: &Neighbours) -> Vec<(usize, u32)> {
    let dataset = subject.dataset;
    let label = |i: usize| {
        let majority = neighbours.relatives[i].vote?.majority()?;
        dataset.labels[i].filter(|own| *own != majority).map(|_| (i, majority))
    };
    (0..dataset.len()).filter_map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::Status;
    use cistron_split::Part;

    #[test]
    fn flipped_labels_are_found_among_families() {
        // 100 families of 4 near copies (2 % substitutions); every 33rd label is flipped.
        let mut dice = Dice::new(4);
        let mut sequences = Vec::new();
        for founder in planted::random(100, 300, 9) {
            for _ in 0..4 {
                let mut copy = founder.clone();
                for base in &mut copy {
                    if dice.roll() < 0.02 {
                        *base = b"ACGT"[dice.below(4)];
                    }
                }
                sequences.push(copy);
            }
        }
        let labels: Vec<&str> =
            (0..400).map(|i| ["a", "b"][(i / 4 + usize::from(i % 33 == 0)) % 2]).collect();
        let dataset = planted::labelled(&sequences, &labels);
        let clusters: Vec<u32> = (0..400).map(|i| i / 4).collect();
        let neighbours = Neighbours::of_folds(&dataset, &[vec![Part::Train; 400]], 15).unwrap();
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1);
        let found = outvoted(&subject, &neighbours);
        let right = found.iter().filter(|(i, _)| i % 33 == 0).count();
        // 13 flips; a flip must not turn its relatives against each other.
        assert!(right >= 12 && found.len() - right <= 1, "{found:?}");
        let finding = homologue(&subject, Some(&neighbours));
        assert_eq!(finding.status, Status::Warn, "{finding:?}");
        assert!(finding.evidence[0].contains("relatives are"));
    }

    #[test]
    fn unrelated_records_have_nobody_to_ask() {
        let dataset = planted::two_classes(&planted::random(20, 100, 3));
        let clusters: Vec<u32> = (0..20).collect();
        let neighbours = Neighbours::of_folds(&dataset, &[vec![Part::Train; 20]], 15).unwrap();
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1);
        let finding = homologue(&subject, Some(&neighbours));
        assert!(matches!(finding.status, Status::NotApplicable(_)));
    }
}
