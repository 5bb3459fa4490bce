//! Minimal cut sets: causes that stop a kind of request together, while no proper subset does.
//!
//! A single point of failure is a cut of one. Larger ones grow from smaller sets that do not stop the kind: what works without
//! such a set needs a few causes, and every cut that contains the set contains one of those. Must not know probabilities.

use std::collections::BTreeSet;

use super::broken::Broken;
use super::cause::Cause;
use super::circuit::Circuit;
use super::outage::Outage;
use super::service::works;
use super::structure::Structure;
use hoplight_model::{Infrastructure, RequestKind};

/// Most sets that are examined before the search ends unfinished.
const MOST_SETS: usize = 200_000;

/// The minimal cuts of a kind of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// The kind.
    pub kind: RequestKind,
    /// The cuts: smaller ones first, then in the order of [`Cause::all`].
    pub cuts: Vec<Cut>,
    /// Whether there were too many sets to examine, so that cuts may be missing.
    pub unfinished: bool,
}

/// Causes that stop a kind together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What fails, in the order of [`Cause::all`].
    pub causes: Vec<Cause>,
    /// Why the kind does not work then.
    pub broken: Broken,
}

/// The minimal cuts of at most `size` causes, among the causes that `counts` accepts.
///
/// # Errors
/// If requests of this kind do not work even with nothing out, says why.
pub fn minimal_cuts(
    infra: &Infrastructure,
    structure: &Structure,
    kind: RequestKind,
    size: usize,
    counts: impl Fn(&Cause) -> bool,
) -> Result<Cuts, Broken> {
    works(infra, &Outage::none(), kind)?;
    let counts: Vec<bool> = structure.causes().iter().map(counts).collect();
    let mut search = Search { circuit: structure.circuit(kind), counts, found: Vec::new(), values: Vec::new() };
    let unfinished = !search.run(size);
    let named = |cut: Vec<u32>| {
        let causes: Vec<Cause> = cut.into_iter().map(|input| structure.causes()[input as usize].clone()).collect();
        let broken = works(infra, &Outage::of_causes(infra, &causes), kind).err()?;
        Some(Cut { causes, broken })
    };
    Ok(Cuts { kind, cuts: search.found.into_iter().filter_map(named).collect(), unfinished })
}

struct Search<'a> {
    circuit: &'a Circuit,
    counts: Vec<bool>,
    /// The cuts found so far, each sorted.
    found: Vec<Vec<u32>>,
    values: Vec<u64>,
}

impl Search<'_> {
    /// Finds the cuts of at most `size` inputs; whether all of them were found.
    fn run(&mut self, size: usize) -> bool {
        // Sets that do not stop the kind, to be extended next.
        let mut working: BTreeSet<Vec<u32>> = BTreeSet::from([Vec::new()]);
        let mut looked_at = 0;
        for _ in 0..size {
            let mut larger: BTreeSet<Vec<u32>> = BTreeSet::new();
            for set in &working {
                for input in self.needed(set) {
                    let mut next = set.clone();
                    let place = next.partition_point(|other| *other < input);
                    next.insert(place, input);
                    larger.insert(next);
                }
                if looked_at + larger.len() > MOST_SETS {
                    return false;
                }
            }
            looked_at += larger.len();
            working = self.sift(larger);
        }
        true
    }

    /// The inputs that the kind needs when a set has failed.
    fn needed(&mut self, set: &[u32]) -> Vec<u32> {
        self.circuit.evaluate(&mut self.values, |input| if set.binary_search(&input).is_ok() { 0 } else { u64::MAX });
        let mut needed = self.circuit.witness(&self.values);
        needed.retain(|input| self.counts[*input as usize]);
        needed
    }

    /// Keeps the sets that do not stop the kind, and records the minimal cuts among the others; 64 sets at a time.
    fn sift(&mut self, sets: BTreeSet<Vec<u32>>) -> BTreeSet<Vec<u32>> {
        let sets: Vec<Vec<u32>> = sets.into_iter().collect();
        let smaller = self.found.len();
        let mut working = BTreeSet::new();
        for few in sets.chunks(64) {
            let up = |input: u32| {
                let out = few.iter().enumerate().filter(|(_, set)| set.binary_search(&input).is_ok());
                out.fold(u64::MAX, |up, (case, _)| up & !(1 << case))
            };
            let states = self.circuit.evaluate(&mut self.values, up);
            for (case, set) in few.iter().enumerate() {
                let holds = |cut: &Vec<u32>| cut.iter().all(|input| set.binary_search(input).is_ok());
                if states >> case & 1 == 1 {
                    working.insert(set.clone());
                } else if !self.found[..smaller].iter().any(holds) {
                    self.found.push(set.clone());
                }
            }
        }
        working
    }
}
