//! Training records shifted and mutated on their way to an encoder.

use cistron_encoders::{EncoderConfig, Shape, Values};
use cistron_models::fit::{Augment, Augmentation, SourceError};

use super::{Encoded, Paired};

/// The setting that an encoder's records cannot be changed by, and why; `None` where there is none.
#[must_use]
pub fn misfit(augment: &Augment, config: &EncoderConfig) -> Option<(&'static str, &'static str)> {
    let pair = matches!(config, EncoderConfig::AllelePair { .. });
    let whole = matches!(config, EncoderConfig::Whole { .. });
    let setting = if augment.mutation > 0.0 { "mutation" } else { "shift" };
    if augment.is_none() {
        return None;
    }
    if whole || config.alphabet().is_none() {
        return Some((setting, "only sequences that are encoded can be shifted or mutated"));
    }
    if augment.mutation > 0.0 && pair {
        return Some(("mutation", "a mutated window would be another variant"));
    }
    if augment.mutation > 0.0 && config.qualities() {
        return Some(("mutation", "a mutated base would contradict its quality"));
    }
    match config.shape().ok()? {
        _ if augment.shift == 0 => None,
        Shape::Symbols { .. } if pair => Some(("shift", "the variant stands in the middle")),
        Shape::Symbols { length, .. } if augment.shift >= length => {
            Some(("shift", "nothing would be left of a record: it has to be less than `length`"))
        }
        Shape::Symbols { .. } => None,
        Shape::Tokens { .. } | Shape::Dense { .. } => {
            Some(("shift", "only one symbol a position can be shifted, such as of `one-hot`"))
        }
    }
}

impl Encoded<'_> {
    /// Encodes some of the records as an augmentation changes them.
    pub(super) fn augmented(
        &self,
        indices: &[usize],
        augmentation: &Augmentation,
        batch: &mut cistron_encoders::Batch,
    ) -> Result<(), SourceError> {
        let Paired::Sequences { encoder, alphabet, qualities, frame, strands } = &self.paired
        else {
            return Err("numbers cannot be shifted or mutated".into());
        };
        let letters = &alphabet.symbols()[..alphabet.letters()];
        let changed = |&record: &usize| {
            let strand = strands[record];
            let mut bytes = strand.bytes(*alphabet, *qualities).into_owned();
            let symbols = strand.symbols.len();
            augmentation.mutate(record, letters, &mut bytes[..symbols]);
            // To the front: what follows moves up. A position stays, whatever the shift.
            let positions = (symbols / frame).saturating_sub(1);
            let front = augmentation.shift(record).min(0).unsigned_abs().min(positions);
            bytes.drain(..front * frame);
            bytes
        };
        let bytes: Vec<Vec<u8>> = indices.iter().map(changed).collect();
        let chosen: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        encoder.encode(&chosen, batch)?;
        let Values::Symbols { codes, .. } = &mut batch.values else { return Ok(()) };
        let rows = codes.chunks_exact_mut(batch.length.max(1));
        for ((row, valid), &record) in rows.zip(&mut batch.lengths).zip(indices) {
            let back = augmentation.shift(record).max(0).unsigned_abs();
            shift_back(row, valid, back);
        }
        Ok(())
    }
}

/// Moves the codes of a record (L) towards its end; what leaves the row is lost, what is left empty is
/// padding. A record without a position stays as it is.
fn shift_back(row: &mut [u8], valid: &mut u32, positions: usize) {
    let positions = positions.min(row.len().saturating_sub(1));
    if *valid == 0 || positions == 0 {
        return;
    }
    let kept = row.len() - positions;
    row.copy_within(..kept, positions);
    row[..positions].fill(cistron_encoders::alphabet::PADDING);
    *valid = (*valid + positions as u32).min(row.len() as u32);
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;
    use cistron_models::batch::{Batch, BatchValues};
    use cistron_models::fit::Source;

    use super::*;
    use crate::encode::Longer;
    use cistron_data::dataset::Dataset;

    fn config(text: &str) -> EncoderConfig {
        serde_json::from_str(text).unwrap()
    }

    /// Codes of each record as an epoch changes them, and their valid lengths.
    fn codes(source: &Encoded<'_>, augmentation: &Augmentation) -> Vec<(Vec<u8>, u32)> {
        let indices: Vec<usize> = (0..source.len()).collect();
        let mut batch: Batch = source.batch();
        source.fill_augmented(&indices, augmentation, &mut batch).unwrap();
        let length = batch.shape().length();
        let (lengths, values) = batch.parts_mut();
        let BatchValues::Symbols { codes, .. } = values else { panic!("no symbols") };
        codes.chunks(length).map(<[u8]>::to_vec).zip(lengths.iter().copied()).collect()
    }

    #[test]
    fn records_are_shifted_to_either_side_by_hand() {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for (line, sequence) in (1..).zip([b"ACGTACGTA".as_slice(), b"ACG", b"ACGTAC"].repeat(100))
        {
            dataset.push(format!("r{line}"), sequence, line);
        }
        let all: Vec<usize> = (0..dataset.len()).collect();
        let one_hot = config(r#"{"one-hot": {"length": 6}}"#);
        let source = Encoded::of(&one_hot, Longer::Truncate, false, &dataset, &all).unwrap();
        let augmentation = Augmentation::new(Augment { shift: 2, mutation: 0.0 }, 1, 3);
        let mut seen = std::collections::BTreeSet::new();
        for (record, (found, valid)) in codes(&source, &augmentation).into_iter().enumerate() {
            let shift = augmentation.shift(record);
            // A C G T are 1 to 4. What a cut record has behind its end moves up; nothing else fills in.
            let expected: (&[u8], u32) = match (record % 3, shift) {
                (0 | 2, 2) => (&[0, 0, 1, 2, 3, 4], 6),
                (0 | 2, 1) => (&[0, 1, 2, 3, 4, 1], 6),
                (0 | 2, 0) => (&[1, 2, 3, 4, 1, 2], 6),
                (0, -1) => (&[2, 3, 4, 1, 2, 3], 6),
                (0, _) => (&[3, 4, 1, 2, 3, 4], 6),
                (2, -1) => (&[2, 3, 4, 1, 2, 0], 5),
                (2, _) => (&[3, 4, 1, 2, 0, 0], 4),
                (1, 2) => (&[0, 0, 1, 2, 3, 0], 5),
                (1, 1) => (&[0, 1, 2, 3, 0, 0], 4),
                (1, 0) => (&[1, 2, 3, 0, 0, 0], 3),
                (1, -1) => (&[2, 3, 0, 0, 0, 0], 2),
                _ => (&[3, 0, 0, 0, 0, 0], 1),
            };
            assert_eq!((found.as_slice(), valid), expected, "record {record} by {shift}");
            seen.insert((record % 3, shift));
        }
        assert_eq!(seen.len(), 15);
    }

    #[test]
    fn codons_are_shifted_whole_and_mutations_reach_every_encoder() {
        let mut dataset = Dataset::new(Alphabet::Dna);
        dataset.push("a".to_string(), &b"ATGGCC".repeat(20), 1);
        let codons = config(r#"{"codons": {"length": 40}}"#);
        let source = Encoded::of(&codons, Longer::Truncate, false, &dataset, &[0; 30]).unwrap();
        let augment = Augment { shift: 5, mutation: 0.0 };
        let shifted = codes(&source, &Augmentation::new(augment, 1, 1));
        let letters: std::collections::BTreeSet<u8> =
            shifted.into_iter().flat_map(|c| c.0).collect();
        // ATG, GCC and padding: no other frame.
        assert_eq!(letters.len(), 3, "{letters:?}");
        let counts = config(r#"{"kmer-counts": {"k": 2}}"#);
        let source = Encoded::of(&counts, Longer::Truncate, false, &dataset, &[0]).unwrap();
        let filled = |augmentation: Option<Augmentation>| {
            let mut batch = source.batch();
            match augmentation {
                Some(augmentation) => source.fill_augmented(&[0], &augmentation, &mut batch),
                None => source.fill(&[0], &mut batch),
            }
            .unwrap();
            let BatchValues::Dense { values } = batch.parts_mut().1 else { panic!("no numbers") };
            values.clone()
        };
        let mutated = |mutation| Augmentation::new(Augment { shift: 0, mutation }, 1, 1);
        assert_eq!(filled(Some(mutated(0.0))), filled(None));
        assert_ne!(filled(Some(mutated(0.2))), filled(None));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let told = |shift, mutation, text: &str| {
            misfit(&Augment { shift, mutation }, &config(text)).map(|(setting, _)| setting)
        };
        let one_hot = r#"{"one-hot": {"length": 9}}"#;
        assert_eq!([told(8, 0.1, one_hot), told(9, 0.1, one_hot)], [None, Some("shift")]);
        let tokens = r#"{"kmer-tokens": {"k": 3, "length": 9}}"#;
        assert_eq!([told(0, 0.1, tokens), told(1, 0.1, tokens)], [None, Some("shift")]);
        let qualities = r#"{"one-hot-quality": {"length": 9}}"#;
        assert_eq!(told(0, 0.1, qualities), Some("mutation"));
        let pair = r#"{"allele-pair": {"length": 9}}"#;
        assert_eq!([told(0, 0.1, pair), told(1, 0.0, pair)], [Some("mutation"), Some("shift")]);
        let genotypes = r#"{"genotypes": {}}"#;
        assert_eq!(told(0, 0.1, genotypes), Some("mutation"));
        assert_eq!([told(0, 0.0, genotypes), told(1, 0.0, genotypes)], [None, Some("shift")]);
        let curve = r#"{"curve": {"length": 40}}"#;
        assert_eq!(told(1, 0.0, curve), Some("shift"));
    }
}
