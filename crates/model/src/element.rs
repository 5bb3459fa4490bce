//! References to a component, a server or a hop.
//!
//! Used by selection, lessons, faults and findings.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, ServerId};

/// A component, a server or a hop, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Element {
    /// A component.
    Component(ComponentId),
    /// A server and everything on it.
    Server(ServerId),
    /// The hop from one component to another.
    Hop(ComponentId, ComponentId),
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(id) => write!(f, "{id}"),
            Self::Server(id) => write!(f, "{id}"),
            Self::Hop(from, to) => write!(f, "{from} → {to}"),
        }
    }
}
