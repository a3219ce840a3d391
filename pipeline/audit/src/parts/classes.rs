//! Whether every class is on both sides, and as common on one as on the other.

use super::super::cell::{EVIDENCE, count, decimal, heads, list, percent, row, share};
use super::super::contingency::Contingency;
use super::super::finding::Table;
use super::super::gate::{Gate, not_applicable, open};
use super::super::{Finding, Status, Subject};
use super::{NO_SPLIT, in_fold, sides, worst};
use cistron_split::Part;

/// Classes that a part lacks: of one, the score says nothing.
const MISSING: Gate = Gate::warn_fail(1.0, 1.0);

/// Lower limit of Cramér's V of class and side.
const PRIOR: Gate = Gate::warn(0.1).within(0.5);

/// Records of a side that shares are compared on, at least.
const FEWEST: usize = 20;

/// Classes without a record that weights are fitted on, or without one held out.
pub(super) fn missing(subject: &Subject) -> Finding {
    let (check, title) = ("parts.classes", "Is every class learnt from, and held out?");
    let dataset = subject.dataset;
    let Some((splits, _)) = subject.held_out else { return not_applicable(check, title, NO_SPLIT) };
    if dataset.classes.len() < 2 {
        return not_applicable(check, title, "there are fewer than two classes");
    }
    let folds = splits.folds.len();
    let (mut unlearnt, mut unscored) = (Vec::new(), Vec::new());
    let mut scored = vec![0_usize; dataset.classes.len()];
    for (fold, parts) in splits.folds.iter().enumerate() {
        let mut learnt = vec![0_usize; dataset.classes.len()];
        for (part, label) in parts.iter().zip(&dataset.labels) {
            match (part, label) {
                (Part::Train, Some(label)) => learnt[*label as usize] += 1,
                (Part::Test, Some(label)) => scored[*label as usize] += 1,
                _ => {}
            }
        }
        let lacking = (0..learnt.len()).filter(|class| learnt[*class] == 0);
        unlearnt.extend(lacking.map(|c| format!("{}{}", dataset.classes[c], in_fold(fold, folds))));
    }
    // Scores are of all folds together: a class must be held out in one of them.
    let lacking = (0..scored.len()).filter(|class| scored[*class] == 0);
    unscored.extend(lacking.map(|c| dataset.classes[c].clone()));
    let mut found = Vec::new();
    if !unlearnt.is_empty() {
        found.push(format!("no record of {} is learnt from", list(&unlearnt)));
    }
    if !unscored.is_empty() {
        found.push(format!("no record of {} is held out", list(&unscored)));
    }
    let evidence = unlearnt.iter().map(|c| format!("{c}: not learnt from"));
    let evidence = evidence.chain(unscored.iter().map(|c| format!("{c}: not held out")));
    let value = unlearnt.len() + unscored.len();
    let finding = Finding {
        statistic: "classes without a record to learn from, or without one held out".into(),
        value: Some(value as f64),
        n: dataset.classes.len(),
        message: if value == 0 {
            format!("all {} classes are learnt from and held out", dataset.classes.len())
        } else {
            found.join("; ")
        },
        evidence: evidence.take(EVIDENCE).collect(),
        remedy: if value == 0 {
            String::new()
        } else {
            "deal every class to both sides, or leave the class out: a model cannot learn what it \
             is not shown, and a score says nothing of what was not asked"
                .into()
        },
        ..open(check, title)
    };
    MISSING.judge(value as f64, finding)
}

/// Whether the classes are as common among the held-out records as among those learnt from.
pub(super) fn prior(subject: &Subject) -> Finding {
    let (check, title) = ("parts.prior", "Are the classes as common held out as learnt from?");
    let dataset = subject.dataset;
    if dataset.classes.len() < 2 {
        return not_applicable(check, title, "there are fewer than two classes");
    }
    let sides = sides(subject);
    let folds = sides.len();
    let findings = sides.iter().enumerate().map(|(fold, sides)| {
        let of = |records: &[usize], side: u32| -> Vec<(u32, u32, u32)> {
            let labelled = records.iter().filter_map(|i| Some((*i, dataset.labels[*i]?)));
            labelled.map(|(i, label)| (side, label, subject.clusters[i])).collect()
        };
        let (held_out, learnt) = (of(&sides.held_out, 1), of(&sides.learnt, 0));
        compared(check, title, "class", &dataset.classes, &learnt, &held_out, fold, folds)
    });
    worst(findings.collect()).unwrap_or_else(|| not_applicable(check, title, NO_SPLIT))
}

/// Levels of a column on both sides (side, level, cluster), judged by Cramér's V.
#[allow(clippy::too_many_arguments)]
pub(super) fn compared(
    check: &str,
    title: &str,
    column: &str,
    names: &[String],
    learnt: &[(u32, u32, u32)],
    held_out: &[(u32, u32, u32)],
    fold: usize,
    folds: usize,
) -> Finding {
    let part = |rows: &[(u32, u32, u32)], level: usize| {
        share(rows.iter().filter(|r| r.1 as usize == level).count(), rows.len())
    };
    let shares: Vec<(f64, f64)> =
        (0..names.len()).map(|level| (part(learnt, level), part(held_out, level))).collect();
    let moved = |level: &usize| (shares[*level].1 - shares[*level].0).abs();
    let most = (0..names.len()).max_by(|a, b| moved(a).total_cmp(&moved(b)).then(b.cmp(a)));
    let all = [learnt, held_out].concat();
    let table = Contingency::new(&all);
    let finding = Finding {
        statistic: format!("Cramér's V of {column} and side of the split (0 alike, 1 apart)"),
        value: table.cramers_v(),
        interval: table.interval(),
        n: held_out.len(),
        message: most.map_or_else(String::new, |level| {
            format!(
                "{} moved most{}: {} of the records learnt from, {} of those held out",
                names[level],
                in_fold(fold, folds),
                percent(shares[level].0),
                percent(shares[level].1)
            )
        }),
        tables: vec![Table {
            title: format!("Share of each {column} on both sides{}", in_fold(fold, folds)),
            columns: heads([column, "learnt from", "held out"]),
            rows: names
                .iter()
                .zip(&shares)
                .take(super::super::cell::ROWS)
                .map(|(name, (a, b))| row([name.clone(), decimal(*a), decimal(*b)]))
                .collect(),
        }],
        ..open(check, title)
    };
    if held_out.len() < FEWEST || learnt.len() < FEWEST {
        let fewer = count(held_out.len().min(learnt.len()), "labelled record");
        let why = format!("only {fewer} on one side, {FEWEST} are needed");
        return Finding { status: Status::Unknown(why), ..PRIOR.show(finding) };
    }
    if finding.value.is_none() {
        // One level on both sides: nothing can move.
        return Finding { value: Some(0.0), interval: None, ..PRIOR.show(finding) };
    }
    let finding = PRIOR.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!(
        "deal the split with the {column} in mind, or quote the score by {column}: what is held out is not what was learnt from"
    );
    Finding { remedy, ..finding }
}

#[cfg(test)]
mod tests {
    use super::super::super::planted;
    use super::*;
    use cistron_split::neighbour::Neighbours;

    fn run(
        labels: impl Fn(usize) -> &'static str,
        held_out: impl Fn(usize) -> bool,
    ) -> [Finding; 2] {
        let labels: Vec<&str> = (0..200).map(labels).collect();
        let dataset = planted::labelled(&planted::random(200, 60, 1), &labels);
        let part = |i| if held_out(i) { Part::Test } else { Part::Train };
        let splits = planted::splits(&dataset, part);
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let subject = Subject::split(&dataset, &splits, &neighbours, 1);
        [missing(&subject), prior(&subject)]
    }

    #[test]
    fn a_class_that_one_side_lacks_is_named() {
        let class = |i: usize| if i.is_multiple_of(20) { "c" } else { ["a", "b"][i % 2] };
        let found = run(class, |i: usize| i.is_multiple_of(5))[0].clone();
        assert_eq!((found.status, found.value), (Status::Fail, Some(1.0)));
        assert_eq!(found.message, "no record of c is learnt from");
        let found = run(class, |i| i % 5 == 1)[0].clone();
        assert_eq!(found.status, Status::Fail);
        assert_eq!(found.message, "no record of c is held out");
        let found = run(|i: usize| ["a", "b"][i % 2], |i| i % 5 == 1)[0].clone();
        assert_eq!((found.status, found.value), (Status::Pass, Some(0.0)));
    }

    #[test]
    fn a_class_that_is_commoner_held_out_warns() {
        let found = run(
            |i: usize| ["a", "b"][usize::from(i.is_multiple_of(4))],
            |i: usize| i.is_multiple_of(8) || i % 8 == 3,
        );
        assert_eq!(found[1].status, Status::Warn, "{:?}", found[1]);
        let found = run(|i: usize| ["a", "b"][i % 2], |i: usize| i.is_multiple_of(5));
        assert_eq!(found[1].status, Status::Pass, "{:?}", found[1]);
    }
}
