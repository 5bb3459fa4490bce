//! The state of the application: what is open, the user's choices, and how wall time passes.
//!
//! `update` is the only module that changes it.

use std::sync::Arc;
use std::time::Duration;

use hoplight_lesson::{Changed, LessonRun, Library, Progress};
use hoplight_model::Infrastructure;

use crate::action::AppAction;
use crate::home::{CourseItem, Home};
use crate::keymap::{Keymap, Place};
use crate::look::Look;
use crate::notice::Notice;
use crate::regions;
use crate::stage::Stage;
use crate::tips::Tips;
use crate::tone::Tone;
use crate::window::state::Window;

/// What the application cannot do itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Keep the progress: it has changed.
    Save,
    /// End the program.
    Quit,
}

/// Choices of the user that hold for a whole run of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The seed of every simulation.
    pub seed: u64,
    /// Show steps instead of movement.
    pub reduced_motion: bool,
    /// Colours and characters.
    pub look: Look,
    /// Whether a newcomer gets tips.
    pub tips: bool,
}

/// Wall time for which a notice stays while time runs.
const NOTICE: Duration = Duration::from_secs(7);

/// Wall time between two steps where movement is not wanted.
const STILL: Duration = Duration::from_millis(500);

/// Wall time without a key or a click after which the course map's preview rests.
const REST: Duration = Duration::from_secs(30);

/// The screen that is shown.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The course map.
    Home,
    /// An infrastructure.
    Stage(Box<Stage>),
}

/// The whole state.
#[derive(Clone, Debug)]
pub struct App {
    /// Lessons and infrastructures.
    pub library: Library,
    /// What the learner has done.
    pub progress: Progress,
    /// Which key does what.
    pub keymap: Keymap,
    /// The user's choices.
    pub settings: Settings,
    /// Where the user writes choices down that are to last, as the user knows it.
    pub settings_file: String,
    /// The course map.
    pub home: Home,
    /// What is shown.
    pub screen: Screen,
    /// How far the help is scrolled, if it is open.
    pub help: Option<u16>,
    /// The window that is open over the screen.
    pub window: Option<Window>,
    /// What happened last.
    pub notice: Option<Notice>,
    /// What a newcomer is told now.
    pub tips: Tips,
    /// Whether the progress has changed since [`Self::take_unsaved`] was asked.
    pub(super) unsaved: bool,
    pub(super) size: (u16, u16),
    still: Duration,
    /// How long the notice has been shown while time ran.
    pub(super) shown_for: Duration,
    /// Wall time on the course map since the last key or click.
    pub(super) idle: Duration,
    /// Whether the learner has been asked whether to leave the run: the same again leaves it.
    pub(super) leaving: bool,
    pub(super) changed: bool,
}

impl App {
    /// The application with its course map open.
    pub fn new(library: Library, progress: Progress, settings: Settings) -> Self {
        let home = Home::new(&library, settings.seed, (0, 0));
        let mut app = Self {
            library,
            progress,
            keymap: Keymap::default(),
            settings,
            settings_file: String::from("config.ron"),
            home,
            screen: Screen::Home,
            help: None,
            window: None,
            notice: None,
            tips: Tips::default(),
            unsaved: false,
            size: (0, 0),
            still: Duration::ZERO,
            shown_for: Duration::ZERO,
            idle: Duration::ZERO,
            leaving: false,
            changed: true,
        };
        app.choose_next_lesson();
        app
    }

    /// Opens a lesson by name, where the learner left it. Returns whether there is one.
    pub fn open_lesson(&mut self, id: &str) -> bool {
        let Some(lesson) = self.library.lesson(id).cloned() else { return false };
        let Some(infra) = self.library.scenario(lesson.scenario.as_str()).cloned() else { return false };
        let done = self.progress.of(&lesson.id);
        let at = if done.finished { 0 } else { done.furthest as usize };
        let title = lesson.title.to_string();
        let (run, entry) = LessonRun::start_at(lesson, at);
        let (stage, result) = Stage::lesson(infra, self.settings.seed, self.size, run, &entry);
        self.screen = Screen::Stage(Box::new(stage));
        self.notice = match result {
            Err(error) => Some(Notice { tone: Tone::Bad, text: format!("This step could not be set up: {error}.") }),
            Ok(()) if at > 0 => Some(Notice { tone: Tone::Dim, text: format!("Going on with “{title}” where you left it.") }),
            Ok(()) => None,
        };
        self.observe(true);
        self.changed = true;
        true
    }

    /// Opens an infrastructure to explore.
    pub fn open_scenario(&mut self, infra: Arc<Infrastructure>) {
        self.notice = None;
        self.screen = Screen::Stage(Box::new(Stage::explore(infra, self.settings.seed, self.size)));
        self.changed = true;
    }

    /// The stage, if it is shown.
    pub fn stage(&self) -> Option<&Stage> {
        match &self.screen {
            Screen::Stage(stage) => Some(stage),
            Screen::Home => None,
        }
    }

    pub(super) fn stage_mut(&mut self) -> Option<&mut Stage> {
        match &mut self.screen {
            Screen::Stage(stage) => Some(stage),
            Screen::Home => None,
        }
    }

    /// Where keys are meant now.
    pub fn place(&self) -> Place {
        match &self.screen {
            Screen::Home => Place::Home,
            Screen::Stage(stage) if stage.session.wants_marks() => Place::Marks,
            Screen::Stage(stage) if stage.session.lesson.is_some() => Place::Lesson,
            Screen::Stage(_) => Place::Stage,
        }
    }

    /// Columns and rows of the screen.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The screen has another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        if self.size == (columns, rows) {
            return;
        }
        self.size = (columns, rows);
        self.home.resize(self.size);
        let size = self.size;
        if let Some(stage) = self.stage_mut() {
            stage.resize(size);
        }
        self.changed = true;
    }

    /// Whether something moves. While it does not, no time goes by.
    pub fn is_animating(&self) -> bool {
        if self.help.is_some() || self.window.is_some() || regions::too_small(self.size.0, self.size.1) {
            return false;
        }
        match &self.screen {
            Screen::Home => self.home.is_alive() && !self.settings.reduced_motion && self.idle < REST,
            Screen::Stage(stage) => !stage.session.playback.paused,
        }
    }

    /// Whether the next frame differs from the last one asked about.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether time has changed the progress since this was asked last.
    pub fn take_unsaved(&mut self) -> bool {
        std::mem::take(&mut self.unsaved)
    }

    /// Lets wall time go by.
    pub fn tick(&mut self, elapsed: Duration) {
        if !self.is_animating() {
            return;
        }
        self.still += elapsed;
        if self.settings.reduced_motion && self.still < STILL {
            return;
        }
        let elapsed = std::mem::take(&mut self.still);
        match &mut self.screen {
            Screen::Home => {
                self.idle += elapsed;
                self.home.tick(elapsed);
            }
            Screen::Stage(stage) => stage.tick(elapsed),
        }
        self.shown_for += elapsed;
        if self.shown_for >= NOTICE {
            self.notice = None;
            self.leaving = false;
        }
        self.observe(false);
        self.tip_tick(elapsed);
        self.changed = true;
    }

    /// Shows the lesson what is now, and tells the learner when a goal is met. What an act has just said about itself
    /// stays: the panel shows the goal's tick anyway.
    pub(super) fn observe(&mut self, acted: bool) {
        let Some(stage) = self.stage_mut() else { return };
        stage.session.record_followed();
        let changed = stage.session.observe();
        stage.update_marks();
        stage.update_overlay();
        stage.update_topic(stage.session.lesson.is_some() && (stage.viewport.regions.wide || !stage.panels.show_detail));
        let label = |numbers: &[usize]| {
            let goals: Vec<String> =
                stage.session.lesson.iter().flat_map(|run| run.goals().map(|(label, _)| label.to_string())).collect();
            numbers.iter().filter_map(|number| goals.get(*number).cloned()).collect::<Vec<_>>().join("; ")
        };
        let text = match &changed {
            Changed::Nothing => return,
            Changed::Goals(numbers) => format!("Goal met: {}.", label(numbers)),
            Changed::Passed(numbers) => {
                format!("Done: {}. {} goes on.", label(numbers), self.keymap.label(AppAction::Enter))
            }
        };
        if !acted || self.notice.is_none() {
            self.shown_for = Duration::ZERO;
            self.notice = Some(Notice { tone: Tone::Good, text });
        }
    }

    /// Chooses the first lesson that is not finished.
    pub(super) fn choose_next_lesson(&mut self) {
        let next = self.home.items.iter().position(|item| match item {
            CourseItem::Lesson(lesson) => !self.progress.of(&lesson.id).finished,
            CourseItem::Scenario(_) => false,
        });
        self.home.choose(next.unwrap_or(0), &self.library);
    }
}
