//! Tables of labelled variants on the command line.

use std::path::{Path, PathBuf};

use super::coordinates::CONTIG;
use super::labelled::stem;
use cistron_audit::circularity::LabelledVariant;
use cistron_data::error::{Error, InputError};
use cistron_data::read::format::{self, Format};
use cistron_data::read::table::Table;
use cistron_split::Part;

/// Names that columns of positions, alleles and genes go by.
const POSITION: [&str; 3] = ["position", "pos", "POS"];
const REFERENCE: [&str; 4] = ["ref", "REF", "reference", "reference_bases"];
const ALTERNATE: [&str; 4] = ["alt", "ALT", "alternate", "alternate_bases"];
const GENE: [&str; 4] = ["gene", "GENE", "gene_symbol", "gene_name"];

/// The variants of all files, where every file is a table of them.
pub(super) fn read(
    files: &[(PathBuf, Part)],
    label: &str,
) -> Result<Option<Vec<LabelledVariant>>, Error> {
    let mut variants = Vec::new();
    for (path, part) in files {
        if format::of(path)? != Format::Table {
            return Ok(None);
        }
        let Some(columns) = columns(path, label)? else { return Ok(None) };
        rows(path, *part, &columns, &mut variants)?;
    }
    Ok(Some(variants))
}

struct Columns {
    contig: usize,
    position: usize,
    reference: usize,
    alternate: usize,
    gene: Option<usize>,
    label: Option<usize>,
    id: Option<usize>,
}

fn columns(path: &Path, label: &str) -> Result<Option<Columns>, InputError> {
    let table = Table::open(path)?;
    let any = |names: &[&str]| names.iter().find_map(|name| table.column(name).ok());
    let contig = any(&CONTIG).or_else(|| any(&["CHROM", "#CHROM"]));
    let (Some(contig), Some(position), Some(reference), Some(alternate)) =
        (contig, any(&POSITION), any(&REFERENCE), any(&ALTERNATE))
    else {
        return Ok(None);
    };
    Ok(Some(Columns {
        contig,
        position,
        reference,
        alternate,
        gene: any(&GENE),
        label: table.column(label).ok(),
        id: table.column("id").ok(),
    }))
}

fn rows(
    path: &Path,
    part: Part,
    columns: &Columns,
    variants: &mut Vec<LabelledVariant>,
) -> Result<(), InputError> {
    let class = stem(path);
    for row in Table::open(path)? {
        let row = row?;
        let cell = |at: usize| row.cells[at].to_string();
        let wrong = |at: usize, expected: &str, help: &str| {
            InputError::new(path, format!("`{}`", &row.cells[at]), expected, help)
                .at_record(row.number)
                .at_line(row.line)
        };
        let position = row.cells[columns.position].parse().ok().filter(|p| *p > 0);
        let position = position.ok_or_else(|| {
            wrong(columns.position, "a position", "positions are whole numbers from 1")
        })?;
        for at in [columns.reference, columns.alternate] {
            let bases = &row.cells[at];
            if bases.is_empty() || !bases.bytes().all(|b| b.is_ascii_alphabetic()) {
                let help = "write alleles as bases, one alternate a row (`bcftools norm -m -`)";
                return Err(wrong(at, "the bases of an allele", help));
            }
        }
        let named = |at: Option<usize>| at.map(cell).filter(|text| !text.is_empty());
        variants.push(LabelledVariant {
            id: format!("{class}:{}", columns.id.map_or(row.number.to_string(), cell)),
            contig: cell(columns.contig),
            position,
            reference_bases: cell(columns.reference),
            alternate_bases: cell(columns.alternate),
            gene: named(columns.gene),
            label: columns.label.map_or_else(|| Some(class.clone()), |at| named(Some(at))),
            part,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_variants_are_told_from_others_and_bad_cells_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            vec![(path, Part::Train)]
        };
        let good = write("a.csv", "chrom,pos,ref,alt,gene,label\n1,5,A,T,BRCA1,benign\n");
        let variants = read(&good, "label").unwrap().unwrap();
        assert_eq!((variants[0].position, variants[0].gene.as_deref()), (5, Some("BRCA1")));
        assert_eq!(
            (variants[0].id.as_str(), variants[0].label.as_deref()),
            ("a:1", Some("benign"))
        );
        let intervals = write("b.csv", "chrom,start,end\n1,5,9\n");
        assert!(read(&intervals, "label").unwrap().is_none());
        for (name, cells) in
            [("c.csv", "1,0,A,T"), ("d.csv", "1,5,A,\"T,G\""), ("e.csv", "1,x,A,T")]
        {
            let bad = write(name, &format!("chrom,pos,ref,alt\n{cells}\n"));
            let error = read(&bad, "label").unwrap_err().to_string();
            assert!(error.contains(":2: "), "{error}");
        }
    }
}
