//! The comparison as plain text: two columns of numbers, and the findings that only one design has.

use std::fmt::Write as _;

use crate::cli::analyze::report::Report as Analysis;
use crate::cli::format::{Align, aligned, hanging, number, percent, rounded_down, seconds};
use hoplight_analysis::{FindingRule, Severity};
use hoplight_model::text::sanitise;

use super::{CompareReport, Measured, Side};

/// Renders the comparison.
pub(super) fn of(comparison: &CompareReport) -> String {
    let CompareReport { seed, a, b } = comparison;
    let mut text = String::new();
    for (letter, side) in [("A", a), ("B", b)] {
        let Analysis { scenario, title, tls, .. } = &side.analysis;
        let _ = writeln!(text, "{letter}  {scenario}: {title}; TLS {tls}");
    }
    let run = &a.simulation;
    let _ = writeln!(
        text,
        "\nThe same traffic in both: {} requests/s, {} simulated, seed {seed}",
        number(a.analysis.load_rps),
        seconds(run.duration_s)
    );
    for (letter, side) in [("A", a), ("B", b)] {
        for given in &side.simulation.script {
            let _ = writeln!(text, "{letter}, at {}: {}", seconds(given.at_s), given.command);
        }
    }
    let both = [a, b];
    text += &block("On paper", &paper(both));
    text += &block("Measured", &measured(both));
    let incidents = incidents(both);
    if !incidents.is_empty() {
        text += &block("Incidents (whole run)", &incidents);
    }
    text += &only(a, b);
    sanitise(&text)
}

/// One quantity of both designs, and how it is formatted.
struct Row {
    name: String,
    values: [Option<f64>; 2],
    write: fn(Option<f64>) -> String,
}

fn row(name: impl Into<String>, values: [Option<f64>; 2], write: fn(Option<f64>) -> String) -> Row {
    Row { name: name.into(), values, write }
}

fn count(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"))
}

fn plain(value: Option<f64>) -> String {
    number(value)
}

fn floored(value: Option<f64>) -> String {
    rounded_down(value)
}

fn part(value: Option<f64>) -> String {
    percent(value)
}

fn block(title: &str, rows: &[Row]) -> String {
    let mut cells = vec![[title, "A", "B", "difference"].map(str::to_owned).to_vec()];
    for row in rows {
        let difference = match row.values {
            [Some(a), Some(b)] if (row.write)(Some(a)) == (row.write)(Some(b)) => "same".to_owned(),
            [Some(a), Some(b)] if a.abs() > 1e-12 && b > 0.0 && b / a >= 2.0 => format!("× {}", number(b / a)),
            [Some(a), Some(b)] => {
                let sign = if b > a { "+" } else { "−" };
                format!("{sign} {}", (row.write)(Some((b - a).abs())))
            }
            _ => String::new(),
        };
        cells.push(vec![row.name.clone(), (row.write)(row.values[0]), (row.write)(row.values[1]), difference]);
    }
    format!("\n{}", aligned(&cells, &[Align::Left, Align::Right, Align::Right, Align::Right]))
}

fn paper(sides: [&Side; 2]) -> Vec<Row> {
    let of = |get: &dyn Fn(&Analysis) -> Option<f64>| sides.map(|side| get(&side.analysis));
    let size = |list: usize| u32::try_from(list).ok().map(f64::from);
    let severity =
        |wanted: Severity| of(&|analysis| size(analysis.findings.iter().filter(|finding| finding.severity == wanted).count()));
    let mut rows = vec![
        row("findings: errors", severity(Severity::Error), count),
        row("findings: warnings", severity(Severity::Warning), count),
        row("findings: notes", severity(Severity::Note), count),
        row(
            "single points (servers, components)",
            of(&|analysis| size(analysis.spofs.iter().filter(|spof| matches!(spof.kind, "component" | "server")).count())),
            count,
        ),
        row(
            "hops readable on a network",
            of(&|analysis| size(analysis.plaintext_hops.iter().filter(|hop| hop.exposed).count())),
            count,
        ),
        row(
            "shared versions whose flaw stops a kind",
            of(&|analysis| size(analysis.shared_flaws.iter().filter(|flaw| !flaw.breaks.is_empty()).count())),
            count,
        ),
    ];
    for kind in ["static", "read", "write"] {
        let down = of(&|analysis| analysis.downtime.get(kind).map(|down| down.minutes_a_year / 60.0));
        rows.push(row(format!("downtime per year (h): {kind}"), down, plain));
    }
    for kind in ["static", "read", "write", "mix"] {
        let most = of(&|analysis| analysis.capacity.get(kind).and_then(|of| of.as_ref()).map(|of| of.rps));
        rows.push(row(format!("capacity (requests/s): {kind}"), most, floored));
    }
    rows.push(row("handshakes of a first login (ms)", of(&|analysis| Some(analysis.tls_price.handshake_ms)), plain));
    rows
}

fn measured(sides: [&Side; 2]) -> Vec<Row> {
    let of = |get: &dyn Fn(&Side) -> Option<f64>| sides.map(get);
    let mut rows = vec![
        row("completed/s", of(&|side| side.simulation.window.throughput_per_s), plain),
        row("failed", of(&|side| side.simulation.window.error_ratio), part),
    ];
    for kind in ["static", "read", "write"] {
        let latency = |side: &Side| side.simulation.by_kind.get(kind).map(|it| it.latency_ms.clone());
        rows.push(row(format!("{kind}: median (ms)"), of(&|side| latency(side)?.p50), plain));
        rows.push(row(format!("{kind}: p99 (ms)"), of(&|side| latency(side)?.p99), plain));
    }
    let busiest = |side: &Side| side.simulation.stations.values().filter_map(|it| it.utilisation).reduce(f64::max);
    rows.push(row("utilisation of the busiest station", of(&busiest), part));
    let processor = |side: &Side| side.simulation.processors.values().filter_map(|it| it.utilisation).reduce(f64::max);
    let processors = of(&processor);
    if processors.iter().any(Option::is_some) {
        rows.push(row("utilisation of the busiest server's cores", processors, part));
    }
    rows
}

/// Counts of incidents, without those that are zero in both designs.
fn incidents(sides: [&Side; 2]) -> Vec<Row> {
    let of = |get: &dyn Fn(&Measured) -> u64| sides.map(|side| Some(get(&side.simulation) as f64));
    let alerts = |state: &str| of(&|run| run.alerts.iter().filter(|alert| alert.state == state).count() as u64);
    let extra_owners = |run: &Measured| run.incidents.shared_address.as_ref().map_or(0, |address| address.extra_owners() as u64);
    let mut causes: Vec<(&str, Option<&str>)> =
        sides.iter().flat_map(|side| &side.simulation.incidents.failed_by_cause).map(|it| (it.failure, it.cause)).collect();
    causes.sort_unstable();
    causes.dedup();
    let mut rows = Vec::new();
    for (failure, cause) in causes {
        let failed = |run: &Measured| {
            let same = run.incidents.failed_by_cause.iter().filter(|it| (it.failure, it.cause) == (failure, cause));
            same.map(|it| it.count).sum()
        };
        let cause = cause.map_or_else(String::new, |cause| format!(" ({cause})"));
        rows.push(row(format!("{failure}{cause}"), of(&failed), count));
    }
    rows.extend([
        row("lost writes", of(&|run| run.incidents.of_databases(|it| it.lost_writes)), count),
        row("stale reads", of(&|run| run.incidents.stale_reads()), count),
        row("divergent writes", of(&|run| run.incidents.of_databases(|it| it.divergent_writes)), count),
        row("databases in a split brain", of(&|run| run.incidents.split_brain.len() as u64), count),
        row("moves of the shared address", of(&|run| run.incidents.address_moves()), count),
        row("excess owners of the shared address", of(&extra_owners), count),
        row("backends marked DOWN", of(&|run| run.incidents.backends.iter().map(|it| it.went_down).sum()), count),
        row("backends marked UP", of(&|run| run.incidents.backends.iter().map(|it| it.went_up).sum()), count),
        row("alerts fired", alerts("firing"), count),
        row("alerts resolved", alerts("resolved"), count),
    ]);
    rows.retain(|row| row.values != [Some(0.0); 2]);
    rows
}

/// Lists the rules whose findings differ, with the elements that only one design has.
fn only(a: &Side, b: &Side) -> String {
    let mut text = String::from("\nFindings in only one design\n");
    let mut same = true;
    for rule in FindingRule::ALL {
        let subjects = |side: &Side| -> Vec<String> {
            let found = side.analysis.findings.iter().filter(|finding| finding.id == rule.id());
            found.map(|finding| finding.subject.clone()).collect()
        };
        let (in_a, in_b) = (subjects(a), subjects(b));
        let alone = |mine: &[String], other: &[String]| -> String {
            let alone: Vec<&str> = mine.iter().filter(|name| !other.contains(name)).map(String::as_str).collect();
            if alone.is_empty() { "-".to_owned() } else { alone.join(", ") }
        };
        let (only_a, only_b) = (alone(&in_a, &in_b), alone(&in_b, &in_a));
        if only_a == only_b {
            continue;
        }
        same = false;
        let _ = writeln!(text, "  {}  {}", rule.severity(), rule.id());
        text += &hanging("A  ", &only_a, 4);
        text += &hanging("B  ", &only_b, 4);
    }
    if same {
        text += "  none\n";
    }
    text
}
