//! What is in the wells: a sheet beside the measurements.

use std::collections::HashMap;

use super::block::Block;
use super::column::Column;
use super::file::{Context, well};
use super::layout::index;
use super::long_cq::role;
use super::number::Decimal;
use super::well_number::WellNumbers;
use crate::{Reaction, Role};

/// What a well holds.
#[derive(Debug, Default, PartialEq)]
struct Content {
    sample: String,
    target: String,
    dye: String,
    role: Role,
    quantity: Option<f64>,
}

/// Contents by well.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    wells: HashMap<String, Vec<Content>>,
}

impl Annotations {
    /// Adds a sheet of contents.
    pub(super) fn extend(&mut self, block: &Block<'_>, context: &Context<'_>) {
        let decimal = Decimal::of(block.rows);
        for row in block.rows {
            let cell = |c| index(&block.columns, c).map_or("", |i| row.cell(i));
            let name = well(cell(Column::Well));
            if name.is_empty() {
                continue;
            }
            let (role, endogenous) = role(cell(Column::Task), cell(Column::Sample));
            if endogenous {
                context.references.borrow_mut().insert(cell(Column::Target).to_string());
            }
            let quantity = decimal.parse(cell(Column::Quantity)).filter(|q| *q > 0.0);
            let content = Content {
                sample: cell(Column::Sample).to_string(),
                target: cell(Column::Target).to_string(),
                dye: cell(Column::Dye).to_string(),
                role,
                quantity: quantity.filter(|_| role == Role::Standard),
            };
            let there = self.wells.entry(name).or_default();
            // Several sheets, or a row a reading, may say the same of a well.
            if !there.contains(&content) {
                there.push(content);
            }
        }
    }

    /// Fills in what the reactions themselves do not say.
    pub(super) fn apply(&self, reactions: &mut [Reaction], numbers: &WellNumbers) {
        let mut wells: HashMap<String, Vec<&Content>> = HashMap::new();
        for (name, contents) in &self.wells {
            wells.entry(numbers.place(name)).or_default().extend(contents);
        }
        for reaction in reactions {
            let Some(contents) = wells.get(&reaction.well) else { continue };
            let same = |content: &&&Content| {
                let agree = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
                agree(&content.target, &reaction.target) && agree(&content.dye, &reaction.dye)
            };
            let mut fitting = contents.iter().filter(same);
            // Of two contents that fit, neither is known to be meant.
            let (Some(content), None) = (fitting.next(), fitting.next()) else { continue };
            for (name, told) in [
                (&mut reaction.sample, &content.sample),
                (&mut reaction.target, &content.target),
                (&mut reaction.dye, &content.dye),
            ] {
                if name.is_empty() {
                    name.clone_from(told);
                }
            }
            if reaction.role == Role::Unknown {
                reaction.role = content.role;
            }
            reaction.quantity = reaction.quantity.or(content.quantity);
        }
    }
}
