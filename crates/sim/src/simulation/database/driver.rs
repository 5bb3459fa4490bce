//! The asker's side: how an application finds the database that takes writes.
//!
//! The links are tried in authored order. For writes, a driver that follows the primary remembers the link that took the last
//! write, and turns to the next one when that database refuses, is read-only or stays silent: the request that found out fails
//! (unless it was refused at once), those after it are sent elsewhere.

use hoplight_model::{Protocol, RequestKind};

use crate::index::{LinkIx, StationIx, count, length};
use crate::simulation::Simulation;

impl Simulation {
    fn follows_primary(&self, station: StationIx, kind: RequestKind) -> bool {
        kind.is_write() && self.plan.drivers[station]
    }

    /// The link on which a station sends its query.
    pub(in crate::simulation) fn database_link(&self, station: StationIx, kind: RequestKind) -> Option<LinkIx> {
        let links = &self.plan.stations[station].out[kind];
        let preferred = if self.follows_primary(station, kind) { length(self.databases.drivers[station]) } else { 0 };
        links.get(preferred).or_else(|| links.first()).copied()
    }

    /// Whether a station asks a database itself.
    pub(in crate::simulation) fn asks_database(&self, station: StationIx, kind: RequestKind) -> bool {
        let links = &self.plan.stations[station].out[kind];
        links.first().is_some_and(|link| self.plan.hops[*link].protocol == Protocol::Sql)
    }

    /// A database answered a query well, or not: the driver remembers.
    pub(in crate::simulation) fn driver_learns(&mut self, station: StationIx, kind: RequestKind, link: LinkIx, good: bool) {
        if !self.follows_primary(station, kind) {
            return;
        }
        let links = &self.plan.stations[station].out[kind];
        let Some(place) = links.iter().position(|known| *known == link) else { return };
        let next = count((place + 1) % links.len());
        let preferred = &mut self.databases.drivers[station];
        if good {
            *preferred = count(place);
        } else if *preferred == count(place) {
            // Several requests may find out at once; the first one turns the driver.
            *preferred = next;
        }
    }
}
