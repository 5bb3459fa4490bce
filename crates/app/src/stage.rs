//! The stage: a session with a running infrastructure, and its view state.
//!
//! ```text
//!  Stage ─┬─ Session    time, playback, selection, wiretap, lesson: shared with the headless player
//!         ├─ Viewport   screen regions, layout, pan
//!         └─ Panels     view, overlay, comparison, scroll offsets, marks
//! ```
//!
//! Methods that involve only one of the three are on that type.

mod commands;
mod steps;

use std::sync::Arc;
use std::time::Duration;

use hoplight_layout::{Area, Arrow, Layout, Map};
use hoplight_lesson::{LessonRun, Place, Readout, Session, outcome};
use hoplight_model::{Element, Infrastructure, ScenarioId};
use hoplight_sim::{CommandError, SimTime, Simulation};

use crate::editor::Editor;
use crate::events::{TimelineMark, of_both};
use crate::keymap::Keymap;
use crate::panels::{Panels, Summary};
use crate::task::Task;
use crate::view::View;
use crate::viewport::Viewport;
use crate::{panel, regions};

/// A running infrastructure: session, viewport and panels.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The running simulation, the playback state and the lesson.
    pub session: Session,
    /// The canvas and its visible part.
    pub viewport: Viewport,
    /// All other view state.
    pub panels: Panels,
    /// The topology editor, if it is open.
    pub editor: Option<Editor>,
    /// The task, if there is one other than a lesson.
    pub task: Option<Task>,
    /// The name under which the design on the stage is saved, once the editor has been opened.
    pub(crate) design: Option<ScenarioId>,
    /// The infrastructure of the layout.
    drawn: Arc<Infrastructure>,
}

impl Stage {
    /// Creates a stage without a lesson.
    pub fn explore(infra: Arc<Infrastructure>, seed: u64, size: (u16, u16)) -> Self {
        let (viewport, panels) = (Viewport::new(&infra), Panels::new(&infra));
        let drawn = Arc::clone(&infra);
        let mut stage =
            Self { session: Session::new(infra, seed), viewport, panels, editor: None, task: None, design: None, drawn };
        stage.resize(size);
        stage
    }

    /// Creates the stage of a lesson, and runs the setup of its step.
    pub fn lesson(
        infra: Arc<Infrastructure>,
        seed: u64,
        size: (u16, u16),
        run: LessonRun,
        entry: &outcome::StepEntry,
    ) -> (Self, Result<(), CommandError>) {
        let mut stage = Self::explore(infra, seed, size);
        stage.session.lesson = Some(run);
        stage.resize(size);
        let result = stage.enter(entry);
        (stage, result)
    }

    /// Continues the lesson on another infrastructure, in a new run.
    pub(super) fn change_site(&mut self, infra: Arc<Infrastructure>, seed: u64, size: (u16, u16)) {
        let lesson = self.session.lesson.take();
        *self = Self::explore(infra, seed, size);
        self.session.lesson = lesson;
        self.resize(size);
    }

    /// Runs the setup of a lesson's step.
    ///
    /// # Errors
    /// If a command of the setup is refused.
    pub fn enter(&mut self, entry: &outcome::StepEntry) -> Result<(), CommandError> {
        self.panels.scroll = 0;
        self.panels.show_detail = false;
        let known = self.knows_future();
        let before = self.session.timeline.commands().count();
        let result = self.changing(|session| session.enter(entry));
        if self.session.timeline.commands().count() > before {
            self.cut(known);
        }
        result
    }

    /// Lays everything out for a new screen size.
    pub fn resize(&mut self, size: (u16, u16)) {
        let agents = self.sim().agents().len();
        if self.drill().is_some_and(|drill| !drill.shows_truth()) {
            self.viewport.lay_out(regions::drill(size.0, size.1), self.session.infra());
        } else {
            self.viewport.resize(size, self.session.infra(), agents, self.splits_panel());
        }
        self.drawn = Arc::clone(self.infra());
        let anchor = self.session.selected.as_ref().and_then(|selected| self.viewport.layout.anchor(selected));
        self.viewport.show(anchor.unwrap_or_default());
        if let Some(comparison) = &mut self.panels.comparison {
            comparison.resize(regions::comparison_area(size), regions::is_wide(size));
        }
    }

    /// Lays the drawing out again if time has passed an act of the editor, forward or back.
    pub(super) fn follow_drawing(&mut self, size: (u16, u16)) {
        let (drawn, infra) = (&self.drawn, self.session.infra());
        let ids = |infra: &Arc<Infrastructure>| {
            infra.components().map(|(_, it)| (it.id.clone(), it.server.clone())).collect::<Vec<_>>()
        };
        let ends = |infra: &Arc<Infrastructure>| infra.links().map(|(link, _)| infra.ends(link)).collect::<Vec<_>>();
        let is_same = Arc::ptr_eq(drawn, infra) || (ids(drawn) == ids(infra) && ends(drawn) == ends(infra));
        if is_same {
            self.drawn = Arc::clone(infra);
            return;
        }
        self.session.selected = self.session.selected.take().filter(|selected| self.session.infra().contains(selected));
        self.resize(size);
        self.update_checks();
    }

    /// Whether a lesson or another task needs a panel.
    pub const fn has_task(&self) -> bool {
        self.session.lesson.is_some() || self.task.is_some()
    }

    /// Whether the selected element has a panel below that of the lesson or task.
    const fn splits_panel(&self) -> bool {
        match &self.task {
            Some(task) => task.leaves_detail(),
            None => self.session.lesson.is_some(),
        }
    }

    /// Edits the design, and lays the new drawing out.
    ///
    /// # Errors
    /// As for `edit`; nothing changes in that case.
    pub(super) fn edit_design<T, E>(
        &mut self,
        size: (u16, u16),
        edit: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let known = self.knows_future();
        let before = Arc::clone(self.infra());
        let edited = self.changing(edit)?;
        self.cut(known);
        if !Arc::ptr_eq(&before, self.infra()) {
            // Routing takes most of the time of a frame on a large drawing, and most settings do not move a line.
            if Arc::ptr_eq(&self.drawn, &before) && Layout::are_alike(&before, self.infra()) {
                self.drawn = Arc::clone(self.infra());
            } else {
                self.resize(size);
            }
        }
        Ok(edited)
    }

    /// Whether the drawing has changed since it was reviewed.
    pub fn awaits_review(&self) -> bool {
        self.editor.as_ref().is_some_and(|editor| !editor.checks.are_of(self.session.infra()))
    }

    /// Reviews the drawing, if the editor is open and the drawing has changed. Takes longer than a frame may on a large
    /// drawing, so it happens between two frames.
    pub(super) fn update_checks(&mut self) {
        let infra = Arc::clone(self.session.infra());
        if !self.awaits_review() {
            return;
        }
        if let Some(editor) = &mut self.editor {
            editor.checks.update(&infra);
            self.panels.summary = Summary::of(&infra);
        }
    }

    /// Returns the minimap of a large canvas, if it is shown.
    pub fn map(&self) -> Option<Map> {
        self.viewport.map(self.session.selected.as_ref())
    }

    /// Pans to make the selected element visible.
    pub(super) fn show_selection(&mut self) {
        if let Some(selected) = &self.session.selected {
            self.viewport.show_element(selected);
        }
    }

    /// Whether there is a known future: a command to redo, or a mark after the current time.
    fn knows_future(&self) -> bool {
        self.session.timeline.known_command().is_some() || self.panels.marks.after(self.sim().now()).is_some()
    }

    /// Discards the known future after a change. `known` says whether there was one.
    fn cut(&mut self, known: bool) {
        let now = self.sim().now();
        self.panels.marks.cut(now);
        if let Some(comparison) = &mut self.panels.comparison {
            comparison.cut(now);
        }
        self.panels.cut_off |= known;
    }

    /// Returns whether a known future was discarded since the last call.
    pub(super) const fn take_cut_off(&mut self) -> bool {
        std::mem::replace(&mut self.panels.cut_off, false)
    }

    /// Runs an operation that may move time, extend the command log or edit the infrastructure. Afterwards, synchronises the
    /// second design of a comparison, and recomputes the summary if the infrastructure has changed.
    fn changing<T>(&mut self, operation: impl FnOnce(&mut Session) -> T) -> T {
        let before = Arc::clone(self.infra());
        let result = operation(&mut self.session);
        if let Some(comparison) = &mut self.panels.comparison {
            comparison.follow(&self.session.timeline);
        }
        if !Arc::ptr_eq(&before, self.infra()) && self.editor.is_none() {
            self.panels.summary = Summary::of(self.infra());
        }
        result
    }

    /// Advances wall time.
    pub fn tick(&mut self, elapsed: Duration) {
        let by = elapsed.mul_f64(self.session.playback.factor());
        let paused = self.session.playback.paused;
        if let Some(drill) = self.drill_mut().filter(|drill| drill.is_hidden()) {
            // The simulation of the stage stands still: its diagram is a plan.
            if !paused {
                drill.advance(by);
            }
            return;
        }
        self.changing(|session| session.tick(elapsed));
    }

    /// Updates the overlay, which is hidden while a question asks for marks: it would reveal the answer.
    pub(super) fn update_overlay(&mut self) {
        let session = &self.session;
        let asked = session.lesson.as_ref().filter(|run| !run.is_open()).and_then(LessonRun::question);
        let hides = self.task.as_ref().is_some_and(Task::hides_answers);
        self.panels.overlays.suspend(hides || asked.is_some_and(|question| question.target().is_some()));
        self.panels.overlays.update(session.infra(), session.sim().rate(), session.selected.as_ref());
    }

    /// Updates the topic of the panel, and scrolls to the top if it is new. `is_lesson` says whether the panel shows the
    /// lesson, which keeps its scroll offset.
    pub(super) fn update_topic(&mut self, is_lesson: bool) {
        self.panels.set_topic(self.session.selected.as_ref(), self.session.playback.followed, is_lesson);
    }

    /// On a small screen, makes room for the text of a lesson: the diagram moves together instead of being covered.
    pub(super) fn fit_lesson(&mut self, keymap: &Keymap) {
        let regions = &self.viewport.regions;
        // At the end, the panel covers the diagram.
        let is_over = self.session.lesson.as_ref().is_some_and(|run| run.place() == Place::Finished);
        let shows = self.has_task() && !is_over && !self.panels.show_detail && self.panels.view == View::Canvas;
        let wanted = if shows && !regions.wide && regions.panel.height > 0 {
            let width = regions.panel.width.saturating_sub(2);
            let lines = match &self.task {
                Some(task) => task.lines(self, keymap, width).len(),
                None => panel::lines(self, keymap, width).len(),
            };
            u16::try_from(lines + 1).unwrap_or(u16::MAX).saturating_sub(self.viewport.own_panel_rows())
        } else {
            0
        };
        let comes_first = self.task.as_ref().is_some_and(Task::comes_first);
        // Within a step, the panel keeps its rows, so that the diagram does not jump when its goals are met.
        let step = self.session.lesson.as_ref().filter(|_| shows).map(LessonRun::place);
        if self.viewport.lend_rows(wanted, step, comes_first, self.session.infra()) {
            self.show_selection();
        }
    }

    /// Adds marks for new journal events to the timeline.
    pub(super) fn update_marks(&mut self) {
        let (timeline, sim) = (&self.session.timeline, self.session.sim());
        self.panels.marks.observe(timeline.journal(), sim.infrastructure(), sim.now());
    }

    /// Returns the marks of the timeline, oldest first. In a comparison, merges the marks of both designs; a mark of only one
    /// design is paired with that design's letter.
    pub fn known_marks(&self) -> Vec<(Option<char>, &TimelineMark)> {
        let first: Vec<&TimelineMark> = self.panels.marks.all().iter().collect();
        match &self.panels.comparison {
            None => first.into_iter().map(|mark| (None, mark)).collect(),
            Some(comparison) => {
                let second = comparison.marks.all().iter().collect();
                of_both(first, second, |mark| mark.at, |a, b| (a.sort, &a.text) == (b.sort, &b.text))
            }
        }
    }

    /// Returns the area of the timeline; empty if it does not fit.
    pub fn timeline_area(&self) -> Area {
        match (&self.panels.comparison, self.panels.view) {
            (Some(comparison), View::Compare) => comparison.areas.timeline,
            _ => self.viewport.regions.timeline,
        }
    }

    /// Returns the time span of the timeline: from the earliest rewind point to the latest time reached.
    pub fn span(&self) -> (SimTime, SimTime) {
        let now = self.sim().now();
        (self.session.timeline.earliest().min(now), self.panels.marks.furthest().max(now))
    }

    /// Selects the neighbour in a direction. Returns whether there was one.
    pub fn move_selection(&mut self, arrow: Arrow) -> bool {
        let next = self.viewport.neighbour(self.session.selected.as_ref(), arrow).cloned();
        let moved = next.is_some();
        if moved {
            self.session.selected = next;
        }
        moved
    }

    /// Selects the next or previous element in reading order.
    pub fn cycle_selection(&mut self, forward: bool) {
        if let Some(next) = self.viewport.next_element(self.session.selected.as_ref(), forward).cloned() {
            self.session.selected = Some(next);
        }
    }

    /// Moves the wiretap to the selected hop, or removes it if it is already there or no hop is selected. Returns `false` if
    /// there is neither a selected hop nor a wiretap.
    pub fn toggle_wiretap(&mut self) -> bool {
        let hop = match &self.session.selected {
            Some(Element::Hop(from, to)) => Some((from.clone(), to.clone())),
            Some(Element::Component(_) | Element::Server(_)) | None => None,
        };
        if hop.is_none() && self.session.wiretap().is_none() {
            return false;
        }
        let is_there = self.session.wiretap() == hop.as_ref();
        self.session.set_wiretap(hop.filter(|_| !is_there));
        self.panels.scroll = 0;
        self.panels.detail_scroll = 0;
        true
    }

    /// Whether the selected element can be killed. Users cannot.
    pub(super) fn can_kill(&self) -> bool {
        match &self.session.selected {
            None => false,
            Some(Element::Server(_) | Element::Hop(..)) => true,
            Some(Element::Component(id)) => {
                let infra = self.infra();
                infra.find(id.as_str()).is_none_or(|ix| infra.component(ix).kind.can_crash())
            }
        }
    }

    /// Whether a figure is withheld because the lesson has not explained it yet.
    pub fn hides(&self, readout: Readout) -> bool {
        self.session.lesson.as_ref().is_some_and(|run| run.hides(readout))
    }

    /// Whether the symptoms of a fault are told once it is injected. In a step of a lesson, they are what the learner has to
    /// find out until its goals are met.
    pub(super) fn tells_diagnosis(&self) -> bool {
        self.session.lesson.as_ref().is_none_or(LessonRun::is_open)
    }

    /// Returns the current infrastructure.
    pub fn infra(&self) -> &Arc<Infrastructure> {
        self.session.infra()
    }

    /// Returns the current simulation.
    pub fn sim(&self) -> &Simulation {
        self.session.sim()
    }
}
