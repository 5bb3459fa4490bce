//! Boolean function as a circuit of gates, evaluated for 64 cases at once.
//!
//! ```text
//!  inputs ──▶ And, Or, Not … ──▶ root          each bit of a word is one case
//! ```
//!
//! Gates come after their operands, so one forward pass evaluates all gates.

mod normal;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use indexmap::map::Entry;

pub(super) use normal::{ALWAYS, FormId, Forms, NEVER, NormalForm};

/// Number of a gate. Inputs are gates too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GateId(u32);

impl GateId {
    /// Index of the gate.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Function of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateFunction {
    /// A constant.
    Constant(bool),
    /// The input with this number.
    Input(u32),
    /// Conjunction; the range of its operands.
    And(u32, u32),
    /// Disjunction; the range of its operands.
    Or(u32, u32),
    /// Negation.
    Not(GateId),
}

/// A Boolean function of numbered inputs.
#[derive(Clone, Debug)]
pub struct Circuit {
    gates: Vec<GateFunction>,
    operands: Vec<GateId>,
    root: GateId,
}

impl Circuit {
    /// Gates, each after its operands.
    pub fn gates(&self) -> impl Iterator<Item = (GateId, GateFunction)> + '_ {
        (0u32..).map(GateId).zip(self.gates.iter().copied())
    }

    /// Function of a gate.
    pub fn gate(&self, id: GateId) -> GateFunction {
        self.gates[id.index()]
    }

    /// Operands of an And or Or.
    pub fn operands(&self, (from, to): (u32, u32)) -> &[GateId] {
        &self.operands[from as usize..to as usize]
    }

    /// The gate that computes the function's value.
    pub const fn root(&self) -> GateId {
        self.root
    }

    /// Whether the function is true when all inputs are true.
    pub fn holds(&self) -> bool {
        self.evaluate(&mut Vec::new(), |_| u64::MAX) & 1 == 1
    }

    /// Numbers of the inputs that the gates use, in ascending order.
    pub fn inputs(&self) -> Vec<u32> {
        let inputs = self.gates.iter().filter_map(|gate| match gate {
            GateFunction::Input(number) => Some(*number),
            _ => None,
        });
        let mut inputs: Vec<u32> = inputs.collect();
        inputs.sort_unstable();
        inputs
    }

    /// Evaluates 64 cases: `input` returns a word for each input, one bit per case. Stores the value of every gate in
    /// `values` and returns the root's value.
    pub fn evaluate(&self, values: &mut Vec<u64>, mut input: impl FnMut(u32) -> u64) -> u64 {
        values.clear();
        values.reserve(self.gates.len());
        for gate in &self.gates {
            let value = match *gate {
                GateFunction::Constant(value) => {
                    if value {
                        u64::MAX
                    } else {
                        0
                    }
                }
                GateFunction::Input(number) => input(number),
                GateFunction::And(from, to) => {
                    self.operands((from, to)).iter().fold(u64::MAX, |value, operand| value & values[operand.index()])
                }
                GateFunction::Or(from, to) => {
                    self.operands((from, to)).iter().fold(0, |value, operand| value | values[operand.index()])
                }
                GateFunction::Not(operand) => !values[operand.index()],
            };
            values.push(value);
        }
        values[self.root.index()]
    }

    /// Returns a set of true inputs that is sufficient to make the root true in case 0, provided that the false inputs
    /// stay false. `values` must come from [`Self::evaluate`]. For an Or, takes the first true operand, so the order of
    /// operands is an order of preference. Empty if the root is false.
    pub fn witness(&self, values: &[u64]) -> Vec<u32> {
        let is_true = |id: GateId| values[id.index()] & 1 == 1;
        let mut inputs = Vec::new();
        if !is_true(self.root) {
            return inputs;
        }
        // Visits each gate once: one proof of its value is enough.
        let mut seen = vec![false; self.gates.len()];
        let mut open = vec![self.root];
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            match (self.gate(id), is_true(id)) {
                (GateFunction::Input(number), true) => inputs.push(number),
                (GateFunction::Input(_) | GateFunction::Constant(_), _) => {}
                (GateFunction::Not(operand), _) => open.push(operand),
                (GateFunction::And(from, to), true) | (GateFunction::Or(from, to), false) => {
                    open.extend(self.operands((from, to)));
                }
                (GateFunction::Or(from, to), true) => {
                    open.extend(self.operands((from, to)).iter().find(|operand| is_true(**operand)));
                }
                (GateFunction::And(from, to), false) => {
                    open.extend(self.operands((from, to)).iter().find(|operand| !is_true(**operand)));
                }
            }
        }
        inputs.sort_unstable();
        inputs
    }

    /// Inputs whose single failure makes the function false, given that it is true when all inputs are true. Such an
    /// input is in every witness, so it suffices to test the inputs of one witness, 64 per pass.
    pub fn knock_outs(&self) -> Vec<u32> {
        let mut values = Vec::new();
        self.evaluate(&mut values, |_| u64::MAX);
        let candidates = self.witness(&values);
        let mut single = Vec::new();
        for few in candidates.chunks(64) {
            // Each candidate gets one case, in which only that candidate has failed.
            let up = self.evaluate(&mut values, |input| few.binary_search(&input).map_or(u64::MAX, |case| !(1 << case)));
            single.extend(few.iter().enumerate().filter(|(case, _)| up >> case & 1 == 0).map(|(_, input)| *input));
        }
        single
    }
}

/// Builds a circuit, sharing equal gates and folding constants.
#[derive(Clone, Debug, Default)]
pub struct CircuitBuilder {
    gates: Vec<GateFunction>,
    operands: Vec<GateId>,
    /// Gates without operand lists, by their function.
    simple: BTreeMap<GateFunction, GateId>,
    /// And gates (`true`) and Or gates (`false`), by their operands.
    known: IndexMap<(bool, Vec<GateId>), GateId>,
}

impl CircuitBuilder {
    fn simple(&mut self, gate: GateFunction) -> GateId {
        if let Some(id) = self.simple.get(&gate) {
            return *id;
        }
        let id = self.push(gate);
        self.simple.insert(gate, id);
        id
    }

    fn push(&mut self, gate: GateFunction) -> GateId {
        let id = GateId(u32::try_from(self.gates.len()).expect("fewer than 2^32 gates"));
        self.gates.push(gate);
        id
    }

    /// A constant.
    pub fn constant(&mut self, value: bool) -> GateId {
        self.simple(GateFunction::Constant(value))
    }

    /// An input.
    pub fn input(&mut self, number: u32) -> GateId {
        self.simple(GateFunction::Input(number))
    }

    /// Negation of a gate.
    pub fn not(&mut self, operand: GateId) -> GateId {
        match self.gates[operand.index()] {
            GateFunction::Constant(value) => self.constant(!value),
            GateFunction::Not(inner) => inner,
            _ => self.simple(GateFunction::Not(operand)),
        }
    }

    /// Conjunction; true if there are no operands.
    pub fn all(&mut self, operands: impl IntoIterator<Item = GateId>) -> GateId {
        self.junction(true, operands)
    }

    /// Disjunction; false if there are no operands.
    pub fn any(&mut self, operands: impl IntoIterator<Item = GateId>) -> GateId {
        self.junction(false, operands)
    }

    fn junction(&mut self, and: bool, operands: impl IntoIterator<Item = GateId>) -> GateId {
        let mut listed: Vec<GateId> = Vec::new();
        for operand in operands {
            match self.gates[operand.index()] {
                // The identity element is dropped; the absorbing element determines the result.
                GateFunction::Constant(value) if value == and => {}
                GateFunction::Constant(_) => return operand,
                _ => listed.push(operand),
            }
        }
        // Keeps the first of equal operands, because the order of operands is an order of preference.
        match listed[..] {
            [] | [_] => {}
            [one, other] => listed.truncate(if one == other { 1 } else { 2 }),
            _ => {
                let mut seen = BTreeSet::new();
                listed.retain(|operand| seen.insert(*operand));
            }
        }
        match listed[..] {
            [] => self.constant(and),
            [only] => only,
            _ => self.listed(and, listed),
        }
    }

    fn listed(&mut self, and: bool, listed: Vec<GateId>) -> GateId {
        let entry = match self.known.entry((and, listed)) {
            Entry::Occupied(known) => return *known.get(),
            Entry::Vacant(entry) => entry,
        };
        let place = |length: usize| u32::try_from(length).expect("fewer than 2^32 operands");
        let from = place(self.operands.len());
        self.operands.extend(&entry.key().1);
        let to = place(self.operands.len());
        let id = GateId(place(self.gates.len()));
        self.gates.push(if and { GateFunction::And(from, to) } else { GateFunction::Or(from, to) });
        *entry.insert(id)
    }

    /// True if at least `least` operands are. Uses the recurrence T(i, k) = (xᵢ and T(i + 1, k − 1)) or T(i + 1, k).
    pub fn at_least(&mut self, least: usize, operands: &[GateId]) -> GateId {
        // The row after the last operand.
        let mut row: Vec<GateId> = (0..=least).map(|wanted| self.constant(wanted == 0)).collect();
        for operand in operands.iter().rev() {
            for wanted in (1..=least).rev() {
                let with = self.all([*operand, row[wanted - 1]]);
                row[wanted] = self.any([with, row[wanted]]);
            }
        }
        row[least]
    }

    /// Returns the circuit that computes `root`.
    pub fn finish(self, root: GateId) -> Circuit {
        let Self { gates, operands, .. } = self;
        Circuit { gates, operands, root }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Truth table of a function of `n` inputs.
    fn table(circuit: &Circuit, n: u32) -> Vec<bool> {
        let mut values = Vec::new();
        (0u32..1 << n).map(|case| circuit.evaluate(&mut values, |input| u64::from(case >> input & 1)) & 1 == 1).collect()
    }

    #[test]
    fn a_threshold_counts() {
        for n in 0..6u32 {
            for least in 0..=n as usize + 1 {
                let mut builder = CircuitBuilder::default();
                let inputs: Vec<GateId> = (0..n).map(|input| builder.input(input)).collect();
                let root = builder.at_least(least, &inputs);
                let circuit = builder.finish(root);
                for (case, value) in table(&circuit, n).into_iter().enumerate() {
                    assert_eq!(value, case.count_ones() as usize >= least, "{least} of {n} in {case:b}");
                }
            }
        }
    }

    #[test]
    fn constants_are_folded_and_equal_gates_shared() {
        let mut builder = CircuitBuilder::default();
        let (a, b) = (builder.input(0), builder.input(1));
        let (yes, no) = (builder.constant(true), builder.constant(false));
        assert_eq!(builder.all([a, yes, a]), a);
        assert_eq!(builder.any([b, no]), b);
        assert_eq!(builder.all([a, no]), no);
        assert_eq!(builder.any([]), no);
        let both = builder.all([a, b]);
        assert_eq!(builder.all([a, b, a]), both, "equal gates are shared");
        let not = builder.not(both);
        assert_eq!(builder.not(not), both);
    }

    #[test]
    fn a_witness_is_sufficient() {
        // (a and b) or (c and not d)
        let mut builder = CircuitBuilder::default();
        let [a, b, c, d] = [0, 1, 2, 3].map(|input| builder.input(input));
        let first = builder.all([a, b]);
        let not = builder.not(d);
        let second = builder.all([c, not]);
        let root = builder.any([first, second]);
        let circuit = builder.finish(root);
        let mut values = Vec::new();
        for case in 0u32..16 {
            let value = circuit.evaluate(&mut values, |input| u64::from(case >> input & 1)) & 1 == 1;
            let witness = circuit.witness(&values);
            assert!(witness.iter().all(|input| case >> input & 1 == 1), "only true inputs");
            if !value {
                assert!(witness.is_empty());
                continue;
            }
            // With all other true inputs set to false, the root stays true.
            let kept = witness.iter().fold(0u32, |kept, input| kept | 1 << input);
            assert_eq!(circuit.evaluate(&mut values, |input| u64::from(kept >> input & 1)) & 1, 1, "{case:b}");
        }
    }
}
