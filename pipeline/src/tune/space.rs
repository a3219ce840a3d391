//! What may be searched: a key of the workflow and the values that it may take.

use std::str::FromStr;

use crate::workflow::tree::Node;

/// Significant digits of a real value that is proposed: more would only be noise in the workflow.
const DIGITS: usize = 4;

/// A key of the workflow with the values that are tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The key, its steps joined by points: `models.conv.train.learning-rate`.
    pub key: String,
    /// Its values.
    pub domain: Domain,
}

/// The values that a key may take.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// Real numbers, both ends included.
    Real {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
        /// Whether ratios rather than differences are spread evenly.
        log: bool,
    },
    /// Integers, both ends included.
    Integer {
        /// Least value.
        low: i64,
        /// Greatest value.
        high: i64,
        /// Whether ratios rather than differences are spread evenly.
        log: bool,
    },
    /// One of these YAML values.
    Choice(Vec<String>),
}

impl FromStr for Parameter {
    type Err = String;

    /// Reads `KEY=LOW..HIGH`, `KEY=LOW..HIGH log` or `KEY=A|B|C`.
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected KEY=LOW..HIGH, KEY=LOW..HIGH log, or KEY=A|B|C";
        let (key, values) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` has no `=`: {expected}, such as {EXAMPLE}"))?;
        let (key, values) = (key.trim(), values.trim());
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(format!("`{key}` is no key: {expected}, such as {EXAMPLE}"));
        }
        let bounds = values.split_once("..").filter(|(low, _)| low.trim().parse::<f64>().is_ok());
        let domain = match bounds {
            Some((low, high)) => range(low.trim(), high.trim())?,
            None => choices(values)?,
        };
        Ok(Self { key: key.to_string(), domain })
    }
}

const EXAMPLE: &str = "models.conv.train.learning-rate=0.0001..0.01 log";

/// A range of numbers: of integers where both ends are.
fn range(low: &str, rest: &str) -> Result<Domain, String> {
    let (high, log) = match rest.strip_suffix("log") {
        Some(high) => (high.trim(), true),
        None => (rest, false),
    };
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let (Some(least), Some(greatest)) = (number(low), number(high)) else {
        return Err(format!(
            "`{low}..{rest}` is no range: expected LOW..HIGH with numbers, maybe with `log` behind it"
        ));
    };
    if least >= greatest {
        return Err(format!("{low}..{high}: the first number has to be less than the second"));
    }
    if log && least <= 0.0 {
        return Err(format!(
            "{low}..{high} log: a logarithmic range starts above 0; start higher or leave out `log`"
        ));
    }
    Ok(match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) => Domain::Integer { low, high, log },
        _ => Domain::Real { low: least, high: greatest, log },
    })
}

/// Values separated by `|`, each of them YAML.
fn choices(values: &str) -> Result<Domain, String> {
    let mut found: Vec<String> = Vec::new();
    for value in values.split('|').map(str::trim) {
        if value.is_empty() {
            return Err(format!("`{values}` has an empty choice: write `null` for no value"));
        }
        Node::parse(value)
            .map_err(|error| format!("choice `{value}` is no YAML: {}", error.without_snippet()))?;
        if found.iter().any(|earlier| earlier == value) {
            return Err(format!("choice `{value}` is there twice"));
        }
        found.push(value.to_string());
    }
    if found.len() < 2 {
        return Err(format!(
            "`{values}` is one value: expected LOW..HIGH or at least two choices A|B; one value is \
             given with --set"
        ));
    }
    Ok(Domain::Choice(found))
}

impl Domain {
    /// Start and end of the line that values are placed on.
    #[must_use]
    pub fn line(&self) -> (f64, f64) {
        let scaled = |log: bool, at: f64| if log { at.ln() } else { at };
        match *self {
            Self::Real { low, high, log } => (scaled(log, low), scaled(log, high)),
            // An integer is the stretch up to the next one.
            Self::Integer { low, high, log } => {
                (scaled(log, low as f64), scaled(log, high as f64 + 1.0))
            }
            Self::Choice(ref values) => (0.0, values.len() as f64),
        }
    }

    /// The value at a place of the line, as a workflow writes it.
    #[must_use]
    pub fn value(&self, at: f64) -> String {
        match *self {
            Self::Real { low, high, log } => {
                let exact = if log { at.exp() } else { at };
                let rounded = format!("{exact:.*e}", DIGITS - 1).parse().unwrap_or(exact);
                f64::clamp(rounded, low, high).to_string()
            }
            Self::Integer { low, high, log } => {
                let exact = if log { at.exp() } else { at };
                (exact.floor() as i64).clamp(low, high).to_string()
            }
            Self::Choice(ref values) => {
                let last = values.len().saturating_sub(1);
                values.get((at.max(0.0) as usize).min(last)).cloned().unwrap_or_default()
            }
        }
    }

    /// The place of a value on the line, inside it; `None` of a value that the domain does not hold.
    #[must_use]
    pub fn place(&self, value: &str) -> Option<f64> {
        let (start, end) = self.line();
        let place = match self {
            Self::Real { low, high, log } => {
                let value = value.parse().ok().filter(|v: &f64| low <= v && v <= high)?;
                if *log { value.ln() } else { value }
            }
            Self::Integer { low, high, log } => {
                let value = value.parse().ok().filter(|v: &i64| low <= v && v <= high)?;
                let middle = value as f64 + 0.5;
                if *log { middle.ln() } else { middle }
            }
            Self::Choice(values) => values.iter().position(|choice| choice == value)? as f64 + 0.5,
        };
        Some(place.clamp(start, end.next_down()))
    }

    /// The values that stand for all of them in a check: both ends, or every choice.
    #[must_use]
    pub fn extremes(&self) -> Vec<String> {
        match self {
            Self::Real { low, high, .. } => vec![low.to_string(), high.to_string()],
            Self::Integer { low, high, .. } => vec![low.to_string(), high.to_string()],
            Self::Choice(values) => values.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> Domain {
        format!("a.b={text}").parse::<Parameter>().unwrap().domain
    }

    #[test]
    fn ranges_and_choices_by_hand() {
        assert_eq!(domain("0.1..1"), Domain::Real { low: 0.1, high: 1.0, log: false });
        assert_eq!(domain("1e-4..0.01 log"), Domain::Real { low: 1e-4, high: 0.01, log: true });
        assert_eq!(domain("2..8"), Domain::Integer { low: 2, high: 8, log: false });
        assert_eq!(domain("-2..8"), Domain::Integer { low: -2, high: 8, log: false });
        assert_eq!(domain(" 1 .. 64log "), Domain::Integer { low: 1, high: 64, log: true });
        let lists = ["[32, 32]", "[64,64]"].map(str::to_string).to_vec();
        assert_eq!(domain("[32, 32] | [64,64]"), Domain::Choice(lists));
        let paths = ["../a", "../b"].map(str::to_string).to_vec();
        assert_eq!(domain("../a|../b"), Domain::Choice(paths));
        let parameter: Parameter = "models.conv.train.epochs=1..2".parse().unwrap();
        assert_eq!(parameter.key, "models.conv.train.epochs");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("a.b", "no `=`"),
            ("=1..2", "no key"),
            ("a..b=1..2", "no key"),
            ("a=2..1", "less than"),
            ("a=1..1", "less than"),
            ("a=0..1 log", "above 0"),
            ("a=1..x", "no range"),
            ("a=1..inf", "no range"),
            ("a=7", "one value"),
            ("a=1|", "empty choice"),
            ("a=x|y|x", "twice"),
            ("a=[1|2", "no YAML"),
        ] {
            let error = text.parse::<Parameter>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn values_have_a_place_and_places_a_value() {
        for text in ["0.1..1", "1e-4..0.01 log", "2..8", "1..64 log", "x|y|z"] {
            let domain = domain(text);
            let (start, end) = domain.line();
            for value in domain.extremes() {
                let place = domain.place(&value).unwrap();
                assert!(start <= place && place < end, "{text}: {value} at {place}");
                assert_eq!(domain.value(place), value, "{text}");
            }
            assert_eq!(domain.place("0.01234567e9"), None, "{text}");
        }
        // Halfway between 0.0001 and 0.01 by ratio lies 0.001.
        let rate = domain("0.0001..0.01 log");
        let (start, end) = rate.line();
        assert_eq!(rate.value(f64::midpoint(start, end)), "0.001");
        assert_eq!(domain("0..1.0").value(0.123_456_78), "0.1235");
        assert_eq!(domain("2..8").value(8.99), "8");
        assert_eq!(domain("x|y|z").value(1.5), "y");
    }
}
