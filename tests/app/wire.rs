//! The wiretap and the followed packet, controlled with keys and clicks.

use hoplight::app::{packets, tap};
use hoplight::layout::Cell;
use hoplight::model::{ComponentId, TlsMode};
use std::collections::BTreeSet;

use hoplight::sim::PacketContent;

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

/// A learner with a wiretap on a hop.
fn listening(from: &str, to: &str, size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(10).select(&hop(from, to)).press("w");
    learner
}

fn captured(learner: &Learner) -> Vec<String> {
    tap::lines(learner.stage(), 2_000).iter().map(hoplight::app::Line::text).collect()
}

#[test]
fn the_wiretap_is_placed_on_the_selected_hop_and_removed() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("w");
    assert_eq!(learner.notice(), "Select a hop first: a wiretap captures the messages on one hop.");
    learner.select(&component("lb-1")).press("w");
    assert_eq!(learner.notice(), "Select a hop first: a wiretap captures the messages on one hop.");
    learner.select(&hop("lb-1", "web-1")).press("w");
    assert_eq!(learner.stage().session.wiretap(), Some(&(ComponentId::new("lb-1"), ComponentId::new("web-1"))));
    assert_eq!(learner.notice(), "Wiretap on lb-1 → web-1.");
    // With another hop selected, the key moves the wiretap there.
    learner.select(&hop("browser", "lb-1")).press("w");
    assert_eq!(learner.notice(), "Wiretap on browser → lb-1.");
    learner.press("w");
    assert_eq!((&learner.stage().session.wiretap(), learner.notice()), (&None, "Wiretap on browser → lb-1 removed."));
    // With no hop selected, the key removes the wiretap.
    learner.press("w").select(&component("lb-1")).press("w");
    assert_eq!((&learner.stage().session.wiretap(), learner.stage().session.timeline.tapped()), (&None, None));
}

#[test]
fn a_plaintext_password_is_read_and_one_in_tls_is_not() {
    let mut learner = listening("lb-1", "web-1", LARGE);
    assert!(!learner.stage().session.wiretap_saw_password());
    learner.wait(20);
    assert!(learner.stage().session.wiretap_saw_password());
    assert!(captured(&learner).iter().any(|line| line.contains("→ POST /login") && line.contains("password=correct-horse")));
    let status = hoplight::app::status::status(learner.stage()).text();
    assert!(status.contains(" tap: saw the password of ada"), "{status}");

    let mut learner = listening("browser", "lb-1", LARGE);
    learner.wait(20);
    assert!(!learner.stage().session.wiretap_saw_password());
    let lines = captured(&learner);
    assert!(lines.iter().any(|line| line.contains("TLS, ") && line.ends_with("bytes, no content")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("ClientHello") && line.contains("(SNI): www.foobar.com")), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("password") && !line.contains("GET /")), "{lines:#?}");
}

#[test]
fn messages_captured_before_tls_stay_readable_and_later_ones_are_not() {
    let mut learner = listening("lb-1", "web-1", LARGE);
    learner.wait(20);
    let before = captured(&learner);
    assert!(before.iter().all(|line| !line.contains("TLS")), "{before:#?}");
    learner.press("t");
    assert_eq!(learner.stage().infra().tls().edge, TlsMode::Reencrypt);
    learner.wait(20);
    let after = captured(&learner);
    let (old, new) = after.split_at(before.len());
    assert_eq!(old, before);
    assert!(!new.is_empty() && new.iter().all(|line| !line.contains("password") && !line.contains("HTTP")), "{new:#?}");
}

#[test]
fn stepping_back_shows_the_messages_captured_by_then() {
    for size in [SMALL, LARGE] {
        let mut learner = listening("lb-1", "web-1", size);
        // Start at a time with an event, since steps back stop at events.
        learner.wait(5).press(" .");
        let mut seen = vec![(learner.now(), captured(&learner), learner.panel())];
        for _ in 0..12 {
            learner.press(".");
            seen.push((learner.now(), captured(&learner), learner.panel()));
        }
        while let Some((now, lines, panel)) = seen.pop() {
            assert_eq!((learner.now(), captured(&learner), learner.panel()), (now, lines, panel), "{size:?}");
            if !seen.is_empty() {
                learner.press(",");
            }
        }
    }
}

#[test]
fn on_a_small_screen_the_wiretap_leaves_the_lesson_and_the_panel_key_shows_all() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    let lesson: String = learner.panel().chars().take(20).collect();
    learner.select(&hop("lb-1", "web-1")).press("w");
    assert_eq!(learner.notice(), "Wiretap on lb-1 → web-1. i shows all that it captures.");
    learner.wait(20);
    assert!(learner.panel().starts_with(&lesson), "{}", learner.panel());
    let newest = learner.view().messages.last().expect("the newest message").text();
    assert!(newest.starts_with(" tap: "), "{newest}");
    learner.press("i");
    assert!(learner.panel().contains("Wiretap: "), "{}", learner.panel());
    assert!(!learner.view().messages.iter().any(|line| line.text().starts_with(" tap: ")), "the panel shows them all");
    learner.press("i");
    assert!(learner.panel().starts_with(&lesson), "{}", learner.panel());
    assert!(learner.stage().session.wiretap().is_some(), "the wiretap stays");
}

#[test]
fn a_finished_login_stays_in_the_panel_until_another_selection() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(10).press("r");
    let login = learner.stage().session.playback.followed.expect("the login");
    learner.wait(30);
    assert!(!learner.stage().sim().is_in_flight(login));
    assert_eq!(learner.stage().session.playback.followed, Some(login));
    let panel = learner.panel();
    for words in ["200 OK after", "→ web-", "app-", "worked", "db-1", "The message on browser → lb-1"] {
        assert!(panel.contains(words), "no {words:?} in {panel}");
    }
    learner.select(&component("lb-1"));
    assert_eq!(learner.stage().session.playback.followed, None);
}

#[test]
fn the_times_of_a_journey_add_up_to_its_latency() {
    let mut learner = Learner::exploring(LARGE);
    learner.press(">>>>>>>").wait(20).press("r").wait(40);
    let panel: Vec<String> = learner.view().panel.lines.iter().map(hoplight::app::Line::text).collect();
    let ms = |text: &str| text.trim().parse::<f64>().ok();
    let total = panel.iter().find_map(|line| ms(line.split("after ").nth(1)?.strip_suffix(" ms")?)).expect("the latency");
    // Rows end with the time waited, if any, and the time worked or travelled.
    let rows = panel.iter().skip_while(|line| !line.trim().ends_with("ms") || line.contains("after")).skip(1);
    let sum: f64 = rows
        .take_while(|line| !line.contains("worked"))
        .map(|line| line.split_whitespace().rev().map_while(ms).take(2).sum::<f64>())
        .sum();
    assert!((sum - total).abs() < 0.02 * total + 0.5, "{sum} of {total}: {panel:#?}");
}

#[test]
fn a_key_cycles_through_packets_and_a_click_follows_one() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).press(" ");
    let on_the_way: BTreeSet<u64> = {
        let motion = learner.stage().slow_motion().expect("live pace");
        let on_links = motion.packets.iter().filter_map(|packet| match packet.cargo {
            PacketContent::Request { number, .. } => Some(number),
            _ => None,
        });
        on_links.chain(motion.visits.iter().map(|visit| visit.number)).collect()
    };
    assert!(on_the_way.len() > 2, "{on_the_way:?}");
    for number in &on_the_way {
        learner.press("c");
        assert_eq!(learner.stage().session.playback.followed, Some(*number));
        assert!(learner.panel().contains(" ms"), "its path is shown: {}", learner.panel());
    }
    learner.press("c");
    assert_eq!(learner.stage().session.playback.followed, None);
    assert_eq!(learner.notice(), "That was the last packet on the canvas. No packet is followed now.");

    // A click follows any packet that is alone in its cell.
    let mut clicked = 0;
    let stage = learner.stage();
    let packets = stage.slow_motion().expect("live pace").packets;
    let routes = stage.viewport.layout.routes();
    let cells: Vec<(Cell, u64)> = packets
        .iter()
        .filter_map(|packet| {
            let PacketContent::Request { number, .. } = packet.cargo else { return None };
            let route = routes.iter().find(|route| route.link == packet.link)?;
            packets::cell(route, packet)
                .filter(|cell| routes.iter().all(|route| route.anchor != *cell))
                .map(|cell| (cell, number))
        })
        .collect();
    let origin = stage.viewport.regions.canvas;
    for (cell, number) in &cells {
        if cells.iter().filter(|(other, _)| other == cell).count() == 1 {
            learner.click((origin.x + cell.x, origin.y + cell.y));
            assert_eq!((learner.stage().session.playback.followed, &learner.stage().session.selected), (Some(*number), &None));
            clicked += 1;
        }
    }
    assert!(clicked > 0);
}

#[test]
fn a_click_on_a_line_of_the_wiretap_follows_its_request() {
    let mut learner = listening("lb-1", "web-1", LARGE);
    learner.wait(20).press(" ");
    let journal = learner.stage().viewport.regions.journal;
    let lines = tap::lines(learner.stage(), usize::from(journal.height - 1));
    let number: u64 =
        lines[0].text().split_whitespace().nth(1).and_then(|word| word.strip_prefix('r')?.parse().ok()).expect("a request name");
    learner.click((journal.x + 30, journal.y + 1));
    assert_eq!(learner.stage().session.playback.followed, Some(number));
    assert!(learner.panel().contains(" ms"), "its path is shown: {}", learner.panel());
}

#[test]
fn the_rule_and_the_choice_for_a_followed_request_are_shown() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).press("pr");
    let login = learner.stage().session.playback.followed.expect("the login");
    learner.wait(150).select(&component("fw-1"));
    assert!(learner.panel().contains(&format!("last decision: r{login} was allowed")), "{}", learner.panel());
    learner.select(&component("lb-1"));
    assert!(learner.panel().contains(&format!("r{login} got web-")), "{}", learner.panel());
}

#[test]
fn a_sent_login_becomes_the_topic() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(10).select(&component("db-1")).press("r");
    assert!(learner.stage().session.selected.is_none());
    let login = learner.stage().session.playback.followed.expect("the login");
    assert_eq!(hoplight::app::detail::title(learner.stage()), format!("request r{login}"));
}

#[test]
fn the_lesson_requires_reading_the_password_not_only_finding_the_hop() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    learner.press("nn");
    let met = |learner: &Learner| learner.run().goals().map(|(_, met)| met).collect::<Vec<_>>();
    learner.select(&hop("lb-1", "web-1")).wait(50);
    assert_eq!(met(&learner), [true, false], "no wiretap yet");
    learner.select(&hop("browser", "lb-1")).press("w").wait(50);
    assert_eq!(met(&learner), [true, false], "this hop carries ciphertext");
    learner.select(&hop("lb-1", "web-1")).press("w ");
    assert_eq!(met(&learner), [true, false], "nothing has passed yet");
    learner.press(" ");
    for _ in 0..100 {
        if learner.stage().session.wiretap_saw_password() {
            break;
        }
        assert_eq!(met(&learner), [true, false]);
        learner.wait(1);
    }
    assert_eq!(met(&learner), [true, true]);
    assert!(learner.run().is_open());
}

#[test]
fn health_checks_are_captured_as_far_as_they_get() {
    let mut learner = listening("lb-1", "web-1", LARGE);
    let checks = |learner: &Learner| captured(learner).into_iter().filter(|line| line.contains(" check ")).collect::<Vec<_>>();
    learner.wait(30);
    // By default, a check only opens a connection, every two seconds.
    let open = checks(&learner);
    assert!((2..=4).contains(&open.len()), "{open:#?}");
    assert!(
        open.iter().any(|line| line.contains("→ SYN, seq")) && open.iter().any(|line| line.contains("← SYN, ACK")),
        "{open:#?}"
    );
    // After the process has exited, the operating system refuses connections.
    learner.select(&component("web-1")).press("x").wait(30);
    let refused = checks(&learner).split_off(open.len());
    assert!(refused.iter().any(|line| line.contains("← RST, ACK")), "{refused:#?}");
    // A server that is off does not reply.
    learner.select(&server("server-2")).press("x").wait(40);
    let silent = checks(&learner).split_off(open.len() + refused.len());
    assert!(!silent.is_empty() && silent.iter().skip(1).all(|line| line.contains("→ SYN")), "{silent:#?}");
    // Rewinding and replaying captures the same messages.
    let (before, now) = (captured(&learner), learner.now());
    learner.press(&format!(" {}", ",".repeat(60)));
    assert!(learner.now() < now && captured(&learner).len() < before.len());
    learner.press(&".".repeat(60));
    assert_eq!(captured(&learner), before);
}
