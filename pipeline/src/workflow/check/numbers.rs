//! Mistakes in workflows on what qPCR measured.

use cistron_encoders::EncoderConfig;

use super::Check;
use crate::workflow::{Read, Workflow};

/// How such records are held out.
const GROUP: &str = "hold whole runs or plates out: `split: {group: {column: run}}`";

impl Check<'_> {
    /// Mistakes under `read` and `split` of numbers.
    pub(super) fn numbers(&mut self, workflow: &Workflow) {
        let read = &workflow.read;
        let key = if read.curves.is_some() { "curves" } else { "delta-cq" };
        if read.number_files().is_empty() {
            self.push(&["read", key, "files"], "no file is named", "`files: [FILE]`");
        }
        for (at, file) in read.number_files().iter().enumerate() {
            self.file(&["read", key, "files", &at.to_string()], file);
        }
        self.channels(read, key);
        if let Some(labels) = &read.labels {
            if labels.header.is_some() {
                let help = "`labels: {table: FILE}`, or a column of the files: `label: COLUMN`";
                self.push(&["read", "labels", "header"], "what is measured has no header", help);
            }
            if let Some(table) = &labels.table {
                self.file(&["read", "labels", "table"], table);
            }
        }
        if read.translate.is_some() {
            self.push(&["read", "translate"], "numbers are not translated", "leave it out");
        }
        if !workflow.models.is_empty() && !read.names_labels() {
            let help = "a column of the files (`label: COLUMN`), or `labels: {table: FILE}`";
            self.push(&["read"], "models need labels, and `read` names none", help);
        }
        let split = &workflow.split;
        let named = split.random.is_some() || split.group.is_some() || split.given.is_some();
        if split.homology.is_some() || !named {
            let path: &[&str] =
                if split.homology.is_some() { &["split", "homology"] } else { &["split"] };
            self.push(path, "numbers have no homology to split by", GROUP);
        }
    }

    fn channels(&mut self, read: &Read, key: &str) {
        let Some((_, channels)) = read.measured() else { return };
        let mut sorted = channels.clone();
        sorted.sort();
        sorted.dedup();
        if channels.is_empty() || sorted.len() < channels.len() {
            let message = "the channels must be one or more different names";
            self.push(&["read", key], message, "name each target or dye once");
        }
        if let Some(delta) = &read.delta_cq {
            if delta.references.is_empty() {
                let help = "name the reference targets that the experiment was normalised by";
                self.push(&["read", key, "references"], "no reference target is named", help);
            }
            if let Some(both) = delta.targets.iter().find(|t| delta.references.contains(t)) {
                let message = format!("`{both}` is a target and a reference");
                self.push(&["read", key, "targets"], message, "its ΔCq would be of itself");
            }
        }
    }

    /// Whether an encoder and what is read belong together; the mistake where they do not.
    pub(super) fn encoder_fits(
        &mut self,
        path: &[&str],
        config: &EncoderConfig,
        read: &Read,
    ) -> bool {
        match (config, read.measured()) {
            (EncoderConfig::Curve(curve), Some((_, channels))) => {
                if curve.fitted.is_some() {
                    let help = "training fills it in, from its own records alone";
                    self.push(path, "`fitted` is not for workflows", help);
                }
                let right = curve.channels == channels.len();
                if !right {
                    let found = format!(
                        "the encoder has `channels: {}`, the data {}",
                        curve.channels,
                        channels.len()
                    );
                    let help = format!("set `channels: {}`", channels.len());
                    self.push(path, found, &help);
                }
                right && curve.fitted.is_none()
            }
            (EncoderConfig::Curve(_), None) => {
                let help = "read curves with `read: {curves: {files: [FILE]}}`";
                self.push(path, "`curve` takes numbers, the records are sequences", help);
                false
            }
            (_, Some(_)) => {
                let help = "`encode: {curve: {length: 45}}`";
                self.push(path, "the encoder takes sequences, the records are numbers", help);
                false
            }
            (config, None) => {
                let alphabet = read.reading().result();
                let Some(found) = config.alphabet().filter(|found| *found != alphabet) else {
                    return true;
                };
                let message = format!("the encoder takes {found}, the sequences are {alphabet}");
                self.push(path, message, "give both the same `alphabet`");
                false
            }
        }
    }
}
