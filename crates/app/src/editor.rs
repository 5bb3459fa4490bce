//! The topology editor: a mode of the stage in which keys change the design while it runs.
//!
//! ```text
//!  key ──DesignAction──▶ compose ──edits──▶ Session::edit_whole ──▶ the run continues on the new drawing
//!                                                │
//!                                                └─▶ Checks: findings of the new drawing, for the panel
//! ```
//!
//! The drawing and its history belong to the session; this is what only the screen needs.

pub mod checks;
pub mod form;
pub mod panel;
pub mod part;

use std::sync::Arc;

use hoplight_model::draft::Draft;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Element, ScenarioId, compose};

use checks::Checks;

/// The state of the editor.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The act that is not complete yet.
    pub pending: Option<Pending>,
    /// The findings of the current drawing.
    pub checks: Checks,
    /// The name under which the design is saved.
    pub id: ScenarioId,
    /// The drawing as last saved or opened; `None` if it has never been saved.
    pub(crate) saved: Option<Arc<Scenario>>,
    /// Number of acts since the editor was opened.
    pub acts: u32,
    /// Unsaved work of an earlier session on the same mission or exam.
    pub(crate) offered: Option<Arc<Scenario>>,
    /// Whether unsaved work has been looked for.
    pub(crate) is_looked_for: bool,
    /// The element on which the mouse button went down.
    pub(crate) grabbed: Option<Element>,
}

/// An act that needs a second element or more keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A link.
    Link(StartedLink),
    /// A box that the arrow keys move.
    Move(Element),
}

/// A link that has been started, with the ends that it could have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedLink {
    /// Where it starts.
    pub from: Element,
    /// Where it can end, what nothing leads to yet first.
    pub candidates: Vec<Element>,
}

impl StartedLink {
    /// The candidates for a link from an element. `order` has all elements in the order in which they are listed.
    pub(crate) fn new(from: Element, order: &[Element], drawing: &Scenario) -> Self {
        // Also refuses a link after which the drawing could not run, such as one that closes a circle.
        let drawn = |element: &Element| {
            let mut draft = Draft::new(drawing.clone());
            let composed = compose::connect(drawing, &from, element).ok()?;
            let runs = draft.apply_all(composed.edits).is_ok() && draft.scenario().build_board().is_ok();
            composed.subject.filter(|_| runs)
        };
        let fits = |element: &&Element| !matches!(element, Element::Hop(..)) && **element != from;
        let offered = order
            .iter()
            .filter(fits)
            .filter_map(|element| Some((Self::rank(&from, element, &drawn(element)?, drawing), element)));
        let mut offered: Vec<(u8, &Element)> = offered.collect();
        // The sort is stable: otherwise, the order of the diagram stays.
        offered.sort_by_key(|(rank, _)| *rank);
        let candidates = offered.into_iter().map(|(_, element)| element.clone()).collect();
        Self { from, candidates }
    }

    /// How likely an end is meant; less is more likely. `drawn` is what a link to it would be.
    fn rank(from: &Element, element: &Element, drawn: &Element, drawing: &Scenario) -> u8 {
        let is_led_to = |id: &ComponentId| drawing.links.iter().any(|link| link.to == *id);
        match (drawn, element) {
            // A firewall is put before servers rather than before single components.
            (Element::Component(firewall), _) if Element::Component(firewall.clone()) == *from => {
                u8::from(!matches!(element, Element::Server(_)))
            }
            (Element::Component(_) | Element::Server(_), _) => 5,
            (Element::Hop(..), Element::Server(_)) => 4,
            (Element::Hop(client, _), _) if Element::Component(client.clone()) != *from => 3,
            (Element::Hop(_, server), _) if is_led_to(server) => 1,
            (Element::Hop(..), _) => 0,
        }
    }

    /// What a link to an end would be, in words.
    pub fn words(&self, end: &Element, drawing: &Scenario) -> String {
        match compose::connect(drawing, &self.from, end).ok().and_then(|composed| composed.subject) {
            Some(Element::Hop(client, server)) => format!("{client} → {server}"),
            Some(Element::Component(firewall)) => {
                let protected = if Element::Component(firewall.clone()) == *end { &self.from } else { end };
                format!("{firewall} before {protected}")
            }
            Some(Element::Server(_)) | None => format!("{} → {end}", self.from),
        }
    }

    /// The candidate after or before an element.
    pub(crate) fn next(&self, from: Option<&Element>, forward: bool) -> Option<&Element> {
        let count = self.candidates.len();
        let at = from.and_then(|from| self.candidates.iter().position(|candidate| candidate == from));
        let next = match (at, forward) {
            (Some(at), true) => at + 1,
            (Some(at), false) => at + count.saturating_sub(1),
            (None, _) => 0,
        };
        self.candidates.get(next.checked_rem(count)?)
    }
}

impl Editor {
    pub(crate) fn new(id: ScenarioId, saved: Scenario) -> Self {
        Self {
            pending: None,
            checks: Checks::default(),
            id,
            saved: Some(Arc::new(saved)),
            acts: 0,
            offered: None,
            is_looked_for: false,
            grabbed: None,
        }
    }

    /// Whether the drawing has changed since it was saved or opened.
    pub fn is_unsaved(&self, drawing: &Scenario) -> bool {
        self.saved.as_ref().is_none_or(|saved| **saved != *drawing)
    }
}
