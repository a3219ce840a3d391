//! Overlap of intervals across a split, from coordinates alone.

use std::collections::BTreeMap;

use super::Finding;
use super::cell::{EVIDENCE, count, percent, share};
use super::gate::{Gate, open, unknown};
use crate::evaluate::interval::wilson;
use crate::split::Part;

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

/// Held-out intervals that share a base, on either strand, with one learnt from, and how often the
/// label of the interval overlapped most is theirs.
#[must_use]
pub fn overlap(loci: &[Locus]) -> Finding {
    let mut learnt: BTreeMap<&str, Vec<&Locus>> = BTreeMap::new();
    for locus in loci.iter().filter(|l| l.part != Part::Test) {
        learnt.entry(&locus.contig).or_default().push(locus);
    }
    let longest: BTreeMap<&str, u64> = learnt
        .iter_mut()
        .map(|(contig, loci)| {
            loci.sort_by_key(|l| (l.start, l.end));
            let longest = loci.iter().map(|l| l.end.saturating_sub(l.start)).max();
            (*contig, longest.unwrap_or(0))
        })
        .collect();
    let held_out: Vec<&Locus> = loci.iter().filter(|l| l.part == Part::Test).collect();
    if held_out.is_empty() || learnt.is_empty() {
        return unknown(
            CHECK,
            TITLE,
            "there are no intervals on both sides",
            "give --train and --test",
        );
    }
    let (mut overlapping, mut right, mut asked) = (0, 0, 0);
    let mut evidence = Vec::new();
    for locus in &held_out {
        let Some(loci) = learnt.get(locus.contig.as_str()) else { continue };
        let reach = longest[locus.contig.as_str()];
        let first = loci.partition_point(|l| l.start + reach <= locus.start);
        let shared = |l: &Locus| l.end.min(locus.end).saturating_sub(l.start.max(locus.start));
        let best = loci[first..]
            .iter()
            .take_while(|l| l.start < locus.end)
            .max_by_key(|l| (shared(l), std::cmp::Reverse(l.start)));
        let Some(best) = best.filter(|l| shared(l) > 0) else { continue };
        overlapping += 1;
        if let (Some(own), Some(other)) = (&locus.label, &best.label) {
            asked += 1;
            right += usize::from(own == other);
        }
        if evidence.len() < EVIDENCE {
            evidence.push(format!(
                "{} ~ {} ({}:{}-{}, {} shared)",
                locus.id,
                best.id,
                locus.contig,
                locus.start,
                locus.end,
                count(shared(best) as usize, "base")
            ));
        }
    }
    let n = held_out.len();
    let value = share(overlapping, n);
    let finding = Finding {
        statistic: "share of held-out intervals that share a base with one learnt from".into(),
        value: Some(value),
        interval: wilson(overlapping, n),
        n,
        message: format!(
            "{overlapping} of {} ({}) overlap one learnt from{}",
            count(n, "held-out interval"),
            percent(value),
            if asked > 0 {
                format!(
                    "; the label of the overlapped interval is right on {right} of {asked} ({})",
                    percent(share(right, asked))
                )
            } else {
                String::new()
            }
        ),
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
    use crate::audit::Status;

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
        assert!(finding.message.contains("right on 1 of 2"), "{}", finding.message);
        assert_eq!(finding.evidence[1], "end ~ far (chr1:5099-5200, 1 base shared)");
        assert!(matches!(overlap(&loci[..3]).status, Status::Unknown(_)));
    }
}
