//! A file's bytes, decompressed, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use cistron_data::error::InputError;
use cistron_data::inputs;
use cistron_data::read::open::read_error;

/// Most bytes of a file or of an archive's member: a plate of 1536 wells needs under 20 MB.
pub(super) const LIMIT: u64 = 256 << 20;

/// Reads a file, gzip or not.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, InputError> {
    let file = File::open(path).map_err(|error| {
        InputError::new(path, error.to_string(), "a readable file", "check the path")
    })?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(InputError::new(path, "a folder", "a file", "name the files in the folder"));
    }
    inputs::remember(path);
    let bytes = bounded(path, file)?;
    match bytes.as_slice() {
        [] => Err(InputError::new(path, "an empty file", "a qPCR export", "export it again")),
        [0x1f, 0x8b, ..] => bounded(path, MultiGzDecoder::new(bytes.as_slice())),
        _ => Ok(bytes),
    }
}

/// Reads to the end, or to the limit.
pub(super) fn bounded(path: &Path, source: impl Read) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    let mut source = source.take(LIMIT + 1);
    source.read_to_end(&mut bytes).map_err(|error| read_error(path, &error))?;
    if bytes.len() as u64 > LIMIT {
        let expected = format!("at most {} MB of a qPCR export", LIMIT >> 20);
        return Err(InputError::new(path, "a larger file", expected, "split it by plate"));
    }
    Ok(bytes)
}
