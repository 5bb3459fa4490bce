//! The inputs of the circuits: the causes on which each component and each link depends.

use std::collections::BTreeMap;

use super::super::cause::Cause;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, ComponentIx, DomainId, Infrastructure, LinkIx, ServerId};

/// Causes by the elements that they affect. An input is the position of its cause in [`Cause::all`].
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    components: Vec<Vec<u32>>,
    /// The machine of each component, and the failure domains around it.
    machines: Vec<Vec<u32>>,
    links: Vec<Vec<u32>>,
    certificates: Vec<u32>,
    /// The site's DNS zone.
    pub(super) zone: u32,
    clusters: Vec<Vec<ComponentIx>>,
    /// The position of the cluster of each database in `clusters`.
    cluster_of: Vec<Option<usize>>,
}

impl Inputs {
    /// The inputs of an infrastructure, given its causes in the order of [`Cause::all`].
    pub(super) fn of(infra: &Infrastructure, causes: &[Cause]) -> Self {
        let domains = Domains::of(infra);
        let (mut components, mut links) = (vec![Vec::new(); infra.len()], vec![Vec::new(); infra.graph().edge_count()]);
        let (mut servers, mut versions, mut of_domains) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (mut certificates, mut zone) = (vec![0; infra.certificates().len()], 0);
        // Links are listed in authored order.
        let mut next_link = 0;
        for (input, cause) in (0u32..).zip(causes) {
            match cause {
                Cause::Component(id) => {
                    if let Some(ix) = infra.find(id.as_str()) {
                        components[ix.index()].push(input);
                    }
                }
                Cause::Server(id) => drop(servers.insert(id, input)),
                Cause::Hop(..) => {
                    links[next_link].push(input);
                    next_link += 1;
                }
                Cause::Domain(id) => drop(of_domains.insert(id, input)),
                Cause::Software(software) => drop(versions.insert(software, input)),
                Cause::Certificate { place, .. } => certificates[*place] = input,
                Cause::Zone(_) => zone = input,
            }
        }
        let domain_inputs = |inner: Option<&Vec<&DomainId>>| {
            domains.with_outer(inner).into_iter().filter_map(|domain| of_domains.get(domain).copied()).collect::<Vec<u32>>()
        };
        let mut machines = vec![Vec::new(); infra.len()];
        for (ix, component) in infra.components() {
            let own = &mut components[ix.index()];
            let server = component.server.as_ref();
            let machine = server.and_then(|server: &ServerId| servers.get(server));
            own.extend(machine);
            machines[ix.index()].extend(machine);
            own.extend(component.software.as_ref().and_then(|software: &Software| versions.get(software)));
            if !of_domains.is_empty() {
                own.extend(domain_inputs(domains.of_component.get(&component.id)));
                let around = domain_inputs(server.and_then(|server| domains.of_server.get(server)));
                own.extend(&around);
                machines[ix.index()].extend(around);
            }
        }
        for (ends, inner) in &domains.of_link {
            if let Some(link) = infra.link_between(ends.0.as_str(), ends.1.as_str()) {
                links[link.index()].splice(0..0, domain_inputs(Some(inner)));
            }
        }
        let clusters = infra.database_clusters();
        let mut cluster_of = vec![None; infra.len()];
        for (place, members) in clusters.iter().enumerate() {
            for ix in members {
                cluster_of[ix.index()] = Some(place);
            }
        }
        Self { components, machines, links, certificates, zone, clusters, cluster_of }
    }

    /// What must be up for a component to be: itself, its server, its software version, and all failure domains around them.
    pub(super) fn of_component(&self, ix: ComponentIx) -> &[u32] {
        &self.components[ix.index()]
    }

    /// What must be up for the machine of a component to have power.
    pub(super) fn of_machine(&self, ix: ComponentIx) -> &[u32] {
        &self.machines[ix.index()]
    }

    /// What must be up for a link to be: the failure domains around it, and itself.
    pub(super) fn of_link(&self, link: LinkIx) -> &[u32] {
        &self.links[link.index()]
    }

    pub(super) fn of_certificate(&self, place: usize) -> u32 {
        self.certificates[place]
    }

    /// The cluster of a database, in authored order.
    pub(super) fn cluster(&self, ix: ComponentIx) -> &[ComponentIx] {
        self.cluster_of[ix.index()].map_or(&[], |place| &self.clusters[place])
    }
}

/// Failure domains of each element, and the enclosing domains of each domain.
#[derive(Default)]
struct Domains<'a> {
    of_component: BTreeMap<&'a ComponentId, Vec<&'a DomainId>>,
    of_server: BTreeMap<&'a ServerId, Vec<&'a DomainId>>,
    of_link: BTreeMap<&'a (ComponentId, ComponentId), Vec<&'a DomainId>>,
    around: BTreeMap<&'a DomainId, Vec<&'a DomainId>>,
}

impl<'a> Domains<'a> {
    fn of(infra: &'a Infrastructure) -> Self {
        let mut domains = Self::default();
        for domain in infra.domains() {
            for component in &domain.components {
                domains.of_component.entry(component).or_default().push(&domain.id);
            }
            for server in &domain.servers {
                domains.of_server.entry(server).or_default().push(&domain.id);
            }
            for link in &domain.links {
                domains.of_link.entry(link).or_default().push(&domain.id);
            }
            for part in &domain.domains {
                domains.around.entry(part).or_default().push(&domain.id);
            }
        }
        domains
    }

    /// Returns these domains and all domains that enclose them.
    fn with_outer(&self, inner: Option<&Vec<&'a DomainId>>) -> Vec<&'a DomainId> {
        let mut all: Vec<&DomainId> = Vec::new();
        let mut open: Vec<&DomainId> = inner.into_iter().flatten().copied().collect();
        while let Some(domain) = open.pop() {
            if !all.contains(&domain) {
                all.push(domain);
                open.extend(self.around.get(domain).into_iter().flatten());
            }
        }
        all
    }
}
