//! Alert conditions and levels in words.

use hoplight_model::monitoring::{AlertCondition, Shift};
use hoplight_model::{Bound, Metric};

/// Formats a metric's value with its unit, short enough for a chart's axis.
pub fn level(metric: Metric, value: f64) -> String {
    match metric {
        _ if value.is_infinite() => "unknown".to_owned(),
        Metric::Utilisation | Metric::Cpu | Metric::ErrorRatio | Metric::Connections | Metric::HitRatio => {
            let percent = value * 100.0;
            if percent == 0.0 || percent >= 10.0 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
        }
        Metric::P50 | Metric::P95 | Metric::P99 => format!("{} ms", number(value)),
        Metric::Lag => format!("{} s", number(value)),
        Metric::Qps | Metric::FailedHandshakes => format!("{}/s", number(value)),
        Metric::Queue | Metric::BackendsDown | Metric::Evictions => number(value),
        Metric::SemiSync => if value >= 1.0 { "on" } else { "off" }.to_owned(),
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 || value >= 10.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// Returns a metric's name on a chart.
pub const fn name(metric: Metric) -> &'static str {
    match metric {
        Metric::Qps => "requests per second",
        Metric::Utilisation => "busy",
        Metric::Cpu => "CPU of the server",
        Metric::Queue => "waiting",
        Metric::P50 => "p50",
        Metric::P95 => "p95",
        Metric::P99 => "p99",
        Metric::ErrorRatio => "errors",
        Metric::FailedHandshakes => "failed handshakes",
        Metric::Connections => "connections in use",
        Metric::HitRatio => "hit ratio",
        Metric::Evictions => "evictions in 10 s",
        Metric::Lag => "lag",
        Metric::BackendsDown => "backends DOWN",
        Metric::SemiSync => "semi-sync",
    }
}

/// Returns what a metric measures, as a sentence.
pub const fn meaning(metric: Metric) -> &'static str {
    match metric {
        Metric::Qps => "requests of an interval, divided by its length.",
        Metric::Utilisation => "share of the slots in use: workers, threads or connections.",
        Metric::Cpu => "share of the server's cores in use, in the last second.",
        Metric::Queue => "requests in the queue when the sample was taken.",
        Metric::P50 => "half of the responses took at most this long.",
        Metric::P95 => "95 of 100 responses took at most this long.",
        Metric::P99 => "99 of 100 responses took at most this long.",
        Metric::ErrorRatio => "share of the responses with an error status.",
        Metric::FailedHandshakes => "TLS handshakes per second that failed.",
        Metric::Connections => "share of the allowed ones; at 100 %, new ones fail.",
        Metric::Lag => "how many seconds the replica is behind its primary.",
        Metric::BackendsDown => "backends out of rotation after failed health checks.",
        Metric::HitRatio => "share of the lookups that the cache answers itself.",
        Metric::Evictions => "entries removed for lack of room, in the last 10 s.",
        Metric::SemiSync => "whether each write waits for a replica's acknowledgement.",
    }
}

/// Describes a condition in a few words.
pub fn words(when: &AlertCondition) -> String {
    match when {
        AlertCondition::Threshold { metric, is, for_s } => {
            let (side, value) = match is {
                Bound::Over(value) => ("over", value.get()),
                Bound::Under(value) => ("under", value.get()),
            };
            let long = for_s.map_or_else(String::new, |time| format!(" for {} s", time.get()));
            format!("{} {side} {}{long}", name(*metric), level(*metric, value))
        }
        AlertCondition::Change { metric, by, within_s, .. } => {
            let (verb, part) = match by {
                Shift::Fall(part) => ("fall", part.get()),
                Shift::Rise(part) => ("rise", part.get()),
            };
            format!("{} {verb} by more than {:.0} % within {} s", name(*metric), part * 100.0, within_s.get())
        }
        AlertCondition::Absence { intervals } => format!("no sample for {intervals} intervals"),
        AlertCondition::TargetDown { for_s } => {
            let long = for_s.map_or_else(String::new, |time| format!(" for {} s", time.get()));
            format!("up = 0: a scrape failed{long}")
        }
        AlertCondition::Certificate { days } => format!("the certificate expires in {} days or less", days.get()),
        AlertCondition::Burn { rate, long_s, short_s, .. } => {
            format!("the error budget is spent {} × too fast, over {} s and over {} s", rate.get(), long_s.get(), short_s.get())
        }
        AlertCondition::Leaders { for_s } => {
            let long = for_s.map_or_else(String::new, |time| format!(" for {} s", time.get()));
            format!("a cluster has no writable database, or several{long}")
        }
        AlertCondition::Redundancy { for_s } => {
            let long = for_s.map_or_else(String::new, |time| format!(" for {} s", time.get()));
            format!("a database of a cluster or a balancer of a pair is not running{long}")
        }
        AlertCondition::Probe { failures } => format!("the probe fails {failures} times in a row"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_model::monitoring::usual_alerts;

    #[test]
    fn every_default_rule_has_a_distinct_description() {
        let mut said: Vec<String> = usual_alerts().iter().map(|rule| words(&rule.when)).collect();
        assert!(said.contains(&"errors over 1.0 % for 10 s".to_owned()), "{said:?}");
        assert!(said.contains(&"p99 over 1000 ms for 10 s".to_owned()), "{said:?}");
        said.sort();
        said.dedup();
        assert_eq!(said.len(), usual_alerts().len());
    }
}
