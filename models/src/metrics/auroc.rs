//! Area under the receiver operating characteristic.

/// Items sorted by score once, so that the area under weights costs one pass.
#[derive(Debug, Clone)]
pub struct Ranking {
    ranked: Vec<Ranked>,
}

/// An item in order of its score.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    item: u32,
    positive: bool,
    ends_tie: bool,
}

impl Ranking {
    /// Sorts items of (score, whether positive) by score; scores must not be NaN.
    #[must_use]
    pub fn new(items: impl IntoIterator<Item = (f32, bool)>) -> Self {
        let mut sorted: Vec<(f32, u32, bool)> =
            (0_u32..).zip(items).map(|(item, (score, positive))| (score, item, positive)).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut ranked: Vec<Ranked> = Vec::with_capacity(sorted.len());
        for (i, (score, item, positive)) in sorted.iter().enumerate() {
            // `==`, not `total_cmp`: 0 and -0 are the same score.
            #[allow(clippy::float_cmp)]
            let ends_tie = sorted.get(i + 1).is_none_or(|next| next.0 != *score);
            ranked.push(Ranked { item: *item, positive: *positive, ends_tie });
        }
        Self { ranked }
    }

    /// Probability that a positive item scores above a negative one, ties counted half (Mann and
    /// Whitney 1947, doi:10.1214/aoms/1177730491), each item taken `weights[item]` times.
    ///
    /// `None` without positives or negatives, or where there are fewer weights than items.
    #[must_use]
    pub fn auroc(&self, weights: &[u32]) -> Option<f64> {
        if weights.len() < self.ranked.len() {
            return None;
        }
        let (mut positives, mut negatives, mut twice_won) = (0_u64, 0_u64, 0_u128);
        let mut tied = [0_u64; 2];
        for ranked in &self.ranked {
            tied[usize::from(ranked.positive)] += u64::from(weights[ranked.item as usize]);
            if ranked.ends_tie {
                let [losers, winners] = tied;
                if winners > 0 {
                    twice_won += u128::from(winners) * u128::from(2 * negatives + losers);
                }
                positives += winners;
                negatives += losers;
                tied = [0; 2];
            }
        }
        (positives > 0 && negatives > 0)
            .then(|| twice_won as f64 / (2.0 * positives as f64 * negatives as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half_and_weights_repeat() {
        let items = [(0.1, false), (0.4, true), (0.4, false), (0.8, true)];
        let ranking = Ranking::new(items);
        // Pairs: 0.4 beats 0.1, ties 0.4; 0.8 beats both.
        assert_eq!(ranking.auroc(&[1; 4]), Some(3.5 / 4.0));
        let repeated = [items[0], items[1], items[2], items[2], items[2], items[3]];
        assert_eq!(ranking.auroc(&[1, 1, 3, 1]), Ranking::new(repeated).auroc(&[1; 6]));
        assert_eq!(ranking.auroc(&[1, 0, 1, 0]), None);
        assert_eq!(ranking.auroc(&[1; 3]), None);
        assert_eq!(Ranking::new([]).auroc(&[]), None);
        assert_eq!(Ranking::new([(0.0, true), (-0.0, false)]).auroc(&[1; 2]), Some(0.5));
    }
}
