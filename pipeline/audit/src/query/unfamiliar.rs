//! Whether the records are like those learnt from.

use super::{Familiarity, by_limit};
use crate::Finding;
use crate::cell::{EVIDENCE, count, heads, percent, row, share};
use crate::finding::Table;
use crate::gate::{Gate, open, unknown};
use cistron_statistics::interval::wilson;

/// Lower limit of the share of unfamiliar sequences; 5 % of the validation records carry the mark.
const GATE: Gate = Gate::warn_fail(0.1, 0.5);

const CHECK: &str = "query.unfamiliar";
const TITLE: &str = "Are the sequences like those learnt from?";

/// Ranges of containment, highest first: name, lower limit.
const RANGES: [(&str, f64); 4] =
    [("0.95 to 1", 0.95), ("0.5 to 0.95", 0.5), ("0.2 to 0.5", 0.2), ("0 to 0.2", 0.0)];

/// Records by familiarity.
#[derive(Default)]
pub(super) struct Unfamiliar {
    /// Records in each range of containment.
    ranges: [usize; RANGES.len()],
    too_short: usize,
    /// Records of which the mark is known, and those that carry it.
    known: usize,
    far: usize,
    evidence: Vec<String>,
}

impl Unfamiliar {
    pub(super) fn push(&mut self, id: &str, familiarity: Familiarity) {
        match familiarity.containment {
            None => self.too_short += 1,
            Some(containment) => {
                let range = RANGES.iter().position(|(_, low)| containment >= *low);
                self.ranges[range.unwrap_or(RANGES.len() - 1)] += 1;
            }
        }
        let Some(far) = familiarity.unfamiliar else { return };
        self.known += 1;
        if far {
            self.far += 1;
            if self.evidence.len() < EVIDENCE {
                self.evidence.push(id.to_string());
            }
        }
    }

    pub(super) fn finding(&self, numbers: bool) -> Finding {
        if numbers {
            let why = "numbers have no k-mers to look up among those learnt from";
            let remedy = "look at the drift and at the range of cycles instead";
            return unknown(CHECK, TITLE, why, remedy);
        }
        if self.known == 0 && self.ranges.iter().any(|n| *n > 0) {
            // After a homology split, one validation record in twenty shares nothing with training.
            let why = "more than 5 % of the validation records share no k-mer with any training record, so none is less familiar than what the model was scored on";
            let remedy = "rely on a row no more than on the score of distant sequences; look at `containment`";
            return Finding {
                tables: vec![self.histogram()],
                ..unknown(CHECK, TITLE, why, remedy)
            };
        }
        if self.known == 0 {
            return unknown(
                CHECK,
                TITLE,
                "no sequence could be compared with the training records",
                "predict longer sequences, or train with a validation part that calibrates the threshold",
            );
        }
        let value = share(self.far, self.known);
        let interval = wilson(self.far, self.known);
        let too_short = match self.too_short {
            0 => String::new(),
            n => format!("; {} too short to compare", count(n, "sequence")),
        };
        let finding = Finding {
            statistic: "share of sequences unlike any training record".into(),
            value: Some(value),
            interval,
            n: self.known,
            message: format!(
                "{} of {} ({}) are less like any training record than 95 % of the validation records are{too_short}",
                self.far,
                count(self.known, "sequence"),
                percent(value),
            ),
            evidence: self.evidence.clone(),
            remedy: if self.far == 0 {
                String::new()
            } else {
                "do not rely on the rows marked `unfamiliar`: no score was measured on sequences like these".into()
            },
            tables: vec![self.histogram()],
            ..open(CHECK, TITLE)
        };
        by_limit(GATE, finding)
    }

    /// Sequences by range of containment.
    fn histogram(&self) -> Table {
        let names = RANGES.map(|(name, _)| name).into_iter().chain(["too short to compare"]);
        let counts = self.ranges.into_iter().chain([self.too_short]);
        let all = self.ranges.iter().sum::<usize>() + self.too_short;
        Table {
            title: "Share of the sequence's own k-mers in the nearest training record".into(),
            columns: heads(["containment", "sequences", "share"]),
            rows: names
                .zip(counts)
                .map(|(name, n)| row([name.to_string(), n.to_string(), percent(share(n, all))]))
                .collect(),
        }
    }
}
