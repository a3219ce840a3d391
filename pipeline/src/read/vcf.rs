//! Variants of a VCF file (specification 4.2 to 4.5), every field parsed against its header.

use std::path::{Path, PathBuf};

use noodles::vcf;
use noodles::vcf::variant::RecordBuf;

use super::open::{Source, read_error};
use crate::error::InputError;

/// One allele that differs from the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alternate {
    /// Bases, upper case.
    Bases(Vec<u8>),
    /// A symbolic allele (`<DEL>`), a breakend or `*`: no sequence is given.
    WithoutBases(String),
}

/// A variant with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Name of the reference sequence.
    pub contig: String,
    /// Position of the first reference base, from 1.
    pub position: usize,
    /// Reference bases, upper case.
    pub reference_bases: Vec<u8>,
    /// Alternate alleles, in order; none where the file has `.`.
    pub alternates: Vec<Alternate>,
    /// Number of the record in its file, from 1.
    pub number: u64,
    /// Line of the record, from 1.
    pub line: u64,
}

impl Variant {
    /// `contig:position:REF>ALT`, the alternates separated by commas.
    #[must_use]
    pub fn name(&self) -> String {
        let alternates: Vec<String> = self.alternates.iter().map(Alternate::to_string).collect();
        let reference = String::from_utf8_lossy(&self.reference_bases);
        format!("{}:{}:{reference}>{}", self.contig, self.position, alternates.join(","))
    }

    /// An error about this variant.
    #[must_use]
    pub fn error(&self, path: &Path, found: String, expected: String, help: &str) -> InputError {
        let error = InputError::new(path, found, expected, help);
        error.at_record(self.number).at_line(self.line).with_id(self.name())
    }
}

impl std::fmt::Display for Alternate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bases(bases) => f.write_str(&String::from_utf8_lossy(bases)),
            Self::WithoutBases(text) => f.write_str(text),
        }
    }
}

/// Iterator over the records of a VCF file; after a malformed record it goes on with the next.
pub struct Records {
    path: PathBuf,
    reader: vcf::io::Reader<Source>,
    /// The header.
    pub header: vcf::Header,
    number: u64,
    ended: bool,
}

impl Records {
    /// Opens a VCF file, plain or compressed, and reads its header.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::new(path, Source::open(path)?)
    }

    /// Reads VCF from an open source; `path` is what errors call it.
    pub fn new(path: &Path, source: Source) -> Result<Self, InputError> {
        let mut reader = vcf::io::Reader::new(source);
        let header = reader.read_header().map_err(|error| {
            let line = reader.get_ref().line().saturating_sub(1).max(1);
            invalid(path, &error, "a VCF header").at_line(line).fatal()
        })?;
        Ok(Self { path: path.to_path_buf(), reader, header, number: 0, ended: false })
    }

    /// Reads one record, with everything that the file says of it; `None` at the end.
    fn read(&mut self) -> Result<Option<(RecordBuf, Variant)>, InputError> {
        let line = self.reader.get_ref().line();
        let mut record = RecordBuf::default();
        let read = self.reader.read_record_buf(&self.header, &mut record);
        self.number += 1;
        let at = |error: InputError| error.at_record(self.number).at_line(line);
        match read {
            Ok(0) => {
                self.ended = true;
                return Ok(None);
            }
            Ok(_) => {}
            Err(error) => {
                self.ended = error.kind() != std::io::ErrorKind::InvalidData;
                return Err(at(invalid(&self.path, &error, "a VCF record")));
            }
        }
        let alternates = record.alternate_bases().as_ref().iter().map(|text| alternate(text));
        let alternates: Option<Vec<Alternate>> = alternates.collect();
        let (Some(alternates), Some(reference_bases)) =
            (alternates, bases(record.reference_bases()))
        else {
            let given = record.alternate_bases().as_ref().join(",");
            let found = format!("REF `{}`, ALT `{given}`", record.reference_bases());
            let expected = "bases A, C, G, T, N, or `<…>`, a breakend or `*` for ALT";
            return Err(at(InputError::new(&self.path, found, expected, "correct the record")));
        };
        let Some(position) = record.variant_start() else {
            let help = "remove the record: position 0 is the telomere";
            return Err(at(InputError::new(&self.path, "position 0", "1 or more", help)));
        };
        let variant = Variant {
            contig: record.reference_sequence_name().to_string(),
            position: position.get(),
            reference_bases,
            alternates,
            number: self.number,
            line,
        };
        Ok(Some((record, variant)))
    }
}

impl Iterator for Records {
    type Item = Result<(RecordBuf, Variant), InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.read().transpose()
    }
}

fn bases(text: &str) -> Option<Vec<u8>> {
    let bases = text.to_ascii_uppercase().into_bytes();
    let valid = !bases.is_empty() && bases.iter().all(|base| b"ACGTN".contains(base));
    valid.then_some(bases)
}

fn alternate(text: &str) -> Option<Alternate> {
    let symbolic = text.len() > 2 && text.starts_with('<') && text.ends_with('>');
    let breakend = text.contains(['[', ']'])
        || (text.len() > 1 && (text.starts_with('.') || text.ends_with('.')));
    if symbolic || breakend || text == "*" {
        return Some(Alternate::WithoutBases(text.to_string()));
    }
    bases(text).map(Alternate::Bases)
}

/// An error of the parser, with every cause that it names.
fn invalid(path: &Path, error: &std::io::Error, expected: &str) -> InputError {
    if error.kind() != std::io::ErrorKind::InvalidData {
        return read_error(path, error);
    }
    let mut found = error.to_string();
    let mut source = error.get_ref().and_then(|inner| inner.source());
    while let Some(cause) = source {
        found = format!("{found}: {cause}");
        source = cause.source();
    }
    let field = found.strip_prefix("invalid info: invalid field: ");
    let help = match field.and_then(|field| field.split_once(": invalid value")) {
        // bcftools reads such values as far as they fit: 75.25 of a whole number as 75.
        Some((key, _)) => format!(
            "the header declares another type: correct its line `##INFO=<ID={key},…>`, or leave the \
             field out: bcftools annotate -x INFO/{key}"
        ),
        None => "correct the file, or check it with `bcftools view`".to_string(),
    };
    InputError::new(path, found, expected, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
                        ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n\
                        #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";

    fn read(rows: &str) -> Vec<Result<Variant, InputError>> {
        let path = Path::new("x.vcf");
        let text = std::io::Cursor::new(format!("{HEAD}{rows}").into_bytes());
        let source = Source::new(path, Box::new(text)).unwrap();
        let records = Records::new(path, source).unwrap();
        records.map(|record| record.map(|(_, variant)| variant)).collect()
    }

    #[test]
    fn alleles_of_every_kind_by_hand() {
        let rows = "1\t7\t.\ta\tC,<DEL>,*\t.\t.\tDP=3\n1\t8\t.\tAC\t.\t.\t.\t.\n\
                    1\t9\t.\tG\tG]17:198982]\t.\t.\t.\n";
        let found: Vec<Variant> = read(rows).into_iter().map(Result::unwrap).collect();
        assert_eq!((found[0].position, found[0].line, found[0].number), (7, 5, 1));
        assert_eq!(found[0].name(), "1:7:A>C,<DEL>,*");
        assert_eq!(found[0].alternates[0], Alternate::Bases(b"C".to_vec()));
        assert!(matches!(found[0].alternates[1], Alternate::WithoutBases(_)));
        assert!(found[1].alternates.is_empty());
        assert!(matches!(found[2].alternates[..], [Alternate::WithoutBases(_)]));
    }

    #[test]
    fn a_malformed_record_is_named_and_the_next_is_read() {
        let rows = "1\t7\t.\tA\tC\t.\t.\tDP=x\n1\t8\t.\tQ\tC\t.\t.\t.\n1\t9\t.\tA\tC\t.\t.\t.\n";
        let found = read(rows);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].as_ref().unwrap_err().line, Some(5));
        assert!(found[0].as_ref().unwrap_err().help.ends_with("bcftools annotate -x INFO/DP"));
        assert!(found[1].is_err() && found[2].is_ok());
    }

    #[test]
    fn a_file_without_a_header_is_refused() {
        let path = Path::new("x.vcf");
        let source = Source::new(path, Box::new(&b"1\t2\t.\tA\tC\n"[..])).unwrap();
        assert!(Records::new(path, source).err().unwrap().fatal);
    }
}
