//! The audit of numbers: what can be asked of curves, and why the rest does not arise.

use super::finding::Table;
use super::gate::not_applicable;
use super::{Finding, Subject, leakage};
use super::{balance, batch, confounding, contradiction, duplicate, feedback, parts, reference};
use super::{representation, skipped};
use cistron_data::dataset::Dataset;
use cistron_split::neighbour::identity::Identities;

/// Checks that compare sequences or count their symbols, with what they ask.
const OF_SEQUENCES: [(&str, &str); 19] = [
    ("label.homologue-vote", "Do close relatives carry the same label?"),
    ("redundancy.effective-size", "How many independent sequences are there?"),
    ("leakage.reverse-complement", "Are held-out records the other strand of records learnt from?"),
    ("leakage.near", "Are held-out records near copies or relatives of records learnt from?"),
    ("leakage.not-assessable", "Can every held-out record be compared?"),
    ("leakage.related", "Do held-out records have relatives among the records learnt from?"),
    ("leakage.sensitive", "Do held-out records have distant relatives?"),
    ("leakage.translated", "Do held-out coding sequences code for proteins learnt from?"),
    ("leakage.look-up", "How far does looking up the nearest record get, without a model?"),
    ("leakage.random-split", "What would a random split of these records leak?"),
    ("shortcut.length", "Do length and GC content give the label away?"),
    ("shortcut.composition", "Does the frequency of short words give the label away?"),
    ("shortcut.artefact", "Do traces of how the sequences were obtained give the label away?"),
    ("shortcut.feature", "Does a single number of a sequence rank a class?"),
    ("symbols.ambiguous", "Do ambiguity codes give the class away?"),
    ("symbols.lower-case", "Does lower case give the class away?"),
    ("symbols.tail", "Do poly-A tails give the class away?"),
    ("duplicate.reverse-complement", "Does a sequence occur again as its other strand?"),
    ("counterfactual.ranking", "Does the ranking of models hold on other versions of the data?"),
];

/// Everything that can be told of numbers without a trained model.
pub(super) fn examine(subject: &Subject, identities: &Identities) -> Vec<Finding> {
    let mut findings = vec![skipped::skipped(subject)];
    findings.extend(balance::balance(subject));
    findings.push(duplicate::exact(subject, identities));
    findings.push(contradiction::contradiction(subject, identities));
    findings.push(feedback::feedback(subject, identities));
    findings.extend(leakage::of_numbers(subject));
    findings.extend(parts::parts(subject));
    findings.extend(representation::representation(subject));
    findings.extend(reference::reference(subject));
    findings.extend(confounding::confounding(subject));
    findings.extend(batch::batch(subject));
    let mut findings = worded(findings, subject.dataset);
    let why = "the records are numbers: they have no symbols, k-mers or strands to compare; the groups that they were measured in, and the floors, say what a score is worth";
    findings.extend(OF_SEQUENCES.map(|(check, title)| not_applicable(check, title, why)));
    findings
}

/// Findings in the words of what was measured; proteins and numbers have no strands, those of DNA
/// and RNA stay as they are.
pub(super) fn worded(findings: Vec<Finding>, dataset: &Dataset) -> Vec<Finding> {
    if dataset.numbers.is_none() && dataset.alphabet.is_nucleic() {
        return findings;
    }
    let say = |text: &str| {
        let text = text
            .replace(" or as the other strand", "")
            .replace(", either strand", "")
            .replace(" (either strand)", "");
        let Some(numbers) = &dataset.numbers else { return text };
        let column = numbers.measured.unit();
        text.replace("{homology: {}}", &format!("{{group: {{column: {column}}}}}"))
            .replace("homology cluster", "group")
            .replace("letter for letter", "number for number")
            .replace("sequence", numbers.measured.record())
    };
    let reword = |finding: Finding| Finding {
        title: say(&finding.title),
        statistic: say(&finding.statistic),
        message: say(&finding.message),
        remedy: say(&finding.remedy),
        tables: finding.tables.into_iter().map(|t| Table { title: say(&t.title), ..t }).collect(),
        ..finding
    };
    findings.into_iter().map(reword).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Status, data};
    use cistron_data::dataset::{GroupKind, Measured};
    use cistron_split::neighbour::Neighbours;
    use cistron_split::split;

    /// 400 curves of ten runs: those of 35 cycles are nearly all negative and of one run.
    fn confounded() -> Dataset {
        let mut dataset = Dataset::of_numbers(Measured::Curves, vec!["FAM".into()]);
        let (mut labels, mut runs, mut cycles) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..400_usize {
            let negative = i >= 200;
            let n = if negative { 35 } else { 40 };
            let value = |c: usize| (i * 37 % 101) as f32 + if negative { 0.0 } else { c as f32 };
            let curve: Vec<f32> = (0..n).map(value).collect();
            dataset.push_numbers(format!("c{i}"), &curve, 1);
            labels.push(Some(if negative || i < 6 { "no" } else { "yes" }.to_string()));
            runs.push(Some(format!("run {}", if negative { 9 } else { i % 9 })));
            cycles.push(Some(n.to_string()));
        }
        dataset.set_labels(&labels);
        dataset.add_group("run", GroupKind::Nuisance, &runs);
        dataset.add_group("cycles", GroupKind::Nuisance, &cycles);
        dataset
    }

    #[test]
    fn a_number_of_cycles_that_tells_the_label_is_found() {
        let dataset = confounded();
        let config = serde_json::from_str(r#"{"group": {"column": "run"}}"#).unwrap();
        let splits = split(&config, &dataset, None, 1).unwrap();
        let neighbours = Neighbours::compute(&dataset, &splits).unwrap();
        let findings = data(&Subject::split(&dataset, &splits, &neighbours, 1));
        let of = |check: &str| findings.iter().find(|f| f.check == check).unwrap();
        assert_eq!(of("group.confounding:cycles").status, Status::Fail);
        assert!(of("group.confounding:cycles").value.unwrap() > 0.9);
        assert_eq!(of("leakage.certificate").status, Status::Pass);
        assert!(matches!(of("leakage.near").status, Status::NotApplicable(_)));
        assert!(matches!(of("shortcut.composition").status, Status::NotApplicable(_)));
        // 101 different curves of each kind: the others are copies, found number for number.
        let copies = of("duplicate.exact");
        assert!(copies.value.unwrap() > 0.3 && copies.message.contains("number for number"));
        let words = |f: &Finding| f.message.contains("homology") || f.title.contains("homology");
        let not = |f: &&Finding| !matches!(f.status, Status::NotApplicable(_));
        assert!(!findings.iter().filter(not).any(words));
    }

    #[test]
    fn proteins_have_no_strands() {
        let mut dataset = Dataset::new(cistron_encoders::alphabet::Alphabet::Protein);
        let mut labels = Vec::new();
        for (i, residue) in b"AACDEFGHIKLMNPQRSTVWY".iter().enumerate() {
            dataset.push(format!("p{i}"), &[*residue; 15], 1);
            labels.push(Some(if i % 2 == 0 { "a" } else { "b" }.to_string()));
        }
        dataset.set_labels(&labels);
        let clusters: Vec<u32> = (0..dataset.len() as u32).collect();
        let findings = data(&Subject::unsplit(&dataset, &clusters, 5, 1));
        let two = findings.iter().find(|f| f.check == "contradiction.same-sequence").unwrap();
        assert!(two.message.starts_with("2 records share their sequence with"), "{}", two.message);
        assert!(!findings.iter().any(|f| f.message.contains("either strand")));
    }

    #[test]
    fn every_check_of_a_data_set_is_answered_or_said_not_to_arise() {
        let numbers = confounded();
        let clusters = vec![0; numbers.len()];
        let asked = |dataset: &Dataset| {
            let findings = data(&Subject::unsplit(dataset, &clusters[..dataset.len()], 15, 1));
            let code = |f: Finding| f.check.split(':').next().unwrap_or_default().to_string();
            findings.into_iter().map(code).collect::<std::collections::BTreeSet<_>>()
        };
        let mut sequences = Dataset::new(cistron_encoders::alphabet::Alphabet::Dna);
        for i in 0..20 {
            sequences.push(format!("s{i}"), b"ACGTTGCAACGTTGCA", 1);
        }
        sequences.set_labels(&[(); 20].map(|()| Some("a".to_string())));
        let missing: Vec<String> =
            asked(&sequences).difference(&asked(&numbers)).cloned().collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
