//! A workflow from its file to its report: every stage in line, each skipped where nothing it
//! depends on changed.

mod folder;
mod page;
mod plan;
mod scores;
mod state;
mod task;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use crate::console::Console;
use crate::key::{Freshness, Keys};
use crate::manifest::{self, Manifest};
use crate::workflow::parse::Loaded;
use cistron_audit::{Audit, gate, text};
use cistron_data::artefact;
use cistron_data::error::Error;
use cistron_data::interrupt;
use cistron_evaluate::Evaluation;
pub(crate) use folder::lock;
use state::State;
pub use task::{Stage, Target, Task};

/// What a run is asked to do beside its workflow.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder that everything is written to.
    pub out: PathBuf,
    /// Device that networks run on.
    pub device: cistron_models::device::DeviceChoice,
    /// Say what would run and why, and do nothing.
    pub dry_run: bool,
    /// Run this stage or shard alone.
    pub only: Option<Target>,
    /// Stop after this stage.
    pub until: Option<Stage>,
    /// Run these stages even if nothing changed.
    pub force: Vec<Stage>,
    /// Replace files that Cistron did not write, and take the folder of another workflow.
    pub overwrite: bool,
    /// Remove shards that are no longer of the workflow.
    pub prune: bool,
    /// The command line, for the manifest.
    pub command: Vec<String>,
}

/// Runs a workflow.
pub fn run(loaded: &Loaded, options: &Options, console: &Console) -> Result<(), Error> {
    let mut keys = Keys::open(&options.out);
    let plan = plan::plan(loaded, options, &mut keys)?;
    guard(loaded, options, &plan)?;
    if options.dry_run {
        dry_run(&plan, &keys, options, console);
        return Ok(());
    }
    std::fs::create_dir_all(&options.out).map_err(|e| Error::write(&options.out, &e))?;
    let _lock = lock(&options.out)?;
    folder::claim(loaded, &options.out)?;
    folder::retire(&options.out, &plan)?;
    let state = State::new(loaded, options, console)?;
    let mut ran: HashSet<Task> = HashSet::new();
    let mut stages = Vec::new();
    for step in &plan {
        interrupt::check()?;
        let name = step.task.to_string();
        let wanted = options.only.as_ref().is_none_or(|only| only.covers(&step.task));
        let freshness = keys.freshness(&name, &step.key);
        let upstream = step.needs.iter().find(|need| ran.contains(need));
        let forced = options.force.contains(&step.task.stage());
        let stale = freshness != Freshness::Current || forced || upstream.is_some();
        if options.only.is_some() && !wanted {
            continue;
        }
        if options.only.is_some() {
            refuse_stale(step, &plan, &keys)?;
        }
        if !stale {
            let seconds = keys.done(&name).map_or(0.0, |done| done.seconds);
            stages.push((name, seconds, true));
            continue;
        }
        let start = Instant::now();
        let result = state.run(&step.task, &plan, &mut keys)?;
        let seconds = start.elapsed().as_secs_f64();
        keys.record(&name, &step.key, &result.outputs, seconds)?;
        console.stage(&name, &result.message, seconds);
        stages.push((name, seconds, false));
        ran.insert(step.task.clone());
    }
    keys.save_inputs()?;
    prune(options, &plan, console)?;
    finish(loaded, options, console, &mut keys, stages, &state)
}

/// Declares what is read, and refuses to write over it or over what is not this workflow's.
fn guard(loaded: &Loaded, options: &Options, plan: &[plan::Step]) -> Result<(), Error> {
    artefact::root(&options.out);
    artefact::replace("--overwrite", options.overwrite);
    artefact::protect([&loaded.path]);
    artefact::protect(plan::files(loaded).into_iter().map(|(_, path)| path));
    if !options.overwrite {
        folder::refuse_foreign(loaded, &options.out)?;
    }
    folder::refuse_overwriting(&options.out, plan)
}

/// Removes, or only lists, shards of an earlier state of the workflow.
fn prune(options: &Options, plan: &[plan::Step], console: &Console) -> Result<(), Error> {
    const SHOWN: usize = 3;
    if options.only.is_some() || options.until.is_some() {
        return Ok(());
    }
    let stale = folder::stale(&options.out, plan);
    if stale.is_empty() {
        return Ok(());
    }
    if options.prune {
        return folder::prune(&options.out, &stale);
    }
    let shown: Vec<String> = stale.iter().take(SHOWN).map(|f| f.display().to_string()).collect();
    let more = stale.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    console.warn(&format!(
        "no longer of the workflow: {}{more}; --prune removes them",
        shown.join(", ")
    ));
    Ok(())
}

/// Writes the manifest, prints what came out and asks the gate.
fn finish(
    loaded: &Loaded,
    options: &Options,
    console: &Console,
    keys: &mut Keys,
    stages: Vec<(String, f64, bool)>,
    state: &State<'_>,
) -> Result<(), Error> {
    let whole = options.only.is_none() && options.until.is_none_or(|until| until == Stage::Report);
    let idle = stages.iter().all(|(_, _, cached)| *cached);
    if !whole {
        if idle {
            console.result("nothing to do: everything is up to date", json!({"cached": true}));
        }
        return Ok(());
    }
    let path = options.out.join("manifest.json");
    if !idle || !path.is_file() {
        let stage = |(name, seconds, cached): (String, f64, bool)| manifest::Stage {
            peak_memory: keys.done(&name).map_or(0, |done| done.peak_memory),
            stage: name,
            seconds,
            cached,
        };
        let evaluation: Evaluation = artefact::read_json(&options.out.join("metrics.json"))?;
        let manifest = Manifest {
            schema: manifest::SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_string(),
            name: loaded.workflow.name.clone(),
            seed: loaded.workflow.seed,
            device: state.device_name(),
            command: options.command.clone(),
            stages: stages.into_iter().map(stage).collect(),
            inputs: plan::inputs(loaded, keys),
            programs: evaluation.programs,
            workflow: loaded.workflow.clone(),
        };
        artefact::write_json(&path, &manifest)?;
    }
    let audit: Audit = artefact::read_json(&options.out.join("audit.json"))?;
    if idle {
        let message = format!("nothing to do: {} is up to date", options.out.display());
        console.result(&message, json!({"cached": true, "out": options.out}));
    } else {
        let scores = scores::table(&options.out)?;
        let report = options.out.join("report.html");
        console.result(
            &format!("\n{scores}\n{}\nreport: {}", text::summary(&audit), report.display()),
            json!({"audit": audit.verdict, "report": report}),
        );
    }
    gate(&audit, loaded.workflow.audit.fail_on)
}

/// A stage that runs alone needs what the stages before it left.
fn refuse_stale(step: &plan::Step, plan: &[plan::Step], keys: &Keys) -> Result<(), Error> {
    for need in &step.needs {
        let Some(need) = plan.iter().find(|other| other.task == *need) else { continue };
        if let Freshness::Stale(why) = keys.freshness(&need.task.to_string(), &need.key) {
            return Err(Error::Stage {
                stage: step.task.stage().name(),
                message: format!(
                    "`{}` has to run first: {why}\n  help: --only {}, or leave out --only",
                    need.task, need.task
                ),
            });
        }
    }
    Ok(())
}

fn dry_run(plan: &[plan::Step], keys: &Keys, options: &Options, console: &Console) {
    let mut would_run: HashSet<&Task> = HashSet::new();
    for step in plan {
        let name = step.task.to_string();
        if options.only.as_ref().is_some_and(|only| !only.covers(&step.task)) {
            continue;
        }
        let why = match keys.freshness(&name, &step.key) {
            Freshness::Stale(why) => Some(why),
            Freshness::Current if options.force.contains(&step.task.stage()) => {
                Some("it is forced".to_string())
            }
            Freshness::Current => step
                .needs
                .iter()
                .find(|need| would_run.contains(need))
                .map(|need| format!("`{need}` runs")),
        };
        let line = match &why {
            Some(why) => format!("{name:<28} would run: {why}"),
            None => format!("{name:<28} cached"),
        };
        console.result(&line, json!({"stage": name, "would-run": why.is_some(), "why": why}));
        if why.is_some() {
            would_run.insert(&step.task);
        }
    }
}
