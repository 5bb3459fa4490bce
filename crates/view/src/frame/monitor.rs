//! The monitoring screen: a table of delivered samples, charts, error budgets, the probe and alerts.
//!
//! It shows only data delivered by agents and never reads a station directly.

mod alerts;
mod chart;
mod table;

use hoplight_app::action::WindowAction;
use hoplight_app::monitor::item::MonitorItem;
use hoplight_app::monitor::{self, MonitorRow, MonitorRowKind};
use hoplight_app::window::kind::WindowKind;
use hoplight_app::{App, Line, Stage, Tone};
use hoplight_layout::Area;
use hoplight_sim::{AgentView, AlertView};

use super::paint::Painter;

/// The data of the screen.
struct MonitorScreen<'a> {
    app: &'a App,
    stage: &'a Stage,
    agents: Vec<AgentView<'a>>,
    alerts: Vec<AlertView<'a>>,
    looked_at: Option<MonitorItem>,
}

/// Draws the screen.
pub(super) fn draw(app: &App, stage: &Stage, area: Area, rows: &[MonitorRow], painter: &mut Painter<'_>) {
    painter.clear(area.x, area.y, area.width, area.height);
    let (agents, alerts) = (stage.sim().agents(), stage.sim().alerts());
    let screen = MonitorScreen { app, stage, agents, alerts, looked_at: monitor::item(stage) };
    for row in rows {
        screen.row(row, painter);
        if row.item.is_some() && row.item == screen.looked_at {
            let (pointer, style) = (painter.theme.glyphs.pointer, painter.theme.accent);
            painter.put(row.area.x, row.area.y, pointer, style);
            painter.weigh(row.area.x, row.area.y, row.area.width, ratatui::style::Modifier::BOLD);
        }
    }
}

impl MonitorScreen<'_> {
    fn row(&self, row: &MonitorRow, painter: &mut Painter<'_>) {
        let Area { x, y, width, .. } = row.area;
        let line = |painter: &mut Painter<'_>, line: &Line| painter.fit(x + 1, y, width.saturating_sub(2), line);
        match row.kind {
            MonitorRowKind::Title => {
                let title = match monitor::outage(self.stage) {
                    Some(outage) => Line::new(Tone::Bad, format!("{outage}; all data below is old")),
                    None => Line::new(Tone::Name, "monitoring").with(Tone::Dim, ": samples delivered by agents only"),
                };
                let right = match monitor::interval_s(self.stage) {
                    Some(interval) => format!("QPS, {interval}-s samples, smoothed"),
                    None => "QPS, smoothed".to_owned(),
                };
                painter.rule(x, y, width, &title, &right);
            }
            MonitorRowKind::Columns => table::columns(row.area, painter),
            MonitorRowKind::Agent(place) => {
                if let Some(agent) = self.agents.get(place) {
                    self.agent(agent, row.area, painter);
                }
            }
            MonitorRowKind::Component(place, at) => {
                if let Some(agent) = self.agents.get(place) {
                    self.component(agent, at, row.area, painter);
                }
            }
            MonitorRowKind::Nobody => {
                line(painter, &Line::new(Tone::Warn, "No agent takes samples here: users will notice a failure first."));
            }
            MonitorRowKind::Charts(component) => self.charts(component, row.area, painter),
            MonitorRowKind::Budget(place) => self.budget(place, row.area, painter),
            MonitorRowKind::Probe => line(painter, &self.probe(width.saturating_sub(2))),
            MonitorRowKind::Alerts(left) => {
                // The arrow keys scroll to the remaining lines.
                let more = if left > 0 { format!("{left} more (arrow keys)") } else { String::new() };
                painter.rule(x, y, width, &self.alerts_heading(), &more);
            }
            MonitorRowKind::Quiet => line(painter, &self.quiet(width.saturating_sub(2))),
            MonitorRowKind::Alert(at) => line(painter, &self.alert(at, width)),
            MonitorRowKind::Entry(back) => line(painter, &self.entry(back)),
            MonitorRowKind::Explanation => {
                let last = y + row.area.height.saturating_sub(1);
                let key = self.app.keymap.label(WindowAction::Open(WindowKind::Glossary));
                let text = Line::new(Tone::Accent, format!("{key} ")).with(Tone::Dim, monitor::explanation(self.stage));
                painter.fit(x + 1, last, width.saturating_sub(2), &text);
            }
        }
    }

    /// Returns the name of a component.
    fn name(&self, component: hoplight_model::ComponentIx) -> &str {
        self.stage.infra().component(component).id.as_str()
    }
}
