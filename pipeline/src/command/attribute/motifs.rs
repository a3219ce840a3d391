//! `cistron attribute --motifs`.

use std::path::Path;

use cistron_encoders::EncoderConfig;
use serde_json::json;

use super::Also;
use crate::attribute::Attribution;
use crate::attribute::motifs::{Search, WORD, motifs, shuffled, table};
use crate::model::Card;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// The narrowest window: that of a word.
#[allow(clippy::cast_possible_wrap)]
pub(super) const NARROWEST: i64 = WORD as i64;

/// False discovery rate below which words are counted on the console.
const RATE: f64 = 0.05;

/// Writes the words that recur where the model looks beside `output`; `weigh` attributes the shuffled
/// records as it did the records.
pub(super) fn write(
    card: &Card,
    (dataset, found): (&Dataset, &[Attribution]),
    width: usize,
    seed: u64,
    weigh: &dyn Fn(&Dataset) -> Result<Vec<Attribution>, Error>,
    output: &Path,
) -> Result<Also, Error> {
    let controls = shuffled(dataset, card.encoder.reach(), seed);
    let random = weigh(&controls)?;
    let canonical = matches!(card.encoder, EncoderConfig::KmerCounts { canonical: true, .. });
    let both_strands = card.reverse_complement.learns_both() || canonical;
    let found = motifs(Search { width, both_strands }, (dataset, found), (&controls, &random));
    let path = output.with_extension("motifs.tsv");
    table(&found, dataset.len())?.write(&path)?;
    let recurring = found.iter().filter(|motif| motif.q_value < RATE).count();
    let first = found.first().map_or_else(String::new, |motif| {
        let of = dataset.len();
        let [records, shuffled] = [motif.records, motif.shuffled];
        format!("; first {} in {records} of {of}, shuffled {shuffled}", motif.word)
    });
    let text = format!(
        "{recurring} words recur where the model looks (false discovery rate {RATE}){first}: {}",
        path.display()
    );
    let event = json!({"words": found.len(), "recurring": recurring, "table": path});
    Ok(Also { name: "motifs", text, event })
}
