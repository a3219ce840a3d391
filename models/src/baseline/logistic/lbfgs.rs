//! Limited-memory BFGS (Liu and Nocedal 1989, doi:10.1007/BF01589116) with a preconditioner.

use std::collections::VecDeque;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::objective::Objective;
use super::preconditioner::Preconditioner;

/// Pairs of step and change of gradient that are remembered.
const MEMORY: usize = 10;

/// The least share of the promised decrease that a step must bring (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether the largest slope fell below the tolerance.
    pub converged: bool,
    /// Iterations made.
    pub iterations: usize,
    /// Largest absolute slope at the end.
    pub slope: f64,
}

/// A step with the change of gradient along it.
struct Pair {
    step: Array2<f64>,
    change: Array2<f64>,
    inverse_curvature: f64,
}

/// Minimises a convex `objective` from weights of zero.
pub(super) fn minimise(
    objective: &Objective<'_>,
    preconditioner: &Preconditioner,
    tolerance: f64,
    max_iterations: usize,
) -> (Array2<f64>, Convergence) {
    let mut weights = Array2::<f64>::zeros(objective.shape());
    let (mut value, mut gradient) = objective.evaluate(&weights);
    let mut pairs: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut iterations = 0;
    while largest(&gradient) > tolerance && iterations < max_iterations {
        iterations += 1;
        let direction = direction(&gradient, &pairs, preconditioner);
        let promised = dot(&direction, &gradient);
        let Some((step, next_value, next_gradient)) =
            search(objective, &weights, value, promised, &direction)
        else {
            // At the limit of the arithmetic no step is an improvement; try once more without
            // memory.
            if pairs.is_empty() {
                break;
            }
            pairs.clear();
            continue;
        };
        weights += &step;
        let change = &next_gradient - &gradient;
        let curvature = dot(&step, &change);
        if curvature > 0.0 {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair { step, change, inverse_curvature: 1.0 / curvature });
        }
        (value, gradient) = (next_value, next_gradient);
    }
    let slope = largest(&gradient);
    (weights, Convergence { converged: slope <= tolerance, iterations, slope })
}

/// The two-loop recursion.
fn direction(
    gradient: &Array2<f64>,
    pairs: &VecDeque<Pair>,
    preconditioner: &Preconditioner,
) -> Array2<f64> {
    let mut rest = gradient.clone();
    let mut lengths = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let length = pair.inverse_curvature * dot(&pair.step, &rest);
        rest.scaled_add(-length, &pair.change);
        lengths.push(length);
    }
    let mut direction = preconditioner.apply(&rest);
    if let Some(last) = pairs.back() {
        let bent = dot(&last.change, &preconditioner.apply(&last.change));
        direction *= 1.0 / (last.inverse_curvature * bent);
    }
    for (pair, length) in pairs.iter().zip(lengths.iter().rev()) {
        let back = pair.inverse_curvature * dot(&pair.change, &direction);
        direction.scaled_add(length - back, &pair.step);
    }
    -direction
}

/// Halves the step until it brings enough; gives the step with the value and gradient at its end.
fn search(
    objective: &Objective<'_>,
    weights: &Array2<f64>,
    value: f64,
    promised: f64,
    direction: &Array2<f64>,
) -> Option<(Array2<f64>, f64, Array2<f64>)> {
    if promised >= 0.0 {
        return None;
    }
    let rounding = 1e-15 * value.abs();
    let mut size = 1.0;
    for _ in 0..40 {
        let step = direction * size;
        let (next_value, next_gradient) = objective.evaluate(&(weights + &step));
        if next_value <= value + SUFFICIENT * size * promised + rounding {
            return Some((step, next_value, next_gradient));
        }
        size /= 2.0;
    }
    None
}

fn dot(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn largest(gradient: &Array2<f64>) -> f64 {
    gradient.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()))
}
