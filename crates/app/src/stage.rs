//! The stage: one running infrastructure, what is selected on it, and the lesson that it may belong to.
//!
//! Must not know the other screens, nor how anything is drawn.

mod acts;
mod steps;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hoplight_analysis::{plaintext_hops, single_parts};
use hoplight_layout::{Area, Arrow, Cell, Layout, Map};
use hoplight_lesson::{LessonRun, Observation, Pace, Wiretap, outcome};
use hoplight_model::{ComponentId, Element, Infrastructure, RequestKind};
use hoplight_sim::{Command, CommandError, SimTime, Simulation, Timeline};

use crate::comparison::Comparison;
use crate::events::{Mark, Marks, of_both};
use crate::monitor::item::MonitorFocus;
use crate::overlay::Overlays;
use crate::overlay::kind::Overlay;
use crate::playback::Playback;
use crate::regions::{self, Regions};
use crate::scroll::scrolled;
use crate::view::View;

pub use steps::Stepped;

/// Refusals that are kept.
const KEPT_REFUSALS: usize = 100;

/// What the analysis says, in numbers. Made anew when the infrastructure changes, not with every frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Readable hops.
    pub plaintext: usize,
    /// Those of them that leave a server.
    pub exposed: usize,
    /// The single points of failure for writes, by name; `None` if writes do not work at all.
    pub single_points: Option<Vec<String>>,
}

impl Summary {
    /// Asks the analysis.
    fn of(infra: &Infrastructure) -> Self {
        let hops = plaintext_hops(infra);
        Self {
            plaintext: hops.len(),
            exposed: hops.iter().filter(|hop| hop.is_exposed()).count(),
            single_points: single_parts(infra, RequestKind::Write)
                .ok()
                .map(|parts| parts.iter().map(ToString::to_string).collect()),
        }
    }
}

/// The running infrastructure with everything around it.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its time.
    pub timeline: Timeline,
    /// How its time goes by.
    pub playback: Playback,
    /// What is selected.
    pub selected: Option<Element>,
    /// The hop that somebody listens on, by its ends.
    pub wiretap: Option<(ComponentId, ComponentId)>,
    /// The lesson, if it is one.
    pub lesson: Option<LessonRun>,
    /// What the main area shows.
    pub view: View,
    /// What is looked at on the monitoring screen.
    pub watch: MonitorFocus,
    /// The second design, while two are compared.
    pub comparison: Option<Box<Comparison>>,
    /// Where things stand on the canvas.
    pub layout: Layout,
    /// The cell of the canvas that stands at the window's top left, where the canvas is larger than the window.
    pub pan: Cell,
    /// Whether a small map of the whole is shown, where the canvas is larger than the window.
    pub overview: bool,
    /// The parts of the screen.
    pub regions: Regions,
    /// Whether the panel of a small screen shows what is selected rather than the lesson.
    pub show_detail: bool,
    /// What the analysis lays over the picture.
    pub overlays: Overlays,
    /// What the analysis says of the infrastructure as it is now.
    pub summary: Summary,
    /// How far the panel is scrolled.
    pub scroll: u16,
    /// How far what is selected is scrolled, where it stands below a lesson.
    pub detail_scroll: u16,
    /// What was asked for and did nothing, with the reason: the simulation never knew of it. The oldest first.
    pub refused: VecDeque<(SimTime, String)>,
    /// The moments that the timeline marks.
    pub marks: Marks,
    /// Steps that the learner took, forward and back.
    pub steps: (u32, u32),
    /// The moment that was gone to, until time moves on: it is seen after all that happens at it.
    landed: Option<SimTime>,
    /// How many commands were done when the lesson's step had been set up: no step back leads behind its last one alone.
    set_up: usize,
    /// How many things the learner has done to the infrastructure.
    pub acts: u32,
    /// Whether the last act has cut off what was known to come.
    cut_off: bool,
    /// What the panel is about: where that changes, it is read from its beginning.
    topic: Topic,
}

/// What the panel of what is selected is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Topic {
    selected: Option<Element>,
    followed: Option<u64>,
    view: View,
    overlay: Option<(Overlay, RequestKind, usize)>,
}

impl Stage {
    /// A running infrastructure without a lesson.
    pub fn explore(infra: Arc<Infrastructure>, seed: u64, size: (u16, u16)) -> Self {
        let layout = Layout::new(&infra, 0, 0);
        let summary = Summary::of(&infra);
        let mut stage = Self {
            timeline: Timeline::new(Simulation::new(infra, seed)),
            playback: Playback::new(Pace::Live),
            selected: None,
            wiretap: None,
            lesson: None,
            view: View::Canvas,
            watch: MonitorFocus::default(),
            comparison: None,
            layout,
            pan: Cell::default(),
            overview: true,
            regions: Regions::default(),
            show_detail: false,
            overlays: Overlays::default(),
            summary,
            scroll: 0,
            detail_scroll: 0,
            refused: VecDeque::new(),
            marks: Marks::default(),
            steps: (0, 0),
            landed: None,
            set_up: 0,
            acts: 0,
            cut_off: false,
            topic: Topic::default(),
        };
        stage.resize(size);
        stage
    }

    /// The stage of a lesson, with its setup done.
    pub fn lesson(
        infra: Arc<Infrastructure>,
        seed: u64,
        size: (u16, u16),
        run: LessonRun,
        entry: &outcome::Entry,
    ) -> (Self, Result<(), CommandError>) {
        let mut stage = Self::explore(infra, seed, size);
        stage.lesson = Some(run);
        stage.resize(size);
        let result = stage.enter(entry);
        (stage, result)
    }

    /// Carries out what a lesson's step begins with.
    pub fn enter(&mut self, entry: &outcome::Entry) -> Result<(), CommandError> {
        self.scroll = 0;
        self.show_detail = false;
        let known = self.knows_future();
        let done = self.timeline.commands().count();
        let result = self.changing(|stage| entry.carry_out(&mut stage.timeline));
        self.set_up = self.timeline.commands().count();
        // Most steps do nothing to the infrastructure: then what was known to come stays.
        if self.set_up > done {
            self.cut(known);
        }
        if let Some(pace) = entry.pace {
            self.playback.set_pace(pace, &self.timeline);
            self.playback.paused = false;
        }
        result
    }

    /// Makes the layout anew for a screen of another size.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        let infra = self.timeline.simulation().infrastructure();
        let agents = self.timeline.simulation().agents().len();
        self.regions = regions::stage(columns, rows, u16::try_from(agents).unwrap_or(u16::MAX), self.lesson.is_some());
        self.layout = Layout::within(infra, self.regions.canvas.width, self.regions.canvas.height);
        self.look_at(self.selected.as_ref().and_then(|selected| self.layout.anchor(selected)).unwrap_or_default());
        if let Some(comparison) = &mut self.comparison {
            comparison.resize(regions::comparison_area((columns, rows)), regions::is_wide((columns, rows)));
        }
    }

    /// How far the window can be moved over the canvas, to the right and down.
    fn most_pan(&self) -> Cell {
        let (width, height) = self.layout.size();
        let window = self.regions.canvas;
        Cell::new(width.saturating_sub(window.width), height.saturating_sub(window.height))
    }

    /// Whether the canvas is larger than its window.
    pub fn is_larger(&self) -> bool {
        self.most_pan() != Cell::default()
    }

    /// The map of a large canvas, in its window, if it is shown.
    pub fn map(&self) -> Option<Map> {
        let window = self.regions.canvas;
        let selected = self.selected.as_ref().and_then(|selected| self.layout.anchor(selected));
        let seen = selected.map(|cell| Cell::new(cell.x.saturating_sub(self.pan.x), cell.y.saturating_sub(self.pan.y)));
        if self.overview { Map::new(self.layout.size(), (window.width, window.height), seen) } else { None }
    }

    /// Moves the window over the canvas. Returns whether it could.
    pub fn pan_by(&mut self, columns: i16, rows: i16) -> bool {
        let (most, before) = (self.most_pan(), self.pan);
        let to = |at: u16, by: i16, most: u16| at.saturating_add_signed(by).min(most);
        self.pan = Cell::new(to(before.x, columns, most.x), to(before.y, rows, most.y));
        self.pan != before
    }

    /// Moves the window as little as it takes to show a cell with some room around it.
    pub(super) fn look_at(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let near = |at: u16, from: u16, room: u16, most: u16| {
            let around = room / 4;
            from.min(at.saturating_sub(around)).max((at + around + 1).saturating_sub(room)).min(most)
        };
        self.pan = Cell::new(near(cell.x, self.pan.x, window.width, most.x), near(cell.y, self.pan.y, window.height, most.y));
    }

    /// Moves the window so that a cell is in its middle, as far as the canvas reaches.
    pub(super) fn centre_on(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let to = |at: u16, room: u16, most: u16| at.saturating_sub(room / 2).min(most);
        self.pan = Cell::new(to(cell.x, window.width, most.x), to(cell.y, window.height, most.y));
    }

    /// Moves the window to where the selection is.
    pub(super) fn look_at_selection(&mut self) {
        if let Some(cell) = self.selected.as_ref().and_then(|selected| self.layout.anchor(selected)) {
            self.look_at(cell);
        }
    }

    /// Whether something is known to come: a command that will be done again, or a mark.
    fn knows_future(&self) -> bool {
        self.timeline.known_command().is_some() || self.marks.after(self.sim().now()).is_some()
    }

    /// Something was done: what had been the future is cut off, and so is what was asked for in it. `known` says whether
    /// anything was known of it.
    fn cut(&mut self, known: bool) {
        let now = self.sim().now();
        self.refused.retain(|(at, _)| *at <= now);
        self.marks.cut(now);
        if let Some(comparison) = &mut self.comparison {
            comparison.cut(now);
        }
        self.landed = None;
        self.cut_off |= known;
    }

    /// Whether something known to come was cut off since this was asked last.
    pub(super) const fn take_cut_off(&mut self) -> bool {
        std::mem::replace(&mut self.cut_off, false)
    }

    /// Lets a command be done later, as a part of what was done last.
    pub(super) fn schedule(&mut self, after: Duration, command: &Command) {
        self.timeline.schedule(after, command.clone());
    }

    /// Keeps in mind that something was asked for and did nothing.
    pub(super) fn refuse(&mut self, why: String) {
        if self.refused.len() == KEPT_REFUSALS {
            self.refused.pop_front();
        }
        // The same again and again is one.
        let now = self.timeline.simulation().now();
        if self.refused.back().is_none_or(|last| *last != (now, why.clone())) {
            self.refused.push_back((now, why));
        }
    }

    /// Does something that may move time, add to the log or change the infrastructure. The second design of a comparison
    /// follows, and the analysis is asked again if there is something new to ask.
    fn changing<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = Arc::clone(self.infra());
        let result = act(self);
        if let Some(comparison) = &mut self.comparison {
            comparison.follow(&self.timeline);
        }
        if !Arc::ptr_eq(&before, self.infra()) {
            self.summary = Summary::of(self.infra());
        }
        result
    }

    /// Goes back to the diagram.
    pub(super) fn leave_view(&mut self) {
        self.view = View::Canvas;
        self.comparison = None;
    }

    /// Lets wall time go by.
    pub fn tick(&mut self, elapsed: Duration) {
        self.changing(|stage| stage.playback.tick(&mut stage.timeline, elapsed));
    }

    /// Shows the lesson what is now.
    pub fn observe(&mut self) -> outcome::Changed {
        let Some(lesson) = &mut self.lesson else { return outcome::Changed::Nothing };
        lesson.observe(&Observation {
            sim: self.timeline.simulation(),
            selected: self.selected.as_ref(),
            pace: self.playback.pace,
            paused: self.playback.paused,
            steps_forward: self.steps.0,
            steps_back: self.steps.1,
            wiretap: self
                .wiretap
                .as_ref()
                .map(|(from, to)| Wiretap { on: (from, to), password_at: self.timeline.heard_password().map(|heard| heard.at) }),
        })
    }

    /// Whether a question asks for marks and has no answer yet.
    pub fn wants_marks(&self) -> bool {
        let run = self.lesson.as_ref();
        run.filter(|run| !run.is_solved()).and_then(LessonRun::question).is_some_and(|question| question.target().is_some())
    }

    /// Makes the overlay follow what is now. Where the learner is to mark something, it would give the answer away.
    pub(super) fn overlay(&mut self) {
        let asked = self.lesson.as_ref().filter(|run| !run.is_open()).and_then(LessonRun::question);
        self.overlays.veil(asked.is_some_and(|question| question.target().is_some()));
        let sim = self.timeline.simulation();
        self.overlays.follow(sim.infrastructure(), sim.rate(), self.selected.as_ref());
    }

    /// Notices what the panel is about. Where that is something else than before, it begins at the top; `is_lesson` says that
    /// the panel shows the lesson, which stays where it is.
    pub(super) fn note_topic(&mut self, is_lesson: bool) {
        let overlay = self.overlays.shown().map(|overlay| (overlay, self.overlays.kind(), self.overlays.chosen()));
        let topic = Topic { selected: self.selected.clone(), followed: self.playback.followed, view: self.view, overlay };
        if self.topic != topic {
            self.topic = topic;
            self.detail_scroll = 0;
            self.scroll = if is_lesson { self.scroll } else { 0 };
        }
    }

    /// Takes in what the timeline marks.
    pub(super) fn mark(&mut self) {
        let sim = self.timeline.simulation();
        self.marks.observe(self.timeline.journal(), sim.infrastructure(), sim.now());
    }

    /// The moments that the timeline marks, oldest first. In a comparison they are those of both designs, each with the letter
    /// of the one that alone has it.
    pub fn known_marks(&self) -> Vec<(Option<char>, &Mark)> {
        let first: Vec<&Mark> = self.marks.all().iter().collect();
        match &self.comparison {
            None => first.into_iter().map(|mark| (None, mark)).collect(),
            Some(comparison) => {
                let second = comparison.marks.all().iter().collect();
                of_both(first, second, |mark| mark.at, |a, b| (a.sort, &a.text) == (b.sort, &b.text))
            }
        }
    }

    /// Where the timeline stands; empty where it has no room.
    pub fn timeline_area(&self) -> Area {
        match (&self.comparison, self.view) {
            (Some(comparison), View::Compare) => comparison.places.timeline,
            _ => self.regions.timeline,
        }
    }

    /// The moments that the timeline shows, from the first that can be gone back to until the furthest that the run was.
    pub fn span(&self) -> (SimTime, SimTime) {
        let now = self.timeline.simulation().now();
        (self.timeline.earliest().min(now), self.marks.furthest().max(now))
    }

    /// Moves the selection. Returns whether there was somewhere to go.
    pub fn move_selection(&mut self, arrow: Arrow) -> bool {
        let next = match &self.selected {
            Some(selected) => self.layout.neighbour(selected, arrow).cloned(),
            None => self.layout.order().first().cloned(),
        };
        let moved = next.is_some();
        if moved {
            self.selected = next;
        }
        moved
    }

    /// Scrolls the text by so many lines. Below a lesson, what is selected follows when the lesson is at its end; `most` is
    /// how far each of the two can be scrolled.
    pub fn scroll_by(&mut self, by: i16, (most, most_detail): (u16, u16)) {
        let (scroll, detail) = (self.scroll.min(most), self.detail_scroll.min(most_detail));
        let lesson_first = if by > 0 { scroll < most } else { detail == 0 };
        if lesson_first {
            self.scroll = scrolled(scroll, by, most);
        } else {
            self.detail_scroll = scrolled(detail, by, most_detail);
        }
    }

    /// Selects the next or the previous thing in reading order.
    pub fn cycle_selection(&mut self, forward: bool) {
        let order = self.layout.order();
        let count = order.len();
        if count == 0 {
            return;
        }
        let at = self.selected.as_ref().and_then(|selected| order.iter().position(|element| element == selected));
        let next = match (at, forward) {
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        self.selected = order.get(next).cloned();
    }

    /// Whether the selected element can be killed: users cannot.
    pub(super) fn can_kill(&self) -> bool {
        match &self.selected {
            None => false,
            Some(Element::Server(_) | Element::Hop(..)) => true,
            Some(Element::Component(id)) => {
                let infra = self.infra();
                infra.find(id.as_str()).is_none_or(|ix| infra.component(ix).kind.can_crash())
            }
        }
    }

    /// The infrastructure as it is now.
    pub fn infra(&self) -> &Arc<Infrastructure> {
        self.timeline.simulation().infrastructure()
    }

    /// The simulation now.
    pub fn sim(&self) -> &Simulation {
        self.timeline.simulation()
    }
}
