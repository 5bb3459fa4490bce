//! The shipped scenarios have their intended properties.

use hoplight::model::{Cipher, Infrastructure, Medium, TlsMode, TopologyEdit};

fn stage_2() -> Infrastructure {
    Infrastructure::from_ron("assets/stage-2-secured.ron", include_str!("../assets/stage-2-secured.ron"))
        .expect("a valid scenario")
}

/// Formats the readable hops as `from>to`, with a star if a hop is readable only inside one server.
fn plaintext(infra: &Infrastructure) -> Vec<String> {
    infra
        .hops()
        .filter(|hop| hop.cipher == Cipher::Plaintext)
        .map(|hop| {
            let star = if hop.medium == Medium::Loopback { "*" } else { "" };
            format!("{}>{}{star}", infra.component(hop.from).id, infra.component(hop.to).id)
        })
        .collect()
}

#[test]
fn termination_leaves_exactly_the_hops_behind_the_balancer_readable() {
    let infra = stage_2();
    let behind = [
        "lb-1>web-1",
        "lb-1>web-2",
        "web-1>app-1*",
        "web-2>app-2*",
        "app-1>db-1*",
        "app-1>db-2",
        "app-2>db-2*",
        "app-2>db-1",
        "db-1>db-2",
    ];
    assert_eq!(plaintext(&infra), [&["browser>dns"][..], &behind[..]].concat());
}

#[test]
fn each_mode_changes_its_hops_and_no_other() {
    let with = |mode| plaintext(&stage_2().edited(&TopologyEdit::EdgeTls(mode)));
    assert!(with(TlsMode::None).contains(&"browser>lb-1".into()));
    for mode in [TlsMode::Reencrypt, TlsMode::Passthrough] {
        let hops = with(mode);
        assert!(!hops.iter().any(|hop| hop.starts_with("lb-1>")), "{hops:?}");
        assert!(hops.contains(&"app-2>db-1".into()), "the hop to the database is still readable");
    }
}

#[test]
fn every_link_of_stage_2_passes_its_firewalls() {
    let infra = stage_2();
    for hop in infra.hops() {
        for guard in &hop.guards {
            assert_eq!(guard.verdict.action, hoplight::model::firewall::RuleAction::Allow, "{}", infra.hop_element(hop.link));
        }
        if hop.medium == Medium::Loopback {
            assert!(hop.guards.is_empty());
        }
    }
}

/// Returns the position and message of the error in a modified scenario.
fn refused(text: &str) -> (Option<(usize, usize)>, String) {
    let error = hoplight::text::read_error(Infrastructure::from_ron("x.ron", text).expect_err("an invalid scenario"));
    (error.place, error.message)
}

/// Returns the line and column of the last `needle` in the first line that contains `line`.
fn place(text: &str, line: &str, needle: &str) -> Option<(usize, usize)> {
    let (number, content) = text.lines().enumerate().find(|(_, content)| content.contains(line))?;
    Some((number + 1, content.get(..content.rfind(needle)?)?.chars().count() + 1))
}

const DESIGN: &str = include_str!("../assets/design-0.ron");

#[test]
fn a_duplicate_name_is_reported_at_its_second_use() {
    let text = DESIGN.replacen("(id: \"server-3\", ", "(id: \"server-1\", ", 1).replace("\"server-3\"", "\"server-2\"");
    let (at, message) = refused(&text);
    assert!(message.contains("two servers have the id `server-1`"), "{message}");
    assert_eq!(at, place(&text, "label: \"database\"", "\"server-1\""));
    let text = DESIGN.replacen("(id: \"dns\"", "(id: \"browser\"", 1);
    let (at, message) = refused(&text);
    assert!(message.contains("two components have the id `browser`"), "{message}");
    assert_eq!(at, place(&text, "kind: DnsResolver", "\"browser\""));
}

#[test]
fn an_invalid_link_is_reported_at_its_record() {
    let begin = "    links: [\n";
    assert!(DESIGN.contains(begin));
    let (before, behind) = DESIGN.rsplit_once("    ],").expect("the links end");
    for (link, words) in [
        ("(from: \"browser\", to: \"lb-1\", protocol: Http),", "two links go from"),
        ("(from: \"browser\", to: \"web-1\", protocol: Sql),", "an SQL link goes from"),
        ("(from: \"lb-1\", to: \"dns\", protocol: Metrics),", "a metrics link goes from"),
    ] {
        // The position in the list does not matter.
        let text = format!("{before}        /* wrong */ {link}\n    ],{behind}");
        let (at, message) = refused(&text);
        assert!(message.contains(words), "{message}");
        let to = link.split('"').nth(3).expect("a link target");
        assert_eq!(at, place(&text, "/* wrong */", &format!("\"{to}\"")), "{link}");
    }
}

#[test]
fn an_error_about_the_whole_scenario_is_reported_at_its_list() {
    let text = DESIGN.replacen(
        "(id: \"browser\", kind: Browser,",
        "(id: \"other\", kind: Browser), (id: \"browser\", kind: Browser,",
        1,
    );
    let (at, message) = refused(&text);
    assert!(message.contains("one browser, found 2"), "{message}");
    assert_eq!(at, place(&text, "components: [", "components: ["));
    let entry = DESIGN.lines().find(|line| line.contains("from: \"browser\"") && line.contains("Http")).expect("an entry");
    let text = DESIGN.replacen(entry, "", 1);
    let (at, message) = refused(&text);
    assert!(message.contains("an HTTP link to each entry of the site, at least one and at most 28; found 0"), "{message}");
    assert_eq!(at, place(&text, "    links: [", "links: ["));
}
