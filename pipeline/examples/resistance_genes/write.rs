//! Writing genes as FASTA and as a table.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use flate2::{Compression, GzBuilder};
use noodles::fasta;

use crate::gene::Gene;

/// Writes plain FASTA, 80 symbols a line.
pub(crate) fn fasta(path: &Path, genes: &[&Gene]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write_records(&mut file, genes)?;
    file.flush()
}

/// Writes gzipped FASTA at level 9, without time stamp or file name: the same genes, the same bytes.
pub(crate) fn fasta_gz(path: &Path, genes: &[&Gene]) -> io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = GzBuilder::new().write(file, Compression::best());
    write_records(&mut encoder, genes)?;
    encoder.finish()?.flush()
}

fn write_records(file: &mut dyn Write, genes: &[&Gene]) -> io::Result<()> {
    let mut writer = fasta::io::Writer::new(file);
    for gene in genes {
        let definition = fasta::record::Definition::new(gene.id.as_str(), None);
        let sequence = fasta::record::Sequence::from(gene.sequence.clone());
        writer.write_record(&fasta::Record::new(definition, sequence))?;
    }
    Ok(())
}

/// Writes the tab-separated table `id drug_class gene_family mechanism accession`.
pub(crate) fn table(path: &Path, genes: &[&Gene]) -> Result<(), csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_path(path)?;
    writer.write_record(["id", "drug_class", "gene_family", "mechanism", "accession"])?;
    for gene in genes {
        let (class, family, accession) = (gene.drug_class(), gene.family(), gene.accession());
        writer.write_record([&gene.id, &class, family, &gene.mechanism, accession])?;
    }
    writer.flush()?;
    Ok(())
}
