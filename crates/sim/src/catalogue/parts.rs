//! The components of an infrastructure that faults affect, by role.

use hoplight_model::behaviour::{learns_address, sees_https, terminates_tls};
use hoplight_model::component::{DatabaseRole, SessionPlace};
use hoplight_model::{
    Component, ComponentId, ComponentIx, ComponentKind, Element, Infrastructure, LinkIx, Protocol, RequestKind, Tier,
    TopologyEdit,
};

use crate::fault::Fault;

/// The components by role, each list in authored order.
pub(super) struct Parts<'a> {
    pub(super) infra: &'a Infrastructure,
    pub(super) balancers: Vec<ComponentId>,
    pub(super) webs: Vec<ComponentId>,
    pub(super) apps: Vec<ComponentId>,
    pub(super) caches: Vec<ComponentId>,
    pub(super) session_stores: Vec<ComponentId>,
    /// The components that have sessions in their memory.
    pub(super) session_holders: Vec<ComponentId>,
    pub(super) primaries: Vec<ComponentId>,
    pub(super) replicas: Vec<ComponentId>,
    pub(super) sql_proxies: Vec<ComponentId>,
    pub(super) multi_primaries: Vec<ComponentId>,
    pub(super) agents: Vec<ComponentId>,
    pub(super) services: Vec<ComponentId>,
    /// The firewalls of pairs that are active at first.
    pub(super) paired_firewalls: Vec<ComponentId>,
    pub(super) has_resolver: bool,
    /// The first component that holds a certificate.
    pub(super) certificate: Option<ComponentId>,
    /// The first entry of the standby site.
    pub(super) standby: Option<ComponentId>,
    /// If there is a standby site, the entries of the first site: their servers or, without one, their processes.
    pub(super) entry_machines: Vec<Element>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(infra: &'a Infrastructure) -> Self {
        let all = |wanted: fn(&ComponentKind) -> bool| -> Vec<ComponentId> {
            infra.components().filter(|(_, c)| wanted(&c.kind)).map(|(_, component)| component.id.clone()).collect()
        };
        let entries = |standby: bool| {
            let from_browser = infra.browser().map(|browser| infra.links_from(browser)).unwrap_or_default().into_iter();
            let is_entry =
                move |link: &LinkIx| infra.link(*link).protocol == Protocol::Http && infra.link(*link).standby == standby;
            from_browser.filter(is_entry).map(|link| infra.component(infra.ends(link).1))
        };
        let standby = entries(true).next().map(|component| component.id.clone());
        let machine = |component: &Component| {
            component.server.clone().map_or_else(|| Element::Component(component.id.clone()), Element::Server)
        };
        let mut entry_machines: Vec<Element> = if standby.is_some() { entries(false).map(machine).collect() } else { Vec::new() };
        entry_machines.dedup();
        Self {
            infra,
            standby,
            entry_machines,
            balancers: all(|kind| kind.as_balancer().is_some()),
            webs: all(|kind| kind.tier() == Some(Tier::Web)),
            apps: all(|kind| kind.tier() == Some(Tier::Application)),
            caches: all(|kind| kind.as_cache().is_some()),
            session_stores: all(|kind| kind.as_session_store().is_some()),
            session_holders: all(|kind| kind.as_proxy().is_some_and(|spec| spec.sessions == SessionPlace::Memory)),
            primaries: all(|kind| kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Primary)),
            replicas: all(|kind| kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Replica)),
            sql_proxies: all(|kind| kind.as_sql_proxy().is_some()),
            multi_primaries: all(|kind| kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::MultiPrimary)),
            agents: all(|kind| kind.as_agent().is_some()),
            services: all(ComponentKind::is_monitoring_service),
            paired_firewalls: infra.firewall_pairs().map(|(active, _)| infra.component(active).id.clone()).collect(),
            has_resolver: !all(|kind| kind.as_resolver().is_some()).is_empty(),
            certificate: infra.certificates().iter().find_map(|certificate| certificate.on.first().cloned()),
        }
    }

    /// The databases that take writes.
    pub(super) fn writers(&self) -> impl Iterator<Item = &ComponentId> {
        self.primaries.iter().chain(&self.multi_primaries)
    }

    /// The first member of a multi-primary cluster, if there is another one.
    pub(super) fn one_member(&self) -> &[ComponentId] {
        if self.multi_primaries.len() > 1 { &self.multi_primaries[..1] } else { &[] }
    }

    /// So many of the first members of a multi-primary cluster that the others are no majority.
    pub(super) fn majority(&self) -> &[ComponentId] {
        let count = self.multi_primaries.len();
        if count > 1 { &self.multi_primaries[..count - count / 2] } else { &[] }
    }

    fn component(&self, id: &ComponentId) -> Option<&'a Component> {
        self.infra.find(id.as_str()).map(|ix| self.infra.component(ix))
    }

    /// A program with four threads per core, on the first server with a number of cores that runs an application or, without
    /// one, a web server or a database.
    pub(super) fn busiest_cores(&self) -> Option<Fault> {
        let server = |id: &ComponentId| self.infra.server(self.component(id)?.server.as_ref()?);
        let mut servers = self.apps.iter().chain(&self.webs).chain(self.writers()).filter_map(server);
        let (server, cores) = servers.find_map(|server| Some((server, server.cores?)))?;
        Some(Fault::CpuHog(server.id.clone(), 4 * cores.get()))
    }

    /// The connection limit of a component.
    pub(super) fn connections(&self, id: &ComponentId) -> Option<u32> {
        self.component(id)?.station().connections
    }

    /// The web servers that run the same software and version as the first.
    pub(super) fn like_the_first_web(&self) -> Vec<ComponentId> {
        let software = |id: &ComponentId| self.component(id).and_then(|component| component.software.as_ref());
        let Some(first) = self.webs.first().and_then(software) else { return Vec::new() };
        self.webs.iter().filter(|id| software(id) == Some(first)).cloned().collect()
    }

    /// The balancer with the highest priority of a VRRP pair.
    pub(super) fn preferred_of_pair(&self) -> Option<ComponentId> {
        let priority = |id: &&ComponentId| {
            let balancer = self.component(id)?.kind.as_balancer()?;
            balancer.vrrp.as_ref().map(|vrrp| vrrp.priority)
        };
        self.balancers.iter().filter(|id| priority(id).is_some()).max_by_key(priority).cloned()
    }

    /// Whether a component accepts only https and learns from `X-Forwarded-Proto` alone that users came by it.
    pub(super) fn needs_forwarded_proto(&self) -> bool {
        let without = self.infra.edited(&TopologyEdit::ForwardedProto(false));
        let loops = |(ix, component): (ComponentIx, &Component)| {
            component.kind.accepts_only_https() && sees_https(self.infra, ix) && !sees_https(&without, ix)
        };
        self.infra.components().any(loops)
    }

    /// The hops with this protocol.
    pub(super) fn hops(&self, protocol: Protocol) -> Vec<(ComponentId, ComponentId)> {
        let links = self.infra.links().filter(|(_, link)| link.protocol == protocol).map(|(link, _)| self.infra.ends(link));
        links.map(|(from, to)| (self.infra.component(from).id.clone(), self.infra.component(to).id.clone())).collect()
    }

    /// The links between the last multi-primary database and the other members of its cluster.
    pub(super) fn around_last_member(&self) -> Vec<Element> {
        let Some(last) = self.multi_primaries.last() else { return Vec::new() };
        let mut hops = self.hops(Protocol::Replication);
        hops.retain(|(from, to)| from == last || to == last);
        hops.into_iter().map(|(from, to)| Element::Hop(from, to)).collect()
    }

    /// The hops from balancers to web servers.
    pub(super) fn to_webs(&self) -> Vec<(ComponentId, ComponentId)> {
        let mut hops = self.hops(Protocol::Http);
        hops.retain(|(from, to)| self.balancers.contains(from) && self.webs.contains(to));
        hops
    }

    /// The hops that cross a firewall.
    pub(super) fn guarded(&self, mut hops: Vec<(ComponentId, ComponentId)>) -> Vec<(ComponentId, ComponentId)> {
        hops.retain(|(from, to)| {
            self.infra.link_between(from.as_str(), to.as_str()).is_some_and(|link| !self.infra.hop(link).guards.is_empty())
        });
        hops
    }

    /// The first components on the way of users' requests that can limit the rate of each client: balancers or, if they pass TLS
    /// through or there are none, web servers. Empty if they do not learn the clients' addresses.
    pub(super) fn limiters(&self) -> Vec<ComponentId> {
        let into = |ix: ComponentIx| self.infra.links().map(|(link, _)| link).filter(move |link| self.infra.ends(*link).1 == ix);
        let is_told = |ix: ComponentIx| {
            into(ix).filter(|link| self.infra.link(*link).protocol == Protocol::Http).all(|link| learns_address(self.infra, link))
        };
        let sees =
            |id: &&ComponentId| self.infra.find(id.as_str()).is_some_and(|ix| terminates_tls(self.infra, ix) && is_told(ix));
        let [balancers, webs] = [&self.balancers, &self.webs].map(|ids| ids.iter().filter(sees).cloned().collect::<Vec<_>>());
        if balancers.is_empty() { webs } else { balancers }
    }

    /// The rate of logins that saturates the applications, per second. Slightly too high, like [`Self::capacity`].
    pub(super) fn capacity_of_logins(&self) -> Option<f64> {
        let stations = self.apps.iter().filter_map(|id| self.component(id)).map(Component::station);
        let most: f64 = stations.map(|station| f64::from(station.slots) / station.mean_ms(RequestKind::Write) * 1e3).sum();
        (most.is_finite() && most > 0.0).then_some(most)
    }

    /// The rate that saturates the applications, in requests per second of all kinds together; `None` if nothing limits it.
    /// Slightly too high, because it ignores the time that applications wait for the database.
    pub(super) fn capacity(&self) -> Option<f64> {
        let dynamic = 1.0 - self.infra.traffic().static_share.get();
        let stations = self.apps.iter().filter_map(|id| self.component(id)).map(Component::station);
        let most: f64 = stations.map(|station| f64::from(station.slots) / station.mean_ms(RequestKind::Read) * 1e3).sum::<f64>();
        (dynamic > 0.0 && most.is_finite() && most > 0.0).then(|| most / dynamic)
    }
}
