use std::time::Instant;

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};

use super::*;

/// Skewed values with the clusters that they belong to.
fn example() -> (Vec<f64>, Vec<u32>) {
    let mut state: u64 = 5;
    (0..120)
        .map(|_| {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            let raw = (state >> 16) as u32;
            let value = (f64::from(raw % 1000) / 100.0).powi(2);
            (value, (raw / 64 % 40).min(raw / 64 % 13 + 20))
        })
        .unzip()
}

fn mean(values: &[f64]) -> impl Fn(&[u32]) -> Option<f64> + Sync + '_ {
    |weights| {
        let total: u32 = weights.iter().sum();
        let sum: f64 = values.iter().zip(weights).map(|(v, w)| v * f64::from(*w)).sum();
        (total > 0).then(|| sum / f64::from(total))
    }
}

fn assert_interval(estimate: &Estimate, low: f64, high: f64, tolerance: f64) {
    assert_eq!(estimate.method, Some(Method::Bca));
    let found = estimate.interval.clone().unwrap();
    assert!((found.low - low).abs() < tolerance, "{found:?}, not {low}");
    assert!((found.high - high).abs() < tolerance, "{found:?}, not {high}");
}

/// The figures, with 200 000 draws, by SciPy 1.17.1:
///
/// ```python
/// import numpy as np
/// from scipy.stats import bootstrap
///
/// x, raw = 5, []
/// for _ in range(120):
///     x = (1103515245 * x + 12345) % 2**31
///     raw.append(x >> 16)
/// raw = np.array(raw)
/// values = (raw % 1000 / 100.0) ** 2
/// cluster = np.minimum(raw // 64 % 40, raw // 64 % 13 + 20)
/// some = values * (raw // 64 % 3 > 0)
/// ids = np.unique(cluster)
/// sums = np.array([values[cluster == c].sum() for c in ids])
/// sizes = np.array([(cluster == c).sum() for c in ids])
/// for data, f in [((values,), lambda a, axis: a.mean(axis)),
///                 ((sums, sizes), lambda a, b, axis: a.sum(axis) / b.sum(axis)),
///                 ((values, some), lambda a, b, axis: a.mean(axis) - b.mean(axis))]:
///     print(bootstrap(data, f, paired=True, n_resamples=200000, method="BCa", rng=1, batch=10000))
/// ```
#[test]
fn agrees_with_scipy_on_single_items_clusters_and_differences() {
    let (values, clusters) = example();
    let settings = Bootstrap { draws: 20_000, seed: 1, ..Bootstrap::default() };
    let alone: Vec<u32> = (0..120).collect();
    let items = estimate(&settings, &alone, mean(&values));
    assert!((items.value.unwrap() - 31.099_514_167).abs() < 1e-8);
    assert_interval(&items, 26.011, 36.750, 0.15);

    let clustered = estimate(&settings, &clusters, mean(&values));
    assert_eq!(clustered.clusters, 32);
    assert_interval(&clustered, 24.288, 40.871, 0.25);

    let mut state: u64 = 5;
    let some: Vec<f64> = values
        .iter()
        .map(|value| {
            state = (1_103_515_245 * state + 12_345) % (1 << 31);
            if ((state >> 16) / 64).is_multiple_of(3) { 0.0 } else { *value }
        })
        .collect();
    let paired = difference(&settings, &alone, mean(&values), mean(&some));
    assert!((paired.value.unwrap() - 12.784_519_167).abs() < 1e-8);
    assert_interval(&paired, 8.761, 17.955, 0.15);
}

#[test]
fn the_same_on_any_number_of_threads_and_another_with_another_seed() {
    let (values, clusters) = example();
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let settings = Bootstrap { seed, ..Bootstrap::default() };
        pool.install(|| interval(&settings, &clusters, mean(&values)))
    };
    assert_eq!(run(1, 7), run(3, 7));
    assert_ne!(run(1, 7), run(1, 8));
}

#[test]
fn copies_of_an_item_in_its_cluster_do_not_narrow_the_interval() {
    let (values, _) = example();
    let width = |copies: usize| {
        let values: Vec<f64> =
            values.iter().flat_map(|v| std::iter::repeat_n(*v, copies)).collect();
        let clusters: Vec<u32> = (0..values.len()).map(|i| (i / copies) as u32).collect();
        let found = interval(&Bootstrap::default(), &clusters, mean(&values)).unwrap();
        found.high - found.low
    };
    assert!((width(5) - width(1)).abs() < 1e-9);
}

#[test]
fn sets_of_clusters_give_about_the_limits_of_single_ones() {
    // 1200 clusters are left out in sets of three.
    let values: Vec<f64> = (0..1200_u32).map(|i| f64::from(i * 7919 % 1200).powi(4)).collect();
    let clusters: Vec<u32> = (0..1200).collect();
    let settings = Bootstrap { draws: 2000, ..Bootstrap::default() };
    let found = estimate(&settings, &clusters, mean(&values));
    let left_out: Vec<f64> = (0..1200)
        .map(|out| {
            let mut weights = vec![1; 1200];
            weights[out] = 0;
            mean(&values)(&weights).unwrap()
        })
        .collect();
    let single = Clusters::new(&clusters);
    let mut drawn: Vec<f64> = (0..2000)
        .map(|draw| {
            let mut weights = Vec::new();
            single.draw(0, draw, &mut weights);
            mean(&values)(&weights).unwrap()
        })
        .collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let (expected, _) = bca::interval(found.value.unwrap(), &drawn, Some(&left_out), LEVEL);
    let width = expected.high - expected.low;
    assert_interval(&found, expected.low, expected.high, width / 100.0);
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let settings = Bootstrap::default();
    let values = [1.0, 2.0, 4.0];
    // One cluster.
    let one = estimate(&settings, &[3, 3, 3], mean(&values));
    assert_eq!((one.clusters, one.interval, one.method), (1, None, None));
    // No spread: three of three right says nothing about the next.
    assert_eq!(interval(&settings, &[0, 1, 2], mean(&[1.0; 3])), None);
    // A statistic that needs the last cluster is undefined on about 30 % of the draws.
    let needs_last = |weights: &[u32]| {
        if weights[2] == 0 { None } else { mean(&values)(weights) }
    };
    let found = estimate(&settings, &[0, 1, 2], needs_last);
    assert!((250..350).contains(&found.undefined), "{}", found.undefined);
    assert_eq!(found.interval, None);
    assert_eq!(estimate(&settings, &[], mean(&[])).value, None);
    let no_draws = Bootstrap { draws: 0, ..settings };
    assert_eq!(interval(&no_draws, &[0, 1, 2], mean(&values)), None);
}

#[test]
fn percentiles_where_a_left_out_cluster_leaves_the_statistic_undefined() {
    let values: Vec<f64> = (0..40).map(f64::from).collect();
    let clusters: Vec<u32> = (0..40).map(|i| i / 4).collect();
    let needs_nine = |weights: &[u32]| {
        if weights.iter().filter(|w| **w > 0).count() == 36 && weights[39] == 0 {
            return None;
        }
        mean(&values)(weights)
    };
    let found = estimate(&Bootstrap::default(), &clusters, needs_nine);
    assert_eq!(found.method, Some(Method::Percentile));
}

#[test]
fn five_metrics_of_five_thousand_items_in_about_a_second() {
    let (n, n_classes) = (5000, 15);
    let mut state: u64 = 9;
    let mut draw = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        (state >> 16) as usize
    };
    let (mut probabilities, mut labels, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let label = draw() % n_classes;
        let mut row: Vec<f32> = (0..n_classes).map(|_| (1 + draw() % 1000) as f32).collect();
        row[label] += 300.0;
        let sum: f32 = row.iter().sum();
        probabilities.extend(row.iter().map(|p| p / sum));
        labels.push(label);
        clusters.push((draw() % 740) as u32);
    }
    let outcomes = Outcomes::new(&probabilities, &labels, n_classes).unwrap();
    let start = Instant::now();
    for metric in
        [Metric::Accuracy, Metric::BalancedAccuracy, Metric::MacroF1, Metric::Mcc, Metric::Auroc]
    {
        let weighted = WeightedMetric::new(metric, &outcomes).unwrap();
        let found =
            estimate(&Bootstrap::default(), &clusters, |weights| weighted.evaluate(weights));
        let (interval, value) = (found.interval.unwrap(), found.value.unwrap());
        assert!(interval.low < value && value < interval.high);
        println!("{:18} {value:.3} {:.3}-{:.3}", metric.name(), interval.low, interval.high);
    }
    let taken = start.elapsed();
    println!("{taken:?}");
    // Generous: the limit is there to catch a slow path, on a shared machine.
    assert!(taken.as_secs() < 20, "{taken:?}");
}
