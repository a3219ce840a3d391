//! Temperature scaling and reliability against SciPy 1.17.1.
//!
//! The figures are printed by
//!
//! ```python
//! import numpy as np
//! from scipy.optimize import minimize_scalar
//! from scipy.special import log_softmax, softmax
//!
//! x, n, k = 3, 300, 5
//! raw = []
//! for _ in range(n * (k + 1)):
//!     x = (1103515245 * x + 12345) % 2**31
//!     raw.append(x >> 16)
//! raw = np.array(raw).reshape(n, k + 1)
//! z = (raw[:, :k] % 2000) / 250.0 - 4.0
//! y = np.where(raw[:, k] % 100 < 55, z.argmax(1), raw[:, k] % k)
//! loss = lambda t: -log_softmax(z / t, axis=1)[np.arange(n), y].mean()
//! best = minimize_scalar(loss, bounds=(.05, 20), method="bounded", options={"xatol": 1e-12})
//! p = softmax(z, axis=1).astype(np.float32)
//! top, hit = p.max(1), p.argmax(1) == y
//! order = np.argsort(top)
//! bins = np.array_split(order, 15)          # 300 = 15 x 20
//! gap = [abs(top[b].astype(float).mean() - hit[b].mean()) for b in bins]
//! print(best.x, best.fun, loss(1.0), np.average(gap, weights=[len(b) for b in bins]), len(np.unique(top)))
//! print([(int(hit[b].sum()), round(float(top[b].mean()), 6)) for b in bins][:3])
//! ```

use cistron_models::calibration::{Reliability, Temperature};
use cistron_models::metrics::{Metric, Outcomes};

const CLASSES: usize = 5;

fn logits_and_labels() -> (Vec<f32>, Vec<usize>) {
    let mut state: u64 = 3;
    let mut draw = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state >> 16
    };
    let (mut logits, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        let row: Vec<f32> = (0..CLASSES).map(|_| (draw() % 2000) as f32 / 250.0 - 4.0).collect();
        let last = draw();
        let largest = (0..CLASSES).rev().max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        labels.push(if last % 100 < 55 { largest } else { last as usize % CLASSES });
        logits.extend(row);
    }
    (logits, labels)
}

#[test]
fn temperature_is_that_of_a_scalar_minimiser() {
    let (logits, labels) = logits_and_labels();
    let temperature = Temperature::fit(&logits, &labels, CLASSES).unwrap();
    assert!((temperature.value() - 2.865_342).abs() < 1e-5, "{}", temperature.value());
    let log_loss = |temperature: Temperature| {
        let probabilities = temperature.probabilities(&logits, CLASSES);
        Metric::LogLoss.compute(&Outcomes::new(&probabilities, &labels, CLASSES).unwrap()).unwrap()
    };
    assert!((log_loss(temperature) - 1.394_227_863).abs() < 1e-6);
    assert!((log_loss(Temperature::default()) - 1.793_497_600).abs() < 1e-6);
}

#[test]
fn calibration_error_is_that_of_sorted_parts() {
    let (logits, labels) = logits_and_labels();
    let probabilities = Temperature::default().probabilities(&logits, CLASSES);
    let outcomes = Outcomes::new(&probabilities, &labels, CLASSES).unwrap();
    let reliability = Reliability::new(&outcomes, Reliability::BINS).unwrap();
    assert!((reliability.expected_calibration_error - 0.162_644_946).abs() < 1e-6);
    assert_eq!(reliability.bins.len(), 15);
    let expected = [(11, 0.368_484), (11, 0.421_315), (10, 0.465_415)];
    for (bin, (hits, confidence)) in reliability.bins.iter().zip(expected) {
        assert_eq!((bin.hits, bin.n), (hits, 20));
        assert!((bin.confidence - confidence).abs() < 2e-6);
    }
}

#[test]
fn labels_drawn_at_a_known_temperature_give_it_back() {
    let (logits, _) = logits_and_labels();
    let logits = logits.repeat(20);
    let truth = Temperature::fit(&[2.0, 0.0].repeat(4), &[0, 0, 0, 1], 2).unwrap();
    let mut state: u64 = 11;
    let labels: Vec<usize> = truth
        .probabilities(&logits, CLASSES)
        .chunks(CLASSES)
        .map(|row| {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            let mut rest = (state >> 8) as f32 / (1 << 23) as f32;
            row.iter()
                .position(|p| {
                    rest -= p;
                    rest < 0.0
                })
                .unwrap_or(CLASSES - 1)
        })
        .collect();
    let fitted = Temperature::fit(&logits, &labels, CLASSES).unwrap();
    assert!((fitted.value() / truth.value() - 1.0).abs() < 0.05, "{fitted:?}, not {truth:?}");
    let error = |temperature: Temperature| {
        let probabilities = temperature.probabilities(&logits, CLASSES);
        let outcomes = Outcomes::new(&probabilities, &labels, CLASSES).unwrap();
        Reliability::new(&outcomes, 15).unwrap().expected_calibration_error
    };
    assert!(error(fitted) < 0.02, "{}", error(fitted));
    assert!(error(Temperature::default()) > 0.05, "{}", error(Temperature::default()));
}
