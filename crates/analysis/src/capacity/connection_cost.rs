//! Cost of opening connections: the round trips and CPU time before a request.

use super::super::losses::syn::resends;
use super::super::port_80::{Port80Outcome, http_visits, outcome, shares};
use hoplight_model::behaviour::{idle_timeout, resumes_sessions};
use hoplight_model::{Cipher, Connections, Hop, Infrastructure, Port80, RequestKind, TlsConfig, TlsMode, TlsVersion};

/// Processor time of users' TLS handshakes per request of a kind, in seconds. `entry` is the hop to the entry of the site.
pub(crate) fn user_handshakes_s(infra: &Infrastructure, entry: Option<&Hop>, kind: RequestKind) -> f64 {
    ConnectionCost::by_users(infra, entry, kind).work_s
}

/// Mean cost per request of opening connections.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ConnectionCost {
    /// TCP connections opened: one round trip each, answered by the operating system.
    pub(super) connects: f64,
    /// Round trips of TLS handshakes.
    pub(super) trips: f64,
    /// CPU time of the component that terminates TLS, in seconds.
    pub(super) work_s: f64,
    /// TCP connections opened to port 80 beside those that are counted above, if the entry listens there.
    pub(super) plain_connects: f64,
    /// Redirects from port 80, which the entry sends itself.
    pub(super) redirects: f64,
}

impl ConnectionCost {
    /// Returns the cost times `factor`.
    pub(super) fn times(self, factor: f64) -> Self {
        Self {
            connects: self.connects * factor,
            trips: self.trips * factor,
            work_s: self.work_s * factor,
            plain_connects: self.plain_connects * factor,
            redirects: self.redirects * factor,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.connects += other.connects;
        self.trips += other.trips;
        self.work_s += other.work_s;
        self.plain_connects += other.plain_connects;
        self.redirects += other.redirects;
    }

    /// Number of round trips before the request.
    pub(super) fn messages(self) -> f64 {
        self.connects + self.trips + self.plain_connects + self.redirects
    }

    /// The part that a component in TLS passthrough hands on to its backends.
    pub(super) fn handed_on(self) -> Self {
        Self { plain_connects: 0.0, redirects: 0.0, ..self }
    }

    /// Cost of opening `connects` TLS connections, of which the fraction `resumed` resumes a session.
    fn secured(tls: TlsConfig, connects: f64, resumed: f64) -> Self {
        let full_trips = if tls.version == TlsVersion::Tls12 { 2.0 } else { 1.0 };
        let full = 1.0 - resumed;
        Self {
            connects,
            trips: connects * (full * full_trips + resumed),
            work_s: connects * (full * tls.handshake_ms.get() + resumed * tls.resumed_ms.get()) / 1e3,
            ..Self::default()
        }
    }

    /// Cost on the user's connection: for new visitors, and for returning users whose connection has been closed.
    pub(super) fn by_users(infra: &Infrastructure, entry: Option<&Hop>, kind: RequestKind) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        let new = traffic.new_visitors.get();
        let idle = entry.and_then(|hop| idle_timeout(infra, hop));
        let visits = PlaintextVisits::of(infra, entry, kind);
        let is_redirected = visits.outcome == Port80Outcome::Redirected;
        // Visits that get a page in plaintext, or nothing, use no TLS connection, so the pauses between those that do are
        // longer.
        let secure = |plain: f64| if is_redirected { 1.0 } else { 1.0 - plain };
        let (of_new, of_returning) = (secure(visits.of_new), secure(visits.of_returning));
        let reopened = idle.map_or(0.0, |idle| traffic.pauses_beyond(idle.get() * of_returning));
        let connects = new * of_new + (1.0 - new) * of_returning * reopened;
        if tls.edge == TlsMode::None {
            return Self { connects, ..Self::default() };
        }
        // A component behind the entry redirects what is forwarded to it.
        let by_entry = is_redirected && infra.http().port_80 == Port80::Redirect;
        Self {
            plain_connects: visits.share * visits.syns(infra),
            redirects: if by_entry { visits.share } else { 0.0 },
            ..Self::secured(tls, connects, traffic.resumes.get())
        }
    }

    /// Cost per request on a hop inside the site. Pools are assumed to be warm, so they cost nothing unless they keep
    /// no connections. HTTP proxies resume TLS sessions by default; database drivers do not.
    pub(super) fn inside(infra: &Infrastructure, hop: &Hop) -> Self {
        let client = &infra.component(hop.from).kind;
        let (kept, most) = client.upstream();
        let opens = match hop.cipher {
            // With TLS passthrough, the users open the connections.
            _ if client.is_browser() => false,
            Cipher::TlsThrough => false,
            Cipher::Plaintext => kept == Connections::PerRequest,
            Cipher::Tls => kept == Connections::PerRequest || most == 0,
        };
        match hop.cipher {
            _ if !opens => Self::default(),
            Cipher::Tls => Self::secured(infra.tls(), 1.0, if resumes_sessions(infra, hop) { 1.0 } else { 0.0 }),
            _ => Self { connects: 1.0, ..Self::default() },
        }
    }
}

/// The visits that begin at port 80 of an entry.
struct PlaintextVisits {
    /// Share of the visits of new visitors.
    of_new: f64,
    /// Share of the visits of returning users.
    of_returning: f64,
    /// Share of all visits.
    share: f64,
    /// What they meet.
    outcome: Port80Outcome,
}

impl PlaintextVisits {
    fn of(infra: &Infrastructure, entry: Option<&Hop>, kind: RequestKind) -> Self {
        let (Some(visits), Some(entry)) = (http_visits(infra), entry) else {
            return Self { of_new: 0.0, of_returning: 0.0, share: 0.0, outcome: Port80Outcome::Closed };
        };
        let outcome = outcome(infra, entry.link, kind);
        let (of_new, of_returning) = shares(infra, &visits, &outcome);
        let new = infra.traffic().new_visitors.get();
        Self { of_new, of_returning, share: new * of_new + (1.0 - new) * of_returning, outcome }
    }

    /// Number of SYNs of each. One that is dropped is resent as long as the user waits.
    fn syns(&self, infra: &Infrastructure) -> f64 {
        match self.outcome {
            Port80Outcome::Blocked { refuses: false, .. } => 1.0 + resends(infra.traffic().patience_s.get()) as f64,
            Port80Outcome::Blocked { refuses: true, .. }
            | Port80Outcome::Closed
            | Port80Outcome::Served
            | Port80Outcome::Redirected => 1.0,
        }
    }
}

/// Number of requests per visit of a kind that reach an entry and are forwarded or answered there as usual: none of a visit that gets
/// no further than port 80, and two of one that a component behind the entry redirects.
pub(super) fn arriving(infra: &Infrastructure, entry: Option<&Hop>, kind: RequestKind) -> f64 {
    let visits = PlaintextVisits::of(infra, entry, kind);
    match visits.outcome {
        Port80Outcome::Closed | Port80Outcome::Blocked { .. } => 1.0 - visits.share,
        Port80Outcome::Redirected if infra.http().port_80 == Port80::Open => 1.0 + visits.share,
        Port80Outcome::Redirected | Port80Outcome::Served => 1.0,
    }
}
