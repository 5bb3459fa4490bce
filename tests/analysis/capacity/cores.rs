//! The cores of a server as a resource.

use hoplight::analysis::capacity::overloads;
use hoplight::analysis::{Resource, capacity_spofs};
use hoplight::model::{RequestKind, ServerId};

use super::{assert_near, site, slots, whole};

fn cores(id: &str) -> Resource {
    Resource::Cores(ServerId::new(id))
}

const COMPONENTS: &str = r#"(id: "web", kind: Web(), server: "s", station: (service: Constant(ms: 1.0))),
    (id: "app", kind: App(), server: "s", station: (slots: 50, service: Constant(ms: 20.0))),
    (id: "db", kind: Database(), server: "d", station: (service: Constant(ms: 10.0)))"#;
const LINKS: &str = r#"(from: "browser", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")"#;
const READS: &str = "static_share: 0.0, write_share: 0.0, new_visitors: 0.0";

fn of(servers: &str, more: &str, traffic: &str) -> hoplight::model::Infrastructure {
    site(traffic, &format!("tls: {more}, servers: [{servers}],"), COMPONENTS, LINKS)
}

#[test]
fn cores_saturate_at_their_number_over_the_sum_of_what_all_programs_need() {
    let infra = of(r#"(id: "s", cores: 4), (id: "d", cores: 2)"#, "(edge: None)", READS);
    let saturation = whole(&infra).mix_saturation().expect("cores are limited");
    assert_eq!((&saturation.resource, saturation.limit), (&cores("s"), 4));
    // 1 ms at the web server and 20 ms at the application.
    assert_near(saturation.rps, 4.0 / 0.021, 1e-9);
    let told = hoplight::text::bottleneck(&saturation).to_string();
    assert_eq!(told, "The CPU of s saturates first, at 190 requests/s: its 4 cores are always busy.");
    let full = whole(&infra).saturations(Some(RequestKind::Read));
    let of_database = full.iter().find(|full| full.resource == cores("d")).expect("cores are limited");
    // Half of a query's time is spent at the disk.
    assert_near(of_database.rps, 2.0 / 0.005, 1e-9);
    // Without a number of cores, the slots of the application are the limit.
    let infra = of(r#"(id: "s"), (id: "d")"#, "(edge: None)", READS);
    assert_eq!(whole(&infra).mix_saturation().expect("slots are limited").resource, slots("app"));
}

#[test]
fn handshakes_need_processor_time_only() {
    let traffic = "static_share: 1.0, write_share: 0.0, new_visitors: 1.0";
    let infra = of(r#"(id: "s", cores: 3), (id: "d")"#, "(edge: Terminate, handshake_ms: 2.0)", traffic);
    assert_near(whole(&infra).saturations(None)[0].rps, 3.0 / 0.003, 1e-9);
}

#[test]
fn a_loss_that_leaves_too_few_cores_overloads_them() {
    let components = r#"(id: "lb", kind: LoadBalancer(), server: "l"),
        (id: "web-1", kind: Web(), server: "s-1", station: (service: Constant(ms: 10.0))),
        (id: "web-2", kind: Web(), server: "s-2", station: (service: Constant(ms: 10.0)))"#;
    let links = r#"(from: "browser", to: "lb"), (from: "lb", to: "web-1"), (from: "lb", to: "web-2")"#;
    let with = |cores: &str| {
        let servers = format!(r#"(id: "l"), (id: "s-1"{cores}), (id: "s-2"{cores})"#);
        let static_only = "static_share: 1.0, write_share: 0.0, new_visitors: 0.0";
        site(static_only, &format!("tls: (edge: None), servers: [{servers}],"), components, links)
    };
    let found = capacity_spofs(&with(", cores: 2"), 300.0);
    let lost: Vec<String> = found.iter().map(|overload| overload.cause.to_string()).collect();
    assert!(lost.contains(&"s-1".to_owned()) && lost.contains(&"web-2".to_owned()), "{lost:?}");
    for overload in &found {
        let [one] = &overload.overloaded[..] else { panic!("only the cores: {overload:?}") };
        assert!(matches!(one.resource, Resource::Cores(_)) && !one.waits, "{one:?}");
        assert_near(one.after, 1.5, 1e-9);
        assert_near(overload.saturation.expect("a limit"), 200.0, 1e-9);
    }
    assert_eq!(capacity_spofs(&with(""), 300.0), []);
    assert_eq!(overloads(&with(", cores: 4"), 300.0, 1.0), []);
}
