//! A model's rows by the levels of a metadata column, or by the combinations of two.

use std::collections::{BTreeMap, BTreeSet};

use super::scored::Scored;
use cistron_data::dataset::{Dataset, Group, GroupKind};

/// Pairs of columns that are looked at, at most.
const PAIRS: usize = 10;

/// The level of each row.
pub(super) struct Partition {
    /// Name of the column, or of both: `sex×species`.
    pub(super) name: String,
    /// Whether the columns may tell the label; a pair is of nuisances.
    pub(super) kind: GroupKind,
    /// Names of the levels.
    pub(super) levels: Vec<String>,
    /// Level of each row; `None` where a cell is empty.
    pub(super) level_of: Vec<Option<usize>>,
}

/// One partition a column.
pub(super) fn columns(model: &Scored, dataset: &Dataset) -> Vec<Partition> {
    let of = |group: &Group| Partition {
        name: group.name.clone(),
        kind: group.kind,
        levels: group.levels.clone(),
        level_of: model.records.iter().map(|i| group.values[*i].map(|v| v as usize)).collect(),
    };
    dataset.groups.iter().map(of).collect()
}

/// One partition a pair of nuisance columns: the combinations that occur.
pub(super) fn pairs(model: &Scored, dataset: &Dataset) -> Vec<Partition> {
    let nuisances: Vec<&Group> =
        dataset.groups.iter().filter(|g| g.kind == GroupKind::Nuisance).collect();
    let pairs = nuisances
        .iter()
        .enumerate()
        .flat_map(|(i, a)| nuisances[i + 1..].iter().map(move |b| (*a, *b)));
    pairs.take(PAIRS).map(|(a, b)| pair(model, a, b)).collect()
}

fn pair(model: &Scored, a: &Group, b: &Group) -> Partition {
    let both = |i: &usize| Some((a.values[*i]?, b.values[*i]?));
    let seen: BTreeSet<(u32, u32)> = model.records.iter().filter_map(both).collect();
    let number: BTreeMap<(u32, u32), usize> =
        seen.into_iter().enumerate().map(|(at, pair)| (pair, at)).collect();
    Partition {
        name: format!("{}×{}", a.name, b.name),
        kind: GroupKind::Nuisance,
        levels: number
            .keys()
            .map(|(x, y)| format!("{}, {}", a.levels[*x as usize], b.levels[*y as usize]))
            .collect(),
        level_of: model.records.iter().map(|i| both(i).map(|pair| number[&pair])).collect(),
    }
}

impl Partition {
    /// Level, value and homology cluster of each row that has a level.
    pub(super) fn rows<T>(
        &self,
        model: &Scored,
        value: impl Fn(usize) -> T,
    ) -> Vec<(usize, T, u32)> {
        let row = |at: usize| Some((self.level_of[at]?, value(at), model.clusters[at]));
        (0..model.len()).filter_map(row).collect()
    }

    /// `level` or `combination`.
    pub(super) fn noun(&self) -> &'static str {
        if self.name.contains('×') { "combination" } else { "level" }
    }
}

#[cfg(test)]
mod tests {
    use super::super::planted;
    use super::*;

    #[test]
    fn columns_and_the_combinations_that_occur() {
        let mut dataset = planted::two_classes(&planted::random(6, 40, 1));
        let column = |text: &str| -> Vec<Option<String>> {
            text.chars().map(|c| (c != '-').then(|| c.to_string())).collect()
        };
        dataset.add_group("sex", GroupKind::Nuisance, &column("ffmm-f"));
        dataset.add_group("plate", GroupKind::Nuisance, &column("122112"));
        dataset.add_group("taxon", GroupKind::Descriptor, &column("xxxxxx"));
        let scores = planted::scores(&dataset, |_| true);
        let clusters: Vec<u32> = (0..6).collect();
        let model = Scored::new(&dataset, &clusters, &scores);
        assert_eq!(columns(&model, &dataset).len(), 3);
        let both = pairs(&model, &dataset);
        assert_eq!((both.len(), both[0].name.as_str()), (1, "sex×plate"));
        assert_eq!(both[0].levels, ["f, 1", "f, 2", "m, 1", "m, 2"]);
        let of = [Some(0), Some(1), Some(3), Some(2), None, Some(1)];
        assert_eq!(both[0].level_of, of);
        assert_eq!(both[0].rows(&model, |at| at).len(), 5);
    }
}
