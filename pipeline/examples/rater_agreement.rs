//! How well people who rated amplification curves agree, to set beside what a model scores.
//!
//! ```text
//! cargo run --release --example rater_agreement -- amplification_curves_labelled.csv.gz
//! ```
//!
//! The table has a column `ratings` with a letter a rater, such as `yaannnan`, and `dataset`, the run.
//! Each rating is held against the majority of the *other* raters of its curve, as a model is held
//! against the majority of all; curves whose others are tied are left out. Beside it stands Fleiss'
//! kappa (1971, doi:10.1037/h0031619), the agreement of pairs beyond chance.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use cistron_data::error::InputError;
use cistron_data::read::table::Table;

const CLASSES: [char; 3] = ['y', 'n', 'a'];

fn main() -> ExitCode {
    let found = std::env::args_os().nth(1).map(|path| report(Path::new(&path)));
    let (text, code) = match found {
        Some(Ok(text)) => (text, ExitCode::SUCCESS),
        Some(Err(error)) => (format!("rater_agreement: {error}\n"), ExitCode::FAILURE),
        None => ("usage: rater_agreement TABLE\n".to_string(), ExitCode::FAILURE),
    };
    // Nothing is left to do where even the answer cannot be written.
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}

/// Ratings of some curves, added up.
#[derive(Debug, Default)]
struct Agreement {
    curves: usize,
    /// Ratings of each class (column) by what the others' majority says (row).
    against_others: [[usize; 3]; 3],
    /// Pairs of raters that agree, and all pairs, curve by curve as shares.
    agreeing: f64,
    /// Ratings of each class.
    ratings: [usize; 3],
}

impl Agreement {
    fn add(&mut self, ratings: &[usize]) {
        let mut counts = [0_usize; 3];
        for class in ratings {
            counts[*class] += 1;
        }
        let n = ratings.len();
        if n < 2 {
            return;
        }
        self.curves += 1;
        let pairs: usize = counts.iter().map(|count| count * count.saturating_sub(1)).sum();
        self.agreeing += pairs as f64 / (n * (n - 1)) as f64;
        for class in ratings {
            let mut others = counts;
            others[*class] -= 1;
            let most = others.iter().max().copied().unwrap_or(0);
            let mut winners = (0..3).filter(|class| others[*class] == most);
            if let (Some(winner), None) = (winners.next(), winners.next()) {
                self.against_others[winner][*class] += 1;
            }
        }
        for (all, here) in self.ratings.iter_mut().zip(counts) {
            *all += here;
        }
    }

    /// Mean over the classes that occur of the share of ratings that agree with the others.
    fn balanced_accuracy(&self) -> Option<f64> {
        let rows = self.against_others.iter().enumerate();
        let recalls: Vec<f64> = rows
            .filter_map(|(class, row)| {
                let all: usize = row.iter().sum();
                (all > 0).then(|| row[class] as f64 / all as f64)
            })
            .collect();
        (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }

    /// (observed - expected) / (1 - expected); `None` where all say the same.
    fn kappa(&self) -> Option<f64> {
        let all: usize = self.ratings.iter().sum();
        let share = |count: &usize| (*count as f64 / all as f64).powi(2);
        let expected: f64 = self.ratings.iter().map(share).sum();
        let observed = self.agreeing / self.curves as f64;
        (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
    }

    fn line(&self, name: &str) -> String {
        let show =
            |value: Option<f64>| value.map_or_else(|| "–".to_string(), |v| format!("{v:.3}"));
        let pairs = self.agreeing / self.curves.max(1) as f64;
        let accuracy = show(self.balanced_accuracy());
        format!(
            "{name:<16} {:>6} {accuracy:>10} {pairs:>8.3} {:>8}\n",
            self.curves,
            show(self.kappa())
        )
    }
}

fn report(path: &Path) -> Result<String, InputError> {
    let table = Table::open(path)?;
    let (run, ratings) = (table.column("dataset")?, table.column("ratings")?);
    let majority = table.column("majority")?;
    let mut runs: BTreeMap<String, Agreement> = BTreeMap::new();
    let mut all = Agreement::default();
    for row in table {
        let row = row?;
        // As the model is scored: curves whose raters are tied have no label.
        if !CLASSES.iter().any(|class| class.to_string() == row.cells[majority]) {
            continue;
        }
        let class = |letter: char| CLASSES.iter().position(|class| *class == letter);
        let classes: Vec<usize> = row.cells[ratings].chars().filter_map(class).collect();
        runs.entry(row.cells[run].to_string()).or_default().add(&classes);
        all.add(&classes);
    }
    let mut out =
        format!("{:<16} {:>6} {:>10} {:>8} {:>8}\n", "run", "curves", "balanced", "pairs", "kappa");
    for (name, agreement) in runs.iter().filter(|(_, a)| a.kappa().is_some()) {
        out += &agreement.line(name);
    }
    out += &all.line("all runs");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_worked_out_by_hand_gives_its_kappa() {
        // Worked out by hand: observed (1 + 1/3 + 1/3 + 1) / 4 = 2/3, expected 1/2.
        let mut found = Agreement::default();
        for ratings in [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]] {
            found.add(&ratings);
        }
        assert!((found.kappa().unwrap() - 1.0 / 3.0).abs() < 1e-9);
        // Each of the unanimous agrees with the others; of 0 0 1, the 1 does not, and the others
        // are tied.
        assert_eq!(found.against_others, [[3, 1, 0], [1, 3, 0], [0, 0, 0]]);
        assert_eq!(found.balanced_accuracy(), Some(0.75));
    }
}
