use std::path::Path;

use super::*;

/// Reads the workflow whose key `read` is given, beside files of these contents.
fn read_with(read: &str, files: &[(&str, &str)]) -> Result<Dataset, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().join("workflow.yaml");
    let config = serde_saphyr::from_str(read).unwrap();
    super::read(&Request { read: &config, folder: folder.path(), path: &path, qualities: false })
}

/// Two wells of six cycles and one of five, in columns.
const CYCLES_IN_ROWS: &str =
    "Cycle,A1,A2,B7\n1,1,2,3\n2,1,2,3\n3,1,2,3\n4,1,3,3\n5,2,5,4\n6,4,9,\n";

const LABELS: &str = "id,label,operator\nplate/A1,yes,x\nplate/A2,yes,y\nplate/B7,no,\n";

#[test]
fn curves_of_a_table_get_their_labels_and_a_group_of_their_cycles() {
    let read = "{curves: {files: [plate.csv]}, labels: {table: labels.csv}, \
                groups: {run: nuisance, operator: nuisance, row: descriptor}}";
    let found = read_with(read, &[("plate.csv", CYCLES_IN_ROWS), ("labels.csv", LABELS)]).unwrap();
    let numbers = found.numbers.as_ref().unwrap();
    assert_eq!(found.ids(), ["plate/A1", "plate/A2", "plate/B7"]);
    assert_eq!(numbers.record(2), [3.0, 3.0, 3.0, 3.0, 4.0]);
    assert_eq!((found.classes.join(" "), found.labels[2]), ("no yes".to_string(), Some(0)));
    let group = |name: &str| found.groups.iter().find(|group| group.name == name).unwrap();
    assert_eq!(group("cycles").values, [Some(1), Some(1), Some(0)]);
    assert_eq!(group("cycles").kind, GroupKind::Nuisance);
    assert_eq!(group("operator").values, [Some(0), Some(1), None]);
    assert_eq!(group("row").levels, ["1", "2"]);
}

#[test]
fn labels_and_groups_may_be_columns_of_the_curves_themselves() {
    let text =
        "run,curve,rated,F1,F2,F3,F4,F5\na,A1,yes,1,1,1,2,4\nb,A1,no,1,1,1,1,\nb,A2,,1,1,1,1,1\n";
    let read = |more: &str| {
        let read = format!(
            "{{curves: {{files: [t.csv], label: rated}}, groups: {{run: nuisance}}{more}}}"
        );
        read_with(&read, &[("t.csv", text)])
    };
    let error = read("").unwrap_err().to_string();
    assert!(error.contains("t.csv:4: record 3 (b/A2): found an empty label"), "{error}");
    let found = read(", on-error: skip").unwrap();
    assert_eq!((found.len(), found.skipped.len()), (2, 1));
    assert_eq!(found.ids(), ["a/A1", "b/A1"]);
    let one = read(", labels: {classes: [yes]}").unwrap_err();
    assert!(one.to_string().contains("empty label"), "{one}");
}

#[test]
fn a_cycle_that_is_missing_is_not_made_up() {
    let gap = "Cycle,A1,A2\n1,1,2\n2,1,\n3,1,2\n4,1,2\n5,1,2\n6,1,2\n";
    let read = "{curves: {files: [t.csv]}, groups: {run: nuisance}}";
    let error = read_with(read, &[("t.csv", gap)]).unwrap_err().to_string();
    assert!(error.contains("(t/A2): found cycle 3 after cycle 1"), "{error}");
    let late = gap.replace("1,1,2\n", "1,1,\n");
    let error = read_with(read, &[("t.csv", &late)]).unwrap_err().to_string();
    assert!(error.contains("as the first"), "{error}");
}

#[test]
fn two_dyes_of_a_well_are_two_channels() {
    let text = "Well,Dye,F1,F2,F3,F4,F5\nA1,FAM,1,2,3,4,5\nA1,HEX,9,8,7,6,5\nA2,FAM,1,1,1,1,1\n";
    let read = "{curves: {files: [t.csv], dyes: [FAM, HEX]}, groups: {run: nuisance}";
    let found = read_with(&format!("{read}, on-error: skip}}"), &[("t.csv", text)]).unwrap();
    let numbers = found.numbers.as_ref().unwrap();
    assert_eq!((found.len(), numbers.channels.as_slice()), (1, &["FAM".into(), "HEX".into()][..]));
    assert_eq!(numbers.record(0)[..4], [1.0, 9.0, 2.0, 8.0]);
    let error = read_with(&format!("{read}}}"), &[("t.csv", text)]).unwrap_err().to_string();
    assert!(error.contains("(t/A2): found not one curve of dye `HEX`"), "{error}");
}

#[test]
fn a_difference_of_cycles_is_that_of_the_means() {
    let text = "Well,Sample,Target,Task,Cq,Group\nA1,s1,MYC,Unknown,24,a\nA2,s1,MYC,Unknown,26,a\n\
                A3,s1,ACT,Unknown,20,a\nA4,s1,TBP,Unknown,22,a\nA5,s2,MYC,Unknown,Undetermined,b\n\
                A6,s2,ACT,Unknown,20,b\nA7,s2,TBP,Unknown,20,b\nA8,water,MYC,NTC,39,\n";
    let read = "{delta-cq: {files: [t.csv], label: Group, targets: [MYC], references: [ACT, TBP]}, \
                groups: {run: nuisance}";
    let found = read_with(&format!("{read}, on-error: skip}}"), &[("t.csv", text)]).unwrap();
    assert_eq!(found.ids(), ["t/s1"]);
    assert_eq!(found.numbers.as_ref().unwrap().record(0), [4.0]);
    assert!(found.skipped[0].contains("(t/s2): found no Cq of MYC"), "{:?}", found.skipped);
}

#[test]
fn columns_that_no_file_has_are_named() {
    let read = "{curves: {files: [plate.csv]}, groups: {run: nuisance, operator: nuisance}}";
    let error = read_with(read, &[("plate.csv", CYCLES_IN_ROWS)]).unwrap_err().to_string();
    assert!(error.contains("no column `operator`"), "{error}");
}

#[test]
fn a_file_without_curves_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "Well,Sample,Cq\nA1,s,20\n").unwrap();
    let channels = [cistron_data::dataset::FLUORESCENCE.to_string()];
    let error = queries(Path::new(&path), &Measured::Curves, &channels).unwrap_err();
    assert!(error.to_string().contains("amplification curves"), "{error}");
}
