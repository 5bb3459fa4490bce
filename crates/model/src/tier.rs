//! Tiers: the part that a component plays in serving requests, regardless of its program.

use serde::{Deserialize, Serialize};

use super::infrastructure::{ComponentIx, Infrastructure};
use super::link::Protocol;

/// A layer of request processing, from the user inwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tier {
    /// Distributes requests.
    Balancer,
    /// Serves static pages and forwards the rest.
    Web,
    /// Runs the site's code.
    Application,
    /// Keeps copies of responses or query results.
    Cache,
    /// Distributes statements over databases.
    SqlProxy,
    /// Stores the data.
    Database,
}

impl Tier {
    /// All tiers, from the user inwards.
    pub const ALL: [Self; 6] = [Self::Balancer, Self::Web, Self::Application, Self::Cache, Self::SqlProxy, Self::Database];

    /// The tiers of a component: the tier of its kind and, for a web server with an SQL link, also the application
    /// tier, since it runs the code itself (LAMP).
    pub fn of(infra: &Infrastructure, ix: ComponentIx) -> Vec<Self> {
        let Some(own) = infra.component(ix).kind.tier() else { return Vec::new() };
        let runs_code = own == Self::Web && infra.links_from(ix).iter().any(|link| infra.link(*link).protocol == Protocol::Sql);
        if runs_code { vec![own, Self::Application] } else { vec![own] }
    }

    /// The components of this tier, in authored order.
    pub fn members(self, infra: &Infrastructure) -> Vec<ComponentIx> {
        infra.components().map(|(ix, _)| ix).filter(|ix| Self::of(infra, *ix).contains(&self)).collect()
    }
}

impl Infrastructure {
    /// Whether a program listens on 127.0.0.1 only, so that nothing outside its server reaches it: an application whose
    /// clients all run on its server (the default of Gunicorn and PHP-FPM).
    ///
    /// # Panics
    /// If `ix` is from another infrastructure.
    pub fn listens_locally(&self, ix: ComponentIx) -> bool {
        let component = self.component(ix);
        let Some(server) = component.server.as_ref().filter(|_| component.kind.tier() == Some(Tier::Application)) else {
            return false;
        };
        let mut clients = self.graph().neighbors_directed(ix, petgraph::Direction::Incoming).peekable();
        clients.peek().is_some() && clients.all(|client| self.component(client).server.as_ref() == Some(server))
    }
}
