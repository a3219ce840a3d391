//! Which sequence files a workflow reads, and the class that a file stands for.

use std::path::{Path, PathBuf};

use crate::config::Read;
use crate::error::InputError;

/// A file of sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceFile {
    /// Where it is.
    pub path: PathBuf,
    /// The class of all its records, where the file says it.
    pub class: Option<String>,
}

impl SequenceFile {
    /// What it is read for, in words; different for every file of a workflow.
    #[must_use]
    pub fn role(&self) -> String {
        match (&self.class, self.path.file_name()) {
            (Some(class), Some(name)) => {
                format!("sequences of {class}: {}", name.to_string_lossy())
            }
            _ => "sequences".to_string(),
        }
    }
}

/// The sequence files of a workflow in a fixed order; `resolve` finds a path of the workflow.
pub fn files(
    read: &Read,
    resolve: impl Fn(&Path) -> PathBuf,
) -> Result<Vec<SequenceFile>, InputError> {
    let table = read.table.as_ref().map(|table| &table.path);
    let bed = read.intervals.as_ref().map(|intervals| &intervals.bed);
    let numbers = read.number_files().iter();
    let variants = read.variants.as_ref().map(|variants| &variants.vcf);
    let tables = table.into_iter().chain(bed).chain(variants);
    let single = read.fasta.iter().chain(&read.fastq).chain(tables).chain(numbers);
    let mut files: Vec<SequenceFile> =
        single.map(|path| SequenceFile { path: resolve(path), class: None }).collect();
    for (class, path) in &read.files {
        files.push(SequenceFile { path: resolve(path), class: Some(class.clone()) });
    }
    if let Some(folder) = &read.folder {
        files.extend(of_folder(&resolve(folder))?);
    }
    Ok(files)
}

/// One file a class, named after it, or one folder a class with files in it.
fn of_folder(folder: &Path) -> Result<Vec<SequenceFile>, InputError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            let class = path.file_name().map(|name| name.to_string_lossy().into_owned());
            for path in entries(&path)?.into_iter().filter(|path| path.is_file()) {
                files.push(SequenceFile { path, class: class.clone() });
            }
        } else {
            files.push(SequenceFile { class: Some(stem(&path)), path });
        }
    }
    if files.is_empty() {
        let expected = "a file or a folder for each class";
        return Err(InputError::new(folder, "an empty folder", expected, "check the path"));
    }
    Ok(files)
}

/// What lies in a folder, sorted; hidden files do not count.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let list = std::fs::read_dir(folder).map_err(|error| {
        InputError::new(folder, error.to_string(), "a readable folder", "check the path")
    })?;
    let mut paths: Vec<PathBuf> = list.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    });
    paths.sort();
    Ok(paths)
}

/// A file's name without the endings of compression and format.
#[must_use]
pub fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ends = [".gz", ".bgz", ".zst"];
    let name = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_named_by_files_and_folders() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("DENV-2")).unwrap();
        for name in ["DENV-2/a.fa", "DENV-2/b.fa", "DENV-1.fasta.gz", ".hidden"] {
            std::fs::write(folder.path().join(name), ">a\nAC\n").unwrap();
        }
        let read: Read = serde_json::from_str(r#"{"folder": "x"}"#).unwrap();
        let files = files(&read, |_| folder.path().to_path_buf()).unwrap();
        let classes: Vec<_> = files.iter().map(|file| file.class.as_deref().unwrap()).collect();
        assert_eq!(classes, ["DENV-1", "DENV-2", "DENV-2"]);
        assert_eq!(files[2].role(), "sequences of DENV-2: b.fa");
        assert_eq!(stem(Path::new("x/a.b.fna.zst")), "a.b");
        assert!(of_folder(&folder.path().join("none")).is_err());
    }
}
