//! What the loss of a single element means for users in the long run: which share of each kind of request fails once
//! health checks, failovers and promotions have settled, and why.
//!
//! Unlike `flow` and `structure`, which ask whether a path exists, this module executes what is configured: a balancer
//! distributes requests over the backends that *its* health checks leave UP, a driver tries the next database only
//! after the failures that its policy names, and a component that waits for a silent upstream holds a slot until its
//! timeout. Shares are probabilities, propagated through `hoplight_model::behaviour` from the databases to the browser;
//! the rates of requests, and the queues that build up, follow in the opposite direction. The simulation is the
//! reference (`tests/agreement.rs`).
//!
//! ```text
//!  site ──▶ state ──▶ node ◀─ reply, health     the outcomes at one component
//!             │         ▲
//!             └▶ cluster └── solve ──▶ users    the fixed point of outcomes and load; the users' view
//! ```

mod alike;
mod cluster;
mod health;
mod node;
mod reply;
mod site;
mod solve;
mod state;
mod users;

use std::collections::BTreeMap;
use std::fmt;

use hoplight_model::{ComponentIx, Infrastructure, RequestKind, ServerId};

use crate::cause::Cause;
use alike::Alike;
use reply::{Ending, Reply};
use site::Site;
use solve::Solver;
use users::Users;

pub use reply::LossReason;

/// The long run: verdicts hold for the time from here, in seconds after the loss …
pub const WINDOW_START_S: f64 = 130.0;
/// … to here.
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

    /// Keyword of what is lost.
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
            Self::Of(Cause::Certificate { name, .. }) => write!(f, "{}", name.as_str()),
            Self::Of(Cause::Zone(name)) => write!(f, "{}", name.as_str()),
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

    /// Keyword of reports.
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
    /// The resolver that has the site's address cached, so that a missing name has no effect yet.
    pub cached: Option<ComponentIx>,
}

impl LossForecast {
    /// The verdict on a kind.
    pub fn verdict(&self, kind: RequestKind) -> Verdict {
        Verdict::of(self.failing[kind.index()])
    }

    fn of(site: &Site<'_>, loss: Loss, replies: &[Reply; 3]) -> Self {
        let failing = replies.each_ref().map(|reply| (1.0 - reply.ok()).clamp(0.0, 1.0));
        let why = replies.each_ref().map(|reply| {
            let mut shares: BTreeMap<LossReason, f64> = BTreeMap::new();
            for part in reply.parts.iter().filter(|part| part.ending != Ending::Ok) {
                if let Some(why) = part.why {
                    *shares.entry(why).or_default() += part.share;
                }
            }
            shares.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(why, _)| why)
        });
        let origin = Users::origin(site, RequestKind::Static).filter(|_| matches!(loss, Loss::Of(Cause::Zone(_))));
        let cached = origin.and_then(|origin| origin.lookups.first()).map(|link| site.hop(*link).to);
        Self { loss, failing, why, cached }
    }
}

/// Predicts the long-run consequences of each single loss, in the order of [`Loss::all`].
pub fn losses(infra: &Infrastructure) -> Vec<LossForecast> {
    let (site, all) = (Site::of(infra), Loss::all(infra));
    let mut solver = Solver::of(&site);
    let mut alike = Alike::of(&site, &all);
    let forecast = |(place, loss): (usize, Loss)| {
        let replies = alike.replies(place, || solver.after(&loss));
        LossForecast::of(&site, loss, &replies)
    };
    all.into_iter().enumerate().map(forecast).collect()
}
