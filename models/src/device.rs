//! Which processor a network runs on.

use std::fmt;
use std::str::FromStr;

use candle_core::Device;
use candle_core::utils::{cuda_is_available, metal_is_available};

/// The device asked for: `auto`, `cpu`, `cuda:N` or `metal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The GPU where this binary supports one and it is there, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this number.
    Cuda(usize),
    /// The Metal device.
    Metal,
}

/// A device that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// Words that name no device.
    #[error("unknown device {found:?}, expected auto, cpu, cuda:N or metal")]
    Unknown {
        /// The words.
        found: String,
    },
    /// A device that this binary was built without.
    #[error(
        "{device} was asked for, but this binary was built without it: use --device cpu, or build with --features {feature}"
    )]
    NotBuilt {
        /// The device asked for.
        device: DeviceChoice,
        /// The feature that would support it.
        feature: &'static str,
    },
    /// A device that does not answer.
    #[error("{device} cannot be used: {source}")]
    Unavailable {
        /// The device asked for.
        device: DeviceChoice,
        /// What the driver says.
        source: candle_core::Error,
    },
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(0)),
            "metal" => Ok(Self::Metal),
            _ => text
                .strip_prefix("cuda:")
                .and_then(|number| number.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| DeviceError::Unknown { found: text.to_owned() }),
        }
    }
}

/// Opens the device asked for.
pub fn device(choice: DeviceChoice) -> Result<Device, DeviceError> {
    let not_built = |feature| DeviceError::NotBuilt { device: choice, feature };
    let unavailable = |source| DeviceError::Unavailable { device: choice, source };
    match choice {
        DeviceChoice::Cuda(_) if !cuda_is_available() => Err(not_built("cuda")),
        DeviceChoice::Cuda(number) => Device::new_cuda(number).map_err(unavailable),
        DeviceChoice::Metal if !metal_is_available() => Err(not_built("metal")),
        DeviceChoice::Metal => Device::new_metal(0).map_err(unavailable),
        // A binary with GPU support on a machine without one falls back silently, as asked.
        DeviceChoice::Auto if cuda_is_available() => Ok(Device::new_cuda(0).unwrap_or(Device::Cpu)),
        DeviceChoice::Auto if metal_is_available() => {
            Ok(Device::new_metal(0).unwrap_or(Device::Cpu))
        }
        DeviceChoice::Auto | DeviceChoice::Cpu => Ok(Device::Cpu),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_devices() {
        for word in ["auto", "cpu", "cuda:1", "metal"] {
            assert_eq!(word.parse::<DeviceChoice>().unwrap().to_string(), word);
        }
        assert!(matches!("cuda:x".parse::<DeviceChoice>(), Err(DeviceError::Unknown { .. })));
        assert!("gpu".parse::<DeviceChoice>().is_err());
    }

    #[test]
    fn the_cpu_is_always_there() {
        assert!(device(DeviceChoice::Cpu).unwrap().is_cpu());
        assert!(device(DeviceChoice::Auto).is_ok());
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_cpu_binary_says_that_it_has_no_cuda() {
        let message = device(DeviceChoice::Cuda(0)).unwrap_err().to_string();
        assert!(message.contains("built without it"), "{message}");
    }
}
