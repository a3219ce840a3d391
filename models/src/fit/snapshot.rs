//! How a run stands after an epoch, as bytes that it can go on from.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::{Activations, Epoch, Fitted, RangeTest};
use crate::optimizer::{Moments, Optimizer};
use crate::weights::Weights;

/// How a run stands after an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub(super) weights: &'a Weights,
    pub(super) optimizer: &'a Optimizer,
    pub(super) step: u64,
    pub(super) lowest: Option<f64>,
    pub(super) fitted: &'a Fitted,
}

/// What a run goes on from: everything that the next epoch depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub(super) weights: Vec<f32>,
    /// Weights of the best epoch.
    pub(super) best: Vec<f32>,
    pub(super) moments: Moments,
    pub(super) progress: Numbers,
}

/// What of a snapshot is no tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Numbers {
    /// Steps taken.
    pub(super) step: u64,
    /// Steps that the optimizer counts.
    optimizer_steps: i32,
    pub(super) best_epoch: usize,
    /// Lowest validation loss so far.
    pub(super) lowest: Option<f64>,
    pub(super) history: Vec<Epoch>,
    /// The range test that found the learning rate; absent where that is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range_test: Option<RangeTest>,
    /// None in what an earlier version left.
    #[serde(default)]
    pub(super) activations: Vec<Activations>,
}

/// Bytes that are no snapshot, or one of another run.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are no safetensors file, or one that is damaged.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A part is missing or of the wrong kind.
    #[error("{0} is missing or no list of 32-bit floats")]
    Part(String),
    /// The numbers are not those of a snapshot.
    #[error("the numbers of a snapshot: {0}")]
    Numbers(#[from] serde_json::Error),
    /// The snapshot is of another network or optimizer.
    #[error("{found} values, where the run has {expected}")]
    Size {
        /// Values found.
        found: usize,
        /// Values of the network.
        expected: usize,
    },
}

/// Key of the numbers within the file.
const NUMBERS: &str = "cistron-snapshot";

impl Standing<'_> {
    /// The bytes of a snapshot: a safetensors file.
    pub fn save(&self) -> Result<Vec<u8>, SnapshotError> {
        let moments = self.optimizer.moments();
        let numbers = Numbers {
            step: self.step,
            optimizer_steps: moments.steps,
            best_epoch: self.fitted.best_epoch,
            lowest: self.lowest,
            history: self.fitted.history.clone(),
            range_test: self.fitted.range_test.clone(),
            activations: self.fitted.activations.clone(),
        };
        let numbers = serde_json::to_string(&numbers)?;
        let lists = [self.weights.as_slice(), self.fitted.weights.as_slice()];
        let lists = lists.into_iter().chain(moments.lists.iter().map(Vec::as_slice));
        let bytes: Vec<Vec<u8>> =
            lists.map(|list| list.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
        let views = (0..bytes.len()).zip(&bytes).map(|(at, bytes)| {
            Ok((name(at), TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?))
        });
        let views = views.collect::<Result<Vec<_>, SnapshotError>>()?;
        Ok(safetensors::serialize(views, Some(HashMap::from([(NUMBERS.to_owned(), numbers)])))?)
    }
}

/// Name of a list: the weights, the best weights, then what the optimizer keeps.
fn name(at: usize) -> String {
    match at {
        0 => "weights".to_owned(),
        1 => "best".to_owned(),
        _ => format!("moments.{}", at - 2),
    }
}

impl Snapshot {
    /// Reads what [`Standing::save`] made.
    pub fn load(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let numbers = header.metadata().as_ref().and_then(|map| map.get(NUMBERS));
        let numbers = numbers.ok_or_else(|| SnapshotError::Part(NUMBERS.to_owned()))?;
        let progress: Numbers = serde_json::from_str(numbers)?;
        let file = SafeTensors::deserialize(bytes)?;
        let list = |at: usize| {
            let name = name(at);
            match file.tensor(&name) {
                Ok(view) if view.dtype() == Dtype::F32 => {
                    let (values, _) = view.data().as_chunks::<4>();
                    Ok(values.iter().map(|four| f32::from_le_bytes(*four)).collect())
                }
                _ => Err(SnapshotError::Part(name)),
            }
        };
        let lists = (2..file.len()).map(list).collect::<Result<_, _>>()?;
        let moments = Moments { steps: progress.optimizer_steps, lists };
        Ok(Self { weights: list(0)?, best: list(1)?, moments, progress })
    }

    /// Epochs that were finished.
    #[must_use]
    pub fn epochs(&self) -> usize {
        self.progress.history.len()
    }

    /// Sets weights, optimizer and history to those of the snapshot.
    pub(super) fn restore(
        &self,
        weights: &mut Weights,
        optimizer: &mut Optimizer,
        fitted: &mut Fitted,
    ) -> Result<(), SnapshotError> {
        let expected = weights.len();
        let sizes = [self.weights.len(), self.best.len()];
        if let Some(&found) = sizes.iter().find(|size| **size != expected) {
            return Err(SnapshotError::Size { found, expected });
        }
        if !optimizer.restore(&self.moments) {
            let found = self.moments.lists.iter().map(Vec::len).sum();
            return Err(SnapshotError::Size { found, expected });
        }
        weights.as_mut_slice().copy_from_slice(&self.weights);
        fitted.weights.as_mut_slice().copy_from_slice(&self.best);
        fitted.best_epoch = self.progress.best_epoch;
        fitted.history.clone_from(&self.progress.history);
        fitted.range_test.clone_from(&self.progress.range_test);
        fitted.activations.clone_from(&self.progress.activations);
        Ok(())
    }
}
