//! Overlays: results of the analysis, shown on the diagram.
//!
//! ```text
//!  infrastructure, load ──CachedAnswers──▶ answers of the analysis                     after an edit or a load change
//!  query (selection, choice) ────────────▶ OverlayContent: stamps, a line, remarks     after a key or a click
//! ```
//!
//! All numbers and verdicts come from the analysis; overlays only format them and attach them to elements.

mod answers;
pub mod content;
mod domains;
pub mod kind;
mod load;
mod points;
mod readable;
mod software;
mod words;

use std::sync::Arc;

use hoplight_model::{Element, Infrastructure, RequestKind};

use crate::overlay::answers::{CachedAnswers, OverlayAnswers};
use crate::overlay::content::{OverlayContent, OverlayQuery};
use crate::overlay::kind::Overlay;

/// Which overlay is on, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlayState {
    /// No overlay.
    #[default]
    Off,
    /// Readable hops until the next key press, after a TLS change.
    Briefly,
    /// An overlay that the learner has turned on.
    On(Overlay),
}

/// The overlays of a stage: which one is on, and its content.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// The current state.
    pub state: OverlayState,
    /// The overlay that was on most recently.
    last: Overlay,
    /// Whether the overlay is hidden because it would reveal the answer to an open question.
    suspended: bool,
    query: OverlayQuery,
    answers: Option<CachedAnswers>,
    content: OverlayContent,
}

impl Overlays {
    /// Returns the visible overlay.
    pub const fn shown(&self) -> Option<Overlay> {
        match self.state {
            _ if self.suspended => None,
            OverlayState::Off => None,
            OverlayState::Briefly => Some(Overlay::ReadableHops),
            OverlayState::On(overlay) => Some(overlay),
        }
    }

    /// Whether overlays are hidden until a question about the diagram is answered.
    pub const fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Returns the content of the overlay; empty if none is on.
    pub const fn content(&self) -> &OverlayContent {
        &self.content
    }

    /// Returns the kind of request whose single points are shown.
    pub const fn kind(&self) -> RequestKind {
        self.query.kind
    }

    /// Returns a counter that selects the overlay's current option.
    pub(super) const fn chosen(&self) -> usize {
        self.query.choice
    }

    /// Sets the kind of request whose single points are shown.
    pub(super) const fn set_kind(&mut self, kind: RequestKind) {
        self.query.kind = kind;
    }

    /// Shows the next overlay; after the last one, none.
    pub(super) fn next(&mut self) {
        self.set(match self.state {
            OverlayState::Off | OverlayState::Briefly => Some(Overlay::ALL[0]),
            OverlayState::On(overlay) => overlay.next(),
        });
    }

    /// Turns the overlay off, or turns the most recent one back on.
    pub(super) fn toggle(&mut self) {
        self.set(match self.state {
            OverlayState::Off | OverlayState::Briefly => Some(self.last),
            OverlayState::On(_) => None,
        });
    }

    /// Shows this overlay, or turns it off if it is on.
    pub(super) fn show(&mut self, overlay: Overlay) {
        self.set((self.state != OverlayState::On(overlay)).then_some(overlay));
    }

    /// Turns the overlay off. Returns whether one was on.
    pub(super) fn turn_off(&mut self) -> bool {
        let is_on = matches!(self.state, OverlayState::On(_));
        if is_on {
            self.set(None);
        }
        is_on
    }

    fn set(&mut self, overlay: Option<Overlay>) {
        self.state = overlay.map_or(OverlayState::Off, OverlayState::On);
        self.last = overlay.unwrap_or(self.last);
        self.query.choice = 0;
    }

    /// Shows the readable hops until the next key press, unless an overlay is on.
    pub(super) const fn show_briefly(&mut self) {
        if matches!(self.state, OverlayState::Off) {
            self.state = OverlayState::Briefly;
        }
    }

    /// Turns off the readable hops if they were shown only briefly.
    pub(super) fn end_brief(&mut self) {
        if self.state == OverlayState::Briefly {
            self.state = OverlayState::Off;
            (self.answers, self.content) = (None, OverlayContent::default());
        }
    }

    /// Hides any overlay while `suspended` is set.
    pub(super) const fn suspend(&mut self, suspended: bool) {
        self.suspended = suspended;
    }

    /// Returns the label of the overlay's option, or `None` if there are no alternatives.
    pub fn choice(&self) -> Option<&'static str> {
        let choice = self.shown()?.choice()?;
        let is_one = match self.answers.as_ref().map(|known| &known.answers) {
            Some(OverlayAnswers::Load(load)) => load.losses.as_ref().is_none_or(Vec::is_empty),
            Some(OverlayAnswers::Software(flaws)) => flaws.len() < 2,
            Some(OverlayAnswers::Domains(domains)) => domains.len() < 2,
            Some(OverlayAnswers::Readable(_) | OverlayAnswers::Points(_)) | None => false,
        };
        (!is_one).then_some(choice)
    }

    /// Selects the overlay's next option. Returns whether it has options.
    pub(super) fn next_choice(&mut self) -> bool {
        let Some(overlay) = self.shown().filter(|_| self.choice().is_some()) else { return false };
        if overlay == Overlay::SinglePoints {
            let place = (self.query.kind.index() + 1) % RequestKind::ALL.len();
            self.query.kind = RequestKind::ALL[place];
        } else {
            self.query.choice = self.query.choice.wrapping_add(1);
        }
        true
    }

    /// Updates the content for the infrastructure, the load in requests per second and the selection. Does nothing if none of
    /// them has changed.
    pub(super) fn update(&mut self, infra: &Arc<Infrastructure>, load: f64, selected: Option<&Element>) {
        let Some(overlay) = self.shown() else {
            (self.answers, self.content) = (None, OverlayContent::default());
            return;
        };
        let load = CachedAnswers::rounded(load);
        let stale = self.answers.as_ref().is_none_or(|known| !known.holds(overlay, infra, load));
        if stale {
            self.answers = Some(CachedAnswers::ask(overlay, infra, load));
        }
        if self.query.selected.as_ref() != selected {
            self.query.selected = selected.cloned();
            self.query.choice = 0;
        } else if !stale && self.is_current() {
            return;
        }
        self.rebuild(infra);
    }

    /// Whether the content matches the current query.
    fn is_current(&self) -> bool {
        self.answers.as_ref().is_some_and(|known| known.viewed.as_ref() == Some(&self.query))
    }

    fn rebuild(&mut self, infra: &Infrastructure) {
        let Some(known) = &mut self.answers else { return };
        let query = &self.query;
        let mut view = match &known.answers {
            OverlayAnswers::Readable(hops) => readable::view(infra, hops, query),
            OverlayAnswers::Points(points) => points::view(infra, points, query),
            OverlayAnswers::Software(flaws) => software::view(infra, flaws, query),
            OverlayAnswers::Domains(domains) => domains::view(infra, domains, query),
            OverlayAnswers::Load(load) => load::view(infra, load, query),
        };
        view.stamps.sort_by(|a, b| a.element.cmp(&b.element));
        view.stamps.dedup_by(|later, first| later.element == first.element);
        self.content = view;
        known.viewed = Some(query.clone());
    }
}
