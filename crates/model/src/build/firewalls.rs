//! Firewall pairs: checks that a standby suits the firewall that it stands in for, and gives it the rules of that
//! firewall.

use std::collections::BTreeMap;

use petgraph::graph::DiGraph;

use super::Builder;
use crate::component::Component;
use crate::firewall::FirewallSpec;
use crate::infrastructure::ComponentIx;
use crate::link::Link;
use crate::problem::{Problem, ProblemKind, ProblemPath, StandbyProblem};

impl Builder {
    /// Returns the standby of each firewall that has one, and copies the protected set and the rules of that firewall to
    /// it.
    pub(super) fn pair_firewalls(&mut self, graph: &mut DiGraph<Component, Link, u32>) -> BTreeMap<ComponentIx, ComponentIx> {
        let mut standbys = BTreeMap::new();
        for ix in graph.node_indices() {
            let paired = self.pair_firewall(graph, ix, &standbys);
            if let Some(Some((of, spec))) = self.keep(paired) {
                if let Some(own) = graph[ix].kind.as_firewall_mut() {
                    *own = spec;
                }
                standbys.insert(of, ix);
            }
        }
        standbys
    }

    /// The firewall that a standby stands in for, and the standby's complete settings.
    fn pair_firewall(
        &self,
        graph: &DiGraph<Component, Link, u32>,
        ix: ComponentIx,
        known: &BTreeMap<ComponentIx, ComponentIx>,
    ) -> Result<Option<(ComponentIx, FirewallSpec)>, Problem> {
        let Some(own) = graph[ix].kind.as_firewall() else { return Ok(None) };
        let Some(standby) = &own.standby else { return Ok(None) };
        let at = || ProblemPath::record("components", ix.index()).field("kind").field("standby");
        let of = self.known_component(&standby.of, || at().field("of"))?;
        let wrong = |problem| {
            let kind = ProblemKind::Standby { id: graph[ix].id.clone(), of: standby.of.clone(), problem };
            Err(Problem { path: at(), kind })
        };
        if of == ix {
            return wrong(StandbyProblem::Itself);
        }
        let Some(active) = graph[of].kind.as_firewall() else { return wrong(StandbyProblem::NotAFirewall) };
        if active.standby.is_some() {
            return wrong(StandbyProblem::OfStandby);
        }
        if known.contains_key(&of) {
            return wrong(StandbyProblem::SecondStandby);
        }
        if !own.is_empty() && !own.is_equivalent(active) {
            return wrong(StandbyProblem::Differs);
        }
        if graph[ix].server.is_some() && graph[ix].server == graph[of].server {
            return wrong(StandbyProblem::SameServer);
        }
        Ok(Some((of, FirewallSpec { standby: own.standby.clone(), ..active.clone() })))
    }
}
