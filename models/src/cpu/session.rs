//! The plan and the buffers of one network.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::aligned::Aligned;
use super::flush::Flush;
use super::pack::pack;
use super::pass::Pass;
use super::path::Path;
use super::plan::Plan;
use super::reduce;
use super::workspace::Workspace;
use crate::dropout::DropoutKey;
use crate::executor::{CPU_SHARDS, ExecutorError, check_weights, range};
use crate::head::{CrossEntropy, Targets};
use crate::input::{Input, InputValues};
use crate::network::{Network, Parameter};
use crate::weights::Weights;

/// Everything that stays from step to step.
#[derive(Debug)]
pub(super) struct Session {
    network: Network,
    parameters: Vec<Parameter>,
    path: Path,
    plan: Plan,
    packed: Aligned,
    /// Workspaces that no thread uses right now.
    spaces: Mutex<Vec<Workspace>>,
    /// Slopes of the weights, one buffer a shard; empty before the first training step.
    sums: Vec<Aligned>,
    losses: Vec<f64>,
}

impl Session {
    pub(super) fn new(network: &Network, path: Path) -> Self {
        let plan = Plan::new(network);
        let parameters = network.parameters();
        let packed = Aligned::zeros(plan.packed);
        Self {
            network: network.clone(),
            parameters,
            path,
            plan,
            packed,
            spaces: Mutex::default(),
            sums: Vec::new(),
            losses: vec![0.0; CPU_SHARDS],
        }
    }

    pub(super) fn is_for(&self, network: &Network) -> bool {
        self.network == *network
    }

    /// Whether weights and a buffer for gradients are those of the network.
    pub(super) fn check(&self, weights: &Weights, buffer: usize) -> Result<(), ExecutorError> {
        check_weights(&self.parameters, weights, buffer)
    }

    /// Runs `work` with a workspace, flushing denormal numbers.
    fn with_space<R>(&self, train: bool, work: impl FnOnce(&mut Workspace) -> R) -> R {
        let _flush = Flush::new();
        let lock = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().pop().filter(|space| space.trains() || !train);
        let new = || Workspace::new(&self.plan, self.network.classes(), train);
        let mut space = kept.unwrap_or_else(new);
        let result = work(&mut space);
        lock().push(space);
        result
    }

    fn pass<'a>(&'a self, weights: &'a [f32], dropout: Option<DropoutKey>) -> Pass<'a> {
        Pass { path: self.path, plan: &self.plan, weights, packed: &self.packed, dropout }
    }

    pub(super) fn logits(&mut self, weights: &[f32], input: &Input<'_>) -> Vec<f32> {
        let classes = self.network.classes();
        let mut logits = vec![0.0; input.n * classes];
        pack(&self.plan, weights, table(input), false, &mut self.packed);
        let pass = self.pass(weights, None);
        // A record's logits depend on nothing else: any cut gives the same.
        let most = input.n.div_ceil(CPU_SHARDS).max(1);
        logits.par_chunks_mut(most * classes).enumerate().for_each(|(chunk, logits)| {
            self.with_space(false, |space| {
                for (index, logits) in logits.chunks_exact_mut(classes).enumerate() {
                    pass.forward(input, chunk * most + index, 0, space);
                    logits.copy_from_slice(pass.logits(space));
                }
            });
        });
        logits
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn loss_and_gradients(
        &mut self,
        weights: &[f32],
        input: &Input<'_>,
        targets: &Targets<'_>,
        loss: CrossEntropy,
        dropout: Option<DropoutKey>,
        gradients: &mut [f32],
    ) -> f64 {
        let total = targets.total_weight();
        if total <= 0.0 {
            gradients.fill(0.0);
            return 0.0;
        }
        while self.sums.len() < CPU_SHARDS {
            self.sums.push(Aligned::zeros(self.plan.sums));
        }
        pack(&self.plan, weights, table(input), true, &mut self.packed);
        let (mut sums, mut losses) =
            (std::mem::take(&mut self.sums), std::mem::take(&mut self.losses));
        let pass = self.pass(weights, dropout);
        let shards = sums.par_iter_mut().zip(&mut losses).enumerate();
        shards.for_each(|(shard, (sums, sum))| {
            self.with_space(true, |space| {
                sums.fill(0.0);
                *sum = 0.0;
                for record in range(input.n, CPU_SHARDS, shard) {
                    pass.forward(input, record, record, space);
                    let mut slopes = std::mem::take(&mut space.logits);
                    let target = targets.slice(record..record + 1);
                    let logits = pass.logits(space);
                    *sum += loss.loss(logits, logits.len(), &target, Some(&mut slopes));
                    space.logits = slopes;
                    pass.backward(input, record, space, sums);
                }
            });
        });
        reduce::add_shards(&mut sums, (1.0 / total) as f32);
        let vocabulary = match input.values {
            InputValues::Tokens { vocabulary, .. } => vocabulary,
            InputValues::Symbols { .. } | InputValues::Dense { .. } => 0,
        };
        if let Some(sums) = sums.first() {
            reduce::unpack(&self.plan, sums, table(input), vocabulary, gradients);
        }
        let mean = losses.iter().sum::<f64>() / total;
        (self.sums, self.losses) = (sums, losses);
        mean
    }
}

/// The table that expands symbols, (S, C); nothing for other inputs.
fn table<'a>(input: &Input<'a>) -> &'a [f32] {
    match input.values {
        InputValues::Symbols { table, .. } => table,
        InputValues::Tokens { .. } | InputValues::Dense { .. } => &[],
    }
}
