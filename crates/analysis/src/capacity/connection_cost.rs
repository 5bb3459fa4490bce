//! Cost of opening connections: the round trips and CPU time before a request.

use hoplight_model::behaviour::{idle_timeout, resumes_sessions};
use hoplight_model::{Cipher, Connections, Hop, Infrastructure, TlsConfig, TlsMode, TlsVersion};

/// Processor time of users' TLS handshakes per request, in seconds. `entry` is the hop to the entry of the site.
pub(crate) fn user_handshakes_s(infra: &Infrastructure, entry: Option<&Hop>) -> f64 {
    ConnectionCost::by_users(infra, entry).work_s
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
}

impl ConnectionCost {
    /// Returns the cost times `factor`.
    pub(super) fn times(self, factor: f64) -> Self {
        Self { connects: self.connects * factor, trips: self.trips * factor, work_s: self.work_s * factor }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.connects += other.connects;
        self.trips += other.trips;
        self.work_s += other.work_s;
    }

    /// Number of round trips before the request.
    pub(super) fn messages(self) -> f64 {
        self.connects + self.trips
    }

    /// Cost of opening `connects` TLS connections, of which the fraction `resumed` resumes a session.
    fn secured(tls: TlsConfig, connects: f64, resumed: f64) -> Self {
        let full_trips = if tls.version == TlsVersion::Tls12 { 2.0 } else { 1.0 };
        let full = 1.0 - resumed;
        Self {
            connects,
            trips: connects * (full * full_trips + resumed),
            work_s: connects * (full * tls.handshake_ms.get() + resumed * tls.resumed_ms.get()) / 1e3,
        }
    }

    /// Cost on the user's connection: for new visitors, and for returning users whose connection has been closed.
    pub(super) fn by_users(infra: &Infrastructure, entry: Option<&Hop>) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        let new = traffic.new_visitors.get();
        let idle = entry.and_then(|hop| idle_timeout(infra, hop));
        let connects = new + (1.0 - new) * idle.map_or(0.0, |idle| traffic.pauses_beyond(idle.get()));
        if tls.edge == TlsMode::None {
            Self { connects, ..Self::default() }
        } else {
            Self::secured(tls, connects, traffic.resumes.get())
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
