//! Whether a quantity of the records lies in the range of the training records.

use super::by_limit;
use crate::Finding;
use crate::cell::{EVIDENCE, count, heads, percent, row, share};
use crate::finding::Table;
use crate::gate::{Gate, open, unknown};
use crate::profile::{Range, Values};
use cistron_statistics::interval::wilson;

/// Lower limit of the share outside the range that holds 99 % of the training records.
const GATE: Gate = Gate::warn(0.05).within(0.2);

/// Values of a quantity, and those outside the training records' range.
pub(super) struct Outside {
    range: Option<Range>,
    values: Values,
    out: usize,
    evidence: Vec<String>,
}

impl Outside {
    pub(super) fn new(range: Option<Range>) -> Self {
        Self { range, values: Values::default(), out: 0, evidence: Vec::new() }
    }

    pub(super) fn push(&mut self, id: &str, value: f64) {
        self.values.push(value);
        if self.range.is_some_and(|range| !range.contains(value)) {
            self.out += 1;
            if self.evidence.len() < EVIDENCE {
                self.evidence.push(id.to_string());
            }
        }
    }

    /// The finding of `check`, which asks `title` about the quantity `what`.
    pub(super) fn finding(&self, check: &str, title: &str, what: &str) -> Finding {
        let Some(range) = self.range else {
            let why = "the model was stored without it";
            return unknown(check, title, why, "train the model again");
        };
        let n = self.values.len();
        let value = share(self.out, n);
        let interval = wilson(self.out, n);
        let show = |v: f64| if check == "query.length" { format!("{v:.0}") } else { percent(v) };
        let rows = [("training", Some(range)), ("here", self.values.range())]
            .into_iter()
            .filter_map(|(name, r)| r.map(|r| row([name.to_string(), show(r.low), show(r.high)])));
        let finding = Finding {
            statistic: format!("share of sequences outside the training records' {what}"),
            value: Some(value),
            interval,
            n,
            message: format!(
                "{} of {} ({}) have a {what} outside {} to {}, where 99 % of the training records lie",
                self.out,
                count(n, "sequence"),
                percent(value),
                show(range.low),
                show(range.high),
            ),
            evidence: self.evidence.clone(),
            remedy: if self.out == 0 {
                String::new()
            } else {
                "expect less of the model on the listed sequences: it has seen few or none like them"
                    .into()
            },
            tables: vec![Table {
                title: format!("Range of {what} that holds 99 %"),
                columns: heads(["sequences", "from", "to"]),
                rows: rows.collect(),
            }],
            ..open(check, title)
        };
        by_limit(GATE, finding)
    }
}
