//! The feedback loop: labels that an earlier model predicted.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cell::{EVIDENCE, count, percent, share};
use super::gate::{Gate, open, unknown};
use super::{Finding, Subject};
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::identity::Identities;
use cistron_statistics::interval::wilson;

/// Every record is looked up, so the share itself is judged.
const GATE: Gate = Gate::warn_fail(0.01, 0.1);

const CHECK: &str = "feedback.predicted-labels";
const TITLE: &str = "Were labels predicted by an earlier model?";

/// What a model said of a sequence, as `audit.json` beside predictions keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Predicted {
    /// First 64 bits, in hexadecimal, of the hash that both strands of the sequence share.
    pub sequence: String,
    /// The class predicted.
    pub class: String,
}

impl Predicted {
    /// What was predicted for the sequence whose strands share the hash `canonical`.
    #[must_use]
    pub fn new(canonical: u128, class: &str) -> Self {
        Self { sequence: short(canonical), class: class.to_string() }
    }

    /// What was predicted for each record: the class of each, in order.
    #[must_use]
    pub fn of<'c>(dataset: &Dataset, classes: impl Iterator<Item = &'c str>) -> Vec<Self> {
        let identities = Identities::new(dataset);
        classes.enumerate().map(|(i, class)| Self::new(identities.canonical(i), class)).collect()
    }
}

fn short(canonical: u128) -> String {
    format!("{:016x}", canonical >> 64)
}

/// Records whose sequence and label are those of an earlier prediction.
pub(super) fn feedback(subject: &Subject, identities: &Identities) -> Finding {
    let dataset = subject.dataset;
    let Some(earlier) = subject.predictions else {
        let why = "no predictions of earlier models were given";
        return unknown(CHECK, TITLE, why, "give their audits: --predictions TABLE.audit.json");
    };
    let known: HashMap<&str, &str> =
        earlier.iter().map(|p| (p.sequence.as_str(), p.class.as_str())).collect();
    let found: Vec<(usize, bool)> = (0..dataset.len())
        .filter_map(|i| {
            let label = &dataset.classes[dataset.labels[i]? as usize];
            known.get(short(identities.canonical(i)).as_str()).map(|class| (i, class == label))
        })
        .collect();
    let same: Vec<usize> = found.iter().filter(|(_, same)| *same).map(|(i, _)| *i).collect();
    let n = dataset.labels.iter().flatten().count();
    let value = share(same.len(), n);
    let finding = Finding {
        statistic: "share of labelled records whose sequence and label an earlier model predicted"
            .into(),
        value: Some(value),
        interval: wilson(same.len(), n),
        n,
        message: format!(
            "{} of {} were predicted before, {} of them ({} of all) with the label that they carry now",
            found.len(),
            count(n, "labelled record"),
            same.len(),
            percent(value),
        ),
        evidence: same.iter().take(EVIDENCE).map(|i| dataset.id(*i).to_string()).collect(),
        remedy: if same.is_empty() {
            String::new()
        } else {
            "leave these records out, or label them by something other than the model: trained on its own answers it repeats its errors".into()
        },
        ..open(CHECK, TITLE)
    };
    GATE.judge(value, finding)
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use crate::Status;

    #[test]
    fn predicted_labels_are_recognised_on_either_strand() {
        let sequences = planted::random(50, 60, 1);
        let dataset = planted::two_classes(&sequences);
        let turned: Vec<Vec<u8>> = sequences[..10]
            .iter()
            .map(|s| dataset.alphabet.reverse_complement(s).unwrap_or_default())
            .collect();
        let earlier = planted::two_classes(&turned);
        // Records 0 to 9 were predicted: class a, right for every other one.
        let predicted = Predicted::of(&earlier, std::iter::repeat_n("a", 10));
        let clusters: Vec<u32> = (0..50).collect();
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1);
        let identities = Identities::new(&dataset);
        let finding = feedback(&subject.with_predictions(&predicted), &identities);
        assert_eq!((finding.status, finding.value), (Status::Fail, Some(0.1)));
        assert!(finding.message.starts_with("10 of 50 labelled records"), "{}", finding.message);
        assert!(matches!(feedback(&subject, &identities).status, Status::Unknown(_)));
        let none = feedback(&subject.with_predictions(&[]), &identities);
        assert_eq!(none.status, Status::Pass);
    }
}
