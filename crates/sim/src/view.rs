//! Read-only views of stations, monitoring and the users' experience: plain values, created on demand.

use std::fmt;

use hoplight_model::monitoring::AlertPriority;
use hoplight_model::{ComponentIx, Metric};

use crate::outcome::Outcome;
use crate::time::SimTime;

/// Attacks by someone who guesses passwords.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AbuseView {
    /// Logins per second, and the number of addresses that they come from; `None` after an attack.
    pub attack: Option<(f64, u32)>,
    /// Number of logins sent since the start of the run.
    pub sent: u64,
    /// Number of logins that the application processed.
    pub answered: u64,
    /// Number of logins that a rate limit refused with status 429.
    pub refused: u64,
    /// Number of logins that failed in another way.
    pub failed: u64,
}

/// What a component's rate limit has refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// Number of requests of users.
    pub users: u64,
    /// Number of other requests: of an attacker, and of the external probe.
    pub others: u64,
    /// Number of all requests in the last whole second.
    pub last_second: u64,
}

/// Health of a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It is running.
    #[default]
    Up,
    /// Its process hangs: connections are accepted, but get no response.
    Hung,
    /// Its process has ended: connections are refused at once.
    Crashed,
    /// Its server is off: connection attempts get no response at all.
    PoweredOff,
}

impl Health {
    /// Whether the component is up.
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Up)
    }

    /// Whether the operating system accepts connections for the component.
    pub const fn accepts(self) -> bool {
        matches!(self, Self::Up | Self::Hung)
    }
}

/// How a health check failed, in `HAProxy`'s terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckCode {
    /// The connection was refused.
    L4Con,
    /// The connection attempt timed out.
    L4Tout,
    /// The TLS handshake timed out.
    L6Tout,
    /// The TLS handshake failed.
    L6Rsp,
    /// The response had this error status.
    L7Sts(u16),
    /// The connection was accepted, but the response timed out.
    L7Tout,
}

impl CheckCode {
    /// The HTTP status of the response, if it had an error status.
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::L7Sts(status) => Some(status),
            Self::L4Con | Self::L4Tout | Self::L6Tout | Self::L6Rsp | Self::L7Tout => None,
        }
    }

    /// `HAProxy`'s name for the result.
    pub const fn id(self) -> &'static str {
        match self {
            Self::L4Con => "L4CON",
            Self::L4Tout => "L4TOUT",
            Self::L6Tout => "L6TOUT",
            Self::L6Rsp => "L6RSP",
            Self::L7Sts(_) => "L7STS",
            Self::L7Tout => "L7TOUT",
        }
    }
}

/// As `HAProxy` shows it, with the status of a response: `L7STS/502`.
impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())?;
        self.status().map_or(Ok(()), |status| write!(f, "/{status}"))
    }
}

/// The state of one component's station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationView {
    /// Health of the component.
    pub health: Health,
    /// Number of slots in use.
    pub busy: u32,
    /// Number of slots; `u32::MAX` means no limit.
    pub slots: u32,
    /// Length of the queue.
    pub waiting: u32,
    /// Maximum length of the queue; `None` means no limit.
    pub queue_limit: Option<u32>,
    /// Fraction of the slots' time in use over the last full second, 0 to 1.
    pub utilisation: f64,
    /// Requests per second that arrived during the last full second.
    pub rate: f64,
    /// Requests that arrived since the start.
    pub arrivals: u64,
    /// Requests, handshakes and responses that required a slot since the start.
    pub visits: u64,
    /// Requests that have arrived and whose response has not departed.
    pub present: u32,
    /// Open connections, as they count towards the limit: with a request, leaked, and users' idle ones.
    pub connections: u32,
    /// The idle ones among them.
    pub idle: u32,
    /// Maximum number of connections; `None` means no limit.
    pub connection_limit: Option<u32>,
    /// Completed services since the start.
    pub served: u64,
    /// Requests rejected since the start because the queue was full.
    pub dropped: u64,
    /// ∫ slots in use dt since the start, in slot-nanoseconds.
    pub busy_ns: u128,
    /// ∫ queue length dt since the start, in request-nanoseconds.
    pub queue_ns: u128,
}

/// The processor of a server with a number of cores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuView {
    /// Number of cores.
    pub cores: u32,
    /// Fraction of the cores' time in use over the last full second, 0 to 1; by the site's programs and by others.
    pub utilisation: f64,
    /// The part of it that programs used which are not part of the site.
    pub others_utilisation: f64,
    /// Number of slots whose work needs a core now. If there are more threads than cores, all of them run more slowly.
    pub running: u32,
    /// Number of threads of programs that are not part of the site.
    pub others: u32,
    /// Processor time that the site's programs have used since the start, in nanoseconds.
    pub used_ns: u128,
    /// Processor time that other programs have used since the start, in nanoseconds.
    pub others_used_ns: u128,
}

impl CpuView {
    /// The part of the cores' time in use over the last full second that other programs used, 0 to 1.
    pub fn others_share(&self) -> f64 {
        if self.utilisation > 0.0 { self.others_utilisation / self.utilisation } else { 0.0 }
    }

    /// Rate at which each thread runs now, as a fraction of the speed of a core.
    pub fn speed(&self) -> f64 {
        let threads = self.running.saturating_add(self.others);
        if threads <= self.cores { 1.0 } else { f64::from(self.cores) / f64::from(threads) }
    }
}

/// An agent's measurements of one component, taken over the interval since the previous sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentSample {
    /// The component.
    pub component: ComponentIx,
    /// Requests per second: the increase of the counter divided by the elapsed time.
    pub qps: f64,
    /// Fraction of the slots' time in use, 0 to 1.
    pub utilisation: f64,
    /// Fraction of the server's processor time in use in the second before the sample, 0 to 1; `None` for a server without a
    /// number of cores.
    pub cpu: Option<f64>,
    /// Length of the queue at the time of the sample.
    pub waiting: u32,
    /// Number of responses, including errors.
    pub answers: u32,
    /// Number of error responses: 5xx, an SQL error, or a connection reset.
    pub errors: u32,
    /// Failed TLS handshakes per second.
    pub failed_handshakes: f64,
    /// Latency of the responses; `None` if there were none.
    pub latency: Option<Percentiles>,
    /// Connections in use as a fraction of the connection limit; `None` if there is no limit.
    pub connections: Option<f64>,
    /// Hits as a fraction of a cache's lookups in the last ten seconds; `None` for other components and without lookups.
    pub hit_ratio: Option<f64>,
    /// Objects that a cache has evicted in the last ten seconds; `None` for other components.
    pub evictions: Option<u64>,
    /// Lag of a replica in seconds, infinite if it is unknown; `None` for other components.
    pub lag_s: Option<f64>,
    /// Whether a database takes writes, or a balancer holds the shared address; `None` for other components.
    pub leads: Option<bool>,
    /// Number of the backends that the balancer's health checks have taken DOWN; `None` if it is no balancer.
    pub backends_down: Option<u32>,
    /// Whether semi-synchronous replication is active; `None` unless the component is a database that accepts writes and is
    /// set up for it.
    pub semi_sync: Option<bool>,
}

/// Percentiles of a latency in milliseconds, by nearest rank. Agents count in buckets, so the error is up to 1.6 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    /// Median.
    pub p50_ms: f64,
    /// 95th percentile.
    pub p95_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
}

impl ComponentSample {
    /// Errors as a fraction of all responses, 0 to 1; `None` if there were no responses.
    pub fn error_ratio(&self) -> Option<f64> {
        (self.answers > 0).then(|| f64::from(self.errors) / f64::from(self.answers))
    }

    /// The value of one metric, in the metric's unit; `None` if it could not be measured.
    pub fn metric(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Qps => Some(self.qps),
            Metric::Utilisation => Some(self.utilisation),
            Metric::Cpu => self.cpu,
            Metric::Queue => Some(f64::from(self.waiting)),
            Metric::P50 => self.latency.map(|latency| latency.p50_ms),
            Metric::P95 => self.latency.map(|latency| latency.p95_ms),
            Metric::P99 => self.latency.map(|latency| latency.p99_ms),
            Metric::ErrorRatio => self.error_ratio(),
            Metric::FailedHandshakes => Some(self.failed_handshakes),
            Metric::Connections => self.connections,
            Metric::HitRatio => self.hit_ratio,
            Metric::Evictions => self.evictions.map(|count| count as f64),
            Metric::Lag => self.lag_s,
            Metric::BackendsDown => self.backends_down.map(f64::from),
            Metric::SemiSync => self.semi_sync.map(f64::from),
        }
    }
}

/// The state of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertState {
    /// The condition does not hold, and the alert has never fired.
    #[default]
    Ok,
    /// The condition holds, but not yet for the duration in the rule.
    Pending,
    /// The condition has held for the duration in the rule.
    Firing,
    /// The alert fired earlier; the condition no longer holds, or its data is no longer delivered.
    Resolved,
}

impl AlertState {
    /// The name of the state, as in Prometheus.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// An alert: a rule, and one of the subjects that it watches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertView<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// The component or agent; `None` is the site as seen by the external probe.
    pub subject: Option<ComponentIx>,
    /// How urgent it is.
    pub priority: AlertPriority,
    /// State of the alert.
    pub state: AlertState,
    /// When it entered the state.
    pub since: SimTime,
}

/// A log entry of an alert that fired or resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertEntry<'a> {
    /// When the monitoring service changed the state.
    pub at: SimTime,
    /// The rule's name.
    pub rule: &'a str,
    /// The component or agent; `None` is the site as seen by the external probe.
    pub subject: Option<ComponentIx>,
    /// How urgent it is.
    pub priority: AlertPriority,
    /// Firing or resolved.
    pub state: AlertState,
}

/// The result of one request of the external probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbeResult {
    /// When the request ended.
    pub at: SimTime,
    /// Outcome of the request.
    pub outcome: Outcome,
    /// How long the request took, in milliseconds.
    pub latency_ms: f64,
    /// Days until the presented certificate expires; `None` if no certificate was presented.
    pub days_left: Option<f64>,
}

/// The external probe as the monitoring service knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeView<'a> {
    /// Seconds between two probes; `None` if the probe is off.
    pub interval_s: Option<f64>,
    /// Probes sent since the start.
    pub sent: u64,
    /// Number of consecutive failures up to now.
    pub failures: u32,
    /// Days until the certificate expires, from the last probe to which it was presented.
    pub days_left: Option<f64>,
    /// The latest results, oldest first.
    pub results: &'a std::collections::VecDeque<ProbeResult>,
}

/// The dead man's switch of the monitoring service.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchdogView {
    /// Time without a heartbeat after which it pages, in seconds.
    pub timeout_s: f64,
    /// When the last heartbeat arrived.
    pub last: SimTime,
    /// Whether it has paged and has received no heartbeat since.
    pub has_paged: bool,
    /// Its pages and their ends, oldest first.
    pub log: Vec<WatchdogEntry>,
}

/// An agent as the monitoring service knows it, from samples delivered over the network.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentView<'a> {
    /// The agent.
    pub agent: ComponentIx,
    /// The component whose rate represents the agent: the balancer, otherwise the web server, application or database on
    /// its server; `None` if the agent watches no component.
    pub subject: Option<ComponentIx>,
    /// Seconds between two samples.
    pub interval_s: f64,
    /// When the latest delivered sample was taken.
    pub taken: Option<SimTime>,
    /// Age of that sample, in seconds.
    pub age_s: Option<f64>,
    /// Whether the service scrapes the agent; otherwise, the agent pushes its samples.
    pub is_scraped: bool,
    /// Whether the last scrape of the agent succeeded; `None` if there was none.
    pub up: Option<bool>,
    /// Whether no sample was delivered for three intervals, or the last scrape failed. A stale value is unknown, not
    /// zero.
    pub stale: bool,
    /// Requests per second of the subject, smoothed (EWMA) over the delivered samples.
    pub qps: Option<f64>,
    /// The latest sample, with one row per component.
    pub components: &'a [ComponentSample],
    /// Requests per second of the subject in the latest delivered samples, oldest first, not smoothed.
    pub history: &'a [f32],
    /// Number of samples delivered since the start, including those no longer in the history.
    pub delivered: u64,
}

/// What users experienced over the last few seconds, measured in their browsers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Experience {
    /// Length of the window in seconds; shorter at the start of a run.
    pub window_s: f64,
    /// Requests that succeeded in the window.
    pub completed: u32,
    /// Requests that failed in the window.
    pub failed: u32,
    /// Mean latency of successful requests, in milliseconds.
    pub mean_ms: Option<f64>,
    /// Median of that latency.
    pub p50_ms: Option<f64>,
    /// 95th percentile of that latency.
    pub p95_ms: Option<f64>,
    /// 99th percentile of that latency.
    pub p99_ms: Option<f64>,
}

impl Experience {
    /// Failed requests as a fraction of all requests that ended, 0 to 1; `None` if none ended.
    pub fn error_ratio(&self) -> Option<f64> {
        let ended = self.completed + self.failed;
        (ended > 0).then(|| f64::from(self.failed) / f64::from(ended))
    }
}

/// How many requests of one kind ended in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Requests that succeeded.
    pub completed: u32,
    /// Requests that failed.
    pub failed: u32,
}

/// Counts since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that users sent.
    pub offered: u64,
    /// Requests that succeeded.
    pub completed: u64,
    /// Requests that failed.
    pub failed: u64,
}

/// A page of the watchdog, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchdogEntry {
    /// When the watchdog paged or received a heartbeat again.
    pub at: SimTime,
    /// Whether it paged.
    pub paged: bool,
}
