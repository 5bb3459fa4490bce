//! Checks that the members of failure domains exist and that no domain contains itself.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::Builder;
use crate::component::Component;
use crate::domain::FailureDomain;
use crate::error::nearest;
use crate::id::DomainId;
use crate::infrastructure::find_link;
use crate::link::Link;
use crate::problem::{Listed, ProblemKind, ProblemPath};

impl Builder {
    /// Checks the domains and returns them by id.
    pub(super) fn domains(
        &mut self,
        listed: Vec<FailureDomain>,
        graph: &DiGraph<Component, Link, u32>,
    ) -> IndexMap<DomainId, FailureDomain> {
        let mut places = BTreeMap::new();
        for (number, domain) in listed.iter().enumerate() {
            if places.insert(domain.id.clone(), number).is_some() {
                let kind = ProblemKind::DuplicateId { list: Listed::Domains, id: domain.id.to_string() };
                self.report(ProblemPath::record("domains", number).field("id"), kind);
            }
        }
        let mut parts: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<_> = listed.iter().map(|_| parts.add_node(())).collect();
        for (number, domain) in listed.iter().enumerate() {
            self.check_domain(number, domain, graph);
            for (index, part) in domain.domains.iter().enumerate() {
                match places.get(part) {
                    Some(place) => _ = parts.add_edge(nodes[number], nodes[*place], ()),
                    None if self.has_enough() => break,
                    None => {
                        let suggestion = nearest(part.as_str(), places.keys().map(DomainId::as_str)).map(DomainId::new);
                        let kind = ProblemKind::UnknownDomain { name: part.clone(), suggestion };
                        self.report(ProblemPath::record("domains", number).field("domains").index(index), kind);
                    }
                }
            }
        }
        if let Err(cycle) = toposort(&parts, None) {
            let number = cycle.node_id().index();
            let kind = ProblemKind::DomainInItself(listed[number].id.clone());
            self.report(ProblemPath::record("domains", number).field("id"), kind);
        }
        listed.into_iter().map(|domain| (domain.id.clone(), domain)).collect()
    }

    /// Checks the members of a domain, other than nested domains.
    fn check_domain(&mut self, number: usize, domain: &FailureDomain, graph: &DiGraph<Component, Link, u32>) {
        let at = |field, index| ProblemPath::record("domains", number).field(field).index(index);
        for (index, server) in domain.servers.iter().enumerate() {
            self.refer_server(server, || at("servers", index));
        }
        for (index, component) in domain.components.iter().enumerate() {
            self.refer_component(component, || at("components", index));
        }
        for (index, (from, to)) in domain.links.iter().enumerate() {
            if self.has_enough() {
                break;
            }
            let ends = [(from, 0), (to, 1)].map(|(id, end)| {
                let known = self.known_component(id, || at("links", index).index(end));
                self.keep(known)
            });
            let [Some(a), Some(b)] = ends else { continue };
            if find_link(graph, a, b).is_none() {
                let (domain, from, to) = (domain.id.clone(), from.clone(), to.clone());
                self.report(at("links", index).index(1), ProblemKind::UnknownDomainLink { domain, from, to });
            }
        }
    }
}
