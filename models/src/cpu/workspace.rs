//! The buffers that one record at a time is run in.

use super::aligned::Aligned;
use super::attention::Scratch;
use super::gathered::{Sum, Term};
use super::plan::{Kind, Plan, Slopes, Source};
use super::recurrent;

/// Buffers for one record, made once and used for record after record.
#[derive(Debug)]
pub(super) struct Workspace {
    /// Values, one a buffer of the plan.
    pub(super) values: Vec<Aligned>,
    /// Slopes, one a buffer of the plan; empty while only predicting.
    pub(super) slopes: Vec<Aligned>,
    /// What belongs to one step.
    pub(super) own: Vec<Aligned>,
    /// Valid rows of each slot.
    pub(super) rows: Vec<usize>,
    /// Where the table row of each position's symbols begins; for the way forward and the way back.
    pub(super) starts: [Vec<u32>; 2],
    /// Rows of a convolution before its pool, or the slopes of all of them.
    pub(super) tile: Aligned,
    /// The sums behind a max-pool.
    pub(super) sparse: Sparse,
    /// What attention needs.
    pub(super) attention: Scratch,
    /// What a recurrence needs.
    pub(super) recurrent: recurrent::Scratch,
    /// Slopes of the logits of one record.
    pub(super) logits: Vec<f32>,
}

/// Lists of terms, for the weight and for the input of a convolution.
#[derive(Debug, Default)]
pub(super) struct Sparse {
    pub(super) terms: Vec<Term>,
    pub(super) sums: Vec<Sum>,
    /// A term's position, or the terms of each position.
    pub(super) counts: Vec<u32>,
    pub(super) sorted: Vec<Term>,
}

/// Rows of a convolution that are computed before they are pooled, at most.
pub(super) const TILE: usize = 56;

impl Workspace {
    /// Buffers for a plan; with slopes only where it is to be trained.
    pub(super) fn new(plan: &Plan, classes: usize, train: bool) -> Self {
        let zeros = |len: usize| Aligned::zeros(len);
        let (mut starts, mut tile, mut attention) = (0, 0, Scratch::default());
        let mut recurrent = recurrent::Scratch::default();
        let (mut terms, mut sums) = (0, 0);
        for step in &plan.steps {
            match &step.kind {
                Kind::Map(map) => {
                    let length = plan.values_of(step.input).rows;
                    let rows = match map.source {
                        Source::Values => map.rows(length),
                        Source::Symbols { .. } => {
                            let length = plan.length;
                            starts = length + 2 * map.convolution.span() + map.convolution.stride;
                            map.rows(length)
                        }
                    };
                    if map.pool > 1 {
                        let dense = train && map.slopes != Slopes::Sparse;
                        let around = 2 * (map.convolution.span() - 1);
                        let needed = if dense { rows + around } else { rows.min(TILE) };
                        tile = tile.max(needed * map.width());
                        terms = terms.max(map.pooled_rows(length) * map.width());
                        sums = sums.max(rows.max(map.width()) + 1);
                    }
                }
                Kind::Attention { heads } => {
                    let length = plan.values_of(step.input).rows;
                    let channels = plan.slots[step.output].channels;
                    attention.grow(length, channels / heads, train);
                }
                Kind::Recurrent(recurrence) => recurrent.grow(recurrence),
                _ => {}
            }
        }
        let sparse = if train {
            Sparse {
                terms: Vec::with_capacity(terms),
                sums: Vec::with_capacity(sums),
                counts: Vec::with_capacity(sums),
                sorted: Vec::with_capacity(terms),
            }
        } else {
            Sparse::default()
        };
        let mut own: Vec<Aligned> = plan.own.iter().map(|&len| zeros(len)).collect();
        for step in plan.steps.iter().filter(|_| !train) {
            match &step.kind {
                // Shares are kept for the way back only.
                Kind::Attention { .. } => own[step.own] = Aligned::default(),
                // The gates too, but for those of the position at hand.
                Kind::Recurrent(recurrence) => own[step.own] = zeros(2 * recurrence.kept()),
                _ => {}
            }
        }
        Self {
            values: plan.values.iter().map(|buffer| zeros(buffer.len())).collect(),
            slopes: plan.slopes.iter().map(|b| zeros(if train { b.len() } else { 0 })).collect(),
            own,
            rows: vec![0; plan.slots.len()],
            starts: [vec![0; starts], vec![0; starts]],
            tile: zeros(tile),
            sparse,
            attention,
            recurrent,
            logits: vec![0.0; classes],
        }
    }

    /// Whether there are buffers for slopes.
    pub(super) fn trains(&self) -> bool {
        self.slopes.iter().any(|slopes| !slopes.is_empty())
    }
}
