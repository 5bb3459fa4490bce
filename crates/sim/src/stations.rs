//! All stations, and which servers are powered off.

use std::ops::{Index, IndexMut};

use crate::index::{IndexVec, ServerIx, StationIx};
use crate::plan::Plan;
use crate::station::{Station, StationParams};
use crate::time::SimTime;

/// The stations of the infrastructure's components.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stations {
    all: IndexVec<StationIx, Station>,
    /// Stations whose per-second counters may be nonzero.
    rolling: Vec<StationIx>,
    servers_off: IndexVec<ServerIx, bool>,
}

impl Stations {
    pub(crate) fn new(plan: &Plan) -> Self {
        let all = IndexVec::of(Station::default(), plan.stations.len());
        Self { all, rolling: Vec::new(), servers_off: IndexVec::of(false, plan.servers.len()) }
    }

    /// Takes the stations' parameters from a new plan.
    pub(crate) fn adopt(&mut self, plan: &Plan) {
        for (station, state) in self.all.iter_mut_enumerated() {
            state.adopt(StationParams::of(plan, station));
        }
    }

    /// Counts a message that needs a slot of a station.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn visit(&mut self, station: StationIx) -> &mut Station {
        let state = &mut self.all[station];
        if state.visit() {
            self.rolling.push(station);
        }
        state
    }

    /// Completes a whole second.
    pub(crate) fn roll_second(&mut self, now: SimTime) {
        let stations = &mut self.all;
        self.rolling.retain(|station| stations[*station].roll_second(now));
    }

    /// Whether a server is powered off.
    pub(crate) fn is_off(&self, server: ServerIx) -> bool {
        self.servers_off[server]
    }

    /// Powers a server off or on. [`Self::refresh_health`] must follow.
    pub(crate) fn set_off(&mut self, server: ServerIx, off: bool) {
        self.servers_off[server] = off;
    }

    /// Updates the health of all stations after a change of processes, servers or hangs; `is_hung` says which processes
    /// are hung.
    pub(crate) fn refresh_health(&mut self, plan: &Plan, is_hung: impl Fn(StationIx) -> bool) {
        for (at, station) in self.all.iter_mut_enumerated() {
            let off = plan.stations[at].server.is_some_and(|server| self.servers_off[server]);
            station.refresh_health(off, is_hung(at));
        }
    }

    pub(crate) fn get(&self, station: StationIx) -> Option<&Station> {
        self.all.get(station)
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = StationIx> + use<> {
        self.all.indices()
    }

    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.all.iter().map(Station::footprint).sum()
    }
}

impl Index<StationIx> for Stations {
    type Output = Station;

    #[inline]
    fn index(&self, station: StationIx) -> &Station {
        &self.all[station]
    }
}

impl IndexMut<StationIx> for Stations {
    #[inline]
    fn index_mut(&mut self, station: StationIx) -> &mut Station {
        &mut self.all[station]
    }
}
