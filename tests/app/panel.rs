//! The detail panel: it describes the current state of the selected element.

use hoplight::app::{Line, scroll};
use hoplight::model::Infrastructure;

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

fn lines(learner: &Learner) -> Vec<String> {
    learner.view().panel.lines.iter().map(|line| line.text().trim().to_owned()).collect()
}

/// Returns the distinct decisions shown while stepping through a login.
fn decisions(mut learner: Learner, steps: usize) -> Vec<String> {
    learner.press("pr ");
    let mut texts: Vec<String> = Vec::new();
    for _ in 0..steps {
        let lines = learner.view().panel.lines;
        let rows: Vec<&Line> = lines.iter().collect();
        let begin = rows.iter().position(|line| line.text().starts_with("does "));
        if let Some(begin) = begin {
            let more = rows[begin + 1..].iter().take_while(|line| line.text().starts_with("     "));
            let text =
                rows[begin..=begin].iter().chain(more).map(|line| line.text().trim().to_owned()).collect::<Vec<_>>().join(" ");
            if texts.last() != Some(&text) {
                texts.push(text);
            }
        }
        learner.press(".");
    }
    texts
}

#[test]
fn a_component_that_terminates_a_connection_is_not_said_to_forward_it() {
    let texts = decisions(Learner::exploring(LARGE), 60).join("\n");
    for does in [
        "lb-1 accepts the connection itself",
        "lb-1 terminates TLS: it presents its certificate",
        "app-1 needs data, and requests it",
        "app-1 renders the page and responds",
        "passes the response back",
    ] {
        let does = does.replace("app-1", "app-");
        let words: Vec<&str> = does.split("app-").collect();
        assert!(texts.lines().any(|line| words.iter().all(|word| line.contains(word))), "no {does:?} in\n{texts}");
    }
    for never in ["lb-1 forwards it", " or has made"] {
        assert!(!texts.contains(never), "{never:?} in\n{texts}");
    }
}

#[test]
fn a_balancer_that_passes_tls_through_holds_no_key() {
    let mut learner = Learner::exploring(LARGE);
    while learner.stage().infra().tls().edge != hoplight::model::TlsMode::Passthrough {
        learner.press("t");
    }
    let texts = decisions(learner, 60).join("\n");
    assert!(texts.contains("lb-1 forwards TLS unchanged: it holds no key"), "{texts}");
    assert!(texts.lines().any(|line| line.contains("web-") && line.contains("terminates TLS")), "{texts}");
    assert!(!texts.contains("lb-1 terminates TLS"), "{texts}");
}

#[test]
fn a_database_shows_its_current_role_without_contradictions() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("db-1"));
    assert!(learner.panel().contains("Writable: accepts reads and writes."), "{}", learner.panel());
    learner.press("Xhere read-only<Enter>").wait(20);
    let panel = learner.panel();
    assert!(panel.contains("Read-only now, although it was the primary"), "{panel}");
    for never in ["the only one that takes writes", "follows with", "Writable", "not writable"] {
        assert!(!panel.contains(never), "{never:?} in {panel}");
    }
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("db-1")).press("x").wait(20);
    let panel = learner.panel();
    assert!(panel.contains("down:") && panel.contains("accepts neither reads nor writes"), "{panel}");
    for never in ["% busy", "riteable", "accepts reads and writes", "slots"] {
        assert!(!panel.contains(never), "{never:?} in {panel}");
    }
}

#[test]
fn a_server_with_cores_says_how_busy_they_are() {
    let mut learner = Learner::exploring(LARGE);
    let infra = learner.app.library.scenario("shared-cores").expect("shipped").clone();
    learner.app.open_scenario(infra);
    learner.wait(200).select(&server("server-1"));
    let cpu = |learner: &Learner| learner.stage().sim().cpu(&hoplight::model::ServerId::new("server-1")).expect("cores");
    let percent = format!("CPU {:.0} % of 2 cores", cpu(&learner).utilisation * 100.0);
    assert!(learner.panel().contains(&percent), "{percent} in {}", learner.panel());
    learner.press("Xhere another program<Enter>").wait(200);
    assert_eq!(cpu(&learner).others, 8);
    let panel = learner.panel();
    assert!(panel.contains("CPU 100 % of 2 cores,") && panel.contains("by another program"), "{panel}");
    assert!(panel.contains("of the speed of a core"), "{panel}");
    // Each program on it competes.
    learner.select(&component("app-1"));
    assert!(learner.panel().contains("shares the 2 cores of server-1: CPU 100 %"), "{}", learner.panel());
}

#[test]
fn the_title_of_a_database_shows_its_current_role() {
    let title = |learner: &Learner| hoplight::app::detail::title(learner.stage());
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("db-1"));
    assert_eq!(title(&learner), "db-1 · primary database");
    learner.press("Xhere read-only<Enter>").wait(20);
    assert_eq!(title(&learner), "db-1 · replica database");
    learner.select(&component("db-2"));
    assert_eq!(title(&learner), "db-2 · replica database");
    learner.press("Xhere promote<Enter>").wait(50);
    assert_eq!(title(&learner), "db-2 · primary database");
    // Members of a cluster stay members, whichever is elected.
    let mut learner = Learner::exploring(LARGE);
    let infra = learner.app.library.scenario("design-1-repaired").expect("shipped").clone();
    learner.app.open_scenario(infra);
    learner.wait(20).select(&component("db-1"));
    assert_eq!(title(&learner), "db-1 · cluster member");
}

#[test]
fn a_single_point_of_failure_is_described_in_the_singular() {
    let mut learner = Learner::exploring(LARGE);
    let shipped = |learner: &Learner, id: &str| learner.app.library.scenario(id).expect("shipped").clone();
    let quorum = Infrastructure::from_ron("quorum.ron", include_str!("../data/quorum.ron")).expect("a valid scenario");
    let sites = [
        (shipped(&learner, "stage-2-secured"), "6 single points of failure"),
        (quorum.into(), "1 single point of failure for writes: app-1."),
        (shipped(&learner, "design-1-repaired"), "No single point of failure"),
    ];
    for (infra, words) in sites {
        learner.app.open_scenario(infra);
        let panel = lines(&learner).join(" ");
        assert!(panel.contains(words), "{panel}");
    }
}

#[test]
fn a_component_that_is_down_has_no_rate() {
    for id in ["dns", "lb-1", "web-1", "app-1", "db-2"] {
        let mut learner = Learner::exploring(LARGE);
        learner.wait(20).select(&component(id));
        assert!(learner.panel().contains("requests/s"), "{id}: {}", learner.panel());
        learner.press("x").wait(2);
        assert!(!learner.panel().contains("requests/s") && learner.panel().contains("served "), "{id}: {}", learner.panel());
        // A hung component accepts connections, so its load is shown.
        learner.press("x").wait(20).press("Xhere hang<Enter>");
        assert!(learner.panel().contains("requests/s"), "{id}: {}", learner.panel());
    }
}

#[test]
fn the_users_panel_has_headings_above_their_lines() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("browser"));
    let all = lines(&learner);
    let heading = all.iter().position(|line| line == "in the last 10 s:").unwrap_or_else(|| panic!("{all:#?}"));
    assert!(all[heading + 1].starts_with("static") && all[heading + 3].starts_with("write"), "{all:#?}");
    assert!(!all.iter().any(|line| line.contains("since the start")), "nothing has failed: {all:#?}");
    learner.select(&component("lb-1")).press("x").wait(20).select(&component("browser"));
    let all = lines(&learner);
    let heading = all.iter().position(|line| line == "failed since the start:").unwrap_or_else(|| panic!("{all:#?}"));
    assert!(all[heading + 1].starts_with("✗ "), "{all:#?}");
}

#[test]
fn a_small_panel_shows_the_current_place_of_the_request() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("pr ");
    let mut left_out = 0;
    for _ in 0..60 {
        let following = learner.stage().session.timeline.journey();
        let shown: Vec<String> = {
            let all = learner.view().panel.lines;
            let room = scroll::room(learner.view().panel.area.height, all.len());
            all.iter().take(room).map(|line| line.text().trim().to_owned()).collect()
        };
        if let Some(last) = following.last() {
            use hoplight::sim::Activity;
            let infra = learner.stage().infra();
            let name = match last.doing {
                Activity::Travels(link, _) | Activity::Lost(link) => format!("→ {}", infra.component(infra.ends(link).1).id),
                Activity::Served(ix) | Activity::Waits(ix) | Activity::Pauses(ix) => infra.component(ix).id.to_string(),
            };
            assert!(shown.iter().any(|line| line.starts_with(&name)), "no {name} in {shown:#?}");
            left_out += usize::from(shown.iter().any(|line| line.contains(" earlier")));
        }
        learner.press(".");
    }
    assert!(left_out > 10, "{left_out}");
    learner.press("i");
    assert!(!learner.panel().contains(" earlier"), "everything fits: {}", learner.panel());
}

#[test]
fn each_push_of_an_agent_is_distinct_and_readable_at_its_endpoints() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&hop("agent-2", "monitor")).press("w").wait(60);
    let samples = |learner: &Learner| -> Vec<String> {
        let panel = learner.panel();
        assert!(panel.contains("Only agent-2 and monitor can read:"), "{panel}");
        panel.split('{').skip(1).map(str::to_owned).collect()
    };
    let first = (samples(&learner), learner.panel());
    assert!(first.0.concat().contains("\"qps\":") && first.1.contains("17 03 03"), "{}", first.1);
    learner.wait(30);
    let second = (samples(&learner), learner.panel());
    assert_ne!(first.0, second.0, "another sample");
    let port = |panel: &str| panel.split("TCP from port ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned);
    assert!(port(&first.1).is_some() && port(&first.1) != port(&second.1), "{:?}", port(&first.1));
    // Earlier pushes are unchanged by later ones.
    let captured = learner.stage().session.timeline.captured();
    let rows: Vec<_> = captured
        .filter_map(|captured| match &captured.payload {
            hoplight::sim::CapturedPayload::Sample { taken, rows } => Some((*taken, rows.to_vec())),
            _ => None,
        })
        .collect();
    let known = learner.stage().sim();
    let counted = rows.iter().filter(|(taken, rows)| {
        rows.iter().any(|row| known.samples(row.component).any(|(at, sample)| at == taken && sample == row))
    });
    assert!(rows.len() > 3 && counted.count() + 1 >= rows.len(), "the service received every captured sample: {rows:?}");
}

#[test]
fn a_sentence_does_not_capitalise_names() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(5).select(&component("db-1")).press("Xhere fill disk<Enter>");
    assert!(learner.notice().starts_with("The disk of db-1 is full. Writes fail"), "{}", learner.notice());
    learner.press("Xclear<Enter>");
    assert!(learner.notice().starts_with("db-1 has free disk space again"), "{}", learner.notice());
    learner.press("x").wait(5).press("x");
    learner.press("{");
    assert!(learner.notice().starts_with("db-1 is killed."), "{}", learner.notice());
}

#[test]
fn a_balancer_that_is_down_says_since_when_its_checks_are_missing() {
    for (element, keys, why) in [
        (component("lb-1"), "x", "No health checks since 2.0 s: it is down."),
        (server("server-1"), "x", "No health checks since 2.0 s: its server is off."),
        (component("lb-1"), "Xhere hang<Enter>", "No health checks since 2.0 s: it hangs."),
    ] {
        let mut learner = Learner::exploring(LARGE);
        learner.wait(20).select(&element).press(keys).wait(30).select(&component("lb-1"));
        let text = learner.panel();
        assert!(text.contains(why), "{why}: {text}");
        assert!(text.contains("→ web-1 was UP") && !text.contains("→ web-1 UP"), "{text}");
        learner.select(&hop("lb-1", "web-1"));
        let text = learner.panel();
        assert!(text.contains("No health checks by lb-1 since 2.0 s") && !text.contains("health checks: UP"), "{text}");
    }
    // After a restart, health checks resume.
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("lb-1")).press("x").wait(30).press("x").wait(30);
    let text = learner.panel();
    assert!(text.contains("→ web-1 UP") && !text.contains("No health checks"), "{text}");
}

#[test]
fn a_dead_database_has_no_lag_and_says_why() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("db-1")).press("x").wait(30);
    let text = learner.panel();
    assert!(!text.contains("NULL") && text.contains("No lag: a primary has no replication source"), "{text}");
    // Its replica is up, but its lag is unknown.
    learner.select(&component("db-2"));
    let text = learner.panel();
    assert!(text.contains("lag NULL") && text.contains("unknown, since it receives no changes"), "{text}");
    learner.press("x").wait(10);
    let text = learner.panel();
    assert!(!text.contains("NULL") && text.contains("Lag unknown"), "{text}");
}
