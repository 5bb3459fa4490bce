//! Firewall pairs: which firewall of a pair is active, and when the other one takes over.
//!
//! The active firewall advertises itself (VRRP, CARP). If it ends or hangs, nothing passes until the other one has
//! received no advertisement for about three intervals and takes over. There is no preemption, as by default in CARP:
//! a firewall that returns becomes the standby. Advertisements are not modelled one by one, and the two always hear each
//! other.

use hoplight_model::Infrastructure;

use crate::index::StationIx;

/// A pair, compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FirewallPairPlan {
    /// The firewall that is active at first, which names the pair in guards.
    pub(crate) first: StationIx,
    pub(crate) standby: StationIx,
    /// Nanoseconds of silence after which the other firewall takes over.
    pub(crate) takeover: u64,
    /// Whether the pair synchronises its connection table.
    pub(crate) state_sync: bool,
}

impl FirewallPairPlan {
    /// The pairs of `infra`.
    pub(crate) fn all(infra: &Infrastructure) -> Vec<Self> {
        let pair = |(first, standby): (StationIx, StationIx)| {
            let spec = infra.component(standby).kind.as_firewall()?.standby.as_ref()?;
            Some(Self { first, standby, takeover: spec.takeover(), state_sync: spec.state_sync })
        };
        infra.firewall_pairs().filter_map(pair).collect()
    }
}

/// The state of one pair.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pair {
    first: StationIx,
    active: Option<StationIx>,
    /// The firewall that will take over, and the number of its timer.
    waits: Option<(StationIx, u64)>,
    timers: u64,
}

/// The state of all pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FirewallPairs(Vec<Pair>);

impl FirewallPairs {
    pub(crate) fn new(plan: &[FirewallPairPlan]) -> Self {
        Self(plan.iter().map(|pair| Pair { first: pair.first, active: Some(pair.first), waits: None, timers: 0 }).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The active firewall of the pair that guards name by `first`; `None` while nothing passes.
    pub(crate) fn active(&self, first: StationIx) -> Option<StationIx> {
        self.0.iter().find(|pair| pair.first == first)?.active
    }

    /// Updates a pair after firewalls have ended or started. Returns the number of a new timer for a takeover.
    pub(crate) fn refresh(&mut self, pair: usize, plan: &FirewallPairPlan, is_up: impl Fn(StationIx) -> bool) -> Option<u64> {
        let state = &mut self.0[pair];
        state.active = state.active.filter(|station| is_up(*station));
        state.waits = state.waits.filter(|(station, _)| state.active.is_none() && is_up(*station));
        if state.active.is_some() || state.waits.is_some() {
            return None;
        }
        let next = [plan.standby, plan.first].into_iter().find(|station| is_up(*station))?;
        state.timers += 1;
        state.waits = Some((next, state.timers));
        Some(state.timers)
    }

    /// Makes the waiting firewall of a pair active, if `timer` is its timer.
    pub(crate) fn take_over(&mut self, pair: usize, timer: u64) -> Option<StationIx> {
        let state = self.0.get_mut(pair)?;
        let (station, _) = state.waits.take_if(|(_, number)| *number == timer)?;
        state.active = Some(station);
        Some(station)
    }

    /// Restores the active firewall of a pair from before a rebuild.
    pub(crate) fn carry(&mut self, pair: usize, active: StationIx) {
        let state = &mut self.0[pair];
        if state.active.is_some() {
            state.active = Some(active);
        }
    }
}
