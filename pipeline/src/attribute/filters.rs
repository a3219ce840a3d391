//! What the filters of a network's first layer look for: the sites that make them respond, as letter
//! frequencies by position.

mod frequencies;
mod meme;
mod table;

use cistron_encoders::{Batch, Values, build};
use cistron_models::filters::FirstFilters;
use rayon::prelude::*;

use super::Method;
use crate::model::{Learner, Model};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
pub use frequencies::Frequencies;
pub use meme::meme;
pub use table::table;

/// A filter that spans more positions than this is no motif.
pub const WIDEST: usize = 40;

/// The filters of one network, seen on a set of sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// Fold that the network was trained on, from 0.
    pub fold: usize,
    /// Seed that it was trained from.
    pub seed: u64,
    /// Sequences that they were shown.
    pub records: usize,
    /// Letters of the alphabet (A).
    pub letters: &'static [u8],
    /// Share of each letter in the sequences (A), each counted once more than it occurs so that none
    /// is 0.
    pub background: Vec<f64>,
    /// One a filter, in the order of the layer.
    pub motifs: Vec<FilterMotif>,
}

/// What one filter responds to.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterMotif {
    /// Number of the filter, from 1.
    pub filter: usize,
    /// Greatest response to any window of the sequences.
    pub greatest: f32,
    /// Windows with a response above half of that: those that the letters are counted in. None where
    /// the filter never responds.
    pub sites: u64,
    /// Letters of the sites.
    pub frequencies: Frequencies,
}

/// What the encoder makes of sequences: codes (L) of each, and what a code means (S, C).
struct Seen {
    codes: Vec<Vec<u8>>,
    table: Vec<f32>,
}

/// Looks at the filters of a model's first layer: of each, the windows of the records `indices` whose
/// response is above half of its greatest (Alipanahi et al. 2015, doi:10.1038/nbt.3300; Kelley et al.
/// 2016, doi:10.1101/gr.200535.115), on the strand that is written and whole within the sequence.
///
/// `None` where the first layer is no convolution over symbols, or one wider than [`WIDEST`].
///
/// # Errors
///
/// Where a sequence cannot be encoded.
pub fn filters(
    model: &Model,
    dataset: &Dataset,
    indices: &[usize],
) -> Result<Option<Filters>, Error> {
    let Learner::Network { network, weights } = &model.learner else { return Ok(None) };
    let Some(seen) = encode(model, dataset, indices)? else { return Ok(None) };
    let Some(slide) = FirstFilters::of(network, weights, &seen.table) else { return Ok(None) };
    if slide.convolution().span() > WIDEST {
        return Ok(None);
    }
    let letters = &dataset.alphabet.symbols()[..dataset.alphabet.letters()];
    let background = background(&seen.codes, letters.len());
    let greatest = greatest(&slide, &seen.codes);
    let counted = count(&slide, &seen.codes, &greatest, letters.len());
    let cells = slide.convolution().width * letters.len();
    let motifs = greatest.iter().zip(&counted.sites).zip(counted.letters.chunks(cells)).enumerate();
    let motifs = motifs.map(|(at, ((greatest, sites), counts))| FilterMotif {
        filter: at + 1,
        greatest: *greatest,
        sites: *sites,
        frequencies: Frequencies::new(counts, &background),
    });
    let motifs = motifs.collect();
    let training = &model.card.training;
    Ok(Some(Filters {
        fold: training.fold,
        seed: training.seed,
        records: indices.len(),
        letters,
        background,
        motifs,
    }))
}

/// The codes of the records; `None` where the encoder keeps no symbol a position.
fn encode(model: &Model, dataset: &Dataset, indices: &[usize]) -> Result<Option<Seen>, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::stage("attribute", error);
    let config = &model.card.encoder;
    // A code of codons, of six frames or of a pair of alleles is no letter.
    if config.alphabet() != Some(dataset.alphabet) || !Method::Gradient.follows(config) {
        return Ok(None);
    }
    let encoder = build(config).map_err(|error| failed(&error))?;
    let mut batch = Batch::default();
    // An empty batch has the table, whatever the records are.
    encoder.encode(&[], &mut batch).map_err(|error| failed(&error))?;
    let Values::Symbols { table, .. } = &batch.values else { return Ok(None) };
    let table = table.values.clone();
    let mut seen = Seen { codes: Vec::with_capacity(indices.len()), table };
    for record in indices {
        let encoded = encoder.encode(&[dataset.sequence(*record)], &mut batch);
        encoded.map_err(|error| failed(&error))?;
        let Values::Symbols { codes, .. } = &batch.values else { return Ok(None) };
        let valid = batch.lengths.first().map_or(0, |length| *length as usize);
        seen.codes.push(codes[..valid].to_vec());
    }
    Ok(Some(seen))
}

/// The letter of a code; `None` for symbols that stand for several.
fn letter(code: u8, letters: usize) -> Option<usize> {
    usize::from(code).checked_sub(1).filter(|letter| *letter < letters)
}

/// Share of each letter, counted once more than it occurs.
fn background(sequences: &[Vec<u8>], letters: usize) -> Vec<f64> {
    let mut counts = vec![1_u64; letters];
    for letter in sequences.iter().flatten().filter_map(|code| letter(*code, letters)) {
        counts[letter] += 1;
    }
    let total = counts.iter().sum::<u64>() as f64;
    counts.iter().map(|count| *count as f64 / total).collect()
}

/// The greatest response of every filter (filters); minus infinity where no window fits.
fn greatest(slide: &FirstFilters, sequences: &[Vec<u8>]) -> Vec<f32> {
    let none = || vec![f32::NEG_INFINITY; slide.convolution().filters];
    let larger = |mut most: Vec<f32>, other: Vec<f32>| {
        most.iter_mut().zip(&other).for_each(|(most, value)| *most = most.max(*value));
        most
    };
    let of_one = |codes: &Vec<u8>| {
        let (mut most, mut responses) = (none(), Vec::new());
        for start in slide.starts(codes.len()) {
            slide.respond(codes, start, &mut responses);
            most.iter_mut().zip(&responses).for_each(|(most, value)| *most = most.max(*value));
        }
        most
    };
    sequences.par_iter().map(of_one).reduce(none, larger)
}

/// Sites of each filter (filters), and the letters at their positions (filters, width, A).
#[derive(Debug, PartialEq)]
struct Counted {
    sites: Vec<u64>,
    letters: Vec<u64>,
}

/// Counts the windows with a response above half of the filter's greatest.
fn count(slide: &FirstFilters, sequences: &[Vec<u8>], greatest: &[f32], letters: usize) -> Counted {
    let convolution = slide.convolution();
    let cells = convolution.width * letters;
    let none = || Counted {
        sites: vec![0; convolution.filters],
        letters: vec![0; convolution.filters * cells],
    };
    let together = |mut sum: Counted, other: Counted| {
        sum.sites.iter_mut().zip(&other.sites).for_each(|(sum, n)| *sum += n);
        sum.letters.iter_mut().zip(&other.letters).for_each(|(sum, n)| *sum += n);
        sum
    };
    let of_one = |codes: &Vec<u8>| {
        let (mut counted, mut responses) = (none(), Vec::new());
        for start in slide.starts(codes.len()) {
            slide.respond(codes, start, &mut responses);
            for (filter, (response, greatest)) in responses.iter().zip(greatest).enumerate() {
                if *greatest <= 0.0 || *response <= greatest / 2.0 {
                    continue;
                }
                counted.sites[filter] += 1;
                for tap in 0..convolution.width {
                    if let Some(at) = letter(codes[start + tap * convolution.dilation], letters) {
                        counted.letters[filter * cells + tap * letters + at] += 1;
                    }
                }
            }
        }
        counted
    };
    sequences.par_iter().map(of_one).reduce(none, together)
}

#[cfg(test)]
pub(crate) mod tests {
    use cistron_encoders::alphabet::Alphabet;
    use cistron_encoders::symbol_table::UnknownAs;
    use cistron_models::input::InputShape;
    use cistron_models::layer::{Convolution, Layer, Padding, Pool};
    use cistron_models::network::Network;
    use cistron_models::weights::Weights;

    use super::*;

    /// Filters of one motif with a site, for tests of what is written of it.
    pub(crate) fn example() -> Filters {
        let background = vec![0.25; 4];
        let frequencies = Frequencies::new(&[3, 0, 0, 0, 0, 0, 3, 0], &background);
        let silent = Frequencies::new(&[0; 8], &background);
        let motif = |filter, greatest, sites, frequencies| FilterMotif {
            filter,
            greatest,
            sites,
            frequencies,
        };
        let motifs = vec![motif(1, 2.5, 3, frequencies), motif(2, -1.0, 0, silent)];
        Filters { fold: 0, seed: 7, records: 3, letters: b"ACGT", background, motifs }
    }

    /// A filter of width 2 that responds 2 to AC, 1 to A and C alone, and one that never responds.
    fn slide() -> FirstFilters {
        let convolution =
            Convolution { filters: 2, width: 2, stride: 1, dilation: 1, padding: Padding::Valid };
        let layers = vec![Layer::Convolution(convolution), Layer::GlobalPool(Pool::Max)];
        let table = Alphabet::Dna.table(UnknownAs::Zeros);
        let input = InputShape::Symbols { length: 9, symbols: table.symbols, channels: 4 };
        let network = Network::new(input, layers, 2).unwrap();
        let mut weights = Weights::zeros(&network);
        // (width, C, filters): A under the first tap, C under the second, both of the first filter.
        weights.as_mut_slice()[0] = 1.0;
        weights.as_mut_slice()[2 * 4 + 2] = 1.0;
        FirstFilters::of(&network, &weights, &table.values).unwrap()
    }

    fn codes(sequences: &[&[u8]]) -> Vec<Vec<u8>> {
        let codes = |sequence: &&[u8]| {
            let mut out = Vec::new();
            Alphabet::Dna.codes(sequence, &mut out).unwrap();
            out
        };
        sequences.iter().map(codes).collect()
    }

    #[test]
    fn sites_by_hand() {
        // Half of the greatest response, 2, is 1: AG and TC with a response of 1 are no sites.
        let sequences = codes(&[b"ACAG", b"TCTT", b"NACN", b"A"]);
        let slide = slide();
        let greatest = greatest(&slide, &sequences);
        assert_eq!(greatest, [2.0, 0.0]);
        let counted = count(&slide, &sequences, &greatest, 4);
        assert_eq!(counted.sites, [2, 0]);
        assert_eq!(counted.letters[..8], [2, 0, 0, 0, 0, 2, 0, 0]);
        assert!(counted.letters[8..].iter().all(|count| *count == 0));
    }

    #[test]
    fn the_background_is_that_of_the_letters() {
        // A 3, C 2, G 1, T 3 and one more of each; N counts for none.
        let sequences = codes(&[b"ACAG", b"TCTT", b"NA"]);
        assert_eq!(background(&sequences, 4), [4.0 / 13.0, 3.0 / 13.0, 2.0 / 13.0, 4.0 / 13.0]);
    }
}
