//! Monitoring across a rebuild: the service keeps its data about components that still exist.

use std::collections::VecDeque;

use super::{AgentState, Monitoring, Series};
use crate::index::{AgentIx, AlertIx, StationIx};
use crate::plan::{AlertPlan, Plan};
use crate::time::SimTime;
use crate::view::ComponentSample;

impl Monitoring {
    /// Carries over samples, alerts and their log from the monitoring of the old simulation. `before` maps a station to
    /// the station of the same component in the old simulation; `after` is the inverse.
    pub(crate) fn carry(
        &mut self,
        (old, old_plan): (&Self, &Plan),
        plan: &Plan,
        before: impl Fn(StationIx) -> Option<StationIx>,
        after: impl Fn(StationIx) -> Option<StationIx>,
        now: SimTime,
    ) {
        for (agent, state) in self.agents.iter_mut_enumerated() {
            let spec = &plan.agents[agent];
            let known = before(spec.station).and_then(|station| agent_at(old_plan, station));
            if let Some(known) = known {
                let watches: Vec<Option<usize>> = spec
                    .watches
                    .iter()
                    .map(|watched| {
                        let watched = before(*watched)?;
                        old_plan.agents[known].watches.iter().position(|other| *other == watched)
                    })
                    .collect();
                *state = old.agents[known].carried(&watches, &after);
                if !spec.reporting.is_scrape() {
                    state.up.clear();
                }
            }
        }
        if plan.alerts.watchdog == old_plan.alerts.watchdog {
            self.watchdog = old.watchdog.clone();
        }
        self.service_log.clone_from(&old.service_log);
        // An agent that has never reported is not overdue yet.
        self.stop_listening(now);
        let pairs: Vec<(AlertIx, AlertIx)> = plan
            .alerts
            .alerts
            .enumerate()
            .filter_map(|(alert, spec)| {
                let is_same = |other: &AlertPlan| {
                    let station = spec.station.map(&before);
                    other.when == spec.when && station.map_or(other.station.is_none(), |station| station == other.station)
                };
                let same = old_plan.alerts.alerts.enumerate().find(|(_, other)| is_same(other));
                same.map(|(known, _)| (alert, known))
            })
            .collect();
        self.alerts.carry(&old.alerts, &pairs);
    }
}

fn agent_at(plan: &Plan, station: StationIx) -> Option<AgentIx> {
    plan.agents.enumerate().find(|(_, agent)| agent.station == station).map(|(agent, _)| agent)
}

impl AgentState {
    /// The service's data about an agent after a rebuild. `watches` maps each new series to the old series that it
    /// continues.
    fn carried(&self, watches: &[Option<usize>], after: impl Fn(StationIx) -> Option<StationIx>) -> Self {
        let renamed = |row: &ComponentSample| Some(ComponentSample { component: after(row.component)?, ..*row });
        let series = |place: usize| -> Series {
            let samples = self.series.get(place).into_iter().flatten();
            samples.filter_map(|(at, row)| Some((*at, renamed(row)?))).collect()
        };
        Self {
            // The components' counters restart from zero.
            last: None,
            rows: self.rows.iter().filter_map(renamed).collect(),
            series: watches.iter().map(|place| place.map_or_else(VecDeque::new, series)).collect(),
            history: self.history.clone(),
            up: self.up.clone(),
            ..*self
        }
    }
}
