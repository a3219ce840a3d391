//! Whole training runs on small sets.

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::Device;

use super::*;
use crate::architecture::{self, Architecture, Conv, Logistic, Mlp, Transformer};
use crate::batch::{Batch, RecordValues};
use crate::head::ClassWeights;
use crate::input::InputShape;
use crate::random;

/// Random sequences of four symbols; the label is the motif that was planted, one of three.
struct Planted {
    sequences: Vec<Vec<u8>>,
    tokens: bool,
}

const LENGTH: usize = 40;
const MOTIFS: [[u8; 6]; 3] = [[0, 1, 2, 3, 0, 1], [3, 3, 1, 1, 2, 2], [2, 0, 2, 0, 3, 1]];

impl Planted {
    fn new(records: usize, seed: u64, tokens: bool) -> Self {
        let mut generator = random::generator(seed, "sequences");
        let mut draw = |n: usize| (random::uniform(&mut generator) * n as f32) as usize;
        let sequences = (0..records)
            .map(|record| {
                let length = LENGTH - draw(12);
                let mut sequence: Vec<u8> = (0..length).map(|_| draw(4) as u8).collect();
                let start = draw(length - 6);
                sequence[start..start + 6].copy_from_slice(&MOTIFS[record % 3]);
                sequence
            })
            .collect();
        Self { sequences, tokens }
    }
}

impl Source for Planted {
    fn len(&self) -> usize {
        self.sequences.len()
    }

    fn batch(&self) -> Batch {
        if self.tokens {
            return Batch::tokens(LENGTH, 64);
        }
        let table: Vec<f32> = (0..16).map(|i| f32::from(i % 5 == 0)).collect();
        Batch::symbols(LENGTH, Arc::from(table), 4)
    }

    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
        batch.reset(indices.len());
        for (slot, &record) in indices.iter().enumerate() {
            let sequence = &self.sequences[record];
            match batch.record(slot) {
                Some((valid, RecordValues::Symbols(codes))) => {
                    *valid = sequence.len() as u32;
                    codes[..sequence.len()].copy_from_slice(sequence);
                }
                Some((valid, RecordValues::Tokens(ids))) => {
                    *valid = sequence.len() as u32 - 2;
                    for (id, word) in ids.iter_mut().zip(sequence.windows(3)) {
                        *id = word.iter().fold(0, |id, &code| 4 * id + u32::from(code));
                    }
                }
                _ => return Err("unexpected batch".into()),
            }
        }
        Ok(())
    }

    fn label(&self, record: usize) -> u32 {
        (record % 3) as u32
    }
}

fn build(architecture: &Architecture, source: &Planted) -> Network {
    architecture::build(architecture, source.batch().shape(), 3).unwrap()
}

fn small_conv() -> Architecture {
    let filters = vec![16, 16];
    Architecture::Conv(Conv { filters, width: 6, pool: 2, dropout: 0.1, ..Conv::default() })
}

fn small_transformer() -> Architecture {
    Architecture::Transformer(Transformer { width: 16, heads: 2, ..Transformer::default() })
}

fn run(
    architecture: &Architecture,
    config: &FitConfig,
    parts: [&Planted; 2],
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Fitted, FitError> {
    run_on(&Executor::on(Device::Cpu), architecture, config, parts, observer)
}

fn run_on(
    executor: &Executor,
    architecture: &Architecture,
    config: &FitConfig,
    [train, validation]: [&Planted; 2],
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Fitted, FitError> {
    let network = build(architecture, train);
    let run = Fit { network: &network, config, executor, seed: 7, from: None };
    fit(&run, train, validation, observer)
}

/// The executors of a CPU.
fn executors() -> [Executor; 2] {
    [Executor::Candle(Device::Cpu), Executor::on(Device::Cpu)]
}

fn go_on(_: &Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_planted_motif_is_learnt_and_not_by_heart() {
    let (train, validation) = (Planted::new(600, 1, false), Planted::new(90, 2, false));
    let config = FitConfig { epochs: 20, batch: 32, learning_rate: 3e-3, ..FitConfig::default() };
    let fitted = run(&small_conv(), &config, [&train, &validation], &mut go_on).unwrap();
    let best = fitted.history[fitted.best_epoch - 1];
    assert!(best.validation_accuracy.unwrap() > 0.95, "{best:?}");
    assert!(best.validation_balanced_accuracy.unwrap() > 0.95);
    let lowest = |epoch: &Epoch| best.validation_loss <= epoch.validation_loss;
    assert!(fitted.history.iter().all(lowest));
    // The weights returned are those of the best epoch.
    let network = build(&small_conv(), &train);
    let executor = Executor::on(Device::Cpu);
    let logits = predict(&network, &fitted.weights, &validation, 17, &executor).unwrap();
    let labels: Vec<u32> = (0..90).map(|record| validation.label(record)).collect();
    let targets = crate::head::Targets { labels: &labels, weights: &[1.0; 90] };
    let loss = CrossEntropy::default().loss(&logits, 3, &targets, None) / 90.0;
    assert!((loss - best.validation_loss.unwrap()).abs() < 1e-5);
}

#[test]
fn every_architecture_memorises_a_few_records() {
    let architectures = [
        (Architecture::Logistic(Logistic {}), false),
        (Architecture::Mlp(Mlp::default()), false),
        (small_conv(), false),
        (small_transformer(), true),
        (small_transformer(), false),
    ];
    for (architecture, tokens) in architectures {
        let train = Planted::new(24, 3, tokens);
        let config = FitConfig {
            epochs: 150,
            batch: 8,
            learning_rate: 1e-2,
            patience: 0,
            ..FitConfig::default()
        };
        let fitted = run(&architecture, &config, [&train, &train], &mut go_on).unwrap();
        let accuracy = fitted.history.last().unwrap().validation_accuracy.unwrap();
        assert!(accuracy > 0.99, "{architecture:?}: {accuracy}");
        assert!(fitted.history[140].train_loss < 0.3 * fitted.history[0].train_loss);
    }
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    let cases = [(small_conv(), false), (small_transformer(), true)];
    for ((architecture, tokens), executor) in
        cases.iter().flat_map(|case| executors().map(|executor| (case, executor)))
    {
        let (train, validation) = (Planted::new(70, 1, *tokens), Planted::new(30, 2, *tokens));
        let config = FitConfig { epochs: 3, batch: 32, ..FitConfig::default() };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let parts = [&train, &validation];
            pool.install(|| run_on(&executor, architecture, &config, parts, &mut go_on).unwrap())
        };
        let [one, two, again] = [on(1), on(2), on(2)];
        let bits = |fitted: &Fitted| -> Vec<u32> {
            fitted.weights.as_slice().iter().map(|weight| weight.to_bits()).collect()
        };
        assert_eq!(bits(&one), bits(&two));
        assert_eq!(bits(&two), bits(&again));
        let losses = |fitted: &Fitted| -> Vec<u64> {
            fitted.history.iter().map(|epoch| epoch.train_loss.to_bits()).collect()
        };
        assert_eq!(losses(&one), losses(&two));
    }
}

#[test]
fn training_ends_early_when_the_validation_loss_does_not_fall() {
    // Labels of the validation records are wrong on purpose: learning makes their loss rise.
    let train = Planted::new(60, 1, false);
    let mut validation = Planted::new(60, 1, false);
    validation.sequences.rotate_left(1);
    let config = FitConfig {
        epochs: 60,
        batch: 16,
        learning_rate: 3e-3,
        patience: 3,
        ..FitConfig::default()
    };
    let fitted = run(&small_conv(), &config, [&train, &validation], &mut go_on).unwrap();
    assert_eq!(fitted.ending, Ending::Patience);
    assert_eq!(fitted.history.len(), fitted.best_epoch + 3);
}

#[test]
fn the_observer_sees_every_step_and_can_stop() {
    let (train, none) = (Planted::new(20, 1, false), Planted::new(0, 2, false));
    let config = FitConfig { epochs: 4, batch: 8, ..FitConfig::default() };
    let (mut steps, mut epochs) = (0, 0);
    let fitted = run(&small_conv(), &config, [&train, &none], &mut |progress| {
        match progress {
            Progress::Step { steps: all, .. } => {
                assert_eq!(*all, 12);
                steps += 1;
            }
            Progress::Epoch(epoch, _) => {
                epochs += 1;
                assert_eq!((epoch.epoch, epoch.validation_loss), (epochs, None));
            }
        }
        if steps == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!((steps, epochs), (7, 2));
    assert_eq!((fitted.ending, fitted.best_epoch), (Ending::Stopped, 2));
}

#[test]
fn a_run_that_goes_on_ends_with_the_same_weights() {
    use crate::optimizer::{OptimizerChoice, Schedule};
    let (train, validation) = (Planted::new(60, 1, false), Planted::new(30, 2, false));
    let network = build(&small_conv(), &train);
    let executor = Executor::on(Device::Cpu);
    for optimizer in [OptimizerChoice::Adamw {}, OptimizerChoice::Sgd { momentum: 0.9 }] {
        let schedule = Schedule::OneCycle { warm_up: 0.3 };
        let config =
            FitConfig { epochs: 5, batch: 16, optimizer, schedule, ..FitConfig::default() };
        let whole =
            Fit { network: &network, config: &config, executor: &executor, seed: 7, from: None };
        let mut snapshots = Vec::new();
        let expected = fit(&whole, &train, &validation, &mut |progress| {
            if let Progress::Epoch(_, standing) = progress {
                snapshots.push(standing.save().unwrap());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(snapshots.len(), 5);
        for (epochs, bytes) in (1..).zip(&snapshots) {
            let snapshot = Snapshot::load(bytes).unwrap();
            assert_eq!(snapshot.epochs(), epochs);
            let rest = Fit { from: Some(&snapshot), ..whole };
            let found = fit(&rest, &train, &validation, &mut go_on).unwrap();
            assert_eq!(found.weights, expected.weights, "after epoch {epochs}");
            assert_eq!((found.best_epoch, found.ending), (expected.best_epoch, expected.ending));
            let losses = |fitted: &Fitted| -> Vec<(f64, Option<f64>)> {
                fitted.history.iter().map(|e| (e.train_loss, e.validation_loss)).collect()
            };
            assert_eq!(losses(&found), losses(&expected));
            assert_eq!(found.activations, expected.activations);
        }
        // Both rectifiers and the logits after each epoch.
        let seen = expected.activations.iter().map(|seen| (seen.epoch, seen.layer.as_str()));
        let layers = ["layers.1", "layers.5", "logits"];
        let all = (1..=5).flat_map(|epoch| layers.map(|layer| (epoch, layer)));
        assert_eq!(seen.collect::<Vec<_>>(), all.collect::<Vec<_>>());
        assert!(
            expected.activations.iter().all(|seen| seen.q05 <= seen.q50 && seen.q50 <= seen.q95)
        );
        assert!(expected.activations.iter().any(|seen| seen.zero > 0.0 && seen.q05 > 0.0));
    }
}

#[test]
fn damaged_and_foreign_snapshots_are_errors() {
    let train = Planted::new(20, 1, false);
    let config = FitConfig { epochs: 1, ..FitConfig::default() };
    let mut bytes = Vec::new();
    run(&small_conv(), &config, [&train, &train], &mut |progress| {
        if let Progress::Epoch(_, standing) = progress {
            bytes = standing.save().unwrap();
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    for end in [0, 7, 8, 100, bytes.len() - 1] {
        assert!(Snapshot::load(&bytes[..end]).is_err(), "{end}");
    }
    let snapshot = Snapshot::load(&bytes).unwrap();
    let wider = Architecture::Conv(Conv { filters: vec![17], ..Conv::default() });
    let (network, executor) = (build(&wider, &train), Executor::on(Device::Cpu));
    let from = Some(&snapshot);
    let other = Fit { network: &network, config: &config, executor: &executor, seed: 7, from };
    let error = fit(&other, &train, &train, &mut go_on).unwrap_err();
    assert!(matches!(error, FitError::Snapshot(SnapshotError::Size { .. })), "{error}");
}

#[test]
fn a_run_that_diverges_says_what_to_do() {
    let train = Planted::new(60, 1, false);
    let config = FitConfig {
        epochs: 50,
        learning_rate: 1e30,
        clip_norm: 0.0,
        optimizer: crate::optimizer::OptimizerChoice::Sgd { momentum: 0.0 },
        ..FitConfig::default()
    };
    let error = run(&small_conv(), &config, [&train, &train], &mut go_on).unwrap_err();
    assert!(matches!(error, FitError::Diverged { .. }), "{error}");
    assert!(error.to_string().contains("lower learning-rate"));
}

#[test]
fn unusable_requests_are_errors() {
    let (train, none) = (Planted::new(6, 1, false), Planted::new(0, 2, false));
    let config = FitConfig { epochs: 0, ..FitConfig::default() };
    let error = run(&small_conv(), &config, [&train, &train], &mut go_on);
    assert!(matches!(error, Err(FitError::Config(_))));
    let config = FitConfig { class_weights: ClassWeights::None, ..FitConfig::default() };
    let error = run(&small_conv(), &config, [&none, &train], &mut go_on);
    assert!(matches!(error, Err(FitError::NoRecords)));
    let shape = InputShape::Dense { length: LENGTH, channels: 4 };
    let network = architecture::build(&small_conv(), shape, 3).unwrap();
    for executor in executors() {
        let run =
            Fit { network: &network, config: &config, executor: &executor, seed: 1, from: None };
        let error = fit(&run, &train, &train, &mut go_on);
        assert!(matches!(error, Err(FitError::Executor(ExecutorError::Input(_)))));
    }
}

#[test]
fn the_gradient_norm_is_that_before_clipping() {
    let train = Planted::new(30, 1, false);
    let architecture = Architecture::Logistic(Logistic {});
    let config = FitConfig { epochs: 1, batch: 30, clip_norm: 1e-3, ..FitConfig::default() };
    let fitted = run(&architecture, &config, [&train, &train], &mut go_on).unwrap();
    // One step, of all records, with the first weights.
    let network = build(&architecture, &train);
    let weights = Weights::initial(&network, 7);
    let mut batch = train.batch();
    train.fill(&(0..30).collect::<Vec<_>>(), &mut batch).unwrap();
    let labels: Vec<u32> = (0..30).map(|record| train.label(record)).collect();
    let targets = crate::head::Targets { labels: &labels, weights: &[1.0; 30] };
    let (loss, mut gradients) = (CrossEntropy::default(), vec![0.0; weights.len()]);
    Executor::on(Device::Cpu)
        .loss_and_gradients(
            &network,
            &weights,
            &batch.input(),
            &targets,
            &loss,
            None,
            &mut gradients,
        )
        .unwrap();
    let norm = gradients.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
    let found = fitted.history[0].gradient_norm.unwrap();
    assert!(norm > 0.01 && (found / norm - 1.0).abs() < 1e-4, "{found} {norm}");
}

#[test]
fn an_epoch_of_an_earlier_version_is_read() {
    let text = r#"{"epoch": 1, "train_loss": 0.5, "validation_loss": null, "validation_accuracy": null,
        "validation_balanced_accuracy": null, "learning_rate": 0.1, "seconds": 2.0}"#;
    let epoch: Epoch = serde_json::from_str(text).unwrap();
    assert_eq!((epoch.gradient_norm, epoch.seconds), (None, 2.0));
}
