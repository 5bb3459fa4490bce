//! Which databases accept writes during an outage.
//!
//! Models the steady state of the simulation's rules: a member of a quorum cluster accepts writes if it can reach a
//! majority; a replica is promoted if failover is automatic and no replica can reach the primary. The simulation shows
//! how long that takes and which writes are lost.

use super::flow::passes;
use super::outage::Outage;
use super::wiring::Wiring;
use hoplight_model::behaviour::ClusterRules;
use hoplight_model::{ComponentIx, DatabaseRole, Infrastructure};

fn role(infra: &Infrastructure, ix: ComponentIx) -> Option<DatabaseRole> {
    infra.component(ix).kind.as_database().map(|spec| spec.role)
}

/// The cluster of a database, in authored order.
fn cluster(infra: &Infrastructure, ix: ComponentIx) -> Vec<ComponentIx> {
    infra.database_clusters().into_iter().find(|cluster| cluster.contains(&ix)).unwrap_or_default()
}

/// Whether a database that can be reached accepts writes.
pub(super) fn takes_writes(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, ix: ComponentIx) -> bool {
    match role(infra, ix) {
        Some(DatabaseRole::Primary) => true,
        Some(DatabaseRole::Member | DatabaseRole::MultiPrimary) => {
            let cluster = cluster(infra, ix);
            let rules = ClusterRules::of(infra, &cluster);
            let mut heard = vec![ix];
            let mut next = 0;
            while let Some(from) = heard.get(next).copied() {
                let hears = |other: &&ComponentIx| hear_each_other(infra, wiring, outage, from, **other);
                let more: Vec<ComponentIx> =
                    cluster.iter().filter(|other| !heard.contains(other)).filter(hears).copied().collect();
                heard.extend(more);
                // The members of a multi-primary cluster forward messages for each other.
                next = if rules.multi_primary { next + 1 } else { heard.len() };
            }
            heard.len() >= rules.majority
        }
        Some(DatabaseRole::Replica) => takes_over(infra, wiring, outage, ix),
        None => false,
    }
}

/// Whether automatic failover promotes this replica.
fn takes_over(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, ix: ComponentIx) -> bool {
    let cluster = cluster(infra, ix);
    let is = |wanted: DatabaseRole| move |other: &&ComponentIx| role(infra, **other) == Some(wanted);
    let Some(primary) = cluster.iter().find(is(DatabaseRole::Primary)).copied() else { return false };
    let automatic = ClusterRules::of(infra, &cluster).replaced_after.is_some();
    // A database that is down cannot communicate with any other.
    let mut peers = cluster
        .iter()
        .filter(is(DatabaseRole::Replica))
        .filter(|peer| **peer == ix || hear_each_other(infra, wiring, outage, ix, **peer));
    let first = peers.clone().next() == Some(&ix);
    automatic && first && peers.all(|peer| !hear_each_other(infra, wiring, outage, primary, *peer))
}

/// Whether two databases are up and a replication link between them is open. The link works in both directions.
pub(super) fn hear_each_other(infra: &Infrastructure, wiring: &Wiring, outage: &Outage, a: ComponentIx, b: ComponentIx) -> bool {
    let link = infra.link_from_to(a, b).or_else(|| infra.link_from_to(b, a));
    let run = [a, b].into_iter().all(|ix| outage.cause(infra, ix).is_none());
    run && link.is_some_and(|link| passes(infra, outage, wiring.hop(link)).is_ok())
}
