//! The first lesson on the smallest screen: following a packet, changing the diagram, and what a newcomer does wrong.

use hoplight::app::{View, status};
use hoplight::lesson::Place;
use hoplight::sim::Phase;

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

const JOURNEY: &str = "journey-of-a-request";

/// A learner at a step of the first lesson, numbered from 0.
fn at(step: usize, size: (u16, u16)) -> Learner {
    let mut learner = Learner::in_lesson(JOURNEY, size);
    while learner.run().place() != Place::Step(step) {
        learner.press("n");
    }
    learner
}

fn diagram(learner: &Learner) -> &str {
    learner.stage().infra().id().as_str()
}

#[test]
fn the_first_packet_can_be_followed_in_any_order_of_keys() {
    let mut learner = Learner::in_lesson(JOURNEY, SMALL);
    assert_eq!(learner.stage().session.playback.followed, None, "the step asks to follow it");
    assert!(learner.panel().contains("☐ follow the packet (c)"), "goals name the learner's keys: {}", learner.panel());
    learner.press("<Enter>");
    assert!(learner.notice().contains("follow the packet (c); the question is at dns (space)"), "{}", learner.notice());
    // A step forward follows the packet, too, and its arrival counts.
    learner.press(".");
    assert_eq!(learner.notice(), "Goal met: follow the packet (c); the question is at dns (space).");
    // The only packet stays followed.
    learner.press("c");
    assert_eq!(learner.stage().session.playback.followed, Some(1));
    assert_eq!(learner.notice(), "No other packet is on the canvas: this one is still followed.");
    learner.press("..");
    assert!(learner.run().is_open() && learner.panel().contains("A record"), "{}", learner.panel());
}

#[test]
fn a_run_in_the_trace_stops_at_each_goal() {
    let mut learner = Learner::in_lesson(JOURNEY, SMALL);
    let met = |learner: &Learner| learner.run().goals().filter(|(_, met)| *met).count();
    learner.press("c");
    for goals in [2, 3] {
        learner.press(" ").wait(60);
        assert!(learner.stage().session.playback.paused, "the learner reads what comes next");
        assert_eq!(met(&learner), goals);
    }
    assert!(learner.run().is_open() && learner.stage().sim().in_flight() == 1, "the packet has not gone on");
    // A selection is no place that a packet reaches: time goes on.
    let mut learner = at(11, SMALL);
    learner.wait(20).select(&component("monitor"));
    assert!(learner.run().is_open() && !learner.stage().session.playback.paused);
}

#[test]
fn after_the_last_goal_no_other_visitor_comes() {
    let mut learner = at(1, SMALL);
    let before = learner.stage().sim().newest_request(None);
    while !learner.run().is_open() {
        learner.press(".");
    }
    for _ in 0..3 {
        learner.press(".");
        assert_eq!(learner.notice(), "This request has ended: Enter goes on, a repeats the step.");
    }
    assert_eq!((learner.stage().sim().newest_request(None), learner.stage().sim().in_flight()), (before, 0));
}

#[test]
fn a_step_begins_where_it_differs_from_the_ones_before() {
    for (step, phase) in [(1, Phase::Connect), (3, Phase::Exchange), (6, Phase::Exchange), (9, Phase::Exchange)] {
        let learner = at(step, SMALL);
        let followed = learner.stage().session.playback.followed.expect("its visitor");
        let present = learner.stage().sim().present(followed).expect("it is in flight");
        assert_eq!((present.phase, learner.stage().sim().in_flight()), (phase, 1), "step {}", step + 1);
        assert!(learner.run().goals().all(|(_, met)| !met));
    }
    // Nothing of an earlier step moves in slow motion or is counted.
    for step in [4, 8] {
        let mut learner = at(step, SMALL);
        let motion = learner.stage().slow_motion().expect("the live pace");
        assert!(motion.visits.is_empty() && learner.stage().sim().in_flight() == 0, "step {}", step + 1);
        learner.press("r").wait(40);
        assert!(!learner.run().is_open(), "one request is not enough");
    }
}

#[test]
fn a_lesson_that_is_opened_again_has_what_its_step_needs() {
    // The wiretap of the step before.
    let mut learner = at(5, SMALL);
    let hop = |learner: &Learner| learner.stage().session.wiretap().map(|(from, to)| format!("{from} → {to}"));
    assert_eq!(hop(&learner).as_deref(), Some("browser → web-1"));
    learner.press("qq<Enter>");
    assert_eq!((learner.run().place(), hop(&learner).as_deref()), (Place::Step(5), Some("browser → web-1")));
    learner.press("tr").wait(30);
    assert!(learner.run().is_open(), "{}", learner.panel());
    // No visitor of an earlier step counts in this one.
    let mut learner = at(8, SMALL);
    learner.press("qq<Enter>").wait(20);
    assert_eq!((learner.run().place(), learner.stage().sim().newest_request(None)), (Place::Step(8), None));
    learner.press("r").wait(30);
    assert!(!learner.run().is_open());
    learner.press("r").wait(30);
    assert!(learner.run().is_open());
}

#[test]
fn an_impatient_learner_misses_nothing() {
    // Nothing moves any more: the key says what to do.
    let mut learner = Learner::in_lesson(JOURNEY, SMALL);
    learner.press("p").press(" ").wait(20).press("c");
    assert_eq!(learner.notice(), "No packet is on the canvas: press r to send a login.");
    assert!(learner.panel().contains("▸ That is the real speed"), "{}", learner.panel());
    // A restart is a new run with one packet.
    learner.press("a");
    assert_eq!((learner.now().as_secs_f64(), learner.stage().sim().newest_request(None)), (0.0, Some(1)));
    assert!(learner.traces() && learner.run().said().is_none());
    learner.press("c...");
    assert!(learner.run().is_open(), "{}", learner.panel());
}

#[test]
fn a_refused_connection_is_not_an_open_one() {
    let mut learner = at(1, SMALL);
    learner.select(&component("web-1")).press("x.........");
    assert!(learner.panel().contains("☐ the TCP connection is open"), "{}", learner.panel());
    assert!(learner.panel().contains("▸ You killed the web server"), "{}", learner.panel());
    learner.select(&component("web-1")).press("x............");
    assert!(learner.run().is_open(), "{}", learner.panel());
}

#[test]
fn the_diagram_grows_and_shrinks_with_the_steps() {
    let mut learner = at(2, SMALL);
    assert_eq!(diagram(&learner), "one-web-server");
    learner.press("2").press("n");
    learner.press("n");
    assert_eq!((learner.run().place(), diagram(&learner)), (Place::Step(3), "stage-0-simple"));
    assert!(learner.stage().viewport.layout.anchor(&component("db-1")).is_some(), "it is laid out");
    learner.press("<Backspace>");
    assert_eq!(diagram(&learner), "one-web-server");
    assert!(learner.stage().viewport.layout.anchor(&component("db-1")).is_none());
    assert!(learner.run().is_open(), "the step stays passed");
    // A lesson is resumed on the diagram of its step.
    let mut learner = at(8, SMALL);
    learner.press("qq<Enter>");
    assert_eq!((learner.run().place(), diagram(&learner)), (Place::Step(8), "stage-2-secured"));
    assert_eq!(learner.stage().panels.view, View::Canvas);
}

#[test]
fn the_password_is_read_with_the_wiretap_and_not_told_before() {
    for size in [SMALL, LARGE] {
        let mut learner = at(4, size);
        let shown = |learner: &Learner| {
            let view = learner.view();
            let lines = view.messages.iter().chain(&view.journal.lines).map(hoplight::app::Line::text);
            view.texts()
                .chain(lines)
                .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
                .collect::<Vec<_>>()
                .join(" ")
        };
        learner.select(&hop("browser", "web-1"));
        assert!(!shown(&learner).contains("correct-horse"), "{}", shown(&learner));
        if size == SMALL {
            learner.press("i");
        }
        assert!(shown(&learner).contains("put the wiretap here to read them"), "{}", shown(&learner));
        if size == SMALL {
            learner.press("i");
        }
        // The instruction stays while the learner does what it says.
        learner.press("w");
        assert!(learner.panel().contains("send a login (r)"), "{}", learner.panel());
        assert!(shown(&learner).contains("othing captured yet"), "{}", shown(&learner));
        learner.press("r").wait(30);
        assert!(learner.run().is_open() && shown(&learner).contains("password=correct-horse"), "{}", shown(&learner));
        assert!(learner.panel().contains("HTTP is plaintext"), "{}", learner.panel());
        let line = status::status(learner.stage());
        assert!(line.text().contains(" saw the password of ada") && line.width() <= usize::from(size.0), "{}", line.text());
    }
}

#[test]
fn the_wiretap_never_hides_what_a_step_reveals() {
    let mut learner = at(4, SMALL);
    learner.select(&hop("browser", "web-1")).press("wir").wait(30);
    assert!(learner.run().is_open() && learner.panel().contains("correct-horse"), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(4), "the reveal comes first");
    assert!(learner.panel().contains("HTTP is plaintext"), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(5));
    assert_eq!(learner.app.past_notices().count(), 0, "messages about the last step are gone");
}

#[test]
fn a_scan_reports_every_port_where_one_looks() {
    for size in [SMALL, LARGE] {
        let mut learner = at(10, size);
        learner.press("Xscan<Enter>");
        assert_eq!(learner.notice(), "Port scan of all 3 servers: 1 open, 1 closed (refused), 16 filtered (no response).");
        assert!(learner.panel().contains("1 port open, 1 closed (nothing listens, so it is refused), 16 filtered"));
        for element in [component("fw-1"), server("server-1")] {
            learner.select(&element);
            if size == SMALL {
                learner.press("i");
            }
            let panel = if size == SMALL {
                learner.panel()
            } else {
                learner.view().detail.lines.iter().map(|line| line.text().trim().to_owned()).collect::<Vec<_>>().join(" ")
            };
            for line in ["443 open", "80 closed: the connection is refused", "22, 3306, 8080, 8404 filtered: no response"] {
                assert!(panel.contains(&format!("scan: {line}")), "{line}: {panel}");
            }
            if size == SMALL {
                learner.press("i");
            }
        }
    }
}

#[test]
fn a_skipped_step_says_so_and_how_to_go_back() {
    let mut learner = at(3, SMALL);
    learner.press("n");
    assert_eq!(learner.notice(), "Skipped step 4. Backspace goes back to it.");
    learner.press("<Backspace>");
    assert_eq!(learner.run().place(), Place::Step(3));
}

#[test]
fn the_end_shows_the_whole_recap_on_the_smallest_screen() {
    let mut learner = at(11, SMALL);
    learner.press("n");
    while learner.run().place() != Place::Finished {
        learner.solve_question();
    }
    let panel = learner.view().panel;
    assert_eq!(panel.hidden_below(), None);
    assert!(learner.panel().ends_with("reports to monitoring."), "{}", learner.panel());
}
