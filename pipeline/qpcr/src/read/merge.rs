//! One reaction once: what several sheets or files say of a well and target comes together.

use std::collections::HashMap;
use std::path::Path;

use crate::{Cq, Curve, Reaction, Role};
use cistron_data::error::InputError;

/// Cycles by which two sheets may differ that round the same Cq.
const ROUNDING: f64 = 0.006;

/// Reactions by plate, well, target and, where both name one, dye; with notes on what was joined.
///
/// Rows with a Cq come first, curves are joined to them. A curve without a target goes to the only
/// reaction of its well that it can belong to.
///
/// # Errors
///
/// [`InputError`] where two rows of one reaction contradict each other.
pub(super) fn merge(
    path: &Path,
    reactions: Vec<Reaction>,
) -> Result<(Vec<Reaction>, Vec<String>), InputError> {
    let (first, curves): (Vec<_>, Vec<_>) =
        reactions.into_iter().partition(|r| r.curve.is_none() || r.cq != Cq::Absent);
    let mut out: Vec<Reaction> = Vec::new();
    let mut wells: HashMap<(String, String, String), Vec<usize>> = HashMap::new();
    let (mut twice, mut kept) = (0, 0);
    for reaction in first.into_iter().chain(curves) {
        if reaction.well.is_empty() {
            out.push(reaction);
            continue;
        }
        let key = (reaction.run.clone(), reaction.plate.clone(), reaction.well.clone());
        let there = wells.entry(key).or_default();
        if let Some(i) = same(&out, there, &reaction) {
            let curve = out[i].curve.is_none() != reaction.curve.is_none();
            twice += usize::from(!curve);
            kept += usize::from(join(path, &mut out[i], reaction)?);
        } else {
            there.push(out.len());
            out.push(reaction);
        }
    }
    let mut notes = Vec::new();
    if twice > 0 {
        notes.push(format!("{twice} rows say again what another row says: each reaction once"));
    }
    if kept > 0 {
        notes.push(format!("{kept} curves are given twice and differ: the first is kept"));
    }
    Ok((out, notes))
}

/// The reaction of a well that another row belongs to.
fn same(all: &[Reaction], there: &[usize], other: &Reaction) -> Option<usize> {
    let agree = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    let fits = |i: &usize| agree(named(&all[*i]), named(other)) && agree(&all[*i].dye, &other.dye);
    let exact = |i: &usize| named(&all[*i]) == named(other);
    let mut fitting = there.iter().copied().filter(fits);
    let exactly = there.iter().copied().filter(fits).find(exact);
    // Of two that fit, neither is known to be meant.
    let only = match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    exactly.or(only)
}

/// The target, where it is not its dye's stand-in.
fn named(r: &Reaction) -> &str {
    if r.target == r.dye { "" } else { &r.target }
}

/// Adds what a further row says; whether it has another curve, which is left out.
fn join(path: &Path, old: &mut Reaction, new: Reaction) -> Result<bool, InputError> {
    let contradiction = |what: &str, a: &str, b: &str| {
        let found = format!(
            "{what} {a}{} and {what} {b}{} for {}",
            place(old),
            place(&new),
            [named(old), &old.dye].into_iter().find(|n| !n.is_empty()).unwrap_or("one reaction")
        );
        let help = "give each well and target of a plate once: name plates in a column Plate, and \
                    delete what is out of date";
        let error = InputError::new(path, found, "one reaction a plate, well and target", help);
        error.at_line(new.line).with_id(format!("well {}", new.well))
    };
    if !old.sample.is_empty() && !new.sample.is_empty() && old.sample != new.sample {
        return Err(contradiction("sample", &old.sample, &new.sample));
    }
    let cq = match (old.cq, new.cq) {
        (Cq::Absent, cq) | (cq, Cq::Absent) => cq,
        (Cq::Undetermined, Cq::Undetermined) => Cq::Undetermined,
        (Cq::Measured(a), Cq::Measured(b)) if (a - b).abs() <= ROUNDING => Cq::Measured(a),
        (a, b) => return Err(contradiction("Cq", &shown(a), &shown(b))),
    };
    let another = match (&old.curve, &new.curve) {
        (Some(a), Some(b)) if a != b && old.sheet == new.sheet && old.run == new.run => {
            if same_file(old, &new) {
                return Err(contradiction("curve", &ends(a), &ends(b)));
            }
            true
        }
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    old.cq = cq;
    for (name, other) in
        [(&mut old.sample, new.sample), (&mut old.target, new.target), (&mut old.dye, new.dye)]
    {
        if name.is_empty() {
            *name = other;
        }
    }
    if old.role == Role::Unknown {
        old.role = new.role;
    }
    old.quantity = old.quantity.or(new.quantity);
    old.omitted |= new.omitted;
    for (name, cell) in new.columns {
        old.columns.entry(name).or_insert(cell);
    }
    if old.curve.is_none() {
        old.curve = new.curve;
    }
    Ok(another)
}

/// Whether two rows stand in one table: those of several files may share lines.
fn same_file(a: &Reaction, b: &Reaction) -> bool {
    a.line != b.line || a.line == 0
}

fn place(r: &Reaction) -> String {
    let sheet = if r.sheet.is_empty() { String::new() } else { format!(" of sheet `{}`", r.sheet) };
    if r.line == 0 { sheet } else { format!(" in line {}{sheet}", r.line) }
}

fn shown(cq: Cq) -> String {
    match cq {
        Cq::Measured(cycle) => format!("{cycle:.2}"),
        Cq::Undetermined => "Undetermined".to_string(),
        Cq::Absent => "none".to_string(),
    }
}

/// The last fluorescence of a curve.
fn ends(curve: &Curve) -> String {
    let last = curve.fluorescence.last().map_or(String::new(), |v| format!(" that ends at {v}"));
    format!("of {} cycles{last}", curve.cycles.len())
}
