//! Tests the predictions against the simulation: visits, holding times and saturation.

use super::measured::{Measured, measure};
use super::{SHIPPED, assert_near, load, sites, slots, whole};
use hoplight::analysis::capacity::{Mix, Resource};
use hoplight::model::{Infrastructure, RequestKind};

/// Predicted total for the requests that arrived: the sum over the kinds of a figure per request.
fn expected(run: &Measured, per_request: [f64; 3]) -> f64 {
    run.offered.iter().zip(per_request).map(|(count, each)| count * each).sum()
}

#[test]
fn demands_of_random_sites_match_the_simulation() {
    for seed in 1..=24 {
        let infra = sites::draw(seed, sites::Sort::Any);
        let (capacity, run) = (whole(&infra), measure(&infra, 120.0, &[], [3, 45]));
        // Little's law on links: the requests that a balancer has in progress at a backend.
        for places in capacity.utilisation(run.rate()) {
            let Resource::Places(from, to) = &places.resource else { continue };
            let found = run.active[infra.link_between(from.as_str(), to.as_str()).unwrap().index()];
            let near = (found - places.held).abs() < 0.15 * places.held + 0.05;
            assert!(near, "site {seed}: {found} in progress from {from} to {to}, predicted {}", places.held);
        }
        for station in capacity.stations() {
            let (ix, id) = (station.ix.index(), &station.component);
            if !infra.component(station.ix).kind.serves_requests() && run.visits[ix] == 0.0 {
                assert!(expected(&run, station.visits) < 1.0, "site {seed}: {id} is visited");
                continue;
            }
            let near = |found: f64, wanted: f64, part: f64, few: f64, what: &str| {
                assert!(
                    (found - wanted).abs() <= part * wanted + few,
                    "site {seed}: {what} of {id}: {found}, predicted {wanted}"
                );
            };
            let visits = expected(&run, station.visits);
            near(run.visits[ix], visits, 0.01, 8.0 + 4.0 * visits.sqrt(), "visits");
            let chance = 0.02 + 3.5 / visits.max(1.0).sqrt();
            near(run.busy[ix], expected(&run, station.held_s) / run.seconds, chance, 0.01, "slots");
            if infra.component(station.ix).kind.serves_requests() {
                // Idle connections of users last longer than the measurement: some began before it, some end after it.
                let is_entry = infra
                    .browser()
                    .is_some_and(|browser| infra.link_between(infra.component(browser).id.as_str(), id.as_str()).is_some());
                let idle = if is_entry { 0.1 } else { 0.0 };
                near(
                    run.present[ix],
                    expected(&run, station.present_s) / run.seconds,
                    chance + 0.02 + idle,
                    0.04,
                    "requests present",
                );
            }
        }
    }
}

/// The same site with only one kind of request, or with its own traffic. The SYNs of health checks are dropped too where an
/// accept queue is full, but capacity is about a site whose backends stay UP.
fn with_kind((file, text): (&'static str, &str), kind: Option<RequestKind>) -> Infrastructure {
    let text = &text.replace("LoadBalancer(", "LoadBalancer(fall: 255, ");
    let shares = |statics, writes| format!("static_share: {statics}, write_share: {writes}");
    let alone = match kind {
        None => return load((file, text)),
        Some(RequestKind::Static) => shares("1.0", "0.0"),
        Some(RequestKind::Read) => shares("0.0", "0.0"),
        Some(RequestKind::Write) => shares("0.0", "1.0"),
    };
    let text =
        ["static_share: 0.4, write_share: 0.2", "static_share: 1.0, write_share: 0.0", "static_share: 0.0, write_share: 0.0"]
            .into_iter()
            .fold(text.to_owned(), |text, shares| text.replace(shares, &alone));
    load((file, &text))
}

/// Every kind of request that a shipped site answers, and the mix of its traffic, each with the matching site.
fn cases() -> Vec<(String, Infrastructure, Option<RequestKind>)> {
    let mut cases = Vec::new();
    for file in SHIPPED {
        for kind in [None, Some(RequestKind::Static), Some(RequestKind::Read), Some(RequestKind::Write)] {
            let infra = with_kind(file, kind);
            if kind.is_none_or(|kind| whole(&infra).answered(kind) > 0.0) {
                cases.push((format!("{} {kind:?}", infra.id()), infra, kind));
            }
        }
    }
    cases
}

/// Run time that gives the bottleneck several thousand requests.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value lies between 1 and 40")]
fn seconds_for(rps: f64) -> u64 {
    (6_000.0 / rps).clamp(1.0, 40.0).ceil() as u64
}

#[test]
fn utilisation_of_shipped_sites_matches_the_prediction() {
    for (name, infra, kind) in cases() {
        let capacity = whole(&infra);
        let saturation = capacity.mix_saturation().expect("some resource saturates");
        if let Some(kind) = kind {
            assert_near(capacity.saturation(kind).expect("the kind is answered").rps, saturation.rps, 1e-12);
        }
        for part in [0.5, 0.9] {
            let seconds = seconds_for(saturation.rps);
            let run = measure(&infra, part * saturation.rps, &[], [1 + seconds / 8, seconds]);
            for station in capacity.stations().iter().filter(|station| station.slots < u32::MAX) {
                let found = run.busy[station.ix.index()] / f64::from(station.slots);
                let wanted = expected(&run, station.held_s) / run.seconds / f64::from(station.slots);
                let id = &station.component;
                assert!((found - wanted).abs() <= 0.045 * wanted + 0.003, "{name} at {part}: {id} {found}, predicted {wanted}");
            }
        }
    }
}

#[test]
fn throughput_and_queues_of_shipped_sites_match_the_prediction() {
    for (name, infra, _) in cases() {
        let capacity = whole(&infra);
        let saturation = capacity.mix_saturation().expect("some resource saturates");
        let seconds = seconds_for(saturation.rps);
        let run = measure(&infra, 1.2 * saturation.rps, &[], [1 + seconds / 8, seconds]);
        let full = capacity.saturations(None).into_iter().filter(|other| other.rps < saturation.rps * 1.02);
        let full: Vec<_> = full.map(|full| infra.find(full.resource.name()).unwrap()).collect();
        for station in capacity.stations() {
            let ix = station.ix;
            let (waiting, busy) = (run.waiting[ix.index()], run.busy[ix.index()] / f64::from(station.slots));
            if full.contains(&ix) {
                assert!(busy > 0.97 && waiting > 30, "{name}: {}: utilisation {busy}, {waiting} waiting", station.component);
            } else if capacity
                .saturations(None)
                .iter()
                .all(|other| other.resource != slots(station.component.as_str()) || other.rps > 1.1 * saturation.rps)
            {
                assert!(waiting < 30, "{name}: {waiting} waiting at {}", station.component);
            }
        }
        // Requests that do not visit the bottleneck are not delayed.
        let comes = |kind: RequestKind| {
            let visits: f64 = full.iter().map(|ix| capacity.stations()[ix.index()].visits[kind.index()]).sum();
            visits.min(1.0)
        };
        let part = Mix::of(infra.traffic()).mean(comes);
        let (done, predicted) =
            (run.completed.iter().sum::<f64>() / run.seconds, part * saturation.rps + (1.0 - part) * run.rate());
        // Where responses queue together with requests, some work is started but not finished: throughput falls as load
        // rises.
        let least = if infra.components().any(|(_, component)| component.station().answer.is_some()) { 0.8 } else { 0.95 };
        assert!((least..1.05).contains(&(done / predicted)), "{name}: {done} a second, predicted {predicted}");
    }
}
