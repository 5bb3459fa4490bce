//! Sound sites with random variation: a pair of balancers, two or three servers of each tier, replicated data, TLS on every
//! hop, a firewall and a monitoring client on every server.

use std::fmt::Write as _;

use hoplight_model::ron_text;
use hoplight_model::scenario::Scenario;

use hoplight_curriculum::Seeded;

/// Names of the tiers in different sites: balancer, web server, application server, database, server.
const NAMES: [[&str; 5]; 4] = [
    ["lb", "web", "app", "db", "server"],
    ["haproxy", "nginx", "gunicorn", "mysql", "host"],
    ["edge", "front", "code", "data", "machine"],
    ["balancer", "www", "api", "sql", "vm"],
];

/// Two programs for each tier, so that no flaw in one stops the site.
const PROGRAMS: [[(&str, &str); 2]; 3] = [
    [("HAProxy", "2.6.12"), ("Envoy", "1.31.0")],
    [("Nginx", "1.22.1"), ("Apache httpd", "2.4.62")],
    [("Gunicorn", "23.0.0"), ("uWSGI", "2.0.28")],
];
const DATABASES: [(&str, &str); 2] = [("MySQL", "8.0.36"), ("MySQL", "8.4.3")];

/// What varies between sites.
struct PracticeSite {
    names: [&'static str; 5],
    /// Whether versions are drawn.
    versions: bool,
    /// Number of web servers, and of application servers.
    pairs: usize,
    /// Whether three databases elect the writer, instead of a primary with a replica.
    quorum: bool,
    rate: usize,
    days: usize,
}

/// The parts of a scenario file that are being written.
#[derive(Default)]
struct FileParts {
    servers: String,
    components: String,
    links: String,
    certificates: String,
    /// Number of servers so far.
    count: usize,
}

/// A sound site.
pub(super) fn base(seeded: &mut Seeded) -> Scenario {
    let site = PracticeSite {
        names: NAMES[seeded.below(NAMES.len())],
        versions: !seeded.one_in(3),
        pairs: 2 + seeded.below(2),
        quorum: seeded.one_in(2),
        rate: 40 + 20 * seeded.below(4),
        days: 60 + seeded.below(30),
    };
    let text = site.write();
    ron_text::parse("generated.ron", &text).expect("the template is a valid scenario")
}

impl PracticeSite {
    fn write(&self) -> String {
        let [lb, web, app, db, _] = self.names;
        let mut parts = FileParts::default();
        let databases = if self.quorum { 3 } else { 2 };
        let (webs, apps) = (3, 3 + self.pairs);
        let stores = apps + self.pairs;
        for n in 1..=2 {
            let other = 3 - n;
            let peer = format!("peer: Component(\"{lb}-{other}\"), ports: [112]");
            let kind = format!(
                "LoadBalancer(check: HttpApp, redispatch: true, vrrp: (peer: \"{lb}-{other}\", priority: {}, track: ()))",
                150 - 50 * (n - 1)
            );
            let inbound = format!("(ports: [443]), ({peer})");
            let outbound = self.to_servers(webs..webs + self.pairs, 8080) + &format!("({peer}), ");
            self.server(&mut parts, (lb, n), &kind, "", self.program(0, n), (&inbound, &outbound));
            let _ = writeln!(parts.links, "(from: \"browser\", to: \"{lb}-{n}\"),");
            for w in 1..=self.pairs {
                let _ = writeln!(parts.links, "(from: \"{lb}-{n}\", to: \"{web}-{w}\"),");
            }
        }
        let _ = writeln!(parts.links, "(from: \"{lb}-1\", to: \"{lb}-2\"),");
        let _ = writeln!(parts.certificates, "(on: [\"{lb}-1\", \"{lb}-2\"], days_left: {}),", self.days);
        for n in 1..=self.pairs {
            let inbound = format!("(peer: Component(\"{lb}-1\"), ports: [8080]), (peer: Component(\"{lb}-2\"), ports: [8080])");
            let outbound = self.to_servers(apps + n - 1..apps + n, 8080);
            self.server(&mut parts, (web, n), "Web()", "", self.program(1, n), (&inbound, &outbound));
            let _ = writeln!(parts.links, "(from: \"{web}-{n}\", to: \"{app}-{n}\"),");
        }
        for n in 1..=self.pairs {
            let inbound = self.to_servers(webs + n - 1..webs + n, 8080);
            let outbound = self.to_servers(stores..stores + databases, 3306);
            self.server(&mut parts, (app, n), "App()", "slots: 32", self.program(2, n), (&inbound, &outbound));
            for d in 1..=databases {
                let _ = writeln!(parts.links, "(from: \"{app}-{n}\", to: \"{db}-{d}\"),");
            }
        }
        for n in 1..=databases {
            let kind = match (self.quorum, n) {
                (true, _) => "Database(role: Member)",
                (false, 1) => "Database(failover: Automatic(after_s: 15.0), fence: true, semi_sync: true)",
                (false, _) => "Database(role: Replica)",
            };
            let others: String =
                (1..=databases).filter(|d| *d != n).map(|d| self.to_servers(stores + d - 1..stores + d, 3306)).collect();
            let inbound = self.to_servers(apps..apps + self.pairs, 3306) + &others;
            // Members of a quorum run one version.
            let program = if self.quorum { None } else { self.versions.then(|| DATABASES[n - 1]) };
            self.server(&mut parts, (db, n), kind, "connections: 400", program, (&inbound, &others));
            for d in n + 1..=databases {
                let _ = writeln!(parts.links, "(from: \"{db}-{n}\", to: \"{db}-{d}\"),");
            }
        }
        let FileParts { servers, components, links, certificates, .. } = parts;
        format!(
            "(\nid: \"practice\", title: \"Practice\", traffic: (rate: {}.0), tls: (edge: Reencrypt, web_to_app: true, app_to_db: true), \
             monitoring: (probe: (interval_s: 10.0)),\ncertificates: [{certificates}],\nservers: [{servers}],\n\
             components: [(id: \"browser\", kind: Browser, label: \"You\"), (id: \"dns\", kind: DnsResolver()), {components}\
             (id: \"monitor\", kind: MonitoringService)],\nlinks: [(from: \"browser\", to: \"dns\"), {links}],\n)",
            self.rate
        )
    }

    /// Adds a server with a program, its firewall, its monitoring client and its certificate.
    fn server(
        &self,
        parts: &mut FileParts,
        (tier, number): (&str, usize),
        kind: &str,
        station: &str,
        program: Option<(&str, &str)>,
        (inbound, outbound): (&str, &str),
    ) {
        parts.count += 1;
        let (count, machine) = (parts.count, self.names[4]);
        let software = program.map(|(name, version)| format!(", software: (name: \"{name}\", version: \"{version}\")"));
        let software = software.unwrap_or_default();
        let station = if station.is_empty() { String::new() } else { format!(", station: ({station})") };
        let on = format!("server: \"{machine}-{count}\"");
        let _ = writeln!(parts.servers, "(id: \"{machine}-{count}\"),");
        let _ = writeln!(
            parts.components,
            "(id: \"fw-{count}\", kind: Firewall(servers: [\"{machine}-{count}\"], inbound: [{inbound}], outbound: [{outbound} \
             (ports: [53, 123, 443])]), {on}), (id: \"{tier}-{number}\", kind: {kind}, {on}{software}{station}), \
             (id: \"agent-{count}\", kind: Agent(), {on}),"
        );
        let _ = writeln!(parts.links, "(from: \"agent-{count}\", to: \"monitor\"),");
        if count > 2 {
            let _ = writeln!(
                parts.certificates,
                "(names: [\"{tier}-{number}.foobar.com\"], on: [\"{tier}-{number}\"], days_left: 180),"
            );
        }
    }

    fn program(&self, tier: usize, number: usize) -> Option<(&'static str, &'static str)> {
        self.versions.then(|| PROGRAMS[tier][(number - 1) % 2])
    }

    /// Rules that allow a port to or from servers.
    fn to_servers(&self, servers: std::ops::Range<usize>, port: u16) -> String {
        let mut rules = String::new();
        for server in servers {
            let _ = write!(rules, "(peer: Server(\"{}-{server}\"), ports: [{port}]), ", self.names[4]);
        }
        rules
    }
}
