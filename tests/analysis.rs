//! Tests the analysis of the shipped infrastructures against results worked out by hand.

#[path = "analysis/availability.rs"]
mod availability;
#[path = "analysis/capacity.rs"]
mod capacity;
#[path = "analysis/designs.rs"]
mod designs;
#[path = "analysis/exposure.rs"]
mod exposure;
#[path = "analysis/findings.rs"]
mod findings;
#[path = "analysis/findings_data.rs"]
mod findings_data;
#[path = "analysis/findings_health.rs"]
mod findings_health;
#[path = "analysis/findings_reach.rs"]
mod findings_reach;
#[path = "analysis/firewalls.rs"]
mod firewalls;
#[path = "analysis/homogeneity.rs"]
mod homogeneity;
#[path = "analysis/message.rs"]
mod message;
#[path = "analysis/price.rs"]
mod price;
#[path = "analysis/random.rs"]
mod random;
#[path = "analysis/readings.rs"]
mod readings;
#[path = "analysis/redirects.rs"]
mod redirects;
#[path = "analysis/renewal.rs"]
mod renewal;
#[path = "analysis/structure.rs"]
mod structure;
#[path = "analysis/wiretap.rs"]
mod wiretap;

use hoplight::analysis::{Broken, Carriers, Missing, Obstacle, Outage, single_parts, single_points, works};
use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind, ServerId};

const STAGE_2: (&str, &str) = ("assets/stage-2-secured.ron", include_str!("../assets/stage-2-secured.ron"));

fn load((file, text): (&str, &str)) -> Infrastructure {
    Infrastructure::from_ron(file, text).unwrap_or_else(|error| panic!("{error}"))
}

fn stage_2() -> Infrastructure {
    load(STAGE_2)
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

fn hop(from: &str, to: &str) -> Element {
    Element::Hop(ComponentId::new(from), ComponentId::new(to))
}

fn without(elements: &[Element]) -> Outage {
    elements.iter().cloned().collect()
}

/// Names of the programs and servers that are single points of failure for a kind, in the order of the analysis.
fn points(infra: &Infrastructure, kind: RequestKind) -> Vec<String> {
    let points = single_parts(infra, kind).unwrap_or_else(|broken| panic!("{broken:?}"));
    points.iter().map(ToString::to_string).collect()
}

/// Kinds that work during an outage.
fn working(infra: &Infrastructure, outage: &Outage) -> Vec<RequestKind> {
    RequestKind::ALL.into_iter().filter(|kind| works(infra, outage, *kind).is_ok()).collect()
}

#[test]
fn the_balancer_is_a_single_point_for_every_kind_and_the_primary_for_writes_only() {
    let infra = stage_2();
    assert_eq!(points(&infra, RequestKind::Static), ["fw-1", "lb-1", "server-1"]);
    assert_eq!(points(&infra, RequestKind::Read), ["fw-1", "lb-1", "server-1"]);
    // app-2 writes to db-1 through fw-2, which also protects app-1.
    let write = ["fw-1", "lb-1", "fw-2", "db-1", "server-1", "server-2"];
    assert_eq!(points(&infra, RequestKind::Write), write);
}

#[test]
fn redundancy_depends_on_the_kind() {
    use RequestKind::{Read, Static, Write};
    let infra = stage_2();
    let all = RequestKind::ALL.to_vec();
    assert_eq!(working(&infra, &Outage::none()), all);
    assert_eq!(working(&infra, &without(&[component("web-1")])), all);
    assert_eq!(working(&infra, &without(&[component("web-1"), component("web-2")])), []);
    assert_eq!(working(&infra, &without(&[component("app-1"), component("app-2")])), [Static]);
    assert_eq!(working(&infra, &without(&[component("db-1")])), [Static, Read]);
    assert_eq!(working(&infra, &without(&[component("db-2")])), all);
    assert_eq!(working(&infra, &without(&[component("db-1"), component("db-2")])), [Static]);
    assert_eq!(working(&infra, &without(&[server("server-2")])), [Static, Read]);
    assert_eq!(working(&infra, &without(&[server("server-3")])), all);
    // The web server of one machine and the application of the other: neither path is complete.
    assert_eq!(working(&infra, &without(&[component("web-1"), component("app-2")])), [Static]);
    assert_eq!(working(&infra, &without(&[component("web-1"), hop("app-2", "db-1")])), [Static, Read]);
    assert_eq!(working(&infra, &without(&[component("web-1"), hop("app-1", "db-1")])), [Static, Read, Write]);
}

#[test]
fn browser_and_monitoring_are_not_part_of_the_service() {
    let infra = stage_2();
    let names = ["browser", "agent-1", "agent-2", "agent-3", "monitor"];
    let outage: Outage = names.into_iter().map(component).collect();
    assert_eq!(outage.elements().len(), names.len());
    assert_eq!(working(&infra, &outage), RequestKind::ALL);
}

#[test]
fn broken_names_the_missing_tier_and_the_obstacles() {
    let infra = stage_2();
    let broken = |elements: &[Element], kind| works(&infra, &without(elements), kind).expect_err("the request fails");
    let expected = |missing, obstacles: &[Obstacle]| Broken { missing, obstacles: obstacles.iter().cloned().collect() };
    let out = Obstacle::Out;

    assert_eq!(broken(&[component("dns")], RequestKind::Static), expected(Missing::Resolver, &[out(component("dns"))]));
    assert_eq!(broken(&[server("server-1")], RequestKind::Static), expected(Missing::Entry, &[out(server("server-1"))]));
    let fw_1 = Obstacle::FirewallOut { firewall: ComponentId::new("fw-1"), hop: hop("browser", "lb-1") };
    assert_eq!(broken(&[component("fw-1")], RequestKind::Read), expected(Missing::Entry, &[fw_1]));
    assert_eq!(
        broken(&[component("web-1"), hop("lb-1", "web-2")], RequestKind::Static),
        expected(Missing::WebServer, &[out(component("web-1")), out(hop("lb-1", "web-2"))])
    );
    assert_eq!(
        broken(&[component("app-1"), component("app-2")], RequestKind::Read),
        expected(Missing::Application, &[out(component("app-1")), out(component("app-2"))])
    );
    assert_eq!(
        broken(&[component("db-1"), component("db-2")], RequestKind::Read),
        expected(Missing::Database, &[out(component("db-1")), out(component("db-2"))])
    );
    // The replica would have rejected the write, so its outage is not an obstacle.
    assert_eq!(
        broken(&[component("db-1"), component("db-2")], RequestKind::Write),
        expected(Missing::Primary, &[out(component("db-1"))])
    );
}

#[test]
fn every_single_point_has_an_explanation() {
    let why = |infra: &Infrastructure, kind, name: &str| {
        let points = single_points(infra, kind).expect("requests succeed without faults");
        points
            .into_iter()
            .find(|point| point.cause.to_string() == name)
            .map(|point| hoplight::text::single_point(&point, &[point.kind]).to_string())
    };
    let infra = stage_2();
    assert_eq!(
        why(&infra, RequestKind::Write, "db-1").as_deref(),
        Some("Without db-1 no write request works: no database that takes writes can be reached.")
    );
    assert_eq!(
        why(&infra, RequestKind::Static, "fw-1").as_deref(),
        Some(
            "Without fw-1 no static request works: the site's entry cannot be reached: fw-1 is down, and browser → lb-1 must cross it."
        )
    );
    assert_eq!(why(&infra, RequestKind::Read, "db-1"), None);
}

/// A site on one server, whose firewall has the given inbound rules.
fn guarded(inbound: &str) -> Infrastructure {
    let text = format!(
        r#"(format: 1, id: "guarded", title: "t", summary: "s", servers: [(id: "s-1")],
        components: [(id: "browser", kind: Browser), (id: "web-1", kind: Web(), server: "s-1"),
            (id: "fw-1", kind: Firewall(servers: ["s-1"], inbound: [{inbound}]), server: "s-1")],
        links: [(from: "browser", to: "web-1", protocol: Http)])"#
    );
    load(("guarded.ron", &text))
}

#[test]
fn a_site_that_never_works_is_broken_and_has_no_single_points() {
    let closed = guarded("(ports: [22])");
    let denied = Obstacle::Denied { firewall: ComponentId::new("fw-1"), hop: hop("browser", "web-1") };
    let broken = Broken { missing: Missing::Entry, obstacles: [denied].into() };
    assert_eq!(single_points(&closed, RequestKind::Static), Err(broken.clone()));
    assert_eq!(hoplight::text::broken(&broken).to_string(), "the site's entry cannot be reached: fw-1 blocks browser → web-1");
    let link = closed.link_between("browser", "web-1").expect("a link");
    assert_eq!(Carriers::of(&closed).kinds(link), [], "a blocked hop carries nothing");

    let open = guarded("(ports: [443])");
    assert_eq!(points(&open, RequestKind::Static), ["web-1", "fw-1", "s-1"]);
    let nowhere = single_points(&open, RequestKind::Read).expect_err("no application");
    assert_eq!(hoplight::text::broken(&nowhere).to_string(), "no application server can be reached: no link leads there");
}

/// A site without servers or firewalls.
fn site(components: &str, links: &str) -> Infrastructure {
    let text = format!(
        r#"(format: 1, id: "site", title: "t", summary: "s",
        components: [(id: "browser", kind: Browser), {components}], links: [{links}])"#
    );
    load(("site.ron", &text))
}

#[test]
fn a_web_server_with_a_database_link_runs_the_application_itself() {
    let infra = site(
        r#"(id: "web-1", kind: Web()), (id: "db-1", kind: Database(role: Replica)), (id: "db-2", kind: Database(role: Replica))"#,
        r#"(from: "browser", to: "web-1", protocol: Http), (from: "web-1", to: "db-1", protocol: Sql),
        (from: "db-1", to: "db-2", protocol: Replication)"#,
    );
    assert_eq!(working(&infra, &Outage::none()), [RequestKind::Static, RequestKind::Read]);
    let broken = works(&infra, &Outage::none(), RequestKind::Write).expect_err("a replica rejects writes");
    assert_eq!((broken.missing, broken.obstacles.len()), (Missing::Primary, 0));
    let carriers = Carriers::of(&infra);
    let kinds = |from: &str, to: &str| carriers.kinds(infra.link_between(from, to).expect("a link"));
    assert_eq!(kinds("web-1", "db-1"), [RequestKind::Read, RequestKind::Write], "the rejected write was on the wire");
    assert_eq!(kinds("db-1", "db-2"), [], "a replica forwards only changes from a primary");
}

#[test]
fn only_components_that_could_have_helped_are_obstacles() {
    let infra = site(
        r#"(id: "lb-1", kind: LoadBalancer()), (id: "app-1", kind: App()), (id: "app-2", kind: App()),
        (id: "db-1", kind: Database(role: Primary)), (id: "db-2", kind: Database(role: Replica)), (id: "db-3", kind: Database(role: Replica))"#,
        r#"(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "app-1", protocol: Http),
        (from: "lb-1", to: "app-2", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql), (from: "app-1", to: "db-2", protocol: Sql),
        (from: "app-2", to: "db-2", protocol: Sql), (from: "db-1", to: "db-2", protocol: Replication), (from: "db-2", to: "db-3", protocol: Replication)"#,
    );
    let broken = |elements: &[Element], kind| works(&infra, &without(elements), kind).expect_err("the request fails");
    let out = |elements: &[Element]| elements.iter().cloned().map(Obstacle::Out).collect();
    let databases = [component("db-1"), component("db-2")];
    assert_eq!(broken(&databases, RequestKind::Read), Broken { missing: Missing::Database, obstacles: out(&databases) });
    assert_eq!(
        broken(&databases, RequestKind::Write).obstacles,
        out(&databases[..1]),
        "the replica would have rejected the write"
    );
    let applications = [component("app-1"), component("app-2")];
    let all_out = Broken { missing: Missing::Application, obstacles: out(&applications) };
    assert_eq!(broken(&applications, RequestKind::Read), all_out, "the site has no web server");
    assert_eq!(broken(&applications, RequestKind::Static), all_out);

    let carriers = Carriers::of(&infra);
    let kinds = |from: &str, to: &str| carriers.kinds(infra.link_between(from, to).expect("a link"));
    assert_eq!(kinds("db-2", "db-3"), [RequestKind::Write], "changes are forwarded from replica to replica");
}

#[test]
fn a_failed_hop_to_a_component_reached_on_another_path_is_no_obstacle() {
    let infra = stage_2();
    let cut = [hop("app-1", "db-2"), component("db-1"), hop("app-2", "db-2")];
    let both = works(&infra, &without(&cut), RequestKind::Read).expect_err("no database");
    assert_eq!(both.obstacles, cut.iter().cloned().map(Obstacle::Out).collect());

    let infra = load(("assets/design-1.ron", include_str!("../assets/design-1.ron")));
    let cut = without(&[hop("lb-1", "app-1"), component("db-1")]);
    let broken = works(&infra, &cut, RequestKind::Read).expect_err("no database");
    assert_eq!(
        broken.obstacles,
        [Obstacle::Out(component("db-1"))].into(),
        "the application is reachable through the web server"
    );
}

#[test]
fn a_quorum_has_no_single_point_among_its_members() {
    let infra = load(("tests/data/quorum.ron", include_str!("data/quorum.ron")));
    assert_eq!(points(&infra, RequestKind::Write), ["app-1"]);
    let write = |outage: &Outage| works(&infra, outage, RequestKind::Write).is_ok();
    assert!(write(&without(&[server("server-1")])));
    assert!(!write(&without(&[server("server-1"), component("db-2")])), "one of three is not a majority");
    assert!(works(&infra, &without(&[server("server-1"), component("db-2")]), RequestKind::Read).is_ok());
    // Each member can reach at most one other: two of three form a majority. Then none can reach any other.
    assert!(write(&without(&[hop("db-1", "db-2"), hop("db-1", "db-3")])));
    assert!(!write(&without(&[hop("db-1", "db-2"), hop("db-1", "db-3"), hop("db-2", "db-3")])));
    assert!(Carriers::of(&infra).carries(infra.link_between("db-2", "db-3").expect("a link"), RequestKind::Write));
}

#[test]
fn with_automatic_failover_the_primary_is_not_a_single_point() {
    let text = include_str!("data/replicated.ron").replace("kinds: [Read]", "kinds: [Read, Write]");
    let by_hand = load(("replicated.ron", &text));
    assert_eq!(points(&by_hand, RequestKind::Write), ["app-1", "db-1", "server-1"]);
    let automatic = text.replace("role: Primary", "role: Primary, failover: Automatic(after_s: 15.0)");
    let automatic = load(("replicated.ron", &automatic));
    assert_eq!(points(&automatic, RequestKind::Write), ["app-1"]);
    let lost = without(&[component("db-1"), component("db-2"), component("db-3")]);
    assert!(works(&automatic, &lost, RequestKind::Write).is_err());
}
