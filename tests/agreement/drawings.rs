//! Random drawings of small sites, by seed.

use std::fmt::Write as _;

use hoplight::model::Infrastructure;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

struct Draws(Xoshiro256PlusPlus);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.below(from.len() as u64)).expect("the number is small");
        from[place]
    }
}

/// Draws a site: at most one balancer, up to three web servers and applications, and a cluster of up to three databases,
/// with random links, health checks, failover and servers.
pub(crate) fn draw(seed: u64, rate: f64) -> Infrastructure {
    let mut draws = Draws(Xoshiro256PlusPlus::seed_from_u64(seed));
    let servers = 2 + draws.below(4);
    let (mut components, mut links) = (String::new(), String::new());
    let mut part = |draws: &mut Draws, id: &str, kind: &str| {
        let server = if draws.one_in(5) { String::new() } else { format!(r#", server: "s-{}""#, draws.below(servers)) };
        write!(components, r#"(id: "{id}", kind: {kind}{server}), "#).expect("writing to a String");
    };
    let mut link = |from: &str, to: &str, rest: &str| {
        write!(links, r#"(from: "{from}", to: "{to}"{rest}), "#).expect("writing to a String");
    };
    let [webs, apps, databases] = [1 + draws.below(3), 1 + draws.below(3), 1 + draws.below(3)];
    let balanced = webs > 1 || draws.one_in(2);
    if draws.one_in(2) {
        part(&mut draws, "dns", "DnsResolver()");
        link("browser", "dns", "");
    }
    link("browser", if balanced { "lb" } else { "web-0" }, "");
    if balanced {
        let check = draws.pick(&["Tcp", "Http", "HttpApp", "HttpDatabase"]);
        let algorithm = draws.pick(&["RoundRobin", "LeastConnections", "SourceHash", "First"]);
        let redispatch = draws.pick(&["true", "false"]);
        let kind = format!("LoadBalancer(check: {check}, algorithm: {algorithm}, redispatch: {redispatch})");
        part(&mut draws, "lb", &kind);
    }
    for web in 0..webs {
        part(&mut draws, &format!("web-{web}"), "Web()");
        if balanced {
            link("lb", &format!("web-{web}"), "");
        }
        // At least one application each.
        let first = draws.below(apps);
        for app in 0..apps {
            if app == first || draws.one_in(3) {
                link(&format!("web-{web}"), &format!("app-{app}"), "");
            }
        }
    }
    for app in 0..apps {
        let kind = draws.pick(&["App()", "App(max_fails: 0)", "App(connect_timeout_s: 5.0)"]);
        part(&mut draws, &format!("app-{app}"), kind);
        for database in 0..databases {
            if database == 0 || draws.one_in(2) {
                link(&format!("app-{app}"), &format!("db-{database}"), "");
            }
        }
    }
    let failover = if databases > 1 && draws.one_in(2) { "failover: Automatic(after_s: 10.0)" } else { "" };
    for database in 0..databases {
        let kind = if database == 0 { format!("Database({failover})") } else { "Database(role: Replica)".to_owned() };
        part(&mut draws, &format!("db-{database}"), &kind);
        if database > 0 {
            link("db-0", &format!("db-{database}"), "");
        }
    }
    let servers = (0..servers).map(|server| format!(r#"(id: "s-{server}"), "#)).collect::<Vec<_>>().concat();
    let text = format!(
        "(id: \"drawing-{seed}\", traffic: (rate: {rate:?}), tls: (edge: None), servers: [{servers}],
          components: [{components}], links: [{links}])"
    );
    Infrastructure::from_ron("drawing.ron", &text).unwrap_or_else(|error| panic!("drawing {seed}: {error}\n{text}"))
}
