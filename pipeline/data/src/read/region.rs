//! A stretch of a reference sequence: which variants lie in it, and where they start in the file.

use std::fs::File;
use std::path::Path;

use noodles::core::Region;
use noodles::csi::BinningIndex;
use noodles::csi::binning_index::index::reference_sequence::bin::Chunk;
use noodles::{bgzf, csi, tabix, vcf};

use super::format::Format;
use super::open::{Compression, Source};
use super::reference::usable_index;
use crate::error::InputError;

/// Reads `chr1`, `chr1:1000-2000` or `chr1:1,000-2,000`: positions from 1, both ends included.
pub fn parse(text: &str) -> Result<Region, String> {
    let plain = text.replace(',', "");
    plain.parse().map_err(|_| format!("`{text}` is no region such as `chr1:1000-2000`"))
}

/// Whether a variant that covers `length` bases of `contig` from `position` on lies in a region, in
/// whole or in part.
pub(super) fn holds(region: &Region, contig: &str, position: usize, length: usize) -> bool {
    let interval = region.interval();
    let (start, end) = (interval.start().map(usize::from), interval.end().map(usize::from));
    region.name() == contig.as_bytes()
        && end.is_none_or(|end| position <= end)
        && start.is_none_or(|start| position + length.max(1) > start)
}

/// Whether what follows a variant in a sorted file lies behind a region for good.
pub(super) fn passed(region: &Region, contig: &str, position: usize) -> bool {
    let end = region.interval().end().map(usize::from);
    region.name() == contig.as_bytes() && end.is_some_and(|end| position > end)
}

/// The records of a bgzip file from the first on that an index (`FILE.tbi`, `FILE.csi`) names for a
/// region; `None` where there is no usable index, and the file is read from its start.
pub(super) fn seek(
    path: &Path,
    format: Format,
    header: &vcf::Header,
    region: &Region,
) -> Result<Option<Source>, InputError> {
    let Some(index) = index(path)? else { return Ok(None) };
    if Source::open(path)?.compression != Compression::Bgzip {
        return Ok(None);
    }
    let name = region.name();
    let number = match (format, index.header()) {
        (Format::Bcf, _) | (_, None) => {
            header.string_maps().contigs().get_index_of(&name.to_string())
        }
        (_, Some(names)) => names.reference_sequence_names().get_index_of(name),
    };
    let failed = |error: std::io::Error| {
        let help = "make the index again: `bcftools index -f FILE`";
        InputError::new(path, error.to_string(), "an index that fits the file", help)
    };
    let Some(number) = number else { return Ok(Some(Source::plain(Box::new(std::io::empty())))) };
    let chunks = index.query(number, region.interval()).map_err(failed)?;
    let Some(first) = chunks.iter().map(Chunk::start).min() else {
        return Ok(Some(Source::plain(Box::new(std::io::empty()))));
    };
    let mut reader = bgzf::io::Reader::new(File::open(path).map_err(failed)?);
    reader.seek(first).map_err(failed)?;
    Ok(Some(Source::plain(Box::new(reader))))
}

/// The index beside a file; one that is older than the file is not used.
fn index(path: &Path) -> Result<Option<Box<dyn BinningIndex>>, InputError> {
    for end in ["csi", "tbi"] {
        let Some(file) = usable_index(path, end) else { continue };
        let failed = |error: std::io::Error| {
            let help = "make it again: `bcftools index -f FILE`";
            InputError::new(&file, error.to_string(), "an index", help)
        };
        return Ok(Some(match end {
            "csi" => Box::new(csi::fs::read(&file).map_err(failed)?),
            _ => Box::new(tabix::fs::read(&file).map_err(failed)?),
        }));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_by_hand() {
        let region = parse("chr1:1,000-2,000").unwrap();
        assert!(holds(&region, "chr1", 1000, 1) && holds(&region, "chr1", 2000, 1));
        // A deletion that reaches into the region belongs to it.
        assert!(holds(&region, "chr1", 998, 3) && !holds(&region, "chr1", 998, 2));
        assert!(!holds(&region, "chr1", 2001, 1) && !holds(&region, "1", 1500, 1));
        assert!(passed(&region, "chr1", 2001) && !passed(&region, "chr2", 2001));
        let whole = parse("chr1").unwrap();
        assert!(holds(&whole, "chr1", 1, 1) && !passed(&whole, "chr1", 1 << 30));
        assert!(parse("chr1:x-9").is_err());
    }
}
