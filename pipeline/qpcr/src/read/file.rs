//! One file's sheets to reactions.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;

use super::annotation::Annotations;
use super::block::{Block, Parts, parts};
use super::instrument::Instrument;
use super::layout::{self, Layout};
use super::sheet::{Row, Sheet};
use super::{Decision, column, long_cq, long_curve, merge, row_curve, wide_cq, wide_curve};
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
    pub(super) references: RefCell<BTreeSet<String>>,
}

impl Context<'_> {
    /// An error about a row.
    pub(super) fn error(&self, row: &Row, found: &str, expected: &str) -> InputError {
        let help = "correct the cell, or export the file again";
        InputError::new(self.path, found, expected, help).at_line(row.line)
    }

    /// A reaction of this file.
    pub(super) fn reaction(&self, line: u64) -> Reaction {
        let (run, plate) = (self.run.clone(), self.run.clone());
        Reaction { run, plate, line, ..Reaction::default() }
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
        references: RefCell::default(),
    };
    let mut facts: Vec<(String, String)> = parts.iter().flat_map(|p| p.facts.clone()).collect();
    name_run(&mut context, &facts);
    let mut evidence: Vec<String> = mark.into_iter().collect();
    let (mut reactions, mut layouts, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut annotations = Annotations::default();
    let any = parts.iter().any(|part| part.blocks.iter().any(|b| b.layout != Layout::Annotation));
    for (sheet, part) in sheets.iter().zip(&parts) {
        notes.extend(part.unread.iter().map(|rows| format!("{rows} hold no wells: not read")));
        for block in &part.blocks {
            let shown: Vec<&str> = block
                .columns
                .iter()
                .filter_map(|c| block.heads.get(c.1))
                .map(String::as_str)
                .collect();
            evidence.push(format!("columns {} in line {}", shown.join(", "), block.line));
            layouts.push(block.layout);
            match block.layout {
                Layout::LongCq | Layout::LongCqWithoutHeader => {
                    let (rows, below) = long_cq::parse(block, &context)?;
                    reactions.extend(rows);
                    facts.extend(below);
                }
                Layout::LongCurve => reactions.extend(long_curve::parse(block, &context)?),
                Layout::CyclesInRows => reactions.extend(wide_curve::parse(block, &context)?),
                Layout::CyclesInColumns => reactions.extend(row_curve::parse(block, &context)?),
                Layout::Annotation | Layout::WideCq | Layout::Rdml => {
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
        return Err(nothing(path, &sheets));
    }
    annotations.apply(&mut reactions);
    let named = facts.iter().find(|fact| fact.0 == "Endogenous Control").map(|fact| &fact.1);
    let named = named.into_iter().flat_map(|n| n.split(',')).map(|n| n.trim().to_string());
    let mut references = context.references.into_inner();
    references.extend(named.filter(|name| !name.is_empty()));
    let mut out =
        Measurements { reactions: merge::merge(reactions), decisions: Vec::new(), references };
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

/// A file's name without folders and what follows the first dot.
pub(super) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut stem = name.as_ref();
    for end in [".gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".rdml", ".xml"] {
        stem = stem.strip_suffix(end).unwrap_or(stem);
    }
    stem.to_string()
}

/// The error of a file without measurements.
fn nothing(path: &Path, sheets: &[Sheet]) -> InputError {
    let head = sheets.iter().flat_map(|s| &s.rows).find(|row| !row.is_blank());
    let cells: Vec<&str> =
        head.into_iter().flat_map(Row::bare).filter(|c| !c.is_empty()).take(8).collect();
    let found =
        if cells.is_empty() { "no cell".into() } else { format!("`{}`", cells.join("`, `")) };
    let expected =
        "a column of Cq (Cq, Ct, Cp) beside well, sample or target, or fluorescence by cycle";
    InputError::new(path, found, expected, "name the columns so, or export the results again")
}

/// The counts of nothing, until they are known.
pub(super) fn no_counts() -> Counts {
    Measurements::default().counts()
}
