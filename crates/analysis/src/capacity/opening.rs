//! What opening connections costs: the messages and the work that come before a request.
//!
//! Must not know ways through the site.

use hoplight_model::{Cipher, Connections, Hop, Infrastructure, Protocol, TlsConfig, TlsMode, TlsVersion};

/// What is paid for opening connections, for one request on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Opening {
    /// TCP connections: one round trip each, answered by the operating system.
    pub(super) connects: f64,
    /// Round trips of TLS handshakes.
    pub(super) trips: f64,
    /// Work of whoever ends the TLS, in seconds.
    pub(super) work_s: f64,
}

impl Opening {
    /// So many times as much.
    pub(super) fn times(self, factor: f64) -> Self {
        Self { connects: self.connects * factor, trips: self.trips * factor, work_s: self.work_s * factor }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.connects += other.connects;
        self.trips += other.trips;
        self.work_s += other.work_s;
    }

    /// Messages that go down before the request.
    pub(super) fn messages(self) -> f64 {
        self.connects + self.trips
    }

    /// Opening so many connections, a part of them by resuming a session.
    fn secured(tls: TlsConfig, connects: f64, resumed: f64) -> Self {
        let full_trips = if tls.version == TlsVersion::Tls12 { 2.0 } else { 1.0 };
        let full = 1.0 - resumed;
        Self {
            connects,
            trips: connects * (full * full_trips + resumed),
            work_s: connects * (full * tls.handshake_ms.get() + resumed * tls.resumed_ms.get()) / 1e3,
        }
    }

    /// What users open: those who are new, or all where connections are not kept.
    pub(super) fn by_users(infra: &Infrastructure) -> Self {
        let (tls, traffic) = (infra.tls(), infra.traffic());
        let connects = if traffic.connections == Connections::PerRequest { 1.0 } else { traffic.new_visitors.get() };
        if tls.edge == TlsMode::None {
            Self { connects, ..Self::default() }
        } else {
            Self::secured(tls, connects, traffic.resumes.get())
        }
    }

    /// What the asker at a hop inside the site opens for each request. A pool counts as warm, so it opens nothing, unless it
    /// keeps no connection at all. HTTP proxies resume their sessions, database drivers do not.
    pub(super) fn inside(infra: &Infrastructure, hop: &Hop) -> Self {
        let asker = &infra.component(hop.from).kind;
        let (kept, most) = asker.upstream();
        let opens = match hop.cipher {
            // What passes through is opened by users.
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
