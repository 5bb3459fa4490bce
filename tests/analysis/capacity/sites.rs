//! Random sites that vary everything a demand depends on: balancing algorithms, TLS handshakes, connection reuse,
//! firewalls, work on responses, held slots, and replication.

use std::fmt::Write as _;

use super::load;
use hoplight::model::Infrastructure;

/// A small random number generator that is deterministic on every platform (Marsaglia's xorshift).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        for shift in [(13, true), (7, false), (17, true)] {
            self.0 ^= if shift.1 { self.0 << shift.0 } else { self.0 >> shift.0 };
        }
        usize::try_from((self.0 >> 33) % n as u64).expect("small")
    }

    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Features of the random site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// All features.
    Any,
    /// All features except `maxconn`, so that the split is fixed.
    Fixed,
    /// No features that add cost to a failed attempt: no firewalls, work on responses, or connections per request.
    Plain,
}

/// A station with queues large enough for all requests.
fn station(numbers: &mut Numbers, slots: u32, sort: Sort) -> String {
    let mean = ["0.5", "1.0", "2.0", "4.0"];
    let (first, second) = (numbers.pick(&mean), numbers.pick(&mean));
    let answer = numbers.pick(&["", "", "answer: Constant(ms: 0.7), "]);
    let answer = if sort == Sort::Plain { "" } else { answer };
    let hold = numbers.pick(&["WhileServed", "UntilAnswered"]);
    format!(
        "station: (slots: {slots}, queue: 100000, connections: 100000, hold: {hold}, {answer}service: Constant(ms: {first}), \
         service_write: Exponential(mean_ms: {second}))"
    )
}

/// Generates a site in which every component has capacity for several hundred requests per second.
pub(crate) fn draw(seed: u64, sort: Sort) -> Infrastructure {
    let mut numbers = Numbers::new(seed);
    let n = &mut numbers;
    let upstream = |n: &mut Numbers| match sort {
        Sort::Any | Sort::Fixed => n.pick(&["", "", "upstream: PerRequest", "idle: Some(0)"]),
        Sort::Plain => "",
    };
    let (webs, apps, replicas) = (1 + n.below(3), 1 + n.below(3), n.below(3));
    let quorum = replicas == 2 && n.below(2) == 0;
    let mut components = String::from(r#"(id: "dns", kind: DnsResolver()), "#);
    let algorithm = n.pick(&["RoundRobin", "WeightedRoundRobin", "SourceHash", "First"]);
    write!(components, r#"(id: "lb", kind: LoadBalancer(algorithm: {algorithm}, {}), {}), "#, upstream(n), station(n, 32, sort))
        .expect("writing to a String");
    let mut links = String::from(
        r#"(from: "browser", to: "dns", protocol: Dns), (from: "browser", to: "lb", protocol: Http, latency_ms: 3.0), "#,
    );
    let maxconn = if sort == Sort::Fixed { "" } else { ", maxconn: 100000" };
    for web in 0..webs {
        write!(components, r#"(id: "web-{web}", kind: Web({}), {}), "#, upstream(n), station(n, 32, sort))
            .expect("writing to a String");
        let weight = if matches!(algorithm, "WeightedRoundRobin" | "SourceHash") { 1 + n.below(3) } else { 1 };
        write!(links, r#"(from: "lb", to: "web-{web}", protocol: Http, latency_ms: 0.5, weight: {weight}{maxconn}), "#)
            .expect("writing to a String");
        let first = n.below(apps);
        for app in first..apps {
            write!(links, r#"(from: "web-{web}", to: "app-{app}", protocol: Http, latency_ms: 1.5), "#)
                .expect("writing to a String");
        }
    }
    for app in 0..apps {
        write!(components, r#"(id: "app-{app}", kind: App({}), {}), "#, upstream(n), station(n, 64, sort))
            .expect("writing to a String");
        if replicas > 0 && !quorum && n.below(2) == 0 {
            write!(links, r#"(from: "app-{app}", to: "db-1", protocol: Sql, kinds: [Read], latency_ms: 0.75), "#)
                .expect("writing to a String");
        } else if quorum && n.below(2) == 0 {
            write!(links, r#"(from: "app-{app}", to: "db-1", protocol: Sql, latency_ms: 0.75), "#).expect("writing to a String");
        }
        write!(links, r#"(from: "app-{app}", to: "db-0", protocol: Sql, latency_ms: 1.0), "#).expect("writing to a String");
    }
    let semi_sync = if replicas > 0 && !quorum && n.below(2) == 0 { "semi_sync: true" } else { "" };
    for db in 0..=replicas {
        let role = match db {
            _ if quorum => "role: Member".to_owned(),
            0 => format!("role: Primary, {semi_sync}"),
            _ => "role: Replica".to_owned(),
        };
        write!(components, r#"(id: "db-{db}", kind: Database({role}), {}), "#, station(n, 64, sort))
            .expect("writing to a String");
        for other in 0..db {
            if quorum || other == 0 {
                let latency = 1 + n.below(4);
                write!(links, r#"(from: "db-{other}", to: "db-{db}", protocol: Replication, latency_ms: {latency}.0), "#)
                    .expect("writing to a String");
            }
        }
    }
    for (fw, before) in [("fw-0", r#""lb", "dns""#), ("fw-1", r#""web-0", "app-0""#), ("fw-2", r#""db-0""#)] {
        if sort != Sort::Plain && n.below(3) > 0 {
            let kind = format!("Firewall(components: [{before}], inbound: [()], outbound: [()])");
            write!(components, r#"(id: "{fw}", kind: {kind}, {}), "#, station(n, 16, sort)).expect("writing to a String");
        }
    }
    let connections = n.pick(&["KeepAlive", "KeepAlive", "PerRequest"]);
    let (edge, version) = (n.pick(&["None", "Terminate", "Reencrypt", "Passthrough"]), n.pick(&["Tls12", "Tls13"]));
    let (to_app, to_db) = (n.pick(&["true", "false"]), n.pick(&["true", "false"]));
    let text = format!(
        r#"(format: 1, id: "random", title: "t", summary: "s",
        traffic: (rate: 100.0, static_share: 0.3, write_share: 0.3, new_visitors: 0.3, resumes: 0.4, connections: {connections},
            patience_s: 60.0),
        tls: (edge: {edge}, version: {version}, web_to_app: {to_app}, app_to_db: {to_db}),
        components: [(id: "browser", kind: Browser), {components}], links: [{links}])"#
    );
    load(("random.ron", &text))
}
