//! Wells by number, beside wells by position.

use std::collections::HashMap;

use super::block::Block;
use super::column::Column;
use super::file::well;
use super::layout::index;
use crate::{Reaction, Well};

/// The position of each well's number.
#[derive(Debug, Default)]
pub(super) struct WellNumbers {
    named: HashMap<u32, String>,
    /// Columns of the plate, where nothing names the numbers and other tables have positions.
    columns: Option<(u32, u32)>,
}

impl WellNumbers {
    /// Takes the numbers from tables that have both; `facts` may tell the plate's size.
    pub(super) fn of<'a>(
        blocks: impl Iterator<Item = &'a Block<'a>>,
        facts: &[(String, String)],
    ) -> Self {
        let mut out = Self::default();
        let (mut places, mut highest) = (Vec::new(), 0);
        for block in blocks {
            let Some(at) = index(&block.columns, Column::Well) else { continue };
            let number = index(&block.columns, Column::WellNumber);
            for row in block.rows {
                let place = Well::parse(row.cell(at));
                highest = highest.max(row.cell(at).parse().unwrap_or(0));
                let told = number.and_then(|i| row.cell(i).parse().ok());
                if let (Some(place), Some(number)) = (place, told) {
                    out.named.insert(number, place.to_string());
                }
                places.extend(place);
            }
        }
        if !places.is_empty() {
            let size = facts.iter().find(|fact| fact.0.contains("Block Type")).map(|f| &f.1);
            let of = |wells: &str| size.is_some_and(|size| size.contains(wells));
            let plate = match () {
                () if of("384") => (16, 24),
                () if of("96") => (8, 12),
                () if of("48") => (6, 8),
                () => Well::plate(places.into_iter()),
            };
            out.columns = Some(plate).filter(|(rows, columns)| highest <= rows * columns);
        }
        out
    }

    /// The position of a well that is named by its number; other names stay.
    pub(super) fn place(&self, name: &str) -> String {
        let Ok(number) = name.parse::<u32>() else { return well(name) };
        if let Some(place) = self.named.get(&number) {
            return place.clone();
        }
        let place = self.columns.and_then(|(_, columns)| Well::of_number(number, columns));
        place.map_or_else(|| name.to_string(), |place| place.to_string())
    }

    /// Gives every reaction its well's position.
    pub(super) fn apply(&self, reactions: &mut [Reaction]) {
        for reaction in reactions {
            reaction.well = self.place(&reaction.well);
        }
    }
}
