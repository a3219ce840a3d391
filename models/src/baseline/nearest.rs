//! The label of the nearest training record.

use super::{BaselineError, Majority, Predictions};

/// Look-up: probability one for the label of the nearest training record, the class frequencies
/// where there is none.
///
/// `nearest` holds the class of that record for each item; finding it is the business of a sequence
/// index.
///
/// # Errors
///
/// Where a class is not one of those of `fallback`.
pub fn nearest(
    nearest: &[Option<usize>],
    fallback: &Majority,
) -> Result<Predictions, BaselineError> {
    let n_classes = fallback.shares().len();
    let frequencies: Vec<f32> = fallback.shares().iter().map(|share| *share as f32).collect();
    let mut probabilities = Vec::with_capacity(nearest.len() * n_classes);
    for (record, label) in nearest.iter().enumerate() {
        match *label {
            None => probabilities.extend_from_slice(&frequencies),
            Some(class) if class < n_classes => {
                let start = probabilities.len();
                probabilities.resize(start + n_classes, 0.0);
                probabilities[start + class] = 1.0;
            }
            Some(class) => return Err(BaselineError::Class { record, class, n_classes }),
        }
    }
    Ok(Predictions::new(n_classes, probabilities))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_of_the_neighbour_or_the_frequencies() {
        let majority = Majority::fit(&[0, 1, 1, 1], 2).unwrap();
        let predictions = nearest(&[Some(0), None], &majority).unwrap();
        assert_eq!(predictions.probabilities(), [1.0, 0.0, 0.25, 0.75]);
        assert_eq!(predictions.classes(), [0, 1]);
        assert!(matches!(
            nearest(&[Some(2)], &majority),
            Err(BaselineError::Class { record: 0, class: 2, n_classes: 2 })
        ));
    }
}
