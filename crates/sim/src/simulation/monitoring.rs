//! Delivery of samples, and what the monitoring service makes of silence.

use crate::index::AgentIx;
use crate::journal::{EventKind, Observer};
use crate::messages::Sample;
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::view::ComponentSample;
use hoplight_model::monitoring::MISSED_INTERVALS;
use hoplight_model::{ComponentIx, Metric};

impl Simulation {
    /// Adds to what an agent counted what it asks a component for: its connections, its lag, whether it leads.
    pub(super) fn add_state(&self, row: &mut ComponentSample) {
        let station = row.component;
        let (plan, state) = (&self.plan.stations[station], &self.stations[station]);
        if !self.health(station).is_up() {
            return;
        }
        let used = state.present.saturating_add(state.leaked);
        row.connections = Option::from(plan.connections).map(|most: u32| (f64::from(used) / f64::from(most.max(1))).min(1.0));
        if let Some(database) = self.database(row.component) {
            row.leads = Some(database.writable);
            row.lag_s = (!database.writable).then(|| database.lag_s.unwrap_or(f64::INFINITY));
        }
        row.leads = row.leads.or_else(|| self.address.is_master(station, &self.plan));
    }

    /// A sample arrives at the monitoring service.
    pub(super) fn sample_arrives<O: Observer>(&mut self, sample: Sample, observer: &mut O) {
        let agent = sample.agent;
        let plan = &self.plan.agents[agent];
        let (station, subject) = (plan.station, plan.subject);
        // What was said before a silence does not count towards "for so long".
        if self.is_silent(agent) {
            self.reset_silent_rows(agent, observer);
        }
        let is_news = self.monitoring.agents[agent].deliver(sample, subject, self.clock.now());
        self.note(observer, None, EventKind::Delivered { agent: station });
        if is_news {
            self.evaluate_sample(agent, observer);
        }
    }

    /// Whether no sample of an agent arrived for more than three of its intervals.
    pub(super) fn is_silent(&self, agent: AgentIx) -> bool {
        self.silence(agent) > u64::from(MISSED_INTERVALS) * self.plan.agents[agent].interval
    }

    /// How long ago the last sample of an agent arrived, in nanoseconds. While the service was not listening, no agent was
    /// silent.
    pub(super) fn silence(&self, agent: AgentIx) -> u64 {
        let arrived = self.monitoring.agents[agent].arrived.unwrap_or(SimTime::ZERO);
        self.clock.now() - arrived.max(self.monitoring.alerts.listening_since)
    }

    /// The delivered samples of one metric of a component, oldest first, with the times at which they were taken; at least
    /// the last 120 of each agent that watches it are kept. Empty if no agent does.
    pub fn series(&self, component: ComponentIx, metric: Metric) -> Vec<(SimTime, f64)> {
        self.samples(component).filter_map(|(taken, sample)| Some((*taken, sample.metric(metric)?))).collect()
    }

    /// The delivered samples of a component whole, as [`Self::series`] gives one metric of them.
    pub fn samples(&self, component: ComponentIx) -> impl DoubleEndedIterator<Item = &(SimTime, ComponentSample)> {
        let watches = self.plan.agents.iter().zip(&self.monitoring.agents).find_map(|(plan, state)| {
            let row = plan.watches.iter().position(|watched| *watched == component)?;
            state.series.get(row)
        });
        watches.into_iter().flatten()
    }
}
