//! Why a request does not work: the tier that cannot be reached, and what is in the way.
//!
//! Filled in by the search in [`super::flow`].

use std::collections::BTreeSet;
use std::fmt;

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
    /// The certificate that the hop is opened with has expired.
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
    /// The obstacles; none if the drawing has no path there at all.
    pub obstacles: BTreeSet<Obstacle>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolver => "no DNS resolver can be reached",
            Self::Name => "the site's name leads nowhere",
            Self::Entry => "the site's entry cannot be reached",
            Self::WebServer => "no web server can be reached",
            Self::Application => "no application server can be reached",
            Self::Database => "no database can be reached",
            Self::Primary => "no database that takes writes can be reached",
        })
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Out(element) => write!(f, "{element} is out"),
            Self::FirewallOut { firewall, hop } => write!(f, "{firewall} is out, and {hop} must cross it"),
            Self::Expired { name, hop } => write!(f, "the certificate for {} has expired, and {hop} needs it", name.as_str()),
            Self::Nameless(name) => write!(f, "{} is gone from the DNS", name.as_str()),
            Self::Denied { firewall, hop } => write!(f, "{firewall} does not let {hop} pass"),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.missing)?;
        if self.obstacles.is_empty() {
            return f.write_str("nothing leads there");
        }
        for (number, obstacle) in self.obstacles.iter().enumerate() {
            write!(f, "{}{obstacle}", if number == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for Broken {}
