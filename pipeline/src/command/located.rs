//! What tables of coordinates or variants tell, with or without sequences.

use std::path::{Path, PathBuf};

use super::{coordinates, variants};
use crate::key::Keys;
use cistron_audit::circularity::circularity;
use cistron_audit::{Audit, Finding, InputFile, locus};
use cistron_data::error::Error;
use cistron_data::read::format::{self, Format};
use cistron_data::read::table::Table;
use cistron_split::Part;

/// What coordinates or variants tell, where every file is a table of them.
pub(super) fn findings(
    files: &[(PathBuf, Part)],
    label: &str,
    seed: u64,
) -> Result<Vec<Finding>, Error> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let loci = coordinates::read(files, label)?;
    let mut findings: Vec<Finding> = loci.iter().map(|loci| locus::overlap(loci)).collect();
    if let Some(variants) = variants::read(files, label)? {
        findings.extend(circularity(&variants, seed));
    }
    Ok(findings)
}

/// The audit of `findings`, where no file has sequences.
pub(super) fn audit(
    files: &[(PathBuf, Part)],
    sequence: &str,
    findings: &[Finding],
    seed: u64,
) -> Result<Option<Audit>, Error> {
    let lacks = |path: &Path| -> Result<bool, Error> {
        Ok(format::of(path)? == Format::Table && Table::open(path)?.column(sequence).is_err())
    };
    if findings.is_empty()
        || !files.iter().try_fold(true, |all, f| Ok::<_, Error>(all && lacks(&f.0)?))?
    {
        return Ok(None);
    }
    let inputs = files.iter().map(|(file, _)| {
        let (blake3, _) = Keys::open(Path::new("")).input(file)?;
        let path = file.display().to_string();
        Ok(InputFile { path, blake3, records: 0, skipped: 0 })
    });
    let inputs = inputs.collect::<Result<Vec<_>, Error>>()?;
    Ok(Some(Audit::new("coordinates", inputs, seed, findings.to_vec())))
}
