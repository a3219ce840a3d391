//! Records of numbers: only exact copies are looked for.

use std::collections::HashMap;

use super::identity::Identities;
use super::{Neighbour, Neighbours, Relatives};
use crate::Part;
use cistron_data::dataset::Dataset;

/// The neighbours of held-out records that are the same number for number as one learnt from.
pub(super) fn copies(dataset: &Dataset, folds: &[Vec<Part>]) -> Neighbours {
    let identities = Identities::new(dataset);
    let mut same: HashMap<u128, Vec<usize>> = HashMap::new();
    for i in 0..dataset.len() {
        same.entry(identities.forward(i)).or_default().push(i);
    }
    let of = |parts: &Vec<Part>| {
        let held_out = (0..dataset.len()).filter(|i| parts[*i] == Part::Test);
        let neighbour = |i: usize| {
            let all = same.get(&identities.forward(i)).map_or(&[][..], Vec::as_slice);
            let exact = all.iter().copied().find(|j| parts[*j] != Part::Test);
            let similarity = exact.map(|_| 1.0);
            let (nearest, closest) = (exact, exact);
            let (containment, highest) = (similarity, similarity);
            Neighbour { nearest, containment, closest, highest, exact, ..Neighbour::default() }
        };
        held_out.map(|i| (i, neighbour(i))).collect()
    };
    let relatives = vec![Relatives::default(); dataset.len()];
    Neighbours { k: 0, folds: folds.iter().map(of).collect(), relatives }
}
