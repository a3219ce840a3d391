//! Successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943): every trial is trained for a
//! quarter of its epochs, the better half for half of them, the better half of those for all.

/// Quarters of a trial's epochs that each rung trains for.
const QUARTERS: [usize; 3] = [1, 2, 4];

/// Rungs of a model that is trained in epochs, and of one that is not.
#[must_use]
pub fn rungs(epochs: bool) -> usize {
    if epochs { QUARTERS.len() } else { 1 }
}

/// Epochs of a rung, of `all`: at least one.
#[must_use]
pub fn epochs(all: usize, rung: usize) -> usize {
    let quarters = QUARTERS.get(rung).copied().unwrap_or(4);
    all.saturating_mul(quarters).div_ceil(4)
}

/// The better half of the trials, the middle one of an odd number among them; the earlier of equals.
/// Trials that failed (infinite loss) are not kept.
#[must_use]
pub fn kept(losses: &[(usize, f64)]) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = losses.to_vec();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    order.truncate(losses.len().div_ceil(2));
    let mut kept: Vec<usize> =
        order.into_iter().filter(|(_, loss)| loss.is_finite()).map(|(trial, _)| trial).collect();
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_half_by_hand() {
        assert_eq!(kept(&[(0, 0.5), (1, 0.1), (2, 0.3), (3, 0.9)]), [1, 2]);
        assert_eq!(kept(&[(0, 0.5), (1, 0.1), (2, 0.3)]), [1, 2]);
        assert_eq!(kept(&[(4, 0.2), (1, 0.2), (9, 0.2), (3, 0.2)]), [1, 3]);
        assert_eq!(kept(&[(0, f64::INFINITY), (1, f64::INFINITY), (2, 1.0)]), [2]);
        assert_eq!(kept(&[(5, 1.0)]), [5]);
        assert!(kept(&[]).is_empty());
    }

    #[test]
    fn epochs_by_hand() {
        assert_eq!([0, 1, 2].map(|rung| epochs(20, rung)), [5, 10, 20]);
        assert_eq!([0, 1, 2].map(|rung| epochs(3, rung)), [1, 2, 3]);
        assert_eq!([0, 1, 2].map(|rung| epochs(1, rung)), [1, 1, 1]);
        assert_eq!((rungs(true), rungs(false)), (3, 1));
    }
}
