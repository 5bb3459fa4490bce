//! Wrong acts in the shipped lessons: the author's reply appears, and a state that is broken again keeps its step open.

use std::sync::Arc;

use hoplight::lesson::{Act, Condition, Lesson, Moved, Nature, Player};
use hoplight::model::{Infrastructure, TlsMode, TopologyEdit};
use hoplight::sim::Command;

use super::{library, small, stage_2};

/// Every step of the shipped lessons, with its number.
fn steps() -> Vec<(Arc<Lesson>, Arc<Infrastructure>, usize)> {
    let library = library();
    let of = |lesson: &Arc<Lesson>| {
        let infra = Arc::clone(library.scenario(lesson.scenario.as_str()).expect("checked"));
        let numbers = 0..lesson.steps.len();
        numbers.map(|number| (Arc::clone(lesson), Arc::clone(&infra), number)).collect::<Vec<_>>()
    };
    library.lessons().flat_map(of).collect()
}

fn begin(lesson: &Arc<Lesson>, infra: &Arc<Infrastructure>, step: usize) -> Player {
    Player::begin(lesson, infra, 1, step).expect("checked").0
}

fn mode(mode: TlsMode) -> Act {
    Act::Do(Command::Edit(TopologyEdit::EdgeTls(mode)))
}

/// Acts after which a condition holds. Parts that already hold need none.
fn acts(when: &Condition) -> Vec<Act> {
    match when {
        Condition::Selected(element) => vec![Act::Select(element.clone())],
        Condition::Down(element) => vec![Act::Do(Command::Kill(element.clone()))],
        Condition::Tls(wanted) => vec![mode(*wanted)],
        Condition::Not(part) => match &**part {
            Condition::Tls(_) => vec![mode(TlsMode::Reencrypt)],
            _ => Vec::new(),
        },
        Condition::All(parts) => parts.iter().flat_map(acts).collect(),
        Condition::Any(parts) => parts.first().map(acts).unwrap_or_default(),
        Condition::Up(_) => Vec::new(),
        other => panic!("no act leads to {other:?}"),
    }
}

/// An act after which a goal's state no longer holds; `None` if no single act ends it.
fn undone(when: &Condition) -> Option<Act> {
    match when {
        Condition::Down(element) => Some(Act::Do(Command::Restore(element.clone()))),
        Condition::Up(element) => Some(Act::Do(Command::Kill(element.clone()))),
        Condition::Tls(_) => Some(mode(TlsMode::None)),
        Condition::Not(part) if matches!(**part, Condition::Exposed(..)) => Some(mode(TlsMode::Terminate)),
        Condition::All(parts) => parts.iter().find_map(undone),
        _ => None,
    }
}

#[test]
fn every_reply_answers_its_wrong_act() {
    let mut count = 0;
    for (lesson, infra, number) in steps() {
        for reply in &lesson.steps[number].replies {
            let mut player = begin(&lesson, &infra, number);
            assert_eq!(player.run().said(), None);
            let acts = acts(&reply.when);
            assert!(!acts.is_empty(), "{}: {}", lesson.id, reply.say);
            for act in &acts {
                player.act(act).expect("a possible act");
            }
            assert_eq!(player.run().said(), Some(&reply.say), "{}, step {}", lesson.id, number + 1);
            assert!(!player.run().is_open());
            count += 1;
        }
    }
    assert!(count >= 25, "{count}");
}

#[test]
fn a_state_that_is_broken_after_the_solution_keeps_the_step_open() {
    let mut count = 0;
    for (lesson, infra, number) in steps() {
        let step = &lesson.steps[number];
        for goal in step.goals().iter().filter(|goal| goal.when.nature() == Nature::State) {
            let Some(undo) = undone(&goal.when) else { continue };
            let mut player = begin(&lesson, &infra, number);
            for act in &step.solution {
                player.act(act).expect("checked");
            }
            assert!(player.run().is_open(), "{}, step {}", lesson.id, number + 1);
            player.act(&undo).expect("a possible act");
            let open = player.run().goals().any(|(label, met)| *label == goal.label && !met);
            assert!(open, "{}, step {}: {} after {undo}", lesson.id, number + 1, goal.label);
            assert!(matches!(player.run_mut().proceed(), Moved::Stays(_)));
            count += 1;
        }
    }
    assert!(count >= 12, "{count}");
}

#[test]
fn passthrough_is_not_taught_with_tls_turned_off() {
    let library = library();
    let lesson = library.lesson("where-tls-ends").expect("shipped");
    let number = lesson.steps.iter().position(|step| *step.title == *"A balancer that cannot read").expect("a step");
    let mut player = begin(lesson, &stage_2(), number);
    for act in &lesson.steps[number].solution {
        player.act(act).expect("checked");
    }
    assert!(player.run().reveal().is_some());
    player.act(&mode(TlsMode::None)).expect("possible");
    assert!(player.run().reveal().is_none() && !player.run().is_open());
    assert!(player.run().said().is_some_and(|said| said.starts_with("Without TLS")));
}

#[test]
fn a_reply_comes_each_time_its_condition_begins_to_hold() {
    let mut player = begin(&small(), &stage_2(), 1);
    let [kill, restore] = [Command::Kill as fn(_) -> _, Command::Restore]
        .map(|command| Act::Do(command(hoplight::model::Element::Component(hoplight::model::ComponentId::new("web-2")))));
    for count in 1..=2 {
        player.act(&kill).expect("it is up");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, true));
        player.act(&Act::Wait(hoplight::model::quantity::Seconds::new(1.0).expect("valid"))).expect("time runs");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, true), "shown until it ends");
        player.act(&restore).expect("it is down");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, false));
    }
}
