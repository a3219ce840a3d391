//! Records that the reader left out.

use std::collections::BTreeMap;

use super::cell::{EVIDENCE, ROWS, count, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, open};
use super::{Finding, Subject};
use cistron_statistics::interval::wilson;

/// Every record of the file is counted, so the share itself is judged.
const GATE: Gate = Gate::warn(0.01);

/// How many records were skipped, and why.
pub(super) fn skipped(subject: &Subject) -> Finding {
    let skipped = &subject.dataset.skipped;
    let all = subject.dataset.len() + skipped.len();
    let value = share(skipped.len(), all);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for text in skipped {
        *reasons.entry(reason(text)).or_default() += 1;
    }
    let mut rows: Vec<(String, usize)> = reasons.into_iter().collect();
    rows.sort_by_key(|(reason, n)| (usize::MAX - n, reason.clone()));
    let table = Table {
        title: "Why records were skipped".into(),
        columns: heads(["reason", "records"]),
        rows: rows.into_iter().take(ROWS).map(|(r, n)| row([r, n.to_string()])).collect(),
    };
    let renamed = match subject.dataset.renamed.as_slice() {
        [] => String::new(),
        [first, ..] => {
            let n = count(subject.dataset.renamed.len(), "identifier");
            format!("; {n} stood more than once and got a number, such as {first}")
        }
    };
    let finding = Finding {
        statistic: "share of records that could not be read".into(),
        value: Some(value),
        interval: wilson(skipped.len(), all),
        n: all,
        message: if skipped.is_empty() {
            format!("all {} were read{renamed}", count(all, "record"))
        } else {
            format!(
                "{} of {} ({}) are malformed and were left out{renamed}",
                skipped.len(),
                count(all, "record"),
                percent(value)
            )
        },
        evidence: skipped.iter().take(EVIDENCE).cloned().collect(),
        remedy: if skipped.is_empty() {
            String::new()
        } else {
            "correct the listed records; what is left out may not be left out at random".into()
        },
        tables: if skipped.is_empty() { Vec::new() } else { vec![table] },
        ..open("read.skipped", "Was every record read?")
    };
    GATE.judge(value, finding)
}

/// The first line of a message with its numbers blanked, so that equal mistakes are counted together.
fn reason(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.split_once(": found ").map_or(line, |(_, reason)| reason);
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use crate::Status;

    #[test]
    fn skipped_records_are_counted_by_reason() {
        let mut dataset = planted::two_classes(&planted::random(98, 40, 1));
        let clusters: Vec<u32> = (0..98).collect();
        let finding = skipped(&Subject::unsplit(&dataset, &clusters, 15, 1));
        assert_eq!((finding.status, finding.value), (Status::Pass, Some(0.0)));
        dataset.skipped = vec![
            "x.fa:3: record 2 (r): found `J` at position 7; expected DNA".into(),
            "x.fa:9: record 5 (s): found `J` at position 81; expected DNA".into(),
        ];
        let finding = skipped(&Subject::unsplit(&dataset, &clusters, 15, 1));
        assert_eq!((finding.status, finding.value, finding.n), (Status::Warn, Some(0.02), 100));
        assert_eq!(finding.tables[0].rows, [["`J` at position #; expected DNA", "2"]]);
    }
}
