//! `analyze`, `compare` and `list rules`.

use hoplight::analysis::FindingRule;
use hoplight::text::{self, RuleText};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::docs::assert_documented;
use crate::{Finished, Home, is_harmless};

/// A small complete site.
const OWN: &str = r#"(
    title: "Corner shop",
    components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
    links: [(from: "web", to: "app"), (from: "app", to: "db")],
)"#;

/// A site without a database, where reads and writes cannot work.
const WITHOUT_DATABASE: &str = r#"(
    components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
    links: [(from: "web", to: "app"), (from: "app", to: "db", kinds: [Static])],
)"#;

/// Standard output of a command, which must succeed without messages.
fn stdout_of(home: &Home, arguments: &[&str]) -> String {
    let Finished { status, stdout, stderr } = home.run(arguments);
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    stdout
}

/// Parsed JSON output of a command.
fn parsed(home: &Home, arguments: &[&str]) -> Value {
    let text = stdout_of(home, &[arguments, &["--format", "json"]].concat());
    assert_eq!(text.lines().count(), 1, "one object on one line");
    serde_json::from_str(&text).expect("JSON")
}

/// JSON analysis of a scenario.
fn analysis(scenario: &str, arguments: &[&str]) -> Value {
    parsed(&Home::new(), &[&["analyze", scenario], arguments].concat())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list: {value}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number: {value}"))
}

/// The keys of an object, sorted because `serde_json` does not keep their order.
fn keys(value: &Value) -> Vec<&str> {
    sorted(value.as_object().unwrap_or_else(|| panic!("an object: {value}")).keys().map(String::as_str))
}

fn sorted<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.into_iter().collect();
    words.sort_unstable();
    words
}

/// The values of one field in all rows.
fn column<'a>(rows: &'a Value, field: &str) -> Vec<&'a str> {
    list(rows).iter().map(|row| row[field].as_str().unwrap_or_else(|| panic!("{field}: {row}"))).collect()
}

/// The hops that are readable on a network.
fn exposed(analysis: &Value) -> Vec<String> {
    let hops = list(&analysis["plaintext_hops"]).iter().filter(|hop| hop["exposed"] == true);
    hops.map(|hop| format!("{} {}", hop["from"].as_str().expect("a name"), hop["to"].as_str().expect("a name"))).collect()
}

/// The subjects of all findings of a rule.
fn found<'a>(analysis: &'a Value, rule: &str) -> Vec<&'a str> {
    let findings = list(&analysis["findings"]).iter().filter(|finding| finding["id"] == rule);
    findings.map(|finding| finding["subject"].as_str().expect("a name")).collect()
}

/// The names of all shipped scenarios.
fn scenarios(home: &Home) -> Vec<String> {
    let listed = parsed(home, &["list", "scenarios"]);
    column(&listed["scenarios"], "id").into_iter().map(str::to_owned).collect()
}

fn assert_narrow(text: &str, what: &str) {
    assert!(is_harmless(text), "{what}: {text:?}");
    for line in text.lines() {
        assert!(line.width() <= 80, "{what}: {} columns: {line}", line.width());
        assert_eq!(line, line.trim_end(), "{what}: trailing spaces");
    }
}

#[test]
fn the_json_of_an_analysis_has_its_keys_and_the_documentation_names_them() {
    let analysis = analysis("stage-2-secured", &["--cuts", "2", "--load", "400"]);
    let wanted = [
        "scenario",
        "title",
        "tls",
        "load_rps",
        "broken",
        "spofs",
        "losses",
        "cuts",
        "cuts_unfinished",
        "cuts_up_to",
        "assumed",
        "plaintext_hops",
        "tls_price",
        "tls_prices",
        "shared_flaws",
        "availability",
        "downtime",
        "capacity",
        "saturates",
        "capacity_spofs",
        "reach",
        "findings",
    ];
    assert_eq!(keys(&analysis), sorted(wanted));
    let price = ["tls", "web_to_app", "app_to_db", "handshakes", "handshake_ms", "keys_at", "lost", "exposed", "why"];
    let rows = [
        ("spofs", vec!["kind", "id", "breaks", "degrades", "why", "path"]),
        ("losses", vec!["kind", "id", "verdicts", "failing", "stability", "simulated", "why"]),
        ("cuts", vec!["causes", "breaks", "why"]),
        ("plaintext_hops", vec!["from", "to", "carries", "exposed", "reads", "labels", "readers"]),
        ("shared_flaws", vec!["software", "components", "breaks", "why"]),
        ("capacity_spofs", vec!["id", "overloads", "rps_left", "why"]),
        ("reach", vec!["from", "to", "port", "open", "by"]),
        ("tls_prices", price.to_vec()),
        ("findings", vec!["id", "severity", "title", "subject", "message", "why", "fix"]),
    ];
    let mut named: Vec<&str> = wanted.to_vec();
    for (list_of, fields) in rows {
        let all = list(&analysis[list_of]);
        assert!(!all.is_empty(), "{list_of}");
        assert!(all.iter().all(|row| keys(row) == sorted(fields.iter().copied())), "{list_of}: {all:?}");
        named.extend(fields);
    }
    assert_eq!(keys(&analysis["availability"]), ["read", "static", "write"]);
    assert_eq!(keys(&analysis["downtime"]), ["read", "static", "write"]);
    assert_eq!(keys(&analysis["capacity"]), ["mix", "read", "static", "write"]);
    let objects = [
        (&analysis["downtime"]["read"], vec!["unavailability", "minutes_a_year", "method", "interval", "contributors"]),
        (&analysis["downtime"]["read"]["contributors"][0], vec!["id", "share", "minutes_a_year"]),
        (&analysis["capacity"]["mix"], vec!["rps", "bottleneck", "why"]),
        (&analysis["tls_price"], price.to_vec()),
    ];
    for (object, fields) in objects {
        assert_eq!(keys(object), sorted(fields.iter().copied()));
        named.extend(fields);
    }
    assert_documented("analyze", named);
}

#[test]
fn the_analysis_of_the_secured_site_is_correct() {
    let analysis = analysis("stage-2-secured", &[]);
    assert_eq!((&analysis["scenario"], &analysis["tls"]), (&"stage-2-secured".into(), &"terminate".into()));
    assert_eq!((number(&analysis["load_rps"]), &analysis["broken"]), (100.0, &json!({})));
    // There is one balancer on one server, and one primary on another. The loss of one web server stops nothing.
    let spofs = list(&analysis["spofs"]);
    let breaks = |id: &str| spofs.iter().find(|spof| spof["id"] == id).map(|spof| spof["breaks"].clone());
    let all = json!(["static", "read", "write"]);
    for (id, kinds) in [
        ("dns", Some(all.clone())),
        ("fw-1", Some(all.clone())),
        ("lb-1", Some(all.clone())),
        ("server-1", Some(all.clone())),
        ("zone www.foobar.com", Some(all.clone())),
        // Users' idle connections close within 10 s, then each needs the certificate for a handshake.
        ("certificate www.foobar.com", Some(all)),
        ("db-1", Some(json!(["write"]))),
        ("fw-2", Some(json!(["write"]))),
        ("server-2", Some(json!(["write"]))),
        ("MySQL 8.0.36", Some(json!(["read", "write"]))),
        ("web-1", None),
        ("app-1", None),
        ("db-2", None),
        ("server-3", None),
        ("fw-3", None),
    ] {
        assert_eq!(breaks(id), kinds, "{id}");
    }
    assert_eq!(
        exposed(&analysis),
        ["browser dns", "lb-1 web-1", "lb-1 web-2", "app-1 db-2", "app-2 db-1", "db-1 db-2"],
        "every hop between servers behind the balancer"
    );
    let hop = list(&analysis["plaintext_hops"]).iter().find(|hop| hop["to"] == "web-1").expect("a matching entry");
    assert_eq!(hop["carries"], json!(["static", "read", "write"]));
    assert!(list(&hop["reads"]).contains(&"user=ada&password=correct-horse".into()), "{hop}");
    assert_eq!(column(&analysis["shared_flaws"], "software"), ["Gunicorn 23.0.0", "MySQL 8.0.36", "Nginx 1.22.1"]);
    assert_eq!(analysis["shared_flaws"][1]["components"], json!(["db-1", "db-2"]));
    // The balancer's four slots work 1 ms for a static page, with the handshakes of those who open a connection.
    assert_eq!(
        (number(&analysis["capacity"]["static"]["rps"]), &analysis["capacity"]["static"]["bottleneck"]),
        (3_988.024_262_819_16, &"lb-1".into())
    );
    for kind in ["static", "read", "write"] {
        let (works, down) = (number(&analysis["availability"][kind]), &analysis["downtime"][kind]);
        assert_eq!((&down["method"], &down["interval"]), (&"exact".into(), &Value::Null));
        assert!((works + number(&down["unavailability"]) - 1.0).abs() < 1e-12 && (0.99..1.0).contains(&works), "{works}");
        assert!((number(&down["minutes_a_year"]) - number(&down["unavailability"]) * 525_960.0).abs() < 1e-6);
    }
    let works = |kind: &str| number(&analysis["availability"][kind]);
    assert!(works("static") > works("read") && works("read") > works("write"), "a write needs all that a read needs");
    // From outside, only ports that the firewalls allow are open.
    let outside: Vec<_> = list(&analysis["reach"]).iter().filter(|row| row["from"] == "the Internet").collect();
    let (open, closed): (Vec<&Value>, Vec<&Value>) = outside.into_iter().partition(|row| row["open"] == true);
    assert!(
        closed.len() > 5 && closed.iter().all(|row| list(&row["by"]).len() == 1),
        "each names the rule that blocks it: {closed:?}"
    );
    let outside = open;
    assert_eq!((outside.len(), &outside[0]["to"], &outside[0]["port"]), (1, &"lb-1".into(), &443.into()));
    assert_eq!(found(&analysis, "single-point"), ["server-1", "server-2"]);
    assert_eq!(
        found(&analysis, "secrets-in-the-clear"),
        ["lb-1 → web-1", "lb-1 → web-2", "app-1 → db-2", "app-2 → db-1", "db-1 → db-2"]
    );
    assert_eq!(found(&analysis, "no-outside-view"), ["design"]);
    let order = ["error", "warning", "note"];
    let severities = column(&analysis["findings"], "severity");
    let places: Vec<_> = severities.iter().map(|word| order.iter().position(|it| it == word).expect("a severity")).collect();
    assert!(places.is_sorted(), "most severe first: {severities:?}");
    for finding in list(&analysis["findings"]) {
        let rule = FindingRule::ALL.into_iter().find(|rule| finding["id"] == rule.id()).unwrap_or_else(|| panic!("{finding}"));
        assert_eq!((&finding["severity"], &finding["fix"]), (&rule.severity().word().into(), &text::rule(rule).fix.into()));
    }
}

#[test]
fn where_tls_ends_decides_what_is_readable() {
    let readable = |mode: &str| exposed(&analysis("stage-2-secured", &["--tls", mode]));
    let (none, terminate) = (readable("none"), readable("terminate"));
    let (again, through) = (readable("re-encrypt"), readable("passthrough"));
    let http = |hops: &[String]| hops.iter().filter(|hop| hop.contains("lb-1")).cloned().collect::<Vec<_>>();
    assert_eq!(http(&none), ["browser lb-1", "lb-1 web-1", "lb-1 web-2"]);
    assert_eq!(http(&terminate), ["lb-1 web-1", "lb-1 web-2"]);
    assert!(http(&again).is_empty() && http(&through).is_empty());
    // Hops behind the web servers do not depend on the mode.
    assert_eq!((again.len(), &again, none.len()), (4, &through, 7));
    let price = |mode: &str| analysis("stage-2-secured", &["--tls", mode])["tls_price"].clone();
    let handshakes = ["none", "terminate", "re-encrypt", "passthrough"].map(|mode| price(mode)["handshakes"].clone());
    assert_eq!(handshakes, [0, 1, 2, 1].map(Value::from));
    assert!(number(&price("none")["handshake_ms"]).is_sign_positive());
    assert_eq!(price("passthrough")["keys_at"], json!(["web-1", "web-2"]));
    assert!(list(&price("passthrough")["lost"]).contains(&"X-Forwarded headers".into()));
}

#[test]
fn overload_depends_on_the_load() {
    let at = |load: &str| analysis("stage-2-secured", &["--load", load]);
    let (usual, busy, flooded) = (at("100"), at("400"), at("600"));
    assert_eq!(analysis("stage-2-secured", &[]), usual, "the scenario's own load");
    assert_eq!([&usual, &busy, &flooded].map(|it| it["load_rps"].clone()), [100.0, 400.0, 600.0].map(Value::from));
    // Writes that wait for a primary that does not respond hold the workers that reads need.
    let waits = vec!["fw-2", "server-2", "app-1 → db-1", "app-2 → db-1"];
    assert_eq!((found(&usual, "overloaded"), found(&usual, "capacity-single-point")), (vec![], waits));
    // Two web servers can carry it together, but not one alone.
    assert!(found(&busy, "overloaded").is_empty());
    let alone = found(&busy, "capacity-single-point");
    assert!(["web-1", "web-2", "server-2", "server-3"].iter().all(|id| alone.contains(id)), "{alone:?}");
    let lost = list(&busy["capacity_spofs"]).iter().find(|row| row["id"] == "server-3").expect("a matching entry");
    assert_eq!(lost["overloads"], json!(["app-1"]));
    assert!(number(&lost["rps_left"]) < 400.0, "{lost}");
    assert_eq!(found(&flooded, "overloaded"), ["app-2", "app-1"]);
    // Capacity does not depend on the load.
    assert_eq!([&usual["capacity"], &busy["capacity"]], [&flooded["capacity"]; 2]);
    let most = number(&usual["capacity"]["mix"]["rps"]);
    assert!((400.0..600.0).contains(&most), "{most}");
    for load in ["0.5x", "-1", "many"] {
        assert_eq!(Home::new().run(["analyze", "stage-2-secured", &format!("--load={load}")]).status, Some(2), "{load}");
    }
}

#[test]
fn cuts_are_listed_if_more_than_one_failure_is_requested() {
    let alone = analysis("stage-2-secured", &[]);
    assert_eq!((&alone["cuts"], &alone["cuts_unfinished"]), (&json!([]), &false.into()));
    let two = analysis("stage-2-secured", &["--cuts", "2"]);
    assert_eq!(two["spofs"], alone["spofs"]);
    let cuts = list(&two["cuts"]);
    let breaks = |causes: Value| cuts.iter().find(|cut| cut["causes"] == causes).map(|cut| cut["breaks"].clone());
    // The primary alone stops writes, so both databases together are not a minimal cut for writes.
    assert_eq!(breaks(json!(["db-1", "db-2"])), Some(json!(["read"])));
    assert_eq!(breaks(json!(["web-1", "web-2"])), Some(json!(["static", "read", "write"])));
    assert_eq!(breaks(json!(["server-2", "server-3"])), Some(json!(["static", "read"])));
    assert!(cuts.iter().all(|cut| list(&cut["causes"]).len() == 2), "{cuts:?}");
    assert!(!cuts.iter().any(|cut| list(&cut["causes"]).contains(&"lb-1".into())), "lb-1 alone is enough");
    let table = stdout_of(&Home::new(), &["analyze", "stage-2-secured", "--cuts", "2"]);
    assert!(table.contains("  web-1 + web-2        static, read, write\n"), "{table}");
    for size in ["0", "5", "two"] {
        assert_eq!(Home::new().run(["analyze", "stage-2-secured", "--cuts", size]).status, Some(2), "{size}");
    }
}

#[test]
fn fail_on_sets_the_status_and_does_not_change_the_report() {
    let home = Home::new();
    let own = home.file("shop.ron", OWN);
    let repaired = include_str!("../../assets/design-0-repaired.ron");
    let soon = home.file("soon.ron", repaired.replacen("days_left: 61", "days_left: 6", 1));
    // The most severe finding of each is a note, a warning, an error, an error.
    for (scenario, worst) in [("design-0-repaired", 0), (&soon, 1), ("stage-2-secured", 2), (&own, 2)] {
        let report = stdout_of(&home, &["analyze", scenario]);
        for (place, threshold) in ["note", "warning", "error"].iter().enumerate() {
            let Finished { status, stdout, stderr } = home.run(["analyze", scenario, "--fail-on", threshold]);
            assert_eq!(status, Some(i32::from(worst >= place)), "{scenario} {threshold}");
            assert_eq!((stdout.as_str(), stderr.as_str()), (report.as_str(), ""), "{scenario} {threshold}");
        }
    }
    let json = home.run(["analyze", "stage-2-secured", "--fail-on", "error", "--format", "json"]);
    assert!(json.status == Some(1) && serde_json::from_str::<Value>(&json.stdout).is_ok(), "{json:?}");
}

#[test]
fn scenario_files_are_analysed() {
    let home = Home::new();
    let own = home.file("shop.ron", OWN);
    let analysis = parsed(&home, &["analyze", &own]);
    assert_eq!((&analysis["scenario"], &analysis["title"]), (&"shop".into(), &"Corner shop".into()));
    assert_eq!(found(&analysis, "single-point"), ["web", "app"]);
    assert_eq!(found(&analysis, "single-writer"), ["db"]);
    let table = stdout_of(&home, &["analyze", &own]);
    assert!(table.starts_with("shop: Corner shop\nTLS terminate, 100 requests/s\n"), "{table}");
    // A kind of request that never works is reported as such, not as many single points of failure.
    let broken = home.file("broken.ron", WITHOUT_DATABASE);
    let analysis = parsed(&home, &["analyze", &broken]);
    assert_eq!(keys(&analysis["broken"]), ["read", "write"]);
    assert!(list(&analysis["spofs"]).iter().all(|spof| spof["breaks"] == json!(["static"])), "{analysis}");
    assert_eq!((number(&analysis["availability"]["read"]), &analysis["findings"][0]["id"]), (0.0, &"kind-does-not-work".into()));
    let table = stdout_of(&home, &["analyze", &broken]);
    assert!(table.contains("\nNo read request works: "), "{table}");
    assert_narrow(&table, "broken");
}

#[test]
fn a_site_on_which_nothing_works_is_not_praised() {
    let home = Home::new();
    let closed = OWN
        .replace("components: [", r#"components: [(id: "fw", kind: Firewall(components: ["web"], inbound: [(ports: [22])])), "#);
    let table = stdout_of(&home, &["analyze", &home.file("closed.ron", closed)]);
    let start = "closed: Corner shop\nTLS terminate, 100 requests/s\n\nNo request of any kind works: ";
    assert!(table.starts_with(start), "{table}");
    for praise in ["single point", "Availability", "Capacity", "Unencrypted hops", "Shared software", "No single loss"] {
        assert!(!table.contains(praise), "{praise}: {table}");
    }
    assert!(table.contains("\nFindings\n") && table.contains("kind-does-not-work"), "{table}");
    assert_narrow(&table, "closed");
    let open = stdout_of(&home, &["analyze", &home.file("shop.ron", OWN)]);
    assert!(!open.contains("of any kind works") && open.contains("Availability"), "{open}");
}

#[test]
fn assumed_reliabilities_give_rounded_results() {
    let table = stdout_of(&Home::new(), &["analyze", "stage-2-secured"]);
    for row in [
        "static       99.91 %      about 8 hours",
        "read          99.8 %     about 13 hours",
        "write         99.8 %     about 16 hours",
    ] {
        assert!(table.contains(&format!("\n  {row}  server-1")), "{table}");
    }
    // JSON has all digits.
    let down = number(&analysis("stage-2-secured", &[])["downtime"]["write"]["minutes_a_year"]);
    assert!((15.0..16.0).contains(&(down / 60.0)) && (down - down.round()).abs() > 1e-9, "{down}");
}

#[test]
fn the_tables_of_all_shipped_scenarios_are_narrow_and_plain() {
    let home = Home::new();
    let names = scenarios(&home);
    assert!(names.len() >= 16, "{names:?}");
    for name in &names {
        let table = stdout_of(&home, &["analyze", name, "--cuts", "2"]);
        assert_narrow(&table, name);
        for head in ["Availability", "Capacity", "Single points of failure", "Unencrypted hops", "Open ports", "Findings"] {
            assert!(table.contains(&format!("\n{head}")), "{name}: {head}");
        }
        let counted = ["1 errors", "1 warnings", "1 notes", "1 single points", "1 hops", "1 shared versions"];
        let summary = table.split("\n\n").nth(1).expect("a summary").to_owned();
        assert!(counted.iter().all(|wrong| !summary.split([',', ';']).any(|part| part.trim().starts_with(wrong))), "{summary}");
    }
    // Each rule is printed once, with all its findings.
    let table = stdout_of(&home, &["analyze", "stage-2-secured"]);
    for rule in ["single-point", "single-writer", "one-name", "shared-flaw"] {
        assert_eq!(table.matches(&format!("  {rule}: ")).count(), 1, "{rule}");
    }
    assert!(table.contains("\n  8 errors, 12 warnings, 11 notes; 6 single points of failure"), "{table}");
    assert_narrow(&stdout_of(&home, &["list", "rules"]), "rules");
    assert_narrow(&stdout_of(&home, &["compare", "design-3", "stage-3-scaled", "--duration", "6s"]), "compare");
}

#[test]
fn colours_are_used_only_on_request() {
    let home = Home::new();
    let plain = stdout_of(&home, &["analyze", "stage-2-secured"]);
    let coloured = stdout_of(&home, &["analyze", "stage-2-secured", "--color", "always"]);
    assert!(!plain.contains('\x1b') && coloured.contains('\x1b'));
    assert_eq!(stdout_of(&home, &["analyze", "stage-2-secured", "--color", "never"]), plain);
    // Only words are coloured, and each colour is reset.
    let mut stripped = String::new();
    for (place, part) in coloured.split('\x1b').enumerate() {
        stripped += if place == 0 { part } else { part.split_once('m').expect("a colour").1 };
    }
    assert_eq!(stripped, plain);
    let ends = |line: &str| line.rsplit_once('\x1b').is_none_or(|(_, last)| last.starts_with("[0m") || last.starts_with("[39m"));
    assert!(coloured.lines().all(ends), "{coloured}");
    assert!(!stdout_of(&home, &["analyze", "stage-2-secured", "--color", "always", "--format", "json"]).contains('\x1b'));
}

#[test]
fn unknown_names_and_usage_errors_have_different_statuses() {
    let home = Home::new();
    for arguments in [
        &["analyze", "stage-2-secure"][..],
        &["compare", "stage-2-secure", "design-0"],
        &["compare", "design-0", "stage-2-secure"],
    ] {
        let Finished { status, stdout, stderr } = home.run(arguments);
        assert_eq!((status, stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(stderr.contains("did you mean `stage-2-secured`?"), "{stderr}");
    }
    for arguments in [
        &["analyze"][..],
        &["analyze", "design-0", "design-1"],
        &["analyze", "design-0", "--tls", "ssl"],
        &["analyze", "design-0", "--fail-on", "fatal"],
        &["analyze", "design-0", "--format", "xml"],
        &["compare", "design-0"],
        &["compare", "design-0", "design-1", "--tls", "none"],
        &["compare", "design-0", "design-1", "--duration", "5s", "--warmup", "5s"],
        &["list", "rule"],
    ] {
        let Finished { status, stdout, stderr } = home.run(arguments);
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!stderr.is_empty());
    }
}

#[test]
fn a_title_cannot_steer_the_terminal() {
    let home = Home::new();
    for hostile in ["\u{1b}[2J", "\u{9b}31m", "\u{202e}", "\u{200b}", "\u{7}"] {
        for written in [hostile.to_owned(), hostile.escape_unicode().to_string()] {
            let file = home.file("shop.ron", OWN.replacen("Corner", &written, 1));
            for arguments in [
                &["analyze", &file, "--color", "always"][..],
                &["analyze", &file, "--format", "json"],
                &["compare", "design-0", &file],
            ] {
                let Finished { status, stdout, stderr } = home.run(arguments);
                assert_eq!((status, stdout.as_str()), (Some(1), ""), "{hostile:?}");
                assert!(is_harmless(&stderr) && stderr.contains("shop.ron:2:"), "{stderr:?}");
            }
        }
    }
}

#[test]
fn a_design_compared_with_itself_is_the_same() {
    let home = Home::new();
    let table = stdout_of(&home, &["compare", "stage-2-secured", "stage-2-secured", "--duration", "8s", "--at", "6s kill web-1"]);
    let rows: Vec<&str> = table
        .lines()
        .skip_while(|line| !line.contains("On paper"))
        .take_while(|line| *line != "Findings in only one design")
        .collect();
    let rows: Vec<&&str> = rows.iter().filter(|line| !line.is_empty() && !line.ends_with("difference")).collect();
    assert!(rows.len() > 20 && rows.iter().all(|line| line.ends_with("  same")), "{table}");
    assert!(table.ends_with("\nFindings in only one design\n  none\n"), "{table}");
    assert!(table.contains("\nA, at 6 s: kill web-1\nB, at 6 s: kill web-1\n"), "{table}");
    // Another TLS mode makes a difference.
    let table = stdout_of(&home, &["compare", "stage-2-secured", "stage-2-secured", "--duration", "8s", "--tls-b", "re-encrypt"]);
    assert!(table.starts_with("A  stage-2-secured: Secured and monitored; TLS terminate\nB  stage-2-secured: Secured and monitored; TLS re-encrypt\n"), "{table}");
    let found = table.split_once("  warning  tls-ends-at-balancer").expect("a finding in one of them").1;
    let of: Vec<&str> = found.lines().skip(1).take(2).collect();
    assert_eq!(of, ["    A  lb-1", "    B  -"], "{table}");
}

#[test]
fn two_designs_get_the_same_users_and_the_same_failures() {
    let home = Home::new();
    let asked = ["compare", "design-0", "stage-2-secured", "--duration", "10s", "--seed", "5"];
    let both = parsed(&home, &asked);
    assert_eq!((keys(&both), &both["seed"]), (vec!["a", "b", "seed"], &5.into()));
    for side in ["a", "b"] {
        assert_eq!(keys(&both[side]), ["analysis", "simulation"]);
        assert_eq!(both[side]["analysis"]["scenario"], both[side]["simulation"]["scenario"]);
        assert_documented("compare", ["seed", side, "analysis", "simulation"]);
    }
    let offered = |both: &Value, side: &str| both[side]["simulation"]["offered"].as_u64().expect("a count");
    assert!(offered(&both, "a") > 800 && offered(&both, "a") == offered(&both, "b"), "{both}");
    for kind in ["static", "read", "write"] {
        let of = |side: &str| both[side]["simulation"]["by_kind"][kind]["offered"].clone();
        assert_eq!(of("a"), of("b"), "{kind}");
    }
    let busier = parsed(&home, &[&asked[..], &["--load", "200"]].concat());
    assert!(offered(&busier, "a") > 1_600 && offered(&busier, "a") == offered(&busier, "b"));
    assert_eq!(["a", "b"].map(|side| busier[side]["analysis"]["load_rps"].clone()), [200.0; 2].map(Value::from));
    // The users of the first design are sent to both.
    let own = home.file("shop.ron", OWN.replacen("components:", "traffic: (rate: 7.0), components:", 1));
    let slow = parsed(&home, &["compare", &own, "design-0", "--duration", "20s"]);
    assert!((80..220).contains(&offered(&slow, "a")) && offered(&slow, "a") == offered(&slow, "b"));

    let one = parsed(&home, &[&asked[..], &["--at-b", "6s kill web-1", "--at", "7s kill db-1"]].concat());
    let lines = |side: &str| one[side]["simulation"]["script"].as_array().expect("a list").len();
    assert_eq!([lines("a"), lines("b")], [1, 2]);

    // A failure is injected into both; the design with a second web server keeps working.
    let failing = parsed(&home, &[&asked[..], &["--at", "6s kill web-1"]].concat());
    let script = |side: &str| failing[side]["simulation"]["script"].clone();
    assert_eq!(script("a"), json!([{"at_s": 6.0, "command": "kill web-1", "result": "done"}]));
    assert_eq!(script("a"), script("b"));
    let failed = |side: &str| number(&failing[side]["simulation"]["window"]["error_ratio"]);
    assert!(failed("a") > 0.5 && failed("b") < 0.2, "{} {}", failed("a"), failed("b"));
}

#[test]
fn a_command_that_one_design_cannot_run_is_an_error_that_names_the_design() {
    let home = Home::new();
    let Finished { status, stdout, stderr } =
        home.run(["compare", "stage-2-secured", "stage-0-simple", "--duration", "10s", "--at", "6s kill lb-1"]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("in stage-0-simple: ") && stderr.contains("found `lb-1`"), "{stderr}");
    assert!(is_harmless(&stderr));
}

#[test]
fn the_rules_are_listed_with_their_reasons_and_remedies() {
    let home = Home::new();
    let table = stdout_of(&home, &["list", "rules"]);
    let listed = parsed(&home, &["list", "rules"]);
    assert_eq!(keys(&listed), ["rules"]);
    let rows = list(&listed["rules"]);
    assert_eq!(rows.len(), FindingRule::ALL.len());
    for (row, rule) in rows.iter().zip(FindingRule::ALL) {
        let (id, severity) = (rule.id(), rule.severity().word());
        let RuleText { title, why, fix } = text::rule(rule);
        assert_eq!(*row, json!({"id": id, "severity": severity, "title": title, "why": why, "fix": fix}));
        assert!(table.contains(&format!("\n{severity}  {id}: ")), "{id}");
    }
    assert_documented("list", keys(&rows[0]));
}
