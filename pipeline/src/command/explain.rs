//! `cistron explain`.

use clap::Args;
use serde_json::json;

use crate::console::Console;
use cistron_audit::{Rule, rule, rules};
use cistron_data::error::Error;
use cistron_data::spelling::closest;

/// Explain a check of the audit: what it means, how it is computed, where it comes from
///
/// Examples:
///   cistron explain leakage.near
///   cistron explain                      (every check in a line)
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Explain {
    /// Code of the check, as `audit.json` and the report name it.
    code: Option<String>,
}

impl Explain {
    /// Prints the explanation.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let Some(code) = self.code else {
            let width = rules().map(|r| r.code.len()).max().unwrap_or(0);
            let lines: Vec<String> =
                rules().map(|r| format!("{:<width$}  {}", r.code, r.meaning)).collect();
            console.result(&lines.join("\n"), json!(rules().collect::<Vec<_>>()));
            return Ok(());
        };
        let Some(rule) = rule(&code) else {
            let codes: Vec<&str> = rules().map(|r| r.code).collect();
            let help = closest(&code, &codes).map_or_else(
                || "`cistron explain` lists every check".to_string(),
                |close| format!("did you mean `{close}`?"),
            );
            return Err(Error::Usage(format!("no check is called `{code}`\n  help: {help}")));
        };
        let Rule { code, meaning, formula, source, remedy } = rule;
        let text = format!(
            "{code}\n\n  meaning  {meaning}\n  formula  {formula}\n  source   {source}\n  remedy   {remedy}"
        );
        console.result(&text, json!(rule));
        Ok(())
    }
}
