//! Dealing whole units (clusters, groups or single records) to parts with balanced labels.
//!
//! Longest-processing-time-first (Graham 1969, doi:10.1137/0117039), stratified: units go by size,
//! largest first, to the part where the classes' loads miss their targets least.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Units to deal: how many records of each class each of them holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    unit_of: Vec<u32>,
    /// Records of each class (K numbers, and the unlabelled ones) of each unit.
    counts: Vec<Vec<usize>>,
}

impl Units {
    /// Counts the records of each class in each unit; unlabelled records count as one class more.
    #[must_use]
    pub fn new(unit_of: Vec<u32>, labels: &[Option<u32>], classes: usize) -> Self {
        let units = unit_of.iter().max().map_or(0, |last| *last as usize + 1);
        let mut counts = vec![vec![0; classes + 1]; units];
        for (unit, label) in unit_of.iter().zip(labels) {
            counts[*unit as usize][label.map_or(classes, |l| l as usize)] += 1;
        }
        Self { unit_of, counts }
    }

    /// Part of each record, from the part of each unit.
    #[must_use]
    pub fn spread(&self, part_of: &[usize]) -> Vec<usize> {
        self.unit_of.iter().map(|unit| part_of[*unit as usize]).collect()
    }

    /// Number of units that hold a record of each class.
    #[must_use]
    pub fn holding(&self, class: usize) -> usize {
        self.counts.iter().filter(|counts| counts[class] > 0).count()
    }
}

/// Part of each unit, so that every class is spread by `shares` as well as whole units allow.
///
/// A class with at least as many units as parts is in every part. The same seed deals the same way.
#[must_use]
pub fn deal(units: &Units, shares: &[f64], seed: u64) -> Vec<usize> {
    let classes = units.counts.first().map_or(0, Vec::len);
    let totals: Vec<f64> =
        (0..classes).map(|c| units.counts.iter().map(|u| u[c] as f64).sum()).collect();
    let mut order: Vec<usize> = (0..units.counts.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order.sort_by_key(|u| std::cmp::Reverse(units.counts[*u].iter().sum::<usize>()));

    let mut loads = vec![vec![0.0; classes]; shares.len()];
    let mut part_of = vec![0; units.counts.len()];
    for unit in order {
        let counts = &units.counts[unit];
        // Only the classes of the unit change the sum of squares, so only they are compared.
        let cost = |part: usize| -> f64 {
            let each = counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(class, n)| {
                let miss = loads[part][class] - shares[part] * totals[class];
                let n = *n as f64;
                ((miss + n).powi(2) - miss.powi(2)) / totals[class]
            });
            each.sum()
        };
        let best = (0..shares.len()).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(0);
        part_of[unit] = best;
        for (load, n) in loads[best].iter_mut().zip(counts) {
            *load += *n as f64;
        }
    }
    fill_empty_parts(units, shares.len(), classes, &mut part_of);
    part_of
}

/// Moves the smallest unit of a class to each part that has none of it, where the class can spare one.
fn fill_empty_parts(units: &Units, parts: usize, classes: usize, part_of: &mut [usize]) {
    for class in 0..classes {
        for part in 0..parts {
            let holds = |u: &usize| units.counts[*u][class] > 0;
            let mut at = vec![0; parts];
            for unit in (0..part_of.len()).filter(holds) {
                at[part_of[unit]] += 1;
            }
            if at[part] > 0 {
                continue;
            }
            let spare = (0..part_of.len()).filter(holds).filter(|u| at[part_of[*u]] > 1);
            if let Some(unit) = spare.min_by_key(|u| units.counts[*u].iter().sum::<usize>()) {
                part_of[unit] = part;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(counts: Vec<Vec<usize>>) -> Units {
        Units { unit_of: Vec::new(), counts }
    }

    #[test]
    fn a_hand_made_case_is_dealt_by_shares() {
        // Class 0 in units of 6, 2, 2; class 1 in units of 5 and 5.
        let counts = vec![vec![6, 0], vec![2, 0], vec![2, 0], vec![0, 5], vec![0, 5]];
        let part_of = deal(&units(counts), &[0.5, 0.5], 1);
        assert_ne!(part_of[3], part_of[4]);
        assert_ne!(part_of[0], part_of[1]);
        assert_eq!(part_of[1], part_of[2]);
    }

    proptest! {
        #[test]
        fn every_class_with_enough_units_is_in_every_part(
            counts in prop::collection::vec(prop::collection::vec(0_usize..20, 3), 3..40),
            seed in any::<u64>(),
        ) {
            let units = units(counts);
            let part_of = deal(&units, &[0.7, 0.15, 0.15], seed);
            prop_assert_eq!(&part_of, &deal(&units, &[0.7, 0.15, 0.15], seed));
            // Units of one class only, so that moving one cannot empty another class's part.
            let single = super::tests::units(units.counts.iter().enumerate().map(|(i, c)| {
                let mut one = vec![0; 3];
                one[i % 3] = c.iter().sum::<usize>() + 1;
                one
            }).collect());
            let part_of = deal(&single, &[0.7, 0.15, 0.15], seed);
            for class in 0..3 {
                if single.holding(class) >= 3 {
                    for part in 0..3 {
                        prop_assert!((0..part_of.len())
                            .any(|u| part_of[u] == part && single.counts[u][class] > 0));
                    }
                }
            }
        }
    }
}
