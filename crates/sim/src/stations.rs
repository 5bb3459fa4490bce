//! All stations: their state, which of them did something lately, and which servers are off.

use std::ops::{Index, IndexMut};

use crate::index::{IndexVec, ServerIx, StationIx};
use crate::plan::Plan;
use crate::station::{Station, StationParams};
use crate::time::SimTime;
use crate::view::Health;

/// The stations of the infrastructure's components.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stations {
    all: IndexVec<StationIx, Station>,
    /// Those where something happened in the last second or in this one.
    rolling: Vec<StationIx>,
    servers_off: IndexVec<ServerIx, bool>,
}

impl Stations {
    pub(crate) fn new(plan: &Plan) -> Self {
        let all = IndexVec::of(Station::default(), plan.stations.len());
        Self { all, rolling: Vec::new(), servers_off: IndexVec::of(false, plan.servers.len()) }
    }

    /// Takes over from the plan what the engine needs at every visit.
    pub(crate) fn adopt(&mut self, plan: &Plan) {
        for (station, state) in self.all.iter_mut_enumerated() {
            state.params = StationParams::of(plan, station);
        }
    }

    /// A message comes to a station: its seconds count from now on.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(crate) fn visit(&mut self, station: StationIx) -> &mut Station {
        let state = &mut self.all[station];
        if !state.rolls {
            state.rolls = true;
            self.rolling.push(station);
        }
        state.visits += 1;
        state
    }

    /// A whole second is over.
    pub(crate) fn roll_second(&mut self, now: SimTime) {
        let stations = &mut self.all;
        self.rolling.retain(|station| stations[*station].roll_second(now));
    }

    pub(crate) fn is_off(&self, server: ServerIx) -> bool {
        self.servers_off[server]
    }

    pub(crate) fn set_off(&mut self, server: ServerIx, off: bool) {
        self.servers_off[server] = off;
    }

    /// Finds out which stations run, after a change of what they depend on; `hangs` says which processes stand still.
    pub(crate) fn refresh_health(&mut self, plan: &Plan, hangs: impl Fn(StationIx) -> bool) {
        for (at, station) in self.all.iter_mut_enumerated() {
            let off = plan.stations[at].server.is_some_and(|server| self.servers_off[server]);
            station.health = match (off, station.crashed) {
                (true, _) => Health::PoweredOff,
                (false, true) => Health::Crashed,
                (false, false) if hangs(at) => Health::Hung,
                (false, false) => Health::Up,
            };
        }
    }

    pub(crate) fn get(&self, station: StationIx) -> Option<&Station> {
        self.all.get(station)
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = StationIx> + use<> {
        self.all.indices()
    }

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
