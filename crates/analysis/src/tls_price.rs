//! What each TLS setting costs and leaves readable: handshakes, keys, lost features, plaintext hops.
//!
//! ```text
//!  none         nothing encrypted                         nothing to pay
//!  terminate    browser ═▶ balancer ─▶ web                one handshake a visitor
//!  re-encrypt   browser ═▶ balancer ═▶ web                and one for each connection of the pool behind
//!  passthrough  browser ═══════════════▶ web              one handshake, at the web server; a blind balancer
//! ```
//!
//! Connections are opened by the simulation's rules: one by each visitor's browser; one by a component that keeps connections
//! when none is idle. Must not know load: how often a pool grows is for a run to show.

use std::collections::BTreeSet;

use super::carriers::Carriers;
use super::plaintext::{PlaintextHop, balancer_can_read, plaintext_hops};
use super::spof::usual_way;
use hoplight_model::{
    Cipher, ComponentId, ComponentIx, Connections, Element, Hop, Infrastructure, LinkIx, Protocol, RequestKind, TlsMode,
    TopologyEdit,
};

/// When a handshake takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HandshakeOccasion {
    /// For each new connection of a visitor.
    EachVisitor,
    /// For a request that finds no idle connection: at first for each, later rarely.
    NoneIdle,
    /// For each request: the client keeps no connections.
    EachRequest,
    /// Once, for a connection that stays: a replica follows its primary.
    Once,
}

/// One handshake, where TLS begins and ends.
#[derive(Clone, Debug, PartialEq)]
pub struct HandshakeCost {
    /// The hop at whose end TLS ends.
    pub link: LinkIx,
    /// The client.
    pub from: ComponentId,
    /// The server: it holds the key and does the work.
    pub at: ComponentId,
    /// When it takes place.
    pub when: HandshakeOccasion,
    /// Work of a full one at the end, in milliseconds.
    pub full_ms: f64,
    /// Work of one that resumes a session; `None` where sessions are not resumed, as by database drivers.
    pub resumed_ms: Option<f64>,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPurpose {
    /// It proves the site's identity to browsers: a public authority signs it.
    Site,
    /// It proves the identity of components to each other: a private authority will do.
    Inside,
}

/// A certificate and its private key, to be kept safe and renewed in one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyUse {
    /// The holder.
    pub at: ComponentId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Whether the drawing has such a certificate there. Without one, browsers refuse to connect, and other clients encrypt
    /// without verifying the peer.
    pub is_drawn: bool,
}

/// What a balancer can do only if it reads what it forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Different backends for different paths or host headers.
    PathRouting,
    /// To tell the web server the user's address and protocol: `X-Forwarded-For`, `X-Forwarded-Proto`.
    ForwardedHeaders,
    /// To keep a user on one backend by a cookie.
    CookieStickiness,
    /// To answer from a cache.
    Caching,
    /// URL and status in its log.
    RequestLog,
    /// To send requests of many users over a few connections.
    SharedConnections,
}

/// What one setting costs and leaves readable.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsPrice {
    /// What the entry does.
    pub mode: TlsMode,
    /// Whether web servers speak TLS to applications.
    pub web_to_app: bool,
    /// Whether applications and replicas speak TLS to databases.
    pub app_to_db: bool,
    /// The handshakes on hops that carry requests, in authored order. Those of agents are left out: they are the same in every
    /// setting.
    pub handshakes: Vec<HandshakeCost>,
    /// The keys to keep, by component.
    pub keys: Vec<KeyUse>,
    /// What the balancer can no longer do.
    pub lost: Vec<Feature>,
    /// What stays readable on the network: hops that are plaintext, leave a server and carry something.
    pub exposed: Vec<PlaintextHop>,
    /// The hops of the usual path of each kind, in the order of [`RequestKind::ALL`].
    paths: [Vec<LinkIx>; 3],
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PathRouting,
        Self::ForwardedHeaders,
        Self::CookieStickiness,
        Self::Caching,
        Self::RequestLog,
        Self::SharedConnections,
    ];
}

impl TlsPrice {
    /// The handshakes of a new visitor's first request on the usual path of its kind, when no connection is open yet.
    pub fn of_first_visit(&self, kind: RequestKind) -> impl Iterator<Item = &HandshakeCost> {
        let path = &self.paths[kind.index()];
        self.handshakes
            .iter()
            .filter(move |handshake| handshake.when != HandshakeOccasion::Once && path.contains(&handshake.link))
    }

    /// The handshakes of a new visitor's request when all pools have an idle connection.
    pub fn of_warm_visit(&self, kind: RequestKind) -> impl Iterator<Item = &HandshakeCost> {
        self.of_first_visit(kind).filter(|handshake| handshake.when != HandshakeOccasion::NoneIdle)
    }

    /// Work of all full handshakes of a new visitor's first request, in milliseconds.
    pub fn first_visit_ms(&self, kind: RequestKind) -> f64 {
        // An empty sum is −0, and would be printed as such.
        self.of_first_visit(kind).map(|handshake| handshake.full_ms).sum::<f64>() + 0.0
    }
}

/// The price of every setting: each mode with and without TLS inside the site, in the order of [`TlsMode::ALL`].
pub fn tls_prices(infra: &Infrastructure) -> Vec<TlsPrice> {
    let mut prices = Vec::new();
    for mode in TlsMode::ALL {
        for (web_to_app, app_to_db) in [(false, false), (true, false), (false, true), (true, true)] {
            let set = infra.edited(&TopologyEdit::EdgeTls(mode));
            let set = set.edited(&TopologyEdit::WebToAppTls(web_to_app)).edited(&TopologyEdit::AppToDbTls(app_to_db));
            prices.push(tls_price(&set));
        }
    }
    prices
}

/// The price of the setting that an infrastructure has.
pub fn tls_price(infra: &Infrastructure) -> TlsPrice {
    let carriers = Carriers::of(infra);
    let used = infra.hops().filter(|hop| !carriers.kinds(hop.link).is_empty());
    let handshakes: Vec<HandshakeCost> = used.filter_map(|hop| handshake(infra, &hop)).collect();
    let is_blind = infra.balancers().next().is_some() && !balancer_can_read(infra);
    let exposed = plaintext_hops(infra).into_iter().filter(|hop| hop.is_exposed() && !hop.kinds.is_empty());
    let tls = infra.tls();
    TlsPrice {
        mode: tls.edge,
        web_to_app: tls.web_to_app,
        app_to_db: tls.app_to_db,
        keys: keys(infra, &handshakes),
        handshakes,
        lost: if is_blind { Feature::ALL.into() } else { Vec::new() },
        exposed: exposed.collect(),
        paths: RequestKind::ALL.map(|kind| {
            let hops = usual_way(infra, kind).into_iter();
            hops.filter_map(
                |hop| if let Element::Hop(from, to) = hop { infra.link_between(from.as_str(), to.as_str()) } else { None },
            )
            .collect()
        }),
    }
}

/// The handshake that ends at the end of a hop, if one does.
fn handshake(infra: &Infrastructure, hop: &Hop) -> Option<HandshakeCost> {
    let protocol = infra.link(hop.link).protocol;
    let (asker, answerer) = (&infra.component(hop.from).kind, &infra.component(hop.to).kind);
    let from_browser = asker.is_browser();
    let (from, at, when) = match hop.cipher {
        Cipher::Plaintext => return None,
        // The browser's handshake ends at the first component that is no balancer.
        Cipher::TlsThrough if answerer.can_pass_tls() => return None,
        Cipher::TlsThrough => (infra.browser()?, hop.to, HandshakeOccasion::EachVisitor),
        // The replica connects, and stays.
        Cipher::Tls if protocol == Protocol::Replication => (hop.to, hop.from, HandshakeOccasion::Once),
        Cipher::Tls if from_browser => (hop.from, hop.to, HandshakeOccasion::EachVisitor),
        Cipher::Tls => match asker.upstream().0 {
            Connections::KeepAlive => (hop.from, hop.to, HandshakeOccasion::NoneIdle),
            Connections::PerRequest => (hop.from, hop.to, HandshakeOccasion::EachRequest),
        },
    };
    let tls = infra.tls();
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let resumed_ms = (protocol == Protocol::Http).then(|| tls.resumed_ms.get());
    Some(HandshakeCost { link: hop.link, from: id(from), at: id(at), when, full_ms: tls.handshake_ms.get(), resumed_ms })
}

/// The server of a handshake holds a key.
fn keys(infra: &Infrastructure, handshakes: &[HandshakeCost]) -> Vec<KeyUse> {
    let mut held: BTreeSet<(&ComponentId, KeyPurpose)> = BTreeSet::new();
    for certificate in infra.certificates() {
        let of_site = certificate.covers(infra.domain());
        for holder in infra.holders(certificate) {
            let id = &infra.component(holder).id;
            held.insert((id, KeyPurpose::Inside));
            held.extend(of_site.then_some((id, KeyPurpose::Site)));
        }
    }
    let of = |handshake: &HandshakeCost| {
        let purpose = if handshake.when == HandshakeOccasion::EachVisitor { KeyPurpose::Site } else { KeyPurpose::Inside };
        KeyUse { at: handshake.at.clone(), purpose, is_drawn: held.contains(&(&handshake.at, purpose)) }
    };
    let mut keys: Vec<KeyUse> = handshakes.iter().map(of).collect();
    keys.sort();
    keys.dedup();
    keys
}
