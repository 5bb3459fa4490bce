//! Checks of failure domains: what they name is there, and none is part of itself.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::Builder;
use crate::component::Component;
use crate::domain::FailureDomain;
use crate::error::ContentError;
use crate::id::DomainId;
use crate::link::Link;

impl Builder<'_> {
    /// The domains by name, checked.
    pub(super) fn domains(
        &mut self,
        listed: Vec<FailureDomain>,
        graph: &DiGraph<Component, Link, u32>,
    ) -> IndexMap<DomainId, FailureDomain> {
        let mut places = BTreeMap::new();
        for (number, domain) in listed.iter().enumerate() {
            if places.insert(domain.id.clone(), number).is_some() {
                let message = format!("two domains are called `{}`", domain.id);
                self.keep::<()>(Err(self.error_in(("domains", number), domain.id.as_str(), message)));
            }
        }
        let mut parts: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<_> = listed.iter().map(|_| parts.add_node(())).collect();
        for (number, domain) in listed.iter().enumerate() {
            self.check_domain(number, domain, graph);
            for part in &domain.domains {
                match places.get(part) {
                    Some(place) => _ = parts.add_edge(nodes[number], nodes[*place], ()),
                    None if self.has_enough() => break,
                    None => {
                        let (at, message) = (("domains", number, "domains"), format!("no domain `{part}`"));
                        let error = ContentError::in_field(self.file, self.text, at, part.as_str(), message);
                        self.keep::<()>(Err(error.suggest(part.as_str(), places.keys().map(DomainId::as_str))));
                    }
                }
            }
        }
        if let Err(circle) = toposort(&parts, None) {
            let number = circle.node_id().index();
            let id = &listed[number].id;
            self.keep::<()>(Err(self.error_in(("domains", number), id.as_str(), format!("the domain `{id}` is part of itself"))));
        }
        listed.into_iter().map(|domain| (domain.id.clone(), domain)).collect()
    }

    /// What a domain names besides other domains.
    fn check_domain(&mut self, number: usize, domain: &FailureDomain, graph: &DiGraph<Component, Link, u32>) {
        let at = |field| ("domains", number, field);
        for server in &domain.servers {
            self.refer_server(server, at("servers"));
        }
        for component in &domain.components {
            self.refer_component(component, at("components"));
        }
        for (from, to) in &domain.links {
            if self.has_enough() {
                break;
            }
            let ends = [from, to].map(|end| {
                let known = self.known_component(end, at("links"));
                self.keep(known)
            });
            let [Some(a), Some(b)] = ends else { continue };
            if graph.find_edge(a, b).is_none() {
                let message = format!("the domain `{}` names a link `{from}` → `{to}`, and there is none", domain.id);
                self.keep::<()>(Err(ContentError::in_field(self.file, self.text, at("links"), to.as_str(), message)));
            }
        }
    }
}
