//! In-silico mutagenesis: what every other letter in the place of a symbol would change.

use cistron_models::executor::Executor;

use super::Attribution;
use crate::encode::Records;
use crate::model::Model;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Scores of a sequence: its logit less the mean of those with another letter at that position.
pub(super) fn of(
    model: &Model,
    executor: &Executor,
    sequence: &[u8],
    class: usize,
) -> Result<Attribution, Error> {
    let alphabet = model.card.encoder.alphabet().unwrap_or_default();
    let letters = &alphabet.symbols()[..alphabet.letters()];
    let reach = model.card.encoder.reach().unwrap_or(sequence.len()).min(sequence.len());
    // Each replacement with its position and its letter.
    let mut places = Vec::new();
    let mut replaced = Dataset::new(alphabet);
    replaced.push(String::new(), sequence, 0);
    let mut other = sequence.to_vec();
    for (position, symbol) in sequence[..reach].iter().enumerate() {
        let own = letters.iter().position(|letter| letter.eq_ignore_ascii_case(symbol));
        let Some(own) = own else { continue };
        for (at, letter) in letters.iter().enumerate().filter(|(at, _)| *at != own) {
            other[position] = *letter;
            replaced.push(String::new(), &other, 0);
            places.push((position, at));
        }
        other[position] = *symbol;
    }
    let logits = model.logits(executor, Records::all(&replaced))?;
    let logit = |row: usize| logits[row * model.card.classes.len() + class];
    let mut changes = vec![0.0; sequence.len() * letters.len()];
    let mut scores = vec![0.0; sequence.len()];
    for (row, (position, letter)) in (1..).zip(places) {
        let change = logit(row) - logit(0);
        changes[position * letters.len() + letter] = change;
        scores[position] -= change / (letters.len() - 1) as f32;
    }
    Ok(Attribution { class, scores, replaced: changes, incomplete: None })
}
