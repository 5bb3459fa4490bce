//! What can be added to a drawing.

use hoplight_model::compose::{self, ComposeError, Composed, Placement, Role};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, DatabaseRole, Element};

/// A part to add, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedPart {
    /// A component, connected to what is selected if their roles suggest it.
    Component(Role, Placement),
    /// A component on or before every server that has none: agents or firewalls.
    Everywhere(Role),
    /// Databases until there is a cluster whose members have this role.
    Cluster(DatabaseRole),
    /// A certificate on everything that users connect to.
    Certificate,
    /// A certificate for a component's own name.
    InnerCertificate(ComponentId),
}

impl AddedPart {
    /// The edits that add it while an element is selected.
    pub(crate) fn compose(&self, scenario: &Scenario, near: Option<&Element>) -> Result<Composed, ComposeError> {
        match self {
            Self::Component(role, placement) => compose::add_near(scenario, *role, placement, near).map(|(composed, _)| composed),
            Self::Everywhere(role) => compose::add_everywhere(scenario, *role),
            Self::Cluster(role) => compose::add_cluster(scenario, *role, near),
            Self::Certificate => compose::add_certificate(scenario),
            Self::InnerCertificate(id) => compose::add_inner_certificate(scenario, id),
        }
    }
}
