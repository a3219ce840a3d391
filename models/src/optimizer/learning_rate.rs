//! The greatest learning rate of a run: a number, or the one that a range test finds.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

/// The word for a rate that a range test finds.
const AUTO: &str = "auto";

/// The greatest learning rate asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LearningRate {
    /// This one.
    Fixed(f32),
    /// The one that a range test finds before training.
    Auto,
}

impl From<f32> for LearningRate {
    fn from(rate: f32) -> Self {
        Self::Fixed(rate)
    }
}

impl fmt::Display for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(rate) => rate.fmt(f),
            Self::Auto => f.write_str(AUTO),
        }
    }
}

impl Serialize for LearningRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(rate) => serializer.serialize_f32(*rate),
            Self::Auto => serializer.serialize_str(AUTO),
        }
    }
}

impl<'de> Deserialize<'de> for LearningRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrAuto)
    }
}

struct NumberOrAuto;

impl Visitor<'_> for NumberOrAuto {
    type Value = LearningRate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number or `{AUTO}`")
    }

    fn visit_f64<E>(self, rate: f64) -> Result<LearningRate, E> {
        Ok(LearningRate::Fixed(rate as f32))
    }

    fn visit_u64<E>(self, rate: u64) -> Result<LearningRate, E> {
        Ok(LearningRate::Fixed(rate as f32))
    }

    fn visit_i64<E>(self, rate: i64) -> Result<LearningRate, E> {
        Ok(LearningRate::Fixed(rate as f32))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<LearningRate, E> {
        if word == AUTO {
            Ok(LearningRate::Auto)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
        }
    }
}

impl JsonSchema for LearningRate {
    fn schema_name() -> Cow<'static, str> {
        "LearningRate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                {"type": "number", "format": "float", "description": "This rate."},
                {
                    "type": "string",
                    "const": AUTO,
                    "description": "The rate that a range test finds before training.",
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_the_word_are_read_and_written_back() {
        for (text, rate) in [
            ("0.0003", LearningRate::Fixed(3e-4)),
            ("1", LearningRate::Fixed(1.0)),
            ("-1", LearningRate::Fixed(-1.0)),
            ("\"auto\"", LearningRate::Auto),
        ] {
            let found: LearningRate = serde_json::from_str(text).unwrap();
            assert_eq!(found, rate);
            let written = serde_json::to_string(&found).unwrap();
            assert_eq!(serde_json::from_str::<LearningRate>(&written).unwrap(), rate);
        }
        // A number is written as it always was: keys of finished stages depend on it.
        assert_eq!(serde_json::to_string(&LearningRate::Fixed(3e-4)).unwrap(), "0.0003");
        let error = serde_json::from_str::<LearningRate>("\"often\"").unwrap_err().to_string();
        assert!(error.contains("a number or `auto`"), "{error}");
    }
}
