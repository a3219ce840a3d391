//! What a look-up of the nearest record learnt from scores, with no model at all.

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};

use super::cell::{count, decimal, heads, percent, row, share};
use super::finding::Table;
use super::gate::{Gate, not_applicable, open, unknown};
use super::{Finding, Subject};
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::{Neighbour, Neighbours, Proximity};
use cistron_statistics::bootstrap::{self, Bootstrap};
use cistron_statistics::interval::{Interval, wilson};

/// Lower limit of the look-up's skill: 0 is chance, 1 is perfect. It never fails by itself: what
/// makes a look-up good is judged by the leakage, and whether a model is better by its lift.
const SKILL: Gate = Gate::warn(0.5).within(0.8);

/// The fewest held-out records that a score is judged on.
const FEWEST: usize = 30;

/// Score of the look-up on the held-out records.
pub(super) fn lookup(subject: &Subject) -> Finding {
    let (check, title) =
        ("leakage.look-up", "How far does looking up the nearest record get, without a model?");
    let dataset = subject.dataset;
    let Some((splits, neighbours)) = subject.held_out else {
        return not_applicable(
            check,
            title,
            "no record is held out; see what a random split would leak",
        );
    };
    if dataset.classes.len() < 2 {
        return not_applicable(check, title, "there are fewer than two classes");
    }
    let rows = answers(dataset, neighbours);
    let labels: Vec<usize> = rows.iter().map(|r| r.label).collect();
    let predicted: Vec<usize> = rows.iter().map(|r| r.said).collect();
    let clusters: Vec<u32> = rows.iter().map(|r| splits.clusters[r.record]).collect();
    let outcomes = Outcomes::from_classes(&predicted, &labels, dataset.classes.len());
    let scored = outcomes.ok().and_then(|o| {
        Some((Metric::Accuracy.compute(&o)?, WeightedMetric::new(Metric::BalancedAccuracy, &o)?))
    });
    let Some((accuracy, balanced)) = scored else {
        return unknown(check, title, "no labelled record is held out", "hold some out");
    };
    let chance = 1.0 / distinct(&labels) as f64;
    let skill = |w: &[u32]| Some(skill(balanced.evaluate(w)?, chance));
    let value = skill(&vec![1; rows.len()]);
    let settings = Bootstrap { seed: subject.seed, ..Bootstrap::default() };
    let interval = skill_interval(&settings, &clusters, chance, skill);
    let finding = Finding {
        statistic: "skill of the look-up (balanced accuracy; 0 is chance, 1 perfect)".into(),
        value,
        interval,
        n: rows.len(),
        message: format!(
            "the label of the nearest record learnt from is right on {} of {}: a skill of {}",
            percent(accuracy),
            count(rows.len(), "held-out record"),
            value.map_or_else(|| "–".into(), decimal),
        ),
        tables: vec![by_proximity(&rows)],
        ..open(check, title)
    };
    judged(finding)
}

fn judged(finding: Finding) -> Finding {
    if finding.n < FEWEST {
        let why = format!("only {}", count(finding.n, "held-out record"));
        return Finding { status: super::Status::Unknown(why), ..SKILL.show(finding) };
    }
    let finding = SKILL.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy =
        "quote this score beside the model's: what the model adds is the difference".into();
    Finding { remedy, ..finding }
}

/// (BA - chance) / (1 - chance).
pub(super) fn skill(balanced_accuracy: f64, chance: f64) -> f64 {
    if chance < 1.0 { (balanced_accuracy - chance) / (1.0 - chance) } else { 0.0 }
}

/// 95 % interval of a skill, bootstrapped over clusters.
///
/// Where every draw gives the same skill, the draws say nothing about the spread: a perfect score
/// has the lower limit of as many hits as there are clusters, and no skill at all is just that.
pub(super) fn skill_interval(
    settings: &Bootstrap,
    clusters: &[u32],
    chance: f64,
    of: impl Fn(&[u32]) -> Option<f64> + Sync,
) -> Option<Interval> {
    let found = bootstrap::estimate(settings, clusters, of);
    if found.interval.is_some() || found.clusters < 2 || 10 * found.undefined > settings.draws {
        return found.interval;
    }
    match found.value? {
        value if value >= 1.0 => {
            let low = skill(wilson(found.clusters, found.clusters)?.low, chance);
            Some(Interval { low, high: 1.0 })
        }
        value if value <= 0.0 => Some(Interval { low: value, high: 0.0 }),
        _ => None,
    }
}

/// Number of different values.
pub(super) fn distinct(labels: &[usize]) -> usize {
    labels.iter().collect::<std::collections::BTreeSet<_>>().len()
}

/// Labelled held-out records that the look-up gets right, and their number.
pub(super) fn right(dataset: &Dataset, neighbours: &Neighbours) -> (usize, usize) {
    let rows = answers(dataset, neighbours);
    (rows.iter().filter(|r| r.said == r.label).count(), rows.len())
}

struct Answer {
    record: usize,
    label: usize,
    said: usize,
    proximity: Proximity,
}

/// The look-up's answers: the commonest class where nothing is near.
fn answers(dataset: &Dataset, neighbours: &Neighbours) -> Vec<Answer> {
    let counts = dataset.class_counts();
    let commonest = (0..counts.len()).max_by_key(|c| (counts[*c], usize::MAX - c)).unwrap_or(0);
    let of = |neighbour: &Neighbour| {
        neighbour.nearest.and_then(|j| dataset.labels[j]).map_or(commonest, |l| l as usize)
    };
    neighbours
        .iter()
        .filter_map(|(_, record, neighbour)| {
            let label = dataset.labels[record]? as usize;
            let proximity = neighbour.proximity();
            Some(Answer { record, label, said: of(neighbour), proximity })
        })
        .collect()
}

fn by_proximity(rows: &[Answer]) -> Table {
    let of = |range: Proximity| {
        let within = || rows.iter().filter(move |r| r.proximity == range);
        let right = within().filter(|r| r.said == r.label).count();
        row([
            range.name().into(),
            within().count().to_string(),
            percent(share(right, within().count())),
        ])
    };
    Table {
        title: "Accuracy of the look-up by containment in the nearest record learnt from".into(),
        columns: heads(["containment", "records", "accuracy"]),
        rows: Proximity::ALL.into_iter().map(of).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::super::{Status, Subject};
    use super::*;
    use cistron_split::Part;

    #[test]
    fn relatives_across_the_border_make_a_look_up_good() {
        // 60 families of four, every family of one class, the last member held out.
        let mut dice = Dice::new(1);
        let founders = planted::random(60, 400, 2);
        let sequences: Vec<Vec<u8>> =
            (0..240).map(|i| planted::mutated(&mut dice, &founders[i % 60], 0.01)).collect();
        let dataset = planted::two_classes(&sequences);
        let mut splits =
            planted::splits(&dataset, |i| if i >= 180 { Part::Test } else { Part::Train });
        splits.clusters = (0..240).map(|i| i % 60).collect();
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        assert_eq!(right(&dataset, &neighbours), (60, 60));
        let finding = lookup(&Subject::split(&dataset, &splits, &neighbours, 1));
        assert_eq!((finding.status, finding.value, finding.n), (Status::Warn, Some(1.0), 60));
        assert_eq!(finding.tables[0].rows[2][2], "100.0 %");
    }

    #[test]
    fn strangers_make_it_a_guess() {
        let dataset = planted::two_classes(&planted::random(200, 300, 2));
        let splits = planted::splits(&dataset, |i| if i >= 100 { Part::Test } else { Part::Train });
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let finding = lookup(&Subject::split(&dataset, &splits, &neighbours, 1));
        assert_eq!(finding.status, Status::Pass);
        assert!(finding.value.is_some_and(|v| v.abs() < 0.2), "{finding:?}");
        assert!((skill(0.75, 0.5) - 0.5).abs() < 1e-12);
    }
}
