//! The training records of a run, as each epoch sees them.

use super::augment::Augmentation;
use super::batches::{self, Encoding};
use super::sampling::Sampler;
use super::{Fit, Source};
use crate::batch::Batch;

/// What a run learns from.
pub(super) struct Training<'a> {
    pub(super) run: &'a Fit<'a>,
    pub(super) source: &'a dyn Source,
    pub(super) sampler: Sampler,
}

impl<'a> Training<'a> {
    /// The records of a source, drawn as the run is set.
    pub(super) fn new(run: &'a Fit<'a>, source: &'a dyn Source) -> Self {
        let sampler = Sampler::new(&run.config.sampling, source, run.seed);
        Self { run, source, sampler }
    }

    /// Batches of an epoch.
    pub(super) fn batches(&self) -> usize {
        self.sampler.len().div_ceil(self.run.config.batch)
    }

    /// Steps of a whole run: what is left of an epoch's batches is a step of its own.
    pub(super) fn steps(&self) -> u64 {
        let config = self.run.config;
        self.batches().div_ceil(config.accumulate) as u64 * config.epochs as u64
    }

    /// Calls `visit` with each batch of an epoch, which its number decides: its records, their order, and
    /// how they are changed.
    pub(super) fn each<E: From<Encoding>>(
        &self,
        epoch: usize,
        visit: impl FnMut(&[usize], &Batch, bool) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let config = self.run.config;
        let order = self.sampler.order(epoch);
        let augmentation = Augmentation::new(config.augment, self.run.seed, epoch);
        let augmentation = Some(&augmentation).filter(|_| !config.augment.is_none());
        batches::each(self.source, augmentation, &order, config.batch, visit)
    }
}
