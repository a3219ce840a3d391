//! Whether a class is found less often at some levels of a metadata column.

use super::Finding;
use super::cell::{ROWS, count, heads, percent};
use super::finding::Table;
use super::gap::{Gap, Shares, aside};
use super::gate::{open, unknown};
use super::group_performance::GATE;
use super::partition::{Partition, columns};
use super::scored::Scored;
use cistron_data::dataset::Dataset;

/// The gap of each metadata column.
pub(super) fn group_recall(model: &Scored, dataset: &Dataset, seed: u64) -> Vec<Finding> {
    let partitions = columns(model, dataset);
    partitions.iter().map(|partition| of_partition(model, dataset, partition, seed)).collect()
}

/// The largest difference of the recall of one class between two levels (the difference in equalised
/// odds), with an interval that holds for all classes and levels at once.
fn of_partition(model: &Scored, dataset: &Dataset, partition: &Partition, seed: u64) -> Finding {
    let check = format!("performance.recall:{}:{}", model.name, partition.name);
    let title = format!(
        "Does {} find each class alike at every level of `{}`?",
        model.name, partition.name
    );
    let rows = partition.rows(model, |at| (model.labels[at], model.right[at]));
    let of_class: Vec<Shares> = (0..dataset.classes.len())
        .map(|class| {
            let own = rows.iter().filter(|(_, (label, _), _)| *label == class);
            let own: Vec<(usize, bool, u32)> = own.map(|(l, (_, hit), c)| (*l, *hit, *c)).collect();
            Shares::new(partition.levels.len(), &own)
        })
        .collect();
    let tables = vec![table(model, dataset, &of_class, partition)];
    let compared = of_class.iter().filter(|shares| shares.sufficient().len() > 1).count();
    let gaps = of_class
        .iter()
        .enumerate()
        .filter_map(|(class, shares)| Some((class, shares.gap_among(seed, compared)?)));
    let worst: Option<(usize, Gap)> =
        gaps.max_by(|a, b| a.1.interval.low.total_cmp(&b.1.interval.low).then(b.0.cmp(&a.0)));
    let Some((class, gap)) = worst else {
        let why = format!(
            "no class has two levels of `{}` with 30 held-out records in 5 homology clusters",
            partition.name
        );
        let remedy = "hold out more records of every class and level";
        let finding = unknown(&check, &title, &why, remedy);
        return Finding { n: rows.len(), tables, ..GATE.show(finding) };
    };
    let (high, low) = (&of_class[class].levels[gap.high], &of_class[class].levels[gap.low]);
    let finding = Finding {
        statistic: "largest difference of the recall of one class between two levels".into(),
        n: rows.len(),
        message: format!(
            "{} finds {} of {} in {} ({}) but {} in {} ({}); {} compared{}",
            model.name,
            percent(high.share()),
            dataset.classes[class],
            partition.levels[gap.high],
            count(high.n, "record"),
            percent(low.share()),
            partition.levels[gap.low],
            count(low.n, "record"),
            if compared == 1 { "1 class".into() } else { format!("{compared} classes") },
            aside(partition.kind),
        ),
        tables,
        ..open(&check, &title)
    };
    let remedy = format!(
        "quote the recall of each class by level; add or weight records of {} in `{}`",
        dataset.classes[class], partition.levels[gap.low]
    );
    gap.judge(GATE, partition.kind, finding, remedy)
}

/// Recall by class and level; of fewer records than are compared only the number.
fn table(model: &Scored, dataset: &Dataset, of_class: &[Shares], partition: &Partition) -> Table {
    let rows = dataset.classes.iter().zip(of_class).take(ROWS).map(|(class, shares)| {
        let cell = |level: &super::gap::Level| match level {
            level if level.n == 0 => "–".to_string(),
            level if !level.suffices() => format!("{}, too few", level.n),
            level => format!("{} of {}", percent(level.share()), level.n),
        };
        std::iter::once(class.clone()).chain(shares.levels.iter().take(ROWS).map(cell)).collect()
    });
    let mut columns = heads(["class"]);
    columns.extend(partition.levels.iter().take(ROWS).cloned());
    Table {
        title: format!("Recall of {} by class and {}", model.name, partition.name),
        columns,
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::Status;
    use cistron_data::dataset::GroupKind;

    /// 800 records of two classes in two laboratories, right with these probabilities by class and
    /// laboratory.
    fn run(right: [[f64; 2]; 2]) -> Finding {
        let mut dice = Dice::new(5);
        let mut dataset = planted::two_classes(&planted::random(800, 30, 1));
        let laboratory = |i: usize| i / 2 % 2;
        let values: Vec<Option<String>> =
            (0..800).map(|i| Some(["north", "south"][laboratory(i)].to_string())).collect();
        dataset.add_group("laboratory", GroupKind::Nuisance, &values);
        let hit: Vec<bool> = (0..800)
            .map(|i| {
                let class = dataset.labels[i].unwrap() as usize;
                dice.roll() < right[class][laboratory(i)]
            })
            .collect();
        let scores = planted::scores(&dataset, |i| hit[i]);
        let clusters: Vec<u32> = (0..800).collect();
        group_recall(&Scored::new(&dataset, &clusters, &scores), &dataset, 3).remove(0)
    }

    #[test]
    fn a_class_missed_in_one_laboratory_is_found_though_accuracy_hides_it() {
        // Class b is missed in the south, class a in the north: the accuracies are alike.
        let finding = run([[0.75, 0.95], [0.95, 0.7]]);
        assert!(matches!(finding.status, Status::Warn | Status::Fail), "{finding:?}");
        assert!(finding.message.contains("2 classes compared"), "{}", finding.message);
        assert_eq!(finding.tables[0].rows.len(), 2);
        assert_eq!(run([[0.85, 0.85], [0.85, 0.85]]).status, Status::Pass);
    }
}
