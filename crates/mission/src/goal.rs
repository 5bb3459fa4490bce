//! Goals: properties of a design, measured in trials or computed from it. None compares the design with a solution.

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Fraction, Millis, Moment, Seconds};
use hoplight_model::{RequestKind, Text};

/// A goal of a mission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissionGoal {
    /// Name of the goal's figure in texts.
    pub name: Text,
    /// The property.
    pub check: GoalCheck,
}

/// A window of a trial, in seconds from its start: the requests that users send in it count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialWindow(
    /// Start.
    pub Moment,
    /// End.
    pub Moment,
);

/// A property of a design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum GoalCheck {
    /// At most this share of the requests sent in a window fail, or remain unanswered until the end of the trial.
    Failing {
        /// The trial.
        trial: Text,
        /// Kinds of request, each judged separately; all if empty.
        #[serde(default)]
        kinds: Vec<RequestKind>,
        /// When the requests are sent.
        window: TrialWindow,
        /// The highest share.
        at_most: Fraction,
    },
    /// The 99th percentile of the latency of successful requests is below a limit.
    Latency {
        /// The trial.
        trial: Text,
        /// Kinds of request, each judged separately; all if empty.
        #[serde(default)]
        kinds: Vec<RequestKind>,
        /// When the requests are sent.
        window: TrialWindow,
        /// The limit.
        below_ms: Millis,
    },
    /// After the first event of a trial, requests of a kind work again within this time: from then on, no second passes in
    /// which more than a tenth of them fail.
    Recovery {
        /// The trial.
        trial: Text,
        /// Kind of request.
        kind: RequestKind,
        /// The longest time.
        within_s: Seconds,
    },
    /// At the end of a trial, no acknowledged write is lost, and none exists only on a database that was replaced.
    WritesKept {
        /// The trial.
        trial: Text,
    },
    /// At the end of a trial, the monitoring service has fresh samples of every server that serves requests and is up.
    SamplesArrive {
        /// The trial.
        trial: Text,
    },
    /// An alert of high priority fires within this time after the first event of a trial.
    Paged {
        /// The trial.
        trial: Text,
        /// The longest time.
        within_s: Seconds,
    },
    /// No alert of high priority fires during a trial.
    Quiet {
        /// The trial.
        trial: Text,
    },
    /// No password can be read on the network.
    PasswordsHidden(WireTap),
    /// The design has a certificate, so that browsers can verify the site. The one that a drawing without any is assumed to
    /// have does not count.
    Certified,
    /// A balancer reads the requests that it forwards, so that it can route by URL.
    RoutesByUrl,
    /// No port that users do not need can be reached from the Internet.
    PortsClosed,
    /// Firewalls protect every server, and let through nothing that the design does not need.
    NothingNeedless,
    /// No firewall blocks a link of the design.
    LinksOpen,
    /// The design costs at most this many units.
    Budget(u32),
}

/// Where an eavesdropper listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireTap {
    /// Between the users and the site.
    Internet,
    /// On every network link.
    Everywhere,
}

impl GoalCheck {
    /// The trial that the goal is measured in; `None` if it is computed from the design.
    pub fn trial(&self) -> Option<&str> {
        match self {
            Self::Failing { trial, .. }
            | Self::Latency { trial, .. }
            | Self::Recovery { trial, .. }
            | Self::WritesKept { trial }
            | Self::SamplesArrive { trial }
            | Self::Paged { trial, .. }
            | Self::Quiet { trial } => Some(trial),
            Self::PasswordsHidden(_)
            | Self::Certified
            | Self::RoutesByUrl
            | Self::PortsClosed
            | Self::NothingNeedless
            | Self::LinksOpen
            | Self::Budget(_) => None,
        }
    }

    /// The window that the goal counts; `None` if it counts the whole trial.
    pub const fn window(&self) -> Option<TrialWindow> {
        match self {
            Self::Failing { window, .. } | Self::Latency { window, .. } => Some(*window),
            Self::Recovery { .. }
            | Self::WritesKept { .. }
            | Self::SamplesArrive { .. }
            | Self::Paged { .. }
            | Self::Quiet { .. }
            | Self::PasswordsHidden(_)
            | Self::Certified
            | Self::RoutesByUrl
            | Self::PortsClosed
            | Self::NothingNeedless
            | Self::LinksOpen
            | Self::Budget(_) => None,
        }
    }
}
