//! What may be read of a station, an agent and the users' experience: plain values, made on demand.

use hoplight_model::{ComponentIx, Metric};

use crate::outcome::Outcome;
use crate::time::SimTime;

/// Whether something runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It runs.
    #[default]
    Up,
    /// Its process hangs: connections are accepted, and nothing is answered.
    Hung,
    /// Its process has ended: connections are refused at once.
    Crashed,
    /// Its server is off: nothing answers, not even a refusal.
    PoweredOff,
}

impl Health {
    /// Whether it runs.
    pub const fn is_up(self) -> bool {
        matches!(self, Self::Up)
    }

    /// Whether the operating system accepts connections for it.
    pub const fn accepts(self) -> bool {
        matches!(self, Self::Up | Self::Hung)
    }

    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Hung => "hung",
            Self::Crashed => "down",
            Self::PoweredOff => "off",
        }
    }
}

/// How a health check failed, in `HAProxy`'s words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckCode {
    /// The connection was refused.
    L4Con,
    /// Nothing answered the connection attempt.
    L4Tout,
    /// The TLS handshake was not answered.
    L6Tout,
    /// The TLS handshake failed.
    L6Rsp,
    /// The answer had a bad status.
    L7Sts,
    /// The connection was accepted, and no answer came.
    L7Tout,
}

impl CheckCode {
    /// The balancer's own word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::L4Con => "L4CON",
            Self::L4Tout => "L4TOUT",
            Self::L6Tout => "L6TOUT",
            Self::L6Rsp => "L6RSP",
            Self::L7Sts => "L7STS",
            Self::L7Tout => "L7TOUT",
        }
    }
}

/// The state of one component's station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationView {
    /// Whether it runs.
    pub health: Health,
    /// Slots in use now.
    pub busy: u32,
    /// All slots; `u32::MAX` is no limit.
    pub slots: u32,
    /// Requests that wait now.
    pub waiting: u32,
    /// Most that may wait; `None` is no limit.
    pub queue_limit: Option<u32>,
    /// Part of the slots' time in use over the last whole second, 0 to 1.
    pub utilisation: f64,
    /// Requests that came per second, over the last whole second.
    pub rate: f64,
    /// Requests that came, since the start.
    pub arrivals: u64,
    /// Requests, handshakes and answers that wanted a slot, since the start.
    pub visits: u64,
    /// Requests that have come and whose answer has not left.
    pub present: u32,
    /// Services that are over, since the start.
    pub served: u64,
    /// Requests turned away since the start because the queue was full.
    pub dropped: u64,
    /// ∫ slots in use dt since the start, in slot-nanoseconds.
    pub busy_ns: u128,
    /// ∫ requests waiting dt since the start, in request-nanoseconds.
    pub queue_ns: u128,
}

/// What an agent measured of one component between two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComponentSample {
    /// The component.
    pub component: ComponentIx,
    /// Requests per second: difference of the counter over difference of time.
    pub qps: f64,
    /// Part of the slots' time in use, 0 to 1.
    pub utilisation: f64,
    /// Requests waiting at the moment of the sample.
    pub waiting: u32,
    /// Answers that left, the bad ones among them.
    pub answers: u32,
    /// Answers that say that something failed: 5xx, an SQL error, a connection that was cut.
    pub errors: u32,
    /// TLS handshakes per second that failed.
    pub failed_handshakes: f64,
    /// How long the answers took; `None` if none left.
    pub latency: Option<Percentiles>,
    /// Connections in use as a part of those that it may have; `None` where nothing limits them.
    pub connections: Option<f64>,
    /// Seconds by which a replica is behind, infinite where it cannot tell; `None` for anything else.
    pub lag_s: Option<f64>,
    /// Whether it leads: takes writes, or holds the shared address; `None` for anything else.
    pub leads: Option<bool>,
}

/// Percentiles of a latency in milliseconds, by nearest rank, off by at most 1.6 %: agents count in buckets.
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
    /// Errors as a part of all answers, 0 to 1; `None` if there was no answer.
    pub fn error_ratio(&self) -> Option<f64> {
        (self.answers > 0).then(|| f64::from(self.errors) / f64::from(self.answers))
    }

    /// One of the sample's values, in the metric's unit; `None` if nothing was there to be measured.
    pub fn metric(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Qps => Some(self.qps),
            Metric::Utilisation => Some(self.utilisation),
            Metric::Queue => Some(f64::from(self.waiting)),
            Metric::P50 => self.latency.map(|latency| latency.p50_ms),
            Metric::P95 => self.latency.map(|latency| latency.p95_ms),
            Metric::P99 => self.latency.map(|latency| latency.p99_ms),
            Metric::ErrorRatio => self.error_ratio(),
            Metric::FailedHandshakes => Some(self.failed_handshakes),
            Metric::Connections => self.connections,
            Metric::Lag => self.lag_s,
        }
    }
}

/// How far an alert is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertState {
    /// Its condition does not hold, and never held for long enough.
    #[default]
    Ok,
    /// Its condition holds, but not yet for as long as the rule says.
    Pending,
    /// It has fired.
    Firing,
    /// It fired; its condition holds no more, or the data that it spoke of stopped coming.
    Resolved,
}

impl AlertState {
    /// The word that lists use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// Where one alert stands: a rule and one that it watches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertView<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// The component or agent; `None` is the site as the external probe sees it.
    pub subject: Option<ComponentIx>,
    /// How far it is.
    pub state: AlertState,
    /// Since when.
    pub since: SimTime,
}

/// An alert that fired or resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertEntry<'a> {
    /// When the service knew.
    pub at: SimTime,
    /// The rule's name.
    pub rule: &'a str,
    /// The component or agent; `None` is the site as the external probe sees it.
    pub subject: Option<ComponentIx>,
    /// Firing or resolved.
    pub state: AlertState,
}

/// One answer, or none, that the external probe got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProbeResult {
    /// When the probe knew.
    pub at: SimTime,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub latency_ms: f64,
    /// Days until the certificate expires that it was shown; `None` without a handshake that came so far.
    pub days_left: Option<f64>,
}

/// What the monitoring service knows from the external probe.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeView<'a> {
    /// Seconds between two probes; `None` if it is off.
    pub interval_s: Option<f64>,
    /// Probes that were sent since the start.
    pub sent: u64,
    /// Failures in a row, up to now.
    pub failures: u32,
    /// Days until the certificate expires, as seen in the last handshake that showed one.
    pub days_left: Option<f64>,
    /// The last results, oldest first.
    pub results: &'a std::collections::VecDeque<ProbeResult>,
}

/// What the monitoring service knows of one agent. Everything in it was delivered over the network.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentView<'a> {
    /// The agent.
    pub agent: ComponentIx,
    /// The component whose rate is the agent's headline: the balancer, else the web server, application or database of
    /// its server; `None` if it watches nothing.
    pub subject: Option<ComponentIx>,
    /// Seconds between two samples.
    pub interval_s: f64,
    /// When the newest delivered sample was taken.
    pub taken: Option<SimTime>,
    /// Seconds since then.
    pub age_s: Option<f64>,
    /// Whether three intervals passed without a sample. Stale is not zero.
    pub stale: bool,
    /// The headline's requests per second, smoothed (EWMA) over the delivered samples.
    pub qps: Option<f64>,
    /// The newest sample, a row for each component.
    pub components: &'a [ComponentSample],
    /// The headline's requests per second of the last delivered samples, oldest first, not smoothed.
    pub history: &'a [f32],
    /// How many samples were delivered since the start; the history keeps only the last ones.
    pub delivered: u64,
}

/// What users experienced over the last seconds, measured at their side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Experience {
    /// Length of the window in seconds; shorter at the start of a run.
    pub window_s: f64,
    /// Requests that ended well in it.
    pub completed: u32,
    /// Requests that failed in it.
    pub failed: u32,
    /// Median latency of the good ones, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

impl Experience {
    /// Failed requests as a part of all, 0 to 1; `None` if none ended.
    pub fn error_ratio(&self) -> Option<f64> {
        let ended = self.completed + self.failed;
        (ended > 0).then(|| f64::from(self.failed) / f64::from(ended))
    }
}

/// Counts since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that users sent.
    pub offered: u64,
    /// Those that ended well.
    pub completed: u64,
    /// Those that failed.
    pub failed: u64,
}
