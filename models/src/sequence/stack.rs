//! A stack: what a support vector machine says, and how similar the nearest records of each class
//! are, weighed by boosted trees.

use super::inner::{Inner, Watch};
use super::machine::{Profiled, WordMachine};
use super::neighbours::{Neighbours, Query};
use super::profile::Profiles;
use super::views::{Selection, Views};
use super::weights::weights;
use super::{Labelled, SequenceError};
use crate::architecture;
use crate::baseline::Molecule;
use crate::trees::{Table, Trees};

/// A fitted stack.
pub struct Stack {
    pub(super) machine: WordMachine,
    pub(super) records: Records,
    pub(super) trees: Trees,
    neighbours: Neighbours,
}

/// The records learnt from, which others are compared with.
pub(super) struct Records {
    pub(super) sequences: Vec<Vec<u8>>,
    pub(super) labels: Vec<usize>,
    pub(super) classes: usize,
    pub(super) molecule: Molecule,
}

impl Stack {
    /// Fits the stack, and scores each record by trees that saw no relative of it: (N, K).
    ///
    /// What the trees learn from is told of each record by the machine and by the records of the
    /// other inner folds, so that they see relatives as distant as those of new records (Wolpert
    /// 1992, doi:10.1016/S0893-6080(05)80023-1).
    pub(super) fn fit(
        config: &architecture::Stack,
        labelled: &Labelled<'_>,
        inner: &Inner,
        watch: &mut Watch<'_>,
    ) -> Result<(Self, Vec<Vec<f32>>), SequenceError> {
        let Labelled { sequences, labels, clusters, classes, molecule, both_strands, seed } =
            labelled;
        let selection = Selection::of_stack(config, *molecule, *both_strands);
        let views = Views::fit(&selection, sequences)?;
        let texts = views.texts(sequences);
        let profiles = views.profiles(&texts);
        let joined = Profiles::join(&profiles);
        let cost = std::slice::from_ref(&config.cost);
        let Profiled { machine, margins, .. } =
            WordMachine::fit_profiles(cost, &joined, views.width(), labelled, inner, watch)?;

        let (aligned, read_as) = texts.aligned(*molecule);
        let neighbours =
            Neighbours::new(&aligned, labels, *classes, &profiles, read_as, config.alignments);
        let queries = queries(&aligned, &profiles);
        let same = |a: usize, b: usize| inner.fold_of[a] == inner.fold_of[b];
        let compared = neighbours.compare(&queries, same);
        watch.step()?;
        let rows: Vec<Vec<f32>> = (0..sequences.len())
            .map(|i| row(&margins[i], &compared[i], sequences[i].len()))
            .collect();

        let fit = |records: &[usize]| {
            let of = |values: &[usize]| records.iter().map(|i| values[*i]).collect::<Vec<_>>();
            let (labels, clusters) = (of(labels), of(clusters));
            let weights = weights(&labels, &clusters, *classes);
            let table = Table::new(records.iter().map(|i| rows[*i].as_slice()));
            Trees::fit(&table, &labels, &weights, *classes, config.trees, *seed)
        };
        let mut held_out = vec![Vec::new(); labels.len()];
        for fold in 0..inner.folds {
            let own = inner.own(fold);
            let trees = fit(&inner.others(fold))?;
            let logits = trees.logits(&Table::new(own.iter().map(|i| rows[*i].as_slice())));
            for (record, logits) in own.iter().zip(logits.chunks(*classes)) {
                held_out[*record] = logits.to_vec();
            }
            watch.step()?;
        }
        let all: Vec<usize> = (0..labels.len()).collect();
        let trees = fit(&all)?;
        watch.step()?;
        let records = Records {
            sequences: sequences.iter().map(|sequence| sequence.to_vec()).collect(),
            labels: labels.clone(),
            classes: *classes,
            molecule: *molecule,
        };
        let machine = WordMachine { views, machine };
        Ok((Self { machine, records, trees, neighbours }, held_out))
    }

    /// Puts the parts together again.
    pub(super) fn new(
        config: &architecture::Stack,
        machine: WordMachine,
        records: Records,
        trees: Trees,
    ) -> Self {
        let sequences: Vec<&[u8]> = records.sequences.iter().map(Vec::as_slice).collect();
        let texts = machine.views.texts(&sequences);
        let profiles = machine.views.profiles(&texts);
        let Records { labels, classes, molecule, .. } = &records;
        let (aligned, molecule) = texts.aligned(*molecule);
        let neighbours =
            Neighbours::new(&aligned, labels, *classes, &profiles, molecule, config.alignments);
        Self { machine, records, trees, neighbours }
    }

    /// Log-odds of sequences, (N, K) row by row.
    pub(super) fn logits(&self, sequences: &[&[u8]]) -> Vec<f32> {
        let texts = self.machine.views.texts(sequences);
        let profiles = self.machine.views.profiles(&texts);
        let joined = Profiles::join(&profiles);
        let (aligned, _) = texts.aligned(self.records.molecule);
        let compared = self.neighbours.compare(&queries(&aligned, &profiles), |_, _| false);
        let row = |(at, compared): (usize, &Vec<f32>)| {
            row(&self.machine.machine.margins(joined.row(at)), compared, sequences[at].len())
        };
        let rows: Vec<Vec<f32>> = compared.iter().enumerate().map(row).collect();
        self.trees.logits(&Table::new(rows.iter().map(Vec::as_slice)))
    }
}

/// What the trees see of a record: margins, comparisons, and the logarithm of its length.
fn row(margins: &[f32], compared: &[f32], length: usize) -> Vec<f32> {
    [margins, compared, &[(1.0 + length as f32).ln()]].concat()
}

fn queries<'a>(sequences: &[&'a [u8]], profiles: &'a [(Profiles, usize)]) -> Vec<Query<'a>> {
    let query = |(at, sequence): (usize, &&'a [u8])| {
        let rows = profiles.iter().map(|(profiles, _)| profiles.row(at)).collect();
        Query { sequence, rows }
    };
    sequences.iter().enumerate().map(query).collect()
}
