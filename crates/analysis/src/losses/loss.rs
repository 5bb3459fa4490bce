//! A loss, and what it means for each kind of request.

use std::collections::BTreeMap;
use std::fmt;

use hoplight_model::{ComponentIx, Infrastructure, LinkIx, RequestKind, ServerId};

use super::reply::{Ending, LossReason, Reply};
use crate::cause::Cause;

/// Start of the window that verdicts cover, in seconds after the loss.
pub const WINDOW_START_S: f64 = 130.0;
/// End of the window.
pub const WINDOW_END_S: f64 = 280.0;
/// Age of the cached address of the site at the time of the loss, in seconds.
pub const CACHE_AGE_S: f64 = 20.0;
/// A kind works if fewer than this share of its requests fail.
pub const WORKS_BELOW: f64 = 0.02;
/// A kind stops if more than this share of its requests fail.
pub const STOPS_ABOVE: f64 = 0.95;

/// The loss of one element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A component's process ends, a server loses power, a link is cut, and so on.
    Of(Cause),
    /// All processes on a server that serve requests end; the server stays on and refuses connections.
    Processes(ServerId),
}

impl Loss {
    /// All losses: components in authored order, servers by power and by process, links, failure domains, software,
    /// certificates, and the zone. The user's browser is left out.
    pub fn all(infra: &Infrastructure) -> Vec<Self> {
        let components = infra.components().filter(|(_, component)| !component.kind.is_browser());
        let mut losses: Vec<Self> = components.map(|(_, component)| Self::Of(Cause::Component(component.id.clone()))).collect();
        let others = Cause::all(infra).into_iter().filter(|cause| !matches!(cause, Cause::Component(_)));
        for cause in others {
            let server = if let Cause::Server(server) = &cause { Some(server.clone()) } else { None };
            losses.push(Self::Of(cause));
            let serves = |server: &ServerId| infra.on_server(server).any(|(_, component)| component.kind.serves_requests());
            losses.extend(server.filter(serves).map(Self::Processes));
        }
        losses
    }

    /// Keyword for the kind of element that is lost.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Of(Cause::Component(_)) => "component",
            Self::Of(Cause::Server(_)) => "server",
            Self::Of(Cause::Hop(..)) => "link",
            Self::Of(Cause::Domain(_)) => "domain",
            Self::Of(Cause::Software(_)) => "software",
            Self::Of(Cause::Certificate { .. }) => "certificate",
            Self::Of(Cause::Zone(_)) => "zone",
            Self::Processes(_) => "processes",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(Cause::Certificate { name, .. } | Cause::Zone(name)) => f.write_str(name.as_str()),
            Self::Of(cause) => cause.fmt(f),
            Self::Processes(server) => server.fmt(f),
        }
    }
}

/// What a loss means for a kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Fewer than [`WORKS_BELOW`] fail.
    Works,
    /// A lasting share fails.
    Degraded,
    /// More than [`STOPS_ABOVE`] fail.
    Stops,
}

impl Verdict {
    /// The verdict on a share of failed requests.
    pub fn of(failing: f64) -> Self {
        if failing < WORKS_BELOW {
            Self::Works
        } else if failing > STOPS_ABOVE {
            Self::Stops
        } else {
            Self::Degraded
        }
    }

    /// Keyword used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Degraded => "degraded",
            Self::Stops => "stops",
        }
    }
}

/// The consequences of one loss.
#[derive(Clone, Debug, PartialEq)]
pub struct LossForecast {
    /// What is lost.
    pub loss: Loss,
    /// Share of the requests of each kind that fail in the long run, in the order of [`RequestKind::ALL`].
    pub failing: [f64; 3],
    /// The most frequent reason of the failures of each kind.
    pub why: [Option<LossReason>; 3],
    /// Like `failing`, once cached addresses of the site have expired as well.
    pub eventual: [f64; 3],
    /// The most frequent reason of the failures in `eventual`.
    pub eventual_why: [Option<LossReason>; 3],
    /// Whether the shares are those of a steady state.
    pub stability: Stability,
    /// Whether the shares were measured in a run of the simulation, because there is no steady state.
    pub is_simulated: bool,
    /// The resolver that has the site's address cached, so that a missing name has no effect yet.
    pub cached: Option<ComponentIx>,
}

impl LossForecast {
    /// The verdict on a kind.
    pub fn verdict(&self, kind: RequestKind) -> Verdict {
        Verdict::of(self.failing[kind.index()])
    }

    /// The verdict on a kind once cached addresses have expired.
    pub fn eventual_verdict(&self, kind: RequestKind) -> Verdict {
        Verdict::of(self.eventual[kind.index()])
    }
}

/// Which requests fail, and why. Losses with equal consequences share one value. Arrays are in the order of
/// [`RequestKind::ALL`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consequence {
    /// Share of the requests that fail.
    pub failing: [f64; 3],
    /// The most frequent reason.
    pub why: [Option<LossReason>; 3],
    /// Like `failing`, once cached addresses of the site have expired as well.
    pub eventual: [f64; 3],
    /// The most frequent reason of the failures in `eventual`.
    pub eventual_why: [Option<LossReason>; 3],
    /// Whether the shares are those of a steady state.
    pub stability: Stability,
    /// Whether the shares were measured in a run of the simulation.
    pub is_simulated: bool,
}

/// Whether a site settles after a loss. Where it does not, the shares are those of a simulation, unless the site is too
/// busy to simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// The state that follows the loss lasts.
    Settled,
    /// Queues fill and drain, or requests wait about as long as their senders do.
    Unsettled,
    /// The upstream on this link fails only under load: it is taken out of rotation, recovers, and is put back.
    Flapping(LinkIx),
}

impl Stability {
    /// Keyword used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Unsettled => "unsettled",
            Self::Flapping(_) => "flapping",
        }
    }
}

impl Consequence {
    /// From how requests end while caches hold the address, and afterwards; `None` if that makes no difference.
    pub(super) fn of(replies: &[Reply; 3], eventually: Option<&[Reply; 3]>, stability: Stability) -> Self {
        let (failing, why) = failures(replies);
        let (eventual, eventual_why) = eventually.map_or((failing, why), failures);
        Self { failing, why, eventual, eventual_why, stability, is_simulated: false }
    }

    /// The same consequence with the shares of a run; `None` for a kind that keeps its share.
    pub(super) fn measured(mut self, shares: [Option<f64>; 3]) -> Self {
        for (kind, share) in shares.into_iter().enumerate() {
            let Some(share) = share else { continue };
            self.is_simulated = true;
            if (self.eventual[kind] - self.failing[kind]).abs() < f64::EPSILON {
                self.eventual[kind] = share;
            }
            self.failing[kind] = share;
            let Stability::Flapping(link) = self.stability else { continue };
            for why in [&mut self.why[kind], &mut self.eventual_why[kind]] {
                // Queues that fill and drain are how it flaps; what makes requests wait is the reason.
                if why.is_none_or(|why| matches!(why, LossReason::Overloaded(_) | LossReason::NoBackend(_))) {
                    *why = Some(LossReason::Flapping(link));
                }
            }
        }
        self
    }
}

/// The share of requests of each kind that fail, and the most frequent reason.
fn failures(replies: &[Reply; 3]) -> ([f64; 3], [Option<LossReason>; 3]) {
    let failing = replies.each_ref().map(|reply| (1.0 - reply.ok()).clamp(0.0, 1.0));
    let why = replies.each_ref().map(|reply| {
        let mut shares: BTreeMap<LossReason, f64> = BTreeMap::new();
        for part in reply.parts.iter().filter(|part| part.ending != Ending::Ok) {
            if let Some(why) = part.why {
                *shares.entry(why).or_default() += part.share;
            }
        }
        // Report what makes requests wait, not the resulting queue.
        let is_root = |why: &LossReason, share: f64| share >= WORKS_BELOW && !matches!(why, LossReason::Overloaded(_));
        let rank = |(why, share): &(LossReason, f64)| (is_root(why, *share), *share);
        let above = |a: &(LossReason, f64), b: &(LossReason, f64)| {
            let ((root_a, share_a), (root_b, share_b)) = (rank(a), rank(b));
            root_a.cmp(&root_b).then(share_a.total_cmp(&share_b))
        };
        shares.into_iter().max_by(above).map(|(why, _)| why)
    });
    (failing, why)
}
