//! The mouse on the stage: what lies under it, part by part.
//!
//! Must not know what lies over the stage.

use hoplight_layout::{Area, Arrow, Cell};
use hoplight_sim::SimTime;

use hoplight_model::Element;

use crate::action::{Action, LessonAction, SelectAction, SiteAction, TimeAction, ViewAction, WindowAction};
use crate::app::App;
use crate::events::{self, Mark};
use crate::keymap::Place;
use crate::line::Line;
use crate::monitor::item::MonitorItem;
use crate::monitor::{self, MonitorRowKind};
use crate::mouse::{detail_lines, inside, main_area, most_detail_scroll, most_scroll, panel_area, panel_lines};
use crate::scroll::room;
use crate::stage::Stage;
use crate::view::View;
use crate::window::kind::WindowKind;
use crate::{gauges, journal, status, tap};

/// The line of what users experience, and of notices.
pub fn status_area(app: &App) -> Area {
    let (columns, rows) = app.size();
    match app.stage() {
        Some(Stage { view: View::Compare, .. }) => Area { x: 0, y: rows.saturating_sub(2), width: columns, height: 1 },
        Some(stage) => stage.regions.status,
        None => Area { x: 0, y: 1, width: columns, height: 1 },
    }
}

/// What a click on a cell of the stage means, between header and footer.
pub(super) fn clicked(app: &App, stage: &Stage, column: u16, row: u16) -> Option<Action> {
    let regions = &stage.regions;
    let is_in = |area: Area| inside(area, column, row);
    if is_in(status_area(app)) {
        return Line::action_at(&status::status_parts(app, stage), usize::from(column));
    }
    let timeline = stage.timeline_area();
    if is_in(timeline) {
        return Some(moment_at(stage, timeline, column));
    }
    if stage.view == View::Compare {
        return on_comparison(stage, column, row);
    }
    let panel = panel_area(app);
    if is_in(panel) {
        // On a small screen, lesson and selection share it.
        if row == panel.y {
            return (!regions.wide).then_some(ViewAction::TogglePanel.into());
        }
        return Lines { area: panel, scroll: stage.scroll, most: most_scroll(app) }.action(
            &panel_lines(app),
            row,
            ViewAction::ScrollPanel,
        );
    }
    if is_in(regions.detail) {
        let below = Lines { area: regions.detail, scroll: stage.detail_scroll, most: most_detail_scroll(app) };
        return below.action(&detail_lines(app), row, ViewAction::ScrollDetail);
    }
    if is_in(regions.journal) {
        return in_journal(stage, row);
    }
    if let Some(place) = gauges::places(stage).into_iter().position(is_in) {
        let agent = stage.sim().agents().get(place).map(|view| view.agent)?;
        return Some(match stage.view {
            View::Monitor => SelectAction::Monitored(MonitorItem::Agent(agent)).into(),
            _ => SelectAction::Element(Element::Component(stage.infra().component(agent).id.clone())).into(),
        });
    }
    // The title above them.
    if regions.wide && row + 1 == regions.gauges.y {
        return Some(ViewAction::ToggleMonitor.into());
    }
    if !is_in(main_area(app)) {
        return None;
    }
    match stage.view {
        View::Canvas => Some(on_canvas(app, stage, column - regions.canvas.x, row - regions.canvas.y)),
        View::Monitor => on_monitor(app, stage, column, row),
        View::Compare => None,
    }
}

/// What the wheel means over a cell of the stage, turned by so many lines.
pub(super) fn turned(app: &App, stage: &Stage, (column, row): (u16, u16), by: i16) -> Option<Action> {
    let regions = &stage.regions;
    let is_in = |area: Area| inside(area, column, row);
    let (down, right) = if by > 0 { (Arrow::Down, Arrow::Right) } else { (Arrow::Up, Arrow::Left) };
    if is_in(regions.header) {
        return Some(if by > 0 { TimeAction::Slower.into() } else { TimeAction::Faster.into() });
    }
    let timeline = stage.timeline_area();
    if is_in(timeline) {
        return Some(TimeAction::Seek(beside(stage, timeline, by > 0)).into());
    }
    if stage.view == View::Compare {
        return Some(ViewAction::Scroll(by).into());
    }
    if is_in(regions.detail) {
        return Some(ViewAction::ScrollDetail(by).into());
    }
    if is_in(panel_area(app)) {
        return Some(ViewAction::ScrollPanel(by).into());
    }
    // What lies further back than the journal's first line stands in the log.
    if is_in(regions.journal) {
        return (stage.wiretap.is_none() && by < 0).then_some(WindowAction::Open(WindowKind::Log).into());
    }
    if !is_in(main_area(app)) {
        return None;
    }
    match stage.view {
        View::Canvas => stage.is_larger().then_some(ViewAction::Pan(down).into()),
        View::Monitor => {
            let plan = monitor::plan(stage, main_area(app));
            let over = plan.iter().find(|other| is_in(other.area)).map(|other| other.kind);
            Some(SelectAction::Move(if matches!(over, Some(MonitorRowKind::Charts(_))) { right } else { down }).into())
        }
        View::Compare => None,
    }
}

/// Lines under a title, of which the last row may say how many have no room.
struct Lines {
    area: Area,
    scroll: u16,
    most: u16,
}

impl Lines {
    /// What a click on a row of the screen means; `scroll` is what scrolls these lines.
    fn action(&self, lines: &[Line], row: u16, scroll: impl FnOnce(i16) -> ViewAction) -> Option<Action> {
        let at = usize::from((row - self.area.y).checked_sub(1)?);
        let scrolled = self.scroll.min(self.most);
        if at >= room(self.area.height, lines.len()) {
            return (at < lines.len()).then(|| scroll(if scrolled < self.most { 3 } else { -3 }).into());
        }
        lines.get(at + usize::from(scrolled))?.action.clone()
    }
}

/// The journal, or what the wiretap has heard in its place.
fn in_journal(stage: &Stage, row: u16) -> Option<Action> {
    let area = stage.regions.journal;
    let at = usize::from(row - area.y);
    if stage.wiretap.is_some() {
        let lines = tap::lines(stage, usize::from(area.height.saturating_sub(1)));
        // Its title names the hop.
        let Some(at) = at.checked_sub(1) else {
            return stage.timeline.tapped().map(|link| SelectAction::Element(stage.infra().hop_element(link)).into());
        };
        return lines.get(at)?.action.clone();
    }
    journal::lines(stage, usize::from(area.height)).get(at)?.action.clone()
}

fn on_comparison(stage: &Stage, column: u16, row: u16) -> Option<Action> {
    let comparison = stage.comparison.as_ref()?;
    let table = comparison.places.table;
    if inside(table, column, row) {
        let lines = comparison.lines(stage.sim());
        let hidden = lines.len().saturating_sub(room(table.height, lines.len()));
        let most = u16::try_from(hidden).unwrap_or(u16::MAX);
        return Lines { area: table, scroll: comparison.scroll, most }.action(&lines, row, ViewAction::Scroll);
    }
    let hit = comparison.hit(column, row)?;
    Some(hit.map_or(SelectAction::Clear.into(), |element| SelectAction::Element(element.clone()).into()))
}

fn on_monitor(app: &App, stage: &Stage, column: u16, row: u16) -> Option<Action> {
    let rows = monitor::plan(stage, main_area(app));
    let hit = rows.iter().find(|other| inside(other.area, column, row))?;
    match hit.kind {
        // The half that is clicked comes first.
        MonitorRowKind::Charts(_) => {
            let right = column >= hit.area.x + hit.area.width / 2;
            Some(SelectAction::Move(if right { Arrow::Right } else { Arrow::Left }).into())
        }
        MonitorRowKind::Budget(place) => monitor::budgets(stage)
            .get(place)
            .map(|budget| SelectAction::Monitored(MonitorItem::Component(budget.component)).into()),
        // It says which key switches the probe on; off, it is switched with care.
        MonitorRowKind::Probe => stage.sim().probe().interval_s.is_none().then_some(SiteAction::Probe.into()),
        MonitorRowKind::Alerts(_) => Some(WindowAction::Open(WindowKind::Log).into()),
        MonitorRowKind::Entry(back) => {
            let log = stage.sim().alert_log();
            let entry = log.len().checked_sub(back + 1).and_then(|at| stage.sim().alert_log().nth(at))?;
            let about = entry.subject.map(|ix| Element::Component(stage.infra().component(ix).id.clone()));
            Some(TimeAction::Recall { at: entry.at, request: None, about }.into())
        }
        _ => hit.item.map(|item| SelectAction::Monitored(item).into()),
    }
}

/// What a click on the timeline means: the moment, or a mark that stands there.
pub(super) fn moment_at(stage: &Stage, area: Area, column: u16) -> Action {
    let area = events::strip(area);
    let (span, column) = (stage.span(), column.saturating_sub(area.x));
    let here = |mark: &&Mark| events::column(mark.at, span, area.width) == column;
    let marked = stage.known_marks().into_iter().rev().map(|(_, mark)| mark).find(here).map(Mark::recall);
    marked.unwrap_or_else(|| TimeAction::Seek(events::moment(column, span, area.width))).into()
}

/// The moment one column of the timeline further on, or back: within what is known.
fn beside(stage: &Stage, area: Area, forward: bool) -> SimTime {
    let (strip, span) = (events::strip(area), stage.span());
    let now = events::column(stage.sim().now(), span, strip.width);
    let to = if forward { (now + 1).min(strip.width.saturating_sub(1)) } else { now.saturating_sub(1) };
    let marks = stage.known_marks().into_iter().map(|(_, mark)| mark.at);
    let marked = marks.rev().find(|at| events::column(*at, span, strip.width) == to);
    marked.unwrap_or_else(|| events::moment(to, span, strip.width))
}

/// What a click on a cell of the canvas' window means.
fn on_canvas(app: &App, stage: &Stage, x: u16, y: u16) -> Action {
    if let Some(cell) = stage.map().and_then(|map| map.cell_at(x, y)) {
        return ViewAction::CentreOn(cell.x, cell.y).into();
    }
    let cell = Cell::new(x + stage.pan.x, y + stage.pan.y);
    // The middle of a link is the link's own, however many packets are on it.
    let is_anchor = stage.layout.routes().iter().any(|route| route.anchor == cell);
    if let Some(number) = stage.packet_at(cell).filter(|_| !is_anchor) {
        return SelectAction::Follow(number).into();
    }
    match stage.layout.hit(cell.x, cell.y) {
        None => SelectAction::Clear.into(),
        // Where marks are asked for, a second click marks.
        Some(element) if app.place() == Place::Marks && stage.selected.as_ref() == Some(element) => LessonAction::Mark.into(),
        Some(element) => SelectAction::Element(element.clone()).into(),
    }
}
