//! Alert conditions and levels in words.

use hoplight_model::monitoring::{AlertCondition, Shift};
use hoplight_model::{Bound, Metric};

/// Formats a metric's value with its unit, short enough for a chart's axis.
pub fn level(metric: Metric, value: f64) -> String {
    match metric {
        _ if value.is_infinite() => "unknown".to_owned(),
        Metric::Utilisation | Metric::ErrorRatio | Metric::Connections | Metric::HitRatio => {
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
            format!("burn rate over {} in {} s and in {} s", rate.get(), long_s.get(), short_s.get())
        }
        AlertCondition::Leaders { for_s } => {
            let long = for_s.map_or_else(String::new, |time| format!(" for {} s", time.get()));
            format!("not exactly one leader{long}")
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
