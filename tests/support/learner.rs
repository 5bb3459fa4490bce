//! A simulated learner: an [`App`] with helpers to press keys and inspect the screen.

#![allow(dead_code, reason = "every test binary uses a different part")]

#[path = "solver.rs"]
mod solver;

use std::sync::LazyLock;
use std::time::Duration;

use hoplight::app::{App, Catalogue, Code, Effect, Key, Settings, Stage, StageView, Tone};
use hoplight::content::{CatalogueFiles, EMBEDDED};
use hoplight::lesson::{LessonRun, Library, Pace, Progress, Sources};
use hoplight::model::Element;
use hoplight::sim::SimTime;

/// A screen with the lesson below the diagram, and one with the lesson beside it.
pub(crate) const SMALL: (u16, u16) = (80, 24);
pub(crate) const LARGE: (u16, u16) = (120, 40);

/// Maximum number of frames of a tenth of a second in a wait. The trace is slow.
const MOST_FRAMES: usize = 20_000;

/// The shipped content, read once.
pub(crate) fn library() -> Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::new(EMBEDDED).unwrap_or_else(|errors| panic!("{errors:#?}")));
    LIBRARY.clone()
}

/// The shipped missions, drills and exams.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let read = hoplight::content::catalogue(&library(), &CatalogueFiles::default());
    read.unwrap_or_else(|errors| panic!("{errors:#?}"))
});

/// The application, and the effects that it has returned.
pub(crate) struct Learner {
    pub(crate) app: App,
    pub(crate) effects: Vec<Effect>,
}

impl Learner {
    /// Creates a learner at the course map, with all shipped content.
    pub(crate) fn new(size: (u16, u16)) -> Self {
        let app = App::new(library(), Progress::default(), Settings { seed: 1, ..Settings::default() });
        let mut app = app.with_catalogue(CATALOGUE.clone());
        app.resize(size.0, size.1);
        Self { app, effects: Vec::new() }
    }

    /// Creates a learner at the course map of a library.
    pub(crate) fn with(library: Library, progress: Progress, size: (u16, u16)) -> Self {
        let mut app = App::new(library, progress, Settings { seed: 1, ..Settings::default() });
        app.resize(size.0, size.1);
        Self { app, effects: Vec::new() }
    }

    /// Creates a learner in a lesson.
    pub(crate) fn in_lesson(lesson: &str, size: (u16, u16)) -> Self {
        let mut learner = Self::new(size);
        assert!(learner.app.open_lesson(lesson), "no lesson {lesson}");
        learner
    }

    /// Creates a learner in the tests' small lesson, which has every kind of step.
    pub(crate) fn in_small_lesson(size: (u16, u16)) -> Self {
        Self::in_small_lesson_with("", "", size)
    }

    /// Creates a learner in the small lesson with one piece replaced.
    pub(crate) fn in_small_lesson_with(piece: &str, by: &str, size: (u16, u16)) -> Self {
        let text = &include_str!("../lessons/small.ron").replacen(piece, by, 1);
        let mut library = library();
        library.extend(Sources { lessons: &[("small.ron", text)], ..Sources::default() }).expect("the small lesson is valid");
        let mut learner = Self::with(library, Progress::default(), size);
        assert!(learner.app.open_lesson("small"), "no small lesson");
        learner
    }

    /// Creates a learner at an infrastructure without a lesson.
    pub(crate) fn exploring(size: (u16, u16)) -> Self {
        let mut learner = Self::new(size);
        let infra = learner.app.library.scenario("stage-2-secured").expect("shipped").clone();
        learner.app.open_scenario(infra);
        learner
    }

    /// Presses keys: each character is a key; other keys are written as `<Enter>`, `<Esc>`, `<Tab>` and so on.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).filter(|(name, _)| name.len() > 1);
            let key = if let Some((name, behind)) = named {
                rest = behind;
                Key::plain(code(name))
            } else {
                rest = rest.strip_prefix(c).unwrap_or_default();
                Key::char(c)
            };
            let effects = self.app.press(key);
            self.effects.extend(effects);
        }
        self
    }

    /// Advances time by frames of a tenth of a second.
    pub(crate) fn wait(&mut self, frames: usize) -> &mut Self {
        (0..frames).for_each(|_| self.app.tick(Duration::from_millis(100)));
        self
    }

    /// Advances time until this much more time has been simulated.
    pub(crate) fn wait_simulated(&mut self, time: Duration) {
        let end = self.now() + time;
        for _ in 0..MOST_FRAMES {
            if self.now() >= end {
                return;
            }
            self.wait(1);
        }
        panic!("time does not advance at {:?}", self.now());
    }

    /// The notice on the screen; empty if there is none.
    pub(crate) fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }

    pub(crate) fn tone(&self) -> Option<Tone> {
        self.app.notice.as_ref().map(|notice| notice.tone)
    }

    pub(crate) fn stage(&self) -> &Stage {
        self.app.stage().expect("the stage is shown")
    }

    /// The panes of the stage.
    pub(crate) fn view(&self) -> StageView<'_> {
        StageView::of(&self.app).expect("the stage is shown")
    }

    pub(crate) fn run(&self) -> &LessonRun {
        self.stage().session.lesson.as_ref().expect("a lesson is open")
    }

    pub(crate) fn now(&self) -> SimTime {
        self.stage().sim().now()
    }

    pub(crate) fn is_up(&self, element: &Element) -> bool {
        self.stage().sim().is_up(element) == Some(true)
    }

    /// The panel's text as one line.
    pub(crate) fn panel(&self) -> String {
        self.view().panel.lines.iter().map(|line| line.text().trim().to_owned()).collect::<Vec<_>>().join(" ")
    }

    /// Selects an element with Tab.
    pub(crate) fn select(&mut self, element: &Element) -> &mut Self {
        let count = self.stage().viewport.layout.order().len();
        for _ in 0..=count {
            if self.stage().session.selected.as_ref() == Some(element) {
                return self;
            }
            self.press("<Tab>");
        }
        panic!("Tab never reaches {element}")
    }

    /// The screen cell of the panel line that contains `text`.
    pub(crate) fn cell_of(&self, text: &str) -> (u16, u16) {
        let lines = self.view().panel.lines;
        let line = lines.iter().position(|line| line.text().contains(text)).unwrap_or_else(|| panic!("no {text:?}"));
        let area = self.view().panel.area;
        (area.x + 4, area.y + 1 + u16::try_from(line).expect("a short text") - self.stage().panels.scroll)
    }

    pub(crate) fn click(&mut self, (column, row): (u16, u16)) -> &mut Self {
        let effects = self.app.click(column, row);
        self.effects.extend(effects);
        self
    }

    /// Whether the pace is trace.
    pub(crate) fn traces(&self) -> bool {
        self.stage().session.playback.pace == Pace::Trace
    }
}

fn code(name: &str) -> Code {
    match name {
        "Enter" => Code::Enter,
        "Esc" => Code::Esc,
        "Tab" => Code::Tab,
        "BackTab" => Code::BackTab,
        "Backspace" => Code::Backspace,
        "Up" => Code::Up,
        "Down" => Code::Down,
        "Left" => Code::Left,
        "Right" => Code::Right,
        "Home" => Code::Home,
        "End" => Code::End,
        "PgUp" => Code::PageUp,
        "PgDn" => Code::PageDown,
        _ => panic!("unknown key {name}"),
    }
}

/// A component by name.
pub(crate) fn component(id: &str) -> Element {
    Element::Component(hoplight::model::ComponentId::new(id))
}

/// A server by name.
pub(crate) fn server(id: &str) -> Element {
    Element::Server(hoplight::model::ServerId::new(id))
}

/// A hop by its ends.
pub(crate) fn hop(from: &str, to: &str) -> Element {
    Element::Hop(hoplight::model::ComponentId::new(from), hoplight::model::ComponentId::new(to))
}
