//! Tiers: what a component does for requests, whatever program it is.
//!
//! Must not know who asks whom in which order; that is the drawing's.

use std::fmt;

use hoplight_model::{ComponentIx, ComponentKind, Infrastructure, Protocol};

/// A part of the work on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Spreads requests.
    Balancer,
    /// Serves static pages and hands on the rest.
    Web,
    /// Runs the code of the site.
    Application,
    /// Keeps the data.
    Database,
}

impl Tier {
    /// All of them, from the user inwards.
    pub const ALL: [Self; 4] = [Self::Balancer, Self::Web, Self::Application, Self::Database];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Balancer => "balancer",
            Self::Web => "web",
            Self::Application => "application",
            Self::Database => "database",
        }
    }

    /// The tiers that a component belongs to: none or one, and two for a web server with an SQL link, which runs the code
    /// itself, as in LAMP.
    pub fn of(infra: &Infrastructure, ix: ComponentIx) -> Vec<Self> {
        match &infra.component(ix).kind {
            ComponentKind::LoadBalancer(_) => vec![Self::Balancer],
            ComponentKind::Web(_) => {
                let asks_database = infra.links_from(ix).iter().any(|link| infra.link(*link).protocol == Protocol::Sql);
                if asks_database { vec![Self::Web, Self::Application] } else { vec![Self::Web] }
            }
            ComponentKind::App(_) => vec![Self::Application],
            ComponentKind::Database(_) => vec![Self::Database],
            _ => Vec::new(),
        }
    }

    /// The components of a tier, in authored order.
    pub fn members(self, infra: &Infrastructure) -> Vec<ComponentIx> {
        infra.components().map(|(ix, _)| ix).filter(|ix| Self::of(infra, *ix).contains(&self)).collect()
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
