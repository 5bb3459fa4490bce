//! A small site with exact times: 10 ms from the user to the balancer, 1 ms on every other link, and constant service
//! times.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::model::{ComponentId, Element, Infrastructure, LinkIx, RequestKind, ServerId, TopologyEdit};
use hoplight::sim::{Command, EventKind, Failure, JournalEvent, SimTime, Simulation};

/// Latency of a new visitor in addition to the site's work: opening the connection, and the round trip of the request.
pub(crate) const TRAVEL: f64 = 20.0 + 20.0;

pub(crate) fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

pub(crate) fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

/// Settings of a scenario.
pub(crate) struct Plan<'a> {
    /// Settings of the balancer.
    pub(crate) balancer: &'a str,
    /// Settings of the link to each web server.
    pub(crate) webs: &'a [&'a str],
    /// Service time of a web server for a static request, in milliseconds.
    pub(crate) web_ms: f64,
    /// Whether the site has an application and a database behind the web servers.
    pub(crate) behind: bool,
    /// TLS mode of the entry.
    pub(crate) tls: &'a str,
    /// Timeout of the users.
    pub(crate) patience_s: f64,
    /// Additional traffic settings.
    pub(crate) traffic: &'a str,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self { balancer: "", webs: &["", ""], web_ms: 5.0, behind: false, tls: "None", patience_s: 60.0, traffic: "rate: 0.0" }
    }
}

impl Plan<'_> {
    pub(crate) fn text(&self) -> String {
        let Self { balancer, webs, web_ms, behind, tls, patience_s, traffic } = self;
        let instant = "station: (slots: 1000, service: Constant(ms: 0.0))";
        let (mut servers, mut components, mut links) = (String::new(), String::new(), String::new());
        for (number, settings) in (1..).zip(*webs) {
            let _ = write!(servers, r#"(id: "server-{number}"),"#);
            let _ = write!(
                components,
                r#"(id: "web-{number}", server: "server-{number}", kind: Web(), station: (slots: 1000, service: Constant(ms: {web_ms:?}))),"#
            );
            let _ = write!(links, r#"(from: "lb-1", to: "web-{number}", protocol: Http, latency_ms: 1.0, {settings}),"#);
            if *behind {
                let _ = write!(links, r#"(from: "web-{number}", to: "app-1", protocol: Http, latency_ms: 1.0),"#);
            }
        }
        if *behind {
            servers += r#"(id: "server-app"), (id: "server-db"),"#;
            let _ = write!(components, r#"(id: "app-1", server: "server-app", kind: App(), {instant}),"#);
            let _ = write!(components, r#"(id: "db-1", server: "server-db", kind: Database(role: Primary), {instant}),"#);
            links += r#"(from: "app-1", to: "db-1", protocol: Sql, latency_ms: 1.0),"#;
        }
        format!(
            r#"(format: 1, id: "site", title: "Site", summary: "A site with exact times.",
                traffic: (new_visitors: 1.0, static_share: 1.0, write_share: 0.0, patience_s: {patience_s:?}, {traffic}),
                tls: (edge: {tls}), servers: [(id: "server-lb"), {servers}],
                components: [
                    (id: "browser", kind: Browser),
                    (id: "lb-1", server: "server-lb", kind: LoadBalancer({balancer}), {instant}),
                    (id: "fw-1", kind: Firewall(servers: ["server-1"], inbound: [(ports: [8080])], outbound: [(ports: [8080])]), {instant}),
                    {components}
                ],
                links: [(from: "browser", to: "lb-1", protocol: Http, latency_ms: 10.0), {links}])"#
        )
    }

    pub(crate) fn start(&self) -> Site {
        let infra = Infrastructure::from_ron("site.ron", &self.text()).expect("a valid scenario");
        Site { sim: Simulation::new(Arc::new(infra), 1), notes: Vec::new() }
    }
}

/// A running site and the events so far.
pub(crate) struct Site {
    pub(crate) sim: Simulation,
    pub(crate) notes: Vec<JournalEvent>,
}

impl Site {
    pub(crate) fn at(&mut self, ms: f64) -> &mut Self {
        let notes = &mut self.notes;
        let until = SimTime::ZERO + Duration::from_secs_f64(ms / 1e3);
        self.sim.advance(until, &mut |note: JournalEvent| notes.push(note));
        self
    }

    pub(crate) fn after(&mut self, ms: f64) -> &mut Self {
        let now = self.now_ms();
        self.at(now + ms)
    }

    pub(crate) fn now_ms(&self) -> f64 {
        self.sim.now().since(SimTime::ZERO).as_secs_f64() * 1e3
    }

    #[expect(clippy::needless_pass_by_value, reason = "reads better at the call site")]
    pub(crate) fn act(&mut self, command: Command) -> &mut Self {
        let notes = &mut self.notes;
        self.sim
            .apply(&command, &mut |note: JournalEvent| notes.push(note))
            .unwrap_or_else(|error| panic!("{command:?}: {error:?}"));
        self
    }

    pub(crate) fn kill(&mut self, element: Element) -> &mut Self {
        self.act(Command::Kill(element))
    }

    pub(crate) fn send(&mut self, kind: RequestKind) -> u64 {
        self.act(Command::Send(kind));
        self.sim.newest_request(None).expect("the request was just sent")
    }

    pub(crate) fn visit(&mut self) -> u64 {
        self.send(RequestKind::Static)
    }

    pub(crate) fn rate(&mut self, rate: f64) -> &mut Self {
        self.act(Command::Rate(Rate::new(rate).expect("in range")))
    }

    pub(crate) fn block(&mut self, from: &str, to: &str) -> &mut Self {
        self.act(Command::Edit(TopologyEdit::Block(ComponentId::new(from), ComponentId::new(to))))
    }

    pub(crate) fn link(&self, from: &str, to: &str) -> LinkIx {
        self.sim.infrastructure().link_between(from, to).expect("a link")
    }

    /// Result of a request, and its latency in milliseconds.
    pub(crate) fn ending(&self, number: u64) -> (Result<(), Failure>, f64) {
        self.notes
            .iter()
            .find_map(|note| match note.what {
                EventKind::Ended { outcome, latency_ms } if note.request.is_some_and(|(of, _)| of == number) => {
                    Some((outcome, latency_ms))
                }
                _ => None,
            })
            .unwrap_or_else(|| panic!("request {number} has not ended at {} ms", self.now_ms()))
    }

    /// Sends a static request and returns its result, which must arrive within 30 s.
    pub(crate) fn served(&mut self) -> (Result<(), Failure>, f64) {
        let number = self.visit();
        self.after(30_000.0);
        self.ending(number)
    }

    /// Names of the backends chosen so far, in order.
    pub(crate) fn chosen(&self) -> Vec<String> {
        let infra = self.sim.infrastructure();
        let chosen = self.notes.iter().filter_map(|note| match note.what {
            EventKind::Chose { backend, .. } => Some(infra.component(backend).id.to_string()),
            _ => None,
        });
        chosen.collect()
    }

    /// Number of times that each web server was chosen.
    pub(crate) fn counts(&self, webs: usize) -> Vec<usize> {
        let chosen = self.chosen();
        (1..=webs).map(|number| chosen.iter().filter(|name| **name == format!("web-{number}")).count()).collect()
    }

    /// Log flags of the requests that the balancer failed.
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        self.notes.iter().filter_map(JournalEvent::log_flag).collect()
    }

    /// Time in milliseconds at which health checks first took a backend out, and the check code.
    pub(crate) fn down(&self) -> Option<(f64, &'static str)> {
        self.notes.iter().find_map(|note| match note.what {
            EventKind::Backend { up: false, code, .. } => {
                Some((note.at.since(SimTime::ZERO).as_secs_f64() * 1e3, code.expect("a failed check has a code").id()))
            }
            _ => None,
        })
    }
}

pub(crate) fn close(measured: f64, exact: f64) -> bool {
    (measured - exact).abs() < 1e-6
}

/// Runs for `seconds`, calling `look` after every event.
pub(crate) fn watch(site: &mut Site, seconds: u64, mut look: impl FnMut(&Simulation, &[JournalEvent])) {
    let until = site.sim.now() + Duration::from_secs(seconds);
    while site.sim.next_event().is_some_and(|at| at <= until) {
        let notes = &mut site.notes;
        let before = notes.len();
        site.sim.step(&mut |note: JournalEvent| notes.push(note));
        look(&site.sim, &site.notes[before..]);
    }
    site.sim.advance(until, &mut ());
}
