//! Single points of failure: what one alone takes a kind of request down.
//!
//! Each candidate is knocked out, and [`super::service`] is asked what still works. That handles servers, firewalls, DNS and
//! kinds of request, which the usual graph algorithms (articulation points, dominators) do not know. Must not know load: a
//! server whose loss overloads the others is no single point here.

use std::collections::BTreeSet;

use super::broken::{Broken, Obstacle};
use super::database::members;
use super::outage::Outage;
use super::service::{way, works};
use crate::model::{Element, Infrastructure, Protocol, RequestKind};

/// One single point of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spof {
    /// The component or server.
    pub element: Element,
    /// The kind of request that fails without it.
    pub kind: RequestKind,
    /// Why it fails.
    pub broken: Broken,
}

impl Spof {
    /// Why the element is a single point, in a sentence.
    pub fn why(&self) -> String {
        let Self { element, kind, broken } = self;
        let kind = kind.word();
        if broken.obstacles.iter().eq([&Obstacle::Out(element.clone())]) {
            format!("Without {element} no {kind} request works: {}.", broken.missing)
        } else {
            format!("Without {element} no {kind} request works: {broken}.")
        }
    }
}

/// The single points of failure for a kind of request: components in authored order, then servers.
///
/// Browser, agents and monitoring service are never among them; firewalls and DNS resolvers may be.
///
/// # Errors
/// If requests of this kind do not work even with nothing out, says why: then no element is more to blame than another.
pub fn single_points(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Spof>, Broken> {
    // What one working way does without cannot be a single point, so only what that way needs is knocked out.
    let way = way(infra, &Outage::none(), kind)?;
    let mut needed: BTreeSet<_> =
        way.iter().flat_map(|hop| hop.guards.iter().map(|guard| guard.firewall).chain([hop.to])).collect();
    if kind.is_write() {
        // A majority is no way: members are needed that no request comes to, and the firewalls between them.
        needed.extend(members(infra));
        let between = infra.hops().filter(|hop| infra.link(hop.link).protocol == Protocol::Replication);
        needed.extend(between.flat_map(|hop| hop.guards).map(|guard| guard.firewall));
    }
    let components = needed.iter().map(|ix| Element::Component(infra.component(*ix).id.clone()));
    let machines: BTreeSet<_> = needed.iter().filter_map(|ix| infra.component(*ix).server.as_ref()).collect();
    let servers = infra.servers().filter(|server| machines.contains(&server.id)).map(|server| Element::Server(server.id.clone()));
    let points = components.chain(servers).filter_map(|element| {
        let broken = works(infra, &Outage::of(element.clone()), kind).err()?;
        Some(Spof { element, kind, broken })
    });
    Ok(points.collect())
}
