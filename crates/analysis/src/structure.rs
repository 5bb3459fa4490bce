//! The structure function of an infrastructure: does a kind of request work, given what has failed?
//!
//! ```text
//!  model ──▶ Structure: a circuit for each kind of request, whose inputs are the causes
//!              ├─▶ spof, cuts       what alone, or together, stops a kind
//!              └─▶ availability     how often that happens
//! ```
//!
//! A circuit gives the same verdict as the search of [`super::service`], for 64 outages at once; the tests compare the two. The
//! search can say *what* is in the way, the circuit how likely that is. Must not know probabilities.

mod compile;

use std::collections::BTreeMap;

use super::cause::Cause;
use super::circuit::Circuit;
use hoplight_model::{Infrastructure, RequestKind};

/// The structure functions of an infrastructure's kinds of request over one list of causes.
#[derive(Clone, Debug)]
pub struct Structure {
    causes: Vec<Cause>,
    places: BTreeMap<Cause, u32>,
    circuits: [Circuit; 3],
}

impl Structure {
    /// Compiles an infrastructure, in time linear in its links.
    pub fn of(infra: &Infrastructure) -> Self {
        let causes = Cause::all(infra);
        let places: BTreeMap<Cause, u32> = causes.iter().cloned().zip(0u32..).collect();
        let circuits = RequestKind::ALL.map(|kind| compile::compile(infra, &places, kind));
        Self { causes, places, circuits }
    }

    /// All causes. A circuit's input is a position in this list, and is true while that cause has not failed.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The place of a cause.
    pub fn place(&self, cause: &Cause) -> Option<u32> {
        self.places.get(cause).copied()
    }

    /// The function of a kind of request: whether it works.
    pub fn circuit(&self, kind: RequestKind) -> &Circuit {
        &self.circuits[kind.index()]
    }

    /// Whether a kind of request works when these causes have failed, and no other.
    pub fn works<'a>(&self, out: impl IntoIterator<Item = &'a Cause>, kind: RequestKind) -> bool {
        let mut out: Vec<u32> = out.into_iter().filter_map(|cause| self.place(cause)).collect();
        out.sort_unstable();
        let up = |input: u32| u64::from(out.binary_search(&input).is_err());
        self.circuit(kind).evaluate(&mut Vec::new(), up) & 1 == 1
    }
}
