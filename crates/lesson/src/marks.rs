//! Questions answered by marking elements on the diagram: which elements may be marked, and the right set.
//!
//! The right set is computed from the infrastructure when the marks are submitted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use hoplight_analysis::{PlaintextHop, plaintext_hops, single_parts};
use hoplight_model::{ComponentIx, Element, Infrastructure, RequestKind, Tier};

/// The elements to mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarkTarget {
    /// The unencrypted hops, including those inside one server.
    PlaintextHops,
    /// The hops that are readable on the network.
    ExposedHops,
    /// The programs on a request's path (balancer, web, application, database) whose loss fails every request of a kind.
    SinglePoints(RequestKind),
    /// The servers whose power-off fails every request of a kind.
    SingleServers(RequestKind),
    /// The servers that host the same two or more tiers as another server.
    TwinServers,
}

/// Submitted marks, compared with the right set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Marked, and right.
    pub right: BTreeSet<Element>,
    /// Right, but not marked.
    pub missing: BTreeSet<Element>,
    /// Marked, but not right.
    pub surplus: BTreeSet<Element>,
}

impl Review {
    /// Compares marks with the right set.
    pub fn of(marks: &BTreeSet<Element>, right: &BTreeSet<Element>) -> Self {
        Self { right: marks & right, missing: right - marks, surplus: marks - right }
    }
}

impl MarkTarget {
    /// The label of the marked elements on the screen.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::PlaintextHops | Self::ExposedHops => "hops",
            Self::SinglePoints(_) => "programs",
            Self::SingleServers(_) | Self::TwinServers => "servers",
        }
    }

    /// Whether an element may be marked.
    pub fn admits(self, infra: &Infrastructure, element: &Element) -> bool {
        infra.contains(element)
            && match (self, element) {
                (Self::PlaintextHops | Self::ExposedHops, Element::Hop(..))
                | (Self::SingleServers(_) | Self::TwinServers, Element::Server(_)) => true,
                (Self::SinglePoints(_), Element::Component(id)) => infra.find(id.as_str()).is_some_and(|ix| serves(infra, ix)),
                _ => false,
            }
    }

    /// Computes the right set.
    pub fn right(self, infra: &Infrastructure) -> BTreeSet<Element> {
        match self {
            Self::PlaintextHops => hops(infra, |_| true),
            Self::ExposedHops => hops(infra, PlaintextHop::is_exposed),
            Self::SinglePoints(kind) | Self::SingleServers(kind) => {
                // If a kind of request fails even without a fault, no element is a single point of failure.
                let parts = single_parts(infra, kind).unwrap_or_default();
                parts.into_iter().filter(|element| self.admits(infra, element)).collect()
            }
            Self::TwinServers => twins(infra),
        }
    }
}

fn hops(infra: &Infrastructure, wanted: impl Fn(&PlaintextHop) -> bool) -> BTreeSet<Element> {
    plaintext_hops(infra).iter().filter(|hop| wanted(hop)).map(|hop| infra.hop_element(hop.link)).collect()
}

fn serves(infra: &Infrastructure, ix: ComponentIx) -> bool {
    infra.component(ix).kind.serves_requests()
}

/// Servers that host the same two or more tiers as another server.
fn twins(infra: &Infrastructure) -> BTreeSet<Element> {
    // A primary and its replica do the same kind of work.
    let roles =
        |server| -> BTreeSet<Tier> { infra.on_server(server).filter_map(|(_, component)| component.kind.tier()).collect() };
    let all: Vec<_> = infra.servers().map(|server| (&server.id, roles(&server.id))).collect();
    let twin = |id, mine: &BTreeSet<_>| mine.len() > 1 && all.iter().any(|(other, theirs)| *other != id && theirs == mine);
    all.iter().filter(|(id, mine)| twin(*id, mine)).map(|(id, _)| Element::Server((*id).clone())).collect()
}
