//! The slow motion of the live pace.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::learner::{LARGE, Learner, component, server};
use hoplight::app::SlowMotion;
use hoplight::app::slow_motion::VisitFailure;
use hoplight::model::LinkIx;
use hoplight::sim::{Failure, FailureReason, Heading, Motion, PacketContent};

fn motion(learner: &Learner) -> SlowMotion {
    learner.stage().slow_motion().expect("live pace")
}

/// The links on which users' requests are shown.
fn busy(motion: &SlowMotion) -> Vec<LinkIx> {
    let requests = motion.packets.iter().filter(|packet| matches!(packet.cargo, PacketContent::Request { .. }));
    requests.map(|packet| packet.link).collect()
}

#[test]
fn at_any_moment_there_are_packets_on_the_way_to_every_tier_and_in_the_boxes() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(40);
    let infra = learner.stage().infra().clone();
    let link = |from: &str, to: &str| infra.link_between(from, to).expect("a link");
    let moments = 120;
    let mut bare = 0;
    for _ in 0..moments {
        learner.app.tick(Duration::from_millis(170));
        let motion = motion(&learner);
        let busy = busy(&motion);
        assert!(busy.contains(&link("browser", "lb-1")));
        assert!(busy.contains(&link("lb-1", "web-1")) || busy.contains(&link("lb-1", "web-2")));
        assert!(!motion.visits.is_empty());
        let web = [link("lb-1", "web-1"), link("lb-1", "web-2")];
        let sql = [link("app-1", "db-1"), link("app-2", "db-2"), link("app-2", "db-1")];
        let whole = web.iter().all(|link| busy.contains(link)) && sql.iter().any(|link| busy.contains(link));
        bare += usize::from(!whole);
    }
    assert!(bare * 20 <= moments, "{bare} of {moments} moments lack a packet on one of the links");
}

#[test]
fn every_message_is_shown_for_several_frames() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20);
    let mut frames: BTreeMap<(u64, LinkIx, Heading), u32> = BTreeMap::new();
    for _ in 0..240 {
        learner.app.tick(Duration::from_millis(33));
        for packet in motion(&learner).packets {
            if let PacketContent::Request { number, .. } = packet.cargo {
                *frames.entry((number, packet.link, packet.heading)).or_default() += 1;
            }
        }
    }
    let (first, last) = (frames.keys().next().expect("packets").0, frames.keys().next_back().expect("packets").0);
    let whole: Vec<u32> = frames
        .iter()
        .filter(|((number, ..), _)| *number > first + 300 && *number + 500 < last)
        .map(|(_, count)| *count)
        .collect();
    assert!(whole.len() > 100, "{}", whole.len());
    assert!(whole.iter().all(|count| *count >= 4), "{whole:?}");
}

#[test]
fn pausing_and_going_back_show_the_same_picture() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(60);
    learner.press(" ");
    let (shown, now) = (motion(&learner), learner.stage().sim().now());
    learner.wait(10);
    assert_eq!(motion(&learner), shown);
    learner.press("J-2<Enter>");
    assert_ne!(motion(&learner), shown);
    learner.press("J+2<Enter>");
    assert_eq!(learner.stage().sim().now(), now);
    assert_eq!(motion(&learner), shown);
}

#[test]
fn steps_show_every_packet_where_it_is() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).press(".");
    assert_eq!(learner.stage().slow_motion(), None);
    learner.press(" ").wait(1);
    assert!(learner.stage().slow_motion().is_some());
    learner.press("p");
    assert_eq!(learner.stage().slow_motion(), None, "in the trace pace, the followed request sets the clock");
}

#[test]
fn failures_are_shown_where_they_happen_with_their_reason() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("app-1")).press("x").wait(24);
    let at = |id: &str| learner.stage().infra().find(id).expect("a component");
    let failures: Vec<_> = motion(&learner).visits.iter().filter_map(|visit| Some((visit.component, visit.failure?))).collect();
    let gateway = VisitFailure::Fails(Failure::BadGateway, FailureReason::Refused);
    assert!(failures.contains(&(at("web-1"), gateway)), "{failures:?}");
    assert!(failures.iter().all(|(component, _)| *component != at("web-2")));

    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&server("server-2")).press("x").wait(16);
    let lost = learner.stage().infra().link_between("lb-1", "web-1");
    let is_lost = |packet: &hoplight::sim::Packet| packet.motion == Motion::Lost && Some(packet.link) == lost;
    assert!(motion(&learner).packets.iter().any(is_lost));
}

#[test]
fn a_faster_clock_shows_fewer_requests_and_the_same_number_of_packets() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("]]]").wait(80);
    let motion = motion(&learner);
    assert_eq!(motion.one_in, 45, "800 requests per second of wall time");
    assert!((10..90).contains(&motion.packets.len()), "{}", motion.packets.len());
}
