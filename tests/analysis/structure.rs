//! Tests the circuits of the paths against the search: two independent implementations of the same rules; and the
//! circuits of a structure against the forecasts of single losses.

use std::collections::BTreeSet;

use super::random::{draw, genes};
use super::{load, stage_2};
use hoplight::analysis::{Cause, Outage, PathCircuits, Structure, Verdict, single_points, single_points_in, works};
use hoplight::model::{Infrastructure, RequestKind};
use proptest::prelude::*;

/// Whether a kind works without these causes, according to search and circuit.
fn both(infra: &Infrastructure, paths: &PathCircuits, out: &[&Cause], kind: RequestKind) -> (bool, bool) {
    let outage = Outage::of_causes(infra, out.iter().copied());
    (works(infra, &outage, kind).is_ok(), paths.works(out.iter().copied(), kind))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn circuits_agree_with_the_search(genes in genes(), picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let infra = draw(&genes, true);
        let paths = PathCircuits::of(&infra);
        // Tests every prefix, from no failures to all of them.
        let picked: Vec<&Cause> = picks.iter().map(|pick| pick.get(paths.causes())).collect();
        for kind in RequestKind::ALL {
            for many in 0..=picked.len() {
                let (search, circuit) = both(&infra, &paths, &picked[..many], kind);
                prop_assert_eq!(search, circuit, "{:?} without {:?}", kind, &picked[..many]);
            }
        }
    }

    #[test]
    fn single_points_are_the_losses_that_stop_a_kind_and_the_circuits_agree(genes in genes()) {
        let infra = draw(&genes, true);
        let structure = Structure::of(&infra);
        for kind in RequestKind::ALL {
            let Ok(points) = single_points_in(&infra, &structure, kind) else {
                prop_assert!(!structure.works([], kind), "{:?} never works", kind);
                continue;
            };
            prop_assert!(structure.works([], kind), "{:?} works", kind);
            let found: Vec<&Cause> = points.iter().map(|point| &point.cause).collect();
            let stops = |cause: &&Cause| structure.effect(cause, kind) == Verdict::Stops;
            prop_assert_eq!(&found, &structure.causes().iter().filter(stops).collect::<Vec<_>>(), "{:?}", kind);
            let one_by_one = structure.causes().iter().filter(|cause| !structure.works([*cause], kind));
            prop_assert_eq!(found, one_by_one.collect::<Vec<_>>(), "circuit of {:?}", kind);
        }
    }
}

#[test]
fn circuit_and_search_agree_for_clusters_with_up_to_three_causes() {
    let replicated = include_str!("../data/replicated.ron").replace("kinds: [Read]", "kinds: [Read, Write]");
    let automatic = replicated.replace("role: Primary", "role: Primary, failover: Automatic(after_s: 15.0)");
    for text in [include_str!("../data/quorum.ron"), &replicated, &automatic] {
        let infra = load(("cluster.ron", text));
        let paths = PathCircuits::of(&infra);
        let causes = paths.causes();
        for a in causes {
            for b in causes {
                for c in causes {
                    let (search, circuit) = both(&infra, &paths, &[a, b, c], RequestKind::Write);
                    assert_eq!(search, circuit, "{} without {a}, {b}, {c}", infra.id());
                }
            }
        }
    }
}

#[test]
fn names_and_versions_are_single_points_too() {
    let infra = stage_2();
    let words = |kind| -> BTreeSet<String> {
        let points = single_points(&infra, kind).expect("requests succeed without faults");
        points.iter().filter(|point| point.cause.element().is_none()).map(ToString::to_string).collect()
    };
    let shared = ["HAProxy 2.6.12", "Nginx 1.22.1", "certificate www.foobar.com", "zone www.foobar.com"];
    assert_eq!(words(RequestKind::Static), shared.map(String::from).into());
    let more = ["Gunicorn 23.0.0", "MySQL 8.0.36"];
    assert_eq!(words(RequestKind::Write), shared.into_iter().chain(more).map(String::from).collect());
    // After the expiry of the certificate, users continue on open connections until these have been idle for too long.
    let structure = Structure::of(&infra);
    let certificate = structure.causes().iter().find(|cause| matches!(cause, Cause::Certificate { .. })).expect("a certificate");
    assert_eq!(structure.effect(certificate, RequestKind::Static), Verdict::Stops);
}
