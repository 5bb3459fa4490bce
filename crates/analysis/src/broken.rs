//! Why a request does not work: the tier that cannot be reached, and the obstacles.
//!
//! Filled in by the search in `flow`.

use std::collections::BTreeSet;

use hoplight_model::{ComponentId, Element, Text};

/// What a request needed and could not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A DNS resolver.
    Resolver,
    /// The address of the site's name, which is not in the DNS.
    Name,
    /// The component that the browser connects to.
    Entry,
    /// A web server behind the entry.
    WebServer,
    /// An application, which runs the code of the site.
    Application,
    /// Any database.
    Database,
    /// A database that takes writes.
    Primary,
}

/// An obstacle on a hop that the request would have taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The component, its server, or the hop to it is out.
    Out(Element),
    /// A firewall on the hop is down, so nothing passes it.
    FirewallOut {
        /// The firewall.
        firewall: ComponentId,
        /// The hop that crosses it.
        hop: Element,
    },
    /// A firewall on the hop does not let the connection pass.
    Denied {
        /// The firewall.
        firewall: ComponentId,
        /// The hop that crosses it.
        hop: Element,
    },
    /// The certificate presented on the hop has expired.
    Expired {
        /// The name that it is for.
        name: Text,
        /// The hop.
        hop: Element,
    },
    /// The name of the site is gone from the DNS.
    Nameless(Text),
}

/// Why a request does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The first tier on its path that cannot be reached.
    pub missing: Missing,
    /// The obstacles; empty if the infrastructure has no path to that tier.
    pub obstacles: BTreeSet<Obstacle>,
}
