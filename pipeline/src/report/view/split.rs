//! The certificate of the split.

use serde::Serialize;

use super::table::{Cell, Table};
use crate::report::number::{count, number, percent, score};
use cistron_split::{Certificate, Part};

/// The section of the split.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Split {
    certified: bool,
    /// Whether k-mers tell relatives; otherwise runs or plates do.
    homology: bool,
    facts: Vec<(&'static str, String)>,
    counts: Vec<Table>,
    pairs: Option<Table>,
    notes: Vec<String>,
}

impl Split {
    pub(in crate::report) fn of(certificate: &Certificate) -> Self {
        Self {
            certified: certificate.certified,
            homology: certificate.k.is_some(),
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
    let mut facts = vec![
        ("Dealt by", certificate.method.clone()),
        ("Similarity", certificate.similarity.clone()),
    ];
    let homology = certificate.k.zip(certificate.hidden_identity);
    if let Some((k, hidden)) = homology {
        let threshold = score(certificate.threshold);
        facts.push(("k-mer length", count(k)));
        facts.push(("Relatives from", format!("containment {threshold}")));
        let hidden = format!("up to {}, differing every {k} symbols", percent(hidden));
        facts.push(("Identity that shares no word", hidden));
    }
    facts.push(("Pairs of relatives across the split", count(certificate.crossing_pairs)));
    if homology.is_some() {
        facts.push(("Highest containment across it", score(certificate.highest)));
        facts.push(("Too few words to compare", count(certificate.not_assessable)));
        facts.push(("Of them, compared by letters", count(certificate.compared_by_letters)));
    }
    let clusters = if homology.is_some() { "Homology clusters" } else { "Groups" };
    facts.push((clusters, count(certificate.clusters)));
    facts.push((
        if homology.is_some() { "Largest cluster" } else { "Largest group" },
        if records > 0 { format!("{largest} records ({})", percent(share)) } else { largest },
    ));
    facts
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
        &match certificate.k {
            Some(_) => ["Sequence", "Sequence on the other side", "#Containment"],
            None => ["Record", "Record on the other side", "#Similarity"],
        },
    );
    for (one, other, containment) in &certificate.evidence {
        let value = Cell::quantity(number(*containment), *containment);
        table.rows.push(vec![Cell::text(one), Cell::text(other), value]);
    }
    Some(table)
}
