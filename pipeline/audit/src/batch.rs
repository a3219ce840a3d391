//! The batch probe in both directions: the columns tell the label; the sequence tells the column.

use cistron_models::baseline::{FeatureSet, FeatureTable, Molecule, composition};

use super::cell::{decimal, list, optional};
use super::gate::{Gate, not_applicable, open, unknown};
use super::probe::{Probed, Target, judged};
use super::{Finding, Status, Subject};
use cistron_data::dataset::{Dataset, Group, GroupKind};
use cistron_evaluate::floor::curve::{Feature, table};

/// Lower limit of the skill of the columns.
const COLUMNS: Gate = Gate::warn_fail(0.1, 0.3);

/// Lower limit of the skill of the sequence for a nuisance column. It never fails by itself: what
/// matters is whether the column tells the label, too.
const SEQUENCE: Gate = Gate::warn(0.3);

/// Levels of a column that become features; the others are one.
const LEVELS: usize = 50;

/// What all nuisance columns together tell of the label, and what the sequences tell of each.
pub(super) fn batch(subject: &Subject) -> Vec<Finding> {
    let groups = subject.dataset.groups.iter();
    let nuisances: Vec<&Group> = groups.filter(|g| g.kind == GroupKind::Nuisance).collect();
    if nuisances.is_empty() {
        return Vec::new();
    }
    let mut findings = vec![columns(subject, &nuisances)];
    findings.extend(nuisances.iter().map(|group| from_sequence(subject, group)));
    findings
}

fn columns(subject: &Subject, nuisances: &[&Group]) -> Finding {
    let (check, title) = ("group.columns", "Do the nuisance columns together tell the label?");
    if nuisances.len() < 2 {
        return not_applicable(check, title, "there is one nuisance column; see its confounding");
    }
    let dataset = subject.dataset;
    let target = Target { names: &dataset.classes, values: &dataset.labels };
    let remedy = "balance the columns within classes, or hold whole levels out";
    let lacking = |status: Status| match status {
        Status::NotApplicable(why) => not_applicable(check, title, &why),
        Status::Unknown(why) => COLUMNS.show(unknown(check, title, &why, "add records")),
        _ => open(check, title),
    };
    let probed = match Probed::of(target, subject.clusters) {
        Ok(probed) => probed,
        Err(status) => return lacking(status),
    };
    let skill = features(nuisances, &probed.records)
        .and_then(|features| probed.skill(&features, subject.seed));
    let skill = match skill {
        Ok(skill) => skill,
        Err(why) => return lacking(Status::Unknown(why)),
    };
    let names: Vec<String> = nuisances.iter().map(|g| g.name.clone()).collect();
    let finding = Finding {
        statistic: "skill of the nuisance columns (balanced accuracy by cross-validation over homology clusters; 0 is chance, 1 perfect)".into(),
        message: format!(
            "{} reach a balanced accuracy of {} where chance is {}",
            list(&names),
            optional(skill.balanced_accuracy),
            decimal(probed.chance())
        ),
        tables: vec![skill.table("What the columns tell of each class".into(), &probed)],
        ..open(check, title)
    };
    judged(COLUMNS, &skill, finding, remedy)
}

/// One feature a level and column, 1 where the record has it.
fn features(nuisances: &[&Group], records: &[usize]) -> Result<FeatureTable, String> {
    let levels: Vec<usize> = nuisances.iter().map(|g| g.levels.len().min(LEVELS)).collect();
    let width: usize = levels.iter().sum();
    let mut values = vec![0.0; records.len() * width];
    for (row, record) in records.iter().enumerate() {
        let mut start = row * width;
        for (group, levels) in nuisances.iter().zip(&levels) {
            if let Some(level) = group.values[*record]
                && *levels > 0
            {
                values[start + (level as usize).min(levels - 1)] = 1.0;
            }
            start += levels;
        }
    }
    let names = (0..width).map(|at| at.to_string()).collect();
    FeatureTable::new(records.len(), names, values).map_err(|error| error.to_string())
}

/// What the records themselves hold: composition of sequences, end and steepest rise of curves.
fn content(dataset: &Dataset, records: &[usize]) -> Result<FeatureTable, String> {
    if let Some(numbers) = &dataset.numbers {
        let features = [Feature::EndPoint, Feature::SteepestRise];
        return table(numbers, records, &features).map_err(|error| error.to_string());
    }
    let sequences: Vec<&[u8]> = records.iter().map(|i| dataset.sequence(*i)).collect();
    Ok(composition(&sequences, FeatureSet::Composition, Molecule::of(dataset.alphabet)))
}

fn from_sequence(subject: &Subject, group: &Group) -> Finding {
    let check = format!("group.from-sequence:{}", group.name);
    let title = format!("Do the sequences tell their `{}`?", group.name);
    let dataset = subject.dataset;
    let target = Target { names: &group.levels, values: &group.values };
    let lacking = |status: Status| match status {
        Status::NotApplicable(_) => not_applicable(&check, &title, "the column has a single level"),
        Status::Unknown(_) => {
            let why = "fewer than two levels hold 30 records in 5 homology clusters";
            SEQUENCE.show(unknown(&check, &title, why, "add records, or merge levels"))
        }
        _ => open(&check, &title),
    };
    let probed = match Probed::of(target, subject.clusters) {
        Ok(probed) => probed,
        Err(status) => return lacking(status),
    };
    let features = content(dataset, &probed.records);
    let skill = match features.and_then(|features| probed.skill(&features, subject.seed)) {
        Ok(skill) => skill,
        Err(why) => return SEQUENCE.show(unknown(&check, &title, &why, "add records")),
    };
    let finding = Finding {
        statistic: "skill of composition for the column (balanced accuracy by cross-validation over homology clusters; 0 is chance, 1 perfect)".into(),
        message: format!(
            "{} tell `{}` with a balanced accuracy of {} where chance is {}",
            if dataset.numbers.is_some() { "end and steepest rise" } else { "length and short words" },
            group.name,
            optional(skill.balanced_accuracy),
            decimal(probed.chance())
        ),
        tables: vec![skill.table(format!("What composition tells of each {}", group.name), &probed)],
        ..open(&check, &title)
    };
    let remedy = format!(
        "a model can learn `{0}` from the sequences: hold whole levels of `{0}` out and see whether the score holds",
        group.name
    );
    judged(SEQUENCE, &skill, finding, &remedy)
}

#[cfg(test)]
mod tests {
    use super::super::planted::{self, Dice};
    use super::*;

    fn status(findings: &[Finding], check: &str) -> Status {
        findings.iter().find(|f| f.check == check).map(|f| f.status.clone()).unwrap()
    }

    #[test]
    fn columns_that_only_together_tell_the_label_and_a_batch_that_shows() {
        // The label is the parity of neither column but the sum of both: three levels of each.
        let mut dice = Dice::new(3);
        let laboratory: Vec<usize> = (0..600).map(|_| dice.below(2)).collect();
        let year: Vec<usize> = (0..600).map(|_| dice.below(2)).collect();
        let sequences: Vec<Vec<u8>> = laboratory
            .iter()
            .map(|l| planted::dna(&mut dice, 300, 0.45 + 0.1 * *l as f64))
            .collect();
        let labels: Vec<&str> =
            (0..600).map(|i| if laboratory[i] + year[i] > 0 { "a" } else { "b" }).collect();
        let mut dataset = planted::labelled(&sequences, &labels);
        let text = |v: &[usize]| v.iter().map(|v| Some(v.to_string())).collect::<Vec<_>>();
        dataset.add_group("laboratory", GroupKind::Nuisance, &text(&laboratory));
        dataset.add_group("year", GroupKind::Nuisance, &text(&year));
        let clusters: Vec<u32> = (0..600).collect();
        let findings = batch(&Subject::unsplit(&dataset, &clusters, 15, 1));
        assert_eq!(status(&findings, "group.columns"), Status::Fail);
        assert_eq!(status(&findings, "group.from-sequence:laboratory"), Status::Warn);
        assert_eq!(status(&findings, "group.from-sequence:year"), Status::Pass);
    }

    #[test]
    fn without_nuisance_columns_there_is_no_batch() {
        let dataset = planted::two_classes(&planted::random(20, 50, 1));
        assert!(batch(&Subject::unsplit(&dataset, &[0; 20], 15, 1)).is_empty());
    }
}
