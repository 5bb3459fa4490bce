//! Balancers that consider requests in progress: once a backend is saturated, they send the remaining requests to
//! others.

use super::measured::measure;
use super::{assert_near, site, slots, whole};
use hoplight::analysis::capacity::Resource;
use hoplight::model::{ComponentId, Infrastructure};

/// A balancer with a small web server (100 requests per second) and a large one (400 per second) of equal service time.
fn uneven(algorithm: &str, small: &str, large: &str) -> Infrastructure {
    site(
        "static_share: 1.0, write_share: 0.0, new_visitors: 0.0",
        "tls: (edge: None),",
        &format!(
            r#"(id: "lb", kind: LoadBalancer(algorithm: {algorithm}, queue_timeout_s: 60.0, server_timeout_s: 60.0),
                    station: (slots: 64, queue: 100000, connections: 100000, service: Constant(ms: 0.1))),
               (id: "small", kind: Web(), station: (slots: 1, queue: 1000, service: Exponential(mean_ms: 10.0))),
               (id: "large", kind: Web(), station: (slots: 4, queue: 1000, service: Exponential(mean_ms: 10.0)))"#
        ),
        &format!(
            r#"(from: "browser", to: "lb", protocol: Http),
               (from: "lb", to: "small", protocol: Http, latency_ms: 0.0, {small}),
               (from: "lb", to: "large", protocol: Http, latency_ms: 0.0, {large})"#
        ),
    )
}

#[test]
fn static_splits_saturate_the_small_backend_and_adaptive_ones_both() {
    let saturation = |algorithm: &str, small: &str, large: &str| {
        let saturation = whole(&uneven(algorithm, small, large)).mix_saturation().unwrap();
        (saturation.resource, saturation.rps.round())
    };
    assert_eq!(saturation("RoundRobin", "", ""), (slots("small"), 200.0));
    assert_eq!(saturation("WeightedRoundRobin", "weight: 1", "weight: 4"), (slots("small"), 500.0));
    assert_eq!(saturation("WeightedRoundRobin", "weight: 1", "weight: 9"), (slots("large"), 444.0));
    assert_eq!(saturation("SourceHash", "weight: 1", "weight: 3"), (slots("small"), 400.0));
    assert_eq!(saturation("LeastConnections", "", ""), (slots("large"), 500.0));
    // Both draws hit the small backend in a quarter of the cases, however busy it is; with more weight on the large
    // one, less often.
    assert_eq!(saturation("RandomTwo", "", ""), (slots("small"), 400.0));
    assert_eq!(saturation("RandomTwo", "weight: 1", "weight: 2"), (slots("large"), 500.0));
    // Round robin skips a backend that has reached its `maxconn`.
    assert_eq!(saturation("RoundRobin", "maxconn: 1", "maxconn: 4"), (slots("large"), 500.0));
    assert_eq!(saturation("First", "", ""), (slots("small"), 100.0));
    assert_eq!(saturation("First", "maxconn: 2", ""), (slots("large"), 500.0));
    // A `maxconn` below the number of slots takes precedence.
    let places = Resource::Places(ComponentId::new("lb"), ComponentId::new("large"));
    assert_eq!(saturation("LeastConnections", "", "maxconn: 2"), (places, 300.0));
}

#[test]
fn the_slope_changes_when_a_backend_saturates() {
    let capacity = whole(&uneven("LeastConnections", "", ""));
    let part = |id: &str, load: f64| capacity.utilisation_of(id, load).unwrap();
    // The load is split equally until the small one saturates at 200 requests per second.
    for (load, small, large) in [(100.0, 0.5, 0.125), (200.0, 1.0, 0.25), (400.0, 1.0, 0.75), (500.0, 1.0, 1.0)] {
        assert_near(part("small", load), small, 1e-9);
        assert_near(part("large", load), large, 1e-9);
    }
    assert!(part("large", 600.0) > 1.0);
    let full: Vec<f64> = capacity.saturations(None).iter().take(2).map(|full| full.rps.round()).collect();
    assert_eq!(full, [200.0, 500.0]);
    let first = whole(&uneven("First", "maxconn: 1", ""));
    assert_near(first.utilisation_of("large", 100.0).unwrap() + 1.0, 1.0, 1e-9);
    assert_near(first.utilisation_of("large", 300.0).unwrap(), 0.5, 1e-9);
}

#[test]
fn the_simulation_uses_both_backends_fully_before_it_saturates() {
    for (algorithm, small, large) in [
        ("LeastConnections", "", ""),
        ("RandomTwo", "weight: 1", "weight: 2"),
        ("RoundRobin", "maxconn: 3", "maxconn: 12"),
        ("First", "maxconn: 3", ""),
    ] {
        let infra = uneven(algorithm, small, large);
        let capacity = whole(&infra);
        let saturation = capacity.mix_saturation().unwrap().rps;
        let run = measure(&infra, 0.9 * saturation, &[], [2, 20]);
        assert_near(run.completed[0] / run.offered[0], 1.0, 0.02);
        let busy: f64 = ["small", "large"].iter().map(|id| run.busy[infra.find(id).unwrap().index()]).sum();
        assert_near(busy, 0.010 * run.rate(), 0.03);
        let run = measure(&infra, 1.2 * saturation, &[], [2, 20]);
        for (id, slots) in [("small", 1.0), ("large", 4.0)] {
            assert!(run.busy[infra.find(id).unwrap().index()] / slots > 0.97, "{algorithm}: {id} is idle");
        }
        assert_near(run.completed[0] / run.seconds, saturation, 0.05);
    }
    // Two draws send at least a quarter of the requests to the small one: above 400 per second that exceeds its
    // capacity.
    let infra = uneven("RandomTwo", "", "");
    let small = infra.find("small").unwrap().index();
    assert!(measure(&infra, 380.0, &[], [5, 20]).waiting[small] < 60);
    assert!(measure(&infra, 480.0, &[], [5, 20]).waiting[small] > 250);
    // Plain round robin leaves the large one idle.
    let infra = uneven("RoundRobin", "", "");
    let run = measure(&infra, 240.0, &[], [2, 20]);
    assert_near(
        run.busy[infra.find("large").unwrap().index()] / 4.0,
        whole(&infra).utilisation_of("large", run.rate()).unwrap(),
        0.05,
    );
}

#[test]
fn backends_after_the_first_one_with_room_receive_nothing() {
    let balancer = |id: &str| format!(r#"(id: "{id}", kind: LoadBalancer(), station: (slots: 64, service: Constant(ms: 0.1)))"#);
    let infra = site(
        "static_share: 1.0, write_share: 0.0, new_visitors: 0.0",
        "tls: (edge: None),",
        &format!(
            r#"(id: "lb", kind: LoadBalancer(algorithm: First), station: (slots: 64, service: Constant(ms: 0.1))), {}, {}, {},
               (id: "small", kind: Web(), station: (slots: 1, service: Constant(ms: 10.0))),
               (id: "large", kind: Web(), station: (slots: 4, service: Constant(ms: 10.0)))"#,
            balancer("lb-a"),
            balancer("lb-b"),
            balancer("lb-c"),
        ),
        r#"(from: "browser", to: "lb", protocol: Http), (from: "lb", to: "lb-a", protocol: Http, maxconn: 5),
           (from: "lb", to: "lb-b", protocol: Http), (from: "lb", to: "lb-c", protocol: Http),
           (from: "lb-a", to: "small", protocol: Http), (from: "lb-b", to: "large", protocol: Http),
           (from: "lb-c", to: "small", protocol: Http)"#,
    );
    // The last balancer would use the small web server again, but no request gets that far.
    let saturation = whole(&infra).mix_saturation().unwrap();
    assert_eq!((saturation.resource, saturation.rps.round()), (slots("large"), 500.0));
}
