//! The report of one run as written in JSON. The table is rendered from the same data.
//!
//! Fields keep this order; components and servers keep the order of the scenario file. A value that was not measured is null.

use indexmap::IndexMap;
use serde::Serialize;

use hoplight_model::{RequestKind, ServerId};
use hoplight_sim::recorder::{Latency, Second};
use hoplight_sim::script::text;
use hoplight_sim::{CpuView, Failure, Recorder, SimTime, Simulation, StationView};

use super::Plan;
use super::incidents::IncidentReport;
use super::run::{Run, ScriptResult, processors, stations};

/// Counts by reason, without zeros.
type Reasons = IndexMap<&'static str, u64>;

/// The report of one run.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Report {
    pub(in crate::cli) scenario: String,
    #[serde(skip)]
    pub(in crate::cli) title: String,
    pub(in crate::cli) seed: u64,
    /// Simulated time: less than requested if the run was interrupted.
    pub(in crate::cli) duration_s: f64,
    pub(in crate::cli) warmup_s: f64,
    /// TLS mode and rate at the start; `script` lists later changes.
    pub(in crate::cli) tls: &'static str,
    pub(in crate::cli) rate_per_s: f64,
    pub(in crate::cli) interrupted: bool,
    /// Counts over the whole run: offered = completed + failed + in flight.
    pub(in crate::cli) offered: u64,
    pub(in crate::cli) completed: u64,
    pub(in crate::cli) failed: Reasons,
    pub(in crate::cli) failed_total: u64,
    pub(in crate::cli) in_flight: u64,
    /// Measurements after the warm-up.
    pub(in crate::cli) window: WindowReport,
    pub(in crate::cli) latency_ms: LatencyReport,
    pub(in crate::cli) by_kind: IndexMap<&'static str, KindReport>,
    pub(in crate::cli) stations: IndexMap<String, StationReport>,
    /// The processors of servers with a number of cores.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(in crate::cli) processors: IndexMap<String, ProcessorReport>,
    pub(in crate::cli) agents: IndexMap<String, AgentReport>,
    #[serde(flatten)]
    pub(in crate::cli) incidents: IncidentReport,
    pub(in crate::cli) alerts: Vec<AlertReport>,
    pub(in crate::cli) script: Vec<ScriptReport>,
    per_second: PerSecond,
    pub(in crate::cli) events: u64,
    pub(in crate::cli) wall_s: f64,
    /// Peak memory of the process in KiB; null where the system does not report it.
    pub(in crate::cli) peak_memory_kib: Option<u64>,
    pub(in crate::cli) trace_digest: String,
}

/// The measured part of the run.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct WindowReport {
    pub(in crate::cli) from_s: f64,
    pub(in crate::cli) to_s: f64,
    pub(in crate::cli) offered: u64,
    pub(in crate::cli) completed: u64,
    pub(in crate::cli) failed: Reasons,
    pub(in crate::cli) failed_total: u64,
    /// Completed requests per second.
    pub(in crate::cli) throughput_per_s: Option<f64>,
    /// Failed requests as a fraction of those that ended.
    pub(in crate::cli) error_ratio: Option<f64>,
}

/// Latencies in milliseconds of requests that completed after the warm-up.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct LatencyReport {
    pub(in crate::cli) count: u64,
    pub(in crate::cli) mean: Option<f64>,
    pub(in crate::cli) p50: Option<f64>,
    pub(in crate::cli) p95: Option<f64>,
    pub(in crate::cli) p99: Option<f64>,
    pub(in crate::cli) max: Option<f64>,
}

/// One kind of request: counts over the whole run, latencies after the warm-up.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct KindReport {
    pub(in crate::cli) offered: u64,
    pub(in crate::cli) completed: u64,
    pub(in crate::cli) failed: u64,
    pub(in crate::cli) latency_ms: LatencyReport,
}

/// One station, after the warm-up.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct StationReport {
    /// Fraction of the slots in use, averaged over time; null if slots are unlimited.
    pub(in crate::cli) utilisation: Option<f64>,
    /// Queue length, averaged over time.
    pub(in crate::cli) mean_queue: Option<f64>,
    /// Mean time that a request, a handshake or a response waited for a slot, excluding those that were dropped.
    pub(in crate::cli) mean_wait_ms: Option<f64>,
    pub(in crate::cli) served: u64,
    pub(in crate::cli) dropped: u64,
}

/// The processor of one server, after the warm-up.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct ProcessorReport {
    pub(in crate::cli) cores: u32,
    /// Fraction of the cores in use, averaged over time.
    pub(in crate::cli) utilisation: Option<f64>,
    /// The part of it that programs used which are not part of the site.
    pub(in crate::cli) others: Option<f64>,
}

/// What the monitoring service received from one agent.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct AgentReport {
    /// Samples delivered over the whole run.
    pub(in crate::cli) samples: u64,
    pub(in crate::cli) last_qps: Option<f32>,
    pub(in crate::cli) last_sample_age_s: Option<f64>,
    /// Requests per second in the latest delivered samples, oldest first: as many as the service keeps.
    pub(in crate::cli) qps: Vec<f32>,
}

/// A state change of an alert.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct AlertReport {
    pub(in crate::cli) at_s: f64,
    pub(in crate::cli) rule: String,
    pub(in crate::cli) subject: String,
    /// high or low.
    pub(in crate::cli) priority: &'static str,
    pub(in crate::cli) state: &'static str,
}

/// A command of the script, and its result.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ScriptReport {
    pub(in crate::cli) at_s: f64,
    pub(in crate::cli) command: String,
    pub(in crate::cli) result: String,
}

/// Measurements per second over the last hour at most, one list per column. Includes the warm-up.
#[derive(Debug, Default, Serialize)]
struct PerSecond {
    from_s: u64,
    offered: Vec<u32>,
    completed: Vec<u32>,
    failed: Vec<u32>,
    mean_ms: Vec<Option<f64>>,
}

impl Report {
    pub(super) fn new(plan: &Plan, run: &Run) -> Self {
        let simulation = &run.simulation;
        let (totals, all) = (simulation.totals(), run.recorder.all());
        let (from, to) = run.window();
        let seconds = to.since(from).as_secs_f64();
        Self {
            scenario: plan.infra.id().to_string(),
            title: plan.infra.title().to_owned(),
            seed: simulation.seed(),
            duration_s: simulation.now().as_secs_f64(),
            warmup_s: plan.warmup.as_secs_f64(),
            tls: run.begins.0.word(),
            rate_per_s: run.begins.1,
            interrupted: run.interrupted,
            offered: totals.offered,
            completed: totals.completed,
            failed: reasons(simulation.failures()),
            failed_total: totals.failed,
            in_flight: simulation.in_flight(),
            window: WindowReport {
                from_s: from.as_secs_f64(),
                to_s: to.as_secs_f64(),
                offered: all.offered,
                completed: all.completed(),
                failed: reasons(all.failures()),
                failed_total: all.failed(),
                throughput_per_s: (seconds > 0.0).then(|| all.completed() as f64 / seconds),
                error_ratio: all.error_ratio(),
            },
            latency_ms: LatencyReport::new(&all.latency),
            by_kind: RequestKind::ALL.map(|kind| (kind.word(), KindReport::new(simulation, &run.recorder, kind))).into(),
            stations: station_reports(run),
            processors: processor_reports(run),
            agents: agents(simulation),
            incidents: IncidentReport::new(simulation, &run.recorder),
            alerts: alerts(simulation),
            script: given(plan, run),
            per_second: PerSecond::new(run.recorder.seconds(simulation.now())),
            events: simulation.processed(),
            wall_s: run.wall.as_secs_f64(),
            peak_memory_kib: peak_memory_kib(),
            trace_digest: format!("{:016x}", simulation.digest()),
        }
    }
}

/// Reads the peak memory from `/proc`, which exists on Linux.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn reasons(failures: impl Iterator<Item = (Failure, u64)>) -> Reasons {
    failures.filter(|(_, count)| *count > 0).map(|(failure, count)| (hoplight_text::failure(failure), count)).collect()
}

/// The last 500 state changes of alerts, in order of time.
fn alerts(simulation: &Simulation) -> Vec<AlertReport> {
    let infra = simulation.infrastructure();
    let report = |entry: hoplight_sim::AlertEntry<'_>| AlertReport {
        at_s: entry.at.as_secs_f64(),
        rule: entry.rule.to_owned(),
        subject: entry.subject.map_or_else(|| "site".to_owned(), |ix| infra.component(ix).id.to_string()),
        priority: entry.priority.id(),
        state: entry.state.id(),
    };
    simulation.alert_log().map(report).collect()
}

fn agents(simulation: &Simulation) -> IndexMap<String, AgentReport> {
    let report = |agent: hoplight_sim::AgentView<'_>| AgentReport {
        samples: agent.delivered,
        last_qps: agent.history.last().copied(),
        last_sample_age_s: agent.age_s,
        qps: agent.history.to_vec(),
    };
    let name = |agent: &hoplight_sim::AgentView<'_>| simulation.infrastructure().component(agent.agent).id.to_string();
    simulation.agents().into_iter().map(|agent| (name(&agent), report(agent))).collect()
}

fn given(plan: &Plan, run: &Run) -> Vec<ScriptReport> {
    let result = |given: &ScriptResult| match given {
        ScriptResult::Done => "done".to_owned(),
        ScriptResult::Refused(error) => format!("refused: {}", hoplight_text::refusal(error)),
        ScriptResult::NotReached => "not reached".to_owned(),
    };
    let entries = plan.script.entries().iter().zip(&run.given);
    let report = entries.map(|(entry, given)| ScriptReport {
        at_s: entry.at.as_secs_f64(),
        command: text(&entry.command, &plan.infra),
        result: result(given),
    });
    report.collect()
}

/// The stations that requests pass, in the order of the scenario file.
fn station_reports(run: &Run) -> IndexMap<String, StationReport> {
    let after = stations(&run.simulation);
    let components = run.simulation.infrastructure().components();
    let passed = components.zip(run.before.iter().zip(&after)).filter(|((_, component), _)| component.kind.is_on_path());
    passed
        .map(|((_, component), (from, to))| (component.id.to_string(), StationReport::between(run.window(), from, to)))
        .collect()
}

/// The processors of servers with a number of cores, in the order of the scenario file.
fn processor_reports(run: &Run) -> IndexMap<String, ProcessorReport> {
    let (from, to) = run.window();
    let window = (to > from).then(|| (to - from) as f64);
    let after = processors(&run.simulation);
    let of = |((id, before), (_, after)): (&(ServerId, CpuView), &(ServerId, CpuView))| {
        let part = |nanos: u128| window.map(|window| nanos as f64 / (window * f64::from(after.cores)));
        let others = after.others_used_ns - before.others_used_ns;
        let utilisation = part(after.used_ns - before.used_ns + others);
        (id.to_string(), ProcessorReport { cores: after.cores, utilisation, others: part(others) })
    };
    run.processors_before.iter().zip(&after).map(of).collect()
}

impl StationReport {
    fn between((from, to): (SimTime, SimTime), before: &StationView, after: &StationView) -> Self {
        let window = (to > from).then(|| (to - from) as f64);
        let (busy, queue) = ((after.busy_ns - before.busy_ns) as f64, (after.queue_ns - before.queue_ns) as f64);
        let (came, dropped) = (after.visits - before.visits, after.dropped - before.dropped);
        let entered = came.saturating_sub(dropped);
        let limited = after.slots != u32::MAX;
        Self {
            utilisation: window.filter(|_| limited).map(|window| busy / (window * f64::from(after.slots))),
            mean_queue: window.map(|window| queue / window),
            mean_wait_ms: (entered > 0).then(|| queue / entered as f64 / 1e6),
            served: after.served - before.served,
            dropped,
        }
    }
}

impl KindReport {
    fn new(simulation: &Simulation, recorder: &Recorder, kind: RequestKind) -> Self {
        let totals = simulation.totals_of(kind);
        Self {
            offered: totals.offered,
            completed: totals.completed,
            failed: totals.failed,
            latency_ms: LatencyReport::new(&recorder.of(kind).latency),
        }
    }
}

impl LatencyReport {
    pub(in crate::cli) fn new(latency: &Latency) -> Self {
        Self {
            count: latency.count(),
            mean: latency.mean_ms(),
            p50: latency.percentile_ms(0.50),
            p95: latency.percentile_ms(0.95),
            p99: latency.percentile_ms(0.99),
            max: latency.max_ms(),
        }
    }
}

impl PerSecond {
    fn new(rows: impl Iterator<Item = Second>) -> Self {
        let mut columns = Self::default();
        for (place, row) in rows.enumerate() {
            if place == 0 {
                columns.from_s = row.number;
            }
            columns.offered.push(row.offered);
            columns.completed.push(row.completed);
            columns.failed.push(row.failed);
            columns.mean_ms.push(row.mean_ms());
        }
        columns
    }
}
