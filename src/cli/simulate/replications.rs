//! Independent replications: runs the same plan with consecutive seeds on all cores.
//!
//! Each run is sequential. The results are in the order of the seeds, regardless of scheduling.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use indexmap::IndexMap;
use serde::Serialize;

use hoplight_model::RequestKind;

use super::Plan;
use super::estimate::Estimate;
use super::report::{LatencyReport, ProcessorReport, Report, StationReport};
use super::run::Run;
use super::watch::Watch;

/// The report of several runs. Excludes interrupted runs.
#[derive(Debug, Serialize)]
pub(super) struct Replications {
    pub(super) scenario: String,
    #[serde(skip)]
    pub(super) title: String,
    /// The first seed.
    pub(super) seed: u64,
    #[serde(rename = "replications")]
    pub(super) asked: u32,
    pub(super) finished: usize,
    pub(super) interrupted: bool,
    pub(super) duration_s: f64,
    pub(super) warmup_s: f64,
    /// TLS mode and rate at the start of each run; null if no run finished.
    pub(super) tls: Option<&'static str>,
    pub(super) rate_per_s: Option<f64>,
    /// Completed requests per second.
    pub(super) throughput_per_s: Estimate,
    pub(super) error_ratio: Estimate,
    pub(super) latency_ms: LatencyEstimate,
    pub(super) by_kind: IndexMap<&'static str, KindEstimate>,
    pub(super) stations: IndexMap<String, StationEstimate>,
    /// Utilisation of the cores of each server with a number of cores.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(super) processors: IndexMap<String, ProcessorEstimate>,
    runs: Vec<RunReport>,
    pub(super) events: u64,
    pub(super) wall_s: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct LatencyEstimate {
    pub(super) mean: Estimate,
    pub(super) p50: Estimate,
    pub(super) p95: Estimate,
    pub(super) p99: Estimate,
}

#[derive(Debug, Serialize)]
pub(super) struct KindEstimate {
    pub(super) latency_ms: LatencyEstimate,
}

#[derive(Debug, Serialize)]
pub(super) struct StationEstimate {
    pub(super) utilisation: Estimate,
    pub(super) mean_queue: Estimate,
    pub(super) mean_wait_ms: Estimate,
}

#[derive(Debug, Serialize)]
pub(super) struct ProcessorEstimate {
    pub(super) utilisation: Estimate,
}

/// The reported results of each run, and the inputs to the estimates.
#[derive(Debug, Serialize)]
struct RunReport {
    seed: u64,
    #[serde(skip)]
    begins: (&'static str, f64),
    offered: u64,
    completed: u64,
    failed: u64,
    in_flight: u64,
    throughput_per_s: Option<f64>,
    error_ratio: Option<f64>,
    lost_writes: u64,
    stale_reads: u64,
    divergent_writes: u64,
    address_moves: u64,
    events: u64,
    trace_digest: String,
    #[serde(skip)]
    latency: LatencyReport,
    #[serde(skip)]
    kinds: Vec<LatencyReport>,
    #[serde(skip)]
    stations: Vec<StationReport>,
    #[serde(skip)]
    processors: IndexMap<String, ProcessorReport>,
}

impl RunReport {
    fn new(report: Report) -> Self {
        Self {
            seed: report.seed,
            begins: (report.tls, report.rate_per_s),
            offered: report.offered,
            completed: report.completed,
            failed: report.failed_total,
            in_flight: report.in_flight,
            throughput_per_s: report.window.throughput_per_s,
            error_ratio: report.window.error_ratio,
            lost_writes: report.incidents.of_databases(|it| it.lost_writes),
            stale_reads: report.incidents.stale_reads(),
            divergent_writes: report.incidents.of_databases(|it| it.divergent_writes),
            address_moves: report.incidents.address_moves(),
            events: report.events,
            trace_digest: report.trace_digest,
            latency: report.latency_ms,
            kinds: report.by_kind.into_values().map(|kind| kind.latency_ms).collect(),
            stations: report.stations.into_values().collect(),
            processors: report.processors,
        }
    }
}

impl Replications {
    /// Runs `plan` with `replications` consecutive seeds, starting at `seed`.
    pub(super) fn of(plan: &Plan, seed: u64, replications: u32, watch: &Watch) -> Self {
        let runs = run_all(plan, seed, replications, watch);
        let stations = plan.infra.components().filter(|(_, component)| component.kind.is_on_path());
        let of_station = |place: usize| {
            let of = |value: fn(&StationReport) -> Option<f64>| {
                Estimate::of(runs.iter().map(|run| run.stations.get(place).and_then(value)))
            };
            StationEstimate {
                utilisation: of(|station| station.utilisation),
                mean_queue: of(|station| station.mean_queue),
                mean_wait_ms: of(|station| station.mean_wait_ms),
            }
        };
        let processors = runs.first().into_iter().flat_map(|run| run.processors.keys());
        let of_processor = |id: &String| {
            let used = runs.iter().map(|run| run.processors.get(id).and_then(|it| it.utilisation));
            (id.clone(), ProcessorEstimate { utilisation: Estimate::of(used) })
        };
        let processors = processors.map(of_processor).collect();
        let of_kind = |kind: RequestKind| {
            let latencies: Vec<&LatencyReport> = runs.iter().filter_map(|run| run.kinds.get(kind.index())).collect();
            (kind.word(), KindEstimate { latency_ms: LatencyEstimate::of(&latencies) })
        };
        Self {
            scenario: plan.infra.id().to_string(),
            title: plan.infra.title().to_owned(),
            seed,
            asked: replications,
            finished: runs.len(),
            interrupted: watch.stopping() && runs.len() < replications as usize,
            duration_s: plan.duration.as_secs_f64(),
            warmup_s: plan.warmup.as_secs_f64(),
            tls: runs.first().map(|run| run.begins.0),
            rate_per_s: runs.first().map(|run| run.begins.1),
            throughput_per_s: Estimate::of(runs.iter().map(|run| run.throughput_per_s)),
            error_ratio: Estimate::of(runs.iter().map(|run| run.error_ratio)),
            latency_ms: LatencyEstimate::of(&runs.iter().map(|run| &run.latency).collect::<Vec<_>>()),
            by_kind: RequestKind::ALL.map(of_kind).into(),
            stations: stations.enumerate().map(|(place, (_, it))| (it.id.to_string(), of_station(place))).collect(),
            processors,
            events: runs.iter().map(|run| run.events).sum(),
            runs,
            wall_s: watch.elapsed().as_secs_f64(),
        }
    }
}

impl LatencyEstimate {
    fn of(runs: &[&LatencyReport]) -> Self {
        let of = |value: fn(&LatencyReport) -> Option<f64>| Estimate::of(runs.iter().map(|latency| value(latency)));
        Self { mean: of(|it| it.mean), p50: of(|it| it.p50), p95: of(|it| it.p95), p99: of(|it| it.p99) }
    }
}

/// Runs all replications. Returns those that finished, in the order of their seeds.
fn run_all(plan: &Plan, seed: u64, replications: u32, watch: &Watch) -> Vec<RunReport> {
    let next = AtomicU32::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= replications || watch.stopping() {
                return done;
            }
            let run = Run::of(plan, seed.wrapping_add(u64::from(number)), watch);
            if !run.interrupted {
                done.push((number, RunReport::new(Report::new(plan, &run))));
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get).min(replications as usize);
    let mut runs: Vec<(u32, RunReport)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    runs.sort_by_key(|(number, _)| *number);
    runs.into_iter().map(|(_, run)| run).collect()
}
