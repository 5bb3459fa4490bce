//! Overlays: what the analysis says about the infrastructure, shown on the diagram.
//!
//! ```text
//!  infrastructure, load ──CachedAnswers──▶ answers of the analysis          after an edit or a change of the load
//!  query (selection, choice) ────────────▶ OverlayContent: stamps, a line, remarks      after a key or a click
//! ```
//!
//! Every number and every judgement comes from the analysis; overlays put them into words and onto elements.

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

/// Whether an overlay is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverlayState {
    /// The diagram without an overlay.
    #[default]
    Off,
    /// The readable hops until the next key, because TLS has just changed.
    Briefly,
    /// An overlay until the learner changes it.
    On(Overlay),
}

/// The overlays of a stage: which one is on, and its content.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// Which one is on.
    pub state: OverlayState,
    /// The last one that was on.
    last: Overlay,
    /// Whether the overlay is hidden because it would answer an open question.
    suspended: bool,
    query: OverlayQuery,
    answers: Option<CachedAnswers>,
    content: OverlayContent,
}

impl Overlays {
    /// The overlay that is shown.
    pub const fn shown(&self) -> Option<Overlay> {
        match self.state {
            _ if self.suspended => None,
            OverlayState::Off => None,
            OverlayState::Briefly => Some(Overlay::ReadableHops),
            OverlayState::On(overlay) => Some(overlay),
        }
    }

    /// Whether overlays are hidden until a question on the diagram is answered.
    pub const fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// The content of the overlay; empty if none is on.
    pub const fn content(&self) -> &OverlayContent {
        &self.content
    }

    /// The kind of request whose single points are shown.
    pub const fn kind(&self) -> RequestKind {
        self.query.kind
    }

    /// The present choice of the overlay.
    pub(super) const fn chosen(&self) -> usize {
        self.query.choice
    }

    /// Selects the kind of request whose single points are shown.
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

    /// Turns the overlay off, or the last one on again.
    pub(super) fn toggle(&mut self) {
        self.set(match self.state {
            OverlayState::Off | OverlayState::Briefly => Some(self.last),
            OverlayState::On(_) => None,
        });
    }

    /// Shows this overlay, or none if it is on.
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

    /// Shows the readable hops until the next key, unless an overlay is on.
    pub(super) const fn show_briefly(&mut self) {
        if matches!(self.state, OverlayState::Off) {
            self.state = OverlayState::Briefly;
        }
    }

    /// Ends what is shown only until the next key.
    pub(super) fn end_brief(&mut self) {
        if self.state == OverlayState::Briefly {
            self.state = OverlayState::Off;
            (self.answers, self.content) = (None, OverlayContent::default());
        }
    }

    /// Hides the overlay while `suspended`, whichever is on.
    pub(super) const fn suspend(&mut self, suspended: bool) {
        self.suspended = suspended;
    }

    /// The name of the overlay's choice; `None` if there is nothing to choose from.
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

    /// Selects the overlay's next choice. Returns whether it has any.
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

    /// Brings the content up to date with the infrastructure, the load in requests per second and the selection. Does nothing
    /// if none of them has changed.
    pub(super) fn update(&mut self, infra: &Arc<Infrastructure>, load: f64, selected: Option<&Element>) {
        let Some(overlay) = self.shown() else {
            (self.answers, self.content) = (None, OverlayContent::default());
            return;
        };
        let load = CachedAnswers::rounded(load);
        let anew = self.answers.as_ref().is_none_or(|known| !known.holds(overlay, infra, load));
        if anew {
            self.answers = Some(CachedAnswers::ask(overlay, infra, load));
        }
        if self.query.selected.as_ref() != selected {
            self.query.selected = selected.cloned();
            self.query.choice = 0;
        } else if !anew && self.is_current() {
            return;
        }
        self.rebuild(infra);
    }

    /// Whether the content matches the present query.
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
