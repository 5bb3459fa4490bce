//! Simplifies a structure function: merges variables in series and in parallel, and factors out common terms.
//!
//! ```text
//!  a·b·S, a and b used nowhere else  ─▶ ab·S           series: down if any is down
//!  (a or b)·S, likewise              ─▶ ab·S           parallel: down if all are down
//!  a·S or b·S                        ─▶ (a or b)·S     a common factor
//! ```
//!
//! This reduces a fully meshed layer to one variable, and therefore also a design built from such layers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::circuit::{ALWAYS, Circuit, FormId, Forms, GateFunction, NEVER, NormalForm};

/// Upper limit on rounds. Each round merges at least two variables, so realistic designs need far fewer.
const MOST_ROUNDS: usize = 256;

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Variable {
    /// An input of the circuit.
    Input(u32),
    /// Variables that are all required.
    Series(Vec<u32>),
    /// Variables of which any one suffices.
    Parallel(Vec<u32>),
}

/// A reduced structure function.
#[derive(Debug)]
pub(super) struct Reduced {
    variables: Vec<Variable>,
    /// Fraction of time during which each variable is down.
    down: Vec<f64>,
    pub(super) forms: Forms,
    pub(super) root: FormId,
}

impl Reduced {
    /// Reduces the function of a circuit whose inputs are down with the given probabilities. Inputs that never fail are
    /// dropped.
    pub(super) fn of(circuit: &Circuit, down: &[f64]) -> Self {
        let mut forms = Forms::new();
        let mut ids: Vec<FormId> = Vec::new();
        for (_, gate) in circuit.gates() {
            let operands = |range| circuit.operands(range).iter().map(|operand| ids[operand.index()]).collect::<Vec<_>>();
            ids.push(match gate {
                GateFunction::Constant(value) => FormId::from(value),
                GateFunction::Input(input) if down[input as usize] > 0.0 => forms.variable(input),
                GateFunction::Input(_) => ALWAYS,
                GateFunction::And(from, to) => forms.junction(true, operands((from, to))),
                GateFunction::Or(from, to) => forms.junction(false, operands((from, to))),
                GateFunction::Not(operand) => forms.not(ids[operand.index()]),
            });
        }
        let root = ids[circuit.root().index()];
        let variables = (0u32..).zip(down).map(|(input, _)| Variable::Input(input)).collect();
        let mut reduced = Self { variables, down: down.to_vec(), forms, root };
        for _ in 0..MOST_ROUNDS {
            let parents = Parents::of(&reduced.forms, reduced.root);
            let joined = reduced.join(&parents);
            let before = reduced.root;
            let size = reduced.forms.len();
            reduced.rebuild(&parents, &joined);
            if joined.is_empty() && (before, size) == (reduced.root, reduced.forms.len()) {
                break;
            }
        }
        reduced
    }

    /// Fraction of time during which a variable is down.
    pub(super) fn down(&self, variable: u32) -> f64 {
        self.down[variable as usize]
    }

    /// Returns the inputs of a variable, each with the derivative of the variable's down probability with respect to
    /// the input's.
    pub(super) fn inputs(&self, variable: u32) -> Vec<(u32, f64)> {
        let mut inputs = Vec::new();
        let mut open = vec![(variable, 1.0)];
        while let Some((variable, derivative)) = open.pop() {
            let (members, part): (_, fn(f64) -> f64) = match &self.variables[variable as usize] {
                Variable::Input(input) => {
                    inputs.push((*input, derivative));
                    continue;
                }
                Variable::Series(members) => (members, |down| 1.0 - down),
                Variable::Parallel(members) => (members, |down| down),
            };
            // The product over all other members: of those before it, and of those after it.
            let mut after = vec![1.0; members.len() + 1];
            for (place, member) in members.iter().enumerate().rev() {
                after[place] = after[place + 1] * part(self.down(*member));
            }
            let mut before = 1.0;
            for (place, member) in members.iter().enumerate() {
                open.push((*member, derivative * before * after[place + 1]));
                before *= part(self.down(*member));
            }
        }
        inputs
    }

    /// Merges variables in series or in parallel. Returns each merged variable with its replacement; `None` removes it.
    fn join(&mut self, parents: &Parents) -> BTreeMap<u32, Option<u32>> {
        let mut groups: BTreeMap<(bool, &[FormId]), Vec<u32>> = BTreeMap::new();
        for (variable, within) in &parents.of_variables {
            let is = |and: bool| {
                within.iter().all(|id| match self.forms.form(*id) {
                    NormalForm::And(_) => and,
                    NormalForm::Or(_) => !and,
                    _ => false,
                })
            };
            if let Some(and) = [true, false].into_iter().find(|and| is(*and)) {
                groups.entry((and, within.as_slice())).or_default().push(*variable);
            }
        }
        let groups: Vec<(bool, Vec<u32>)> =
            groups.into_iter().filter(|(_, group)| group.len() > 1).map(|((and, _), group)| (and, group)).collect();
        let mut joined = BTreeMap::new();
        for (and, group) in groups {
            let all = group.iter().map(|variable| self.down(*variable));
            // Avoids the precision loss of 1 − (1 − a)(1 − b).
            self.down.push(if and { all.fold(0.0, |down, next| down + (1.0 - down) * next) } else { all.product() });
            let number = u32::try_from(self.variables.len()).expect("fewer variables than inputs");
            // The merged variable replaces the first of the group; the others are removed.
            joined.extend(group.iter().zip(std::iter::once(Some(number)).chain(std::iter::repeat(None))).map(|(v, n)| (*v, n)));
            self.variables.push(if and { Variable::Series(group) } else { Variable::Parallel(group) });
        }
        joined
    }

    /// Rebuilds the function with the merged variables, factoring out common terms.
    fn rebuild(&mut self, parents: &Parents, joined: &BTreeMap<u32, Option<u32>>) {
        let mut forms = Forms::new();
        // Indexed by the old number. `None` for a removed variable, which is dropped from all expressions.
        let mut new: Vec<Option<FormId>> = vec![None; self.forms.len()];
        (new[NEVER as usize], new[ALWAYS as usize]) = (Some(NEVER), Some(ALWAYS));
        for id in &parents.order {
            new[*id as usize] = match self.forms.form(*id) {
                NormalForm::Constant(value) => Some(FormId::from(*value)),
                NormalForm::Variable(variable) => {
                    joined.get(variable).copied().unwrap_or(Some(*variable)).map(|variable| forms.variable(variable))
                }
                NormalForm::Not(inner) => new[*inner as usize].map(|inner| forms.not(inner)),
                NormalForm::And(operands) => Some(self.junction(&mut forms, &new, parents, true, operands)),
                NormalForm::Or(operands) => Some(self.junction(&mut forms, &new, parents, false, operands)),
            };
        }
        self.root = new[self.root as usize].unwrap_or(NEVER);
        self.forms = forms;
    }

    fn junction(&self, forms: &mut Forms, new: &[Option<FormId>], parents: &Parents, and: bool, operands: &[FormId]) -> FormId {
        // Operands of the other gate type, grouped by shared factor; each value lists the remainders.
        let mut twins: BTreeMap<Vec<FormId>, Vec<FormId>> = BTreeMap::new();
        let mut kept = Vec::new();
        for operand in operands {
            let inner = match self.forms.form(*operand) {
                NormalForm::And(inner) if !and => inner,
                NormalForm::Or(inner) if and => inner,
                _ => {
                    kept.extend(new[*operand as usize]);
                    continue;
                }
            };
            let (own, shared): (Vec<FormId>, Vec<FormId>) = inner.iter().partition(|id| parents.has_one(**id));
            if shared.is_empty() || !parents.has_one(*operand) {
                kept.extend(new[*operand as usize]);
                continue;
            }
            let own: Vec<FormId> = own.iter().filter_map(|id| new[*id as usize]).collect();
            twins.entry(shared).or_default().push(forms.junction(!and, own));
        }
        for (shared, own) in twins {
            let any = forms.junction(and, own);
            let shared = shared.iter().filter_map(|id| new[*id as usize]);
            kept.push(forms.junction(!and, std::iter::once(any).chain(shared)));
        }
        forms.junction(and, kept)
    }
}

/// The uses of each expression.
struct Parents {
    /// All expressions that the root depends on, operands first.
    order: Vec<FormId>,
    /// Number of uses of each expression.
    uses: Vec<u32>,
    /// Expressions that use each variable. A root that is a variable has no entry.
    of_variables: BTreeMap<u32, Vec<FormId>>,
}

impl Parents {
    fn of(forms: &Forms, root: FormId) -> Self {
        let mut found = BTreeSet::from([root]);
        let mut open = vec![root];
        let mut parents = Self { order: Vec::new(), uses: vec![0; forms.len()], of_variables: BTreeMap::new() };
        while let Some(id) = open.pop() {
            let operands = match forms.form(id) {
                NormalForm::Constant(_) | NormalForm::Variable(_) => &[][..],
                NormalForm::Not(inner) => std::slice::from_ref(inner),
                NormalForm::And(operands) | NormalForm::Or(operands) => operands,
            };
            for operand in operands {
                parents.uses[*operand as usize] += 1;
                if let NormalForm::Variable(variable) = forms.form(*operand) {
                    parents.of_variables.entry(*variable).or_default().push(id);
                }
                if found.insert(*operand) {
                    open.push(*operand);
                }
            }
        }
        // Expressions are numbered after their operands.
        parents.order = found.into_iter().collect();
        parents.of_variables.values_mut().for_each(|within| within.sort_unstable());
        parents
    }

    fn has_one(&self, id: FormId) -> bool {
        self.uses[id as usize] == 1
    }
}
