//! Tests capacity against closed forms, on the shipped infrastructures, and checks the sentences.

#![expect(clippy::float_cmp, reason = "rounded, or made of few exact steps")]

#[path = "capacity/adaptive.rs"]
mod adaptive;
#[path = "capacity/against.rs"]
mod against;
#[path = "capacity/cores.rs"]
mod cores;
#[path = "capacity/flow_bound.rs"]
mod flow_bound;
#[path = "capacity/measured.rs"]
mod measured;
#[path = "capacity/properties.rs"]
mod properties;
#[path = "capacity/single_points.rs"]
mod single_points;
#[path = "capacity/sites.rs"]
mod sites;

use super::{STAGE_2, load, stage_2};
use hoplight::analysis::capacity::{Mix, Resource, peak_rate};
use hoplight::analysis::{Capacity, Outage};
use hoplight::model::{ComponentId, Infrastructure, RequestKind};

pub(crate) const SHIPPED: [(&str, &str); 8] = [
    ("assets/bench-w1.ron", include_str!("../../assets/bench-w1.ron")),
    ("assets/bench-w2.ron", include_str!("../../assets/bench-w2.ron")),
    ("assets/design-0.ron", include_str!("../../assets/design-0.ron")),
    ("assets/design-1.ron", include_str!("../../assets/design-1.ron")),
    ("assets/design-2.ron", include_str!("../../assets/design-2.ron")),
    ("assets/design-3.ron", include_str!("../../assets/design-3.ron")),
    ("assets/design-4.ron", include_str!("../../assets/design-4.ron")),
    STAGE_2,
];

/// Builds a scenario from its parts. Returning users keep their connections (`users: 1`).
pub(crate) fn site(traffic: &str, more: &str, components: &str, links: &str) -> Infrastructure {
    let text = format!(
        r#"(format: 1, id: "site", title: "t", summary: "s", traffic: (users: 1, {traffic}), {more}
        components: [(id: "browser", kind: Browser), {components}], links: [{links}])"#
    );
    load(("site.ron", &text))
}

pub(crate) fn whole(infra: &Infrastructure) -> Capacity {
    Capacity::of(infra, &Outage::none())
}

pub(crate) fn slots(id: &str) -> Resource {
    Resource::Slots(ComponentId::new(id))
}

#[track_caller]
pub(crate) fn assert_near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance * wanted.abs().max(1e-12), "found {found}, wanted {wanted} ± {tolerance}");
}

#[test]
fn one_station_saturates_at_the_inverse_of_its_service_time() {
    let infra = load(SHIPPED[0]);
    let capacity = whole(&infra);
    let saturation = capacity.saturation(RequestKind::Static).unwrap();
    assert_near(saturation.rps, 1_000.0, 1e-12);
    assert_eq!(hoplight::text::saturation(&saturation).to_string(), "web-1 saturates first, at 1,000 static pages/s");
    assert_near(capacity.utilisation_of("web-1", 800.0).unwrap(), 0.8, 1e-12);
    let headroom = capacity.headroom(800.0).unwrap();
    assert_near(headroom.rps, 200.0, 1e-9);
    assert_near(headroom.factor, 1.25, 1e-9);
    // No path leads to an application, so all requests other than static ones fail.
    assert_eq!((capacity.answered(RequestKind::Read), capacity.saturation(RequestKind::Read)), (0.0, None));
}

#[test]
fn a_queueing_network_matches_the_calculation_by_hand() {
    let capacity = whole(&load(SHIPPED[1]));
    // Every component but the database processes both request and response. The firewall "fw" inspects a request once
    // on the way in and once on the way out; all other components are behind it together.
    let by_hand = [("fw", 2.0, 0.2, 1), ("lb", 2.0, 0.4, 1), ("web1", 1.0, 3.0, 4), ("app2", 1.0, 6.0, 8), ("db", 1.0, 12.0, 16)];
    for (id, visits, demand_ms, slots) in by_hand {
        let station = capacity.station(id).unwrap();
        assert_near(station.visits[1], visits, 1e-12);
        assert_near(station.work_s[1], demand_ms / 1e3, 1e-12);
        assert_eq!((station.slots, station.held_s), (slots, station.work_s), "{id}");
        assert_near(capacity.utilisation_of(id, 1_000.0).unwrap(), demand_ms / f64::from(slots), 1e-12);
    }
    assert_near(capacity.station("web1").unwrap().work_s[0], 0.0015, 1e-12);
    assert_near(capacity.mix_saturation().unwrap().rps, 16.0 / 0.012, 1e-12);
    // Static requests end at the web servers, so the balancer saturates first.
    assert_eq!(capacity.saturation(RequestKind::Static).unwrap().resource, slots("lb"));
    assert_near(capacity.saturation(RequestKind::Static).unwrap().rps, 2_500.0, 1e-12);
}

/// One application that holds its slots, 10 ms from its database: 5 ms of work in the application, 4 ms in the
/// database.
fn holding(more: &str, app: &str, db: &str) -> Capacity {
    whole(&site(
        "static_share: 0.0, write_share: 0.0, new_visitors: 0.0",
        more,
        &format!(
            r#"(id: "app", kind: App(), station: (service: Constant(ms: 5.0), {app})),
               (id: "db", kind: Database(role: Primary), station: (service: Constant(ms: 4.0), {db}))"#
        ),
        r#"(from: "browser", to: "app", protocol: Http), (from: "app", to: "db", protocol: Sql, latency_ms: 10.0)"#,
    ))
}

#[test]
fn slots_held_for_responses_run_out_while_their_component_is_idle() {
    let capacity = holding("tls: (edge: None),", "slots: 9", "slots: 1");
    let saturation = capacity.mix_saturation().unwrap();
    // 5 + 10 + 4 + 10 ms for each of nine slots; the database alone could take 250 requests per second.
    assert_eq!(saturation.resource, slots("db"));
    assert_near(saturation.rps, 250.0, 1e-12);
    assert_near(capacity.utilisation_of("app", 250.0).unwrap(), 250.0 * 0.029 / 9.0, 1e-12);
    let capacity = holding("tls: (edge: None),", "slots: 5", "slots: 1");
    let saturation = capacity.mix_saturation().unwrap();
    assert_near(saturation.rps, 5.0 / 0.029, 1e-12);
    assert_near(saturation.working, 5.0 / 29.0, 1e-12);
    let why = "app saturates first, at 172 requests/s: its 5 slots are held, 83 % of the time waiting for answers from other components.";
    assert_eq!(hoplight::text::bottleneck(&saturation).to_string(), why);
    // If they are not held, the slots are free while the database works.
    let capacity = holding("tls: (edge: None),", "slots: 5, hold: WhileServed", "slots: 2");
    assert_near(capacity.saturations(None).iter().find(|full| full.resource == slots("app")).unwrap().rps, 1_000.0, 1e-12);
}

#[test]
fn connections_run_out_by_littles_law() {
    let capacity = holding("tls: (edge: None),", "slots: 100, connections: 3", "slots: 4");
    let saturation = capacity.mix_saturation().unwrap();
    assert_eq!(saturation.resource, Resource::Connections(ComponentId::new("app")));
    // After a response, the user's connection is idle for 10 ms before the application closes it.
    assert_near(saturation.rps, 3.0 / 0.039, 1e-12);
    assert_eq!(hoplight::text::saturation(&saturation).to_string(), "app runs out of connections first, at 76.9 requests/s");
    // With a limit of zero, no request is admitted, and every figure is still a number.
    let closed = holding("tls: (edge: None),", "connections: 0", "slots: 4");
    assert_eq!(closed.mix_saturation().unwrap().rps, 0.0);
    assert!(closed.utilisation_of("app", 10.0).unwrap().is_finite());
}

#[test]
fn a_limit_that_takes_all_users_for_one_limits_the_site() {
    let limited = |balancer: &str, kinds: &str, traffic: &str| {
        let web = |id: &str| format!(r#"(id: "{id}", kind: Web(rate_limit: (rate: 14.0, burst: 10{kinds}))),"#);
        let components = format!(
            r#"(id: "lb", kind: LoadBalancer({balancer})), {}{} (id: "app", kind: App()), (id: "db", kind: Database())"#,
            web("web-1"),
            web("web-2")
        );
        let links = r#"(from: "browser", to: "lb"), (from: "lb", to: "web-1"), (from: "lb", to: "web-2"),
            (from: "web-1", to: "app"), (from: "web-2", to: "app"), (from: "app", to: "db")"#;
        whole(&site(traffic, "", &components, links)).mix_saturation().unwrap()
    };
    let saturation = limited("forwarded_for: false", "", "rate: 20.0");
    assert_eq!(saturation.resource, Resource::RateLimit(ComponentId::new("lb"), ComponentId::new("web-1")));
    assert_near(saturation.rps, 28.0, 1e-9);
    assert_eq!(
        hoplight::text::bottleneck(&saturation).to_string(),
        "web-1 reaches its rate limit first, at 28 requests/s: web-1 does not learn the clients' addresses and counts all \
         requests from lb as those of one client."
    );
    let writes = limited("forwarded_for: false", ", kinds: [Write]", "rate: 20.0, write_share: 0.2");
    assert_near(writes.rps, 140.0, 1e-9);
    let told = limited("", "", "rate: 20.0");
    assert!(!matches!(told.resource, Resource::RateLimit(..)) && told.rps > 200.0, "{told:?}");
}

#[test]
fn handshakes_are_work_of_the_component_that_terminates_tls() {
    let tls = |edge: &str, more: &str| {
        let infra = site(
            "static_share: 1.0, write_share: 0.0, new_visitors: 0.5, resumes: 0.25",
            &format!("tls: (edge: {edge}, version: {more}, handshake_ms: 4.0, resumed_ms: 1.0),"),
            r#"(id: "lb", kind: LoadBalancer(), station: (service: Constant(ms: 1.0))),
               (id: "web", kind: Web(), station: (service: Constant(ms: 2.0)))"#,
            r#"(from: "browser", to: "lb", protocol: Http), (from: "lb", to: "web", protocol: Http)"#,
        );
        let capacity = whole(&infra);
        let of = |id: &str| capacity.station(id).map(|station| (station.visits[0], station.work_s[0] * 1e3)).unwrap();
        let ((lb_visits, lb_ms), (web_visits, web_ms)) = (of("lb"), of("web"));
        [lb_visits, lb_ms, web_visits, web_ms].map(|value| (value * 1e6).round() / 1e6)
    };
    // Half of the requests open a connection, and a quarter of those resume: 0.5 × (0.75 × 4 + 0.25 × 1) = 1.625 ms.
    assert_eq!(tls("None", "Tls13"), [1.0, 1.0, 1.0, 2.0]);
    assert_eq!(tls("Terminate", "Tls13"), [1.5, 2.625, 1.0, 2.0]);
    assert_eq!(tls("Terminate", "Tls12"), [1.875, 2.625, 1.0, 2.0], "a full handshake has two round trips");
    assert_eq!(tls("Passthrough", "Tls13"), [1.5, 1.5, 1.5, 3.625], "the balancer forwards each message");
}

#[test]
fn a_passed_through_handshake_is_present_until_it_is_answered() {
    let infra = site(
        "static_share: 1.0, write_share: 0.0, new_visitors: 0.5, resumes: 0.25",
        "tls: (edge: Passthrough, handshake_ms: 4.0, resumed_ms: 1.0),",
        r#"(id: "lb", kind: LoadBalancer(), station: (service: Constant(ms: 1.0))),
           (id: "web", kind: Web(), station: (service: Constant(ms: 2.0)))"#,
        r#"(from: "browser", to: "lb", protocol: Http), (from: "lb", to: "web", protocol: Http, latency_ms: 5.0)"#,
    );
    // A request takes 1 + 10 + 2 ms. Every other request opens a connection to the web server (10 ms) with a handshake:
    // 1 + 10 ms, plus the work, 1.625 ms on average over all requests. Between handshake and request, the connection stays
    // present for the user's round trip of 50 ms. After the response it is idle for 30.01 s.
    let idle = 30_010.0;
    assert_near(whole(&infra).station("lb").unwrap().present_s[0] * 1e3, 13.0 + 5.0 + 5.5 + 1.625 + 25.0 + idle, 1e-12);
}

#[test]
fn each_kind_has_its_own_bottleneck() {
    let capacity = whole(&stage_2());
    let sentence = |kind| hoplight::text::saturation(&capacity.saturation(kind).unwrap()).to_string();
    assert_eq!(sentence(RequestKind::Static), "lb-1 saturates first, at 3,988 static pages/s");
    // app-1 is slightly closer to the database it writes to, app-2 to the replica it reads from.
    assert_eq!(sentence(RequestKind::Write), "app-2 saturates first, at 291 writes/s");
    let first: Vec<String> =
        capacity.utilisation(100.0).iter().take(2).map(|of| hoplight::text::utilisation(of).to_string()).collect();
    assert_eq!(first, ["app-2 at 19 %", "app-1 at 19 %"]);
    let alone = Capacity::in_mix(&stage_2(), &Outage::none(), Mix::only(RequestKind::Write));
    assert_near(alone.mix_saturation().unwrap().rps, capacity.saturation(RequestKind::Write).unwrap().rps, 1e-12);
}

#[test]
fn the_peak_is_the_highest_rate_in_the_schedule() {
    let rate = |traffic: &str| {
        let web = r#"(id: "web", kind: Web())"#;
        peak_rate(site(traffic, "", web, r#"(from: "browser", to: "web", protocol: Http)"#).traffic())
    };
    assert_eq!(rate("rate: 50.0"), Some(50.0));
    let schedule = "rate: 50.0, schedule: [Spike(at_s: 5.0, for_s: 5.0, rate: 300.0), Step(at_s: 20.0, rate: 80.0)]";
    assert_eq!(rate(schedule), Some(300.0));
    assert_eq!(rate("arrivals: Closed(users: 5, think: Constant(ms: 10.0))"), None);
}
