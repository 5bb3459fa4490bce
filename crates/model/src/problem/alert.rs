//! Why an alert rule cannot work.

use crate::component::ComponentKind;
use crate::id::ComponentId;
use crate::monitoring::Metric;

/// Why an alert rule cannot work.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertProblem {
    /// The rule averages a metric that cannot be averaged.
    NotAverageable(Metric),
    /// An absence rule has zero intervals.
    NoInterval,
    /// A probe rule has zero failures.
    NoFailure,
    /// The short window is longer than the long one.
    Windows {
        /// The short window.
        short_s: f64,
        /// The long window.
        long_s: f64,
    },
    /// The rule does not apply to its component's kind.
    WrongComponent(ComponentId, Box<ComponentKind>),
    /// A rule about the site has a scope.
    SiteScope,
    /// A rule about several components has a scope.
    GroupScope,
    /// The rule looks further back than samples are kept.
    Reach {
        /// How far back the rule looks.
        reach_s: f64,
        /// The agent.
        agent: ComponentId,
        /// Number of samples kept for it.
        samples: usize,
        /// Time that they cover.
        kept_s: f64,
    },
}
