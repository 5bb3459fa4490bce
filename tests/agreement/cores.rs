//! Losses on servers whose programs share processor cores: the shares of failing requests, not only the verdicts.

use std::sync::Arc;

use hoplight::analysis::{Loss, losses};
use hoplight::model::{Infrastructure, RequestKind};

use super::measure::failing;

/// Two servers with web server and application behind a balancer, and a database beside the first application.
fn site(rate: f64, cores: &str, slots: u32) -> Infrastructure {
    let text = format!(
        r#"(id: "cores", traffic: (rate: {rate:?}, static_share: 0.4, write_share: 0.1, new_visitors: 0.1),
            servers: [(id: "a"{cores}), (id: "b"{cores}), (id: "c"{cores})],
            components: [(id: "lb", kind: LoadBalancer()),
                (id: "web-1", kind: Web(), server: "a"), (id: "web-2", kind: Web(), server: "b"),
                (id: "app-1", kind: App(), server: "a", station: (slots: {slots}, service: Exponential(mean_ms: 20.0))),
                (id: "app-2", kind: App(), server: "b", station: (slots: {slots}, service: Exponential(mean_ms: 20.0))),
                (id: "db", kind: Database(), server: "c")],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"),
                (from: "web-2", to: "app-2"), (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#
    );
    Infrastructure::from_ron("cores.ron", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Asserts that each loss makes the share of requests of each kind fail that the simulation measures. Returns the shares after
/// the loss of server a.
fn assert_agrees(infra: &Infrastructure, tolerance: f64) -> [f64; 3] {
    let shared = Arc::new(infra.clone());
    let mut after_a = [f64::NAN; 3];
    for forecast in losses(infra) {
        let name = forecast.loss.to_string();
        if !["a", "web-2", "app-1", "db", "server-1"].contains(&name.as_str()) || matches!(forecast.loss, Loss::Processes(_)) {
            continue;
        }
        let measured = failing(&shared, &forecast).expect("it can be simulated").map(|share| share.expect("many requests"));
        for kind in RequestKind::ALL {
            let (expected, found) = (forecast.failing[kind.index()], measured[kind.index()]);
            assert!(
                (expected - found).abs() <= tolerance,
                "{} without {name}: {kind:?} {expected}, measured {found}",
                infra.id()
            );
        }
        if name == "a" {
            after_a = measured;
        }
    }
    after_a
}

#[test]
fn a_server_that_gets_the_load_of_another_lacks_cores() {
    // Two cores carry 100 requests per second at the application, a server's share of 333, but not twice that.
    let [fixed, reads, _] = assert_agrees(&site(260.0, ", cores: 2", 16), 0.05);
    assert!(fixed < 0.01 && reads > 0.3, "{fixed} {reads}");
    // Where every slot has a core, the same servers carry all of it.
    let alone = assert_agrees(&site(260.0, "", 16), 0.05);
    assert!(alone.into_iter().all(|share| share < 0.01), "{alone:?}");
}

#[test]
fn the_share_that_fails_depends_on_the_cores_and_not_on_the_slots() {
    for slots in [4, 40] {
        let [_, reads, _] = assert_agrees(&site(260.0, ", cores: 2", slots), 0.06);
        // 156 requests per second, of which two cores carry about 100.
        assert!((0.3..0.45).contains(&reads), "{slots} slots: {reads}");
    }
    let [_, reads, _] = assert_agrees(&site(260.0, ", cores: 3", 16), 0.06);
    assert!(reads < 0.12, "{reads}");
}

#[test]
fn every_loss_of_the_scenario_with_shared_cores_agrees() {
    let text = include_str!("../../assets/shared-cores.ron");
    let infra = Infrastructure::from_ron("shared.ron", text).expect("a valid scenario");
    let (compared, differences) = super::compare(&infra);
    assert!(compared > 20 && differences.is_empty(), "{compared} compared, differences (forecast, measured): {differences:#?}");
}

#[test]
fn all_tiers_on_one_machine_agree() {
    let text = include_str!("../../assets/shared-cores.ron");
    for rate in ["90.0", "130.0", "180.0"] {
        let text = text.replace("rate: 90.0", &format!("rate: {rate}"));
        let infra = Infrastructure::from_ron("shared.ron", &text).expect("a valid scenario");
        let whole = hoplight::analysis::losses::without_loss(&infra);
        let mut sim = hoplight::sim::Simulation::new(Arc::new(infra.clone()), 1);
        let totals = |sim: &hoplight::sim::Simulation| RequestKind::ALL.map(|kind| sim.totals_of(kind));
        sim.advance(hoplight::sim::SimTime::from_secs(60), &mut ());
        let before = totals(&sim);
        sim.advance(hoplight::sim::SimTime::from_secs(300), &mut ());
        let after = totals(&sim);
        for kind in RequestKind::ALL {
            let place = kind.index();
            let failed = (after[place].failed - before[place].failed) as f64;
            let found = failed / (failed + (after[place].completed - before[place].completed) as f64);
            assert!((whole.failing[place] - found).abs() < 0.08, "{rate}/s: {kind:?} {} measured {found}", whole.failing[place]);
        }
    }
}
