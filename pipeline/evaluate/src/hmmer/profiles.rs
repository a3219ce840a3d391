//! A profile for each homology cluster of each class.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::{Hmmer, comparable, letters};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;

/// File of all profiles.
pub(super) const PROFILES: &str = "profiles.hmm";

/// Sequences of a cluster that are aligned at most, evenly taken: near copies change a profile little.
const ALIGNED: usize = 100;

/// Random sequences, in place of 200, that each of three distributions of scores is fitted to. They
/// set the P-values by which the search skips what is unlike a profile; scores do not depend on them,
/// and they are most of the time that a profile takes.
const CALIBRATION: [&str; 6] = ["--EmN", "50", "--EvN", "50", "--EfN", "50"];

/// What ends a profile in a file of several.
const END: &str = "//\n";

const STOCKHOLM: &str = "# STOCKHOLM 1.0\n";

/// Writes [`PROFILES`] into `folder`; returns the class of each, by its number in its name.
pub(super) fn profiles(
    hmmer: &Hmmer,
    folder: &Path,
    dataset: &Dataset,
    clusters: &[u32],
    development: &[usize],
) -> Result<Vec<usize>, Error> {
    let groups = groups(dataset, clusters, development);
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(|error| Error::write(&path, &error))
    };
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| Error::stage("evaluate", error))
    };
    let threads = rayon::current_num_threads().to_string();
    let build = |options: &[&str], profiles: &str, alignments: &str| {
        let fixed = ["--amino", "--cpu", &threads];
        let arguments = [&fixed, &CALIBRATION[..], options, &[profiles, alignments]].concat();
        hmmer.run("hmmbuild", folder, &arguments)
    };

    let mut alone = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        alone.extend(format!("{STOCKHOLM}#=GF ID g{number}\ng{number} ").bytes());
        alone.extend(letters(dataset.sequence(group.representative)));
        alone.extend(b"\n//\n");
    }
    write("alone.sto", &alone)?;
    build(&["--singlemx"], "alone.hmm", "alone.sto")?;

    let (mut profiles, mut alignments) = (String::new(), String::new());
    for (number, (group, profile)) in groups.iter().zip(read("alone.hmm")?.split(END)).enumerate() {
        let profile = format!("{profile}{END}");
        if group.members.len() < 2 {
            profiles += &profile;
            continue;
        }
        write("one.hmm", profile.as_bytes())?;
        write("members.fa", &fasta(dataset, &group.members))?;
        let files = ["-o", "members.sto", "one.hmm", "members.fa"];
        hmmer.run("hmmalign", folder, &[&["--amino", "--trim"][..], &files].concat())?;
        let named = format!("{STOCKHOLM}#=GF ID g{number}\n");
        alignments += &read("members.sto")?.replacen(STOCKHOLM, &named, 1);
    }
    if !alignments.is_empty() {
        write("members.sto", alignments.as_bytes())?;
        // Columns of the profile are those of the representative, which hmmalign marks.
        build(&["--hand"], "members.hmm", "members.sto")?;
        profiles += &read("members.hmm")?;
    }
    write(PROFILES, profiles.as_bytes())?;
    Ok(groups.into_iter().map(|group| group.class).collect())
}

/// Records of a class that are one homology cluster.
#[derive(Debug, PartialEq)]
struct Group {
    class: usize,
    /// The record of median length.
    representative: usize,
    /// Records of different sequences, at most [`ALIGNED`].
    members: Vec<usize>,
}

fn groups(dataset: &Dataset, clusters: &[u32], development: &[usize]) -> Vec<Group> {
    let mut groups: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for record in development.iter().filter(|i| comparable(dataset.sequence(**i))) {
        let Some(label) = dataset.labels[*record] else { continue };
        groups.entry((label, clusters[*record])).or_default().push(*record);
    }
    let group = |((label, _), mut records): ((u32, u32), Vec<usize>)| {
        let mut seen = HashSet::new();
        records.retain(|record| seen.insert(dataset.sequence(*record).to_ascii_uppercase()));
        records.sort_by_key(|record| dataset.sequence(*record).len());
        let representative = records[records.len() / 2];
        let step = records.len().div_ceil(ALIGNED);
        let members = records.into_iter().step_by(step).collect();
        Group { class: label as usize, representative, members }
    };
    groups.into_iter().map(group).collect()
}

/// Records as FASTA, named by their position in `records`.
pub(super) fn fasta(dataset: &Dataset, records: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, record) in records.iter().enumerate() {
        if comparable(dataset.sequence(*record)) {
            out.extend(format!(">s{number}\n").bytes());
            out.extend(letters(dataset.sequence(*record)));
            out.push(b'\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::*;

    #[test]
    fn clusters_of_a_class_are_groups_and_copies_count_once() {
        let mut dataset = Dataset::new(Alphabet::Protein);
        let sequences: [&[u8]; 7] = [b"MK", b"MKV*", b"mk", b"MKVLA", b"AAAA", b"", b"MKVLAC"];
        for (i, sequence) in sequences.iter().enumerate() {
            dataset.push(format!("r{i}"), sequence, 1);
        }
        let labels = ["a", "a", "a", "b", "a", "a", "a"].map(|name| Some(name.to_string()));
        dataset.set_labels(&labels);
        // Record 6 is held out, 5 is empty, 3 is of another class of the same cluster.
        let found = groups(&dataset, &[0, 0, 0, 0, 1, 1, 0], &[0, 1, 2, 3, 4, 5]);
        let group = |class, representative, members: &[usize]| Group {
            class,
            representative,
            members: members.to_vec(),
        };
        assert_eq!(found, [group(0, 1, &[0, 1]), group(0, 4, &[4]), group(1, 3, &[3])]);
        assert_eq!(fasta(&dataset, &[5, 1]), b">s1\nMKVX\n");
    }
}
