//! The same sequence under two labels: error that no model can avoid.

use std::collections::BTreeMap;

use super::cell::{EVIDENCE, count, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open};
use super::{Finding, Subject};
use cistron_split::neighbour::identity::Identities;
use cistron_statistics::interval::wilson;

/// Contradictions are counted over all records, so the rate itself is judged.
const GATE: Gate = Gate::warn_fail(0.001, 0.01);

const CHECK: &str = "contradiction.same-sequence";
const TITLE: &str = "Does one sequence carry two labels?";

/// Records of one sequence, either strand, that carry different labels, and the error rate that
/// even the best model has on them: `sum over groups of (n - n of the commonest label) / n`.
pub(super) fn contradiction(subject: &Subject, identities: &Identities) -> Finding {
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return not_applicable(CHECK, TITLE, "there are fewer than two classes");
    }
    let labelled = dataset.labels.iter().flatten().count();
    let (mut errors, mut involved) = (0, 0);
    let mut evidence = Vec::new();
    let mut pairs: BTreeMap<Vec<&str>, (usize, usize)> = BTreeMap::new();
    for group in identities.groups() {
        let members: Vec<(usize, u32)> =
            group.iter().filter_map(|i| dataset.labels[*i].map(|label| (*i, label))).collect();
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for (_, label) in &members {
            *counts.entry(*label).or_default() += 1;
        }
        if counts.len() < 2 {
            continue;
        }
        involved += members.len();
        errors += members.len() - counts.values().max().copied().unwrap_or(0);
        let classes: Vec<&str> =
            counts.keys().map(|c| dataset.classes[*c as usize].as_str()).collect();
        let entry = pairs.entry(classes).or_default();
        *entry = (entry.0 + 1, entry.1 + members.len());
        if evidence.len() < EVIDENCE {
            let name = |(i, label): &(usize, u32)| {
                format!("{} ({})", dataset.id(*i), dataset.classes[*label as usize])
            };
            evidence.push(members.iter().take(4).map(name).collect::<Vec<_>>().join(" = "));
        }
    }
    let value = share(errors, labelled);
    let finding = Finding {
        statistic: "error rate that no model can avoid".into(),
        value: Some(value),
        interval: wilson(errors, labelled),
        n: labelled,
        message: if involved == 0 {
            "no sequence carries two labels".into()
        } else {
            format!(
                "{} share their sequence (either strand) with a record of another class; no model can get {} of {} ({}) right",
                count(involved, "record"),
                errors,
                count(labelled, "record"),
                percent(value),
            )
        },
        evidence,
        remedy: if involved == 0 {
            String::new()
        } else {
            "look the listed records up at their source: correct the labels, leave the records out, or predict several labels a sequence".into()
        },
        tables: table(&pairs).into_iter().collect(),
        ..open(CHECK, TITLE)
    };
    GATE.judge(value, finding)
}

fn table(pairs: &BTreeMap<Vec<&str>, (usize, usize)>) -> Option<Table> {
    let rows = pairs.iter().map(|(classes, (sequences, records))| {
        row([classes.join(" / "), sequences.to_string(), records.to_string()])
    });
    (!pairs.is_empty()).then(|| Table {
        title: "Classes that share sequences".into(),
        columns: heads(["classes", "sequences", "records"]),
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use crate::Status;

    fn run(records: &[Vec<u8>]) -> Finding {
        let dataset = planted::two_classes(records);
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        contradiction(&Subject::unsplit(&dataset, &clusters, 15, 1), &Identities::new(&dataset))
    }

    #[test]
    fn planted_contradictions_bound_the_accuracy() {
        let mut records = planted::random(100, 90, 3);
        assert_eq!(run(&records).status, Status::Pass);
        assert_eq!(run(&records).value, Some(0.0));
        // Even records are class a, odd ones class b: three of a group of a, a, b and one pair.
        records[2] = records[0].clone();
        records[5] =
            cistron_encoders::alphabet::Alphabet::Dna.reverse_complement(&records[0]).unwrap();
        records[11] = records[10].to_ascii_lowercase();
        let finding = run(&records);
        assert_eq!(finding.status, Status::Fail);
        assert_eq!(finding.value, Some(0.02));
        assert_eq!(finding.evidence, ["r0 (a) = r2 (a) = r5 (b)", "r10 (a) = r11 (b)"]);
        assert_eq!(finding.tables[0].rows, [["a / b", "2", "5"]]);
    }

    #[test]
    fn one_class_cannot_contradict_itself() {
        let mut dataset = planted::two_classes(&planted::random(4, 50, 1));
        dataset.set_labels(&vec![Some("a".to_string()); 4]);
        let subject = Subject::unsplit(&dataset, &[0, 1, 2, 3], 15, 1);
        let finding = contradiction(&subject, &Identities::new(&dataset));
        assert!(matches!(finding.status, Status::NotApplicable(_)));
    }
}
