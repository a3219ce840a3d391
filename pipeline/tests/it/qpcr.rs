//! Files of instruments are read as `qpcr-files.tsv` says, or refused with its message.
//!
//! The counts are from a Python script that reads each format by its own rules, with the csv module
//! only. The files are not part of this repository: `CISTRON_DATA` names the folder that has them.

use std::path::{Path, PathBuf};

use cistron_qpcr::quantity::{Design, StandardCurve, compare};
use cistron_qpcr::read::read;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("CISTRON_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: CISTRON_DATA names no folder with the instruments' files");
    }
    folder
}

fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_string()
}

#[test]
fn every_file_is_read_or_refused_as_expected() {
    let Some(folder) = data() else { return };
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/qpcr-files.tsv");
    let mut table = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .flexible(true)
        .from_path(list)
        .unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for row in table.records() {
        let row = row.unwrap();
        let path = &row[0];
        let found = match read(&folder.join(path), &[]) {
            Err(error) => {
                let message = error.to_string();
                let same = row[1] == *"refused" && message.contains(&row[2]);
                if same { row.iter().skip(1).collect::<Vec<_>>().join(" ") } else { message }
            }
            Ok(read) => {
                let c = read.counts();
                let layouts: Vec<String> = read.decisions[0].layouts.iter().map(name_of).collect();
                let numbers = [
                    c.wells,
                    c.targets,
                    c.samples,
                    c.curves,
                    c.fewest_cycles,
                    c.most_cycles,
                    c.measured,
                    c.undetermined,
                ];
                let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
                format!("read {} {}", layouts.join(" "), numbers.join(" "))
            }
        };
        let expected = row.iter().skip(1).collect::<Vec<_>>().join(" ");
        if found != expected {
            wrong.push(format!("{path}\n  expected {expected}\n  found    {found}"));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, 99);
}

#[test]
fn the_published_example_gives_its_ratio() {
    let Some(folder) = data() else { return };
    let mut read = read(&folder.join("qpcr-tables/pcr-R/ct1.csv"), &[]).unwrap();
    for reaction in &mut read.reactions {
        // Six samples of brain, then six of kidney.
        let brain = reaction.sample.parse::<usize>().unwrap() <= 6;
        let tissue = if brain { "brain" } else { "kidney" };
        reaction.columns.insert("tissue".into(), tissue.into());
    }
    let design = Design {
        references: vec!["GAPDH".into()],
        calibrator: "brain".into(),
        condition: Some("tissue".into()),
    };
    let found = compare(&read, &design, &[]);
    assert_eq!((found.len(), found[0].target.as_str()), (1, "c_myc"));
    // numpy: 2 ** (mean dCq brain 6.8600 - mean dCq kidney 4.3650)
    assert!((found[0].ratio - 5.637_283_020_568).abs() < 1e-9, "{}", found[0].ratio);
}

#[test]
fn a_published_dilution_series_gives_its_efficiency() {
    let Some(folder) = data() else { return };
    let read = read(&folder.join("qpcr-tables/pcr-R/ct3.csv"), &[]).unwrap();
    let amounts = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];
    // scipy 1.17.1: linregress(log10(amount), Cq), and its 95 % interval of the slope.
    for (target, slope, r_squared, low, high) in [
        ("c_myc", -3.388_095_181_871, 0.996_550_421_092, 0.936_608_923, 1.012_480_867),
        ("GAPDH", -3.414_551_373_778, 0.999_027_822_106, 0.943_310_431, 0.982_977_338),
    ] {
        let rows = read.reactions.iter().filter(|r| r.target == target).enumerate();
        let points: Vec<(f64, f64)> =
            rows.map(|(i, r)| (amounts[i / 3], r.cq.value().unwrap())).collect();
        let curve = StandardCurve::fit(target, &points).unwrap();
        assert!((curve.line.slope - slope).abs() < 1e-9);
        assert!((curve.line.r_squared - r_squared).abs() < 1e-9);
        let interval = curve.interval().unwrap();
        assert!((interval.low - low).abs() < 1e-6 && (interval.high - high).abs() < 1e-6);
    }
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-data/qpcr").join(name)
}

/// `cistron qpcr` on two plates, with what the example names.
fn run(plates: [&Path; 2], more: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cistron"));
    command.args(["--format", "json", "qpcr"]).args(plates);
    for reference in ["RPL13A", "GAPDH", "TBP"] {
        command.args(["--reference", reference]);
    }
    command.args(["--condition", "Treatment", "--calibrator", "untreated"]).args(more);
    command.output().unwrap()
}

#[test]
fn the_shipped_plates_give_the_planted_ratio_and_a_clean_audit() {
    let plates = ["simulated-plate-1.csv", "simulated-plate-2.csv"].map(shipped);
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let output = run([&plates[0], &plates[1]], &["--fail-on", "warn", "--out", folder]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&said["total"]["reactions"], &said["total"]["plates"]), (&176.into(), &2.into()));
    let quantity = &said["quantities"][0];
    assert_eq!((&quantity["target"], &quantity["condition"]), (&"MYC".into(), &"treated".into()));
    let limit = |name: &str| quantity["interval"][name].as_f64().unwrap();
    assert!(limit("low") < 4.0 && limit("high") > 4.0, "{quantity}");
    assert_eq!(said["audit"]["verdict"]["status"], "pass", "{}", said["audit"]["verdict"]);
    for name in ["cq.tsv", "quantities.tsv", "qpcr-audit.json"] {
        assert!(out.path().join(name).metadata().unwrap().len() > 0, "{name}");
    }
}

#[test]
fn a_contaminated_control_fails_the_gate() {
    let text = std::fs::read_to_string(shipped("simulated-plate-1.csv")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plate.csv");
    std::fs::write(&path, text.replace("water,MYC,NTC,,Undetermined", "water,MYC,NTC,,28.1"))
        .unwrap();
    let output = run([&path, &shipped("simulated-plate-2.csv")], &["--fail-on", "fail"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("qpcr.no-template"));
}

#[test]
fn the_shipped_curves_get_their_cycles() {
    let mut read = read(&shipped("simulated-curves.csv"), &[]).unwrap();
    assert_eq!(cistron_qpcr::quantity::call(&mut read), (10, 2));
    for (i, reaction) in read.reactions.iter().take(10).enumerate() {
        // The logistic's second derivative is highest at its middle less scale * ln(2 + sqrt 3).
        let expected = 20.0 + i as f64 - 1.5 * (2.0 + 3.0_f64.sqrt()).ln();
        assert!((reaction.cq.value().unwrap() - expected).abs() < 0.5, "{reaction:?}");
    }
}

#[test]
fn cycles_that_were_computed_are_not_taken_for_filled_in_ones() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cistron"));
    let output = command.arg("qpcr").arg(shipped("simulated-rated-curves.csv")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("qpcr.imputed"), "{text}");
    assert!(!text.contains("FAIL") && text.contains("; 123 have none"), "{text}");
}

#[test]
fn mistakes_of_the_command_line_are_named() {
    let plate = shipped("simulated-plate-1.csv");
    let output = run([&plate, &plate], &["--reference", "GAPDHH"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `GAPDH`?"));
}

#[test]
fn a_list_says_what_each_file_holds_or_why_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("notes.csv");
    std::fs::write(&bad, "who,when\nme,today\n").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cistron"));
    let files = [shipped("simulated-curves.csv"), bad, shipped("simulated-plate-1.csv")];
    let output = command.args(["qpcr", "--list"]).args(files).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].ends_with("CyclesInRows\t12\t0\t0\t12\t40\t0\t0"), "{text}");
    assert!(lines[2].contains("refused: found `who`") && lines[2].contains("expected"), "{text}");
    assert!(lines[3].ends_with("LongCq\t88\t4\t8\t0\t-\t80\t8"), "{text}");
    assert_eq!(lines[4], "3 files: 2 read, 1 refused");
}
