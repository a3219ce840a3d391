//! Whole training runs on small sets.

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::Device;

use super::*;
use crate::architecture::{self, Architecture, Conv, Logistic, Mlp, Recurrent, Transformer};
use crate::batch::{Batch, RecordValues};
use crate::head::{ClassWeights, CrossEntropy};
use crate::input::InputShape;
use crate::layer::Cell;
use crate::optimizer::LearningRate;
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

    fn fill_augmented(
        &self,
        indices: &[usize],
        augmentation: &Augmentation,
        batch: &mut Batch,
    ) -> Result<(), SourceError> {
        self.fill(indices, batch)?;
        for (slot, &record) in indices.iter().enumerate() {
            let Some((valid, RecordValues::Symbols(codes))) = batch.record(slot) else { break };
            augmentation.mutate(record, &[0, 1, 2, 3], &mut codes[..*valid as usize]);
            let front = augmentation.shift(record).min(0).unsigned_abs();
            codes.rotate_left(front);
            *valid -= front as u32;
        }
        Ok(())
    }

    fn label(&self, record: usize) -> u32 {
        (record % 3) as u32
    }

    fn unit(&self, record: usize) -> u32 {
        (record / 4) as u32
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

fn small_recurrent(cell: Cell) -> Architecture {
    let small = Recurrent { cell, units: 8, embedding: 8, filters: 8, ..Recurrent::default() };
    Architecture::Recurrent(Recurrent { width: 5, pool: 2, ..small })
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
    let config = FitConfig {
        epochs: 20,
        batch: 32,
        learning_rate: LearningRate::Fixed(3e-3),
        ..FitConfig::default()
    };
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
        (small_recurrent(Cell::Gru), true),
        (small_recurrent(Cell::Lstm), false),
    ];
    for (architecture, tokens) in architectures {
        let train = Planted::new(24, 3, tokens);
        let config = FitConfig {
            epochs: 150,
            batch: 8,
            learning_rate: LearningRate::Fixed(1e-2),
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
    let cases = [
        (small_conv(), false),
        (small_transformer(), true),
        (small_recurrent(Cell::Gru), false),
        (small_recurrent(Cell::Lstm), true),
    ];
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
        learning_rate: LearningRate::Fixed(3e-3),
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
            Progress::RangeTest { .. } => panic!("nothing asked for a range test"),
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
    let rate = LearningRate::Fixed(3e-4);
    let augment = Augment { shift: 3, mutation: 0.05 };
    for (optimizer, learning_rate, accumulate, sampling, augment) in [
        (OptimizerChoice::Adamw {}, rate, 1, Sampling::Shuffle, Augment::default()),
        (OptimizerChoice::Sgd { momentum: 0.9 }, rate, 3, Sampling::Balanced, augment),
        (OptimizerChoice::Adam {}, LearningRate::Auto, 2, Sampling::Cluster, augment),
    ] {
        let config = FitConfig {
            epochs: 5,
            batch: 16,
            accumulate,
            learning_rate,
            sampling,
            augment,
            optimizer,
            schedule: Schedule::OneCycle { warm_up: 0.3 },
            ..FitConfig::default()
        };
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
            assert_eq!(found.range_test, expected.range_test);
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
fn a_range_test_changes_nothing_but_the_rate() {
    let (train, validation) = (Planted::new(60, 1, false), Planted::new(30, 2, false));
    let fitted = |learning_rate| {
        let config = FitConfig { epochs: 2, batch: 16, learning_rate, ..FitConfig::default() };
        run(&small_conv(), &config, [&train, &validation], &mut go_on).unwrap()
    };
    let found = fitted(LearningRate::Auto);
    let test = found.range_test.as_ref().unwrap();
    // First weights, optimizer and orders are those of a run that was given the rate.
    let given = fitted(LearningRate::Fixed(test.learning_rate));
    assert_eq!((&found.weights, &given.range_test), (&given.weights, &None));
    assert_eq!(found.history[0].train_loss, given.history[0].train_loss);
    assert_eq!(found.history[0].learning_rate, test.learning_rate);
    assert_ne!(found.weights, fitted(LearningRate::Fixed(3.0 * test.learning_rate)).weights);
    assert!((1e-5..1.0).contains(&test.learning_rate), "{}", test.learning_rate);
    assert_eq!(fitted(LearningRate::Auto).range_test.as_ref(), Some(test));
    assert!(test.steps.iter().zip(1..).all(|(step, number)| step.step == number));
}

#[test]
fn the_rate_that_is_found_learns_a_planted_motif() {
    let (train, validation) = (Planted::new(600, 1, false), Planted::new(90, 2, false));
    let learning_rate = LearningRate::Auto;
    let config = FitConfig { epochs: 20, batch: 32, learning_rate, ..FitConfig::default() };
    let fitted = run(&small_conv(), &config, [&train, &validation], &mut go_on).unwrap();
    let best = fitted.history[fitted.best_epoch - 1];
    assert!(best.validation_accuracy.unwrap() > 0.95, "{best:?} {:?}", fitted.range_test);
}

#[test]
fn the_observer_can_stop_a_range_test() {
    let train = Planted::new(60, 1, false);
    let learning_rate = LearningRate::Auto;
    let config = FitConfig { learning_rate, ..FitConfig::default() };
    let mut seen = 0;
    let fitted = run(&small_conv(), &config, [&train, &train], &mut |progress| {
        assert!(matches!(progress, Progress::RangeTest { .. }), "{progress:?}");
        seen += 1;
        if seen == 9 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!((seen, fitted.ending, fitted.best_epoch), (9, Ending::Stopped, 0));
    assert_eq!((fitted.range_test, fitted.history.len()), (None, 0));
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
        learning_rate: LearningRate::Fixed(1e30),
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

/// Records that count unlike much.
struct Weighted(Planted);

impl Source for Weighted {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self) -> Batch {
        self.0.batch()
    }

    fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
        self.0.fill(indices, batch)
    }

    fn label(&self, record: usize) -> u32 {
        self.0.label(record)
    }

    fn weight(&self, record: usize) -> f32 {
        0.2 + (record % 7) as f32
    }
}

#[test]
fn several_small_batches_are_one_great_one() {
    use crate::optimizer::OptimizerChoice;
    // 50 records leave a smaller step over: of 18, in batches of 8, 8 and 2.
    let train = Weighted(Planted::new(50, 1, false));
    let filters = vec![8];
    let conv = Conv { filters, width: 6, pool: 2, dropout: 0.0, ..Conv::default() };
    let network = build(&Architecture::Conv(conv), &train.0);
    let executor = Executor::on(Device::Cpu);
    let fitted = |batch, accumulate| {
        let config = FitConfig {
            epochs: 3,
            batch,
            accumulate,
            optimizer: OptimizerChoice::Sgd { momentum: 0.9 },
            learning_rate: LearningRate::Fixed(0.05),
            ..FitConfig::default()
        };
        let config = &config;
        let run = Fit { network: &network, config, executor: &executor, seed: 7, from: None };
        let mut steps = Vec::new();
        let fitted = fit(&run, &train, &train, &mut |progress| {
            if let Progress::Step { step, steps: all, .. } = progress {
                steps.push((*step, *all));
            }
            ControlFlow::Continue(())
        });
        (fitted.unwrap(), steps)
    };
    let ((whole, steps), (parts, steps_of_parts)) = (fitted(32, 1), fitted(8, 4));
    assert_eq!(steps, [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]);
    assert_eq!(steps, steps_of_parts);
    let differences = |a: &Weights, b: &Weights| -> f32 {
        let pairs = a.as_slice().iter().zip(b.as_slice());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    let first = Weights::initial(&network, 7);
    assert!(differences(&whole.weights, &first) > 1e-2, "nothing was learnt");
    let found = differences(&whole.weights, &parts.weights);
    assert!(found < 1e-5, "{found}");
    assert!(differences(&whole.weights, &fitted(8, 1).0.weights) > 1e-3);
    for (a, b) in whole.history.iter().zip(&parts.history) {
        assert!((a.train_loss - b.train_loss).abs() < 1e-5, "{a:?} {b:?}");
        assert!((a.gradient_norm.unwrap() / b.gradient_norm.unwrap() - 1.0).abs() < 1e-3);
    }
}

#[test]
fn training_records_alone_are_augmented_anew_in_each_epoch() {
    // Records of the second kind cannot be augmented: fitting on them is an error, validating is none.
    let (train, held) = (Planted::new(60, 1, false), Weighted(Planted::new(30, 2, false)));
    let filters = vec![8];
    let conv = Conv { filters, width: 6, pool: 2, dropout: 0.0, ..Conv::default() };
    let network = build(&Architecture::Conv(conv), &train);
    let executor = Executor::on(Device::Cpu);
    let fitted = |augment, train: &dyn Source, rate: f32| {
        let learning_rate = LearningRate::Fixed(rate);
        let config =
            FitConfig { epochs: 2, batch: 60, augment, learning_rate, ..FitConfig::default() };
        let run =
            Fit { network: &network, config: &config, executor: &executor, seed: 7, from: None };
        fit(&run, train, &held, &mut go_on)
    };
    let augment = Augment { shift: 2, mutation: 0.1 };
    let plain = fitted(Augment::default(), &train, 1e-3).unwrap();
    let augmented = fitted(augment, &train, 1e-3).unwrap();
    assert_ne!(plain.weights, augmented.weights);
    assert_eq!(augmented.weights, fitted(augment, &train, 1e-3).unwrap().weights);
    let error = fitted(augment, &held, 1e-3).unwrap_err();
    assert!(matches!(&error, FitError::Source(_)), "{error}");
    // A rate that changes nothing, and one batch of all records: losses differ by what was drawn alone.
    let mut losses: Vec<f64> = Vec::new();
    for change in [Augment::default(), augment] {
        let history = fitted(change, &train, 1e-30).unwrap().history;
        losses.extend(history.iter().map(|epoch| epoch.train_loss));
    }
    assert!((losses[0] - losses[1]).abs() < 1e-5, "{losses:?}");
    assert!((losses[2] - losses[3]).abs() > 1e-3, "{losses:?}");
}

#[test]
fn classes_that_are_drawn_equally_often_do_not_count_twice() {
    let (mut train, none) = (Planted::new(90, 1, false), Planted::new(0, 2, false));
    // Classes of 21, 21 and 20 records.
    train.sequences.truncate(62);
    let fitted = |class_weights, sampling| {
        let config =
            FitConfig { epochs: 2, batch: 16, class_weights, sampling, ..FitConfig::default() };
        let fitted = run(&small_conv(), &config, [&train, &none], &mut go_on).unwrap();
        (fitted.weights, fitted.history[0].train_loss)
    };
    let (weighted, equal) = (ClassWeights::Balanced, ClassWeights::None);
    let balanced = fitted(weighted, Sampling::Balanced);
    assert_eq!(balanced, fitted(equal, Sampling::Balanced));
    assert_ne!(balanced, fitted(weighted, Sampling::Shuffle));
    assert_ne!(fitted(weighted, Sampling::Shuffle), fitted(equal, Sampling::Shuffle));
}

#[test]
fn an_epoch_is_as_long_as_what_is_drawn() {
    let (train, none) = (Planted::new(60, 1, false), Planted::new(0, 2, false));
    let steps = |sampling| {
        let config = FitConfig { epochs: 2, batch: 4, sampling, ..FitConfig::default() };
        let mut seen = Vec::new();
        run(&small_conv(), &config, [&train, &none], &mut |progress| {
            if let Progress::Step { step, steps, .. } = progress {
                seen.push((*step, *steps));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        *seen.last().unwrap()
    };
    // 60 records; 15 clusters of four.
    assert_eq!(steps(Sampling::Balanced), (30, 30));
    assert_eq!(steps(Sampling::GroupBalanced { column: String::new() }), (30, 30));
    assert_eq!(steps(Sampling::Cluster), (8, 8));
}

#[test]
fn an_epoch_of_an_earlier_version_is_read() {
    let text = r#"{"epoch": 1, "train_loss": 0.5, "validation_loss": null, "validation_accuracy": null,
        "validation_balanced_accuracy": null, "learning_rate": 0.1, "seconds": 2.0}"#;
    let epoch: Epoch = serde_json::from_str(text).unwrap();
    assert_eq!((epoch.gradient_norm, epoch.seconds), (None, 2.0));
}
