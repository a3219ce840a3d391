//! A convolution or linear map as a step of a plan.

use super::{Trained, padded};
use crate::layer::Convolution;

/// A convolution or linear map with what is computed in the same pass.
#[derive(Clone, Debug)]
pub(in crate::cpu) struct Map {
    /// The convolution; a linear map is one of width 1.
    pub(in crate::cpu) convolution: Convolution,
    /// Channels of the input.
    pub(in crate::cpu) channels: usize,
    /// Where the input comes from.
    pub(in crate::cpu) source: Source,
    /// Whether a rectifier follows.
    pub(in crate::cpu) relu: bool,
    /// Width of the max-pool that follows; 1 for none, [`super::WHOLE`] for one value a channel.
    pub(in crate::cpu) pool: usize,
    /// How the slopes of the weight are found.
    pub(in crate::cpu) slopes: Slopes,
    /// The weight (W, C, F).
    pub(in crate::cpu) weight: Trained,
    /// The bias (F).
    pub(in crate::cpu) bias: Trained,
    /// Where the packed bias, the weight for the way forward and that for the way back begin.
    pub(in crate::cpu) packed: [usize; 3],
}

/// Where a map's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Source {
    /// The values of a slot.
    Values,
    /// The symbols of the record, `group` of them looked up at once.
    Symbols { group: usize },
}

/// How the slopes of a map's weight are found and laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Slopes {
    /// A product with the slopes of every position: (W, C, F) with padded channels.
    Dense,
    /// A sum over the winners of the pool: (F, W, C) with padded channels.
    Sparse,
    /// Sums over the symbols: (W, S, F), S with one more symbol for no position.
    Table,
}

impl Map {
    /// Floats of a row of the output.
    pub(in crate::cpu) fn width(&self) -> usize {
        padded(self.convolution.filters)
    }

    /// Floats of a row of the input.
    pub(in crate::cpu) fn input_width(&self) -> usize {
        padded(self.channels)
    }

    /// Floats of a window with padded channels.
    pub(in crate::cpu) fn window(&self) -> usize {
        self.convolution.width * self.input_width()
    }

    /// Rows of the output of `valid` rows, before the pool.
    pub(in crate::cpu) fn rows(&self, valid: usize) -> usize {
        self.convolution.output_length(valid).max(usize::from(valid > 0))
    }

    /// Rows of the output of `valid` rows, after the pool.
    pub(in crate::cpu) fn pooled_rows(&self, valid: usize) -> usize {
        if self.pool == super::WHOLE { 1 } else { self.rows(valid).div_ceil(self.pool) }
    }

    /// Tables of the look-up and rows of each, for an alphabet of `symbols`.
    pub(in crate::cpu) fn tables(&self, symbols: usize, group: usize) -> (usize, usize) {
        (self.convolution.width.div_ceil(group), (symbols + 1).pow(group as u32))
    }

    /// Floats of the packed bias, the weight for the way forward and that for the way back.
    pub(in crate::cpu) fn packed_sizes(&self, symbols: usize, back: bool) -> [usize; 3] {
        let forward = match self.source {
            Source::Values => self.window() * self.width(),
            Source::Symbols { group } => {
                let (tables, rows) = self.tables(symbols, group);
                tables * rows * self.width()
            }
        };
        let back = if back { self.window() * self.width() } else { 0 };
        [self.width(), forward, back]
    }

    /// Floats of the sums of the weight's slopes.
    pub(in crate::cpu) fn sums(&self, symbols: usize) -> usize {
        match self.slopes {
            Slopes::Dense | Slopes::Sparse => self.window() * self.width(),
            Slopes::Table => self.convolution.width * (symbols + 1) * self.width(),
        }
    }
}
