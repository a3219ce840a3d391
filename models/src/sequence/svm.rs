//! A linear support vector machine, one class against the rest.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::profile::Profiles;

/// When a fit is good enough.
#[derive(Clone, Copy)]
struct Stop {
    /// Passes over the records, at most.
    passes: usize,
    /// Greatest violation of optimality that is left.
    violation: f32,
}

/// Further passes change no prediction that counts.
const STOP: Stop = Stop { passes: 50, violation: 0.1 };

/// Weights of a linear support vector machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// For each class the V weights and the bias, (K, V + 1); of two classes only the second's.
    pub(super) weights: Vec<Vec<f32>>,
}

/// What a machine learns from.
#[derive(Clone, Copy)]
pub(super) struct Examples<'a> {
    /// Rows (N, V).
    pub(super) rows: &'a Profiles,
    /// Number of columns V.
    pub(super) width: usize,
    /// The rows learnt from.
    pub(super) records: &'a [usize],
    /// Class of every row.
    pub(super) labels: &'a [usize],
    /// Number of classes K.
    pub(super) classes: usize,
}

impl Machine {
    /// Fits w to ½ |w|² + Σ cᵢ max(0, 1 - yᵢ w·xᵢ)² for each class, by dual coordinate descent
    /// (Hsieh et al. 2008, doi:10.1145/1390156.1390208); the bias is the weight of a constant 1.
    ///
    /// `costs` has one cᵢ for each of the records.
    pub(super) fn fit(examples: Examples<'_>, costs: &[f32], seed: u64) -> Self {
        Self::fit_until(STOP, examples, costs, seed)
    }

    fn fit_until(stop: Stop, examples: Examples<'_>, costs: &[f32], seed: u64) -> Self {
        let Examples { rows, width, records, labels, classes } = examples;
        let points: Vec<Point<'_>> = records
            .iter()
            .zip(costs)
            .map(|(&record, &cost)| {
                let row = rows.row(record);
                let norm = row.iter().map(|(_, value)| value * value).sum::<f32>() + 1.0;
                Point { row, label: labels[record], slack: 0.5 / cost, norm }
            })
            .collect();
        let own = if classes == 2 { 1..2 } else { 0..classes };
        let one = |class: usize| fit_one(stop, &points, width, class, seed);
        Self { weights: own.into_par_iter().map(one).collect() }
    }

    /// w·x of each class for a row, (K).
    pub(super) fn margins(&self, row: &[(u32, f32)]) -> Vec<f32> {
        match self.weights.as_slice() {
            [second] => {
                let margin = dot(second, row);
                vec![-margin, margin]
            }
            all => all.iter().map(|weights| dot(weights, row)).collect(),
        }
    }
}

/// A record as the machine sees it.
struct Point<'a> {
    row: &'a [(u32, f32)],
    label: usize,
    /// 1 / 2c, which the squared hinge adds to the diagonal.
    slack: f32,
    /// |x|² with the constant.
    norm: f32,
}

/// w·x; the bias stands behind the weights.
fn dot(weights: &[f32], row: &[(u32, f32)]) -> f32 {
    let bias = weights.last().copied().unwrap_or(0.0);
    row.iter().fold(bias, |sum, (column, value)| sum + weights[*column as usize] * value)
}

fn fit_one(stop: Stop, points: &[Point<'_>], width: usize, class: usize, seed: u64) -> Vec<f32> {
    let mut weights = vec![0.0; width + 1];
    let mut duals = vec![0.0_f32; points.len()];
    let mut order: Vec<usize> = (0..points.len()).collect();
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..stop.passes {
        order.shuffle(&mut generator);
        let mut worst = 0.0_f32;
        for &at in &order {
            let point = &points[at];
            let sign = if point.label == class { 1.0 } else { -1.0 };
            let gradient = sign * dot(&weights, point.row) - 1.0 + point.slack * duals[at];
            // At the bound only a step away from it counts.
            let violation = if duals[at] > 0.0 { gradient } else { gradient.min(0.0) };
            worst = worst.max(violation.abs());
            let dual = (duals[at] - gradient / (point.norm + point.slack)).max(0.0);
            let step = (dual - duals[at]) * sign;
            duals[at] = dual;
            if step != 0.0 {
                for (column, value) in point.row {
                    weights[*column as usize] += step * value;
                }
                weights[width] += step;
            }
        }
        if worst < stop.violation {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Stop = Stop { passes: 10_000, violation: 1e-5 };

    fn profiles(rows: &[&[f32]]) -> Profiles {
        let row = |row: &&[f32]| (0..).zip(row.iter().copied()).filter(|v| v.1 != 0.0).collect();
        Profiles::from_rows(rows.iter().map(row).collect())
    }

    #[test]
    fn two_points_by_hand() {
        // Points at 1 and -1 with costs c: w = 4c/(1 + 4c), b = 0 solves both gradients.
        let rows = profiles(&[&[1.0], &[-1.0]]);
        let examples =
            Examples { rows: &rows, width: 1, records: &[0, 1], labels: &[1, 0], classes: 2 };
        for cost in [0.25_f32, 1.0, 4.0] {
            let machine = Machine::fit_until(LONG, examples, &[cost; 2], 0);
            let [w, b] = machine.weights[0][..] else { panic!("{machine:?}") };
            let expected = 4.0 * cost / (1.0 + 4.0 * cost);
            assert!((w - expected).abs() < 1e-3 && b.abs() < 1e-3, "{cost}: {w} {b}");
            let margins = machine.margins(rows.row(0));
            assert_eq!(margins, [-(w + b), w + b]);
        }
    }

    #[test]
    fn the_solution_has_no_gradient() {
        // Of the primal: w = Σ 2 cᵢ yᵢ max(0, 1 - yᵢ f(xᵢ)) xᵢ.
        let rows: Vec<Vec<f32>> = (0..40)
            .map(|i| (0..5).map(|j| ((i * 7 + j * 13) % 11) as f32 / 11.0).collect())
            .collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let rows = profiles(&rows);
        let labels: Vec<usize> = (0..40).map(|i| i * 5 % 7 % 3).collect();
        let records: Vec<usize> = (0..40).filter(|i| i % 9 != 0).collect();
        let costs: Vec<f32> = records.iter().map(|i| 0.5 + (*i % 3) as f32).collect();
        let examples =
            Examples { rows: &rows, width: 5, records: &records, labels: &labels, classes: 3 };
        let machine = Machine::fit_until(LONG, examples, &costs, 3);
        for class in 0..3 {
            let mut expected = [0.0; 6];
            for (&record, cost) in records.iter().zip(&costs) {
                let sign = if labels[record] == class { 1.0 } else { -1.0 };
                let slack = (1.0 - sign * machine.margins(rows.row(record))[class]).max(0.0);
                for (column, value) in rows.row(record).iter().chain(&[(5, 1.0)]) {
                    expected[*column as usize] += 2.0 * cost * sign * slack * value;
                }
            }
            for (found, expected) in machine.weights[class].iter().zip(expected) {
                assert!((found - expected).abs() < 1e-2, "{found} {expected}");
            }
        }
    }
}
