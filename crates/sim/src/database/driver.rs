//! The database driver of an application: which database it sends a query to.
//!
//! Links are tried in authored order. For writes, a driver that follows the primary remembers the link of the last
//! successful write, and moves on to the next link when that database refuses, is read-only, or does not respond. The
//! request that discovers this fails, unless the connection was refused; later requests use the next link.

use hoplight_model::{Protocol, RequestKind};

use crate::index::{IndexVec, LinkIx, StationIx, count, length};
use crate::plan::Plan;

/// For each station, the position of the link on which it sends writes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drivers(IndexVec<StationIx, u32>);

impl Drivers {
    pub(super) fn new(stations: usize) -> Self {
        Self(IndexVec::of(0, stations))
    }

    fn follows_primary(station: StationIx, kind: RequestKind, plan: &Plan) -> bool {
        kind.is_write() && plan.drivers[station]
    }

    /// The link on which a station sends its query.
    pub(crate) fn link(&self, station: StationIx, kind: RequestKind, plan: &Plan) -> Option<LinkIx> {
        let links = &plan.stations[station].out[kind];
        let preferred = if Self::follows_primary(station, kind, plan) { length(self.0[station]) } else { 0 };
        links.get(preferred).or_else(|| links.first()).copied()
    }

    /// Whether a station queries a database directly.
    pub(crate) fn is_client(station: StationIx, kind: RequestKind, plan: &Plan) -> bool {
        let links = &plan.stations[station].out[kind];
        links.first().is_some_and(|link| plan.hops[*link].protocol == Protocol::Sql)
    }

    /// Records whether a query on a link succeeded.
    pub(crate) fn record(&mut self, station: StationIx, kind: RequestKind, link: LinkIx, succeeded: bool, plan: &Plan) {
        if !Self::follows_primary(station, kind, plan) {
            return;
        }
        let links = &plan.stations[station].out[kind];
        let Some(place) = links.iter().position(|known| *known == link) else { return };
        let next = count((place + 1) % links.len());
        let preferred = &mut self.0[station];
        if succeeded {
            *preferred = count(place);
        } else if *preferred == count(place) {
            // Several requests may fail on the same link; only the first one switches the driver to the next link.
            *preferred = next;
        }
    }

    pub(super) fn footprint(&self) -> usize {
        self.0.len() * size_of::<u32>()
    }
}
