//! Homology clusters by drug class and by beta-lactamase family.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::gene::Gene;

/// Clusters that a class needs: after a 70/15/15 split each part then holds at least two.
const MIN_CLUSTERS: usize = 10;

/// Sequences that a class needs: fewer than about five in the test part say nothing about a class.
const MIN_SEQUENCES: usize = 30;

/// Families with fewer sequences and a single cluster are left out of the printed table.
const LISTED_FAMILY: usize = 20;

/// The genes of one class or family.
#[derive(Debug, Default)]
struct Group<'a> {
    sequences: usize,
    families: BTreeSet<&'a str>,
    /// Number of sequences by cluster.
    clusters: BTreeMap<u32, usize>,
}

impl<'a> Group<'a> {
    fn add(&mut self, gene: &'a Gene, cluster: u32) {
        self.sequences += 1;
        self.families.insert(gene.family());
        *self.clusters.entry(cluster).or_default() += 1;
    }

    fn largest(&self) -> usize {
        self.clusters.values().copied().max().unwrap_or_default()
    }

    fn is_learnable(&self) -> bool {
        self.clusters.len() >= MIN_CLUSTERS && self.sequences >= MIN_SEQUENCES
    }
}

/// Counts over all genes.
#[derive(Debug)]
pub(crate) struct Census<'a> {
    /// By class; genes of several classes count in none.
    classes: BTreeMap<&'a str, Group<'a>>,
    /// Families of the class `beta-lactam`.
    beta_lactamases: BTreeMap<&'a str, Group<'a>>,
    clusters: usize,
    several_classes: usize,
    mixed_clusters: usize,
    in_mixed_clusters: usize,
    ambiguous: usize,
    without_mechanism: usize,
}

impl<'a> Census<'a> {
    /// Counts `genes`, gene `i` being in cluster `cluster_of[i]`.
    pub(crate) fn new(genes: &'a [Gene], cluster_of: &[u32]) -> Self {
        let mut classes: BTreeMap<&str, Group> = BTreeMap::new();
        let mut beta_lactamases: BTreeMap<&str, Group> = BTreeMap::new();
        let mut members: BTreeMap<u32, Vec<&Gene>> = BTreeMap::new();
        for (gene, &cluster) in genes.iter().zip(cluster_of) {
            members.entry(cluster).or_default().push(gene);
            if let [class] = &gene.classes[..] {
                classes.entry(class).or_default().add(gene, cluster);
                if class == "beta-lactam" {
                    beta_lactamases.entry(gene.family()).or_default().add(gene, cluster);
                }
            }
        }
        let mixed: Vec<&Vec<&Gene>> = members
            .values()
            .filter(|genes| genes.iter().any(|gene| gene.classes != genes[0].classes))
            .collect();
        let is_ambiguous = |gene: &&Gene| gene.sequence.iter().any(|base| !b"ACGT".contains(base));
        Self {
            classes,
            beta_lactamases,
            clusters: members.len(),
            several_classes: genes.iter().filter(|gene| gene.classes.len() > 1).count(),
            mixed_clusters: mixed.len(),
            in_mixed_clusters: mixed.iter().map(|genes| genes.len()).sum(),
            ambiguous: genes.iter().filter(is_ambiguous).count(),
            without_mechanism: genes.iter().filter(|gene| gene.mechanism.is_empty()).count(),
        }
    }

    /// Whether `gene` has one class, and that class can be learnt.
    pub(crate) fn is_learnable(&self, gene: &Gene) -> bool {
        match &gene.classes[..] {
            [class] => self.classes.get(class.as_str()).is_some_and(Group::is_learnable),
            _ => false,
        }
    }
}

impl fmt::Display for Census<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| class | sequences | families | clusters | largest | file |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|")?;
        for (class, group) in &self.classes {
            let (sequences, families) = (group.sequences, group.families.len());
            write!(f, "| {class} | {sequences} | {families} | {} ", group.clusters.len())?;
            let file = if group.is_learnable() { "genes" } else { "new" };
            writeln!(f, "| {} | {file} |", group.largest())?;
        }
        writeln!(f, "| several classes | {} | | | | new |\n", self.several_classes)?;

        writeln!(f, "| beta-lactamase family | sequences | clusters | largest |")?;
        writeln!(f, "|---|--:|--:|--:|")?;
        let mut families: Vec<_> = self
            .beta_lactamases
            .iter()
            .filter(|(_, group)| group.clusters.len() > 1 || group.sequences >= LISTED_FAMILY)
            .collect();
        families.sort_by_key(|(_, group)| {
            (usize::MAX - group.clusters.len(), usize::MAX - group.sequences)
        });
        for (family, group) in families {
            let (sequences, clusters) = (group.sequences, group.clusters.len());
            writeln!(f, "| {family} | {sequences} | {clusters} | {} |", group.largest())?;
        }

        writeln!(f, "\n{} clusters in all", self.clusters)?;
        let (mixed, genes) = (self.mixed_clusters, self.in_mixed_clusters);
        writeln!(f, "{mixed} clusters of mixed class, with {genes} genes")?;
        writeln!(f, "{} genes with symbols other than A, C, G, T", self.ambiguous)?;
        writeln!(f, "{} genes without mechanism", self.without_mechanism)
    }
}
