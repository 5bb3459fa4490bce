//! Limited resources that requests hold.

use hoplight_model::behaviour::{learns_address, rate_limit};
use hoplight_model::quantity::Cores;
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, LinkIx, Protocol, RateLimit, RequestKind, ServerId};

/// A limited resource that requests hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A component's slots: the number of requests it processes, or holds while waiting, concurrently.
    Slots(ComponentId),
    /// A component's connections: the number of requests that may be present concurrently.
    Connections(ComponentId),
    /// A balancer's `maxconn` for a backend: the number of requests in progress there.
    Places(ComponentId, ComponentId),
    /// The processor cores of a server, which its components share.
    Cores(ServerId),
    /// A rate limit that counts all requests which one component forwards to another as one client's: the bucket is a resource
    /// of one unit, which each request holds for as long as it takes at the limit's rate.
    RateLimit(ComponentId, ComponentId),
}

impl Resource {
    /// The component that is limited; for `maxconn`, the backend; for a rate limit, the component that has it. `None` for the
    /// cores of a server.
    pub const fn component(&self) -> Option<&ComponentId> {
        match self {
            Self::Slots(id) | Self::Connections(id) | Self::Places(_, id) | Self::RateLimit(_, id) => Some(id),
            Self::Cores(_) => None,
        }
    }

    /// The element that is limited; for `maxconn`, the backend.
    pub fn element(&self) -> Element {
        match self {
            Self::Slots(id) | Self::Connections(id) | Self::Places(_, id) | Self::RateLimit(_, id) => {
                Element::Component(id.clone())
            }
            Self::Cores(id) => Element::Server(id.clone()),
        }
    }

    /// The name of the element that is limited.
    pub fn name(&self) -> &str {
        match self {
            Self::Slots(id) | Self::Connections(id) | Self::Places(_, id) | Self::RateLimit(_, id) => id.as_str(),
            Self::Cores(id) => id.as_str(),
        }
    }
}

/// A resource, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    Slots(ComponentIx),
    Connections(ComponentIx),
    Places(LinkIx),
    /// The cores of a server, by its position in the infrastructure.
    Cores(usize),
    RateLimit(LinkIx),
}

/// Numbers all resources of an infrastructure: the slots of each component, its connections, then `maxconn` of each
/// link, the cores of each server, and the rate limit on each link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    components: usize,
    links: usize,
    servers: usize,
}

impl Numbers {
    pub(super) fn of(infra: &Infrastructure) -> Self {
        Self { components: infra.len(), links: infra.graph().edge_count(), servers: infra.servers().len() }
    }

    pub(super) const fn count(self) -> usize {
        2 * (self.components + self.links) + self.servers
    }

    pub(super) fn number(self, holding: Holding) -> usize {
        match holding {
            Holding::Slots(ix) => ix.index(),
            Holding::Connections(ix) => self.components + ix.index(),
            Holding::Places(link) => 2 * self.components + link.index(),
            Holding::Cores(server) => 2 * self.components + self.links + server,
            Holding::RateLimit(link) => 2 * self.components + self.links + self.servers + link.index(),
        }
    }

    pub(super) fn holding(self, number: usize) -> Holding {
        if number < self.components {
            Holding::Slots(ComponentIx::new(number))
        } else if number < 2 * self.components {
            Holding::Connections(ComponentIx::new(number - self.components))
        } else if number < 2 * self.components + self.links {
            Holding::Places(LinkIx::new(number - 2 * self.components))
        } else if number < 2 * self.components + self.links + self.servers {
            Holding::Cores(number - 2 * self.components - self.links)
        } else {
            Holding::RateLimit(LinkIx::new(number - 2 * self.components - self.links - self.servers))
        }
    }

    /// Limit of each resource, by number; infinite if there is none.
    pub(super) fn limits(infra: &Infrastructure) -> Vec<f64> {
        let limit = |limit: Option<u32>| limit.filter(|limit| *limit != u32::MAX).map_or(f64::INFINITY, f64::from);
        let stations: Vec<_> = infra.components().map(|(_, component)| component.station()).collect();
        let slots = stations.iter().map(|station| limit(Some(station.slots)));
        // No request is present in a firewall.
        let connections = infra
            .components()
            .zip(&stations)
            .map(|((_, component), station)| limit(station.connections.filter(|_| !component.kind.is_filter())));
        let places = infra.links().map(|(_, link)| limit(link.maxconn));
        let cores = infra.servers().map(|server| limit(server.cores.map(Cores::get)));
        let limited = infra.links().map(|(link, _)| if shared_limit(infra, link).is_some() { 1.0 } else { f64::INFINITY });
        slots.chain(connections).chain(places).chain(cores).chain(limited).collect()
    }

    pub(super) fn resource(self, infra: &Infrastructure, number: usize) -> Resource {
        let id = |ix: ComponentIx| infra.component(ix).id.clone();
        match self.holding(number) {
            Holding::Slots(ix) => Resource::Slots(id(ix)),
            Holding::Connections(ix) => Resource::Connections(id(ix)),
            Holding::Places(link) => {
                let (from, to) = infra.ends(link);
                Resource::Places(id(from), id(to))
            }
            Holding::Cores(server) => {
                Resource::Cores(infra.servers().nth(server).expect("a server of this infrastructure").id.clone())
            }
            Holding::RateLimit(link) => {
                let (from, to) = infra.ends(link);
                Resource::RateLimit(id(from), id(to))
            }
        }
    }
}

/// The rate limit that counts all requests on a link as those of one client.
pub(super) fn shared_limit(infra: &Infrastructure, link: LinkIx) -> Option<&RateLimit> {
    let to = infra.ends(link).1;
    let limit = RequestKind::ALL.into_iter().find_map(|kind| rate_limit(infra, to, kind))?;
    let is_counted = infra.link(link).protocol == Protocol::Http && !learns_address(infra, link);
    is_counted.then_some(limit)
}
