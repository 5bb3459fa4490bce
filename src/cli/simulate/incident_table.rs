//! The sections of the table about incidents. A section without anything to report is left out.

use std::fmt::Write as _;

use hoplight_model::monitoring::AlertPriority;

use super::incidents::{AddressReport, IncidentReport};
use super::report::{AlertReport, Report};
use crate::cli::format::{Align, aligned, columns, seconds};

/// The failures by cause, or nothing.
pub(super) fn failures(incidents: &IncidentReport) -> String {
    if incidents.failed_by_cause.is_empty() {
        return String::new();
    }
    let mut rows = vec![["Failures (whole run)", "count", "cause", "at", "flag"].map(str::to_owned).to_vec()];
    for it in &incidents.failed_by_cause {
        let or_dash = |cell: Option<&str>| cell.unwrap_or("-").to_owned();
        let (cause, component) = (or_dash(it.cause), or_dash(it.component.as_deref()));
        rows.push(vec![it.failure.to_owned(), it.count.to_string(), cause, component, or_dash(it.flag)]);
    }
    format!("\n{}", aligned(&rows, &[Align::Left, Align::Right, Align::Left, Align::Left, Align::Left]))
}

/// The databases, the shared address, the backends and the alerts of a run.
pub(super) fn of(report: &Report) -> String {
    databases(&report.incidents)
        + &report.incidents.shared_address.as_ref().map_or_else(String::new, address)
        + &backends(&report.incidents)
        + &alerts(&report.alerts)
}

fn databases(incidents: &IncidentReport) -> String {
    let counts = incidents.of_databases(|it| it.lost_writes + it.stale_reads + it.divergent_writes);
    if counts == 0 && incidents.split_brain.is_empty() {
        return String::new();
    }
    let head = ["Databases", "accepts writes", "lost writes", "stale reads", "divergent writes"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (id, it) in &incidents.databases {
        let accepts = if it.accepts_writes { "yes" } else { "no" };
        let counts = [it.lost_writes, it.stale_reads, it.divergent_writes].map(|count| count.to_string());
        rows.push([id.clone(), accepts.to_owned()].into_iter().chain(counts).collect());
    }
    let mut text = format!("\n{}", columns(&rows));
    if !incidents.split_brain.is_empty() {
        let writers = incidents.split_brain.join(", ");
        let _ = writeln!(text, "  Split brain: {writers} accept writes, with different histories");
    }
    text
}

fn address(address: &AddressReport) -> String {
    let AddressReport { owners, moves, last_move_s } = address;
    if *moves == 0 && owners.len() == 1 {
        return String::new();
    }
    let held = match owners.as_slice() {
        [] => "held by no balancer".to_owned(),
        [owner] => format!("held by {owner}"),
        owners => format!("held by {}: both machines have it", owners.join(" and ")),
    };
    let times = if *moves == 1 { "time" } else { "times" };
    let last = last_move_s.map_or_else(String::new, |at| format!(", last at {}", seconds(at)));
    format!("\n  Shared address\n  {held}; moved {moves} {times}{last}\n")
}

fn backends(incidents: &IncidentReport) -> String {
    let mut rows = vec![["Backends", "at the end", "DOWN", "UP", "last change"].map(str::to_owned).to_vec()];
    for it in &incidents.backends {
        let Some(last) = it.last_change_s else { continue };
        let name = format!("{} → {}", it.balancer, it.backend);
        rows.push(vec![name, it.state.to_owned(), it.went_down.to_string(), it.went_up.to_string(), seconds(last)]);
    }
    if rows.len() == 1 { String::new() } else { format!("\n{}", columns(&rows)) }
}

fn alerts(alerts: &[AlertReport]) -> String {
    if alerts.is_empty() {
        return String::new();
    }
    let mut text = "\n  Alerts\n".to_owned();
    for it in alerts {
        let low = if it.priority == AlertPriority::Low.id() { " (low priority)" } else { "" };
        let _ = writeln!(text, "  {:>9}  {} {} {}{low}", seconds(it.at_s), it.rule, it.subject, it.state);
    }
    text
}
