//! What a misspelt word was meant to be.

/// The known word that `word` was most likely meant to be.
#[must_use]
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let score = |k: &&str| strsim::jaro_winkler(word, k);
    let best = known.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) >= 0.8).then_some(*best)
}
