//! The detail panel of a component: its state as a station, and lines specific to its kind.

use hoplight_model::behaviour::{Behaviour, CrashEffect, behaviour, has_port_80, sees_https, users_tls_ends};
use hoplight_model::component::{CacheSpec, ProxySpec};
use hoplight_model::{Certificate, Component, ComponentIx, ComponentKind, DatabaseRole, Element, Port80, RequestKind, TlsMode};
use hoplight_sim::{Command, EventKind, Fault, Health, JournalEvent, RecordState, StationView};

use crate::action::SelectAction;
use crate::detail::{browser, database, firewall, rate_limit, sessions};
use crate::events;
use crate::line::{Line, Page};
use crate::sender::sender;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes the lines of a component.
pub(super) fn write(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let component = infra.component(ix);
    let view = sim.station(ix);
    let (tone, state) = match view.health {
        Health::Up => (Tone::Good, "up"),
        Health::Hung => (Tone::Bad, "hung: it accepts connections but does not respond"),
        Health::Crashed => match component.kind.facts().crash {
            CrashEffect::NothingPasses => (Tone::Bad, "down: its process has exited, no message passes"),
            CrashEffect::NoSamples => (Tone::Bad, "down: its process has exited, no samples are taken"),
            CrashEffect::NotPart | CrashEffect::NoLookup | CrashEffect::Refuses | CrashEffect::SamplesRefused => {
                (Tone::Bad, "down: its process has exited, connections are refused")
            }
        },
        Health::PoweredOff => (Tone::Bad, "off with its server: nothing responds"),
    };
    page.text(tone, state);
    if let Some(software) = &component.software {
        page.text(Tone::Dim, &format!("{} {}", software.name, software.version));
    }
    match (component.kind.as_database(), sim.database(ix)) {
        // The current role may differ from the configured one.
        (Some(drawn), Some(now)) => database::role(page, drawn.role, &now, view.health.is_up()),
        _ => page.text(Tone::Text, hoplight_text::description::component_role(&component.kind)),
    }
    match &component.kind {
        ComponentKind::Browser => browser::write(page, stage),
        ComponentKind::Firewall(spec) => firewall::write(page, stage, ix, spec),
        ComponentKind::Agent(_) => agent(page, stage, ix),
        ComponentKind::MonitoringService => {
            let agents = sim.agents();
            let fresh = agents.iter().filter(|agent| agent.taken.is_some() && !agent.stale).count();
            if view.health.is_up() {
                page.text(Tone::Text, &format!("{fresh} of {} agents deliver samples. It knows nothing else.", agents.len()));
            } else {
                page.text(Tone::Bad, "No samples arrive, no rule is evaluated, no alert fires; the external probe rests.");
            }
            match sim.dead_mans_switch() {
                Some(switch) if switch.has_paged => page.text(Tone::Bad, "The dead man's switch has paged: no heartbeat."),
                Some(switch) => {
                    let text = format!("A dead man's switch pages after {} s without its heartbeat.", switch.timeout_s);
                    page.text(Tone::Dim, &text);
                }
                None => page.text(Tone::Dim, "No dead man's switch: nobody is paged when it stops."),
            }
        }
        ComponentKind::DnsResolver(_)
        | ComponentKind::LoadBalancer(_)
        | ComponentKind::SqlProxy(_)
        | ComponentKind::Web(_)
        | ComponentKind::App(_)
        | ComponentKind::Cache(_)
        | ComponentKind::Database(_) => {
            station(page, stage, ix, component);
            rate_limit::write(page, stage, ix);
            special(page, stage, ix, component);
        }
    }
}

/// Writes load, queue and service times.
fn station(page: &mut Page, stage: &Stage, ix: ComponentIx, component: &Component) {
    let view = stage.sim().station(ix);
    let percent = view.utilisation * 100.0;
    let tone = if percent >= 90.0 {
        Tone::Bad
    } else if percent >= 70.0 {
        Tone::Warn
    } else {
        Tone::Good
    };
    // A component that is down has no load.
    if view.health.accepts() {
        page.text(tone, &format!("{percent:.0} % busy, {}", hoplight_text::requests_per_second(view.rate)));
        page.text(Tone::Text, &format!("{} of {} slots, {} waiting", view.busy, view.slots, view.waiting));
        processor(page, stage, component);
        connections(page, &view);
    }
    let service = component.station();
    let slow = stage.sim().faults().into_iter().find_map(|fault| match fault {
        Fault::Slow(Element::Component(id), factor) if id == component.id => Some(factor.get()),
        _ => None,
    });
    let mean = |kind| service.mean_ms(kind) * slow.unwrap_or(1.0);
    let times: Vec<String> = RequestKind::ALL.iter().map(|kind| format!("{} {:.1}", kind.word(), mean(*kind))).collect();
    page.text(Tone::Dim, &format!("mean service ms: {}; served {}, turned away {}", times.join(", "), view.served, view.dropped));
}

/// Writes how many connections are open, if users' idle ones take up the limit too.
fn connections(page: &mut Page, view: &StationView) {
    let Some(limit) = view.connection_limit.filter(|_| view.idle > 0) else { return };
    // nginx keeps a sixteenth of its connections free.
    let tone = if u64::from(view.connections) * 16 >= u64::from(limit) * 15 { Tone::Warn } else { Tone::Dim };
    page.text(tone, &format!("{} of {limit} connections open, {} of them idle", view.connections, view.idle));
}

/// Writes how busy the cores are that the component shares with the other programs on its server.
fn processor(page: &mut Page, stage: &Stage, component: &Component) {
    let Some(server) = &component.server else { return };
    let Some(cpu) = stage.sim().cpu(server) else { return };
    let speed = cpu.speed();
    let tone = if speed < 1.0 { Tone::Warn } else { Tone::Dim };
    let cores = if cpu.cores == 1 { "the core".to_owned() } else { format!("the {} cores", cpu.cores) };
    let used = cpu.utilisation * 100.0;
    let select = SelectAction::Element(Element::Server(server.clone())).into();
    let text = format!("shares {cores} of {server}: CPU {used:.0} %, each slot runs at {:.0} % of a core's speed", speed * 100.0);
    page.item(tone, "", tone, &text, Some(&select));
}

fn special(page: &mut Page, stage: &Stage, ix: ComponentIx, component: &Component) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let held = |(_, certificate): &(usize, &Certificate)| infra.holders(certificate).contains(&ix);
    for (place, certificate) in infra.certificates().iter().enumerate().filter(held) {
        let names: Vec<&str> = certificate.names.iter().map(hoplight_model::Text::as_str).collect();
        let days = (sim.certificate_until(place).as_secs_f64() - sim.now().as_secs_f64()) / 86_400.0;
        let (tone, left) =
            if days > 0.0 { (Tone::Dim, format!("{:.0} days left", days.ceil())) } else { (Tone::Bad, "expired".to_owned()) };
        page.text(tone, &format!("certificate for {}: {left}", names.join(", ")));
    }
    scheme(page, stage, ix);
    match &component.kind {
        ComponentKind::LoadBalancer(spec) => {
            let algorithm = sim.algorithm().map_or_else(String::new, |algorithm| {
                format!("{}: {}", algorithm.word(), hoplight_text::description::algorithm(algorithm))
            });
            let reads = if infra.tls().edge == TlsMode::Passthrough {
                "cannot read the requests: they pass through encrypted"
            } else {
                "reads every request"
            };
            page.text(Tone::Text, &format!("chooses by {algorithm}; {reads}"));
            if sim.is_sticky(ix) {
                page.text(Tone::Text, "sticky: its cookie names the backend, which keeps the user as long as it is UP");
            } else if spec.sticky {
                page.text(Tone::Warn, "sticky, but TLS passes through it, so it cannot insert a cookie");
            }
            if sim.backlog(ix) > 0 {
                page.text(Tone::Warn, &format!("{} waiting for a free backend", sim.backlog(ix)));
            }
            if spec.vrrp.is_some() && sim.masters().next().is_some() {
                let held = sim.masters().filter(|master| *master == ix).count();
                let is_crossed = spec.vrrp.as_ref().is_some_and(|vrrp| vrrp.backup_priority.is_some());
                let words = match (is_crossed, held) {
                    (false, 0) => "VRRP backup for the shared address",
                    (false, _) => "VRRP master: holds the shared address",
                    (true, 0) => "VRRP: holds neither of the two shared addresses",
                    (true, 1) => "VRRP: holds one of the two shared addresses, and is backup for the other one",
                    (true, _) => "VRRP: holds both shared addresses",
                };
                page.text(Tone::Text, words);
                match spec.vrrp.as_ref().map(|vrrp| vrrp.track) {
                    Some(Some(track)) => {
                        let (interval, fall) = (track.interval_s.get(), track.fall);
                        page.text(Tone::Dim, &format!("keepalived looks for its process every {interval} s, fall {fall}"));
                    }
                    Some(None) => page.text(Tone::Warn, "keepalived does not track its process"),
                    None => {}
                }
            }
            backends(page, stage, ix);
            choice(page, stage, ix);
        }
        ComponentKind::Cache(spec) if spec.holds_sessions() => sessions::write(page, stage, ix),
        ComponentKind::Cache(spec) => cache(page, stage, ix, spec),
        ComponentKind::SqlProxy(spec) => {
            let (mode, what) = (spec.mode.word(), hoplight_text::description::sql_proxy_mode(spec.mode));
            page.text(Tone::Text, &format!("{mode}: {what}. It reads every statement."));
            let (interval, fall) = (spec.check_interval_s.get(), spec.fall);
            page.text(Tone::Dim, &format!("reads read_only every {interval} s; DOWN after {fall} failed checks"));
            backends(page, stage, ix);
        }
        ComponentKind::Database(_) => {
            if let Some(now) = sim.database(ix) {
                // The writable database has no lag, and the lag of a database that is down is unknown.
                let is_up = sim.station(ix).health.is_up();
                let lag = match now.lag_s {
                    _ if now.writable || !is_up || now.role == DatabaseRole::MultiPrimary => String::new(),
                    None => "lag NULL, ".to_owned(),
                    Some(lag) => format!("lag {:.0} ms, ", lag * 1e3),
                };
                let (applied, position) = (now.applied, now.position);
                let log = if applied == position { format!("{position}") } else { format!("{applied} of {position} applied") };
                page.text(Tone::Text, &format!("{lag}log position {log}"));
                database::replication(page, &now, is_up);
            }
        }
        ComponentKind::DnsResolver(spec) => {
            let (tone, text) = match sim.record() {
                RecordState::Present => (Tone::Text, format!("is an A record with a TTL of {} s", spec.ttl_s.get())),
                RecordState::Gone => {
                    (Tone::Bad, "has no A record any more; cached records stay valid until their TTL expires".into())
                }
                RecordState::Unreachable => (
                    Tone::Bad,
                    "cannot be looked up at its authoritative server; cached records stay valid until their TTL expires".into(),
                ),
            };
            page.text(tone, &format!("{} {text}", infra.domain()));
        }
        ComponentKind::Web(spec) | ComponentKind::App(spec) => {
            sessions::write(page, stage, ix);
            upstreams(page, stage, ix, spec);
        }
        ComponentKind::Browser | ComponentKind::Firewall(_) | ComponentKind::Agent(_) | ComponentKind::MonitoringService => {}
    }
}

/// Writes a cache's hit ratio, what it holds, and what it has counted.
fn cache(page: &mut Page, stage: &Stage, ix: ComponentIx, spec: &CacheSpec) {
    let Some(now) = stage.sim().cache(ix) else { return };
    let percent = |ratio: Option<f64>| ratio.map_or_else(|| "none yet".to_owned(), |ratio| format!("{:.1} %", ratio * 100.0));
    let counts = now.counts;
    page.text(
        Tone::Text,
        &format!("hit ratio: {} in the last 10 s, {} in all", percent(now.recent_hit_ratio), percent(counts.hit_ratio())),
    );
    let ttl = spec.ttl_s.map_or_else(|| "no TTL".to_owned(), |ttl| format!("TTL {} s", ttl.get()));
    page.text(Tone::Text, &format!("{} of {} entries, {ttl}", now.entries, now.capacity));
    let misses = format!("{} misses, of which {} had expired", counts.misses, counts.expired);
    page.text(Tone::Dim, &format!("{} hits, {misses}; {} evicted", counts.hits, counts.evictions));
    if now.waiting > 0 {
        page.text(Tone::Warn, &format!("{} requests wait for a fetch", now.waiting));
    }
    let counts = [
        ("stale reads", counts.stale_reads),
        ("expired entries served after a failed fetch", counts.stale_on_error),
        ("misses that waited for another fetch", counts.collapsed),
    ];
    for (what, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        page.text(Tone::Warn, &format!("{what}: {count}"));
    }
}

/// Writes the state of each backend according to the health checks.
fn backends(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let blind = blind(stage, ix);
    if let Some(why) = &blind {
        page.text(Tone::Warn, &format!("No health checks{why}. Last known state:"));
    }
    for link in infra.links_from(ix) {
        let (_, to) = infra.ends(link);
        let Some(up) = sim.backend_up(link) else { continue };
        let code = sim.check_code(link).map_or_else(String::new, |code| format!(" {code}"));
        let (tone, word) = match (up, sim.is_draining(&infra.hop_element(link))) {
            (false, _) => (Tone::Bad, format!("DOWN{code}")),
            (true, Some(true)) => (Tone::Warn, "draining".to_owned()),
            (true, _) => (Tone::Good, "UP".to_owned()),
        };
        let role = match sim.seen_writable(link) {
            Some(true) => ", takes writes",
            Some(false) => ", read-only",
            None => "",
        };
        let (tone, word) = if blind.is_some() { (Tone::Dim, format!("was {word}")) } else { (tone, word) };
        // With a check code, the full wording does not fit.
        let rest = if code.is_empty() { "in progress" } else { "open" };
        let weight = infra.link(link).weight;
        let weight = if weight > 1 { format!(", weight {weight}") } else { String::new() };
        let line = Line::new(Tone::Text, format!("→ {} ", infra.component(to).id))
            .with(tone, word)
            .with(Tone::Dim, format!("  {} {rest}{weight}{role}", sim.active(link)));
        page.line(line.doing(SelectAction::Element(infra.hop_element(link))));
    }
}

/// Writes how long a component waits for its upstreams, and which of them it has ejected.
fn upstreams(page: &mut Page, stage: &Stage, ix: ComponentIx, spec: &ProxySpec) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let Behaviour::Forward(forwarding) = behaviour(infra, ix, RequestKind::Read) else { return };
    let (connect, answer) = (spec.connect_timeout_s.get(), forwarding.timeout.get());
    page.text(Tone::Dim, &format!("timeouts: connect {connect} s, answer {answer} s"));
    for link in infra.links_from(ix).into_iter().filter(|link| sim.is_ejected(*link)) {
        let (_, to) = infra.ends(link);
        let line = Line::new(Tone::Text, format!("→ {} ", infra.component(to).id)).with(Tone::Bad, "ejected");
        let rest = format!("  for {} s after a failure", spec.fail_timeout_s.get());
        page.line(line.with(Tone::Dim, rest).doing(SelectAction::Element(infra.hop_element(link))));
    }
}

/// Returns why a balancer that is down runs no health checks, and since when; `None` if it is up.
pub(super) fn blind(stage: &Stage, balancer: ComponentIx) -> Option<String> {
    let (infra, component) = (stage.infra(), stage.infra().component(balancer));
    let word = match stage.sim().station(balancer).health {
        Health::Up => return None,
        Health::Hung => "it hangs",
        Health::Crashed => "it is down",
        Health::PoweredOff => "its server is off",
    };
    let own = [Some(Element::Component(component.id.clone())), component.server.clone().map(Element::Server)];
    let ends =
        |what: &EventKind| matches!(what, EventKind::Commanded(Command::Kill(_) | Command::Restart(..) | Command::Fault(_)));
    let mut headlines = stage.session.timeline.journal().headlines().rev().map(|headline| &headline.first);
    let end = headlines.find(|note| ends(&note.what) && own.contains(&events::subject(&note.what, infra)));
    let since = end.map_or_else(String::new, |note| format!(" since {:.1} s", note.at.as_secs_f64()));
    Some(format!("{since}: {word}"))
}

/// Writes what a component does on port 80 and with the scheme of requests.
fn scheme(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let infra = stage.infra();
    let http = infra.http();
    let is_entry = infra.links().any(|(link, _)| infra.ends(link).1 == ix && has_port_80(infra, link));
    if is_entry {
        let (tone, what) = match http.port_80 {
            Port80::Closed => (Tone::Dim, "closed"),
            Port80::Open => (Tone::Warn, "serves the site in plaintext"),
            Port80::Redirect => (Tone::Text, "301 to https"),
        };
        let header = http.hsts.map_or_else(|| "no HSTS".to_owned(), |hsts| format!("HSTS {}", hsts.header()));
        page.text(tone, &format!("port 80: {what}; {header}"));
    }
    if users_tls_ends(infra).contains(&ix) && !http.forwarded_proto {
        page.text(Tone::Warn, "sends no X-Forwarded-Proto: behind it, every request looks like http");
    }
    if infra.component(ix).kind.accepts_only_https() {
        if sees_https(infra, ix) {
            page.text(Tone::Dim, "accepts only https, and redirects the rest (301)");
        } else {
            page.text(Tone::Bad, "redirects every request to https: it takes each one for http");
        }
    }
}

fn agent(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let agents = sim.agents();
    let Some(view) = agents.iter().find(|view| view.agent == ix) else { return };
    let verb = if view.is_scraped { "Scraped" } else { "Samples" };
    let how = format!("{verb} every {} s. QPS is the increase of a counter divided by the elapsed time.", view.interval_s);
    page.text(Tone::Text, &how);
    match view.up {
        Some(true) => page.text(Tone::Good, "up = 1: the last scrape succeeded"),
        Some(false) => page.text(Tone::Bad, "up = 0: the last scrape failed, which the service noticed at once"),
        None => {}
    }
    match (view.subject, view.age_s) {
        (None, _) => page.text(Tone::Warn, "There is nothing to monitor on its server."),
        (Some(_), None) => page.text(Tone::Warn, "The service has received no sample from it yet."),
        (Some(_), Some(age)) => {
            let (tone, word) = if view.stale { (Tone::Bad, "stale") } else { (Tone::Good, "fresh") };
            page.line(Line::new(tone, word).with(Tone::Text, format!(", newest sample {age:.1} s old")));
            page.text(Tone::Dim, &format!("{} samples delivered since the start", view.delivered));
        }
    }
    for row in view.components {
        let text = format!(
            "{}: {:.0}/s, {:.0} % busy, {} waiting",
            infra.component(row.component).id,
            row.qps,
            row.utilisation * 100.0,
            row.waiting
        );
        let select = SelectAction::Element(Element::Component(infra.component(row.component).id.clone())).into();
        page.item(Tone::Dim, "· ", Tone::Text, &text, Some(&select));
    }
}

/// Returns the newest matching event of the followed request or, without one, of any request.
pub(super) fn latest<T>(stage: &Stage, found: impl Fn(&JournalEvent) -> Option<T>) -> Option<T> {
    stage
        .session
        .timeline
        .trail()
        .rev()
        .find_map(&found)
        .or_else(|| stage.session.timeline.journal().notes().rev().find_map(&found))
}

/// Writes a balancer's last choice of backend, and the reason for it.
fn choice(page: &mut Page, stage: &Stage, balancer: ComponentIx) {
    let chose = latest(stage, |note| match note.what {
        EventKind::Chose { balancer: by, backend, algorithm, up } if by == balancer => {
            Some((note.request, Some((backend, algorithm, up))))
        }
        EventKind::NoBackend { balancer: by } if by == balancer => Some((note.request, None)),
        _ => None,
    });
    let Some((request, chosen)) = chose else { return };
    let whom = request.map_or_else(String::new, |(number, _)| sender(number));
    match chosen {
        Some((backend, algorithm, up)) => {
            let id = &stage.infra().component(backend).id;
            page.text(Tone::Text, &format!("{whom} got {id}: {}, {up} UP to choose from", algorithm.word()));
        }
        None => page.text(Tone::Bad, &format!("{whom} got no backend: none is UP")),
    }
}
