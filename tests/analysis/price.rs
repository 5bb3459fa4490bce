//! Tests the cost of TLS against a hand-computed table and against simulation runs.

use std::sync::Arc;
use std::time::Duration;

use super::designs::designs;
use super::stage_2;
use hoplight::analysis::tls_price::{Feature, HandshakeOccasion, KeyPurpose, tls_price};
use hoplight::analysis::{TlsPrice, tls_prices};
use hoplight::model::{Infrastructure, RequestKind, TlsMode};
use hoplight::sim::{EventKind, JournalEvent, SimTime, Simulation};
use hoplight::text;

fn price(infra: &Infrastructure, mode: TlsMode, web_to_app: bool, app_to_db: bool) -> TlsPrice {
    let fits = |price: &TlsPrice| (price.mode, price.web_to_app, price.app_to_db) == (mode, web_to_app, app_to_db);
    tls_prices(infra).into_iter().find(fits).expect("every setting is present")
}

/// Components that terminate a handshake for a new visitor's first login, in path order.
fn ends(price: &TlsPrice) -> Vec<&str> {
    price.of_first_visit(RequestKind::Write).map(|handshake| handshake.at.as_str()).collect()
}

#[test]
fn a_login_has_a_handshake_wherever_tls_terminates() {
    let infra = stage_2();
    let table: [(TlsMode, &[&str]); 4] = [
        (TlsMode::None, &[]),
        (TlsMode::Terminate, &["lb-1"]),
        (TlsMode::Reencrypt, &["lb-1", "web-1"]),
        (TlsMode::Passthrough, &["web-1"]),
    ];
    for (mode, edge) in table {
        for (web_to_app, app_to_db) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut expected = edge.to_vec();
            expected.extend(Some("app-1").filter(|_| web_to_app));
            expected.extend(Some("db-1").filter(|_| app_to_db));
            let price = price(&infra, mode, web_to_app, app_to_db);
            assert_eq!(ends(&price), expected, "{}", text::tls_setting(&price));
            let ms = 2.0 * f64::from(u32::try_from(expected.len()).expect("a few"));
            assert!((price.first_visit_ms(RequestKind::Write) - ms).abs() < 1e-12);
            let warm = price.of_warm_visit(RequestKind::Write).count();
            assert_eq!(warm, usize::from(mode != TlsMode::None), "reused connections need no second handshake");
            assert_eq!(price.lost.is_empty(), mode != TlsMode::Passthrough);
        }
    }
}

/// Keys as `component:purpose`, with a question mark if the model has no such certificate.
fn keys(price: &TlsPrice) -> Vec<String> {
    let word = |purpose| if purpose == KeyPurpose::Site { "site" } else { "inside" };
    let keys = price.keys.iter();
    keys.map(|key| format!("{}:{}{}", key.at, word(key.purpose), if key.is_drawn { "" } else { "?" })).collect()
}

#[test]
fn keys_are_where_handshakes_end() {
    let infra = stage_2();
    assert!(keys(&price(&infra, TlsMode::None, false, false)).is_empty());
    assert_eq!(keys(&price(&infra, TlsMode::Terminate, false, false)), ["lb-1:site"]);
    assert_eq!(keys(&price(&infra, TlsMode::Reencrypt, false, false)), ["lb-1:site", "web-1:inside?", "web-2:inside?"]);
    assert_eq!(keys(&price(&infra, TlsMode::Passthrough, false, false)), ["web-1:site", "web-2:site"]);
    // The replica serves reads of the applications; the primary serves reads, writes and the replica.
    let inside = ["app-1:inside?", "app-2:inside?", "db-1:inside?", "db-2:inside?", "lb-1:site"];
    assert_eq!(keys(&price(&infra, TlsMode::Terminate, true, true)), inside);
}

#[test]
fn balancers_of_the_write_ups_lose_features_only_with_passthrough() {
    for infra in designs() {
        assert_eq!(tls_prices(&infra).len(), 16);
        for price in tls_prices(&infra) {
            let blind = price.mode == TlsMode::Passthrough;
            assert_eq!(price.lost, if blind { Feature::ALL.to_vec() } else { Vec::new() });
            assert!(price.exposed.iter().all(|hop| hop.is_exposed() && !hop.kinds.is_empty()));
        }
    }
    let none = r#"(format: 1, id: "one", title: "t", summary: "s", tls: (edge: Passthrough), components: [(id: "browser", kind: Browser),
        (id: "web-1", kind: Web())], links: [(from: "browser", to: "web-1", protocol: Http)])"#;
    let price = tls_price(&super::load(("one.ron", none)));
    assert!(price.lost.is_empty(), "there is no balancer to lose features");
    assert_eq!(price.handshakes.len(), 1);
    assert_eq!(keys(&price), ["web-1:site?"]);
}

#[test]
fn a_price_is_described_in_sentences() {
    let infra = stage_2();
    assert_eq!(
        text::tls_price(&price(&infra, TlsMode::Reencrypt, false, true)).to_string(),
        "With no connection open, a login takes 3 handshakes and 6 ms of CPU time, on lb-1, web-1 and db-1. 5 private keys to protect and renew, on db-1, \
         db-2, lb-1, web-1 and web-2. Readable on the network: browser → dns."
    );
    let passthrough = price(&infra, TlsMode::Passthrough, false, false);
    assert!(text::tls_price(&passthrough).to_string().contains(
        "With no connection open, a login takes 1 handshake and 2 ms of CPU time, on web-1. 2 private keys to protect and renew, on web-1 and web-2. The \
         balancer loses path-based routing, "
    ));
    assert!(
        text::tls_price(&price(&infra, TlsMode::None, false, false))
            .to_string()
            .starts_with("No handshake. No private key to protect. Readable on the network:")
    );
    assert_eq!(text::tls_setting(&price(&infra, TlsMode::Terminate, true, false)), "terminate + TLS web → application");
}

#[test]
fn a_replica_has_one_handshake_with_its_primary() {
    let text = r#"(format: 1, id: "pair", title: "t", summary: "s", tls: (edge: None, app_to_db: true), components: [(id: "browser", kind: Browser),
        (id: "app-1", kind: App()), (id: "db-1", kind: Database(role: Primary)), (id: "db-2", kind: Database(role: Replica))],
        links: [(from: "browser", to: "app-1", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql),
        (from: "db-1", to: "db-2", protocol: Replication)])"#;
    let price = tls_price(&super::load(("pair.ron", text)));
    let found: Vec<_> =
        price.handshakes.iter().map(|one| (one.from.as_str(), one.at.as_str(), one.when, one.resumed_ms)).collect();
    assert_eq!(found, [("app-1", "db-1", HandshakeOccasion::NoneIdle, None), ("db-2", "db-1", HandshakeOccasion::Once, None)]);
    assert_eq!(keys(&price), ["db-1:inside?"]);
    assert_eq!(price.of_first_visit(RequestKind::Write).count(), 1, "the replica connected long before");
}

const COST_MS: f64 = 50.0;

/// A chain of components with zero service time, visited by one new user per second.
fn chain(kind: RequestKind, mode: TlsMode, inside: (bool, bool), upstream: &str, cost_ms: f64) -> Infrastructure {
    let (static_share, write_share) = match kind {
        RequestKind::Static => (1.0, 0.0),
        RequestKind::Read => (0.0, 0.0),
        RequestKind::Write => (0.0, 1.0),
    };
    let none = "station: (service: Constant(ms: 0.0))";
    let (web, app) = inside;
    let text = format!(
        r#"(format: 1, id: "chain", title: "t", summary: "s",
        traffic: (rate: 1.0, arrivals: Constant, new_visitors: 1.0, static_share: {static_share:?}, write_share: {write_share:?}),
        tls: (edge: {mode:?}, web_to_app: {web}, app_to_db: {app}, handshake_ms: {cost_ms:?}, resumed_ms: {cost_ms:?}),
        components: [(id: "browser", kind: Browser), (id: "lb-1", kind: LoadBalancer(upstream: {upstream}), {none}),
            (id: "web-1", kind: Web(upstream: {upstream}), {none}), (id: "app-1", kind: App(upstream: {upstream}), {none}),
            (id: "db-1", kind: Database(role: Primary), {none})],
        links: [(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
            (from: "web-1", to: "app-1", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql)])"#
    );
    super::load(("chain.ron", &text))
}

/// Latency of the first two visitors, in milliseconds.
fn waits(infra: Infrastructure) -> [f64; 2] {
    let mut found = Vec::new();
    let mut simulation = Simulation::new(Arc::new(infra), 1);
    simulation.advance(SimTime::ZERO + Duration::from_secs(3), &mut |note: JournalEvent| {
        if let EventKind::Ended { outcome, latency_ms } = note.what {
            outcome.expect("nothing fails");
            found.push(latency_ms);
        }
    });
    [found[0], found[1]]
}

#[test]
fn a_run_takes_the_predicted_time_for_handshakes() {
    for upstream in ["KeepAlive", "PerRequest"] {
        for kind in RequestKind::ALL {
            for mode in TlsMode::ALL {
                for inside in [(false, false), (true, false), (false, true), (true, true)] {
                    let dear = chain(kind, mode, inside, upstream, COST_MS);
                    let price = tls_price(&dear);
                    let (paid, free) = (waits(dear), waits(chain(kind, mode, inside, upstream, 0.0)));
                    let warm: f64 = price.of_warm_visit(kind).map(|handshake| handshake.full_ms).sum();
                    for (visit, expected) in [price.first_visit_ms(kind), warm].into_iter().enumerate() {
                        let found = paid[visit] - free[visit];
                        assert!(
                            (found - expected).abs() < 1e-6,
                            "{upstream} {kind:?} {}: {found} {expected}",
                            text::tls_setting(&price)
                        );
                    }
                    let kept = if upstream == "KeepAlive" { HandshakeOccasion::NoneIdle } else { HandshakeOccasion::EachRequest };
                    let inner = price.handshakes.iter().filter(|handshake| handshake.from.as_str() != "browser");
                    assert!(inner.into_iter().all(|handshake| handshake.when == kept));
                }
            }
        }
    }
}
