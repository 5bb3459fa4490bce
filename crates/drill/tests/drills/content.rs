//! Drill files: what is rejected, and where.

use hoplight_drill::{DrillCatalogue, suspects};
use hoplight_model::Text;

use crate::site::{DRILLS, catalogue, designs};

/// Reads one drill after a change of its text. Returns the message, with its line.
fn error(file: &str, from: &str, to: &str) -> (Option<usize>, String) {
    let (name, text) = DRILLS.iter().find(|(name, _)| *name == file).expect("a drill");
    assert!(text.contains(from), "{file} contains {from}");
    let changed = text.replacen(from, to, 1);
    let errors = DrillCatalogue::read(&[(name, &changed)], &designs()).expect_err("it is wrong");
    let [error] = errors.as_slice() else { panic!("{errors:#?}") };
    (error.place.map(|(line, _)| line), error.message.clone())
}

#[test]
fn mistakes_are_located() {
    const FILE: &str = "05-every-second-page.ron";
    for (from, to, message) in [
        ("\"stage-2-secured\"", "\"stage-9\"", "There is no such scenario."),
        ("0s kill app-2", "0s kill app-9", "app-9"),
        ("0s kill app-2", "0s kil app-2", "kil"),
        ("\"restore app-2\"", "\"rate 10\"", "Operators cannot"),
        ("element: Component(\"app-2\")", "element: Component(\"app-1\")", "does not inject the cause"),
        ("element: Component(\"web-2\")", "element: Component(\"app-2\")", "is true, or cannot occur"),
        ("onset_s: (20, 40)", "onset_s: (40, 20)", "must not be empty"),
        ("limit_s: 300", "limit_s: 300000", "no time can be above 3600 s"),
        ("format: 1", "format: 2", "a newer hoplight is needed"),
        ("order: 5", "colour: 5", "colour"),
    ] {
        let (line, found) = error(FILE, from, to);
        assert!(found.contains(message), "{from}: {found}");
        assert!(line.is_some() || to == "format: 2", "{from}: {found} has no line");
    }
    let twice = [DRILLS[0], DRILLS[0]];
    assert_eq!(DrillCatalogue::read(&twice, &designs()).expect_err("one id").len(), 1);
    let (_, found) = error("01-green-dashboards.ron", "Catalogue(\"certificate-expired\")", "Catalogue(\"no-such-fault\")");
    assert!(found.contains("no such fault"), "{found}");
}

#[test]
fn titles_and_briefings_do_not_name_the_cause() {
    for (drill, _) in catalogue().drills() {
        let shown: Vec<&str> = [&drill.id, &drill.title].into_iter().chain(&drill.briefing).map(Text::as_str).collect();
        let shown = shown.join(" ").to_lowercase();
        assert!(drill.briefing.len() == 2 && drill.look_at.len() >= 2 && drill.explanation.len() >= 2, "{}", drill.id);
        assert!(!drill.wrong.is_empty() && drill.hints.len() == 3, "{}", drill.id);
        for spoiler in
            ["certificate", "agent", "retr", "split", "check", "dns", "disk", "vrrp", "connections", "firewall", "slow", "config"]
        {
            assert!(!shown.contains(spoiler), "{}: {spoiler}", drill.id);
        }
    }
}

#[test]
fn the_suspects_contain_every_cause_and_many_others() {
    for (drill, infra) in catalogue().drills() {
        let suspects = suspects(infra);
        assert!(suspects.contains(&drill.remedy.cause), "{}", drill.id);
        assert!(suspects.len() >= 20, "{}: {}", drill.id, suspects.len());
    }
}
