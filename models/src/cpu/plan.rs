//! A network as the steps and buffers that one record of it needs.

mod builder;
mod map;
mod recurrence;

pub(super) use map::{Map, Slopes, Source};
pub(super) use recurrence::Recurrence;

use super::rotary::Rotary;
use crate::network::Network;

/// A buffer of rows, with rows of zeros in front and behind that a convolution reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Buffer {
    /// Rows in front.
    pub(super) before: usize,
    /// Rows, at most.
    pub(super) rows: usize,
    /// Rows behind.
    pub(super) after: usize,
    /// Floats of a row: channels, padded to a multiple of sixteen.
    pub(super) width: usize,
}

impl Buffer {
    /// Floats of all rows.
    pub(super) fn len(&self) -> usize {
        (self.before + self.rows + self.after) * self.width
    }

    /// Where a row begins.
    pub(super) fn at(&self, row: usize) -> usize {
        (self.before + row) * self.width
    }

    /// Makes room for the rows that a reader needs around its own.
    fn widen(&mut self, before: usize, after: usize) {
        self.before = self.before.max(before);
        self.after = self.after.max(after);
    }
}

/// What a step reads or writes: values on the way forward, and their slopes on the way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Index of the buffer of values.
    pub(super) values: usize,
    /// Index of the buffer of slopes.
    pub(super) slopes: usize,
    /// Channels, without padding.
    pub(super) channels: usize,
}

/// A weight: where it lies in the flat buffer, and where its slopes are summed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trained {
    /// Index of its first value among all weights.
    pub(super) at: usize,
    /// Index of its first slope in a shard's sums.
    pub(super) sums: usize,
}

/// One step, from one slot to another.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// What is done.
    pub(super) kind: Kind,
    /// Index of the slot read.
    pub(super) input: usize,
    /// Index of the slot written.
    pub(super) output: usize,
    /// Whether the slopes of the input are needed: a weight is in front of it.
    pub(super) back: bool,
    /// Index of a buffer of the step's own, where it has one.
    pub(super) own: usize,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Looks up the vector of each token.
    Embedding(Trained),
    /// Adds a vector to each position.
    Position(Trained),
    /// A convolution or linear map, with a rectifier and a max-pool.
    Map(Box<Map>),
    /// max(x, 0).
    Relu,
    /// The tangent form of GELU.
    Gelu,
    /// The greatest value of each window.
    MaxPool { width: usize },
    /// The mean of each window.
    AveragePool { width: usize },
    /// Normalisation over the channels; where scale and shift lie among the packed weights.
    LayerNorm { weight: Trained, bias: Trained, packed: usize },
    /// Turns queries and keys of queries, keys and values side by side.
    Rotary(Box<Rotary>),
    /// Attention, from queries, keys and values side by side.
    Attention { heads: usize },
    /// A recurrence in both directions, from the share of the input in its gates.
    Recurrent(Box<Recurrence>),
    /// The begin of a residual branch: the same values with slopes of their own.
    Fork,
    /// The end of a residual branch, whose slot is the input.
    Join { skip: usize },
    /// Multiplies by a mask while training.
    Dropout { rate: f32, number: usize },
    /// All rows side by side.
    Flatten,
}

/// A window as wide as the record.
pub(super) const WHOLE: usize = usize::MAX;

/// Steps and buffers.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order in which they run.
    pub(super) steps: Vec<Step>,
    /// What steps read and write.
    pub(super) slots: Vec<Slot>,
    /// Buffers of values.
    pub(super) values: Vec<Buffer>,
    /// Buffers of slopes.
    pub(super) slopes: Vec<Buffer>,
    /// Floats of the buffers that belong to one step.
    pub(super) own: Vec<usize>,
    /// The slot of the logits.
    pub(super) output: usize,
    /// Floats of all packed weights.
    pub(super) packed: usize,
    /// Floats of the sums of a shard.
    pub(super) sums: usize,
    /// Positions of a record.
    pub(super) length: usize,
    /// Symbols of the alphabet, where the first step looks them up.
    pub(super) symbols: usize,
    /// Whether the first slot must be filled with the values of the record.
    pub(super) dense: bool,
}

/// Channels padded to a multiple of sixteen.
pub(super) fn padded(channels: usize) -> usize {
    channels.next_multiple_of(super::lanes::LANES)
}

impl Plan {
    /// The plan of a network.
    pub(super) fn new(network: &Network) -> Self {
        builder::plan(network)
    }

    /// The buffer of the values of a slot.
    pub(super) fn values_of(&self, slot: usize) -> Buffer {
        self.values[self.slots[slot].values]
    }

    /// The buffer of the slopes of a slot.
    pub(super) fn slopes_of(&self, slot: usize) -> Buffer {
        self.slopes[self.slots[slot].slopes]
    }
}
