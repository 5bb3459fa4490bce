//! Click and wheel actions at a cell of the stage.
//!
//! Every action is also available from the keyboard.

use hoplight_layout::{Arrow, Cell};
use hoplight_model::Element;

use crate::action::{Action, LessonAction, ReviewAction, SelectAction, SiteAction, TimeAction, ViewAction, WindowAction};
use crate::line::Line;
use crate::monitor;
use crate::monitor::item::MonitorItem;
use crate::monitor::{MonitorRow, MonitorRowKind};
use crate::stage::Stage;
use crate::task::Task;
use crate::task::review::ReviewTask;
use crate::view::View;
use crate::window::kind::WindowKind;

use super::timeline::{beside, moment_at};
use super::{MainView, StageView};

impl StageView<'_> {
    /// Returns the action of a click on a cell between header and footer.
    pub fn action_at(&self, column: u16, row: u16) -> Option<Action> {
        let (stage, cell) = (self.stage, Cell::new(column, row));
        if self.message_area.contains(cell) {
            return self.messages.get(usize::from(row - self.message_area.y))?.action.clone();
        }
        if self.status_area.contains(cell) {
            return Line::action_at(&self.status, usize::from(column));
        }
        if self.timeline.contains(cell) {
            return Some(moment_at(stage, self.timeline, column).into());
        }
        if let MainView::Compare(table) = &self.main_view {
            return if table.area.contains(cell) { table.action_at(row) } else { on_pictures(stage, column, row) };
        }
        if let Some(pane) = [&self.panel, &self.detail].into_iter().find(|pane| pane.area.contains(cell)) {
            return pane.action_at(row);
        }
        if self.journal.area.contains(cell) {
            return self.journal.action_at(row);
        }
        if let Some(index) = self.gauges.iter().position(|gauge| gauge.contains(cell)) {
            return on_gauge(stage, index);
        }
        // The title above the gauges.
        if stage.viewport.regions.wide && row + 1 == stage.viewport.regions.gauges.y {
            return Some(ViewAction::ToggleMonitor.into());
        }
        if !self.main.contains(cell) {
            return None;
        }
        match &self.main_view {
            MainView::Canvas => on_canvas(stage, column - self.main.x, row - self.main.y),
            MainView::Monitor(rows) => on_monitor(self.monitored, rows, column, row),
            MainView::Page(page) => page.action_at(row),
            MainView::Compare(_) => None,
        }
    }

    /// Returns the action of a wheel event of `by` lines over a cell.
    pub fn wheel_at(&self, column: u16, row: u16, by: i16) -> Option<Action> {
        let (stage, cell) = (self.stage, Cell::new(column, row));
        let (down, right) = if by > 0 { (Arrow::Down, Arrow::Right) } else { (Arrow::Up, Arrow::Left) };
        if stage.viewport.regions.header.contains(cell) {
            return Some(if by > 0 { TimeAction::Slower } else { TimeAction::Faster }.into());
        }
        if self.timeline.contains(cell) {
            return Some(TimeAction::Seek(beside(stage, self.timeline, by > 0)).into());
        }
        if stage.panels.view == View::Compare {
            return Some(ViewAction::Scroll(by).into());
        }
        if self.detail.area.contains(cell) {
            return Some(ViewAction::ScrollDetail(by).into());
        }
        if self.panel.area.contains(cell) {
            return Some(ViewAction::ScrollPanel(by).into());
        }
        // The log has the events before the journal's first line.
        if self.journal.area.contains(cell) {
            return (stage.session.wiretap().is_none() && by < 0).then(|| WindowAction::Open(WindowKind::Log).into());
        }
        if !self.main.contains(cell) {
            return None;
        }
        match &self.main_view {
            MainView::Canvas => stage.viewport.is_larger().then(|| ViewAction::Pan(down).into()),
            MainView::Monitor(rows) => {
                let charts = rows.iter().any(|row| row.area.contains(cell) && matches!(row.kind, MonitorRowKind::Charts(_)));
                Some(SelectAction::Move(if charts { right } else { down }).into())
            }
            MainView::Page(_) => Some(ViewAction::ScrollDetail(by).into()),
            MainView::Compare(_) => None,
        }
    }
}

fn on_gauge(stage: &Stage, index: usize) -> Option<Action> {
    let agent = stage.sim().agents().get(index).map(|view| view.agent)?;
    Some(match stage.panels.view {
        View::Monitor => SelectAction::Monitored(MonitorItem::Agent(agent)).into(),
        View::Canvas | View::Compare | View::Drill => {
            SelectAction::Element(Element::Component(stage.infra().component(agent).id.clone())).into()
        }
    })
}

fn on_pictures(stage: &Stage, column: u16, row: u16) -> Option<Action> {
    let hit = stage.panels.comparison.as_ref()?.hit(column, row)?;
    Some(hit.map_or(SelectAction::Clear, |element| SelectAction::Element(element.clone())).into())
}

fn on_monitor(stage: &Stage, rows: &[MonitorRow], column: u16, row: u16) -> Option<Action> {
    let hit = rows.iter().find(|other| other.area.contains(Cell::new(column, row)))?;
    match hit.kind {
        // Move the clicked chart to the front.
        MonitorRowKind::Charts(_) => {
            let right = column >= hit.area.x + hit.area.width / 2;
            Some(SelectAction::Move(if right { Arrow::Right } else { Arrow::Left }).into())
        }
        MonitorRowKind::Budget(place) => {
            let budget = monitor::budgets(stage).into_iter().nth(place)?;
            Some(SelectAction::Monitored(MonitorItem::Component(budget.component)).into())
        }
        // A click only turns the probe on; the row shows the key that turns it off.
        MonitorRowKind::Probe => stage.sim().probe().interval_s.is_none().then(|| SiteAction::Probe.into()),
        MonitorRowKind::Explanation => Some(WindowAction::Open(WindowKind::Glossary).into()),
        MonitorRowKind::Alerts(_) => Some(WindowAction::Open(WindowKind::Log).into()),
        MonitorRowKind::Entry(back) => {
            let log = stage.sim().alert_log().len();
            let entry = log.checked_sub(back + 1).and_then(|at| stage.sim().alert_log().nth(at))?;
            let about = entry.subject.map(|ix| Element::Component(stage.infra().component(ix).id.clone()));
            Some(TimeAction::Recall { at: entry.at, request: None, about }.into())
        }
        MonitorRowKind::Title
        | MonitorRowKind::Columns
        | MonitorRowKind::Agent(_)
        | MonitorRowKind::Component(..)
        | MonitorRowKind::Nobody
        | MonitorRowKind::Quiet
        | MonitorRowKind::Alert(_) => hit.item.map(|item| SelectAction::Monitored(item).into()),
    }
}

/// Returns the action of a click on a cell of the canvas; none if nothing is there and nothing is selected.
fn on_canvas(stage: &Stage, x: u16, y: u16) -> Option<Action> {
    if let Some(cell) = stage.map().and_then(|map| map.cell_at(x, y)) {
        return Some(ViewAction::CentreOn(cell.x, cell.y).into());
    }
    let cell = Cell::new(x + stage.viewport.pan.x, y + stage.viewport.pan.y);
    // The midpoint of a link selects the link even if packets are on it.
    let is_anchor = stage.viewport.layout.routes().iter().any(|route| route.anchor == cell);
    if let Some(number) = stage.packet_at(cell).filter(|_| !is_anchor) {
        return Some(SelectAction::Follow(number).into());
    }
    Some(match stage.viewport.layout.hit(cell.x, cell.y) {
        // A click beside everything only deselects, as the key that goes back does.
        None => {
            stage.session.selected.as_ref()?;
            SelectAction::Deselect.into()
        }
        // While a question asks for marks, a second click marks the element.
        Some(element) if stage.session.wants_marks() && stage.session.selected.as_ref() == Some(element) => {
            LessonAction::Mark.into()
        }
        Some(element) if wants_review_marks(stage) && stage.session.selected.as_ref() == Some(element) => {
            ReviewAction::MarkElement.into()
        }
        Some(element) => SelectAction::Element(element.clone()).into(),
    })
}

/// Whether elements are marked in a design review.
fn wants_review_marks(stage: &Stage) -> bool {
    stage.task.as_ref().and_then(Task::as_review).is_some_and(ReviewTask::hides_answers)
}
