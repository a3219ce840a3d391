//! A run made up for tests: plausible numbers of any number of classes and models.

use cistron_encoders::alphabet::Alphabet;
use cistron_models::fit::{Activations, DeadUnits};

use crate::attribute::filters::{FilterMotif, Filters, Frequencies};
use crate::attribute::motifs::Motif;
use crate::attribute::recurring::{Recurring, Word};
use crate::report::{
    DataSummary, Epoch, InputFile, Provenance, Report, StageCost, TrainingRun, html,
};
use cistron_audit::finding::{Judged, Table};
use cistron_audit::{Audit, Finding, Status};
use cistron_data::dataset::{Dataset, GroupKind};
use cistron_evaluate::{ClassScore, Entry, Evaluation, Lift, Role, Score, Slice};
use cistron_split::{Certificate, Part, Splits};
use cistron_statistics::interval::Interval;

/// The parts of a run, owned, so that a test can change any of them.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) data: DataSummary,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) training: Vec<TrainingRun>,
    pub(crate) evaluation: Option<Evaluation>,
    pub(crate) audit: Audit,
    pub(crate) provenance: Provenance,
}

const DRUGS: [&str; 9] = [
    "aminoglycoside",
    "beta-lactam",
    "macrolide",
    "phenicol",
    "quinolone",
    "rifampicin",
    "sulphonamide",
    "tetracycline",
    "trimethoprim",
];

pub(crate) fn class(i: usize) -> String {
    match DRUGS.get(i) {
        Some(drug) => (*drug).to_string(),
        None => format!("class-{i}"),
    }
}

impl Example {
    /// A run with `k` classes and `m` models.
    pub(crate) fn new(k: usize, m: usize) -> Self {
        let (dataset, splits) = dataset(k);
        let data = DataSummary::of(&dataset, Some(&splits));
        Self {
            name: "resistance-genes".to_string(),
            certificate: Some(splits.certificate),
            data,
            training: (0..m).flat_map(|i| (0..2).map(move |seed| run(i, seed))).collect(),
            evaluation: Some(evaluation(k, m)),
            audit: Audit::new("resistance-genes", Vec::new(), 7, findings()),
            provenance: provenance(),
        }
    }

    pub(crate) fn html(&self) -> String {
        html(&Report {
            name: &self.name,
            created: "2026-11-22 10:15 UTC",
            version: "0.1.0",
            seed: 7,
            device: "cpu, 2 threads",
            data: &self.data,
            certificate: self.certificate.as_ref(),
            training: &self.training,
            evaluation: self.evaluation.as_ref(),
            audit: &self.audit,
            provenance: &self.provenance,
        })
        .unwrap()
    }
}

/// A number from 0 to 1 that looks random and is not.
fn wobble(i: usize) -> f64 {
    (i as f64 * 0.618_033_988_75).fract()
}

pub(crate) fn model(i: usize) -> String {
    match i {
        0 => "conv".to_string(),
        1 => "logistic".to_string(),
        2 => "transformer".to_string(),
        _ => format!("conv-{i}"),
    }
}

fn dataset(k: usize) -> (Dataset, Splits) {
    let mut dataset = Dataset::new(Alphabet::Dna);
    let (mut labels, mut plates, mut clusters, mut parts) = (vec![], vec![], vec![], vec![]);
    let mut counts = vec![];
    for c in 0..k {
        let size = 24 + 12 * (k - c);
        for i in 0..size {
            let length = 240 + (wobble(i + 3 * c) * wobble(7 * i + 1) * 900.0) as usize;
            let gc = 0.35 + 0.03 * (c % 7) as f64 + 0.1 * wobble(i);
            let symbol =
                |j: usize| if wobble(j * 5 + i) < gc { b"GC"[j % 2] } else { b"AT"[j % 2] };
            let mut sequence: Vec<u8> = (0..length).map(symbol).collect();
            if i % 20 == 0 {
                sequence[3] = b'N';
            }
            dataset.push(format!("gene{c}-{i}"), &sequence, 1);
            labels.push(Some(class(c)));
            plates.push(
                (i % 11 > 0).then(|| ["efflux", "inactivation", "target"][(i + c) % 3].to_string()),
            );
            clusters.push((c * 1000 + i / 3) as u32);
            parts.push([Part::Train, Part::Train, Part::Validation, Part::Test][i / 3 % 4]);
        }
        for part in [Part::Train, Part::Validation, Part::Test] {
            let n = (0..size).filter(|i| parts[parts.len() - size + i] == part).count();
            counts.push((0, part, class(c), n));
        }
    }
    dataset.set_labels(&labels);
    dataset.add_group("mechanism", GroupKind::Descriptor, &plates);
    dataset.skipped = vec!["genes.fasta:118: record 59 (blaX): empty sequence".to_string()];
    let certificate = Certificate {
        method: "homology".to_string(),
        similarity: "containment of canonical 15-mers, either strand".to_string(),
        k: Some(15),
        threshold: 0.2,
        identity: Some(0.898),
        hidden_identity: Some(14.0 / 15.0),
        certified: true,
        crossing_pairs: 0,
        highest: 0.187,
        evidence: vec![
            ("gene0-1".into(), "gene0-9".into(), 0.187),
            ("gene1-4".into(), "gene2-6".into(), 0.142),
        ],
        not_assessable: 0,
        compared_by_letters: 0,
        clusters: k * 12,
        largest_cluster: 31,
        clusters_by_class: (0..k).map(|c| (class(c), (24 + 12 * (k - c)) / 3)).collect(),
        counts,
        notes: vec![
            "Sequences of less than about 80 % identity are told apart by chance only.".into(),
        ],
    };
    (dataset, Splits { clusters, folds: vec![parts], certificate })
}

fn scores(value: f64, half: f64, n: usize) -> Vec<Score> {
    let shift = [0.0, 0.06, -0.03, 0.01, 0.2];
    ["balanced-accuracy", "accuracy", "macro-f1", "mcc", "auroc"]
        .iter()
        .zip(shift)
        .map(|(metric, shift)| {
            let value = (value + shift).min(0.999);
            Score {
                metric: (*metric).to_string(),
                value: Some(value),
                interval: (half > 0.0)
                    .then(|| Interval { low: value - half, high: (value + half * 0.9).min(1.0) }),
                n,
            }
        })
        .collect()
}

fn entry(name: &str, role: Role, value: f64, k: usize) -> Entry {
    let levels = ["exact", "0.95 to 1", "0.5 to 0.95", "0.2 to 0.5", "0 to 0.2"];
    let slice = |(i, level): (usize, &&str)| Slice {
        by: "containment".to_string(),
        level: (*level).to_string(),
        scores: scores(
            (value + 0.22 - 0.09 * i as f64).clamp(0.02, 1.0),
            0.04 + 0.012 * i as f64,
            40 + 30 * i,
        ),
    };
    let support = |c: usize| (24 + 12 * (k - c)) as u64 / 4;
    let right = |c: usize| {
        (support(c) as f64 * (value + 0.2 * wobble(c + name.len()) - 0.1).clamp(0.0, 1.0)) as u64
    };
    let confusion: Vec<Vec<u64>> = (0..k)
        .map(|c| {
            let mut row = vec![0; k];
            row[c] = right(c);
            let wrong = support(c) - right(c);
            row[(c + 1) % k] += wrong / 2;
            row[1 % k] += wrong - wrong / 2;
            row
        })
        .collect();
    Entry {
        name: name.to_string(),
        role,
        scores: scores(value, 0.07, 412),
        runs: (0..2).map(|seed| (0, seed, scores(value - 0.01 * seed as f64, 0.0, 412))).collect(),
        slices: levels.iter().enumerate().map(slice).collect(),
        classes: (0..k)
            .map(|c| {
                let recall = right(c) as f64 / support(c) as f64;
                let predicted: u64 = confusion.iter().map(|row| row[c]).sum();
                let precision = (predicted > 0).then(|| confusion[c][c] as f64 / predicted as f64);
                let f1 =
                    precision.filter(|p| p + recall > 0.0).map(|p| 2.0 * p * recall / (p + recall));
                ClassScore {
                    class: class(c),
                    support: support(c) as usize,
                    clusters: support(c) as usize,
                    precision,
                    recall: Some(recall),
                    f1,
                }
            })
            .collect(),
        confusion,
        curves: None,
        lift: None,
        set_level: None,
    }
}

fn evaluation(k: usize, m: usize) -> Evaluation {
    let mut entries: Vec<Entry> = (0..m)
        .map(|i| {
            let value = 0.621 - 0.03 * i as f64 / (m as f64 / 3.0).max(1.0);
            let mut entry = entry(&model(i), Role::Model, value, k);
            entry.lift = Some(Lift {
                over: "look-up".to_string(),
                metric: "balanced-accuracy".to_string(),
                value: value - 0.411,
                interval: Some(Interval { low: value - 0.501, high: value - 0.331 }),
            });
            entry
        })
        .collect();
    entries.push(entry("majority", Role::Floor, 1.0 / k as f64, k));
    entries.push(entry("composition", Role::Floor, 0.284, k));
    entries.push(entry("look-up", Role::Floor, 0.411, k));
    entries.push(entry("naive-bayes", Role::Baseline, 0.487, k));
    Evaluation {
        schema: 1,
        classes: (0..k).map(class).collect(),
        folds: 1,
        entries,
        ..Evaluation::default()
    }
}

fn activations(epoch: usize, i: usize) -> [Activations; 2] {
    [("layers.1", 0.0), ("logits", -1.0)].map(|(layer, least)| {
        let scale = 1.0 + (epoch as f64).ln() + wobble(epoch + i);
        let [q05, q25, q50, q75, q95] = [least, least / 2.0, 0.1, 0.8, 2.0].map(|q| q * scale);
        let zero = if least < 0.0 { 0.0 } else { 0.4 };
        Activations { epoch, layer: layer.to_string(), values: 4096, zero, q05, q25, q50, q75, q95 }
    })
}

fn run(i: usize, seed: u64) -> TrainingRun {
    let epoch = |e: usize| {
        let t = e as f64;
        let noise = 0.03 * wobble(e * 7 + i + seed as usize);
        Epoch {
            epoch: e,
            train_loss: 2.1 * (-t / 6.0).exp() + 0.08 + noise,
            validation_loss: Some(1.7 * (-t / 5.0).exp() + 0.55 + 0.012 * t + noise),
            validation_balanced_accuracy: Some(0.66 - 0.5 * (-t / 4.0).exp() + noise),
            gradient_norm: Some(3.0 * (-t / 9.0).exp() + noise),
        }
    };
    TrainingRun {
        model: model(i),
        fold: 0,
        seed,
        best_epoch: Some(14),
        epochs: (1..=20).map(epoch).collect(),
        rate: None,
        dead: vec![DeadUnits { layer: "layers.1".to_string(), units: 64, dead: 3 + i }],
        activations: (1..=20).flat_map(|e| activations(e, i)).collect(),
        filters: (i == 0).then(filters),
        recurring: (i < 2).then(|| recurring(i)),
    }
}

/// A filter that looks for GAT, and one that never responds.
/// Words of a model; none of the second model.
fn recurring(i: usize) -> Recurring {
    let counts = [10, 12, 9, 11, 40, 1, 0, 1, 0, 1, 0, 41, 1, 0, 41, 0];
    let word = |word: &str, shuffled| Word {
        motif: Motif {
            word: word.to_string(),
            records: 42,
            shuffled,
            enrichment: 43.0 / (shuffled + 1) as f64,
            p_value: 1e-9,
            q_value: 1e-7,
        },
        frequencies: Frequencies::new(&counts, &[0.25; 4]),
    };
    let words = if i == 0 { vec![word("GATGCC", 3), word("TTGACA", 5)] } else { Vec::new() };
    Recurring { fold: 0, records: 92, letters: b"ACGT", found: 512, words }
}

fn filters() -> Filters {
    let background = vec![0.25; 4];
    let counts = [2, 3, 70, 5, 76, 1, 1, 2, 0, 3, 1, 76];
    let motif = |filter, sites, counts: &[u64]| FilterMotif {
        filter,
        greatest: if sites > 0 { 2.5 } else { -0.5 },
        sites,
        frequencies: Frequencies::new(counts, &background),
    };
    let motifs = vec![motif(1, 80, &counts), motif(2, 0, &[0; 12])];
    Filters { fold: 0, seed: 7, records: 92, letters: b"ACGT", background, motifs }
}

fn findings() -> Vec<Finding> {
    let finding = |check: &str, title: &str, status: Status| Finding {
        check: check.to_string(),
        title: title.to_string(),
        status,
        statistic: String::new(),
        value: None,
        interval: None,
        n: 0,
        warn: None,
        fail: None,
        judged: Judged::Value,
        message: String::new(),
        evidence: Vec::new(),
        remedy: String::new(),
        tables: Vec::new(),
    };
    vec![
        Finding {
            statistic: "share of records in the smallest class over an equal share".to_string(),
            value: Some(0.42),
            n: 612,
            warn: Some(0.1),
            message: "The smallest class, trimethoprim, holds 36 of 612 records.".to_string(),
            ..finding("balance.classes", "Is any class rare?", Status::Pass)
        },
        Finding {
            statistic: "balanced accuracy of a composition probe above chance".to_string(),
            value: Some(0.173),
            interval: Some(Interval { low: 0.121, high: 0.228 }),
            n: 612,
            warn: Some(0.1),
            fail: Some(0.3),
            message: "Length, GC and 3-mers alone tell the classes with balanced accuracy 0.284; \
                      chance is 0.111."
                .to_string(),
            evidence: vec!["gene0-1".into(), "gene3-17".into(), "gene5-2".into()],
            remedy: "Compare every model with the composition floor, not with chance.".to_string(),
            tables: vec![Table {
                title: "What the probe sees".to_string(),
                columns: vec!["Feature".into(), "Balanced accuracy".into()],
                rows: vec![
                    vec!["GC".into(), "0.203".into()],
                    vec!["length".into(), "0.164".into()],
                ],
            }],
            ..finding(
                "shortcut.composition",
                "Can composition alone tell the classes?",
                Status::Warn,
            )
        },
        Finding {
            statistic: "records whose sequence another record of another class has".to_string(),
            value: Some(4.0),
            n: 612,
            warn: Some(1.0),
            fail: Some(3.0),
            message: "4 records share their sequence with a record of another class.".to_string(),
            evidence: vec!["gene1-4".into(), "gene2-6".into()],
            remedy: "Correct the labels, or leave both records out.".to_string(),
            ..finding(
                "labels.contradictory",
                "Do equal sequences carry different labels?",
                Status::Fail,
            )
        },
        finding(
            "groups.performance",
            "Is performance equal over groups?",
            Status::Unknown("No nuisance column is declared under read: groups.".to_string()),
        ),
        finding(
            "duplicates.exact",
            "Are records repeated?",
            Status::NotApplicable("The workflow removes duplicates while reading.".to_string()),
        ),
    ]
}

fn provenance() -> Provenance {
    let input = |path: &str, role: &str, size: u64| InputFile {
        path: path.to_string(),
        role: role.to_string(),
        hash: "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".to_string(),
        size,
    };
    let stage = |stage: &str, seconds: f64| StageCost {
        stage: stage.to_string(),
        seconds,
        peak_memory: Some(412_000_000),
    };
    Provenance {
        command: "cistron run workflows/resistance-genes.yaml".to_string(),
        inputs: vec![
            input("test-data/resistance-genes/genes.fasta.gz", "sequences", 612_345),
            input("test-data/resistance-genes/genes.tsv", "labels", 98_765),
        ],
        workflow: "schema: 1\nname: resistance-genes\nseed: 7\nread:\n  fasta: genes.fasta.gz\n"
            .to_string(),
        stages: vec![
            stage("read", 0.081),
            stage("split", 1.42),
            stage("train:conv/fold-0/seed-0", 74.2),
            stage("evaluate", 3.1),
        ],
        citations: vec!["Florensa et al. 2022, ResFinder, doi:10.1099/mgen.0.000748".to_string()],
    }
}
