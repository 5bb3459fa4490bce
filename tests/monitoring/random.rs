//! Invariants of monitoring under random commands.

use std::collections::BTreeMap;
use std::time::Duration;

use hoplight::model::{Element, Metric};
use hoplight::sim::{AlertState, Command, SimTime, Simulation};
use proptest::prelude::*;

use super::{probe, rate, site};

/// Returns all elements that can be killed.
fn elements(sim: &Simulation) -> Vec<Element> {
    let infra = sim.infrastructure();
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    components.chain(servers).chain(hops).collect()
}

fn command(sim: &Simulation, what: u8, which: usize) -> Command {
    let all = elements(sim);
    let element = all[which % all.len()].clone();
    match what % 8 {
        0..=2 => Command::Kill(element),
        3..=5 => Command::Restore(element),
        6 if which.is_multiple_of(3) => Command::Probe(None),
        6 => probe((which % 30 + 1) as f64 / 10.0),
        _ => rate((which % 500) as f64),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples_and_alerts_stay_sane_and_probes_apart(
        seed in any::<u64>(),
        script in prop::collection::vec((any::<u8>(), any::<usize>(), 1u64..6_000), 1..12),
    ) {
        let mut sim = Simulation::new(site("(probe: (interval_s: 0.5))"), seed);
        for (what, which, millis) in script {
            let _ = sim.apply(&command(&sim, what, which), &mut ());
            sim.advance(sim.now() + Duration::from_millis(millis), &mut ());
            let totals = sim.totals();
            prop_assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
            prop_assert_eq!(sim.occupancy(), sim.sojourn());
            let run = sim.now().as_secs_f64() * 1e3;
            for (ix, _) in sim.infrastructure().components() {
                for metric in Metric::ALL {
                    let series = sim.series(ix, metric);
                    prop_assert!(series.windows(2).all(|pair| pair[0].0 < pair[1].0));
                    let most = match metric {
                        Metric::Utilisation | Metric::ErrorRatio | Metric::Connections => 1.0,
                        Metric::Lag => f64::INFINITY,
                        Metric::P50 | Metric::P95 | Metric::P99 => run,
                        _ => 20_000.0,
                    };
                    prop_assert!(series.iter().all(|(_, value)| (0.0..=most).contains(value)), "{}: {series:?}", metric.word());
                }
            }
        }
        // Each alert fires and resolves in turn, and its state matches its last log entry.
        let mut last = BTreeMap::new();
        let mut before = SimTime::ZERO;
        for entry in sim.alert_log() {
            prop_assert!(entry.at >= before);
            before = entry.at;
            let change = (last.insert((entry.rule, entry.subject), entry.state), entry.state);
            prop_assert!(matches!(change, (None | Some(AlertState::Resolved), AlertState::Firing) | (Some(AlertState::Firing), AlertState::Resolved)));
        }
        for alert in sim.alerts() {
            let firing = last.get(&(alert.rule, alert.subject)) == Some(&AlertState::Firing);
            prop_assert_eq!(alert.state == AlertState::Firing, firing, "{} {:?}", alert.rule, alert.subject);
        }
        // With everything restored and no new arrivals, nothing is left over.
        for element in elements(&sim) {
            let _ = sim.apply(&Command::Restore(element), &mut ());
        }
        for command in [Command::Probe(None), rate(0.0)] {
            prop_assert!(sim.apply(&command, &mut ()).is_ok());
        }
        sim.advance(sim.now() + Duration::from_secs(60), &mut ());
        prop_assert_eq!((sim.in_flight(), sim.records()), (0, 0));
    }
}
