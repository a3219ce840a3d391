//! RDML: the Real-time PCR Data Markup Language (Lefever et al. 2009, doi:10.1093/nar/gkp056), the
//! tree itself or a zip of it.

mod tree;

use std::io::Cursor;
use std::path::Path;

use zip::ZipArchive;

use super::bytes::bounded;
use super::{Decision, Instrument, Layout, file};
use crate::{Cq, Curve, Measurements, Reaction, Role, Well};
use cistron_data::error::InputError;
use tree::{Data, Rdml, React, Run};

/// Whether a zip archive holds an RDML tree.
pub(super) fn is_rdml(bytes: &[u8]) -> bool {
    member(bytes).is_some()
}

/// Whether text is an RDML tree.
pub(super) fn is_xml(text: &str) -> bool {
    let start: String = text.chars().take(4096).collect();
    start.trim_start().starts_with('<') && start.contains("<rdml")
}

/// Reads a zip archive with an RDML tree.
pub(super) fn read_zip(path: &Path, bytes: &[u8]) -> Result<Measurements, InputError> {
    let failed = |error: zip::result::ZipError| {
        InputError::new(path, error.to_string(), "a whole RDML archive", "copy the file again")
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(failed)?;
    let index = member(bytes).unwrap_or_default();
    let tree = archive.by_index(index).map_err(failed)?;
    let bytes = bounded(path, tree)?;
    let (text, _) = super::text::decode(path, &bytes)?;
    parse(path, &text, "zip archive with an RDML tree")
}

/// Reads an RDML tree.
pub(super) fn read_xml(path: &Path, text: &str) -> Result<Measurements, InputError> {
    parse(path, text, "RDML tree")
}

/// Index of the member that is the tree.
fn member(bytes: &[u8]) -> Option<usize> {
    let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> =
        archive.file_names().filter_map(|name| Some(name.ok()?.to_lowercase())).collect();
    // Workbooks are archives of XML too.
    if names.iter().any(|name| name.starts_with("xl/") || name.contains("apldbio")) {
        return None;
    }
    names.iter().position(|name| {
        let end = Path::new(name).extension().and_then(|end| end.to_str());
        matches!(end, Some("xml" | "rdml"))
    })
}

fn parse(path: &Path, text: &str, container: &str) -> Result<Measurements, InputError> {
    let tree: Rdml = quick_xml::de::from_str(text).map_err(|error| {
        let help = "validate the file against the schema of rdml.org";
        InputError::new(path, error.to_string(), "a tree after the RDML schema", help)
    })?;
    let mut out = Measurements::default();
    let ids = tree.targets.iter().filter(|target| target.kind.trim() == "ref");
    out.references = ids.map(|target| target.id.clone()).collect();
    for experiment in &tree.experiments {
        for run in &experiment.runs {
            let name = format!("{} {}", experiment.id, run.id);
            for react in &run.reacts {
                for data in &react.data {
                    out.reactions.push(reaction(path, &tree, &name, run, react, data)?);
                }
            }
        }
    }
    if out.reactions.is_empty() {
        let help = "export the run with its data";
        return Err(InputError::new(path, "no react with data", "at least one reaction", help));
    }
    out.decisions.push(Decision {
        path: path.to_path_buf(),
        container: container.to_string(),
        instrument: Instrument::Rdml,
        layouts: vec![Layout::Rdml],
        evidence: vec![format!("<rdml version=\"{}\">", tree.version)],
        notes: Vec::new(),
        counts: file::no_counts(),
    });
    Ok(out)
}

fn reaction(
    path: &Path,
    tree: &Rdml,
    run_name: &str,
    run: &Run,
    react: &React,
    data: &Data,
) -> Result<Reaction, InputError> {
    let sample = tree.samples.iter().find(|sample| sample.id == react.sample.id);
    let kinds = sample.map(|sample| sample.kinds.as_slice()).unwrap_or_default();
    // From version 1.3 on a sample has a type a target.
    let kind = kinds.iter().find(|kind| kind.target == data.target.id).or(kinds.first());
    let kind = kind.map_or("unkn", |kind| kind.text.trim());
    let mut role = Role::of_task(kind).unwrap_or_default();
    if kind == "nrt" {
        role = Role::NoReverseTranscription;
    }
    let calibrator = sample.and_then(|sample| sample.calibrator.as_deref());
    if calibrator.is_some_and(|c| c.trim() == "true") || role == Role::Unknown && kind == "cal" {
        role = Role::Calibrator;
    }
    let columns = run.format.as_ref().map_or(12, |format| format.columns);
    let number: Option<u32> = react.id.trim().parse().ok();
    let well = number.and_then(|number| Well::of_number(number, columns));
    let target = tree.targets.iter().find(|target| target.id == data.target.id);
    let mut curve = Curve::default();
    for point in &data.points {
        if curve.cycles.last().is_some_and(|last| *last >= point.cycle)
            || !point.fluorescence.is_finite()
        {
            let found = format!("cycle {} with fluorescence {}", point.cycle, point.fluorescence);
            let error = InputError::new(path, found, "rising cycles with finite fluorescence", "");
            return Err(error.with_id(format!("react {}", react.id)));
        }
        curve.cycles.push(point.cycle);
        curve.fluorescence.push(point.fluorescence);
    }
    let quantity = sample.and_then(|sample| sample.quantity.as_ref()).map(|q| q.value);
    Ok(Reaction {
        run: run_name.to_string(),
        plate: run_name.to_string(),
        well: well.map_or_else(|| react.id.clone(), |well| well.to_string()),
        sample: react.sample.id.clone(),
        target: data.target.id.clone(),
        dye: target
            .and_then(|target| target.dye.as_ref())
            .map(|dye| dye.id.clone())
            .unwrap_or_default(),
        role,
        quantity: quantity.filter(|q| role == Role::Standard && *q > 0.0),
        // Programs write -1 where nothing amplifies.
        cq: data.cq.map_or(Cq::Absent, |cq| Cq::of(cq).unwrap_or(Cq::Undetermined)),
        curve: (!curve.cycles.is_empty()).then_some(curve),
        omitted: data.excluded.is_some(),
        ..Reaction::default()
    })
}
