//! The stage as panes: area, lines, scroll range and click actions of each part.
//!
//! ```text
//!  App ──StageView::of──▶ StageView ─┬─▶ the frame draws it
//!                                    └─▶ the mouse looks up the action at a cell
//! ```
//!
//! Both read the same panes, so a click always matches what is drawn.

mod hit;
pub mod pane;
pub(crate) mod timeline;

use hoplight_layout::Area;
use hoplight_lesson::Place;

use crate::action::{Action, SelectAction, ViewAction};
use crate::app::App;
use crate::line::Line;
use crate::monitor::MonitorRow;
use crate::stage::Stage;
use crate::task::Task;
use crate::task::drill::DrillTask;
use crate::task::drill::page::DrillPage;
use crate::task::review::ReviewTask;
use crate::tone::Tone;
use crate::view::View;
use crate::{detail, editor, gauges, journal, monitor, panel, status, tap};
use pane::Pane;

/// Least rows of a page of a drill on a small screen.
const LEAST_PAGE: u16 = 8;

/// Least rows of the timeline of a debriefing on a small screen.
const LEAST_TIMELINE: u16 = 11;

/// The panes of the stage.
#[derive(Clone, Debug)]
pub struct StageView<'a> {
    /// The stage.
    pub stage: &'a Stage,
    /// The stage whose samples the monitoring screen shows: a copy, in an incident drill.
    pub monitored: &'a Stage,
    /// Area of the status line.
    pub status_area: Area,
    /// Parts of the status line: user experience and key figures.
    pub status: Vec<Line>,
    /// Area of the messages.
    pub message_area: Area,
    /// The current message, and the previous ones.
    pub messages: Vec<Line>,
    /// Area of the timeline; empty if it does not fit.
    pub timeline: Area,
    /// Area of the main view.
    pub main: Area,
    /// Content of the main view.
    pub main_view: MainView,
    /// The lesson, or the selected element.
    pub panel: Pane,
    /// The selected element below a lesson; empty outside lessons, or if it does not fit.
    pub detail: Pane,
    /// The journal, or the wiretap instead.
    pub journal: JournalPane,
    /// Areas of the agents' gauges, as many as fit.
    pub gauges: Vec<Area>,
}

/// The main view of the stage.
#[derive(Clone, Debug)]
pub enum MainView {
    /// The diagram.
    Canvas,
    /// The monitoring screen, row by row.
    Monitor(Vec<MonitorRow>),
    /// A page of an incident drill.
    Page(Pane),
    /// Two designs, with the table of their differences. Also covers the panels.
    Compare(Pane),
}

/// The lines of the journal, or of the wiretap below a title.
#[derive(Clone, Debug)]
pub struct JournalPane {
    /// The area; empty if it does not fit.
    pub area: Area,
    /// The wiretap's title and remark; `None` for the journal.
    pub title: Option<(Line, String)>,
    /// The visible lines.
    pub lines: Vec<Line>,
}

impl JournalPane {
    fn of(stage: &Stage) -> Self {
        let area = stage.viewport.regions.journal;
        let height = usize::from(area.height);
        let Some(title) = tap::title(stage) else {
            return Self { area, title: None, lines: journal::lines(stage, height) };
        };
        let tone = if stage.session.wiretap_saw_password() { Tone::Secret } else { Tone::Name };
        let hop = stage.session.timeline.tapped().map(|link| SelectAction::Element(stage.infra().hop_element(link)).into());
        let title = Line { action: hop, ..Line::new(tone, title) };
        Self { area, title: Some((title, tap::remark(stage))), lines: tap::lines(stage, height.saturating_sub(1)) }
    }

    fn action_at(&self, row: u16) -> Option<Action> {
        let at = usize::from(row - self.area.y);
        match &self.title {
            None => self.lines.get(at)?.action.clone(),
            Some((title, _)) => match at.checked_sub(1) {
                None => title.action.clone(),
                Some(at) => self.lines.get(at)?.action.clone(),
            },
        }
    }
}

impl<'a> StageView<'a> {
    /// Returns the panes of the stage, or `None` on the course map.
    pub fn of(app: &'a App) -> Option<Self> {
        let stage = app.stage()?;
        let panel = panel_of(app, stage);
        let (message_area, messages) = status::messages(app, stage);
        let main = main_area(stage, &panel);
        let monitored = stage.hidden_drill().and_then(DrillTask::monitor).unwrap_or(stage);
        let main_view = match (stage.panels.view, &stage.panels.comparison) {
            (View::Drill, _) => drill_page(app, stage, main),
            (View::Monitor, _) => MainView::Monitor(monitor::plan(stage, main)),
            (View::Compare, Some(comparison)) => {
                let lines = comparison.lines(stage.sim());
                let table = Pane::new(comparison.areas.table, lines, comparison.scroll, ViewAction::Scroll);
                MainView::Compare(table.bordered(comparison.areas.pictures[0].height > 0))
            }
            (View::Canvas | View::Compare, _) => MainView::Canvas,
        };
        Some(Self {
            stage,
            monitored,
            status_area: status::status_area(app),
            status: status::status_parts(stage),
            message_area,
            messages,
            timeline: stage.timeline_area(),
            main,
            main_view,
            panel,
            detail: detail_of(app, stage),
            journal: JournalPane::of(stage),
            gauges: gauges::places(stage),
        })
    }

    /// Returns the lines of the panel and the detail panel as plain text.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.panel.lines.iter().chain(&self.detail.lines).map(Line::text)
    }
}

/// Returns the page of a drill: text, or the monitoring screen.
fn drill_page(app: &App, stage: &Stage, area: Area) -> MainView {
    let Some(drill) = stage.drill() else { return MainView::Canvas };
    let (lines, title) = if !drill.is_hidden() {
        (drill.timeline_lines(area.width.saturating_sub(2)), "Timeline, in seconds since the fault")
    } else if let (DrillPage::Monitoring, Some(screen)) = (drill.page(), drill.monitor()) {
        return MainView::Monitor(monitor::plan(screen, area));
    } else {
        (drill.page_lines(drill.page(), &app.keymap, area.width.saturating_sub(2)), drill.page().title())
    };
    let pane = Pane::new(area, lines, stage.panels.detail_scroll, ViewAction::ScrollDetail);
    let remark = if pane.most_scroll > 0 { "Up, Down scroll" } else { "" };
    MainView::Page(pane.titled(Line::new(Tone::Name, title), remark.to_owned()))
}

/// Whether the panel shows the lesson instead of the selected element.
fn shows_lesson(stage: &Stage) -> bool {
    stage.session.lesson.is_some() && (stage.viewport.regions.wide || !stage.panels.show_detail)
}

/// Whether the panel shows a task other than a lesson.
fn shows_task(stage: &Stage) -> bool {
    stage.task.is_some() && (stage.viewport.regions.wide || !stage.panels.show_detail)
}

fn panel_of(app: &App, stage: &Stage) -> Pane {
    let wide = stage.viewport.regions.wide;
    // A right margin and, beside the canvas, a left border.
    let width = stage.viewport.regions.panel.width.saturating_sub(if wide { 3 } else { 2 });
    let (lines, (title, remark)) = match (&stage.session.lesson, &stage.editor) {
        _ if shows_task(stage) => {
            stage.task.as_ref().map_or_else(Default::default, |task| (task.lines(stage, &app.keymap, width), task.title()))
        }
        (Some(run), _) if shows_lesson(stage) => (panel::lines(stage, &app.keymap, width), panel::title(stage, run, &app.keymap)),
        (None, Some(editor)) if !stage.panels.show_detail || stage.task.is_some() => {
            (editor::panel::lines(stage, editor, &app.keymap, width), editor::panel::title(stage, editor))
        }
        _ if stage.hidden_drill().is_some() => {
            (DrillTask::selected_lines(stage, &app.keymap, width), (DrillTask::selected_title(stage), String::new()))
        }
        _ => match guiding(stage) {
            Some(review) => (review.guide(&app.keymap, width), ("Your marks".to_owned(), String::new())),
            None => (detail::lines(stage, &app.keymap, width), (detail::title(stage), String::new())),
        },
    };
    let area = panel_area(stage, lines.len());
    Pane::new(area, lines, stage.panels.scroll, ViewAction::ScrollPanel)
        .titled(Line::new(Tone::Name, title), remark)
        .bordered(wide)
        // On a small screen, the lesson and the selected element share the panel.
        .on_title((!wide).then(|| ViewAction::TogglePanel.into()))
}

fn detail_of(app: &App, stage: &Stage) -> Pane {
    let area = stage.viewport.regions.detail;
    let width = area.width.saturating_sub(3);
    let (lines, (title, remark)) = match &stage.editor {
        _ if area.height == 0 => Default::default(),
        _ if stage.hidden_drill().is_some() => beside_page(app, stage, width),
        _ if stage.panels.view == View::Drill => {
            let lines = stage.drill().map_or_else(Vec::new, |drill| drill.advice_lines(width));
            (lines, ("What to look at".to_owned(), String::new()))
        }
        Some(editor) => (editor::panel::lines(stage, editor, &app.keymap, width), editor::panel::title(stage, editor)),
        None => match guiding(stage) {
            Some(review) => (review.guide(&app.keymap, width), ("Your marks".to_owned(), String::new())),
            None => (detail::lines(stage, &app.keymap, width), (detail::title(stage), String::new())),
        },
    };
    Pane::new(area, lines, stage.panels.detail_scroll, ViewAction::ScrollDetail)
        .titled(Line::new(Tone::Name, title), remark)
        .bordered(true)
}

/// Returns what a drill shows beside its page: the newest events or, beside them, the monitoring service; beside the plan, the
/// selected element.
fn beside_page(app: &App, stage: &Stage, width: u16) -> (Vec<Line>, (String, String)) {
    let Some(drill) = stage.hidden_drill() else { return Default::default() };
    let other = match drill.page() {
        DrillPage::Plan => {
            let lines = DrillTask::selected_lines(stage, &app.keymap, width);
            return (lines, (DrillTask::selected_title(stage), String::new()));
        }
        DrillPage::Events => DrillPage::Monitoring,
        DrillPage::Monitoring | DrillPage::Log | DrillPage::Users | DrillPage::Probes => DrillPage::Events,
    };
    (drill.page_lines(other, &app.keymap, width), (other.title().to_owned(), String::new()))
}

/// Returns the design review whose guide replaces the description of the site.
fn guiding(stage: &Stage) -> Option<&ReviewTask> {
    stage.task.as_ref().and_then(Task::as_review).filter(|review| review.guides(stage))
}

/// Returns the area of the panel. On a small screen, it grows over the canvas if its text needs more room.
fn panel_area(stage: &Stage, lines: usize) -> Area {
    let area = stage.viewport.regions.panel;
    let lesson = shows_lesson(stage) || shows_task(stage);
    let is_wanted = lesson || stage.panels.show_detail;
    let on_canvas = stage.panels.view == View::Canvas;
    if stage.viewport.regions.wide {
        return area;
    }
    if stage.panels.view == View::Drill {
        let needed = u16::try_from(lines + 1).unwrap_or(u16::MAX);
        let most = area.height
            + stage.viewport.regions.canvas.height.saturating_sub(if stage.hidden_drill().is_some() {
                LEAST_PAGE
            } else {
                LEAST_TIMELINE
            });
        let height = needed.clamp(area.height, most.max(area.height));
        return Area { y: area.y + area.height - height, height, ..area };
    }
    // Other views need the room: show the panel only on request.
    if !on_canvas && !is_wanted {
        return Area { y: area.y + area.height, height: 0, ..area };
    }
    // Other views keep their size while a lesson is shown below them.
    let keeps_size = !on_canvas && !stage.panels.show_detail;
    // A lesson has its rows already, and does not cover the diagram.
    let is_over = lesson && stage.session.lesson.as_ref().is_some_and(|run| run.place() == Place::Finished);
    if area.height == 0 || !is_wanted || keeps_size || (lesson && on_canvas && !is_over) {
        return area;
    }
    let needed = u16::try_from(lines + 1).unwrap_or(u16::MAX);
    // The recap is worth more than the diagram, on which nothing happens any more.
    if is_over {
        let all = area.height + stage.viewport.regions.canvas.height;
        return Area { y: area.y + area.height - all, height: all, ..area };
    }
    // Keep the packets visible while a hop is tapped.
    let listens = !shows_lesson(stage) && stage.session.is_tap_selected();
    let most = area.height + if listens { 5 } else { stage.viewport.regions.canvas.height.saturating_sub(2) };
    let height = needed.clamp(area.height, most);
    Area { y: area.y + area.height - height, height, ..area }
}

/// Returns the area of the main view. On a small screen, views other than the canvas extend down to the panel.
fn main_area(stage: &Stage, panel: &Pane) -> Area {
    let area = stage.viewport.regions.canvas;
    if stage.panels.view == View::Canvas || stage.viewport.regions.wide {
        return area;
    }
    Area { height: panel.area.y.saturating_sub(area.y), ..area }
}
