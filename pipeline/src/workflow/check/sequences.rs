//! Mistakes under the key `read`.

use cistron_encoders::alphabet::Alphabet;

use super::{Check, MAX_WINDOW};
use crate::workflow::Workflow;
use cistron_data::config::{Read, Variants};
use cistron_data::path::{resolve, shown};
use cistron_data::read::region;

impl Check<'_> {
    pub(super) fn read(&mut self, workflow: &Workflow) {
        let read = &workflow.read;
        self.sequences(read);
        if read.measured().is_some() {
            return self.numbers(workflow);
        }
        if let Some(variants) = &read.variants {
            self.variants(read, variants);
        }
        let own = read.variants.as_ref().is_some_and(|variants| variants.label.is_some());
        let single = read.fasta.is_some()
            || read.fastq.is_some()
            || read.intervals.is_some()
            || (read.variants.is_some() && !own);
        if let (false, Some(labels)) = (single, &read.labels)
            && (labels.table.is_some() || labels.header.is_some())
        {
            let help = "a sequence table names the column with `table: {label: …}`, `files` and \
                        `folder` take the class from a name; `labels` may still name `classes`";
            self.push(&["read", "labels"], "these sequences bring their own labels", help);
        }
        if let (true, Some(labels)) = (single, &read.labels) {
            match (&labels.table, &labels.header) {
                (None, None) if read.intervals.is_some() => {}
                (Some(table), None) => self.file(&["read", "labels", "table"], table),
                (None, Some(pattern)) => self.pattern(pattern),
                _ => {
                    let help = "a table of labels, or a pattern on the header";
                    self.push(
                        &["read", "labels"],
                        "`labels` takes one of `table` and `header`",
                        help,
                    );
                }
            }
        }
        if !read.groups.is_empty()
            && read.table.is_none()
            && !own
            && (!single || read.labels.is_none())
        {
            let help = "groups are columns of `labels: {table: …}`, or of a sequence table";
            self.push(&["read", "groups"], "`groups` needs `labels`", help);
        }
        if read.translate.is_some() && !read.alphabet.is_nucleic() {
            let help = "`alphabet` is that of the files: dna or rna";
            self.push(&["read", "translate"], "only DNA and RNA are translated", help);
        }
        let table = read.table.as_ref().is_some_and(|table| table.label.is_some());
        let named = !read.files.is_empty() || read.folder.is_some() || read.intervals.is_some();
        let labelled = read.labels.is_some() || table || own || named;
        if !workflow.models.is_empty() && !labelled {
            let help = "name them: `labels: {table: FILE, id: …, label: …}`, \
                        `labels: {header: PATTERN}` or `table: {label: COLUMN}`";
            self.push(&["read"], "models need labels, and `read` names none", help);
        }
    }

    /// Files and settings of variants.
    fn variants(&mut self, read: &Read, variants: &Variants) {
        self.file(&["read", "variants", "vcf"], &variants.vcf);
        self.file(&["read", "variants", "reference"], &variants.reference);
        if !(1..=MAX_WINDOW).contains(&variants.window) {
            let message = format!("`window` must be 1 to {MAX_WINDOW} bases");
            self.push(&["read", "variants", "window"], message, "");
        }
        if let Some(Err(message)) = variants.region.as_deref().map(region::parse) {
            self.push(&["read", "variants", "region"], message, "positions count from 1");
        }
        if read.translate.is_some() || read.alphabet != Alphabet::Dna {
            let help = "leave `alphabet` and `translate` out";
            self.push(&["read", "variants"], "variants are of DNA", help);
        }
    }

    /// Where the sequences come from: exactly one way, and every file is there.
    fn sequences(&mut self, read: &Read) {
        let ways = read.ways();
        if ways.len() != 1 {
            let help = "one of `fasta: FILE`, `fastq: FILE`, `table: {path: FILE}`, \
                        `intervals: {bed: FILE, reference: FASTA}`, `files: {CLASS: FILE}`, \
                        `folder: FOLDER`, `variants: {vcf: FILE, reference: FILE}`, \
                        `genotypes: {vcf: FILE}`, `curves: {files: [FILE]}` and `delta-cq: {…}`";
            let message = format!("`read` names {} ways to find records", ways.len());
            self.push(&["read"], message, help);
        }
        for (key, file) in [("fasta", &read.fasta), ("fastq", &read.fastq)] {
            if let Some(file) = file {
                self.file(&["read", key], file);
            }
        }
        if let Some(intervals) = &read.intervals {
            self.file(&["read", "intervals", "bed"], &intervals.bed);
            self.file(&["read", "intervals", "reference"], &intervals.reference);
        }
        if let Some(table) = &read.table {
            self.table(&["read", "table"], table);
        }
        for (class, file) in &read.files {
            self.file(&["read", "files", class], file);
        }
        if let Some(folder) = &read.folder
            && !resolve(self.folder, folder).is_dir()
        {
            let resolved = resolve(self.folder, folder);
            let message = format!("there is no folder {}", shown(&resolved).display());
            let help = "relative paths start from the workflow's folder";
            self.push(&["read", "folder"], message, help);
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let path = ["read", "labels", "header"];
        match regex::Regex::new(pattern) {
            Err(error) => self.push(&path, error.to_string(), ""),
            Ok(regex) if !regex.capture_names().flatten().any(|name| name == "label") => {
                let help = r"such as `class=(?<label>\w+)`";
                self.push(&path, "the pattern has no group named `label`", help);
            }
            Ok(_) => {}
        }
    }
}
