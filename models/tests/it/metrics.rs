//! Metrics against scikit-learn 1.9.1.
//!
//! The figures are printed by
//!
//! ```python
//! import numpy as np
//! from sklearn import metrics as m
//!
//! def draws(n, x):
//!     out = []
//!     for _ in range(n):
//!         x = (1103515245 * x + 12345) % 2**31
//!         out.append(x >> 16)
//!     return np.array(out)
//!
//! for n, k, seed in [(200, 4, 1), (150, 2, 2)]:
//!     raw = draws(n * (k + 1), seed).reshape(n, k + 1)
//!     y = raw[:, k] % k
//!     q = 1.0 + raw[:, :k] % 8                    # eight levels: many ties
//!     q[np.arange(n), y] += 2
//!     p = q.astype(np.float32) / q.sum(1, keepdims=True).astype(np.float32)
//!     h = p.argmax(1)
//!     for w in [np.ones(n), np.arange(n) % 3]:
//!         auc = [m.roc_auc_score(y == c, p[:, c], sample_weight=w) for c in range(k)]
//!         square = ((p.astype(float) - np.eye(k)[y]) ** 2).sum(1)
//!         print(m.accuracy_score(y, h, sample_weight=w), m.balanced_accuracy_score(y, h, sample_weight=w),
//!               m.f1_score(y, h, average="macro", sample_weight=w), m.matthews_corrcoef(y, h, sample_weight=w),
//!               np.mean(auc[1 if k == 2 else 0:]), m.log_loss(y, p, sample_weight=w),
//!               np.average(square, weights=w) / (2 if k == 2 else 1))
//!     print(m.classification_report(y, h, digits=6), np.bincount(h))
//! ```

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric, per_class};

struct Example {
    probabilities: Vec<f32>,
    labels: Vec<usize>,
    n_classes: usize,
}

impl Example {
    fn new(n: usize, n_classes: usize, seed: u64) -> Self {
        let mut state = seed;
        let mut draw = || {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            (state >> 16) as usize
        };
        let (mut probabilities, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let mut row: Vec<f32> = (0..n_classes).map(|_| (1 + draw() % 8) as f32).collect();
            let label = draw() % n_classes;
            row[label] += 2.0;
            let sum: f32 = row.iter().sum();
            probabilities.extend(row.iter().map(|q| q / sum));
            labels.push(label);
        }
        Self { probabilities, labels, n_classes }
    }

    fn outcomes(&self) -> Outcomes<'_> {
        Outcomes::new(&self.probabilities, &self.labels, self.n_classes).unwrap()
    }
}

/// In the order of `Metric::ALL`.
fn assert_scores(example: &Example, weights: &[u32], expected: [f64; 7]) {
    let outcomes = example.outcomes();
    for (metric, expected) in Metric::ALL.into_iter().zip(expected) {
        let found = WeightedMetric::new(metric, &outcomes).unwrap().evaluate(weights).unwrap();
        assert!((found - expected).abs() < 2e-7, "{}: {found}, not {expected}", metric.name());
        if weights.iter().all(|w| *w == 1) {
            assert_eq!(metric.compute(&outcomes), Some(found));
        }
    }
}

fn zero_to_two(n: u32) -> Vec<u32> {
    (0..n).map(|i| i % 3).collect()
}

#[test]
fn four_classes_agree_with_scikit_learn() {
    let example = Example::new(200, 4, 1);
    assert_scores(
        &example,
        &[1; 200],
        [
            0.525_000_000,
            0.523_144_735,
            0.526_568_734,
            0.365_375_641,
            0.762_677_112,
            1.154_739_031,
            0.635_864_110,
        ],
    );
    assert_scores(
        &example,
        &zero_to_two(200),
        [
            0.532_663_317,
            0.529_055_256,
            0.531_361_888,
            0.377_394_817,
            0.779_857_617,
            1.124_786_160,
            0.618_535_444,
        ],
    );
}

#[test]
fn two_classes_agree_with_scikit_learn() {
    let example = Example::new(150, 2, 2);
    assert_scores(
        &example,
        &[1; 150],
        [
            0.753_333_333,
            0.760_633_484,
            0.752_794_976,
            0.517_026_493,
            0.827_330_317,
            0.531_904_311,
            0.177_425_875,
        ],
    );
    assert_scores(
        &example,
        &zero_to_two(150),
        [
            0.726_666_667,
            0.731_527_094,
            0.724_598_092,
            0.457_129_302,
            0.819_102_354,
            0.538_085_338,
            0.180_220_268,
        ],
    );
}

#[test]
fn table_by_class_agrees_with_scikit_learn() {
    let example = Example::new(200, 4, 1);
    let table = per_class(&example.outcomes());
    let expected = [
        (0.439_394, 0.547_170, 0.487_395, 53, 66),
        (0.604_167, 0.537_037, 0.568_627, 54, 48),
        (0.530_612, 0.520_000, 0.525_253, 50, 49),
        (0.567_568, 0.488_372, 0.525_000, 43, 37),
    ];
    for (row, (precision, recall, f1, support, predicted)) in table.iter().zip(expected) {
        assert!((row.precision.unwrap() - precision).abs() < 1e-6);
        assert!((row.recall.unwrap() - recall).abs() < 1e-6);
        assert!((row.f1.unwrap() - f1).abs() < 1e-6);
        assert_eq!((row.support, row.predicted), (support, predicted));
    }
    let mean = table.iter().map(|row| row.auroc.unwrap()).sum::<f64>() / 4.0;
    assert!((mean - 0.762_677_112).abs() < 1e-8, "{mean}");
}

#[test]
fn an_absent_class_is_none_in_the_table_and_left_out_of_the_means() {
    let probabilities = [0.7, 0.2, 0.1, 0.3, 0.6, 0.1, 0.6, 0.3, 0.1];
    let outcomes = Outcomes::new(&probabilities, &[0, 1, 1], 3).unwrap();
    let absent = &per_class(&outcomes)[2];
    assert_eq!((absent.support, absent.recall, absent.f1, absent.auroc), (0, None, None, None));
    assert_eq!(Metric::BalancedAccuracy.compute(&outcomes), Some(0.75));
    assert_eq!(Metric::Auroc.compute(&outcomes), Some(1.0));
}

#[test]
fn one_class_alone_has_no_area_and_no_correlation() {
    let outcomes = Outcomes::new(&[0.7, 0.3, 0.4, 0.6], &[0, 0], 2).unwrap();
    assert_eq!(Metric::Auroc.compute(&outcomes), None);
    assert_eq!(Metric::Mcc.compute(&outcomes), None);
    assert_eq!(Metric::Accuracy.compute(&outcomes), Some(0.5));
    let nothing = Outcomes::new(&[], &[], 2).unwrap();
    assert!(Metric::ALL.iter().all(|metric| metric.compute(&nothing).is_none()));
}
