//! The folder of a run: locked by one process, owned by one workflow, freed of what is no longer of it.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use fs4::FileExt;
use serde::{Deserialize, Serialize};

use super::plan::Step;
use super::task::{Stage, Task};
use crate::key;
use crate::workflow::parse::Loaded;
use cistron_data::artefact::{self, LEDGER, Ledger};
use cistron_data::error::Error;

/// Where members of a model go that are no longer of the workflow: whatever lies in the model's own
/// folder predicts.
const RETIRED: &str = ".retired";

/// Takes the folder for this process; another one is refused at once.
///
/// The lock is neither emptied nor looked for behind a link: whatever it is called, it is not ours to
/// change.
pub(crate) fn lock(out: &Path) -> Result<File, Error> {
    let path = out.join(".lock");
    if std::fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        let help = "remove it, or choose another folder with --out";
        return Err(Error::Usage(format!("{} is no regular file\n  help: {help}", path.display())));
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Error::write(&path, &error))?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(_) => Err(Error::Resource(format!(
            "{} is in use by another cistron process\n  help: wait for it, or choose another \
             folder with --out",
            out.display()
        ))),
    }
}

/// The workflow that a folder belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    name: String,
    file: String,
}

impl Owner {
    fn of(loaded: &Loaded) -> Self {
        let file = loaded.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { name: loaded.workflow.name.clone(), file }
    }

    fn path(out: &Path) -> PathBuf {
        out.join(".keys/workflow.json")
    }
}

/// Refuses the folder of another workflow: its models and tables would be replaced one by one.
pub(super) fn refuse_foreign(loaded: &Loaded, out: &Path) -> Result<(), Error> {
    let Ok(owner) = artefact::read_json::<Owner>(&Owner::path(out)) else { return Ok(()) };
    if owner == Owner::of(loaded) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} belongs to the workflow `{}` of {}\n  help: choose another folder with --out, or give \
         it to `{}` of {} with --overwrite",
        out.display(),
        owner.name,
        owner.file,
        loaded.workflow.name,
        loaded.path.display()
    )))
}

/// Writes down that the folder is this workflow's.
pub(super) fn claim(loaded: &Loaded, out: &Path) -> Result<(), Error> {
    let (path, owner) = (Owner::path(out), Owner::of(loaded));
    match artefact::read_json::<Owner>(&path) {
        Ok(known) if known == owner => Ok(()),
        _ => artefact::write_json(&path, &owner),
    }
}

/// What a run writes itself, whatever its shards are.
const WHOLE: [&str; 8] = [
    "splits.tsv",
    "split.json",
    "metrics.json",
    "metrics.tsv",
    "audit.json",
    "report.html",
    "manifest.json",
    ".keys/inputs.json",
];

/// Asks before any work whether what the steps write may be written.
pub(super) fn refuse_overwriting(out: &Path, plan: &[Step]) -> Result<(), Error> {
    let shards = plan.iter().filter_map(|step| match step.task.stage() {
        Stage::Train => {
            let task = &step.task;
            let [model, fold, seed] = [task.part(0), task.part(1), task.part(2)];
            Some(vec![format!("models/{model}/{fold}/{seed}/model.json")])
        }
        Stage::Predict => {
            let table = format!("predictions/{}/{}", step.task.part(0), step.task.part(1));
            Some(vec![format!("{table}.tsv"), format!("{table}.audit.json")])
        }
        _ => None,
    });
    let mut files = shards.flatten().chain(WHOLE.map(str::to_string));
    files.try_for_each(|file| artefact::may_write(&out.join(file)))
}

/// Moves members of the workflow's models that are no longer of it out of the way.
pub(super) fn retire(out: &Path, plan: &[Step]) -> Result<(), Error> {
    let tasks = tasks(plan);
    let models: HashSet<&str> =
        plan.iter().filter(|s| s.task.stage() == Stage::Train).map(|s| s.task.part(0)).collect();
    let ledger = Ledger::open(&out.join(LEDGER));
    let members = ledger.files().filter_map(|file| file.strip_suffix("/model.json"));
    for member in members {
        let ["models", model, fold, seed] = parts(member)[..] else { continue };
        let (from, to) = (out.join(member), out.join(RETIRED).join(member));
        if !models.contains(model)
            || tasks.contains(&Task::shard(Stage::Train, &[model, fold, seed]))
            || !from.is_dir()
        {
            continue;
        }
        let move_away = || {
            std::fs::create_dir_all(to.parent().unwrap_or(out))?;
            match std::fs::remove_dir_all(&to) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => std::fs::rename(&from, &to),
            }
        };
        move_away().map_err(|error: std::io::Error| Error::write(&to, &error))?;
    }
    Ok(())
}

fn tasks(plan: &[Step]) -> HashSet<Task> {
    plan.iter().map(|step| step.task.clone()).collect()
}

fn parts(file: &str) -> Vec<&str> {
    file.split('/').collect()
}

/// Files of shards that the workflow no longer has, of a whole plan.
pub(super) fn stale(out: &Path, plan: &[Step]) -> Vec<PathBuf> {
    let tasks = tasks(plan);
    let models: HashSet<&str> = plan.iter().map(|step| step.task.part(0)).collect();
    let keys: HashSet<String> =
        tasks.iter().map(|task| key::file_name(&task.to_string())).collect();
    let wanted = |file: &str| match parts(file)[..] {
        ["models", model, fold, seed, _] => {
            tasks.contains(&Task::shard(Stage::Train, &[model, fold, seed]))
        }
        ["models" | "tensors", model, _] => models.contains(model),
        ["predictions", model, table] => [".audit.json", ".tsv", ".vcf"].iter().any(|ending| {
            table
                .strip_suffix(ending)
                .is_some_and(|name| tasks.contains(&Task::shard(Stage::Predict, &[model, name])))
        }),
        [".keys", name] => {
            let encoded = name.starts_with(Stage::Encode.name());
            ["inputs.json", "workflow.json"].contains(&name) || encoded || keys.contains(name)
        }
        _ => true,
    };
    let ledger = Ledger::open(&out.join(LEDGER));
    let files = ledger.files().filter(|file| !wanted(file)).map(|file| out.join(file));
    let mut files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    let retired = out.join(RETIRED);
    files.extend(retired.is_dir().then_some(retired));
    files
}

/// Removes what [`stale`] lists, and folders that this leaves empty.
pub(super) fn prune(out: &Path, stale: &[PathBuf]) -> Result<(), Error> {
    for path in stale {
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.map_err(|error| Error::write(path, &error))?;
        let above = path.ancestors().skip(1).take_while(|folder| *folder != out);
        for folder in above {
            // One that holds something else stays.
            if std::fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
    Ok(())
}
