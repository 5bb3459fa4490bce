//! Overlays: what the analysis says about the infrastructure, laid over its picture.
//!
//! ```text
//!  infrastructure, load ──CachedAnswers──▶ answers of the analysis      anew after an edit or a change of the load
//!  selection, sub-choice ──OverlayContent──▶ stamps on elements, a line, remarks        anew after a key or a click
//! ```
//!
//! Every number and every judgement is the analysis's; here they are put into words and onto elements. Must not know how
//! a stamp is drawn.

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
    /// Everything is drawn as usual.
    #[default]
    Off,
    /// The readable hops, until the next key: TLS has just changed.
    Briefly,
    /// Until the learner changes it.
    On(Overlay),
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
    asked: OverlayQuery,
    known: Option<CachedAnswers>,
    view: OverlayContent,
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
    pub const fn view(&self) -> &OverlayContent {
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
            (self.known, self.view) = (None, OverlayContent::default());
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
            Some(OverlayAnswers::Load(load)) => load.losses.as_ref().is_none_or(Vec::is_empty),
            Some(OverlayAnswers::Software(flaws)) => flaws.len() < 2,
            Some(OverlayAnswers::Domains(domains)) => domains.len() < 2,
            Some(OverlayAnswers::Readable(_) | OverlayAnswers::Points(_)) | None => false,
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
            (self.known, self.view) = (None, OverlayContent::default());
            return;
        };
        let load = CachedAnswers::rounded(load);
        let anew = self.known.as_ref().is_none_or(|known| !known.holds(overlay, infra, load));
        if anew {
            self.known = Some(CachedAnswers::ask(overlay, infra, load));
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
            OverlayAnswers::Readable(hops) => readable::view(infra, hops, asked),
            OverlayAnswers::Points(points) => points::view(infra, points, asked),
            OverlayAnswers::Software(flaws) => software::view(infra, flaws, asked),
            OverlayAnswers::Domains(domains) => domains::view(infra, domains, asked),
            OverlayAnswers::Load(load) => load::view(infra, load, asked),
        };
        view.stamps.sort_by(|a, b| a.element.cmp(&b.element));
        view.stamps.dedup_by(|later, first| later.element == first.element);
        self.view = view;
        known.viewed = Some(asked.clone());
    }
}
