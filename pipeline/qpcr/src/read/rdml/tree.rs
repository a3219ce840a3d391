//! The part of the RDML schema that is read.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Rdml {
    #[serde(rename = "@version", default)]
    pub(super) version: String,
    #[serde(rename = "sample", default)]
    pub(super) samples: Vec<Sample>,
    #[serde(rename = "target", default)]
    pub(super) targets: Vec<Target>,
    #[serde(rename = "experiment", default)]
    pub(super) experiments: Vec<Experiment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sample {
    #[serde(rename = "@id")]
    pub(super) id: String,
    #[serde(rename = "type", default)]
    pub(super) kinds: Vec<Kind>,
    #[serde(rename = "calibratorSample")]
    pub(super) calibrator: Option<String>,
    pub(super) quantity: Option<Quantity>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    #[serde(rename = "@targetId", default)]
    pub(super) target: String,
    #[serde(rename = "$text", default)]
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Quantity {
    pub(super) value: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Target {
    #[serde(rename = "@id")]
    pub(super) id: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(rename = "dyeId")]
    pub(super) dye: Option<Id>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Id {
    #[serde(rename = "@id")]
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Experiment {
    #[serde(rename = "@id")]
    pub(super) id: String,
    #[serde(rename = "run", default)]
    pub(super) runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Run {
    #[serde(rename = "@id")]
    pub(super) id: String,
    #[serde(rename = "pcrFormat")]
    pub(super) format: Option<Format>,
    #[serde(rename = "react", default)]
    pub(super) reacts: Vec<React>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Format {
    pub(super) columns: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct React {
    #[serde(rename = "@id")]
    pub(super) id: String,
    pub(super) sample: Id,
    #[serde(default)]
    pub(super) data: Vec<Data>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Data {
    #[serde(rename = "tar")]
    pub(super) target: Id,
    pub(super) cq: Option<f64>,
    #[serde(rename = "excl")]
    pub(super) excluded: Option<String>,
    #[serde(rename = "adp", default)]
    pub(super) points: Vec<Point>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Point {
    #[serde(rename = "cyc")]
    pub(super) cycle: f64,
    #[serde(rename = "fluor")]
    pub(super) fluorescence: f64,
}
