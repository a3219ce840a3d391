//! The page of `cistron qpcr`: what was read, the pictures of the experiment, ratios and audit.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audit::{AuditView, Count, counts};
use super::table::{Cell, Table};
use crate::report::QpcrReport;
use crate::report::figure::{Figure, amplification, dots, plate, standards};
use crate::report::number::{count, number};
use cistron_qpcr::{Reaction, Role};

/// Curves that are drawn; more would be a wall of lines.
const CURVES: usize = 200;

/// Targets with a column of dots, or with a standard curve.
const TARGETS: usize = 24;

/// Plates that are drawn.
const PLATES: usize = 6;

/// Everything on the page.
#[derive(Debug, Serialize)]
pub(in crate::report) struct QpcrPage {
    name: String,
    created: String,
    version: String,
    facts: Vec<(&'static str, String)>,
    counts: Vec<Count>,
    files: Table,
    curves: Option<Figure>,
    dots: Option<Figure>,
    standards: Option<Figure>,
    plates: Vec<Figure>,
    quantities: Option<Table>,
    audit: AuditView,
}

impl QpcrPage {
    pub(in crate::report) fn of(report: &QpcrReport) -> Self {
        let c = report.measurements.counts();
        Self {
            name: report.name.to_string(),
            created: report.created.to_string(),
            version: report.version.to_string(),
            facts: vec![
                ("Reactions", count(c.reactions)),
                ("Wells", count(c.wells)),
                ("Targets", count(c.targets)),
                ("Samples", count(c.samples)),
                ("Plates", count(c.plates)),
                ("Curves", count(c.curves)),
                ("With a Cq", count(c.measured)),
                ("Undetermined", count(c.undetermined)),
            ],
            counts: counts(&report.audit.findings),
            files: files(report),
            curves: curves(report),
            dots: cycles(report),
            standards: standard_curves(report),
            plates: plates(report),
            quantities: quantities(report),
            audit: AuditView::of(report.audit),
        }
    }
}

fn files(report: &QpcrReport) -> Table {
    let mut table = Table::new(
        "Files, and how each was read",
        &["File", "Instrument", "Read as", "#Reactions", "#Wells", "#Targets", "#Curves"],
    );
    for decision in &report.measurements.decisions {
        let c = &decision.counts;
        let layouts: Vec<String> = decision.layouts.iter().map(|l| format!("{l:?}")).collect();
        table.rows.push(vec![
            Cell::text(decision.path.display().to_string()),
            Cell::text(decision.instrument.name()),
            Cell::text(layouts.join(", ")).with_note(decision.container.clone()),
            Cell::count(c.reactions),
            Cell::count(c.wells),
            Cell::count(c.targets),
            Cell::count(c.curves),
        ]);
    }
    table
}

fn curves(report: &QpcrReport) -> Option<Figure> {
    let with: Vec<&Reaction> =
        report.measurements.reactions.iter().filter(|r| r.curve.is_some()).collect();
    if with.is_empty() {
        return None;
    }
    let groups = ["amplifies", "does not amplify", "no-template or no-RT control"];
    let groups = groups.map(str::to_string);
    let step = with.len().div_ceil(CURVES);
    let trace = |reaction: &&Reaction| {
        let control = matches!(reaction.role, Role::NoTemplate | Role::NoReverseTranscription);
        let amplifies = reaction.cq.value().is_some();
        let curve = reaction.curve.as_ref();
        let points = curve.map_or(Vec::new(), |curve| {
            curve.cycles.iter().copied().zip(curve.fluorescence.iter().copied()).collect()
        });
        let group = if control { 2 } else { usize::from(!amplifies) };
        amplification::Trace { group, points }
    };
    let traces: Vec<_> = with.iter().step_by(step).map(trace).collect();
    let shown = if step > 1 {
        format!(" Every {step}th of {} curves is drawn.", count(with.len()))
    } else {
        String::new()
    };
    Some(Figure {
        svg: amplification::draw(
            "curves",
            "Amplification curves",
            "A line a reaction: fluorescence as the instrument gives it, by cycle.",
            &traces,
            &groups,
            "fluorescence",
        ),
        caption: format!("Amplification curves.{shown}"),
        good: "a flat background, one steep rise, a plateau; controls stay flat.".to_string(),
        numbers: amplification::numbers("curves", &traces, &groups, "fluorescence"),
        table: None,
    })
}

fn cycles(report: &QpcrReport) -> Option<Figure> {
    let mut columns: BTreeMap<(&str, bool), Vec<f64>> = BTreeMap::new();
    for reaction in &report.measurements.reactions {
        let control = matches!(reaction.role, Role::NoTemplate | Role::NoReverseTranscription);
        if let (Some(cq), false) = (reaction.cq.value(), reaction.role == Role::Standard) {
            columns.entry((&reaction.target, control)).or_default().push(cq);
        }
    }
    if columns.is_empty() {
        return None;
    }
    let all = columns.len();
    let column = |((target, control), values): ((&str, bool), Vec<f64>)| {
        let name = if target.is_empty() { "all" } else { target };
        let name = if control { format!("{name}, control") } else { name.to_string() };
        dots::Column { name, colour: usize::from(control), values }
    };
    let columns: Vec<_> = columns.into_iter().take(TARGETS).map(column).collect();
    let shown =
        if all > TARGETS { format!(" The first {TARGETS} of {all}.") } else { String::new() };
    Some(Figure {
        svg: dots::draw(
            "dots",
            "Cq of each target",
            "A dot a reaction, a column a target; controls that amplify have a column of their own.",
            &columns,
            "Cq",
        ),
        caption: format!("Quantification cycles by target, standards left out.{shown}"),
        good: "samples below about 35 cycles, and no column of controls.".to_string(),
        numbers: dots::numbers("dots", &columns, "Cq"),
        table: None,
    })
}

fn standard_curves(report: &QpcrReport) -> Option<Figure> {
    if report.curves.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Standard curves",
        &["Target", "#Slope", "#Efficiency", "#R²", "#Quantities", "#Reactions"],
    );
    let mut series = Vec::new();
    for curve in report.curves.iter().take(TARGETS) {
        let of = report.measurements.reactions.iter().filter(|r| r.target == curve.target);
        let of = of.filter(|r| r.role == Role::Standard && !r.omitted);
        let points: Vec<(f64, f64)> =
            of.filter_map(|r| Some((r.quantity?.log10(), r.cq.value()?))).collect();
        table.rows.push(vec![
            Cell::text(&curve.target),
            Cell::number(Some(curve.line.slope)),
            Cell::score(Some(curve.efficiency())).with_limits(curve.interval().as_ref()),
            Cell::score(Some(curve.line.r_squared)),
            Cell::count(curve.levels),
            Cell::count(points.len()),
        ]);
        let line = (curve.line.slope, curve.line.intercept);
        series.push(standards::Series { name: curve.target.clone(), points, line });
    }
    Some(Figure {
        svg: standards::draw(
            "standards",
            "Standard curves",
            "Dots are standards, lines their fits: Cq over the decadic logarithm of the quantity.",
            &series,
        ),
        caption: "Standard curves: Cq over the logarithm of the quantity.".to_string(),
        good: "dots on their line, and a slope of about −3.3: an efficiency near 1.".to_string(),
        numbers: standards::numbers("standards", &series),
        table: Some(table),
    })
}

fn plates(report: &QpcrReport) -> Vec<Figure> {
    let mut plates: BTreeMap<(&str, &str), Vec<plate::Spot>> = BTreeMap::new();
    for reaction in &report.measurements.reactions {
        if let Some(well) = reaction.place() {
            let spot = plate::Spot { well, role: reaction.role, cq: reaction.cq.value() };
            plates.entry((&reaction.run, &reaction.plate)).or_default().push(spot);
        }
    }
    let all = plates.len();
    let figure = |(i, ((run, name), mut spots)): (usize, ((&str, &str), Vec<plate::Spot>))| {
        let place = if run == name { run.to_string() } else { format!("{run}, {name}") };
        // Of several targets in a well, the earliest is on top.
        spots.sort_by(|a, b| cycle(b).total_cmp(&cycle(a)));
        let shown = if all > PLATES && i + 1 == PLATES {
            format!(" {} further plates are not drawn.", all - PLATES)
        } else {
            String::new()
        };
        Figure {
            svg: plate::draw(
                &format!("plate-{i}"),
                &format!("Plate {place}"),
                "A mark a well, where it is on the plate: the darker, the earlier its Cq; grey \
                 where nothing amplified. Shapes are roles.",
                &spots,
            ),
            caption: format!(
                "Plate map of {place}: the darker a well, the earlier its Cq; grey where nothing \
                 amplified.{shown}"
            ),
            good: "no row, column or edge that is darker than the rest for no reason of the \
                   samples in it."
                .to_string(),
            numbers: plate::numbers(&format!("plate-{i}"), &spots),
            table: None,
        }
    };
    plates.into_iter().enumerate().take(PLATES).map(figure).collect()
}

fn cycle(spot: &plate::Spot) -> f64 {
    spot.cq.unwrap_or(f64::INFINITY)
}

fn quantities(report: &QpcrReport) -> Option<Table> {
    if report.comparisons.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "Ratios over the calibrator, corrected for efficiency, with 95 % intervals",
        &["Target", "Condition", "#Samples", "#ΔCq", "#ΔΔCq", "#Ratio", "Next sample"],
    );
    for c in report.comparisons {
        let next = c.prediction.as_ref().map_or_else(
            || "n/a".to_string(),
            |p| format!("{} to {}", number(p.low), number(p.high)),
        );
        table.rows.push(vec![
            Cell::text(&c.target),
            Cell::text(&c.condition),
            Cell::count(c.n),
            Cell::number(Some(c.delta_cq)),
            Cell::number(Some(c.delta_delta_cq)),
            Cell::number(Some(c.ratio)).with_limits(c.interval.as_ref()),
            Cell::text(next),
        ]);
    }
    Some(table)
}
