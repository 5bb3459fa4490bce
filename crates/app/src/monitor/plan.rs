//! The row layout of the monitoring screen: a pure function of the delivered data and the area.
//!
//! ```text
//! title
//! columns of the table
//! agents, each with its components      all expanded if they fit, else only the selected one
//! charts                                as high as possible
//! error budgets, the external probe
//! alerts, newest entries of the alert log
//! what the selected row means           if there is room
//! ```

use hoplight_layout::Area;
use hoplight_model::ComponentIx;

use crate::monitor::item::MonitorItem;
use crate::monitor::{budgets, item, telling};
use crate::scroll::first_shown;
use crate::stage::Stage;

/// The content of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorRowKind {
    /// The title of the screen.
    Title,
    /// The names of the table's columns.
    Columns,
    /// An agent, by its index in [`hoplight_sim::Simulation::agents`].
    Agent(usize),
    /// A component of an agent, by both indices.
    Component(usize, usize),
    /// There are no agents.
    Nobody,
    /// Charts of the selected component.
    Charts(ComponentIx),
    /// An error budget, by its index in [`budgets`].
    Budget(usize),
    /// The external probe.
    Probe,
    /// The heading of the alerts, with the number of noteworthy alerts that do not fit.
    Alerts(usize),
    /// There are no noteworthy alerts.
    Quiet,
    /// An alert, by its index in [`hoplight_sim::Simulation::alerts`].
    Alert(usize),
    /// An entry of the alert log, by its index from the newest.
    Entry(usize),
    /// What the selected row means.
    Explanation,
}

/// A row of the monitoring screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonitorRow {
    /// The area.
    pub area: Area,
    /// The content.
    pub kind: MonitorRowKind,
    /// The row that a click selects.
    pub item: Option<MonitorItem>,
}

/// Minimum height of a chart, including title and time axis.
const LEAST_CHART: usize = 4;
/// Maximum height of a row of charts.
const MOST_CHART: usize = 12;
/// Rows reserved for alerts before anything else grows.
const LEAST_ALERTS: usize = 3;
/// Least height of a screen that explains the selected row.
const LEAST_EXPLAINED: usize = 14;
/// Desired number of log entries.
const WANTED_ENTRIES: usize = 4;

/// A row before its area is known: content, item and height.
type PlannedRow = (MonitorRowKind, Option<MonitorItem>, usize);

/// Returns the rows of an area, from the top.
pub fn plan(stage: &Stage, area: Area) -> Vec<MonitorRow> {
    let height = usize::from(area.height);
    let agents = stage.sim().agents();
    let looked_at = item(stage);
    let budgets = budgets(stage).len().min(2);
    let alerts = stage.sim().alerts();
    let (telling, entries) = (telling(stage, &alerts), stage.sim().alert_log().len().min(WANTED_ENTRIES));
    let explains = usize::from(height >= LEAST_EXPLAINED);
    // Fixed rows: title, columns, probe, heading of the alerts.
    let free = height.saturating_sub(4 + budgets + explains);
    let (table, at) = table(&agents, looked_at, free.saturating_sub(LEAST_ALERTS));
    let wanted_alerts = telling.len().max(1) + entries;
    let rest = free.saturating_sub(table.len());
    let component = super::charted(stage);
    let chart = if component.is_some() && rest >= LEAST_CHART + LEAST_ALERTS.min(wanted_alerts) {
        let for_alerts = wanted_alerts.min(LEAST_ALERTS.max(rest / 3));
        (rest - for_alerts).min(2 * MOST_CHART)
    } else {
        0
    };
    let alert_rows = rest - chart;

    let mut rows: Vec<PlannedRow> = vec![(MonitorRowKind::Title, None, 1), (MonitorRowKind::Columns, None, 1)];
    if table.is_empty() {
        rows.push((MonitorRowKind::Nobody, None, 1));
    }
    // If not everything fits, keep the selected row visible.
    let room = free.saturating_sub(LEAST_ALERTS).max(1);
    let first = first_shown(at, table.len(), room);
    rows.extend(table.into_iter().skip(first).take(room));
    rows.extend(component.filter(|_| chart > 0).map(|component| (MonitorRowKind::Charts(component), None, chart)));
    rows.extend((0..budgets).map(|place| (MonitorRowKind::Budget(place), None, 1)));
    rows.push((MonitorRowKind::Probe, None, 1));
    rows.push((MonitorRowKind::Alerts(telling.len().saturating_sub(alert_rows)), None, 1));
    let chosen = telling.iter().position(|at| looked_at == Some(MonitorItem::Alert(*at))).unwrap_or(0);
    let first = first_shown(chosen, telling.len(), alert_rows.max(1));
    let listed = telling.iter().skip(first).take(alert_rows);
    rows.extend(listed.map(|at| (MonitorRowKind::Alert(*at), Some(MonitorItem::Alert(*at)), 1)));
    if telling.is_empty() && alert_rows > 0 {
        rows.push((MonitorRowKind::Quiet, None, 1));
    }
    let left = alert_rows.saturating_sub(telling.len().max(1));
    let shown = entries.min(left);
    rows.extend((0..shown).map(|back| (MonitorRowKind::Entry(back), None, 1)));
    if explains > 0 {
        // The last row of the screen.
        let used: usize = rows.iter().map(|(.., height)| height).sum();
        let gap = height.saturating_sub(used + 1);
        rows.push((MonitorRowKind::Explanation, None, gap + 1));
    }
    placed(area, rows)
}

fn placed(area: Area, rows: Vec<PlannedRow>) -> Vec<MonitorRow> {
    let mut y = area.y;
    let bottom = area.y + area.height;
    let mut placed = Vec::with_capacity(rows.len());
    for (kind, item, height) in rows {
        let height = u16::try_from(height).unwrap_or(u16::MAX).min(bottom.saturating_sub(y));
        if height > 0 {
            placed.push(MonitorRow { area: Area { y, height, ..area }, kind, item });
        }
        y = y.saturating_add(height);
    }
    placed
}

/// Returns the table for a number of rows, and the index of the selected row in it.
fn table(agents: &[hoplight_sim::AgentView<'_>], looked_at: Option<MonitorItem>, room: usize) -> (Vec<PlannedRow>, usize) {
    let all: usize = agents.iter().map(|agent| 1 + agent.components.len()).sum();
    let of = |wanted: MonitorItem, agent: &hoplight_sim::AgentView<'_>| {
        wanted == MonitorItem::Agent(agent.agent)
            || agent.components.iter().any(|row| wanted == MonitorItem::Component(row.component))
    };
    // While an alert is selected, the agents stay collapsed.
    let open = |agent: &hoplight_sim::AgentView<'_>| all <= room || looked_at.is_some_and(|item| of(item, agent));
    let mut rows = Vec::new();
    for (place, agent) in agents.iter().enumerate() {
        rows.push((MonitorRowKind::Agent(place), Some(MonitorItem::Agent(agent.agent)), 1));
        if open(agent) {
            let components = agent.components.iter().enumerate();
            rows.extend(
                components
                    .map(|(at, row)| (MonitorRowKind::Component(place, at), Some(MonitorItem::Component(row.component)), 1)),
            );
        }
    }
    let at = rows.iter().position(|(_, item, _)| *item == looked_at).unwrap_or(0);
    (rows, at)
}
