//! One resistance gene with what the database says about it.

use crate::name;

/// A resistance gene.
#[derive(Debug, Clone)]
pub(crate) struct Gene {
    /// Name of the FASTA record: `symbol_variant_accession`, unique.
    pub(crate) id: String,
    /// Names of the files that list the gene, in alphabetical order.
    pub(crate) classes: Vec<String>,
    /// Mechanism of resistance; empty where the database names none.
    pub(crate) mechanism: String,
    /// IUPAC DNA as in the database.
    pub(crate) sequence: Vec<u8>,
}

impl Gene {
    /// The drug class; more than one is joined by semicolons.
    pub(crate) fn drug_class(&self) -> String {
        self.classes.join(";")
    }

    /// The gene family: see [`name::family`].
    pub(crate) fn family(&self) -> &str {
        name::parts(&self.id).map_or(&self.id, |(symbol, _)| name::family(symbol))
    }

    /// The accession number of the sequence the gene was taken from.
    pub(crate) fn accession(&self) -> &str {
        name::parts(&self.id).map_or("", |(_, accession)| accession)
    }
}
