//! Whether a kind of request still works during an outage.
//!
//! The request is from a *new* visitor, so it starts with a DNS lookup. It works if a path exists: balancers fail over
//! to another web server, applications to another database. The simulation shows how long the failover takes and how
//! many requests fail in the meantime.

use super::broken::{Broken, Missing, Obstacle};
use super::flow::{Reachability, lookups, passes};
use super::outage::Outage;
use hoplight_model::{Hop, Infrastructure, RequestKind, Text};

/// Whether a request of this kind works during `outage`.
///
/// The loss of a browser, an agent or the monitoring service does not stop any request. A kind for which the browser
/// has no DNS link needs no lookup.
///
/// # Errors
/// Returns the tier that cannot be reached, and the obstacles.
pub fn works(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<(), Broken> {
    path(infra, outage, kind).map(drop)
}

/// Hops of one working path, including the DNS lookup.
fn path(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<Vec<Hop>, Broken> {
    path_through(infra, outage, kind, &Reachability::explore(infra, outage, kind))
}

/// Hops of one path that works if no certificate is missing, including the DNS lookup.
pub(super) fn path_if_certified(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Hop>, Broken> {
    let outage = Outage::none();
    path_through(infra, &outage, kind, &Reachability::explore_if_certified(infra, &outage, kind))
}

fn path_through(infra: &Infrastructure, outage: &Outage, kind: RequestKind, reach: &Reachability) -> Result<Vec<Hop>, Broken> {
    let lookup = lookup(infra, outage, kind)?;
    let Some(mut path) = reach.path(infra, outage, kind) else {
        return Err(Broken { missing: reach.missing(infra, kind), obstacles: reach.obstacles.clone() });
    };
    path.extend(lookup);
    Ok(path)
}

/// First lookup that succeeds; `None` if this kind needs no lookup.
fn lookup(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<Option<Hop>, Broken> {
    let mut broken = Broken { missing: Missing::Resolver, obstacles: [].into() };
    let asked = lookups(infra, kind);
    if outage.is_nameless() && !asked.is_empty() {
        let name = Text::new(infra.domain()).unwrap_or_default();
        return Err(Broken { missing: Missing::Name, obstacles: [Obstacle::Nameless(name)].into() });
    }
    for link in asked {
        let hop = infra.hop(link);
        match passes(infra, outage, &hop) {
            Ok(()) => return Ok(Some(hop)),
            Err(obstacle) => {
                broken.obstacles.insert(obstacle);
            }
        }
    }
    if broken.obstacles.is_empty() { Ok(None) } else { Err(broken) }
}
