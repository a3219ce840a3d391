//! The levels of a column against the population that a score is meant for.

use std::collections::BTreeMap;

use super::cell::{ROWS, count, decimal, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, open, unknown};
use super::representation::level_counts;
use super::{Finding, Status, Subject};
use cistron_statistics::interval::wilson;

/// Population stability index, less what chance adds; limits by convention.
const GATE: Gate = Gate::warn_fail(0.1, 0.25);

/// Share that a level without a record, or without one in the reference, is given.
const LEAST: f64 = 1e-3;

/// The fewest records that are compared.
const FEWEST: usize = 30;

/// What shares the levels of a column should have.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Name of the column.
    pub column: String,
    /// Share of each level; any scale.
    pub shares: BTreeMap<String, f64>,
}

/// Each declared reference against its column: PSI = sum (p - π) ln(p / π).
pub(super) fn reference(subject: &Subject) -> Vec<Finding> {
    subject.references.iter().map(|reference| against(subject, reference)).collect()
}

fn against(subject: &Subject, reference: &Reference) -> Finding {
    let check = format!("group.reference:{}", reference.column);
    let title = format!("Is `{}` as in the population that the score is for?", reference.column);
    let group = subject.dataset.groups.iter().find(|g| g.name == reference.column);
    let Some(group) = group else {
        return unknown(&check, &title, "the data have no such column", "name it with --group");
    };
    let counts = level_counts(group);
    let n: usize = counts.iter().sum();
    let total: f64 = reference.shares.values().sum();
    let levels: Vec<&String> = {
        let mut levels: Vec<&String> = group.levels.iter().chain(reference.shares.keys()).collect();
        levels.sort();
        levels.dedup();
        levels
    };
    let of =
        |level: &String| group.levels.iter().position(|l| l == level).map_or(0, |at| counts[at]);
    let expected = |level: &String| reference.shares.get(level).copied().unwrap_or(0.0) / total;
    let terms: Vec<(f64, f64)> = levels
        .iter()
        .map(|level| (share(of(level), n).max(LEAST), expected(level).max(LEAST)))
        .collect();
    let raw: f64 = terms.iter().map(|(p, q)| (p - q) * (p / q).ln()).sum();
    // Under the reference, n times the index is about chi-squared of levels - 1.
    let by_chance = (levels.len() as f64 - 1.0) / n.max(1) as f64;
    let value = (raw - by_chance).max(0.0);
    let mut order: Vec<usize> = (0..levels.len()).collect();
    let ratio = |at: &usize| terms[*at].0 / terms[*at].1;
    order.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    let rows = order.iter().take(ROWS).map(|at| {
        let level = levels[*at];
        let here = wilson(of(level), n);
        row([
            level.clone(),
            of(level).to_string(),
            percent(share(of(level), n)),
            here.map_or_else(String::new, |i| format!("{}–{}", percent(i.low), percent(i.high))),
            percent(expected(level)),
            decimal(ratio(at)),
        ])
    });
    let finding = Finding {
        statistic: "population stability index against the reference, less what chance adds".into(),
        value: Some(value),
        n,
        message: order.first().map_or_else(String::new, |at| {
            format!(
                "{} has {} of the records and {} of the reference: {} times its share; index {}",
                levels[*at],
                percent(share(of(levels[*at]), n)),
                percent(expected(levels[*at])),
                decimal(ratio(at)),
                decimal(value)
            )
        }),
        tables: vec![Table {
            title: format!("{} against its reference, least represented first", group.name),
            columns: heads(["level", "records", "share", "95 % interval", "reference", "ratio"]),
            rows: rows.collect(),
        }],
        ..open(&check, &title)
    };
    if n < FEWEST || total <= 0.0 {
        let why = format!("only {} to compare", count(n, "record"));
        return Finding { status: Status::Unknown(why), ..GATE.show(finding) };
    }
    let finding = GATE.judge(value, finding);
    let remedy = if finding.status == Status::Pass {
        String::new()
    } else {
        "add records of the levels named first, or weight them; quote the score by level".into()
    };
    Finding { remedy, ..finding }
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;
    use cistron_data::dataset::GroupKind;

    #[test]
    fn an_index_by_hand() {
        let mut dataset = planted::two_classes(&planted::random(100, 40, 1));
        let sex: Vec<Option<String>> =
            (0..100).map(|i| Some(if i < 80 { "male" } else { "female" }.to_string())).collect();
        dataset.add_group("sex", GroupKind::Descriptor, &sex);
        let clusters: Vec<u32> = (0..100).collect();
        let shares = [("male", 50.0), ("female", 50.0)].map(|(l, s)| (l.to_string(), s));
        let references = [Reference { column: "sex".into(), shares: shares.into() }];
        let subject = Subject::unsplit(&dataset, &clusters, 15, 1).with_references(&references);
        let finding = &reference(&subject)[0];
        // .3 ln(.8 / .5) - .3 ln(.2 / .5) - 1 / 100 = .3 ln 4 - .01
        assert!((finding.value.unwrap() - (0.3 * 4_f64.ln() - 0.01)).abs() < 1e-12);
        assert_eq!(finding.status, Status::Fail);
        assert!(finding.message.starts_with("female has 20.0 % of the records and 50.0 %"));
    }
}
