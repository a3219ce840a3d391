//! Figures of what qPCR measured: curves by class, ΔCq by target and class.

// ΔCq is a word, not code.
#![allow(clippy::doc_markdown)]

use crate::report::figure::{Figure, amplification, dots};
use crate::report::number::count;
use crate::report::summary::DataSummary;
use cistron_data::dataset::Measured;

/// The figure of a data set of numbers; `None` of sequences.
pub(super) fn figure(data: &DataSummary) -> Option<Figure> {
    if data.drawn.is_empty() {
        return None;
    }
    match data.measured.as_ref()? {
        Measured::Curves => Some(curves(data)),
        Measured::DeltaCq { .. } => Some(delta_cq(data)),
        Measured::Genotypes { .. } => None,
    }
}

fn curves(data: &DataSummary) -> Figure {
    let mut groups: Vec<String> = data.classes.iter().map(|c| c.class.clone()).collect();
    groups.push("no label".to_string());
    let trace = |drawn: &crate::report::summary::Drawn| amplification::Trace {
        group: drawn.class.map_or(groups.len() - 1, |class| class as usize),
        points: drawn
            .values
            .iter()
            .zip(1..)
            .map(|(v, cycle)| (f64::from(cycle), f64::from(*v)))
            .collect(),
    };
    let traces: Vec<_> = data.drawn.iter().map(trace).collect();
    let axis = "fluorescence, share of the curve's range";
    Figure {
        svg: amplification::draw(
            "amplification",
            "Amplification curves by class",
            "A thin line a curve, from its least fluorescence, 0, to its greatest, 1, by cycle; \
             colours are classes.",
            &traces,
            &groups,
            axis,
        ),
        caption: format!(
            "Amplification curves by class: {} of {}, each over its own range.",
            count(traces.len()),
            count(data.records)
        ),
        good: "classes that differ in shape. A noisy line over the whole height is a curve that \
               does not rise."
            .to_string(),
        numbers: amplification::numbers("amplification", &traces, &groups, axis),
        table: None,
    }
}

fn delta_cq(data: &DataSummary) -> Figure {
    let mut columns = Vec::new();
    for (channel, target) in data.channels.iter().enumerate() {
        for (class, summary) in data.classes.iter().enumerate() {
            let of = data.drawn.iter().filter(|d| d.class == Some(class as u32));
            let values = of.filter_map(|d| d.values.get(channel)).map(|v| f64::from(*v)).collect();
            let name = format!("{target}, {}", summary.class);
            columns.push(dots::Column { name, colour: class, values });
        }
    }
    Figure {
        svg: dots::draw(
            "delta-cq",
            "ΔCq by target and class",
            "A dot a sample: Cq of the target less the mean of the references.",
            &columns,
            "ΔCq",
        ),
        caption: "ΔCq of every sample by target and class: one cycle less is about twice as much."
            .to_string(),
        good: "columns of one target that stand apart by more than they spread.".to_string(),
        numbers: dots::numbers("delta-cq", &columns, "ΔCq"),
        table: None,
    }
}
