//! The detail panel: the selected component, server or hop, or the followed request.
//!
//! Numbers come from the simulation; what an eavesdropper reads comes from the analysis.

mod browser;
mod component;
mod database;
mod firewall;
mod journey;
mod rate_limit;
pub(crate) mod scan;
mod sessions;
mod wrong;

use hoplight_analysis::{Carriers, Fact, Stake, port_80, readable};
use hoplight_model::component::DatabaseRole;
use hoplight_model::text::{split_at_column, width};
use hoplight_model::{Cipher, Element, Hop, LinkIx, Medium, Protocol, RequestKind, ServerId, TlsMode};
use hoplight_sim::CpuView;
use hoplight_text::{Phrase, description};

use crate::action::{AppAction, EditAction, SelectAction, SiteAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::notice::Notice;
use crate::overlay::kind::Overlay;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::{events, sender, tap};

/// Returns the title of the panel.
pub fn title(stage: &Stage) -> String {
    match (&stage.session.selected, stage.session.playback.followed) {
        (Some(Element::Component(id)), _) => stage.infra().find(id.as_str()).map_or_else(String::new, |ix| {
            let kind = &stage.infra().component(ix).kind;
            // The current role, which may differ from the configured one. Members of a cluster are always shown as members.
            let drawn = kind.as_database().filter(|spec| !matches!(spec.role, DatabaseRole::Member | DatabaseRole::MultiPrimary));
            let role = drawn.and_then(|_| stage.sim().database(ix)).map(|now| now.role);
            format!("{id} · {}", role.map_or(kind.word(), DatabaseRole::of_database))
        }),
        (Some(Element::Server(id)), _) => format!("{id} · server"),
        (Some(hop @ Element::Hop(..)), _) => format!("{hop}"),
        (None, Some(number)) => sender::title(number),
        (None, None) => stage.infra().title().to_owned(),
    }
}

/// Returns the lines for a panel of `width` columns.
pub fn lines(stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    overlay(&mut page, stage);
    if let Some(element) = &stage.session.selected {
        wrong::write(&mut page, stage, element);
    }
    match &stage.session.selected {
        Some(Element::Component(id)) => {
            if let Some(ix) = stage.infra().find(id.as_str()) {
                component::write(&mut page, stage, ix);
            }
        }
        Some(Element::Server(id)) => server(&mut page, stage, id),
        Some(Element::Hop(from, to)) => {
            if let Some(link) = stage.infra().link_between(from.as_str(), to.as_str()) {
                hop(&mut page, stage, link, width);
            }
        }
        None => match stage.session.playback.followed {
            Some(number) => journey::write(&mut page, stage, number, width),
            None => nothing(&mut page, stage, keymap),
        },
    }
    page.lines()
}

/// Writes the overlay's remarks, above the selected element.
fn overlay(page: &mut Page, stage: &Stage) {
    let Some(overlay) = stage.panels.overlays.shown() else { return };
    let of = match overlay {
        Overlay::SinglePoints => format!(", {} requests", stage.panels.overlays.kind().word()),
        _ => String::new(),
    };
    page.text(Tone::Name, &format!("{}{of}", overlay.title()));
    for remark in &stage.panels.overlays.content().remarks {
        let sign = remark.sign.map_or_else(|| "  ".to_owned(), |sign| format!("{} ", sign.symbol()));
        let select = remark.about.clone().map(|element| SelectAction::Element(element).into());
        page.item(remark.tone, &sign, remark.tone, &remark.text, select.as_ref());
    }
    page.gap();
}

/// Describes the selected element in one line. `info` is the key that shows more.
pub fn brief(stage: &Stage, info: &str) -> Option<Notice> {
    let (infra, sim) = (stage.infra(), stage.sim());
    let (tone, text) = match stage.session.selected.as_ref()? {
        Element::Hop(from, to) => {
            let link = infra.link_between(from.as_str(), to.as_str())?;
            let hop = infra.hop(link);
            let hides = hides_secrets(stage, link);
            let reads = secret(stage, link).filter(|fact| !hides || !is_secret(fact));
            let reads = reads.map_or_else(|| "all of it".to_owned(), |fact| fact.text());
            match (hop.cipher, hop.medium) {
                (Cipher::Plaintext, Medium::Wire) => (Tone::Plain, format!("{from} → {to}: an eavesdropper reads {reads}")),
                (Cipher::Plaintext, Medium::Loopback) => {
                    (Tone::Warn, format!("{from} → {to}: loopback, readable only inside the server"))
                }
                (Cipher::Tls, _) => (Tone::Good, format!("{from} → {to}: TLS, unreadable to eavesdroppers")),
                (Cipher::TlsThrough, _) => (Tone::Good, format!("{from} → {to}: TLS end to end, through the balancer")),
            }
        }
        Element::Component(id) => {
            let ix = infra.find(id.as_str())?;
            let health = sim.station(ix).health;
            let tone = if health.is_up() { Tone::Text } else { Tone::Bad };
            let word = infra.component(ix).kind.word();
            let what = if word == id.as_str() { "the users" } else { word };
            (tone, format!("{id}: {what}, {}", hoplight_text::health(health)))
        }
        Element::Server(id) => {
            let on = sim.is_up(&Element::Server(id.clone())) == Some(true);
            (if on { Tone::Text } else { Tone::Bad }, format!("{id}: server, {}", if on { "on" } else { "off" }))
        }
    };
    // Long text is truncated so that the key still fits.
    let text = if width(&text) > 66 { format!("{}…", split_at_column(&text, 65).0) } else { text };
    Some(Notice { tone, text: format!("{text}  ({info} more)") })
}

/// Returns the most sensitive fact that an eavesdropper reads on a link.
fn secret(stage: &Stage, link: LinkIx) -> Option<Fact> {
    let reading = readable(stage.infra(), link, richest(stage, link)?);
    let delicate = |fact: &&Fact| {
        matches!(fact, Fact::Secrets(_) | Fact::Sql(_) | Fact::CacheKey(_) | Fact::ChangedRow(_) | Fact::DnsName(_))
    };
    // The first of the most severe ones.
    reading.facts.iter().rev().filter(delicate).max_by_key(|fact| fact.stake()).cloned()
}

/// Whether a fact gives access to an account.
fn is_secret(fact: &Fact) -> bool {
    fact.stake() >= Stake::PasswordHash
}

/// Whether the secrets on a link are not told: in a lesson, the learner is to read them with the wiretap.
fn hides_secrets(stage: &Stage, link: LinkIx) -> bool {
    stage.session.lesson.is_some() && stage.session.timeline.tapped() != Some(link) && !stage.session.wiretap_saw_password()
}

/// Writes a fact that an eavesdropper on a link reads.
fn fact(page: &mut Page, stage: &Stage, link: LinkIx, fact: &Fact) {
    let label = format!("{}: ", fact.label());
    if is_secret(fact) && hides_secrets(stage, link) {
        page.item(Tone::Dim, &label, Tone::Text, "put the wiretap here to read them", None);
        return;
    }
    page.item(Tone::Dim, &label, if is_secret(fact) { Tone::Secret } else { Tone::Text }, &fact.text(), None);
}

/// Returns the kind of request with the most sensitive content on a link.
fn richest(stage: &Stage, link: LinkIx) -> Option<RequestKind> {
    let carriers = Carriers::of(stage.infra());
    [RequestKind::Write, RequestKind::Read, RequestKind::Static].into_iter().find(|kind| carriers.carries(link, *kind))
}

/// Writes a description of the infrastructure, if nothing is selected.
fn nothing(page: &mut Page, stage: &Stage, keymap: &Keymap) {
    let infra = stage.infra();
    // If the journal does not fit on the screen, its latest headlines are shown here, newest first, each with the time of its
    // first event.
    let headlines = stage.session.timeline.journal().headlines().rev();
    for headline in headlines.take(if stage.viewport.regions.wide { 0 } else { 3 }) {
        let at = format!("{:.1} ", headline.first.at.as_secs_f64());
        let recall = events::recall(&headline.first, infra).into();
        page.item(Tone::Dim, &at, Tone::Text, &hoplight_text::headline(headline, infra).to_string(), Some(&recall));
    }
    page.text(Tone::Text, infra.summary());
    // Hidden in a lesson, which may ask for them.
    let points = stage.panels.summary.single_points.as_ref().filter(|_| stage.session.lesson.is_none());
    if let Some(points) = points {
        let text = match points.as_slice() {
            [] => "No single point of failure for writes.".to_owned(),
            [one] => format!("1 single point of failure for writes: {one}."),
            several => format!("{} single points of failure for writes: {}.", several.len(), several.join(", ")),
        };
        page.text(Tone::Text, &text);
    }
    page.text(Tone::Dim, &format!("TLS {}: {}", infra.tls().edge.word(), description::tls_mode_effect(infra.tls().edge)));
    page.text(
        Tone::Text,
        &format!(
            "Select with the arrows or the mouse. {} kills, {} changes TLS, {} sends a login, {} shows all keys.",
            keymap.label(SiteAction::KillOrRestore),
            keymap.label(EditAction::CycleTls),
            keymap.label(SiteAction::Send(RequestKind::Write)),
            keymap.label(AppAction::Help)
        ),
    );
    for note in infra.notes() {
        page.item(Tone::Dim, "· ", Tone::Dim, note, None);
    }
}

fn server(page: &mut Page, stage: &Stage, id: &ServerId) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let up = sim.is_up(&Element::Server(id.clone())) == Some(true);
    let (tone, word) = if up { (Tone::Good, "on") } else { (Tone::Bad, "off: nothing on it responds") };
    let label = infra.server(id).and_then(|server| server.label.clone());
    page.line(Line::new(tone, word).with(Tone::Dim, label.map_or_else(String::new, |label| format!("  {label}"))));
    page.text(Tone::Text, &Phrase::from(description::zone(infra.zone_of_server(id))).to_sentence());
    if let Some(cpu) = sim.cpu(id).filter(|_| up) {
        processor(page, &cpu);
    }
    page.text(Tone::Dim, "Powering this machine off takes down everything on it at once:");
    for (ix, component) in infra.on_server(id) {
        let station = sim.station(ix);
        let health = station.health;
        let tone = if health.is_up() { Tone::Text } else { Tone::Bad };
        let software =
            component.software.as_ref().map_or_else(String::new, |software| format!("  {} {}", software.name, software.version));
        let line = Line::new(tone, format!("· {} {}", component.id, hoplight_text::health(health))).with(Tone::Dim, software);
        page.line(line.doing(SelectAction::Element(Element::Component(component.id.clone()))));
    }
    scan::write(page, stage, id);
}

/// Writes how busy the cores of a server are.
fn processor(page: &mut Page, cpu: &CpuView) {
    let tone = if cpu.utilisation >= 0.95 { Tone::Bad } else { Tone::Text };
    let cores = if cpu.cores == 1 { "1 core".to_owned() } else { format!("{} cores", cpu.cores) };
    let others =
        if cpu.others > 0 { format!(", {:.0} % of it by another program", cpu.others_share() * 100.0) } else { String::new() };
    page.text(tone, &format!("CPU {:.0} % of {cores}{others}", cpu.utilisation * 100.0));
    let threads = if cpu.running == 1 { "1 slot needs".to_owned() } else { format!("{} slots need", cpu.running) };
    let speed = cpu.speed();
    if speed < 1.0 {
        page.text(Tone::Warn, &format!("{threads} a core now: each runs at {:.0} % of the speed of a core.", speed * 100.0));
    } else {
        page.text(Tone::Dim, &format!("{threads} a core now, and each has one."));
    }
}

/// Writes a hop: its protocol and encryption, the firewalls' verdicts, and what an eavesdropper reads.
fn hop(page: &mut Page, stage: &Stage, link: LinkIx, width: u16) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let hop = infra.hop(link);
    let weight = infra.link(link);
    let exposed = match (hop.cipher, hop.medium) {
        (Cipher::Plaintext, Medium::Wire) => (Tone::Bad, "plaintext on the wire: eavesdroppers can read it"),
        (Cipher::Plaintext, Medium::Loopback) => (Tone::Warn, "plaintext on loopback: it never leaves the server"),
        (Cipher::Tls, _) => (Tone::Good, "TLS between these two"),
        (Cipher::TlsThrough, _) => (Tone::Good, "TLS that passes through the balancer, which cannot read it"),
    };
    if sim.is_up(&infra.hop_element(link)) == Some(false) {
        page.text(Tone::Bad, "The link is cut.");
    }
    page.text(exposed.0, exposed.1);
    if !tap::section(page, stage, link, usize::from(width)) {
        listener(page, stage, &hop);
    }
    let ms = weight.latency.get();
    let port = infra.port(link);
    let port = if weight.protocol == Protocol::Vrrp { format!("over IP protocol {port}") } else { format!("to port {port}") };
    page.text(Tone::Dim, &format!("{} {port}, {ms} ms one way, {} in flight", weight.protocol.word(), sim.active(link)));
    if let Some(up) = sim.backend_up(link) {
        let blind = component::blind(stage, infra.ends(link).0);
        if let Some(why) = &blind {
            let balancer = &infra.component(infra.ends(link).0).id;
            page.text(Tone::Warn, &format!("No health checks by {balancer}{why}."));
        } else {
            let (tone, word) = if up { (Tone::Good, "UP") } else { (Tone::Bad, "DOWN: the balancer sends nothing here") };
            page.line(Line::new(Tone::Dim, "health checks: ").with(tone, word));
        }
        if let Some(code) = sim.check_code(link).filter(|_| blind.is_none()) {
            page.text(Tone::Dim, &format!("the last check failed: {}, {}", code.id(), hoplight_text::check_code(code)));
        }
        if sim.is_draining(&infra.hop_element(link)) == Some(true) {
            page.text(Tone::Warn, "Draining: the balancer sends no new requests here.");
        }
        if let Some(most) = weight.maxconn {
            page.text(Tone::Dim, &format!("maxconn {most}: excess requests wait at the balancer"));
        }
        if weight.weight > 1 {
            page.text(Tone::Dim, &format!("weight {}", weight.weight));
        }
    }
    if weight.standby {
        page.text(Tone::Dim, "It leads to the standby site: the DNS record does not list this address until it is switched.");
    }
    for guard in &hop.guards {
        firewall::verdict(page, infra, *guard);
    }
}

/// Writes what an eavesdropper on a hop reads.
fn listener(page: &mut Page, stage: &Stage, hop: &Hop) {
    let (infra, link) = (stage.infra(), hop.link);
    let Some(kind) = richest(stage, link) else { return };
    let reading = readable(infra, link, kind);
    page.text(Tone::Name, &format!("of {}, an eavesdropper reads", kind.request_line()));
    for read in &reading.facts {
        fact(page, stage, link, read);
    }
    if hop.cipher != Cipher::Plaintext {
        page.text(Tone::Dim, "Everything else is ciphertext.");
    }
    if port_80::is_readable(infra, link) {
        let line = infra.request_line_on_port_80(kind);
        page.text(Tone::Name, &format!("of a visit with http:// to port 80 ({line})"));
        for read in port_80::facts_on_port_80(infra, hop, kind) {
            fact(page, stage, link, &read);
        }
    }
    if hop.cipher == Cipher::TlsThrough && infra.tls().edge == TlsMode::Passthrough {
        page.text(Tone::Dim, "The balancer sees no URL and no status: it can only forward.");
    }
}
