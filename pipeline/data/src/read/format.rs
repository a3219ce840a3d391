//! Which format a file is in, told by its first bytes and never by its name.

use std::io::BufRead;
use std::path::Path;

use super::open::{Source, read_error};
use crate::error::InputError;

/// A format of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// FASTA: `>` before every header.
    Fasta,
    /// FASTQ: `@` before every header, qualities behind the sequence.
    Fastq,
    /// Comma or tab separated text.
    Table,
    /// Variant Call Format, as text.
    Vcf,
    /// Variant Call Format, binary.
    Bcf,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Fasta => "FASTA",
            Self::Fastq => "FASTQ",
            Self::Table => "table",
            Self::Vcf => "VCF",
            Self::Bcf => "BCF",
        })
    }
}

/// First bytes of formats that are not read, their names and what to do about it.
const REFUSED: [(&[u8], &str, &str); 11] = [
    (b"@HD\t", "a SAM file", "samtools fasta"),
    (b"@SQ\t", "a SAM file", "samtools fasta"),
    (b"@RG\t", "a SAM file", "samtools fasta"),
    (b"BAM\x01", "a BAM file", "samtools fasta"),
    (b"CRAM", "a CRAM file", "samtools fasta"),
    (b"LOCUS ", "a GenBank file", "seqret -osformat fasta"),
    (b"ID   ", "an EMBL file", "seqret -osformat fasta"),
    (b"# STOCKHOLM", "a Stockholm alignment", "esl-reformat -u fasta"),
    (b"##gff-version", "a GFF file", "bedtools getfasta"),
    (b"CLUSTAL", "a Clustal alignment", "seqret -osformat fasta"),
    (b"%PDF", "a PDF file", "pdftotext"),
];

/// The format of a file, from what is read ahead of it; nothing is consumed.
///
/// A blank file counts as FASTA, whose reader refuses it.
pub fn sniff(path: &Path, source: &mut Source) -> Result<Format, InputError> {
    let ahead = source.fill_buf().map_err(|error| read_error(path, &error))?;
    let start = ahead.iter().position(|byte| !byte.is_ascii_whitespace());
    let ahead = start.map_or(&[][..], |start| &ahead[start..]);
    if let Some((_, name, command)) = REFUSED.iter().find(|(magic, ..)| ahead.starts_with(magic)) {
        let expected = "FASTA, FASTQ, VCF, BCF or a table";
        return Err(InputError::new(path, *name, expected, format!("convert it: {command}")));
    }
    Ok(match ahead {
        [] | [b'>', ..] => Format::Fasta,
        [b'@', ..] => Format::Fastq,
        [b';', ..] if is_commented_fasta(ahead) => Format::Fasta,
        _ if ahead.starts_with(b"##fileformat=VCF") => Format::Vcf,
        _ if ahead.starts_with(b"BCF\x02") => Format::Bcf,
        _ => Format::Table,
    })
}

/// Whether comments of the oldest FASTA, lines that begin with `;`, stand before a header.
fn is_commented_fasta(ahead: &[u8]) -> bool {
    let mut lines = ahead.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.find(|line| line[0] != b';').is_some_and(|line| line[0] == b'>')
}

/// The format of the file at `path`.
pub fn of(path: &Path) -> Result<Format, InputError> {
    sniff(path, &mut Source::open(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        let format = |text: &'static [u8]| {
            let path = Path::new("x");
            sniff(path, &mut Source::new(path, Box::new(text)).unwrap())
        };
        assert_eq!(format(b"\n >a\nAC\n").unwrap(), Format::Fasta);
        assert_eq!(format(b"@a\nAC\n+\nII\n").unwrap(), Format::Fastq);
        assert_eq!(format(b"sequence,label\n").unwrap(), Format::Table);
        assert_eq!(format(b"##fileformat=VCFv4.2\n").unwrap(), Format::Vcf);
        assert_eq!(format(b"BCF\x02\x02").unwrap(), Format::Bcf);
        assert_eq!(format(b"").unwrap(), Format::Fasta);
        assert_eq!(format(b"@SQ\tSN:1\n").unwrap_err().found, "a SAM file");
        assert_eq!(format(b"LOCUS       X\n").unwrap_err().found, "a GenBank file");
    }
}
