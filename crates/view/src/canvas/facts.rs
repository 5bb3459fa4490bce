//! What a component says of itself, in short lines, the most important first.
//!
//! Each line has several wordings, the fullest first; the box takes the first that fits. Must not know cells.

use std::borrow::Cow;

use ratatui::style::Style;

use hoplight_model::{Cipher, ComponentId, ComponentIx, ComponentKind, DatabaseRole, Element, Protocol};
use hoplight_sim::{AgentView, Fault, RecordState, StationView};

use super::Scene;

/// One line.
pub(super) struct Fact {
    /// Wordings, the fullest first.
    pub(super) words: Vec<Cow<'static, str>>,
    pub(super) style: Style,
}

fn fact<const N: usize>(style: Style, words: [&'static str; N]) -> Fact {
    Fact { words: words.map(Cow::Borrowed).into(), style }
}

/// The lines of a component below its name and its load.
pub(super) fn of(scene: &Scene<'_>, ix: ComponentIx, station: &StationView) -> Vec<Fact> {
    let theme = scene.canvas.theme;
    let component = scene.infra.component(ix);
    let mut facts = faults(scene, &component.id);
    match &component.kind {
        ComponentKind::Browser => browser(scene, ix, &mut facts),
        ComponentKind::DnsResolver(spec) => {
            let ttl = spec.ttl_s.get();
            facts.push(match scene.canvas.sim.record() {
                RecordState::Present => fact(theme.text, ["A record of www", "www A", "A"]),
                RecordState::Gone => fact(theme.bad, ["no record of www", "www gone", "gone"]),
                RecordState::Unreachable => fact(theme.bad, ["cannot ask for www", "timeout"]),
            });
            facts.push(Fact { words: vec![format!("ttl {ttl:.0} s").into(), format!("ttl {ttl:.0}").into()], style: theme.dim });
            facts.push(fact(theme.dim, ["resolver", "DNS"]));
        }
        ComponentKind::Firewall(_) => {
            facts.push(fact(theme.warn, ["guards nothing", "unplaced"]));
        }
        ComponentKind::MonitoringService => monitoring(scene, &mut facts),
        ComponentKind::Agent(_) => facts.push(fact(theme.warn, ["watches nothing", "nowhere"])),
        ComponentKind::LoadBalancer(spec) => {
            let algorithm = scene.canvas.sim.algorithm().unwrap_or(spec.algorithm).word();
            balancer(scene, ix, algorithm, &mut facts);
        }
        ComponentKind::Web(_) | ComponentKind::App(_) => checks(scene, ix, &mut facts),
        ComponentKind::Database(spec) => {
            // Roles change while time passes.
            let now = scene.canvas.sim.database(ix);
            facts.push(match now.map_or(spec.role, |now| now.role) {
                DatabaseRole::Primary => fact(theme.accent, ["primary, takes writes", "primary"]),
                DatabaseRole::Replica => fact(theme.text, ["replica, only reads", "replica"]),
                DatabaseRole::Member if now.is_some_and(|now| now.writable) => {
                    fact(theme.accent, ["member, takes writes", "takes writes", "writer"])
                }
                DatabaseRole::Member => fact(theme.text, ["member, only reads", "member"]),
            });
        }
    }
    if component.kind.serves_requests() {
        if component.server.is_none() {
            facts.push(fact(theme.warn, ["on no server", "no server", "nowhere"]));
        }
        facts.push(queue(scene, station));
        if ends_tls(scene, ix) {
            facts.push(fact(theme.tls, ["TLS ends here", "TLS ends"]));
        }
        if let Some(now) = scene.canvas.sim.database(ix).filter(|now| now.role != DatabaseRole::Primary && !now.writable) {
            facts.push(match now.lag_s {
                None => fact(theme.warn, ["lag NULL"]),
                Some(lag) => {
                    // Between two changes nothing lags; then what the last one took says more.
                    let lag = lag.max(now.delay_s.unwrap_or_default()) * 1000.0;
                    let short =
                        if lag < 1_000.0 { format!("lag {lag:.0}ms").into() } else { format!("lag {:.0} s", lag / 1e3).into() };
                    Fact { words: vec![format!("lag {lag:.0} ms").into(), short], style: theme.dim }
                }
            });
        }
        let rate = station.rate;
        facts.push(Fact { words: vec![format!("{rate:.0} requests/s").into(), format!("{rate:.0}/s").into()], style: theme.dim });
        if let Some(software) = &component.software {
            let version = format!("{} {}", &*software.name, &*software.version).into();
            facts.push(Fact { words: vec![version, format!("v{}", &*software.version).into()], style: theme.dim });
        }
    }
    facts
}

/// What is wrong with it, apart from what its state says.
fn faults(scene: &Scene<'_>, id: &ComponentId) -> Vec<Fact> {
    let bad = scene.canvas.theme.bad;
    let is_its = |element: &Element| matches!(element, Element::Component(of) if of == id);
    let told = |fault: &Fault| match fault {
        Fault::Slow(element, factor) if is_its(element) => {
            let times = factor.get();
            Some(Fact { words: vec![format!("slow: {times} × as long").into(), format!("slow ×{times}").into()], style: bad })
        }
        Fault::Compromised(element) if is_its(element) => Some(fact(bad, ["compromised", "owned"])),
        Fault::Misconfigured(element) if is_its(element) => Some(fact(bad, ["bad configuration", "bad config", "bad conf"])),
        Fault::DiskFull(of) if of == id => Some(fact(bad, ["disk full", "no space"])),
        Fault::ReplicationStopped(of) if of == id => Some(fact(bad, ["replication stopped", "no repl."])),
        Fault::Leak(of, count) if of == id => {
            Some(Fact { words: vec![format!("{count} connections leaked").into(), format!("leak {count}").into()], style: bad })
        }
        Fault::Expired(of) if of == id => Some(fact(bad, ["certificate expired", "cert expired", "expired"])),
        _ => None,
    };
    scene.faults.iter().filter_map(told).collect()
}

fn queue(scene: &Scene<'_>, station: &StationView) -> Fact {
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
        vec![format!("queue {waiting} full").into(), format!("q {waiting} full").into(), format!("q{waiting}!").into()]
    } else {
        vec![format!("queue {waiting}").into(), format!("q {waiting}").into()]
    };
    Fact { words, style }
}

/// The padlock, in words.
fn browser(scene: &Scene<'_>, ix: ComponentIx, facts: &mut Vec<Fact>) {
    let theme = scene.canvas.theme;
    let http = |link: &_| scene.infra.link(*link).protocol == Protocol::Http;
    let entry = scene.infra.links_from(ix).into_iter().find(http);
    let encrypted = entry.is_some_and(|link| scene.infra.hop(link).cipher != Cipher::Plaintext);
    if encrypted && scene.canvas.sim.is_certificate_expired() {
        facts.push(fact(theme.bad, ["https ✗"]));
        facts.push(fact(theme.bad, ["certificate expired", "cert expired", "expired"]));
    } else if encrypted {
        facts.push(fact(theme.tls, ["https ✓"]));
        facts.push(fact(theme.tls, ["padlock closed", "padlock"]));
    } else {
        facts.push(fact(theme.bad, ["http"]));
        facts.push(fact(theme.bad, ["no padlock", "no lock"]));
    }
    facts.push(Fact { words: vec![scene.infra.domain().to_owned().into(), "browser".into()], style: theme.dim });
}

fn monitoring(scene: &Scene<'_>, facts: &mut Vec<Fact>) {
    let theme = scene.canvas.theme;
    let agents = scene.canvas.sim.agents();
    let fresh = agents.iter().filter(|agent| agent.taken.is_some() && !agent.stale).count();
    let count = |wanted: fn(&AgentView<'_>) -> bool| agents.iter().filter(|agent| wanted(agent)).count();
    // Nothing was ever heard of an agent, or nothing any more: two things.
    let unheard = count(|agent| agent.taken.is_none());
    let stale = count(|agent| agent.taken.is_some() && agent.stale);
    let style = if stale > 0 { theme.bad } else { theme.text };
    let all = agents.len();
    facts.push(Fact { words: vec![format!("{fresh} of {all} agents").into(), format!("{fresh}/{all} agts").into()], style });
    let (words, style) = match (stale, unheard) {
        (0, 0) => (vec!["none stale".into(), "0 stale".into()], theme.dim),
        (0, unheard) => (vec![format!("{unheard} never heard").into(), format!("{unheard} unheard").into()], theme.dim),
        (stale, _) => (vec![format!("{stale} stale").into()], theme.bad),
    };
    facts.push(Fact { words, style });
    facts.push(fact(theme.dim, ["knows samples", "samples"]));
}

fn balancer(scene: &Scene<'_>, ix: ComponentIx, algorithm: &'static str, facts: &mut Vec<Fact>) {
    let theme = scene.canvas.theme;
    let backends: Vec<bool> =
        scene.infra.links_from(ix).into_iter().filter_map(|link| scene.canvas.sim.backend_up(link)).collect();
    let up = backends.iter().filter(|up| **up).count();
    // Whoever does not run checks nobody: what it knew is old.
    if up < backends.len() && scene.canvas.sim.station(ix).health.is_up() {
        let all = backends.len();
        facts.push(Fact {
            words: vec![format!("{up} of {all} backends UP").into(), format!("{up} of {all} UP").into()],
            style: theme.bad,
        });
    }
    if scene.hops.iter().any(|hop| hop.to == ix && hop.cipher == Cipher::TlsThrough) {
        facts.push(fact(theme.warn, ["cannot read: TLS through", "cannot read", "no read"]));
    }
    let sim = scene.canvas.sim;
    if sim.masters().next().is_some() {
        let master = sim.masters().any(|master| master == ix);
        facts.push(if master { fact(theme.accent, ["master"]) } else { fact(theme.dim, ["stands by", "standby"]) });
    }
    let backlog = sim.backlog(ix);
    if backlog > 0 {
        facts.push(Fact {
            words: vec![format!("{backlog} wait for a backend").into(), format!("{backlog} wait").into()],
            style: theme.warn,
        });
    }
    facts.push(fact(theme.text, [algorithm]));
}

/// What health checks say of a backend, where they say DOWN.
fn checks(scene: &Scene<'_>, ix: ComponentIx, facts: &mut Vec<Fact>) {
    let theme = scene.canvas.theme;
    let sim = scene.canvas.sim;
    let mut checked = scene.hops.iter().filter(|hop| hop.to == ix && sim.station(hop.from).health.is_up());
    let down = checked.any(|hop| sim.backend_up(hop.link) == Some(false));
    if down {
        facts.push(fact(theme.bad, ["checks: DOWN", "chk DOWN"]));
    }
    let element = Element::Component(scene.infra.component(ix).id.clone());
    if scene.canvas.sim.is_draining(&element) == Some(true) {
        facts.push(fact(theme.warn, ["drains: nothing new", "drains"]));
    }
}

/// Whether a component decrypts what users sent.
fn ends_tls(scene: &Scene<'_>, ix: ComponentIx) -> bool {
    let passes_tls = scene.infra.component(ix).kind.can_pass_tls();
    scene.hops.iter().any(|hop| {
        hop.to == ix
            && scene.infra.link(hop.link).protocol == Protocol::Http
            && (hop.cipher == Cipher::Tls || hop.cipher == Cipher::TlsThrough && !passes_tls)
    })
}
