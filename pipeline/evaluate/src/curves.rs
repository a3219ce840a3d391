//! Curves of a classifier: ROC and precision-recall of each class, and reliability.

use cistron_models::calibration::Reliability;
use cistron_models::metrics::Outcomes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points that a curve keeps, its ends among them.
const POINTS: usize = 100;

/// Curves of one predictor over all held-out records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Curves {
    /// One a class that has records and others.
    pub classes: Vec<ClassCurves>,
    /// Confidence against accuracy, in bins of equal mass: mean confidence, share right, records.
    pub reliability: Vec<(f64, f64, u64)>,
    /// Expected calibration error over those bins.
    pub calibration_error: Option<f64>,
}

/// Curves of one class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ClassCurves {
    /// Class name.
    pub class: String,
    /// Share of the other records that are predicted as the class, and its recall, by falling
    /// threshold.
    pub roc: Vec<(f64, f64)>,
    /// Recall and precision by falling threshold.
    pub precision_recall: Vec<(f64, f64)>,
}

impl Curves {
    /// The curves of `outcomes` with probabilities; `None` without.
    pub(super) fn of(outcomes: &Outcomes<'_>, names: &[String]) -> Option<Self> {
        let probabilities = outcomes.probabilities()?;
        let classes = (0..names.len()).filter_map(|class| {
            let rows = probabilities.chunks_exact(names.len()).zip(outcomes.labels());
            let scored: Vec<(f32, bool)> =
                rows.map(|(row, label)| (row[class], *label == class)).collect();
            let steps = steps(scored)?;
            Some(ClassCurves {
                class: names[class].clone(),
                roc: thin(
                    steps.iter().map(|step| (step.false_positive_rate, step.recall)).collect(),
                ),
                precision_recall: thin(
                    steps[1..].iter().map(|step| (step.recall, step.precision)).collect(),
                ),
            })
        });
        let reliability = Reliability::new(outcomes, Reliability::BINS);
        let bins = reliability.iter().flat_map(|found| &found.bins);
        Some(Self {
            classes: classes.collect(),
            reliability: bins.map(|bin| (bin.confidence, bin.accuracy, bin.n)).collect(),
            calibration_error: reliability.as_ref().map(|found| found.expected_calibration_error),
        })
    }
}

/// What a threshold comes to.
struct Step {
    false_positive_rate: f64,
    recall: f64,
    precision: f64,
}

/// Every threshold that some record has, from the highest on; `None` without records of both kinds.
fn steps(mut scored: Vec<(f32, bool)>) -> Option<Vec<Step>> {
    let positive = scored.iter().filter(|(_, own)| *own).count();
    let negative = scored.len() - positive;
    if positive == 0 || negative == 0 {
        return None;
    }
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut steps = vec![Step { false_positive_rate: 0.0, recall: 0.0, precision: 1.0 }];
    let (mut found, mut wrong) = (0, 0);
    // Records of one score are above a threshold together.
    for same in scored.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let own = same.iter().filter(|(_, own)| *own).count();
        found += own;
        wrong += same.len() - own;
        steps.push(Step {
            false_positive_rate: wrong as f64 / negative as f64,
            recall: found as f64 / positive as f64,
            precision: found as f64 / (found + wrong) as f64,
        });
    }
    Some(steps)
}

/// Evenly over the steps, both ends kept.
fn thin(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let step = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    let kept = |(at, point): (usize, (f64, f64))| (at % step == 0 || at == last).then_some(point);
    points.into_iter().enumerate().filter_map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: y = [0, 0, 1, 1, 1], s = [.1, .4, .35, .8, .4]
        // roc_curve(y, s, drop_intermediate=False) gives
        //   fpr [0, 0, .5, .5, 1], tpr [0, 1/3, 2/3, 1, 1]
        // precision_recall_curve(y, s), from its last threshold on, gives
        //   recall [1/3, 2/3, 1, 1], precision [1, 2/3, 3/4, 3/5]
        let scores = [0.1_f32, 0.4, 0.35, 0.8, 0.4];
        let probabilities: Vec<f32> = scores.iter().flat_map(|s| [1.0 - s, *s]).collect();
        let outcomes = Outcomes::new(&probabilities, &[0, 0, 1, 1, 1], 2).unwrap();
        let names = ["no".to_string(), "yes".to_string()];
        let curves = Curves::of(&outcomes, &names).unwrap();
        let near = |found: &[(f64, f64)], expected: &[(f64, f64)]| {
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(expected) {
                assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9, "{found:?}");
            }
        };
        let third = 1.0 / 3.0;
        let yes = &curves.classes[1];
        near(&yes.roc, &[(0.0, 0.0), (0.0, third), (0.5, 2.0 * third), (0.5, 1.0), (1.0, 1.0)]);
        near(
            &yes.precision_recall,
            &[(third, 1.0), (2.0 * third, 2.0 * third), (1.0, 0.75), (1.0, 0.6)],
        );
        assert_eq!(curves.reliability.iter().map(|bin| bin.2).sum::<u64>(), 5);
    }

    #[test]
    fn a_class_without_records_has_no_curve_and_long_ones_are_thinned() {
        let outcomes = Outcomes::new(&[0.4, 0.6, 0.3, 0.7], &[1, 1], 2).unwrap();
        let names = ["no".to_string(), "yes".to_string()];
        assert!(Curves::of(&outcomes, &names).unwrap().classes.is_empty());
        let points: Vec<(f64, f64)> = (0..1001).map(|i| (f64::from(i), 0.0)).collect();
        let kept = thin(points);
        assert!(kept.len() <= POINTS + 1 && kept.first() == Some(&(0.0, 0.0)));
        assert_eq!(kept.last(), Some(&(1000.0, 0.0)));
    }
}
