//! The alerts of an infrastructure: one for each rule and each subject that the rule applies to.

use hoplight_model::behaviour::{AtLimit, ClusterRules};
use hoplight_model::monitoring::{AlertCondition, AlertRule, Scope};
use hoplight_model::{ComponentIx, Infrastructure, Metric};

use crate::index::{AgentIx, AlertIx, GroupIx, IndexVec, StationIx};
use crate::plan::parts::AgentPlan;

/// What an alert watches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Subject {
    /// A component, as a row of its agent's samples.
    Row(usize),
    /// An agent.
    Agent,
    /// A group of components, by its index in [`AlertsPlan::groups`].
    Group(GroupIx),
    /// The site as seen by the external probe.
    Site,
}

/// A rule and one of its subjects.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlertPlan {
    pub(crate) rule: u16,
    pub(crate) subject: Subject,
    pub(crate) station: Option<StationIx>,
    pub(crate) when: AlertCondition,
}

/// All alerts of an infrastructure: first the alerts of each agent in turn, then of groups, then of the site.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlertsPlan {
    /// The stations of monitoring services.
    pub(crate) services: Vec<StationIx>,
    pub(crate) alerts: IndexVec<AlertIx, AlertPlan>,
    pub(crate) of_agent: IndexVec<AgentIx, Vec<AlertIx>>,
    pub(crate) of_groups: Vec<AlertIx>,
    /// The groups of stations that must have exactly one leader.
    pub(crate) groups: IndexVec<GroupIx, Vec<StationIx>>,
    pub(crate) of_site: Vec<AlertIx>,
    /// Nanoseconds for which the service waits for the response to a scrape.
    pub(crate) scrape_timeout: u64,
    /// The dead man's switch, if there is one.
    pub(crate) watchdog: Option<WatchdogPlan>,
}

/// The settings of the dead man's switch, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WatchdogPlan {
    pub(crate) interval: u64,
    pub(crate) timeout: u64,
}

impl AlertsPlan {
    /// Compiles the rules of `infra`; `entry` is the station that users connect to.
    pub(crate) fn new(infra: &Infrastructure, agents: &IndexVec<AgentIx, AgentPlan>, entry: Option<StationIx>) -> Self {
        let services = infra.components().filter(|(_, component)| component.kind.is_monitoring_service());
        let services: Vec<StationIx> = services.map(|(ix, _)| ix).collect();
        let rules = || (0u16..).zip(&infra.monitoring().alerts).filter(|_| !services.is_empty());
        let (mut alerts, mut of_agent) = (IndexVec::default(), IndexVec::default());
        for plan in agents {
            let start = alerts.len();
            for (rule, spec) in rules().filter(|(_, spec)| !spec.when.is_outside() && !spec.when.is_of_group()) {
                Self::of_agent(infra, (rule, spec), plan, entry, &mut alerts);
            }
            of_agent.push(alerts.indices().skip(start).collect());
        }
        let groups = Self::groups(infra, agents);
        let start = alerts.len();
        for (rule, spec) in rules().filter(|(_, spec)| spec.when.is_of_group()) {
            for (place, group) in groups.enumerate() {
                let (subject, station) = (Subject::Group(place), group.first().copied());
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
        }
        let of_groups = alerts.indices().skip(start).collect();
        let start = alerts.len();
        for (rule, spec) in rules().filter(|(_, spec)| spec.when.is_outside()) {
            alerts.push(AlertPlan { rule, subject: Subject::Site, station: None, when: spec.when.clone() });
        }
        let of_site = alerts.indices().skip(start).collect();
        let spec = infra.monitoring();
        let watchdog = spec.dead_mans_switch.filter(|_| !services.is_empty());
        let watchdog = watchdog.map(|spec| WatchdogPlan { interval: spec.interval_s.nanos(), timeout: spec.timeout_s.nanos() });
        let scrape_timeout = spec.scrape_timeout().nanos();
        Self { services, alerts, of_agent, of_groups, groups, of_site, scrape_timeout, watchdog }
    }

    /// The groups that must have exactly one leader and have at least one member that an agent watches: the databases
    /// of a cluster, and the balancers that share an address.
    pub(crate) fn groups(infra: &Infrastructure, agents: &IndexVec<AgentIx, AgentPlan>) -> IndexVec<GroupIx, Vec<StationIx>> {
        // In a crossed pair, both are masters.
        let is_crossed = |ix: ComponentIx| {
            infra
                .component(ix)
                .kind
                .as_balancer()
                .and_then(|spec| spec.vrrp.as_ref())
                .is_some_and(|vrrp| vrrp.backup_priority.is_some())
        };
        let pairs = infra.vrrp_pairs().into_iter().filter(|(one, _)| !is_crossed(*one)).map(|(one, other)| vec![one, other]);
        // Every member of a multi-primary cluster accepts writes.
        let has_leader = |members: &Vec<ComponentIx>| !ClusterRules::of(infra, members).multi_primary;
        let clusters = infra.database_clusters().into_iter().filter(has_leader).chain(pairs);
        let watched = |station: &StationIx| agents.iter().any(|agent| agent.watches.contains(station));
        clusters.filter(|group| group.len() > 1 && group.iter().any(watched)).collect()
    }

    pub(crate) fn of_agent(
        infra: &Infrastructure,
        (rule, spec): (u16, &AlertRule),
        plan: &AgentPlan,
        entry: Option<StationIx>,
        alerts: &mut IndexVec<AlertIx, AlertPlan>,
    ) {
        let named = |station: StationIx, id| infra.component(station).id == id;
        if spec.when.is_of_agent() {
            // The service records the `up` of an agent that it scrapes, so only a missing push is an absence.
            if plan.reporting.is_scrape() != matches!(spec.when, AlertCondition::TargetDown { .. }) {
                return;
            }
            // An agent that watches nothing sends no samples, so its silence is meaningless. A scrape of it still works.
            let wanted = match &spec.on {
                Scope::Any => !plan.watches.is_empty() || plan.reporting.is_scrape(),
                Scope::Entry => entry.is_some_and(|entry| plan.watches.contains(&entry)),
                Scope::Component(id) => named(plan.station, id.clone()),
            };
            if wanted {
                let (subject, station) = (Subject::Agent, Some(plan.station));
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
            return;
        }
        let metric = if let AlertCondition::Threshold { metric, .. } = spec.when { Some(metric) } else { None };
        for (row, watched) in plan.watches.iter().copied().enumerate() {
            let component = infra.component(watched);
            let is_database = component.kind.as_database().is_some();
            // Skip metrics that the component does not have.
            let can_be = match metric {
                Some(Metric::Lag) => {
                    is_database && infra.database_clusters().iter().any(|cluster| cluster.len() > 1 && cluster.contains(&watched))
                }
                Some(Metric::HitRatio | Metric::Evictions) => component.kind.as_cache().is_some(),
                Some(Metric::Cpu) => component.server.as_ref().and_then(|id| infra.server(id)?.cores).is_some(),
                // Whoever closes idle connections at the limit is at the limit on every busy day.
                Some(Metric::Connections) => {
                    component.station().connections.is_some() && component.kind.at_limit() == AtLimit::Wait
                }
                Some(Metric::BackendsDown) => component.kind.as_balancer().is_some(),
                Some(Metric::SemiSync) => {
                    let clusters = infra.database_clusters();
                    let cluster = clusters.iter().find(|cluster| cluster.contains(&watched));
                    cluster.is_some_and(|cluster| ClusterRules::of(infra, cluster).semi_sync)
                }
                _ => true,
            };
            if !can_be {
                continue;
            }
            let wanted = match &spec.on {
                Scope::Any => true,
                Scope::Entry => entry == Some(watched),
                Scope::Component(id) => named(watched, id.clone()),
            };
            if wanted {
                let (subject, station) = (Subject::Row(row), Some(watched));
                alerts.push(AlertPlan { rule, subject, station, when: spec.when.clone() });
            }
        }
    }

    /// Number of alerts.
    pub(crate) fn len(&self) -> usize {
        self.alerts.len()
    }
}
