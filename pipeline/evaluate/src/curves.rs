//! Curves of a classifier: ROC and precision-recall of each class, and reliability.

use cistron_models::calibration::Reliability;
use cistron_models::metrics::Outcomes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points of a curve from which it is thinned.
const POINTS: usize = 2000;

/// What thinning may change of the area.
const AREA: f64 = 1e-4;

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
    /// Recall and precision by falling threshold, to be drawn as steps: from the recall before to this
    /// one the precision is this.
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
                roc: corners(
                    steps.iter().map(|step| (step.false_positive_rate, step.recall)).collect(),
                ),
                precision_recall: levels(&steps[1..]),
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

/// The points where a line turns, both ends among them. Of more than [`POINTS`], the flattest are left
/// out, which changes the area by less than [`AREA`] in all.
fn corners(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let kept = turning(points, 0.0);
    if kept.len() <= POINTS {
        return kept;
    }
    let allowed = AREA / kept.len() as f64;
    turning(kept, allowed)
}

/// The points that turn by a triangle of more than `allowed` against the last point kept and the next.
fn turning(points: Vec<(f64, f64)>, allowed: f64) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len().min(POINTS));
    for (at, point) in points.iter().enumerate() {
        if let (Some(last), Some(next)) = (kept.last(), points.get(at + 1)) {
            let turn =
                (point.0 - last.0) * (next.1 - last.1) - (next.0 - last.0) * (point.1 - last.1);
            if turn.abs() / 2.0 <= allowed {
                continue;
            }
        }
        kept.push(*point);
    }
    kept
}

/// Recall and precision at each threshold that finds more of the class: from one recall to the next
/// the precision is that of the next, so that the area under the steps is the average precision. Of
/// more than [`POINTS`], steps beside each other are one of their mean precision.
fn levels(steps: &[Step]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for step in steps {
        if kept.last().is_none_or(|last| step.recall > last.0) {
            kept.push((step.recall, step.precision));
        }
    }
    let size = kept.len().div_ceil(POINTS).max(1);
    let mut before = 0.0;
    let merged = kept.chunks(size).filter_map(|chunk| {
        let (start, end) = (before, chunk.last()?.0);
        let mut area = 0.0;
        for (recall, precision) in chunk {
            area += (recall - before) * precision;
            before = *recall;
        }
        // Of a single step the precision as it is, without rounding.
        let precision = if chunk.len() == 1 { chunk[0].1 } else { area / (end - start) };
        Some((end, precision))
    });
    merged.collect()
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
        // average_precision_score(y, s) is 1/3 + 2/9 + 1/4 = 0.805 555 6.
        near(&yes.precision_recall, &[(third, 1.0), (2.0 * third, 2.0 * third), (1.0, 0.75)]);
        assert!((stepped(&yes.precision_recall) - 0.805_555_555_6).abs() < 1e-9);
        assert_eq!(curves.reliability.iter().map(|bin| bin.2).sum::<u64>(), 5);
    }

    #[test]
    fn a_class_without_records_has_no_curve() {
        let outcomes = Outcomes::new(&[0.4, 0.6, 0.3, 0.7], &[1, 1], 2).unwrap();
        let names = ["no".to_string(), "yes".to_string()];
        assert!(Curves::of(&outcomes, &names).unwrap().classes.is_empty());
    }

    /// The area under a line.
    fn area(points: &[(f64, f64)]) -> f64 {
        points.windows(2).map(|w| (w[1].0 - w[0].0) * f64::midpoint(w[0].1, w[1].1)).sum()
    }

    /// The area under steps.
    fn stepped(points: &[(f64, f64)]) -> f64 {
        let before = std::iter::once(0.0).chain(points.iter().map(|p| p.0));
        points.iter().zip(before).map(|(p, before)| (p.0 - before) * p.1).sum()
    }

    #[test]
    fn a_perfect_ranking_of_few_among_many_has_an_area_of_one() {
        let mut scored: Vec<(f32, bool)> = (0..1500).map(|i| (i as f32 / 3000.0, false)).collect();
        scored.extend((0..14).map(|i| (0.9 + i as f32 / 1000.0, true)));
        let steps = steps(scored).unwrap();
        let roc = corners(steps.iter().map(|s| (s.false_positive_rate, s.recall)).collect());
        assert_eq!(roc, [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
        assert!((stepped(&levels(&steps[1..])) - 1.0).abs() < 1e-12);
    }

    proptest::proptest! {
        #[test]
        fn the_area_drawn_is_that_of_all_thresholds(
            rows in proptest::collection::vec((0_u16..3000, proptest::bool::ANY), 2..6000)
        ) {
            let scored = rows.iter().map(|(score, own)| (f32::from(*score), *own)).collect();
            if let Some(steps) = steps(scored) {
                let all: Vec<(f64, f64)> =
                    steps.iter().map(|s| (s.false_positive_rate, s.recall)).collect();
                let exact = area(&all);
                proptest::prop_assert!((area(&corners(all)) - exact).abs() < 2.0 * AREA);
                let mut before = 0.0;
                let mut precision = 0.0;
                for step in &steps[1..] {
                    precision += (step.recall - before) * step.precision;
                    before = step.recall;
                }
                let drawn = stepped(&levels(&steps[1..]));
                proptest::prop_assert!((drawn - precision).abs() < 1e-9);
            }
        }
    }
}
