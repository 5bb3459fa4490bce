//! Who can read what: for each kind of content on each hop, the positions from which it can be read, and the facts it
//! reveals there.
//!
//! ```text
//!  lb-1 ───────── network ─────────▶ web-1        encrypted: on the network, only the envelope is readable;
//!   │                                  │           each end reads everything, since it has the keys
//!  program, server                   program, server
//! ```
//!
//! Encryption hides a message between its two ends, never from the ends: a program that terminates TLS reads what it
//! forwards, and so does an attacker who controls the program. A balancer in TLS passthrough is not an end. Only
//! requests are considered, and the password hash that a database returns. Whether an attacker can get to a position is outside the scope of this
//! module.

use super::carriers::Carriers;
use super::port_80::{carries_plaintext, facts_on_port_80};
use super::reading::{Fact, Stake, facts};
use super::wiring::Wiring;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{Cipher, ComponentId, ComponentIx, Hop, Infrastructure, LinkIx, Medium, Protocol, RequestKind, ServerId};

/// Content of an agent's samples.
const SAMPLES: &str = "requests per second, latencies, errors and queue lengths of each program on the agent's server";
/// Content of a VRRP advertisement (RFC 5798), which is neither encrypted nor authenticated.
const ADVERTISEMENT: &str = "which balancer holds the shared address, and at which priority";

/// Content that travels on a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HopContent {
    /// Requests of one kind, including the lookup of the site's name and replicated changes.
    Request(RequestKind),
    /// Samples of an agent.
    Samples,
    /// Advertisements of a VRRP pair.
    Advertisement,
}

/// A position from which messages can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listener {
    /// The network between two components.
    Network(ComponentId, ComponentId),
    /// Control of a program, which reads what it sends, receives or forwards.
    Program(ComponentId),
    /// Control of a server: the memory and keys of all its programs, and the traffic between them.
    Machine(ServerId),
}

/// A listener and the facts that it can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopReader {
    /// The listener.
    pub who: Listener,
    /// Facts that the listener can read; at least the addresses.
    pub facts: Vec<Fact>,
}

/// Whether the client verifies the server's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authentication {
    /// No TLS.
    None,
    /// TLS without a certificate in the model: an impostor in the server's place reads everything.
    Unchecked,
    /// The server presents a certificate.
    Certificate,
}

/// One kind of content on one hop, and everyone who can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The link.
    pub link: LinkIx,
    /// The client.
    pub from: ComponentId,
    /// The server.
    pub to: ComponentId,
    /// The protocol.
    pub protocol: Protocol,
    /// The content.
    pub load: HopContent,
    /// How the hop is encrypted.
    pub cipher: Cipher,
    /// Wire or loopback.
    pub medium: Medium,
    /// How the server is authenticated.
    pub authentication: Authentication,
    /// Readers: the network, then programs, then servers. The user's own machine is left out.
    pub readers: Vec<HopReader>,
}

impl HopContent {
    /// Noun for the content.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request(kind) => kind.word(),
            Self::Samples => "samples",
            Self::Advertisement => "advertisements",
        }
    }
}

impl HopReader {
    /// The highest stake among the facts.
    pub fn stake(&self) -> Stake {
        self.facts.iter().map(Fact::stake).max().unwrap_or(Stake::Addresses)
    }

    /// The facts other than addresses, as they appear on the wire.
    pub fn texts(&self) -> Vec<String> {
        self.facts.iter().filter(|fact| !matches!(fact, Fact::Envelope { .. })).map(Fact::text).collect()
    }
}

impl Exposure {
    /// What a listener can read here, if anything.
    pub fn reader(&self, who: &Listener) -> Option<&HopReader> {
        self.readers.iter().find(|reader| reader.who == *who)
    }

    /// What a listener on the network can read; `None` for a hop inside one server.
    pub fn network(&self) -> Option<&HopReader> {
        self.readers.iter().find(|reader| matches!(reader.who, Listener::Network(..)))
    }

    /// Whether a listener on the network reads more than TLS would reveal: on an unencrypted hop, or of visits that begin at
    /// port 80.
    pub fn is_exposed(&self) -> bool {
        self.network().is_some_and(|reader| reader.facts.iter().any(Fact::is_hidden_by_tls))
    }
}

/// All exposures, by hop in authored order and then by kind of content. Excludes content that a firewall blocks.
pub fn exposures(infra: &Infrastructure) -> Vec<Exposure> {
    exposures_in(infra, &Wiring::of(infra))
}

/// Like [`exposures`], for hops and behaviours that are already derived.
pub(super) fn exposures_in(infra: &Infrastructure, wiring: &Wiring) -> Vec<Exposure> {
    let carriers = Carriers::in_wiring(infra, wiring);
    let of_hop = |hop| loads(infra, &carriers, hop).into_iter().map(move |load| expose(infra, hop, load));
    wiring.hops.iter().flat_map(of_hop).collect()
}

/// All facts that a listener reads on any hop, apart from addresses, without duplicates, most severe first.
pub fn facts_read_by(exposures: &[Exposure], who: &Listener) -> Vec<Fact> {
    let mut found: Vec<Fact> = Vec::new();
    let read = exposures.iter().filter_map(|exposure| exposure.reader(who)).flat_map(|reader| &reader.facts);
    for fact in read.filter(|fact| !matches!(fact, Fact::Envelope { .. })) {
        if !found.contains(fact) {
            found.push(fact.clone());
        }
    }
    found.sort_by_key(|fact| std::cmp::Reverse(fact.stake()));
    found
}

/// All listeners, in order of first appearance.
pub fn listeners(exposures: &[Exposure]) -> Vec<Listener> {
    let mut found: Vec<Listener> = Vec::new();
    for reader in exposures.iter().flat_map(|exposure| &exposure.readers) {
        if !found.contains(&reader.who) {
            found.push(reader.who.clone());
        }
    }
    found
}

fn loads(infra: &Infrastructure, carriers: &Carriers, hop: &Hop) -> Vec<HopContent> {
    let passes = hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow);
    match infra.link(hop.link).protocol {
        Protocol::Metrics => Some(HopContent::Samples).filter(|_| passes).into_iter().collect(),
        Protocol::Vrrp => Some(HopContent::Advertisement).filter(|_| passes).into_iter().collect(),
        _ => carriers.kinds(hop.link).into_iter().map(HopContent::Request).collect(),
    }
}

fn expose(infra: &Infrastructure, hop: &Hop, load: HopContent) -> Exposure {
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    Exposure {
        link: hop.link,
        from: id(hop.from),
        to: id(hop.to),
        protocol: infra.link(hop.link).protocol,
        load,
        cipher: hop.cipher,
        medium: hop.medium,
        authentication: authentication(infra, hop),
        readers: readers(infra, hop, load),
    }
}

/// Listeners on a hop: the network, the two ends, the firewalls on the hop, and the servers that run them.
fn readers(infra: &Infrastructure, hop: &Hop, load: HopContent) -> Vec<HopReader> {
    let mut on_wire = shown(infra, hop, load, hop.cipher);
    if let HopContent::Request(kind) = load
        && carries_plaintext(infra, hop)
    {
        on_wire.extend(facts_on_port_80(infra, hop, kind));
    }
    let clear = shown(infra, hop, load, Cipher::Plaintext);
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let mut readers = Vec::new();
    if hop.medium == Medium::Wire {
        readers.push(HopReader { who: Listener::Network(id(hop.from), id(hop.to)), facts: on_wire.clone() });
    }
    let ends = [hop.from, hop.to].map(|ix| (ix, has_keys(infra, hop, ix)));
    let firewalls = hop.guards.iter().flat_map(|guard| guard.members()).map(|firewall| (firewall, false));
    let is_own = |(ix, _): &(ComponentIx, bool)| infra.component(*ix).kind.is_browser();
    let programs: Vec<(ComponentIx, bool)> = ends.into_iter().chain(firewalls).filter(|end| !is_own(end)).collect();
    let seen = |keys: bool| if keys { clear.clone() } else { on_wire.clone() };
    readers.extend(programs.iter().map(|(ix, keys)| HopReader { who: Listener::Program(id(*ix)), facts: seen(*keys) }));
    let mut machines: Vec<(&ServerId, bool)> = Vec::new();
    for (ix, keys) in &programs {
        let Some(server) = &infra.component(*ix).server else { continue };
        match machines.iter_mut().find(|(known, _)| *known == server) {
            Some((_, any)) => *any |= keys,
            None => machines.push((server, *keys)),
        }
    }
    readers.extend(machines.into_iter().map(|(id, keys)| HopReader { who: Listener::Machine(id.clone()), facts: seen(keys) }));
    readers
}

/// Whether a program at one end of a hop can decrypt it. A balancer in TLS passthrough cannot.
fn has_keys(infra: &Infrastructure, hop: &Hop, ix: ComponentIx) -> bool {
    hop.cipher != Cipher::TlsThrough || !infra.component(ix).kind.can_pass_tls()
}

/// Facts that content reveals on a hop with the given encryption.
fn shown(infra: &Infrastructure, hop: &Hop, load: HopContent, cipher: Cipher) -> Vec<Fact> {
    let hop = Hop { cipher, ..hop.clone() };
    let (label, kind) = match load {
        HopContent::Request(kind) => return facts(infra, &hop, kind),
        HopContent::Samples => (Fact::Samples(SAMPLES), RequestKind::Static),
        HopContent::Advertisement => (Fact::Advertisement(ADVERTISEMENT), RequestKind::Static),
    };
    // `facts` returns only the envelope here, whatever the kind.
    let mut shown = facts(infra, &hop, kind);
    shown.extend(Some(label).filter(|_| hop.is_plaintext()));
    shown
}

fn authentication(infra: &Infrastructure, hop: &Hop) -> Authentication {
    let from_browser = infra.component(hop.from).kind.is_browser();
    match (hop.cipher, infra.link(hop.link).protocol) {
        (Cipher::Plaintext, _) => Authentication::None,
        // Browsers reject certificates that they cannot verify. So do agents, which push to a service with a public
        // certificate.
        (Cipher::TlsThrough, _) | (Cipher::Tls, Protocol::Metrics) => Authentication::Certificate,
        (Cipher::Tls, protocol) if from_browser || has_certificate(infra, hop, protocol) => Authentication::Certificate,
        (Cipher::Tls, _) => Authentication::Unchecked,
    }
}

/// Whether the model has a certificate at the server end. For replication that is the primary, since replicas connect
/// to it.
fn has_certificate(infra: &Infrastructure, hop: &Hop, protocol: Protocol) -> bool {
    let end = if protocol == Protocol::Replication { hop.from } else { hop.to };
    !infra.certificates_at(end).is_empty()
}
