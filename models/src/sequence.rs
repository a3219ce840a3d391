//! Models that read whole sequences, not tensors: of any length, by the words they hold and the
//! records they are like.

mod alignment;
mod file;
mod inner;
mod machine;
mod neighbours;
mod profile;
mod stack;
mod svm;
mod views;
mod weights;
pub mod words;

use std::ops::ControlFlow;

pub use machine::WordMachine;
pub use stack::Stack;

use crate::architecture::Architecture;
use crate::baseline::{FoldError, Molecule};
use crate::calibration::Temperature;
use inner::{Inner, Watch};
use words::MaskError;

/// A fitted model of whole sequences.
pub enum SequenceModel {
    /// A support vector machine on words.
    Svm(WordMachine),
    /// Boosted trees on a machine and on the nearest records.
    Stack(Box<Stack>),
}

/// Records to learn from.
pub struct Labelled<'a> {
    /// The sequences, ASCII.
    pub sequences: Vec<&'a [u8]>,
    /// Class of each.
    pub labels: Vec<usize>,
    /// Relatives share a cluster: they are never on both sides of an inner border.
    pub clusters: Vec<usize>,
    /// Number of classes K.
    pub classes: usize,
    /// What the sequences are made of.
    pub molecule: Molecule,
    /// Whether the reverse complement counts as the same sequence.
    pub both_strands: bool,
    /// Seed of everything random.
    pub seed: u64,
}

/// What a saved model does not say of itself.
#[derive(Clone, Copy)]
pub struct Description<'a> {
    /// Its kind with its settings.
    pub architecture: &'a Architecture,
    /// Number of classes K.
    pub classes: usize,
    /// What the sequences are made of.
    pub molecule: Molecule,
    /// Whether the reverse complement counts as the same sequence.
    pub both_strands: bool,
}

/// A model with what turns its scores into probabilities.
pub struct Fitted {
    /// The model.
    pub model: SequenceModel,
    /// Fitted to `held_out`.
    pub temperature: Temperature,
    /// Logits (N, K) of the records by models that saw none of their relatives.
    pub held_out: Vec<f32>,
    /// The cost that inner folds chose, where there was a choice.
    pub cost: Option<f32>,
}

/// A model of sequences that cannot be fitted, written or read.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// Words that cannot be counted.
    #[error(transparent)]
    Mask(#[from] MaskError),
    /// Records that cannot be dealt into inner folds.
    #[error(transparent)]
    Folds(#[from] FoldError),
    /// The trees could not be fitted, written or read.
    #[error("boosted trees: {0}")]
    Trees(String),
    /// A network, which reads tensors.
    #[error("{0} is a network and reads encoded records")]
    Network(&'static str),
    /// The observer asked to stop.
    #[error("stopped")]
    Stopped,
    /// The bytes are no safetensors file, or one that is damaged.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// The parts of a file do not fit together.
    #[error("damaged: {0}")]
    Damaged(String),
}

impl From<forust_ml::errors::ForustError> for SequenceError {
    fn from(error: forust_ml::errors::ForustError) -> Self {
        Self::Trees(error.to_string())
    }
}

impl SequenceModel {
    /// Fits a model; the `observer` is told how many steps are done and of how many, and may stop.
    ///
    /// # Errors
    ///
    /// Where there are fewer than two clusters, or the architecture is a network.
    pub fn fit(
        architecture: &Architecture,
        labelled: &Labelled<'_>,
        observer: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Fitted, SequenceError> {
        let inner = Inner::deal(labelled)?;
        let machines = inner.folds + 1;
        let (model, held_out, cost) = match architecture {
            Architecture::Svm(config) => {
                let mut watch = Watch::new(observer, inner.folds * config.costs().len() + 1);
                let (machine, held_out, cost) =
                    WordMachine::fit(config, labelled, &inner, &mut watch)?;
                let chosen = !config.costs.is_empty();
                (Self::Svm(machine), held_out, chosen.then_some(cost))
            }
            Architecture::Stack(config) => {
                let mut watch = Watch::new(observer, 2 * machines + 1);
                let (stack, held_out) = Stack::fit(config, labelled, &inner, &mut watch)?;
                (Self::Stack(Box::new(stack)), held_out, None)
            }
            network => return Err(SequenceError::Network(network.name())),
        };
        let held_out = held_out.concat();
        let temperature = Temperature::fit(&held_out, &labelled.labels, labelled.classes);
        Ok(Fitted { model, temperature: temperature.unwrap_or_default(), held_out, cost })
    }

    /// Logits of sequences, (N, K) row by row.
    #[must_use]
    pub fn logits(&self, sequences: &[&[u8]]) -> Vec<f32> {
        match self {
            Self::Svm(machine) => machine.logits(sequences),
            Self::Stack(stack) => stack.logits(sequences),
        }
    }

    /// The bytes of `model.safetensors`; the same model gives the same bytes.
    pub fn save(&self) -> Result<Vec<u8>, SequenceError> {
        file::save(self)
    }

    /// Reads what [`Self::save`] wrote.
    pub fn load(description: &Description<'_>, bytes: &[u8]) -> Result<Self, SequenceError> {
        file::load(description, bytes)
    }
}

#[cfg(test)]
mod tests;
