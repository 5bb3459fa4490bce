//! Comparisons: two designs with the same load, the same commands and the same time.

use hoplight::app::action::SiteAction;
use hoplight::app::comparison::Comparison;
use hoplight::app::fault_menu::fault_actions;
use hoplight::app::{Screen, View};
use hoplight::lesson::outcome::{Opening, StepEntry};
use hoplight::model::TopologyEdit::{AppToDbTls, EdgeTls, WebToAppTls};
use hoplight::model::{Element, TlsMode};
use hoplight::sim::{Command, Simulation, Timeline};

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

/// Compares stage 2 with the first match of a filter.
pub(crate) fn comparing(size: (u16, u16), filter: &str) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(20).press("C").press(filter).press("<Enter>");
    assert_eq!(learner.stage().panels.view, View::Compare);
    learner
}

pub(crate) fn second(learner: &Learner) -> &Comparison {
    learner.stage().panels.comparison.as_ref().expect("a comparison is open")
}

pub(crate) fn sims(learner: &Learner) -> [&Simulation; 2] {
    [learner.stage().sim(), second(learner).timeline.simulation()]
}

fn table(learner: &Learner) -> Vec<String> {
    second(learner).lines(learner.stage().sim()).iter().map(hoplight::app::Line::text).collect()
}

#[test]
fn both_designs_get_the_same_requests_at_the_same_time() {
    let mut learner = comparing(LARGE, "re-encrypt");
    learner.wait(50);
    let [a, b] = sims(&learner);
    assert_eq!((a.now(), a.totals().offered), (b.now(), b.totals().offered));
    assert_eq!([a, b].map(|sim| sim.infrastructure().tls().edge), [TlsMode::Terminate, TlsMode::Reencrypt]);
    let mut alone = Timeline::new(Simulation::new(b.infrastructure().clone(), a.seed()));
    alone.seek(b.now());
    assert_eq!(alone.simulation().digest(), b.digest(), "the second design runs as it would alone");
}

#[test]
fn a_second_design_gets_the_load_of_the_first() {
    let mut learner = comparing(LARGE, "Simple");
    learner.wait(50);
    let [a, b] = sims(&learner);
    assert_eq!(b.infrastructure().id().as_str(), "stage-0-simple");
    assert_eq!(a.totals().offered, b.totals().offered);
}

#[test]
fn faults_and_load_apply_to_both_and_tls_changes_to_the_first_only() {
    let mut learner = comparing(LARGE, "re-encrypt");
    learner.select(&component("web-1")).press("x>");
    let [a, b] = sims(&learner);
    let web = Element::Component("web-1".parse().expect("a name"));
    assert_eq!([a.is_up(&web), b.is_up(&web)], [Some(false); 2]);
    assert!((a.rate() - b.rate()).abs() < 1e-9);
    learner.press("t");
    assert_eq!(sims(&learner).map(|sim| sim.infrastructure().tls().edge), [TlsMode::Reencrypt; 2]);
    let text = table(&learner).join("\n");
    assert_eq!(text.matches("\nnothing").count(), 2, "now the designs are the same: {text}");
}

#[test]
fn a_fault_is_shared_and_the_rate_limit_against_it_is_not() {
    let mut learner = comparing(LARGE, "re-encrypt");
    learner.wait(20).press("Xguesses<Enter>").wait(20);
    let attacked = |learner: &Learner| sims(learner).map(|sim| sim.abuse().is_some_and(|abuse| abuse.attack.is_some()));
    assert_eq!(attacked(&learner), [true; 2]);
    let limited = |learner: &Learner| {
        sims(learner).map(|sim| sim.infrastructure().components().any(|(_, component)| component.kind.rate_limit().is_some()))
    };
    assert_eq!(limited(&learner), [false; 2]);
    learner.press("Xlogins<Enter>");
    learner.wait(20);
    assert_eq!((attacked(&learner), limited(&learner)), ([true; 2], [true, false]));
}

#[test]
fn earlier_commands_are_replayed_on_the_second() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&server("server-3")).press("x").wait(30).press("Cre-enc<Enter>");
    let [a, b] = sims(&learner);
    assert_eq!(b.is_up(&server("server-3")), Some(false));
    assert_eq!(a.now(), b.now());
}

#[test]
fn a_rewind_applies_to_both() {
    let mut learner = comparing(LARGE, "re-encrypt");
    let state = |learner: &Learner| sims(learner).map(|sim| (sim.now(), sim.digest()));
    learner.wait(20).press(" ,");
    let there = state(&learner);
    assert_eq!(there[0].0, there[1].0);
    learner.press("...");
    assert!(state(&learner)[1].0 > there[1].0);
    learner.press(",,,");
    assert_eq!(state(&learner), there, "both states are restored");
}

#[test]
fn differences_are_called_out_with_a_sign_and_not_by_colour_alone() {
    let mut learner = comparing(SMALL, "re-encrypt");
    learner.wait(20);
    let lines = table(&learner);
    let readable = lines.iter().find(|line| line.starts_with("readable hops")).expect("a row");
    assert!(readable.contains("−2 ✓"), "{readable}");
    let only = lines.iter().position(|line| line == "found only in A").expect("a heading");
    assert!(lines[only + 1].contains("Passwords"), "{lines:?}");
}

#[test]
fn the_same_key_and_escape_end_a_comparison_and_the_monitor_key_refuses() {
    for key in ["C", "<Esc>"] {
        let mut learner = comparing(SMALL, "re-encrypt");
        learner.press(key);
        assert!(learner.stage().panels.comparison.is_none() && learner.stage().panels.view == View::Canvas, "{key}");
    }
    let mut learner = comparing(SMALL, "re-encrypt");
    learner.press("m");
    assert_eq!(learner.notice(), "A comparison is open: C ends it.");
    assert!(learner.stage().panels.comparison.is_some() && learner.stage().panels.view == View::Compare, "nothing is lost");
}

/// Whether a component is up in each design.
fn up(learner: &Learner, id: &str) -> [Option<bool>; 2] {
    sims(learner).map(|sim| sim.is_up(&component(id)))
}

/// Asserts that the second design is in the same state as a separate run with the shared commands of the first.
fn assert_replayed(learner: &Learner, begins: &Simulation) {
    let mut alone = Timeline::new(begins.clone());
    for (at, command) in learner.stage().session.timeline.commands() {
        if !matches!(command, Command::Edit(EdgeTls(_) | WebToAppTls(_) | AppToDbTls(_))) {
            alone.seek(at);
            let _ = alone.apply(command.clone());
        }
    }
    alone.seek(learner.now());
    assert_eq!(alone.simulation().digest(), sims(learner)[1].digest());
}

#[test]
fn a_discarded_future_is_discarded_in_both() {
    let mut learner = comparing(LARGE, "re-encrypt");
    let begins = Simulation::new(sims(&learner)[1].infrastructure().clone(), sims(&learner)[0].seed());
    learner.wait(50).select(&component("web-1")).press("x").wait(30);
    assert_eq!(up(&learner, "web-1"), [Some(false); 2]);
    // Going back to 3 s and changing TLS discards the failure.
    learner.press("J3<Enter>t ").wait(60);
    assert_eq!(up(&learner, "web-1"), [Some(true); 2]);
    assert_replayed(&learner, &begins);
    // So does a change of the balancing algorithm.
    learner.press("x").wait(20).press("J4<Enter>b ").wait(60);
    let [a, b] = up(&learner, "web-1");
    assert_eq!(a, b);
    assert_replayed(&learner, &begins);
}

#[test]
fn the_second_shares_the_known_future_of_the_first() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(50).select(&component("web-1")).press("x").wait(30).press("J3<Enter>C<Enter>");
    assert_eq!(learner.stage().panels.view, View::Compare);
    assert_eq!(up(&learner, "web-1"), [Some(true); 2], "not yet");
    learner.press(" ").wait(60);
    assert_eq!(up(&learner, "web-1"), [Some(false); 2]);
    learner.press("J3<Enter>");
    assert_eq!(up(&learner, "web-1"), [Some(true); 2]);
}

#[test]
fn scheduled_commands_run_on_both() {
    let mut learner = Learner::exploring(LARGE);
    let stage = learner.wait(20).stage();
    let pause = fault_actions(stage).iter().position(|action| action.title.to_string().starts_with("a ten-second pause"));
    learner.app.act(SiteAction::Fault(pause.expect("a row of the catalogue")));
    learner.wait(10).press("C<Enter>");
    assert_eq!(learner.stage().panels.view, View::Compare);
    assert!(sims(&learner).iter().all(|sim| !sim.faults().is_empty()), "the pause is active");
    learner.wait(120);
    assert_eq!(sims(&learner).map(|sim| sim.faults().len()), [0; 2], "both are repaired");
}

#[test]
fn the_setup_of_a_lesson_step_runs_on_both() {
    let mut learner = comparing(LARGE, "re-encrypt");
    let begins = Simulation::new(sims(&learner)[1].infrastructure().clone(), sims(&learner)[0].seed());
    let kill = Command::Kill(component("web-1"));
    let entry = StepEntry { openings: vec![Opening::Do(kill)], ..StepEntry::default() };
    let Screen::Stage(stage) = &mut learner.app.screen else { panic!("a stage is shown") };
    stage.enter(&entry).expect("a valid setup");
    learner.wait(10);
    assert_eq!(up(&learner, "web-1"), [Some(false); 2]);
    assert_replayed(&learner, &begins);
}

#[test]
fn blocking_a_hop_reanalyses_both_designs() {
    let mut learner = comparing(LARGE, "re-encrypt");
    let points = |learner: &Learner| {
        let lines = table(learner);
        lines.iter().find(|line| line.starts_with("single points")).expect("a row").clone()
    };
    let before = points(&learner);
    learner.select(&hop("app-2", "db-1")).press("f");
    let after = points(&learner);
    assert_ne!(before, after);
    assert!(after.contains("same"), "TLS does not affect it: {after}");
}

#[test]
fn both_names_can_be_read_on_a_small_screen() {
    let learner = comparing(SMALL, "re-encrypt");
    assert_eq!(second(&learner).names(), ["TLS terminate", "TLS re-encrypt"]);
    assert_eq!(second(&learner).areas.titles[0].height, 0, "both fit on one line");
    let learner = comparing(SMALL, "as written");
    let comparison = second(&learner);
    let [a, b] = comparison.names();
    assert!(a.starts_with("Secured") && b.contains("as written"), "{a}, {b}");
    assert!(a.len() + b.len() > 70 && b.len() < 70, "both fit only on two lines");
    let (above, table) = (comparison.areas.titles[0], comparison.areas.table);
    assert_eq!((above.y, above.height, table.y), (1, 1, 2), "the first has its own line");
}

#[test]
fn in_a_lesson_the_notice_names_the_key_that_ends_the_comparison() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("C<Enter>");
    assert_eq!(learner.stage().panels.view, View::Compare);
    assert!(learner.notice().ends_with("C shows the lesson again."), "{}", learner.notice());
    learner.press("C");
    assert_eq!(learner.stage().panels.view, View::Canvas);
}

#[test]
fn a_click_selects_in_either_picture() {
    let mut learner = comparing(LARGE, "re-encrypt");
    for at in 0..2 {
        let comparison = second(&learner);
        let (picture, cell) = (comparison.areas.pictures[at], comparison.layouts[at].anchor(&component("lb-1")));
        let cell = cell.expect("on the canvas");
        learner.app.click(picture.x + cell.x, picture.y + cell.y);
        assert_eq!(learner.stage().session.selected, Some(component("lb-1")), "picture {at}");
        learner.app.click(picture.x, picture.y + picture.height - 1);
        assert_eq!(learner.stage().session.selected, None);
    }
}

#[test]
fn a_comparison_has_no_panel_and_the_key_says_so() {
    let mut learner = comparing(SMALL, "re-encrypt");
    learner.press("i");
    assert_eq!(learner.notice(), "There is no other panel during a comparison.");
    assert!(!learner.stage().panels.show_detail);
    learner.press("<Esc>");
    assert_eq!(learner.stage().panels.view, View::Canvas, "Esc ends the comparison, not a hidden panel");
}

#[test]
fn a_comparison_starts_from_the_original_firewall_rules_and_replays_the_edits() {
    let block = |learner: &mut Learner| {
        learner.select(&hop("app-2", "db-1")).press("f");
        assert!(learner.notice().contains("app-2"), "{}", learner.notice());
    };
    let mut after = Learner::exploring(LARGE);
    after.wait(30);
    block(&mut after);
    after.wait(20).press("Cre-enc<Enter>").wait(10);
    let mut before = Learner::exploring(LARGE);
    before.wait(30).press("Cre-enc<Enter>");
    block(&mut before);
    before.wait(30);
    let [a, b] = [sims(&after), sims(&before)];
    assert_eq!(a.map(Simulation::now), b.map(Simulation::now));
    assert_eq!(a.map(Simulation::digest), b.map(Simulation::digest));
    assert!(a[1].totals().failed > 0, "the block applies to the second too");
}
