//! Which values are tried next: at random first, then by a tree-structured Parzen estimator
//! (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization").

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tpe::{TpeOptimizer, TpeOptimizerBuilder};

use super::space::{Domain, Parameter};
use cistron_data::error::Error;

/// Trials at random before the estimator has something to learn from.
const RANDOM: usize = 5;

/// Share of the trials, the best, that the next ones are drawn near to.
const GOOD: f64 = 0.25;

/// Proposals of the estimator, and then at random, before a search space counts as used up.
const ATTEMPTS: usize = 50;

/// A trial that is over: a value for each parameter, and its loss; infinite where it failed.
pub type Seen = (Vec<String>, f64);

/// A value for each parameter that no trial had; `None` where none is found any more.
///
/// The same space, seed and trials give the same values, so that a search which was killed goes on as
/// if it had not been.
pub fn propose(
    space: &[Parameter],
    seed: u64,
    seen: &[Seen],
) -> Result<Option<Vec<String>>, Error> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(seen.len() as u64);
    let mut optimizers = Vec::new();
    for (at, parameter) in space.iter().enumerate() {
        optimizers.push(optimizer(&parameter.domain, seen, at)?);
    }
    for attempt in 0..2 * ATTEMPTS {
        let random = seen.len() < RANDOM || attempt >= ATTEMPTS;
        let mut values = Vec::with_capacity(space.len());
        for (parameter, optimizer) in space.iter().zip(&mut optimizers) {
            let (start, end) = parameter.domain.line();
            let place = if random {
                generator.random_range(start..end)
            } else {
                let Ok(place) = optimizer.ask(&mut generator);
                place
            };
            values.push(parameter.domain.value(place));
        }
        if seen.iter().all(|(earlier, _)| *earlier != values) {
            return Ok(Some(values));
        }
    }
    Ok(None)
}

/// The estimator of one parameter, told what is known.
fn optimizer(domain: &Domain, seen: &[Seen], at: usize) -> Result<TpeOptimizer, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::stage("tune", error);
    let estimator = match domain {
        Domain::Real { .. } | Domain::Integer { .. } => tpe::parzen_estimator(),
        Domain::Choice(_) => tpe::histogram_estimator(),
    };
    let (start, end) = domain.line();
    let range = tpe::range(start, end).map_err(|error| failed(&error))?;
    let mut optimizer = TpeOptimizerBuilder::new()
        .gamma(GOOD)
        .build(estimator, range)
        .map_err(|error| failed(&error))?;
    for (values, loss) in seen {
        if let Some(place) = values.get(at).and_then(|value| domain.place(value)) {
            optimizer.tell(place, *loss).map_err(|error| failed(&error))?;
        }
    }
    Ok(optimizer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(texts: &[&str]) -> Vec<Parameter> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Losses of `trials` trials of a search.
    fn search(space: &[Parameter], trials: usize, loss: impl Fn(&[String]) -> f64) -> Vec<Seen> {
        let mut seen: Vec<Seen> = Vec::new();
        for _ in 0..trials {
            let Some(values) = propose(space, 7, &seen).unwrap() else { break };
            let loss = loss(&values);
            seen.push((values, loss));
        }
        seen
    }

    #[test]
    fn a_minimum_known_by_hand_is_come_near_to() {
        let space = space(&["a=-5.0..5.0", "b=1|10|100"]);
        let loss = |values: &[String]| {
            let numbers: Vec<f64> = values.iter().map(|value| value.parse().unwrap()).collect();
            (numbers[0] - 2.0).powi(2) + numbers[1]
        };
        let seen = search(&space, 60, loss);
        let best = seen.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_eq!(best.0[1], "1");
        assert!(best.1 < 1.25, "{best:?}");
    }

    #[test]
    fn a_search_that_goes_on_is_the_search_that_never_stopped() {
        let space = space(&["a=0.001..1.0 log", "b=1..64"]);
        let loss = |values: &[String]| values.iter().map(|v| v.parse::<f64>().unwrap()).sum();
        let whole = search(&space, 20, loss);
        let next = propose(&space, 7, &whole[..12]).unwrap().unwrap();
        assert_eq!(next, whole[12].0);
    }

    #[test]
    fn no_values_are_tried_twice_and_a_small_space_ends() {
        let seen = search(&space(&["a=1..2", "b=x|y|z"]), 20, |_| f64::INFINITY);
        assert_eq!(seen.len(), 6, "{seen:?}");
    }
}
