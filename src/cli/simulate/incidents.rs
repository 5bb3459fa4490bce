//! The part of a report about incidents: failures by cause, lost and stale data, the shared address and the backends.
//!
//! Counts cover the whole run, including the warm-up. State is as of the end of the run.

use indexmap::IndexMap;
use serde::Serialize;

use hoplight_model::{Component, ComponentIx, Infrastructure};
use hoplight_sim::{Failure, FailureCause, Recorder, SimTime, Simulation};

/// Incidents of one run.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct IncidentReport {
    pub(in crate::cli) failed_by_cause: Vec<CauseReport>,
    pub(in crate::cli) databases: IndexMap<String, DatabaseReport>,
    /// The databases that accept writes, if there are several.
    pub(in crate::cli) split_brain: Vec<String>,
    /// The address that two balancers share by VRRP; null without a pair.
    pub(in crate::cli) shared_address: Option<AddressReport>,
    pub(in crate::cli) backends: Vec<BackendReport>,
}

/// Requests that failed for the same reason at the same component.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct CauseReport {
    pub(in crate::cli) failure: &'static str,
    /// Why the component failed them; null if no component sent an error response.
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

/// The address that two balancers share.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct AddressReport {
    /// The balancers whose machines have the address.
    pub(in crate::cli) owners: Vec<String>,
    pub(in crate::cli) moves: u64,
    pub(in crate::cli) last_move_s: Option<f64>,
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

impl IncidentReport {
    pub(super) fn new(simulation: &Simulation, recorder: &Recorder) -> Self {
        let infra = simulation.infrastructure();
        let databases = databases(simulation);
        let writers: Vec<String> =
            databases.iter().filter(|(_, database)| database.accepts_writes).map(|(id, _)| id.clone()).collect();
        Self {
            failed_by_cause: recorder.failures_by_cause().map(|entry| CauseReport::new(entry, infra)).collect(),
            databases,
            split_brain: if writers.len() > 1 { writers } else { Vec::new() },
            shared_address: AddressReport::new(simulation, recorder),
            backends: backends(simulation, recorder),
        }
    }

    /// The sum of a count over all databases.
    pub(in crate::cli) fn of_databases(&self, count: fn(&DatabaseReport) -> u64) -> u64 {
        self.databases.values().map(count).sum()
    }

    /// How often the shared address moved; 0 without a pair.
    pub(in crate::cli) fn address_moves(&self) -> u64 {
        self.shared_address.as_ref().map_or(0, |address| address.moves)
    }
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
