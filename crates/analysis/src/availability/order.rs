//! Variable orders. The order determines the size of a decision diagram.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::circuit::{FormId, Forms, NormalForm};

/// Depth-first order: gives small diagrams for nested designs.
pub(super) fn deep(forms: &Forms, root: FormId) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match forms.form(id) {
            NormalForm::Constant(_) => {}
            NormalForm::Variable(variable) => order.push(*variable),
            NormalForm::Not(inner) => open.push(*inner),
            NormalForm::And(operands) | NormalForm::Or(operands) => {
                // The last expression pushed is visited first: variables come before composite expressions.
                let is_variable = |id: &&FormId| matches!(forms.form(**id), NormalForm::Variable(_));
                let (at_once, further): (Vec<&FormId>, Vec<&FormId>) = operands.iter().partition(is_variable);
                open.extend(further.into_iter().rev());
                open.extend(at_once.into_iter().rev());
            }
        }
    }
    order
}

/// Breadth-first order: gives narrow diagrams for layered designs.
pub(super) fn wide(forms: &Forms, root: FormId) -> Vec<u32> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from([root]);
    while let Some(id) = open.pop_front() {
        if !seen.insert(id) {
            continue;
        }
        match forms.form(id) {
            NormalForm::Constant(_) => {}
            NormalForm::Variable(variable) => order.push(*variable),
            NormalForm::Not(inner) => open.push_back(*inner),
            NormalForm::And(operands) | NormalForm::Or(operands) => open.extend(operands.iter()),
        }
    }
    order
}

/// Returns the same function with its variables renumbered by their position in `order`.
pub(super) fn ordered(forms: &Forms, root: FormId, order: &[u32]) -> (Forms, FormId) {
    let places: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
    let mut renumbered = Forms::new();
    let mut new: Vec<FormId> = Vec::new();
    for id in 0..u32::try_from(forms.len()).expect("expression numbers fit into u32") {
        let operands = |operands: &[FormId]| operands.iter().map(|id| new[*id as usize]).collect::<Vec<_>>();
        let form = match forms.form(id) {
            NormalForm::Constant(value) => FormId::from(*value),
            // Variables that the function does not depend on have no position.
            NormalForm::Variable(variable) => renumbered.variable(places.get(variable).copied().unwrap_or(u32::MAX - 1)),
            NormalForm::Not(inner) => renumbered.not(new[*inner as usize]),
            NormalForm::And(inner) => renumbered.junction(true, operands(inner)),
            NormalForm::Or(inner) => renumbered.junction(false, operands(inner)),
        };
        new.push(form);
    }
    (renumbered, new[root as usize])
}
