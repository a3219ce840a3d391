//! Whether the records are training records.

use crate::Finding;
use crate::cell::{EVIDENCE, count, percent, share};
use crate::gate::{Gate, open};
use cistron_statistics::interval::wilson;

/// Share of exact copies of training records; every record is counted, so the share is judged.
const GATE: Gate = Gate::warn(0.05);

/// Exact copies of training records, either strand.
#[derive(Default)]
pub(super) struct Copies {
    records: usize,
    copies: usize,
    evidence: Vec<String>,
}

impl Copies {
    pub(super) fn push(&mut self, id: &str, copy: bool) {
        self.records += 1;
        if copy {
            self.copies += 1;
            if self.evidence.len() < EVIDENCE {
                self.evidence.push(id.to_string());
            }
        }
    }

    pub(super) fn finding(&self) -> Finding {
        let value = share(self.copies, self.records);
        let finding = Finding {
            statistic: "share of sequences that are training records".into(),
            value: Some(value),
            interval: wilson(self.copies, self.records),
            n: self.records,
            message: format!(
                "{} of {} ({}) are training records, letter for letter or as the other strand",
                self.copies,
                count(self.records, "sequence"),
                percent(value)
            ),
            evidence: self.evidence.clone(),
            remedy: if self.copies == 0 {
                String::new()
            } else {
                "take their labels from the training data; a score on them measures memory".into()
            },
            ..open("query.copies", "Were the sequences learnt from already?")
        };
        GATE.judge(value, finding)
    }
}
