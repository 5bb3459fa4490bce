//! Figures measured in the run, for texts: `{measured:p99}` is replaced by one.

use std::collections::BTreeMap;
use std::time::Duration;

use hoplight_analysis::availability::{MINUTES_A_YEAR, availability};
use hoplight_analysis::{Structure, plaintext_hops, single_parts};
use hoplight_model::{ComponentIx, RequestKind};
use hoplight_sim::{AlertState, Command, EventKind, JournalEvent, Phase, Port, SimTime, Timeline, Totals};

use super::condition::{Baseline, Counted, counter};

/// Length of the window behind percentiles and the error ratio.
const WINDOW: Duration = Duration::from_secs(5);
/// The objective behind the burn rate: the promised fraction of successful requests.
const OBJECTIVE: f64 = 0.999;

/// A figure that a text can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// The load, in requests per second.
    Rate,
    /// Median latency of successful requests in the last 5 s.
    P50,
    /// 99th percentile of that latency.
    P99,
    /// Mean of that latency.
    Mean,
    /// Failed requests in percent of those that ended in the last 5 s.
    Errors,
    /// How many times faster than an objective of 99.9 % allows those errors spend its budget.
    BurnRate,
    /// Seconds from the last kill, fault or change of the load until the first alert fired.
    Alert,
    /// The request counter of the first monitored web server when the step began.
    CounterBefore,
    /// That counter now.
    Counter,
    /// Seconds since the step began.
    Elapsed,
    /// The difference of those readings divided by the time between them; after a restart, the whole second reading counts.
    Qps,
    /// Number of requests that failed since the step began.
    Failed,
    /// Number of requests that succeeded since the step began.
    Completed,
    /// Seconds from the last kill until health checks marked a backend DOWN.
    Detection,
    /// DNS lookup of the last followed request that succeeded.
    Dns,
    /// TCP handshake of that request, between browser and site.
    Tcp,
    /// TLS handshake of that request, between browser and site.
    Tls,
    /// Time from the start of that request until its first byte reached the browser.
    FirstByte,
    /// Number of messages on links that belong to that request.
    Hops,
    /// Number of ports that the last port scan found open.
    PortsOpen,
    /// Number of ports at which the last port scan was refused.
    PortsClosed,
    /// Number of ports that did not respond to the last port scan.
    PortsFiltered,
    /// Number of hops that can be read on the network.
    Exposed,
    /// Number of elements whose failure alone makes all static pages fail.
    SpofsStatic,
    /// Number of elements whose failure alone makes all reads fail.
    SpofsRead,
    /// Number of elements whose failure alone makes all writes fail.
    SpofsWrite,
    /// Requests that ended per second since the step began.
    Throughput,
    /// Mean time that a request took since the step began, by Little's law: the mean number in progress over the throughput.
    Latency,
    /// Mean number of requests in progress since the step began.
    Present,
    /// Share of its slots' time that the busiest program of the site with a limited number of slots was busy since the step began.
    Utilisation,
    /// The program that [`Self::Utilisation`] is about.
    Busiest,
    /// Seconds from the last kill until another balancer took over the shared address.
    Takeover,
    /// Seconds from the last kill until a database became the primary.
    Promotion,
    /// Queries that reached databases since the step began.
    Queries,
    /// Acknowledged writes lost since the step began.
    LostWrites,
    /// Acknowledged writes that one database has and the current primary lacks.
    Divergent,
    /// Reads since the step began that returned a value older than the last committed write.
    StaleReads,
    /// Share of the lookups of the last ten seconds that found their object in the first cache.
    HitRatio,
    /// Computed availability of static pages.
    AvailabilityStatic,
    /// Computed availability of reads.
    AvailabilityRead,
    /// Computed availability of writes.
    AvailabilityWrite,
    /// Hours a year for which writes fail, from the computed availability.
    DowntimeWrite,
}

impl Figure {
    /// All figures.
    pub const ALL: [Self; 42] = [
        Self::Rate,
        Self::P50,
        Self::P99,
        Self::Mean,
        Self::Errors,
        Self::BurnRate,
        Self::Alert,
        Self::CounterBefore,
        Self::Counter,
        Self::Elapsed,
        Self::Qps,
        Self::Failed,
        Self::Completed,
        Self::Detection,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::FirstByte,
        Self::Hops,
        Self::PortsOpen,
        Self::PortsClosed,
        Self::PortsFiltered,
        Self::Exposed,
        Self::SpofsStatic,
        Self::SpofsRead,
        Self::SpofsWrite,
        Self::Throughput,
        Self::Latency,
        Self::Present,
        Self::Utilisation,
        Self::Busiest,
        Self::Takeover,
        Self::Promotion,
        Self::Queries,
        Self::LostWrites,
        Self::Divergent,
        Self::StaleReads,
        Self::HitRatio,
        Self::AvailabilityStatic,
        Self::AvailabilityRead,
        Self::AvailabilityWrite,
        Self::DowntimeWrite,
    ];

    /// The name used in placeholders.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::P50 => "p50",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::Errors => "error_ratio",
            Self::BurnRate => "burn_rate",
            Self::Alert => "alert",
            Self::CounterBefore => "counter_before",
            Self::Counter => "counter",
            Self::Elapsed => "elapsed",
            Self::Qps => "qps",
            Self::Failed => "failed",
            Self::Completed => "completed",
            Self::Detection => "detection",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::FirstByte => "first_byte",
            Self::Hops => "hops",
            Self::PortsOpen => "ports_open",
            Self::PortsClosed => "ports_closed",
            Self::PortsFiltered => "ports_filtered",
            Self::Exposed => "exposed",
            Self::SpofsStatic => "spofs_static",
            Self::SpofsRead => "spofs_read",
            Self::SpofsWrite => "spofs_write",
            Self::Throughput => "throughput",
            Self::Latency => "latency",
            Self::Present => "in_progress",
            Self::Utilisation => "utilisation",
            Self::Busiest => "busiest",
            Self::Takeover => "takeover",
            Self::Promotion => "promotion",
            Self::Queries => "queries",
            Self::LostWrites => "lost_writes",
            Self::Divergent => "divergent",
            Self::StaleReads => "stale_reads",
            Self::HitRatio => "hit_ratio",
            Self::AvailabilityStatic => "availability_static",
            Self::AvailabilityRead => "availability_read",
            Self::AvailabilityWrite => "availability_write",
            Self::DowntimeWrite => "downtime_write",
        }
    }

    /// Finds a figure by its name in placeholders.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.slug() == slug)
    }
}

/// What is measured besides the simulation itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured<'a> {
    pub(super) timeline: &'a Timeline,
    /// The reference point of the step.
    pub(super) baseline: Option<&'a Baseline>,
    /// The last followed request that succeeded.
    pub(super) request: Option<&'a RequestTiming>,
}

impl Measured<'_> {
    /// Returns a figure with its unit; `None` if the run has not produced it.
    pub(super) fn figure(&self, figure: Figure) -> Option<String> {
        let sim = self.timeline.simulation();
        let infra = sim.infrastructure();
        let users = || sim.experience(WINDOW, None);
        let since = |count: fn(&Totals) -> u64| {
            let before = &self.baseline?.totals;
            let kinds = RequestKind::ALL.into_iter();
            let ended = kinds.map(|kind| count(&sim.totals_of(kind)).saturating_sub(count(&before[kind.index()])));
            Some(ended.sum::<u64>().to_string())
        };
        let spofs = |kind| single_parts(infra, kind).ok().map(|parts| parts.len().to_string());
        let ports = |port| {
            let found = sim.findings();
            (!found.is_empty()).then(|| found.iter().filter(|finding| finding.says == port).count().to_string())
        };
        let uptime = |kind| availability(infra, &Structure::of(infra), kind).availability();
        let phase = |phase: fn(Phase) -> bool| self.request.and_then(|request| request.phase(phase)).map(millis);
        match figure {
            Figure::Rate => Some(format!("{:.0}", sim.rate())),
            Figure::P50 => users().p50_ms.map(millis),
            Figure::P99 => users().p99_ms.map(millis),
            Figure::Mean => users().mean_ms.map(millis),
            Figure::BurnRate => users().error_ratio().map(|ratio| format!("{:.0}", ratio / (1.0 - OBJECTIVE))),
            Figure::Alert => self.alert().map(|time| format!("{:.0} s", time.as_secs_f64())),
            Figure::CounterBefore => self.baseline?.counter.1.map(|count| count.to_string()),
            Figure::Counter => counter(sim).map(|count| count.to_string()),
            Figure::Elapsed => Some(format!("{:.1} s", self.elapsed()?.as_secs_f64())),
            Figure::Qps => self.qps().map(|qps| format!("{qps:.1}")),
            Figure::Errors => users().error_ratio().map(|ratio| format!("{:.0} %", ratio * 100.0)),
            Figure::Failed => since(|totals| totals.failed),
            Figure::Completed => since(|totals| totals.completed),
            Figure::Detection => self.detection().map(seconds),
            Figure::Dns => phase(|phase| phase == Phase::Lookup),
            Figure::Tcp => phase(|phase| phase == Phase::Connect),
            Figure::Tls => phase(Phase::is_handshake),
            Figure::FirstByte => self.request.and_then(|request| request.first_byte_ms).map(millis),
            Figure::Hops => self.request.map(|request| request.hops.to_string()),
            Figure::PortsOpen => ports(Port::Open),
            Figure::PortsClosed => ports(Port::Closed),
            Figure::PortsFiltered => ports(Port::Filtered),
            Figure::Exposed => Some(plaintext_hops(infra).iter().filter(|hop| hop.is_exposed()).count().to_string()),
            Figure::SpofsStatic => spofs(RequestKind::Static),
            Figure::SpofsRead => spofs(RequestKind::Read),
            Figure::SpofsWrite => spofs(RequestKind::Write),
            Figure::Throughput => self.since(Counted::throughput_since).map(|rate| format!("{rate:.0}")),
            Figure::Latency => {
                let (present, rate) = (self.since(Counted::present_since)?, self.since(Counted::throughput_since)?);
                (rate > 0.0).then(|| millis(present / rate * 1e3))
            }
            Figure::Present => self.since(Counted::present_since).map(|mean| format!("{mean:.1}")),
            Figure::Utilisation => self.busiest().map(|(_, share)| format!("{:.0} %", share * 100.0)),
            Figure::Busiest => self.busiest().map(|(ix, _)| infra.component(ix).id.to_string()),
            Figure::Takeover => self.after_kill(|what| matches!(what, EventKind::Master { master: true, .. })).map(seconds),
            Figure::Promotion => self.after_kill(|what| matches!(what, EventKind::Promoted { .. })).map(seconds),
            Figure::Queries => {
                let now = Counted::of(sim).queries;
                self.baseline.map(|before| now.saturating_sub(before.counted.queries).to_string())
            }
            Figure::LostWrites => self.baseline.map(|before| Counted::of(sim).lost_writes_since(&before.counted).to_string()),
            Figure::Divergent => {
                let views = infra.components().filter_map(|(ix, _)| sim.database(ix));
                Some(views.map(|view| view.divergent_writes).sum::<u64>().to_string())
            }
            Figure::StaleReads => self.baseline.map(|before| Counted::of(sim).stale_reads_since(&before.counted).to_string()),
            Figure::HitRatio => {
                let cache = infra.components().find_map(|(ix, _)| sim.cache(ix))?;
                cache.recent_hit_ratio.map(|ratio| format!("{:.0} %", ratio * 100.0))
            }
            Figure::AvailabilityStatic => Some(per_cent(uptime(RequestKind::Static))),
            Figure::AvailabilityRead => Some(per_cent(uptime(RequestKind::Read))),
            Figure::AvailabilityWrite => Some(per_cent(uptime(RequestKind::Write))),
            Figure::DowntimeWrite => Some(format!("{:.0} h", (1.0 - uptime(RequestKind::Write)) * MINUTES_A_YEAR / 60.0)),
        }
    }

    fn elapsed(&self) -> Option<Duration> {
        Some(self.timeline.simulation().now().since(self.baseline?.counter.0))
    }

    fn qps(&self) -> Option<f64> {
        let (before, now) = (self.baseline?.counter.1?, counter(self.timeline.simulation())?);
        let seconds = self.elapsed()?.as_secs_f64();
        // A counter that is lower than before has started from zero in between, as for Prometheus' rate().
        let more = now.checked_sub(before).unwrap_or(now);
        (seconds > 0.0).then(|| more as f64 / seconds)
    }

    fn alert(&self) -> Option<Duration> {
        let is_change = |command: &Command| matches!(command, Command::Kill(_) | Command::Fault(_) | Command::Rate(_));
        let changed = self.timeline.commands().filter(|(_, command)| is_change(command)).last()?.0;
        let sim = self.timeline.simulation();
        let mut fired = sim.alert_log().filter(|entry| entry.at >= changed && entry.state == AlertState::Firing);
        fired.next().map(|entry| entry.at.since(changed))
    }

    fn detection(&self) -> Option<Duration> {
        self.after_kill(|what| matches!(what, EventKind::Backend { up: false, .. }))
    }

    /// Time from the last kill until the first event after it of this kind.
    fn after_kill(&self, wanted: fn(&EventKind) -> bool) -> Option<Duration> {
        let kills = self.timeline.commands().filter(|(_, command)| matches!(command, Command::Kill(_)));
        let killed = kills.last()?.0;
        let mut heads = self.timeline.journal().headlines().map(|headline| &headline.first);
        heads.find(|note| note.at >= killed && wanted(&note.what)).map(|note| note.at.since(killed))
    }

    /// A figure about the time since the step began.
    fn since(&self, figure: fn(&Counted, &Counted) -> Option<f64>) -> Option<f64> {
        figure(&Counted::of(self.timeline.simulation()), &self.baseline?.counted)
    }

    /// The program with a limited number of slots that was busiest since the step began, and the share of its slots' time
    /// in use.
    fn busiest(&self) -> Option<(ComponentIx, f64)> {
        let sim = self.timeline.simulation();
        let before = &self.baseline?.counted;
        let nanos = Counted::of(sim).seconds_since(before)? * 1e9;
        let infra = sim.infrastructure();
        let shares = infra.components().zip(&before.busy_ns).filter_map(|((ix, component), before)| {
            let view = sim.station(ix);
            let is_limited = component.kind.serves_requests() && view.slots < u32::MAX;
            is_limited.then(|| (ix, view.busy_ns.saturating_sub(*before) as f64 / nanos / f64::from(view.slots)))
        });
        shares.max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// A share in per cent, with as many decimals as it takes to tell it from 100 %.
fn per_cent(share: f64) -> String {
    let decimals = if share < 0.999 { 1 } else { 2 };
    format!("{:.decimals$} %", share * 100.0)
}

fn millis(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// How long the phases of a request took, as its browser saw them.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestTiming {
    /// When the request ended.
    pub(super) ended: SimTime,
    /// Milliseconds per phase, in order.
    phases: Vec<(Phase, f64)>,
    first_byte_ms: Option<f64>,
    /// Number of messages on links.
    hops: usize,
}

impl RequestTiming {
    /// Times a request that has succeeded. `None` if it has not.
    pub(super) fn of(timeline: &Timeline) -> Option<Self> {
        let infra = timeline.simulation().infrastructure();
        let trail: Vec<&JournalEvent> = timeline.trail().collect();
        let ended = trail.iter().find(|note| matches!(note.what, EventKind::Ended { outcome: Ok(()), .. }))?.at;
        let born = trail.first()?.at;
        let is_browser = |ix: ComponentIx| infra.component(ix).kind.is_browser();
        let ms = |from: SimTime, to: SimTime| to.since(from).as_secs_f64() * 1e3;
        let mut phases: Vec<(Phase, f64)> = Vec::new();
        let (mut sent, mut first_byte_ms, mut hops) = (None, None, 0);
        for note in trail {
            if let EventKind::Departed { link, phase, .. } = note.what {
                hops += 1;
                if is_browser(infra.ends(link).0) && sent.is_none() {
                    sent = Some((phase, note.at));
                }
            } else if let EventKind::Reached { component, phase, .. } = note.what
                && is_browser(component)
            {
                if let Some((_, at)) = sent.take_if(|(sent, _)| *sent == phase) {
                    phases.push((phase, ms(at, note.at)));
                }
                if phase == Phase::Exchange {
                    first_byte_ms.get_or_insert(ms(born, note.at));
                }
            }
        }
        Some(Self { ended, phases, first_byte_ms, hops })
    }

    /// Milliseconds of all phases for which `wanted` holds; `None` if the request had none.
    fn phase(&self, wanted: fn(Phase) -> bool) -> Option<f64> {
        let these: Vec<f64> = self.phases.iter().filter(|(phase, _)| wanted(*phase)).map(|(_, ms)| *ms).collect();
        (!these.is_empty()).then(|| these.iter().sum())
    }
}

/// Measures the figures that a text names. Those that the run has not produced are left out.
pub(super) fn all(text: &str, measured: &Measured<'_>) -> BTreeMap<Figure, String> {
    let named = super::markup::figures(text);
    named.filter_map(|figure| Some((figure, measured.figure(figure)?))).collect()
}
