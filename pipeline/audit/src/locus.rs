//! Overlap of intervals across a split, from coordinates alone.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Finding;
use super::cell::{EVIDENCE, count, percent, share};
use super::gate::{Gate, open, unknown};
use cistron_split::Part;
use cistron_statistics::interval::wilson;

/// Every held-out interval is counted, so the share itself is judged.
const GATE: Gate = Gate::warn_fail(0.01, 0.1);

const CHECK: &str = "leakage.interval";
const TITLE: &str = "Do held-out intervals overlap intervals learnt from?";

/// Where a record lies: contig, first base, and the base behind the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locus {
    /// Name of the record.
    pub id: String,
    /// Name of the contig.
    pub contig: String,
    /// First base.
    pub start: u64,
    /// The base behind the last.
    pub end: u64,
    /// Class, where it is known.
    pub label: Option<String>,
    /// Training and validation are learnt from, test is held out.
    pub part: Part,
}

/// Intervals learnt from, by contig and first base.
struct Learnt<'a> {
    by_contig: BTreeMap<&'a str, Vec<&'a Locus>>,
    /// Length of the longest interval of each contig: nothing that starts further off can overlap.
    longest: BTreeMap<&'a str, u64>,
}

impl<'a> Learnt<'a> {
    fn new(loci: &'a [Locus]) -> Self {
        let mut by_contig: BTreeMap<&str, Vec<&Locus>> = BTreeMap::new();
        for locus in loci.iter().filter(|l| l.part != Part::Test) {
            by_contig.entry(&locus.contig).or_default().push(locus);
        }
        let mut longest = BTreeMap::new();
        for (contig, loci) in &mut by_contig {
            loci.sort_by_key(|l| (l.start, l.end));
            let length = loci.iter().map(|l| l.end.saturating_sub(l.start)).max();
            longest.insert(*contig, length.unwrap_or(0));
        }
        Self { by_contig, longest }
    }

    /// The other interval that shares most bases with `locus`, the first of equals.
    fn overlapped(&self, locus: &Locus) -> Option<&'a Locus> {
        let loci = self.by_contig.get(locus.contig.as_str())?;
        let reach = self.longest[locus.contig.as_str()];
        let first = loci.partition_point(|l| l.start + reach <= locus.start);
        let near = loci[first..].iter().take_while(|l| l.start < locus.end);
        let others = near.filter(|l| !std::ptr::eq(**l, locus));
        let best = others.max_by_key(|l| (shared(l, locus), std::cmp::Reverse(l.start)))?;
        (shared(best, locus) > 0).then_some(*best)
    }

    /// The commonest label of the intervals that overlap no other, the first of equals.
    fn label_of_lone(&self) -> Option<&'a str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for locus in self.by_contig.values().flatten() {
            if let Some(label) = &locus.label
                && self.overlapped(locus).is_none()
            {
                *counts.entry(label).or_default() += 1;
            }
        }
        let commonest = counts.into_iter().max_by_key(|(label, n)| (*n, std::cmp::Reverse(*label)));
        commonest.map(|(label, _)| label)
    }
}

/// Bases that two intervals share.
fn shared(a: &Locus, b: &Locus) -> u64 {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// How often a rule is right.
#[derive(Default)]
struct Hits {
    right: usize,
    asked: usize,
}

impl Hits {
    fn count(&mut self, right: bool) {
        self.asked += 1;
        self.right += usize::from(right);
    }

    fn shown(&self) -> String {
        format!("{} of {} ({})", self.right, self.asked, percent(share(self.right, self.asked)))
    }
}

/// Held-out intervals that share a base, on either strand, with one learnt from, and how often the
/// label of the interval overlapped most is theirs.
///
/// Overlapping can tell the label by itself. The rule over all held-out intervals therefore gives
/// those that overlap none the commonest label of the intervals learnt from that overlap no other.
#[must_use]
pub fn overlap(loci: &[Locus]) -> Finding {
    let learnt = Learnt::new(loci);
    let held_out: Vec<&Locus> = loci.iter().filter(|l| l.part == Part::Test).collect();
    if held_out.is_empty() || learnt.by_contig.is_empty() {
        return unknown(
            CHECK,
            TITLE,
            "there are no intervals on both sides",
            "give --train and --test",
        );
    }
    let lone = learnt.label_of_lone();
    let mut overlapping = 0;
    let (mut by_overlap, mut by_rule) = (Hits::default(), Hits::default());
    let mut evidence = Vec::new();
    for locus in &held_out {
        let best = learnt.overlapped(locus);
        let said = best.map_or(lone, |best| best.label.as_deref());
        if let (Some(own), Some(said)) = (locus.label.as_deref(), said) {
            by_rule.count(own == said);
        }
        let Some(best) = best else { continue };
        overlapping += 1;
        if let (Some(own), Some(other)) = (&locus.label, &best.label) {
            by_overlap.count(own == other);
        }
        if evidence.len() < EVIDENCE {
            evidence.push(format!(
                "{} ~ {} ({}:{}-{}, {} shared)",
                locus.id,
                best.id,
                locus.contig,
                locus.start,
                locus.end,
                count(shared(best, locus) as usize, "base")
            ));
        }
    }
    let n = held_out.len();
    let value = share(overlapping, n);
    let mut message = format!(
        "{overlapping} of {} ({}) overlap one learnt from",
        count(n, "held-out interval"),
        percent(value)
    );
    if by_overlap.asked > 0 {
        // Writing to a String cannot fail.
        let _ = write!(
            message,
            "; the label of the overlapped interval is right on {}",
            by_overlap.shown()
        );
        if let Some(lone) = lone {
            let _ = write!(
                message,
                "; where there is none, `{lone}`, the commonest label learnt from without an overlap: right on {}",
                by_rule.shown()
            );
        }
    }
    let finding = Finding {
        statistic: "share of held-out intervals that share a base with one learnt from".into(),
        value: Some(value),
        interval: wilson(overlapping, n),
        n,
        message,
        evidence,
        remedy: if overlapping == 0 {
            String::new()
        } else {
            "hold whole contigs out, or keep overlapping intervals on one side".into()
        },
        ..open(CHECK, TITLE)
    };
    GATE.judge(value, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn locus(id: &str, start: u64, end: u64, label: &str, part: Part) -> Locus {
        let (id, contig) = (id.to_string(), "chr1".to_string());
        Locus { id, contig, start, end, label: Some(label.into()), part }
    }

    #[test]
    fn half_open_intervals_by_hand() {
        let loci = [
            locus("long", 0, 1000, "a", Part::Train),
            locus("short", 400, 450, "b", Part::Validation),
            locus("far", 5000, 5100, "a", Part::Train),
            locus("inside", 410, 440, "b", Part::Test), // long and short share 30; the first wins
            locus("beside", 1000, 1100, "a", Part::Test), // touches, shares no base
            locus("end", 5099, 5200, "a", Part::Test),  // shares one base
            Locus { contig: "chr2".into(), ..locus("other", 0, 1000, "a", Part::Test) },
        ];
        let finding = overlap(&loci);
        assert_eq!((finding.status, finding.value, finding.n), (Status::Fail, Some(0.5), 4));
        assert!(finding.message.contains("interval is right on 1 of 2"), "{}", finding.message);
        // Of those learnt from, only the far one (a) overlaps no other: all but `inside`, whose
        // neighbour by length is `long`, are a.
        assert!(finding.message.contains("overlap: right on 3 of 4"), "{}", finding.message);
        assert_eq!(finding.evidence[1], "end ~ far (chr1:5099-5200, 1 base shared)");
        assert!(matches!(overlap(&loci[..3]).status, Status::Unknown(_)));
    }
}
