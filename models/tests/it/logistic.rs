//! Logistic regression against scikit-learn 1.9.1.
//!
//! The figures are printed by
//!
//! ```python
//! import numpy as np
//! from sklearn.linear_model import LogisticRegression
//! from sklearn.preprocessing import StandardScaler
//!
//! def example(n, k, x):
//!     raw = []
//!     for _ in range(5 * n):
//!         x = (1103515245 * x + 12345) % 2**31
//!         raw.append(x >> 16)
//!     raw = np.array(raw).reshape(n, 5)
//!     features = raw[:, :4] % 1000 / 8.0                    # exact in float32
//!     features[:, 3] = features[:, 0] + features[:, 3] / 16  # nearly collinear
//!     score = features[:, 0] + raw[:, 4] % 100               # skewed classes
//!     return features, np.minimum((score * k / 225).astype(int), k - 1)
//!
//! for n, k, seed, balanced in [(120, 3, 1, "balanced"), (120, 3, 1, None), (90, 2, 2, "balanced")]:
//!     f, y = example(n, k, seed)
//!     z = StandardScaler().fit_transform(f)
//!     m = LogisticRegression(C=1.0, class_weight=balanced, tol=1e-10, max_iter=10000).fit(z, y)
//!     print(np.bincount(y), m.n_iter_)
//!     print(np.round(np.c_[m.coef_, m.intercept_], 6).tolist())
//!     print(np.round(m.predict_proba(z)[:2], 6).tolist())
//!
//! from sklearn.metrics import log_loss
//! from sklearn.model_selection import PredefinedSplit, cross_val_predict
//! from sklearn.pipeline import make_pipeline
//! f, y = example(120, 3, 1)
//! m = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", tol=1e-10, max_iter=10000))
//! p = cross_val_predict(m, f, y, cv=PredefinedSplit(np.arange(120) % 4), method="predict_proba")
//! print(np.round(p[:2], 6).tolist(), round(log_loss(y, p), 6))
//! ```

use cistron_models::baseline::{
    FeatureTable, Logistic, LogisticConfig, LogisticError, cross_validated,
};
use cistron_models::metrics::{Metric, Outcomes};

fn example(n: usize, n_classes: usize, seed: u64) -> (FeatureTable, Vec<usize>) {
    let mut state = seed;
    let mut draw = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state >> 16
    };
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let mut row: Vec<f64> = (0..4).map(|_| (draw() % 1000) as f64 / 8.0).collect();
        row[3] = row[0] + row[3] / 16.0;
        let score = row[0] + (draw() % 100) as f64;
        labels.push(((score * n_classes as f64 / 225.0) as usize).min(n_classes - 1));
        values.extend(row.into_iter().map(|value| value as f32));
    }
    let names = ["a", "b", "c", "d"].map(String::from).to_vec();
    (FeatureTable::new(n, names, values).unwrap(), labels)
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < tolerance, "{found}, not {expected}");
    }
}

fn assert_fit(
    (n, n_classes, seed): (usize, usize, u64),
    class_balanced: bool,
    coefficients: &[[f64; 5]],
    probabilities: &[f64],
) {
    let (features, labels) = example(n, n_classes, seed);
    let config = LogisticConfig { class_balanced, tolerance: 1e-10, ..Default::default() };
    let model = Logistic::fit(&features, &labels, n_classes, config).unwrap();
    assert!(model.convergence().converged, "{:?}", model.convergence());
    let found: Vec<Vec<f64>> = model.coefficients().collect();
    assert_eq!(found.len(), coefficients.len());
    for (found, expected) in found.iter().zip(coefficients) {
        assert_close(found, expected, 2e-6);
    }
    let predictions = model.predict(&features).unwrap();
    let first: Vec<f64> = predictions.probabilities().iter().map(|p| f64::from(*p)).collect();
    assert_close(&first[..probabilities.len()], probabilities, 2e-6);
}

#[test]
fn three_balanced_classes() {
    assert_fit(
        (120, 3, 1),
        true,
        &[
            [-0.856_530, -0.231_391, -0.019_674, -0.829_912, -0.313_992],
            [-0.011_351, 0.103_432, 0.004_300, -0.260_085, 0.620_951],
            [0.867_881, 0.127_959, 0.015_373, 1.089_997, -0.306_959],
        ],
        &[0.012_124, 0.183_908, 0.803_968, 0.191_324, 0.452_066, 0.356_610],
    );
}

#[test]
fn three_classes_as_they_come() {
    assert_fit(
        (120, 3, 1),
        false,
        &[
            [-0.763_301, -0.228_648, -0.066_582, -0.690_257, -0.916_274],
            [-0.019_727, 0.061_355, 0.027_350, -0.320_912, 1.255_705],
            [0.783_028, 0.167_293, 0.039_232, 1.011_169, -0.339_432],
        ],
        &[0.009_463, 0.311_641, 0.678_896, 0.086_962, 0.680_197, 0.232_842],
    );
}

#[test]
fn two_classes_have_one_row_of_log_odds() {
    assert_fit(
        (90, 2, 2),
        true,
        &[[1.072_303, 0.040_036, -0.356_174, 1.086_173, 0.045_501]],
        &[0.024_013, 0.975_987, 0.972_416, 0.027_584],
    );
}

#[test]
fn out_of_fold_probabilities() {
    let (features, labels) = example(120, 3, 1);
    let folds: Vec<usize> = (0..120).map(|i| i % 4).collect();
    let config = LogisticConfig { tolerance: 1e-10, ..Default::default() };
    let predictions = cross_validated(&features, &labels, 3, &folds, config).unwrap();
    let first: Vec<f64> = predictions.probabilities()[..6].iter().map(|p| f64::from(*p)).collect();
    assert_close(&first, &[0.017_165, 0.234_556, 0.748_279, 0.199_731, 0.549_656, 0.250_612], 2e-6);
    let outcomes = Outcomes::new(predictions.probabilities(), &labels, 3).unwrap();
    assert_close(&[Metric::LogLoss.compute(&outcomes).unwrap()], &[0.862_371], 2e-6);
}

#[test]
fn the_default_tolerance_gives_the_same_probabilities_to_four_digits() {
    let (features, labels) = example(120, 3, 1);
    let fit = |tolerance| {
        let config = LogisticConfig { tolerance, ..Default::default() };
        Logistic::fit(&features, &labels, 3, config).unwrap().predict(&features).unwrap()
    };
    let (fine, coarse) = (fit(1e-12), fit(LogisticConfig::default().tolerance));
    for (a, b) in fine.probabilities().iter().zip(coarse.probabilities()) {
        assert!((a - b).abs() < 1e-4);
    }
}

#[test]
fn absent_classes_get_nothing_and_constant_features_no_weight() {
    let names = vec!["signal".to_string(), "constant".to_string()];
    let values = (0..20).flat_map(|i| [if i < 10 { 0.0 } else { 1.0 }, 0.1]).collect();
    let features = FeatureTable::new(20, names, values).unwrap();
    let labels: Vec<usize> = (0..20).map(|i| if i < 10 { 1 } else { 3 }).collect();
    let model = Logistic::fit(&features, &labels, 5, LogisticConfig::default()).unwrap();
    let predictions = model.predict(&features).unwrap();
    assert_eq!(predictions.classes(), labels);
    assert!(predictions.probabilities().chunks(5).all(|row| row[0] + row[2] + row[4] == 0.0));
    assert!(model.coefficients().next().unwrap()[1].abs() < 1e-12);

    let alone = Logistic::fit(&features, &[2; 20], 5, LogisticConfig::default()).unwrap();
    assert_eq!(alone.predict(&features).unwrap().probabilities()[..5], [0.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let (features, labels) = example(3000, 3, 1);
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = Logistic::fit(&features, &labels, 3, LogisticConfig::default()).unwrap();
            model.coefficients().collect::<Vec<_>>()
        })
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn bad_input_is_refused() {
    let (features, labels) = example(20, 2, 1);
    let fit = |labels: &[usize], config| Logistic::fit(&features, labels, 2, config).unwrap_err();
    let default = LogisticConfig::default();
    assert!(matches!(fit(&labels[1..], default), LogisticError::Labels(_)));
    assert!(matches!(
        fit(&labels, LogisticConfig { c: 0.0, ..default }),
        LogisticError::Penalty { .. }
    ));
    let model = Logistic::fit(&features, &labels, 2, default).unwrap();
    let other = FeatureTable::new(1, vec!["a".into()], vec![1.0]).unwrap();
    assert!(matches!(
        model.predict(&other),
        Err(LogisticError::Features { found: 1, expected: 4 })
    ));
    assert!(matches!(
        cross_validated(&features, &labels, 2, &[0; 20], default),
        Err(LogisticError::Labels(_))
    ));
    assert!(matches!(
        cross_validated(&features, &labels, 2, &[0; 3], default),
        Err(LogisticError::Folds(_))
    ));
}
