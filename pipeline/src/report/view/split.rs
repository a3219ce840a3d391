//! The certificate of the split.

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::number::{count, number, percent, score};
use crate::split::{Certificate, Part};

/// The section of the split.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Split {
    certified: bool,
    facts: Vec<(&'static str, String)>,
    counts: Vec<Table>,
    pairs: Option<Table>,
    notes: Vec<String>,
}

impl Split {
    pub(in crate::report) fn of(certificate: &Certificate) -> Self {
        Self {
            certified: certificate.certified,
            facts: facts(certificate),
            counts: counts(certificate),
            pairs: pairs(certificate),
            notes: certificate.notes.clone(),
        }
    }
}

fn facts(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let records: usize = {
        let first = certificate.counts.iter().filter(|c| c.0 == 0);
        first.map(|(_, _, _, n)| n).sum()
    };
    let largest = count(certificate.largest_cluster);
    let share = certificate.largest_cluster as f64 / records.max(1) as f64;
    vec![
        ("Dealt by", certificate.method.clone()),
        ("Similarity", certificate.similarity.clone()),
        ("k-mer length", count(certificate.k)),
        (
            "Relatives from",
            format!(
                "containment {}, about {} identity",
                score(certificate.threshold),
                percent(certificate.identity)
            ),
        ),
        ("Pairs of relatives across the split", count(certificate.crossing_pairs)),
        ("Highest containment across it", score(certificate.highest)),
        ("Too short to compare", count(certificate.not_assessable)),
        ("Homology clusters", count(certificate.clusters)),
        (
            "Largest cluster",
            if records > 0 { format!("{largest} records ({})", percent(share)) } else { largest },
        ),
    ]
}

/// Records of each class in each part, a table a fold.
fn counts(certificate: &Certificate) -> Vec<Table> {
    let folds = certificate.counts.iter().map(|c| c.0 + 1).max().unwrap_or(0);
    let table = |fold: usize| {
        let caption = match folds {
            1 => "Records of each class in each part".to_string(),
            _ => format!("Fold {}: records of each class in each part", fold + 1),
        };
        let columns = ["Class", "#Clusters", "#Train", "#Validation", "#Test"];
        let mut table = Table::new(caption, &columns);
        let mut classes: Vec<&str> =
            certificate.clusters_by_class.iter().map(|(class, _)| class.as_str()).collect();
        for (_, _, class, _) in &certificate.counts {
            if !classes.contains(&class.as_str()) {
                classes.push(class);
            }
        }
        for class in classes {
            let clusters = certificate.clusters_by_class.iter().find(|(c, _)| c == class);
            let mut row = vec![
                Cell::text(class),
                clusters.map_or_else(|| Cell::text("n/a"), |(_, n)| Cell::count(*n)),
            ];
            for part in [Part::Train, Part::Validation, Part::Test] {
                let here = certificate
                    .counts
                    .iter()
                    .filter(|(f, p, c, _)| *f == fold && *p == part && c == class);
                row.push(Cell::count(here.map(|c| c.3).sum::<usize>()));
            }
            table.rows.push(row);
        }
        table
    };
    (0..folds).map(table).collect()
}

fn pairs(certificate: &Certificate) -> Option<Table> {
    if certificate.evidence.is_empty() {
        return None;
    }
    let mut table = Table::new(
        "The closest pairs found across the split",
        &["Sequence", "Sequence on the other side", "#Containment"],
    );
    for (one, other, containment) in &certificate.evidence {
        let value = Cell::quantity(number(*containment), *containment);
        table.rows.push(vec![Cell::text(one), Cell::text(other), value]);
    }
    Some(table)
}
