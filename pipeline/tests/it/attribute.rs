//! A model that learnt a planted motif is seen to look at it.

use std::fmt::Write;
use std::path::Path;

use crate::command::{cistron, succeed, text};

const MOTIF: &[u8] = b"TGACTCA";
const RECORDS: usize = 600;
const LENGTH: usize = 80;
/// Width of the filters.
const WIDTH: usize = 9;

/// Random bases from a linear congruential generator; every other record holds the motif.
fn planted(folder: &Path) -> Vec<usize> {
    let mut state = 7_u64;
    let mut below = |n: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let (mut fasta, mut places) = (String::new(), Vec::new());
    for record in 0..RECORDS {
        let mut bases: Vec<u8> = (0..LENGTH).map(|_| b"ACGT"[below(4)]).collect();
        let place = below(LENGTH - MOTIF.len());
        let class = if record % 2 == 0 { "site" } else { "none" };
        if class == "site" {
            bases[place..place + MOTIF.len()].copy_from_slice(MOTIF);
        }
        writeln!(fasta, ">r{record} class={class}\n{}", text(&bases)).unwrap();
        places.push(place);
    }
    std::fs::write(folder.join("planted.fasta"), fasta).unwrap();
    let workflow = "schema: 1\nname: planted\nseed: 3\nread:\n  fasta: planted.fasta\n  \
        labels: {header: 'class=(?<label>\\w+)'}\nsplit: {random: {}}\n\
        encode: {one-hot: {length: 80}}\nmodels:\n  conv:\n    conv: {filters: [32], width: 9}\n    \
        train: {epochs: 60, learning-rate: 0.005, patience: 60}\n  words:\n    logistic: {}\n    \
        encode: {kmer-counts: {k: 3}}\n    train: {epochs: 1}\n  flat:\n    logistic: {}\n    \
        train: {epochs: 1}\n";
    std::fs::write(folder.join("w.yaml"), workflow).unwrap();
    places
}

/// Scores of each record, and what else the rows hold.
fn rows(table: &Path) -> Vec<Vec<(f64, Vec<f64>)>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_path(table).unwrap();
    let mut records: Vec<Vec<(f64, Vec<f64>)>> = Vec::new();
    for row in reader.records().map(Result::unwrap) {
        if &row[1] == "1" {
            records.push(Vec::new());
        }
        let rest = row.iter().skip(5).map(|cell| cell.parse().unwrap()).collect();
        records.last_mut().unwrap().push((row[4].parse().unwrap(), rest));
    }
    records
}

/// The mean score from five positions before the motif to five behind it, as the height of a block, of
/// eight for the greatest.
fn profile(records: &[Vec<(f64, Vec<f64>)>], places: &[usize]) -> String {
    let mean = |offset: usize| {
        let held = records.iter().zip(places).step_by(2);
        let score = |(scores, place): (&Vec<(f64, Vec<f64>)>, &usize)| {
            Some(scores.get((place + offset).checked_sub(5)?)?.0)
        };
        let found: Vec<f64> = held.filter_map(score).collect();
        found.iter().sum::<f64>() / found.len() as f64
    };
    let means: Vec<f64> = (0..MOTIF.len() + 10).map(mean).collect();
    let most = means.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let blocks: Vec<char> = " ▁▂▃▄▅▆▇█".chars().collect();
    means.iter().map(|mean| blocks[(mean / most * 8.0).round().clamp(0.0, 8.0) as usize]).collect()
}

/// A filter's most frequent letters hold the motif, all but an end.
fn filters_hold_the_motif(meme: &str) {
    let meme = std::fs::read_to_string(meme).unwrap();
    assert!(meme.starts_with("MEME version 4\n\nALPHABET= ACGT\n\nstrands: +\n\n"), "{meme}");
    let consensus = |motif: &str| {
        let rows = motif.lines().filter(|line| line.starts_with(" 0") || line.starts_with(" 1"));
        let letter = |row: &str| {
            let shares: Vec<f64> = row.split_whitespace().map(|s| s.parse().unwrap()).collect();
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{row}");
            let most = (0..4).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap();
            char::from(b"ACGT"[most])
        };
        rows.map(letter).collect::<String>()
    };
    let found: Vec<String> = meme.split("\nMOTIF ").skip(1).map(consensus).collect();
    let held = |consensus: &String| consensus.contains("GACTCA") || consensus.contains("TGACTC");
    assert!(found.iter().all(|consensus| consensus.len() == 9), "{found:?}");
    assert!(found.iter().any(held), "{found:?}");
}

/// The words of the motif stand in most records that hold it, and in few shuffled ones.
fn words_of_the_motif_come_first(table: &str) {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_path(table).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for row in &rows[..2] {
        let number = |column: usize| row[column].parse::<f64>().unwrap();
        assert!("TGACTCA".contains(&row[0]), "{row:?}");
        assert!(number(1) >= 240.0 && number(2) < 60.0 && number(6) < 1e-9, "{row:?}");
    }
}

#[test]
fn the_positions_of_a_planted_motif_rank_first() {
    let folder = tempfile::tempdir().unwrap();
    let places = planted(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (workflow, out, fasta) = (path("w.yaml"), path("run"), path("planted.fasta"));
    succeed(&["run", &workflow, "--out", &out]);
    let model = path("run/models/conv");
    let of_run = |name: &str| std::fs::read_to_string(path(&format!("run/{name}"))).unwrap();
    let units = of_run("models/conv/fold-0/seed-0/dead-units.tsv");
    assert!(units.starts_with("layer\tunits\tdead\nlayers.1\t32\t"), "{units}");
    assert!(of_run("models/conv/fold-0/seed-0/history.tsv").contains("\tgradient_norm\t"));
    let report = of_run("report.html");
    assert_eq!(report.matches("download=\"filters-").count(), 1);
    // The motif, up to two letters shifted, recurs where the model looks at held-out records.
    assert_eq!(report.matches("download=\"motifs-").count(), 1);
    let words = ["TGACTC", "GACTCA"].iter().filter(|word| report.contains(&format!(">{word}: ")));
    assert!(words.count() >= 1);
    assert!(report.contains("Rectified units that are 0 for every validation record"));
    let refused = cistron(&["attribute", &path("run/models/words"), &fasta, "--filters"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("`words` has no filters over letters"));
    let refused = cistron(&["attribute", &path("run/models/flat"), &fasta, "--method", "cam"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("`flat` has no convolution for `--method cam`"));
    let seen = of_run("models/conv/fold-0/seed-0/activations.tsv");
    let head = "epoch\tlayer\tvalues\tzero\tq05\tq25\tq50\tq75\tq95\n1\tlayers.1\t";
    assert!(seen.starts_with(head) && seen.contains("\n1\tlogits\t"), "{seen}");
    assert_eq!(seen.lines().count() % 2, 1, "a row a layer and epoch");
    assert!(report.contains("download=\"activations-0.tsv\""));
    for method in ["integrated", "gradient", "mutagenesis", "cam"] {
        let table = path(&format!("{method}.tsv"));
        let arguments = ["--method", method, "--class", "site", "--limit", "600", "-o", &table];
        let also: &[&str] =
            if method == "integrated" { &["--filters", "--motifs", "--seed", "1"] } else { &[] };
        let printed = succeed(&[&["attribute", &model, &fasta], &arguments[..], also].concat());
        let records = rows(Path::new(&table));
        assert_eq!((records.len(), records[0].len()), (RECORDS, LENGTH));
        let mut first = 0;
        for (scores, place) in records.iter().zip(&places).step_by(2) {
            // The stretch of the motif's length with the largest sum.
            let sum =
                |start: usize| scores[start..start + MOTIF.len()].iter().map(|s| s.0).sum::<f64>();
            let starts = 0..=LENGTH - MOTIF.len();
            let best = starts.max_by(|a, b| sum(*a).total_cmp(&sum(*b))).unwrap();
            // A map is as sharp as a window of the convolution, which is wider than the motif.
            let off = if method == "cam" { WIDTH - MOTIF.len() } else { 0 };
            first += usize::from(best.abs_diff(*place) <= off);
            assert!(method != "cam" || scores.iter().all(|score| score.0 >= 0.0));
        }
        let drawn = profile(&records, &places);
        println!("{method:<12}{first:>4} of {}  |{drawn}|", RECORDS / 2);
        assert!(first * 100 >= RECORDS / 2 * 95, "{method}: {first} of {}", RECORDS / 2);
        if method == "integrated" {
            assert!(printed.contains("scores add up to the logit within"), "{printed}");
            filters_hold_the_motif(&path("integrated.filters.meme"));
            words_of_the_motif_come_first(&path("integrated.motifs.tsv"));
            assert!(Path::new(&path("integrated.filters.tsv")).exists());
        }
        let replaced = if method == "mutagenesis" { 4 } else { 0 };
        assert_eq!(records[0][0].1.len(), replaced);
        let track = std::fs::read_to_string(path(&format!("{method}.bedgraph"))).unwrap();
        assert_eq!(track.lines().count(), RECORDS * LENGTH + 1);
        assert!(track.lines().nth(1).unwrap().starts_with("r0\t0\t1\t"));
    }
}
