//! Cost of opening connections: the round trips and CPU time before a request.

use hoplight_model::{Cipher, Connections, Hop, Infrastructure, Protocol, TlsConfig, TlsMode, TlsVersion};

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

    /// Cost on the user's connection: for new visitors only, or for every request without keep-alive.
    pub(super) fn by_users(infra: &Infrastructure) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        let connects = if traffic.connections == Connections::PerRequest { 1.0 } else { traffic.new_visitors.get() };
        if tls.edge == TlsMode::None {
            Self { connects, ..Self::default() }
        } else {
            Self::secured(tls, connects, traffic.resumes.get())
        }
    }

    /// Cost per request on a hop inside the site. Pools are assumed to be warm, so they cost nothing unless they keep
    /// no connections. HTTP proxies resume TLS sessions; database drivers do not.
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
            Cipher::Tls => {
                let resumes = infra.link(hop.link).protocol == Protocol::Http;
                Self::secured(infra.tls(), 1.0, if resumes { 1.0 } else { 0.0 })
            }
            _ => Self { connects: 1.0, ..Self::default() },
        }
    }
}
