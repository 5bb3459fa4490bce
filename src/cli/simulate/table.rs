//! Reports as plain text, at most 80 columns wide unless names are very long.

use std::fmt::Write as _;

use hoplight_model::text::sanitise;

use super::estimate::Estimate;
use super::incident_table;
use super::replications::{LatencyEstimate, Replications};
use super::report::{LatencyReport, Report};
use crate::cli::format::{columns, number, percent, seconds};

/// Renders the report of one run.
pub(super) fn of_run(report: &Report) -> String {
    let Report { window, .. } = report;
    let mut text = format!("{}: {}\n", report.scenario, report.title);
    let stopped = if report.interrupted { " (interrupted)" } else { "" };
    let _ = writeln!(
        text,
        "{} simulated{stopped}, TLS {}, {} requests/s\n",
        seconds(report.duration_s),
        report.tls,
        number(report.rate_per_s)
    );
    let mut rows = vec![row(["Requests", "offered", "completed", "failed"])];
    for (kind, it) in &report.by_kind {
        rows.push(row([kind, &it.offered.to_string(), &it.completed.to_string(), &it.failed.to_string()]));
    }
    rows.push(row(["all", &report.offered.to_string(), &report.completed.to_string(), &report.failed_total.to_string()]));
    text += &columns(&rows);
    let _ = writeln!(text, "  {} in flight at the end", report.in_flight);

    let _ = writeln!(
        text,
        "\nMeasured from {} to {}: {} completed/s, error ratio {}\n",
        seconds(window.from_s),
        seconds(window.to_s),
        number(window.throughput_per_s),
        percent(window.error_ratio)
    );
    let mut rows = vec![row(["Latency (ms)", "count", "mean", "p50", "p95", "p99", "max"])];
    let kinds = report.by_kind.iter().map(|(kind, it)| (*kind, &it.latency_ms));
    rows.extend(kinds.chain([("all", &report.latency_ms)]).map(|(name, latency)| latency_row(name, latency)));
    text += &columns(&rows);

    text += &incident_table::failures(&report.incidents);

    text += "\n";
    let mut rows = vec![row(["Stations", "utilisation", "mean queue", "mean wait (ms)", "served", "dropped"])];
    for (id, it) in &report.stations {
        let (served, dropped) = (it.served.to_string(), it.dropped.to_string());
        rows.push(row([id, &percent(it.utilisation), &number(it.mean_queue), &number(it.mean_wait_ms), &served, &dropped]));
    }
    text += &columns(&rows);

    if !report.processors.is_empty() {
        text += "\n";
        let mut rows = vec![row(["Processors", "cores", "utilisation", "by others"])];
        for (id, it) in &report.processors {
            rows.push(row([id, &it.cores.to_string(), &percent(it.utilisation), &percent(it.others)]));
        }
        text += &columns(&rows);
    }

    if !report.agents.is_empty() {
        text += "\n";
        let mut rows = vec![row(["Agents", "samples", "last req/s", "sample age (s)"])];
        for (id, it) in &report.agents {
            let last = number(it.last_qps.map(f64::from));
            rows.push(row([id, &it.samples.to_string(), &last, &number(it.last_sample_age_s)]));
        }
        text += &columns(&rows);
    }
    text += &incident_table::of(report);
    if !report.script.is_empty() {
        text += "\n  Script\n";
        for given in &report.script {
            let _ = writeln!(text, "  {:>9}  {}: {}", seconds(given.at_s), given.command, given.result);
        }
    }
    let _ = writeln!(text, "\nSeed {}, digest {}", report.seed, report.trace_digest);
    let _ = writeln!(text, "{}, {:.2} s of wall time", events(report.events), report.wall_s);
    safe(&text)
}

/// Renders the report of several runs.
pub(super) fn of_replications(report: &Replications) -> String {
    let mut text = format!("{}: {}\n", report.scenario, report.title);
    let last = report.seed.wrapping_add(u64::from(report.asked) - 1);
    let stopped =
        if report.interrupted { format!("; {} finished before the interruption", report.finished) } else { String::new() };
    let _ = writeln!(text, "{} runs of {}, seeds {} to {last}{stopped}", report.asked, seconds(report.duration_s), report.seed);
    if let (Some(tls), rate) = (report.tls, report.rate_per_s) {
        let _ = writeln!(text, "TLS {tls}, {} requests/s", number(rate));
    }
    let _ = writeln!(text, "Measured from {} on; means with 95 % confidence intervals (Student's t)\n", seconds(report.warmup_s));
    let head = |name: &str| row([name, "mean", "from", "to"]);
    let mut rows = vec![head("All requests")];
    rows.push(estimate("completed/s", report.throughput_per_s, number));
    rows.push(estimate("failed", report.error_ratio, percent));
    text += &columns(&rows);
    text += "\n";
    let mut rows = vec![head("Latency (ms)")];
    for (kind, it) in &report.by_kind {
        rows.extend(latency_estimates(kind, &it.latency_ms));
    }
    rows.extend(latency_estimates("all", &report.latency_ms));
    text += &columns(&rows);
    text += "\n";
    let mut rows = vec![head("Utilisation")];
    rows.extend(report.stations.iter().map(|(id, it)| estimate(id, it.utilisation, percent)));
    rows.extend(report.processors.iter().map(|(id, it)| estimate(&format!("cores of {id}"), it.utilisation, percent)));
    text += &columns(&rows);
    let _ = writeln!(text, "\n{}, {:.2} s of wall time", events(report.events), report.wall_s);
    safe(&text)
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn latency_row(name: &str, latency: &LatencyReport) -> Vec<String> {
    let LatencyReport { count, mean, p50, p95, p99, max } = latency;
    let numbers = [mean, p50, p95, p99, max].map(|value| number(*value));
    [name.to_owned(), count.to_string()].into_iter().chain(numbers).collect()
}

fn latency_estimates(kind: &str, latency: &LatencyEstimate) -> [Vec<String>; 4] {
    let LatencyEstimate { mean, p50, p95, p99 } = latency;
    [("mean", mean), ("p50", p50), ("p95", p95), ("p99", p99)]
        .map(|(name, value)| estimate(&format!("{kind} {name}"), *value, number))
}

fn estimate(name: &str, estimate: Estimate, show: impl Fn(Option<f64>) -> String) -> Vec<String> {
    let Estimate { mean, ci95, .. } = estimate;
    vec![name.to_owned(), show(mean), show(ci95.map(|ends| ends[0])), show(ci95.map(|ends| ends[1]))]
}

fn events(count: u64) -> String {
    format!("{count} event{}", if count == 1 { "" } else { "s" })
}

/// Removes control characters. Names come from checked files; this is a second line of defence.
fn safe(text: &str) -> String {
    sanitise(text)
}
