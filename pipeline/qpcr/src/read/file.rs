//! One file's sheets to reactions.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;

use super::annotation::Annotations;
use super::block::{Block, Parts, parts};
use super::column::Column;
use super::instrument::Instrument;
use super::layout::{self, Layout};
use super::sheet::{Row, Sheet};
use super::well_number::WellNumbers;
use super::{
    Decision, column, long_cq, long_curve, merge, nothing, row_curve, wide_cq, wide_curve,
};
use crate::measurements::Counts;
use crate::{Measurements, Reaction, Well};
use cistron_data::error::InputError;

/// What every row of a file shares.
pub(super) struct Context<'a> {
    pub(super) path: &'a Path,
    pub(super) instrument: Instrument,
    pub(super) run: String,
    /// Dye or filter of the whole file.
    pub(super) dye: String,
    keep: &'a [String],
    /// Worksheet that is read.
    pub(super) sheet: RefCell<String>,
    pub(super) references: RefCell<BTreeSet<String>>,
}

impl Context<'_> {
    /// An error about a row.
    pub(super) fn error(&self, row: &Row, found: &str, expected: &str) -> InputError {
        let help = "correct the cell, or export the file again";
        let error = InputError::new(self.path, found, expected, help).at_line(row.line);
        let sheet = self.sheet.borrow();
        if sheet.is_empty() { error } else { error.with_id(format!("sheet `{sheet}`")) }
    }

    /// A reaction of this file.
    pub(super) fn reaction(&self, line: u64) -> Reaction {
        let (run, plate) = (self.run.clone(), self.run.clone());
        Reaction { run, plate, line, sheet: self.sheet.borrow().clone(), ..Reaction::default() }
    }

    /// Further columns of a block that were asked for.
    pub(super) fn kept(&self, block: &Block<'_>) -> Vec<(String, usize)> {
        let find = |name: &String| {
            let i = block.heads.iter().position(|head| head.eq_ignore_ascii_case(name))?;
            Some((name.clone(), i))
        };
        self.keep.iter().filter_map(find).collect()
    }

    /// The same for a row below these heads.
    pub(super) fn kept_of(&self, heads: &[&str], row: &Row) -> IndexMap<String, String> {
        let find = |name: &String| {
            let i = heads.iter().position(|head| head.eq_ignore_ascii_case(name))?;
            Some((name.clone(), row.cell(i).to_string()))
        };
        self.keep.iter().filter_map(find).collect()
    }
}

/// A well's name: `A01` is `A1`; names of curves, and chambers such as `S48-A01`, stay.
pub(super) fn well(cell: &str) -> String {
    Well::parse(cell).map_or_else(|| cell.to_string(), |well| well.to_string())
}

/// Reads every block of every sheet.
pub(super) fn read(
    path: &Path,
    sheets: Vec<Sheet>,
    container: String,
    keep: &[String],
) -> Result<Measurements, InputError> {
    let (instrument, mark) = Instrument::sniff(&sheets);
    let parts: Vec<Parts<'_>> = sheets.iter().map(parts).collect();
    let mut context = Context {
        path,
        instrument,
        run: stem(path),
        dye: String::new(),
        keep,
        sheet: RefCell::default(),
        references: RefCell::default(),
    };
    let mut facts: Vec<(String, String)> = parts.iter().flat_map(|p| p.facts.clone()).collect();
    name_run(&mut context, &facts);
    let mut evidence: Vec<String> = mark.into_iter().collect();
    let (mut reactions, mut layouts, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut annotations = Annotations::default();
    let of_wells = |b: &Block<'_>| {
        b.layout == Layout::LongCq && layout::index(&b.columns, Column::Well).is_some()
    };
    let blocks = || parts.iter().flat_map(|part| &part.blocks);
    let any = blocks().any(|b| b.layout != Layout::Annotation);
    let wells = blocks().any(of_wells);
    let numbers = WellNumbers::of(blocks(), &facts);
    for (sheet, part) in sheets.iter().zip(&parts) {
        context.sheet.borrow_mut().clone_from(&sheet.name);
        notes.extend(part.unread.iter().map(|rows| format!("{rows} hold no wells: not read")));
        for block in &part.blocks {
            let shown: Vec<&str> = block
                .columns
                .iter()
                .filter_map(|c| block.heads.get(c.1))
                .map(String::as_str)
                .collect();
            if let Some(why) = passed_over(block, wells && !of_wells(block)) {
                notes.push(format!("the table{} is passed over: {why}", place(sheet, block)));
                continue;
            }
            evidence.push(format!("columns {} in line {}", shown.join(", "), block.line));
            layouts.push(block.layout);
            notes.extend(unread_columns(block, sheet, keep));
            match block.layout {
                Layout::LongCq | Layout::LongCqWithoutHeader => {
                    let (rows, below) = long_cq::parse(block, &context)?;
                    reactions.extend(rows);
                    facts.extend(below);
                }
                Layout::LongCurve => reactions.extend(long_curve::parse(block, &context)?),
                Layout::CyclesInRows => {
                    let mut found = wide_curve::parse(block, &context)?;
                    let dye =
                        [sheet.name.as_str(), after_stem(path)].into_iter().find(|n| is_dye(n));
                    for reaction in &mut found {
                        reaction.dye = dye.unwrap_or_default().to_string();
                    }
                    reactions.extend(found);
                }
                Layout::CyclesInColumns => reactions.extend(row_curve::parse(block, &context)?),
                Layout::Annotation
                | Layout::WideCq
                | Layout::Rdml
                | Layout::Melting
                | Layout::RawSignal => {
                    annotations.extend(block, &context);
                }
            }
        }
        if !any && part.blocks.is_empty() && !sheet.rows.is_empty() {
            let (found, layout, why) = without_heads(sheet, &context)?;
            reactions.extend(found);
            layouts.push(layout);
            evidence.push(why);
        } else if part.blocks.is_empty() {
            notes.push(format!("worksheet `{}` holds no measurement of PCR", sheet.name));
        }
    }
    if reactions.is_empty() {
        return Err(nothing::error(path, &sheets, blocks().map(|b| b.layout)));
    }
    numbers.apply(&mut reactions);
    annotations.apply(&mut reactions, &numbers);
    let (mut reactions, joined) = merge::merge(path, reactions)?;
    notes.extend(joined);
    dyes_for_targets(&mut reactions, &context.dye);
    let named = facts.iter().find(|fact| fact.0 == "Endogenous Control").map(|fact| &fact.1);
    let named = named.into_iter().flat_map(|n| n.split(',')).map(|n| n.trim().to_string());
    let mut references = context.references.into_inner();
    references.extend(named.filter(|name| !name.is_empty()));
    let mut out = Measurements { reactions, decisions: Vec::new(), references };
    out.decisions.push(Decision {
        path: path.to_path_buf(),
        container,
        instrument,
        layouts,
        evidence,
        notes,
        counts: out.counts(),
    });
    Ok(out)
}

/// A sheet in which no line names columns: SDS without its header, or bare Cq by target.
fn without_heads(
    sheet: &Sheet,
    context: &Context<'_>,
) -> Result<(Vec<Reaction>, Layout, String), InputError> {
    let rows: Vec<&Row> = sheet.rows.iter().filter(|row| !row.is_blank()).collect();
    let first = rows.first().copied().and_then(layout::without_header);
    if let Some(columns) = first.filter(|_| rows.len() > 1) {
        let layout = Layout::LongCqWithoutHeader;
        let block = Block { layout, columns, heads: Vec::new(), line: 0, rows: &sheet.rows };
        let (found, _) = long_cq::parse(&block, context)?;
        let why = "no header line; the columns of SDS: number, plate, well, flag, sample, detector, task, Ct";
        return Ok((found, layout, why.to_string()));
    }
    let found = wide_cq::parse(&rows, context)?;
    Ok((found, Layout::WideCq, "a column a target, every cell a Cq".to_string()))
}

/// Takes the run's name and filter from the preamble.
fn name_run(context: &mut Context<'_>, facts: &[(String, String)]) {
    for (key, value) in facts {
        match key.as_str() {
            "Experiment Name" if !value.is_empty() => context.run.clone_from(value),
            "Raw Data" => {
                let name = value.trim_start_matches("Experiment - ");
                context.run = name.split(" (Run on").next().unwrap_or(name).trim().to_string();
            }
            _ if key.starts_with("Experiment: ") => {
                let name = key.trim_start_matches("Experiment: ");
                let (name, filter) = name.split_once("Selected Filter:").unwrap_or((name, ""));
                context.run = name.trim().to_string();
                let filter = filter.rsplit_once('(').and_then(|f| f.1.strip_suffix(')'));
                context.dye = filter.filter(|f| column::is_filter(f)).unwrap_or("").to_string();
            }
            _ => {}
        }
    }
}

/// A file's name without folders and ending; files that a CFX writes of one plate share it.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut stem = name.as_ref();
    for end in [".gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".rdml", ".xml"] {
        stem = stem.strip_suffix(end).unwrap_or(stem);
    }
    if let Some((plate, kind)) = stem.split_once(" Quantification ") {
        const KINDS: [&str; 3] = ["Amplification Results", "Cq Results", "Summary"];
        if KINDS.iter().any(|of| kind.starts_with(of)) {
            stem = plate.trim_end_matches([' ', '-']);
        }
    }
    stem.to_string()
}

/// Why a block is not read; `summary` where it has Cq but no wells, beside one that has.
fn passed_over(block: &Block<'_>, summary: bool) -> Option<&'static str> {
    match block.layout {
        Layout::Melting => Some("melting, fluorescence by temperature"),
        Layout::RawSignal => Some("signal by filter or dye, before it is normalised"),
        Layout::LongCq if summary => Some("a summary without wells"),
        _ => None,
    }
}

/// Sheet and line of a block, in words.
fn place(sheet: &Sheet, block: &Block<'_>) -> String {
    let name = if sheet.name.is_empty() { String::new() } else { format!(" of `{}`", sheet.name) };
    format!("{name} in line {}", block.line)
}

/// A note that names the columns of a table that are not read.
fn unread_columns(block: &Block<'_>, sheet: &Sheet, keep: &[String]) -> Option<String> {
    const SHOWN: usize = 12;
    let wide = matches!(block.layout, Layout::CyclesInRows | Layout::CyclesInColumns);
    let unread: Vec<&str> = (block.heads.iter().enumerate())
        .filter(|(i, head)| !head.is_empty() && !block.columns.iter().any(|c| c.1 == *i))
        .map(|(_, head)| head.as_str())
        .filter(|head| !keep.iter().any(|name| name.eq_ignore_ascii_case(head)))
        .collect();
    if wide || unread.is_empty() {
        return None;
    }
    let more = unread.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown = unread[..unread.len().min(SHOWN)].join(", ");
    Some(format!("columns not read{}: {shown}{more}", place(sheet, block)))
}

/// The dye stands for a target that nothing names; a filter of the whole file does not.
fn dyes_for_targets(reactions: &mut [Reaction], of_file: &str) {
    // Instruments have ten channels at most: more names are no dyes.
    const CHANNELS: usize = 10;
    let dyes: BTreeSet<String> = reactions.iter().map(|r| r.dye.clone()).collect();
    if dyes.len() > CHANNELS {
        return;
    }
    for r in reactions.iter_mut().filter(|r| r.target.is_empty()) {
        if r.dye != of_file && !column::is_filter(&r.dye) {
            r.target.clone_from(&r.dye);
        }
    }
}

/// What follows the last underline of a file's name: the dye, in exports of a CFX.
fn after_stem(path: &Path) -> &str {
    let stem = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    stem.rsplit_once('_').map_or("", |parts| parts.1)
}

/// Whether a worksheet is named after a dye, as those of a CFX are.
fn is_dye(name: &str) -> bool {
    const DYES: [&str; 16] = [
        "SYBR",
        "FAM",
        "HEX",
        "VIC",
        "ROX",
        "TET",
        "JOE",
        "NED",
        "TAMRA",
        "CY3",
        "CY5",
        "CY5.5",
        "CY55",
        "TEXAS RED",
        "TEX 615",
        "EVAGREEN",
    ];
    DYES.iter().any(|dye| dye.eq_ignore_ascii_case(name.trim()))
}

/// The counts of nothing, until they are known.
pub(super) fn no_counts() -> Counts {
    Measurements::default().counts()
}
