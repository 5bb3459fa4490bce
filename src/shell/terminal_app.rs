//! The application as a [`Program`]: translates crossterm's events into keys and clicks, and performs effects.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use tokio::sync::Notify;

use hoplight_app::{App, Catalogue, Code, Effect, Key, Look, Notice, Palette, ReportFile, Settings, Tone};
use hoplight_lesson::{ActivityAttempt, Library, Progress};
use hoplight_model::ScenarioId;
use hoplight_model::scenario::Scenario;

use super::program::{Flow, Program};
use hoplight_view::frame;
use hoplight_view::picture::{self, Paper};
use hoplight_view::theme::Theme;

/// Saves the learner's progress.
pub trait ProgressStore: std::fmt::Debug {
    /// Saves the complete progress.
    ///
    /// # Errors
    /// Why it was not saved, as a sentence for the learner.
    fn save(&mut self, progress: &Progress) -> Result<(), String>;

    /// Records finished attempts with the current time.
    ///
    /// # Errors
    /// Why they were not recorded, as a sentence for the learner. They are recorded with the next ones or with the progress.
    fn record(&mut self, attempts: Vec<ActivityAttempt>) -> Result<(), String>;

    /// Saves a design. Returns the place, as shown to the learner.
    ///
    /// # Errors
    /// Why it was not saved, as a sentence for the learner.
    fn save_design(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<String, String>;

    /// Keeps a copy of unsaved work on a design.
    ///
    /// # Errors
    /// Why it was not kept, as a sentence for the learner.
    fn keep_design(&mut self, id: &ScenarioId, drawing: &Scenario) -> Result<(), String>;

    /// Returns unsaved work of an earlier session on a mission's or exam's design, if there is any.
    fn unsaved_work(&mut self, id: &ScenarioId) -> Option<Scenario>;

    /// Continues the unsaved work on a design: copies replace it from now on.
    fn continue_unsaved(&mut self, id: &ScenarioId);

    /// Saves the report of an exam as Markdown, with its diagram as an SVG picture. Returns the place, as shown to the learner.
    ///
    /// # Errors
    /// Why it was not saved, as a sentence for the learner.
    fn save_report(&mut self, report: &ReportFile, diagram: &str) -> Result<String, String>;
}

/// The application in a terminal.
#[derive(Debug)]
pub struct TerminalApp<S> {
    app: App,
    /// The theme for `look`.
    theme: Theme,
    look: Look,
    store: S,
    unsaved: bool,
    /// Whether the theme follows the terminal's background: nobody has chosen one.
    follows: bool,
    reload: Option<Reload>,
}

/// Loads content again when its files have changed.
pub struct Reload {
    /// Notified when files have changed.
    waker: Arc<Notify>,
    load: Box<dyn FnMut() -> Result<(Library, Catalogue), String>>,
}

impl Reload {
    /// `load` reads all content; its error is a sentence for the learner.
    pub fn new(waker: Arc<Notify>, load: impl FnMut() -> Result<(Library, Catalogue), String> + 'static) -> Self {
        Self { waker, load: Box::new(load) }
    }
}

impl std::fmt::Debug for Reload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reload").field("waker", &self.waker).finish_non_exhaustive()
    }
}

impl<S: ProgressStore> TerminalApp<S> {
    /// Wraps an application.
    pub fn new(app: App, store: S) -> Self {
        let look = app.settings.look;
        let mut program = Self { app, theme: Theme::of(look), look, store, unsaved: false, follows: false, reload: None };
        program.offer_unsaved();
        program
    }

    /// Offers unsaved work of an earlier session, if a mission or an exam has just been opened.
    fn offer_unsaved(&mut self) {
        if let Some(drawing) = self.app.take_opened_task().and_then(|id| self.store.unsaved_work(&id)) {
            self.app.offer_unsaved(drawing);
        }
    }

    /// Chooses the theme by the terminal's background, as long as the user has not chosen one.
    #[must_use]
    pub fn following_background(self, follows: bool) -> Self {
        Self { follows: follows && self.look.palette != Palette::NoColour, ..self }
    }

    /// Loads content again when its files change.
    #[must_use]
    pub fn reloading(self, reload: Option<Reload>) -> Self {
        Self { reload, ..self }
    }

    /// The progress store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Rebuilds the theme if the look has changed. Returns whether it has.
    fn update_theme(&mut self) -> bool {
        let look = self.app.settings.look;
        let changes = look != self.look;
        if changes {
            self.look = look;
            self.theme = Theme::of(look);
            // An explicit choice overrides NO_COLOR.
            crossterm::style::force_color_output(look.palette != Palette::NoColour);
        }
        changes
    }

    /// Records the attempts that have been finished.
    fn record_attempts(&mut self) {
        let attempts = self.app.take_attempts();
        if attempts.is_empty() {
            return;
        }
        if let Err(why) = self.store.record(attempts) {
            // Saving the progress tries again.
            self.unsaved = true;
            self.app.notice = Some(Notice { tone: Tone::Bad, text: why });
        }
    }

    fn carry_out(&mut self, effects: &[Effect]) -> Flow {
        self.record_attempts();
        let mut flow = Flow::Continue;
        for effect in effects {
            match effect {
                Effect::Quit => flow = Flow::Quit,
                Effect::Save => {
                    self.unsaved = true;
                    self.save();
                }
                Effect::SaveDesign => {
                    if let Some((id, drawing)) = self.app.design() {
                        let saved = self.store.save_design(&id, &drawing);
                        self.app.design_saved(saved);
                    }
                }
                Effect::SaveReport => {
                    if let Some(report) = self.app.report_file() {
                        let saved = self.store.save_report(&report, &diagram(&report));
                        self.app.report_saved(saved);
                    }
                }
                Effect::ContinueDesign => {
                    if let Some((id, _)) = self.app.design() {
                        self.store.continue_unsaved(&id);
                    }
                }
                Effect::KeepDesign => {
                    let kept = self.app.design().map(|(id, drawing)| self.store.keep_design(&id, &drawing));
                    if let Some(Err(why)) = kept {
                        self.app.notice = Some(Notice { tone: Tone::Bad, text: why });
                    }
                }
            }
        }
        self.offer_unsaved();
        flow
    }
}

/// Size of the screen that the diagram of a report is taken from.
const REPORT_SIZE: (u16, u16) = (180, 50);

/// Draws the diagram of a report as an SVG picture, as it is on the stage before any time has passed.
fn diagram(report: &ReportFile) -> String {
    let mut app = App::new(Library::default(), Progress::default(), Settings::default());
    app.resize(REPORT_SIZE.0, REPORT_SIZE.1);
    app.open_scenario(Arc::clone(&report.infra));
    let mut screen = Buffer::empty(Rect::new(0, 0, REPORT_SIZE.0, REPORT_SIZE.1));
    let look = Look { palette: Palette::Light, ..Look::default() };
    frame::render(&app, &Theme::of(look), screen.area, &mut screen);
    let area = app.stage().map(|stage| stage.viewport.regions.canvas).unwrap_or_default();
    let mut canvas = Buffer::empty(Rect::new(0, 0, area.width, area.height));
    for (x, y) in (0..area.height).flat_map(|y| (0..area.width).map(move |x| (x, y))) {
        if let (Some(cell), Some(drawn)) = (canvas.cell_mut((x, y)), screen.cell((area.x + x, area.y + y))) {
            *cell = drawn.clone();
        }
    }
    picture::svg(&canvas, Paper::of(Palette::Light), report.infra.title())
}

/// The application's key for an event; `None` for keys it does not use.
fn key(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
}

impl<S: ProgressStore> Program for TerminalApp<S> {
    fn key(&mut self, event: KeyEvent) -> Flow {
        let effects = key(event).map_or_else(Vec::new, |key| self.app.press(key));
        self.carry_out(&effects)
    }

    fn mouse(&mut self, event: MouseEvent) -> Flow {
        let effects = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.app.click(event.column, event.row),
            MouseEventKind::Drag(MouseButton::Left) => self.app.drag(event.column, event.row),
            MouseEventKind::Up(MouseButton::Left) => self.app.release(event.column, event.row),
            MouseEventKind::ScrollDown => self.app.wheel(event.column, event.row, 2),
            MouseEventKind::ScrollUp => self.app.wheel(event.column, event.row, -2),
            _ => Vec::new(),
        };
        self.carry_out(&effects)
    }

    fn paste(&mut self, text: &str) -> Flow {
        self.app.paste(text);
        Flow::Continue
    }

    fn waker(&self) -> Option<Arc<Notify>> {
        self.reload.as_ref().map(|reload| Arc::clone(&reload.waker))
    }

    fn woken(&mut self) -> Flow {
        if let Some(reload) = &mut self.reload {
            let loaded = (reload.load)();
            self.app.content_changed(loaded);
        }
        Flow::Continue
    }

    fn asks_background(&self) -> bool {
        self.follows
    }

    fn background(&mut self, colour: [u8; 3]) {
        // A theme chosen in the meantime stays.
        if self.follows && self.app.settings.look == self.look {
            self.app.settings.look.palette = Palette::for_background(colour);
        }
    }

    fn resized(&mut self, columns: u16, rows: u16) -> Flow {
        self.app.resize(columns, rows);
        Flow::Continue
    }

    fn tick(&mut self, elapsed: Duration) -> Flow {
        self.app.tick(elapsed);
        self.record_attempts();
        if self.app.take_unsaved() {
            self.unsaved = true;
            self.save();
        }
        if self.app.take_report_due() {
            return self.carry_out(&[Effect::SaveReport]);
        }
        Flow::Continue
    }

    fn animating(&self) -> bool {
        self.app.is_animating()
    }

    fn needs_redraw(&mut self) -> bool {
        let changes = self.update_theme();
        self.app.take_changed() | changes
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        frame::render(&self.app, &self.theme, frame.area(), frame.buffer_mut());
    }

    fn save(&mut self) {
        if !self.unsaved {
            return;
        }
        match self.store.save(&self.app.progress) {
            Ok(()) => self.unsaved = false,
            Err(why) => self.app.notice = Some(Notice { tone: Tone::Bad, text: why }),
        }
    }
}
