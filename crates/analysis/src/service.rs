//! Whether a kind of request still works during an outage.
//!
//! The request is from a *new* visitor, so it starts with a DNS lookup. It works if a path exists: balancers fail over
//! to another web server, applications to another database. The simulation shows how long the failover takes and how
//! many requests fail in the meantime.

use super::broken::{Broken, Missing, Obstacle};
use super::flow::{Reachability, passes};
use super::outage::Outage;
use super::wiring::Wiring;
use hoplight_model::{Hop, Infrastructure, RequestKind, Text};

/// Whether a request of this kind works during `outage`.
///
/// The loss of a browser, an agent or the monitoring service does not stop any request. A kind for which the browser
/// has no DNS link needs no lookup.
///
/// # Errors
/// Returns the tier that cannot be reached, and the obstacles.
pub fn works(infra: &Infrastructure, outage: &Outage, kind: RequestKind) -> Result<(), Broken> {
    works_in(infra, &Wiring::of(infra), outage, kind)
}

/// Like [`works`], for hops and behaviours that are already derived.
pub(super) fn works_in(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, kind: RequestKind) -> Result<(), Broken> {
    path_through(infra, wiring, outage, kind, &Reachability::explore(infra, wiring, outage, kind)).map(drop)
}

/// Hops of one path that works if no certificate is missing, including the DNS lookup.
pub(super) fn path_if_certified(infra: &Infrastructure, wiring: &Wiring, kind: RequestKind) -> Result<Vec<Hop>, Broken> {
    let outage = Outage::none();
    path_through(infra, wiring, &outage, kind, &Reachability::explore_if_certified(infra, wiring, &outage, kind))
}

fn path_through(
    infra: &Infrastructure,
    wiring: &Wiring,
    outage: &Outage,
    kind: RequestKind,
    reach: &Reachability,
) -> Result<Vec<Hop>, Broken> {
    let lookup = lookup(infra, wiring, outage, kind)?;
    let Some(mut path) = reach.path(infra, wiring, outage, kind) else {
        return Err(Broken { missing: reach.missing(infra, wiring, kind), obstacles: reach.obstacles.clone() });
    };
    path.extend(lookup);
    Ok(path)
}

/// First lookup that succeeds; `None` if this kind needs no lookup.
fn lookup(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, kind: RequestKind) -> Result<Option<Hop>, Broken> {
    let mut broken = Broken { missing: Missing::Resolver, obstacles: [].into() };
    let asked = wiring.lookups(infra, kind);
    if outage.is_nameless() && !asked.is_empty() {
        let name = Text::new(infra.domain()).unwrap_or_default();
        return Err(Broken { missing: Missing::Name, obstacles: [Obstacle::Nameless(name)].into() });
    }
    for link in asked {
        let hop = wiring.hop(*link);
        match passes(infra, outage, hop) {
            Ok(()) => return Ok(Some(hop.clone())),
            Err(obstacle) => {
                broken.obstacles.insert(obstacle);
            }
        }
    }
    if broken.obstacles.is_empty() { Ok(None) } else { Err(broken) }
}
