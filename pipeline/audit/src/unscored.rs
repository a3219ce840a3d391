//! Alleles that could not be scored.

use super::Finding;
use super::cell::{EVIDENCE, count, percent, share};
use super::gate::{Gate, not_applicable, open};
use cistron_data::read::vcf::Alternate;
use cistron_statistics::interval::wilson;

/// Every allele is counted, so the share itself is judged.
const GATE: Gate = Gate::warn(0.05);

const CHECK: &str = "query.unscored";
const TITLE: &str = "Could every allele be scored?";

/// Alternate alleles with and without bases.
#[derive(Debug, Clone, Default)]
pub struct Unscored {
    /// Alleles with bases.
    pub scored: usize,
    /// Symbolic alleles, breakends and `*`.
    pub unscored: usize,
    evidence: Vec<String>,
}

impl Unscored {
    /// Counts an allele at a position of a contig.
    pub fn push(&mut self, contig: &str, position: usize, alternate: &Alternate) {
        let Alternate::WithoutBases(text) = alternate else {
            self.scored += 1;
            return;
        };
        self.unscored += 1;
        if self.evidence.len() < EVIDENCE {
            self.evidence.push(format!("{contig}:{position} {text}"));
        }
    }

    /// What there is to say of all alleles.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let n = self.scored + self.unscored;
        if n == 0 {
            return not_applicable(CHECK, TITLE, "there is no alternate allele");
        }
        let value = share(self.unscored, n);
        let finding = Finding {
            statistic: "share of alternate alleles without bases".into(),
            value: Some(value),
            interval: wilson(self.unscored, n),
            n,
            message: format!(
                "{} of {} ({}) are symbolic, breakends or `*`: they have no window to score",
                self.unscored,
                count(n, "alternate allele"),
                percent(value),
            ),
            evidence: self.evidence.clone(),
            remedy: if self.unscored == 0 {
                String::new()
            } else {
                "do not count the alleles without a score as without an effect".into()
            },
            ..open(CHECK, TITLE)
        };
        GATE.judge(value, finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    #[test]
    fn alleles_without_bases_are_counted_and_listed() {
        let mut alleles = Unscored::default();
        assert!(matches!(alleles.finding().status, Status::NotApplicable(_)));
        for position in 1..=19 {
            alleles.push("1", position, &Alternate::Bases(b"A".to_vec()));
        }
        assert_eq!((alleles.finding().status, alleles.finding().value), (Status::Pass, Some(0.0)));
        alleles.push("1", 20, &Alternate::WithoutBases("<DEL>".into()));
        let finding = alleles.finding();
        assert_eq!((finding.status, finding.value, finding.n), (Status::Warn, Some(0.05), 20));
        assert_eq!(finding.evidence, ["1:20 <DEL>"]);
    }
}
