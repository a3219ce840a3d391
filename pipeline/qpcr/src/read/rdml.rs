//! RDML: the Real-time PCR Data Markup Language (Lefever et al. 2009, doi:10.1093/nar/gkp056), the
//! tree itself or a zip of it.

mod element;

use std::io::Cursor;
use std::path::Path;

use zip::ZipArchive;

use super::bytes::bounded;
use super::{Decision, Instrument, Layout, file, merge};
use crate::{Cq, Curve, Measurements, Reaction, Role, Well};
use cistron_data::error::InputError;
use element::Element;

/// Whether a zip archive holds an RDML tree.
pub(super) fn is_rdml(bytes: &[u8]) -> bool {
    member(bytes).is_some()
}

/// Whether text is an RDML tree.
pub(super) fn is_xml(text: &str) -> bool {
    let start: String = text.chars().take(4096).collect();
    start.trim_start().starts_with('<') && (start.contains("<rdml") || start.contains(":rdml"))
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
    let tree = element::parse(text).map_err(|error| {
        let help = "validate the file against the schema of rdml.org";
        InputError::new(path, error, "a tree after the RDML schema", help)
    })?;
    let mut out = Measurements::default();
    let ids = tree.all("target").filter(|target| target.text_of("type") == "ref");
    out.references = ids.map(|target| target.id().to_string()).collect();
    let (mut reacts, mut melts) = (0, 0);
    for experiment in tree.all("experiment") {
        for run in experiment.all("run") {
            let name = format!("{} {}", experiment.id(), run.id());
            for react in run.all("react") {
                reacts += 1;
                for data in react.all("data") {
                    melts += usize::from(data.child("mdp").is_some());
                    out.reactions.push(reaction(path, &tree, &name, run, react, data)?);
                }
            }
        }
    }
    let amplified = out.reactions.iter().any(|r| r.curve.is_some() || r.cq != Cq::Absent);
    if !amplified {
        let found = match (reacts, melts) {
            (0, _) => "no react with data",
            (_, 0) => "reacts without Cq and without amplification",
            _ => "melting curves only",
        };
        let help = "export the run with its data";
        return Err(InputError::new(path, found, "at least one reaction", help));
    }
    let (reactions, notes) = merge::merge(path, out.reactions)?;
    out.reactions = reactions;
    out.decisions.push(Decision {
        path: path.to_path_buf(),
        container: container.to_string(),
        instrument: Instrument::Rdml,
        layouts: vec![Layout::Rdml],
        evidence: vec![format!("<rdml version=\"{}\">", tree.attribute("version"))],
        notes,
        counts: file::no_counts(),
    });
    Ok(out)
}

/// What a sample is there for, by its type, of the target where it has one each (from 1.3 on).
fn role(sample: Option<&Element>, target: &str) -> Role {
    let kinds = || sample.into_iter().flat_map(|sample| sample.all("type"));
    let kind = kinds().find(|kind| kind.attribute("targetId") == target).or(kinds().next());
    let kind = kind.map_or("unkn", Element::text);
    let calibrates = |name| sample.is_some_and(|s| s.text_of(name) == "true");
    let role = Role::of_task(kind).unwrap_or_default();
    let calibrator = calibrates("calibratorSample") || calibrates("interRunCalibrator");
    if calibrator || role == Role::Unknown && kind == "cal" { Role::Calibrator } else { role }
}

/// A number of an element, if it is there.
fn number(
    path: &Path,
    react: &Element,
    parent: &Element,
    name: &str,
) -> Result<Option<f64>, InputError> {
    let Some(child) = parent.child(name) else { return Ok(None) };
    let refused = || {
        let found = format!("`{}` in <{name}>", child.text());
        let help = "validate the file against the schema of rdml.org";
        InputError::new(path, found, "a number, after the RDML schema", help)
            .with_id(format!("react {}", react.id()))
    };
    child.text().parse().map(Some).map_err(|_| refused())
}

fn reaction(
    path: &Path,
    tree: &Element,
    run_name: &str,
    run: &Element,
    react: &Element,
    data: &Element,
) -> Result<Reaction, InputError> {
    let sample_id = react.child("sample").map_or("", Element::id);
    let target_id = data.child("tar").map_or("", Element::id);
    let sample = tree.all("sample").find(|sample| sample.id() == sample_id);
    let target = tree.all("target").find(|target| target.id() == target_id);
    let role = role(sample, target_id);
    let format = run.child("pcrFormat");
    let columns = format.and_then(|f| f.text_of("columns").parse().ok()).unwrap_or(12);
    let place = react.id().parse().ok().and_then(|number| Well::of_number(number, columns));
    let mut curve = Curve::default();
    for point in data.all("adp") {
        let cycle = number(path, react, point, "cyc")?.unwrap_or(f64::NAN);
        let fluorescence = number(path, react, point, "fluor")?.unwrap_or(f64::NAN);
        let rises = curve.cycles.last().is_none_or(|last| cycle > *last);
        if !rises || !cycle.is_finite() || !fluorescence.is_finite() {
            let found = format!("cycle {cycle} with fluorescence {fluorescence}");
            let error = InputError::new(path, found, "rising cycles with finite fluorescence", "");
            return Err(error.with_id(format!("react {}", react.id())));
        }
        curve.cycles.push(cycle);
        curve.fluorescence.push(fluorescence);
    }
    let quantity = sample.and_then(|sample| sample.child("quantity"));
    let quantity = quantity.and_then(|q| q.text_of("value").parse::<f64>().ok());
    let cq = number(path, react, data, "cq")?;
    Ok(Reaction {
        run: run_name.to_string(),
        plate: run_name.to_string(),
        well: place.map_or_else(|| file::well(react.id()), |well| well.to_string()),
        sample: sample_id.to_string(),
        target: target_id.to_string(),
        dye: target.and_then(|t| t.child("dyeId")).map_or("", Element::id).to_string(),
        role,
        quantity: quantity.filter(|q| role == Role::Standard && q.is_finite() && *q > 0.0),
        // Programs write -1 where nothing amplifies.
        cq: cq.map_or(Cq::Absent, |cq| Cq::of(cq).unwrap_or(Cq::Undetermined)),
        curve: (!curve.cycles.is_empty()).then_some(curve),
        omitted: data.child("excl").is_some(),
        ..Reaction::default()
    })
}
