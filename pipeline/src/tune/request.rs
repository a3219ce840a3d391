//! Whether a search makes sense: which model it is about, and whether its keys bear on that model.

use cistron_models::fit::Sampling;

use super::Request;
use crate::console::Console;
use crate::workflow::{Workflow, parse};
use cistron_data::error::Error;

/// Name of the model that is tuned: as asked for, as the keys say, or the only one there is.
pub(super) fn model(workflow: &Workflow, request: &Request) -> Result<String, Error> {
    let names: Vec<&str> = workflow.models.keys().map(String::as_str).collect();
    if let Some(asked) = &request.model {
        if names.contains(&asked.as_str()) {
            return Ok(asked.clone());
        }
        return Err(Error::Usage(format!(
            "--model {asked}: no such model; the workflow has {}",
            names.join(", ")
        )));
    }
    let mut named: Vec<&str> = request
        .search
        .iter()
        .filter_map(|parameter| parameter.key.strip_prefix("models.")?.split('.').next())
        .filter(|name| names.contains(name))
        .collect();
    named.dedup();
    match (named.as_slice(), names.as_slice()) {
        ([one], _) | ([], [one]) => Ok((*one).to_string()),
        (_, []) => Err(Error::Usage("the workflow has no model to tune".to_string())),
        _ => Err(Error::Usage(format!(
            "which model is tuned? name one with --model: {}",
            names.join(", ")
        ))),
    }
}

/// Every mistake of a search, before anything is read.
pub(super) fn check(workflow: &Workflow, name: &str, request: &Request) -> Result<(), Error> {
    let mut mistakes = Vec::new();
    if request.trials == 0 {
        mistakes.push("--trials 0: at least 1".to_string());
    }
    for (at, parameter) in request.search.iter().enumerate() {
        let key = &parameter.key;
        if request.search[..at].iter().any(|earlier| earlier.key == *key) {
            mistakes.push(format!("--search {key}: it is there twice"));
        } else if let Some(why) = no_effect(workflow, name, key) {
            mistakes.push(format!("--search {key}: {why}"));
        } else {
            mistakes.extend(refused(request, key, &parameter.domain.extremes()));
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Usage(mistakes.join("\n\n"))) }
}

/// Whether records may be drawn by a group: as the workflow says, or as a trial may say.
pub(super) fn samples(workflow: &Workflow, name: &str, request: &Request) -> bool {
    let may = |key: &str| key.contains(".sampling") || key.rsplit('.').next() == Some("train");
    let by_group = |sampling: &Sampling| matches!(sampling, Sampling::GroupBalanced { .. });
    workflow.models.get(name).is_some_and(|model| by_group(&model.train.sampling))
        || request.search.iter().any(|parameter| may(&parameter.key))
}

/// Why a key cannot be searched: it changes nothing in the model, or what the model is scored on.
fn no_effect(workflow: &Workflow, name: &str, key: &str) -> Option<String> {
    let steps: Vec<&str> = key.split('.').collect();
    let model = workflow.models.get(name)?;
    match steps.as_slice() {
        ["models", _, "seeds", ..] => Some("a trial is trained from one seed".to_string()),
        ["models", other, ..] if *other == name => None,
        ["models", ..] => Some(format!(
            "it does not bear on the model `{name}`; search keys that start with models.{name}"
        )),
        ["encode", ..] if model.encode.is_some() => Some(format!(
            "the model `{name}` has an encoder of its own; search models.{name}.encode"
        )),
        ["encode", ..] if model.architectures().iter().any(|a| !a.is_network()) => {
            Some(format!("the model `{name}` reads whole sequences and has no encoder"))
        }
        ["encode", ..] => None,
        _ => Some(format!(
            "it changes the records or how they are held out, so that the scores of two trials could \
             not be compared; search keys that start with models.{name} or encode"
        )),
    }
}

/// What the workflow says to the first value that it refuses.
fn refused(request: &Request, key: &str, values: &[String]) -> Option<String> {
    values.iter().find_map(|value| {
        let settings = [request.set.as_slice(), &[format!("{key}={value}")]].concat();
        match parse::load(&request.workflow, &settings, Console::styled()) {
            Ok(_) => None,
            Err(error) => Some(format!("--search {key}: the value {value} is refused\n{error}")),
        }
    })
}
