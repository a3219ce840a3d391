//! The table of checks: what each means, how it is computed, where it comes from, what to do.

mod data;
mod groups;
mod model;
mod qpcr;
mod split;

use serde::Serialize;

/// A check, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable identifier, such as `leakage.near`; findings add `:COLUMN` or `:MODEL` to it.
    pub code: &'static str,
    /// What a bad value means for a score on the data.
    pub meaning: &'static str,
    /// How the value is computed, and what it is judged by.
    pub formula: &'static str,
    /// Where the method, or the threshold, comes from.
    pub source: &'static str,
    /// What to do about a bad value.
    pub remedy: &'static str,
}

/// Every check, in the order of the report; those of a qPCR experiment come last.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let of_data = data::RULES.iter().chain(split::RULES).chain(groups::RULES);
    of_data.chain(model::RULES).chain(qpcr::RULES)
}

/// The rule behind a check or finding: `group.confounding` of `group.confounding:laboratory`.
#[must_use]
pub fn rule(check: &str) -> Option<&'static Rule> {
    let code = check.split(':').next().unwrap_or(check);
    rules().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_is_complete_and_has_one_code() {
        let codes: BTreeSet<&str> = rules().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), rules().count());
        for Rule { code, meaning, formula, source, remedy } in rules() {
            assert!(code.contains('.'), "{code}");
            for text in [meaning, formula, source, remedy] {
                assert!(text.len() > 10 && !text.ends_with('.'), "{code}: {text}");
            }
        }
    }

    #[test]
    fn a_finding_is_explained_by_its_code() {
        assert_eq!(rule("group.confounding:laboratory").map(|r| r.code), Some("group.confounding"));
        assert_eq!(rule("leakage"), None);
    }
}
