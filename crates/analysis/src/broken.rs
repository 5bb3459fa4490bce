//! Why a request fails: the tier that it cannot reach, and the obstacles.
//!
//! Filled in by the search in `flow`.

use std::collections::BTreeSet;

use hoplight_model::{ComponentId, Element, Text};

/// What a request needed and could not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A DNS resolver.
    Resolver,
    /// The address of the site: its name is missing from the DNS.
    Name,
    /// The entry component, which the browser connects to.
    Entry,
    /// A web server behind the entry.
    WebServer,
    /// An application server.
    Application,
    /// Any database.
    Database,
    /// A database that accepts writes.
    Primary,
}

/// An obstacle on a hop that the request would have used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The hop, its target component or that component's server has failed.
    Out(Element),
    /// A firewall on the hop is down, so nothing gets through.
    FirewallOut {
        /// The firewall.
        firewall: ComponentId,
        /// The hop that crosses it.
        hop: Element,
    },
    /// A firewall on the hop denies the connection.
    Denied {
        /// The firewall.
        firewall: ComponentId,
        /// The hop that crosses it.
        hop: Element,
    },
    /// The certificate presented on the hop has expired.
    Expired {
        /// Name that the certificate is for.
        name: Text,
        /// The hop.
        hop: Element,
    },
    /// The site's name is missing from the DNS.
    Nameless(Text),
}

/// Why a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// First tier on the path that cannot be reached.
    pub missing: Missing,
    /// Obstacles. Empty if the infrastructure has no path to that tier.
    pub obstacles: BTreeSet<Obstacle>,
}
