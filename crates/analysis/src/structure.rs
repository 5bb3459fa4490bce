//! Structure function of an infrastructure: whether a kind of request works, given the causes that have occurred.
//!
//! ```text
//!  model ──▶ Structure: a circuit for each kind of request, with the causes as inputs
//!              ├─▶ spof, cuts       causes that stop a kind, alone or together
//!              └─▶ availability     how often a kind fails
//! ```
//!
//! A circuit gives the same verdict as the search of [`super::service`], but for 64 outages at once; the tests compare
//! the two. The search can also name the obstacles, and the circuit allows probabilities to be computed.

mod compile;

use std::collections::BTreeMap;

use super::cause::Cause;
use super::circuit::Circuit;
use hoplight_model::{Infrastructure, RequestKind};

/// Structure functions of an infrastructure, one per kind of request, over one list of causes.
#[derive(Clone, Debug)]
pub struct Structure {
    causes: Vec<Cause>,
    places: BTreeMap<Cause, u32>,
    circuits: [Circuit; 3],
}

impl Structure {
    /// Compiles an infrastructure, in time linear in the number of links.
    pub fn of(infra: &Infrastructure) -> Self {
        let causes = Cause::all(infra);
        let places: BTreeMap<Cause, u32> = causes.iter().cloned().zip(0u32..).collect();
        let circuits = RequestKind::ALL.map(|kind| compile::compile(infra, &places, kind));
        Self { causes, places, circuits }
    }

    /// All causes. A circuit's inputs are indices into this list; an input is true unless its cause has occurred.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Index of a cause.
    pub fn place(&self, cause: &Cause) -> Option<u32> {
        self.places.get(cause).copied()
    }

    /// Structure function of a kind of request.
    pub fn circuit(&self, kind: RequestKind) -> &Circuit {
        &self.circuits[kind.index()]
    }

    /// Whether a kind of request works when exactly these causes have occurred.
    pub fn works<'a>(&self, out: impl IntoIterator<Item = &'a Cause>, kind: RequestKind) -> bool {
        let mut out: Vec<u32> = out.into_iter().filter_map(|cause| self.place(cause)).collect();
        out.sort_unstable();
        let up = |input: u32| u64::from(out.binary_search(&input).is_err());
        self.circuit(kind).evaluate(&mut Vec::new(), up) & 1 == 1
    }
}
