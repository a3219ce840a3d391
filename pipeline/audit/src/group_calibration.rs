//! Whether the model's probabilities mean the same at every level of a metadata column.

use cistron_models::metrics::argmax;

use super::Finding;
use super::cell::{ROWS, count, decimal, heads, row};
use super::finding::Table;
use super::gap::{Shares, aside};
use super::gate::{Gate, open, unknown};
use super::partition::{Partition, columns, pairs};
use super::scored::Scored;
use cistron_data::dataset::Dataset;

/// Lower limit of the largest difference of overconfidence between two levels.
const GATE: Gate = Gate::warn(0.05).within(0.15);

/// Records of a level from which a calibration error by bins is shown.
const FEWEST: usize = 100;

/// Bins of that error.
const BINS: usize = 15;

/// The gap of each metadata column and of each pair of nuisance columns.
pub(super) fn group_calibration(model: &Scored, dataset: &Dataset, seed: u64) -> Vec<Finding> {
    let partitions = columns(model, dataset).into_iter().chain(pairs(model, dataset));
    partitions.map(|partition| of_partition(model, dataset, &partition, seed)).collect()
}

/// Confidence minus 1 where the model is right, minus 0 where it is wrong: the mean is how much the
/// model is too sure of itself.
fn overconfidence(model: &Scored, confidence: &[f64]) -> Vec<f64> {
    confidence.iter().zip(&model.right).map(|(c, right)| c - f64::from(u8::from(*right))).collect()
}

fn of_partition(model: &Scored, dataset: &Dataset, partition: &Partition, seed: u64) -> Finding {
    let check = format!("performance.group-calibration:{}:{}", model.name, partition.name);
    let title = format!(
        "Do the probabilities of {} mean the same in every {} of `{}`?",
        model.name,
        partition.noun(),
        partition.name
    );
    let classes = dataset.classes.len().max(1);
    let confidence: Vec<f64> =
        model.probabilities.chunks(classes).map(|row| f64::from(row[argmax(row)])).collect();
    let surplus = overconfidence(model, &confidence);
    let rows = partition.rows(model, |at| surplus[at]);
    let shares = Shares::of_values(partition.levels.len(), &rows);
    let tables = vec![table(model, &confidence, classes, partition)];
    let Some(gap) = shares.gap(seed) else {
        let why = format!(
            "{} of `{}` hold at least 30 held-out records in 5 homology clusters; two are needed",
            count(shares.sufficient().len(), partition.noun()),
            partition.name
        );
        let remedy = format!("hold out more records of every {}", partition.noun());
        let finding = unknown(&check, &title, &why, &remedy);
        return Finding { n: rows.len(), tables, ..GATE.show(finding) };
    };
    let (high, low) = (&shares.levels[gap.high], &shares.levels[gap.low]);
    let finding = Finding {
        statistic: "largest difference between two levels of the mean of confidence less accuracy"
            .into(),
        n: rows.len(),
        message: format!(
            "confidence less accuracy is {} for {} ({}) but {} for {} ({}){}",
            decimal(high.share()),
            partition.levels[gap.high],
            count(high.n, "record"),
            decimal(low.share()),
            partition.levels[gap.low],
            count(low.n, "record"),
            aside(partition.kind),
        ),
        tables,
        ..open(&check, &title)
    };
    let remedy = format!(
        "do not compare probabilities across `{}`; calibrate by {}, or add validation records of the worst",
        partition.name,
        partition.noun()
    );
    gap.judge(GATE, partition.kind, finding, remedy)
}

/// Confidence, accuracy, Brier score and calibration error of each level.
fn table(model: &Scored, confidence: &[f64], classes: usize, partition: &Partition) -> Table {
    let mut of_level: Vec<Vec<usize>> = vec![Vec::new(); partition.levels.len()];
    for (at, level) in partition.level_of.iter().enumerate() {
        if let Some(level) = level {
            of_level[*level].push(at);
        }
    }
    let mean = |rows: &[usize], value: &dyn Fn(usize) -> f64| {
        rows.iter().map(|at| value(*at)).sum::<f64>() / rows.len() as f64
    };
    let levels = partition.levels.iter().zip(&of_level).filter(|(_, rows)| !rows.is_empty());
    let rows = levels.take(ROWS).map(|(name, rows)| {
        row([
            name.clone(),
            rows.len().to_string(),
            decimal(mean(rows, &|at| confidence[at])),
            decimal(mean(rows, &|at| f64::from(u8::from(model.right[at])))),
            decimal(mean(rows, &|at| brier(model, at, classes))),
            if rows.len() < FEWEST {
                "too few".into()
            } else {
                decimal(error_beyond_chance(rows, confidence, &model.right))
            },
        ])
    });
    Table {
        title: format!("Calibration of {} by {}", model.name, partition.name),
        columns: heads([
            partition.noun(),
            "records",
            "mean confidence",
            "accuracy",
            "Brier score",
            "calibration error beyond chance",
        ]),
        rows: rows.collect(),
    }
}

/// Sum over classes of (probability - outcome)² (Brier 1950,
/// `doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2`).
fn brier(model: &Scored, at: usize, classes: usize) -> f64 {
    let row = &model.probabilities[at * classes..(at + 1) * classes];
    let outcome = |class: usize| f64::from(u8::from(class == model.labels[at]));
    row.iter().enumerate().map(|(class, p)| (f64::from(*p) - outcome(class)).powi(2)).sum()
}

/// Expected calibration error in bins of equal mass, less what a calibrated model shows by chance:
/// E|N(0, s)| = s sqrt(2/π) a bin, with the binomial deviation s.
fn error_beyond_chance(rows: &[usize], confidence: &[f64], right: &[bool]) -> f64 {
    let mut order = rows.to_vec();
    order.sort_by(|a, b| confidence[*a].total_cmp(&confidence[*b]).then(a.cmp(b)));
    let n = order.len();
    let (mut error, mut by_chance) = (0.0, 0.0);
    for bin in 0..BINS {
        let bin = &order[n * bin / BINS..n * (bin + 1) / BINS];
        if bin.is_empty() {
            continue;
        }
        let size = bin.len() as f64;
        let said = bin.iter().map(|at| confidence[*at]).sum::<f64>() / size;
        let hit = bin.iter().filter(|at| right[**at]).count() as f64 / size;
        error += size / n as f64 * (said - hit).abs();
        let deviation = (said * (1.0 - said) / size).max(0.0).sqrt();
        by_chance += size / n as f64 * deviation * (2.0 / std::f64::consts::PI).sqrt();
    }
    (error - by_chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;
    use crate::Status;
    use cistron_data::dataset::GroupKind;

    /// A model that says .8 and is right this often on two plates, dealt alike to two years.
    fn run(n: usize, right: [f64; 2]) -> Vec<Finding> {
        let mut dice = Dice::new(2);
        let mut dataset = planted::two_classes(&planted::random(n, 20, 1));
        let level = |bit: usize| -> Vec<Option<String>> {
            (0..n).map(|i| Some(["x", "y"][i >> bit & 1].to_string())).collect()
        };
        dataset.add_group("plate", GroupKind::Nuisance, &level(1));
        dataset.add_group("year", GroupKind::Nuisance, &level(2));
        let hits: Vec<bool> = (0..n).map(|i| dice.roll() < right[i >> 1 & 1]).collect();
        let scores = planted::scores(&dataset, |i| hits[i]);
        let clusters: Vec<u32> = (0..n as u32).collect();
        group_calibration(&Scored::new(&dataset, &clusters, &scores), &dataset, 1)
    }

    #[test]
    fn a_plate_on_which_the_model_is_too_sure_is_found() {
        let findings = run(1200, [0.8, 0.6]);
        let checks: Vec<&str> =
            findings.iter().filter_map(|f| f.check.rsplit(':').next()).collect();
        assert_eq!(checks, ["plate", "year", "plate×year"]);
        let status = |at: usize| findings[at].status.clone();
        assert_eq!((status(0), status(1), status(2)), (Status::Warn, Status::Pass, Status::Warn));
        assert!(findings[0].value.is_some_and(|v| (v - 0.2).abs() < 0.06), "{findings:?}");
        assert_eq!(findings[0].tables[0].rows[1][2], "0.800");
    }

    #[test]
    fn calibrated_plates_pass_and_a_handful_is_unknown() {
        assert!(run(1200, [0.8, 0.8]).iter().all(|f| f.status == Status::Pass));
        let few = run(50, [0.9, 0.3]);
        assert!(few.iter().all(|f| matches!(f.status, Status::Unknown(_))), "{few:?}");
        assert_eq!(few[0].tables[0].rows[0][5], "too few");
    }

    #[test]
    fn the_brier_score_by_hand() {
        let dataset = planted::two_classes(&planted::random(2, 20, 1));
        let scores = planted::scores(&dataset, |i| i == 0);
        let model = Scored::new(&dataset, &[0, 1], &scores);
        // Right with .8: 2 · .2²; wrong with .8: 2 · .8².
        assert!((brier(&model, 0, 2) - 0.08).abs() < 1e-6);
        assert!((brier(&model, 1, 2) - 1.28).abs() < 1e-6);
    }
}
