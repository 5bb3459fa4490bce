//! Properties that hold for every course that a simulation may take.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::model::{Algorithm, Element, Infrastructure, RequestKind, TlsMode, TopologyEdit};
use hoplight::sim::{Command, Simulation};
use proptest::prelude::*;

fn stage_2() -> Arc<Infrastructure> {
    let text = include_str!("../assets/stage-2-secured.ron");
    Arc::new(Infrastructure::from_ron("assets/stage-2-secured.ron", text).expect("a valid scenario"))
}

/// Everything that can be killed.
fn elements(infra: &Infrastructure) -> Vec<Element> {
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    components.chain(servers).chain(hops).collect()
}

/// A command, chosen by numbers so that proptest can shrink it.
fn command(infra: &Infrastructure, what: u8, which: usize) -> Command {
    let all = elements(infra);
    let element = all[which % all.len()].clone();
    match what % 14 {
        0..=3 => Command::Kill(element),
        4..=7 => Command::Restore(element),
        8 if which.is_multiple_of(2) => Command::Edit(TopologyEdit::EdgeTls(TlsMode::ALL[which / 2 % 4])),
        8 => block(infra, which),
        9 => Command::Send(RequestKind::ALL[which % 3]),
        10 => Command::Balance(Algorithm::ALL[which % Algorithm::ALL.len()]),
        11 => Command::Drain(element),
        12 => Command::Ready(element),
        _ => Command::Rate(Rate::new((which % 700) as f64).expect("in range")),
    }
}

/// A firewall rule written or taken out, on some hop.
fn block(infra: &Infrastructure, which: usize) -> Command {
    let hops: Vec<_> = infra.links().map(|(link, _)| infra.ends(link)).collect();
    let (from, to) = hops[which / 4 % hops.len()];
    let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
    Command::Edit(if which % 4 == 1 { TopologyEdit::Unblock(from, to) } else { TopologyEdit::Block(from, to) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_lost_or_counted_twice_and_time_never_falls(
        seed in any::<u64>(),
        script in prop::collection::vec((any::<u8>(), any::<usize>(), 1u64..3_000), 1..12),
    ) {
        let infra = stage_2();
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let mut again = Simulation::new(Arc::clone(&infra), seed);
        for (what, which, millis) in script {
            let command = command(&infra, what, which);
            let outcome = sim.apply(&command, &mut ());
            prop_assert_eq!(&outcome, &again.apply(&command, &mut ()));
            let until = sim.now() + Duration::from_millis(millis);
            let mut last = sim.now();
            while sim.next_event().is_some_and(|at| at <= until) {
                sim.step(&mut ());
                prop_assert!(sim.now() >= last);
                last = sim.now();
                let totals = sim.totals();
                prop_assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
            }
            sim.advance(until, &mut ());
            // A copy goes on exactly as the original does.
            again = again.clone();
            again.advance(until, &mut ());
            prop_assert!(sim == again);
        }
        // With everything restored and nobody new, all requests end and every slot is free.
        for element in elements(&infra) {
            let _ = sim.apply(&Command::Restore(element.clone()), &mut ());
            let _ = sim.apply(&Command::Ready(element), &mut ());
        }
        for (from, to) in infra.links().map(|(link, _)| infra.ends(link)) {
            let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
            let _ = sim.apply(&Command::Edit(TopologyEdit::Unblock(from, to)), &mut ());
        }
        sim.apply(&Command::Rate(Rate::new(0.0).expect("in range")), &mut ()).expect("any rate");
        sim.advance(sim.now() + Duration::from_secs(60), &mut ());
        prop_assert_eq!(sim.in_flight(), 0);
        prop_assert_eq!(sim.records(), 0, "no record is left behind");
        for (link, _) in infra.links() {
            prop_assert_eq!(sim.active(link), 0, "{}", infra.hop_element(link));
        }
        for (ix, _) in infra.components() {
            let station = sim.station(ix);
            prop_assert_eq!((station.busy, station.waiting), (0, 0), "{}", infra.component(ix).id);
        }
    }
}
