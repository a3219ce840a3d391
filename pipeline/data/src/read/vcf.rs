//! Variants of a VCF file (specification 4.2 to 4.5) or of a BCF file, every field parsed against
//! its header.

use std::path::{Path, PathBuf};

use noodles::core::Region;
use noodles::vcf::variant::RecordBuf;
use noodles::{bcf, vcf};

use super::bcf::Framed;
use super::format::{self, Format};
use super::limits::{Beyond, Limit, Meter};
use super::open::{Source, read_error};
use super::region;
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
    /// Line of the record, from 1; 0 where there are none (BCF, and behind an index).
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

/// The text or the binary form.
enum Reader {
    Vcf(vcf::io::Reader<Source>),
    Bcf(bcf::io::Reader<Framed<Source>>),
}

impl Reader {
    fn new(format: Format, source: Source) -> Self {
        match format {
            Format::Bcf => Self::Bcf(bcf::io::Reader::from(Framed::new(source))),
            _ => Self::Vcf(vcf::io::Reader::new(source)),
        }
    }

    /// Goes on from a record that an index led to.
    fn within(format: Format, source: Source) -> Self {
        match format {
            Format::Bcf => Self::Bcf(bcf::io::Reader::from(Framed::within(source))),
            _ => Self::Vcf(vcf::io::Reader::new(source)),
        }
    }

    fn header(&mut self) -> std::io::Result<vcf::Header> {
        match self {
            Self::Vcf(reader) => {
                reader.get_mut().keep_to(Some(Meter::new(Limit::Header, Some(b'\t'))));
                let header = reader.read_header();
                reader.get_mut().keep_to(Some(Meter::new(Limit::Line, Some(b'\t'))));
                header
            }
            Self::Bcf(reader) => reader.read_header(),
        }
    }

    fn record(&mut self, header: &vcf::Header, into: &mut RecordBuf) -> std::io::Result<usize> {
        match self {
            Self::Vcf(reader) => {
                reader.get_mut().begin();
                reader.read_record_buf(header, into)
            }
            Self::Bcf(reader) => reader.read_record_buf(header, into),
        }
    }

    /// Line of the next record, from 1; 0 of BCF.
    fn line(&self) -> u64 {
        match self {
            Self::Vcf(reader) => reader.get_ref().line(),
            Self::Bcf(_) => 0,
        }
    }
}

/// Iterator over the records of a VCF or BCF file; after a malformed record it goes on with the next.
pub struct Records {
    path: PathBuf,
    reader: Reader,
    /// The header.
    pub header: vcf::Header,
    /// The stretch that variants must touch.
    region: Option<Region>,
    /// Whether an index led here: lines before are not counted, and records are sorted.
    indexed: bool,
    number: u64,
    ended: bool,
}

impl Records {
    /// Opens a VCF or BCF file, plain or compressed, and reads its header.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        Self::new(path, Source::open(path)?)
    }

    /// Opens a file and reads the variants of `region` alone, through its index where it has one.
    pub fn within(path: &Path, region: Option<Region>) -> Result<Self, InputError> {
        let mut records = Self::open(path)?;
        if let Some(region) = region {
            let format = match records.reader {
                Reader::Vcf(_) => Format::Vcf,
                Reader::Bcf(_) => Format::Bcf,
            };
            if let Some(source) = region::seek(path, format, &records.header, &region)? {
                records.reader = Reader::within(format, source);
                records.indexed = true;
            }
            records.region = Some(region);
        }
        Ok(records)
    }

    /// Reads VCF or BCF from an open source; `path` is what errors call it.
    pub fn new(path: &Path, mut source: Source) -> Result<Self, InputError> {
        let format = format::sniff(path, &mut source)?;
        let mut reader = Reader::new(format, source);
        let header = reader.header().map_err(|error| {
            let line = reader.line().saturating_sub(1);
            invalid(path, &error, "a VCF header").at_line(line).fatal()
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            reader,
            header,
            region: None,
            indexed: false,
            number: 0,
            ended: false,
        })
    }

    /// Reads one record, with everything that the file says of it; `None` at the end.
    fn read(&mut self) -> Result<Option<(RecordBuf, Variant)>, InputError> {
        let line = if self.indexed { 0 } else { self.reader.line() };
        let mut record = RecordBuf::default();
        let read = self.reader.record(&self.header, &mut record);
        self.number += 1;
        let at = |error: InputError| error.at_record(self.number).at_line(line);
        match read {
            Ok(0) => {
                self.ended = true;
                return Ok(None);
            }
            Ok(_) => {}
            Err(error) => {
                self.ended =
                    error.kind() != std::io::ErrorKind::InvalidData || Beyond::of(&error).is_some();
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
        while !self.ended {
            let read = self.read().transpose()?;
            let (Some(region), Ok((_, variant))) = (&self.region, &read) else { return Some(read) };
            let (contig, position) = (variant.contig.as_str(), variant.position);
            if region::holds(region, contig, position, variant.reference_bases.len()) {
                return Some(read);
            }
            self.ended = self.indexed
                && (contig.as_bytes() != region.name() || region::passed(region, contig, position));
        }
        None
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
    if error.kind() != std::io::ErrorKind::InvalidData || Beyond::of(error).is_some() {
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
