//! The first lesson on the smallest screen: following a packet, changing the diagram, and what a newcomer does wrong.

use hoplight::app::{View, status};
use hoplight::lesson::Place;

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
    assert!(learner.notice().contains("follow the packet (c); the question is at dns (.)"), "{}", learner.notice());
    // A step forward follows the packet, too, and its arrival counts.
    learner.press(".");
    assert_eq!(learner.notice(), "Goal met: follow the packet (c); the question is at dns (.).");
    // The only packet stays followed.
    learner.press("c");
    assert_eq!(learner.stage().session.playback.followed, Some(1));
    assert_eq!(learner.notice(), "No other packet is on the canvas: this one is still followed.");
    learner.press("..");
    assert!(learner.run().is_open() && learner.panel().contains("A record"), "{}", learner.panel());
}

#[test]
fn an_impatient_learner_misses_nothing() {
    // Time runs: the trace follows the packet and goes through the whole step.
    let mut learner = Learner::in_lesson(JOURNEY, SMALL);
    learner.press(" ").wait(60);
    assert!(learner.run().is_open(), "{}", learner.panel());
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
fn the_wiretap_never_hides_what_a_step_reveals() {
    let mut learner = at(5, SMALL);
    learner.select(&hop("browser", "web-1")).press("wr").wait(30);
    assert!(learner.run().is_open() && learner.panel().contains("correct-horse"), "{}", learner.panel());
    let line = status::status(learner.stage());
    assert!(line.text().trim_end().ends_with(" password of ada seen"), "{}", line.text());
    assert!(line.width() <= 80, "{}", line.text());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(5), "the reveal comes first");
    assert!(learner.panel().contains("HTTP is plaintext"), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(6));
    assert_eq!(learner.app.past_notices().count(), 0, "messages about the last step are gone");
}

#[test]
fn a_scan_reports_every_port_where_one_looks() {
    for size in [SMALL, LARGE] {
        let mut learner = at(10, size);
        learner.press("Xscan<Enter>");
        assert_eq!(learner.notice(), "Port scan: 1 open, 1 closed (refused), 16 filtered (no response).");
        assert!(!learner.run().is_open(), "the firewall has not been selected");
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
        assert!(learner.run().is_open());
        assert!(learner.panel().contains("1 open, 1 refused, 16 without an answer"), "{}", learner.panel());
    }
}
