//! The databases' view of the rest of the site: which databases are running, and which can reach each other.

use hoplight_model::firewall::RuleAction;
use hoplight_model::hop::Guard;

use crate::database::DatabasesPlan;
use crate::index::{DatabaseIx, IndexVec, LinkIx, StationIx, StreamIx};
use crate::plan::{Plan, Role};
use crate::station::LinkState;
use crate::stations::Stations;

/// The stations of the databases, and the links between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network<'a> {
    plan: &'a Plan,
    stations: &'a Stations,
    links: &'a IndexVec<LinkIx, LinkState>,
}

impl<'a> Network<'a> {
    #[inline]
    pub(crate) fn new(plan: &'a Plan, stations: &'a Stations, links: &'a IndexVec<LinkIx, LinkState>) -> Self {
        Self { plan, stations, links }
    }

    #[inline]
    pub(super) fn plan(self) -> &'a DatabasesPlan {
        &self.plan.databases
    }

    /// The database at a station, if there is one.
    pub(crate) fn database_at(self, station: StationIx) -> Option<DatabaseIx> {
        match self.plan.stations[station].role {
            Role::Database(node) => Some(node),
            _ => None,
        }
    }

    /// Whether the process of a database is running.
    pub(crate) fn runs(self, node: DatabaseIx) -> bool {
        self.stations[self.plan().nodes[node].station].health().is_up()
    }

    /// Whether both ends of a stream are running, its link is up, and no firewall blocks it. The link has one verdict,
    /// which applies in both directions, as for an established connection.
    pub(super) fn is_open(self, stream: StreamIx) -> bool {
        let stream = &self.plan().streams[stream];
        let runs = |firewall: StationIx| self.stations[firewall].health().is_up();
        let passes = |guard: &Guard| guard.verdict.action == RuleAction::Allow && guard.members().any(runs);
        !self.links[stream.link].is_cut()
            && self.runs(stream.from)
            && self.runs(stream.to)
            && self.plan.hops[stream.link].guards.iter().all(passes)
    }

    /// Whether two databases can reach each other.
    pub(super) fn reach(self, a: DatabaseIx, b: DatabaseIx) -> bool {
        self.plan().between(a, b).is_some_and(|stream| self.is_open(stream))
    }

    /// Latency of a stream in nanoseconds, including the effect of a slow link.
    pub(super) fn latency(self, stream: StreamIx) -> u64 {
        let stream = &self.plan().streams[stream];
        self.links[stream.link].stretch(stream.latency)
    }

    /// Number of executing and queued queries of a database, plus its leaked connections.
    pub(super) fn queries(self, node: DatabaseIx) -> u32 {
        let station = &self.stations[self.plan().nodes[node].station];
        station.busy().saturating_add(station.waiting()).saturating_add(station.leaked())
    }
}
