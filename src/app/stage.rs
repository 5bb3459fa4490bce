//! The stage: one running infrastructure, what is selected on it, and the lesson that it may belong to.
//!
//! Must not know the other screens, nor how anything is drawn.

use std::sync::Arc;
use std::time::Duration;

use crate::layout::{Arrow, Layout};
use crate::lesson::{LessonRun, Observation, Pace, outcome};
use crate::model::{Element, Infrastructure};
use crate::sim::{Command, CommandError, Simulation, Timeline};

use super::playback::Playback;
use super::regions::{self, Regions};

/// The running infrastructure with everything around it.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its time.
    pub timeline: Timeline,
    /// How its time goes by.
    pub playback: Playback,
    /// What is selected.
    pub selected: Option<Element>,
    /// The lesson, if it is one.
    pub lesson: Option<LessonRun>,
    /// Where things stand on the canvas.
    pub layout: Layout,
    /// The parts of the screen.
    pub regions: Regions,
    /// Whether the panel of a small screen shows what is selected rather than the lesson.
    pub show_detail: bool,
    /// How far the panel is scrolled.
    pub scroll: u16,
    /// Steps that the learner took, forward and back.
    pub steps: (u32, u32),
}

impl Stage {
    /// A running infrastructure without a lesson.
    pub fn explore(infra: Arc<Infrastructure>, seed: u64, size: (u16, u16)) -> Self {
        let layout = Layout::new(&infra, 0, 0);
        let mut stage = Self {
            timeline: Timeline::new(Simulation::new(infra, seed)),
            playback: Playback::new(Pace::Live),
            selected: None,
            lesson: None,
            layout,
            regions: Regions::default(),
            show_detail: false,
            scroll: 0,
            steps: (0, 0),
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
        let result = entry.carry_out(&mut self.timeline);
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
        self.layout = Layout::new(infra, self.regions.canvas.width, self.regions.canvas.height);
    }

    /// Does a command; the lesson sees what came of it.
    pub fn act(&mut self, command: Command) -> Result<(), CommandError> {
        self.timeline.act(command)
    }

    /// Lets wall time go by.
    pub fn tick(&mut self, elapsed: Duration) {
        self.playback.tick(&mut self.timeline, elapsed);
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
        })
    }

    /// Steps one hop forward or back. Returns whether there was one.
    pub fn step(&mut self, forward: bool) -> bool {
        self.playback.paused = true;
        let followed = self.playback.followed.filter(|number| !forward || self.timeline.simulation().is_in_flight(*number));
        let moved = if forward { self.timeline.step_forward(followed) } else { self.timeline.step_back(followed) };
        if moved {
            let count = if forward { &mut self.steps.0 } else { &mut self.steps.1 };
            *count += 1;
        }
        if forward && followed.is_none() && self.playback.pace == Pace::Trace {
            self.playback.follow(self.timeline.simulation().newest_request(None));
        }
        moved
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

    /// The infrastructure as it is now.
    pub fn infra(&self) -> &Arc<Infrastructure> {
        self.timeline.simulation().infrastructure()
    }

    /// The simulation now.
    pub fn sim(&self) -> &Simulation {
        self.timeline.simulation()
    }
}
