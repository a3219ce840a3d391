//! The certificate: the measured distance between the parts of a split.

use cistron_encoders::sketch::{Clusters, KmerSets, cross_pairs, identity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Part, letters};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Share of records that k-mers cannot compare above which nothing is certified.
pub const MOST_BLIND: f64 = 0.05;

/// Pairs that a certificate names.
pub(super) const EVIDENCE: usize = 10;

/// What an exhaustive comparison found across the borders of a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Certificate {
    /// How the records were dealt: `homology`, `random`, `group: COLUMN` or `given: TABLE`.
    pub method: String,
    /// What "near" means here, in words.
    pub similarity: String,
    /// Length of the k-mers; absent where the records are numbers.
    pub k: Option<usize>,
    /// Similarity from which two records are relatives: containment (shared k-mers over the smaller
    /// set) of sequences; of numbers, 1 within a group and 0 between groups.
    pub threshold: f64,
    /// Identity at which two records reach the threshold on average where they differ by random
    /// substitutions, c^(1/k): no bound; absent where the records are numbers.
    pub identity: Option<f64>,
    /// Identity that two records can have and share no k-mer at all, with a substitution every k
    /// symbols: (k - 1) / k; absent where the records are numbers.
    #[serde(default)]
    pub hidden_identity: Option<f64>,
    /// Whether no pair across any border reaches the threshold, of records nearly all of which could
    /// be compared.
    pub certified: bool,
    /// Pairs across a border at or above the threshold, over all folds.
    pub crossing_pairs: u64,
    /// The highest similarity across any border.
    pub highest: f64,
    /// Some of the worst pairs: id, id, similarity.
    pub evidence: Vec<(String, String, f64)>,
    /// Records with too few k-mers to be compared by them: too short, of too many ambiguity codes, or
    /// of few different words.
    pub not_assessable: usize,
    /// How many of them were compared letter by letter instead.
    #[serde(default)]
    pub compared_by_letters: usize,
    /// Number of clusters: of homology, or the groups that stay together.
    pub clusters: usize,
    /// Records in the largest cluster.
    pub largest_cluster: usize,
    /// Clusters of each class, in the order of the classes.
    pub clusters_by_class: Vec<(String, usize)>,
    /// Records of each class in each part of each fold: fold, part, class, records.
    pub counts: Vec<(usize, Part, String, usize)>,
    /// What a reader of the certificate should know besides.
    pub notes: Vec<String>,
}

impl Certificate {
    /// Which records could not be compared by k-mers, in words; `None` where all could.
    #[must_use]
    pub fn compared(&self) -> Option<String> {
        let (few, letters) = (self.not_assessable, self.compared_by_letters);
        if self.k.is_none() || few == 0 {
            return None;
        }
        let how = match letters {
            0 => "and were not compared".to_string(),
            n if n == few => "and were compared by letters, without gaps".to_string(),
            n => format!("of which {n} were compared by letters, without gaps"),
        };
        Some(format!(
            "{few} record{} too short, too ambiguous or too uniform for k-mers {how}",
            if few == 1 { " is" } else { "s are" }
        ))
    }

    /// What identity can still stand across, in words; `None` where the records are numbers.
    #[must_use]
    pub fn caveat(&self) -> Option<String> {
        let (k, hidden) = (self.k?, self.hidden_identity?);
        Some(format!(
            "shared words are no bound on identity: relatives of up to {:.1} % that differ every {k} \
             symbols share none",
            hidden * 100.0
        ))
    }

    /// Whether the split is certified, and why, in a line.
    #[must_use]
    pub fn verdict(&self) -> String {
        let (pairs, similarity, threshold) =
            (self.crossing_pairs, &self.similarity, self.threshold);
        match (self.certified, self.k) {
            (true, Some(_)) => format!(
                "certified: no pair across the border at or above {threshold}{}",
                self.compared().map_or_else(String::new, |text| format!("; {text}"))
            ),
            (true, None) => format!("certified: {similarity} and none stands on both sides"),
            (false, Some(_)) if pairs == 0 => {
                format!("not certified: {}", self.compared().unwrap_or_default())
            }
            (false, Some(_)) => {
                format!("not certified: {pairs} pairs across the border at or above {threshold}")
            }
            (false, None) if pairs == 0 => format!("not certified: {similarity}"),
            (false, None) => {
                format!("not certified: {similarity} and {pairs} pairs stand on both sides")
            }
        }
    }
}

/// Compares every record with those on the other side of any border, exhaustively.
///
/// `cells` are the parts of one hold-out or the folds: any two of them are on different sides of
/// a border in some fold.
#[allow(clippy::too_many_arguments)]
pub(super) fn certify(
    dataset: &Dataset,
    sets: &KmerSets,
    clusters: &Clusters,
    cells: &[Option<u8>],
    folds: &[Vec<Part>],
    threshold: f64,
    method: String,
    mut notes: Vec<String>,
) -> Result<Certificate, Error> {
    let cross = cross_pairs(sets, cells, threshold).map_err(|e| Error::stage("split", e))?;
    let k = sets.k();
    let short: Vec<usize> =
        (0..dataset.len()).filter(|i| cells[*i].is_some() && !sets.assessable(*i)).collect();
    let likeness = identity(threshold, k);
    let sides: Vec<Option<u32>> = cells.iter().map(|cell| cell.map(u32::from)).collect();
    let mut letters =
        letters::compare(&dataset.sequences(), dataset.alphabet, &sides, &short, likeness);
    // Equal sequences were found already.
    letters.pairs.retain(|(a, b, _)| sets.containment(*a, *b) != Some(1.0));
    let in_parts = cells.iter().flatten().count();
    let blind = short.len() as f64 > MOST_BLIND * in_parts as f64;
    if blind {
        notes.push(format!(
            "{} of {in_parts} records have too few {k}-mers to be compared by them: above {:.0} % \
             nothing is certified",
            short.len(),
            MOST_BLIND * 100.0
        ));
    }
    if cross.ignored_kmers > 0 {
        notes.push(format!(
            "{} k-mers occur in so many records that they were left out of the comparison: it is \
             not exhaustive",
            cross.ignored_kmers
        ));
    }
    let mut sizes = vec![0_usize; clusters.count];
    for cluster in &clusters.cluster_of {
        sizes[*cluster as usize] += 1;
    }
    let name = |record: u32| dataset.id(record as usize).to_string();
    let strand = if dataset.alphabet.is_nucleic() { "canonical " } else { "" };
    Ok(Certificate {
        method,
        similarity: format!(
            "{strand}{}-mers that two records share, over those of the smaller set",
            sets.k()
        ),
        k: Some(sets.k()),
        threshold,
        identity: Some(likeness),
        hidden_identity: Some((k as f64 - 1.0) / k as f64),
        certified: cross.is_clean() && letters.pairs.is_empty() && !blind,
        crossing_pairs: cross.pairs + letters.pairs.len() as u64,
        highest: cross
            .containment
            .iter()
            .flatten()
            .copied()
            .chain(letters.pairs.iter().map(|pair| pair.2))
            .fold(0.0, f64::max),
        evidence: cross
            .evidence
            .iter()
            .map(|pair| (name(pair.a), name(pair.b), pair.containment))
            .chain(letters.pairs.iter().map(|(a, b, c)| (name(*a as u32), name(*b as u32), *c)))
            .take(EVIDENCE)
            .collect(),
        not_assessable: cross.not_assessable,
        compared_by_letters: letters.compared,
        clusters: clusters.count,
        largest_cluster: sizes.into_iter().max().unwrap_or(0),
        clusters_by_class: clusters_by_class(dataset, &clusters.cluster_of),
        counts: counts(dataset, folds),
        notes,
    })
}

/// Number of clusters that hold a record of each class.
pub(super) fn clusters_by_class(dataset: &Dataset, cluster_of: &[u32]) -> Vec<(String, usize)> {
    let mut seen = vec![std::collections::HashSet::new(); dataset.classes.len()];
    for (cluster, label) in cluster_of.iter().zip(&dataset.labels) {
        if let Some(label) = label {
            seen[*label as usize].insert(*cluster);
        }
    }
    dataset.classes.iter().cloned().zip(seen.iter().map(std::collections::HashSet::len)).collect()
}

/// Records of each class in each part of each fold.
pub(super) fn counts(dataset: &Dataset, folds: &[Vec<Part>]) -> Vec<(usize, Part, String, usize)> {
    let mut out = Vec::new();
    for (fold, parts) in folds.iter().enumerate() {
        for part in Part::ALL {
            let mut counts = vec![0; dataset.classes.len()];
            for (label, _) in dataset.labels.iter().zip(parts).filter(|(_, p)| **p == part) {
                if let Some(label) = label {
                    counts[*label as usize] += 1;
                }
            }
            for (class, count) in dataset.classes.iter().zip(counts) {
                out.push((fold, part, class.clone(), count));
            }
        }
    }
    out
}
