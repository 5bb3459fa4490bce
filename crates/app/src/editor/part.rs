//! What can be added to a drawing.

use hoplight_model::ComponentId;
use hoplight_model::compose::{self, ComposeError, Composed, Placement, Role};
use hoplight_model::scenario::Scenario;

/// A part to add, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedPart {
    /// A component.
    Component(Role, Placement),
    /// A certificate on everything that users connect to.
    Certificate,
    /// A certificate for a component's own name.
    InnerCertificate(ComponentId),
}

impl AddedPart {
    /// The edits that add it.
    pub(crate) fn compose(&self, scenario: &Scenario) -> Result<Composed, ComposeError> {
        match self {
            Self::Component(role, placement) => compose::add(scenario, *role, placement),
            Self::Certificate => compose::add_certificate(scenario),
            Self::InnerCertificate(id) => compose::add_inner_certificate(scenario, id),
        }
    }
}
