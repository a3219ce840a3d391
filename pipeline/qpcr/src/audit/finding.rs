//! Findings on their way to a verdict.

use cistron_audit::{Finding, rule};

/// Records shown as evidence, at most.
pub(super) const SHOWN: usize = 5;

/// A check that passes until it is filled in with struct update syntax; the table of rules explains
/// it.
pub(super) fn open(check: &str, title: &str) -> Finding {
    let check = format!("qpcr.{check}");
    debug_assert!(rule(&check).is_some(), "no rule explains `{check}`");
    Finding::open(check, title)
}
