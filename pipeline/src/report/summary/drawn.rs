//! Numbers that the page draws: some curves of each class, or every ΔCq.

// ΔCq is a word, not code.
#![allow(clippy::doc_markdown)]

use serde::Serialize;

use cistron_data::dataset::{Dataset, Measured};

/// Curves of a class that are drawn.
const CURVES: usize = 30;

/// Samples that are drawn.
const SAMPLES: usize = 2_000;

/// One record that is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Drawn {
    /// Index of its class; absent where it has no label.
    pub class: Option<u32>,
    /// Of a curve, its first channel from its least value, 0, to its greatest, 1, by cycle; of
    /// ΔCq, the value of each target.
    pub values: Vec<f32>,
}

impl Drawn {
    /// Records of a data set of numbers, class by class; none of sequences.
    pub(super) fn of(dataset: &Dataset) -> Vec<Self> {
        let Some(numbers) = &dataset.numbers else { return Vec::new() };
        let label = |i: &usize| dataset.labels[*i];
        let all: Vec<usize> = (0..dataset.len()).collect();
        if matches!(numbers.measured, Measured::Genotypes { .. }) {
            return Vec::new();
        }
        if numbers.measured != Measured::Curves {
            let drawn = |i: &usize| Self { class: label(i), values: numbers.record(*i).to_vec() };
            return all.iter().take(SAMPLES).map(drawn).collect();
        }
        let mut out = Vec::new();
        for class in (0..dataset.classes.len() as u32).map(Some).chain([None]) {
            let of: Vec<usize> = all.iter().copied().filter(|i| label(i) == class).collect();
            // Evenly over the file, so that every run is seen.
            let step = of.len().div_ceil(CURVES).max(1);
            for i in of.into_iter().step_by(step) {
                let channel = numbers.record(i).iter().step_by(numbers.channels.len().max(1));
                let limits = |(low, high): (f32, f32), v: &f32| (low.min(*v), high.max(*v));
                let (low, high) = channel.clone().fold((f32::INFINITY, f32::NEG_INFINITY), limits);
                let range = if high > low { high - low } else { 1.0 };
                out.push(Self { class, values: channel.map(|v| (v - low) / range).collect() });
            }
        }
        out
    }
}
