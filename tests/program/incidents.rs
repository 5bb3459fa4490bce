//! `simulate` and `compare`: failures by cause, lost and stale data, the shared address, backends and alerts.

use serde_json::Value;

use crate::Home;

/// The sections of the table that only some runs have.
const SECTIONS: [&str; 5] = ["  Failures (whole run)", "  Databases", "  Shared address", "  Backends", "  Alerts"];

/// A slow application behind a balancer. `LIMIT` and `QUEUE` are replaced.
const SLOW: &str = r#"(id: "slow", title: "Slow", summary: "A slow application.", tls: (edge: None), traffic: (rate: 100.0),
    components: [(id: "lb-1", kind: LoadBalancer(queue_timeout_s: 1.0)),
        (id: "app-1", kind: App(), station: (slots: 10, queue: QUEUE, service: Constant(ms: 500.0))),
        (id: "db-1", kind: Database())],
    links: [(from: "lb-1", to: "app-1"LIMIT), (from: "app-1", to: "db-1")])"#;

/// The report of a run, and its table.
fn run(scenario: &str, arguments: &[&str]) -> (Value, String) {
    let home = Home::new();
    let said = |format: &[&str]| {
        let said = home.run([&["simulate", scenario], arguments, format].concat());
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{scenario} {arguments:?}");
        said.stdout
    };
    (serde_json::from_str(&said(&["--format", "json"])).expect("JSON"), said(&[]))
}

/// The sections of [`SECTIONS`] that a table has.
fn sections(table: &str) -> Vec<&str> {
    SECTIONS.into_iter().filter(|section| table.lines().any(|line| line.starts_with(section))).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a count: {value}"))
}

/// The failures by cause: failure, cause, component, flag.
fn causes(report: &Value) -> Vec<[Option<&str>; 4]> {
    let list = report["failed_by_cause"].as_array().expect("a list");
    list.iter().map(|it| ["failure", "cause", "component", "flag"].map(|name| it[name].as_str())).collect()
}

#[test]
fn a_healthy_run_has_no_incidents() {
    let (report, table) = run("design-0-repaired", &["--duration", "30s"]);
    assert_eq!(sections(&table), [""; 0], "{table}");
    assert!(causes(&report).is_empty() && report["alerts"].as_array().is_some_and(Vec::is_empty), "{report}");
    for database in report["databases"].as_object().expect("databases").values() {
        for name in ["lost_writes", "stale_reads", "divergent_writes"] {
            assert_eq!(database[name], 0, "{database}");
        }
    }
    assert_eq!(report["split_brain"], serde_json::json!([]));
    assert_eq!(report["shared_address"], serde_json::json!({"owners": ["lb-1"], "moves": 0, "last_move_s": null}));
    let backends = report["backends"].as_array().expect("backends");
    assert!(backends.len() >= 4 && backends.iter().all(|it| it["state"] == "UP" && it["went_down"] == 0), "{backends:?}");

    let (alone, _) = run("stage-0-simple", &["--duration", "2s"]);
    assert!(alone["shared_address"].is_null() && alone["backends"] == serde_json::json!([]), "{alone}");
}

#[test]
fn a_lost_server_is_reported_with_its_backend_its_alerts_and_the_stale_reads() {
    let (report, table) = run("stage-2-secured", &["--at", "20s kill server-2", "--at", "40s restore server-2"]);
    assert_eq!(sections(&table), [SECTIONS[0], SECTIONS[1], SECTIONS[3], SECTIONS[4]], "{table}");
    // Every failure has one cause.
    for (failure, total) in report["failed"].as_object().expect("counts") {
        let of = report["failed_by_cause"].as_array().expect("a list").iter().filter(|it| it["failure"] == failure.as_str());
        assert_eq!(of.map(|it| count(&it["count"])).sum::<u64>(), count(total), "{failure}");
    }
    // The balancer cannot connect to the dead server, and the other application is overloaded: its accept queue is full.
    let unavailable = Some("503 unavailable");
    assert!(causes(&report).contains(&[unavailable, Some("timeout"), Some("lb-1"), Some("sC")]), "{report}");
    assert!(causes(&report).contains(&[Some("504 gateway timeout"), Some("accept queue full"), Some("web-2"), None]), "{report}");

    // On a connection that has carried a request, the balancer does not send the error, but closes it, and logs nothing.
    assert!(causes(&report).contains(&[Some("connection closed without a response"), Some("timeout"), Some("lb-1"), None]));

    let backends = report["backends"].as_array().expect("backends");
    let [dead, other] = &backends[..] else { panic!("{backends:?}") };
    assert_eq!([&dead["balancer"], &dead["backend"], &dead["state"]], ["lb-1", "web-1", "UP"]);
    assert_eq!((count(&dead["went_down"]), count(&dead["went_up"]), count(&other["went_down"])), (1, 1, 0));
    assert!(dead["last_change_s"].as_f64().is_some_and(|at| (40.0..46.0).contains(&at)) && other["last_change_s"].is_null());
    assert!(table.contains("  lb-1 → web-1") && !table.contains("  lb-1 → web-2"), "{table}");

    // The replica received no changes for 20 s.
    assert!(count(&report["databases"]["db-2"]["stale_reads"]) > 100, "{report}");
    assert_eq!(
        (&report["databases"]["db-1"]["accepts_writes"], &report["databases"]["db-2"]["accepts_writes"]),
        (&true.into(), &false.into())
    );
    assert!(table.contains("       24 s  no data agent-2 firing\n"), "{table}");
}

#[test]
fn a_split_brain_and_the_writes_that_its_end_loses_are_reported() {
    let (report, table) = run("stage-2-secured", &["--duration", "40s", "--at", "20s promote db-2"]);
    assert_eq!(report["split_brain"], serde_json::json!(["db-1", "db-2"]));
    let divergent = count(&report["databases"]["db-1"]["divergent_writes"]);
    assert!(divergent > 100 && count(&report["databases"]["db-2"]["divergent_writes"]) == 0, "{report}");
    assert!(table.contains("  Split brain: db-1, db-2 accept writes, with different histories\n"), "{table}");

    let (report, table) = run("stage-2-secured", &["--duration", "40s", "--at", "20s promote db-2", "--at", "30s demote db-1"]);
    assert_eq!((&report["split_brain"], count(&report["databases"]["db-1"]["divergent_writes"])), (&serde_json::json!([]), 0));
    assert!(count(&report["databases"]["db-1"]["lost_writes"]) > 50 && !table.contains("Split brain"), "{report}");
}

#[test]
fn each_replication_reports_the_incidents_of_its_run() {
    let arguments = ["--duration", "20s", "--at", "5s promote db-2", "--at", "15s demote db-1"];
    let home = Home::new();
    let said = home.run([&["simulate", "stage-2-secured", "--replications", "2", "--format", "json"], &arguments[..]].concat());
    let all: Value = serde_json::from_str(&said.stdout).expect("JSON");
    let (first, _) = run("stage-2-secured", &arguments);
    for name in ["lost_writes", "stale_reads", "divergent_writes"] {
        let sum: u64 = first["databases"].as_object().expect("databases").values().map(|it| count(&it[name])).sum();
        assert_eq!(all["runs"][0][name], sum, "{name}");
    }
    assert!(count(&all["runs"][1]["lost_writes"]) > 0 && all["runs"][1]["address_moves"] == 0, "{all}");
}

#[test]
fn the_owner_of_the_shared_address_and_its_moves_are_reported() {
    let (report, table) = run("design-0-repaired", &["--duration", "30s", "--at", "10s kill lb-1"]);
    let address = &report["shared_address"];
    assert_eq!((&address["owners"], count(&address["moves"])), (&serde_json::json!(["lb-2"]), 1));
    // Two failed runs of the tracking script, and the skew of lb-2.
    assert!(address["last_move_s"].as_f64().is_some_and(|at| (11.6..12.7).contains(&at)), "{address}");
    assert!(table.contains("  held by lb-2; moved 1 time, last at 1"), "{table}");
    assert!(table.contains("redundancy lost lb-1 firing (low priority)"), "{table}");

    let (report, table) = run("design-0-repaired", &["--duration", "30s", "--at", "10s fault vrrp-blocked"]);
    let address = &report["shared_address"];
    assert_eq!(address["owners"], serde_json::json!(["lb-1", "lb-2"]));
    // Users reach the one that announced it last.
    assert_eq!(count(&address["moves"]), 1, "{address}");
    assert!(table.contains("held by lb-1 and lb-2: both machines have it; moved 1 time"), "{table}");
}

#[test]
fn a_503_is_split_by_cause_with_the_flag_of_the_balancer() {
    let home = Home::new();
    let unavailable = Some("503 unavailable");
    for (limit, queue, at, expected) in [
        (", maxconn: 10", "10", "9s send read", [unavailable, Some("queue timeout"), Some("lb-1"), Some("sQ")]),
        ("", "10", "9s send read", [unavailable, Some("accept queue full"), Some("lb-1"), Some("sC")]),
        ("", "5000", "2s kill app-1", [unavailable, Some("no backend"), Some("lb-1"), Some("SC")]),
    ] {
        let site = home.file("slow.ron", SLOW.replace("LIMIT", limit).replace("QUEUE", queue));
        let (report, table) = run(&site, &["--duration", "10s", "--at", at]);
        assert!(causes(&report).contains(&expected), "{expected:?}: {table}");
        // A full accept queue drops the SYNs of checks too, so the backend may go DOWN.
        let also = expected[1] == Some("accept queue full");
        let only = ["queue timeout", "accept queue full", "no backend"].into_iter();
        let only = only.filter(|cause| Some(*cause) != expected[1] && !(also && *cause == "no backend"));
        for other in only {
            assert!(causes(&report).iter().all(|cause| cause[1] != Some(other)), "{other} for {expected:?}: {table}");
        }
        let row = table.lines().find(|line| line.contains(expected[1].expect("a cause"))).expect("a row");
        assert!(row.ends_with(expected[3].unwrap_or("-")) && row.contains(expected[2].expect("a component")), "{row}");
    }
}

#[test]
fn compare_shows_incidents_of_either_design() {
    let home = Home::new();
    let said = |arguments: &[&str]| {
        let said = home.run([&["compare", "design-0-repaired", "design-0-repaired", "--duration", "30s"], arguments].concat());
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        said.stdout
    };
    assert!(!said(&[]).contains("Incidents"), "{}", said(&[]));
    let table = said(&["--at-b", "10s kill lb-1"]);
    let cells = |name: &str| {
        let line = table.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{name}: {table}"));
        line.trim_start().trim_start_matches(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cells("moves of the shared address")[..2], ["0", "1"]);
    assert!(cells("connection refused")[0] == "0" && cells("connection refused")[1].len() == 3, "{table}");
    assert_eq!(cells("alerts fired")[..2], ["0", "2"]);
    assert!(!table.contains("lost writes") && !table.contains("split brain"), "{table}");
    let table = said(&["--at-a", "10s fault vrrp-blocked", "--format", "json"]);
    let report: Value = serde_json::from_str(&table).expect("JSON");
    let owners = |side: &str| report[side]["simulation"]["shared_address"]["owners"].as_array().map(Vec::len);
    assert_eq!((owners("a"), owners("b")), (Some(2), Some(1)));
}

#[test]
fn refusals_and_guessed_passwords_are_reported() {
    let (report, table) = run("rate-limit", &["--duration", "30s", "--at", "10s abuse 200", "--at", "20s clear abuse 200"]);
    let (limits, attack) = (&report["rate_limits"], &report["attack"]);
    let refused: u64 = ["web-1", "web-2"].map(|web| count(&limits[web]["others"])).iter().sum();
    assert_eq!((count(&attack["sent"]), count(&attack["refused"])), (2_001, refused), "{attack}");
    assert!(count(&attack["verified"]) < 40 && refused > 1_900 && report["failed_total"] == 0, "{report}");
    let lines = ["  Rate limits (whole run)  refused users  refused others", "  Guessed passwords"];
    assert!(lines.iter().all(|line| table.lines().any(|said| said == *line)), "{table}");
    // All users together exceed a limit that does not learn their addresses. A balancer logs its refusals with a flag.
    for (site, expected) in [
        (
            r#"(id: "lb", kind: LoadBalancer(forwarded_for: false)), (id: "web", kind: Web(rate_limit: (rate: 50.0)))"#,
            [Some("429 too many requests"), Some("rate limit for all clients"), Some("web"), None],
        ),
        (
            r#"(id: "lb", kind: LoadBalancer(rate_limit: (rate: 0.01, refusal: Unavailable))), (id: "web", kind: Web())"#,
            [Some("503 unavailable"), Some("rate limit"), Some("lb"), Some("PR")],
        ),
    ] {
        let text = format!(
            r#"(id: "limited", tls: (edge: None), traffic: (rate: 100.0), components: [{site}, (id: "app", kind: App())],
                links: [(from: "lb", to: "web"), (from: "web", to: "app")])"#
        );
        let (report, table) = run(&Home::new().file("limited.ron", text), &["--duration", "20s"]);
        assert_eq!(causes(&report), [expected], "{table}");
        let refused = count(&report["rate_limits"][expected[2].expect("a component")]["users"]);
        assert!((900..1_500).contains(&refused), "{table}");
    }
}
