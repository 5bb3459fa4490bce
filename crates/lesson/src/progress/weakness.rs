//! The demands that exams and drills showed weak, mergeable without a clock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use hoplight_curriculum::Demand;

/// A set of demands that can be merged with the set of another process.
///
/// For each demand, it counts how often it changed between not weak and weak. A demand is weak if its count is odd. Of two
/// counts, the higher one has seen more changes, so it decides: a demand that one process has since shown right stays right,
/// although the other still has it as weak. (A causal-length set, Yu and Rostad 2020.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, u32>", into = "BTreeMap<String, u32>")]
pub(super) struct Weakness {
    /// The number of changes of each demand, by its name. Names of demands that this program does not know are kept.
    changes: BTreeMap<String, u32>,
    /// The demands with an odd number of changes.
    weak: BTreeSet<Demand>,
}

impl Weakness {
    /// The demands that are weak.
    pub(super) const fn demands(&self) -> &BTreeSet<Demand> {
        &self.weak
    }

    /// Adds or removes a demand. Returns whether this changed anything.
    pub(super) fn set(&mut self, demand: Demand, is_weak: bool) -> bool {
        let changed = if is_weak { self.weak.insert(demand) } else { self.weak.remove(&demand) };
        if changed {
            let count = self.changes.entry(demand.name().to_owned()).or_default();
            // At the limit, the count must keep its parity.
            *count = count.checked_add(1).unwrap_or(u32::MAX - 1);
        }
        changed
    }

    /// Merges the set of another process.
    pub(super) fn join(&mut self, other: &Self) {
        let mut changes = std::mem::take(&mut self.changes);
        for (name, theirs) in &other.changes {
            let ours = changes.entry(name.clone()).or_default();
            *ours = (*ours).max(*theirs);
        }
        *self = Self::from(changes);
    }
}

impl From<BTreeMap<String, u32>> for Weakness {
    fn from(changes: BTreeMap<String, u32>) -> Self {
        let is_weak = |demand: &Demand| changes.get(demand.name()).is_some_and(|count| count % 2 == 1);
        let weak = Demand::ALL.iter().copied().filter(is_weak).collect();
        Self { changes, weak }
    }
}

impl From<Weakness> for BTreeMap<String, u32> {
    fn from(weakness: Weakness) -> Self {
        weakness.changes
    }
}
