//! What a designer does in one act, as the edits that it consists of.
//!
//! An [`Edit`] changes one record. An act such as "let these two balancers share an address" changes several, and is
//! undone as a whole:
//!
//! ```text
//!  act ──compose──▶ Composed { edits, subject } ──Draft::apply_all──▶ one step of the history
//! ```
//!
//! ```
//! use hoplight_model::compose::{self, Placement, Role};
//! use hoplight_model::draft::Draft;
//! use hoplight_model::{ComponentId, Element};
//!
//! let mut draft = Draft::new(compose::empty_board());
//! let web = compose::add(draft.scenario(), Role::Web, &Placement::NewServer)?;
//! draft.apply_all(web.edits)?;
//! let component = |id| Element::Component(ComponentId::new(id));
//! let link = compose::connect(draft.scenario(), &component("browser"), &component("web-1"))?;
//! draft.apply_all(link.edits)?;
//! assert!(draft.build().is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every function reads a scenario and changes nothing.

mod add;
mod attach;
mod cluster;
mod connect;
mod copy;
mod error;
mod names;
mod place;
mod remove;
mod role;
mod rules;

use crate::build::BROWSER;
use crate::component::{Component, ComponentKind};
use crate::draft::Edit;
use crate::element::Element;
use crate::id::{ComponentId, ServerId};
use crate::scenario::Scenario;
use crate::station::StationPatch;
use crate::text::Text;
use crate::tls::{TlsConfig, TlsMode};

pub use add::{Placement, add, add_certificate, add_everywhere, add_inner_certificate, add_near};
pub use attach::{Attachment, attachment};
pub use cluster::{add_cluster, set_database_role};
pub use connect::connect;
pub use copy::copy;
pub use error::ComposeError;
pub use names::rename;
pub use place::{Spot, assign, place};
pub use remove::remove;
pub use role::Role;
pub use rules::{fit_all_rules, fit_rules};

/// The edits of one act.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// The element that the act is about: what to select afterwards.
    pub subject: Option<Element>,
}

/// A drawing with nothing but a user, whose requests are plaintext HTTP.
///
/// # Panics
/// Never: the text is a valid scenario.
pub fn empty_board() -> Scenario {
    let site = r#"(components: [(id: "browser", kind: Browser, label: "You", at: (0, 0))])"#;
    let mut board: Scenario = crate::ron_text::parse("board.ron", site).expect("a valid scenario");
    board.tls = TlsConfig { edge: TlsMode::None, ..TlsConfig::default() };
    board
}

/// A scenario to which the edits of an act are applied as they are made, so that each sees the ones before it.
#[derive(Debug)]
struct Composer {
    scenario: Scenario,
    edits: Vec<Edit>,
}

impl Composer {
    fn new(scenario: &Scenario) -> Self {
        Self { scenario: scenario.clone(), edits: Vec::new() }
    }

    /// Applies an edit and keeps it.
    fn edit(&mut self, edit: Edit) -> Result<(), ComposeError> {
        edit.clone().apply_to(&mut self.scenario).map_err(ComposeError::Edit)?;
        self.edits.push(edit);
        Ok(())
    }

    /// Replaces the settings of a component.
    fn change(&mut self, id: &ComponentId, change: impl FnOnce(&mut Component)) -> Result<(), ComposeError> {
        let known = component(&self.scenario, id).ok_or_else(|| unknown(id))?;
        let mut changed = known.clone();
        change(&mut changed);
        if changed == *known { Ok(()) } else { self.edit(Edit::SetComponent(changed)) }
    }

    fn done(self, subject: Option<Element>) -> Composed {
        Composed { edits: self.edits, subject }
    }
}

fn unknown(id: &ComponentId) -> ComposeError {
    ComposeError::Unknown(Element::Component(id.clone()))
}

fn component<'a>(scenario: &'a Scenario, id: &ComponentId) -> Option<&'a Component> {
    scenario.components.iter().find(|component| component.id == *id)
}

fn kind<'a>(scenario: &'a Scenario, id: &ComponentId) -> Option<&'a ComponentKind> {
    component(scenario, id).map(|component| &component.kind)
}

/// The components on a server, in authored order.
fn on_server<'a>(scenario: &'a Scenario, server: &ServerId) -> impl Iterator<Item = &'a Component> + use<'a> {
    let server = server.clone();
    scenario.components.iter().filter(move |component| component.server.as_ref() == Some(&server))
}

/// The browser of a drawing: the component of that kind or, if the drawing implies it, its usual name.
fn browser(scenario: &Scenario) -> ComponentId {
    let known = scenario.components.iter().find(|component| component.kind.is_browser());
    known.map_or_else(|| ComponentId::new(BROWSER), |component| component.id.clone())
}

/// A component with nothing but a name and a kind.
fn plain(id: ComponentId, kind: ComponentKind) -> Component {
    Component {
        id,
        kind,
        server: None,
        label: None,
        software: None,
        reliability: None,
        station: StationPatch::default(),
        at: None,
    }
}

fn label(text: &str) -> Option<Text> {
    Text::new(text).ok()
}

#[cfg(test)]
mod tests;
