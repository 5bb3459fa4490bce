//! Databases across a rebuild: roles and counts are kept, unless the edit changes a role, and replicas are in sync with their
//! primary.

use super::{Databases, DatabasesPlan};
use crate::database::history::Log;
use crate::index::{DatabaseIx, StationIx};

impl Databases {
    /// Carries over roles, counts and settings from the databases of the old simulation. `before` maps a station to the
    /// station of the same component in the old simulation.
    pub(crate) fn carry(
        &mut self,
        old: &Self,
        (plan, old_plan): (&DatabasesPlan, &DatabasesPlan),
        before: impl Fn(StationIx) -> Option<StationIx>,
    ) {
        let known = |node: DatabaseIx| {
            let station = before(plan.nodes[node].station)?;
            old_plan.nodes.position(|other| other.station == station)
        };
        // An edit that gives a database another role means it.
        let keeps_role = |node: DatabaseIx, earlier: DatabaseIx| plan.nodes[node].role == old_plan.nodes[earlier].role;
        for (node, state) in self.nodes.iter_mut_enumerated() {
            let Some(number) = known(node) else { continue };
            let earlier = &old.nodes[number];
            if keeps_role(node, number) {
                state.writable = earlier.leads();
            }
            state.lag = earlier.lag;
            (state.stale_reads, state.lost_writes) = (earlier.stale_reads, earlier.lost_writes);
        }
        for (cluster, spec) in plan.clusters.enumerate() {
            let earlier = |node: &DatabaseIx| known(*node).filter(|earlier| keeps_role(*node, *earlier));
            if !spec.nodes.iter().any(|node| earlier(node).is_some()) {
                continue;
            }
            // A database that joins does not accept writes while another database does.
            let led = spec.nodes.iter().any(|node| earlier(node).is_some_and(|earlier| old.nodes[earlier].leads()));
            for node in spec.nodes.iter().filter(|node| led && earlier(node).is_none()) {
                self.nodes[*node].writable = false;
            }
            let was_authority = |node: &DatabaseIx| earlier(node).is_some_and(|node| old.is_authority(node, old_plan));
            let authority = spec.nodes.iter().copied().find(was_authority);
            let authority = authority.or_else(|| spec.nodes.iter().copied().find(|node| self.nodes[*node].writable));
            if spec.multi_primary {
                // The members of the new simulation start together.
                for node in &spec.nodes {
                    self.nodes[*node].writable = true;
                }
                continue;
            }
            let state = &mut self.clusters[cluster];
            state.authority = authority.unwrap_or(state.authority);
            let authority = state.authority;
            for node in &spec.nodes {
                let database = &mut self.nodes[*node];
                if database.writable {
                    (database.source, database.connected) = (None, false);
                    if *node != authority && database.log.timeline == 0 {
                        // A second primary has a separate history.
                        database.log.timeline = state.lineage.branch(Log::default());
                    }
                } else {
                    database.log.timeline = 0;
                    let mut into = plan.nodes[*node].into.iter().copied();
                    let of_authority = into.find(|stream| plan.streams[*stream].from == authority);
                    database.source = of_authority.or(database.source);
                    database.connected = database.source.is_some();
                }
            }
        }
    }
}
