//! Who can read what: for each hop and each content on it, the positions from which it can be read, and how much.
//!
//! ```text
//!  lb-1 ───────── network ─────────▶ web-1        encrypted: a listener reads the envelope,
//!   │                                  │           each end reads all, since it has the keys
//!  program, machine                  program, machine
//! ```
//!
//! Encryption hides a message between its two ends, never from the ends: a program that terminates TLS reads what it forwards,
//! and so does an attacker who controls it. A balancer that passes TLS through is no end. Only requests are considered, not
//! responses. Must not know whether anybody listens, nor how they got there.

use super::carriers::Carriers;
use super::reading::{Fact, Stake, facts};
use hoplight_model::firewall::RuleAction;
use hoplight_model::{Cipher, ComponentId, ComponentIx, Hop, Infrastructure, LinkIx, Medium, Protocol, RequestKind, ServerId};

/// What an agent pushes.
const SAMPLES: &str = "requests per second, latencies, errors and waiting lines of each program beside the agent";
/// What a VRRP advertisement says (RFC 5798): it is neither encrypted nor signed.
const ADVERTISEMENT: &str = "which balancer holds the shared address, and at which priority";

/// What travels on a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HopContent {
    /// Requests of one kind, with the lookup of the site's name and the changes that are replicated.
    Request(RequestKind),
    /// The samples of an agent.
    Samples,
    /// The advertisements of a pair of balancers.
    Advertisement,
}

/// A position from which messages can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listener {
    /// On the network between two components.
    Network(ComponentId, ComponentId),
    /// In control of a program, which reads what it sends, receives or lets through.
    Program(ComponentId),
    /// In control of a machine: the memory and the keys of all its programs, and the traffic between them.
    Machine(ServerId),
}

/// A listener and what they read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub who: Listener,
    /// What they read; at least the addresses.
    pub facts: Vec<Fact>,
}

/// Whether the client verifies the identity of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authentication {
    /// There is no TLS.
    None,
    /// There is TLS without a certificate in the drawing: an impostor in the server's place reads everything.
    Unchecked,
    /// By a certificate.
    Certificate,
}

/// One content on one hop, with everyone who could read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The link.
    pub link: LinkIx,
    /// Who asks.
    pub from: ComponentId,
    /// Who answers.
    pub to: ComponentId,
    /// The protocol.
    pub protocol: Protocol,
    /// The content.
    pub load: HopContent,
    /// How it is encrypted.
    pub cipher: Cipher,
    /// What it runs over.
    pub medium: Medium,
    /// Whether the other end's identity is verified.
    pub authentication: Authentication,
    /// The network first, then programs, then machines; without the user's own machine.
    pub readers: Vec<Reader>,
}

impl HopContent {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request(kind) => kind.word(),
            Self::Samples => "samples",
            Self::Advertisement => "advertisements",
        }
    }
}

impl Reader {
    /// The worst stake in what they read.
    pub fn stake(&self) -> Stake {
        self.facts.iter().map(Fact::stake).max().unwrap_or(Stake::Addresses)
    }

    /// What they read beyond addresses, as on the wire.
    pub fn texts(&self) -> Vec<String> {
        self.facts.iter().filter(|fact| !matches!(fact, Fact::Envelope { .. })).map(Fact::text).collect()
    }
}

impl Exposure {
    /// What a listener reads here, if they can.
    pub fn reader(&self, who: &Listener) -> Option<&Reader> {
        self.readers.iter().find(|reader| reader.who == *who)
    }

    /// What a listener on the network reads; `None` inside one server.
    pub fn network(&self) -> Option<&Reader> {
        self.readers.iter().find(|reader| matches!(reader.who, Listener::Network(..)))
    }

    /// Whether a listener on the network reads more than TLS would have shown.
    pub fn is_exposed(&self) -> bool {
        self.network().is_some_and(|reader| reader.facts.iter().any(Fact::is_hidden_by_tls))
    }
}

/// All contents, hop by hop in authored order, and on a hop by kind. What a firewall blocks is not among them.
pub fn exposures(infra: &Infrastructure) -> Vec<Exposure> {
    let carriers = Carriers::of(infra);
    infra.hops().flat_map(|hop| loads(infra, &carriers, &hop).into_iter().map(move |load| expose(infra, &hop, load))).collect()
}

/// What a listener reads in all places together, beyond addresses: each fact once, the worst first.
pub fn loot(exposures: &[Exposure], who: &Listener) -> Vec<Fact> {
    let mut loot: Vec<Fact> = Vec::new();
    let read = exposures.iter().filter_map(|exposure| exposure.reader(who)).flat_map(|reader| &reader.facts);
    for fact in read.filter(|fact| !matches!(fact, Fact::Envelope { .. })) {
        if !loot.contains(fact) {
            loot.push(fact.clone());
        }
    }
    loot.sort_by_key(|fact| std::cmp::Reverse(fact.stake()));
    loot
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

/// The listeners on a hop: the network, the two ends, the firewalls between them, and the machines of all these.
fn readers(infra: &Infrastructure, hop: &Hop, load: HopContent) -> Vec<Reader> {
    let on_wire = shown(infra, hop, load, hop.cipher);
    let clear = shown(infra, hop, load, Cipher::Plaintext);
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let mut readers = Vec::new();
    if hop.medium == Medium::Wire {
        readers.push(Reader { who: Listener::Network(id(hop.from), id(hop.to)), facts: on_wire.clone() });
    }
    let ends = [hop.from, hop.to].map(|ix| (ix, has_keys(infra, hop, ix)));
    let firewalls = hop.guards.iter().map(|guard| (guard.firewall, false));
    let is_own = |(ix, _): &(ComponentIx, bool)| infra.component(*ix).kind.is_browser();
    let programs: Vec<(ComponentIx, bool)> = ends.into_iter().chain(firewalls).filter(|end| !is_own(end)).collect();
    let seen = |keys: bool| if keys { clear.clone() } else { on_wire.clone() };
    readers.extend(programs.iter().map(|(ix, keys)| Reader { who: Listener::Program(id(*ix)), facts: seen(*keys) }));
    let mut machines: Vec<(&ServerId, bool)> = Vec::new();
    for (ix, keys) in &programs {
        let Some(server) = &infra.component(*ix).server else { continue };
        match machines.iter_mut().find(|(known, _)| *known == server) {
            Some((_, any)) => *any |= keys,
            None => machines.push((server, *keys)),
        }
    }
    readers.extend(machines.into_iter().map(|(id, keys)| Reader { who: Listener::Machine(id.clone()), facts: seen(keys) }));
    readers
}

/// Whether a program at one end of a hop can decrypt it. A balancer that passes TLS through cannot.
fn has_keys(infra: &Infrastructure, hop: &Hop, ix: ComponentIx) -> bool {
    hop.cipher != Cipher::TlsThrough || !infra.component(ix).kind.can_pass_tls()
}

/// What could be read of a content on a hop if it were encrypted like this.
fn shown(infra: &Infrastructure, hop: &Hop, load: HopContent, cipher: Cipher) -> Vec<Fact> {
    let hop = Hop { cipher, ..hop.clone() };
    let (label, kind) = match load {
        HopContent::Request(kind) => return facts(infra, &hop, kind),
        HopContent::Samples => (Fact::Samples(SAMPLES), RequestKind::Static),
        HopContent::Advertisement => (Fact::Advertisement(ADVERTISEMENT), RequestKind::Static),
    };
    // Of these, `facts` gives the envelope only, whatever the kind.
    let mut shown = facts(infra, &hop, kind);
    shown.extend(Some(label).filter(|_| hop.is_plaintext()));
    shown
}

fn authentication(infra: &Infrastructure, hop: &Hop) -> Authentication {
    let from_browser = infra.component(hop.from).kind.is_browser();
    match (hop.cipher, infra.link(hop.link).protocol) {
        (Cipher::Plaintext, _) => Authentication::None,
        // Browsers refuse certificates that they cannot verify; so do agents, which push to a service with a public one.
        (Cipher::TlsThrough, _) | (Cipher::Tls, Protocol::Metrics) => Authentication::Certificate,
        (Cipher::Tls, protocol) if from_browser || has_certificate(infra, hop, protocol) => Authentication::Certificate,
        (Cipher::Tls, _) => Authentication::Unchecked,
    }
}

/// Whether a certificate is drawn at the end that answers: for changes that is the primary, to which replicas connect.
fn has_certificate(infra: &Infrastructure, hop: &Hop, protocol: Protocol) -> bool {
    let end = if protocol == Protocol::Replication { hop.from } else { hop.to };
    let id = &infra.component(end).id;
    infra.certificates().iter().any(|certificate| certificate.on.contains(id))
}
