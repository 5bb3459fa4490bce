//! Missions on the stage: what the learner sees before, during and after, and what is recorded.

use std::time::Duration;

use hoplight::app::task::Task;
use hoplight::app::{Effect, KeyContext};
use hoplight::model::MissionId;

use crate::learner::{LARGE, Learner, SMALL};

fn mission(id: &str, size: (u16, u16)) -> Learner {
    let mut learner = Learner::new(size);
    assert!(learner.app.open_mission(&MissionId::new(id)), "no mission {id}");
    assert_eq!(learner.app.key_context(), KeyContext::Mission);
    learner
}

/// Waits until nothing is measured.
fn measured(learner: &mut Learner) {
    for _ in 0..400 {
        learner.wait(1);
        if !learner.stage().task.as_ref().is_some_and(Task::is_busy) {
            return;
        }
    }
    panic!("the measurement does not end");
}

#[test]
fn a_mission_measures_the_design_as_it_was_found() {
    let mut learner = mission("password-inside", LARGE);
    measured(&mut learner);
    let panel = learner.panel();
    assert!(panel.contains("☐") && panel.contains("hops"), "{panel}");
    assert!(!panel.contains("★"), "{panel}");
    learner.press("C");
    measured(&mut learner);
    assert!(learner.notice().starts_with("Not yet"), "{}", learner.notice());
    assert_eq!(learner.app.progress.result("mission/password-inside"), None);
}

#[test]
fn a_mission_is_passed_by_a_design_that_has_the_properties() {
    let mut learner = mission("password-inside", SMALL);
    // The learner encrypts the connections behind the balancer, and those of the applications.
    learner.press("tTe");
    learner.press("C");
    measured(&mut learner);
    assert!(learner.notice().starts_with("Mission passed"), "{}: {}", learner.notice(), learner.panel());
    assert!(learner.panel().contains('★'), "{}", learner.panel());
    assert!(learner.app.progress.result("mission/password-inside").is_some_and(|stars| stars > 0));
    assert!(learner.app.take_unsaved(), "the result is saved");
    learner.press("N");
    assert_eq!(learner.app.key_context(), KeyContext::Mission);
    let next = learner.app.design().expect("the next mission's design").0;
    assert_ne!(next.as_str(), "mission-password-inside");
}

#[test]
fn a_design_that_changed_has_to_be_measured_again() {
    let mut learner = mission("password-inside", LARGE);
    learner.press("C");
    measured(&mut learner);
    learner.press("t");
    assert!(learner.panel().contains("C measures it again"), "{}", learner.panel());
}

/// The keys with which a learner passes the first missions of the first ladder, from opening a mission to the measurement.
const LADDER: [(&str, &str); 6] = [
    // A balancer takes the place of the web server; the copy of the server has a replica of its own.
    ("too-many-visitors", ":select web-1<Enter>aload<Enter>:select server-1<Enter>y"),
    ("dead-application", ":select lb-1<Enter><Enter>health<Enter><Enter><Esc>"),
    ("reads-without-primary", ":select db-1<Enter>adata new<Enter>"),
    ("open-ports", "afire<Enter>"),
    ("sniffed-password", "acert<Enter>R"),
    ("blind-operator", "amon<Enter>"),
];

#[test]
fn the_first_ladder_is_climbed_with_keys() {
    for (id, keys) in LADDER {
        let mut learner = mission(id, SMALL);
        learner.press(keys);
        learner.press("C");
        measured(&mut learner);
        assert!(learner.notice().starts_with("Mission passed"), "{id}: {}: {}", learner.notice(), learner.panel());
    }
}

#[test]
fn a_site_with_tls_but_without_a_certificate_of_its_own_does_not_pass() {
    let mut learner = mission("sniffed-password", LARGE);
    learner.press("tRC");
    measured(&mut learner);
    assert!(learner.notice().starts_with("Not yet"), "{}", learner.notice());
    let panel = learner.panel();
    assert!(panel.contains("☐ A certificate proves"), "{panel}");
    assert!(panel.contains("☑ No password can be read between the users and the site: none."), "{panel}");
}

#[test]
fn unsaved_work_on_a_mission_is_offered_and_continued() {
    let mut learner = mission("sniffed-password", SMALL);
    assert_eq!(learner.app.take_opened_task().map(|id| id.to_string()).as_deref(), Some("mission-sniffed-password"));
    assert_eq!(learner.app.take_opened_task(), None, "asked once");
    learner.press("O");
    assert_eq!(learner.notice(), "There is no unsaved work to continue.");
    let mut other = mission("sniffed-password", SMALL);
    other.press("acert<Enter>R");
    let (_, drawing) = other.app.design().expect("the editor is open");
    learner.app.offer_unsaved(drawing);
    assert!(learner.notice().contains("O continues it"), "{}", learner.notice());
    learner.press("O");
    assert!(learner.effects.contains(&Effect::ContinueDesign));
    assert_eq!(learner.app.key_context(), KeyContext::Mission, "the mission goes on");
    learner.press("C");
    measured(&mut learner);
    assert!(learner.notice().starts_with("Mission passed"), "{}: {}", learner.notice(), learner.panel());
}

#[test]
fn hints_are_shown_one_after_the_other() {
    let mut learner = mission("sniffed-password", LARGE);
    learner.press("h");
    assert!(learner.panel().contains("hint 1/3"), "{}", learner.panel());
    learner.press("hhh");
    assert!(learner.panel().contains("hint 3/3"), "{}", learner.panel());
    assert_eq!(learner.notice(), "There are no more hints.");
}

#[test]
fn a_paused_run_does_not_stop_the_measurement() {
    let mut learner = mission("password-inside", SMALL);
    learner.press(" C");
    assert!(learner.app.is_animating());
    measured(&mut learner);
    let now = learner.now();
    learner.app.tick(Duration::from_secs(1));
    assert_eq!(learner.now(), now, "the site stays paused");
}

#[test]
fn the_course_map_lists_missions_and_opens_them() {
    let mut learner = Learner::new(SMALL);
    learner.press(":read in a caf<Enter>");
    assert_eq!(learner.app.key_context(), KeyContext::Mission);
    assert!(learner.panel().contains("café"), "{}", learner.panel());
    learner.press("E");
    assert_eq!(learner.app.key_context(), KeyContext::Mission, "a mission is done in the editor");
    assert!(!learner.effects.contains(&Effect::Quit));
}
