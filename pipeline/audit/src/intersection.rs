//! Whether a combination of two metadata columns is served worse than others.

use super::Finding;
use super::cell::{ROWS, count, decimal, heads, percent, row};
use super::finding::Table;
use super::gap::Shares;
use super::gate::{open, unknown};
use super::group_performance::GATE;
use super::partition::{Partition, pairs};
use super::scored::Scored;
use cistron_data::dataset::Dataset;

/// The gap of each pair of nuisance columns.
pub(super) fn intersection(model: &Scored, dataset: &Dataset, seed: u64) -> Vec<Finding> {
    pairs(model, dataset).iter().map(|partition| of_pair(model, partition, seed)).collect()
}

fn of_pair(model: &Scored, partition: &Partition, seed: u64) -> Finding {
    let columns = partition.name.replace('×', " × ");
    let check = format!("performance.intersection:{}:{}", model.name, partition.name);
    let title = format!("Does {} serve every combination of {columns} alike?", model.name);
    let names = &partition.levels;
    let rows = partition.rows(model, |at| model.right[at]);
    let shares = Shares::new(names.len(), &rows);
    let table = shrunk(&shares, names, &format!("Accuracy of {} by {columns}", model.name));
    let Some(gap) = shares.gap(seed) else {
        let why = format!(
            "{} of {columns} hold at least 30 held-out records in 5 homology clusters; two are needed",
            count(shares.sufficient().len(), "combination")
        );
        let finding = unknown(&check, &title, &why, "hold out more records of every combination");
        return Finding { n: rows.len(), tables: vec![table], ..GATE.show(finding) };
    };
    let (high, low) = (&shares.levels[gap.high], &shares.levels[gap.low]);
    let finding = Finding {
        statistic: "largest difference of accuracy between two combinations of levels".into(),
        value: Some(gap.value),
        n: rows.len(),
        message: format!(
            "{} is right on {} of {} ({}) but on {} of {} ({})",
            model.name,
            percent(high.share()),
            names[gap.high],
            count(high.n, "record"),
            percent(low.share()),
            names[gap.low],
            count(low.n, "record"),
        ),
        tables: vec![table],
        interval: Some(gap.interval.clone()),
        ..open(&check, &title)
    };
    let finding = GATE.judge_interval(finding);
    if !finding.is_bad() {
        return finding;
    }
    let remedy = format!("quote the score by combination; add records of `{}`", names[gap.low]);
    Finding { remedy, ..finding }
}

/// Shares as counted, and shrunk towards their mean: of few records a share is mostly chance.
fn shrunk(shares: &Shares, names: &[String], title: &str) -> Table {
    let counts: Vec<(usize, usize)> = shares.levels.iter().map(|l| (l.hits(), l.n)).collect();
    let (alpha, beta) = beta_binomial(&counts);
    let rows = names.iter().zip(&counts).take(ROWS).map(|(name, (hits, n))| {
        let raw = *hits as f64 / (*n).max(1) as f64;
        let shrunk = (*hits as f64 + alpha) / (*n as f64 + alpha + beta);
        row([name.clone(), n.to_string(), percent(raw), decimal(shrunk)])
    });
    Table {
        title: title.to_string(),
        columns: heads(["combination", "records", "accuracy", "shrunk"]),
        rows: rows.collect(),
    }
}

/// Parameters of the beta distribution of the levels' shares by the method of moments (Kleinman 1973,
/// doi:10.2307/2284137), with the number of records as weights.
fn beta_binomial(counts: &[(usize, usize)]) -> (f64, f64) {
    /// As good as no spread between levels: every share is the mean.
    const NO_SPREAD: f64 = 1e6;
    let n: f64 = counts.iter().map(|(_, n)| *n as f64).sum();
    let hits: f64 = counts.iter().map(|(hits, _)| *hits as f64).sum();
    let levels = counts.iter().filter(|(_, n)| *n > 0).count() as f64;
    if n < 1.0 || levels < 2.0 {
        return (1.0, 1.0);
    }
    let mean = hits / n;
    let spread: f64 = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(hits, size)| *size as f64 * (*hits as f64 / *size as f64 - mean).powi(2))
        .sum();
    let own = mean * (1.0 - mean);
    let effective = n - counts.iter().map(|(_, size)| (*size as f64).powi(2)).sum::<f64>() / n;
    // E[spread] = own (levels - 1) + rho own (effective - levels + 1)
    let extra = spread - own * (levels - 1.0);
    let rho = extra / (own * (effective - levels + 1.0));
    let total = if rho.is_finite() && rho > 1.0 / NO_SPREAD {
        (1.0 / rho.min(1.0) - 1.0).max(1e-3)
    } else {
        NO_SPREAD
    };
    (mean * total, (1.0 - mean) * total)
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::planted;
    use super::super::scored::of_models;
    use super::*;
    use cistron_data::dataset::GroupKind;
    use cistron_split::Part;

    #[test]
    fn a_combination_served_worse_is_found_and_chance_is_not() {
        let mut dataset = planted::two_classes(&planted::random(800, 40, 1));
        let level = |i: usize, bit: usize| Some(["x", "y"][i >> bit & 1].to_string());
        let column = |bit| (0..800).map(|i| level(i, bit)).collect::<Vec<_>>();
        dataset.add_group("sex", GroupKind::Nuisance, &column(1));
        dataset.add_group("species", GroupKind::Nuisance, &column(2));
        let splits = planted::splits(&dataset, |_| Part::Test);
        // Of sex y and species y a third is wrong, elsewhere a twentieth.
        let worse =
            planted::scores(
                &dataset,
                |i| {
                    if i & 6 == 6 { i / 8 % 3 != 0 } else { i / 8 % 20 != 0 }
                },
            );
        let found = &intersection(&of_models(&dataset, &splits, &[worse])[0], &dataset, 1)[0];
        assert_eq!(found.status, Status::Fail, "{found:?}");
        assert!(found.message.contains("of y, y (200 records)"), "{}", found.message);
        let alike = planted::scores(&dataset, |i| i / 8 % 10 != 0);
        let found = &intersection(&of_models(&dataset, &splits, &[alike])[0], &dataset, 1)[0];
        assert_eq!(found.status, Status::Pass);
    }

    #[test]
    fn shares_without_spread_are_shrunk_to_the_mean() {
        let (alpha, beta) = beta_binomial(&[(9, 10), (90, 100), (45, 50)]);
        assert!((alpha / (alpha + beta) - 0.9).abs() < 1e-12 && alpha + beta > 1e5);
        // Half all right and half all wrong: the shares are those counted.
        let (alpha, beta) = beta_binomial(&[(100, 100), (0, 100)]);
        assert!(alpha + beta < 0.1, "{alpha} {beta}");
    }
}
