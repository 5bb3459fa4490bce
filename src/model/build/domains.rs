//! Checks of failure domains: what they name is there, and none is part of itself.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::Builder;
use crate::model::component::Component;
use crate::model::domain::FailureDomain;
use crate::model::error::ContentError;
use crate::model::id::DomainId;
use crate::model::link::Link;

impl Builder<'_> {
    /// The domains by name, checked.
    pub(super) fn domains(
        &self,
        listed: Vec<FailureDomain>,
        graph: &DiGraph<Component, Link, u32>,
    ) -> Result<IndexMap<DomainId, FailureDomain>, ContentError> {
        let known: BTreeSet<DomainId> = listed.iter().map(|domain| domain.id.clone()).collect();
        let mut domains = IndexMap::new();
        let mut parts: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<_> = listed.iter().map(|_| parts.add_node(())).collect();
        for (number, domain) in listed.iter().enumerate() {
            let id = domain.id.as_str();
            let wrong = |needle: &str, message: String| self.error_in(("domains", number), needle, message);
            domain.servers.iter().try_for_each(|server| self.known_server(server))?;
            domain.components.iter().try_for_each(|component| self.known_component(component).map(drop))?;
            for (from, to) in &domain.links {
                let (a, b) = (self.known_component(from)?, self.known_component(to)?);
                if graph.find_edge(a, b).is_none() {
                    return Err(wrong(
                        to.as_str(),
                        format!("the domain `{id}` names a link `{from}` → `{to}`, and there is none"),
                    ));
                }
            }
            for part in &domain.domains {
                let Some(place) = listed.iter().position(|other| other.id == *part) else {
                    let error = wrong(part.as_str(), format!("no domain `{part}`"));
                    return Err(error.suggest(part.as_str(), known.iter().map(DomainId::as_str)));
                };
                parts.add_edge(nodes[number], nodes[place], ());
            }
        }
        if let Err(circle) = toposort(&parts, None) {
            let id = &listed[circle.node_id().index()].id;
            let message = format!("the domain `{id}` is part of itself");
            return Err(self.error_in(("domains", circle.node_id().index()), id.as_str(), message));
        }
        for (number, domain) in listed.into_iter().enumerate() {
            let id = domain.id.clone();
            if domains.insert(id.clone(), domain).is_some() {
                return Err(self.error_in(("domains", number), id.as_str(), format!("two domains are called `{id}`")));
            }
        }
        Ok(domains)
    }
}
