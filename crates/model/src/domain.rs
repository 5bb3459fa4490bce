//! Failure domains: components and servers that fail together because they share something that the diagram does not
//! show.
//!
//! A rack shares a switch and a power feed, a data centre its power supply, a region its network.

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, DomainId, ServerId};
use super::reliability::Reliability;
use super::text::Text;

/// A failure domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureDomain {
    /// Name of the domain.
    pub id: DomainId,
    /// Short description, in a word or two.
    #[serde(default)]
    pub label: Option<Text>,
    /// Servers in the domain, with all their components.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// Individual components in the domain.
    #[serde(default)]
    pub components: Vec<ComponentId>,
    /// Links that run through the domain, as pairs of client and server end.
    #[serde(default)]
    pub links: Vec<(ComponentId, ComponentId)>,
    /// Nested domains, such as the racks of a data centre.
    #[serde(default)]
    pub domains: Vec<DomainId>,
    /// Failure and repair times of the domain as a whole. Without them, only what-if analyses consider the domain.
    #[serde(default)]
    pub reliability: Option<Reliability>,
}
