//! Which databases of a cluster accept writes once elections and promotions are complete.

use hoplight_model::behaviour::{ClusterRules, first_authority, starts_writable};
use hoplight_model::{ComponentIx, Infrastructure, LinkIx};

use super::site::Site;
use super::state::{Passage, State};

/// A cluster during a loss. Members are identified by their position in it.
struct Cluster<'a> {
    members: &'a [ComponentIx],
    rules: ClusterRules,
    runs: Vec<bool>,
    /// Pairs of members that can reach each other, in row-major order.
    reach: Vec<Vec<bool>>,
    leads: Vec<bool>,
}

/// For each member of a cluster, whether it accepts writes.
pub(super) fn writable(site: &Site<'_>, state: &State, members: &[ComponentIx]) -> Vec<bool> {
    let infra = site.infra;
    let mut cluster = Cluster {
        members,
        rules: ClusterRules::of(infra, members),
        runs: members.iter().map(|ix| state.runs(*ix)).collect(),
        reach: members.iter().map(|a| members.iter().map(|b| is_open(site, state, *a, *b)).collect()).collect(),
        leads: members.iter().map(|ix| starts_writable(infra, members, *ix)).collect(),
    };
    if cluster.rules.multi_primary {
        cluster.keep_majority();
    } else if cluster.rules.quorum {
        cluster.elect(infra);
    } else {
        cluster.promote();
    }
    cluster.leads.iter().zip(&cluster.runs).map(|(leads, runs)| *leads && *runs).collect()
}

/// Whether two databases run and a replication link between them is open. It works in both directions.
fn is_open(site: &Site<'_>, state: &State, a: ComponentIx, b: ComponentIx) -> bool {
    let graph = site.infra.graph();
    let link: Option<LinkIx> = graph.find_edge(a, b).or_else(|| graph.find_edge(b, a));
    let passes = |link: LinkIx| state.way(site, link) == Passage::Open;
    a != b && state.runs(a) && state.runs(b) && link.is_some_and(passes)
}

impl Cluster<'_> {
    fn places(&self) -> std::ops::Range<usize> {
        0..self.members.len()
    }

    fn has_majority(&self, place: usize) -> bool {
        self.runs[place] && 1 + self.reach[place].iter().filter(|reached| **reached).count() >= self.rules.majority
    }

    /// In a multi-primary cluster, the members that belong to a component with a majority serve. They forward messages for
    /// each other.
    fn keep_majority(&mut self) {
        let serves = self.places().map(|place| {
            let mut found = vec![place];
            let mut next = 0;
            while let Some(from) = found.get(next).copied() {
                found.extend(
                    self.places().filter(|to| self.reach[from][*to]).filter(|to| !found.contains(to)).collect::<Vec<_>>(),
                );
                next += 1;
            }
            self.runs[place] && found.len() >= self.rules.majority
        });
        self.leads = serves.collect();
    }

    /// The writer of a quorum cluster stays as long as it reaches a majority. Otherwise, the first member that reaches
    /// a majority of members without contact with a writer is elected.
    fn elect(&mut self, infra: &Infrastructure) {
        let writer = first_authority(infra, self.members).and_then(|ix| self.members.iter().position(|member| *member == ix));
        self.leads.fill(false);
        let stays = writer.filter(|place| self.has_majority(*place));
        let elected = stays.or_else(|| self.places().find(|place| Some(*place) != writer && self.has_majority(*place)));
        if let Some(place) = elected {
            self.leads[place] = true;
        }
    }

    /// The members that receive a writer's changes.
    fn hearers(&self) -> Vec<bool> {
        let mut hears: Vec<bool> = self.places().map(|place| self.leads[place] && self.runs[place]).collect();
        let mut waiting: Vec<usize> = self.places().filter(|place| hears[*place]).collect();
        while let Some(from) = waiting.pop() {
            for to in self.places() {
                if self.reach[from][to] && !std::mem::replace(&mut hears[to], true) {
                    waiting.push(to);
                }
            }
        }
        hears
    }

    /// Promotes replicas that have lost contact with the primary, if failover is automatic. A replica that is still in
    /// contact vetoes the promotion of the replicas it reaches.
    fn promote(&mut self) {
        // Without a primary at the start, replicas have no source to lose contact with.
        if self.rules.replaced_after.is_none() || !self.leads.contains(&true) {
            return;
        }
        loop {
            let hears = self.hearers();
            let suspects = |place: usize| self.runs[place] && !hears[place];
            let agree = |place: &usize| self.places().all(|peer| !self.reach[*place][peer] || suspects(peer));
            let Some(place) = self.places().find(|place| suspects(*place) && agree(place)) else { return };
            if self.rules.fence {
                // The replaced primary becomes read-only once it reaches its successor.
                for peer in self.places() {
                    self.leads[peer] &= !self.reach[place][peer];
                }
            }
            self.leads[place] = true;
        }
    }
}
