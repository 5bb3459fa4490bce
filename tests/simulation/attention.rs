//! A followed request and a tapped link show the same data as an uninterrupted run that is observed from the start.

use std::sync::Arc;
use std::time::Duration;

use super::stage_2;
use hoplight::model::quantity::Rate;
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{
    Activity, CapturedMessage, CapturedPayload, Command, EventKind, Heading, JournalEvent, SimTime, Simulation, Timeline,
    TraceSpan,
};

/// A rate at which queues form but do not grow.
const RATE: f64 = 520.0;

/// Starts the site at a rate at which queues form.
fn busy(seed: u64) -> Timeline {
    let mut timeline = Timeline::new(Simulation::new(stage_2(), seed));
    timeline.apply(Command::Rate(Rate::new(RATE).expect("a rate"))).expect("a rate");
    timeline.seek(SimTime::from_secs(3));
    timeline
}

fn newest(timeline: &Timeline) -> u64 {
    timeline.simulation().newest_request(None).expect("there are requests")
}

#[test]
fn trace_spans_match_the_requests_activities_and_cover_its_lifetime() {
    let (mut waited, mut worked, mut journeys) = (0, 0, 0);
    for seed in 1..=6 {
        let mut timeline = busy(seed);
        timeline.apply(Command::Send(RequestKind::Write)).expect("users can always send requests");
        let (number, born) = (newest(&timeline), timeline.simulation().now());
        timeline.follow(Some(number), born);
        while let Some(present) = timeline.simulation().present(number) {
            let last = *timeline.journey().last().expect("a request in flight has an activity");
            assert_eq!((last.doing, last.phase), (present.doing, present.phase));
            assert!(last.to.is_none());
            assert!(timeline.step_forward(Some(number)), "the request has a next step");
        }
        let journey = timeline.journey();
        let ends: Vec<SimTime> = journey.iter().map(|span| span.to.expect("the span has ended")).collect();
        let begins: Vec<SimTime> = journey.iter().map(|span| span.from).collect();
        assert_eq!((begins[0], &begins[1..]), (born, &ends[..ends.len() - 1]), "spans are contiguous");
        let latency = timeline.trail().find_map(|note| match note.what {
            EventKind::Ended { latency_ms, .. } => Some(latency_ms),
            _ => None,
        });
        let total: f64 =
            journey.iter().map(|span| span.to.expect("the span has ended").since(span.from).as_secs_f64() * 1e3).sum();
        assert!((total - latency.expect("the request has ended")).abs() < 1e-6, "{total} and {latency:?}");
        let count = |wanted: fn(&Activity) -> bool| journey.iter().filter(|span| wanted(&span.doing)).count();
        waited += count(|doing| matches!(doing, Activity::Waits(_)));
        worked += count(|doing| matches!(doing, Activity::Served(_)));
        journeys += 1;
    }
    assert!(waited > 0 && worked > 4 * journeys, "{waited} waits and {worked} services");
}

#[test]
fn a_request_followed_late_has_the_same_trace() {
    let from_the_start = |timeline: &mut Timeline| -> (Vec<TraceSpan>, Vec<JournalEvent>) {
        (timeline.journey(), timeline.trail().cloned().collect())
    };
    let mut early = busy(3);
    early.apply(Command::Send(RequestKind::Read)).expect("users can always send requests");
    let number = newest(&early);
    let mut late = early.clone();
    early.follow(Some(number), early.simulation().now());
    let about = late.simulation().now();
    for ms in [40, 90, 2_500] {
        let to = about + Duration::from_millis(ms);
        early.seek(to);
        late.seek(to);
        let before = late.simulation().clone();
        late.follow(Some(number), about);
        assert!(*late.simulation() == before && late.journal() == early.journal(), "following does not change the simulation");
        assert_eq!(from_the_start(&mut late), from_the_start(&mut early), "after {ms} ms");
    }
    // Seeking back drops later spans; seeking forward restores them.
    let whole = from_the_start(&mut early);
    early.seek(about + Duration::from_millis(60));
    let part = from_the_start(&mut early);
    assert!(part.1.len() < whole.1.len() && whole.1.starts_with(&part.1));
    early.seek(about + Duration::from_millis(2_500));
    assert_eq!(from_the_start(&mut early), whole);
}

/// Returns the messages on a link between two moments in an uninterrupted run: time, request and direction.
fn overheard(from: &str, to: &str, seed: u64, between: (SimTime, SimTime)) -> Vec<(SimTime, u64, Heading)> {
    let infra = stage_2();
    let tapped = infra.link_between(from, to).expect("a link");
    let mut captured = Vec::new();
    let mut observer = |note: JournalEvent| {
        if let (EventKind::Departed { link, heading, .. }, Some((number, _))) = (note.what, note.request)
            && link == tapped
            && note.at > between.0
        {
            captured.push((note.at, number, heading));
        }
    };
    let mut sim = Simulation::new(infra, seed);
    sim.apply(&Command::Rate(Rate::new(RATE).expect("a rate")), &mut ()).expect("a rate");
    sim.advance(between.1, &mut observer);
    captured
}

fn requests<'a>(captured: impl Iterator<Item = &'a CapturedMessage>) -> Vec<(SimTime, u64, Heading)> {
    let part = |captured: &CapturedMessage| match captured.payload {
        CapturedPayload::Request { number, heading, .. } => Some((captured.at, number, heading)),
        _ => None,
    };
    captured.filter_map(part).collect()
}

#[test]
fn a_tap_captures_messages_only_after_it_is_placed() {
    let seconds = SimTime::from_secs;
    let mut timeline = busy(5);
    let link = stage_2().link_between("lb-1", "web-1");
    timeline.listen(link);
    assert_eq!(timeline.captured().count(), 0);
    timeline.seek(seconds(5));
    assert_eq!(requests(timeline.captured()), overheard("lb-1", "web-1", 5, (seconds(3), seconds(5))));
    assert!(timeline.captured().count() > 100);
    // Seeking back and forward shows the messages up to each moment.
    for to in [4, 3, 5, 4, 6] {
        timeline.seek(seconds(to));
        assert_eq!(requests(timeline.captured()), overheard("lb-1", "web-1", 5, (seconds(3), seconds(to))), "at {to} s");
    }
    // After seeking to before the tap was placed, the tap stays in place.
    timeline.seek(seconds(1));
    assert_eq!(timeline.captured().count(), 0);
    timeline.seek(seconds(2));
    assert_eq!(requests(timeline.captured()), overheard("lb-1", "web-1", 5, (seconds(1), seconds(2))));
    timeline.listen(None);
    timeline.seek(seconds(3));
    assert_eq!((timeline.tapped(), timeline.captured().count()), (None, 0));
}

#[test]
fn a_tap_keeps_the_latest_messages_after_seeking_back() {
    let mut timeline = busy(6);
    timeline.listen(stage_2().link_between("browser", "lb-1"));
    for to in [20, 12, 19, 8] {
        timeline.seek(SimTime::from_secs(to));
        let captured = requests(timeline.captured());
        let all = overheard("browser", "lb-1", 6, (SimTime::from_secs(3), SimTime::from_secs(to)));
        assert!(captured.len() >= 200 && captured.len() <= 2_000 && all.ends_with(&captured), "{} at {to} s", captured.len());
    }
}

#[test]
fn a_tap_captures_changes_samples_and_advertisements() {
    let text = include_str!("../../assets/stage-3-scaled.ron");
    let infra = Arc::new(Infrastructure::from_ron("stage-3-scaled.ron", text).expect("a scenario"));
    let captured = |from: &str, to: &str| -> Vec<CapturedPayload> {
        let mut timeline = Timeline::new(Simulation::new(Arc::clone(&infra), 1));
        timeline.listen(Some(infra.link_between(from, to).unwrap_or_else(|| panic!("{from} → {to}"))));
        timeline.seek(SimTime::from_secs(5));
        timeline.captured().map(|captured| captured.payload.clone()).collect()
    };
    let links: Vec<(String, String, hoplight::model::Protocol)> = infra
        .links()
        .map(|(link, weight)| {
            let (from, to) = infra.ends(link);
            (infra.component(from).id.to_string(), infra.component(to).id.to_string(), weight.protocol)
        })
        .collect();
    for (from, to, protocol) in links {
        use hoplight::model::Protocol::{Metrics, Replication, Vrrp};
        let count = match protocol {
            Replication => captured(&from, &to).iter().filter(|payload| **payload == CapturedPayload::Change).count(),
            Metrics => captured(&from, &to).iter().filter(|payload| matches!(payload, CapturedPayload::Sample { .. })).count(),
            Vrrp => captured(&from, &to).iter().filter(|payload| matches!(payload, CapturedPayload::Advertisement(1..))).count(),
            _ => continue,
        };
        let expected = if protocol == Replication { 30..400 } else { 4..6 };
        assert!(expected.contains(&count), "{from} → {to}: {count}");
    }
}

#[test]
fn seeking_back_by_less_than_one_event_undoes_a_command() {
    let mut timeline = Timeline::new(Simulation::new(stage_2(), 1));
    let at = |ms: u64| SimTime::from_nanos(ms * 1_000_000);
    timeline.apply(Command::Rate(Rate::new(0.0).expect("a rate"))).expect("a rate");
    timeline.seek(at(20_300));
    timeline.apply(Command::Rate(Rate::new(5.0).expect("a rate"))).expect("a rate");
    timeline.seek(at(20_299));
    assert_eq!((timeline.simulation().now(), timeline.commands().count()), (at(20_299), 1));
}

#[test]
fn a_tap_captures_packets_stopped_by_the_far_firewall_but_not_by_the_near_one() {
    use hoplight::model::firewall::{Direction, RuleAction};
    use hoplight::model::{ComponentId, TopologyEdit};

    let mut sides = [0, 0];
    for (from, to) in [("browser", "lb-1"), ("lb-1", "web-1"), ("app-2", "db-1"), ("agent-1", "monitor")] {
        let mut timeline = busy(4);
        let Some(link) = stage_2().link_between(from, to) else { continue };
        timeline
            .apply(Command::Edit(TopologyEdit::Block(ComponentId::new(from), ComponentId::new(to))))
            .expect("the hop was open");
        let hop = timeline.simulation().infrastructure().hop(link);
        let stops = hop.guards.iter().map(|guard| guard.verdict).find(|verdict| verdict.action != RuleAction::Allow);
        let near = stops.expect("a firewall stops it").direction == Direction::Outbound;
        timeline.listen(Some(link));
        timeline.seek(SimTime::from_secs(6));
        let asked = |captured: &&CapturedMessage| {
            matches!(
                captured.payload,
                CapturedPayload::Sample { .. } | CapturedPayload::Request { heading: Heading::Request, .. }
            )
        };
        assert_eq!(timeline.captured().filter(asked).count() == 0, near, "{from} → {to}");
        sides[usize::from(near)] += 1;
    }
    assert!(sides[0] > 0 && sides[1] > 0, "{sides:?}");
}

#[test]
fn a_taps_totals_are_the_same_after_seeking_back_and_forth() {
    let seconds = SimTime::from_secs;
    let link = stage_2().link_between("lb-1", "web-1");
    let mut timeline = busy(5);
    timeline.listen(link);
    // Run without seeking, far beyond the number of messages kept.
    let summary = |timeline: &Timeline| {
        let last: Vec<CapturedMessage> = timeline.captured().rev().take(200).cloned().collect();
        (timeline.captured_count(), timeline.captured_password().cloned(), last)
    };
    let mut straight = Vec::new();
    for to in 4..=20 {
        timeline.seek(seconds(to));
        straight.push((to, summary(&timeline)));
        let all = overheard("lb-1", "web-1", 5, (seconds(3), seconds(to)));
        // Health checks of the first of two backends start after two thirds of a second and repeat every two seconds.
        // Each check is answered.
        let checks = (0..to).map(|number| 667 + 2_000 * number).filter(|ms| (3_000..to * 1_000).contains(ms)).count();
        assert_eq!(timeline.captured_count(), (all.len() + 2 * checks) as u64, "at {to} s");
    }
    assert!(timeline.captured_count() > 4_000 && timeline.captured_password().is_some_and(CapturedMessage::shows_password));
    for at in [12, 16, 0, 15, 5, 1, 9, 16, 3] {
        let (to, known) = &straight[at];
        timeline.seek(seconds(*to));
        assert_eq!(summary(&timeline), *known, "at {to} s");
    }
    // In a different future, the count starts over from the branch.
    timeline.seek(seconds(8));
    timeline.apply(Command::Rate(Rate::new(50.0).expect("a rate"))).expect("a rate");
    timeline.seek(seconds(14));
    let other = summary(&timeline);
    timeline.seek(seconds(9));
    timeline.seek(seconds(14));
    assert_eq!(summary(&timeline), other);
    timeline.seek(seconds(8));
    assert_eq!(timeline.captured_count(), straight[4].1.0);
}
