//! A Boolean function as a circuit of gates, for 64 cases at once.
//!
//! ```text
//!  inputs ──▶ And, Or, Not … ──▶ root          one bit of a word is one case
//! ```
//!
//! Gates come after their operands, so one pass from the front evaluates all. Must not know what the inputs mean.

mod normal;

use std::collections::BTreeMap;

pub(super) use normal::{ALWAYS, FormId, Forms, NEVER, NormalForm};

/// One gate, or an input, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateId(u32);

impl GateId {
    /// Its position among the gates.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The function of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// A constant.
    Constant(bool),
    /// The input of this number.
    Input(u32),
    /// All of them; the range of its operands.
    And(u32, u32),
    /// Any of them; the range of its operands.
    Or(u32, u32),
    /// Not this one.
    Not(GateId),
}

/// A Boolean function of numbered inputs.
#[derive(Clone, Debug)]
pub struct Circuit {
    gates: Vec<Gate>,
    operands: Vec<GateId>,
    root: GateId,
}

impl Circuit {
    /// The gates, each after its operands.
    pub fn gates(&self) -> impl Iterator<Item = (GateId, Gate)> + '_ {
        (0u32..).map(GateId).zip(self.gates.iter().copied())
    }

    /// The function of a gate.
    pub fn gate(&self, id: GateId) -> Gate {
        self.gates[id.index()]
    }

    /// The operands of an And or an Or.
    pub fn operands(&self, (from, to): (u32, u32)) -> &[GateId] {
        &self.operands[from as usize..to as usize]
    }

    /// The gate whose value is the function's.
    pub const fn root(&self) -> GateId {
        self.root
    }

    /// The inputs that gates use, in order.
    pub fn inputs(&self) -> Vec<u32> {
        let inputs = self.gates.iter().filter_map(|gate| match gate {
            Gate::Input(number) => Some(*number),
            _ => None,
        });
        let mut inputs: Vec<u32> = inputs.collect();
        inputs.sort_unstable();
        inputs
    }

    /// Evaluates 64 cases: `input` gives a word for each input, one bit a case. The values of all gates stay in `values`;
    /// the root's is returned.
    pub fn evaluate(&self, values: &mut Vec<u64>, mut input: impl FnMut(u32) -> u64) -> u64 {
        values.clear();
        values.reserve(self.gates.len());
        for gate in &self.gates {
            let value = match *gate {
                Gate::Constant(value) => {
                    if value {
                        u64::MAX
                    } else {
                        0
                    }
                }
                Gate::Input(number) => input(number),
                Gate::And(from, to) => {
                    self.operands((from, to)).iter().fold(u64::MAX, |value, operand| value & values[operand.index()])
                }
                Gate::Or(from, to) => self.operands((from, to)).iter().fold(0, |value, operand| value | values[operand.index()]),
                Gate::Not(operand) => !values[operand.index()],
            };
            values.push(value);
        }
        values[self.root.index()]
    }

    /// Inputs that are true and suffice to make the root true in case 0, as long as those that are false remain so. `values`
    /// are those of [`Self::evaluate`]. Of an Or, the first operand that is true is taken: the order of operands is an order of
    /// preference. Empty if the root is false.
    pub fn witness(&self, values: &[u64]) -> Vec<u32> {
        let is_true = |id: GateId| values[id.index()] & 1 == 1;
        let mut inputs = Vec::new();
        if !is_true(self.root) {
            return inputs;
        }
        // Gates visited already: a gate's value needs one proof only.
        let mut seen = vec![false; self.gates.len()];
        let mut open = vec![self.root];
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            match (self.gate(id), is_true(id)) {
                (Gate::Input(number), true) => inputs.push(number),
                (Gate::Input(_) | Gate::Constant(_), _) => {}
                (Gate::Not(operand), _) => open.push(operand),
                (Gate::And(from, to), true) | (Gate::Or(from, to), false) => open.extend(self.operands((from, to))),
                (Gate::Or(from, to), true) => open.extend(self.operands((from, to)).iter().find(|operand| is_true(**operand))),
                (Gate::And(from, to), false) => open.extend(self.operands((from, to)).iter().find(|operand| !is_true(**operand))),
            }
        }
        inputs.sort_unstable();
        inputs
    }

    /// The inputs whose single failure makes the function false, if it is true with all of them. Such an input is part of every
    /// proof, so only those of one proof are tried, 64 in a pass.
    pub fn knock_outs(&self) -> Vec<u32> {
        let mut values = Vec::new();
        self.evaluate(&mut values, |_| u64::MAX);
        let candidates = self.witness(&values);
        let mut single = Vec::new();
        for few in candidates.chunks(64) {
            // The case of each candidate is the one in which it alone is out.
            let up = self.evaluate(&mut values, |input| few.binary_search(&input).map_or(u64::MAX, |case| !(1 << case)));
            single.extend(few.iter().enumerate().filter(|(case, _)| up >> case & 1 == 0).map(|(_, input)| *input));
        }
        single
    }
}

/// Builds a circuit. Equal gates are shared, and constants are folded.
#[derive(Clone, Debug, Default)]
pub struct CircuitBuilder {
    gates: Vec<Gate>,
    operands: Vec<GateId>,
    /// Gates without operand lists, by their function.
    simple: BTreeMap<Gate, GateId>,
    /// Ands (`true`) and Ors by their operands.
    known: BTreeMap<(bool, Vec<GateId>), GateId>,
}

impl CircuitBuilder {
    fn simple(&mut self, gate: Gate) -> GateId {
        if let Some(id) = self.simple.get(&gate) {
            return *id;
        }
        let id = self.push(gate);
        self.simple.insert(gate, id);
        id
    }

    fn push(&mut self, gate: Gate) -> GateId {
        let id = GateId(u32::try_from(self.gates.len()).expect("fewer than four thousand million gates"));
        self.gates.push(gate);
        id
    }

    /// Always so.
    pub fn constant(&mut self, value: bool) -> GateId {
        self.simple(Gate::Constant(value))
    }

    /// An input.
    pub fn input(&mut self, number: u32) -> GateId {
        self.simple(Gate::Input(number))
    }

    /// The opposite.
    pub fn not(&mut self, operand: GateId) -> GateId {
        match self.gates[operand.index()] {
            Gate::Constant(value) => self.constant(!value),
            Gate::Not(inner) => inner,
            _ => self.simple(Gate::Not(operand)),
        }
    }

    /// All of them; true if there is none.
    pub fn all(&mut self, operands: impl IntoIterator<Item = GateId>) -> GateId {
        self.junction(true, operands)
    }

    /// Any of them; false if there is none.
    pub fn any(&mut self, operands: impl IntoIterator<Item = GateId>) -> GateId {
        self.junction(false, operands)
    }

    fn junction(&mut self, and: bool, operands: impl IntoIterator<Item = GateId>) -> GateId {
        let mut listed: Vec<GateId> = Vec::new();
        for operand in operands {
            match self.gates[operand.index()] {
                // The neutral operand, and the deciding one.
                Gate::Constant(value) if value == and => {}
                Gate::Constant(_) => return operand,
                _ => listed.push(operand),
            }
        }
        // The first of equal operands keeps its place: the order is an order of preference.
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() < listed.len() {
            let mut left = sorted;
            listed.retain(|operand| left.binary_search(operand).map(|place| left.remove(place)).is_ok());
        }
        match listed[..] {
            [] => self.constant(and),
            [only] => only,
            _ => self.listed(and, listed),
        }
    }

    fn listed(&mut self, and: bool, listed: Vec<GateId>) -> GateId {
        if let Some(id) = self.known.get(&(and, listed.clone())) {
            return *id;
        }
        let place = |length: usize| u32::try_from(length).expect("fewer than four thousand million operands");
        let from = place(self.operands.len());
        self.operands.extend(&listed);
        let to = place(self.operands.len());
        let id = self.push(if and { Gate::And(from, to) } else { Gate::Or(from, to) });
        self.known.insert((and, listed), id);
        id
    }

    /// At least `least` of them, by the recurrence of thresholds: T(i, k) = (xᵢ and T(i + 1, k − 1)) or T(i + 1, k).
    pub fn at_least(&mut self, least: usize, operands: &[GateId]) -> GateId {
        // The row behind the last operand.
        let mut row: Vec<GateId> = (0..=least).map(|wanted| self.constant(wanted == 0)).collect();
        for operand in operands.iter().rev() {
            for wanted in (1..=least).rev() {
                let with = self.all([*operand, row[wanted - 1]]);
                row[wanted] = self.any([with, row[wanted]]);
            }
        }
        row[least]
    }

    /// The function whose value is `root`'s.
    pub fn finish(self, root: GateId) -> Circuit {
        let Self { gates, operands, .. } = self;
        Circuit { gates, operands, root }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a function of `n` inputs, one after the other.
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
    fn what_is_known_is_left_out() {
        let mut builder = CircuitBuilder::default();
        let (a, b) = (builder.input(0), builder.input(1));
        let (yes, no) = (builder.constant(true), builder.constant(false));
        assert_eq!(builder.all([a, yes, a]), a);
        assert_eq!(builder.any([b, no]), b);
        assert_eq!(builder.all([a, no]), no);
        assert_eq!(builder.any([]), no);
        let both = builder.all([a, b]);
        assert_eq!(builder.all([a, b, a]), both, "equal gates are one");
        let not = builder.not(both);
        assert_eq!(builder.not(not), both);
    }

    #[test]
    fn a_witness_suffices() {
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
            assert!(witness.iter().all(|input| case >> input & 1 == 1), "only what is true");
            if !value {
                assert!(witness.is_empty());
                continue;
            }
            // Whatever else that is true fails, the root stays true.
            let kept = witness.iter().fold(0u32, |kept, input| kept | 1 << input);
            assert_eq!(circuit.evaluate(&mut values, |input| u64::from(kept >> input & 1)) & 1, 1, "{case:b}");
        }
    }
}
