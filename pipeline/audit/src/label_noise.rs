//! Labels that a model's confident answers contradict.

use super::cell::{EVIDENCE, count, decimal, heads, percent, row};
use super::finding::Table;
use super::gate::{open, unknown};
use super::scored::Scored;
use super::{Finding, Status};
use cistron_data::dataset::Dataset;

/// The fewest held-out records that noise is estimated on.
const FEWEST: usize = 100;

/// Confident learning (Northcutt et al. 2021, doi:10.1613/jair.1.12125): the threshold of a class is
/// its mean probability over the records that carry its label; a record of label i counts as j where
/// j is the most probable of the classes that reach their threshold; rows are calibrated to the
/// records of each label.
///
/// It informs only: with whole clusters held out, a model is confidently wrong about what it has
/// never seen, and nearly all that is listed then is no error.
pub(super) fn label_noise(model: &Scored, dataset: &Dataset, method: &str) -> Finding {
    let check = format!("performance.label-noise:{}", model.name);
    let title = format!("Which labels do the confident answers of {} contradict?", model.name);
    let (n, classes) = (model.len(), dataset.classes.len());
    if n < FEWEST || classes < 2 {
        let why = format!("only {}, {FEWEST} are needed", count(n, "held-out record"));
        return Finding { n, ..unknown(&check, &title, &why, "hold more records out") };
    }
    let noise = Noise::of(&model.probabilities, &model.labels, classes);
    let mut listed: Vec<(f32, String)> = noise
        .off_diagonal
        .iter()
        .map(|(at, class)| {
            let (own, p) = (model.labels[*at], model.probabilities[at * classes + class]);
            let id = dataset.id(model.records[*at]);
            let (own, other) = (&dataset.classes[own], &dataset.classes[*class]);
            (p, format!("{id} ({own}): {} {}", other, decimal(f64::from(p))))
        })
        .collect();
    listed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let rows = noise.joint.iter().enumerate().flat_map(|(i, cells)| {
        let dataset = &dataset;
        cells.iter().enumerate().filter(move |(j, c)| *j != i && **c >= 0.5).map(move |(j, c)| {
            row([dataset.classes[i].clone(), dataset.classes[j].clone(), format!("{c:.0}")])
        })
    });
    Finding {
        status: Status::Pass,
        statistic: "estimated share of wrong labels (confident learning; informs only)".into(),
        value: Some(noise.share),
        n,
        message: format!(
            "{} of the labels would be wrong if the model were right where it is confident (split by {method}: {})",
            percent(noise.share),
            if method == "random" {
                "relatives on both sides help it to be right"
            } else {
                "of what it lists then, little is an error; believe the vote of homologues first"
            }
        ),
        evidence: listed.into_iter().take(EVIDENCE).map(|(_, text)| text).collect(),
        tables: vec![Table {
            title: "Labels and the class that the model is confident of".into(),
            columns: heads(["label", "confident of", "records (calibrated)"]),
            rows: rows.take(super::cell::ROWS).collect(),
        }],
        ..open(&check, &title)
    }
}

struct Noise {
    /// Row and confident class where it is not the label.
    off_diagonal: Vec<(usize, usize)>,
    /// Calibrated counts (label, confident class).
    joint: Vec<Vec<f64>>,
    share: f64,
}

impl Noise {
    /// `probabilities` (n, K), row-major, and n labels.
    fn of(probabilities: &[f32], labels: &[usize], classes: usize) -> Self {
        let mut sums = vec![0.0; classes];
        let mut counts = vec![0_usize; classes];
        for (row, label) in probabilities.chunks_exact(classes).zip(labels) {
            sums[*label] += f64::from(row[*label]);
            counts[*label] += 1;
        }
        let threshold: Vec<f64> = sums
            .iter()
            .zip(&counts)
            .map(|(sum, n)| if *n > 0 { sum / *n as f64 } else { f64::INFINITY })
            .collect();
        let mut joint = vec![vec![0.0; classes]; classes];
        let mut off_diagonal = Vec::new();
        for (at, (row, label)) in probabilities.chunks_exact(classes).zip(labels).enumerate() {
            let reached = (0..classes).filter(|j| f64::from(row[*j]) >= threshold[*j]);
            let confident = reached.max_by(|a, b| row[*a].total_cmp(&row[*b]).then(b.cmp(a)));
            if let Some(class) = confident {
                joint[*label][class] += 1.0;
                if class != *label {
                    off_diagonal.push((at, class));
                }
            }
        }
        for (row, n) in joint.iter_mut().zip(&counts) {
            let sum: f64 = row.iter().sum();
            if sum > 0.0 {
                for cell in row.iter_mut() {
                    *cell *= *n as f64 / sum;
                }
            }
        }
        let all: f64 = joint.iter().flatten().sum();
        let trace: f64 = (0..classes).map(|c| joint[c][c]).sum();
        let share = if all > 0.0 { 1.0 - trace / all } else { 0.0 };
        Self { off_diagonal, joint, share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cleanlab 2.9.0: `cleanlab.count.compute_confident_joint(labels, p, calibrate=True)` gives
    /// `[[3, 1], [1, 3]]`.
    #[test]
    fn agrees_with_cleanlab() {
        let p: [f32; 16] =
            [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.2, 0.8, 0.1, 0.9, 0.3, 0.7, 0.9, 0.1, 0.4, 0.6];
        let labels = [0, 0, 0, 0, 1, 1, 1, 1];
        // t_0 = (.9 + .8 + .7 + .2) / 4 = .65, t_1 = (.9 + .7 + .1 + .6) / 4 = .575
        let noise = Noise::of(&p, &labels, 2);
        assert_eq!(noise.off_diagonal, [(3, 1), (6, 0)]);
        assert_eq!(noise.joint, [[3.0, 1.0], [1.0, 3.0]]);
        assert!((noise.share - 0.25).abs() < 1e-12);
    }
}
