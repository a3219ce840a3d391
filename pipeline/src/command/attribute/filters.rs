//! `cistron attribute --filters`.

use std::path::Path;

use serde_json::json;

use super::Also;
use crate::attribute::filters::{Filters, WIDEST, filters, meme, table};
use crate::predict::Ensemble;
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// Writes what the filters of every member look for beside `output`.
pub(super) fn write(ensemble: &Ensemble, dataset: &Dataset, output: &Path) -> Result<Also, Error> {
    let all: Vec<usize> = (0..dataset.len()).collect();
    let found = ensemble.members.iter().map(|member| filters(member, dataset, &all));
    let found = found.collect::<Result<Vec<Option<Filters>>, Error>>()?;
    let found: Option<Vec<Filters>> = found.into_iter().collect();
    let found = found.ok_or_else(|| {
        let name = &ensemble.members[0].card.name;
        let help = format!(
            "`--filters` takes networks that begin with a convolution of at most {WIDEST} positions \
             over letters, such as `conv` behind `encode: one-hot`"
        );
        Error::Usage(format!("`{name}` has no filters over letters\n  help: {help}"))
    })?;
    let paths = [output.with_extension("filters.meme"), output.with_extension("filters.tsv")];
    artefact::write(&paths[0], meme(&found).as_bytes())?;
    table(&found)?.write(&paths[1])?;
    let total: usize = found.iter().map(|member| member.motifs.len()).sum();
    let respond = found.iter().flat_map(|member| &member.motifs).filter(|motif| motif.sites > 0);
    let respond = respond.count();
    let text = format!(
        "{respond} of {total} filters respond: {}, {}",
        paths[0].display(),
        paths[1].display()
    );
    let event = json!({"filters": total, "respond": respond, "meme": paths[0], "table": paths[1]});
    Ok(Also { name: "filters", text, event })
}
