//! The sections of the table about incidents. A section without anything to report is left out.

use std::fmt::Write as _;

use hoplight_model::monitoring::AlertPriority;

use super::incidents::{AddressReport, AttackReport, IncidentReport, PagingReport};
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
        + &caches(&report.incidents)
        + &rate_limits(&report.incidents)
        + &report.incidents.attack.as_ref().map_or_else(String::new, attack)
        + &report.incidents.shared_address.as_ref().map_or_else(String::new, address)
        + &backends(&report.incidents)
        + &alerts(&report.alerts)
        + &report.incidents.paging.as_ref().map_or_else(String::new, paging)
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

fn caches(incidents: &IncidentReport) -> String {
    if incidents.caches.is_empty() {
        return String::new();
    }
    let head = ["Caches (whole run)", "hit ratio", "hits", "misses", "expired", "evicted", "stale reads", "entries"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (id, it) in &incidents.caches {
        let ratio = it.hit_ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{:.1} %", ratio * 100.0));
        let counts = [it.hits, it.misses, it.expired, it.evictions, it.stale_reads, u64::from(it.entries)];
        rows.push([id.clone(), ratio].into_iter().chain(counts.map(|count| count.to_string())).collect());
    }
    format!("\n{}", columns(&rows))
}

fn rate_limits(incidents: &IncidentReport) -> String {
    if incidents.rate_limits.is_empty() {
        return String::new();
    }
    let mut rows = vec![["Rate limits (whole run)", "refused users", "refused others"].map(str::to_owned).to_vec()];
    for (id, it) in &incidents.rate_limits {
        rows.push(vec![id.clone(), it.users.to_string(), it.others.to_string()]);
    }
    format!("\n{}", columns(&rows))
}

fn attack(attack: &AttackReport) -> String {
    let AttackReport { sent, verified, refused, failed } = attack;
    format!("\n  Guessed passwords\n  {sent} logins sent, {verified} verified, {refused} refused (429), {failed} failed\n")
}

fn address(address: &AddressReport) -> String {
    let AddressReport { owners, moves, last_move_s, addresses } = address;
    if *moves == 0 && owners.len() == *addresses {
        return String::new();
    }
    let held = match owners.as_slice() {
        [] => "held by no balancer".to_owned(),
        [owner] => format!("held by {owner}"),
        [owner, second] if owner == second => format!("both held by {owner}"),
        owners if address.extra_owners() > 0 => format!("held by {}: both machines have it", owners.join(" and ")),
        owners => format!("held by {}", owners.join(" and ")),
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

/// The pages, and the failures that caused none; nothing if there were neither.
fn paging(paging: &PagingReport) -> String {
    let PagingReport { alerts, dead_mans_switch_s, service_down_s, failed_without_alert, failed_while_down } = paging;
    let switched = dead_mans_switch_s.as_deref().unwrap_or_default();
    if *alerts == 0 && switched.is_empty() && service_down_s.is_empty() && *failed_without_alert == 0 {
        return String::new();
    }
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    let mut text = "\n  Pages\n".to_owned();
    let _ = writeln!(text, "  {alerts} alert{} fired", plural(*alerts));
    for at in switched {
        let _ = writeln!(text, "  {:>9}  the dead man's switch paged: no heartbeat from the monitoring service", seconds(*at));
    }
    for (from, to) in service_down_s {
        let end = to.map_or_else(|| "the end".to_owned(), seconds);
        let _ = writeln!(text, "  no monitoring service ran from {} to {end}: no samples, no alerts", seconds(*from));
    }
    if *failed_without_alert > 0 {
        let down = if *failed_while_down > 0 {
            format!(", {failed_while_down} of them while monitoring was down")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  {failed_without_alert} request{} failed while no alert was firing{down}",
            plural(*failed_without_alert)
        );
    }
    text
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
