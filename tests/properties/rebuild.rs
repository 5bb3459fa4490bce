//! Rebuilding a run with another infrastructure loses no request, and rewinding past it is exact.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::model::{ComponentId, Element, Infrastructure};
use hoplight::sim::{Command, Fault, SimTime, Simulation, Timeline};
use proptest::prelude::*;

use super::commands::command;
use super::{connecting, pair, stage_2, topology, with_cores};

fn design(number: u64) -> Arc<Infrastructure> {
    match number % 5 {
        0 => stage_2(),
        1 => pair(),
        2 => connecting(),
        3 => with_cores(number),
        _ => topology::random(number),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_lost_or_counted_twice(
        seed in any::<u64>(),
        first in any::<u64>(),
        script in prop::collection::vec((any::<u8>(), any::<usize>(), any::<u64>(), 1u64..3_000), 1..12),
    ) {
        let mut sim = Simulation::new(design(first), seed);
        let mut processed = 0;
        for (what, which, other, millis) in script {
            let before = sim.totals();
            if other % 3 == 0 {
                let in_flight = sim.in_flight();
                sim.rebuild(design(other / 3), &mut ());
                // A design that cannot serve them may refuse requests in flight at once.
                let totals = sim.totals();
                prop_assert_eq!(totals.offered, before.offered);
                prop_assert_eq!(totals.completed, before.completed);
                prop_assert_eq!(totals.failed + sim.in_flight(), before.failed + in_flight);
            } else {
                let infra = Arc::clone(sim.infrastructure());
                let _ = sim.apply(&command(&infra, what, which), &mut ());
            }
            let until = sim.now() + Duration::from_millis(millis);
            let mut last = sim.now();
            while sim.next_event().is_some_and(|at| at <= until) {
                sim.step(&mut ());
                prop_assert!(sim.now() >= last && sim.processed() > processed);
                (last, processed) = (sim.now(), sim.processed());
                let totals = sim.totals();
                prop_assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
            }
            sim.advance(until, &mut ());
            prop_assert_eq!(sim.occupancy(), sim.sojourn(), "Little's law, to the nanosecond");
        }
        let _ = sim.apply(&Command::Probe(None), &mut ());
        if sim.apply(&Command::Rate(Rate::new(0.0).expect("in range")), &mut ()).is_ok() {
            sim.advance(sim.now() + Duration::from_secs(3_000), &mut ());
            prop_assert_eq!((sim.in_flight(), sim.coming_back()), (0, 0));
        }
    }

    #[test]
    fn a_rewind_past_a_rebuild_and_back_gives_the_same_state(
        seed in any::<u64>(),
        first in any::<u64>(),
        script in prop::collection::vec((any::<u8>(), any::<usize>(), any::<u64>(), 1u64..3_000), 1..8),
        visits in prop::collection::vec(0u64..20_000, 1..5),
    ) {
        let mut timeline = Timeline::new(Simulation::new(design(first), seed));
        timeline.seek(SimTime::ZERO);
        let mut states = vec![(timeline.simulation().clone(), 0)];
        for (what, which, other, millis) in script {
            if other % 3 == 0 {
                timeline.rebuild(design(other / 3));
            } else {
                let infra = Arc::clone(timeline.simulation().infrastructure());
                let _ = timeline.apply(command(&infra, what, which));
            }
            timeline.seek(timeline.simulation().now() + Duration::from_millis(millis));
            states.push((timeline.simulation().clone(), timeline.changes()));
        }
        let (end, changes) = (timeline.simulation().now(), timeline.changes());
        for visit in visits {
            timeline.seek(SimTime::from_nanos(visit * 1_000_000).min(end));
        }
        for (state, changes) in &states {
            timeline.seek_with(state.now(), *changes);
            prop_assert!(timeline.simulation() == state, "at {:?}", state.now());
        }
        prop_assert_eq!(timeline.changes(), changes);
    }
}

#[test]
fn a_check_that_a_backend_has_given_up_ends_once() {
    // The application hangs, so that its SYNs are dropped, and the web server gives up while one is resent.
    let mut sim = Simulation::new(design(854_466_498_587_383_560), 0);
    let app = ComponentId::new("app-1");
    sim.apply(&Command::Fault(Fault::Hang(Element::Component(app))), &mut ()).expect("it runs");
    sim.advance(sim.now() + Duration::from_millis(12), &mut ());
    sim.rebuild(design(3_425_966_782_716_307_647 / 3), &mut ());
    sim.advance(sim.now() + Duration::from_millis(898), &mut ());
    sim.apply(&Command::Probe(None), &mut ()).expect("there is a probe");
    sim.apply(&Command::Rate(Rate::new(0.0).expect("in range")), &mut ()).expect("any rate");
    sim.advance(sim.now() + Duration::from_secs(3_000), &mut ());
    assert_eq!((sim.in_flight(), sim.coming_back()), (0, 0));
}
