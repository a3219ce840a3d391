//! Circularity of variant sets: the same variant, or the same gene, on both sides of a split.

use std::collections::{BTreeMap, BTreeSet};

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};

use super::cell::{EVIDENCE, count, decimal, percent, share};
use super::gate::{Gate, not_applicable, open, unknown};
use super::lookup::{distinct, skill, skill_interval};
use super::{Finding, Status};
use cistron_split::Part;
use cistron_statistics::bootstrap::Bootstrap;
use cistron_statistics::interval::wilson;

/// Share of held-out variants that were learnt from; every one is counted, so the share is judged.
const SAME: Gate = Gate::warn_fail(0.005, 0.05);

/// Lower limit of the skill of the gene's label, as of the shortcuts.
const GENE: Gate = Gate::warn_fail(0.1, 0.3);

/// Held-out variants that a skill is judged on, at least.
const FEWEST: usize = 30;

const VARIANT: (&str, &str) =
    ("circularity.variant", "Are held-out variants among those learnt from?");
const OF_GENE: (&str, &str) = ("circularity.gene", "Does the gene alone tell a variant's label?");

/// A labelled variant and the part of the split that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledVariant {
    /// Name of the record.
    pub id: String,
    /// Name of the contig.
    pub contig: String,
    /// Position of the first reference base, from 1.
    pub position: u64,
    /// Reference bases.
    pub reference_bases: String,
    /// Alternate bases.
    pub alternate_bases: String,
    /// Gene, where it is known.
    pub gene: Option<String>,
    /// Class, where it is known.
    pub label: Option<String>,
    /// Training and validation are learnt from, test is held out.
    pub part: Part,
}

/// A variant as all its spellings share it.
type Trimmed = (String, u64, Vec<u8>, Vec<u8>);

impl LabelledVariant {
    fn learnt(&self) -> bool {
        self.part != Part::Test
    }

    /// Without the bases that both alleles end or start with, which spellings of one variant differ
    /// in; `chr1` and `1` are one contig. Repeats are not shifted: that takes the genome.
    fn trimmed(&self) -> Trimmed {
        let (mut r, mut a) = (
            self.reference_bases.to_ascii_uppercase().into_bytes(),
            self.alternate_bases.to_ascii_uppercase().into_bytes(),
        );
        while r.len() > 1 && a.len() > 1 && r.last() == a.last() {
            r.pop();
            a.pop();
        }
        let same = r.iter().zip(&a).take_while(|(x, y)| x == y).count();
        let start = same.min(r.len().min(a.len()).saturating_sub(1));
        let contig = self.contig.strip_prefix("chr").unwrap_or(&self.contig).to_string();
        (contig, self.position + start as u64, r.split_off(start), a.split_off(start))
    }
}

/// Type 1 circularity, the same variant on both sides, and type 2, the same gene with its label
/// (Grimm et al. 2015, doi:10.1002/humu.22768).
#[must_use]
pub fn circularity(variants: &[LabelledVariant], seed: u64) -> Vec<Finding> {
    let held_out = variants.iter().filter(|v| !v.learnt()).count();
    if held_out == 0 || held_out == variants.len() {
        let why = "there are no variants on both sides";
        let remedy = "give --train and --test";
        return [VARIANT, OF_GENE].map(|(c, t)| unknown(c, t, why, remedy)).to_vec();
    }
    vec![same_variant(variants), same_gene(variants, seed)]
}

fn same_variant(variants: &[LabelledVariant]) -> Finding {
    let learnt: BTreeSet<Trimmed> =
        variants.iter().filter(|v| v.learnt()).map(LabelledVariant::trimmed).collect();
    let places: BTreeSet<(&str, u64)> = learnt.iter().map(|v| (v.0.as_str(), v.1)).collect();
    let held_out: Vec<(&LabelledVariant, Trimmed)> =
        variants.iter().filter(|v| !v.learnt()).map(|v| (v, v.trimmed())).collect();
    let same: Vec<&(&LabelledVariant, Trimmed)> =
        held_out.iter().filter(|(_, v)| learnt.contains(v)).collect();
    let place = held_out.iter().filter(|(_, v)| places.contains(&(v.0.as_str(), v.1))).count();
    let n = held_out.len();
    let value = share(same.len(), n);
    let name = |(v, _): &&(&LabelledVariant, Trimmed)| {
        format!(
            "{} = {}:{} {}>{}",
            v.id, v.contig, v.position, v.reference_bases, v.alternate_bases
        )
    };
    let finding = Finding {
        statistic: "share of held-out variants that were learnt from".into(),
        value: Some(value),
        interval: wilson(same.len(), n),
        n,
        message: format!(
            "{} of {} ({}) were learnt from; {} ({}) lie at a position learnt from",
            same.len(),
            count(n, "held-out variant"),
            percent(value),
            place,
            percent(share(place, n)),
        ),
        evidence: same.iter().take(EVIDENCE).map(name).collect(),
        remedy: if same.is_empty() {
            String::new()
        } else {
            "keep a variant, however it is spelt, on one side; better, hold whole genes out".into()
        },
        ..open(VARIANT.0, VARIANT.1)
    };
    SAME.judge(value, finding)
}

/// The commonest of some labels, the first of equals.
fn commonest(counts: &BTreeMap<usize, usize>) -> Option<usize> {
    counts.iter().max_by_key(|(label, n)| (**n, std::cmp::Reverse(**label))).map(|(l, _)| *l)
}

fn same_gene(variants: &[LabelledVariant], seed: u64) -> Finding {
    let (check, title) = OF_GENE;
    if variants.iter().all(|v| v.gene.is_none()) {
        let why = "no gene was given";
        return GENE.show(unknown(check, title, why, "add a column `gene` to the tables"));
    }
    let labels: BTreeSet<&str> = variants.iter().filter_map(|v| v.label.as_deref()).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    if labels.len() < 2 {
        return not_applicable(check, title, "there are fewer than two classes");
    }
    let class = |v: &LabelledVariant| {
        v.label.as_deref().and_then(|label| labels.binary_search(&label).ok())
    };
    let mut by_gene: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut all: BTreeMap<usize, usize> = BTreeMap::new();
    for (variant, class) in
        variants.iter().filter(|v| v.learnt()).filter_map(|v| Some((v, class(v)?)))
    {
        *all.entry(class).or_default() += 1;
        if let Some(gene) = &variant.gene {
            *by_gene.entry(gene).or_default().entry(class).or_default() += 1;
        }
    }
    let pure = by_gene.values().filter(|counts| counts.len() == 1).count();
    let known = |v: &LabelledVariant| v.gene.as_deref().and_then(|gene| by_gene.get(gene));
    let asked: Vec<(&LabelledVariant, usize)> = variants
        .iter()
        .filter(|v| !v.learnt() && v.gene.is_some())
        .filter_map(|v| Some((v, class(v)?)))
        .collect();
    let own: Vec<usize> = asked.iter().map(|(_, class)| *class).collect();
    let usual = commonest(&all).unwrap_or_default();
    let said: Vec<usize> =
        asked.iter().map(|(v, _)| known(v).and_then(commonest).unwrap_or(usual)).collect();
    let mut numbers = BTreeMap::new();
    let genes: Vec<u32> = asked
        .iter()
        .map(|(v, _)| {
            let next = numbers.len() as u32;
            *numbers.entry(v.gene.as_deref()).or_insert(next)
        })
        .collect();
    let balanced = Outcomes::from_classes(&said, &own, labels.len())
        .ok()
        .and_then(|outcomes| WeightedMetric::new(Metric::BalancedAccuracy, &outcomes));
    let Some(balanced) = balanced else {
        return GENE.show(unknown(check, title, "no labelled variant of a gene is held out", ""));
    };
    let chance = 1.0 / distinct(&own) as f64;
    let skill = |w: &[u32]| Some(skill(balanced.evaluate(w)?, chance));
    let value = skill(&vec![1; asked.len()]);
    let settings = Bootstrap { seed, ..Bootstrap::default() };
    let interval = skill_interval(&settings, &genes, chance, skill);
    let seen = asked.iter().filter(|(v, _)| known(v).is_some()).count();
    let right = own.iter().zip(&said).filter(|(a, b)| a == b).count();
    let finding = Finding {
        statistic: "skill of the commonest label learnt from of a variant's gene (balanced accuracy; 0 is chance, 1 perfect)".into(),
        value,
        interval,
        n: asked.len(),
        message: format!(
            "{} of {} ({}) lie in a gene learnt from; {} of {} learnt from have a single label; the gene's commonest label is right on {} ({}), a skill of {}",
            seen,
            count(asked.len(), "held-out variant"),
            percent(share(seen, asked.len())),
            pure,
            count(by_gene.len(), "gene"),
            right,
            percent(share(right, asked.len())),
            value.map_or_else(|| "–".into(), decimal),
        ),
        ..open(check, title)
    };
    if asked.len() < FEWEST {
        let why = format!("only {}", count(asked.len(), "held-out variant"));
        return Finding { status: Status::Unknown(why), ..GENE.show(finding) };
    }
    let finding = GENE.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = "hold whole genes out, and score within genes that hold both labels";
    Finding { remedy: remedy.into(), ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(i: usize, gene: usize, label: &str, part: Part) -> LabelledVariant {
        LabelledVariant {
            id: format!("v{i}"),
            contig: "chr1".into(),
            position: 100 + i as u64,
            reference_bases: "A".into(),
            alternate_bases: "G".into(),
            gene: Some(format!("g{gene}")),
            label: Some(label.into()),
            part,
        }
    }

    #[test]
    fn spellings_of_one_variant_are_one() {
        let of = |contig: &str, position, r: &str, a: &str| {
            let v = variant(0, 0, "x", Part::Train);
            LabelledVariant {
                contig: contig.into(),
                position,
                reference_bases: r.into(),
                alternate_bases: a.into(),
                ..v
            }
            .trimmed()
        };
        assert_eq!(of("chr1", 10, "CAG", "CTG"), of("1", 11, "A", "T"));
        assert_eq!(of("1", 10, "ca", "c"), of("1", 10, "CA", "C"));
        assert_eq!(of("1", 10, "GCAT", "GCT"), of("1", 11, "CA", "C"));
        assert_ne!(of("1", 10, "A", "T"), of("1", 10, "A", "C"));
    }

    #[test]
    fn copies_and_genes_by_hand() {
        // 40 genes of one label each, on both sides; two held-out variants were learnt from.
        let label = |gene: usize| ["benign", "pathogenic"][gene % 2];
        let mut variants: Vec<LabelledVariant> =
            (0..200).map(|i| variant(i, i % 40, label(i % 40), Part::Train)).collect();
        variants.extend((0..100).map(|i| variant(198 + i, i % 40, label(i % 40), Part::Test)));
        let findings = circularity(&variants, 1);
        assert_eq!((findings[0].status.clone(), findings[0].value), (Status::Warn, Some(0.02)));
        assert_eq!((findings[1].status.clone(), findings[1].value), (Status::Fail, Some(1.0)));
        assert!(findings[1].message.contains("100 of 100 held-out variants (100.0 %)"));
        assert!(findings[1].message.contains("40 of 40 genes learnt from"), "{findings:?}");
    }

    #[test]
    fn labels_within_genes_pass_and_what_is_missing_is_unknown() {
        // Both labels in every gene: the gene says nothing.
        let part = |i| if i < 200 { Part::Train } else { Part::Test };
        let label = |i: usize| ["benign", "pathogenic"][i / 40 % 2];
        let variants: Vec<LabelledVariant> =
            (0..400).map(|i| variant(i, i % 40, label(i), part(i))).collect();
        let findings = circularity(&variants, 1);
        assert!(findings.iter().all(|f| f.status == Status::Pass), "{findings:?}");
        let bare: Vec<LabelledVariant> =
            variants.iter().map(|v| LabelledVariant { gene: None, ..v.clone() }).collect();
        assert!(matches!(circularity(&bare, 1)[1].status, Status::Unknown(_)));
        assert!(matches!(circularity(&variants[..100], 1)[0].status, Status::Unknown(_)));
    }
}
