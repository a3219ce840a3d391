//! Tables of coordinates on the command line: intervals without sequences.

use std::path::{Path, PathBuf};

use super::labelled::stem;
use cistron_audit::locus::Locus;
use cistron_data::error::{Error, InputError};
use cistron_data::read::format::{self, Format};
use cistron_data::read::table::Table;
use cistron_split::Part;

/// Names that columns of contigs, first bases and ends go by.
pub(super) const CONTIG: [&str; 6] = ["contig", "chrom", "chr", "region", "seqid", "seqname"];
const START: [&str; 3] = ["start", "chromStart", "begin"];
const END: [&str; 3] = ["end", "chromEnd", "stop"];

/// The intervals of all files, where every file is a table with coordinates.
pub(super) fn read(files: &[(PathBuf, Part)], label: &str) -> Result<Option<Vec<Locus>>, Error> {
    let mut loci = Vec::new();
    for (path, part) in files {
        if format::of(path)? != Format::Table {
            return Ok(None);
        }
        let Some(columns) = columns(path, label)? else { return Ok(None) };
        intervals(path, *part, &columns, &mut loci)?;
    }
    Ok(Some(loci))
}

struct Columns {
    contig: usize,
    start: usize,
    end: usize,
    label: Option<usize>,
    id: Option<usize>,
}

fn columns(path: &Path, label: &str) -> Result<Option<Columns>, InputError> {
    let table = Table::open(path)?;
    let any = |names: &[&str]| names.iter().find_map(|name| table.column(name).ok());
    let (Some(contig), Some(start), Some(end)) = (any(&CONTIG), any(&START), any(&END)) else {
        return Ok(None);
    };
    Ok(Some(Columns {
        contig,
        start,
        end,
        label: table.column(label).ok(),
        id: table.column("id").ok(),
    }))
}

fn intervals(
    path: &Path,
    part: Part,
    columns: &Columns,
    loci: &mut Vec<Locus>,
) -> Result<(), InputError> {
    let class = stem(path);
    for row in Table::open(path)? {
        let row = row?;
        let number = |at: usize| {
            row.cells[at].trim().parse::<u64>().map_err(|_| {
                let help = "coordinates are whole numbers";
                InputError::new(path, format!("`{}`", &row.cells[at]), "a coordinate", help)
                    .at_record(row.number)
                    .at_line(row.line)
            })
        };
        let (start, end) = (number(columns.start)?, number(columns.end)?);
        if end < start {
            let found = format!("an interval from {start} to {end}");
            let help = "is the strand in another column?";
            return Err(InputError::new(path, found, "an end behind the start", help)
                .at_record(row.number)
                .at_line(row.line));
        }
        loci.push(Locus {
            id: format!(
                "{class}:{}",
                columns.id.map_or(row.number.to_string().as_str(), |at| &row.cells[at])
            ),
            contig: row.cells[columns.contig].to_string(),
            start,
            end,
            label: Some(
                columns.label.map_or_else(|| class.clone(), |at| row.cells[at].to_string()),
            ),
            part,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cistron_audit::Status;
    use cistron_audit::locus::overlap;

    #[test]
    fn tables_of_coordinates_are_told_from_tables_of_sequences() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let train = write("positive.csv", "id,region,start,end,strand\n0,chr1,100,200,+\n");
        let test = write("negative.csv", "id,region,start,end,strand\n7,chr1,150,250,-\n");
        let files = [(train, Part::Train), (test, Part::Test)];
        let loci = read(&files, "label").unwrap().unwrap();
        assert_eq!(
            (loci[1].id.as_str(), loci[1].label.as_deref()),
            ("negative:7", Some("negative"))
        );
        assert_eq!(overlap(&loci).status, Status::Fail);

        let sequences = write("s.csv", "sequence,label\nACGT,a\n");
        assert_eq!(read(&[(sequences, Part::Train)], "label").unwrap(), None);
        let wrong = write("w.csv", "chr,start,end\nchr1,9,x\n");
        let error = read(&[(wrong, Part::Test)], "label").unwrap_err();
        assert!(error.to_string().contains("record 1") && error.to_string().contains("`x`"));
    }

    #[test]
    fn promoters_without_tata_are_told_by_the_interval_they_overlap() {
        let Some(data) = std::env::var_os("CISTRON_DATA") else {
            println!("skipped: CISTRON_DATA does not name the folder of public data");
            return;
        };
        let folder =
            PathBuf::from(data).join("genomic-benchmarks/coordinates/human_nontata_promoters");
        let file = |part: &str, class: &str| folder.join(part).join(format!("{class}.csv.gz"));
        let files = [
            (file("train", "positive"), Part::Train),
            (file("train", "negative"), Part::Train),
            (file("test", "positive"), Part::Test),
            (file("test", "negative"), Part::Test),
        ];
        let finding = overlap(&read(&files, "label").unwrap().unwrap());
        println!("{}", finding.message);
        // 49.2 % overlap. The class of the interval overlapped most is right on 99.8 % of those; of
        // the intervals that overlap none, 4567 of 4585 (99.6 %) are positive, so that overlapping
        // alone tells the class of 99.7 % of all.
        assert_eq!(finding.status, Status::Fail);
        assert!(finding.value.is_some_and(|v| (v - 4449.0 / 9034.0).abs() < 1e-12));
        assert!(finding.message.contains("right on 4441 of 4449"), "{}", finding.message);
        assert!(finding.message.contains("right on 9008 of 9034 (99.7 %)"), "{}", finding.message);
    }
}
