//! From records to the batches that models read: the seam between encoders and models.

pub mod augmented;
mod source;
pub mod strands;
pub mod tensors;
pub mod windows;

use std::ops::Range;
use std::sync::Arc;

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::config::ConfigError;
use cistron_encoders::number::{NumberEncoder, NumberError};
use cistron_encoders::{Encoder, EncoderConfig, Shape, Values, build};
use cistron_models::fit::SourceError;
use cistron_models::input::InputShape;

use cistron_data::dataset::Dataset;
pub use strands::ReverseComplement;
use strands::Strand;
pub use windows::Longer;

/// The shape that a network is built for.
#[must_use]
pub fn input_shape(shape: Shape) -> InputShape {
    match shape {
        Shape::Symbols { length, symbols, channels } => {
            InputShape::Symbols { length, symbols, channels }
        }
        Shape::Tokens { length, vocabulary } => InputShape::Tokens { length, vocabulary },
        Shape::Dense { length, channels } => InputShape::Dense { length, channels },
    }
}

/// The encoder with what it takes from the training records, and from no other.
pub fn fit(
    config: &EncoderConfig,
    dataset: &Dataset,
    training: &[usize],
) -> Result<EncoderConfig, NumberError> {
    match Records::of(dataset, training) {
        Records::Numbers(numbers) => config.fit(&numbers),
        Records::Sequences(_) => Ok(config.clone()),
    }
}

/// Records on their way to an encoder.
pub enum Records<'a> {
    /// Symbols of each record.
    Sequences(Vec<Strand<'a>>),
    /// Numbers (L, C) of each record.
    Numbers(Vec<&'a [f32]>),
}

impl<'a> Records<'a> {
    /// The records `indices` of a data set, in that order.
    #[must_use]
    pub fn of(dataset: &'a Dataset, indices: &[usize]) -> Self {
        if let Some(numbers) = &dataset.numbers {
            return Self::Numbers(indices.iter().map(|i| numbers.record(*i)).collect());
        }
        let forward = |i: &usize| Strand {
            symbols: dataset.sequence(*i),
            qualities: dataset.qualities(*i),
            reverse: false,
        };
        Self::Sequences(indices.iter().map(forward).collect())
    }

    /// All records of a data set.
    #[must_use]
    pub fn all(dataset: &'a Dataset) -> Self {
        Self::of(dataset, &(0..dataset.len()).collect::<Vec<_>>())
    }

    /// The parts that an encoder is given, and how many each record has: a long sequence may be
    /// several, and so may its strands.
    #[must_use]
    pub fn parts(
        self,
        config: &EncoderConfig,
        longer: Longer,
        both_strands: bool,
    ) -> (Self, Vec<usize>) {
        let Self::Sequences(sequences) = self else {
            let counts = vec![1; self.len()];
            return (self, counts);
        };
        let strands = if both_strands { &[false, true][..] } else { &[false] };
        let mut parts = Vec::with_capacity(sequences.len() * strands.len());
        let mut counts = Vec::with_capacity(sequences.len());
        for Strand { symbols, qualities, .. } in sequences {
            let before = parts.len();
            for part in longer.parts(config, symbols.len()) {
                let qualities = qualities.get(part.clone()).unwrap_or_default();
                let symbols = &symbols[part];
                parts.extend(strands.iter().map(|&reverse| Strand { symbols, qualities, reverse }));
            }
            counts.push(parts.len() - before);
        }
        (Self::Sequences(parts), counts)
    }

    /// The symbols of each record as they are written; none of numbers.
    #[must_use]
    pub fn symbols(&self) -> Vec<&'a [u8]> {
        match self {
            Self::Sequences(sequences) => sequences.iter().map(|strand| strand.symbols).collect(),
            Self::Numbers(_) => Vec::new(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Sequences(sequences) => sequences.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }
}

/// An encoder beside the records that it takes.
enum Paired<'a> {
    Sequences {
        encoder: Box<dyn Encoder>,
        alphabet: Alphabet,
        /// Whether it takes qualities behind the symbols.
        qualities: bool,
        /// Symbols that belong together.
        frame: usize,
        strands: Vec<Strand<'a>>,
    },
    Numbers(Box<dyn NumberEncoder>, Vec<&'a [f32]>),
}

/// Records that are encoded a batch at a time, while a model asks for them.
pub struct Encoded<'a> {
    paired: Paired<'a>,
    shape: Shape,
    /// Values of an empty batch: they carry the symbol table.
    empty: Values,
    table: Arc<[f32]>,
    records: usize,
    labels: Vec<u32>,
    /// Record of the data set that each is, or is a part of; empty where they are of none.
    origins: Vec<usize>,
    /// What each is sampled with; empty where they are not sampled by units.
    units: Vec<u32>,
}

impl<'a> Encoded<'a> {
    /// Records with their classes; `labels` may be empty where only predictions are wanted.
    pub fn new(
        config: &EncoderConfig,
        records: Records<'a>,
        labels: Vec<u32>,
    ) -> Result<Self, ConfigError> {
        let (n, shape) = (records.len(), config.shape()?);
        let paired = match (config.numbers(), records) {
            (Some(encoder), Records::Numbers(numbers)) => Paired::Numbers(encoder, numbers),
            (Some(_), Records::Sequences(_)) => return Err(ConfigError::Numbers),
            (None, Records::Numbers(_)) => return Err(ConfigError::Sequences),
            (None, Records::Sequences(sequences)) => {
                let alphabet = config.alphabet().unwrap_or_default();
                let (encoder, qualities) = (build(config)?, config.qualities());
                let frame = config.frame();
                Paired::Sequences { encoder, alphabet, qualities, frame, strands: sequences }
            }
        };
        let mut encoded = Self {
            paired,
            shape,
            empty: Values::default(),
            table: Arc::from([]),
            records: n,
            labels,
            origins: Vec::new(),
            units: Vec::new(),
        };
        let mut batch = cistron_encoders::Batch::default();
        // An empty batch has no record that could be wrong.
        let _ = encoded.encode(std::iter::empty(), &mut batch);
        if let Values::Symbols { table, .. } = &batch.values {
            encoded.table = table.values.clone().into();
        }
        encoded.empty = batch.values;
        Ok(encoded)
    }

    /// The records `indices` of a data set, in that order; long ones maybe as several examples.
    pub fn of(
        config: &EncoderConfig,
        longer: Longer,
        both_strands: bool,
        dataset: &'a Dataset,
        indices: &[usize],
    ) -> Result<Self, ConfigError> {
        let (records, counts) = Records::of(dataset, indices).parts(config, longer, both_strands);
        let parts = indices.iter().zip(counts);
        let origins = parts.flat_map(|(i, count)| std::iter::repeat_n(*i, count));
        let origins: Vec<usize> = origins.collect();
        let labels = origins.iter().map(|i| dataset.labels[*i].unwrap_or(0)).collect();
        Ok(Self { origins, ..Self::new(config, records, labels)? })
    }

    /// Says what the records of the data set are sampled with, one each: all parts of a record together.
    #[must_use]
    pub fn in_units(mut self, units: &[u32]) -> Self {
        self.units = self.origins.iter().map(|i| units[*i]).collect();
        self
    }

    /// Shape of one encoded record.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of records of which something did not fit the encoder's length.
    pub fn truncated(&self) -> Result<usize, SourceError> {
        let mut batch = cistron_encoders::Batch::default();
        let mut truncated = 0;
        // What does not fit does not on either strand: records are counted once.
        let once = |i: &usize| match &self.paired {
            Paired::Sequences { strands, .. } => !strands[*i].reverse,
            Paired::Numbers(..) => true,
        };
        for chunk in self.chunks(256) {
            self.encode(chunk.filter(once), &mut batch)?;
            truncated += batch.truncated;
        }
        Ok(truncated)
    }

    /// Ranges of `size` records, and what is left over.
    fn chunks(&self, size: usize) -> impl Iterator<Item = Range<usize>> {
        let records = self.records;
        (0..records).step_by(size).map(move |start| start..(start + size).min(records))
    }

    /// Encodes some of the records.
    fn encode(
        &self,
        indices: impl Iterator<Item = usize>,
        batch: &mut cistron_encoders::Batch,
    ) -> Result<(), SourceError> {
        match &self.paired {
            Paired::Sequences { encoder, alphabet, qualities, strands, .. } => {
                let bytes: Vec<_> =
                    indices.map(|i| strands[i].bytes(*alphabet, *qualities)).collect();
                let chosen: Vec<&[u8]> = bytes.iter().map(AsRef::as_ref).collect();
                encoder.encode(&chosen, batch)?;
            }
            Paired::Numbers(curve, numbers) => {
                let chosen: Vec<&[f32]> = indices.map(|i| numbers[i]).collect();
                curve.encode(&chosen, batch)?;
            }
        }
        Ok(())
    }
}
