//! The alert rules of the site, written as in a scenario file.

use hoplight_model::MonitoringSpec;
use hoplight_model::monitoring::{AlertPriority, AlertRule};
use hoplight_model::ron_text::options;

use super::values::parse;
use super::{Field, FieldId};
use crate::monitor::words;

const HELP: &str = "When the monitoring service alerts, as in (name: \"errors\", on: Entry, when: Threshold(metric: ErrorRatio, is: \
                    Over(0.01), for_s: 15.0)). `priority: Low` does not page. An empty line removes the rule.";

/// The alert rules, with an empty one at the end.
pub(super) fn fields(monitoring: &MonitoringSpec) -> Vec<Field> {
    let written = |rule: &AlertRule| options().to_string(rule).expect("settings can be written");
    let texts = monitoring.alerts.iter().map(written).chain(std::iter::once(String::new()));
    let field = |(place, value)| {
        let summary = monitoring.alerts.get(place).map(summary);
        Field { summary, ..Field::typed(FieldId::Alert(place), format!("alert {}", place + 1), HELP, value) }
    };
    texts.enumerate().map(field).collect()
}

/// A rule in words, as in `errors: error ratio over 1 % for 15 s`.
fn summary(rule: &AlertRule) -> String {
    let pages = match rule.priority {
        AlertPriority::High => "",
        AlertPriority::Low => ", does not page",
    };
    format!("{}: {}{pages}", rule.name, words(&rule.when))
}

/// Sets an alert rule; an empty text removes it.
pub(super) fn set(monitoring: &mut MonitoringSpec, place: usize, text: &str) -> Result<(), String> {
    let alerts = &mut monitoring.alerts;
    if text.is_empty() {
        if place < alerts.len() {
            alerts.remove(place);
        }
        return Ok(());
    }
    let rule: AlertRule = parse(text)?;
    match alerts.get_mut(place) {
        Some(known) => *known = rule,
        None => alerts.push(rule),
    }
    Ok(())
}
