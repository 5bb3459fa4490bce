//! Why an act is refused.

use std::fmt;

use crate::component::{ComponentKind, DatabaseRole};
use crate::draft::EditError;
use crate::element::Element;
use crate::id::ComponentId;

/// Why an act is refused. `hoplight_text::compose_error` renders it.
#[derive(Clone, Debug, PartialEq)]
pub enum ComposeError {
    /// The drawing has no such element.
    Unknown(Element),
    /// An edit of the act is refused.
    Edit(EditError),
    /// Both ends are the same element.
    SameEnd,
    /// The two kinds have no protocol in common.
    NothingInCommon(Box<(ComponentKind, ComponentKind)>),
    /// Nothing on one server can connect to anything on the other.
    NothingFits,
    /// Several components could be the ends of the link.
    Ambiguous(Vec<(ComponentId, ComponentId)>),
    /// A hop cannot be an end of a link, copied, moved or renamed.
    IsHop,
    /// The browser is the user: a drawing always has exactly one.
    IsBrowser,
    /// The act needs a server, for example an agent.
    NeedsServer,
    /// The component runs on no server of the site.
    NotOnServer(ComponentId),
    /// The element is not a database, so it has no role.
    NotADatabase,
    /// The cluster of the database has too few databases for a role.
    TooFewDatabases {
        /// The role.
        role: DatabaseRole,
        /// The least number of databases that it needs.
        least: usize,
    },
    /// All databases have the role, and there are enough of them.
    ClusterComplete,
    /// Every server already has what is to be added to each, or there is no server.
    NoServerLeft,
    /// A firewall already protects the element.
    AlreadyProtected(Element),
    /// Firewalls cannot protect each other.
    TwoFirewalls,
    /// A certificate needs a component that the browser connects to.
    NoEntry,
    /// The site already has a certificate for its name on all components that users connect to.
    HasCertificate,
    /// There is no free place in that direction.
    Edge,
    /// The name cannot be an id. Contains the reason.
    BadName(String),
    /// The name belongs to another element.
    NameTaken(String),
    /// The element is not a firewall, so it has no rules.
    NotAFirewall,
    /// The firewall protects nothing yet, so nothing crosses it.
    ProtectsNothing,
    /// The firewall's rules already match the links that cross it.
    RulesFit,
    /// The drawing cannot be built, so the ports of its links are unknown.
    Unbuildable,
}

impl fmt::Display for ComposeError {
    /// The data of the error, for developers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ComposeError {}
