//! Drawings for which "a path exists" differs from the site's behaviour, with the verdicts of some losses.

use hoplight::analysis::Verdict::{self, Degraded, Stops, Works};

/// A drawing.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) drawing: &'static str,
    /// Losses and their verdicts for static pages, reads and writes.
    pub(crate) losses: &'static [(&'static str, [Verdict; 3])],
}

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "reads leave a silent database",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "a"), (id: "b")],
            components: [(id: "lb", kind: LoadBalancer()),
                (id: "web-1", kind: Web(), server: "a"), (id: "web-2", kind: Web(), server: "b"),
                (id: "app-1", kind: App(), server: "a"), (id: "app-2", kind: App(), server: "b"),
                (id: "db-1", kind: Database(), server: "a"), (id: "db-2", kind: Database(role: Replica), server: "b")],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
                (from: "app-1", to: "db-1"), (from: "app-1", to: "db-2"), (from: "app-2", to: "db-1"), (from: "app-2", to: "db-2"),
                (from: "db-1", to: "db-2")])"#,
        losses: &[
            // After the connect timeout, the driver tries the replica and ejects the silent primary.
            ("server a", [Works, Works, Stops]),
            // A database whose process has ended refuses connections, so the driver tries the replica.
            ("processes a", [Works, Works, Stops]),
            ("server b", [Works, Works, Works]),
        ],
    },
    Case {
        name: "writes routed to a read-only replica fail with nothing broken",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App()), (id: "app-2", kind: App()),
                (id: "db-1", kind: Database()), (id: "db-2", kind: Database(role: Replica))],
            links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "db-1"), (from: "app-2", to: "db-2"),
                (from: "db-1", to: "db-2")])"#,
        losses: &[("link db-1 → db-2", [Works, Works, Degraded]), ("component app-1", [Works, Works, Stops])],
    },
    Case {
        name: "a VRRP pair whose balancers have different backends",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150))),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1"))), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web-1"), (from: "lb-2", to: "web-2"),
                (from: "web-1", to: "app"), (from: "web-2", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            ("component web-1", [Stops, Stops, Stops]),
            ("component web-2", [Works, Works, Works]),
            ("component lb-1", [Stops, Stops, Stops]),
            ("component lb-2", [Works, Works, Works]),
        ],
    },
    Case {
        name: "a health check through to the database stops static pages",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer(check: HttpDatabase)), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app-1", kind: App()), (id: "app-2", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
                (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#,
        losses: &[("component db", [Stops, Stops, Stops]), ("component app-1", [Works, Works, Works])],
    },
    Case {
        name: "a shallow health check keeps a web server without its application",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer()), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app-1", kind: App()), (id: "app-2", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
                (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#,
        losses: &[("component app-1", [Works, Degraded, Degraded]), ("component db", [Works, Stops, Stops])],
    },
    Case {
        name: "a stub resolver queries the second resolver if the first does not respond",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "dns-1", kind: DnsResolver()), (id: "dns-2", kind: DnsResolver()),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "dns-1"), (from: "browser", to: "dns-2"), (from: "browser", to: "web"),
                (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[("component dns-1", [Works, Works, Works]), ("component dns-2", [Works, Works, Works])],
    },
    Case {
        name: "a silent resolver delays lookups but loses none",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "n-1")],
            components: [(id: "dns-1", kind: DnsResolver(ttl_s: 60.0), server: "n-1"), (id: "dns-2", kind: DnsResolver(ttl_s: 60.0)),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "dns-1"), (from: "browser", to: "dns-2"), (from: "browser", to: "web"),
                (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[("server n-1", [Works, Works, Works]), ("component dns-2", [Works, Works, Works])],
    },
    Case {
        name: "users of a dead balancer go to the other address",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "s-1"), (id: "s-2")],
            components: [(id: "dns", kind: DnsResolver()), (id: "lb-1", kind: LoadBalancer(), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer(), server: "s-2"), (id: "web", kind: Web()), (id: "app", kind: App()),
                (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "web"),
                (from: "lb-2", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            // Refused: the next address at once. Silent: the next address after the attempt's timeout.
            ("component lb-1", [Works, Works, Works]),
            ("server s-1", [Works, Works, Works]),
            ("server s-2", [Works, Works, Works]),
            ("component web", [Stops, Stops, Stops]),
        ],
    },
    Case {
        name: "DNS does not check addresses: one with a failing site behind it keeps its users",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "dns", kind: DnsResolver()), (id: "lb-1", kind: LoadBalancer()), (id: "lb-2", kind: LoadBalancer()),
                (id: "web-1", kind: Web()), (id: "web-2", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "web-1"),
                (from: "lb-2", to: "web-2"), (from: "web-1", to: "app"), (from: "web-2", to: "app"), (from: "app", to: "db")])"#,
        losses: &[("component web-1", [Degraded, Degraded, Degraded]), ("component lb-1", [Works, Works, Works])],
    },
    Case {
        name: "users who wait less than an attempt do not reach the second address",
        drawing: r#"(traffic: (rate: 20.0, attempt_timeout_s: 21.0), servers: [(id: "s-1")],
            components: [(id: "dns", kind: DnsResolver()), (id: "lb-1", kind: LoadBalancer(), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer()), (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "web"),
                (from: "lb-2", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#,
        // Returning visitors have a connection to the other address.
        losses: &[("server s-1", [Degraded, Degraded, Degraded]), ("component lb-1", [Works, Works, Works])],
    },
    Case {
        name: "two pairs share two addresses",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "s-1"), (id: "s-2"), (id: "s-3"), (id: "s-4")],
            components: [(id: "dns", kind: DnsResolver()),
                (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150)), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1")), server: "s-2"),
                (id: "lb-3", kind: LoadBalancer(vrrp: (peer: "lb-4", priority: 150)), server: "s-3"),
                (id: "lb-4", kind: LoadBalancer(vrrp: (peer: "lb-3")), server: "s-4"),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "browser", to: "lb-3"),
                (from: "browser", to: "lb-4"), (from: "lb-1", to: "lb-2"), (from: "lb-3", to: "lb-4"),
                (from: "lb-1", to: "web"), (from: "lb-2", to: "web"), (from: "lb-3", to: "web"), (from: "lb-4", to: "web"),
                (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            ("server s-1", [Works, Works, Works]),
            ("server s-3", [Works, Works, Works]),
            // Two masters of one of the two addresses.
            ("link lb-3 → lb-4", [Degraded, Degraded, Degraded]),
        ],
    },
    Case {
        name: "either firewall of a pair is enough",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "s")],
            components: [
                (id: "fw-a", kind: Firewall(servers: ["s"], inbound: [(ports: [80, 443])], outbound: [(ports: [3306])])),
                (id: "fw-b", kind: Firewall(standby: (of: "fw-a", state_sync: false))),
                (id: "fw-c", kind: Firewall(components: ["db"], inbound: [(ports: [3306])])),
                (id: "web", kind: Web(), server: "s"), (id: "app", kind: App(), server: "s"), (id: "db", kind: Database())],
            links: [(from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            ("component fw-a", [Works, Works, Works]),
            ("component fw-b", [Works, Works, Works]),
            // A single firewall stops what crosses it.
            ("component fw-c", [Works, Stops, Stops]),
        ],
    },
    Case {
        name: "with two masters, users reach the one that announced the address last",
        drawing: r#"(traffic: (rate: 20.0), servers: [(id: "s-1"), (id: "s-2")],
            components: [
                (id: "fw-1", kind: Firewall(servers: ["s-1"], inbound: [(ports: [80, 443, 112])], outbound: [(ports: [8080, 112])]), server: "s-1"),
                (id: "fw-2", kind: Firewall(servers: ["s-2"], inbound: [(ports: [80, 443, 112])], outbound: [(ports: [8080, 112])]), server: "s-2"),
                (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150)), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1")), server: "s-2"),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web"), (from: "lb-2", to: "web"),
                (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            // lb-2 hears nothing and takes the address. Nobody hears its announcement if its own firewall is dead.
            ("component fw-1", [Works, Works, Works]),
            ("component fw-2", [Works, Works, Works]),
            ("link lb-1 → lb-2", [Works, Works, Works]),
            ("server s-1", [Works, Works, Works]),
            ("component lb-1", [Stops, Stops, Stops]),
        ],
    },
    Case {
        name: "with two masters and a virtual MAC address, connections break",
        drawing: r#"(traffic: (rate: 20.0, new_visitors: 1.0), servers: [(id: "s-1"), (id: "s-2")],
            components: [
                (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150, vmac: true, track: ())), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1", vmac: true, track: ())), server: "s-2"),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb-1", latency_ms: 40.0), (from: "browser", to: "lb-2", latency_ms: 40.0),
                (from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web"), (from: "lb-2", to: "web"),
                (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            ("link lb-1 → lb-2", [Degraded, Degraded, Degraded]),
            ("component lb-1", [Works, Works, Works]),
            ("server s-1", [Works, Works, Works]),
        ],
    },
    Case {
        name: "a full accept queue sends requests to the next upstream",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer()), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app-1", kind: App(), station: (slots: 1, queue: 1, service: Constant(ms: 500.0))), (id: "app-2", kind: App()),
                (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-1", to: "app-2"),
                (from: "web-2", to: "app-2"), (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#,
        // After the connect timeout, web-1 tries the second application, which has room.
        losses: &[("component web-2", [Works, Works, Works])],
    },
    Case {
        name: "users wait at a balancer that is at its limit of connections",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer(), station: (connections: 6)),
                (id: "app-1", kind: App(), station: (service: Constant(ms: 200.0))),
                (id: "app-2", kind: App(), station: (service: Constant(ms: 200.0))), (id: "db", kind: Database())],
            links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#,
        // A tenth of the users finds six others present. They are not refused.
        losses: &[("component app-2", [Works, Works, Works])],
    },
    Case {
        name: "an application that is slower than the timeout of its checks is not used",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "lb", kind: LoadBalancer(check: HttpApp, check_timeout_s: 0.2)), (id: "web-1", kind: Web()),
                (id: "web-2", kind: Web()), (id: "app-1", kind: App()),
                (id: "app-2", kind: App(), station: (service: Constant(ms: 300.0))), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
                (from: "app-1", to: "db"), (from: "app-2", to: "db")])"#,
        losses: &[("component app-1", [Stops, Stops, Stops])],
    },
    Case {
        name: "an accept queue that another client keeps full fails the checks of a balancer",
        drawing: r#"(traffic: (rate: 200.0),
            components: [(id: "lb", kind: LoadBalancer()), (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web"), (from: "lb", to: "app"), (from: "web", to: "app"), (from: "app", to: "db")])"#,
        // All workers wait for the database. The balancer leaves the application, and the web server has the static pages.
        losses: &[("link app → db", [Works, Stops, Stops])],
    },
    Case {
        name: "an expired certificate stops everyone once idle connections have been closed",
        drawing: r#"(traffic: (rate: 20.0), tls: (edge: Reencrypt),
            certificates: [(on: ["lb"]), (names: ["inside"], on: ["web-1", "web-2"])],
            components: [(id: "dns", kind: DnsResolver(ttl_s: 30.0)), (id: "lb", kind: LoadBalancer(http_keep_alive_s: 10.0)), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app"), (from: "web-2", to: "app"),
                (from: "app", to: "db")])"#,
        losses: &[
            ("certificate www.foobar.com", [Stops, Stops, Stops]),
            // The balancer's requests and checks resume TLS sessions, which present no certificate.
            ("certificate inside", [Works, Works, Works]),
            // Caches expire, then idle connections are closed.
            ("zone www.foobar.com", [Stops, Stops, Stops]),
            ("component dns", [Stops, Stops, Stops]),
        ],
    },
    Case {
        name: "connections that are kept for a minute outlive a certificate and a name",
        drawing: r#"(traffic: (rate: 20.0), tls: (edge: Reencrypt),
            certificates: [(on: ["lb"]), (names: ["inside"], on: ["web-1", "web-2"])],
            components: [(id: "dns", kind: DnsResolver(ttl_s: 30.0)), (id: "lb", kind: LoadBalancer(http_keep_alive_s: 60.0, no_ssl_reuse: true)), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app"), (from: "web-2", to: "app"),
                (from: "app", to: "db")])"#,
        losses: &[
            ("certificate www.foobar.com", [Degraded, Degraded, Degraded]),
            // Each check makes a full handshake.
            ("certificate inside", [Stops, Stops, Stops]),
            ("zone www.foobar.com", [Degraded, Degraded, Degraded]),
        ],
    },
    Case {
        name: "a cache beside the application that the database can do without",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "app", kind: App()), (id: "cache", kind: Cache(objects: 100, capacity: 50)), (id: "db", kind: Database())],
            links: [(from: "app", to: "cache"), (from: "app", to: "db")])"#,
        losses: &[
            ("component cache", [Works, Works, Works]),
            ("link app → cache", [Works, Works, Works]),
            // Entries expire within a minute, and nothing is stored any more.
            ("component db", [Works, Stops, Stops]),
        ],
    },
    Case {
        name: "a cache in front of a database that cannot carry the load",
        drawing: r#"(traffic: (rate: 60.0, write_share: 0.02, static_share: 0.1),
            components: [(id: "app", kind: App(), station: (slots: 20, service: Constant(ms: 5.0))),
                (id: "cache", kind: Cache(objects: 200, capacity: 200, ttl_s: None)),
                (id: "db", kind: Database(), station: (slots: 2, connections: 10, service: Exponential(mean_ms: 60.0)))],
            links: [(from: "app", to: "cache"), (from: "app", to: "db")])"#,
        // The database refuses what it has no connections for.
        losses: &[("link browser → app", [Stops, Stops, Stops]), ("component cache", [Works, Degraded, Degraded])],
    },
    Case {
        name: "entries that never expire outlive the database",
        drawing: r#"(traffic: (rate: 20.0),
            components: [(id: "app", kind: App()), (id: "cache", kind: Cache(objects: 10, capacity: 20, ttl_s: None, invalidate: false)),
                (id: "db", kind: Database())],
            links: [(from: "app", to: "cache"), (from: "app", to: "db")])"#,
        losses: &[("component db", [Works, Works, Stops]), ("component cache", [Works, Works, Works])],
    },
    Case {
        name: "a cache before the site serves stale responses",
        drawing: r#"(traffic: (rate: 40.0),
            components: [(id: "cache", kind: Cache(place: Front, reads: true, objects: 10, capacity: 50, invalidate: false,
                    stale_if_error_s: 600.0)),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "cache", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[
            ("component web", [Works, Works, Stops]),
            ("component db", [Works, Works, Stops]),
            ("component cache", [Stops, Stops, Stops]),
        ],
    },
    Case {
        name: "a cache before the site without stale responses",
        drawing: r#"(traffic: (rate: 40.0),
            components: [(id: "cache", kind: Cache(place: Front, reads: true, objects: 10, capacity: 50)),
                (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "cache", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#,
        losses: &[("component web", [Stops, Stops, Stops]), ("component db", [Works, Stops, Stops])],
    },
];
