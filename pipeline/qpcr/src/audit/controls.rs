//! Controls in which nothing must amplify.

use std::collections::BTreeMap;

use super::Subject;
use super::finding::{SHOWN, open};
use crate::{Reaction, Role};
use cistron_audit::finding::Judged;
use cistron_audit::{Finding, Status};

/// Are the reagents free of template?
pub(super) fn no_template(subject: &Subject<'_>) -> Finding {
    let out = open("no-template", "Are the reagents free of template?");
    let margin = subject.cutoffs.no_template_margin;
    check(subject, Role::is_negative, margin, out, "replace the reagents and repeat the plate")
}

/// Is the signal RNA's, not genomic DNA's?
pub(super) fn no_reverse_transcription(subject: &Subject<'_>) -> Finding {
    let out = open("no-reverse-transcription", "Is the signal RNA's, not genomic DNA's?");
    let margin = subject.cutoffs.no_reverse_transcription_margin;
    let remedy = "treat the RNA with DNase, or use primers that span an exon junction";
    let is = |role| role == Role::NoReverseTranscription;
    check(subject, is, margin, out, remedy)
}

/// Compares each control that amplifies with the latest sample of its target.
fn check(
    subject: &Subject<'_>,
    is: impl Fn(Role) -> bool,
    margin: f64,
    out: Finding,
    remedy: &str,
) -> Finding {
    let all = || subject.measurements.reactions.iter().filter(|r| !r.omitted);
    let controls: Vec<&Reaction> = all().filter(|r| is(r.role)).collect();
    if controls.is_empty() {
        let role =
            if is(Role::NoTemplate) { Role::NoTemplate } else { Role::NoReverseTranscription };
        let why = format!("no well has the role {}", role.name());
        return out.unknown(&why, "add such a control for each target to every plate");
    }
    let mut latest: BTreeMap<&str, f64> = BTreeMap::new();
    for r in all().filter(|r| matches!(r.role, Role::Unknown | Role::Calibrator)) {
        if let Some(cq) = r.cq.value() {
            latest.entry(&r.target).and_modify(|old| *old = old.max(cq)).or_insert(cq);
        }
    }
    let mut seen: Vec<(f64, String)> = Vec::new();
    let mut alone = 0;
    for control in &controls {
        let Some(cq) = control.cq.value() else { continue };
        let Some(sample) = latest.get(control.target.as_str()) else {
            alone += 1;
            continue;
        };
        let name = format!("{} {} on {}", control.well, control.target, control.plate);
        seen.push((cq - sample, format!("{name}: Cq {cq:.2}, latest sample {sample:.2}")));
    }
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    let amplified = seen.len() + alone;
    let out = Finding {
        statistic: "cycles between the latest sample and the earliest such control".into(),
        n: controls.len(),
        message: format!("{amplified} of {} controls amplify", controls.len()),
        ..out
    };
    let Some((least, _)) = seen.first() else { return out };
    let evidence = seen.iter().filter(|s| s.0 < margin).take(SHOWN).map(|s| s.1.clone()).collect();
    let message =
        format!("{}; the nearest comes {least:.1} cycles after the latest sample", out.message);
    let bad = *least < margin;
    Finding {
        status: if bad { Status::Fail } else { Status::Pass },
        value: Some(*least),
        fail: Some(margin),
        judged: Judged::Below,
        message,
        evidence,
        remedy: if bad { remedy.to_string() } else { String::new() },
        ..out
    }
}
