//! Limited resources that requests hold.

use hoplight_model::{ComponentId, ComponentIx, Infrastructure, LinkIx};

/// A limited resource that requests hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A component's slots: the number of requests it processes, or holds while waiting, concurrently.
    Slots(ComponentId),
    /// A component's connections: the number of requests that may be present concurrently.
    Connections(ComponentId),
    /// A balancer's `maxconn` for a backend: the number of requests in progress there.
    Places(ComponentId, ComponentId),
}

impl Resource {
    /// The component that is limited; for `maxconn`, the backend.
    pub const fn component(&self) -> &ComponentId {
        match self {
            Self::Slots(id) | Self::Connections(id) | Self::Places(_, id) => id,
        }
    }
}

/// A resource, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    Slots(ComponentIx),
    Connections(ComponentIx),
    Places(LinkIx),
}

/// Numbers all resources of an infrastructure: the slots of each component, its connections, then `maxconn` of each
/// link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    components: usize,
    links: usize,
}

impl Numbers {
    pub(super) fn of(infra: &Infrastructure) -> Self {
        Self { components: infra.len(), links: infra.graph().edge_count() }
    }

    pub(super) const fn count(self) -> usize {
        2 * self.components + self.links
    }

    pub(super) fn number(self, holding: Holding) -> usize {
        match holding {
            Holding::Slots(ix) => ix.index(),
            Holding::Connections(ix) => self.components + ix.index(),
            Holding::Places(link) => 2 * self.components + link.index(),
        }
    }

    pub(super) fn holding(self, number: usize) -> Holding {
        if number < self.components {
            Holding::Slots(ComponentIx::new(number))
        } else if number < 2 * self.components {
            Holding::Connections(ComponentIx::new(number - self.components))
        } else {
            Holding::Places(LinkIx::new(number - 2 * self.components))
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
        slots.chain(connections).chain(places).collect()
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
        }
    }
}
