//! A drawing as a graph: the structure of a scenario that may be incomplete.
//!
//! A learner's board need not build. This view ignores what cannot be resolved, such as links with an unknown end, and
//! answers questions about what is drawn.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::component::Component;
use hoplight_model::link::{LinkSpec, Protocol};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, ComponentKind, DatabaseRole, RequestKind, ServerId, Tier};

/// Id of the browser that a scenario without one implies.
const IMPLIED_BROWSER: &str = "browser";

/// The graph of a scenario.
#[derive(Debug)]
pub(crate) struct Drawing<'a> {
    pub(crate) scenario: &'a Scenario,
    components: BTreeMap<&'a ComponentId, &'a Component>,
    links: Vec<Drawn<'a>>,
    browser: ComponentId,
    is_browser_drawn: bool,
}

/// A link between two known ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn<'a> {
    pub(crate) from: &'a ComponentId,
    pub(crate) to: &'a ComponentId,
    pub(crate) protocol: Protocol,
    pub(crate) spec: &'a LinkSpec,
}

impl Drawn<'_> {
    /// Whether the link carries a kind of request.
    pub(crate) fn carries(&self, kind: RequestKind) -> bool {
        self.spec.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

impl<'a> Drawing<'a> {
    pub(crate) fn of(scenario: &'a Scenario) -> Self {
        let components: BTreeMap<&ComponentId, &Component> = scenario.components.iter().map(|c| (&c.id, c)).collect();
        let drawn = scenario.components.iter().find(|component| component.kind.is_browser());
        let browser = drawn.map_or_else(|| ComponentId::new(IMPLIED_BROWSER), |component| component.id.clone());
        let kind = |id: &ComponentId| -> Option<&ComponentKind> {
            let implied = drawn.is_none() && *id == browser;
            if implied { Some(&ComponentKind::Browser) } else { components.get(id).map(|component| &component.kind) }
        };
        let link = |spec: &'a LinkSpec| {
            let (from, to) = (kind(&spec.from)?, kind(&spec.to)?);
            let protocol = spec.protocol.or_else(|| Protocol::between(from, to))?;
            Some(Drawn { from: &spec.from, to: &spec.to, protocol, spec })
        };
        let links = scenario.links.iter().filter_map(link).collect();
        Self { scenario, components, links, browser, is_browser_drawn: drawn.is_some() }
    }

    pub(crate) fn component(&self, id: &ComponentId) -> Option<&'a Component> {
        self.components.get(id).copied()
    }

    pub(crate) fn components(&self) -> impl Iterator<Item = &'a Component> {
        self.scenario.components.iter()
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = &Drawn<'a>> {
        self.links.iter()
    }

    /// The links of a protocol that begin at a component.
    pub(crate) fn links_from(&self, id: &ComponentId, protocol: Protocol) -> impl Iterator<Item = &Drawn<'a>> {
        self.links.iter().filter(move |link| link.from == id && link.protocol == protocol)
    }

    /// The components that users connect to: those with a link from the browser or, if the browser is not drawn, the one
    /// that no HTTP link leads to, or both balancers of a VRRP pair.
    pub(crate) fn entries(&self) -> Vec<&'a ComponentId> {
        let drawn: Vec<&ComponentId> = self.links_from(&self.browser, Protocol::Http).map(|link| link.to).collect();
        if !drawn.is_empty() || self.is_browser_drawn {
            return drawn;
        }
        let takes = |kind: &ComponentKind| Protocol::between(&ComponentKind::Browser, kind) == Some(Protocol::Http);
        let is_target = |id| self.links.iter().any(|link| link.to == id && link.protocol == Protocol::Http);
        let free: Vec<&Component> = self.components().filter(|c| takes(&c.kind) && !is_target(&c.id)).collect();
        match free[..] {
            [one] => vec![&one.id],
            [one, other] if Self::is_pair(one, other) => vec![&one.id, &other.id],
            _ => Vec::new(),
        }
    }

    /// Whether two balancers name each other as VRRP peers.
    pub(crate) fn is_pair(one: &Component, other: &Component) -> bool {
        let peer = |of: &Component| of.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()).map(|vrrp| vrrp.peer.clone());
        peer(one).as_ref() == Some(&other.id) && peer(other).as_ref() == Some(&one.id)
    }

    /// The resolvers that users query.
    pub(crate) fn resolvers(&self) -> Vec<&'a ComponentId> {
        let drawn: Vec<&ComponentId> = self.links_from(&self.browser, Protocol::Dns).map(|link| link.to).collect();
        if !drawn.is_empty() || self.is_browser_drawn {
            return drawn;
        }
        self.components().filter(|component| component.kind.as_resolver().is_some()).map(|component| &component.id).collect()
    }

    /// The components that HTTP links lead to from `starts`, themselves included. Components that `stops` accepts are
    /// reached, but not passed.
    pub(crate) fn reach(&self, starts: &[&'a ComponentId], stops: impl Fn(&Component) -> bool) -> BTreeSet<&'a ComponentId> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&ComponentId> = starts.to_vec();
        while let Some(id) = open.pop() {
            if reached.insert(id) && !self.component(id).is_some_and(&stops) {
                open.extend(self.links_from(id, Protocol::Http).map(|link| link.to));
            }
        }
        reached
    }

    /// Everything that users' requests reach over HTTP.
    pub(crate) fn reached(&self) -> BTreeSet<&'a ComponentId> {
        self.reach(&self.entries(), |_| false)
    }

    /// The balancers that users reach first, without passing another balancer.
    pub(crate) fn first_balancers(&self) -> Vec<&'a ComponentId> {
        let reached = self.reach(&self.entries(), |component| component.kind.as_balancer().is_some());
        reached.into_iter().filter(|id| self.has_tier(id, Tier::Balancer)).collect()
    }

    /// Whether a component has this tier. A web server that queries a database runs the code itself.
    pub(crate) fn has_tier(&self, id: &ComponentId, tier: Tier) -> bool {
        let Some(own) = self.component(id).and_then(|component| component.kind.tier()) else { return false };
        own == tier || (own == Tier::Web && tier == Tier::Application && self.links_from(id, Protocol::Sql).next().is_some())
    }

    pub(crate) fn server(&self, id: &ComponentId) -> Option<&'a ServerId> {
        let server = self.component(id)?.server.as_ref()?;
        self.scenario.servers.iter().map(|server| &server.id).find(|known| *known == server)
    }

    /// The servers that run a part of the site, with these parts.
    pub(crate) fn machines(&self) -> BTreeMap<&'a ServerId, Vec<&'a Component>> {
        let mut machines: BTreeMap<&ServerId, Vec<&Component>> = BTreeMap::new();
        for component in self.components().filter(|component| component.kind.serves_requests()) {
            if let Some(server) = self.server(&component.id) {
                machines.entry(server).or_default().push(component);
            }
        }
        machines
    }

    /// The databases that a component queries, directly or through an SQL proxy. `kind` restricts the links.
    pub(crate) fn databases(&self, id: &'a ComponentId, kind: Option<RequestKind>) -> Vec<&'a ComponentId> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let links = self.links_from(id, Protocol::Sql).filter(|link| kind.is_none_or(|kind| link.carries(kind)));
            for to in links.map(|link| link.to) {
                if self.has_tier(to, Tier::Database) {
                    found.push(to);
                } else {
                    open.push(to);
                }
            }
        }
        found
    }

    pub(crate) fn role(&self, id: &ComponentId) -> Option<DatabaseRole> {
        Some(self.component(id)?.kind.as_database()?.role)
    }

    /// The databases that replication links join with a database, itself included, in drawing order.
    pub(crate) fn cluster(&self, of: &ComponentId) -> Vec<&'a ComponentId> {
        let mut members: BTreeSet<&ComponentId> = self.component(of).map(|component| &component.id).into_iter().collect();
        loop {
            let before = members.len();
            for link in self.links.iter().filter(|link| link.protocol == Protocol::Replication) {
                if members.contains(link.from) || members.contains(link.to) {
                    members.extend([link.from, link.to]);
                }
            }
            if members.len() == before {
                break;
            }
        }
        self.components().map(|component| &component.id).filter(|id| members.contains(id)).collect()
    }
}
