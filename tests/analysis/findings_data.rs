//! Tests the rules about copies of the data: writers, read-only replicas, stale reads, and copies on one server.

use super::findings::{by_rule, drawn, said};
use super::{load, stage_2};

/// Two applications, each with its own database.
fn two_databases(second: &str, links: &str) -> String {
    format!(
        r#"(tls: (edge: None),
        components: [(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App()), (id: "app-2", kind: App()),
            (id: "db-1", kind: Database()), (id: "db-2", kind: {second})],
        links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "db-1"), {links}])"#
    )
}

const OWN: &str = r#"(from: "app-2", to: "db-2")"#;
const REPLICATED: &str = r#"(from: "app-2", to: "db-2"), (from: "db-1", to: "db-2")"#;

#[test]
fn two_databases_that_accept_the_same_users_writes_are_an_error() {
    let says =
        "db-1 and db-2 both accept writes of the same users. A write to one is missing from the other, or conflicts with it.";
    let found = |second: &str, links: &str| drawn(&two_databases(second, links), "two-writers");
    // Separate databases, and a double arrow between two primaries.
    assert_eq!(found("Database()", OWN), [said("design", says)]);
    assert_eq!(found("Database()", &format!(r#"{REPLICATED}, (from: "db-2", to: "db-1")"#)), [said("design", says)]);
    assert_eq!(found("Database(role: Replica)", REPLICATED), []);
    // The second database serves reads only.
    assert_eq!(found("Database()", r#"(from: "app-2", to: "db-1"), (from: "app-2", to: "db-2", kinds: [Read])"#), []);
    assert_eq!(by_rule(&stage_2(), "two-writers"), []);
    // The members of a multi-primary cluster agree on each write, but two of them are not enough.
    let multi = two_databases("Database(role: MultiPrimary)", REPLICATED).replace("Database()", "Database(role: MultiPrimary)");
    assert_eq!(drawn(&multi, "two-writers"), []);
    let pair = "db-1 and db-2 are a cluster of two: without either, the other refuses all queries.";
    assert_eq!(drawn(&multi, "no-majority"), [said("design", pair)]);
    // A quorum has one writer.
    let quorum = load(("quorum.ron", include_str!("../data/quorum.ron")));
    assert_eq!(by_rule(&quorum, "two-writers"), []);
}

#[test]
fn writes_that_end_at_a_replica_are_an_error() {
    let found = |links: &str| drawn(&two_databases("Database(role: Replica)", links), "writes-to-replica");
    let says = "Writes of app-2 end at db-2, which is a read-only replica: each of them fails. app-2 has no link to the primary.";
    assert_eq!(found(REPLICATED), [said("app-2", says)]);
    // With a link to the primary, a driver that follows the primary finds it, whatever the order of its links.
    let both = format!(r#"{REPLICATED}, (from: "app-2", to: "db-1")"#);
    assert_eq!(found(&both), []);
    let stubborn = |links: &str| {
        let drawing = two_databases("Database(role: Replica)", links);
        drawing.replace(r#"(id: "app-2", kind: App())"#, r#"(id: "app-2", kind: App(follow_primary: false))"#)
    };
    let says = "Writes of app-2 end at db-2, which is a read-only replica: each of them fails. Its link to db-1 comes later, and it \
                does not follow the primary.";
    assert_eq!(drawn(&stubborn(&both), "writes-to-replica"), [said("app-2", says)]);
    // Serving reads is the purpose of a replica.
    let reads = r#"(from: "app-2", to: "db-1"), (from: "app-2", to: "db-2", kinds: [Read]), (from: "db-1", to: "db-2")"#;
    assert_eq!(drawn(&stubborn(reads), "writes-to-replica"), []);
}

#[test]
fn reads_from_a_replica_may_be_stale() {
    let found = |links: &str| drawn(&two_databases("Database(role: Replica)", links), "stale-reads");
    let says = "app-2 reads from db-2, which applies changes later than db-1: users may not see what they have just written.";
    let replica_first = r#"(from: "app-2", to: "db-2", kinds: [Read]), (from: "app-2", to: "db-1"), (from: "db-1", to: "db-2")"#;
    assert_eq!(found(replica_first), [said("app-2", says)]);
    let primary_first = r#"(from: "app-2", to: "db-1"), (from: "app-2", to: "db-2"), (from: "db-1", to: "db-2")"#;
    assert_eq!(found(primary_first), []);
    assert_eq!(drawn(&two_databases("Database()", OWN), "stale-reads"), []);
}

#[test]
fn copies_on_one_server_are_reported_with_the_server() {
    let drawing = |second: &str| {
        format!(
            r#"(tls: (edge: None), servers: [(id: "s-1"), (id: "s-2")],
            components: [(id: "app", kind: App()), (id: "db-1", kind: Database(), server: "s-1"),
                (id: "db-2", kind: Database(role: Replica), server: "{second}")],
            links: [(from: "app", to: "db-1"), (from: "app", to: "db-2"), (from: "db-1", to: "db-2")])"#
        )
    };
    let says = "db-1 and db-2, all copies of the data, are on s-1: one dead disk can take all of them.";
    assert_eq!(drawn(&drawing("s-1"), "copies-on-one-server"), [said("s-1", says)]);
    assert_eq!(drawn(&drawing("s-2"), "copies-on-one-server"), []);
    // Two databases without replication are not copies.
    let apart = drawing("s-1").replace(r#", (from: "db-1", to: "db-2")"#, "").replace("(role: Replica)", "()");
    assert_eq!(drawn(&apart, "copies-on-one-server"), []);
    // Two of three members on one server are a majority.
    let three =
        drawing("s-1").replace("(role: Replica)", "(role: Member)").replace("Database()", "Database(role: Member)").replace(
            r#"(from: "db-1", to: "db-2")"#,
            r#"(from: "db-1", to: "db-2"), (from: "db-1", to: "db-3"), (from: "db-2", to: "db-3")"#,
        );
    let three = three.replace("links: [", r#"links: [(from: "app", to: "db-3"), "#).replace(
        r#"(id: "app", kind: App())"#,
        r#"(id: "app", kind: App()), (id: "db-3", kind: Database(role: Member), server: "s-2")"#,
    );
    let says = "db-1 and db-2 are on s-1: without it, both copies are gone at the same time.";
    assert_eq!(drawn(&three, "copies-on-one-server"), [said("s-1", says)]);
}
