//! Homology clusters of genes.

use cistron_encoders::{
    Alphabet,
    sketch::{DNA_K, KmerSets, SketchError, cluster},
};

use crate::gene::Gene;

/// Containment, of the smaller set of canonical 15-mers, from which two genes are linked.
const THRESHOLD: f64 = 0.2;

/// The cluster of each gene, by single linkage.
pub(crate) fn clusters(genes: &[Gene]) -> Result<Vec<u32>, SketchError> {
    let sequences: Vec<&[u8]> = genes.iter().map(|gene| &gene.sequence[..]).collect();
    let sets = KmerSets::build(&sequences, Alphabet::Dna, DNA_K)?;
    Ok(cluster(&sets, THRESHOLD)?.cluster_of)
}
