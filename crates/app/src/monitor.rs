//! The monitoring screen: the monitoring service's data, row by row, and the selected row.
//!
//! Architecture invariant: nothing here reads a station. All data was delivered by agents or by the external probe; a sample
//! that was not taken or not delivered is unknown here.

mod budget;
pub mod item;
mod plan;
mod rule;
mod smooth;

use hoplight_layout::Arrow;
use hoplight_model::monitoring::{AlertCondition, AlertPriority};
use hoplight_model::{Bound, ComponentIx, Element, Metric};
use hoplight_sim::{AlertState, AlertView, SimTime};

use crate::monitor::item::MonitorItem;
use crate::stage::Stage;

pub use budget::{Budget, budgets};
pub use plan::{MonitorRow, MonitorRowKind, plan};
pub use rule::{level, meaning, name, words};
pub use smooth::{HALF_LIFE, smoothed};

/// Metrics of the charts, most informative first.
pub const CHARTS: [Metric; 12] = [
    Metric::Qps,
    Metric::P99,
    Metric::Utilisation,
    Metric::Cpu,
    Metric::ErrorRatio,
    Metric::Queue,
    Metric::Connections,
    Metric::HitRatio,
    Metric::Evictions,
    Metric::Lag,
    Metric::BackendsDown,
    Metric::SemiSync,
];

/// Returns all selectable rows, in screen order: each agent with its components, then the noteworthy alerts, worst first.
pub fn items(stage: &Stage) -> Vec<MonitorItem> {
    let mut items = Vec::new();
    for agent in stage.sim().agents() {
        items.push(MonitorItem::Agent(agent.agent));
        items.extend(agent.components.iter().map(|row| MonitorItem::Component(row.component)));
    }
    items.extend(telling(stage, &stage.sim().alerts()).into_iter().map(MonitorItem::Alert));
    items
}

/// Whether a more urgent rule of the same kind fires for the same subject: of "expires in 21 days" and "expires in 7 days", only
/// the second one is shown, as with an inhibit rule of Alertmanager.
fn is_inhibited(stage: &Stage, alerts: &[AlertView<'_>], at: usize) -> bool {
    let rules = &stage.infra().monitoring().alerts;
    let days = |alert: &AlertView<'_>| match rules.iter().find(|rule| rule.name.as_str() == alert.rule).map(|rule| &rule.when) {
        Some(AlertCondition::Certificate { days }) => Some(days.get()),
        _ => None,
    };
    let alert = &alerts[at];
    let Some(own) = days(alert) else { return false };
    alerts.iter().any(|other| {
        other.state == AlertState::Firing && other.subject == alert.subject && days(other).is_some_and(|days| days < own)
    })
}

/// Returns how many alerts are in a state, without those that a more urgent one inhibits.
pub fn count(stage: &Stage, alerts: &[AlertView<'_>], state: AlertState) -> usize {
    (0..alerts.len()).filter(|at| alerts[*at].state == state && !is_inhibited(stage, alerts, *at)).count()
}

/// Returns the indices of the alerts that are firing, pending or resolved, worst first, then by priority, then newest first.
pub fn telling(stage: &Stage, alerts: &[AlertView<'_>]) -> Vec<usize> {
    let is_shown = |at: &usize| alerts[*at].state != AlertState::Ok && !is_inhibited(stage, alerts, *at);
    let mut places: Vec<usize> = (0..alerts.len()).filter(is_shown).collect();
    let rank = |state| match state {
        AlertState::Firing => 0,
        AlertState::Pending => 1,
        AlertState::Resolved | AlertState::Ok => 2,
    };
    places.sort_by_key(|at| {
        let alert = &alerts[*at];
        (rank(alert.state), alert.priority, std::cmp::Reverse(alert.since), *at)
    });
    places
}

/// Returns since when no monitoring service runs, to the second; `None` if one runs or the design has none. Its data is
/// then old, and no alert fires.
pub fn down_since(stage: &Stage) -> Option<SimTime> {
    let (infra, sim) = (stage.infra(), stage.sim());
    let has_service = infra.components().any(|(_, component)| component.kind.is_monitoring_service());
    if !has_service || sim.is_monitored() {
        return None;
    }
    Some(sim.service_log().last().filter(|(_, runs)| !*runs).map_or(sim.now(), |(at, _)| at))
}

/// Describes that no monitoring service runs; `None` if one runs or the design has none.
pub fn outage(stage: &Stage) -> Option<String> {
    let since = down_since(stage)?.as_secs_f64();
    let switch = match stage.sim().dead_mans_switch() {
        None => "nobody is paged",
        Some(switch) if switch.has_paged => "the dead man's switch has paged",
        Some(_) => "the dead man's switch is waiting",
    };
    Some(format!("monitoring is down since {since:.0} s: {switch}"))
}

/// Returns the worst firing alert in one line, with the number of the others; `None` if no alert is firing. While no
/// monitoring service runs, only the dead man's switch pages.
pub fn page(stage: &Stage) -> Option<String> {
    if let Some(outage) = outage(stage) {
        return Some(outage);
    }
    let alerts = stage.sim().alerts();
    let firing = count(stage, &alerts, AlertState::Firing);
    let worst =
        telling(stage, &alerts).first().and_then(|at| alerts.get(*at)).filter(|alert| alert.state == AlertState::Firing)?;
    let subject = worst.subject.map_or("the site", |subject| stage.infra().component(subject).id.as_str());
    let more = if firing > 1 { format!(" (+{})", firing - 1) } else { String::new() };
    // The rule comes last, so that it is what gets truncated.
    let word = match worst.priority {
        AlertPriority::High => "ALERT",
        AlertPriority::Low => "alert",
    };
    Some(format!("{word}{more} {subject}: {}", worst.rule))
}

/// Returns the selected row, or the first row if the selected one no longer exists.
pub fn item(stage: &Stage) -> Option<MonitorItem> {
    let items = items(stage);
    stage.panels.monitor_focus.item.filter(|item| items.contains(item)).or(items.first().copied())
}

/// Returns the component whose charts are shown.
pub fn charted(stage: &Stage) -> Option<ComponentIx> {
    match item(stage)? {
        MonitorItem::Agent(agent) => stage.sim().agents().iter().find(|view| view.agent == agent)?.subject,
        MonitorItem::Component(component) => Some(component),
        MonitorItem::Alert(at) => {
            let subject = stage.sim().alerts().get(at)?.subject?;
            // The subject of an absence alert is an agent: show its component.
            let agents = stage.sim().agents();
            agents.iter().find(|view| view.agent == subject).map_or(Some(subject), |view| view.subject)
        }
    }
}

/// Returns the metrics of the charts, starting with the metric of the selected alert, rotated by the user's choice.
pub fn metrics(stage: &Stage) -> Vec<Metric> {
    let mut metrics = CHARTS.to_vec();
    if let Some(component) = charted(stage) {
        // Omit charts of metrics without samples.
        let measured = |metric: &Metric| stage.sim().samples(component).any(|(_, sample)| sample.metric(*metric).is_some());
        metrics.retain(|metric| matches!(metric, Metric::Qps | Metric::P99) || measured(metric));
    }
    let of_alert = match item(stage) {
        Some(MonitorItem::Alert(at)) => stage.sim().alerts().get(at).and_then(|alert| metric_of(stage, alert.rule)),
        _ => None,
    };
    let first = of_alert.and_then(|metric| metrics.iter().position(|other| *other == metric)).unwrap_or(0);
    let count = metrics.len().max(1);
    metrics.rotate_left((first + stage.panels.monitor_focus.turn) % count);
    metrics
}

fn metric_of(stage: &Stage, rule: &str) -> Option<Metric> {
    let rules = &stage.infra().monitoring().alerts;
    match &rules.iter().find(|other| other.name.as_str() == rule)?.when {
        AlertCondition::Threshold { metric, .. } | AlertCondition::Change { metric, .. } => Some(*metric),
        AlertCondition::Burn { .. } => Some(Metric::ErrorRatio),
        _ => None,
    }
}

/// Returns the thresholds of the alert rules on a metric of a component.
pub fn thresholds(stage: &Stage, component: ComponentIx, metric: Metric) -> Vec<Bound> {
    let alerts = stage.sim().alerts();
    let rules = stage.infra().monitoring().alerts.iter();
    let applies = |name: &str| alerts.iter().any(|alert| alert.rule == name && alert.subject == Some(component));
    let levels = rules.filter(|rule| applies(rule.name.as_str())).filter_map(|rule| match &rule.when {
        AlertCondition::Threshold { metric: of, is, .. } if *of == metric => Some(*is),
        _ => None,
    });
    levels.collect()
}

/// Returns the common interval of the agents' samples in seconds, if they have one.
pub fn interval_s(stage: &Stage) -> Option<f64> {
    let agents = stage.sim().agents();
    let first = agents.first()?.interval_s;
    agents.iter().all(|agent| (agent.interval_s - first).abs() < f64::EPSILON).then_some(first)
}

/// Explains the selected row in one line: what it shows, and how to read it.
pub fn explanation(stage: &Stage) -> String {
    match item(stage) {
        None => "Nothing is monitored here.".to_owned(),
        Some(MonitorItem::Agent(_)) => "An agent samples its server. STALE: it is silent, and its data unknown.".to_owned(),
        Some(MonitorItem::Component(_)) => {
            metrics(stage).first().map_or_else(String::new, |metric| format!("{}: {}", name(*metric), meaning(*metric)))
        }
        Some(MonitorItem::Alert(at)) => {
            let alerts = stage.sim().alerts();
            let rules = &stage.infra().monitoring().alerts;
            let rule = alerts.get(at).and_then(|alert| rules.iter().find(|rule| rule.name.as_str() == alert.rule));
            rule.map_or_else(String::new, |rule| format!("Fires if {}; pending until it has lasted.", words(&rule.when)))
        }
    }
}

/// Selects a row. Also selects its component on the diagram, so that commands apply to it.
pub(super) fn look_at(stage: &mut Stage, item: MonitorItem) {
    stage.panels.monitor_focus.item = Some(item);
    stage.panels.monitor_focus.turn = 0;
    let component = match item {
        MonitorItem::Agent(component) | MonitorItem::Component(component) => Some(component),
        MonitorItem::Alert(at) => stage.sim().alerts().get(at).and_then(|alert| alert.subject),
    };
    if let Some(component) = component {
        let id = stage.infra().component(component).id.clone();
        stage.session.selected = Some(Element::Component(id));
    }
}

/// Moves the selection: up and down through the rows, left and right through the charts. Returns whether it moved.
pub(super) fn go(stage: &mut Stage, arrow: Arrow) -> bool {
    let items = items(stage);
    let now = item(stage);
    let at = items.iter().position(|item| Some(*item) == now);
    let to = match (arrow, at) {
        (Arrow::Left | Arrow::Right, _) => {
            let count = metrics(stage).len().max(1);
            let by = if arrow == Arrow::Right { 1 } else { count - 1 };
            stage.panels.monitor_focus.turn = (stage.panels.monitor_focus.turn + by) % count;
            return charted(stage).is_some();
        }
        (_, None) => None,
        (Arrow::Down, Some(at)) => items.get(at + 1),
        (Arrow::Up, Some(at)) => at.checked_sub(1).and_then(|at| items.get(at)),
    };
    let Some(item) = to.copied() else { return false };
    look_at(stage, item);
    true
}

/// Selects the next or previous row, wrapping around.
pub(super) fn cycle(stage: &mut Stage, forward: bool) {
    let items = items(stage);
    let now = item(stage);
    let Some(at) = items.iter().position(|item| Some(*item) == now) else { return };
    let to = if forward { at + 1 } else { at + items.len() - 1 };
    if let Some(item) = items.get(to % items.len()).copied() {
        look_at(stage, item);
    }
}
