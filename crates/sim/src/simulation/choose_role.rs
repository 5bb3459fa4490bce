//! SQL proxies: which databases get a statement, according to the last health checks.
//!
//! A check reads `read_only`. The proxy acts on the result of its last successful check, so it knows of a failover only
//! after the next one.

use hoplight_model::RequestKind;
use hoplight_model::behaviour::{UpstreamChoice, WantedRole};

use crate::index::{LinkIx, StationIx};
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::simulation::choice::Choice;

impl Simulation {
    /// The role that an SQL proxy looks for; `None` for any other component.
    fn wanted_role(&self, station: StationIx, kind: RequestKind) -> Option<WantedRole> {
        match self.plan.stations[station].forwarding(kind)?.choice {
            UpstreamChoice::Role(wanted) => Some(wanted),
            UpstreamChoice::Balanced(_) | UpstreamChoice::RoundRobin | UpstreamChoice::Writer | UpstreamChoice::First => None,
        }
    }

    /// Whether the database at the end of `link` is UP with this role, as far as the proxy knows.
    fn has_role(&self, link: LinkIx, writable: bool) -> bool {
        self.links[link].takes_new() && self.links[link].is_seen_writable() == writable
    }

    /// Whether an SQL proxy would send a statement of this kind to the database at the end of `link`. True for all links of
    /// other components.
    pub(super) fn is_candidate(&self, station: StationIx, kind: RequestKind, link: LinkIx) -> bool {
        let links = &self.plan.stations[station].out[kind];
        match self.wanted_role(station, kind) {
            None => true,
            Some(WantedRole::ReadOnly) if links.iter().any(|link| self.has_role(*link, false)) => self.has_role(link, false),
            Some(WantedRole::Writable | WantedRole::ReadOnly) => self.has_role(link, true),
        }
    }

    /// Chooses the database for a statement: the first writable one, or each read-only one in turn.
    pub(super) fn choose_database(&mut self, station: StationIx, kind: RequestKind) -> Choice {
        let Role::Balancer(balancer) = &self.plan.stations[station].role else { return Choice::Nobody };
        let list = &self.plan.stations[station].out[kind];
        let takes_turns = self.wanted_role(station, kind) == Some(WantedRole::ReadOnly);
        let list_number = usize::from(balancer.lists[kind]);
        let turn = if takes_turns { *self.balancers.turn(balancer.number, list_number) } else { 0 };
        let first = if turn < list.len() { turn } else { 0 };
        let found = (first..list.len()).chain(0..first).find(|place| self.is_candidate(station, kind, list[*place]));
        let Some(place) = found else { return Choice::Nobody };
        if takes_turns {
            *self.balancers.turn(balancer.number, list_number) = place + 1;
        }
        Choice::Backend(list[place])
    }
}
