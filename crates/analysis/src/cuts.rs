//! Minimal cut sets: sets of causes that stop a kind of request, while no proper subset does.
//!
//! A single point of failure is a cut set of size one. Larger cut sets grow from smaller sets that do not stop the
//! kind: given such a set, a few inputs (the witness) are enough for the kind to work, and every cut set that contains
//! the set contains one of them.

use std::collections::BTreeSet;

use super::broken::Broken;
use super::cause::Cause;
use super::circuit::Circuit;
use super::outage::Outage;
use super::service::works_in;
use super::spof::works_whole;
use super::structure::Structure;
use hoplight_model::{Infrastructure, RequestKind};

/// Maximum number of sets to examine before the search gives up.
const MOST_SETS: usize = 200_000;

/// Minimal cut sets of a kind of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// Kind of request.
    pub kind: RequestKind,
    /// Cut sets: smaller ones first, then in the order of [`Cause::all`].
    pub cuts: Vec<Cut>,
    /// Whether the search was cut short because there were too many sets, so that some cut sets may be missing.
    pub unfinished: bool,
}

/// A set of causes that together stop a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Causes, in the order of [`Cause::all`].
    pub causes: Vec<Cause>,
    /// Why the kind fails.
    pub broken: Broken,
}

/// Returns the minimal cut sets of at most `size` causes, considering only causes for which `counts` returns true.
///
/// # Errors
/// Returns the reason if requests of this kind fail even without an outage.
pub fn minimal_cuts(
    infra: &Infrastructure,
    structure: &Structure,
    kind: RequestKind,
    size: usize,
    counts: impl Fn(&Cause) -> bool,
) -> Result<Cuts, Broken> {
    works_whole(infra, structure, kind)?;
    let counts: Vec<bool> = structure.causes().iter().map(counts).collect();
    let mut search = Search { circuit: structure.circuit(kind), counts, found: Vec::new(), values: Vec::new() };
    let unfinished = !search.run(size);
    let named = |cut: Vec<u32>| {
        let causes: Vec<Cause> = cut.into_iter().map(|input| structure.causes()[input as usize].clone()).collect();
        let single = || causes.first().and_then(|cause| structure.forecast(structure.place(cause)?));
        let forecast = || Broken::of_loss(infra, single().and_then(|forecast| forecast.eventual_why[kind.index()]));
        let broken = works_in(infra, structure.wiring(), &Outage::of_causes(infra, &causes), kind).err().unwrap_or_else(forecast);
        Cut { causes, broken }
    };
    Ok(Cuts { kind, cuts: search.found.into_iter().map(named).collect(), unfinished })
}

struct Search<'a> {
    circuit: &'a Circuit,
    counts: Vec<bool>,
    /// Cut sets found so far, each sorted.
    found: Vec<Vec<u32>>,
    values: Vec<u64>,
}

impl Search<'_> {
    /// Finds the cut sets of at most `size` inputs. Returns false if the search was cut short.
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

    /// Inputs of one witness that the kind works although a set of inputs has failed.
    fn needed(&mut self, set: &[u32]) -> Vec<u32> {
        self.circuit.evaluate(&mut self.values, |input| if set.binary_search(&input).is_ok() { 0 } else { u64::MAX });
        let mut needed = self.circuit.witness(&self.values);
        needed.retain(|input| self.counts[*input as usize]);
        needed
    }

    /// Returns the sets that do not stop the kind and records the minimal cut sets among the others, 64 sets at a time.
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
