//! `cistron tune`: what it leaves, what it does not do twice, and that no test record bears on it.

use std::fmt::Write;
use std::path::Path;

use crate::command::{cistron, root, succeed, text};
use cistron::workflow::parse;
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_split::{Part, Splits, split, table};

const WORKFLOW: &str = "workflows/two-families.yaml";
const RATE: &str = "models.logistic.train.learning-rate=0.001..0.1 log";
const DECAY: &str = "models.logistic.train.weight-decay=0|0.01";
const EPOCHS: &str = "models.logistic.train.epochs=4";

/// The rows of a table without the seconds, which differ from call to call.
fn rows(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let content = std::fs::read_to_string(folder.join(name)).unwrap();
    let seconds = content.lines().next().unwrap().split('\t').position(|c| c == "seconds");
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split('\t').enumerate().filter(|(at, _)| Some(*at) != seconds);
        cells.map(|(_, cell)| cell.to_string()).collect()
    };
    content.lines().map(cells).collect()
}

fn search<'a>(workflow: &'a str, out: &'a str, trials: &'a str) -> Vec<&'a str> {
    let search = ["--search", RATE, "--search", DECAY, "--set", EPOCHS];
    [&["tune", workflow, "--out", out, "--trials", trials][..], &search].concat()
}

#[test]
fn a_search_leaves_a_workflow_and_trains_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let first = succeed(&search(WORKFLOW, out, "4"));
    // Four trials for one epoch, two for two, one for four.
    assert!(first.contains("best of 4 trials (7 models trained now)"), "{first}");
    assert!(first.contains("the test split was not touched"), "{first}");
    let table = rows(folder.path(), "tune.tsv");
    assert_eq!(table[0][..3], ["trial", "rung", "epochs"]);
    assert_eq!(table.len(), 8);
    assert!(table[1..].iter().all(|row| row.last().unwrap() == "validation, not test"));
    let epochs: Vec<&str> = table[1..].iter().map(|row| row[2].as_str()).collect();
    assert_eq!(epochs, ["1", "1", "1", "1", "2", "2", "4"]);

    let best = folder.path().join("best.yaml");
    succeed(&["check", best.to_str().unwrap()]);
    let best = std::fs::read_to_string(best).unwrap();
    assert!(best.contains(&table[7][3]) && best.contains("epochs: 4"), "{best}");

    let again = succeed(&search(WORKFLOW, out, "4"));
    assert!(again.contains("(0 models trained now)"), "{again}");
    assert_eq!(rows(folder.path(), "tune.tsv"), table);

    // What a kill left is gone on from, to the same end.
    let path = folder.path().join("tune.tsv");
    let content = std::fs::read_to_string(&path).unwrap();
    let three: Vec<&str> = content.lines().take(4).collect();
    std::fs::write(&path, three.join("\n") + "\n").unwrap();
    let resumed = succeed(&search(WORKFLOW, out, "4"));
    assert!(resumed.contains("(4 models trained now)"), "{resumed}");
    assert_eq!(rows(folder.path(), "tune.tsv"), table);

    // More trials go on from those that are there; another search does not.
    let more = succeed(&search(WORKFLOW, out, "6"));
    assert!(more.contains("best of 6 trials"), "{more}");
    let other = ["--search", RATE, "--set", EPOCHS];
    let refused = cistron(&[&["tune", WORKFLOW, "--out", out][..], &other].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("holds another search"), "{refused:?}");
}

#[test]
fn the_learning_curve_has_four_sizes_and_a_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let curve = ["tune", WORKFLOW, "--learning-curve", "--set", EPOCHS, "--out", out];
    let first = succeed(&curve);
    assert!(first.contains("doubling the data gave"), "{first}");
    let table = rows(folder.path(), "learning-curve.tsv");
    assert_eq!(table.len(), 13);
    let records = |row: &Vec<String>| row[2].parse::<f64>().unwrap();
    let all = records(&table[12]);
    assert!(records(&table[1]) < all && records(&table[7]) < all, "{table:?}");
    assert!(succeed(&curve).contains("(0 models trained now)"));
}

#[test]
fn a_model_of_whole_sequences_has_one_rung() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let found = succeed(&[
        "tune",
        WORKFLOW,
        "--out",
        out,
        "--trials",
        "2",
        "--model",
        "words",
        "--set",
        "models.words={svm: {}}",
        "--search",
        "models.words.svm.cost=0.5|2",
    ]);
    assert!(found.contains("best of 2 trials (2 models trained now)"), "{found}");
    assert!(rows(folder.path(), "tune.tsv")[1..].iter().all(|row| row[2].is_empty()));
}

#[test]
fn searches_that_make_no_sense_are_refused() {
    let refused = |search: &str| {
        let output =
            cistron(&["tune", WORKFLOW, "--out", "target/tune-refused", "--search", search]);
        assert_eq!(output.status.code(), Some(2), "{search}: {output:?}");
        text(&output.stderr)
    };
    for (search, part) in [
        ("split.homology.containment=0.1..0.3", "how they are held out"),
        ("models.logistic.train.epoch=1..4", "epochs"),
        ("models.conv.train.epochs=1..4", "does not bear on the model `logistic`"),
        ("encode.kmer-counts.k=2..4", "encoder of its own"),
        ("models.logistic.train.learning-rate=-1..0.1", "the value -1 is refused"),
        ("models.logistic.train.epochs=4", "one value"),
    ] {
        let error = refused(search);
        assert!(error.contains(part), "{search}: {error}");
    }
}

/// Writes sequences, labels and the split of a data set, and a workflow that reads them.
fn write(folder: &Path, dataset: &Dataset, splits: &Splits) {
    let (mut sequences, mut labels) = (String::new(), "id\tlabel\n".to_string());
    for record in 0..dataset.len() {
        let symbols = String::from_utf8(dataset.sequence(record).to_vec()).unwrap();
        let class = &dataset.classes[dataset.labels[record].unwrap() as usize];
        writeln!(sequences, ">{}\n{symbols}", dataset.id(record)).unwrap();
        writeln!(labels, "{}\t{class}", dataset.id(record)).unwrap();
    }
    table::write(folder, dataset, splits).unwrap();
    artefact::write(&folder.join("genes.fasta"), sequences.as_bytes()).unwrap();
    artefact::write(&folder.join("labels.tsv"), labels.as_bytes()).unwrap();
    let workflow = "schema: 1\nname: given\nseed: 7\n\
        read: {fasta: genes.fasta, labels: {table: labels.tsv, id: id, label: label}}\n\
        split: {given: {table: splits.tsv, column: split}}\n\
        models:\n  logistic: {logistic: {}, encode: {kmer-counts: {k: 4}}}\n";
    artefact::write(&folder.join("w.yaml"), workflow.as_bytes()).unwrap();
}

/// The records `keep` changed: every sequence read backwards, every label the other one.
fn changed(dataset: &Dataset, changes: &[usize]) -> Dataset {
    let mut out = Dataset::new(dataset.alphabet);
    for record in 0..dataset.len() {
        let mut symbols = dataset.sequence(record).to_vec();
        if changes.contains(&record) {
            symbols.reverse();
        }
        out.push(dataset.id(record).to_string(), &symbols, dataset.lines[record]);
    }
    out.classes.clone_from(&dataset.classes);
    let label = |i: usize| dataset.labels[i].map(|l| if changes.contains(&i) { 1 - l } else { l });
    out.labels = (0..dataset.len()).map(label).collect();
    out
}

#[test]
fn test_records_do_not_bear_on_what_is_found() {
    let loaded = parse::load(&root().join(WORKFLOW), &[], false).unwrap();
    let dataset = loaded.dataset().unwrap();
    let splits = split(&loaded.workflow.split, &dataset, None, loaded.workflow.seed).unwrap();
    let [test, validation] = [Part::Test, Part::Validation].map(|part| splits.records(0, part));
    assert!(test.len() > 50 && validation.len() > 50);

    let folder = tempfile::tempdir().unwrap();
    let tune = |name: &str, dataset: &Dataset, out: &str| {
        let folder = folder.path().join(name);
        write(&folder, dataset, &splits);
        let workflow = folder.join("w.yaml");
        let out = folder.parent().unwrap().join(out);
        cistron(&search(workflow.to_str().unwrap(), out.to_str().unwrap(), "4"))
    };
    let other = changed(&dataset, &test);
    for (name, dataset) in [("as-is", &dataset), ("changed", &other)] {
        let output = tune(name, dataset, &format!("{name}-tune"));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let [first, second] = ["as-is", "changed"]
        .map(|name| rows(&folder.path().join(format!("{name}-tune")), "tune.tsv"));
    assert_eq!(first, second);
    // Neither does the key know of them, whereas it knows of validation records.
    let again = tune("changed", &other, "as-is-tune");
    assert!(text(&again.stdout).contains("(0 models trained now)"), "{again:?}");
    let refused = tune("validation", &changed(&dataset, &validation), "as-is-tune");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(text(&refused.stderr).contains("changed since: records"), "{refused:?}");
}
