//! Why a request fails: the tier that it cannot reach, and the obstacles.
//!
//! Filled in by the search in `flow`; where a path exists and requests fail nevertheless, from the forecast of `losses`.

use std::collections::BTreeSet;

use super::losses::LossReason;
use hoplight_model::{ComponentId, Element, Infrastructure, LinkIx, Protocol, Text};

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
    /// A response: a path exists, but the components on it do not take it.
    Response,
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
    /// Users' TLS connections end at a component without a certificate.
    NoCertificate(ComponentId),
    /// A component redirects to https for ever, because it takes users' https requests for http.
    RedirectLoop(ComponentId),
    /// A component redirects to https, but the site has no TLS.
    NoHttps(ComponentId),
    /// Users' visits that start with `http://` get no reply from port 80 of an entry.
    PlaintextSilent(ComponentId),
    /// Port 80 of an entry refuses users' visits that start with `http://`.
    PlaintextRefused(ComponentId),
    /// The site's name is missing from the DNS.
    Nameless(Text),
    /// The only resolver that users query does not respond.
    NoLookup(ComponentId),
    /// None of the resolvers that users query responds.
    NoLookups,
    /// Users' packets to an entry get no reply.
    EntrySilent(ComponentId),
    /// An entry refuses users' connections.
    EntryRefused(ComponentId),
    /// Two balancers hold the shared address.
    TwoMasters,
    /// The certificate of a component has expired.
    CertificateExpired(ComponentId),
    /// No backend of a balancer is UP.
    NoBackend(ComponentId),
    /// A component has no upstream for these requests.
    NoRoute(ComponentId),
    /// Requests are sent to an upstream that does not respond, and wait for it.
    Silent {
        /// The component that waits.
        from: ComponentId,
        /// The upstream.
        to: ComponentId,
    },
    /// The upstream refuses connections.
    Refused {
        /// The component that connects.
        from: ComponentId,
        /// The upstream.
        to: ComponentId,
    },
    /// Writes reach a read-only database.
    ReadOnly(ComponentId),
    /// A database does not belong to the majority of its cluster.
    NotReady(ComponentId),
    /// The rate limit of a component refuses requests.
    RateLimit(ComponentId),
    /// An application does not know the sessions of users who logged in at another one.
    SessionLost(ComponentId),
    /// A component's slots and queue are full.
    Overloaded(ComponentId),
    /// A component takes an upstream out of rotation and puts it back again and again.
    Flapping {
        /// The component that chooses.
        from: ComponentId,
        /// The upstream.
        to: ComponentId,
    },
}

impl Obstacle {
    /// The obstacle behind a reason in a forecast.
    pub fn of_loss(infra: &Infrastructure, why: LossReason) -> Self {
        let id = |ix| infra.component(ix).id.clone();
        let ends = |link| {
            let (from, to) = infra.ends(link);
            (id(from), id(to))
        };
        match why {
            LossReason::NoLookup(link) => {
                let is_lookup = |link: &LinkIx| infra.link(*link).protocol == Protocol::Dns;
                let several = infra.links_from(infra.ends(link).0).iter().filter(|link| is_lookup(link)).count() > 1;
                if several { Self::NoLookups } else { Self::NoLookup(ends(link).1) }
            }
            LossReason::NameGone(_) => Self::Nameless(Text::new(infra.domain()).unwrap_or_default()),
            LossReason::EntrySilent(link) => Self::EntrySilent(ends(link).1),
            LossReason::EntryRefused(link) => Self::EntryRefused(ends(link).1),
            LossReason::TwoMasters => Self::TwoMasters,
            LossReason::Expired(ix) => Self::CertificateExpired(id(ix)),
            LossReason::NoCertificate(ix) => Self::NoCertificate(id(ix)),
            LossReason::RedirectLoop(ix) => Self::RedirectLoop(id(ix)),
            LossReason::NoHttps(ix) => Self::NoHttps(id(ix)),
            LossReason::PlaintextSilent(link) => Self::PlaintextSilent(ends(link).1),
            LossReason::PlaintextRefused(link) => Self::PlaintextRefused(ends(link).1),
            LossReason::NoBackend(ix) => Self::NoBackend(id(ix)),
            LossReason::NoRoute(ix) => Self::NoRoute(id(ix)),
            LossReason::Silent(link) => {
                let (from, to) = ends(link);
                Self::Silent { from, to }
            }
            LossReason::Refused(link) => {
                let (from, to) = ends(link);
                Self::Refused { from, to }
            }
            LossReason::ReadOnly(ix) => Self::ReadOnly(id(ix)),
            LossReason::NotReady(ix) => Self::NotReady(id(ix)),
            LossReason::RateLimit(ix) => Self::RateLimit(id(ix)),
            LossReason::SessionLost(ix) => Self::SessionLost(id(ix)),
            LossReason::Overloaded(ix) => Self::Overloaded(id(ix)),
            LossReason::Flapping(link) => {
                let (from, to) = ends(link);
                Self::Flapping { from, to }
            }
        }
    }
}

/// Why a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// First tier on the path that cannot be reached.
    pub missing: Missing,
    /// Obstacles. Empty if the infrastructure has no path to that tier.
    pub obstacles: BTreeSet<Obstacle>,
}

impl Broken {
    /// Why requests fail although a path exists.
    pub(super) fn of_loss(infra: &Infrastructure, why: Option<LossReason>) -> Self {
        Self { missing: Missing::Response, obstacles: why.map(|why| Obstacle::of_loss(infra, why)).into_iter().collect() }
    }
}
