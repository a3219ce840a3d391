//! The fused executor of the CPU: each record goes through all layers before the next one does, so
//! that what lies between two layers stays in the cache.
//!
//! Weights are packed once a step, buffers are made once a network. Records are dealt to a fixed
//! number of shards whose sums are added in their order: the result is the same to the bit on any
//! number of threads. Inside, rows of channels are padded to a multiple of sixteen with zeros.

mod aligned;
mod attention;
mod convolution;
mod elementwise;
mod flush;
mod gathered;
mod lanes;
mod layer_norm;
mod lookup;
mod pack;
mod pass;
mod path;
mod plan;
mod pool;
mod product;
mod record;
mod recurrent;
mod reduce;
mod rotary;
mod session;
mod workspace;

use std::sync::{Mutex, PoisonError};

use crate::dropout::DropoutKey;
use crate::executor::ExecutorError;
use crate::head::{CrossEntropy, Targets};
use crate::input::Input;
use crate::network::Network;
use crate::weights::Weights;
use path::Path;
use session::Session;

/// The fused executor of the CPU. It keeps the buffers of the network that it ran last.
#[derive(Debug)]
pub struct Cpu {
    path: Path,
    session: Mutex<Option<Box<Session>>>,
}

impl Default for Cpu {
    fn default() -> Self {
        Self { path: Path::fastest(), session: Mutex::default() }
    }
}

impl Clone for Cpu {
    /// An executor with buffers of its own.
    fn clone(&self) -> Self {
        Self { path: self.path, session: Mutex::default() }
    }
}

impl Cpu {
    /// One executor for each kind of vector instructions that this processor has.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Path::possible().map(|path| Self { path, session: Mutex::default() })
    }

    /// Its vector instructions.
    #[cfg(test)]
    pub(crate) fn path(&self) -> impl std::fmt::Debug + use<> {
        self.path
    }

    /// Runs `work` with the buffers of a network.
    fn with<R>(&self, network: &Network, work: impl FnOnce(&mut Session) -> R) -> R {
        let lock = || self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().take();
        let mut session = match kept {
            Some(session) if session.is_for(network) => session,
            _ => Box::new(Session::new(network, self.path)),
        };
        let result = work(&mut session);
        *lock() = Some(session);
        result
    }

    /// The logits of a batch, (N, K).
    pub(crate) fn logits(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
    ) -> Result<Vec<f32>, ExecutorError> {
        self.with(network, |session| {
            session.check(weights, weights.len())?;
            input.check(&network.input())?;
            Ok(session.logits(weights.as_slice(), input))
        })
    }

    /// The weighted mean loss of a batch; the gradient of every weight is written to `gradients`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn loss_and_gradients(
        &self,
        network: &Network,
        weights: &Weights,
        input: &Input<'_>,
        targets: &Targets<'_>,
        loss: &CrossEntropy,
        dropout: Option<DropoutKey>,
        gradients: &mut [f32],
    ) -> Result<f64, ExecutorError> {
        self.with(network, |session| {
            session.check(weights, gradients.len())?;
            input.check(&network.input())?;
            targets.check(input.n, network.classes())?;
            let weights = weights.as_slice();
            Ok(session.loss_and_gradients(weights, input, targets, *loss, dropout, gradients))
        })
    }
}
