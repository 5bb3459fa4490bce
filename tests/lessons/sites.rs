//! Lessons on several infrastructures: a step that changes it begins a new run.

use std::sync::Arc;

use hoplight::lesson::{Clock, Lesson, LessonRun, LessonSites, Moved, Opening, Player, StepEntry};
use hoplight::model::{ComponentId, RequestKind};
use hoplight::sim::{Command, SimTime};

use super::{SMALL, library, stage_2};

/// The small lesson, with stage 1 from the fourth step on.
fn lesson() -> Arc<Lesson> {
    let text = SMALL.replacen("title: \"Restore\",", "title: \"Restore\", scenario: \"stage-1-distributed\",", 1);
    Arc::new(Lesson::from_ron("small.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

fn entry_of(moved: Moved) -> StepEntry {
    let Moved::Step(entry) = moved else { panic!("{moved:?}") };
    entry
}

fn scenario(entry: &StepEntry) -> Option<&str> {
    entry.scenario.as_ref().map(hoplight::model::ScenarioId::as_str)
}

#[test]
fn each_step_knows_its_infrastructure() {
    let lesson = lesson();
    let at: Vec<&str> = (0..7).map(|step| lesson.scenario_at(step).as_str()).collect();
    assert_eq!(at[2..4], ["stage-2-secured", "stage-1-distributed"]);
    assert_eq!(at[6], "stage-1-distributed", "the quiz is about that of the last step");
    assert_eq!(lesson.scenarios().count(), 2);
    let sites = LessonSites::find(&library(), &lesson).expect("shipped");
    assert_eq!(sites.of(lesson.scenario_at(5)).id().as_str(), "stage-1-distributed");
    assert_eq!(sites.of(lesson.scenario_at(0)).id().as_str(), "stage-2-secured");
}

#[test]
fn a_change_runs_the_setup_and_the_step_again_both_ways() {
    let (mut run, entry) = LessonRun::start_at(lesson(), 2);
    assert_eq!(scenario(&entry), None);
    let kill = Opening::Do(Command::Kill(hoplight::model::Element::Component(ComponentId::new("web-1"))));
    let setup = Opening::Do(lesson().setup[0].clone());

    let entry = entry_of(run.skip(&stage_2()));
    assert_eq!(scenario(&entry), Some("stage-1-distributed"));
    assert_eq!((entry.openings, entry.clock), (vec![setup.clone(), kill.clone()], Some(Clock::Waits)));
    assert_eq!(scenario(&entry_of(run.previous())), Some("stage-2-secured"), "back to its infrastructure");
    let entry = entry_of(run.skip(&stage_2()));
    assert_eq!((scenario(&entry), &entry.openings), (Some("stage-1-distributed"), &vec![setup.clone(), kill.clone()]));
    let again = entry_of(run.again());
    let whole = vec![setup.clone(), kill.clone()];
    assert_eq!((scenario(&again), &again.openings), (Some("stage-1-distributed"), &whole), "a restart is a new run");
    let _ = run.skip(&stage_2());
    assert_eq!(scenario(&entry_of(run.again())), None, "unless the step leaves the infrastructure as it is");
    let _ = run.previous();

    // Opened at a later step, a lesson starts on the last infrastructure, without what was for the one before.
    let (_, entry) = LessonRun::start_at(lesson(), 4);
    assert_eq!((scenario(&entry), &entry.openings), (Some("stage-1-distributed"), &vec![setup, kill]));
}

#[test]
fn a_player_starts_a_new_run() {
    let sites = LessonSites::find(&library(), &lesson()).expect("shipped");
    let (mut player, _) = Player::begin(&lesson(), &sites, 1, 1).expect("a valid setup");
    for act in &lesson().steps[1].solution {
        player.act(act).expect("checked");
    }
    assert!(player.timeline().simulation().now() > SimTime::from_secs(10));
    let id = |player: &Player| player.infrastructure().id().as_str().to_owned();
    for (now, infra) in [(15, "stage-2-secured"), (0, "stage-1-distributed")] {
        let _ = player.skip().expect("a valid setup");
        assert_eq!((player.timeline().simulation().now(), id(&player)), (SimTime::from_secs(now), infra.to_owned()));
    }
}

#[test]
fn a_lesson_opened_at_a_step_has_no_visitors_of_earlier_steps() {
    let text = SMALL.replacen("title: \"Restore\",", "title: \"Restore\", tap: (\"lb-1\", \"web-1\"),", 1);
    let text = text.replacen("begin: [", "begin: [Send(Read), ", 1);
    let lesson = Arc::new(Lesson::from_ron("small.ron", &text).unwrap_or_else(|error| panic!("{error}")));
    let sends =
        |entry: &StepEntry| entry.openings.iter().filter(|opening| matches!(opening, Opening::Do(Command::Send(_)))).count();
    let at = lesson.steps.iter().position(|step| step.begin.contains(&Command::Send(RequestKind::Read))).expect("just added");
    let (_, entry) = LessonRun::start_at(Arc::clone(&lesson), at);
    assert_eq!(sends(&entry), 1, "its own");
    let (_, entry) = LessonRun::start_at(Arc::clone(&lesson), at + 1);
    assert_eq!(sends(&entry), 0);
    // Only the wiretap of the step itself is placed.
    let taps = (0..lesson.steps.len()).map(|step| LessonRun::start_at(Arc::clone(&lesson), step).1.tap.is_some());
    let expected: Vec<bool> = lesson.steps.iter().map(|step| *step.title == *"Restore").collect();
    assert_eq!(taps.collect::<Vec<_>>(), expected);
}

#[test]
fn a_fresh_start_is_a_new_run_on_the_same_infrastructure() {
    let text = SMALL.replacen("title: \"Restore\",", "title: \"Restore\", start: Fresh,", 1);
    let lesson = Arc::new(Lesson::from_ron("small.ron", &text).unwrap_or_else(|error| panic!("{error}")));
    let setup = Opening::Do(lesson.setup[0].clone());
    let (mut run, entry) = LessonRun::start_at(lesson, 2);
    assert_eq!(scenario(&entry), None);
    let entry = entry_of(run.skip(&stage_2()));
    assert_eq!(scenario(&entry), Some("stage-2-secured"));
    assert_eq!(entry.openings.first(), Some(&setup));
    assert_eq!(scenario(&entry_of(run.previous())), None, "back to a step of the same infrastructure");
    assert_eq!(scenario(&entry_of(run.skip(&stage_2()))), None, "a step begins once");
    assert_eq!(scenario(&entry_of(run.again())), Some("stage-2-secured"));
}
