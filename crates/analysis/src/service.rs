//! Whether a kind of request still works during an outage.
//!
//! The request is a *new* visitor's, so it starts with a DNS lookup. It works if a path exists: the balancer fails over to
//! another web server, the application to another database. How long that takes and how many requests fail meanwhile is shown
//! by the simulation.

use super::broken::{Broken, Missing, Obstacle};
use super::flow::{Reachability, lookups, passes};
use super::outage::Outage;
use hoplight_model::{Hop, Infrastructure, RequestKind, Text};

/// Whether a request of this kind works while `outage` lasts.
///
/// The loss of a browser, an agent or the monitoring service stops no request. A kind for which the browser has no DNS link
/// needs no lookup.
///
/// # Errors
/// Names the tier that cannot be reached, and what is in the way.
pub fn works(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<(), Broken> {
    path(infra, outage, kind).map(drop)
}

/// The hops of one working path, including the lookup's.
pub(super) fn path(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<Vec<Hop>, Broken> {
    let lookup = lookup(infra, outage, kind)?;
    let reach = Reachability::explore(infra, outage, kind);
    let Some(mut path) = reach.path(infra, outage, kind) else {
        return Err(Broken { missing: reach.missing(infra, kind), obstacles: reach.obstacles });
    };
    path.extend(lookup);
    Ok(path)
}

/// The first lookup that succeeds; `None` if this kind needs no lookup.
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
