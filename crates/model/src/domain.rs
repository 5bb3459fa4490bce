//! Failure domains: components and servers that fail together because they share something that is not drawn.
//!
//! A rack shares a switch and a fuse, a data centre its power, a region its network.

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, DomainId, ServerId};
use super::reliability::Reliability;
use super::text::Text;

/// A failure domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureDomain {
    /// Its name.
    pub id: DomainId,
    /// What it is, in a word or two.
    #[serde(default)]
    pub label: Option<Text>,
    /// The servers in it, with all that they hold.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// Single components in it.
    #[serde(default)]
    pub components: Vec<ComponentId>,
    /// Links that run through it, as pairs of ends.
    #[serde(default)]
    pub links: Vec<(ComponentId, ComponentId)>,
    /// Domains inside it, such as the racks of a data centre.
    #[serde(default)]
    pub domains: Vec<DomainId>,
    /// How often it fails as a whole. Without it, only what-if questions take it into account.
    #[serde(default)]
    pub reliability: Option<Reliability>,
}
