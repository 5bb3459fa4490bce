//! Overlays: what the analysis says about the infrastructure, laid over its picture.
//!
//! ```text
//!  infrastructure, load ──Known──▶ answers of the analysis      anew after an edit or a change of the load
//!  selection, sub-choice ──View──▶ stamps on elements, a line, remarks        anew after a key or a click
//! ```
//!
//! Every number and every judgement is the analysis's; here they are put into words and onto elements. Must not know how
//! a stamp is drawn.

mod domains;
mod known;
mod load;
mod points;
mod readable;
mod software;
mod words;

use std::sync::Arc;

use hoplight_model::{Element, Infrastructure, RequestKind};

use super::line::Tone;
use known::{Answers, Known};

/// What can be laid over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// The hops that are not encrypted.
    #[default]
    ReadableHops,
    /// What alone stops a kind of request.
    SinglePoints,
    /// What a flaw in one version of a program takes down.
    SharedSoftware,
    /// What goes together, because it shares a machine or something that is not drawn as one.
    FailureDomains,
    /// How full everything is at the present load, and which loss overloads the rest.
    Capacity,
}

impl Overlay {
    /// All, in the order in which a key visits them.
    pub const ALL: [Self; 5] =
        [Self::ReadableHops, Self::SinglePoints, Self::SharedSoftware, Self::FailureDomains, Self::Capacity];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ReadableHops => "Readable hops",
            Self::SinglePoints => "Single points of failure",
            Self::SharedSoftware => "Shared software",
            Self::FailureDomains => "Failure domains",
            Self::Capacity => "Capacity, predicted",
        }
    }

    /// What the sub-choice is called in the footer; `None` if there is none.
    pub const fn choice(self) -> Option<&'static str> {
        match self {
            Self::ReadableHops => None,
            Self::SinglePoints => Some("kind"),
            Self::SharedSoftware => Some("version"),
            Self::FailureDomains => Some("domain"),
            Self::Capacity => Some("loss"),
        }
    }

    /// The next one; `None` after the last.
    fn next(self) -> Option<Self> {
        let place = Self::ALL.iter().position(|overlay| *overlay == self)?;
        Self::ALL.get(place + 1).copied()
    }
}

/// Whether an overlay is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlayState {
    /// Everything is drawn as usual.
    #[default]
    Off,
    /// The readable hops, until the next key: TLS has just changed.
    Briefly,
    /// Until the learner changes it.
    On(Overlay),
}

/// What an overlay says of an element, as one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Alone a danger: a single point, or a hop that anyone on the wire reads.
    Alone,
    /// Readable, but only inside a server.
    Inside,
    /// Shares a flaw.
    Alike,
    /// Runs another version of the same program.
    Kin,
    /// Goes with what fails.
    Taken,
    /// Is so full.
    Fill,
}

impl Sign {
    /// All.
    pub const ALL: [Self; 6] = [Self::Alone, Self::Inside, Self::Alike, Self::Kin, Self::Taken, Self::Fill];

    /// The character; one column wide.
    pub const fn symbol(self) -> char {
        match self {
            Self::Alone => '!',
            Self::Inside => 'i',
            Self::Alike => '=',
            Self::Kin => '~',
            Self::Taken => '×',
            Self::Fill => '%',
        }
    }
}

/// What is put on one element of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The element.
    pub element: Element,
    /// The character.
    pub sign: Sign,
    /// How it is meant.
    pub tone: Tone,
    /// Words for a box with room for a line, the fullest first; empty if there is nothing to say.
    pub words: Vec<String>,
}

/// One more line about what the overlay shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The sign of what it is about.
    pub sign: Option<Sign>,
    /// How it is meant.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What a click on it selects.
    pub about: Option<Element>,
}

/// An overlay, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The stamps, in the order of their elements, one for each.
    pub stamps: Vec<Stamp>,
    /// How the line is meant.
    pub tone: Tone,
    /// Wordings of the one line, the fullest first.
    pub line: Vec<String>,
    /// What else there is to say, for a panel.
    pub remarks: Vec<Remark>,
}

impl View {
    fn stamp(&mut self, element: Element, sign: Sign, tone: Tone, words: Vec<String>) {
        self.stamps.push(Stamp { element, sign, tone, words });
    }

    fn say(&mut self, tone: Tone, line: Vec<String>) {
        (self.tone, self.line) = (tone, line);
    }

    fn remark(&mut self, sign: Option<Sign>, tone: Tone, text: impl Into<String>, about: Option<Element>) {
        self.remarks.push(Remark { sign, tone, text: text.into(), about });
    }
}

/// What a view depends on, besides the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    selected: Option<Element>,
    kind: RequestKind,
    choice: usize,
}

impl Default for Asked {
    fn default() -> Self {
        // Writes need the most, so they have the most single points.
        Self { selected: None, kind: RequestKind::Write, choice: 0 }
    }
}

/// The overlays of a stage: which one is on, and what it shows.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// Which one is on.
    pub lit: OverlayState,
    /// The last one that was on.
    last: Overlay,
    /// Whether nothing is shown for now: a question is open that it would answer.
    veiled: bool,
    asked: Asked,
    known: Option<Known>,
    view: View,
}

impl Overlays {
    /// The overlay that is shown.
    pub const fn shown(&self) -> Option<Overlay> {
        match self.lit {
            _ if self.veiled => None,
            OverlayState::Off => None,
            OverlayState::Briefly => Some(Overlay::ReadableHops),
            OverlayState::On(overlay) => Some(overlay),
        }
    }

    /// Whether an overlay waits until a question on the diagram is answered.
    pub const fn is_veiled(&self) -> bool {
        self.veiled
    }

    /// What it shows; nothing if none is on.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// The kind of request whose single points are shown.
    pub const fn kind(&self) -> RequestKind {
        self.asked.kind
    }

    /// The sub-choice of the overlay that is shown.
    pub(super) const fn chosen(&self) -> usize {
        self.asked.choice
    }

    /// From now on, the single points of this kind.
    pub(super) const fn set_kind(&mut self, kind: RequestKind) {
        self.asked.kind = kind;
    }

    /// Shows the next overlay; after the last one, none.
    pub(super) fn next(&mut self) {
        self.light(match self.lit {
            OverlayState::Off | OverlayState::Briefly => Some(Overlay::ALL[0]),
            OverlayState::On(overlay) => overlay.next(),
        });
    }

    /// Switches the overlay off, or the last one on again.
    pub(super) fn toggle(&mut self) {
        self.light(match self.lit {
            OverlayState::Off | OverlayState::Briefly => Some(self.last),
            OverlayState::On(_) => None,
        });
    }

    /// Shows this overlay, or none if it is on.
    pub(super) fn lay(&mut self, overlay: Overlay) {
        self.light((self.lit != OverlayState::On(overlay)).then_some(overlay));
    }

    /// Switches the overlay off. Returns whether one was on.
    pub(super) fn put_out(&mut self) -> bool {
        let is_on = matches!(self.lit, OverlayState::On(_));
        if is_on {
            self.light(None);
        }
        is_on
    }

    fn light(&mut self, overlay: Option<Overlay>) {
        self.lit = overlay.map_or(OverlayState::Off, OverlayState::On);
        self.last = overlay.unwrap_or(self.last);
        self.asked.choice = 0;
    }

    /// TLS has changed: the readable hops are shown until the next key, unless another overlay is on.
    pub(super) const fn flash(&mut self) {
        if matches!(self.lit, OverlayState::Off) {
            self.lit = OverlayState::Briefly;
        }
    }

    /// A key was pressed: what was shown briefly goes.
    pub(super) fn key(&mut self) {
        if self.lit == OverlayState::Briefly {
            self.lit = OverlayState::Off;
            (self.known, self.view) = (None, View::default());
        }
    }

    /// Shows nothing while `veiled`, whatever is on.
    pub(super) const fn veil(&mut self, veiled: bool) {
        self.veiled = veiled;
    }

    /// What the sub-choice of the overlay that is shown is called; `None` if there is nothing to choose from.
    pub fn choice(&self) -> Option<&'static str> {
        let choice = self.shown()?.choice()?;
        let is_one = match self.known.as_ref().map(|known| &known.answers) {
            Some(Answers::Load(load)) => load.losses.as_ref().is_none_or(Vec::is_empty),
            Some(Answers::Software(flaws)) => flaws.len() < 2,
            Some(Answers::Domains(domains)) => domains.len() < 2,
            Some(Answers::Readable(_) | Answers::Points(_)) | None => false,
        };
        (!is_one).then_some(choice)
    }

    /// Goes on to the overlay's next sub-choice. Returns whether it has any.
    pub(super) fn choose(&mut self) -> bool {
        let Some(overlay) = self.shown().filter(|_| self.choice().is_some()) else { return false };
        if overlay == Overlay::SinglePoints {
            let place = (self.asked.kind.index() + 1) % RequestKind::ALL.len();
            self.asked.kind = RequestKind::ALL[place];
        } else {
            self.asked.choice = self.asked.choice.wrapping_add(1);
        }
        true
    }

    /// Makes what is shown follow the infrastructure, the load in requests per second and the selection. Does nothing if
    /// none of them has changed.
    pub(super) fn follow(&mut self, infra: &Arc<Infrastructure>, load: f64, selected: Option<&Element>) {
        let Some(overlay) = self.shown() else {
            (self.known, self.view) = (None, View::default());
            return;
        };
        let load = Known::rounded(load);
        let anew = self.known.as_ref().is_none_or(|known| !known.holds(overlay, infra, load));
        if anew {
            self.known = Some(Known::ask(overlay, infra, load));
        }
        if self.asked.selected.as_ref() != selected {
            self.asked.selected = selected.cloned();
            self.asked.choice = 0;
        } else if !anew && self.viewed() {
            return;
        }
        self.look(infra);
    }

    /// Whether the view was made for what is asked now.
    fn viewed(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.viewed.as_ref() == Some(&self.asked))
    }

    fn look(&mut self, infra: &Infrastructure) {
        let Some(known) = &mut self.known else { return };
        let asked = &self.asked;
        let mut view = match &known.answers {
            Answers::Readable(hops) => readable::view(infra, hops, asked),
            Answers::Points(points) => points::view(infra, points, asked),
            Answers::Software(flaws) => software::view(infra, flaws, asked),
            Answers::Domains(domains) => domains::view(infra, domains, asked),
            Answers::Load(load) => load::view(infra, load, asked),
        };
        view.stamps.sort_by(|a, b| a.element.cmp(&b.element));
        view.stamps.dedup_by(|later, first| later.element == first.element);
        self.view = view;
        known.viewed = Some(asked.clone());
    }
}
