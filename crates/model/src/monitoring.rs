//! Settings of monitoring: alert rules and the external probe.
//!
//! A rule can only refer to what agents and the probe report.

use serde::{Deserialize, Serialize};

use super::id::ComponentId;
use super::quantity::{Fraction, Level, Seconds};
use super::request::RequestKind;
use super::text::Text;

/// Samples that the service keeps of each agent. No rule may look further back.
pub const KEPT_SAMPLES: usize = 120;
/// Missed intervals after which an agent counts as silent, unless a rule says otherwise.
pub const MISSED_INTERVALS: u8 = 3;

/// What the monitoring service watches for. Without a monitoring service, no rule is evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MonitoringSpec {
    /// The rules; by default [`usual_alerts`].
    pub alerts: Vec<AlertRule>,
    /// The external probe; by default there is none.
    pub probe: Option<ProbeSpec>,
}

impl Default for MonitoringSpec {
    fn default() -> Self {
        Self { alerts: usual_alerts(), probe: None }
    }
}

/// An outside client that sends periodic requests, as a user would, and reports to the monitoring service.
///
/// Each time it resolves the name, connects, does the TLS handshake, and waits as long as a user does. The balancer and the
/// components' counters treat its requests like any other; the users' totals leave them out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpec {
    /// Time between two probes.
    pub interval_s: Seconds,
    /// The kind of its requests. A read reaches the database, so it detects more than a static page would.
    pub kind: RequestKind,
}

impl Default for ProbeSpec {
    fn default() -> Self {
        Self { interval_s: Seconds::literal(10.0), kind: RequestKind::Read }
    }
}

/// What agents measure of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metric {
    /// Requests per second.
    Qps,
    /// Fraction of the slots in use, 0 to 1.
    Utilisation,
    /// Requests waiting at the moment of the sample.
    Queue,
    /// Median latency in milliseconds, from a request's arrival at the component until its answer leaves.
    P50,
    /// 95th percentile of it.
    P95,
    /// 99th percentile of it.
    P99,
    /// Fraction of the answers that are errors, 0 to 1.
    ErrorRatio,
    /// Failed TLS handshakes per second.
    FailedHandshakes,
    /// Fraction of the permitted connections in use at the moment of the sample, 0 to 1.
    Connections,
    /// Seconds that a replica is behind. An unknown lag (NULL) is infinite: over every level.
    Lag,
}

impl Metric {
    /// All metrics, in listing order.
    pub const ALL: [Self; 10] = [
        Self::Qps,
        Self::Utilisation,
        Self::Queue,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::ErrorRatio,
        Self::FailedHandshakes,
        Self::Connections,
        Self::Lag,
    ];

    /// The word that lists use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Qps => "qps",
            Self::Utilisation => "utilisation",
            Self::Queue => "queue",
            Self::P50 => "p50_ms",
            Self::P95 => "p95_ms",
            Self::P99 => "p99_ms",
            Self::ErrorRatio => "error_ratio",
            Self::FailedHandshakes => "failed_handshakes_per_s",
            Self::Connections => "connections",
            Self::Lag => "lag_s",
        }
    }

    /// Whether several samples can be averaged. Percentiles, ratios and a lag that may be infinite cannot.
    pub const fn is_averageable(self) -> bool {
        matches!(self, Self::Qps | Self::Utilisation | Self::Queue | Self::FailedHandshakes | Self::Connections)
    }
}

/// The components that a rule watches. Each has its own alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Every component that an agent watches or, for absence, every agent.
    #[default]
    Any,
    /// The component that users connect to. Alerts that page belong here: users notice what is wrong there.
    Entry,
    /// One component or, for absence, one agent.
    Component(ComponentId),
}

/// A bound for a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Bound {
    /// More than this.
    Over(Level),
    /// Less than this.
    Under(Level),
}

impl Bound {
    /// Whether `value` lies on this side.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Over(level) => value > level.get(),
            Self::Under(level) => value < level.get(),
        }
    }
}

/// A relative change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shift {
    /// Falls by more than this part of what it was.
    Fall(Fraction),
    /// Rises by more than this part of what it was; 1 is twice as much.
    Rise(Level),
}

impl Shift {
    /// Whether going from `before` to `after` is such a change.
    pub fn holds(self, before: f64, after: f64) -> bool {
        match self {
            Self::Fall(part) => after < before * (1.0 - part.get()),
            Self::Rise(part) => after > before * (1.0 + part.get()),
        }
    }
}

/// When a rule fires. Rules on samples are evaluated when a sample is delivered, so a silent agent triggers no threshold;
/// [`Self::Absence`] does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum AlertCondition {
    /// A metric stays on one side of a level.
    Threshold {
        /// What is compared.
        metric: Metric,
        /// With what.
        is: Bound,
        /// For how long, by the samples' timestamps; at once by default.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// The mean of a metric over the newer half of a window differs from that over the older half.
    Change {
        /// What is compared; percentiles and ratios cannot be averaged.
        metric: Metric,
        /// By how much.
        by: Shift,
        /// The window, both halves together.
        within_s: Seconds,
        /// Least older mean: with little traffic, a change is mostly chance.
        #[serde(default)]
        floor: Level,
    },
    /// No sample of an agent has arrived for some of its intervals.
    Absence {
        /// Number of intervals.
        #[serde(default = "missed")]
        intervals: u8,
    },
    /// The site's certificate expires soon. Only the external probe sees it, in its TLS handshake.
    Certificate {
        /// Days left at which it fires.
        days: Level,
    },
    /// Errors use up the error budget too fast: (errors ÷ answers) ÷ (1 − objective) reaches `rate` over both windows. The
    /// long one ensures that the burn matters, the short one that it continues. Source: the multi-window, multi-burn-rate
    /// alerts of Google's SRE Workbook, chapter 5.
    Burn {
        /// How many times faster than the objective allows.
        rate: Level,
        /// The long window.
        long_s: Seconds,
        /// The short window.
        short_s: Seconds,
        /// The promised fraction of good answers.
        #[serde(default = "three_nines")]
        objective: Fraction,
    },
    /// A group does not have exactly one leader: the writable database of a cluster, the balancer that holds a shared address.
    /// Evaluated once a second on the latest samples.
    Leaders {
        /// For how long; at once if it is left out.
        #[serde(default)]
        for_s: Option<Seconds>,
    },
    /// The external probe fails several times in a row.
    Probe {
        /// How many.
        failures: u8,
    },
}

fn missed() -> u8 {
    MISSED_INTERVALS
}

fn three_nines() -> Fraction {
    Fraction::literal(0.999)
}

/// One alert rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Name in lists and in the journal.
    pub name: Text,
    /// What it watches.
    #[serde(default)]
    pub on: Scope,
    /// When it fires.
    pub when: AlertCondition,
}

impl AlertCondition {
    /// How far back it looks, in seconds.
    pub fn reach_s(&self) -> f64 {
        match self {
            Self::Change { within_s, .. } => within_s.get(),
            Self::Burn { long_s, short_s, .. } => long_s.get().max(short_s.get()),
            _ => 0.0,
        }
    }

    /// Whether it concerns the site as the external probe sees it, not a component or an agent.
    pub const fn is_outside(&self) -> bool {
        matches!(self, Self::Certificate { .. } | Self::Probe { .. })
    }

    /// Whether it concerns several components together.
    pub const fn is_of_group(&self) -> bool {
        matches!(self, Self::Leaders { .. })
    }
}

/// The rules of a scenario that lists none. The levels are common ones; the times are compressed for teaching: ten seconds
/// instead of a minute before a page, burn windows of 60 and 5 s instead of an hour and five minutes.
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
    let rule = |name: &str, on, when| AlertRule { name: Text::new(name).unwrap_or_default(), on, when };
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
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_rules_survive_being_written_and_read() {
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
