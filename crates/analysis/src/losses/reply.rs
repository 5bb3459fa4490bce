//! The distribution of how requests end at a component: shares of outcomes, each with its mean time.

use hoplight_model::behaviour::AttemptFailure;
use hoplight_model::{ComponentIx, LinkIx};

/// Shares below this are ignored.
const NEGLIGIBLE: f64 = 1e-9;
/// Outcomes that differ by less than this fraction of their time, or by less than [`SAME_S`], are merged.
const SAME: f64 = 0.1;
const SAME_S: f64 = 0.05;
/// Maximum number of outcomes that are distinguished by reason. Beyond it, the first reason represents similar ones,
/// such as those of a thousand applications that all lack the same database.
const MOST_PARTS: usize = 24;

/// Why requests fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossReason {
    /// The resolver that the browser queries on this link does not respond.
    NoLookup(LinkIx),
    /// The resolver that the browser queries on this link answers that the site's name does not exist.
    NameGone(LinkIx),
    /// Users' packets get no reply on this link.
    EntrySilent(LinkIx),
    /// Users' connections on this link are refused.
    EntryRefused(LinkIx),
    /// Two balancers hold the shared address.
    TwoMasters,
    /// The certificate of this component has expired.
    Expired(ComponentIx),
    /// The component at which users' TLS ends has no certificate.
    NoCertificate(ComponentIx),
    /// The component redirects to https for ever, because it takes users' https requests for http.
    RedirectLoop(ComponentIx),
    /// The component redirects to https, but the site has no TLS.
    NoHttps(ComponentIx),
    /// Port 80 at the end of this link does not reply to users who start with `http://`.
    PlaintextSilent(LinkIx),
    /// Port 80 at the end of this link refuses users who start with `http://`.
    PlaintextRefused(LinkIx),
    /// No backend of this balancer is UP.
    NoBackend(ComponentIx),
    /// The component has no upstream for these requests.
    NoRoute(ComponentIx),
    /// The component waits for an upstream that does not respond.
    Silent(LinkIx),
    /// The upstream refuses connections.
    Refused(LinkIx),
    /// The database is read-only.
    ReadOnly(ComponentIx),
    /// The database does not belong to the majority of its cluster.
    NotReady(ComponentIx),
    /// The rate limit of the component refuses requests.
    RateLimit(ComponentIx),
    /// The application does not know the session: the user logged in at another one.
    SessionLost(ComponentIx),
    /// All slots and the accept queue of the component are full.
    Overloaded(ComponentIx),
    /// The upstream fails only under load: it is taken out of rotation, recovers, and is put back.
    Flapping(LinkIx),
}

/// How a request ends, as its sender sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Ok,
    /// An HTTP error response, which proxies relay.
    Error,
    /// The cache does not have the object.
    Miss,
    /// A redirect to https, which proxies relay.
    Redirect,
    Failed(AttemptFailure),
}

/// A share of requests that end in the same way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) ending: Ending,
    /// Why they fail; `None` if they do not.
    pub(super) why: Option<LossReason>,
    pub(super) share: f64,
    /// Mean time until the sender has the response, in seconds.
    pub(super) time_s: f64,
}

/// The outcomes of all requests of a kind at a component.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reply {
    pub(super) parts: Vec<Part>,
}

impl Reply {
    /// All requests end in this way at once.
    pub(super) fn all(ending: Ending, why: Option<LossReason>) -> Self {
        Self { parts: vec![Part { ending, why, share: 1.0, time_s: 0.0 }] }
    }

    pub(super) fn add(&mut self, part: Part) {
        if part.share < NEGLIGIBLE {
            return;
        }
        let is_full = self.parts.len() >= MOST_PARTS;
        let alike = |known: &&mut Part| {
            let apart = (known.time_s - part.time_s).abs();
            known.ending == part.ending && (is_full || known.why == part.why) && (apart < SAME_S || apart < SAME * known.time_s)
        };
        match self.parts.iter_mut().find(alike) {
            Some(known) => {
                let share = known.share + part.share;
                known.time_s = (known.time_s * known.share + part.time_s * part.share) / share;
                known.share = share;
            }
            None => self.parts.push(part),
        }
    }

    /// Share of requests that succeed.
    pub(super) fn ok(&self) -> f64 {
        self.parts.iter().filter(|part| part.ending == Ending::Ok).map(|part| part.share).sum()
    }

    /// Mean time of a request, in seconds.
    pub(super) fn mean_s(&self) -> f64 {
        self.parts.iter().map(|part| part.share * part.time_s).sum()
    }

    /// Whether another distribution differs noticeably.
    pub(super) fn differs(&self, other: &Self, tolerance: f64) -> bool {
        let apart = |(a, b): (&Part, &Part)| {
            (a.ending, a.why) != (b.ending, b.why)
                || (a.share - b.share).abs() > tolerance
                || (a.time_s - b.time_s).abs() > tolerance * (1.0 + a.time_s)
        };
        self.parts.len() != other.parts.len() || self.parts.iter().zip(&other.parts).any(apart)
    }
}
