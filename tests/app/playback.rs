//! Playback: pause, steps forward and back, pace and speed.

use hoplight::app::action::{SiteAction, TimeAction};
use std::time::Duration;

use hoplight::app::fault_menu::{FaultAction, fault_actions};

use crate::learner::{LARGE, Learner, SMALL, component};

#[test]
fn the_space_bar_pauses_and_resumes() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(10);
    assert_eq!(learner.now().as_secs_f64().to_string(), "1");
    learner.press(" ");
    learner.wait(10);
    assert_eq!(learner.now().as_secs_f64().to_string(), "1");
    learner.press(" ").wait(10);
    assert_eq!(learner.now().as_secs_f64().to_string(), "2");
}

#[test]
fn steps_go_hop_by_hop_and_back_through_the_same_states() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(7);
    learner.select(&component("web-1")).press("x").wait(3);
    learner.press(".");
    assert!(learner.stage().session.playback.paused, "a step pauses");
    let mut states = vec![learner.stage().sim().clone()];
    for _ in 0..40 {
        learner.press(".");
        states.push(learner.stage().sim().clone());
    }
    assert!(states.windows(2).all(|pair| pair[0] != pair[1] && pair[0].now() <= pair[1].now()), "each is a step");
    let last = states.len() - 1;
    for earlier in (0..last).rev() {
        learner.press(",");
        assert!(*learner.stage().sim() == states[earlier], "{earlier} of {last}");
    }
    for later in &states[1..] {
        learner.press(".");
        assert!(learner.stage().sim() == later, "forward again");
    }
    assert_eq!(learner.stage().session.steps(), (81, 40));
}

#[test]
fn stepping_back_undoes_a_kill_and_stops_at_the_start() {
    let mut learner = Learner::exploring(SMALL);
    learner.press(" ");
    learner.select(&component("web-1")).press("x");
    assert!(!learner.is_up(&component("web-1")));
    learner.press(".").press(",,,,");
    assert_eq!(learner.notice(), "This is the start of the run.");
    assert_eq!(learner.now().as_secs_f64().to_string(), "0");
}

#[test]
fn a_step_forward_redoes_only_the_undone_command() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(10).press(" ").select(&component("web-1"));
    let before = learner.stage().sim().clone();
    learner.press("x");
    let after = learner.stage().sim().clone();
    learner.press(",");
    assert!(*learner.stage().sim() == before);
    learner.press(".");
    assert!(*learner.stage().sim() == after, "the command, and not the next hop");
    assert!(learner.notice().contains("web-1"), "{}", learner.notice());
    // Of two commands at the same time, a step undoes one.
    learner.press("t,");
    assert!(*learner.stage().sim() == after);
    learner.press(",");
    assert!(*learner.stage().sim() == before);
    learner.press(".");
    assert!(*learner.stage().sim() == after);
    learner.press(".");
    assert_ne!(learner.stage().infra().tls(), before.infrastructure().tls());
    let now = learner.now();
    learner.press(".");
    assert!(learner.now() > now, "then hops follow");
    // Steps forward also stop at the command, as steps back do.
    learner.press(",,,,,").press("....");
    assert_eq!(learner.stage().session.timeline.commands().count(), 2);
}

#[test]
fn an_action_of_several_commands_is_undone_and_redone_as_one() {
    let fresh = Learner::exploring(SMALL);
    let at_once = |action: &FaultAction| action.commands.iter().filter(|(after, _)| *after <= 0.0).count();
    let many: Vec<FaultAction> = fault_actions(fresh.stage()).into_iter().filter(|action| at_once(action) > 1).collect();
    assert!(!many.is_empty(), "the catalogue has such rows");
    for action in many {
        let mut learner = Learner::exploring(SMALL);
        learner.wait(10).press(" ");
        let before = learner.stage().sim().clone();
        let place =
            fault_actions(learner.stage()).iter().position(|other| other.title == action.title).expect("the row is listed");
        learner.app.act(SiteAction::Fault(place));
        let (after, count) = (learner.stage().sim().clone(), learner.stage().session.timeline.commands().count());
        for _ in 0..2 {
            learner.press(",");
            assert!(*learner.stage().sim() == before, "{}: {count} commands", action.title);
            learner.press(".");
            assert!(*learner.stage().sim() == after, "{}: {count} commands", action.title);
        }
        // A later command is a separate step.
        learner.press("t,");
        assert!(*learner.stage().sim() == after, "{}", action.title);
        learner.press(",t,.");
        assert_eq!(learner.stage().session.timeline.commands().count(), 1, "the discarded future is gone, {}", action.title);
    }
}

#[test]
fn without_requests_a_step_names_the_key_that_sends_one() {
    let text = std::fs::read_to_string("assets/stage-2-secured.ron").expect("shipped");
    let quiet =
        hoplight::model::Infrastructure::from_ron("quiet.ron", &text.replacen("rate: 100.0", "rate: 0.0", 1)).expect("valid");
    let mut learner = Learner::new(SMALL);
    learner.app.open_scenario(quiet.into());
    learner.press(".");
    assert_eq!(learner.notice(), "No request is in flight: press r to send a login.");
}

#[test]
fn in_a_step_about_one_request_a_step_forward_sends_a_visitor() {
    let mut learner = Learner::in_lesson("journey-of-a-request", SMALL);
    assert!(learner.stage().session.playback.paused, "time stands still while the learner reads");
    let now = learner.now();
    learner.wait(20);
    assert_eq!(learner.now(), now);
    // The name cannot be resolved, so the request ends before the goals are met.
    learner.select(&component("dns")).press("x");
    while learner.stage().sim().in_flight() > 0 {
        learner.press(".");
    }
    learner.select(&component("dns")).press("x.");
    assert_eq!(learner.notice(), "A visitor sends GET /logo.svg.", "one like the last that a step has sent");
    assert_eq!((learner.stage().sim().in_flight(), learner.stage().session.playback.followed), (1, Some(2)));
    // Going back before it keeps it: the next step forward sends no other.
    learner.press(",,,..");
    assert_eq!(learner.stage().sim().newest_request(None), Some(2));
    // Under load, there is always a request to step along.
    let mut busy = Learner::in_lesson("where-tls-ends", SMALL);
    busy.wait(20).press(".");
    assert_eq!(busy.stage().session.acts, 0);
}

#[test]
fn the_pace_changes_between_live_and_trace() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("p");
    assert!(learner.traces() && learner.notice().starts_with("Trace: follows the next request"), "{}", learner.notice());
    learner.wait(30);
    let traced = learner.now();
    assert!(traced.as_secs_f64() < 0.5, "the trace is slow: {traced:?}");
    assert!(learner.stage().session.playback.followed.is_some());
    learner.press("p");
    assert!(!learner.traces() && learner.notice().starts_with("Live: "));
    learner.wait(10);
    assert_eq!(learner.now().since(traced), Duration::from_secs(1));
}

#[test]
fn the_speed_doubles_and_halves_between_limits() {
    let mut learner = Learner::exploring(SMALL);
    let label = |learner: &Learner| learner.stage().session.playback.speed_label();
    for (keys, shown) in [("]", "×2"), ("+", "×4"), ("[", "×2"), ("--", "×1/2"), ("[", "×1/4")] {
        learner.press(keys);
        assert_eq!(label(&learner), shown);
    }
    learner.wait(4);
    assert_eq!(learner.now().as_secs_f64().to_string(), "0.1");
    learner.press(&"[".repeat(20));
    assert_eq!((learner.notice(), label(&learner).as_str()), ("This is the minimum speed.", "×1/64"));
    learner.press(&"]".repeat(20));
    assert_eq!((learner.notice(), label(&learner).as_str()), ("This is the maximum speed.", "×32"));
}

#[test]
fn the_trace_follows_a_login_to_its_end_then_another_request() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("pr");
    let login = learner.stage().session.playback.followed.expect("the login");
    let mut frames = 0;
    while learner.stage().session.playback.followed == Some(login) {
        learner.wait(1);
        frames += 1;
        assert!(frames < 2_000, "the trace never ends");
    }
    assert!(!learner.stage().sim().is_in_flight(login));
    assert!(frames > 100, "a dozen hops take many frames: {frames}");
}

#[test]
fn a_step_back_follows_no_request_that_ended_long_ago() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).press("r").wait(150).select(&component("db-1")).press("x").wait(20);
    for _ in 0..30 {
        let before = learner.now();
        learner.press(",");
        assert!(learner.now() < before && learner.notice().is_empty(), "{} at {before:?}", learner.notice());
    }
    // A request that has just ended is still followed.
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).press("r").wait(20);
    let login = learner.stage().session.playback.followed.expect("the login");
    let end = learner.stage().session.timeline.trail().next_back().expect("a response").at;
    assert!(!learner.stage().sim().is_in_flight(login));
    learner.press(",");
    assert_eq!((learner.now(), learner.stage().session.playback.followed), (end, Some(login)));
}

#[test]
fn a_step_back_right_after_a_command_undoes_it() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).press(" ").select(&component("db-1"));
    let before = learner.stage().sim().clone();
    learner.press("x").press(",");
    assert!(learner.is_up(&component("db-1")) && *learner.stage().sim() == before);
    assert_eq!(learner.notice(), "Just before the command. It runs again when the simulation resumes.");
    learner.press("}");
    assert!(!learner.is_up(&component("db-1")));
    // The setup of a lesson cannot be undone.
    let mut learner = Learner::in_lesson("journey-of-a-request", LARGE);
    learner.press(",");
    assert_eq!(learner.notice(), "This is the start of the run.");
}

#[test]
fn a_step_back_from_a_mark_undoes_it() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).select(&component("db-1")).press("x").wait(5).press("{{{{{{{{");
    let mark = learner.stage().panels.marks.all()[0].clone();
    assert!(!learner.is_up(&component("db-1")), "at the mark, it has happened");
    learner.app.act(TimeAction::Seek(learner.now() + Duration::from_secs(1)));
    while learner.now() > mark.at {
        learner.press("{");
    }
    assert!(learner.notice().starts_with("Db-1") || learner.notice().contains("db-1"), "{}", learner.notice());
    assert!(learner.notice().ends_with(" Press , to step back before it."), "{}", learner.notice());
    learner.press(",");
    assert!(learner.is_up(&component("db-1")) && learner.now() == mark.at);
    learner.press(",");
    assert!(learner.is_up(&component("db-1")) && learner.now() < mark.at);
}
