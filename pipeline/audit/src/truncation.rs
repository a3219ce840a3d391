//! Records longer than the encoder, whose ends the model never sees.

use super::Finding;
use super::cell::{count, percent, share};
use super::gate::{Gate, not_applicable, open};
use cistron_statistics::interval::wilson;

/// Every record is counted, so the share itself is judged.
const GATE: Gate = Gate::warn(0.05);

/// `truncated` of the `n` records that `model` learnt from did not fit its encoder.
#[must_use]
pub fn truncation(model: &str, truncated: usize, n: usize) -> Finding {
    let check = format!("encode.truncated:{model}");
    let title = format!("Does {model} see whole sequences?");
    if n == 0 {
        return not_applicable(&check, &title, "nothing was encoded");
    }
    let value = share(truncated, n);
    let finding = Finding {
        statistic: "share of records of which something does not fit the encoder".into(),
        value: Some(value),
        interval: wilson(truncated, n),
        n,
        message: format!(
            "{truncated} of {} learnt from ({}) are longer than the encoder of {model}",
            count(n, "record"),
            percent(value)
        ),
        remedy: if truncated == 0 {
            String::new()
        } else {
            "raise the encoder's `length`, set `longer: windows`, or use k-mer counts, which have none"
                .into()
        },
        ..open(&check, &title)
    };
    GATE.judge(value, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    #[test]
    fn a_twentieth_warns() {
        assert_eq!(truncation("conv", 5, 100).status, Status::Warn);
        assert_eq!(truncation("conv", 4, 100).status, Status::Pass);
        assert!(matches!(truncation("conv", 0, 0).status, Status::NotApplicable(_)));
    }
}
