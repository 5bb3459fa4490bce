//! `simulate`: reports, errors, and interruption.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::docs::assert_documented;
use crate::pty::Pty;
use crate::{CTRL_C, Finished, Home, is_harmless};

/// The report of `simulate stage-2-secured` with these arguments.
fn report(arguments: &[&str]) -> Value {
    let home = Home::new();
    let output = home.run(["simulate", "stage-2-secured", "--format", "json"].iter().chain(arguments));
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    assert_eq!(output.stdout.lines().count(), 1, "one object on one line");
    serde_json::from_str(&output.stdout).expect("JSON")
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a count: {value}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number: {value}"))
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().expect("counts by name").values().map(count).sum()
}

#[test]
fn the_processors_of_servers_with_cores_are_reported() {
    let home = Home::new();
    let run = |more: &[&str]| {
        let output = home.run(["simulate", "shared-cores", "--duration", "20s", "--warmup", "5s"].iter().chain(more));
        assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{more:?}");
        output.stdout
    };
    let report: Value = serde_json::from_str(&run(&["--format", "json", "--at", "5s hog-cpu server-1 3"])).expect("JSON");
    let processor = &report["processors"]["server-1"];
    assert_eq!((count(&processor["cores"]), number(&processor["utilisation"])), (2, 1.0), "{processor}");
    assert_documented("simulate", processor.as_object().expect("a record").keys().chain([&"processors".to_owned()]));
    let others = number(&processor["others"]);
    assert!((0.05..0.6).contains(&others), "{processor}");
    assert!(run(&[]).contains("Processors  cores  utilisation  by others"));
    assert!(run(&["--replications", "2"]).contains("cores of server-1"));
    // A site without such servers has no processors.
    assert!(self::report(&["--duration", "1s"]).get("processors").is_none());
}

#[test]
fn the_numbers_of_a_report_are_consistent() {
    let script = ["--at", "5s kill server-2", "--at", "6s kill server-2", "--at", "8s restore server-2"];
    let report =
        report(&[&["--duration", "12s", "--warmup", "2s", "--rate", "150", "--tls", "passthrough"][..], &script].concat());
    assert_eq!(report["scenario"], "stage-2-secured");
    assert_eq!((count(&report["seed"]), &report["tls"]), (1, &Value::from("passthrough")));
    assert_eq!((number(&report["duration_s"]), number(&report["warmup_s"]), number(&report["rate_per_s"])), (12.0, 2.0, 150.0));
    assert_eq!(report["interrupted"], Value::from(false));
    let alerts = report["alerts"].as_array().expect("a list");
    // The last sample of agent-2 arrived before 5 s, and the first one after the restart at 10 s.
    let log: Vec<_> = alerts.iter().map(|it| (number(&it["at_s"]), it["rule"].as_str(), it["state"].as_str())).collect();
    assert_eq!(log, [(9.0, Some("no data"), Some("firing")), (10.005, Some("no data"), Some("resolved"))]);
    assert!(alerts.iter().all(|alert| alert["subject"] == "agent-2"), "{alerts:?}");
    let (offered, completed, in_flight) = (count(&report["offered"]), count(&report["completed"]), count(&report["in_flight"]));
    let failed = sum(&report["failed"]);
    assert_eq!(offered, completed + failed + in_flight);
    assert!((1_500..2_100).contains(&offered) && failed > 0 && failed == count(&report["failed_total"]), "{report}");

    let kinds = report["by_kind"].as_object().expect("kinds");
    for (whole, part) in [(offered, "offered"), (completed, "completed"), (failed, "failed")] {
        assert_eq!(kinds.values().map(|kind| count(&kind[part])).sum::<u64>(), whole, "{part}");
    }
    let window = &report["window"];
    assert_eq!((number(&window["from_s"]), number(&window["to_s"])), (2.0, 12.0));
    assert_eq!(sum(&window["failed"]), count(&window["failed_total"]));
    assert!((number(&window["throughput_per_s"]) - count(&window["completed"]) as f64 / 10.0).abs() < 1e-9);
    for latency in kinds.values().map(|kind| &kind["latency_ms"]).chain([&report["latency_ms"]]) {
        let of = |name: &str| number(&latency[name]);
        assert!(0.0 < of("p50") && of("p50") <= of("p95") && of("p95") <= of("p99") && of("p99") <= of("max"), "{latency}");
        assert!(of("mean") < of("max"), "{latency}");
    }
    assert_eq!(kinds.values().map(|kind| count(&kind["latency_ms"]["count"])).sum::<u64>(), count(&window["completed"]));

    let stations = report["stations"].as_object().expect("stations");
    assert!(stations.contains_key("lb-1") && stations.contains_key("fw-2") && !stations.contains_key("agent-1"));
    for (id, station) in stations {
        assert!((0.0..=1.0).contains(&number(&station["utilisation"])), "{id}: {station}");
        assert!(number(&station["mean_queue"]) >= 0.0 && number(&station["mean_wait_ms"]) >= 0.0, "{id}: {station}");
        assert!(count(&station["served"]) > 0 && station["dropped"].is_u64(), "{id}: {station}");
    }
    let (agent, dead) = (&report["agents"]["agent-1"], &report["agents"]["agent-2"]);
    assert_eq!(agent["qps"].as_array().map(Vec::len), Some(usize::try_from(count(&agent["samples"])).expect("a length")));
    assert!(number(&agent["last_qps"]) > 50.0 && number(&agent["last_sample_age_s"]) <= 1.1, "{agent}");
    assert!(count(&dead["samples"]) < count(&agent["samples"]), "the server of agent-2 was off: {dead}");

    let results: Vec<_> = report["script"].as_array().expect("a list").iter().collect();
    let results: Vec<_> = results.iter().map(|it| (number(&it["at_s"]), it["command"].as_str(), it["result"].as_str())).collect();
    assert_eq!(results[0], (5.0, Some("kill server-2"), Some("done")));
    assert_eq!(results[1], (6.0, Some("kill server-2"), Some("refused: server-2 is already down")));
    assert_eq!(results[2], (8.0, Some("restore server-2"), Some("done")));
    let columns = &report["per_second"];
    let total = |name: &str| columns[name].as_array().expect("a column").iter().map(count).sum::<u64>();
    assert_eq!((columns["mean_ms"].as_array().map(Vec::len), total("completed")), (Some(12), completed));
    assert!(count(&report["events"]) > offered && number(&report["wall_s"]) > 0.0);
    assert_eq!(report["trace_digest"].as_str().map(str::len), Some(16));
}

/// The names of all fields of a report, except keys that are names of components or reasons.
fn fields(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(object) => {
            object.iter().flat_map(|(name, value)| [&[name.as_str()][..], &inner(name, value)].concat()).collect()
        }
        Value::Array(items) => items.iter().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}

fn inner<'a>(name: &str, value: &'a Value) -> Vec<&'a str> {
    match (name, value) {
        ("failed", _) => Vec::new(),
        ("by_kind" | "stations" | "agents" | "databases", Value::Object(named)) => named.values().flat_map(fields).collect(),
        _ => fields(value),
    }
}

#[test]
fn every_field_of_a_report_is_documented() {
    let run = report(&["--duration", "10s", "--at", "1s kill agent-1", "--at", "2s kill web-1"]);
    let fields_of_a_run = fields(&run);
    assert!(fields_of_a_run.contains(&"result") && fields_of_a_run.contains(&"state"), "a script and an alert: {run}");
    assert_documented("simulate", fields_of_a_run);
    let runs = report(&["--duration", "5s", "--replications", "2"]);
    assert_documented("simulate", fields(&runs));
}

#[test]
fn commands_that_can_never_succeed_are_rejected_before_the_run() {
    let home = Home::new();
    // No resolver, no certificate, no balancer, no replica, and a database without a connection limit.
    let bare = home.file(
        "bare.ron",
        r#"(id: "bare", title: "Bare", summary: "A bare site.", tls: (edge: None), components: [(id: "web-1", kind: Web()),
            (id: "app-1", kind: App()), (id: "db-1", kind: Database())],
            links: [(from: "web-1", to: "app-1"), (from: "app-1", to: "db-1")])"#,
    );
    let bare = bare.as_str();
    for (scenario, command, why) in [
        ("stage-2-secured", "1s kill browser", "browser is the user"),
        ("stage-2-secured", "1s promote web-1", "web-1 is not a database"),
        ("stage-2-secured", "1s drain db-1", "db-1 is not a backend of a balancer"),
        ("stage-2-secured", "1s expire app-1", "app-1 has no certificate"),
        ("stage-2-secured", "1s leak web-1 5", "this fault is not possible here"),
        ("stage-2-secured", "1s hang lb-1 -> web-1", "is a link: it has no process"),
        ("stage-2-secured", "1s fix port-scan", "port-scan leaves nothing to fix"),
        (bare, "1s dns gone", "this fault is not possible here"),
        (bare, "1s clear dns gone", "this fault is not possible here"),
        (bare, "1s flaw web-1", "the software of web-1 is not known"),
        (bare, "1s stop-replication db-1", "this fault is not possible here"),
        (bare, "1s balance leastconn", "this infrastructure has no balancer"),
        (bare, "1s probe 5", "no monitoring service"),
        (bare, "1s fault dns-gone", "dns-gone cannot happen in bare"),
        (bare, "1s fault balancer-crash", "balancer-crash cannot happen in bare"),
        (bare, "1s fault replication-broken", "replication-broken cannot happen in bare"),
    ] {
        for run in [&["simulate", scenario, "--at"][..], &["trace", scenario, "--seconds", "2", "--at"]] {
            let said = home.run([run, &[command]].concat());
            assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""), "{command}");
            let place = if command.contains("fault ") || command.contains("fix ") { "--at:1:" } else { "1s: cannot " };
            assert!(said.stderr.contains(why) && said.stderr.contains(place), "{command}: {}", said.stderr);
        }
    }
    // Refused in this state only: the run takes place.
    for command in ["1s restore web-1", "1s clear hang app-1", "1s fix web-killed"] {
        let said = home.run(["simulate", bare, "--duration", "2s", "--at", command]);
        assert!(said.status == Some(0) && said.stdout.contains(": refused: "), "{command}: {said:?}");
    }
}

#[test]
fn a_month_of_ten_thousand_waiting_users_is_counted_exactly() {
    let home = Home::new();
    let crowd = home.file(
        "crowd.ron",
        r#"(format: 1, id: "crowd", title: "Crowd", summary: "A crowd.", tls: (edge: None),
            traffic: (arrivals: Closed(users: 20000, think: Exponential(mean_ms: 1000.0)), static_share: 1.0, write_share: 0.0,
                new_visitors: 0.0, patience_s: 86400.0),
            components: [(id: "browser", kind: Browser),
                (id: "web-1", kind: Web(), station: (slots: 1, queue: 1000000, connections: 1000000, service: Exponential(mean_ms: 0.01)))],
            links: [(from: "browser", to: "web-1", protocol: Http, latency_ms: 0.0)])"#,
    );
    let output = home.run(["simulate", &crowd, "--duration", "30d", "--at", "1s hang web-1", "--format", "json"]);
    assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let waiting = number(&report["stations"]["web-1"]["mean_queue"]);
    assert!((19_990.0..=20_000.0).contains(&waiting), "{waiting}");
}

#[test]
fn the_same_seed_gives_the_same_report_except_for_wall_time() {
    let run = |seed: &str| {
        let mut report = report(&["--duration", "3s", "--seed", seed, "--at", "1s kill web-1"]);
        // Wall time and memory are not part of the simulation.
        report["wall_s"] = Value::Null;
        report["peak_memory_kib"] = Value::Null;
        report
    };
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7")["trace_digest"], run("8")["trace_digest"]);
}

#[test]
fn a_script_may_be_long() {
    let home = Home::new();
    let lines: Vec<String> = (1..=1_000).rev().map(|ms| format!("{ms}ms send read")).collect();
    let report = report(&["--duration", "2s", "--rate", "0", "--script", &home.file("long.txt", lines.join("\n"))]);
    assert_eq!(count(&report["offered"]), 1_000);
    let given = report["script"].as_array().expect("a list");
    assert!(given.len() == 1_000 && given.iter().map(|it| number(&it["at_s"])).is_sorted());
}

#[test]
fn missing_measurements_are_null() {
    let report = report(&["--duration", "1s", "--rate", "0"]);
    assert_eq!((count(&report["offered"]), sum(&report["failed"])), (0, 0));
    for part in ["mean", "p50", "p95", "p99", "max"] {
        assert!(report["by_kind"]["read"]["latency_ms"][part].is_null(), "{part}");
    }
    assert!(report["window"]["error_ratio"].is_null() && report["stations"]["web-1"]["mean_wait_ms"].is_null());
    assert_eq!(report["stations"]["web-1"]["utilisation"], 0.0);
    assert!(report["agents"]["agent-1"]["last_sample_age_s"].is_null(), "the first sample is in flight");
}

#[test]
fn replications_are_in_the_order_of_their_seeds_with_intervals() {
    let run = || {
        let mut report = report(&["--duration", "4s", "--warmup", "1s", "--replications", "5", "--seed", "3"]);
        report["wall_s"] = Value::Null;
        report
    };
    let all = run();
    assert_eq!(all, run(), "independent of scheduling");
    let runs = all["runs"].as_array().expect("a list");
    assert_eq!(runs.iter().map(|run| count(&run["seed"])).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    let alone = report(&["--duration", "4s", "--warmup", "1s", "--seed", "5"]);
    for field in ["offered", "completed", "in_flight", "events", "trace_digest"] {
        assert_eq!(runs[2][field], alone[field], "{field}");
    }
    assert_eq!((&all["tls"], &all["rate_per_s"]), (&alone["tls"], &alone["rate_per_s"]));
    for run in runs {
        let of = |name: &str| count(&run[name]);
        assert_eq!(of("offered"), of("completed") + of("failed") + of("in_flight"));
    }
    let mean = runs.iter().map(|run| number(&run["throughput_per_s"])).sum::<f64>() / 5.0;
    let throughput = &all["throughput_per_s"];
    assert!((number(&throughput["mean"]) - mean).abs() < 1e-9 && count(&throughput["n"]) == 5, "{throughput}");
    for estimate in [throughput, &all["by_kind"]["read"]["latency_ms"]["p95"], &all["stations"]["app-1"]["utilisation"]] {
        let (low, high) = (number(&estimate["ci95"][0]), number(&estimate["ci95"][1]));
        assert!(low < number(&estimate["mean"]) && number(&estimate["mean"]) < high, "{estimate}");
    }
}

#[test]
fn the_tables_fit_80_columns() {
    let home = Home::new();
    let script = home.file("day.txt", "# a bad day\n1s kill lb-1 -> web-1  # the wire\n2s tls none\n3s kill lb-1\n");
    let one = ["simulate", "stage-2-secured", "--duration", "4s", "--at", "500ms send write", "--script", &script];
    let many = ["simulate", "stage-2-secured", "--duration", "2s", "--replications", "2"];
    for (arguments, shows) in [
        (
            &one[..],
            &[
                "p99",
                "app-1",
                "connection refused",
                "agent-3",
                "0.5 s  send write: done",
                "lb-1 -> web-1: done",
                "Seed 1, digest ",
            ][..],
        ),
        (&many, &["seeds 1 to 2", "read p95", "completed/s", "app-1"]),
    ] {
        let output = home.run(arguments);
        assert_eq!((output.status, output.stderr.as_str()), (Some(0), ""), "{output:?}");
        for part in shows {
            assert!(output.stdout.contains(part), "{part}: {}", output.stdout);
        }
        assert!(output.stdout.lines().all(|line| line.chars().count() <= 80) && is_harmless(&output.stdout), "{}", output.stdout);
        assert!(!output.stdout.contains("NaN") && !output.stdout.contains("inf"), "{}", output.stdout);
    }
}

#[test]
fn a_mistake_in_a_script_or_scenario_is_an_error_with_its_position() {
    let home = Home::new();
    let file = home.file("day.txt", "1s kill web-1\n  2s kil web-1\n");
    let late = home.file("late.txt", "2min kill web-1\n");
    let lines = format!("{file}:2:6:");
    for (arguments, says) in [
        (
            &["--at", "1s kill web-1", "--at", "20s kil server-2"][..],
            &["--at:2:5: expected a command", "did you mean `kill`?", "    ^"][..],
        ),
        (&["--at", "20s kill sever-2"], &["--at:1:10:", "found `sever-2`; did you mean `server-2`?"]),
        (&["--at", "20s rate 1e400"], &["--at:1:10:", "found `1e400`"]),
        (&["--at", ""], &["--at:1:1:", "found the end of the line"]),
        (&["--at", "20s kill \u{1b}[2J\u{202e}"], &["--at:1:10:"]),
        (&["--at", "61s kill web-1"], &["--at:1:1:", "61s is after the end of the run at 60s"]),
        (&["--script", &file], &[&lines, "did you mean `kill`?", "2 |   2s kil web-1"]),
        (&["--script", &late], &["late.txt", "120s is after the end"]),
        (&["--script", "/no/such/file"], &["cannot read /no/such/file"]),
    ] {
        let output = home.run(["simulate", "stage-2-secured"].iter().chain(arguments));
        assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{arguments:?}: {output:?}");
        for part in says {
            assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
        }
        assert!(is_harmless(&output.stderr), "{output:?}");
    }
    let output = home.run(["simulate", "stage-2-secure"]);
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains("did you mean `stage-2-secured`?"), "{output:?}");
    let output = home.run(["simulate", &home.file("broken.ron", "(\n  oops")]);
    assert!(output.status == Some(1) && output.stderr.contains("broken.ron:2:"), "{output:?}");
}

#[test]
fn usage_errors_have_status_2() {
    let home = Home::new();
    let long = "9".repeat(400) + "s";
    for (arguments, says) in [
        (&["--duration", "60"][..], "a time has a unit"),
        (&["--duration", "0s"], "longer than zero"),
        (&["--duration", "31d"], "at most 30 days"),
        (&["--duration", &long], "at most 30 days"),
        (&["--duration", "NaNs"], "expected a time"),
        (&["--duration", "1e400s"], "expected a time"),
        (&["--duration=-1s"], "expected a time"),
        (&["--duration", "5s", "--warmup", "5s"], "--warmup must be shorter"),
        (&["--rate", "NaN"], "found NaN"),
        (&["--rate=-1"], "found -1"),
        (&["--rate", "x"], "expected requests per second"),
        (&["--tls", "maybe"], "re-encrypt"),
        (&["--replications", "0"], "1..=10000"),
        (&["--format", "xml"], "possible values: table, json"),
        (&["--no-such-option"], "unexpected argument"),
    ] {
        let Finished { status, stdout, stderr } = home.run(["simulate", "stage-2-secured"].iter().chain(arguments));
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(says) && is_harmless(&stderr) && !stderr.contains("Usage: hoplight list"), "{says}: {stderr}");
    }
    assert_eq!(home.run(["simulate"]).status, Some(2));
    let help = home.run(["simulate", "--help"]);
    assert!(help.status == Some(0) && help.stdout.contains("kill COMPONENT|SERVER|FROM -> TO"), "{help:?}");
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let home = Home::new();
    for format in ["table", "json"] {
        let arguments = ["simulate", "stage-2-secured", "--duration", "2s", "--format", format];
        let mut child =
            home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let Finished { status, stderr, .. } = child.wait_with_output().expect("the program exits").into();
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{format}");
    }
}

/// Starts a long run with its report redirected to a file, so that the terminal shows only standard error.
fn endless(home: &Home, arguments: &str) -> (Pty, String) {
    let file = home.path().join("report").to_str().expect("UTF-8").to_owned();
    let mut command = home.in_terminal(&[]);
    let program = command.get_argv()[0].to_str().expect("UTF-8").to_owned();
    let line = format!("exec '{program}' simulate stage-2-secured --duration 30d {arguments} > '{file}'");
    let shell = command.get_argv_mut();
    *shell = ["/bin/sh", "-c", &line].map(Into::into).to_vec();
    (Pty::spawn(command, 80, 24), file)
}

#[test]
fn an_interrupted_run_reports_what_was_measured_so_far() {
    let home = Home::new();
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (mut pty, file) = endless(&home, "--warmup 1s --format json --at '29d kill web-1'");
        // The bar appears after a while.
        pty.wait_for("] ");
        pty.wait_for("%");
        match signal {
            Signal::INT => pty.send(CTRL_C),
            _ => pty.signal(signal),
        }
        assert_eq!(pty.wait_for_exit().exit_code(), status, "{}", pty.text());
        assert!(!pty.text().contains('%'), "the bar is erased: {}", pty.text());
        let text = std::fs::read_to_string(file).expect("a report");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(report["interrupted"], true);
        assert!((1.0..30.0 * 86_400.0).contains(&number(&report["duration_s"])));
        assert_eq!(report["script"][0]["result"], "not reached");
        let of = |name: &str| count(&report[name]);
        assert_eq!(of("offered"), of("completed") + of("failed_total") + of("in_flight"));
        assert!(of("completed") > 0);
    }
}

#[test]
fn interrupted_replications_report_those_that_finished() {
    let home = Home::new();
    let (mut pty, file) = endless(&home, "--replications 3");
    pty.wait_for("%");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 130, "{}", pty.text());
    let text = std::fs::read_to_string(file).expect("a report");
    assert!(text.contains("3 runs of 2592000 s, seeds 1 to 3; 0 finished before the interruption"), "{text}");
}
