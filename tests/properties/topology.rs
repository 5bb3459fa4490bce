//! Small random infrastructures: one or two balancers, a few components per tier, random firewall rules and stations.

use std::fmt::Write as _;
use std::sync::Arc;

use hoplight::model::Infrastructure;

/// A random number generator (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[usize::try_from(self.roll(of.len() as u64)).expect("small")]
    }

    /// Returns a service time, usually of a few milliseconds.
    fn service(&mut self) -> String {
        let ms = [0.0, 0.2, 2.0, 15.0, 80.0][usize::try_from(self.roll(5)).expect("small")];
        match self.roll(6) {
            0 => format!("Constant(ms: {ms:?})"),
            1 => format!("Exponential(mean_ms: {ms:?})"),
            2 => format!("Uniform(min_ms: 0.0, max_ms: {:?})", 2.0 * ms),
            3 => format!("LogNormal(median_ms: {ms:?}, sigma: 0.7)"),
            4 => format!("Erlang(mean_ms: {ms:?}, k: {})", 1 + self.roll(20)),
            _ => format!("Hyperexponential(mean_ms: {ms:?}, cv2: 4.0)"),
        }
    }

    fn station(&mut self) -> String {
        let mut text = format!("station: (service: {}, slots: {},", self.service(), [1, 2, 9, 1_000][self.small(4)]);
        if self.roll(2) == 0 {
            let _ = write!(text, "queue: {},", [0, 1, 20, 500][self.small(4)]);
        }
        if self.roll(3) == 0 {
            let _ = write!(text, "connections: {},", [1, 5, 60][self.small(3)]);
        }
        if self.roll(4) == 0 {
            let _ = write!(text, "answer: {},", self.service());
        }
        let _ = write!(text, "hold: {})", self.one(&["WhileServed", "UntilAnswered"]));
        text
    }

    pub(crate) fn small(&mut self, sides: u64) -> usize {
        usize::try_from(self.roll(sides)).expect("small")
    }

    fn latency(&mut self) -> f64 {
        [0.0, 0.0, 0.25, 1.0, 30.0][self.small(5)]
    }
}

/// Returns an infrastructure that depends only on `seed`.
pub(crate) fn random(seed: u64) -> Arc<Infrastructure> {
    let text = text(seed);
    Arc::new(Infrastructure::from_ron("random.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

/// Returns the text of [`random`].
#[expect(clippy::too_many_lines, reason = "a scenario is long")]
pub(crate) fn text(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let (lbs, webs, apps, dbs) = (1 + dice.roll(2), 1 + dice.roll(4), 1 + dice.roll(4), 1 + dice.roll(3));
    let servers = 1 + dice.roll(5);
    let paired = lbs == 2 && dice.roll(2) == 0;
    let quorum = dbs == 3 && dice.roll(3) == 0;
    let mut parts = String::from("(id: \"browser\", kind: Browser),");
    let mut links = String::new();
    let link = |links: &mut String, dice: &mut Dice, from: &str, to: &str, protocol: &str, more: &str| {
        let _ = write!(links, r#"(from: "{from}", to: "{to}", protocol: {protocol}, latency_ms: {:?}, {more}),"#, dice.latency());
    };
    if dice.roll(3) > 0 {
        let ttl = [0.5, 3.0, 300.0][dice.small(3)];
        let _ = write!(parts, r#"(id: "dns", kind: DnsResolver(ttl_s: {ttl:?}), {}),"#, dice.station());
        link(&mut links, &mut dice, "browser", "dns", "Dns", "");
    }
    let component = |parts: &mut String, dice: &mut Dice, id: &str, kind: &str| {
        let server = 1 + dice.roll(servers);
        let version = dice.roll(2);
        let station = dice.station();
        let _ = write!(
            parts,
            r#"(id: "{id}", kind: {kind}, server: "s-{server}", software: (name: "X", version: "{version}"), {station}),"#
        );
    };
    for lb in 1..=lbs {
        let vrrp = if paired { format!("vrrp: (peer: \"lb-{}\"),", 3 - lb) } else { String::new() };
        let kind = format!(
            "LoadBalancer({vrrp} algorithm: {}, check: {}, redispatch: {}, retries: {}, check_interval_s: 0.7, connect_timeout_s: 0.5, \
             queue_timeout_s: 0.6, server_timeout_s: 1.5)",
            dice.one(&["RoundRobin", "WeightedRoundRobin", "LeastConnections", "SourceHash", "First", "RandomTwo"]),
            dice.one(&["Tcp", "Http", "HttpApp", "HttpDatabase"]),
            dice.roll(2) == 0,
            dice.roll(4),
        );
        component(&mut parts, &mut dice, &format!("lb-{lb}"), &kind);
        if lb == 1 || paired {
            link(&mut links, &mut dice, "browser", &format!("lb-{lb}"), "Http", "");
        }
        for web in 1..=webs {
            let more = format!("maxconn: {}, weight: {}", [0, 0, 1, 7][dice.small(4)], 1 + dice.roll(3));
            link(&mut links, &mut dice, &format!("lb-{lb}"), &format!("web-{web}"), "Http", &more);
        }
    }
    if paired {
        link(&mut links, &mut dice, "lb-1", "lb-2", "Vrrp", "");
    }
    for web in 1..=webs {
        component(&mut parts, &mut dice, &format!("web-{web}"), "Web(timeout_s: Some(1.2))");
        for app in 1..=apps {
            if app == web.min(apps) || dice.roll(3) == 0 {
                link(&mut links, &mut dice, &format!("web-{web}"), &format!("app-{app}"), "Http", "");
            }
        }
    }
    for app in 1..=apps {
        let follows = dice.roll(2) == 0;
        component(&mut parts, &mut dice, &format!("app-{app}"), &format!("App(timeout_s: Some(0.8), follow_primary: {follows})"));
        for db in 1..=dbs {
            let kinds = if db == 1 || dice.roll(2) == 0 { "" } else { "kinds: [Read]" };
            link(&mut links, &mut dice, &format!("app-{app}"), &format!("db-{db}"), "Sql", kinds);
        }
    }
    for db in 1..=dbs {
        let role = match db {
            _ if quorum => "role: Member, expel_s: Some(2.0)",
            1 => "role: Primary",
            _ => "role: Replica, lag_s: 0.05",
        };
        component(&mut parts, &mut dice, &format!("db-{db}"), &format!("Database({role})"));
        for other in db + 1..=dbs {
            link(&mut links, &mut dice, &format!("db-{db}"), &format!("db-{other}"), "Replication", "");
        }
    }
    for server in 1..=servers {
        component(&mut parts, &mut dice, &format!("agent-{server}"), "Agent()");
        link(&mut links, &mut dice, &format!("agent-{server}"), "monitor", "Metrics", "");
        if dice.roll(2) == 0 {
            let rules = |dice: &mut Dice| -> String {
                let port =
                    |dice: &mut Dice| dice.one(&["[]", "[80, 443]", "[8080]", "[3306]", "[112]", "[443, 8080, 3306, 112]"]);
                let action = |dice: &mut Dice| dice.one(&["Allow", "Allow", "Allow", "Allow", "Drop", "Reject"]);
                let rules: Vec<String> =
                    (0..3 + dice.roll(3)).map(|_| format!("(ports: {}, action: {})", port(dice), action(dice))).collect();
                rules.join(",")
            };
            let (inward, outward) = (rules(&mut dice), rules(&mut dice));
            let station = dice.station();
            let _ = write!(
                parts,
                r#"(id: "fw-{server}", kind: Firewall(servers: ["s-{server}"], inbound: [{inward}], outbound: [{outward}],
                default: {}), {station}),"#,
                dice.one(&["Drop", "Allow", "Reject"])
            );
        }
    }
    parts += "(id: \"monitor\", kind: MonitoringService),";
    let holders = (1..=webs).map(|web| format!("\"web-{web}\",")).chain((1..=lbs).map(|lb| format!("\"lb-{lb}\",")));
    let boxes: Vec<String> = (1..=servers).map(|server| format!("(id: \"s-{server}\")")).collect();
    let retries = if dice.roll(3) == 0 { "retries: (attempts: 3, backoff_s: 0.2, jitter: 0.5)," } else { "" };
    let arrivals = if dice.roll(5) == 0 { "arrivals: Closed(users: 20, think: Exponential(mean_ms: 200.0))," } else { "" };
    format!(
        r#"(format: 1, id: "random", title: "Random", summary: "Any.",
            traffic: (rate: {rate:?}, static_share: 0.3, write_share: 0.3, new_visitors: {new:?}, patience_s: 2.5, {retries} {arrivals}),
            tls: (edge: {edge}, web_to_app: {inner}), monitoring: (probe: (interval_s: 1.0)),
            certificates: [(names: ["x"], on: [{holders}], days_left: {days})],
            servers: [{boxes}], components: [{parts}], links: [{links}])"#,
        rate = [5.0, 60.0, 200.0][dice.small(3)],
        new = [0.0, 0.3, 1.0][dice.small(3)],
        edge = dice.one(&["None", "Terminate", "Reencrypt", "Passthrough"]),
        boxes = boxes.join(","),
        inner = dice.roll(2) == 0,
        holders = holders.collect::<String>(),
        days = dice.roll(3),
    )
}
