//! What can be pointed at: a component, a server, a hop.
//!
//! Selection, lessons, faults and findings all name things in these terms. Must not know why something is pointed at.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, ServerId};

/// A thing of the infrastructure that has a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Element {
    /// One component.
    Component(ComponentId),
    /// One server with all that it holds.
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
