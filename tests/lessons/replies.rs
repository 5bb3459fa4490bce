//! Wrong acts in the shipped lessons: the author's reply appears, and every goal says what must not meet it.

use std::sync::Arc;

use hoplight::lesson::{Act, Condition, Lesson, LessonSites, Nature, Player};
use hoplight::model::quantity::Seconds;
use hoplight::model::{Element, RequestKind, TlsMode, TopologyEdit};
use hoplight::sim::Command;

use super::{library, small, stage_2};

/// Every step of the shipped lessons, with its number.
fn steps() -> Vec<(Arc<Lesson>, LessonSites, usize)> {
    let library = library();
    let of = |lesson: &Arc<Lesson>| {
        let sites = LessonSites::find(&library, lesson).expect("checked");
        let numbers = 0..lesson.steps.len();
        numbers.map(|number| (Arc::clone(lesson), sites.clone(), number)).collect::<Vec<_>>()
    };
    library.lessons().flat_map(of).collect()
}

fn begin(lesson: &Arc<Lesson>, sites: &LessonSites, step: usize) -> Player {
    Player::begin(lesson, sites, 1, step).expect("checked").0
}

fn mode(mode: TlsMode) -> Act {
    Act::Do(Command::Edit(TopologyEdit::EdgeTls(mode)))
}

/// Acts of a player after which a condition holds. Parts that already hold need none.
fn acts(player: &Player, when: &Condition) -> Vec<Act> {
    let is_up = |element: &Element| player.timeline().simulation().is_up(element);
    match when {
        Condition::Selected(element) => vec![Act::Select(element.clone())],
        Condition::Down(element) if is_up(element) == Some(false) => Vec::new(),
        Condition::Down(element) => vec![Act::Do(Command::Kill(element.clone()))],
        Condition::Up(element) if is_up(element) == Some(false) => vec![Act::Do(Command::Restore(element.clone()))],
        Condition::Up(_) => Vec::new(),
        Condition::Tls(wanted) => vec![mode(*wanted)],
        Condition::Port80(wanted) => vec![Act::Do(Command::Edit(TopologyEdit::Port80(*wanted)))],
        Condition::Not(part) => match &**part {
            Condition::Tls(_) => vec![mode(TlsMode::Reencrypt)],
            _ => Vec::new(),
        },
        Condition::Tapped(from, to) => vec![Act::Tap(from.clone(), to.clone())],
        Condition::Faulty(fault) => vec![Act::Do(Command::Fault(fault.clone()))],
        Condition::Pace(pace) => vec![Act::Pace(*pace)],
        Condition::Draining(element) => vec![Act::Do(Command::Drain(element.clone()))],
        Condition::Load(rate) => vec![Act::Do(Command::Rate(*rate))],
        // Whatever is down by then has to fail for the whole window.
        Condition::Failing { window_s, .. } => vec![wait(window_s.get() + 6.0)],
        Condition::Reached { .. } => vec![Act::Do(Command::Send(RequestKind::Write)), Act::Follow, wait(3.0)],
        Condition::All(parts) => parts.iter().flat_map(|part| acts(player, part)).collect(),
        Condition::Any(parts) => parts.first().map(|part| acts(player, part)).unwrap_or_default(),
        other => panic!("no act leads to {other:?}"),
    }
}

fn wait(seconds: f64) -> Act {
    Act::Wait(Seconds::new(seconds).expect("valid"))
}

#[test]
fn every_reply_answers_its_wrong_act() {
    let mut count = 0;
    for (lesson, sites, number) in steps() {
        for reply in &lesson.steps[number].replies {
            let mut player = begin(&lesson, &sites, number);
            assert_eq!(player.run().said(), None);
            let acts = acts(&player, &reply.when);
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

/// The content check plays both; here, none may be missing.
#[test]
fn every_goal_has_a_wrong_way_and_every_state_can_be_broken_again() {
    let (mut wrong, mut states) = (0, 0);
    for (lesson, _, number) in steps() {
        for goal in lesson.steps[number].goals() {
            let place = format!("{}, step {}: {}", lesson.id, number + 1, goal.label);
            assert!(!goal.wrong.is_empty(), "{place} has no wrong way");
            let is_state = goal.when.nature() == Nature::State;
            assert_eq!(!goal.broken_by.is_empty(), is_state, "{place}: only a state can be broken again");
            wrong += 1;
            states += usize::from(is_state);
        }
    }
    assert!(wrong >= 70 && states >= 30, "{wrong} goals, {states} states");
}

#[test]
fn passthrough_is_not_taught_with_tls_turned_off() {
    let library = library();
    let lesson = library.lesson("where-tls-ends").expect("shipped");
    let number = lesson.steps.iter().position(|step| *step.title == *"A balancer that cannot read").expect("a step");
    let mut player = begin(lesson, &stage_2().into(), number);
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
    let mut player = begin(&small(), &stage_2().into(), 1);
    let [kill, restore] = [Command::Kill as fn(_) -> _, Command::Restore]
        .map(|command| Act::Do(command(hoplight::model::Element::Component(hoplight::model::ComponentId::new("web-2")))));
    for count in 1..=2 {
        player.act(&kill).expect("it is up");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, true));
        player.act(&Act::Wait(Seconds::new(1.0).expect("valid"))).expect("time runs");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, true), "shown until it ends");
        player.act(&restore).expect("it is down");
        assert_eq!((player.run().replied(), player.run().said().is_some()), (count, false));
    }
}
