//! Genotypes of the samples of a VCF or BCF file as records of numbers: variants by channels.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use noodles::core::Region;
use noodles::vcf::variant::RecordBuf;
use noodles::vcf::variant::record::samples::keys::key;
use noodles::vcf::variant::record::samples::series::value::genotype::Phasing;
use noodles::vcf::variant::record_buf::samples::Sample;
use noodles::vcf::variant::record_buf::samples::sample::Value;
use noodles::vcf::variant::record_buf::samples::sample::value::Genotype;
use noodles::vcf::variant::record_buf::samples::sample::value::genotype::Allele;

use super::labels::{Annotation, Annotations};
use super::record::Record;
use super::vcf::{Records, Variant};
use super::{Request, left_out, missing_class, region};
use crate::dataset::{Alleles, Dataset, Measured};
use crate::error::{Error, InputError};

/// Placeholders of an allele that was not seen: no position is made of them.
const UNSEEN: [&str; 3] = ["<*>", "<NON_REF>", "<X>"];

/// The genotypes of a file.
struct Panel {
    samples: Vec<String>,
    /// Alternate alleles as `contig:position:REF>ALT` (L).
    variants: Vec<String>,
    /// Numbers of each sample (L, C), NaN where nothing was called.
    values: Vec<Vec<f32>>,
}

impl Panel {
    /// Reads every alternate allele of a file that touches `region`.
    fn read(path: &Path, alleles: Alleles, region: Option<Region>) -> Result<Self, InputError> {
        let records = Records::within(path, region)?;
        let samples: Vec<String> = records.header.sample_names().iter().cloned().collect();
        if samples.is_empty() {
            let help = "genotypes are read from the columns behind FORMAT";
            return Err(InputError::new(path, "no sample", "samples with genotypes", help));
        }
        let mut panel =
            Self { values: vec![Vec::new(); samples.len()], samples, variants: Vec::new() };
        let mut seen = HashSet::new();
        let mut called = false;
        for record in records {
            let (record, variant) = record?;
            called |= panel.add(path, &record, &variant, alleles, &mut seen)?;
        }
        if panel.variants.is_empty() || !called {
            let found = if called { "no alternate allele" } else { "no genotype that was called" };
            let help = "genotypes stand under GT in FORMAT; check the region, and that the file holds \
                        variants: `bcftools view -H FILE | head`";
            return Err(InputError::new(path, found, "variants with genotypes", help));
        }
        Ok(panel)
    }

    /// Adds the alternate alleles of one record; whether a genotype was called.
    fn add(
        &mut self,
        path: &Path,
        record: &RecordBuf,
        variant: &Variant,
        alleles: Alleles,
        seen: &mut HashSet<String>,
    ) -> Result<bool, InputError> {
        let parsed: Vec<Option<Genotype>> =
            record.samples().values().map(|s| genotype(&s)).collect();
        let mut called = false;
        for (at, alternate) in variant.alternates.iter().enumerate() {
            let alternate = alternate.to_string();
            if UNSEEN.contains(&alternate.as_str()) {
                continue;
            }
            let reference = String::from_utf8_lossy(&variant.reference_bases);
            let name = format!("{}:{}:{reference}>{alternate}", variant.contig, variant.position);
            if !seen.insert(name.clone()) {
                let help = "a variant may stand once: `bcftools norm -d exact` keeps the first";
                let found = format!("the allele {name} a second time");
                return Err(variant.error(path, found, "alleles that differ".into(), help));
            }
            self.variants.push(name);
            for (sample, values) in self.values.iter_mut().enumerate() {
                let genotype = parsed.get(sample).and_then(Option::as_ref);
                let numbers = copies(genotype, at + 1, variant.alternates.len(), alleles);
                let numbers = numbers.map_err(|(found, expected, help)| {
                    let found = format!("{found} of sample {}", self.samples[sample]);
                    variant.error(path, found, expected.into(), help)
                })?;
                let numbers = &numbers[..if alleles == Alleles::Dosage { 1 } else { 2 }];
                called |= numbers.iter().any(|copies| !copies.is_nan());
                values.extend_from_slice(numbers);
            }
        }
        Ok(called)
    }
}

/// The genotype of a sample; `None` where the record has none.
fn genotype(sample: &Sample<'_>) -> Option<Genotype> {
    match sample.get(key::GENOTYPE)?? {
        Value::Genotype(genotype) => Some(genotype.clone()),
        _ => None,
    }
}

/// What was found, what was expected and what to do.
type Mistake = (String, &'static str, &'static str);

/// Copies of alternate allele number `allele` (from 1), a channel each: the dosage among two, or
/// either haplotype. A genotype of which an allele is missing has no dosage.
fn copies(
    genotype: Option<&Genotype>,
    allele: usize,
    alternates: usize,
    alleles: Alleles,
) -> Result<[f32; 2], Mistake> {
    let called = genotype.map_or(&[][..], |genotype| genotype.as_ref());
    let written = || {
        let shown = |a: &Allele| a.position().map_or(".".to_string(), |n| n.to_string());
        let phased = called.iter().skip(1).all(|a| a.phasing() == Phasing::Phased);
        let shown: Vec<String> = called.iter().map(shown).collect();
        format!("the genotype `{}`", shown.join(if phased { "|" } else { "/" }))
    };
    if called.iter().filter_map(Allele::position).any(|position| position > alternates) {
        let help = "correct the record, or check it with `bcftools view`";
        return Err((written(), "numbers of alleles that the record has", help));
    }
    let has = |at: usize| match called.get(at).map(Allele::position) {
        None | Some(None) => f32::NAN,
        Some(Some(position)) => f32::from(u8::from(position == allele)),
    };
    match alleles {
        Alleles::Dosage => {
            let sum: f32 = (0..called.len()).map(has).sum();
            Ok([2.0 * sum / called.len() as f32, f32::NAN])
        }
        Alleles::Haplotypes if called.len() > 2 => {
            let help = "read dosages instead: `alleles: dosage`";
            Err((written(), "one or two alleles a sample", help))
        }
        Alleles::Haplotypes => {
            let differ = called.len() == 2 && called[0].position() != called[1].position();
            if differ && called[1].phasing() == Phasing::Unphased {
                let help = "phase the genotypes first, or read dosages: `alleles: dosage`";
                return Err((written(), "phased alleles, such as `0|1`", help));
            }
            Ok([has(0), has(1)])
        }
    }
}

/// Reads the labelled samples of a workflow.
pub(super) fn read(request: &Request) -> Result<Dataset, Error> {
    let config = &request.read;
    let Some(genotypes) = &config.genotypes else {
        return Err(Error::stage("read", "`read` names no genotypes"));
    };
    let path = request.resolve(&genotypes.vcf);
    let region = genotypes.region.as_deref().map(region::parse).transpose();
    let region = region.map_err(|message| Error::stage("read", message))?;
    let panel = Panel::read(&path, genotypes.alleles, region)?;
    let groups: Vec<String> = config.groups.keys().cloned().collect();
    let table = config.labels.as_ref().and_then(|l| l.table.as_ref().map(|table| (l, table)));
    let table = match table {
        None => Annotations::None,
        Some((labels, table)) => {
            Annotations::table(&request.resolve(table), &labels.id, Some(&labels.label), &groups)?
        }
    };
    let classes = config.labels.as_ref().and_then(|labels| labels.classes.as_ref());

    let measured = Measured::Genotypes { alleles: genotypes.alleles, variants: panel.variants };
    let mut dataset = Dataset::of_numbers(measured, genotypes.alleles.channels());
    dataset.begin_source(&path);
    let mut annotations: Vec<Annotation> = Vec::new();
    for (number, (sample, values)) in (1..).zip(panel.samples.iter().zip(&panel.values)) {
        let record = Record { id: sample.clone(), number, ..Record::default() };
        match table.of(&path, &record) {
            Ok(annotation) if left_out(classes, &annotation) => {}
            Ok(annotation) => {
                dataset.push_numbers(sample.clone(), values, 0);
                annotations.push(annotation);
            }
            // Panels label some of the samples that a file holds: the others are left out, counted.
            Err(error) => dataset.skipped.push(format!("sample {sample}: {}", error.found)),
        }
    }
    if dataset.is_empty() {
        let found = format!("none of {} samples with a label", panel.samples.len());
        let help = "check the column of the identifiers, `labels: {id: …}`, against the VCF header";
        return Err(InputError::new(&path, found, "labelled samples", help).into());
    }
    dataset.set_labels(&annotations.iter().map(|a| a.label.clone()).collect::<Vec<_>>());
    for (at, (name, kind)) in config.groups.iter().enumerate() {
        let values: Vec<_> =
            annotations.iter().map(|a| a.groups.get(at).cloned().flatten()).collect();
        dataset.add_group(name, *kind, &values);
    }
    missing_class(classes, &dataset, &path)?;
    Ok(dataset)
}

/// Reads the samples of a file to predict: the variants that training knew, in their order. Those
/// that the file lacks are missing, others are left out.
///
/// # Errors
///
/// Where the file has none of the variants.
pub fn queries(path: &Path, alleles: Alleles, variants: &[String]) -> Result<Dataset, Error> {
    let panel = Panel::read(path, alleles, None)?;
    let place: HashMap<&str, usize> =
        panel.variants.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let known: Vec<Option<usize>> =
        variants.iter().map(|name| place.get(name.as_str()).copied()).collect();
    if known.iter().all(Option::is_none) {
        let (first, other) = (&panel.variants[0], variants.first().map_or("", String::as_str));
        let help = "are contigs named alike, and is it the same assembly?";
        let found = format!("none of the model's variants (the first is {first})");
        let expected = format!("variants such as {other}");
        return Err(InputError::new(path, found, expected, help).into());
    }
    let measured = Measured::Genotypes { alleles, variants: variants.to_vec() };
    let channels = alleles.channels();
    let mut dataset = Dataset::of_numbers(measured, channels.clone());
    dataset.begin_source(path);
    let mut row = Vec::new();
    for (sample, values) in panel.samples.iter().zip(&panel.values) {
        row.clear();
        for at in &known {
            match at {
                Some(at) => {
                    let start = at * channels.len();
                    row.extend_from_slice(&values[start..start + channels.len()]);
                }
                None => row.extend(channels.iter().map(|_| f32::NAN)),
            }
        }
        dataset.push_numbers(sample.clone(), &row, 0);
    }
    Ok(dataset)
}

#[cfg(test)]
mod tests;
