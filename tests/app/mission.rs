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
