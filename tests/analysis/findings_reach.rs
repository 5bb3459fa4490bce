//! Tests the rules about what the Internet and administrators reach.

use super::findings::{by_rule, drawn, said};
use super::{load, stage_2};

/// A database server behind a firewall with these inbound rules.
fn behind(rules: &str) -> String {
    format!(
        r#"(tls: (edge: None), servers: [(id: "front"), (id: "back")],
        components: [(id: "fw-1", kind: Firewall(servers: ["front"], inbound: [(ports: [80])], outbound: [(ports: [3306])])),
            (id: "fw-2", kind: Firewall(servers: ["back"], inbound: [{rules}])),
            (id: "web", kind: Web(), server: "front"), (id: "app", kind: App(), server: "front"),
            (id: "db", kind: Database(), server: "back")],
        links: [(from: "web", to: "app"), (from: "app", to: "db")])"#
    )
}

#[test]
fn a_database_that_the_internet_reaches_is_an_error() {
    let found = |rules: &str| drawn(&behind(rules), "database-exposed");
    let says = "Anyone on the Internet can connect to db on port 3306: inbound rule 1 of fw-2 allows it.";
    assert_eq!(found("(ports: [3306])"), [said("db", says)]);
    assert_eq!(found(r#"(peer: Component("app"), ports: [3306])"#), []);
    assert_eq!(drawn(&behind("(ports: [3306])"), "exposed-port"), [], "reported once");
    // Also without a firewall, as in several of the shipped designs.
    let open = "Anyone on the Internet can connect to db-1 on port 3306: no firewall is in between.";
    for text in [
        include_str!("../../assets/stage-1-distributed.ron"),
        include_str!("../../assets/design-1.ron"),
        include_str!("../../assets/design-4.ron"),
    ] {
        let infra = load(("shipped.ron", text));
        assert_eq!(by_rule(&infra, "database-exposed")[0], said("db-1", open), "{}", infra.id());
        assert!(!by_rule(&infra, "unprotected").iter().any(|(subject, _)| subject == "db-1"), "reported once");
    }
    assert_eq!(by_rule(&stage_2(), "database-exposed"), []);
}

#[test]
fn ssh_that_the_internet_reaches_is_an_error() {
    let found = |rules: &str| drawn(&behind(rules), "ssh-exposed");
    let says = "Anyone on the Internet can connect to SSH (port 22) of back. Inbound rule 2 of fw-2 allows it.";
    let database = r#"(peer: Component("app"), ports: [3306])"#;
    assert_eq!(found(&format!("{database}, (ports: [22])")), [said("design", says)]);
    assert_eq!(found(&format!(r#"{database}, (peer: Server("front"), ports: [22])"#)), []);
    assert_eq!(drawn(&behind(&format!("{database}, (ports: [22])")), "exposed-port"), [], "reported once");
    let open = "Anyone on the Internet can connect to SSH (port 22) of server-1, server-2 and server-3.";
    let infra = load(("stage-1.ron", include_str!("../../assets/stage-1-distributed.ron")));
    assert_eq!(by_rule(&infra, "ssh-exposed"), [said("design", open)]);
    assert_eq!(by_rule(&stage_2(), "ssh-exposed"), []);
}

#[test]
fn machines_that_no_administrator_reaches_are_reported() {
    let found = |rules: &str| drawn(&behind(rules), "no-admin-path");
    let database = r#"(peer: Component("app"), ports: [3306])"#;
    let every = "No firewall rule admits an administrator: SSH is closed to every address on every machine.";
    assert_eq!(found(database), [said("design", every)]);
    let one = "No firewall rule admits an administrator to front: SSH is closed to every address.";
    assert_eq!(found(&format!(r#"{database}, (peer: Server("front"), ports: [22])"#)), [said("design", one)]);
    assert_eq!(found(&format!("{database}, (ports: [22])")), [said("design", one)]);
    // Without firewalls, everything is open.
    let infra = load(("stage-1.ron", include_str!("../../assets/stage-1-distributed.ron")));
    assert_eq!(by_rule(&infra, "no-admin-path"), []);
}

#[test]
fn databases_that_may_connect_to_any_address_are_reported() {
    let found = |outbound: &str| {
        let rules = format!(r#"(peer: Component("app"), ports: [3306])], outbound: [{outbound}"#);
        drawn(&behind(&rules), "database-egress")
    };
    assert_eq!(found("(ports: [443])"), [said("design", "db may connect to any address on port 443.")]);
    let several = "db may connect to any address on ports 53 and 443.";
    assert_eq!(found(r#"(ports: [53, 443]), (peer: Server("front"), ports: [80])"#), [said("design", several)]);
    assert_eq!(found("()"), [said("design", "db may connect to any address on every port.")]);
    assert_eq!(found(""), []);
    assert_eq!(found(r#"(peer: Server("front"), ports: [443]), (ports: [25], action: Drop)"#), []);
    // The more restrictive of two firewalls decides.
    let strict =
        r#"components: [(id: "fw-3", kind: Firewall(components: ["db"], inbound: [(peer: Component("app"), ports: [3306])])),"#;
    let two = behind(r#"(peer: Component("app"), ports: [3306])], outbound: [(ports: [443])"#).replace("components: [", strict);
    assert_eq!(drawn(&two, "database-egress"), []);
}
