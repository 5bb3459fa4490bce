//! The state of the application: the current screen, the settings, and the passing of wall time.
//!
//! Only the `update` module changes it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hoplight_course::{UnitMastery, with_earlier};
use hoplight_lesson::markup::filled;
use hoplight_lesson::{ActivityAttempt, Changed, LessonProgress, LessonRun, LessonSites, Library, Place, Progress};
use hoplight_model::{Infrastructure, ScenarioId};

use crate::action::AppAction;
use crate::activity::ActivityKind;
use crate::catalogue::Catalogue;
use crate::home::{CourseItem, Home};
use crate::keymap::{KeyContext, Keymap};
use crate::look::Look;
use crate::notice::Notice;
use crate::regions;
use crate::sheet::state::Sheet;
use crate::stage::Stage;
use crate::task::Task;
use crate::tips::Tips;
use crate::tone::Tone;
use crate::window::state::Window;

/// A side effect that the caller must perform, since it owns the files and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Save the progress.
    Save,
    /// Quit the program.
    Quit,
    /// Save the design in the editor, and report the result.
    SaveDesign,
    /// Keep a copy of the design in the editor, which survives a crash.
    KeepDesign,
    /// Copies of the design in the editor replace the unsaved work that is being continued.
    ContinueDesign,
    /// Save the report of the exam with its diagram, and report the result.
    SaveReport,
}

/// The user's settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The seed of all simulations.
    pub seed: u64,
    /// Whether to redraw in steps instead of animating.
    pub reduced_motion: bool,
    /// Colour theme and character set.
    pub look: Look,
    /// Whether first-run tips are shown.
    pub tips: bool,
}

/// Least wall time after which a notice disappears, not counting pauses.
const NOTICE: Duration = Duration::from_secs(7);
/// Wall time per byte of a notice: two hundred words of six letters a minute.
const READING: Duration = Duration::from_millis(50);

/// Number of previous notices that are kept.
const MOST_PAST: usize = 3;

/// Wall time between frames with reduced motion.
const STILL: Duration = Duration::from_millis(500);

/// Wall time without input after which the preview on the course map stops.
const REST: Duration = Duration::from_secs(30);

/// Number of questions due from which practice comes before the next lesson.
const MOST_DUE: usize = 5;

/// The current screen.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The course map.
    Home,
    /// A running infrastructure.
    Stage(Box<Stage>),
}

/// The state of the application.
#[derive(Clone, Debug)]
pub struct App {
    /// Lessons and infrastructures.
    pub library: Library,
    /// Missions and what exams ask.
    pub catalogue: Catalogue,
    /// The learner's progress.
    pub progress: Progress,
    /// The key bindings.
    pub keymap: Keymap,
    /// The user's settings.
    pub settings: Settings,
    /// The name of the configuration file, as shown to the user.
    pub settings_file: String,
    /// The course map.
    pub home: Home,
    /// The current screen.
    pub screen: Screen,
    /// The open sheet: the help, or the whiteboard notes.
    pub sheet: Option<Sheet>,
    /// The open window, if any.
    pub window: Option<Window>,
    /// The result of the last action, or why it had no effect.
    pub notice: Option<Notice>,
    /// The notices before the current one, oldest first.
    past: VecDeque<Notice>,
    /// The current first-run tip.
    pub tips: Tips,
    /// Whether the progress has changed since the last call of [`Self::take_unsaved`].
    pub(super) unsaved: bool,
    /// Finished attempts that have not been taken to be recorded.
    pub(super) attempts: Vec<ActivityAttempt>,
    /// Names given to new designs in this session.
    pub(super) new_designs: BTreeSet<ScenarioId>,
    pub(super) size: (u16, u16),
    still: Duration,
    /// How long the notice has been shown, not counting pauses.
    pub(super) shown_for: Duration,
    /// Wall time since the last key or click, on the course map.
    pub(super) idle: Duration,
    /// Whether the learner has been asked to confirm leaving the run or the program: going back again leaves it.
    pub(super) leaving: bool,
    /// Number of exams and puzzles opened, so that each differs.
    pub(super) drawn: u64,
    pub(super) changed: bool,
}

impl App {
    /// Creates the application, showing the course map.
    pub fn new(library: Library, progress: Progress, settings: Settings) -> Self {
        let home = Home::new(&library, &Catalogue::default(), settings.seed, (0, 0));
        let mut app = Self {
            library,
            catalogue: Catalogue::default(),
            progress,
            keymap: Keymap::default(),
            settings,
            settings_file: String::from("config.ron"),
            home,
            screen: Screen::Home,
            sheet: None,
            window: None,
            notice: None,
            past: VecDeque::new(),
            tips: Tips::default(),
            unsaved: false,
            attempts: Vec::new(),
            new_designs: BTreeSet::new(),
            size: (0, 0),
            still: Duration::ZERO,
            shown_for: Duration::ZERO,
            idle: Duration::ZERO,
            leaving: false,
            drawn: 0,
            changed: true,
        };
        app.refresh_mastery();
        app.choose_next();
        app
    }

    /// Adds missions and exams to the course map.
    #[must_use]
    pub fn with_catalogue(mut self, catalogue: Catalogue) -> Self {
        self.home = Home::new(&self.library, &catalogue, self.settings.seed, self.size);
        self.catalogue = catalogue;
        self.refresh_mastery();
        self.choose_next();
        self
    }

    /// Opens a lesson at the step where the learner left it. Returns whether a lesson of this name exists.
    pub fn open_lesson(&mut self, id: &str) -> bool {
        self.open_lesson_at(id, None)
    }

    /// Opens a lesson at a step or, without one, where the learner left it.
    fn open_lesson_at(&mut self, id: &str, step: Option<usize>) -> bool {
        let Some(lesson) = self.library.lesson(id) else { return false };
        let lesson = Arc::new(with_earlier(lesson, &self.catalogue.bank));
        let Ok(sites) = LessonSites::find(&self.library, &lesson) else { return false };
        let done = self.progress.of(&lesson.id);
        let left = if done.finished { 0 } else { done.furthest as usize };
        let at = step.map_or(left, |step| step.min(lesson.steps.len()));
        let title = lesson.title.to_string();
        let (run, entry) = LessonRun::start_at(lesson, at);
        let infra = Arc::clone(sites.of(entry.scenario.as_ref().unwrap_or(&run.lesson().scenario)));
        let run = run.shuffled(self.settings.seed ^ self.progress.learner(), done.attempts);
        let (stage, result) = Stage::lesson(infra, self.settings.seed, self.size, run, &entry);
        self.screen = Screen::Stage(Box::new(stage));
        self.past.clear();
        self.notice = match result {
            Err(error) => Some(Notice {
                tone: Tone::Bad,
                text: format!("This step could not be set up: {}.", hoplight_text::refusal(&error)),
            }),
            Ok(()) if at > 0 => Some(Notice { tone: Tone::Dim, text: format!("Resuming “{title}” where you left it.") }),
            Ok(()) => None,
        };
        self.observe(true);
        self.changed = true;
        true
    }

    /// Shows content that was loaded again, after its files have changed. A lesson starts over at its current step if it has
    /// changed; everything else that is open stays as it is. If the files have mistakes, the old content stays.
    pub fn content_changed(&mut self, loaded: Result<(Library, Catalogue), String>) {
        self.changed = true;
        let (library, catalogue) = match loaded {
            Ok(loaded) => loaded,
            Err(why) => {
                let first = why.lines().next().unwrap_or_default();
                self.notice = Some(Notice { tone: Tone::Bad, text: format!("Not reloaded: {first}") });
                return;
            }
        };
        let open = self.stage().and_then(|stage| stage.session.lesson.as_ref());
        let open = open.map(|run| (run.lesson().id.clone(), run.place()));
        let before = open.as_ref().and_then(|(id, _)| self.library.lesson(id.as_str()).cloned());
        let chosen = self.home.item().cloned();
        self.library = library;
        self.catalogue = catalogue;
        self.home = Home::new(&self.library, &self.catalogue, self.settings.seed, self.size);
        self.refresh_mastery();
        let is_chosen = |item: &CourseItem| match (item, &chosen) {
            (CourseItem::Lesson(a), Some(CourseItem::Lesson(b))) => a.id == b.id,
            (CourseItem::Activity(a), Some(CourseItem::Activity(b))) => a.id == b.id,
            (CourseItem::Scenario(a), Some(CourseItem::Scenario(b))) => a.id() == b.id(),
            (CourseItem::Lesson(_) | CourseItem::Activity(_) | CourseItem::Scenario(_), _) => false,
        };
        match self.home.items.iter().position(is_chosen) {
            Some(line) => self.home.choose(line, &self.library),
            None => self.choose_next(),
        }
        if let Some((id, place)) = open {
            let after = self.library.lesson(id.as_str());
            if after.is_some_and(|after| before.as_ref() != Some(after)) {
                let at = match place {
                    Place::Step(number) => number,
                    Place::Quiz(_) | Place::Finished => usize::MAX,
                };
                self.open_lesson_at(id.as_str(), Some(at));
            }
        }
        self.notice = Some(Notice { tone: Tone::Good, text: "Reloaded: content files have changed.".to_owned() });
    }

    /// Opens an infrastructure for exploration.
    pub fn open_scenario(&mut self, infra: Arc<Infrastructure>) {
        self.notice = None;
        self.past.clear();
        self.screen = Screen::Stage(Box::new(Stage::explore(infra, self.settings.seed, self.size)));
        self.changed = true;
    }

    /// Returns the notices before the current one, newest first.
    pub fn past_notices(&self) -> impl Iterator<Item = &Notice> {
        self.past.iter().rev()
    }

    /// Moves the notice to the previous ones. Returns whether there was one.
    pub(super) fn retire_notice(&mut self) -> bool {
        let Some(notice) = self.notice.take() else { return false };
        // A request to confirm is void as soon as it is no longer the notice.
        if self.leaving {
            return true;
        }
        self.past.retain(|past| *past != notice);
        self.past.push_back(notice);
        if self.past.len() > MOST_PAST {
            self.past.pop_front();
        }
        true
    }

    /// Forgets the notices before the current one.
    pub(super) fn forget_notices(&mut self) {
        self.past.clear();
    }

    /// Returns the stage, or `None` on the course map.
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

    /// Returns the context in which keys are looked up.
    pub fn key_context(&self) -> KeyContext {
        match &self.screen {
            Screen::Home => KeyContext::Home,
            Screen::Stage(stage) if stage.session.wants_marks() => KeyContext::Marks,
            Screen::Stage(stage) if stage.session.lesson.is_some() => KeyContext::Lesson,
            Screen::Stage(stage) => match (&stage.task, &stage.editor) {
                (Some(task), _) => task.key_context(),
                (None, Some(_)) => KeyContext::Editor,
                (None, None) => KeyContext::Stage,
            },
        }
    }

    /// Returns the columns and rows of the screen.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Adapts to a new screen size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        if self.size == (columns, rows) {
            return;
        }
        self.size = (columns, rows);
        self.home.resize(self.size);
        let size = self.size;
        if let Screen::Stage(stage) = &mut self.screen {
            stage.resize(size);
            stage.fit_lesson(&self.keymap);
        }
        self.changed = true;
    }

    /// Whether anything on the screen moves. If not, [`Self::tick`] does nothing.
    pub fn is_animating(&self) -> bool {
        self.is_timed() || self.is_moving()
    }

    /// Whether the clock of an exam counts.
    fn is_timed(&self) -> bool {
        self.stage().and_then(|stage| stage.task.as_ref()).is_some_and(Task::is_timed)
    }

    /// Whether anything moves apart from the clock of an exam.
    fn is_moving(&self) -> bool {
        if self.sheet.is_some() || self.window.is_some() || regions::too_small(self.size.0, self.size.1) {
            return false;
        }
        match &self.screen {
            Screen::Home => self.home.is_alive() && !self.settings.reduced_motion && self.idle < REST,
            Screen::Stage(stage) => {
                let is_busy = stage.awaits_review() || stage.task.as_ref().is_some_and(Task::is_busy);
                !stage.session.playback.paused || is_busy
            }
        }
    }

    /// Returns whether the state has changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Returns whether the progress has changed since the last call.
    pub fn take_unsaved(&mut self) -> bool {
        std::mem::take(&mut self.unsaved)
    }

    /// Returns the attempts that have been finished since the last call. The caller knows the time, and records them.
    pub fn take_attempts(&mut self) -> Vec<ActivityAttempt> {
        std::mem::take(&mut self.attempts)
    }

    /// Advances wall time.
    pub fn tick(&mut self, elapsed: Duration) {
        if self.is_timed() {
            self.tick_exam(elapsed);
        }
        if !self.is_moving() {
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
            Screen::Stage(stage) => {
                stage.tick(elapsed);
                stage.update_checks();
            }
        }
        self.work_on_task();
        self.end_drill();
        self.shown_for += elapsed;
        let letters = self.notice.as_ref().map_or(0, |notice| u32::try_from(notice.text.len()).unwrap_or(u32::MAX));
        if self.shown_for >= NOTICE.max(READING * letters) {
            self.retire_notice();
            self.leaving = false;
        }
        self.observe(false);
        self.tip_tick(elapsed);
        self.changed = true;
    }

    /// Updates the lesson with the current state, and announces newly met goals. A notice from the action itself takes
    /// precedence: the panel checks the goal off in any case.
    pub(super) fn observe(&mut self, acted: bool) {
        let Screen::Stage(stage) = &mut self.screen else { return };
        stage.follow_drawing(self.size);
        stage.session.record_followed();
        let changed = stage.session.observe();
        if changed == Changed::Replied {
            // A reply is read in the lesson's panel.
            stage.panels.show_detail = false;
            stage.panels.scroll = 0;
        }
        stage.fit_lesson(&self.keymap);
        stage.update_marks();
        stage.update_overlay();
        stage.update_topic(stage.has_task() && (stage.viewport.regions.wide || !stage.panels.show_detail));
        let label = |numbers: &[usize]| {
            let figure = |figure| stage.session.figure(figure).unwrap_or_default();
            let text = |label: &str| filled(label, |key| self.keymap.named(key), figure);
            let goals: Vec<String> =
                stage.session.lesson.iter().flat_map(|run| run.goals().map(|(label, _)| text(label))).collect();
            numbers.iter().filter_map(|number| goals.get(*number).cloned()).collect::<Vec<_>>().join("; ")
        };
        let (tone, text) = match &changed {
            Changed::Nothing | Changed::Replied => return,
            Changed::Goals(numbers) => (Tone::Good, format!("Goal met: {}.", label(numbers))),
            Changed::Passed(numbers) => {
                let done = label(numbers);
                (Tone::Good, format!("Done: {done}. {} continues.", self.keymap.label(AppAction::Enter)))
            }
            Changed::Reopened(numbers) => (Tone::Warn, format!("Open again: {}.", label(numbers))),
        };
        if !acted || self.notice.is_none() {
            self.shown_for = Duration::ZERO;
            self.notice = Some(Notice { tone, text });
        }
    }

    /// Returns to the course map, with the next best thing selected.
    pub(super) fn show_home(&mut self) {
        self.screen = Screen::Home;
        self.refresh_mastery();
        self.choose_next();
    }

    /// Computes what the learner has shown to know.
    fn refresh_mastery(&mut self) {
        let lessons = self.library.lessons().map(Arc::as_ref);
        self.home.mastery = UnitMastery::all(lessons, &self.catalogue.bank, &self.progress);
    }

    /// The number of questions that are due or were shown weak.
    pub fn due_questions(&self) -> usize {
        let today = self.catalogue.today;
        self.progress.memories().filter(|(_, memory)| memory.due_day <= today && memory.last_day < today).count()
    }

    /// Selects the next best thing on the course map: practice if enough of it is due, the first unfinished lesson, or the first
    /// lesson to review.
    pub(super) fn choose_next(&mut self) {
        let lesson = |wanted: fn(LessonProgress) -> bool| {
            self.home.items.iter().position(|item| match item {
                CourseItem::Lesson(lesson) => wanted(self.progress.of(&lesson.id)),
                CourseItem::Activity(_) | CourseItem::Scenario(_) => false,
            })
        };
        let practice = || {
            let is_practice = |item: &CourseItem| match item {
                CourseItem::Activity(activity) => activity.kind == ActivityKind::Practice,
                CourseItem::Lesson(_) | CourseItem::Scenario(_) => false,
            };
            let is_worthwhile = self.due_questions() >= MOST_DUE;
            self.home.items.iter().position(is_practice).filter(|_| is_worthwhile)
        };
        let next = practice().or_else(|| lesson(|done| !done.finished)).or_else(|| lesson(|done| !done.is_mastered()));
        self.home.choose(next.unwrap_or(0), &self.library);
    }
}
