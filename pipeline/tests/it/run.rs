//! A whole run on the smallest shipped workflow: what it leaves, what it does not do twice, and
//! how it fails.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{cistron, root, succeed, text};

const WORKFLOW: &str = "workflows/two-families.yaml";

#[test]
fn a_run_leaves_everything_and_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let first = succeed(&["run", WORKFLOW, "--out", out]);
    assert!(first.contains("balanced accuracy") && first.contains("look-up"), "{first}");
    for file in [
        "report.html",
        "audit.json",
        "metrics.json",
        "metrics.tsv",
        "splits.tsv",
        "manifest.json",
        "predictions/logistic/test.tsv",
        "predictions/logistic/test.audit.json",
        "models/logistic/fold-0/seed-0/model.safetensors",
        "models/logistic/fold-0/seed-0/model.json",
        "models/logistic/fold-0/seed-0/train.sketch",
        "models/logistic/fold-0/seed-0/audit.json",
        "models/logistic/fold-0/seed-0/check.json",
        "models/logistic/fold-0/seed-0/card.md",
        "models/logistic/card.md",
        "models/logistic/fold-0/seed-0/history.tsv",
        "models/logistic/fold-0/seed-0/validation.tsv",
    ] {
        assert!(folder.path().join(file).is_file(), "{file} is missing");
    }
    // Model and look-up are right on every record: the model does not beat the floor.
    let audit = std::fs::read_to_string(folder.path().join("audit.json")).unwrap();
    let audit: serde_json::Value = serde_json::from_str(&audit).unwrap();
    let findings = audit["findings"].as_array().unwrap();
    let lift = findings.iter().find(|f| f["check"] == "performance.lift:logistic").unwrap();
    assert_eq!(lift["status"], "fail", "{lift}");
    assert!(lift["message"].as_str().unwrap().contains("both give the same answer"), "{lift}");
    assert!(succeed(&["run", WORKFLOW, "--out", out]).starts_with("nothing to do"));

    // One model's epochs change: it is trained again, the data are not split again.
    let set = "models.logistic.train.epochs=3";
    let dry = succeed(&["run", WORKFLOW, "--out", out, "--set", set, "--dry-run"]);
    let line = |stage: &str| dry.lines().find(|l| l.starts_with(stage)).unwrap_or("").to_string();
    assert!(line("split").ends_with("cached"), "{dry}");
    assert!(line("train:logistic").ends_with("would run: changed: train"), "{dry}");
    assert!(line("report").contains("would run"), "{dry}");
    let set = "models.logistic.longer=windows";
    let dry = succeed(&["run", WORKFLOW, "--out", out, "--set", set, "--dry-run"]);
    assert!(dry.contains("would run: changed: longer"), "{dry}");

    // An artefact that is gone is made again, and nothing before it.
    std::fs::remove_file(folder.path().join("metrics.tsv")).unwrap();
    let again = succeed(&["run", WORKFLOW, "--out", out]);
    assert!(again.contains("evaluate") && !again.contains("train:logistic"), "{again}");
}

#[test]
fn predictions_are_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["1", "2"].map(|threads| {
        let out = folder.path().join(threads);
        succeed(&["run", WORKFLOW, "--out", out.to_str().unwrap(), "--threads", threads]);
        ["predictions/logistic/test.tsv", "models/logistic/fold-0/seed-0/model.safetensors"]
            .map(|file| std::fs::read(out.join(file)).unwrap())
    });
    assert!(one == two);
}

#[test]
fn one_shard_runs_alone_from_what_earlier_stages_left() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let shard = ["run", WORKFLOW, "--out", out, "--only", "train:logistic/fold-0/seed-0"];
    let early = cistron(&shard);
    assert_eq!(early.status.code(), Some(1));
    assert!(text(&early.stderr).contains("`split` has to run first"), "{early:?}");
    succeed(&["run", WORKFLOW, "--out", out, "--until", "split"]);
    assert!(!folder.path().join("models").exists());
    succeed(&shard);
    assert!(folder.path().join("models/logistic/fold-0/seed-0/model.json").is_file());
    assert!(!folder.path().join("metrics.json").exists());
}

#[test]
fn tensors_are_written_where_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    succeed(&["run", WORKFLOW, "--out", out, "--until", "encode"]);
    let bytes = std::fs::read(folder.path().join("tensors/logistic/fold-0.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let train = tensors.tensor("train").unwrap();
    assert_eq!(train.shape()[1..], [1, 256]);
    assert_eq!(train.shape()[0], tensors.tensor("train.labels").unwrap().shape()[0]);
}

#[test]
fn a_saved_model_predicts_alone_with_its_audit_beside() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    succeed(&["run", WORKFLOW, "--out", out]);
    let table = folder.path().join("p.tsv");
    let model = folder.path().join("models/logistic");
    let file = "test-data/well-formed/three-genes.fasta";
    succeed(&["predict", model.to_str().unwrap(), file, "-o", table.to_str().unwrap()]);
    let rows = std::fs::read_to_string(&table).unwrap();
    let head = rows.lines().next().unwrap();
    assert!(head.starts_with("id\tpredicted\tbla"), "{head}");
    assert!(
        head.ends_with("set\tnearest_train\tcontainment\tunfamiliar\toutside\tlabel"),
        "{head}"
    );
    assert_eq!(rows.lines().count(), 4);
    let audit = std::fs::read_to_string(folder.path().join("p.audit.json")).unwrap();
    assert!(audit.contains("query.unfamiliar") && audit.contains("duplicate"), "{audit}");
}

#[test]
fn models_tell_sets_and_are_held_to_what_they_computed_in_training() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    succeed(&["run", WORKFLOW, "--out", out, "--set", "models.words={svm: {}}"]);
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap();
    let metrics = read("metrics.tsv");
    for row in [
        "logistic all set-coverage",
        "words all set-size",
        "ensemble all macro-f1",
        "ensemble-weighted all macro-f1",
    ] {
        let row = row.replace(' ', "\t").replace("\tall\t", "\tall\tall\ttest\tall\t");
        assert!(metrics.contains(&row), "no {row} in {metrics}");
    }
    assert!(read("report.html").contains("mean of the probabilities of all models"));
    assert!(read("report.html").contains("The weighted mean minus the plain mean"));
    let weights = read("ensemble-weights.tsv");
    let cells = |line: &str| line.split('\t').map(str::to_string).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = weights.lines().map(cells).collect();
    assert_eq!(rows[0], ["fold", "model", "weight", "records"]);
    assert_eq!((rows.len(), rows[1][1].as_str(), rows[2][1].as_str()), (3, "logistic", "words"));
    let sum: f64 = rows[1..].iter().map(|row| row[2].parse::<f64>().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-5, "{weights}");
    let validation = read("splits.tsv").lines().filter(|l| l.ends_with("\tvalidation")).count();
    assert_eq!(rows[1][3], validation.to_string());
    for model in ["logistic", "words"] {
        let table = read(&format!("models/{model}/fold-0/seed-0/validation.tsv"));
        assert_eq!(table.lines().count(), validation + 1, "{model}");
    }
    let table = read("predictions/words/test.tsv");
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('\t').collect()).collect();
    let set = rows[0].iter().position(|column| *column == "set").unwrap();
    for row in &rows[1..] {
        assert!(row[set].split('|').any(|class| class == row[1]), "{row:?}");
    }
    let card = read("models/words/card.md");
    for part in ["## Intended use", "## Limits", "| look-up | floor |", "Sets of 90 %", "Verdict:"]
    {
        assert!(card.contains(part), "no {part} in {card}");
    }
    assert!(read("models/words/fold-0/seed-0/card.md").contains("Not known here"));

    let model = folder.path().join("models/words/fold-0/seed-0");
    let table = folder.path().join("p.tsv");
    let file = "test-data/well-formed/three-genes.fasta";
    let [name, table] = [&model, &table].map(|path| path.to_str().unwrap());
    let predict = || cistron(&["predict", name, file, "-o", table]);
    assert_eq!(predict().status.code(), Some(0));
    let path = model.join("check.json");
    let mut check: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let logit = check["logits"][3][1].as_f64().unwrap();
    check["logits"][3][1] = (logit + 1.0).into();
    std::fs::write(&path, check.to_string()).unwrap();
    let refused = predict();
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let error = text(&refused.stderr);
    assert!(error.contains("record 4") && error.contains("model differently"), "{error}");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(predict().status.code(), Some(3));
}

#[test]
fn a_folder_without_a_model_is_named() {
    let output = cistron(&["predict", "no/such/model", "test-data/well-formed/three-genes.fasta"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("expected a trained model"), "{output:?}");
}

#[test]
fn three_mistakes_are_shown_at_once_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.yaml");
    let workflow = "schema: 1\nname: x\nread:\n  fastaa: genes.fasta\nsplit: {homologie: {}}\n\
                    models:\n  m: {convv: {}}\n";
    std::fs::write(&path, workflow).unwrap();
    let output = cistron(&["check", path.to_str().unwrap()]);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    for part in ["w.yaml:4:3", "w.yaml:5:9", "w.yaml:7:7", "`fasta`?", "`homology`?", "`conv`?"] {
        assert!(error.contains(part), "no `{part}` in {error}");
    }
    assert!(error.contains("3 mistakes"), "{error}");
}

#[test]
fn a_path_may_start_with_an_environment_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.yaml");
    let workflow = "schema: 1\nname: x\nread: {fasta: $GENES_FOR_A_TEST/new.fasta}\nmodels: {}\n";
    std::fs::write(&path, workflow).unwrap();
    let check = |variable: Option<PathBuf>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
        command.arg("check").arg(&path);
        command.envs(variable.map(|value| ("GENES_FOR_A_TEST", value))).output().unwrap()
    };
    assert_eq!(check(Some(root().join("test-data/resistance-genes"))).status.code(), Some(0));
    let unset = check(None);
    assert_eq!(unset.status.code(), Some(2));
    assert!(text(&unset.stderr).contains("set the environment variable"), "{unset:?}");
}

#[test]
fn models_without_labels_are_a_mistake() {
    let set = ["--set", "read.labels=null", "--set", "read.groups={}"];
    let output = cistron(&[&["check", "workflows/resistance-genes.yaml"], &set[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("models need labels"), "{output:?}");
}

/// Ctrl-C while a network trains: exit code 130, and the next run goes on from what was finished.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_a_state_to_go_on_from() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let run = ["run", "workflows/resistance-genes.yaml", "--out", out];
    let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
    command.current_dir(root()).args(run).stdout(std::process::Stdio::piped());
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("split")));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(text(&output.stderr).contains("run the same command again"), "{output:?}");
    let dry = succeed(&[&run[..], &["--dry-run"]].concat());
    let line = |stage: &str| dry.lines().find(|l| l.starts_with(stage)).unwrap_or("").to_string();
    assert!(line("split").ends_with("cached"), "{dry}");
    assert!(line("train:conv").contains("would run"), "{dry}");
}

#[test]
fn families_of_one_cluster_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let set = "read.labels.classes=[blaTEM, blaSHV]";
    let output = cistron(&["run", WORKFLOW, "--out", out, "--set", set]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("cannot be split honestly"), "{error}");
    assert!(error.contains("blaTEM") && error.contains("blaSHV"), "{error}");
}

#[test]
fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lock = std::fs::File::create(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    let output = cistron(&["run", WORKFLOW, "--out", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("in use"), "{output:?}");
}

#[test]
fn a_device_that_is_not_built_in_is_a_missing_resource() {
    if cfg!(feature = "cuda") {
        return;
    }
    let output = cistron(&["run", WORKFLOW, "--device", "cuda:0", "--dry-run"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("built without it"), "{output:?}");
}

#[test]
fn the_gate_sets_the_exit_code_and_everything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = cistron(&["run", WORKFLOW, "--out", out, "--set", "audit.fail-on=warn"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(folder.path().join("manifest.json").is_file());
}

/// Long enough to be killed between two epochs.
const LONG: [&str; 2] = ["models.logistic.train.epochs=1500", "models.logistic.train.patience=0"];

/// Kills a run after its first checkpoint, lets it go on, and compares it with one that was left alone.
fn goes_on_after_a_kill(settings: &[&str]) {
    let (killed, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let arguments = |out: &tempfile::TempDir| -> Vec<String> {
        let out = out.path().to_str().unwrap();
        let set = LONG.iter().chain(settings).flat_map(|set| ["--set", set]);
        let all = ["run", WORKFLOW, "--until", "train", "--out", out].into_iter().chain(set);
        all.map(str::to_string).collect()
    };
    let folder = |out: &tempfile::TempDir| out.path().join("models/logistic/fold-0/seed-0");
    let checkpoints = || -> usize {
        let entries = std::fs::read_dir(folder(&killed)).into_iter().flatten().flatten();
        entries.filter(|e| e.file_name().to_string_lossy().starts_with("checkpoint-")).count()
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
    let command = command.current_dir(root()).args(arguments(&killed));
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let start = std::time::Instant::now();
    while checkpoints() == 0 && start.elapsed().as_secs() < 120 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(!folder(&killed).join("model.json").exists());

    let run = |out: &tempfile::TempDir| {
        succeed(&arguments(out).iter().map(String::as_str).collect::<Vec<_>>())
    };
    let again = run(&killed);
    assert!(again.contains("went on after epoch"), "{again}");
    assert_eq!(checkpoints(), 0);
    assert!(!run(&whole).contains("went on"));
    let file = |out, name| std::fs::read(folder(out).join(name)).unwrap();
    for name in ["model.safetensors", "model.json"] {
        assert!(file(&killed, name) == file(&whole, name), "{name}");
    }
    let rates = |out| std::fs::read(folder(out).join("learning-rate.tsv")).ok();
    assert_eq!(rates(&killed), rates(&whole));
}

#[test]
fn training_goes_on_after_a_kill_and_leaves_the_same_model() {
    goes_on_after_a_kill(&[]);
}

#[test]
fn training_that_draws_and_changes_records_goes_on_after_a_kill() {
    goes_on_after_a_kill(&[
        "models.logistic.train.batch=16",
        "models.logistic.train.learning-rate=auto",
        "models.logistic.train.accumulate=2",
        "models.logistic.train.sampling=balanced",
        "models.logistic.train.augment={mutation: 0.02}",
    ]);
}

#[test]
fn the_rate_of_a_range_test_is_told_and_gives_the_model_of_that_number() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let model = folder.path().join("models/logistic/fold-0/seed-0");
    let read = |file: &str| std::fs::read(model.join(file)).unwrap();
    let run = |rate: &str| {
        let set = format!("models.logistic.train.learning-rate={rate}");
        succeed(&["run", WORKFLOW, "--out", out, "--set", &set])
    };
    let printed = run("auto");
    let card: serde_json::Value = serde_json::from_slice(&read("model.json")).unwrap();
    let rate = card["training"]["learning-rate"].to_string();
    assert_eq!(card["training"]["config"]["learning-rate"], "auto");
    assert!(printed.contains(&format!("learning rate {rate} by a range test")), "{printed}");
    let words = format!("| learning rate | {rate}, found by a range test |");
    assert!(text(&read("card.md")).contains(&words), "{words}");
    let table = read("learning-rate.tsv");
    assert!(text(&table).starts_with("step\tlearning_rate\tloss\tsmoothed_loss\n"));
    assert!(text(&table).lines().count() > 30, "{}", text(&table));
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains(&format!("the rate that was chosen, {rate}")));
    let found = read("model.safetensors");

    // The number gives the same weights, and what the test left is gone.
    let printed = run(&rate);
    assert!(!printed.contains("range test") && found == read("model.safetensors"), "{printed}");
    assert!(!model.join("learning-rate.tsv").exists());
    let card: serde_json::Value = serde_json::from_slice(&read("model.json")).unwrap();
    assert!(card["training"].get("learning-rate").is_none());
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(!page.contains("range test"));
}

#[test]
fn every_sampling_trains_on_what_the_split_and_the_groups_say() {
    let folder = tempfile::tempdir().unwrap();
    let weights = |sampling: &str| {
        let out = folder.path().join("run");
        let sampling = format!("models.logistic.train.sampling={sampling}");
        let sets = ["read.groups={gene_family: descriptor}", "models.logistic.train.epochs=2"];
        let sets = sets.into_iter().chain([sampling.as_str()]).flat_map(|set| ["--set", set]);
        let run = ["run", WORKFLOW, "--until", "train", "--out", out.to_str().unwrap()];
        succeed(&run.into_iter().chain(sets).collect::<Vec<_>>());
        std::fs::read(out.join("models/logistic/fold-0/seed-0/model.safetensors")).unwrap()
    };
    let [shuffle, balanced, cluster] = ["shuffle", "balanced", "cluster"].map(weights);
    assert!(shuffle != balanced && shuffle != cluster && balanced != cluster);
    // The column is the label: its groups are the classes.
    assert!(weights("{group-balanced: {column: gene_family}}") == balanced);
}

#[test]
fn two_runs_are_compared_on_what_both_held_out() {
    let (long, short) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [long, short] = [&long, &short].map(|folder| folder.path().to_str().unwrap());
    succeed(&["run", WORKFLOW, "--out", long]);
    let set = "models.logistic.train.epochs=1";
    succeed(&["run", WORKFLOW, "--out", short, "--set", set]);

    let found = succeed(&["compare", long, short]);
    assert!(found.contains("models.logistic.train.epochs: 40, 1"), "{found}");
    assert!(!found.contains("differently"), "{found}");
    let same = succeed(&["compare", long, long, "--format", "json"]);
    let same: serde_json::Value = serde_json::from_str(&same).unwrap();
    let pair = &same["pairs"][0];
    assert_eq!(
        (pair["models"][1].as_str(), pair["difference"].as_f64()),
        (Some("logistic"), Some(0.0))
    );
    assert!(same["changes"].as_array().unwrap().is_empty() && same["same-split"] == true);
    // The value is that of the run's own table.
    let metrics = std::fs::read_to_string(format!("{long}/metrics.json")).unwrap();
    let metrics: serde_json::Value = serde_json::from_str(&metrics).unwrap();
    let scores = metrics["entries"][0]["scores"].as_array().unwrap();
    let score = scores.iter().find(|s| s["metric"] == "balanced-accuracy").unwrap();
    assert_eq!((&pair["values"][0], &pair["n"]), (&score["value"], &score["n"]));

    let nothing = cistron(&["compare", long, "test-data"]);
    assert_eq!(nothing.status.code(), Some(3), "{}", text(&nothing.stderr));
}
