//! How records and homology clusters spread over the classes.

use std::collections::BTreeSet;

use super::cell::{count, decimal, heads, list, percent, row, share};
use super::diversity::hill;
use super::finding::Table;
use super::gate::{Gate, not_applicable, open};
use super::{Finding, Status, Subject};

/// The largest class against the smallest.
const RATIO: Gate = Gate::warn(10.0);

/// Classes with too few clusters.
const POOR: Gate = Gate::warn(1.0);

/// Clusters that a class needs: of fewer, train, validation and test hold one or two each, and the
/// score of the class is the score of those.
const FEWEST_CLUSTERS: usize = 10;

/// Class sizes, and independent families in each class.
pub(super) fn balance(subject: &Subject) -> Vec<Finding> {
    vec![classes(subject), clusters(subject)]
}

fn classes(subject: &Subject) -> Finding {
    let (check, title) = ("balance.classes", "Are the classes of similar size?");
    let counts = subject.dataset.class_counts();
    let labelled: usize = counts.iter().sum();
    let names = &subject.dataset.classes;
    if names.is_empty() {
        return not_applicable(check, title, "the records have no labels");
    }
    let largest = (0..names.len()).max_by_key(|c| (counts[*c], usize::MAX - c)).unwrap_or(0);
    let smallest = (0..names.len()).min_by_key(|c| (counts[*c], *c)).unwrap_or(0);
    let ratio = counts[largest] as f64 / counts[smallest].max(1) as f64;
    let unlabelled = subject.dataset.len() - labelled;
    let finding = Finding {
        statistic: "records of the largest class over the smallest".into(),
        value: Some(ratio),
        n: labelled,
        message: format!(
            "{} in {}: {} has {} ({}), {} has {} ({}); guessing the largest class is right on {}{}",
            count(labelled, "record"),
            if names.len() == 1 { "1 class".into() } else { format!("{} classes", names.len()) },
            names[largest],
            counts[largest],
            percent(share(counts[largest], labelled)),
            names[smallest],
            counts[smallest],
            percent(share(counts[smallest], labelled)),
            percent(share(counts[largest], labelled)),
            if unlabelled > 0 {
                format!("; {} without a label", count(unlabelled, "record"))
            } else {
                String::new()
            },
        ),
        tables: vec![class_table(subject, &counts), diversity_table(&counts)],
        ..open(check, title)
    };
    if names.len() < 2 {
        return Finding {
            status: Status::Fail,
            remedy: "label records of at least two classes: there is nothing to tell apart".into(),
            ..RATIO.show(finding)
        };
    }
    let finding = RATIO.judge(ratio, finding);
    let remedy = if finding.status == Status::Pass {
        String::new()
    } else {
        "quote balanced accuracy or macro-F1, not accuracy; weight the classes in training; collect more of the small ones".into()
    };
    Finding { remedy, ..finding }
}

fn clusters(subject: &Subject) -> Finding {
    let (check, title) =
        ("balance.clusters", "Does every class hold enough unrelated sequences to be scored?");
    let names = &subject.dataset.classes;
    if names.is_empty() {
        return not_applicable(check, title, "the records have no labels");
    }
    let by_class = clusters_by_class(subject);
    let poor: Vec<String> = (0..names.len())
        .filter(|c| by_class[*c] < FEWEST_CLUSTERS)
        .map(|c| format!("{} ({})", names[c], by_class[c]))
        .collect();
    let finding = Finding {
        statistic: format!("classes with fewer than {FEWEST_CLUSTERS} homology clusters"),
        value: Some(poor.len() as f64),
        n: names.len(),
        message: if poor.is_empty() {
            format!(
                "every class has at least {} homology clusters",
                by_class.iter().min().copied().unwrap_or(0)
            )
        } else {
            format!(
                "{} of {} classes have fewer than {FEWEST_CLUSTERS} homology clusters: {}; what is scored there is a handful of families",
                poor.len(),
                names.len(),
                list(&poor),
            )
        },
        remedy: if poor.is_empty() {
            String::new()
        } else {
            "leave these classes out (`labels: {classes: […]}`), merge them, or add unrelated sequences; read their recall as that of single families".into()
        },
        ..open(check, title)
    };
    POOR.judge(poor.len() as f64, finding)
}

/// Homology clusters that hold a record of each class.
pub(super) fn clusters_by_class(subject: &Subject) -> Vec<usize> {
    let mut seen = vec![BTreeSet::new(); subject.dataset.classes.len()];
    for (label, cluster) in subject.dataset.labels.iter().zip(subject.clusters) {
        if let Some(label) = label {
            seen[*label as usize].insert(*cluster);
        }
    }
    seen.iter().map(BTreeSet::len).collect()
}

fn class_table(subject: &Subject, counts: &[usize]) -> Table {
    let clusters = clusters_by_class(subject);
    let labelled = counts.iter().sum();
    let rows = subject.dataset.classes.iter().enumerate().map(|(c, class)| {
        let part = percent(share(counts[c], labelled));
        row([class.clone(), counts[c].to_string(), part, clusters[c].to_string()])
    });
    Table {
        title: "Classes".into(),
        columns: heads(["class", "records", "share", "homology clusters"]),
        rows: rows.collect(),
    }
}

/// Hill numbers of orders 0, 1 and 2 and evenness.
pub(super) fn diversity_table(counts: &[usize]) -> Table {
    let [d0, d1, d2] = [0.0, 1.0, 2.0].map(|q| hill(counts, q));
    Table {
        title: "Diversity: how many equally common ones would be as diverse".into(),
        columns: heads(["all (order 0)", "typical (order 1)", "dominant (order 2)", "evenness"]),
        rows: vec![row([
            decimal(d0),
            decimal(d1),
            decimal(d2),
            if d0 > 0.0 { decimal(d1 / d0) } else { "–".into() },
        ])],
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;

    fn run(labels: &[&str], clusters: &[u32]) -> Vec<Finding> {
        let sequences = planted::random(labels.len(), 40, 1);
        let dataset = planted::labelled(&sequences, labels);
        balance(&Subject::unsplit(&dataset, clusters, 15, 1))
    }

    #[test]
    fn rare_classes_and_single_families_are_named() {
        let labels: Vec<&str> = (0..220).map(|i| if i < 20 { "rare" } else { "common" }).collect();
        let clusters: Vec<u32> = (0..220).map(|i| if i < 20 { 0 } else { i / 2 }).collect();
        let findings = run(&labels, &clusters);
        assert_eq!((findings[0].status.clone(), findings[0].value), (Status::Warn, Some(10.0)));
        assert_eq!((findings[1].status.clone(), findings[1].value), (Status::Warn, Some(1.0)));
        assert!(findings[1].message.contains("rare (1)"), "{}", findings[1].message);
        assert_eq!(findings[0].tables[0].rows[0], ["common", "200", "90.9 %", "100"]);
    }

    #[test]
    fn even_classes_pass_and_a_single_one_fails() {
        let clusters: Vec<u32> = (0..40).collect();
        let labels: Vec<&str> = (0..40).map(|i| ["a", "b"][i % 2]).collect();
        let findings = run(&labels, &clusters);
        assert!(findings.iter().all(|f| f.status == Status::Pass));
        assert_eq!(findings[0].value, Some(1.0));
        assert_eq!(run(&["a"; 40], &clusters)[0].status, Status::Fail);
    }
}
