//! Folds that keep groups whole.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{BaselineError, check_labels};

/// Records that cannot be dealt into folds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FoldError {
    /// Records and groups differ in number.
    #[error("{records} records but {groups} group memberships")]
    Lengths {
        /// Number of records.
        records: usize,
        /// Number of memberships.
        groups: usize,
    },
    /// Fewer than two folds, or fewer groups than folds.
    #[error("{folds} folds of {groups} groups: at least two folds and one group a fold are needed")]
    Folds {
        /// Folds asked for.
        folds: usize,
        /// Groups found.
        groups: usize,
    },
    /// The labels are not usable.
    #[error(transparent)]
    Labels(#[from] BaselineError),
}

/// The fold of each record, from 0, all records of a group in the same one.
///
/// Groups are dealt from the largest to the smallest, each to the fold where it brings the class
/// counts closest to an even deal (squared distance, weighted by the inverse class size); groups of
/// the same size go in an order that `seed` sets.
///
/// # Errors
///
/// Where lengths disagree, a label is not below `n_classes`, or there are fewer groups than folds.
pub fn deal_groups(
    labels: &[usize],
    groups: &[usize],
    n_classes: usize,
    folds: usize,
    seed: u64,
) -> Result<Vec<usize>, FoldError> {
    if labels.len() != groups.len() {
        return Err(FoldError::Lengths { records: labels.len(), groups: groups.len() });
    }
    check_labels(labels.len(), labels, n_classes)?;
    let mut totals = vec![0.0; n_classes];
    for label in labels {
        totals[*label] += 1.0;
    }

    let mut records: Vec<usize> = (0..labels.len()).collect();
    records.sort_by_key(|record| groups[*record]);
    let mut dealt: Vec<&[usize]> = records.chunk_by(|a, b| groups[*a] == groups[*b]).collect();
    if folds < 2 || dealt.len() < folds {
        return Err(FoldError::Folds { folds, groups: dealt.len() });
    }
    dealt.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    dealt.sort_by_key(|group| std::cmp::Reverse(group.len()));

    let mut fold_of = vec![0; labels.len()];
    // (folds, K) class counts, and the size of each fold.
    let mut loads = vec![vec![0.0_f64; n_classes]; folds];
    let mut sizes = vec![0_usize; folds];
    for group in dealt {
        let counts = class_counts(group, labels);
        // What the distance grows by: (load + count - target)^2 - (load - target)^2.
        let cost = |fold: usize| -> f64 {
            let terms = counts.iter().map(|(class, count)| {
                let target = totals[*class] / folds as f64;
                count * (count + 2.0 * (loads[fold][*class] - target)) / totals[*class]
            });
            terms.sum()
        };
        let best = (0..folds)
            .map(|fold| (cost(fold), sizes[fold], fold))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map_or(0, |(_, _, fold)| fold);
        for (class, count) in counts {
            loads[best][class] += count;
        }
        sizes[best] += group.len();
        for record in group {
            fold_of[*record] = best;
        }
    }
    Ok(fold_of)
}

/// The classes of a group with their counts.
fn class_counts(group: &[usize], labels: &[usize]) -> Vec<(usize, f64)> {
    let mut classes: Vec<usize> = group.iter().map(|record| labels[*record]).collect();
    classes.sort_unstable();
    classes.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_are_spread_evenly() {
        // 60 groups of 1 to 4 records, each group of one class.
        let groups: Vec<usize> = (0..60).flat_map(|g| std::iter::repeat_n(g, 1 + g % 4)).collect();
        let labels: Vec<usize> = groups.iter().map(|g| g % 3).collect();
        let folds = deal_groups(&labels, &groups, 3, 5, 7).unwrap();
        for class in 0..3 {
            for fold in 0..5 {
                let n = (0..labels.len()).filter(|r| labels[*r] == class && folds[*r] == fold);
                assert_eq!(n.count(), 10, "class {class} fold {fold}");
            }
        }
        assert_eq!(folds, deal_groups(&labels, &groups, 3, 5, 7).unwrap());
        assert_ne!(folds, deal_groups(&labels, &groups, 3, 5, 8).unwrap());
    }

    #[test]
    fn too_few_groups_are_refused() {
        assert_eq!(
            deal_groups(&[0, 1, 1], &[5, 5, 9], 2, 3, 0),
            Err(FoldError::Folds { folds: 3, groups: 2 })
        );
        assert!(matches!(deal_groups(&[0], &[], 1, 2, 0), Err(FoldError::Lengths { .. })));
        assert!(matches!(deal_groups(&[], &[], 1, 2, 0), Err(FoldError::Labels(_))));
    }

    proptest! {
        #[test]
        fn groups_stay_whole_and_no_fold_is_empty(
            records in prop::collection::vec((0_usize..4, 0_usize..30), 1..200),
            folds in 2_usize..6,
            seed: u64,
        ) {
            let (labels, groups): (Vec<usize>, Vec<usize>) = records.into_iter().unzip();
            if let Ok(fold_of) = deal_groups(&labels, &groups, 4, folds, seed) {
                let mut fold_of_group = HashMap::new();
                for (group, fold) in groups.iter().zip(&fold_of) {
                    prop_assert_eq!(*fold_of_group.entry(group).or_insert(fold), fold);
                }
                prop_assert!((0..folds).all(|fold| fold_of.contains(&fold)));
            }
        }
    }
}
