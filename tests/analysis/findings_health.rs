//! Tests the rules about health checks, redispatch, monitoring, the users' resolver and mixed versions.

use super::findings::{by_rule, drawn, said};
use super::{load, stage_2};

/// A balancer with these settings over two web servers, each with its own application.
fn two_lanes(settings: &str) -> String {
    format!(
        r#"(tls: (edge: None),
        components: [(id: "lb", kind: LoadBalancer({settings})), (id: "web-1", kind: Web()), (id: "app-1", kind: App()),
            (id: "web-2", kind: Web()), (id: "app-2", kind: App()), (id: "db", kind: Database())],
        links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
            (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#
    )
}

#[test]
fn checks_that_do_not_reach_the_application_are_reported() {
    let found = |settings: &str| drawn(&two_lanes(settings), "shallow-check");
    let says = |check: &str| {
        let rest = "web-1 and web-2 pass it even if the application behind is dead: reads and writes sent there fail.";
        said("lb", &format!("lb checks its backends with {check}. {rest}"))
    };
    assert_eq!(found(""), [says("a TCP connection")]);
    assert_eq!(found("check: Http"), [says("an HTTP request to the backend itself")]);
    assert_eq!(found("check: HttpApp"), []);
    assert_eq!(found("check: HttpDatabase"), []);
    // No check helps if every backend needs the same application, and none is needed if each has both.
    let shared =
        two_lanes("").replace(r#"(from: "web-2", to: "app-2")"#, r#"(from: "browser", to: "lb"), (from: "web-2", to: "app-1")"#);
    assert_eq!(drawn(&shared, "shallow-check"), []);
    let beside = shared.replace(r#"(from: "lb", to: "web-2")"#, r#"(from: "lb", to: "app-1")"#);
    assert_eq!(drawn(&beside, "shallow-check"), []);
    let crossed = two_lanes("").replace("links: [", r#"links: [(from: "web-1", to: "app-2"), (from: "web-2", to: "app-1"), "#);
    assert_eq!(drawn(&crossed, "shallow-check"), []);
}

#[test]
fn checks_that_go_through_to_the_database_are_reported_if_static_pages_stop_without_it() {
    let says = "The health checks of lb go through to the database: without db, it takes every backend out, and static pages \
                stop as well.";
    assert_eq!(drawn(&two_lanes("check: HttpDatabase"), "check-needs-database"), [said("lb", says)]);
    assert_eq!(drawn(&two_lanes("check: HttpApp"), "check-needs-database"), []);
    // With a replica, the check finds a database after the loss of either.
    let replicated = two_lanes("check: HttpDatabase")
        .replace("links: [", r#"links: [(from: "app-1", to: "db-2"), (from: "app-2", to: "db-2"), (from: "db", to: "db-2"), "#);
    let replicated = replicated.replace("components: [", r#"components: [(id: "db-2", kind: Database(role: Replica)), "#);
    assert_eq!(drawn(&replicated, "check-needs-database"), []);
}

#[test]
fn balancers_without_redispatch_are_reported() {
    let found = |settings: &str| drawn(&two_lanes(settings), "no-redispatch");
    let says =
        "lb retries a failed connection on the same backend only: requests for a dead one fail until 3 checks have failed.";
    assert_eq!(found(""), [said("lb", says)]);
    assert_eq!(found("fall: 1"), [said("lb", &says.replace("3 checks have", "1 check has"))]);
    assert_eq!(found("redispatch: true"), []);
    // One backend leaves no choice.
    let only = two_lanes("").replace(r#"(from: "lb", to: "web-2")"#, r#"(from: "browser", to: "lb")"#);
    assert_eq!(drawn(&only, "no-redispatch"), []);
}

/// A site that monitors itself: an agent on each server, and a monitoring service with these settings.
fn monitored(service: &str) -> String {
    format!(
        r#"(tls: (edge: None), servers: [(id: "s-1"), (id: "s-2")],
        components: [(id: "web", kind: Web(), server: "s-1"), (id: "app", kind: App(), server: "s-1"),
            (id: "db", kind: Database(), server: "s-1"), (id: "agent", kind: Agent(), server: "s-1"),
            (id: "metrics", kind: MonitoringService, {service})],
        links: [(from: "web", to: "app"), (from: "app", to: "db"), (from: "agent", to: "metrics")])"#
    )
}

#[test]
fn monitoring_that_fails_with_what_it_watches_is_reported() {
    let (here, apart, provider) = (monitored(r#"server: "s-1""#), monitored(r#"server: "s-2""#), monitored(""));
    let says = "metrics is on s-1, which it watches: when the server fails, no alert is sent.";
    assert_eq!(drawn(&here, "monitoring-on-watched-server"), [said("metrics", says)]);
    assert_eq!(drawn(&here, "monitoring-unwatched"), [], "one finding is enough");
    let says = "Nothing watches metrics: when it fails, no alert is sent.";
    assert_eq!(drawn(&apart, "monitoring-unwatched"), [said("metrics", says)]);
    let watched = apart.replace("links: [", r#"links: [(from: "agent-2", to: "pager"), "#).replace(
        "components: [",
        r#"components: [(id: "agent-2", kind: Agent(), server: "s-2"), (id: "pager", kind: MonitoringService), "#,
    );
    assert_eq!(drawn(&watched, "monitoring-unwatched"), []);
    // An agent that reports to the service on its own server does not help.
    let own = watched.replace(r#"(from: "agent-2", to: "pager")"#, r#"(from: "agent-2", to: "metrics")"#);
    assert_eq!(drawn(&own, "monitoring-unwatched"), [said("metrics", says)]);
    for rule in ["monitoring-on-watched-server", "monitoring-unwatched"] {
        assert_eq!(drawn(&provider, rule), [], "{rule}: a provider watches its own service");
    }
    for drawing in [&apart, &watched, &provider] {
        assert_eq!(drawn(drawing, "monitoring-on-watched-server"), []);
    }
}

#[test]
fn the_users_resolver_is_not_part_of_the_site() {
    let says = "Without dns, all requests stop for users of dns who have to look the name up. It belongs to their provider, not \
                to the site.";
    assert_eq!(by_rule(&stage_2(), "user-resolver"), [said("dns", says)]);
    assert_eq!(by_rule(&stage_2(), "one-name").len(), 1, "the zone is the site's");
    // A resolver on a server of the site is the site's own.
    let drawing = include_str!("../../assets/stage-1-distributed.ron");
    let own = drawing.replacen(r#"label: "DNS", at: (0, 1)"#, r#"server: "server-1""#, 1);
    assert_ne!(own, drawing);
    let own = load(("own.ron", &own));
    assert_eq!(by_rule(&own, "user-resolver"), []);
    assert_eq!(by_rule(&own, "one-name").len(), 2);
}

#[test]
fn mixed_versions_are_neither_a_group_nor_diversity() {
    let text = include_str!("../../assets/design-1-repaired.ron");
    let found = |text: &str| by_rule(&load(("repaired.ron", text)), "mixed-versions");
    let says = "db-1, db-2 and db-3 run versions 8.0.36, 8.0.39 and 8.0.40 of MySQL. Members of a cluster should run one version, \
                except during an upgrade.";
    assert_eq!(found(text), [said("design", says)]);
    let one = text.replace("8.0.39", "8.0.36").replace("8.0.40", "8.0.36");
    assert_eq!(found(&one), []);
    // Two products are diversity; two patch levels of one product are not.
    let levels = one.replacen(r#"(name: "Apache httpd", version: "2.4.62")"#, r#"(name: "Nginx", version: "1.24.0")"#, 1);
    let says = "web-1 and web-2 run versions 1.22.1 and 1.24.0 of Nginx. Versions of one program share most of their flaws, so this \
                is not diversity.";
    assert_eq!(found(&levels), [said("design", says)]);
}
