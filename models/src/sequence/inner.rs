//! Folds within the records learnt from, and the way to stop between the steps of a fit.

use std::ops::ControlFlow;

use super::{Labelled, SequenceError};
use crate::baseline::deal_groups;

/// Folds at most.
const FOLDS: usize = 5;

/// The inner fold of each record; relatives share one.
pub(super) struct Inner {
    pub(super) fold_of: Vec<usize>,
    pub(super) folds: usize,
}

impl Inner {
    /// Deals whole clusters, balanced by class.
    pub(super) fn deal(labelled: &Labelled<'_>) -> Result<Self, SequenceError> {
        let Labelled { labels, clusters, classes, seed, .. } = labelled;
        let mut different = clusters.clone();
        different.sort_unstable();
        different.dedup();
        let folds = different.len().min(FOLDS);
        let fold_of = deal_groups(labels, clusters, *classes, folds, *seed)?;
        Ok(Self { fold_of, folds })
    }

    /// Records of a fold, in order.
    pub(super) fn own(&self, fold: usize) -> Vec<usize> {
        (0..self.fold_of.len()).filter(|record| self.fold_of[*record] == fold).collect()
    }

    /// Records of the other folds, in order.
    pub(super) fn others(&self, fold: usize) -> Vec<usize> {
        (0..self.fold_of.len()).filter(|record| self.fold_of[*record] != fold).collect()
    }
}

/// Tells an observer of the steps of a fit: how many are done, and of how many.
pub(super) struct Watch<'a> {
    observer: &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    done: usize,
    steps: usize,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        observer: &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>,
        steps: usize,
    ) -> Self {
        Self { observer, done: 0, steps }
    }

    /// One step is done.
    pub(super) fn step(&mut self) -> Result<(), SequenceError> {
        self.done += 1;
        match (self.observer)(self.done, self.steps) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SequenceError::Stopped),
        }
    }
}
