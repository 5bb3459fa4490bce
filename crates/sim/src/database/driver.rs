//! The asker's side: how an application finds the database that takes writes.
//!
//! The links are tried in authored order. For writes, a driver that follows the primary remembers the link that took the
//! last write, and turns to the next one when that database refuses, is read-only or stays silent: the request that found
//! out fails (unless it was refused at once), those after it are sent elsewhere. Must not know roles: it learns from
//! answers alone.

use hoplight_model::{Protocol, RequestKind};

use super::super::simulation::{Simulation, index};

impl Simulation {
    fn follows_primary(&self, station: u32, kind: RequestKind) -> bool {
        kind.is_write() && self.plan.drivers[station as usize]
    }

    /// The link on which a station sends its query.
    pub(crate) fn database_link(&self, station: u32, kind: RequestKind) -> Option<u32> {
        let links = &self.plan.stations[station as usize].out[kind.index()];
        let preferred = if self.follows_primary(station, kind) { self.databases.drivers[station as usize] as usize } else { 0 };
        links.get(preferred).or_else(|| links.first()).copied()
    }

    /// Whether a station asks a database itself.
    pub(crate) fn asks_database(&self, station: u32, kind: RequestKind) -> bool {
        let links = &self.plan.stations[station as usize].out[kind.index()];
        links.first().is_some_and(|link| self.plan.hops[*link as usize].protocol == Protocol::Sql)
    }

    /// The link to try after `refused`, and the number of that attempt: none if all were tried.
    pub(crate) fn next_database(&self, station: u32, kind: RequestKind, refused: u32, attempt: u8) -> Option<(u32, u8)> {
        let links = &self.plan.stations[station as usize].out[kind.index()];
        let tried = links.iter().position(|link| *link == refused)?;
        if !self.follows_primary(station, kind) {
            return Some((*links.get(tried + 1)?, 1));
        }
        (usize::from(attempt) < links.len()).then(|| (links[(tried + 1) % links.len()], attempt.saturating_add(1)))
    }

    /// A database answered a query well, or not: the driver remembers.
    pub(crate) fn driver_learns(&mut self, station: u32, kind: RequestKind, link: u32, good: bool) {
        if !self.follows_primary(station, kind) {
            return;
        }
        let links = &self.plan.stations[station as usize].out[kind.index()];
        let Some(place) = links.iter().position(|known| *known == link) else { return };
        let next = index((place + 1) % links.len());
        let preferred = &mut self.databases.drivers[station as usize];
        if good {
            *preferred = index(place);
        } else if *preferred == index(place) {
            // Several requests may find out at once; the first one turns the driver.
            *preferred = next;
        }
    }
}
