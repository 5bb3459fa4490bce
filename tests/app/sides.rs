//! Comparisons of different designs: commands that apply to only one of them, and their notices.

use hoplight::app::action::{SelectAction, SiteAction, TimeAction};
use hoplight::app::events::strip;
use hoplight::app::fault_menu::{FaultAction, fault_actions};
use hoplight::app::window;
use hoplight::app::window::kind::WindowKind;
use hoplight::sim::{Command, SimTime, Simulation};

use crate::compare::{comparing, second, sims};
use crate::learner::{LARGE, Learner, SMALL, component};

/// Compares stage 2 with the scaled site: each has components that the other lacks.
fn unlike(size: (u16, u16)) -> Learner {
    comparing(size, "Scaled up")
}

/// Whether a component is up in each design; `None` if the design lacks it.
fn up(learner: &Learner, id: &str) -> [Option<bool>; 2] {
    sims(learner).map(|sim| sim.is_up(&component(id)))
}

/// Returns a component that only the second design has, and one that only the first has.
fn only(learner: &Learner) -> [String; 2] {
    let [a, b] = sims(learner).map(Simulation::infrastructure);
    let of = |this: &hoplight::model::Infrastructure, other: &hoplight::model::Infrastructure| {
        let mut ids = this.components().map(|(_, it)| it.id.to_string());
        ids.find(|id| other.find(id).is_none() && !id.contains("agent") && !id.contains("fw")).expect("such a component exists")
    };
    [of(b, a), of(a, b)]
}

fn run_action(learner: &mut Learner, wanted: impl Fn(&FaultAction) -> bool) -> String {
    let all = fault_actions(learner.stage());
    let place = all.iter().position(wanted).unwrap_or_else(|| panic!("not offered: {all:#?}"));
    learner.app.act(SiteAction::Fault(place));
    all[place].title.to_string()
}

fn log(learner: &mut Learner) -> Vec<String> {
    learner.press("L");
    let window = learner.app.window.clone().expect("open");
    assert_eq!(window.kind, WindowKind::Log);
    let rows = window::rows(&learner.app, window.kind, "").iter().map(|row| row.line.text()).collect();
    learner.press("<Esc>");
    rows
}

#[test]
fn a_component_of_one_design_is_killed_there_and_the_notice_says_so() {
    let mut learner = unlike(LARGE);
    let [in_b, in_a] = only(&learner);
    learner.app.act(SelectAction::Element(component(&in_b)));
    learner.press("x");
    assert_eq!(up(&learner, &in_b), [None, Some(false)], "{}", learner.notice());
    assert!(learner.notice().contains("In B only: in A, there is no"), "{}", learner.notice());
    learner.press("x");
    assert_eq!(up(&learner, &in_b), [None, Some(true)], "the same key restores it");
    learner.app.act(SelectAction::Element(component(&in_a)));
    learner.press("x");
    assert_eq!(up(&learner, &in_a), [Some(false), None]);
    assert!(learner.notice().contains("In A only: in B, there is no"), "{}", learner.notice());
}

#[test]
fn a_fault_of_one_design_is_repaired_there() {
    let mut learner = unlike(LARGE);
    let [in_b, _] = only(&learner);
    learner.app.act(SelectAction::Element(component(&in_b)));
    learner.press("x").wait(10);
    let a = sims(&learner)[0].digest();
    let title = run_action(&mut learner, |action| action.title.to_string().contains("restore"));
    assert_eq!(title, format!("in B: restore {in_b}"));
    assert_eq!(up(&learner, &in_b), [None, Some(true)], "{}", learner.notice());
    assert_eq!(sims(&learner)[0].digest(), a, "the first is unchanged");
    // A fault of both designs is one row, and repairs both.
    learner.app.act(SelectAction::Element(component("browser")));
    let title = run_action(&mut learner, |action| action.title.to_string().contains("authoritative DNS server does not answer"));
    assert!(!title.starts_with("in "), "{title}");
    assert_eq!(sims(&learner).map(|sim| sim.faults().len()), [1, 1]);
    run_action(&mut learner, |action| action.title.to_string().contains("DNS record is restored"));
    assert_eq!(sims(&learner).map(|sim| sim.faults().len()), [0, 0]);
}

#[test]
fn a_row_of_the_catalogue_applies_to_either_design() {
    let learner = unlike(LARGE);
    let offered = fault_actions(learner.stage());
    let sides = offered.iter().filter(|action| action.second.is_some() && !action.is_empty());
    let mut done = 0;
    for action in sides.filter(|action| action.refusal(learner.stage()).is_none()) {
        let mut learner = unlike(LARGE);
        let before = sims(&learner).map(Simulation::clone);
        run_action(&mut learner, |other| other == action);
        let after = sims(&learner);
        let at_once = |commands: &[(f64, Command)]| commands.iter().any(|(after, _)| *after <= 0.0);
        let wanted = [at_once(&action.commands), action.second.as_deref().is_some_and(at_once)];
        assert_eq!([before[0] != *after[0], before[1] != *after[1]], wanted, "{}", action.title);
        done += 1;
    }
    assert!(done > 3, "{done}");
}

#[test]
fn commands_on_the_second_design_only_are_undone_and_redone_by_seeking() {
    let mut learner = unlike(LARGE);
    let [in_b, _] = only(&learner);
    learner.app.act(SelectAction::Element(component(&in_b)));
    learner.press("x").wait(30);
    let there = sims(&learner).map(|sim| (sim.now(), sim.digest()));
    learner.app.act(TimeAction::Seek(SimTime::from_secs(1)));
    assert_eq!(up(&learner, &in_b)[1], Some(true));
    learner.app.act(TimeAction::Seek(there[0].0));
    assert_eq!(sims(&learner).map(|sim| (sim.now(), sim.digest())), there);
    // A new command in the past replaces it.
    learner.app.act(TimeAction::Seek(SimTime::from_secs(1)));
    learner.press(">").wait(50);
    learner.app.act(TimeAction::Seek(there[0].0));
    assert_eq!(up(&learner, &in_b)[1], Some(true), "it was discarded");
}

#[test]
fn a_step_back_over_a_command_undoes_it_in_both() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).press("Cre-enc<Enter>").press(" ").select(&component("web-1"));
    let before = sims(&learner).map(Simulation::digest);
    learner.press("x");
    assert_eq!(up(&learner, "web-1"), [Some(false); 2]);
    learner.press(",");
    assert_eq!(up(&learner, "web-1"), [Some(true); 2]);
    assert_eq!(sims(&learner).map(Simulation::digest), before);
    learner.press(".");
    assert_eq!(up(&learner, "web-1"), [Some(false); 2]);
}

#[test]
fn the_log_covers_both_designs_and_labels_events_of_only_one() {
    let mut learner = unlike(LARGE);
    let [in_b, _] = only(&learner);
    learner.app.act(SelectAction::Element(component(&in_b)));
    learner.press("x>").wait(30).press("t");
    let rows = log(&mut learner);
    let row = |text: &str| rows.iter().find(|row| row.contains(text)).unwrap_or_else(|| panic!("no {text}: {rows:#?}"));
    assert!(row(&format!("{in_b} ")).starts_with("B  "), "{rows:#?}");
    assert!(row("requests per second").starts_with("   "), "the load is the same: {rows:#?}");
    assert!(rows.iter().any(|row| row.starts_with("A  command") && row.contains("TLS")), "{rows:#?}");
    // Without a comparison, rows have no letters.
    learner.press("C");
    assert!(log(&mut learner).iter().all(|row| !row.starts_with(' ') && !row.starts_with("A ")));
}

#[test]
fn the_timeline_of_a_comparison_has_the_marks_of_both_and_is_clickable() {
    let mut learner = unlike((200, 60));
    let [in_b, _] = only(&learner);
    learner.app.act(SelectAction::Element(component(&in_b)));
    learner.press("x").wait(50);
    let row = second(&learner).areas.timeline;
    assert_eq!((row.height, row.y), (1, 57));
    let marks = learner.stage().known_marks();
    assert!(marks.iter().any(|(side, mark)| *side == Some('B') && mark.text.to_string().contains(&in_b)), "{marks:?}");
    let at = marks.iter().find(|(side, _)| *side == Some('B')).map(|(_, mark)| mark.at).expect("the kill");
    let column = hoplight::app::events::column(at, learner.stage().span(), strip(row).width);
    learner.click((strip(row).x + column, row.y));
    assert_eq!(learner.now(), at);
    assert!(learner.notice().contains(&in_b), "{}", learner.notice());
    // On a small screen, only the log has the timeline.
    let mut learner = unlike(SMALL);
    assert_eq!(second(&learner).areas.timeline.height, 0);
    learner.press("L");
    assert_eq!(hoplight::app::window::area(&learner.app).expect("open").timeline.height, 1);
}

#[test]
fn the_names_include_internal_tls_if_it_differs() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("Cre-enc<Enter>");
    assert_eq!(second(&learner).names(), ["TLS terminate", "TLS re-encrypt"]);
    let tls = learner.stage().infra().tls();
    learner.press("T").wait(1);
    let word = |on: bool| if on { "TLS" } else { "plain" };
    let inside = [!tls.web_to_app, tls.web_to_app].map(word);
    assert_eq!(
        second(&learner).names(),
        [format!("TLS terminate, web→app {}", inside[0]), format!("TLS re-encrypt, web→app {}", inside[1])]
    );
    learner.press("Te").wait(1);
    let inside = [!tls.app_to_db, tls.app_to_db].map(word);
    assert_eq!(
        second(&learner).names(),
        [format!("TLS terminate, db {}", inside[0]), format!("TLS re-encrypt, db {}", inside[1])]
    );
}
