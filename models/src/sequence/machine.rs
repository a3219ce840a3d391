//! A linear support vector machine on the words of sequences.

use super::inner::{Inner, Watch};
use super::profile::Profiles;
use super::svm::{Examples, Machine};
use super::views::{Selection, Views};
use super::weights::weights;
use super::words::MaskError;
use super::{Labelled, SequenceError};
use crate::architecture::Svm;
use crate::metrics::argmax;

/// Word views with the weights of their joined profiles.
pub struct WordMachine {
    pub(super) views: Views,
    pub(super) machine: Machine,
}

impl WordMachine {
    /// Fits the machine alone.
    ///
    /// # Errors
    ///
    /// Where words cannot be counted.
    pub fn plain(config: &Svm, labelled: &Labelled<'_>) -> Result<Self, MaskError> {
        let selection = Selection::of_svm(config, labelled.molecule, labelled.both_strands);
        let views = Views::fit(&selection, &labelled.sequences)?;
        let joined = Profiles::join(&views.profiles(&views.texts(&labelled.sequences)));
        let all: Vec<usize> = (0..labelled.labels.len()).collect();
        let cost = config.costs()[0];
        let machine = fit(cost, &joined, views.width(), labelled, &all);
        Ok(Self { views, machine })
    }

    /// Fits the machine, and scores each record by machines that saw no relative of it: (N, K); with
    /// the cost that was chosen.
    pub(super) fn fit(
        config: &Svm,
        labelled: &Labelled<'_>,
        inner: &Inner,
        watch: &mut Watch<'_>,
    ) -> Result<(Self, Vec<Vec<f32>>, f32), SequenceError> {
        let selection = Selection::of_svm(config, labelled.molecule, labelled.both_strands);
        let views = Views::fit(&selection, &labelled.sequences)?;
        let joined = Profiles::join(&views.profiles(&views.texts(&labelled.sequences)));
        let profiled =
            Self::fit_profiles(config.costs(), &joined, views.width(), labelled, inner, watch)?;
        let Profiled { machine, margins, cost } = profiled;
        Ok((Self { views, machine }, margins, cost))
    }

    /// The same of joined profiles.
    pub(super) fn fit_profiles(
        costs: &[f32],
        joined: &Profiles,
        width: usize,
        labelled: &Labelled<'_>,
        inner: &Inner,
        watch: &mut Watch<'_>,
    ) -> Result<Profiled, SequenceError> {
        let counts = weights(&labelled.labels, &labelled.clusters, labelled.classes);
        let mut best: Option<(f64, f32, Vec<Vec<f32>>)> = None;
        for &cost in costs {
            let mut margins = vec![Vec::new(); labelled.labels.len()];
            for fold in 0..inner.folds {
                let machine = fit(cost, joined, width, labelled, &inner.others(fold));
                for record in inner.own(fold) {
                    margins[record] = machine.margins(joined.row(record));
                }
                watch.step()?;
            }
            let right = right(&margins, &labelled.labels, &counts);
            if best.as_ref().is_none_or(|(most, ..)| right > *most) {
                best = Some((right, cost, margins));
            }
        }
        let (_, cost, margins) = best.unwrap_or_default();
        let all: Vec<usize> = (0..labelled.labels.len()).collect();
        let machine = fit(cost, joined, width, labelled, &all);
        watch.step()?;
        Ok(Profiled { machine, margins, cost })
    }

    /// Margins of sequences, (N, K) row by row.
    #[must_use]
    pub fn logits(&self, sequences: &[&[u8]]) -> Vec<f32> {
        let joined = Profiles::join(&self.views.profiles(&self.views.texts(sequences)));
        (0..sequences.len()).flat_map(|record| self.machine.margins(joined.row(record))).collect()
    }
}

/// A machine on joined profiles.
pub(super) struct Profiled {
    pub(super) machine: Machine,
    /// Margins of each record by machines that saw no relative of it, (N, K).
    pub(super) margins: Vec<Vec<f32>>,
    /// The cost that told them best.
    pub(super) cost: f32,
}

/// Weight of the records whose own class has the greatest margin.
fn right(margins: &[Vec<f32>], labels: &[usize], weights: &[f32]) -> f64 {
    let rows = margins.iter().zip(labels).zip(weights);
    rows.filter(|((row, label), _)| argmax(row) == **label)
        .map(|(_, weight)| f64::from(*weight))
        .sum()
}

/// Fits a machine to some of the records.
fn fit(
    cost: f32,
    joined: &Profiles,
    width: usize,
    labelled: &Labelled<'_>,
    records: &[usize],
) -> Machine {
    let Labelled { labels, clusters, classes, seed, .. } = labelled;
    let of = |values: &[usize]| records.iter().map(|i| values[*i]).collect::<Vec<_>>();
    let weights = weights(&of(labels), &of(clusters), *classes);
    let costs: Vec<f32> = weights.iter().map(|weight| weight * cost).collect();
    Machine::fit(
        Examples { rows: joined, width, records, labels, classes: *classes },
        &costs,
        *seed,
    )
}
