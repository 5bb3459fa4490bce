//! Whether a kind of request still works when something is out.
//!
//! The request is a *new* visitor's: it needs the address of the site first. It works if a way exists: the balancer turns
//! to another web server, the application to another database. How long the turning takes, and how many requests fail
//! meanwhile, is for the simulation to show; this module must not guess it.

use super::broken::{Broken, Missing, Obstacle};
use super::flow::{Reach, lookups, passes};
use super::outage::Outage;
use hoplight_model::{Hop, Infrastructure, RequestKind, Text};

/// Whether a request of this kind works while `outage` lasts.
///
/// Browser, agents and monitoring service are no part of the service: their outage changes nothing. A kind for which the
/// browser has no DNS link is taken to need no lookup.
///
/// # Errors
/// Says what cannot be reached, and what is in the way.
pub fn works(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<(), Broken> {
    way(infra, outage, kind).map(drop)
}

/// One way that works: the hops that it needs, the lookup included.
pub(super) fn way(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<Vec<Hop>, Broken> {
    let lookup = lookup(infra, outage, kind)?;
    let reach = Reach::explore(infra, outage, kind);
    let Some(mut way) = reach.way(infra, outage, kind) else {
        return Err(Broken { missing: reach.missing(infra, kind), obstacles: reach.obstacles });
    };
    way.extend(lookup);
    Ok(way)
}

/// The first lookup that is answered, or nothing if the drawing has none.
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
