//! Conditions and figures about load, queues, caches, failover and lost writes.

use std::sync::Arc;
use std::time::Duration;

use hoplight::lesson::condition::Baseline;
use hoplight::lesson::figure::Figure;
use hoplight::lesson::{Condition, LessonSites, Library, Observation, Pace, Player, Session};
use hoplight::model::quantity::{Fraction, Rate, Seconds};
use hoplight::model::{ComponentId, Element, ServerId};
use hoplight::sim::{Command, SimTime, Simulation, Timeline};

use super::library;

fn run(scenario: &str) -> Timeline {
    let library = library();
    Timeline::new(Simulation::new(Arc::clone(library.scenario(scenario).expect("shipped")), 1))
}

fn program(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn apply(timeline: &mut Timeline, command: Command) {
    timeline.apply(command).expect("possible");
}

fn seen(sim: &Simulation) -> Observation<'_> {
    Observation {
        sim,
        selected: None,
        pace: Pace::Live,
        paused: false,
        steps_forward: 0,
        steps_back: 0,
        wiretap: None,
        followed: None,
        reached: &[],
    }
}

fn holds(condition: &Condition, timeline: &Timeline, began: &Baseline) -> bool {
    condition.holds(&seen(timeline.simulation()), began)
}

fn began(timeline: &Timeline) -> Baseline {
    Baseline::from(&seen(timeline.simulation()))
}

fn forward(timeline: &mut Timeline, seconds: u64) {
    let now = timeline.simulation().now();
    timeline.seek(now + Duration::from_secs(seconds));
}

#[test]
fn a_pair_has_one_leader_and_a_loss_moves_the_address() {
    let mut timeline = run("stage-3-scaled");
    forward(&mut timeline, 2);
    let start = began(&timeline);
    let leads = |id: &str| Condition::Leads(ComponentId::new(id));
    let both = |timeline: &Timeline| ["lb-1", "lb-2"].map(|id| holds(&leads(id), timeline, &start));
    assert_eq!(both(&timeline), [true, false]);
    apply(&mut timeline, Command::Kill(Element::Server(ServerId::new("server-1"))));
    forward(&mut timeline, 6);
    assert_eq!(both(&timeline), [false, true]);
    assert!(holds(&leads("db-1"), &timeline, &start), "the primary accepts writes");
    assert!(!holds(&leads("web-1"), &timeline, &start), "a web server never leads");
}

#[test]
fn writes_confirmed_and_not_replicated_are_lost_by_a_promotion() {
    let mut timeline = run("failover-by-hand");
    forward(&mut timeline, 2);
    apply(&mut timeline, Command::Lag(ComponentId::new("db-2"), Seconds::new(5.0).expect("valid")));
    let start = began(&timeline);
    let (one, none, lost) = (Condition::Writable(1), Condition::Writable(0), Condition::LostWrites(1));
    forward(&mut timeline, 5);
    assert!(holds(&one, &timeline, &start) && !holds(&lost, &timeline, &start));
    // What has not been sent when the connection breaks is lost.
    apply(&mut timeline, Command::Kill(Element::Hop(ComponentId::new("db-1"), ComponentId::new("db-2"))));
    forward(&mut timeline, 3);
    apply(&mut timeline, Command::Kill(program("db-1")));
    forward(&mut timeline, 1);
    assert!(holds(&none, &timeline, &start));
    apply(&mut timeline, Command::Promote(ComponentId::new("db-2")));
    forward(&mut timeline, 2);
    assert!(holds(&one, &timeline, &start) && holds(&lost, &timeline, &start));
    let later = began(&timeline);
    assert!(!holds(&lost, &timeline, &later), "writes lost before the step do not count");
}

#[test]
fn a_replica_that_lags_answers_stale_reads() {
    let mut timeline = run("stage-1-distributed");
    forward(&mut timeline, 2);
    apply(&mut timeline, Command::Lag(ComponentId::new("db-2"), Seconds::new(5.0).expect("valid")));
    let start = began(&timeline);
    forward(&mut timeline, 30);
    assert!(holds(&Condition::StaleReads(1), &timeline, &start), "the replica answers from five seconds ago");
    assert!(!holds(&Condition::StaleReads(u32::MAX), &timeline, &start));
}

#[test]
fn two_halves_diverge() {
    let mut timeline = run("two-halves");
    forward(&mut timeline, 5);
    let start = began(&timeline);
    let (two, divergent) = (Condition::Writable(2), Condition::Divergent(1));
    assert!(!holds(&two, &timeline, &start) && !holds(&divergent, &timeline, &start));
    apply(&mut timeline, Command::Kill(Element::Hop(ComponentId::new("db-1"), ComponentId::new("db-2"))));
    forward(&mut timeline, 15);
    assert!(holds(&two, &timeline, &start) && holds(&divergent, &timeline, &start));
}

#[test]
fn load_queue_and_slowness_are_measured() {
    let mut timeline = run("one-worker");
    forward(&mut timeline, 5);
    let start = began(&timeline);
    let load = |rate| Condition::Load(Rate::new(rate).expect("valid"));
    let waiting = |count| Condition::Waiting { component: ComponentId::new("app-1"), count };
    let slow = |over| Condition::Slow {
        kind: None,
        window_s: Seconds::new(3.0).expect("valid"),
        over_s: Seconds::new(over).expect("valid"),
    };
    assert!(holds(&load(25.0), &timeline, &start) && !holds(&load(26.0), &timeline, &start));
    assert!(!holds(&slow(0.001), &timeline, &start), "the window has to lie after the beginning");
    apply(&mut timeline, Command::Rate(Rate::new(100.0).expect("valid")));
    forward(&mut timeline, 10);
    assert!(holds(&load(100.0), &timeline, &start));
    assert!(holds(&waiting(100), &timeline, &start) && !holds(&waiting(10_000), &timeline, &start));
    assert!(holds(&slow(1.0), &timeline, &start) && !holds(&slow(100.0), &timeline, &start));
}

#[test]
fn draining_attempts_and_hits_are_seen() {
    let mut timeline = run("stage-2-secured");
    let start = began(&timeline);
    let drains = Condition::Draining(program("web-1"));
    assert!(!holds(&drains, &timeline, &start));
    apply(&mut timeline, Command::Drain(program("web-1")));
    assert!(holds(&drains, &timeline, &start));
    assert!(holds(&Condition::Attempts(1), &timeline, &start));

    let mut timeline = run("cache-aside");
    let start = began(&timeline);
    let ratio = |low, high| Condition::HitRatio {
        cache: ComponentId::new("cache-1"),
        at_least: Fraction::new(low).expect("valid"),
        at_most: Fraction::new(high).expect("valid"),
    };
    forward(&mut timeline, 20);
    assert!(holds(&ratio(0.3, 1.0), &timeline, &start));
    assert!(!holds(&ratio(0.0, 0.1), &timeline, &start));
    assert!(!holds(&Condition::Attempts(0), &timeline, &start));
}

/// A session without a lesson has no step, so it has no figures about one.
#[test]
fn figures_about_a_step_need_a_step() {
    let library: Library = library();
    let session = Session::new(Arc::clone(library.scenario("failover-by-hand").expect("shipped")), 1);
    for figure in [Figure::Throughput, Figure::Latency, Figure::Present, Figure::Utilisation, Figure::LostWrites] {
        assert_eq!(session.figure(figure), None, "{}", figure.slug());
    }
    assert_eq!(session.figure(Figure::Divergent).as_deref(), Some("0"));
    assert_eq!(session.figure(Figure::Takeover), None, "nothing was killed");
    assert_eq!(session.figure(Figure::HitRatio), None, "there is no cache");
    let [reads, writes] = [Figure::AvailabilityRead, Figure::AvailabilityWrite].map(|figure| {
        let text = session.figure(figure).expect("computed");
        text.trim_end_matches(" %").parse::<f64>().expect("a number")
    });
    assert!(reads > writes && writes > 90.0 && reads < 100.0, "{reads} {writes}: a replica answers reads");
    assert_eq!(SimTime::ZERO, session.timeline.simulation().now());
}

#[test]
fn a_worker_that_is_half_busy_takes_twice_its_work() {
    let library = library();
    let lesson = library.lesson("queues-and-the-knee").expect("shipped");
    let sites = LessonSites::find(&library, lesson).expect("checked");
    let (mut player, _) = Player::begin(lesson, &sites, 1, 1).expect("checked");
    for act in &lesson.steps[1].solution {
        player.act(act).expect("checked");
    }
    let [busy, latency] = [Figure::Utilisation, Figure::Latency].map(|figure| {
        let text = player.run().figure(figure).expect("measured");
        text.split(' ').next().and_then(|number| number.parse::<f64>().ok()).expect("a number")
    });
    assert!((45.0..=55.0).contains(&busy), "{busy} %");
    // M/M/1: 20 ms / (1 − 0.5), and the network's round trips.
    assert!((36.0..=48.0).contains(&latency), "{latency} ms");
}
