//! What the filters of a model's first layer look for, as sequence logos.

use crate::attribute::filters::{FilterMotif, Filters};
use crate::report::figure::{Figure, logo};
use crate::report::number::{count, counted, number};

/// Filters that are drawn: those with most information.
const DRAWN: usize = 16;

/// Sites below which a filter is not drawn: few always look alike.
const LEAST_SITES: u64 = 10;

/// The logos of a model's filters; `None` where no filter has sites enough.
pub(super) fn figure(index: usize, model: &str, filters: &Filters) -> Option<Figure> {
    let mut drawn: Vec<&FilterMotif> =
        filters.motifs.iter().filter(|motif| motif.sites >= LEAST_SITES).collect();
    let order = |a: &&FilterMotif, b: &&FilterMotif| {
        b.frequencies.total().total_cmp(&a.frequencies.total())
    };
    drawn.sort_by(order);
    drawn.truncate(DRAWN);
    if drawn.is_empty() {
        return None;
    }
    let logos: Vec<logo::Logo> =
        drawn.iter().map(|motif| logo_of(motif, filters.letters)).collect();
    let id = format!("filters-{index}");
    let description = "A logo a filter: at each position letters as high as their share of its \
                       information, the most frequent on top. The numbers can be saved below the \
                       figure.";
    let silent = filters.motifs.iter().filter(|motif| motif.sites == 0).count();
    Some(Figure {
        svg: logo::draw(&id, &format!("Filters of {model}"), description, &logos),
        caption: format!(
            "{model}, fold {}: letters where a filter of the first layer responds more than half as \
             strongly as it ever does to {} held out, in bits against their composition. The {} of {} \
             filters with most information and {LEAST_SITES} sites or more; {} never respond.",
            filters.fold + 1,
            counted(filters.records, "record"),
            logos.len(),
            count(filters.motifs.len()),
            count(silent),
        ),
        good: "a few tall letters side by side: a motif, which can be compared with known ones \
               (cistron attribute --filters writes them in the format of Tomtom). Low letters throughout \
               tell composition; a filter that never responds is dead weight."
            .to_string(),
        numbers: logo::numbers(&id, &logos),
        table: None,
    })
}

fn logo_of(motif: &FilterMotif, letters: &'static [u8]) -> logo::Logo {
    let information = motif.frequencies.information().iter().copied();
    let rows = motif.frequencies.rows().map(<[f64]>::to_vec);
    logo::Logo {
        name: motif.filter.to_string(),
        title: format!(
            "{}: {}, {} bits",
            motif.filter,
            counted(motif.sites as usize, "site"),
            number(motif.frequencies.total())
        ),
        letters,
        positions: information.zip(rows).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::filters::tests::example;

    #[test]
    fn filters_with_few_sites_are_not_drawn() {
        let mut filters = example();
        assert!(figure(0, "conv", &filters).is_none());
        filters.motifs[0].sites = LEAST_SITES;
        let found = figure(0, "conv", &filters).unwrap();
        assert!(found.svg.contains(">1: 10 sites, 2.01 bits</text>"), "{}", found.svg);
        assert!(found.caption.contains("The 1 of 2 filters") && found.caption.contains("1 never"));
    }
}
