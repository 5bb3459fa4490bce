//! Cost and remaining exposure of each TLS setting: handshakes, keys, lost features and plaintext hops.
//!
//! ```text
//!  none         nothing encrypted                         no cost
//!  terminate    browser ═▶ balancer ─▶ web                one handshake per visitor
//!  re-encrypt   browser ═▶ balancer ═▶ web                plus one per connection of the backend pool
//!  passthrough  browser ═══════════════▶ web              one handshake, with the web server; the balancer cannot read
//! ```
//!
//! Connections are opened as in the simulation: one per visitor's browser, and one whenever a component with keep-alive
//! has no idle connection. How pools grow depends on the load, so only the simulation shows it.

use std::collections::BTreeSet;

use super::carriers::Carriers;
use super::plaintext::{PlaintextHop, balancer_can_read, plaintext_hops_in};
use super::spof::usual_links;
use super::wiring::Wiring;
use hoplight_model::{
    Cipher, ComponentId, ComponentIx, Connections, Hop, Infrastructure, LinkIx, Protocol, RequestKind, TlsMode, TopologyEdit,
};

/// When a handshake takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HandshakeOccasion {
    /// For each new connection from a visitor.
    EachVisitor,
    /// For a request that finds no idle connection: every request at first, few once the pool is warm.
    NoneIdle,
    /// For each request, because the client keeps no connections.
    EachRequest,
    /// Once, for the permanent connection from a replica to its primary.
    Once,
}

/// Cost of the handshakes on one hop.
#[derive(Clone, Debug, PartialEq)]
pub struct HandshakeCost {
    /// Link of the hop whose server end terminates TLS.
    pub link: LinkIx,
    /// The client.
    pub from: ComponentId,
    /// The server, which holds the key and does the work.
    pub at: ComponentId,
    /// When a handshake takes place.
    pub when: HandshakeOccasion,
    /// CPU time of a full handshake on the server, in milliseconds.
    pub full_ms: f64,
    /// CPU time of a resumption, in milliseconds; `None` if sessions are not resumed, as with database drivers.
    pub resumed_ms: Option<f64>,
}

/// Purpose of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPurpose {
    /// Proves the site's identity to browsers, so a public CA must sign it.
    Site,
    /// Proves the identity of components to each other, so a private CA is sufficient.
    Inside,
}

/// A private key and its certificate, which the holder must protect and renew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyUse {
    /// Holder of the key.
    pub at: ComponentId,
    /// Purpose of the certificate.
    pub purpose: KeyPurpose,
    /// Whether the model includes this certificate. Without one, browsers refuse to connect, and other clients
    /// encrypt without verifying the server.
    pub is_drawn: bool,
}

/// Features of a balancer that require reading the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Choosing backends by path or host header.
    PathRouting,
    /// Passing the user's address and protocol to the web server: `X-Forwarded-For`, `X-Forwarded-Proto`.
    ForwardedHeaders,
    /// Keeping a user on one backend by means of a cookie.
    CookieStickiness,
    /// Answering from a cache.
    Caching,
    /// Logging URL and status.
    RequestLog,
    /// Multiplexing the requests of many users over a few connections.
    SharedConnections,
}

/// Cost and remaining exposure of one TLS setting.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsPrice {
    /// TLS mode of the entry.
    pub mode: TlsMode,
    /// Whether web servers use TLS to applications.
    pub web_to_app: bool,
    /// Whether applications and replicas use TLS to databases.
    pub app_to_db: bool,
    /// Handshakes on hops that carry requests, in authored order. Excludes the handshakes of agents, which are the same
    /// for every setting.
    pub handshakes: Vec<HandshakeCost>,
    /// Keys that must be managed, by component.
    pub keys: Vec<KeyUse>,
    /// Features that the balancer loses.
    pub lost: Vec<Feature>,
    /// Hops that remain readable on the network: plaintext hops between servers that carry requests.
    pub exposed: Vec<PlaintextHop>,
    /// Hops of each kind's usual path, in the order of [`RequestKind::ALL`].
    paths: [Vec<LinkIx>; 3],
}

impl Feature {
    /// All features.
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
    /// Handshakes of a new visitor's first request on the usual path of its kind, when no connection is open yet.
    pub fn of_first_visit(&self, kind: RequestKind) -> impl Iterator<Item = &HandshakeCost> {
        let path = &self.paths[kind.index()];
        self.handshakes
            .iter()
            .filter(move |handshake| handshake.when != HandshakeOccasion::Once && path.contains(&handshake.link))
    }

    /// Handshakes of a new visitor's request when every pool has an idle connection.
    pub fn of_warm_visit(&self, kind: RequestKind) -> impl Iterator<Item = &HandshakeCost> {
        self.of_first_visit(kind).filter(|handshake| handshake.when != HandshakeOccasion::NoneIdle)
    }

    /// CPU time of all full handshakes of a new visitor's first request, in milliseconds.
    pub fn first_visit_ms(&self, kind: RequestKind) -> f64 {
        // An empty sum is −0.0 and would be printed with its sign.
        self.of_first_visit(kind).map(|handshake| handshake.full_ms).sum::<f64>() + 0.0
    }
}

/// The price of every setting: each mode with and without TLS inside the site, in the order of [`TlsMode::ALL`].
pub fn tls_prices(infra: &Infrastructure) -> Vec<TlsPrice> {
    let usual = UsualTraffic::of(infra);
    let mut prices = Vec::new();
    for mode in TlsMode::ALL {
        for (web_to_app, app_to_db) in [(false, false), (true, false), (false, true), (true, true)] {
            let set = infra.edited(&TopologyEdit::EdgeTls(mode));
            let set = set.edited(&TopologyEdit::WebToAppTls(web_to_app)).edited(&TopologyEdit::AppToDbTls(app_to_db));
            prices.push(priced(&set, &usual));
        }
    }
    prices
}

/// The price of an infrastructure's current setting.
pub fn tls_price(infra: &Infrastructure) -> TlsPrice {
    priced(infra, &UsualTraffic::of(infra))
}

/// Where requests go without an outage, which does not depend on the TLS setting.
struct UsualTraffic {
    carriers: Carriers,
    paths: [Vec<LinkIx>; 3],
}

impl UsualTraffic {
    fn of(infra: &Infrastructure) -> Self {
        // Handshakes take place whether or not requests are then redirected for ever.
        let told = infra.edited(&TopologyEdit::ForwardedProto(true));
        let wiring = Wiring::of(&told);
        let paths = RequestKind::ALL.map(|kind| usual_links(&told, &wiring, kind));
        Self { carriers: Carriers::of(infra), paths }
    }
}

fn priced(infra: &Infrastructure, UsualTraffic { carriers, paths }: &UsualTraffic) -> TlsPrice {
    let used = infra.hops().filter(|hop| !carriers.kinds(hop.link).is_empty());
    let handshakes: Vec<HandshakeCost> = used.filter_map(|hop| handshake(infra, &hop)).collect();
    let is_blind = infra.balancers().next().is_some() && !balancer_can_read(infra);
    let exposed = plaintext_hops_in(infra, carriers).into_iter().filter(|hop| hop.is_exposed() && !hop.kinds.is_empty());
    let tls = infra.tls();
    TlsPrice {
        mode: tls.edge,
        web_to_app: tls.web_to_app,
        app_to_db: tls.app_to_db,
        keys: keys(infra, &handshakes),
        handshakes,
        lost: if is_blind { Feature::ALL.into() } else { Vec::new() },
        exposed: exposed.collect(),
        paths: paths.clone(),
    }
}

/// The TLS handshake that the server end of a hop completes, if any.
fn handshake(infra: &Infrastructure, hop: &Hop) -> Option<HandshakeCost> {
    let protocol = infra.link(hop.link).protocol;
    let (client, server) = (&infra.component(hop.from).kind, &infra.component(hop.to).kind);
    let from_browser = client.is_browser();
    let (from, at, when) = match hop.cipher {
        Cipher::Plaintext => return None,
        // The browser's handshake ends at the first component that is not in passthrough.
        Cipher::TlsThrough if server.can_pass_tls() => return None,
        Cipher::TlsThrough => (infra.browser()?, hop.to, HandshakeOccasion::EachVisitor),
        // The replica connects to its primary, and the connection stays open.
        Cipher::Tls if protocol == Protocol::Replication => (hop.to, hop.from, HandshakeOccasion::Once),
        Cipher::Tls if from_browser => (hop.from, hop.to, HandshakeOccasion::EachVisitor),
        Cipher::Tls => match client.upstream().0 {
            Connections::KeepAlive => (hop.from, hop.to, HandshakeOccasion::NoneIdle),
            Connections::PerRequest => (hop.from, hop.to, HandshakeOccasion::EachRequest),
        },
    };
    let tls = infra.tls();
    let id = |ix: ComponentIx| infra.component(ix).id.clone();
    let resumed_ms = (protocol == Protocol::Http).then(|| tls.resumed_ms.get());
    Some(HandshakeCost { link: hop.link, from: id(from), at: id(at), when, full_ms: tls.handshake_ms.get(), resumed_ms })
}

/// The keys that the servers of these handshakes need.
fn keys(infra: &Infrastructure, handshakes: &[HandshakeCost]) -> Vec<KeyUse> {
    let mut held: BTreeSet<(&ComponentId, KeyPurpose)> = BTreeSet::new();
    for certificate in infra.certificates().iter().filter(|certificate| !certificate.is_assumed) {
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
