//! The variables of a structure function: what always fails together is one, and the order in which they are asked.
//!
//! Inputs that never fail are left out. Inputs that occur in the same products and nowhere else are in series: one variable
//! that is down if any of them is. Must not know what an input is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::circuit::{ALWAYS, Circuit, Form, FormId, Forms, Gate, NEVER};

/// The variables of a circuit, each with the inputs that it stands for.
#[derive(Debug)]
pub(super) struct Variables<'a> {
    circuit: &'a Circuit,
    /// Unavailability of each input.
    down: &'a [f64],
    /// By the input that stands for the variable: all its inputs.
    members: BTreeMap<u32, Vec<u32>>,
    forms: Forms,
    root: FormId,
}

impl<'a> Variables<'a> {
    /// The variables of a circuit whose inputs are down with these probabilities.
    pub(super) fn of(circuit: &'a Circuit, down: &'a [f64]) -> Self {
        let mut forms = Forms::new();
        let root = lower(circuit, &mut forms, |input| (down[input as usize] > 0.0).then_some(input));
        let members = in_series(&forms, root);
        let mut variables = Self { circuit, down, members, forms, root };
        // From here on, an expression knows a variable by the input that stands for it.
        let mut merged = Forms::new();
        variables.root = lower(circuit, &mut merged, |input| variables.members.contains_key(&input).then_some(input));
        variables.forms = merged;
        variables
    }

    /// The inputs of a variable; with each, the part of the time in which it and no other of them is out.
    pub(super) fn members(&self, variable: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let members = self.members.get(&variable).map_or(&[][..], Vec::as_slice);
        members.iter().map(move |input| {
            let others = members.iter().filter(|other| *other != input);
            let others_up: f64 = others.map(|other| 1.0 - self.down[*other as usize]).product();
            (*input, self.down[*input as usize] * others_up)
        })
    }

    /// The part of the time in which a variable is down.
    pub(super) fn unavailability(&self, variable: u32) -> f64 {
        let members = self.members.get(&variable).into_iter().flatten();
        members.fold(0.0, |down, input| down + (1.0 - down) * self.down[*input as usize])
    }

    /// An order that goes to the end of one way before it looks at the next: short for nested designs.
    pub(super) fn deep(&self) -> Vec<u32> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![self.root];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.forms.form(id) {
                Form::Constant(_) => {}
                Form::Variable(variable) => order.push(*variable),
                Form::Not(inner) => open.push(*inner),
                Form::And(operands) | Form::Or(operands) => {
                    // The last one pushed is looked at first: what is known at once, before what leads further.
                    let (at_once, further): (Vec<FormId>, Vec<FormId>) = operands.iter().partition(|id| self.is_variable(**id));
                    open.extend(further.into_iter().rev());
                    open.extend(at_once.into_iter().rev());
                }
            }
        }
        order
    }

    /// An order that goes through all that is equally far from the start before it goes further: narrow for layers.
    pub(super) fn wide(&self) -> Vec<u32> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = VecDeque::from([self.root]);
        while let Some(id) = open.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            match self.forms.form(id) {
                Form::Constant(_) => {}
                Form::Variable(variable) => order.push(*variable),
                Form::Not(inner) => open.push_back(*inner),
                Form::And(operands) | Form::Or(operands) => open.extend(operands.iter()),
            }
        }
        order
    }

    fn is_variable(&self, id: FormId) -> bool {
        matches!(self.forms.form(id), Form::Variable(_))
    }

    /// The function as an expression whose variables are numbered in this order.
    pub(super) fn ordered(&self, order: &[u32]) -> (Forms, FormId) {
        let places: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
        let mut forms = Forms::new();
        let root = lower(self.circuit, &mut forms, |input| places.get(&input).copied());
        (forms, root)
    }
}

/// A circuit as an expression; an input without a variable is always true.
fn lower(circuit: &Circuit, forms: &mut Forms, variable: impl Fn(u32) -> Option<u32>) -> FormId {
    let mut ids: Vec<FormId> = Vec::new();
    for (_, gate) in circuit.gates() {
        let operands = |range| circuit.operands(range).iter().map(|operand| ids[operand.index()]).collect::<Vec<_>>();
        let id = match gate {
            Gate::Constant(value) => {
                if value {
                    ALWAYS
                } else {
                    NEVER
                }
            }
            Gate::Input(input) => variable(input).map_or(ALWAYS, |variable| forms.variable(variable)),
            Gate::And(from, to) => forms.junction(true, operands((from, to))),
            Gate::Or(from, to) => forms.junction(false, operands((from, to))),
            Gate::Not(operand) => forms.not(ids[operand.index()]),
        };
        ids.push(id);
    }
    ids[circuit.root().index()]
}

/// Groups of variables that occur in the same products and nowhere else, by their smallest.
fn in_series(forms: &Forms, root: FormId) -> BTreeMap<u32, Vec<u32>> {
    // The products that each variable occurs in; a place that is none has a name of its own, that of the variable.
    let mut places: BTreeMap<u32, BTreeSet<(FormId, u32)>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![(root, NEVER)];
    while let Some((id, within)) = open.pop() {
        if let Form::Variable(variable) = forms.form(id) {
            let is_product = matches!(forms.form(within), Form::And(_));
            let place = if is_product { (within, u32::MAX) } else { (NEVER, *variable) };
            places.entry(*variable).or_default().insert(place);
            continue;
        }
        if !seen.insert(id) {
            continue;
        }
        match forms.form(id) {
            Form::Constant(_) | Form::Variable(_) => {}
            Form::Not(inner) => open.push((*inner, id)),
            Form::And(operands) | Form::Or(operands) => open.extend(operands.iter().map(|operand| (*operand, id))),
        }
    }
    let mut groups: BTreeMap<BTreeSet<(FormId, u32)>, Vec<u32>> = BTreeMap::new();
    for (variable, places) in places {
        groups.entry(places).or_default().push(variable);
    }
    groups.into_values().filter_map(|group| Some((*group.first()?, group))).collect()
}
