//! Binary decision diagram of a structure function: variables are tested in a fixed order.
//!
//! Built top-down, like the frontier-based methods of network reliability: a node is the residual function after the
//! preceding tests, and equal functions share a node. Probabilities are sums of products of positive numbers, so small
//! unavailabilities keep their precision.

use super::super::circuit::{ALWAYS, FormId, Forms, NEVER};

/// An inner node, which tests one variable.
#[derive(Clone, Copy, Debug)]
struct DecisionNode {
    variable: u32,
    /// Successor if the variable is down, and if it is up: a node's number, [`DOWN`] or [`UP`].
    next: [u32; 2],
}

/// Leaf: the service is down.
const DOWN: u32 = u32::MAX - 1;
/// Leaf: the service is up.
const UP: u32 = u32::MAX;

/// Decision diagram whose nodes test variables in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Diagram {
    /// Nodes in ascending order of their variables.
    nodes: Vec<DecisionNode>,
    root: u32,
    variables: usize,
}

impl Diagram {
    /// Builds the diagram of an expression over `variables` variables. Returns `None` if it needs more than `limit`
    /// nodes.
    pub(super) fn of(forms: &mut Forms, root: FormId, variables: usize, limit: usize) -> Option<Self> {
        // Node number of each expression, and the expressions still without a node, by first variable.
        let mut numbers: Vec<Option<u32>> = Vec::new();
        let mut waiting: Vec<Vec<FormId>> = vec![Vec::new(); variables];
        let mut found = 0;
        let mut meet = |forms: &Forms, waiting: &mut Vec<Vec<FormId>>, id: FormId| {
            let Some(first) = forms.first_variable(id) else { return };
            numbers.resize(forms.len().max(numbers.len()), None);
            if numbers[id as usize].is_none() {
                numbers[id as usize] = Some(0);
                waiting[first as usize].push(id);
                found += 1;
            }
        };
        meet(forms, &mut waiting, root);
        let mut listed: Vec<(FormId, u32, [FormId; 2])> = Vec::new();
        for variable in 0..u32::try_from(variables).ok()? {
            for id in std::mem::take(&mut waiting[variable as usize]) {
                let halves = [forms.half(id, false), forms.half(id, true)];
                for half in halves {
                    meet(forms, &mut waiting, half);
                }
                listed.push((id, variable, halves));
                // Intermediate expressions also take memory, so they are limited too.
                if listed.len() > limit || forms.len() > limit.saturating_mul(16) {
                    return None;
                }
            }
        }
        for (place, (id, ..)) in (0u32..).zip(&listed) {
            numbers[*id as usize] = Some(place);
        }
        let place = |id: FormId| match id {
            NEVER => DOWN,
            ALWAYS => UP,
            _ => numbers[id as usize].unwrap_or(DOWN),
        };
        let nodes = listed.iter().map(|(_, variable, halves)| DecisionNode { variable: *variable, next: halves.map(place) });
        Some(Self { nodes: nodes.collect(), root: place(root), variables })
    }

    /// Returns the probability that the service is down, given each variable's probability of being down, and each
    /// variable's Birnbaum importance: P(down | variable down) − P(down | variable up).
    pub(super) fn unavailability(&self, down: &[f64]) -> (f64, Vec<f64>) {
        let mut below = vec![0.0; self.nodes.len()];
        let of = |below: &[f64], place: u32| match place {
            DOWN => 1.0,
            UP => 0.0,
            node => below[node as usize],
        };
        for (place, node) in self.nodes.iter().enumerate().rev() {
            let q = down[node.variable as usize];
            below[place] = q * of(&below, node.next[0]) + (1.0 - q) * of(&below, node.next[1]);
        }
        let mut reached = vec![0.0; self.nodes.len()];
        let mut importance = vec![0.0; self.variables];
        if let Some(root) = reached.get_mut(self.root as usize) {
            *root = 1.0;
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let (here, q) = (reached[place], down[node.variable as usize]);
            importance[node.variable as usize] += here * (of(&below, node.next[0]) - of(&below, node.next[1]));
            for (next, part) in node.next.into_iter().zip([q, 1.0 - q]) {
                if let Some(next) = reached.get_mut(next as usize) {
                    *next += here * part;
                }
            }
        }
        (of(&below, self.root), importance)
    }
}
