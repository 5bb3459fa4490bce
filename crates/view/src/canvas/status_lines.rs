//! The status lines in a component's box, most important first.
//!
//! Each line has several wordings, longest first; the box shows the first one that fits.

use std::borrow::Cow;

use ratatui::style::Style;

use hoplight_model::behaviour::sees_https;
use hoplight_model::text::width;
use hoplight_model::{Cipher, ComponentId, ComponentIx, ComponentKind, DatabaseRole, Element, Hop, Protocol};
use hoplight_sim::{AgentView, DatabaseView, Fault, RecordState, StationView};

use super::Scene;

/// A status line.
pub(super) struct StatusLine {
    /// Wordings, longest first.
    pub(super) words: Vec<Cow<'static, str>>,
    pub(super) style: Style,
    /// The first wording in two rows, for a box that is too narrow for it but has two rows left.
    pub(super) split: Option<[String; 2]>,
}

impl StatusLine {
    fn new(style: Style, words: Vec<Cow<'static, str>>) -> Self {
        Self { words, style, split: None }
    }

    /// The rows of this line in a box with `room` columns and `rows` rows left.
    pub(super) fn rows(&self, room: u16, rows: usize) -> Vec<&str> {
        let fits = |text: &str| width(text) <= usize::from(room);
        match &self.split {
            Some(parts)
                if rows > 1 && self.words.first().is_none_or(|word| !fits(word)) && parts.iter().all(|part| fits(part)) =>
            {
                parts.iter().map(String::as_str).collect()
            }
            _ => {
                let fitting = self.words.iter().find(|word| fits(word)).or(self.words.last());
                fitting.map_or_else(Vec::new, |word| vec![&**word])
            }
        }
    }
}

fn status<const N: usize>(style: Style, words: [&'static str; N]) -> StatusLine {
    StatusLine::new(style, words.map(Cow::Borrowed).into())
}

/// Returns the status lines of a component, shown below its name and load: at least the first `rows`, if it has so many.
pub(super) fn of(scene: &Scene<'_>, ix: ComponentIx, station: &StationView, rows: usize) -> Vec<StatusLine> {
    let theme = scene.canvas.theme;
    let component = scene.infra.component(ix);
    let mut lines = faults(scene, &component.id);
    match &component.kind {
        ComponentKind::Browser => browser(scene, ix, &mut lines),
        ComponentKind::DnsResolver(spec) => {
            let ttl = spec.ttl_s.get();
            lines.push(match scene.canvas.sim.record() {
                RecordState::Present => StatusLine::new(
                    theme.text,
                    vec![format!("{} A", scene.infra.domain()).into(), "A record of www".into(), "www A".into()],
                ),
                RecordState::Gone => status(theme.bad, ["no record of www", "www gone"]),
                RecordState::Unreachable => status(theme.bad, ["cannot resolve www", "timeout"]),
            });
            lines.push(StatusLine::new(theme.dim, vec![format!("ttl {ttl:.0} s").into(), format!("ttl {ttl:.0}").into()]));
            let is_present = scene.canvas.sim.record() == RecordState::Present;
            lines.push(entry(scene).filter(|_| is_present).unwrap_or_else(|| status(theme.dim, ["resolver", "DNS"])));
        }
        ComponentKind::Firewall(_) => {
            lines.push(status(theme.warn, ["protects nothing", "unplaced"]));
        }
        ComponentKind::MonitoringService => monitoring(scene, ix, &mut lines),
        ComponentKind::Agent(_) => lines.push(status(theme.warn, ["monitors nothing", "no target"])),
        ComponentKind::LoadBalancer(spec) => {
            let algorithm = scene.canvas.sim.algorithm().unwrap_or(spec.algorithm).word();
            balancer(scene, ix, algorithm, &mut lines);
            if scene.canvas.sim.is_sticky(ix) {
                lines.push(status(theme.accent, ["sticky: cookie", "sticky"]));
            }
        }
        ComponentKind::SqlProxy(spec) => {
            let mode = spec.mode.word();
            databases(scene, ix, mode, &mut lines);
        }
        ComponentKind::Web(_) | ComponentKind::App(_) => {
            if component.kind.accepts_only_https() && !sees_https(scene.infra, ix) {
                lines.push(status(theme.bad, ["redirects for ever", "redirects", "301"]));
            }
            checks(scene, ix, &mut lines);
            sessions(scene, ix, &mut lines);
        }
        ComponentKind::Cache(spec) if spec.holds_sessions() => sessions(scene, ix, &mut lines),
        ComponentKind::Cache(_) => cache(scene, ix, &mut lines),
        ComponentKind::Database(spec) => {
            // Roles change during a run.
            let now = scene.canvas.sim.database(ix);
            lines.push(match now.map_or(spec.role, |now| now.role) {
                DatabaseRole::Primary => status(theme.accent, ["primary, takes writes", "primary"]),
                DatabaseRole::Replica => status(theme.text, ["replica, reads only", "replica"]),
                DatabaseRole::MultiPrimary if now.is_none_or(|now| now.writable) => {
                    status(theme.accent, ["multi-primary, synced", "synced"])
                }
                DatabaseRole::MultiPrimary => status(theme.bad, ["not ready: error 1047", "not ready", "1047"]),
                DatabaseRole::Member if now.is_some_and(|now| now.writable) => {
                    status(theme.accent, ["member, takes writes", "takes writes", "writer"])
                }
                DatabaseRole::Member => status(theme.text, ["member, reads only", "member"]),
            });
        }
    }
    lines.extend(rate_limit(scene, ix));
    if component.kind.serves_requests() {
        if component.server.is_none() {
            lines.push(status(theme.warn, ["on no server", "no server"]));
        }
        lines.push(queue(scene, station));
        if ends_tls(scene, ix) {
            lines.push(certificate(scene, ix).unwrap_or_else(|| status(theme.tls, ["TLS ends here", "TLS ends"])));
        }
        if let Some(now) = scene.canvas.sim.database(ix).filter(is_follower) {
            lines.push(match now.lag_s {
                None => status(theme.warn, ["lag NULL"]),
                Some(lag) => {
                    // The lag drops to zero between changes, so show the delay of the last change instead.
                    let lag = lag.max(now.delay_s.unwrap_or_default()) * 1000.0;
                    let short =
                        if lag < 1_000.0 { format!("lag {lag:.0}ms").into() } else { format!("lag {:.0} s", lag / 1e3).into() };
                    StatusLine::new(theme.dim, vec![format!("lag {lag:.0} ms").into(), short])
                }
            });
        }
        let rate = station.rate;
        lines.push(StatusLine::new(
            theme.dim,
            vec![hoplight_text::requests_per_second(rate).into(), format!("{rate:.0}/s").into()],
        ));
        if let Some(software) = &component.software {
            let version = format!("{} {}", &*software.name, &*software.version).into();
            lines.push(StatusLine::new(theme.dim, vec![version, format!("v{}", &*software.version).into()]));
        }
        if lines.len() < rows {
            lines.extend(more(scene, ix, station));
        }
    }
    lines
}

/// What only a large box has room for: how many slots are busy, the port, and totals since the start.
fn more(scene: &Scene<'_>, ix: ComponentIx, station: &StationView) -> Vec<StatusLine> {
    let theme = scene.canvas.theme;
    let &StationView { busy, slots, dropped, served, .. } = station;
    let line = |style: Style, words: [String; 3]| StatusLine::new(style, words.map(Cow::Owned).into());
    let mut lines = Vec::new();
    if dropped > 0 {
        lines.push(line(theme.warn, [format!("{dropped} met a full queue"), format!("{dropped} dropped"), "drops".into()]));
    }
    if slots != u32::MAX {
        let words = [format!("{busy} of {slots} slots busy"), format!("busy {busy}/{slots}"), format!("busy {busy}")];
        lines.push(line(theme.dim, words));
    }
    let arrives = |hop: &&Hop| hop.to == ix && scene.infra.link(hop.link).protocol.carries_requests();
    if let Some(hop) = scene.hops.iter().find(arrives) {
        let port = scene.infra.port(hop.link);
        lines.push(line(theme.dim, [format!("listens on port {port}"), format!("port {port}"), format!(":{port}")]));
    }
    lines.push(line(theme.dim, [format!("{served} served so far"), format!("{served} served"), served.to_string()]));
    lines
}

/// What a component's rate limit refuses, or the limit.
fn rate_limit(scene: &Scene<'_>, ix: ComponentIx) -> Option<StatusLine> {
    let (sim, theme) = (scene.canvas.sim, scene.canvas.theme);
    let limit = scene.infra.component(ix).kind.rate_limit()?;
    let refused = sim.refusals(ix)?.last_second;
    if refused > 0 {
        let status = limit.error().code();
        let words =
            vec![format!("refuses {refused}/s ({status})").into(), format!("{status}: {refused}/s").into(), "refuses".into()];
        return Some(StatusLine::new(theme.warn, words));
    }
    let rate = limit.rate.get();
    let words =
        vec![format!("limit {rate}/s per client").into(), format!("limit {rate}/s").into(), format!("max {rate}/s").into()];
    Some(StatusLine::new(theme.dim, words))
}

/// Whether a database follows a writer, so that it has a replication lag.
fn is_follower(now: &DatabaseView) -> bool {
    match now.role {
        DatabaseRole::Primary | DatabaseRole::MultiPrimary => false,
        DatabaseRole::Replica | DatabaseRole::Member => !now.writable,
    }
}

/// Returns lines for the active faults of a component.
fn faults(scene: &Scene<'_>, id: &ComponentId) -> Vec<StatusLine> {
    let bad = scene.canvas.theme.bad;
    let is_its = |element: &Element| matches!(element, Element::Component(of) if of == id);
    let server_of = || scene.infra.component(scene.infra.find(id.as_str())?).server.as_ref();
    let line_of = |fault: &Fault| match fault {
        Fault::Slow(element, factor) if is_its(element) => {
            let times = factor.get();
            Some(StatusLine::new(bad, vec![format!("slowed down ×{times}").into(), format!("slow ×{times}").into()]))
        }
        Fault::Compromised(element) if is_its(element) => Some(status(bad, ["compromised", "breached"])),
        Fault::Misconfigured(element) if is_its(element) => Some(status(bad, ["bad configuration", "bad config", "bad conf"])),
        Fault::DiskFull(of) if of == id => Some(status(bad, ["disk full", "no space"])),
        Fault::ReplicationStopped(of) if of == id => Some(status(bad, ["replication stopped", "no repl."])),
        Fault::VrrpKilled(of) | Fault::VrrpStopped(of) if of == id => {
            Some(status(bad, ["keepalived not running", "no keepalived", "no VRRP"]))
        }
        Fault::Leak { to, count, .. } if to == id => {
            Some(StatusLine::new(bad, vec![format!("{count} connections leaked").into(), format!("leak {count}").into()]))
        }
        Fault::CpuHog(server, _) if server_of() == Some(server) => {
            Some(status(bad, ["another program uses the CPU", "CPU taken", "CPU hog"]))
        }
        Fault::Expired(of) if of == id => Some(status(bad, ["certificate expired", "cert expired", "expired"])),
        _ => None,
    };
    scene.faults.iter().filter_map(line_of).collect()
}

/// The certificate with which a component ends TLS.
fn certificate(scene: &Scene<'_>, ix: ComponentIx) -> Option<StatusLine> {
    let place = scene.infra.certificates_at(ix).first().copied()?;
    let sim = scene.canvas.sim;
    let days = (sim.certificate_until(place).as_secs_f64() - sim.now().as_secs_f64()) / 86_400.0;
    let theme = scene.canvas.theme;
    if days <= 0.0 {
        return Some(status(theme.bad, ["certificate expired", "cert expired"]));
    }
    let days = days.ceil();
    let words = vec![
        format!("certificate {days:.0} days").into(),
        format!("cert {days:.0} days").into(),
        format!("cert {days:.0} d").into(),
        format!("cert {days:.0}d").into(),
        "cert".into(),
    ];
    Some(StatusLine::new(theme.tls, words))
}

fn queue(scene: &Scene<'_>, station: &StationView) -> StatusLine {
    let theme = scene.canvas.theme;
    let waiting = station.waiting;
    let full = station.queue_limit.is_some_and(|limit| limit > 0 && waiting >= limit);
    let style = if full {
        theme.bad
    } else if waiting > 0 {
        theme.warn
    } else {
        theme.text
    };
    let words = if full {
        vec![format!("queue {waiting} full").into(), format!("q {waiting} full").into(), "q full".into()]
    } else {
        vec![format!("queue {waiting}").into(), format!("q {waiting}").into()]
    };
    StatusLine::new(style, words)
}

/// The component whose address the record holds; `None` if there are several.
fn entry(scene: &Scene<'_>) -> Option<StatusLine> {
    let browser = scene.infra.browser()?;
    let mut entries =
        scene.hops.iter().filter(|hop| hop.from == browser && scene.infra.link(hop.link).protocol == Protocol::Http);
    let id = &scene.infra.component(entries.next()?.to).id;
    let words = vec![format!("address of {id}").into(), format!("is {id}").into(), id.to_string().into()];
    entries.next().is_none().then_some(StatusLine::new(scene.canvas.theme.dim, words))
}

/// Adds the browser's padlock as text.
fn browser(scene: &Scene<'_>, ix: ComponentIx, lines: &mut Vec<StatusLine>) {
    let theme = scene.canvas.theme;
    if hoplight_app::outage::is_total(scene.canvas.sim) {
        lines.push(status(theme.bad, ["✗ site down", "✗ down"]));
        lines.push(status(theme.bad, ["no request succeeds", "no success"]));
        return;
    }
    let http = |link: &_| scene.infra.link(*link).protocol == Protocol::Http;
    let entry = scene.infra.links_from(ix).into_iter().find(http);
    let encrypted = entry.is_some_and(|link| scene.infra.hop(link).cipher != Cipher::Plaintext);
    if let Some((rate, _)) = scene.canvas.sim.abuse().and_then(|abuse| abuse.attack) {
        let words = vec![format!("attacker {rate}/s").into(), format!("att. {rate}/s").into()];
        lines.push(StatusLine::new(theme.bad, words));
    }
    if scene.canvas.hides_ciphers {
        // The padlock would be an answer.
    } else if encrypted && scene.canvas.sim.lacks_certificate() {
        lines.push(status(theme.bad, ["https ✗"]));
        lines.push(status(theme.bad, ["no certificate", "no cert"]));
    } else if encrypted && scene.canvas.sim.is_certificate_expired() {
        lines.push(status(theme.bad, ["https ✗"]));
        lines.push(status(theme.bad, ["certificate expired", "cert expired", "expired"]));
    } else if encrypted {
        lines.push(status(theme.tls, ["https ✓"]));
        lines.push(status(theme.tls, ["padlock closed", "padlock"]));
    } else {
        lines.push(status(theme.plain, ["http"]));
        lines.push(status(theme.plain, ["no padlock", "no lock"]));
    }
    let domain = scene.infra.domain();
    let short = domain.strip_prefix("www.").unwrap_or(domain).to_owned();
    // In a narrow box, the name takes two lines.
    let split = domain.split_once('.').map(|(host, rest)| [format!("{host}."), rest.to_owned()]);
    lines.push(StatusLine { split, ..StatusLine::new(theme.dim, vec![domain.to_owned().into(), short.into()]) });
    let rate = scene.canvas.sim.rate();
    let words = vec![hoplight_text::requests_per_second(rate).into(), format!("{rate:.0}/s").into()];
    lines.push(StatusLine::new(theme.dim, words));
    let waiting = scene.canvas.sim.in_flight();
    let words = vec![format!("{waiting} in flight").into(), format!("{waiting} wait").into()];
    lines.push(StatusLine::new(theme.dim, words));
}

fn monitoring(scene: &Scene<'_>, ix: ComponentIx, lines: &mut Vec<StatusLine>) {
    let theme = scene.canvas.theme;
    let agents = scene.canvas.sim.agents();
    let fresh = agents.iter().filter(|agent| agent.taken.is_some() && !agent.stale).count();
    let count = |wanted: fn(&AgentView<'_>) -> bool| agents.iter().filter(|agent| wanted(agent)).count();
    // Distinguish agents that have never reported from agents that have stopped reporting.
    let unheard = count(|agent| agent.taken.is_none());
    let stale = count(|agent| agent.taken.is_some() && agent.stale);
    let style = if stale > 0 { theme.bad } else { theme.text };
    let all = agents.len();
    lines.push(StatusLine::new(style, vec![format!("{fresh} of {all} agents").into(), format!("{fresh}/{all} agents").into()]));
    let (words, style) = match (stale, unheard) {
        (0, 0) => (vec!["none stale".into(), "0 stale".into()], theme.dim),
        (0, unheard) => (vec![format!("{unheard} no data yet").into(), format!("{unheard} unknown").into()], theme.dim),
        (stale, _) => (vec![format!("{stale} stale").into()], theme.bad),
    };
    lines.push(StatusLine::new(style, words));
    let label = scene.infra.component(ix).label().to_owned();
    lines.push(StatusLine::new(theme.dim, vec![label.into()]));
}

fn balancer(scene: &Scene<'_>, ix: ComponentIx, algorithm: &'static str, lines: &mut Vec<StatusLine>) {
    let theme = scene.canvas.theme;
    let backends: Vec<bool> =
        scene.infra.links_from(ix).into_iter().filter_map(|link| scene.canvas.sim.backend_up(link)).collect();
    let up = backends.iter().filter(|up| **up).count();
    // A balancer that is down runs no checks, so its last results are out of date.
    if up < backends.len() && scene.canvas.sim.station(ix).health.is_up() {
        let all = backends.len();
        lines.push(StatusLine::new(
            theme.bad,
            vec![format!("{up} of {all} backends UP").into(), format!("{up} of {all} UP").into()],
        ));
    }
    if !scene.canvas.hides_ciphers && scene.hops.iter().any(|hop| hop.to == ix && hop.cipher == Cipher::TlsThrough) {
        lines.push(status(theme.warn, ["cannot read: TLS through", "cannot read", "no read"]));
    }
    let sim = scene.canvas.sim;
    let vrrp = scene.infra.component(ix).kind.as_balancer().and_then(|spec| spec.vrrp.as_ref());
    if let Some(vrrp) = vrrp.filter(|_| sim.masters().next().is_some()) {
        let held = sim.masters().filter(|master| *master == ix).count();
        lines.push(match (held, vrrp.backup_priority) {
            (0, _) => status(theme.dim, ["stands by", "standby"]),
            (1, _) | (_, None) => status(theme.accent, ["master"]),
            (_, Some(_)) => status(theme.accent, ["master of both", "both"]),
        });
    }
    let backlog = sim.backlog(ix);
    if backlog > 0 {
        lines.push(StatusLine::new(
            theme.warn,
            vec![format!("{backlog} wait for a backend").into(), format!("{backlog} wait").into()],
        ));
    }
    // In a narrow box, roundrobin takes two rows.
    let split = algorithm.strip_prefix("round").map(|rest| ["round".to_owned(), rest.to_owned()]);
    lines.push(StatusLine { split, ..status(theme.text, [algorithm]) });
}

/// Adds a cache's measured hit ratio and the number of its entries.
fn cache(scene: &Scene<'_>, ix: ComponentIx, lines: &mut Vec<StatusLine>) {
    let theme = scene.canvas.theme;
    checks(scene, ix, lines);
    let Some(now) = scene.canvas.sim.cache(ix) else { return };
    if now.waiting > 0 {
        let waiting = now.waiting;
        lines.push(StatusLine::new(
            theme.warn,
            vec![format!("{waiting} wait for a fetch").into(), format!("{waiting} wait").into()],
        ));
    }
    lines.push(match now.recent_hit_ratio {
        Some(ratio) => {
            let percent = ratio * 100.0;
            StatusLine::new(theme.accent, vec![format!("hit ratio {percent:.0} %").into(), format!("hits {percent:.0} %").into()])
        }
        None => status(theme.dim, ["no lookups"]),
    });
    let entries = now.entries;
    lines.push(StatusLine::new(
        theme.dim,
        vec![format!("{entries} of {} entries", now.capacity).into(), format!("{entries} keys").into()],
    ));
}

/// Adds the number of users whose session a component holds.
fn sessions(scene: &Scene<'_>, ix: ComponentIx, lines: &mut Vec<StatusLine>) {
    let Some(held) = scene.canvas.sim.sessions(ix).and_then(|sessions| sessions.held) else { return };
    lines.push(StatusLine::new(
        scene.canvas.theme.accent,
        vec![format!("{held} users logged in").into(), format!("{held} sessions").into(), format!("{held} users").into()],
    ));
}

/// Adds which database an SQL proxy sends writes to, and its mode.
fn databases(scene: &Scene<'_>, ix: ComponentIx, mode: &'static str, lines: &mut Vec<StatusLine>) {
    let (theme, sim) = (scene.canvas.theme, scene.canvas.sim);
    let links = scene.infra.links_from(ix);
    let writer = links.into_iter().find(|link| sim.backend_up(*link) == Some(true) && sim.seen_writable(*link) == Some(true));
    lines.push(match writer {
        Some(link) => {
            let id = &scene.infra.component(scene.infra.ends(link).1).id;
            StatusLine::new(theme.accent, vec![format!("writes to {id}").into(), id.to_string().into()])
        }
        None => status(theme.bad, ["no writable database", "no writer"]),
    });
    lines.push(status(theme.text, [mode]));
}

/// Adds a backend's failed health checks and draining state.
fn checks(scene: &Scene<'_>, ix: ComponentIx, lines: &mut Vec<StatusLine>) {
    let theme = scene.canvas.theme;
    let sim = scene.canvas.sim;
    let mut checked = scene.hops.iter().filter(|hop| hop.to == ix && sim.station(hop.from).health.is_up());
    let down = checked.any(|hop| sim.backend_up(hop.link) == Some(false));
    if down {
        lines.push(status(theme.bad, ["checks: DOWN", "chk DOWN"]));
    }
    let element = Element::Component(scene.infra.component(ix).id.clone());
    if scene.canvas.sim.is_draining(&element) == Some(true) {
        lines.push(status(theme.warn, ["draining: no new requests", "draining", "drains"]));
    }
}

/// Whether a component terminates the users' TLS.
fn ends_tls(scene: &Scene<'_>, ix: ComponentIx) -> bool {
    if scene.canvas.hides_ciphers {
        return false;
    }
    let passes_tls = scene.infra.component(ix).kind.can_pass_tls();
    scene.hops.iter().any(|hop| {
        hop.to == ix
            && scene.infra.link(hop.link).protocol == Protocol::Http
            && (hop.cipher == Cipher::Tls || hop.cipher == Cipher::TlsThrough && !passes_tls)
    })
}
