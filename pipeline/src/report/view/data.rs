//! The data: classes, lengths, composition, groups, what was left out.

use serde::Serialize;

use super::groups::Group;
use super::numbers;
use super::table::{Cell, Table};
use crate::report::figure::{Figure, bars, intervals};
use crate::report::number::{count, counted, number, percent};
use crate::report::summary::{DataSummary, Quantiles};
use cistron_data::dataset::Measured;
use cistron_statistics::interval::Interval;

/// Classes beyond which the GC figure would be a wall of rows.
const DRAWN_CLASSES: usize = 40;

/// The section of the data.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Data {
    facts: Vec<(&'static str, String)>,
    classes: Option<Table>,
    numbers: Option<Figure>,
    lengths: Option<Figure>,
    gc: Option<Figure>,
    groups: Vec<Group>,
    skipped: String,
    skipped_examples: Vec<String>,
    skipped_more: usize,
}

impl Data {
    pub(in crate::report) fn of(data: &DataSummary) -> Self {
        Self {
            facts: facts(data),
            classes: (!data.classes.is_empty()).then(|| classes(data)),
            numbers: numbers::figure(data),
            // Records of one length have nothing to draw.
            lengths: data
                .lengths
                .as_ref()
                .filter(|l| data.measured.is_none() || l.min < l.max)
                .map(|l| length_figure(data, l)),
            gc: gc_figure(data),
            groups: data.groups.iter().map(|group| Group::of(group, data)).collect(),
            skipped: counted(data.skipped, "record"),
            skipped_examples: data.skipped_examples.clone(),
            skipped_more: data.skipped.saturating_sub(data.skipped_examples.len()),
        }
    }
}

fn facts(data: &DataSummary) -> Vec<(&'static str, String)> {
    let mut facts = match &data.measured {
        Some(Measured::Curves) => {
            vec![("Curves", count(data.records)), ("Values in all", count(data.symbols))]
        }
        Some(Measured::DeltaCq { references }) => vec![
            ("Samples", count(data.records)),
            ("References", references.join(", ")),
            ("Values in all", count(data.symbols)),
        ],
        Some(Measured::Genotypes { variants, .. }) => vec![
            ("Samples", count(data.records)),
            ("Variants", count(variants.len())),
            ("Channels", data.channels.join(", ")),
        ],
        None => {
            let alphabet = format!("{:?}", data.alphabet);
            let upper = data.alphabet.is_nucleic();
            vec![
                ("Sequences", count(data.records)),
                ("Alphabet", if upper { alphabet.to_uppercase() } else { alphabet }),
                ("Symbols in all", count(data.symbols)),
            ]
        }
    };
    facts.push(("Classes", count(data.classes.len())));
    if data.unlabelled > 0 {
        facts.push(("Without a label", count(data.unlabelled)));
    }
    if let Some(clusters) = data.clusters {
        let name = if data.measured.is_some() { "Groups" } else { "Homology clusters" };
        facts.push((name, count(clusters)));
    }
    if let (Some(most), Some(least)) = (
        data.classes.iter().map(|c| c.records).max(),
        data.classes.iter().map(|c| c.records).min().filter(|n| *n > 0),
    ) {
        facts.push((
            "Largest to smallest class",
            format!("{} : 1", number(most as f64 / least as f64)),
        ));
    }
    let ambiguous = data.ambiguous.iter().take(8).map(|(symbol, n, records)| {
        format!("{symbol} × {} in {}", count(*n), counted(*records, "record"))
    });
    let ambiguous: Vec<String> = ambiguous.collect();
    if data.measured.is_none() {
        facts.push((
            "Ambiguous symbols",
            if ambiguous.is_empty() { "none".to_string() } else { ambiguous.join(", ") },
        ));
    }
    facts.push(("Skipped", counted(data.skipped, "record")));
    facts
}

fn classes(data: &DataSummary) -> Table {
    // Of numbers with one position each, such as ΔCq, a length says nothing.
    let lengths = data.measured.is_none() || data.lengths.as_ref().is_some_and(|l| l.max > 1.0);
    let caption = if !lengths {
        "Classes: records and independent clusters"
    } else if data.measured.is_some() {
        "Classes: records, independent clusters and length (median, and the range of the middle half)"
    } else {
        "Classes: records, independent clusters, length and GC content (median, and the range of \
         the middle half)"
    };
    let mut table = Table::new(caption, &["Class", "#Records"]);
    if data.clusters.is_some() {
        table.numeric("Clusters");
    }
    if lengths {
        table.numeric("Length");
    }
    let gc = data.classes.iter().any(|c| c.gc.is_some());
    if gc {
        table.numeric("GC content");
    }
    let most = data.classes.iter().map(|c| c.records).max().unwrap_or(0).max(1) as f64;
    for class in &data.classes {
        let share = class.records as f64 / most;
        let mut row = vec![Cell::text(&class.class), Cell::count(class.records).with_bar(share)];
        if data.clusters.is_some() {
            row.push(class.clusters.map_or_else(|| Cell::text("n/a"), Cell::count));
        }
        if lengths {
            row.push(middle(class.lengths.as_ref(), |v| count(v as u64)));
        }
        if gc {
            row.push(middle(class.gc.as_ref(), percent));
        }
        table.rows.push(row);
    }
    table
}

fn middle(quantiles: Option<&Quantiles>, format: impl Fn(f64) -> String) -> Cell {
    quantiles.map_or_else(
        || Cell::text("n/a"),
        |q| {
            Cell::quantity(format(q.median), q.median).with_note(format!(
                "{} – {}",
                format(q.q25),
                format(q.q75)
            ))
        },
    )
}

fn length_figure(data: &DataSummary, lengths: &Quantiles) -> Figure {
    let unit = data.unit();
    let records = format!("{}s", data.record());
    let mut table = Table::new("Lengths", &["Quantile", "#Length"]);
    for (name, value) in [
        ("shortest", lengths.min),
        ("5 %", lengths.q05),
        ("25 %", lengths.q25),
        ("median", lengths.median),
        ("75 %", lengths.q75),
        ("95 %", lengths.q95),
        ("longest", lengths.max),
    ] {
        table.rows.push(vec![Cell::text(name), Cell::number(Some(value))]);
    }
    let open = data.length_bins.last().filter(|b| b.open);
    let cut = open.map_or_else(String::new, |bin| {
        format!(" The last bar holds every record of {} {unit} or more.", count(bin.from))
    });
    Figure {
        svg: bars::draw(
            "lengths",
            &format!("Histogram of {} lengths", data.record()),
            &format!(
                "Bars of the number of {records} in each range of length. Quantiles are in the \
                 table below the figure."
            ),
            &data.length_bins,
            (&format!("length ({unit})"), &records),
        ),
        caption: format!("Lengths of the {records}.{cut}"),
        good: "one hump without a second one of another origin. A model with a fixed input length \
               cuts what is longer."
            .to_string(),
        numbers: bars::numbers("lengths", &data.length_bins),
        table: Some(table),
    }
}

fn gc_figure(data: &DataSummary) -> Option<Figure> {
    let with: Vec<_> = data.classes.iter().filter_map(|c| c.gc.map(|gc| (c, gc))).collect();
    if with.is_empty() || with.len() > DRAWN_CLASSES {
        return None;
    }
    let rows: Vec<intervals::Row> = with
        .iter()
        .map(|(class, gc)| intervals::Row {
            name: &class.class,
            colour: "var(--series-1)".to_string(),
            value: Some(gc.median),
            interval: Some(Interval { low: gc.q25, high: gc.q75 }),
        })
        .collect();
    let least = with.iter().map(|(_, gc)| gc.q25).fold(1.0, f64::min);
    let most = with.iter().map(|(_, gc)| gc.q75).fold(0.0, f64::max);
    let axis = intervals::Axis {
        label: "share of G and C",
        low: (least - 0.05).max(0.0),
        high: (most + 0.05).min(1.0),
        reference: None,
    };
    Some(Figure {
        svg: intervals::draw(
            "gc",
            "GC content by class",
            "One row a class: a square at the median share of G and C and a line over the middle \
             half of its sequences. The numbers are in the table of classes.",
            &rows,
            &axis,
        ),
        caption: "GC content by class: median, and the range of the middle half.".to_string(),
        good: "the ranges overlap. Classes that stand apart can be told by composition alone, \
               which the composition floor measures."
            .to_string(),
        numbers: intervals::numbers("gc", &rows, &axis),
        table: None,
    })
}
