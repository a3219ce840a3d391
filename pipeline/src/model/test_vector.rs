//! What a model computed when it was trained, so that a program or a machine that computes something
//! else is found out before it predicts.

use std::path::Path;

use cistron_encoders::EncoderConfig;
use cistron_encoders::config::MAX_LENGTH;
use cistron_encoders::curve::Baseline;
use cistron_models::executor::Executor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Card, Learner};
use crate::encode::Records;
use crate::encode::strands::Strand;
use cistron_data::error::{Error, InputError};

/// Version of `check.json` that this program reads and writes.
const SCHEMA: u32 = 1;

/// Records of a vector at most.
const RECORDS: usize = 8;

/// Symbols of a record at most.
const LONGEST: usize = 2048;

/// Numbers of all records together, where one alone does not hold more.
const NUMBERS: usize = 1 << 22;

/// Length of a sequence where nothing is known of those learnt from.
const LENGTH: f64 = 100.0;

/// How far a logit may be off, as a share of the largest logit of its record and in all: sums of
/// 32-bit floats differ by their order, which differs between kinds of processors.
const TOLERANCE: (f32, f32) = (1e-4, 1e-5);

/// Content of `check.json`: made-up records and their logits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TestVector {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Records that no one measured.
    pub records: Vec<MadeUp>,
    /// Logits (N, K), one row a record.
    pub logits: Vec<Vec<f32>>,
}

/// A record that no one measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum MadeUp {
    /// A sequence of letters drawn at random.
    Sequence {
        /// Symbols of the encoder's alphabet.
        symbols: String,
        /// Quality of each symbol (ASCII, Phred + 33); empty where the encoder takes none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        qualities: String,
    },
    /// Numbers in even steps, as many as the encoder takes.
    Ramp {
        /// The first number.
        from: f32,
        /// The last number.
        to: f32,
    },
}

impl TestVector {
    /// Makes records up, and lets the model compute their logits.
    ///
    /// # Errors
    ///
    /// Where a logit is no finite number: no such model can be held to anything.
    pub fn new(card: &Card, learner: &Learner, executor: &Executor) -> Result<Self, Error> {
        let records = match Numbers::of(&card.encoder) {
            Some(numbers) => numbers.ramps(),
            None => sequences(card),
        };
        let logits = logits(&records, card, learner, executor)?;
        if let Some(logit) = logits.iter().find(|logit| !logit.is_finite()) {
            let help = "a lower `learning-rate` keeps training from diverging";
            let text = format!("the model gives the logit {logit} to a made-up record");
            return Err(Error::stage("train", format!("{text}\n  help: {help}")));
        }
        let logits = logits.chunks(card.classes.len()).map(<[f32]>::to_vec).collect();
        Ok(Self { schema: SCHEMA, records, logits })
    }

    /// Refuses a model whose logits are not those of its training any more.
    ///
    /// # Errors
    ///
    /// Where a logit is further off than rounding explains, or the vector, which `path` names, does
    /// not fit the model.
    pub fn check(
        &self,
        path: &Path,
        card: &Card,
        learner: &Learner,
        executor: &Executor,
    ) -> Result<(), Error> {
        let unfit = |found: String| {
            let help = "copy the whole folder of the model again, or train it again";
            InputError::new(path, found, "test records of this model", help)
        };
        if self.schema != SCHEMA {
            return Err(unfit(format!("schema {}", self.schema)).into());
        }
        let classes = card.classes.len();
        let complete = self.logits.iter().all(|row| row.len() == classes)
            && self.logits.len() == self.records.len();
        if self.records.is_empty() || !complete {
            let (records, rows) = (self.records.len(), self.logits.len());
            return Err(unfit(format!("{rows} rows of logits for {records} records")).into());
        }
        let found = logits(&self.records, card, learner, executor);
        let found = found.map_err(|error| unfit(error.to_string()))?;
        if found.len() != self.records.len() * classes {
            let numbers = card.encoder.alphabet().is_none();
            let what = if numbers { "a sequence" } else { "a ramp of numbers" };
            return Err(unfit(format!("{what} among the records")).into());
        }
        for (record, (found, expected)) in found.chunks(classes).zip(&self.logits).enumerate() {
            if let Some(class) = first_off(found, expected) {
                let name = &card.classes[class];
                let found = format!(
                    "this program or machine computes the model differently: the logit of {name} is {}",
                    found[class]
                );
                let expected = format!("{}, as when the model was trained", expected[class]);
                let help = format!(
                    "copy the whole folder again, predict with Cistron {} on another machine, or \
                     train the model again",
                    card.version
                );
                let error = InputError::new(path, found, expected, help);
                return Err(error.at_record(record as u64 + 1).into());
            }
        }
        Ok(())
    }
}

/// The first logit of a record that rounding does not explain.
fn first_off(found: &[f32], expected: &[f32]) -> Option<usize> {
    let largest = expected.iter().fold(0.0_f32, |largest, logit| largest.max(logit.abs()));
    let allowed = TOLERANCE.0 * largest + TOLERANCE.1;
    // What is not a number is off, too.
    let near = |(a, b): (&f32, &f32)| (a - b).abs() <= allowed;
    found.iter().zip(expected).position(|pair| !near(pair))
}

/// Logits of made-up records; fewer rows where some are not of the encoder's kind.
fn logits(
    records: &[MadeUp],
    card: &Card,
    learner: &Learner,
    executor: &Executor,
) -> Result<Vec<f32>, Error> {
    let numbers: Vec<Vec<f32>>;
    let records = if let Some(Numbers { count, .. }) = Numbers::of(&card.encoder) {
        let ramp = |record: &MadeUp| match record {
            MadeUp::Ramp { from, to } => Some(ramp(*from, *to, count)),
            MadeUp::Sequence { .. } => None,
        };
        numbers = records.iter().filter_map(ramp).collect();
        Records::Numbers(numbers.iter().map(Vec::as_slice).collect())
    } else {
        let alphabet = card.encoder.alphabet().unwrap_or_default();
        let mut strands = Vec::with_capacity(records.len());
        for record in records {
            let MadeUp::Sequence { symbols, qualities } = record else { continue };
            let (symbols, qualities) = (symbols.as_bytes(), qualities.as_bytes());
            alphabet.check(symbols).map_err(|error| Error::stage("predict", error))?;
            strands.push(Strand { symbols, qualities, reverse: false });
        }
        Records::Sequences(strands)
    };
    learner.logits(&card.encoder, executor, records)
}

/// `count` numbers in even steps.
fn ramp(from: f32, to: f32, count: usize) -> Vec<f32> {
    let steps = count.saturating_sub(1).max(1) as f64;
    let at =
        |i: usize| (f64::from(from) + (f64::from(to) - f64::from(from)) * i as f64 / steps) as f32;
    // Rounding must not leave the range.
    (0..count).map(|i| at(i).clamp(from.min(to), from.max(to))).collect()
}

/// Numbers that an encoder takes: how many, and their usual range.
struct Numbers {
    count: usize,
    low: f32,
    high: f32,
}

impl Numbers {
    /// `None` of an encoder of sequences.
    fn of(encoder: &EncoderConfig) -> Option<Self> {
        match encoder {
            EncoderConfig::Curve(curve) => {
                // The baseline has to be there, even where it begins behind what is kept.
                let cycles = match curve.baseline {
                    Baseline::Cycles { from, .. } => curve.length.max(from),
                    Baseline::None => curve.length,
                };
                let count = cycles.saturating_mul(curve.channels).min(MAX_LENGTH);
                let (mut low, mut high) = (0.0_f32, 1.0_f32);
                for (mean, deviation) in
                    curve.fitted.iter().flat_map(|f| f.mean.iter().zip(&f.deviation))
                {
                    (low, high) =
                        (low.min(mean - 2.0 * deviation), high.max(mean + 2.0 * deviation));
                }
                Some(Self { count, low, high })
            }
            EncoderConfig::Genotypes(genotypes) => {
                let count = genotypes.variants().unwrap_or(0).saturating_mul(genotypes.channels);
                let high = if genotypes.channels == 1 { 2.0 } else { 1.0 };
                Some(Self { count: count.min(MAX_LENGTH), low: 0.0, high })
            }
            _ => None,
        }
    }

    /// Rising and falling ramps, steep and flat ones.
    fn ramps(&self) -> Vec<MadeUp> {
        let records = (NUMBERS / self.count.max(1)).clamp(1, RECORDS);
        let span = self.high - self.low;
        let one = |i: usize| {
            let part = span * i as f32 / (RECORDS - 1) as f32;
            MadeUp::Ramp { from: self.low + part, to: self.high - part }
        };
        (0..records).map(one).collect()
    }
}

/// Sequences of random letters, as long as those learnt from; the last one of all symbols of the
/// alphabet.
fn sequences(card: &Card) -> Vec<MadeUp> {
    let mut rng = ChaCha8Rng::seed_from_u64(card.training.seed);
    let alphabet = card.encoder.alphabet().unwrap_or_default();
    let (low, high) = card.profile.length.map_or((LENGTH, LENGTH), |range| (range.low, range.high));
    let mut out = Vec::with_capacity(RECORDS);
    for i in 0..RECORDS {
        let share = i as f64 / (RECORDS - 1) as f64;
        let length = ((low + (high - low) * share) as usize).clamp(1, LONGEST);
        let letters = if i + 1 == RECORDS { alphabet.symbols().len() } else { alphabet.letters() };
        let symbol = |_: usize| char::from(alphabet.symbols()[rng.random_range(0..letters)]);
        let symbols: String = (0..length).map(symbol).collect();
        let qualities = if card.encoder.qualities() { length } else { 0 };
        let quality = |_: usize| char::from(rng.random_range(b'#'..=b'I'));
        let qualities: String = (0..qualities).map(quality).collect();
        out.push(MadeUp::Sequence { symbols, qualities });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_allowed_and_nothing_more() {
        let expected = [10.0, 0.0, -3.0];
        assert_eq!(first_off(&[10.0009, 0.0009, -3.0009], &expected), None);
        assert_eq!(first_off(&[10.0, 0.0, -3.002], &expected), Some(2));
        assert_eq!(first_off(&[10.0, f32::NAN, -3.0], &expected), Some(1));
        assert_eq!(first_off(&[0.000_009], &[0.0]), None);
        assert_eq!(first_off(&[0.000_02], &[0.0]), Some(0));
    }

    #[test]
    fn ramps_stay_within_their_range() {
        assert_eq!(ramp(0.0, 1.0, 3), [0.0, 0.5, 1.0]);
        assert_eq!(ramp(2.0, 0.0, 1), [2.0]);
        assert!(ramp(0.0, 1.0, 0).is_empty());
        let genotypes = Numbers { count: 7, low: 0.0, high: 2.0 };
        let ramps = genotypes.ramps();
        assert_eq!(ramps.len(), RECORDS);
        assert_eq!(ramps[0], MadeUp::Ramp { from: 0.0, to: 2.0 });
        for record in ramps {
            let MadeUp::Ramp { from, to } = record else { continue };
            assert!(ramp(from, to, 7).iter().all(|copies| (0.0..=2.0).contains(copies)));
        }
        let many = Numbers { count: NUMBERS / 2, low: 0.0, high: 2.0 };
        assert_eq!(many.ramps().len(), 2);
    }

    #[test]
    fn the_file_is_read_back_as_it_was_written() {
        let sequence = MadeUp::Sequence { symbols: "ACGT".into(), qualities: "I\"+5".into() };
        let records = vec![sequence, MadeUp::Ramp { from: -0.1, to: 2.5e-8 }];
        let vector = TestVector { schema: 1, records, logits: vec![vec![0.1, -3.0e7]; 2] };
        let text = serde_json::to_string(&vector).unwrap();
        assert_eq!(serde_json::from_str::<TestVector>(&text).unwrap(), vector);
    }
}
