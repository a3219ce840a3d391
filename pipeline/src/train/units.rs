//! What training records are sampled by: their group, or their homology cluster.

use cistron_models::fit::Sampling;

use super::failed;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::Splits;

/// The group or cluster of each record of a data set; `None` where they are sampled by neither.
pub(super) fn units(
    sampling: &Sampling,
    dataset: &Dataset,
    splits: &Splits,
) -> Result<Option<Vec<u32>>, Error> {
    Ok(match sampling {
        Sampling::Shuffle | Sampling::Balanced => None,
        Sampling::Cluster => Some(splits.clusters.clone()),
        Sampling::GroupBalanced { column } => {
            let group = dataset.groups.iter().find(|group| group.name == *column);
            let group = group.ok_or_else(|| {
                failed(&format!("no group `{column}` to sample by: name it under `read: groups`"))
            })?;
            let last = group.levels.len() as u32;
            Some(group.values.iter().map(|value| value.unwrap_or(last)).collect())
        }
    })
}
