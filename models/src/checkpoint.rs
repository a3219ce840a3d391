//! Trained weights as a file's bytes and back, and what else is needed to build their network.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::architecture::{self, Architecture, BuildError};
use crate::head::Head;
use crate::input::InputShape;
use crate::network::Network;
use crate::weights::Weights;

/// What builds the network of a checkpoint again: the part of `model.json` that is about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModelDescription {
    /// The architecture with its settings.
    pub architecture: Architecture,
    /// What a record of the input looks like.
    pub input: InputShape,
    /// What the outputs mean.
    pub head: Head,
}

impl ModelDescription {
    /// Builds the network described.
    pub fn network(&self) -> Result<Network, BuildError> {
        architecture::build(&self.architecture, self.input, self.head.outputs())
    }
}

/// Bytes that are not the weights of a network.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The bytes are no safetensors file, or one that is damaged.
    #[error("not a readable safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A weight of the network is not there.
    #[error("weight {name} is missing: the file holds {found} weights, the network has {expected}")]
    Missing {
        /// The weight.
        name: String,
        /// Weights in the file.
        found: usize,
        /// Weights of the network.
        expected: usize,
    },
    /// There are weights that the network does not have.
    #[error("weight {name} belongs to another network")]
    Unknown {
        /// The first of them.
        name: String,
    },
    /// A weight has another shape than the network's.
    #[error("weight {name} has shape {found:?}, the network expects {expected:?}")]
    Shape {
        /// The weight.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape in the network.
        expected: Vec<usize>,
    },
    /// A weight is stored as another type than 32-bit floats.
    #[error("weight {name} is stored as {found:?}, expected F32")]
    Type {
        /// The weight.
        name: String,
        /// Type in the file.
        found: Dtype,
    },
    /// A weight holds a value that is no finite number.
    #[error("weight {name} holds {found}: the file is damaged or training diverged")]
    NotFinite {
        /// The weight.
        name: String,
        /// The first such value.
        found: f32,
    },
}

/// The bytes of `model.safetensors`: every weight by name, 32-bit floats, little-endian.
///
/// The same weights give the same bytes.
pub fn save(weights: &Weights) -> Result<Vec<u8>, CheckpointError> {
    let bytes: Vec<Vec<u8>> = weights
        .iter()
        .map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let views = weights
        .parameters()
        .iter()
        .zip(&bytes)
        .map(|(parameter, bytes)| {
            let view = TensorView::new(Dtype::F32, parameter.shape.clone(), bytes)?;
            Ok((parameter.name.as_str(), view))
        })
        .collect::<Result<Vec<_>, CheckpointError>>()?;
    // One key only: the order of several would differ from run to run.
    let metadata = HashMap::from([("format".to_owned(), "cistron".to_owned())]);
    Ok(safetensors::serialize(views, Some(metadata))?)
}

/// Reads the weights of a network from the bytes of `model.safetensors`.
///
/// Every weight of the network must be there with its shape, and nothing else.
pub fn load(network: &Network, bytes: &[u8]) -> Result<Weights, CheckpointError> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut weights = Weights::zeros(network);
    let expected = weights.parameters().len();
    let known = |name: &str| weights.parameters().iter().any(|parameter| parameter.name == name);
    if let Some(name) = file.names().into_iter().filter(|&name| !known(name)).min() {
        return Err(CheckpointError::Unknown { name: name.to_owned() });
    }
    for index in 0..expected {
        let parameter = weights.parameters()[index].clone();
        let range = weights.ranges()[index].clone();
        let name = parameter.name;
        let Ok(view) = file.tensor(&name) else {
            return Err(CheckpointError::Missing { name, found: file.len(), expected });
        };
        if view.dtype() != Dtype::F32 {
            return Err(CheckpointError::Type { name, found: view.dtype() });
        }
        if view.shape() != parameter.shape {
            let (found, expected) = (view.shape().to_vec(), parameter.shape);
            return Err(CheckpointError::Shape { name, found, expected });
        }
        let values = &mut weights.as_mut_slice()[range];
        for (value, four) in values.iter_mut().zip(view.data().chunks_exact(4)) {
            *value = f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            if !value.is_finite() {
                return Err(CheckpointError::NotFinite { name, found: *value });
            }
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::{Conv, Logistic, Mlp};

    fn description(filters: Vec<usize>) -> ModelDescription {
        ModelDescription {
            architecture: Architecture::Conv(Conv { filters, ..Conv::default() }),
            input: InputShape::Symbols { length: 64, symbols: 5, channels: 4 },
            head: Head::Categorical { classes: 3 },
        }
    }

    #[test]
    fn weights_are_the_same_after_saving_and_loading() {
        let network = description(vec![8, 4]).network().unwrap();
        let weights = Weights::initial(&network, 3);
        let bytes = save(&weights).unwrap();
        assert_eq!(bytes, save(&weights).unwrap());
        assert_eq!(load(&network, &bytes).unwrap(), weights);
    }

    #[test]
    fn descriptions_are_the_same_after_json() {
        let description = description(vec![8, 4]);
        let json = serde_json::to_string(&description).unwrap();
        assert_eq!(serde_json::from_str::<ModelDescription>(&json).unwrap(), description);
    }

    #[test]
    fn weights_of_another_network_are_refused() {
        let network = description(vec![8, 4]).network().unwrap();
        let bytes = save(&Weights::initial(&network, 3)).unwrap();
        let wider = description(vec![9, 4]).network().unwrap();
        assert!(matches!(load(&wider, &bytes), Err(CheckpointError::Shape { .. })));
        let counts = |architecture| ModelDescription {
            architecture,
            input: InputShape::Dense { length: 1, channels: 16 },
            head: Head::Categorical { classes: 3 },
        };
        let mlp = Mlp { hidden: vec![3], ..Mlp::default() };
        let mlp = counts(Architecture::Mlp(mlp)).network().unwrap();
        let logistic = counts(Architecture::Logistic(Logistic {})).network().unwrap();
        let deep = save(&Weights::initial(&mlp, 3)).unwrap();
        let flat = save(&Weights::initial(&logistic, 3)).unwrap();
        assert!(matches!(load(&logistic, &deep), Err(CheckpointError::Unknown { .. })));
        assert!(matches!(load(&mlp, &flat), Err(CheckpointError::Missing { .. })));
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let network = description(vec![8, 4]).network().unwrap();
        let mut weights = Weights::initial(&network, 3);
        let bytes = save(&weights).unwrap();
        for end in [0, 7, 8, 100, bytes.len() - 1] {
            assert!(load(&network, &bytes[..end]).is_err(), "{end}");
        }
        assert!(load(&network, &[0xff; 64]).is_err());
        weights.as_mut_slice()[0] = f32::NAN;
        let bytes = save(&weights).unwrap();
        assert!(matches!(load(&network, &bytes), Err(CheckpointError::NotFinite { .. })));
    }
}
