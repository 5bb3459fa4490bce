//! Describes an infrastructure in words: servers, components, and links with their encryption and firewalls.
//!
//! Everything is derived from the model, as in the diagram.

use hoplight_analysis::Carriers;
use hoplight_model::component::{ProxySpec, SessionPlace};
use hoplight_model::firewall::{Direction, FirewallSpec, Peer, Rule, RuleAction};
use hoplight_model::quantity::Cores;
use hoplight_model::{
    CacheSpec, Cipher, Component, ComponentIx, ComponentKind, Hop, Infrastructure, LinkIx, Medium, Protocol, RequestKind, Text,
    TlsMode,
};
use hoplight_text::description;
use std::fmt::Write as _;

use super::super::format::counted;
use super::{hanging, paragraph};

/// Describes the whole infrastructure.
pub(super) fn infrastructure(infra: &Infrastructure) -> String {
    let mut text = paragraph(&format!("Diagram: {}", infra.title()));
    text += &paragraph(infra.summary());
    text += &paragraph(&traffic(infra));
    text += &paragraph(&format!("TLS mode {}: {}", infra.tls().edge.word(), description::tls_mode_effect(infra.tls().edge)));
    for certificate in infra.certificates() {
        let names: Vec<&str> = certificate.names.iter().map(Text::as_str).collect();
        let on: Vec<&str> = infra.holders(certificate).into_iter().map(|ix| infra.component(ix).id.as_str()).collect();
        let days = certificate.days_left;
        let why = if certificate.is_assumed { " (assumed, since the drawing lists none)" } else { "" };
        text += &paragraph(&format!("A certificate for {} on {}, {days} days left{why}.", listed(&names), listed(&on)));
    }
    let outside: Vec<&Component> =
        infra.components().map(|(_, component)| component).filter(|component| component.server.is_none()).collect();
    if !outside.is_empty() {
        text += "\nOutside the servers:\n";
        for component in outside {
            text += &item(infra, component);
        }
    }
    for server in infra.servers() {
        let label = server.label.as_ref().map_or_else(String::new, |label| format!(" ({label})"));
        text += "\n";
        let cores = match server.cores.map(Cores::get) {
            None => String::new(),
            Some(1) => " has one core and".to_owned(),
            Some(cores) => format!(" has {cores} cores and"),
        };
        text += &paragraph(&format!("Server {}{label}{cores} runs:", server.id));
        for (_, component) in infra.on_server(&server.id) {
            text += &item(infra, component);
        }
    }
    text += "\n";
    text += &paragraph(&format!("{}, each from the client to the server:", counted(infra.links().count(), "link")));
    let carriers = Carriers::of(infra);
    for hop in infra.hops() {
        text += &hanging("- ", &link(infra, &carriers, &hop));
    }
    text
}

/// Describes the differences between two versions of an infrastructure; empty if there are none.
pub(super) fn changes(before: &Infrastructure, after: &Infrastructure) -> String {
    let mut text = String::new();
    if before.tls().edge != after.tls().edge {
        let mode = after.tls().edge;
        text += &hanging("- ", &format!("TLS mode {}: {}", mode.word(), description::tls_mode_effect(mode)));
    }
    let (then, now) = (Carriers::of(before), Carriers::of(after));
    for hop in after.hops() {
        // Edits do not renumber links.
        let current = link(after, &now, &hop);
        if link(before, &then, &before.hop(hop.link)) != current {
            text += &hanging("- ", &current);
        }
    }
    text
}

fn traffic(infra: &Infrastructure) -> String {
    let traffic = infra.traffic();
    let (pages, writes) = (traffic.static_share.get(), traffic.write_share.get());
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    format!(
        "Users of {} send {} requests per second: {} for static pages, {} reads, {} writes (logins).",
        infra.domain(),
        traffic.rate.get(),
        percent(pages),
        percent(1.0 - pages - writes),
        percent(writes)
    )
}

/// Describes a component.
fn item(infra: &Infrastructure, component: &Component) -> String {
    let kind = component.kind.word();
    let mut words = component.id.to_string();
    if kind != component.id.as_str() {
        let _ = write!(words, ": {kind}");
    }
    if let Some(software) = &component.software {
        let _ = write!(words, ", {software}");
    }
    let label = component.label();
    let named = component.software.as_ref().is_some_and(|software| software.name.as_str() == label);
    if !named && ![kind, component.id.as_str()].iter().any(|word| word.eq_ignore_ascii_case(label)) {
        let _ = write!(words, ", labelled “{label}”");
    }
    let _ = write!(words, ". {}", description::component_role(&component.kind));
    match &component.kind {
        ComponentKind::LoadBalancer(spec) => {
            let _ = write!(words, " It balances by {}: {}.", spec.algorithm.word(), description::algorithm(spec.algorithm));
            if spec.sticky && infra.tls().edge != TlsMode::Passthrough {
                words += " A cookie that it inserts keeps each user at one of them, as long as that one is UP.";
            }
            if let Some(vrrp) = &spec.vrrp {
                words += " It shares its address with another balancer (VRRP).";
                words += if vrrp.track.is_some() {
                    " keepalived tracks its process."
                } else {
                    " keepalived does not track its process: if it ends, the address stays."
                };
            }
        }
        ComponentKind::DnsResolver(spec) => {
            let _ = write!(words, " {} is an A record with a TTL of {} s.", infra.domain(), spec.ttl_s.get());
        }
        ComponentKind::SqlProxy(spec) => {
            let _ = write!(words, " Mode: {}. {}.", spec.mode.word(), description::sql_proxy_mode(spec.mode));
        }
        ComponentKind::Firewall(spec) => words += &firewall(spec),
        ComponentKind::Cache(spec) if spec.holds_sessions() => words += " If its process ends, they are gone.",
        ComponentKind::Cache(spec) => words += &cache(spec),
        ComponentKind::Web(spec) | ComponentKind::App(spec) => words += sessions(spec),
        ComponentKind::Browser | ComponentKind::Database(_) | ComponentKind::Agent(_) | ComponentKind::MonitoringService => {}
    }
    words += &rate_limit(component);
    hanging("- ", &words)
}

/// Describes whom a component refuses, and whether it passes on the clients' addresses.
fn rate_limit(component: &Component) -> String {
    let mut words = String::new();
    if let Some(limit) = component.kind.rate_limit() {
        let (accepts, refusal) = (description::rate_limit(limit), description::rate_limit_refusal(limit));
        let _ = write!(words, " It accepts from each client {accepts}, and refuses more with {refusal}.");
    }
    if !component.kind.forwards_address() {
        words += " It does not pass on the clients' addresses.";
    }
    words
}

/// Describes what a cache stores, and for how long.
fn cache(spec: &CacheSpec) -> String {
    let ttl = spec.ttl_s.map_or_else(|| "do not expire".to_owned(), |ttl| format!("expire after {} s", ttl.get()));
    let mut words = format!(" It holds {} of {} objects; entries {ttl}.", spec.capacity.min(spec.objects), spec.objects);
    if spec.collapse {
        words += " Requests that miss the same object wait for one fetch.";
    }
    if let Some(stale) = spec.stale_if_error_s {
        let _ = write!(words, " If a fetch fails, it serves an expired entry for up to {} s.", stale.get());
    }
    words
}

/// Describes where the code keeps sessions, unless it keeps none.
const fn sessions(spec: &ProxySpec) -> &'static str {
    match spec.sessions {
        SessionPlace::Cookie => "",
        SessionPlace::Memory => " It keeps the sessions of logged-in users in its memory.",
    }
}

/// Describes what a firewall protects, and its rules.
fn firewall(spec: &FirewallSpec) -> String {
    let servers = spec.servers.iter().map(ToString::to_string);
    let protects: Vec<String> = servers.chain(spec.components.iter().map(ToString::to_string)).collect();
    if protects.is_empty() {
        return " It protects nothing.".to_owned();
    }
    let mut words = format!(" It protects {}.", listed(&protects));
    for (direction, way) in [(Direction::Inbound, "Inbound"), (Direction::Outbound, "Outbound")] {
        let rules: Vec<String> = spec.rules(direction).iter().map(rule).collect();
        let _ = write!(words, " {way}: {}everything else: {}.", rules.concat(), verb(spec.default));
    }
    words
}

fn rule(rule: &Rule) -> String {
    let peer = match &rule.peer {
        Peer::Any => "anyone".to_owned(),
        Peer::Component(id) => id.to_string(),
        Peer::Server(id) => id.to_string(),
    };
    let ports: Vec<String> = rule.ports.iter().map(ToString::to_string).collect();
    let ports = match ports.len() {
        0 => "all ports".to_owned(),
        1 => format!("port {}", ports.concat()),
        _ => format!("ports {}", listed(&ports)),
    };
    format!("{peer}, {ports}: {}; ", verb(rule.action))
}

const fn verb(action: RuleAction) -> &'static str {
    match action {
        RuleAction::Allow => "allow",
        RuleAction::Drop => "drop",
        RuleAction::Reject => "reject",
        RuleAction::Reset => "reject with a TCP reset",
    }
}

/// Describes a link: its ends, protocol, encryption, traffic and firewalls.
fn link(infra: &Infrastructure, carriers: &Carriers, hop: &Hop) -> String {
    let id = |ix: ComponentIx| infra.component(ix).id.as_str();
    let weight = infra.link(hop.link);
    let readable = match (hop.cipher, hop.medium) {
        (Cipher::Plaintext, Medium::Wire) => "plaintext on a network: any eavesdropper can read it",
        (Cipher::Plaintext, Medium::Loopback) => "plaintext, but loopback: it never leaves the server",
        (Cipher::Tls, _) => "encrypted by TLS between the two",
        (Cipher::TlsThrough, _) => "encrypted by TLS, which the balancer passes through",
    };
    let port = if weight.protocol == Protocol::Vrrp { String::new() } else { format!(" to port {}", infra.port(hop.link)) };
    let mut words = format!("{} to {}: {}{port}, {readable}.", id(hop.from), id(hop.to), weight.protocol.word());
    words += &carried(infra, carriers, hop.link);
    if weight.standby {
        words += " It leads to the standby site, whose address is not in the site's DNS record until the record is switched.";
    }
    for guard in &hop.guards {
        let rule = guard.verdict.rule.map_or_else(|| "no rule matches".to_owned(), |rule| format!("rule {rule}"));
        let way = if guard.verdict.direction == Direction::Inbound { "in" } else { "out" };
        let judges = match guard.verdict.action {
            RuleAction::Allow => format!("allows it {way}"),
            RuleAction::Drop => format!("drops it on the way {way} without a reply"),
            RuleAction::Reject => format!("rejects it on the way {way} with an ICMP error"),
            RuleAction::Reset => format!("rejects it on the way {way} with a TCP reset"),
        };
        let firewall = match guard.standby {
            Some(standby) => format!("{} (standby {})", id(guard.firewall), id(standby)),
            None => id(guard.firewall).to_owned(),
        };
        let _ = write!(words, " {firewall} {judges} ({rule}).");
    }
    words
}

/// Describes the traffic on a link.
fn carried(infra: &Infrastructure, carriers: &Carriers, link: LinkIx) -> String {
    match infra.link(link).protocol {
        Protocol::Dns => return " It carries DNS queries.".to_owned(),
        Protocol::Metrics => return " It carries monitoring samples.".to_owned(),
        Protocol::Vrrp => return " It carries advertisements of the balancer that holds the shared address.".to_owned(),
        Protocol::Replication => {
            return " It carries replicated changes; the replica opens the connection.".to_owned();
        }
        Protocol::Http | Protocol::Sql | Protocol::Cache => {}
    }
    let names = carriers.kinds(link).into_iter().map(|kind| match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    });
    let names: Vec<&str> = names.collect();
    if names.is_empty() { " It carries no requests.".to_owned() } else { format!(" It carries {}.", listed(&names)) }
}

/// Joins words with commas, and with "and" before the last.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}
