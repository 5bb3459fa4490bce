//! The text commands: their output and exit status.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use hoplight::content::EMBEDDED;
use hoplight::sim::catalogue::CommonFault;

use crate::docs::assert_documented;
use crate::{Finished, Home, is_harmless};

const SCENARIO: &str = include_str!("../../assets/design-0.ron");
const LESSON: &str = include_str!("../lessons/small.ron");

#[test]
fn list_names_lessons_and_infrastructures() {
    let Finished { status, stdout, stderr } = Home::new().run(["list"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    for name in ["journey-of-a-request", "where-tls-ends", "stage-2-secured", "Where the padlock ends", "design-4"] {
        assert!(stdout.contains(name), "{name}: {stdout}");
    }
    assert!(is_harmless(&stdout));
    // Titles and minutes are aligned.
    let columns = |line: &str, part: &str| line.split(part).next().map_or(0, |before| before.chars().count());
    let line =
        |id: &str| stdout.lines().find(|line| line.trim_start().starts_with(id)).unwrap_or_else(|| panic!("{id}: {stdout}"));
    assert_eq!(columns(line("where-tls-ends"), "Where the padlock"), columns(line("design-0"), "Write-up 0"), "{stdout}");
    let ends: Vec<usize> = stdout.lines().filter(|line| line.ends_with(" min")).map(|line| line.chars().count()).collect();
    assert!(ends.len() == EMBEDDED.lessons.len() && ends.iter().all(|end| *end == ends[0]), "{stdout}");
}

#[test]
fn list_prints_one_list_and_every_fault_with_its_commands() {
    let home = Home::new();
    let list = |what: &str| {
        let Finished { status, stdout, stderr } = home.run(["list", what]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{what}");
        assert!(is_harmless(&stdout));
        stdout
    };
    let (lessons, scenarios, faults) = (list("lessons"), list("scenarios"), list("faults"));
    assert!(lessons.contains("where-tls-ends") && !lessons.contains("design-4"), "{lessons}");
    assert!(!scenarios.contains("where-tls-ends") && scenarios.contains("design-4"), "{scenarios}");
    for row in CommonFault::ALL {
        assert!(faults.contains(&format!("\n{}: {}\n", row.id(), hoplight::text::common_fault(row).title)), "{faults}");
    }
    assert!(faults.contains("  inject  hang app-1\n") && faults.contains("clear hang app-2  (10 s later)"), "{faults}");
    assert_eq!(home.run(["list", "nothing"]).status, Some(2));
    let run = home.run(["simulate", "stage-2-secured", "--duration", "30s", "--at", "10s fault web-killed", "--format", "json"]);
    assert!(run.status == Some(0) && run.stdout.contains("\"503\"") | run.stdout.contains("unavailable"), "{}", run.stdout);
}

#[test]
fn check_finds_no_mistakes_in_the_shipped_content() {
    let Finished { status, stdout, stderr } = Home::new().run(["check"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let (lessons, scenarios) = (EMBEDDED.lessons.len(), EMBEDDED.scenarios.len());
    let beginning = format!("No mistakes in {lessons} lessons, {scenarios} scenarios and ");
    assert!(stdout.starts_with(&beginning) && stdout.ends_with(" questions. All solutions were replayed.\n"), "{stdout}");
}

#[test]
fn check_reports_file_line_column_and_a_suggestion() {
    let home = Home::new();
    let file = home.file("broken.ron", SCENARIO.replacen("protocol: Http", "protocol: Htpp", 1));
    let line = SCENARIO.lines().position(|line| line.contains("protocol: Http")).expect("a link") + 1;
    let Finished { status, stdout, stderr } = home.run(["check", &file]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains(&format!("broken.ron:{line}:")), "{stderr}");
    assert!(stderr.contains("did you mean `Http`?") && stderr.contains('^'), "{stderr}");
}

#[test]
fn check_warns_of_requests_that_never_succeed() {
    let home = Home::new();
    let site = |traffic: &str| {
        let text = format!(
            r#"({traffic}components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
                links: [(from: "web", to: "app"), (from: "app", to: "db", kinds: [Static])])"#
        );
        home.file("shop.ron", text)
    };
    let Finished { status, stdout, stderr } = home.run(["check", &site("")]);
    assert_eq!((status, stdout.as_str()), (Some(0), "No mistakes in 1 scenario.\n"));
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("shop.ron: no read request works: "), "{stderr}");
    assert!(lines[1].contains("shop.ron: no write request works: "), "{stderr}");
    // Without any database, the application answers on its own.
    let alone = r#"(components: [(id: "web", kind: Web()), (id: "app", kind: App())], links: [(from: "web", to: "app")])"#;
    let alone = home.run(["check", &home.file("alone.ron", alone)]);
    assert_eq!((alone.status, alone.stderr.as_str()), (Some(0), ""));
    // Users of this site request static pages only.
    let quiet = home.run(["check", &site("traffic: (static_share: 1.0, write_share: 0.0), ")]);
    assert_eq!((quiet.status, quiet.stderr.as_str()), (Some(0), ""));
}

#[test]
fn check_reports_every_mistake_in_every_file() {
    let home = Home::new();
    home.file(
        "mine/sites/two.ron",
        SCENARIO.replacen("from: \"lb-1\"", "from: \"lb-9\"", 1).replacen("server: \"server-2\"", "server: \"sever-2\"", 1),
    );
    home.file("mine/sites/deeper/form.ron", "(components: [(id: \"web\", kind: Wbe())])");
    home.file("mine/no-text.ron", [0xff, 0xfe]);
    home.file("mine/.hidden/x.ron", "(");
    home.file("mine/course/small.ron", LESSON.replacen("Kill(Component(\"web-1\"))", "Kill(Component(\"wbe-1\"))", 1));
    // A lesson whose scenario is broken is not reported.
    home.file(
        "mine/course/other.ron",
        LESSON.replacen("\"small\"", "\"other\"", 1).replacen("\"stage-2-secured\"", "\"form\"", 1).replacen(
            "order: 1",
            "order: 99",
            1,
        ),
    );
    let folder = home.path().join("mine").to_str().expect("UTF-8").to_owned();
    let Finished { status, stdout, stderr } = home.run(["check", &folder]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    for part in [
        "no-text.ron is not UTF-8 text",
        "form.ron:1:33: unexpected variant",
        "did you mean `Web`?",
        "no component `lb-9`; did you mean `lb-1`?",
        "no server `sever-2`; did you mean `server-2`?",
        "no component `wbe-1`; did you mean `web-1`?",
    ] {
        assert!(stderr.to_lowercase().contains(&part.to_lowercase()), "{part}: {stderr}");
    }
    assert!(!stderr.contains("no scenario") && !stderr.contains(".hidden"), "{stderr}");
    // The user's own folder is checked in the same way.
    let own = Home::new();
    own.file("data/hoplight/assets/a.ron", "(");
    own.file("data/hoplight/assets/b.ron", "[");
    let site = own.file("site.ron", "(components: [(id: \"web\", kind: Web())])");
    let output = own.run(["check", &site]);
    assert!(output.status == Some(1) && output.stderr.contains("a.ron:1:") && output.stderr.contains("b.ron:1:"), "{output:?}");
}

#[test]
fn progress_and_settings_in_the_same_folder_are_not_content() {
    let home = Home::new();
    home.file("all/hoplight/progress.ron", "(version: 1, lessons: {})");
    home.file("all/hoplight/config.ron", "(tips: false)");
    home.file("all/hoplight/corner-shop.ron", "(components: [(id: \"web\", kind: Web())])");
    let all = home.path().join("all");
    let mut command = home.command(["list", "scenarios"]);
    let output = command.env("XDG_DATA_HOME", &all).env("XDG_STATE_HOME", &all).env("XDG_CONFIG_HOME", &all).output();
    let output = Finished::from(output.expect("the program runs"));
    assert!(output.status == Some(0) && output.stdout.contains("\n  corner-shop "), "{output:?}");
}

#[test]
fn a_scenario_without_an_id_is_named_after_its_file() {
    let home = Home::new();
    let site = "(components: [(id: \"web\", kind: Web())])";
    home.file("mine/assets/Corner Shop.ron", site);
    let folder = home.path().join("mine").to_str().expect("UTF-8").to_owned();
    let listed = home.run(["list", "scenarios", "--content", &folder]);
    assert!(listed.stdout.contains("\n  corner-shop "), "{listed:?}");
    // A lesson on a single line is recognised too.
    home.file("mine/lessons/one.ron", LESSON.lines().skip(1).collect::<Vec<_>>().join(" ").replacen("order: 1", "order: 99", 1));
    let listed = home.run(["list", "lessons", "--content", &folder]);
    assert!(listed.stdout.contains("\n  small "), "{listed:?}");
}

#[test]
fn the_template_is_printed_unchanged_and_passes_the_check() {
    let home = Home::new();
    let Finished { status, stdout, stderr } = home.run(["template"]);
    assert_eq!((status, stderr.as_str(), stdout.as_str()), (Some(0), "", hoplight::content::TEMPLATE));
    assert!(stdout.lines().all(|line| line.chars().count() <= 128));
    let file = home.file("my-site.ron", stdout);
    let checked = home.run(["check", &file]);
    assert_eq!((checked.status, checked.stdout.as_str()), (Some(0), "No mistakes in 1 scenario.\n"));
    let run = home.run(["simulate", &file, "--duration", "5s"]);
    assert!(run.status == Some(0) && run.stdout.starts_with("my-site: My site"), "{run:?}");
}

#[test]
fn list_writes_json() {
    let home = Home::new();
    let list = |arguments: &[&str]| -> serde_json::Value {
        let output = home.run([&["list"], arguments, &["--format", "json"]].concat());
        assert_eq!((output.status, output.stderr.as_str(), output.stdout.lines().count()), (Some(0), "", 1));
        serde_json::from_str(&output.stdout).expect("JSON")
    };
    let keys = |value: &serde_json::Value| -> Vec<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let both = list(&[]);
    assert_eq!(keys(&both), ["lessons", "scenarios"]);
    assert_eq!(both["lessons"].as_array().map(Vec::len), Some(EMBEDDED.lessons.len()));
    let lessons = list(&["lessons"]);
    let lessons = lessons["lessons"].as_array().expect("a list");
    let padlock = lessons.iter().find(|row| row["id"] == "where-tls-ends").expect("a matching entry");
    assert_eq!(padlock["scenario"], "stage-2-secured");
    assert!(padlock["steps"].as_u64() >= Some(6) && padlock["questions"].as_u64() >= Some(5), "{padlock}");
    let scenarios = list(&["scenarios"]);
    assert_eq!(keys(&scenarios), ["scenarios"]);
    let stage = scenarios["scenarios"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|row| row["id"] == "stage-0-simple")
        .expect("a matching entry");
    assert_eq!((&stage["servers"], &stage["components"], &stage["links"]), (&1.into(), &5.into(), &4.into()));
    assert_eq!((&stage["tls"], &stage["benchmark"]), (&"none".into(), &false.into()));
    let faults = list(&["faults"]);
    let rows = faults["faults"].as_array().expect("a list");
    assert_eq!(rows.len(), CommonFault::ALL.len());
    let hung = rows.iter().find(|row| row["id"] == "app-hung").expect("a matching entry");
    assert_eq!(hung["commands"][0], serde_json::json!({"after_s": 0.0, "command": "hang app-1"}));
    let words = list(&["terms"]);
    let spof = words["terms"].as_array().expect("a list").iter().find(|row| row["term"] == "SPOF").expect("a matching entry");
    assert_eq!(spof["also"][0], "single point of failure");
    for row in [padlock, stage, hung, &hung["commands"][0], spof] {
        assert_documented("list", keys(row));
    }
}

#[test]
fn check_replays_the_lessons_of_a_folder() {
    let home = Home::new();
    home.file("course/lessons/small.ron", LESSON);
    home.file("course/notes.txt", "no content");
    let course = home.path().join("course").to_str().expect("UTF-8").to_owned();
    let good = home.run(["check", &course]);
    assert_eq!((good.status, good.stderr.as_str()), (Some(0), ""));
    assert_eq!(good.stdout, "No mistakes in 1 lesson. All solutions were replayed.\n");
    // A solution that does not pass its gate is reported.
    home.file("course/lessons/small.ron", LESSON.replacen("Do(Kill(Component(\"web-1\")))", "Do(Kill(Component(\"app-2\")))", 1));
    let bad = home.run(["check", &course]);
    assert_eq!((bad.status, bad.stdout.as_str()), (Some(1), ""));
    assert!(bad.stderr.contains("small.ron") && bad.stderr.contains("web-1 is down"), "{bad:?}");
    let none = home.run(["check", home.path().join("nowhere").to_str().expect("UTF-8")]);
    assert_eq!((none.status, none.stdout.as_str()), (Some(1), ""));
    assert!(none.stderr.contains("cannot read") && none.stderr.contains("nowhere"), "{none:?}");
}

#[test]
fn a_users_glossary_is_checked_and_added() {
    let home = Home::new();
    let own = "(format: 1, terms: [(term: \"cell\", text: \"Ours.\", see: [\"certificate\"])])";
    let file = home.file("data/hoplight/words.ron", own);
    let checked = home.run(["check", &file]);
    assert_eq!((checked.status, checked.stdout.as_str()), (Some(0), "No mistakes in 1 glossary.\n"), "{checked:?}");
    assert!(
        home.run(["list", "terms"]).stdout.contains("\ncell\n  Ours. See: certificate.\n"),
        "{:?}",
        home.run(["list", "terms"]).stdout
    );
    home.file("data/hoplight/words.ron", own.replacen("certificate", "certifcate", 1));
    let output = home.run(["check"]);
    assert!(
        output.status == Some(1)
            && output.stderr.contains("words.ron:1:")
            && output.stderr.contains("did you mean `certificate`?"),
        "{output:?}"
    );
}

#[test]
fn a_trace_depends_on_the_seed_alone() {
    let home = Home::new();
    let trace = |seed: &str| home.run(["trace", "stage-2-secured", "--duration", "2s", "--seed", seed]);
    let (first, again, other) = (trace("3"), trace("3"), trace("4"));
    assert_eq!((first.status, first.stderr.as_str()), (Some(0), ""));
    assert!(first.stdout.lines().count() > 1_000 && is_harmless(&first.stdout));
    let digest = first.stdout.lines().last().expect("a last line");
    assert!(digest.starts_with("digest "), "{digest}");
    assert!(first.stdout == again.stdout, "the same seed gives the same bytes");
    assert!(first.stdout != other.stdout, "another seed gives another trace");
    let times: Vec<f64> = first.stdout.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    assert!(times.len() > 1_000 && times.is_sorted() && times.last().is_some_and(|time| *time <= 2.0));
}

#[test]
fn a_trace_takes_the_commands_of_simulate() {
    let home = Home::new();
    let script = home.file("day.txt", "200ms restore web-1  # too early\n500ms restore web-1\n");
    let given = ["--at", "300ms kill web-1", "--script", &script];
    let trace = home.run([&["trace", "stage-2-secured", "--seconds", "1"][..], &given].concat());
    assert_eq!((trace.status, trace.stderr.as_str()), (Some(0), ""));
    let place = |line: &str| trace.stdout.lines().position(|other| other == line).unwrap_or_else(|| panic!("no line {line:?}"));
    let refused = place("0.200000000 refused: restore web-1: web-1 is already up");
    let (killed, restored) = (place("0.300000000 web-1 is killed"), place("0.500000000 web-1 is restored"));
    assert!(0 < refused && refused < killed && killed < restored);
    let measured = home.run([&["simulate", "stage-2-secured", "--duration", "1s"][..], &given].concat());
    let digest = trace.stdout.lines().last().expect("a last line");
    assert!(measured.stdout.contains(&format!(", {digest}\n")), "{digest}: {}", measured.stdout);
    let plain = home.run(["trace", "stage-2-secured", "--seconds", "1"]);
    assert!(!plain.stdout.contains("killed") && !plain.stdout.contains(digest), "commands change the run");
    let overload = home.run(["trace", "stage-2-secured", "--seconds", "0.1", "--at", "50ms fault overload"]);
    assert!(overload.stdout.contains("0.050000000 users now send 1,177 requests per second\n"), "{}", overload.stdout);
    for (command, says) in [
        ("2s kill web-1", "2s is after the end of the run at 1s"),
        ("500ms kil web-1", "did you mean `kill`?"),
        ("500ms promote web-1", "0.5s: cannot promote web-1: web-1 is not a database"),
    ] {
        let said = home.run(["trace", "stage-2-secured", "--at", command]);
        assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""), "{command}");
        assert!(said.stderr.contains(says), "{command}: {}", said.stderr);
    }
}

#[test]
fn a_trace_reads_a_file_and_rejects_invalid_times() {
    let home = Home::new();
    let file = home.file("mine.ron", SCENARIO);
    let Finished { status, stdout, .. } = home.run(["trace", &file, "--seconds", "0.5"]);
    assert!(status == Some(0) && stdout.contains("digest "));
    for seconds in ["-1", "NaN", "inf", "1e400", "86401"] {
        let Finished { status, stdout, stderr } = home.run(["trace", "design-0", &format!("--seconds={seconds}")]);
        assert_eq!((status, stdout.as_str()), (Some(1), ""), "{seconds}");
        assert!(stderr.contains("between 0 and 86400"), "{stderr}");
    }
    let lesson = home.file("lesson.ron", LESSON);
    let Finished { status, stderr, .. } = home.run(["trace", &lesson]);
    assert!(status == Some(1) && stderr.contains("is not a scenario file"), "{stderr}");
}

#[test]
fn an_unknown_name_is_an_error_with_a_suggestion() {
    let home = Home::new();
    let Finished { status, stdout, stderr } = home.run(["trace", "stage-2-secure"]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("did you mean `stage-2-secured`?"), "{stderr}");
    let Finished { status, stderr, .. } = home.run(["trace", "quite-another-thing"]);
    assert!(status == Some(1) && !stderr.contains("did you mean"), "{stderr}");
}

#[test]
fn without_a_terminal_the_full_screen_is_refused_and_nothing_is_written() {
    let home = Home::new();
    for arguments in [&[][..], &["--lesson", "where-tls-ends"], &["--scenario", "design-0"]] {
        let Finished { status, stdout, stderr } = home.run(arguments);
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains("hoplight list") && is_harmless(&stderr), "{stderr}");
    }
    assert!(!home.path().join("state").exists(), "no file is created");
}

#[test]
fn an_invalid_command_line_is_a_usage_error() {
    let home = Home::new();
    for arguments in
        [&["--no-such-option"][..], &["nonsense"], &["trace"], &["--seed", "x"], &["--lesson", "a", "--scenario", "b"]]
    {
        let Finished { status, stdout, stderr } = home.run(arguments);
        assert_eq!((status, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains("--help"), "{stderr}");
    }
    let Finished { status, stdout, .. } = home.run(["--help"]);
    assert!(status == Some(0) && stdout.contains("Usage: hoplight"));
    let Finished { status, stdout, .. } = home.run(["--version"]);
    assert_eq!((status, stdout), (Some(0), format!("hoplight {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_pipe_that_is_closed_early_is_not_an_error() {
    let home = Home::new();
    for arguments in [&["list"][..], &["trace", "stage-2-secured", "--seconds", "20"], &["--help"]] {
        let mut child =
            home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut first = String::new();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("piped"));
        reader.read_line(&mut first).expect("a line");
        drop(reader);
        let Finished { status, stderr, .. } = child.wait_with_output().expect("the program exits").into();
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!first.is_empty());
    }
}

#[test]
fn a_full_disk_is_reported() {
    let home = Home::new();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("opens");
    for arguments in [&["list"][..], &["trace", "design-0"], &["check"]] {
        let output = home.command(arguments).stdout(Stdio::from(full())).output().expect("the program runs");
        let Finished { status, stderr, .. } = output.into();
        assert_eq!(status, Some(1), "{arguments:?}");
        assert!(stderr.contains("No space left"), "{stderr}");
    }
}

#[test]
fn the_content_of_a_folder_is_added_to_the_shipped_content() {
    let home = Home::new();
    home.file("mine/lessons/small.ron", LESSON);
    home.file("mine/assets/a.ron", SCENARIO.replacen("id: \"design-0\"", "id: \"my-design\"", 1));
    let folder = home.path().join("mine");
    let by_option = home.run(["list", "--content", folder.to_str().expect("UTF-8")]);
    assert_eq!(by_option.status, Some(0), "{by_option:?}");
    assert!(by_option.stdout.contains("small ") && by_option.stdout.contains("my-design"), "{by_option:?}");
    let by_variable: Finished =
        home.command(["list"]).env("HOPLIGHT_CONTENT", &folder).output().expect("the program runs").into();
    assert_eq!(by_variable.stdout, by_option.stdout);
    let missing = home.run(["list", "--content", "/no/such/folder"]);
    assert!(missing.status == Some(1) && missing.stderr.contains("is not a folder"), "{missing:?}");
}

#[test]
fn benchmarks_are_listed_last_and_no_name_of_a_term_is_repeated() {
    let home = Home::new();
    let listed = home.run(["list", "scenarios"]).stdout;
    let at = |id: &str| listed.find(&format!("\n  {id} ")).unwrap_or_else(|| panic!("{id}: {listed}"));
    assert!(at("stage-3-scaled") < at("design-4-repaired") && at("design-4-repaired") < at("bench-w1"), "{listed}");
    let terms = home.run(["list", "terms"]).stdout;
    assert!(!terms.contains("1040, too many connections, 1040"), "a part of a name is not a second name");
    assert!(terms.contains("1040, too many connections, max_connections"));
}

#[test]
fn trace_takes_the_option_of_simulate_and_still_its_former_name() {
    let home = Home::new();
    let trace = |arguments: &[&str]| home.run([&["trace", "stage-0-simple"], arguments].concat());
    let (new, old) = (trace(&["--duration", "500ms"]), trace(&["--seconds", "0.5"]));
    assert_eq!((new.status, &new.stdout), (Some(0), &old.stdout));
    assert_eq!(trace(&["--duration", "1s"]).stdout, trace(&[]).stdout);
    let both = trace(&["--duration", "1s", "--seconds", "1"]);
    assert_eq!(both.status, Some(2), "{}", both.stderr);
    assert!(!home.run(["trace", "--help"]).stdout.contains("--seconds"), "the former name is not advertised");
}

#[test]
fn a_scenario_file_is_refused_with_all_its_mistakes() {
    let home = Home::new();
    let text = r#"(components: [(id: "web", kind: Web()), (id: "app", kind: App(), server: "s")], links: [(from: "web", to: "nowhere")])"#;
    let file = home.file("broken.ron", text);
    let (check, trace) = (home.run(["check", &file]), home.run(["trace", &file]));
    for said in [&check.stderr, &trace.stderr] {
        assert!(said.contains("2 mistakes") && said.contains("nowhere") && said.contains("`s`"), "{said}");
    }
    let screen = home.run(["shot", &file]);
    assert!(screen.status == Some(1) && screen.stderr.contains("2 mistakes"), "{}", screen.stderr);
}

#[test]
fn the_readme_counts_the_infrastructures_to_explore() {
    let library = hoplight::lesson::Library::new(hoplight::content::EMBEDDED).expect("valid content");
    let count = library.scenarios().filter(|infra| !infra.is_benchmark()).count();
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&format!("explore {count} infrastructures")), "there are {count}");
}
