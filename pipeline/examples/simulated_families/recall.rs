//! What share of related pairs a clustering keeps together.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use bio::pattern_matching::myers::long::Myers;
use cistron_data::read::fasta::Records;
use cistron_data::read::table::Table;
use cistron_encoders::alphabet::Alphabet;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Families whose members are aligned with each other and with those of all other sampled families.
const SAMPLED: usize = 60;

/// Identity of the shorter sequence in the longer one from which a pair must be together.
const IDENTITY: f64 = 0.9;

struct Member {
    family: String,
    sequence: Vec<u8>,
    cluster: Option<String>,
}

/// The shares in words.
pub(super) fn recall(fasta: &Path, clusters: &Path) -> Result<String, Box<dyn Error>> {
    let members = read(fasta, clusters)?;
    let missing = members.iter().filter(|m| m.cluster.is_none()).count();
    let mut families: HashMap<&str, Vec<&Member>> = HashMap::new();
    let mut by_cluster: HashMap<&str, Vec<&Member>> = HashMap::new();
    for member in &members {
        families.entry(&member.family).or_default().push(member);
        if let Some(cluster) = &member.cluster {
            by_cluster.entry(cluster).or_default().push(member);
        }
    }
    let within = |group: &Vec<&Member>, same: fn(&Member, &Member) -> bool| {
        let pairs = pairs(group.len());
        let kept = pairs.iter().filter(|(a, b)| same(group[*a], group[*b])).count();
        (kept, pairs.len())
    };
    let sum = |found: Vec<(usize, usize)>| {
        found.iter().fold((0, 0), |sum, (kept, all)| (sum.0 + kept, sum.1 + all))
    };
    let planted = sum(families.values().map(|f| within(f, together)).collect());
    let pure = sum(by_cluster.values().map(|c| within(c, of_one_family)).collect());
    let (aligned, of) = by_alignment(&families);
    Ok(format!(
        "{} records, {missing} without a cluster, {} clusters\n\
         pairs of one family kept together: {}\n\
         pairs of one cluster that are of one family: {}\n\
         pairs of {IDENTITY} identity and more, by alignment of {of} pairs, kept together: {}",
        members.len(),
        by_cluster.len(),
        share(planted),
        share(pure),
        share(aligned)
    ))
}

fn share((kept, all): (usize, usize)) -> String {
    format!("{kept} of {all} ({:.4})", kept as f64 / all.max(1) as f64)
}

fn pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

fn together(a: &Member, b: &Member) -> bool {
    a.cluster.is_some() && a.cluster == b.cluster
}

fn of_one_family(a: &Member, b: &Member) -> bool {
    a.family == b.family
}

fn read(fasta: &Path, clusters: &Path) -> Result<Vec<Member>, Box<dyn Error>> {
    let table = Table::open(clusters)?;
    let (id, cluster) = (table.column("id")?, table.column("cluster")?);
    let mut of = HashMap::new();
    for row in table {
        let row = row?;
        of.insert(row.cells[id].to_string(), row.cells[cluster].to_string());
    }
    let mut members = Vec::new();
    for record in Records::open(fasta, Alphabet::Dna)? {
        let record = record?;
        let family = record.id.split('_').next().unwrap_or_default().to_string();
        let cluster = of.get(&record.id).cloned();
        members.push(Member { family, sequence: record.sequence, cluster });
    }
    Ok(members)
}

/// Of all pairs of a sample that align at the identity, either strand, those kept together.
fn by_alignment(families: &HashMap<&str, Vec<&Member>>) -> ((usize, usize), usize) {
    let mut names: Vec<&&str> = families.keys().collect();
    names.sort_unstable();
    names.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    let sample: Vec<&Member> =
        names.iter().take(SAMPLED).flat_map(|name| families[**name].iter().copied()).collect();
    let pairs = pairs(sample.len());
    let near: Vec<&(usize, usize)> =
        pairs.par_iter().filter(|(a, b)| identity(sample[*a], sample[*b]) >= IDENTITY).collect();
    let kept = near.iter().filter(|(a, b)| together(sample[*a], sample[*b])).count();
    ((kept, near.len()), pairs.len())
}

/// 1 - edits / length of the shorter sequence, aligned end to end within the longer one (Myers 1999,
/// doi:10.1145/316542.316550); the better strand.
fn identity(a: &Member, b: &Member) -> f64 {
    let (short, long) = if a.sequence.len() < b.sequence.len() { (a, b) } else { (b, a) };
    let turned = Alphabet::Dna.reverse_complement(&long.sequence).unwrap_or_default();
    let pattern = Myers::<u64>::new(&short.sequence);
    let edits = [&long.sequence, &turned]
        .map(|text| pattern.find_all_end(text, short.sequence.len()).map(|(_, d)| d).min())
        .into_iter()
        .flatten()
        .min();
    let edits = edits.unwrap_or(short.sequence.len());
    1.0 - edits as f64 / short.sequence.len().max(1) as f64
}
