//! Harm: what makes a moment of a run an incident, measured from the state of the simulation.
//!
//! A drill is mitigated once the harm has ended, whatever the remedy was. The learner never sees this measurement before the
//! debriefing.

use std::collections::BTreeSet;
use std::time::Duration;

use hoplight_model::ComponentIx;
use hoplight_model::component::DatabaseRole;
use hoplight_sim::Simulation;

/// Window in which users' requests are counted.
const WINDOW: Duration = Duration::from_secs(5);
/// Share of failed requests above which users suffer.
const MOST_FAILED: f64 = 0.02;
/// Number of failed requests in the window below which a share means nothing.
const FEWEST_FAILED: u32 = 2;
/// Users suffer if the 95th percentile of the latency is this many times what it was before the fault…
const SLOWER: f64 = 4.0;
/// … and above this many milliseconds.
const SLOW_MS: f64 = 500.0;
/// Replication lag that counts as harm, in seconds.
const MOST_LAG_S: f64 = 10.0;

/// A kind of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Users' requests fail: more than 2 % within five seconds.
    Errors,
    /// Pages are slow: the 95th percentile is four times what it was, and above half a second.
    Slow,
    /// An agent's data is missing, or the monitoring service is down: the next failure would go unnoticed.
    Blind,
    /// A backend is DOWN or a balancer of a pair is dead: the next failure would hit users.
    Redundancy,
    /// A running replica cannot follow its primary: a failover would lose writes.
    Replication,
    /// Two databases of one cluster accept writes, and their data diverges.
    TwoWriters,
    /// Two balancers hold one address.
    TwoMasters,
}

impl Harm {
    /// Whether users notice it.
    pub const fn is_felt(self) -> bool {
        matches!(self, Self::Errors | Self::Slow)
    }
}

/// The 95th percentile of users' latency over the last 20 s, in milliseconds: the normal state with which later ones are compared.
pub(crate) fn usual_p95(simulation: &Simulation) -> Option<f64> {
    simulation.experience(Duration::from_secs(20), None).p95_ms
}

/// The harm at this moment. `usual_p95` is users' latency before the fault, in milliseconds.
pub(crate) fn harm(simulation: &Simulation, usual_p95: Option<f64>) -> BTreeSet<Harm> {
    let users = simulation.experience(WINDOW, None);
    let fails = users.failed >= FEWEST_FAILED && users.error_ratio().is_some_and(|ratio| ratio > MOST_FAILED);
    let slow = users.p95_ms.zip(usual_p95).is_some_and(|(now, usual)| now > SLOW_MS && now > usual * SLOWER);
    let found = [
        (fails, Harm::Errors),
        (slow, Harm::Slow),
        (is_blind(simulation), Harm::Blind),
        (lacks_redundancy(simulation), Harm::Redundancy),
        (lags(simulation), Harm::Replication),
        (has_two_writers(simulation), Harm::TwoWriters),
        (simulation.masters().count() > simulation.shared_addresses(), Harm::TwoMasters),
    ];
    found.into_iter().filter(|(present, _)| *present).map(|(_, harm)| harm).collect()
}

fn is_blind(simulation: &Simulation) -> bool {
    let has_service = simulation.infrastructure().components().any(|(_, component)| component.kind.is_monitoring_service());
    has_service && (!simulation.is_monitored() || simulation.agents().iter().any(|agent| agent.stale))
}

fn lacks_redundancy(simulation: &Simulation) -> bool {
    let infra = simulation.infrastructure();
    let down = infra.links().any(|(link, _)| simulation.backend_up(link) == Some(false));
    let is_dead = |ix| !simulation.station(ix).health.is_up();
    down || infra.vrrp_pairs().into_iter().any(|(one, other)| is_dead(one) || is_dead(other))
}

fn lags(simulation: &Simulation) -> bool {
    // After a failover, the old primary may stay down.
    let running = |ix: &ComponentIx| simulation.station(*ix).health.is_up();
    let databases = simulation.infrastructure().components().map(|(ix, _)| ix).filter(running);
    let databases = databases.filter_map(|ix| simulation.database(ix));
    let mut replicas = databases.filter(|database| database.role == DatabaseRole::Replica);
    replicas.any(|replica| replica.lag_s.is_none_or(|lag| lag > MOST_LAG_S))
}

fn has_two_writers(simulation: &Simulation) -> bool {
    let is_single = |role: DatabaseRole| matches!(role, DatabaseRole::Primary | DatabaseRole::Replica);
    simulation.infrastructure().database_clusters().into_iter().any(|cluster| {
        let members = cluster.into_iter().filter_map(|ix| simulation.database(ix));
        members.filter(|member| member.writable && is_single(member.role)).count() > 1
    })
}
