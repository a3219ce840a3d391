//! Mistakes in workflows on numbers: genotypes, and what qPCR measured.

use cistron_encoders::EncoderConfig;

use super::Check;
use crate::workflow::Workflow;
use cistron_data::config::Read;
use cistron_data::dataset::Measured;
use cistron_data::read::region;

impl Check<'_> {
    /// Mistakes under `read` and `split` of numbers.
    pub(super) fn numbers(&mut self, workflow: &Workflow) {
        let read = &workflow.read;
        let key = read.ways().first().copied().unwrap_or_default();
        if let Some(genotypes) = &read.genotypes {
            self.file(&["read", key, "vcf"], &genotypes.vcf);
            let region = genotypes.region.as_deref().map(region::parse);
            if let Some(Err(message)) = region {
                self.push(&["read", key, "region"], message, "positions count from 1");
            }
        } else if read.number_files().is_empty() {
            self.push(&["read", key, "files"], "no file is named", "`files: [FILE]`");
        } else {
            for (at, file) in read.number_files().iter().enumerate() {
                self.file(&["read", key, "files", &at.to_string()], file);
            }
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
            let unit = read.measured().map_or("group", |(measured, _)| measured.unit());
            let help = format!(
                "hold whole groups out, `split: {{group: {{column: {unit}}}}}`, or records at random, `split: {{random: {{}}}}`"
            );
            self.push(path, "numbers have no homology to split by", &help);
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
            (
                EncoderConfig::Curve(curve),
                Some((Measured::Curves | Measured::DeltaCq { .. }, channels)),
            ) => {
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
            (EncoderConfig::Genotypes(genotypes), Some((Measured::Genotypes { .. }, channels))) => {
                if genotypes.fitted.is_some() {
                    let help = "training fills it in, from its own samples alone";
                    self.push(path, "`fitted` is not for workflows", help);
                }
                let right = genotypes.channels == channels.len();
                if !right {
                    let found = format!("the encoder has `channels: {}`", genotypes.channels);
                    let help = "`channels: 1` goes with `alleles: dosage`, 2 with `haplotypes`";
                    self.push(path, found, help);
                }
                right && genotypes.fitted.is_none()
            }
            (EncoderConfig::Curve(_) | EncoderConfig::Genotypes(_), None) => {
                let help = "`read: {curves: {files: [FILE]}}`, `read: {genotypes: {vcf: FILE}}`";
                self.push(path, "the encoder takes numbers, the records are sequences", help);
                false
            }
            (_, Some((measured, _))) => {
                let help = match measured {
                    Measured::Genotypes { .. } => "`encode: {genotypes: {}}`",
                    _ => "`encode: {curve: {length: 45}}`",
                };
                let message =
                    format!("the encoder does not take what is read: {}s", measured.record());
                self.push(path, message, help);
                false
            }
            (config, None)
                if matches!(config, EncoderConfig::AllelePair { .. })
                    != read.variants.is_some() =>
            {
                let message = "variants and the encoder `allele-pair` go together";
                let help = "`read: {variants: {…}}` with `encode: {allele-pair: {length: 101}}`";
                self.push(path, message, help);
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
