//! How each model learnt: loss and validation score by epoch.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::figure::{Figure, activations, curves, rates};
use crate::report::history::{Epoch, FoundRate, TrainingRun};
use crate::report::number::{count, counted, percent};

/// Points a curve has at most; longer trainings are thinned evenly, the last epoch kept.
const POINTS: usize = 100;

/// The training of one model over all its folds and seeds.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Training {
    model: String,
    figures: Vec<Figure>,
    dead: Option<String>,
    runs: Table,
    epochs: Table,
}

/// One quantity of an epoch.
type Quantity = fn(&Epoch) -> Option<f64>;

const QUANTITIES: [(&str, Quantity); 4] = [
    ("training loss", |e| Some(e.train_loss)),
    ("validation loss", |e| e.validation_loss),
    ("validation balanced accuracy", |e| e.validation_balanced_accuracy),
    ("gradient norm", |e| e.gradient_norm),
];

/// A view a model, in the order of their first run.
pub(in crate::report) fn of(runs: &[TrainingRun]) -> Vec<Training> {
    let view = |(i, model): (usize, &str)| {
        let own: Vec<&TrainingRun> = runs.iter().filter(|r| r.model == model).collect();
        training(i, model, &own)
    };
    models(runs).into_iter().enumerate().map(view).collect()
}

/// The models that learnt by epochs, in the order of their first run.
pub(super) fn models(runs: &[TrainingRun]) -> Vec<&str> {
    let mut models: Vec<&str> = Vec::new();
    for run in runs.iter().filter(|run| !run.epochs.is_empty()) {
        if !models.contains(&run.model.as_str()) {
            models.push(&run.model);
        }
    }
    models
}

fn training(index: usize, model: &str, runs: &[&TrainingRun]) -> Training {
    let [train, validation, accuracy, norm] =
        QUANTITIES.map(|(name, quantity)| curve(name, quantity, runs));
    let best = match runs {
        [only] => only.best_epoch.map(|epoch| epoch as f64),
        _ => None,
    };
    let kept =
        if best.is_some() { " The dashed vertical line is the epoch that was kept." } else { "" };
    let over = if runs.len() > 1 {
        format!(" Mean of {}; the band is their range.", counted(runs.len(), "run"))
    } else {
        String::new()
    };
    let described = "Lines over the epochs of training. The numbers are in the table below.";
    let epochs = epoch_table(model, &[&train, &validation, &accuracy, &norm]);
    let mut figures: Vec<Figure> = rate(index, model, runs).into_iter().collect();
    let losses: Vec<_> = [train, validation].into_iter().filter(|c| !c.points.is_empty()).collect();
    if !losses.is_empty() {
        figures.push(Figure {
            svg: curves::draw(
                &format!("loss-{index}"),
                &format!("Loss of {model} by epoch"),
                described,
                &losses,
                "loss",
                best,
            ),
            caption: format!("{model}: loss by epoch.{over}{kept}"),
            good: "both fall and level off together. Validation that rises while training falls \
                   is memorising; both still falling at the end would gain from more epochs."
                .to_string(),
            numbers: curves::numbers(&format!("loss-{index}"), &losses),
            table: None,
        });
    }
    if !accuracy.points.is_empty() {
        figures.push(Figure {
            svg: curves::draw(
                &format!("accuracy-{index}"),
                &format!("Validation balanced accuracy of {model} by epoch"),
                described,
                std::slice::from_ref(&accuracy),
                "balanced accuracy",
                best,
            ),
            caption: format!("{model}: balanced accuracy on validation records.{over}{kept}"),
            good: "it climbs and levels off before the last epoch.".to_string(),
            numbers: curves::numbers(&format!("accuracy-{index}"), std::slice::from_ref(&accuracy)),
            table: None,
        });
    }
    if !norm.points.is_empty() {
        let norm = [norm];
        figures.push(Figure {
            svg: curves::draw(
                &format!("gradient-{index}"),
                &format!("Gradient norm of {model} by epoch"),
                described,
                &norm,
                "norm",
                best,
            ),
            caption: format!(
                "{model}: norm of the gradient before clipping, the mean of an epoch's steps.{over}{kept}"
            ),
            good: "it falls or stays level. A norm that grows without end, or jumps, asks for a lower \
                   learning rate or clip-norm; one near 0 from the start, for a higher one."
                .to_string(),
            numbers: curves::numbers(&format!("gradient-{index}"), &norm),
            table: None,
        });
    }
    figures.extend(runs.iter().find_map(|run| activation_figure(index, model, run)));
    Training {
        model: model.to_string(),
        figures,
        dead: dead(runs),
        runs: run_table(model, runs),
        epochs,
    }
}

/// The range test of the first run that had one.
fn rate(index: usize, model: &str, runs: &[&TrainingRun]) -> Option<Figure> {
    let found: Vec<&FoundRate> = runs.iter().filter_map(|run| run.rate.as_ref()).collect();
    let first = found.first()?;
    let id = format!("rate-{index}");
    let others = if found.len() > 1 {
        format!(
            " The first of {}; the table below has the rates of all.",
            counted(found.len(), "test")
        )
    } else {
        String::new()
    };
    Some(Figure {
        svg: rates::draw(
            &id,
            [
                &format!("Loss of {model} by learning rate"),
                "Points and a line over the learning rate, which rises from step to step; a vertical \
                 line at the rate chosen. The numbers can be saved beside the caption.",
            ],
            first,
        ),
        caption: format!(
            "{model}: range test before training. Points are the losses of single steps, the line is the \
             mean of fifteen; the dashed vertical line is the rate that was chosen, {}: a tenth of the \
             rate at which the line is lowest.{others}",
            first.learning_rate
        ),
        good: "level, then a clear fall, then a rise; the chosen rate is on the fall. Without a clear fall, \
               give learning-rate a number."
            .to_string(),
        numbers: rates::numbers(&id, first),
        table: None,
    })
}

/// How large the values inside the network were; `None` of what is no network.
fn activation_figure(index: usize, model: &str, run: &TrainingRun) -> Option<Figure> {
    if run.activations.is_empty() {
        return None;
    }
    let id = format!("activations-{index}");
    Some(Figure {
        svg: activations::draw(
            &id,
            &format!("Activations of {model} by epoch"),
            "A panel for each layer: a line at the median of its values and bands over the middle half \
             and over 90\u{202f}% of them, from the first epoch to the last. The numbers can be saved \
             below the figure.",
            &run.activations,
        ),
        caption: format!(
            "{model}, fold {}: values that each non-linearity gives, and the logits, by epoch, on a few \
             validation records that stay the same: median, middle half and 90\u{202f}% of those that are not \
             0, and the share that is 0 after the last epoch.",
            run.fold + 1
        ),
        good: "bands that level off. A share of zeros near 100 % is a layer that dies; a band that grows without \
               end asks for a lower learning rate or more weight-decay; logits that keep growing while \
               the validation loss rises are overconfidence."
            .to_string(),
        numbers: activations::numbers(&id, &run.activations),
        table: None,
    })
}

/// The dead units of each layer over all runs, in words; `None` where nothing is rectified.
fn dead(runs: &[&TrainingRun]) -> Option<String> {
    let mut layers: Vec<(&str, usize, usize)> = Vec::new();
    for found in runs.iter().flat_map(|run| &run.dead) {
        match layers.iter_mut().find(|(layer, ..)| *layer == found.layer) {
            Some((_, dead, units)) => (*dead, *units) = (*dead + found.dead, *units + found.units),
            None => layers.push((&found.layer, found.dead, found.units)),
        }
    }
    let word = |(layer, dead, units): &(&str, usize, usize)| {
        let share = percent(*dead as f64 / (*units).max(1) as f64);
        format!("{} of {} ({share}) of {layer}", count(*dead), count(*units))
    };
    let words: Vec<String> = layers.iter().map(word).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn curve<'a>(name: &'a str, quantity: Quantity, runs: &[&TrainingRun]) -> curves::Curve<'a> {
    let mut by_epoch: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for epoch in runs.iter().flat_map(|run| &run.epochs) {
        if let Some(value) = quantity(epoch).filter(|v| v.is_finite()) {
            by_epoch.entry(epoch.epoch).or_default().push(value);
        }
    }
    let step = by_epoch.len().div_ceil(POINTS).max(1);
    let last = by_epoch.len().saturating_sub(1);
    let kept = by_epoch.iter().enumerate().filter(|(i, _)| i % step == 0 || *i == last);
    let points = kept.map(|(_, (epoch, values))| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (*epoch as f64, mean, low, high)
    });
    curves::Curve { name, points: points.collect() }
}

fn epoch_table(model: &str, curves: &[&curves::Curve]) -> Table {
    let caption = format!("{model} by epoch, the mean of all runs");
    let mut table = Table::new(caption, &["#Epoch"]);
    for curve in curves {
        table.numeric(curve.name);
    }
    let epochs: std::collections::BTreeSet<u64> =
        curves.iter().flat_map(|c| c.points.iter().map(|p| p.0 as u64)).collect();
    for epoch in epochs {
        let mut row = vec![Cell::count(epoch)];
        for curve in curves {
            let at = curve.points.iter().find(|p| p.0 as u64 == epoch);
            row.push(Cell::number(at.map(|p| p.1)));
        }
        table.rows.push(row);
    }
    table
}

fn run_table(model: &str, runs: &[&TrainingRun]) -> Table {
    let mut table = Table::new(
        format!("Each run of {model}, with its validation figures at the epoch that was kept"),
        &[
            "#Fold",
            "#Seed",
            "#Epochs",
            "#Kept epoch",
            "#Validation loss",
            "#Validation balanced accuracy",
        ],
    );
    let tested = runs.iter().any(|run| run.rate.is_some());
    if tested {
        table.numeric("Learning rate");
    }
    for run in runs {
        let kept = run.epochs.iter().find(|e| Some(e.epoch) == run.best_epoch);
        let mut row = vec![
            Cell::count(run.fold + 1),
            Cell::count(run.seed),
            Cell::count(run.epochs.len()),
            run.best_epoch.map_or_else(|| Cell::text("n/a"), Cell::count),
            Cell::number(kept.and_then(|e| e.validation_loss)),
            Cell::score(kept.and_then(|e| e.validation_balanced_accuracy)),
        ];
        if tested {
            let rate = run.rate.as_ref();
            row.push(
                rate.map_or_else(|| Cell::text("n/a"), |r| Cell::text(r.learning_rate.to_string())),
            );
        }
        table.rows.push(row);
    }
    table
}
