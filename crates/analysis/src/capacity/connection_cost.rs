//! The cost of opening connections: messages and work before a request.
//!
//! Independent of the paths through the site.

use hoplight_model::{Cipher, Connections, Hop, Infrastructure, Protocol, TlsConfig, TlsMode, TlsVersion};

/// The cost of opening connections, per request on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ConnectionCost {
    /// TCP connections: one round trip each, answered by the operating system.
    pub(super) connects: f64,
    /// Round trips of TLS handshakes.
    pub(super) trips: f64,
    /// Work of the component that terminates TLS, in seconds.
    pub(super) work_s: f64,
}

impl ConnectionCost {
    /// The cost times `factor`.
    pub(super) fn times(self, factor: f64) -> Self {
        Self { connects: self.connects * factor, trips: self.trips * factor, work_s: self.work_s * factor }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.connects += other.connects;
        self.trips += other.trips;
        self.work_s += other.work_s;
    }

    /// Messages sent before the request.
    pub(super) fn messages(self) -> f64 {
        self.connects + self.trips
    }

    /// The cost of opening `connects` connections, of which the fraction `resumed` resumes a session.
    fn secured(tls: TlsConfig, connects: f64, resumed: f64) -> Self {
        let full_trips = if tls.version == TlsVersion::Tls12 { 2.0 } else { 1.0 };
        let full = 1.0 - resumed;
        Self {
            connects,
            trips: connects * (full * full_trips + resumed),
            work_s: connects * (full * tls.handshake_ms.get() + resumed * tls.resumed_ms.get()) / 1e3,
        }
    }

    /// The cost on the user's connection: for new visitors only, or for every request without keep-alive.
    pub(super) fn by_users(infra: &Infrastructure) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        let connects = if traffic.connections == Connections::PerRequest { 1.0 } else { traffic.new_visitors.get() };
        if tls.edge == TlsMode::None {
            Self { connects, ..Self::default() }
        } else {
            Self::secured(tls, connects, traffic.resumes.get())
        }
    }

    /// The cost on a hop inside the site, for each request. Pools count as warm: they cost nothing unless they keep no
    /// connection. HTTP proxies resume their sessions, database drivers do not.
    pub(super) fn inside(infra: &Infrastructure, hop: &Hop) -> Self {
        let asker = &infra.component(hop.from).kind;
        let (kept, most) = asker.upstream();
        let opens = match hop.cipher {
            // Connections that pass through are opened by users.
            _ if asker.is_browser() => false,
            Cipher::TlsThrough => false,
            Cipher::Plaintext => kept == Connections::PerRequest,
            Cipher::Tls => kept == Connections::PerRequest || most == 0,
        };
        match hop.cipher {
            _ if !opens => Self::default(),
            Cipher::Tls => {
                let resumes = infra.link(hop.link).protocol == Protocol::Http;
                Self::secured(infra.tls(), 1.0, if resumes { 1.0 } else { 0.0 })
            }
            _ => Self { connects: 1.0, ..Self::default() },
        }
    }
}
