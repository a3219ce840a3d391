//! Training records changed at random, anew in each epoch.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::random;

/// How training records are changed at random, anew in each epoch; validation and test never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Augment {
    /// Positions that a record is shifted by, at most, to either side; what is left empty is padding.
    pub shift: usize,
    /// Share of the letters that become another letter of the alphabet.
    pub mutation: f32,
}

impl Augment {
    /// Whether records stay as they are.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What changes the records of one epoch: drawn from (seed, epoch, record) alone, so that no order,
/// batch or thread bears on it.
#[derive(Clone, Copy, Debug)]
pub struct Augmentation {
    config: Augment,
    seed: u64,
    epoch: usize,
}

impl Augmentation {
    /// The changes of an epoch, which is counted from 1.
    #[must_use]
    pub fn new(config: Augment, seed: u64, epoch: usize) -> Self {
        Self { config, seed, epoch }
    }

    fn generator(&self, what: &str, record: usize) -> ChaCha8Rng {
        let Self { seed, epoch, .. } = self;
        random::generator(*seed, &format!("{what} of record {record} in epoch {epoch}"))
    }

    /// Positions that a record is shifted by, to its end where positive: each of -n..=n as likely.
    #[must_use]
    pub fn shift(&self, record: usize) -> isize {
        let reach = self.config.shift;
        if reach == 0 {
            return 0;
        }
        let choices = 2 * reach as u128 + 1;
        let drawn = u128::from(self.generator("shift", record).next_u64());
        (((drawn * choices) >> 64) as usize).cast_signed() - reach.cast_signed()
    }

    /// Replaces the share of a record's letters that is asked for, each by one of the other `letters` with
    /// the same probability. Upper and lower case are the same letter; what is no letter stays.
    pub fn mutate(&self, record: usize, letters: &[u8], symbols: &mut [u8]) {
        let share = self.config.mutation;
        if share <= 0.0 || letters.len() < 2 {
            return;
        }
        let mut generator = self.generator("mutation", record);
        for symbol in symbols {
            if random::uniform(&mut generator) >= share {
                continue;
            }
            let upper = symbol.to_ascii_uppercase();
            if let Some(at) = letters.iter().position(|letter| *letter == upper) {
                let others = letters.len() as u64 - 1;
                let step = 1 + ((u64::from(generator.next_u32()) * others) >> 32) as usize;
                *symbol = letters[(at + step) % letters.len()];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn augmentation(shift: usize, mutation: f32, epoch: usize) -> Augmentation {
        Augmentation::new(Augment { shift, mutation }, 7, epoch)
    }

    #[test]
    fn every_shift_is_as_likely() {
        let mut counts = [0_i32; 7];
        for record in 0..7000 {
            let shift = augmentation(3, 0.0, 1).shift(record);
            counts[(shift + 3) as usize] += 1;
        }
        // Six standard deviations of a binomial count of mean 1000.
        assert!(counts.iter().all(|count| (count - 1000).abs() < 176), "{counts:?}");
        assert_eq!(augmentation(0, 0.5, 1).shift(3), 0);
    }

    #[test]
    fn letters_become_one_of_the_others() {
        let before = b"acgtACGTNR-".repeat(2000);
        let mut after = before.clone();
        augmentation(0, 0.3, 1).mutate(5, b"ACGT", &mut after);
        let mut counts = std::collections::BTreeMap::new();
        for (old, new) in before.iter().zip(&after) {
            if old != new {
                *counts.entry((old.to_ascii_uppercase(), *new)).or_insert(0_i32) += 1;
            }
        }
        // Each of four letters, 4000 of them, becomes each of three others: 400 on average.
        assert_eq!(counts.len(), 12, "{counts:?}");
        assert!(counts.values().all(|count| (count - 400).abs() < 115), "{counts:?}");
        assert!(counts.keys().all(|(old, new)| old != new && b"ACGT".contains(old)));
    }

    #[test]
    fn draws_depend_on_seed_epoch_and_record_alone() {
        let drawn = |augmentation: &Augmentation, record| {
            let mut symbols = b"ACGT".repeat(50);
            augmentation.mutate(record, b"ACGT", &mut symbols);
            (augmentation.shift(record), symbols)
        };
        let first = augmentation(1000, 0.2, 1);
        assert_eq!(drawn(&first, 4), drawn(&first, 4));
        assert_ne!(drawn(&first, 4), drawn(&first, 5));
        assert_ne!(drawn(&first, 4), drawn(&augmentation(1000, 0.2, 2), 4));
        let other = Augmentation::new(Augment { shift: 1000, mutation: 0.2 }, 8, 1);
        assert_ne!(drawn(&first, 4), drawn(&other, 4));
        let mut symbols = *b"ACGT";
        augmentation(9, 0.0, 1).mutate(0, b"ACGT", &mut symbols);
        assert_eq!(symbols, *b"ACGT");
    }
}
