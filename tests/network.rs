//! Network latency, exact to the nanosecond: names, connections, handshakes.
//!
//! Service times are zero unless a test sets them. The user is 50 ms away, the balancer 5 ms from the web server, the
//! web server 2 ms from the application, and the application 1 ms from the database, so a latency shows which paths
//! were travelled how often.

#[path = "network/firewall_pair.rs"]
mod firewall_pair;
#[path = "network/redirect.rs"]
mod redirect;

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentId, Element, Infrastructure, LinkIx, RequestKind, ServerId, TopologyEdit};
use hoplight::sim::{Command, EventKind, Failure, FailureReason, JournalEvent, Outcome, SimTime, Simulation};

/// The parts of the scenario that tests vary.
#[derive(Clone, Copy)]
struct Site {
    traffic: &'static str,
    tls: &'static str,
    dns: &'static str,
    balancer: &'static str,
    app: &'static str,
    /// One-way latency between user and site, in milliseconds.
    away_ms: f64,
    certificates: &'static str,
}

impl Default for Site {
    fn default() -> Self {
        Self { traffic: NEW, tls: "edge: None", dns: "", balancer: "", app: "", away_ms: 50.0, certificates: "" }
    }
}

/// One user per second: a new visitor, or a returning one.
const NEW: &str = "rate: 1.0, arrivals: Constant, new_visitors: 1.0, static_share: 1.0, write_share: 0.0";
const RETURNING: &str = "rate: 1.0, arrivals: Constant, users: 1, new_visitors: 0.0, static_share: 1.0, write_share: 0.0";
const READS: &str = "rate: 1.0, arrivals: Constant, users: 1, new_visitors: 0.0, static_share: 0.0, write_share: 0.0";
/// TLS handshakes without CPU time.
const FREE: &str = "handshake_ms: 0.0, resumed_ms: 0.0";

/// Outcomes of requests with their latency in milliseconds.
type Endings = Vec<(Outcome, f64)>;

struct Run {
    sim: Simulation,
    notes: Vec<JournalEvent>,
}

impl Site {
    /// Starts a browser and a web server.
    fn direct(self) -> Run {
        self.start(r#"(from: "browser", to: "web-1", protocol: Http, latency_ms: AWAY)"#)
    }

    /// Starts a balancer, a web server, an application and a database.
    fn chain(self) -> Run {
        self.start(
            r#"(from: "browser", to: "lb-1", protocol: Http, latency_ms: AWAY),
               (from: "lb-1", to: "web-1", protocol: Http, latency_ms: 5.0),
               (from: "web-1", to: "app-1", protocol: Http, latency_ms: 2.0),
               (from: "app-1", to: "db-1", protocol: Sql, latency_ms: 1.0)"#,
        )
    }

    fn start(self, links: &str) -> Run {
        let Self { traffic, tls, dns, balancer, app, away_ms, certificates } = self;
        let none = "station: (service: Constant(ms: 0.0))";
        let lookup =
            if dns.is_empty() { String::new() } else { format!(r#"(id: "dns", server: "server-9", kind: DnsResolver({dns})),"#) };
        let question = if dns.is_empty() { "" } else { r#"(from: "browser", to: "dns", protocol: Dns, latency_ms: 5.0)"# };
        let text = format!(
            r#"(format: 1, id: "net", title: "Net", summary: "Net.",
                traffic: ({traffic}), tls: ({tls}), certificates: [{certificates}],
                servers: [(id: "server-1"), (id: "server-9")],
                components: [(id: "browser", kind: Browser), {lookup}
                    (id: "lb-1", kind: LoadBalancer({balancer}), {none}),
                    (id: "web-1", server: "server-1", kind: Web(), {none}),
                    (id: "app-1", kind: App({app}), {none}), (id: "db-1", kind: Database(role: Primary), {none})],
                links: [{question}{comma} {links}])"#,
            comma = if dns.is_empty() { "" } else { "," },
            links = links.replace("AWAY", &format!("{away_ms:?}")),
        );
        let infra = Infrastructure::from_ron("net.ron", &text).unwrap_or_else(|error| panic!("{error}"));
        Run { sim: Simulation::new(Arc::new(infra), 1), notes: Vec::new() }
    }
}

impl Run {
    fn until(&mut self, seconds: f64) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut |note| notes.push(note));
        self
    }

    fn act(&mut self, command: &Command) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.apply(command, &mut |note| notes.push(note)).expect("the command is accepted");
        self
    }

    fn endings(&self) -> Endings {
        let ended = |note: &JournalEvent| match note.what {
            EventKind::Ended { outcome, latency_ms } => Some((outcome, latency_ms)),
            _ => None,
        };
        self.notes.iter().filter_map(ended).collect()
    }

    /// Returns the latency of each request until `seconds`, in milliseconds. Panics if a request has failed.
    fn times(&mut self, seconds: f64) -> Vec<f64> {
        self.until(seconds);
        self.endings().into_iter().map(|(outcome, ms)| outcome.map(|()| ms).expect("no request failed")).collect()
    }

    /// Returns the journal entries of one request.
    fn story(&self, number: u64) -> Vec<String> {
        let about = self.notes.iter().filter(|note| note.request.is_some_and(|(n, _)| n == number));
        about.map(|note| hoplight::text::event(note, self.sim.infrastructure()).to_string()).collect()
    }

    fn link(&self, from: &str, to: &str) -> LinkIx {
        self.sim.infrastructure().link_between(from, to).expect("the link exists")
    }

    fn idle(&self) -> u32 {
        self.sim.idle_connections(self.link("lb-1", "web-1"))
    }

    fn work_ms(&self, id: &str) -> f64 {
        self.sim.station(self.sim.infrastructure().find(id).expect("the component exists")).busy_ns as f64 / 1e6
    }
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[test]
fn the_first_byte_takes_as_many_round_trips_as_measured() {
    // Measured with a round-trip time of 103 ms: number of round trips, and milliseconds.
    for (traffic, tls, trips, measured) in [
        (NEW, "edge: None", 2, 207.0),
        (NEW, "version: Tls13", 3, 310.0),
        (NEW, "version: Tls12", 4, 412.0),
        (RETURNING, "version: Tls13", 1, 101.0),
        (RETURNING, "version: Tls12", 1, 101.0),
        (RETURNING, "edge: None", 1, 101.0),
    ] {
        let tls = leaked(format!("{tls}, {FREE}"));
        let times = Site { traffic, tls, away_ms: 51.5, ..Site::default() }.direct().times(2.9);
        let exact = f64::from(trips) * 103.0;
        assert_eq!(times, [exact; 2], "{tls}");
        assert!((exact / measured - 1.0).abs() < 0.02, "{exact} is not {measured}");
    }
}

#[test]
fn session_resumption_saves_work_and_in_tls_1_2_a_round_trip() {
    for (version, resumes, trips, work) in
        [("Tls12", 0.0, 4.0, 2.0), ("Tls12", 1.0, 3.0, 0.3), ("Tls13", 0.0, 3.0, 2.0), ("Tls13", 1.0, 3.0, 0.3)]
    {
        for visitors in [NEW, RETURNING] {
            let traffic = leaked(format!("{visitors}, connections: PerRequest, resumes: {resumes:?}"));
            let tls = leaked(format!("version: {version}"));
            let mut run = Site { traffic, tls, ..Site::default() }.direct();
            assert_eq!(run.times(2.9), [trips * 100.0 + work; 2], "{version} {traffic}");
            assert!((run.work_ms("web-1") - 2.0 * work).abs() < 1e-9);
        }
    }
}

#[test]
fn a_fraction_of_the_browsers_resumes_sessions() {
    let traffic = "rate: 100.0, new_visitors: 1.0, static_share: 1.0, write_share: 0.0, resumes: 0.25";
    let times = Site { traffic, tls: "", ..Site::default() }.direct().times(60.0);
    let resumed = times.iter().filter(|ms| (**ms - 300.3).abs() < 0.01).count() as f64;
    assert!((0.22..0.28).contains(&(resumed / times.len() as f64)), "{resumed} of {}", times.len());
}

#[test]
fn returning_users_without_keep_alive_connect_first() {
    let traffic = leaked(format!("{RETURNING}, connections: PerRequest"));
    assert_eq!(Site { traffic, ..Site::default() }.direct().times(2.9), [200.0; 2]);
}

#[test]
fn a_passthrough_handshake_reaches_the_web_server() {
    // Connect 100; the balancer's connect 10 and the handshake 110, or twice that for TLS 1.2; the request 110.
    for (version, ms) in [("Tls13", 332.0), ("Tls12", 442.0)] {
        let tls = leaked(format!("edge: Passthrough, version: {version}"));
        let mut run = Site { tls, ..Site::default() }.chain();
        assert_eq!(run.times(2.9), [ms; 2], "{version}");
        assert_eq!((run.work_ms("lb-1"), run.work_ms("web-1")), (0.0, 4.0), "the holder of the key works");
    }
    // An open connection also extends to the web server.
    let site = Site { tls: "edge: Passthrough", traffic: RETURNING, ..Site::default() };
    assert_eq!(site.chain().times(2.9), [110.0; 2]);
}

#[test]
fn termination_ends_the_handshake_at_the_balancer() {
    let mut run = Site { tls: "edge: Terminate", ..Site::default() }.chain();
    assert_eq!(run.times(2.9), [312.0; 2]);
    assert_eq!((run.work_ms("lb-1"), run.work_ms("web-1")), (4.0, 0.0));
}

#[test]
fn reencryption_delays_the_first_use_of_each_connection() {
    for (version, cold) in [("Tls13", 132.0), ("Tls12", 142.0)] {
        let tls = leaked(format!("edge: Reencrypt, version: {version}"));
        let site = Site { tls, traffic: RETURNING, balancer: "no_ssl_reuse: true", ..Site::default() };
        let mut run = site.chain();
        assert_eq!(run.times(4.5), [cold, 110.0, 110.0, 110.0], "{version}");
        assert_eq!((run.idle(), run.work_ms("web-1")), (1, 2.0));
        // By default, it resumes the session of the health check before: one round trip in either version.
        assert_eq!(Site { balancer: "", ..site }.chain().times(2.5), [130.3, 110.0], "{version}");
    }
}

#[test]
fn connections_close_when_an_end_dies_or_tls_changes() {
    let site = Site { tls: "edge: Reencrypt", traffic: RETURNING, balancer: "no_ssl_reuse: true", ..Site::default() };
    for end in ["web-1", "lb-1"] {
        let mut run = site.chain();
        run.until(2.5).act(&Command::Kill(component(end)));
        assert_eq!(run.idle(), 0);
        run.act(&Command::Restore(component(end)));
        // The end of the balancer closes the user's connection, too: another 100 ms, and 102 ms for the handshake.
        let again = if end == "lb-1" { 334.0 } else { 132.0 };
        assert_eq!(run.times(4.5), [132.0, 110.0, again, 110.0], "{end}");
    }
    let mut run = site.chain();
    run.until(2.5).act(&Command::Edit(TopologyEdit::AppToDbTls(true)));
    assert_eq!(run.times(3.5), [132.0, 110.0, 334.0]);
}

#[test]
fn a_change_of_tls_closes_a_connection_in_use() {
    let site = Site { tls: "edge: Reencrypt", traffic: RETURNING, balancer: "no_ssl_reuse: true", ..Site::default() };
    let mut run = site.chain();
    // The second request is in flight between balancer and web server. Its user gets the response on the old connection.
    run.until(2.051).act(&Command::Edit(TopologyEdit::AppToDbTls(true)));
    assert_eq!(run.times(3.5), [132.0, 110.0, 132.0]);
}

#[test]
fn a_pool_grows_with_concurrent_requests_and_keeps_up_to_its_limit() {
    let traffic = "rate: 0.0, new_visitors: 1.0";
    let site = Site { traffic, tls: "edge: Reencrypt", ..Site::default() };
    for (balancer, kept) in [("", 3), ("idle: 2", 2), ("idle: 0", 0)] {
        let mut run = Site { balancer, ..site }.chain();
        let send = Command::Send(RequestKind::Static);
        run.act(&send).act(&send).act(&send).until(2.0);
        assert_eq!(run.idle(), kept, "{balancer}");
        assert_eq!(run.endings(), [(Ok(()), 334.0); 3], "handshakes do not wait for each other on four cores");
        run.act(&send).until(4.0);
        // Without an idle connection, the balancer resumes a session.
        let last = if kept > 0 { 312.0 } else { 332.3 };
        let (outcome, ms) = run.endings()[3];
        assert!(outcome.is_ok() && (ms - last).abs() < 1e-6, "{balancer}: {ms}");
    }
}

#[test]
fn a_connection_per_request_delays_every_request() {
    let site = Site { traffic: RETURNING, balancer: "upstream: PerRequest", ..Site::default() };
    assert_eq!(Site { tls: "edge: Terminate", ..site }.chain().times(3.5), [120.0; 3]);
    // The balancer resumes its sessions.
    assert_eq!(Site { tls: "edge: Reencrypt", ..site }.chain().times(3.5), [130.3, 130.3, 130.3]);
}

#[test]
fn inner_hops_pay_for_handshakes_and_database_drivers_resume_no_sessions() {
    let tls = "web_to_app: true, app_to_db: true";
    let site = Site { tls, traffic: READS, ..Site::default() };
    // Latency alone: 100 + 10 + 4 + 2. The first request adds connect, handshake and 2 ms of work on each of the last
    // two hops.
    assert_eq!(site.chain().times(3.5), [116.0 + 12.0 + 4.0, 116.0, 116.0]);
    let driver = Site { app: "upstream: PerRequest", ..site };
    assert_eq!(driver.chain().times(3.5), [132.0, 122.0, 122.0]);
}

#[test]
fn new_connections_limit_the_throughput_of_a_server() {
    let served = |extra: &str, tls: &'static str| {
        let traffic = leaked(format!(
            "arrivals: Closed(users: 100, think: Exponential(mean_ms: 1.0)), new_visitors: 0.0, static_share: 1.0, \
             write_share: 0.0, patience_s: 60.0, {extra}"
        ));
        let text = format!(
            r#"(format: 1, id: "load", title: "Load", summary: "Load.", traffic: ({traffic}), tls: ({tls}),
                components: [(id: "browser", kind: Browser),
                    (id: "web-1", kind: Web(), station: (slots: 1, service: Constant(ms: 0.5)))],
                links: [(from: "browser", to: "web-1", protocol: Http, latency_ms: 0.5)])"#
        );
        let infra = Infrastructure::from_ron("load.ron", &text).unwrap_or_else(|error| panic!("{error}"));
        let mut sim = Simulation::new(Arc::new(infra), 1);
        sim.advance(SimTime::from_secs(2), &mut ());
        let before = sim.totals().completed;
        sim.advance(SimTime::from_secs(32), &mut ());
        (sim.totals().completed - before) as f64 / 30.0
    };
    for (extra, tls, rate) in [
        ("", "edge: None", 1.0 / 0.5),
        ("", "edge: Terminate", 1.0 / 0.5),
        ("connections: PerRequest", "edge: None", 1.0 / 0.5),
        ("connections: PerRequest", "edge: Terminate", 1.0 / 2.5),
        ("connections: PerRequest", "version: Tls12", 1.0 / 2.5),
        ("connections: PerRequest, resumes: 1.0", "edge: Terminate", 1.0 / 0.8),
    ] {
        let found = served(extra, tls);
        assert!((found / (rate * 1e3) - 1.0).abs() < 0.02, "{extra} {tls}: {found}/s, expected {:.0}/s", rate * 1e3);
    }
}

#[test]
fn a_backend_whose_certificate_has_expired_is_refused_and_the_users_own_handshake_is_not() {
    let certificates =
        r#"(names: ["www.foobar.com"], on: ["lb-1"], days_left: 60), (names: ["web"], on: ["web-1"], days_left: 0)"#;
    let balancer = "retries: 0, no_ssl_reuse: true";
    let mut run = Site { tls: "edge: Reencrypt", certificates, balancer, ..Site::default() }.chain();
    run.until(1.9);
    // Connect 100, handshake 102, request 100; behind the balancer, connect 10 and handshake 12.
    assert_eq!(run.endings(), [(Err(Failure::Unavailable), 324.0)]);
    assert!(run.notes.iter().any(|note| {
        matches!(note.what, EventKind::Fails { why: FailureReason::Certificate, .. }) && note.log_flag() == Some("SC")
    }));
}

#[test]
fn a_dead_backend_refuses_the_connection() {
    let mut run = Site { tls: "edge: Reencrypt", traffic: RETURNING, balancer: "retries: 0", ..Site::default() }.chain();
    run.until(1.5).act(&Command::Kill(component("web-1"))).until(2.5);
    assert_eq!(run.endings()[1], (Err(Failure::Unavailable), 110.0));
    // If the server is off, the connect gets no reply until the balancer's timeout of one second.
    // It then closes the user's connection without a response, and the browser repeats the request on a new one, which gets
    // the error: 1,100 ms, 202 ms to connect, and 1,100 ms.
    run.act(&Command::Kill(Element::Server(ServerId::new("server-1")))).until(5.9);
    assert_eq!(run.endings()[2], (Err(Failure::Unavailable), 2_402.0));
}

#[test]
fn a_connect_timeout_ends_only_the_request() {
    // The application stops waiting for the database connection after half a second.
    let site = Site { tls: "app_to_db: true", traffic: READS, app: "connect_timeout_s: 0.5", ..Site::default() };
    let mut run = site.chain();
    let hop = Element::Hop(ComponentId::new("app-1"), ComponentId::new("db-1"));
    run.act(&Command::Kill(hop.clone())).until(1.9);
    assert_eq!(run.endings(), [(Err(Failure::ServerError), 614.0)]);
    run.act(&Command::Restore(hop)).until(2.9);
    assert_eq!(run.endings()[1], (Ok(()), 122.0));
}

#[test]
fn the_resolver_queries_once_and_caches_the_answer() {
    // 10 ms to the resolver and back, 1 ms of work, and 60 ms if it queries upstream; connect and request take 200 ms.
    let mut run = Site { dns: "ttl_s: 3.0", traffic: "rate: 0.0", ..Site::default() }.direct();
    for second in 1..=6 {
        run.until(f64::from(second)).act(&Command::Send(RequestKind::Static));
    }
    run.until(6.9);
    let times: Vec<f64> = run.endings().iter().map(|(_, ms)| *ms).collect();
    // The address is cached from 1.066 to 4.066 s, and again from 5.066 s.
    assert_eq!(times, [271.0, 211.0, 211.0, 211.0, 271.0, 211.0]);
}

#[test]
fn returning_users_know_the_address_until_its_ttl_expires() {
    // The only user opens a connection for each request, and has known the address from an earlier visit until 1.86 s: the
    // resolver's cache expires a little past the middle of the first TTL.
    let traffic = leaked(format!("{RETURNING}, connections: PerRequest"));
    let mut run = Site { dns: "ttl_s: 3.5", traffic, ..Site::default() }.direct();
    assert_eq!(run.times(8.9), [200.0, 271.0, 200.0, 200.0, 200.0, 271.0, 200.0, 200.0]);
    // On an open connection, nobody asks.
    let mut run = Site { dns: "ttl_s: 3.5", traffic: RETURNING, ..Site::default() }.direct();
    assert_eq!(run.times(8.9), [100.0; 8]);
}

#[test]
fn a_lookup_is_refused_or_times_out_after_five_seconds() {
    let unknown = |ms| (Err(Failure::Dns), ms);
    let send = Command::Send(RequestKind::Static);
    let site = Site { dns: "ttl_s: 300.0", traffic: "rate: 0.0", ..Site::default() };
    // The process has ended, so its host refuses the query.
    let mut run = site.direct();
    run.act(&Command::Kill(component("dns"))).act(&send).until(6.0);
    assert_eq!(run.endings(), [unknown(10.0)]);
    let hop = Element::Hop(ComponentId::new("browser"), ComponentId::new("dns"));
    for element in [Element::Server(ServerId::new("server-9")), hop] {
        let mut run = site.direct();
        run.act(&Command::Kill(element.clone())).act(&send).until(6.0);
        assert_eq!(run.endings(), [unknown(5_000.0)], "{element}");
    }
    // A restarted resolver has an empty cache.
    let mut run = site.direct();
    run.act(&send).until(1.0).act(&send).until(2.0).act(&Command::Kill(component("dns")));
    run.act(&Command::Restore(component("dns"))).act(&send).until(3.0);
    assert_eq!(run.endings(), [(Ok(()), 271.0), (Ok(()), 211.0), (Ok(()), 271.0)]);
}

#[test]
fn the_journal_names_each_part_of_a_connection() {
    let departures = |run: &Run| -> Vec<String> {
        let departs = run.story(1).into_iter().filter_map(|line| line.split_once(": ").map(|(_, text)| text.to_owned()));
        departs.filter(|line| line.contains("departs") && !line.ends_with("→ browser") && !line.contains("web-1 →")).collect()
    };
    let tls = "edge: Passthrough, version: Tls12";
    let mut run = Site { tls, ..Site::default() }.chain();
    run.until(1.9);
    assert_eq!(
        departures(&run),
        [
            "TCP connect departs browser → lb-1",
            "TLS handshake 1 of 2 departs browser → lb-1",
            "TCP connect departs lb-1 → web-1",
            "TLS handshake 1 of 2 departs lb-1 → web-1",
            "TLS handshake 2 of 2 departs browser → lb-1",
            "TLS handshake 2 of 2 departs lb-1 → web-1",
            "HTTP departs browser → lb-1",
            "HTTP departs lb-1 → web-1",
        ]
    );
    let traffic = leaked(format!("{NEW}, resumes: 1.0"));
    let mut run = Site { tls: "edge: Reencrypt", traffic, ..Site::default() }.chain();
    run.until(1.9);
    assert_eq!(
        departures(&run),
        [
            "TCP connect departs browser → lb-1",
            "TLS resumption departs browser → lb-1",
            "HTTP departs browser → lb-1",
            "TCP connect departs lb-1 → web-1",
            "TLS resumption departs lb-1 → web-1",
            "HTTP departs lb-1 → web-1",
        ]
    );
}
