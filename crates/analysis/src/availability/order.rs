//! The order in which variables are asked: it decides how large a decision diagram becomes.
//!
//! Must not know what a variable is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::circuit::{Form, FormId, Forms};

/// To the end of one way before the next is looked at: short for nested designs.
pub(super) fn deep(forms: &Forms, root: FormId) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match forms.form(id) {
            Form::Constant(_) => {}
            Form::Variable(variable) => order.push(*variable),
            Form::Not(inner) => open.push(*inner),
            Form::And(operands) | Form::Or(operands) => {
                // The last one pushed is looked at first: what is known at once, before what leads further.
                let is_variable = |id: &&FormId| matches!(forms.form(**id), Form::Variable(_));
                let (at_once, further): (Vec<&FormId>, Vec<&FormId>) = operands.iter().partition(is_variable);
                open.extend(further.into_iter().rev());
                open.extend(at_once.into_iter().rev());
            }
        }
    }
    order
}

/// All that is equally far from the start before what is further: narrow for layers.
pub(super) fn wide(forms: &Forms, root: FormId) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from([root]);
    while let Some(id) = open.pop_front() {
        if !seen.insert(id) {
            continue;
        }
        match forms.form(id) {
            Form::Constant(_) => {}
            Form::Variable(variable) => order.push(*variable),
            Form::Not(inner) => open.push_back(*inner),
            Form::And(operands) | Form::Or(operands) => open.extend(operands.iter()),
        }
    }
    order
}

/// The same function with its variables numbered by their places in an order.
pub(super) fn ordered(forms: &Forms, root: FormId, order: &[u32]) -> (Forms, FormId) {
    let places: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
    let mut renumbered = Forms::new();
    let mut new: Vec<FormId> = Vec::new();
    for id in 0..u32::try_from(forms.len()).expect("numbers of expressions fit") {
        let operands = |operands: &[FormId]| operands.iter().map(|id| new[*id as usize]).collect::<Vec<_>>();
        let form = match forms.form(id) {
            Form::Constant(value) => FormId::from(*value),
            // What the function does not ask for has no place, and is not asked for.
            Form::Variable(variable) => renumbered.variable(places.get(variable).copied().unwrap_or(u32::MAX - 1)),
            Form::Not(inner) => renumbered.not(new[*inner as usize]),
            Form::And(inner) => renumbered.junction(true, operands(inner)),
            Form::Or(inner) => renumbered.junction(false, operands(inner)),
        };
        new.push(form);
    }
    (renumbered, new[root as usize])
}
