//! The sample of journeys that the screen replays in slow motion.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{component, stage_2};
use hoplight::model::{ComponentIx, Infrastructure, LinkIx};
use hoplight::sim::{Command, Failure, Heading, Journey, JourneyEvent, MarkKind, SimTime, Simulation, Timeline};

fn timeline(factor: f64) -> Timeline {
    let mut timeline = Timeline::new(Simulation::new(stage_2(), 1));
    timeline.sample_at(factor);
    timeline
}

fn crossings(journey: &Journey) -> impl Iterator<Item = (LinkIx, Heading)> {
    journey.parts.iter().filter_map(|part| match part.what {
        JourneyEvent::Crosses { link, heading, .. } => Some((link, heading)),
        JourneyEvent::Stops { .. } | JourneyEvent::Refuses { .. } | JourneyEvent::Fails { .. } => None,
    })
}

#[test]
fn going_back_and_forward_gives_the_journeys_of_an_uninterrupted_run() {
    let mut straight = timeline(1.0);
    straight.seek(SimTime::from_secs(5));
    let at_five = straight.journeys().clone();
    straight.seek(SimTime::from_secs(12));
    let mut moved = timeline(1.0);
    moved.seek(SimTime::from_secs(14));
    moved.seek(SimTime::from_secs(5));
    assert_eq!(moved.journeys(), &at_five);
    moved.seek(SimTime::from_secs(12));
    assert_eq!(moved.journeys(), straight.journeys());
    assert_ne!(moved.journeys(), &at_five);
}

#[test]
fn the_sample_is_spread_evenly_over_time_and_over_the_backends() {
    let mut timeline = timeline(1.0);
    assert_eq!(timeline.journeys().one_in(), 6, "100 requests a second");
    let mut seen: BTreeMap<u64, Journey> = BTreeMap::new();
    for tenth in 1..=300u64 {
        timeline.seek(SimTime::from_nanos(tenth * 100_000_000));
        seen.extend(timeline.journeys().iter().map(|journey| (journey.number, journey.clone())));
    }
    let share = seen.len() as f64 * 6.0 / timeline.simulation().totals().offered as f64;
    assert!((share - 1.0).abs() < 0.02, "{share}");
    let infra = stage_2();
    let to = |web: &str| infra.link_between("lb-1", web).expect("a link");
    let count = |link| seen.values().filter(|journey| crossings(journey).any(|(on, _)| on == link)).count() as f64;
    let balance = count(to("web-1")) / count(to("web-2"));
    assert!((0.8..1.25).contains(&balance), "round robin in the sample: {balance}");
}

#[test]
fn a_faster_run_samples_a_subset() {
    let numbers = |factor| {
        let mut timeline = timeline(factor);
        timeline.seek(SimTime::from_secs(6));
        timeline.journeys().iter().map(|journey| journey.number).collect::<Vec<_>>()
    };
    let (few, many) = (numbers(4.0), numbers(1.0));
    assert!(few.len() > 10 && few.len() < many.len(), "{} of {}", few.len(), many.len());
    assert!(few.iter().all(|number| many.contains(number)));
}

/// Checks that each message starts at the component that the request is at.
fn is_connected(infra: &Infrastructure, journey: &Journey) -> bool {
    let mut at: Option<ComponentIx> = None;
    crossings(journey).all(|(link, heading)| {
        let (client, server) = infra.ends(link);
        let (from, to) = if heading == Heading::Request { (client, server) } else { (server, client) };
        let fits = at.is_none_or(|at| at == from);
        at = Some(to);
        fits
    })
}

#[test]
fn every_message_starts_where_the_last_one_ended() {
    let mut timeline = timeline(1.0);
    timeline.seek(SimTime::from_secs(10));
    let infra = stage_2();
    let whole: Vec<&Journey> = timeline.journeys().iter().filter(|journey| journey.ended.is_some()).collect();
    assert!(whole.len() > 50);
    for journey in whole {
        assert!(is_connected(&infra, journey), "{journey:#?}");
        assert!(journey.parts.is_sorted_by_key(|part| part.at));
        assert!(matches!(journey.ended, Some((_, Ok(())))));
    }
}

#[test]
fn failures_are_recorded_where_they_happen() {
    let mut timeline = timeline(1.0);
    timeline.seek(SimTime::from_secs(5));
    timeline.apply(Command::Kill(component("app-1"))).expect("it is up");
    timeline.seek(SimTime::from_secs(9));
    let infra = stage_2();
    let at = |id: &str| infra.find(id).expect("a component");
    let begun = timeline.journeys().iter().filter(|journey| journey.born > SimTime::from_secs(5));
    let failed: Vec<&Journey> = begun.filter(|journey| matches!(journey.ended, Some((_, Err(_))))).collect();
    assert!(failed.len() > 5, "{}", failed.len());
    for journey in failed {
        let events: Vec<JourneyEvent> = journey.parts.iter().map(|part| part.what).collect();
        assert!(events.iter().any(|event| *event == JourneyEvent::Refuses { component: at("app-1") }), "{events:#?}");
        let is_bad_gateway = |event: &JourneyEvent| matches!(event, JourneyEvent::Fails { component, failure: Failure::BadGateway, .. } if *component == at("web-1"));
        assert!(events.iter().any(is_bad_gateway), "{events:#?}");
    }
}

#[test]
fn samples_changes_and_health_checks_leave_marks() {
    let mut timeline = timeline(1.0);
    timeline.seek(SimTime::from_secs(5));
    timeline.apply(Command::Kill(component("web-2"))).expect("it is up");
    timeline.seek(SimTime::from_secs(10));
    let infra = stage_2();
    let (healthy, dead) = (infra.link_between("lb-1", "web-1"), infra.link_between("lb-1", "web-2"));
    let has = |wanted: &dyn Fn(LinkIx, MarkKind) -> bool| timeline.journeys().marks().any(|mark| wanted(mark.link, mark.kind));
    assert!(has(&|_, kind| matches!(kind, MarkKind::Sample { blocked: None })));
    assert!(has(&|link, kind| kind == MarkKind::Change && Some(link) == infra.link_between("db-1", "db-2")));
    assert!(has(&|link, kind| kind == MarkKind::Check { passed: true } && Some(link) == healthy));
    assert!(has(&|link, kind| kind == MarkKind::Check { passed: false } && Some(link) == dead));
}

#[test]
fn a_step_back_survives_checkpoints_that_are_dropped_on_the_way() {
    let mut timeline = timeline(1.0);
    for _ in 0..400 {
        let now = timeline.simulation().now();
        timeline.seek(now + Duration::from_millis(371));
        let reached = timeline.simulation().now();
        assert!(timeline.step_back(None), "{reached:?}");
        let back = timeline.simulation().now();
        assert!(back <= reached && back > now, "{back:?}");
        timeline.seek(reached);
    }
}

#[test]
fn a_miss_of_a_cache_is_not_a_failure() {
    let text = include_str!("../../assets/cache-aside.ron");
    let infra = Infrastructure::from_ron("cache-aside.ron", text).expect("a valid scenario");
    let cache = infra.link_between("app-1", "cache-1").expect("a link");
    let mut timeline = Timeline::new(Simulation::new(std::sync::Arc::new(infra), 1));
    timeline.seek(SimTime::from_secs(3));
    assert_eq!(timeline.simulation().totals().failed, 0);
    let parts = timeline.journeys().iter().flat_map(|journey| &journey.parts);
    let answers: Vec<bool> = parts
        .filter_map(|part| match part.what {
            JourneyEvent::Crosses { link, heading: Heading::Response, ok, .. } if link == cache => Some(ok),
            _ => None,
        })
        .collect();
    // The cache is cold, so many lookups miss.
    assert!(answers.len() > 20 && answers.iter().all(|ok| *ok), "{answers:?}");
}
