//! Whether the same individual, plate or genome is learnt from and held out.

use std::collections::BTreeMap;

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};

use super::super::cell::{EVIDENCE, count, decimal, percent, share};
use super::super::gate::{Gate, not_applicable, open};
use super::super::lookup::{distinct, skill, skill_interval};
use super::super::{Finding, Status, Subject};
use super::{NO_SPLIT, Sides, in_fold, sides, worst};
use crate::sampling;
use cistron_data::dataset::{Group, GroupKind};
use cistron_statistics::bootstrap::Bootstrap;
use cistron_statistics::interval::{Interval, wilson};

/// Share of the held-out records whose level was learnt from. Every one of them is counted, so the
/// share itself is judged.
const GATE: Gate = Gate::warn(0.01);

/// Lower limit of the skill of the level's commonest label, from which the level gives the label
/// away; as `circularity.gene`.
const TELLS: f64 = 0.3;

/// Held-out records that this skill is judged on, at least.
const FEWEST: usize = 30;

/// Held-out records of a level that was learnt from, in the worst fold.
pub(super) fn levels(subject: &Subject, group: &Group) -> Finding {
    let check = format!("parts.levels:{}", group.name);
    let title = format!("Is the same `{}` learnt from and held out?", group.name);
    let sides = sides(subject);
    let folds = sides.len();
    let of =
        |(fold, sides): (usize, &Sides)| one(subject, group, &check, &title, sides, (fold, folds));
    worst(sides.iter().enumerate().map(of).collect())
        .unwrap_or_else(|| not_applicable(&check, &title, NO_SPLIT))
}

fn one(
    subject: &Subject,
    group: &Group,
    check: &str,
    title: &str,
    sides: &Sides,
    (fold, folds): (usize, usize),
) -> Finding {
    // Labels by level among the records learnt from.
    let mut learnt: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
    for i in &sides.learnt {
        let Some(level) = group.values[*i] else { continue };
        let labels = learnt.entry(level).or_default();
        if let Some(label) = subject.dataset.labels[*i] {
            *labels.entry(label).or_default() += 1;
        }
    }
    let known: Vec<(usize, u32)> =
        sides.held_out.iter().filter_map(|i| Some((*i, group.values[*i]?))).collect();
    if known.is_empty() {
        return not_applicable(check, title, "no held-out record has a value");
    }
    let seen: Vec<(usize, u32)> =
        known.iter().copied().filter(|(_, level)| learnt.contains_key(level)).collect();
    let value = share(seen.len(), known.len());
    let found = Answers::of(subject, &seen, &learnt);
    let name = |(i, level): &(usize, u32)| {
        format!("{} ({})", subject.dataset.id(*i), group.levels[*level as usize])
    };
    let unit = sampling::is_unit(&group.name, &group.values, group.kind == GroupKind::Nuisance);
    let finding = Finding {
        statistic: "share of held-out records whose level was learnt from".into(),
        value: Some(value),
        interval: wilson(seen.len(), known.len()),
        n: known.len(),
        message: format!(
            "{} of {}{} ({}) are of a `{}` that was learnt from, too{}{}",
            seen.len(),
            count(known.len(), "held-out record"),
            in_fold(fold, folds),
            percent(value),
            group.name,
            found.as_ref().map_or_else(String::new, Answers::told),
            if unit { "" } else { " (no unit of sampling: informs only)" },
        ),
        evidence: seen.iter().take(EVIDENCE).map(name).collect(),
        ..open(check, title)
    };
    let finding = if unit { GATE } else { Gate::inform() }.judge(value, finding);
    if !finding.is_bad() {
        return finding;
    }
    let tells = found.is_some_and(|found| found.tell());
    let status = if tells { Status::Fail } else { finding.status };
    let remedy = format!(
        "hold whole levels of `{0}` out (`split: {{group: {{column: {0}}}}}`, `cistron split --by {0}`): records of one `{0}` are no independent evidence",
        group.name
    );
    Finding { status, remedy, ..finding }
}

/// What the commonest label of the level among the records learnt from says of the held-out ones.
struct Answers {
    right: usize,
    n: usize,
    skill: Option<Interval>,
    value: f64,
}

impl Answers {
    fn of(
        subject: &Subject,
        seen: &[(usize, u32)],
        learnt: &BTreeMap<u32, BTreeMap<u32, usize>>,
    ) -> Option<Self> {
        let mut rows = Vec::new();
        for (i, level) in seen {
            let counts = &learnt[level];
            let said = counts.iter().max_by_key(|(label, n)| (**n, u32::MAX - **label));
            if let (Some(label), Some((said, _))) = (subject.dataset.labels[*i], said) {
                rows.push((label as usize, *said as usize, *level));
            }
        }
        let own: Vec<usize> = rows.iter().map(|r| r.0).collect();
        let said: Vec<usize> = rows.iter().map(|r| r.1).collect();
        let levels: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let outcomes = Outcomes::from_classes(&said, &own, subject.dataset.classes.len()).ok()?;
        let balanced = WeightedMetric::new(Metric::BalancedAccuracy, &outcomes)?;
        let chance = 1.0 / distinct(&own) as f64;
        let of = |w: &[u32]| Some(skill(balanced.evaluate(w)?, chance));
        let value = of(&vec![1; rows.len()])?;
        let settings = Bootstrap { seed: subject.seed, ..Bootstrap::default() };
        let skill =
            if chance < 1.0 { skill_interval(&settings, &levels, chance, of) } else { None };
        let right = own.iter().zip(&said).filter(|(a, b)| a == b).count();
        Some(Self { right, n: rows.len(), skill, value })
    }

    fn told(&self) -> String {
        format!(
            "; its commonest label is right on {} of {} (a skill of {})",
            self.right,
            self.n,
            decimal(self.value)
        )
    }

    fn tell(&self) -> bool {
        self.n >= FEWEST && self.skill.as_ref().is_some_and(|skill| skill.low >= TELLS)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::planted;
    use super::*;
    use cistron_split::Part;
    use cistron_split::neighbour::Neighbours;

    fn run(
        name: &str,
        level: impl Fn(usize) -> usize,
        held_out: impl Fn(usize) -> bool,
    ) -> Finding {
        let mut dataset = planted::two_classes(&planted::random(240, 60, 1));
        let values: Vec<Option<String>> =
            (0..240).map(|i| Some(format!("S{}", level(i)))).collect();
        dataset.add_group(name, GroupKind::Nuisance, &values);
        let part = |i| if held_out(i) { Part::Test } else { Part::Train };
        let splits = planted::splits(&dataset, part);
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        levels(&Subject::split(&dataset, &splits, &neighbours, 1), &dataset.groups[0])
    }

    #[test]
    fn the_same_individual_on_both_sides() {
        // 30 individuals of 8 records; records 0, 4, 8, … are held out.
        let found = run("sample", |i| i / 8, |i: usize| i.is_multiple_of(4));
        assert_eq!((found.status, found.value, found.n), (Status::Warn, Some(1.0), 60));
        // Each individual is of one class: knowing it is knowing the label.
        let found = run("sample", |i| i / 16 * 2 + i % 2, |i: usize| (i / 2).is_multiple_of(4));
        assert_eq!(found.status, Status::Fail, "{found:?}");
        let found = run("sample", |i| i / 8, |i: usize| (i / 8).is_multiple_of(4));
        assert_eq!((found.status, found.value), (Status::Pass, Some(0.0)));
    }

    #[test]
    fn a_sex_on_both_sides_is_as_it_should_be() {
        let found = run("sex", |i| i / 2 % 2, |i: usize| i.is_multiple_of(5));
        assert_eq!((found.status, found.value), (Status::Pass, Some(1.0)));
    }
}
