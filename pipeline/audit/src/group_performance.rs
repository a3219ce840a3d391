//! Whether some levels of a metadata column are predicted worse than others.

use super::Finding;
use super::cell::{count, percent};
use super::gap::{Shares, aside};
use super::gate::{Gate, open, unknown};
use super::scored::Scored;
use cistron_data::dataset::{Dataset, Group};

/// Lower limit of the largest difference of accuracy between two levels.
pub(super) const GATE: Gate = Gate::warn_fail(0.03, 0.1);

/// The gap of each metadata column.
pub(super) fn group_performance(model: &Scored, dataset: &Dataset, seed: u64) -> Vec<Finding> {
    dataset.groups.iter().map(|group| of_column(model, group, seed)).collect()
}

fn of_column(model: &Scored, group: &Group, seed: u64) -> Finding {
    let check = format!("performance.group:{}:{}", model.name, group.name);
    let title = format!("Does {} serve every level of `{}` alike?", model.name, group.name);
    let rows: Vec<(usize, bool, u32)> = (0..model.len())
        .filter_map(|at| {
            let level = group.values[model.records[at]]? as usize;
            Some((level, model.right[at], model.clusters[at]))
        })
        .collect();
    let shares = Shares::new(group.levels.len(), &rows);
    let table = shares.table(
        &format!("Accuracy of {} by {}", model.name, group.name),
        &group.levels,
        "accuracy",
    );
    let compared = shares.sufficient();
    let Some(gap) = shares.gap(seed) else {
        let why = format!(
            "{} of `{}` hold at least 30 held-out records in 5 homology clusters; two are needed",
            count(compared.len(), "level"),
            group.name
        );
        let finding = unknown(&check, &title, &why, "hold out more records of every level");
        return Finding { n: rows.len(), tables: vec![table], ..GATE.show(finding) };
    };
    let (high, low) = (&shares.levels[gap.high], &shares.levels[gap.low]);
    let finding = Finding {
        statistic: "largest difference of accuracy between two levels".into(),
        n: rows.len(),
        message: format!(
            "{} is right on {} of {} ({}) but on {} of {} ({}); {} compared{}",
            model.name,
            percent(high.share()),
            group.levels[gap.high],
            count(high.n, "record"),
            percent(low.share()),
            group.levels[gap.low],
            count(low.n, "record"),
            count(compared.len(), "level"),
            aside(group.kind),
        ),
        tables: vec![table],
        ..open(&check, &title)
    };
    let remedy = format!(
        "quote the score by level, not overall; add or weight records of `{}`",
        group.levels[gap.low]
    );
    gap.judge(GATE, group.kind, finding, remedy)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::Status;
    use cistron_data::dataset::GroupKind;

    /// 400 held-out records, half from each of two laboratories, right with these probabilities.
    fn run(kind: GroupKind, n: usize, right: [f64; 2]) -> Finding {
        let mut dice = Dice::new(5);
        let mut dataset = planted::two_classes(&planted::random(n, 30, 1));
        let laboratory = |i: usize| i / 2 % 2;
        let values: Vec<Option<String>> =
            (0..n).map(|i| Some(["north", "south"][laboratory(i)].to_string())).collect();
        dataset.add_group("laboratory", kind, &values);
        let hit: Vec<bool> = (0..n).map(|i| dice.roll() < right[laboratory(i)]).collect();
        let scores = planted::scores(&dataset, |i| hit[i]);
        let clusters: Vec<u32> = (0..n as u32).collect();
        group_performance(&Scored::new(&dataset, &clusters, &scores), &dataset, 3).remove(0)
    }

    #[test]
    fn a_worse_served_laboratory_is_found() {
        let finding = run(GroupKind::Nuisance, 800, [0.95, 0.75]);
        assert_eq!(finding.status, Status::Fail, "{finding:?}");
        assert!(finding.value.is_some_and(|v| (v - 0.2).abs() < 0.05));
        assert!(finding.remedy.contains("`south`"));
        assert_eq!(finding.check, "performance.group:conv:laboratory");
        assert_eq!(run(GroupKind::Descriptor, 800, [0.95, 0.75]).status, Status::Pass);
    }

    #[test]
    fn equal_service_passes_and_a_handful_is_unknown() {
        assert_eq!(run(GroupKind::Nuisance, 800, [0.85, 0.85]).status, Status::Pass);
        let finding = run(GroupKind::Nuisance, 50, [1.0, 0.0]);
        assert!(matches!(finding.status, Status::Unknown(_)), "{finding:?}");
        assert_eq!(finding.tables[0].rows[0][4], "no, too few");
    }
}
