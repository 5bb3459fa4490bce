//! Normal form of Boolean expressions for Shannon's expansion: f = x·f(x = 1) or not x·f(x = 0).
//!
//! Equal expressions share a number. Nested Ands and Ors are flattened, their operands sorted, and absorbed operands
//! dropped (`a or a·b` is `a`). The remainder of a layered site after its first layer therefore depends only on the
//! components that can still be reached.

use indexmap::IndexSet;

/// Number of an expression.
pub(crate) type FormId = u32;

/// The constant false.
pub(crate) const NEVER: FormId = 0;
/// The constant true.
pub(crate) const ALWAYS: FormId = 1;

/// An expression over variables. A variable's number is its position in the order of expansion.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NormalForm {
    /// A constant.
    Constant(bool),
    /// A variable.
    Variable(u32),
    /// Conjunction of two or more operands, in ascending order.
    And(Box<[FormId]>),
    /// Disjunction of two or more operands, in ascending order.
    Or(Box<[FormId]>),
    /// Negation.
    Not(FormId),
}

/// A set of expressions, each with its cofactors with respect to its first variable.
#[derive(Clone, Debug)]
pub(crate) struct Forms {
    numbered: IndexSet<NormalForm>,
    /// First variable that each expression depends on; `u32::MAX` for constants.
    first: Vec<u32>,
    /// Negative and positive cofactors with respect to the first variable, computed on demand.
    halves: Vec<[Option<FormId>; 2]>,
}

impl Forms {
    pub(crate) fn new() -> Self {
        let mut forms = Self { numbered: IndexSet::new(), first: Vec::new(), halves: Vec::new() };
        forms.number(NormalForm::Constant(false));
        forms.number(NormalForm::Constant(true));
        forms
    }

    /// Number of expressions.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    pub(crate) fn form(&self, id: FormId) -> &NormalForm {
        &self.numbered[id as usize]
    }

    /// First variable that an expression depends on; `None` for a constant.
    pub(crate) fn first_variable(&self, id: FormId) -> Option<u32> {
        let first = self.first[id as usize];
        (first != u32::MAX).then_some(first)
    }

    pub(crate) fn variable(&mut self, number: u32) -> FormId {
        self.number(NormalForm::Variable(number))
    }

    pub(crate) fn not(&mut self, id: FormId) -> FormId {
        match *self.form(id) {
            NormalForm::Constant(value) => FormId::from(!value),
            NormalForm::Not(inner) => inner,
            _ => self.number(NormalForm::Not(id)),
        }
    }

    /// Conjunction (`and`) or disjunction of the operands.
    pub(crate) fn junction(&mut self, and: bool, operands: impl IntoIterator<Item = FormId>) -> FormId {
        let mut listed: Vec<FormId> = Vec::new();
        for operand in operands {
            match self.form(operand) {
                NormalForm::Constant(value) if *value == and => {}
                NormalForm::Constant(_) => return operand,
                NormalForm::And(inner) if and => listed.extend(inner),
                NormalForm::Or(inner) if !and => listed.extend(inner),
                _ => listed.push(operand),
            }
        }
        listed.sort_unstable();
        listed.dedup();
        let absorbed = |id: FormId| match self.form(id) {
            NormalForm::Or(inner) if and => inner.iter().any(|inner| listed.binary_search(inner).is_ok()),
            NormalForm::And(inner) if !and => inner.iter().any(|inner| listed.binary_search(inner).is_ok()),
            NormalForm::Not(inner) => listed.binary_search(inner).is_ok(),
            _ => false,
        };
        let kept: Vec<FormId> = listed.iter().copied().filter(|id| !absorbed(*id)).collect();
        if kept.len() < listed.len() {
            // An operand together with its negation determines the result.
            let opposite = |id: FormId| matches!(self.form(id), NormalForm::Not(inner) if listed.binary_search(inner).is_ok());
            if listed.iter().any(|id| opposite(*id)) {
                return FormId::from(!and);
            }
        }
        match kept[..] {
            [] => FormId::from(and),
            [only] => only,
            _ if and => self.number(NormalForm::And(kept.into())),
            _ => self.number(NormalForm::Or(kept.into())),
        }
    }

    /// Cofactor of an expression with respect to its first variable: positive if `up`, otherwise negative. A constant
    /// is its own cofactor.
    pub(crate) fn half(&mut self, id: FormId, up: bool) -> FormId {
        if let Some(half) = self.halves[id as usize][usize::from(up)] {
            return half;
        }
        let first = self.first[id as usize];
        let half = match self.form(id).clone() {
            NormalForm::Constant(_) => id,
            NormalForm::Variable(_) => FormId::from(up),
            NormalForm::Not(inner) => {
                let inner = self.half(inner, up);
                self.not(inner)
            }
            NormalForm::And(operands) => self.half_of(true, &operands, first, up),
            NormalForm::Or(operands) => self.half_of(false, &operands, first, up),
        };
        self.halves[id as usize][usize::from(up)] = Some(half);
        half
    }

    fn half_of(&mut self, and: bool, operands: &[FormId], first: u32, up: bool) -> FormId {
        let touched = |forms: &Self, id: FormId| forms.first[id as usize] == first;
        let halves: Vec<FormId> = operands.iter().map(|id| if touched(self, *id) { self.half(*id, up) } else { *id }).collect();
        self.junction(and, halves)
    }

    fn number(&mut self, form: NormalForm) -> FormId {
        let first = match &form {
            NormalForm::Constant(_) => u32::MAX,
            NormalForm::Variable(number) => *number,
            NormalForm::Not(inner) => self.first[*inner as usize],
            NormalForm::And(operands) | NormalForm::Or(operands) => {
                operands.iter().map(|operand| self.first[*operand as usize]).min().unwrap_or(u32::MAX)
            }
        };
        let (place, new) = self.numbered.insert_full(form);
        if new {
            self.first.push(first);
            self.halves.push([None; 2]);
        }
        u32::try_from(place).expect("fewer than 2^32 expressions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absorbed_operands_are_dropped() {
        let mut forms = Forms::new();
        let [a, b, c] = [0, 1, 2].map(|variable| forms.variable(variable));
        let both = forms.junction(true, [a, b]);
        assert_eq!(forms.junction(false, [both, a]), a);
        let either = forms.junction(false, [b, c]);
        assert_eq!(forms.junction(true, [either, c]), c);
        let not_a = forms.not(a);
        assert_eq!(forms.junction(true, [not_a, b, a]), NEVER);
        assert_eq!(forms.junction(false, [not_a, b, a]), ALWAYS);
        let nested = forms.junction(true, [both, c]);
        assert_eq!(forms.form(nested), &NormalForm::And([a, b, c].into()));
    }

    #[test]
    fn halves_are_cofactors() {
        let mut forms = Forms::new();
        let [a, b, c] = [0, 1, 2].map(|variable| forms.variable(variable));
        let both = forms.junction(true, [a, b]);
        let either = forms.junction(false, [both, c]);
        assert_eq!(forms.first_variable(either), Some(0));
        assert_eq!(forms.half(either, false), c);
        let left = forms.junction(false, [b, c]);
        assert_eq!(forms.half(either, true), left);
        assert_eq!(forms.half(c, true), ALWAYS);
    }
}
