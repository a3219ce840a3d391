//! Real sequences without relatives: disjoint windows of one gene a homology cluster.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use cistron_data::read::fasta::Records;
use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::sketch::{DNA_K, KmerSets, cluster};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Shortest and longest window, without the reserve that a longer class takes.
const SHORTEST: usize = 310;
const LONGEST: usize = 470;

/// A window may be drawn out by this share.
const RESERVE: f64 = 0.26;

/// The bases of a window with the reserve behind, and its length without.
type Window = (Vec<u8>, usize);

/// Where genes are from, and the genes.
type Genes = (&'static str, Vec<Vec<u8>>);

/// Windows to draw from.
pub(super) struct Pool {
    /// Where the sequences are from.
    pub(super) origin: &'static str,
    /// The windows.
    pub(super) windows: Vec<Window>,
}

impl Pool {
    /// Reads the genes and cuts them.
    pub(super) fn read() -> Result<Self, Box<dyn Error>> {
        let (origin, genes) = genes()?;
        let sequences: Vec<&[u8]> = genes.iter().map(Vec::as_slice).collect();
        let sets = KmerSets::build(&sequences, Alphabet::Dna, DNA_K)?;
        let clusters = cluster(&sets, 0.2)?;
        let mut seen = BTreeSet::new();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut windows = Vec::new();
        for (gene, cluster) in genes.iter().zip(&clusters.cluster_of) {
            if !seen.insert(*cluster) {
                continue;
            }
            let mut rest = gene.as_slice();
            loop {
                let length = rng.random_range(SHORTEST..LONGEST);
                let whole = (length as f64 * (1.0 + RESERVE)).ceil() as usize;
                if rest.len() < whole {
                    break;
                }
                windows.push((rest[..whole].to_vec(), length));
                rest = &rest[whole..];
            }
        }
        Ok(Self { origin, windows: unrelated(windows)? })
    }
}

/// One window of each cluster of distant relatives, as a sensitive comparison sees them: what is left
/// is clean in its sense, too.
fn unrelated(windows: Vec<Window>) -> Result<Vec<Window>, Box<dyn Error>> {
    let bases: Vec<&[u8]> = windows.iter().map(|(bases, _)| bases.as_slice()).collect();
    let clusters = cluster(&KmerSets::build(&bases, Alphabet::Dna, 11)?, 0.06)?;
    let mut seen = BTreeSet::new();
    let kept = windows.into_iter().zip(clusters.cluster_of);
    Ok(kept.filter(|(_, cluster)| seen.insert(*cluster)).map(|(window, _)| window).collect())
}

/// The human gene families where they are, else the shipped resistance genes; unambiguous bases only.
fn genes() -> Result<Genes, Box<dyn Error>> {
    let standard = |gene: &Vec<u8>| gene.iter().all(|b| b"ACGT".contains(b));
    if let Some(folder) = std::env::var_os("CISTRON_DATA") {
        let path = PathBuf::from(folder).join("gene-family-dna/human_data.txt");
        let text = std::fs::read_to_string(&path)?;
        let sequences = text.lines().skip(1).filter_map(|line| line.split('\t').next());
        let genes = sequences.map(|s| s.trim().as_bytes().to_vec()).filter(standard).collect();
        return Ok(("human gene families", genes));
    }
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-data/resistance-genes/genes.fasta.gz");
    let mut genes = Vec::new();
    for record in Records::open(&path, Alphabet::Dna)? {
        genes.push(record.map_err(|error| error.to_string())?.sequence.to_ascii_uppercase());
    }
    Ok(("resistance genes", genes.into_iter().filter(standard).collect()))
}
