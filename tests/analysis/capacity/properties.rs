//! Properties that hold for every site and every outage.

use super::{measured::measure, site, sites, slots, whole};
use crate::random;
use hoplight::analysis::capacity::Mix;
use hoplight::analysis::{Capacity, Outage, capacity_spofs, works};
use hoplight::model::{Element, RequestKind};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_are_answered_if_the_search_finds_a_path(
        genes in random::genes(),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let infra = random::draw(&genes, true);
        let elements: Vec<Element> = random::elements(&infra);
        let outage: Outage =
            picks.iter().map(|pick| pick.get(&elements).clone()).filter(|element| element.to_string() != "browser").collect();
        let capacity = Capacity::of(&infra, &outage);
        for kind in RequestKind::ALL {
            let answered = capacity.answered(kind);
            prop_assert_eq!(answered > 0.0, works(&infra, &outage, kind).is_ok(), "{:?} without {:?}", kind, outage);
            prop_assert!(answered < 1.0 + 1e-9);
            prop_assert_eq!(capacity.saturation(kind).is_some(), answered > 0.0);
        }
        for overload in capacity_spofs(&infra, 300.0) {
            let out = overload.cause.element().map_or_else(|| Outage::of_causes(&infra, [&overload.cause]), Outage::of);
            let left = Capacity::of(&infra, &out);
            let worst = &overload.overloaded[0];
            if worst.waits {
                // The routes that remain do not count requests that wait.
                prop_assert!(worst.after > 1.0 && overload.saturation.is_some_and(|rps| rps < 300.0));
                continue;
            }
            prop_assert!(worst.after > 1.0 && worst.before <= 1.0 + 1e-9);
            let fullest = left.utilisation(300.0)[0].part();
            prop_assert!(fullest >= worst.after - 1e-9, "{:?} is in {:?}", overload, left.utilisation(300.0));
            prop_assert!(left.mix_saturation().expect("some resource saturates").rps < 300.0);
        }
    }
}

#[test]
fn at_the_saturation_load_the_highest_utilisation_is_one() {
    for seed in 1..=200 {
        let infra = sites::draw(seed, sites::Sort::Any);
        let capacity = whole(&infra);
        for kind in RequestKind::ALL.map(Some).into_iter().chain([None]) {
            let saturation = match kind {
                Some(kind) => capacity.saturation(kind),
                None => capacity.mix_saturation(),
            };
            let saturation = saturation.expect("every random site answers");
            let fullest = &capacity.utilisation_by(kind, saturation.rps)[0];
            assert!((fullest.part() - 1.0).abs() < 1e-9, "site {seed}: {fullest:?}");
            let next = capacity.utilisation_by(kind, saturation.rps * 1.01);
            let bottleneck = next.iter().find(|used| used.resource == saturation.resource).expect("the resource is used");
            assert!(bottleneck.part() > 1.0, "site {seed}: {bottleneck:?}");
        }
    }
}

#[test]
fn with_a_fixed_split_utilisation_is_proportional_to_the_load() {
    for seed in 1..=50 {
        let capacity = whole(&sites::draw(seed, sites::Sort::Fixed));
        let rps = capacity.mix_saturation().expect("every random site answers").rps;
        let at_half = capacity.utilisation(rps / 2.0);
        for part in [0.1, 0.9, 1.3] {
            for used in capacity.utilisation(part * rps) {
                let half = at_half.iter().find(|half| half.resource == used.resource).expect("the resource is used at any load");
                assert!((used.held - 2.0 * part * half.held).abs() < 1e-9 * used.held, "site {seed} at {part}: {used:?}");
            }
        }
    }
}

#[test]
fn the_saturation_of_a_mix_is_bounded_by_those_of_its_kinds() {
    for seed in 1..=200 {
        let infra = sites::draw(seed, sites::Sort::Fixed);
        let (capacity, mix) = (whole(&infra), Mix::of(infra.traffic()));
        let found = capacity.mix_saturation().unwrap().rps;
        let alone = |kind| capacity.saturation(kind).unwrap().rps;
        // If all kinds shared one bottleneck, their demands there would add up. Conversely, the share of a kind cannot
        // exceed the saturation load of that kind alone.
        let least = 1.0 / mix.mean(|kind| 1.0 / alone(kind));
        let most = RequestKind::ALL.into_iter().map(|kind| alone(kind) / mix.share(kind)).fold(f64::INFINITY, f64::min);
        assert!((least * (1.0 - 1e-9)..=most * (1.0 + 1e-9)).contains(&found), "site {seed}: {found} not in {least}..{most}");
    }
}

#[test]
fn a_slot_is_held_longer_while_requests_queue_upstream() {
    // Two workers of 5 ms each in front of a database with one slot and 5 ms, all exponential: a closed network with
    // two customers.
    let infra = site(
        "static_share: 0.0, write_share: 0.0, new_visitors: 0.0, patience_s: 86400.0",
        "tls: (edge: None),",
        r#"(id: "app", kind: App(), station: (slots: 2, queue: 50, service: Exponential(mean_ms: 5.0))),
           (id: "db", kind: Database(role: Primary), station: (slots: 1, service: Exponential(mean_ms: 5.0)))"#,
        r#"(from: "browser", to: "app", protocol: Http, latency_ms: 0.0), (from: "app", to: "db", protocol: Sql, latency_ms: 0.0)"#,
    );
    let saturation = whole(&infra).mix_saturation().unwrap();
    assert_eq!((saturation.resource, saturation.rps.round()), (slots("app"), 200.0));
    let run = measure(&infra, 300.0, &[], [2, 40]);
    let taken = run.completed[1] / run.seconds;
    // Mean value analysis: with two customers a request takes 5 + 5 × 1.5 ms, so throughput is 160 per second, below
    // the bound.
    assert!((taken - 160.0).abs() < 5.0, "{taken}");
}
