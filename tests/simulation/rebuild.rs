//! A run that continues with an edited infrastructure.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::compose::{self, Composed};
use hoplight::model::draft::{Draft, Edit};
use hoplight::model::quantity::{Factor, Rate};
use hoplight::model::scenario::Scenario;
use hoplight::model::{Algorithm, ComponentId, Infrastructure, ron_text};
use hoplight::sim::{Command, EventKind, Fault, Health, SimTime, Simulation, Timeline};

use super::{component, run, server, stage_2};

fn edited(infra: &Infrastructure, edits: impl IntoIterator<Item = Edit>) -> Arc<Infrastructure> {
    let mut draft = Draft::from(infra);
    for edit in edits {
        draft.apply(edit).expect("a sensible edit");
    }
    Arc::new(draft.build().expect("a complete design"))
}

fn add_component(text: &str) -> Edit {
    Edit::AddComponent(ron_text::parse("edit", text).expect("a component"))
}

/// Adds a spare web server before everything else, so that the positions of all components change.
fn with_spare(infra: &Infrastructure) -> Arc<Infrastructure> {
    let edits = [
        Edit::AddServer(ron_text::parse("edit", "(id: \"server-9\")").expect("a server")),
        add_component("(id: \"web-9\", server: \"server-9\", kind: Web())"),
        add_component("(id: \"app-9\", server: \"server-9\", kind: App())"),
        Edit::AddLink(ron_text::parse("edit", "(from: \"lb-1\", to: \"web-9\")").expect("a link")),
        Edit::AddLink(ron_text::parse("edit", "(from: \"web-9\", to: \"app-9\")").expect("a link")),
        Edit::AddLink(ron_text::parse("edit", "(from: \"app-9\", to: \"db-1\")").expect("a link")),
    ];
    edited(infra, edits)
}

/// A run of stage 1, whose servers have no firewalls.
fn stage_1() -> Simulation {
    let mut sim = scenario(include_str!("../../assets/stage-1-distributed.ron"));
    sim.advance(SimTime::from_secs(10), &mut ());
    sim
}

fn scenario(text: &str) -> Simulation {
    Simulation::new(Arc::new(Infrastructure::from_ron("scenario.ron", text).expect("a valid scenario")), 1)
}

fn component_at(sim: &Simulation, id: &str) -> hoplight::model::ComponentIx {
    sim.infrastructure().find(id).expect("it exists")
}

#[test]
fn the_same_users_keep_coming() {
    let mut rebuilt = run(1, 10);
    let mut untouched = rebuilt.clone();
    let offered = rebuilt.totals().offered;
    let same = Arc::clone(rebuilt.infrastructure());
    assert_eq!(rebuilt.rebuild(same, &mut ()), []);
    let mut arrivals = [Vec::new(), Vec::new()];
    for (sim, arrivals) in [&mut rebuilt, &mut untouched].into_iter().zip(&mut arrivals) {
        sim.advance(SimTime::from_secs(20), &mut |note: hoplight::sim::JournalEvent| {
            if note.what == EventKind::Arrived {
                arrivals.push((note.at, note.request));
            }
        });
    }
    assert!(arrivals[0].len() > 900 && arrivals[0] == arrivals[1]);
    assert_eq!((rebuilt.totals().failed, rebuilt.seed()), (0, 1));
    assert!(rebuilt.totals().completed > offered + 900);
}

#[test]
fn requests_in_flight_start_over_and_their_users_have_waited_since_they_came() {
    let mut sim = stage_1();
    while sim.in_flight() < 5 {
        sim.step(&mut ());
    }
    let (in_flight, totals) = (sim.in_flight(), sim.totals());
    let infra = with_spare(sim.infrastructure());
    sim.rebuild(infra, &mut ());
    assert_eq!((sim.in_flight(), sim.totals()), (in_flight, totals));
    assert_eq!(sim.occupancy(), sim.sojourn());
    sim.advance(sim.now() + Duration::from_secs(5), &mut ());
    assert_eq!(sim.totals().failed, 0);
    assert!(sim.station(component_at(&sim, "web-9")).served > 50, "the new server takes its share");
}

#[test]
fn conditions_stay_with_their_elements() {
    let mut sim = run(1, 10);
    let hang = Fault::Hang(component("app-2"));
    let slow = Fault::Slow(component("db-1"), Factor::literal(3.0));
    let commands = [
        Command::Kill(server("server-2")),
        Command::Fault(hang.clone()),
        Command::Fault(slow.clone()),
        Command::Fault(Fault::Expired(ComponentId::new("lb-1"))),
        Command::Drain(component("web-2")),
        Command::Balance(Algorithm::LeastConnections),
        Command::Rate(Rate::literal(40.0)),
        Command::SynCookies(true),
    ];
    for command in &commands {
        sim.apply(command, &mut ()).expect("it changes something");
    }
    let infra = with_spare(sim.infrastructure());
    let faults = sim.faults();
    assert_eq!(sim.rebuild(infra, &mut ()), []);
    assert_eq!(sim.is_up(&server("server-2")), Some(false));
    assert_eq!(sim.is_draining(&component("web-2")), Some(true));
    assert_eq!(sim.station(component_at(&sim, "app-2")).health, Health::Hung);
    assert_eq!(sim.faults(), faults);
    assert_eq!(sim.algorithm(), Some(Algorithm::LeastConnections));
    assert!(sim.syn_cookies() && (sim.rate() - 40.0).abs() < 1e-9);
    // Negative control: a fresh run has none of this state.
    let fresh = Simulation::new(stage_2(), 1);
    assert!(fresh.faults().is_empty() && fresh.is_draining(&component("web-2")) == Some(false));
}

#[test]
fn what_no_longer_exists_is_reported_and_dropped() {
    let mut sim = run(1, 10);
    let kill = Command::Kill(component("web-2"));
    sim.apply(&kill, &mut ()).expect("web-2 is up");
    let infra = edited(
        sim.infrastructure(),
        [Edit::RemoveComponent(ComponentId::new("web-2")), Edit::RemoveComponent(ComponentId::new("app-2"))],
    );
    assert_eq!(sim.rebuild(infra, &mut ()), [kill]);
    sim.advance(sim.now() + Duration::from_secs(5), &mut ());
    assert_eq!(sim.is_up(&component("web-2")), None);
}

#[test]
fn a_backend_that_is_down_gets_no_request_after_a_rebuild() {
    let mut sim = stage_1();
    sim.apply(&Command::Kill(server("server-3")), &mut ()).expect("server-3 is on");
    sim.advance(SimTime::from_secs(40), &mut ());
    let (failed, link) = (sim.totals().failed, sim.infrastructure().link_between("lb-1", "web-2").expect("it exists"));
    assert_eq!(sim.backend_up(link), Some(false));
    let infra = with_spare(sim.infrastructure());
    sim.rebuild(infra, &mut ());
    let link = sim.infrastructure().link_between("lb-1", "web-2").expect("it exists");
    assert_eq!(sim.backend_up(link), Some(false));
    sim.advance(SimTime::from_secs(60), &mut ());
    assert_eq!(sim.totals().failed, failed);
}

#[test]
fn the_holder_of_a_shared_address_and_the_writer_stay_what_they_were() {
    let mut sim = scenario(include_str!("../../assets/design-4-repaired.ron"));
    let primary = |sim: &Simulation| {
        let mut databases = sim.infrastructure().components().filter_map(|(ix, c)| Some((c.id.clone(), sim.database(ix)?)));
        databases.find(|(_, view)| view.writable).map(|(id, _)| id)
    };
    let master = |sim: &Simulation| sim.masters().map(|ix| sim.infrastructure().component(ix).id.clone()).collect::<Vec<_>>();
    sim.advance(SimTime::from_secs(5), &mut ());
    let before = (master(&sim), primary(&sim).expect("one takes writes"));
    for id in before.0.iter().chain([&before.1]) {
        sim.apply(&Command::Kill(component(id.as_str())), &mut ()).expect("it is up");
    }
    sim.advance(SimTime::from_secs(90), &mut ());
    let after = (master(&sim), primary(&sim).expect("another one takes writes"));
    assert!(before.0 != after.0 && before.1 != after.1, "{before:?} {after:?}");
    let failed = sim.totals().failed;
    let edit = Edit::AddServer(ron_text::parse("edit", "(id: \"server-99\")").expect("a server"));
    let infra = edited(sim.infrastructure(), [edit]);
    sim.rebuild(infra, &mut ());
    assert_eq!((master(&sim), primary(&sim).expect("it still does")), after);
    sim.advance(SimTime::from_secs(120), &mut ());
    assert_eq!((master(&sim), primary(&sim).expect("it still does")), after);
    assert_eq!(sim.totals().failed, failed, "nobody has to take over again");
}

#[test]
fn the_monitoring_service_keeps_what_it_was_told() {
    let mut sim = run(1, 30);
    let samples = |sim: &Simulation| sim.samples(component_at(sim, "web-1")).count();
    let before = samples(&sim);
    assert!(before > 5);
    let infra = with_spare(sim.infrastructure());
    sim.rebuild(infra, &mut ());
    assert_eq!(samples(&sim), before);
    let last = |sim: &Simulation| sim.samples(component_at(sim, "web-1")).next_back().map(|(_, row)| *row).expect("samples");
    assert_eq!(last(&sim).component, component_at(&sim, "web-1"));
    sim.advance(SimTime::from_secs(60), &mut ());
    assert!(samples(&sim) > before && (20.0..60.0).contains(&last(&sim).qps), "{:?}", last(&sim));
    assert!(sim.agents().iter().all(|agent| !agent.stale));
}

#[test]
fn a_wiretap_follows_its_hop_and_stops_where_the_hop_is_gone() {
    let mut timeline = Timeline::new(run(1, 5));
    let link = |timeline: &Timeline| timeline.simulation().infrastructure().link_between("lb-1", "web-1");
    timeline.listen(link(&timeline));
    timeline.seek(SimTime::from_secs(8));
    let heard = timeline.captured_count();
    assert!(heard > 50);
    timeline.rebuild(with_spare(timeline.simulation().infrastructure()));
    timeline.seek(SimTime::from_secs(10));
    assert_eq!(timeline.tapped(), link(&timeline));
    let more = timeline.captured_count();
    assert!(more > heard);
    let without =
        edited(timeline.simulation().infrastructure(), [Edit::RemoveLink(ComponentId::new("lb-1"), ComponentId::new("web-1"))]);
    timeline.rebuild(without);
    timeline.seek(SimTime::from_secs(12));
    assert_eq!((timeline.tapped(), timeline.captured_count()), (None, more));
    // After a rewind to before the edit, the hop exists and is tapped again.
    timeline.seek(SimTime::from_secs(8));
    assert_eq!((timeline.tapped(), timeline.captured_count()), (link(&timeline), heard));
}

#[test]
fn a_database_takes_the_role_that_an_edit_gives_it() {
    let mut sim = run(1, 10);
    let writable = |sim: &Simulation, id: &str| sim.database(component_at(sim, id)).expect("a database").writable;
    assert!(writable(&sim, "db-1") && !writable(&sim, "db-2"));
    let hop = hoplight::model::Element::Hop(ComponentId::new("db-1"), ComponentId::new("db-2"));
    let act = |sim: &Simulation, change: &dyn Fn(&Scenario) -> Composed| {
        let mut draft = Draft::new(Scenario::from(sim.infrastructure().as_ref()).minimal());
        draft.apply_all(change(draft.scenario()).edits).expect("a possible change");
        Arc::new(draft.build().expect("a complete design"))
    };
    let parted = act(&sim, &|scenario| compose::remove(scenario, &hop).expect("a link"));
    sim.rebuild(parted, &mut ());
    assert!(writable(&sim, "db-1") && writable(&sim, "db-2"), "each stands alone");
    let [first, second] = ["db-1", "db-2"].map(component);
    let joined = act(&sim, &|scenario| compose::connect(scenario, &first, &second).expect("two databases"));
    sim.rebuild(joined, &mut ());
    assert!(writable(&sim, "db-1") && !writable(&sim, "db-2"), "db-2 follows again");
}
