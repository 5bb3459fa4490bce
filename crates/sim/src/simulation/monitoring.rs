//! State that agents add to their samples, and access to what the monitoring service has received.

use hoplight_model::monitoring::AlertPriority;
use hoplight_model::{ComponentIx, Metric};

use crate::index::count;
use crate::plan::{AlertPlan, Role};
use crate::simulation::Simulation;
use crate::time::{SECOND, SimTime};
use crate::view::{AlertEntry, AlertState, AlertView, ComponentSample, WatchdogView};

impl Simulation {
    /// Completes an agent's sample with the state that the agent queries from a component: connections, lag, whether it
    /// is the leader, and whether its redundancy is complete.
    pub(super) fn add_state(&self, row: &mut ComponentSample) {
        let station = row.component;
        let (plan, state) = (&self.plan.stations[station], &self.stations[station]);
        // The agent measures the processor itself.
        let server = plan.server.and_then(|server| self.cores.view(server, self.clock.now()));
        row.cpu = server.map(|server| server.utilisation);
        if !self.health(station).is_up() {
            return;
        }
        let used = state.connections();
        row.connections = Option::from(plan.connections).map(|most: u32| (f64::from(used) / f64::from(most.max(1))).min(1.0));
        if let Some(cache) = self.cache(row.component) {
            row.hit_ratio = cache.recent_hit_ratio;
            row.evictions = Some(cache.recent_evictions);
        }
        if let Some(database) = self.database(row.component) {
            row.leads = Some(database.writable);
            row.lag_s = (!database.writable).then(|| database.lag_s.unwrap_or(f64::INFINITY));
        }
        match &plan.role {
            Role::Database(node) => row.semi_sync = self.databases.semi_sync(*node, &self.plan.databases),
            Role::Balancer(_) => {
                let backends =
                    self.plan.hops.iter().zip(&self.links).filter(|(hop, _)| hop.from == station && hop.backend.is_some());
                row.backends_down = Some(count(backends.filter(|(_, link)| !link.is_backend_up()).count()));
            }
            Role::Browser | Role::Resolver(_) | Role::Firewall | Role::Cache(_) | Role::SessionStore | Role::Other => {}
        }
        row.leads = row.leads.or_else(|| self.address.is_master(station, &self.plan));
    }

    /// Whether a monitoring service runs. Without one, there are no samples, no alerts and no pages.
    pub fn is_monitored(&self) -> bool {
        self.plan.alerts.services.iter().any(|service| self.health(*service).is_up())
    }

    /// The times at which the last monitoring service ended, and a monitoring service ran again, to the second, oldest
    /// first.
    pub fn service_log(&self) -> impl ExactSizeIterator<Item = (SimTime, bool)> {
        self.monitoring.service_log()
    }

    /// The results of the last scrapes of an agent, oldest first: the series `up`, with the times at which the service
    /// sent the scrapes. Empty for an agent that pushes.
    pub fn up(&self, agent: ComponentIx) -> impl DoubleEndedIterator<Item = (SimTime, bool)> {
        self.monitoring.up(agent, &self.plan)
    }

    /// The dead man's switch; `None` if there is none.
    pub fn dead_mans_switch(&self) -> Option<WatchdogView> {
        let plan = self.plan.alerts.watchdog?;
        let watchdog = &self.monitoring.watchdog;
        Some(WatchdogView {
            timeout_s: plan.timeout as f64 / SECOND as f64,
            last: watchdog.last(),
            has_paged: watchdog.has_paged(),
            log: watchdog.log().collect(),
        })
    }

    /// The delivered samples of one metric of a component, oldest first, with the times at which they were taken. At
    /// least the last 120 samples of each agent are kept. Empty if no agent watches the component.
    pub fn series(&self, component: ComponentIx, metric: Metric) -> Vec<(SimTime, f64)> {
        self.samples(component).filter_map(|(taken, sample)| Some((*taken, sample.metric(metric)?))).collect()
    }

    /// Like [`Self::series`], but with all metrics of each sample.
    pub fn samples(&self, component: ComponentIx) -> impl DoubleEndedIterator<Item = &(SimTime, ComponentSample)> {
        self.monitoring.samples(component, &self.plan)
    }

    /// The state of every alert: first the alerts of each agent in authored order, then of groups, then of the site as
    /// seen by the external probe.
    pub fn alerts(&self) -> Vec<AlertView<'_>> {
        let view = |(plan, state, since): (&AlertPlan, AlertState, SimTime)| AlertView {
            rule: self.rule_name(plan.rule),
            subject: plan.station,
            priority: self.priority(plan.rule),
            state,
            since,
        };
        self.monitoring.alerts(&self.plan).map(view).collect()
    }

    /// The last 500 changes to firing or resolved, oldest first.
    pub fn alert_log(&self) -> impl ExactSizeIterator<Item = AlertEntry<'_>> {
        let entry = |(at, plan, state): (SimTime, &AlertPlan, AlertState)| AlertEntry {
            at,
            rule: self.rule_name(plan.rule),
            subject: plan.station,
            priority: self.priority(plan.rule),
            state,
        };
        self.monitoring.alert_log(&self.plan).map(entry)
    }

    fn priority(&self, rule: u16) -> AlertPriority {
        self.infra.monitoring().alerts.get(usize::from(rule)).map_or(AlertPriority::High, |rule| rule.priority)
    }

    fn rule_name(&self, rule: u16) -> &str {
        self.infra.monitoring().alerts.get(usize::from(rule)).map_or("", |rule| rule.name.as_str())
    }
}
