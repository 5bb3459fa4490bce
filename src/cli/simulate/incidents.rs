//! The part of a report about incidents: failures by cause, lost and stale data, the shared address and the backends.
//!
//! Counts cover the whole run, including the warm-up. State is as of the end of the run.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;

use hoplight_model::{Component, ComponentIx, DatabaseRole, Infrastructure};
use hoplight_sim::{AlertEntry, AlertState, CacheView, Failure, FailureCause, Recorder, SimTime, Simulation, WatchdogEntry};

/// Incidents of one run.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct IncidentReport {
    pub(in crate::cli) failed_by_cause: Vec<CauseReport>,
    pub(in crate::cli) databases: IndexMap<String, DatabaseReport>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(in crate::cli) caches: IndexMap<String, CacheReport>,
    /// What each rate limit refused.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(in crate::cli) rate_limits: IndexMap<String, RateLimitReport>,
    /// How the logins of someone who guesses passwords ended; absent without an attack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) attack: Option<AttackReport>,
    /// The databases that accept writes, if there are several.
    pub(in crate::cli) split_brain: Vec<String>,
    /// The address that two balancers share by VRRP; null without a pair.
    pub(in crate::cli) shared_address: Option<AddressReport>,
    pub(in crate::cli) backends: Vec<BackendReport>,
    /// Null without a monitoring service.
    pub(in crate::cli) paging: Option<PagingReport>,
}

/// Pages of the run, and what was not paged.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct PagingReport {
    /// Alerts that fired, of the last 500 changes.
    pub(in crate::cli) alerts: u64,
    /// Pages of the dead man's switch, in seconds; null without one.
    pub(in crate::cli) dead_mans_switch_s: Option<Vec<f64>>,
    /// When no monitoring service ran, as pairs of start and end; the end is null if that lasts.
    pub(in crate::cli) service_down_s: Vec<(f64, Option<f64>)>,
    /// Failed requests in seconds in which no alert was firing, of the last hour.
    pub(in crate::cli) failed_without_alert: u64,
    /// Those of them in seconds in which no monitoring service ran.
    pub(in crate::cli) failed_while_down: u64,
}

/// Requests that failed for the same reason at the same component.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct CauseReport {
    pub(in crate::cli) failure: &'static str,
    /// Why the component failed them; null if no component sent an error response or closed the connection
    /// instead.
    pub(in crate::cli) cause: Option<&'static str>,
    pub(in crate::cli) component: Option<String>,
    /// `HAProxy`'s termination state, if the component is a balancer.
    pub(in crate::cli) flag: Option<&'static str>,
    pub(in crate::cli) count: u64,
}

/// One database.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct DatabaseReport {
    pub(in crate::cli) accepts_writes: bool,
    pub(in crate::cli) lost_writes: u64,
    pub(in crate::cli) stale_reads: u64,
    pub(in crate::cli) divergent_writes: u64,
}

/// One cache.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct CacheReport {
    /// Hits as a fraction of lookups; null if there were none.
    pub(in crate::cli) hit_ratio: Option<f64>,
    pub(in crate::cli) lookups: u64,
    pub(in crate::cli) hits: u64,
    pub(in crate::cli) misses: u64,
    /// Misses because the entry had expired.
    pub(in crate::cli) expired: u64,
    /// Misses that waited for the fetch of another request.
    pub(in crate::cli) collapsed: u64,
    pub(in crate::cli) evictions: u64,
    pub(in crate::cli) invalidations: u64,
    /// Hits that returned a value older than the last committed write.
    pub(in crate::cli) stale_reads: u64,
    /// Expired entries served because the fetch failed.
    pub(in crate::cli) stale_on_error: u64,
    /// Number of stored objects at the end.
    pub(in crate::cli) entries: u32,
}

/// A component's rate limit.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct RateLimitReport {
    /// Refused requests of users.
    pub(in crate::cli) users: u64,
    /// Refused requests of an attacker or of the external probe.
    pub(in crate::cli) others: u64,
}

/// The logins of someone who guesses passwords.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct AttackReport {
    pub(in crate::cli) sent: u64,
    /// Those that the application verified.
    pub(in crate::cli) verified: u64,
    /// Those that were refused with status 429.
    pub(in crate::cli) refused: u64,
    /// Those that failed in another way.
    pub(in crate::cli) failed: u64,
}

/// The addresses that pairs of balancers share.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct AddressReport {
    /// The balancers whose machines have the address.
    pub(in crate::cli) owners: Vec<String>,
    pub(in crate::cli) moves: u64,
    pub(in crate::cli) last_move_s: Option<f64>,
    /// Number of shared addresses.
    #[serde(skip)]
    pub(in crate::cli) addresses: usize,
}

impl AddressReport {
    /// Number of balancers that consider themselves master although another one does.
    pub(in crate::cli) fn extra_owners(&self) -> usize {
        self.owners.len().saturating_sub(self.addresses)
    }
}

/// A backend as one balancer's health checks see it.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct BackendReport {
    pub(in crate::cli) balancer: String,
    pub(in crate::cli) backend: String,
    /// UP or DOWN.
    pub(in crate::cli) state: &'static str,
    pub(in crate::cli) went_down: u64,
    pub(in crate::cli) went_up: u64,
    pub(in crate::cli) last_change_s: Option<f64>,
}

/// Whether all members of a database's cluster accept writes and agree on each.
fn shares_writes(infra: &Infrastructure, database: &str) -> bool {
    let spec = infra.find(database).and_then(|ix| infra.component(ix).kind.as_database());
    spec.is_some_and(|spec| spec.role == DatabaseRole::MultiPrimary)
}

impl IncidentReport {
    pub(super) fn new(simulation: &Simulation, recorder: &Recorder) -> Self {
        let infra = simulation.infrastructure();
        let databases = databases(simulation);
        let writers: Vec<String> = databases
            .iter()
            .filter(|(id, database)| database.accepts_writes && !shares_writes(infra, id))
            .map(|(id, _)| id.clone())
            .collect();
        Self {
            failed_by_cause: recorder.failures_by_cause().map(|entry| CauseReport::new(entry, infra)).collect(),
            databases,
            caches: caches(simulation),
            rate_limits: rate_limits(simulation),
            attack: simulation.abuse().map(|it| AttackReport {
                sent: it.sent,
                verified: it.answered,
                refused: it.refused,
                failed: it.failed,
            }),
            split_brain: if writers.len() > 1 { writers } else { Vec::new() },
            shared_address: AddressReport::new(simulation, recorder),
            backends: backends(simulation, recorder),
            paging: PagingReport::new(simulation, recorder),
        }
    }

    /// The sum of a count over all databases.
    pub(in crate::cli) fn of_databases(&self, count: fn(&DatabaseReport) -> u64) -> u64 {
        self.databases.values().map(count).sum()
    }

    /// Number of reads that returned an old value, from a database or a cache.
    pub(in crate::cli) fn stale_reads(&self) -> u64 {
        self.of_databases(|it| it.stale_reads) + self.caches.values().map(|it| it.stale_reads).sum::<u64>()
    }

    /// How often the shared address moved; 0 without a pair.
    pub(in crate::cli) fn address_moves(&self) -> u64 {
        self.shared_address.as_ref().map_or(0, |address| address.moves)
    }
}

impl PagingReport {
    fn new(simulation: &Simulation, recorder: &Recorder) -> Option<Self> {
        simulation.infrastructure().components().find(|(_, component)| component.kind.is_monitoring_service())?;
        let log: Vec<_> = simulation.alert_log().collect();
        let down = outages(simulation);
        let is_down = |second: f64| down.iter().any(|(from, to)| *from <= second && to.is_none_or(|to| second < to));
        // Alerts that fire at the start of each second of the run.
        let (mut firing, mut left) = (BTreeSet::new(), log.iter().peekable());
        let (mut failed_without_alert, mut failed_while_down) = (0, 0);
        for row in recorder.seconds(simulation.now()) {
            let second = row.number as f64;
            let mut fires = !firing.is_empty();
            while let Some(entry) = left.next_if(|entry| entry.at.as_secs_f64() < second + 1.0) {
                let alert = (entry.rule, entry.subject);
                if entry.state == AlertState::Firing {
                    firing.insert(alert)
                } else {
                    firing.remove(&alert)
                };
                fires |= !firing.is_empty();
            }
            let unpaged = is_down(second);
            if unpaged || !fires {
                failed_without_alert += u64::from(row.failed);
                failed_while_down += if unpaged { u64::from(row.failed) } else { 0 };
            }
        }
        let count = |log: &[AlertEntry<'_>]| log.iter().filter(|entry| entry.state == AlertState::Firing).count() as u64;
        let pages =
            |entries: &[WatchdogEntry]| entries.iter().filter(|entry| entry.paged).map(|entry| entry.at.as_secs_f64()).collect();
        Some(Self {
            alerts: count(&log),
            dead_mans_switch_s: simulation.dead_mans_switch().map(|switch| pages(&switch.log)),
            service_down_s: down,
            failed_without_alert,
            failed_while_down,
        })
    }
}

/// When no monitoring service ran, in seconds. Empty for a design without one.
fn outages(simulation: &Simulation) -> Vec<(f64, Option<f64>)> {
    let mut found: Vec<(f64, Option<f64>)> = Vec::new();
    for (at, runs) in simulation.service_log() {
        let at = at.as_secs_f64();
        match found.last_mut() {
            Some((_, end @ None)) if runs => *end = Some(at),
            _ if !runs => found.push((at, None)),
            _ => {}
        }
    }
    found
}

impl CauseReport {
    fn new((failure, cause, count): (Failure, Option<FailureCause>, u64), infra: &Infrastructure) -> Self {
        let component = cause.map(|cause| infra.component(cause.component));
        let is_balancer = component.is_some_and(|component| component.kind.as_balancer().is_some());
        Self {
            failure: hoplight_text::failure(failure),
            cause: cause.map(|cause| cause.reason.id()),
            component: component.map(|component| component.id.to_string()),
            flag: cause.filter(|_| is_balancer).and_then(|cause| cause.reason.log_flag(failure)),
            count,
        }
    }
}

impl AddressReport {
    fn new(simulation: &Simulation, recorder: &Recorder) -> Option<Self> {
        let infra = simulation.infrastructure();
        infra.balancers().find(|(_, spec)| spec.vrrp.is_some())?;
        let moves = recorder.address_moves();
        Some(Self {
            owners: simulation.masters().map(|ix| infra.component(ix).id.to_string()).collect(),
            moves: moves.count,
            last_move_s: moves.last.map(SimTime::as_secs_f64),
            addresses: simulation.shared_addresses(),
        })
    }
}

fn databases(simulation: &Simulation) -> IndexMap<String, DatabaseReport> {
    let infra = simulation.infrastructure();
    let report = |(ix, component): (ComponentIx, &Component)| {
        let view = simulation.database(ix)?;
        let report = DatabaseReport {
            accepts_writes: view.writable,
            lost_writes: view.lost_writes,
            stale_reads: view.stale_reads,
            divergent_writes: view.divergent_writes,
        };
        Some((component.id.to_string(), report))
    };
    infra.components().filter_map(report).collect()
}

fn rate_limits(simulation: &Simulation) -> IndexMap<String, RateLimitReport> {
    let of = |(ix, component): (ComponentIx, &Component)| {
        let refusals = simulation.refusals(ix)?;
        Some((component.id.to_string(), RateLimitReport { users: refusals.users, others: refusals.others }))
    };
    simulation.infrastructure().components().filter_map(of).collect()
}

fn caches(simulation: &Simulation) -> IndexMap<String, CacheReport> {
    let infra = simulation.infrastructure();
    let report = |(ix, component): (ComponentIx, &Component)| {
        let CacheView { counts, entries, .. } = simulation.cache(ix)?;
        let report = CacheReport {
            hit_ratio: counts.hit_ratio(),
            lookups: counts.lookups,
            hits: counts.hits,
            misses: counts.misses,
            expired: counts.expired,
            collapsed: counts.collapsed,
            evictions: counts.evictions,
            invalidations: counts.invalidations,
            stale_reads: counts.stale_reads,
            stale_on_error: counts.stale_on_error,
            entries,
        };
        Some((component.id.to_string(), report))
    };
    infra.components().filter_map(report).collect()
}

fn backends(simulation: &Simulation, recorder: &Recorder) -> Vec<BackendReport> {
    let infra = simulation.infrastructure();
    let id = |ix| infra.component(ix).id.to_string();
    let report = |(ix, _)| {
        let is_up = simulation.backend_up(ix)?;
        let changes = recorder.backend_changes().find(|(of, _)| *of == ix).map(|(_, changes)| changes);
        let (from, to) = infra.ends(ix);
        Some(BackendReport {
            balancer: id(from),
            backend: id(to),
            state: if is_up { "UP" } else { "DOWN" },
            went_down: changes.map_or(0, |changes| changes.down),
            went_up: changes.map_or(0, |changes| changes.up),
            last_change_s: changes.map(|changes| changes.last.as_secs_f64()),
        })
    };
    infra.links().filter_map(report).collect()
}
