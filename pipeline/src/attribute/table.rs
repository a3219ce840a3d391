//! Attributions as a table of positions and as a bedGraph track.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::Attribution;
use cistron_data::artefact::{self, Tsv};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Where attributions are written.
pub struct Table<'a> {
    /// Records that were attributed.
    pub dataset: &'a Dataset,
    /// Class names.
    pub classes: &'a [String],
    /// One a record.
    pub attributions: &'a [Attribution],
}

impl Table<'_> {
    /// Writes `path`, a row a position counted from 1, and the bedGraph beside it, whose intervals are
    /// counted from 0 and named after the record; returns both.
    pub fn write(&self, path: &Path) -> Result<[PathBuf; 2], Error> {
        let letters = match self.attributions.first() {
            Some(first) if !first.replaced.is_empty() => {
                &self.dataset.alphabet.symbols()[..self.dataset.alphabet.letters()]
            }
            _ => &[],
        };
        let head = ["id", "position", "symbol", "class", "score"].map(str::to_string);
        let replaced = letters.iter().map(|letter| format!("to {}", char::from(*letter)));
        let mut table = Tsv::new(head.into_iter().chain(replaced))?;
        let mut track = String::from("track type=bedGraph name=\"attribution\"\n");
        for (record, attribution) in self.attributions.iter().enumerate() {
            let (id, class) = (self.dataset.id(record), &self.classes[attribution.class]);
            let symbols = self.dataset.sequence(record);
            for (at, (symbol, score)) in symbols.iter().zip(&attribution.scores).enumerate() {
                let symbol = char::from(*symbol).to_string();
                let mut row = vec![id.to_string(), (at + 1).to_string(), symbol, class.clone()];
                row.push(format!("{score:.6}"));
                let changes = attribution.replaced.iter().skip(at * letters.len());
                row.extend(changes.take(letters.len()).map(|change| format!("{change:.6}")));
                table.row(row)?;
                let _ = writeln!(track, "{id}\t{at}\t{}\t{score:.6}", at + 1);
            }
        }
        let beside = path.with_extension("bedgraph");
        artefact::write(&beside, track.as_bytes())?;
        table.write(path)?;
        Ok([path.to_path_buf(), beside])
    }
}
