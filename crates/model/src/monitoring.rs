//! Monitoring settings: alert rules, the external probe, scraping, and the dead man's switch.
//!
//! Rules can only refer to what agents and the probe report. The monitoring service runs the probe, so both stop with it;
//! only the dead man's switch is run by somebody else.

use serde::{Deserialize, Serialize};

use super::id::ComponentId;
use super::quantity::{Fraction, Level, Seconds};
use super::request::RequestKind;
use super::text::Text;

/// Number of samples that the service keeps per agent. No rule may look further back.
pub const KEPT_SAMPLES: usize = 120;
/// Default number of missed intervals after which an agent counts as silent.
pub const MISSED_INTERVALS: u8 = 3;

/// Longest time for which the service waits for the response to a scrape, as in Prometheus. A shorter scrape interval
/// limits it further.
pub const SCRAPE_TIMEOUT: Seconds = Seconds::literal(10.0);

/// Settings of the monitoring service: alert rules, the external probe, scraping. Without a monitoring service, no rule
/// is evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MonitoringSpec {
    /// The rules; by default [`usual_alerts`].
    pub alerts: Vec<AlertRule>,
    /// The external probe; by default there is none.
    pub probe: Option<ProbeSpec>,
    /// Interval at which the service scrapes agents. Ten seconds by default, as for pushes in production; Prometheus'
    /// own default is a minute.
    pub scrape_interval_s: Seconds,
    /// The watchdog of the monitoring service; by default there is none.
    pub dead_mans_switch: Option<DeadMansSwitchSpec>,
}

impl Default for MonitoringSpec {
    fn default() -> Self {
        Self { alerts: usual_alerts(), probe: None, scrape_interval_s: Seconds::literal(10.0), dead_mans_switch: None }
    }
}

impl MonitoringSpec {
    /// Time for which the service waits for the response to a scrape.
    pub fn scrape_timeout(&self) -> Seconds {
        if self.scrape_interval_s < SCRAPE_TIMEOUT { self.scrape_interval_s } else { SCRAPE_TIMEOUT }
    }
}

/// A dead man's switch: a watchdog outside the site, run by another provider. The monitoring service sends it a heartbeat
/// at a fixed interval, such as Prometheus' always-firing `Watchdog` alert; the watchdog pages when heartbeats stop.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeadMansSwitchSpec {
    /// Interval between heartbeats.
    pub interval_s: Seconds,
    /// Time without a heartbeat after which the watchdog pages.
    pub timeout_s: Seconds,
}

impl Default for DeadMansSwitchSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(10.0), timeout_s: Seconds::literal(30.0) }
    }
}

/// An external client that sends periodic requests like a user and reports to the monitoring service.
///
/// Each probe resolves the name, connects, performs the TLS handshake, and waits as long as a user would. The balancer
/// and the components' counters treat its requests like any other; the users' totals exclude them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpec {
    /// Interval between probes.
    pub interval_s: Seconds,
    /// Kind of request. A read reaches the database, so it detects more than a static page.
    pub kind: RequestKind,
}

impl Default for ProbeSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(10.0), kind: RequestKind::Read }
    }
}

/// A metric that agents measure for a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metric {
    /// Requests per second.
    Qps,
    /// Fraction of slots in use, 0 to 1.
    Utilisation,
    /// Fraction of the server's processor time that all programs on it use, 0 to 1, in the second before the sample. Only for
    /// components on a server with a number of cores.
    Cpu,
    /// Requests in the queue when the sample is taken.
    Queue,
    /// Median latency in milliseconds, from a request's arrival at the component until its response leaves.
    P50,
    /// 95th percentile of the latency.
    P95,
    /// 99th percentile of the latency.
    P99,
    /// Fraction of responses that are errors, 0 to 1.
    ErrorRatio,
    /// Failed TLS handshakes per second.
    FailedHandshakes,
    /// Fraction of the permitted connections in use when the sample is taken, 0 to 1.
    Connections,
    /// Fraction of a cache's lookups of the last ten seconds that were hits, 0 to 1.
    HitRatio,
    /// Objects that a cache has evicted in the last ten seconds.
    Evictions,
    /// Replication lag in seconds. An unknown lag (NULL) is infinite and thus above every level.
    Lag,
    /// Number of a balancer's backends that its health checks have taken DOWN.
    BackendsDown,
    /// Semi-synchronous replication of a database that accepts writes and is set up for it: 1 if it is active, 0 if the
    /// database has fallen back to asynchronous replication (`Rpl_semi_sync_source_status`).
    SemiSync,
}

impl Metric {
    /// All metrics, in listing order.
    pub const ALL: [Self; 15] = [
        Self::Qps,
        Self::Utilisation,
        Self::Cpu,
        Self::Queue,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::ErrorRatio,
        Self::FailedHandshakes,
        Self::Connections,
        Self::HitRatio,
        Self::Evictions,
        Self::Lag,
        Self::BackendsDown,
        Self::SemiSync,
    ];

    /// Name of the metric, with its unit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Qps => "qps",
            Self::Utilisation => "utilisation",
            Self::Cpu => "cpu",
            Self::Queue => "queue",
            Self::P50 => "p50_ms",
            Self::P95 => "p95_ms",
            Self::P99 => "p99_ms",
            Self::ErrorRatio => "error_ratio",
            Self::FailedHandshakes => "failed_handshakes_per_s",
            Self::Connections => "connections",
            Self::HitRatio => "hit_ratio",
            Self::Evictions => "evictions",
            Self::Lag => "lag_s",
            Self::BackendsDown => "backends_down",
            Self::SemiSync => "semi_sync",
        }
    }

    /// Whether samples can be averaged. Percentiles, ratios, states and a possibly infinite lag cannot.
    pub const fn is_averageable(self) -> bool {
        matches!(self, Self::Qps | Self::Utilisation | Self::Cpu | Self::Queue | Self::FailedHandshakes | Self::Connections)
    }
}

/// The components that a rule applies to. Each has its own alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Every component that an agent watches or, for absence, every agent.
    #[default]
    Any,
    /// The component that users connect to. Put paging alerts here: they reflect what users experience.
    Entry,
    /// One component or, for absence, one agent.
    Component(ComponentId),
}

/// A threshold for a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Bound {
    /// Above this level.
    Over(Level),
    /// Below this level.
    Under(Level),
}

impl Bound {
    /// Whether `value` is beyond the threshold.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Over(level) => value > level.get(),
            Self::Under(level) => value < level.get(),
        }
    }
}

/// A relative change of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shift {
    /// Falls by more than this fraction of the earlier value.
    Fall(Fraction),
    /// Rises by more than this fraction of the earlier value; 1 means to more than double.
    Rise(Level),
}

impl Shift {
    /// Whether the change from `before` to `after` is large enough.
    pub fn holds(self, before: f64, after: f64) -> bool {
        match self {
            Self::Fall(part) => after < before * (1.0 - part.get()),
            Self::Rise(part) => after > before * (1.0 + part.get()),
        }
    }
}

/// When a rule fires. Rules on samples are evaluated when a sample is delivered, so a silent agent triggers no
/// threshold; use [`Self::Absence`] for that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum AlertCondition {
    /// A metric stays beyond a threshold.
    Threshold {
        /// The metric.
        metric: Metric,
        /// The threshold.
        is: Bound,
        /// Minimum duration, by the samples' timestamps; by default it fires at once.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// The mean of a metric in the newer half of a window differs from the mean in the older half.
    Change {
        /// The metric; percentiles and ratios cannot be averaged.
        metric: Metric,
        /// The minimum change.
        by: Shift,
        /// Length of the window, both halves together.
        within_s: Seconds,
        /// Minimum mean in the older half: at low traffic, changes are mostly random.
        #[serde(default)]
        floor: Level,
    },
    /// No sample of an agent has arrived for a number of its intervals. Does not apply to agents that are scraped: the
    /// service itself records their `up`.
    Absence {
        /// Number of intervals.
        #[serde(default = "missed")]
        intervals: u8,
    },
    /// The last scrape of an agent failed: its `up` is 0. The service notices it at once, unlike a missing push. Does not
    /// apply to agents that push.
    TargetDown {
        /// Minimum duration, by the times of the scrapes; by default it fires at once.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// The site's certificate expires soon. Only the external probe sees it, in the TLS handshake.
    Certificate {
        /// It fires when this many days or fewer are left.
        days: Level,
    },
    /// Errors consume the error budget too fast: (errors ÷ responses) ÷ (1 − objective) reaches `rate` in both windows.
    /// The long window ensures that the burn is significant, the short one that it is ongoing. Source: the multiwindow,
    /// multi-burn-rate alerts in Google's SRE Workbook, chapter 5.
    Burn {
        /// Burn rate: how many times faster than the objective allows.
        rate: Level,
        /// The long window.
        long_s: Seconds,
        /// The short window.
        short_s: Seconds,
        /// Objective: the promised fraction of successful responses.
        #[serde(default = "three_nines")]
        objective: Fraction,
    },
    /// A group does not have exactly one leader: the writable database of a cluster, or the balancer that holds a
    /// shared address. Evaluated once a second on the latest samples.
    Leaders {
        /// Minimum duration; by default it fires at once.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// A member of a group does not report its state, although its agent does: a database of a cluster, a balancer of a
    /// pair, or the keepalived beside it is not running. Users may notice nothing until the next failure. Evaluated once a
    /// second on the latest samples.
    Redundancy {
        /// Minimum duration; by default it fires at once.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// The external probe fails several times in a row.
    Probe {
        /// Number of consecutive failures.
        failures: u8,
    },
}

fn missed() -> u8 {
    MISSED_INTERVALS
}

fn three_nines() -> Fraction {
    Fraction::literal(0.999)
}

/// An alert rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Name of the rule in lists and in the journal.
    pub name: Text,
    /// Components that the rule applies to.
    #[serde(default)]
    pub on: Scope,
    /// When the rule fires.
    pub when: AlertCondition,
    /// How urgent it is.
    #[serde(default)]
    pub priority: AlertPriority,
}

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AlertPriority {
    /// Somebody has to look now: users are affected, or soon will be.
    #[default]
    High,
    /// It can wait until working hours: the site works, but the next failure may stop it.
    Low,
}

impl AlertPriority {
    /// The priority's name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}

impl AlertCondition {
    /// How far back the rule looks, in seconds.
    pub fn reach_s(&self) -> f64 {
        match self {
            Self::Change { within_s, .. } => within_s.get(),
            Self::Burn { long_s, short_s, .. } => long_s.get().max(short_s.get()),
            _ => 0.0,
        }
    }

    /// Whether the rule concerns the site as seen by the external probe, not a component or an agent.
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::Certificate { .. } | Self::Probe { .. })
    }

    /// Whether the rule concerns several components together.
    pub const fn is_of_group(&self) -> bool {
        matches!(self, Self::Leaders { .. } | Self::Redundancy { .. })
    }

    /// Whether the rule concerns agents, not the components that they watch.
    pub const fn is_of_agent(&self) -> bool {
        matches!(self, Self::Absence { .. } | Self::TargetDown { .. })
    }
}

/// The default rules. Levels are common ones; times are shortened for teaching: ten seconds instead of a minute before
/// a page, burn windows of 60 s and 5 s instead of an hour and five minutes.
pub fn usual_alerts() -> Vec<AlertRule> {
    let (level, seconds) = (Level::literal, Seconds::literal);
    let threshold = |metric, over: f64| AlertCondition::Threshold {
        metric,
        is: Bound::Over(Level::literal(over)),
        for_s: Some(Seconds::literal(10.0)),
    };
    let fall = AlertCondition::Change {
        metric: Metric::Qps,
        by: Shift::Fall(Fraction::literal(0.5)),
        within_s: seconds(30.0),
        floor: level(10.0),
    };
    let burn = AlertCondition::Burn { rate: level(14.4), long_s: seconds(60.0), short_s: seconds(5.0), objective: three_nines() };
    let lag = AlertCondition::Threshold { metric: Metric::Lag, is: Bound::Over(level(10.0)), for_s: Some(seconds(3.0)) };
    let backends =
        AlertCondition::Threshold { metric: Metric::BackendsDown, is: Bound::Over(level(0.0)), for_s: Some(seconds(3.0)) };
    let semi_sync =
        AlertCondition::Threshold { metric: Metric::SemiSync, is: Bound::Under(level(1.0)), for_s: Some(seconds(3.0)) };
    let redundancy = AlertCondition::Redundancy { for_s: Some(seconds(3.0)) };
    let of = |name: &str, on, when, priority| AlertRule { name: Text::new(name).unwrap_or_default(), on, when, priority };
    let rule = |name: &str, on, when| of(name, on, when, AlertPriority::High);
    let low = |name: &str, when| of(name, Scope::Any, when, AlertPriority::Low);
    let certificate = |days| AlertCondition::Certificate { days: Level::literal(days) };
    vec![
        rule("errors above 1 %", Scope::Entry, threshold(Metric::ErrorRatio, 0.01)),
        rule("p99 above 1 s", Scope::Entry, threshold(Metric::P99, 1_000.0)),
        rule("saturated", Scope::Any, threshold(Metric::Utilisation, 0.9)),
        rule("requests fell by half", Scope::Entry, fall),
        rule("error budget burns", Scope::Entry, burn),
        rule("connections used up", Scope::Any, threshold(Metric::Connections, 0.9)),
        rule("replication lag above 10 s or unknown", Scope::Any, lag),
        rule("not exactly one leader", Scope::Any, AlertCondition::Leaders { for_s: Some(seconds(3.0)) }),
        rule("no data", Scope::Any, AlertCondition::Absence { intervals: MISSED_INTERVALS }),
        rule("certificate expires in 21 days", Scope::Any, certificate(21.0)),
        rule("certificate expires in 7 days", Scope::Any, certificate(7.0)),
        rule("certificate expires in 1 day", Scope::Any, certificate(1.0)),
        rule("site does not answer", Scope::Any, AlertCondition::Probe { failures: 2 }),
        low("backend DOWN", backends),
        low("semi-synchronous replication off", semi_sync),
        low("redundancy lost", redundancy),
        rule("target down", Scope::Any, AlertCondition::TargetDown { for_s: None }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_survive_a_round_trip() {
        let spec = MonitoringSpec { probe: Some(ProbeSpec::default()), ..MonitoringSpec::default() };
        let text = super::super::ron_text::options().to_string(&spec).unwrap();
        assert_eq!(super::super::ron_text::parse::<MonitoringSpec>("x.ron", &text).unwrap(), spec);
        assert!(spec.alerts.iter().all(|rule| !rule.name.is_empty()));
    }

    #[test]
    fn bounds_and_shifts_are_strict() {
        let (one, half) = (Level::literal(1.0), Fraction::literal(0.5));
        assert!(Bound::Over(one).holds(1.1) && !Bound::Over(one).holds(1.0));
        assert!(Bound::Under(one).holds(0.9) && !Bound::Under(one).holds(1.0));
        assert!(Shift::Fall(half).holds(10.0, 4.9) && !Shift::Fall(half).holds(10.0, 5.0));
        assert!(Shift::Rise(one).holds(10.0, 20.1) && !Shift::Rise(one).holds(10.0, 20.0));
        assert!(!Shift::Fall(half).holds(0.0, 0.0));
    }
}
