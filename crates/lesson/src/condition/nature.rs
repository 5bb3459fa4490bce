//! Whether a condition describes a state or an act.

use super::Condition;

/// How long a goal stays met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A state: the goal is open again as soon as the condition no longer holds, until the step ends.
    State,
    /// An act of the learner, or something that users experienced: once in the step is enough, and nothing that happened
    /// before the step counts.
    Act,
}

impl Condition {
    /// Whether the condition describes a state or an act. A combination with an act is an act.
    pub fn nature(&self) -> Nature {
        match self {
            Self::Selected(..)
            | Self::SelectedExposed
            | Self::Failing { .. }
            | Self::Completed { .. }
            | Self::Failed { .. }
            | Self::Stepped { .. }
            | Self::PasswordRead
            | Self::Follows
            | Self::Reached { .. }
            | Self::Dropped { .. }
            | Self::Scanned { .. }
            | Self::Slow { .. }
            | Self::LostWrites(..)
            | Self::StaleReads(..)
            | Self::Once(..) => Nature::Act,
            Self::Tls(..)
            | Self::Exposed(..)
            | Self::ExposedAtMost(..)
            | Self::Down(..)
            | Self::Up(..)
            | Self::Backend { .. }
            | Self::Working { .. }
            | Self::InFlight(..)
            | Self::Stale(..)
            | Self::Fresh(..)
            | Self::Gauge { .. }
            | Self::Share { .. }
            | Self::Pace(..)
            | Self::Paused
            | Self::Tapped(..)
            | Self::Faulty(..)
            | Self::Load(..)
            | Self::Attempts(..)
            | Self::Waiting { .. }
            | Self::Draining(..)
            | Self::Leads(..)
            | Self::Writable(..)
            | Self::Divergent(..)
            | Self::HitRatio { .. }
            | Self::Probe { .. }
            | Self::Alerting { .. }
            | Self::SwitchPaged
            | Self::Port80(..)
            | Self::Hsts(..) => Nature::State,
            Self::All(parts) | Self::Any(parts) => {
                let acts = parts.iter().any(|part| part.nature() == Nature::Act);
                if acts { Nature::Act } else { Nature::State }
            }
            Self::Not(part) => part.nature(),
        }
    }

    /// Whether the condition depends on the selected element.
    pub fn reads_selection(&self) -> bool {
        match self {
            Self::Selected(..) | Self::SelectedExposed => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_selection),
            Self::Not(part) | Self::Once(part) => part.reads_selection(),
            Self::Failing { .. }
            | Self::Completed { .. }
            | Self::Failed { .. }
            | Self::Stepped { .. }
            | Self::PasswordRead
            | Self::Follows
            | Self::Reached { .. }
            | Self::Dropped { .. }
            | Self::Tls(..)
            | Self::Exposed(..)
            | Self::ExposedAtMost(..)
            | Self::Down(..)
            | Self::Up(..)
            | Self::Backend { .. }
            | Self::Working { .. }
            | Self::InFlight(..)
            | Self::Stale(..)
            | Self::Fresh(..)
            | Self::Gauge { .. }
            | Self::Share { .. }
            | Self::Pace(..)
            | Self::Paused
            | Self::Tapped(..)
            | Self::Faulty(..)
            | Self::Load(..)
            | Self::Attempts(..)
            | Self::Slow { .. }
            | Self::Waiting { .. }
            | Self::Draining(..)
            | Self::Leads(..)
            | Self::Writable(..)
            | Self::LostWrites(..)
            | Self::Divergent(..)
            | Self::StaleReads(..)
            | Self::HitRatio { .. }
            | Self::Probe { .. }
            | Self::Alerting { .. }
            | Self::SwitchPaged
            | Self::Scanned { .. }
            | Self::Port80(..)
            | Self::Hsts(..) => false,
        }
    }

    /// Whether the condition depends on where a request is, or on how requests ended.
    pub fn reads_requests(&self) -> bool {
        match self {
            Self::Reached { .. } | Self::Completed { .. } | Self::Failed { .. } => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_requests),
            Self::Not(part) | Self::Once(part) => part.reads_requests(),
            Self::Selected(..)
            | Self::SelectedExposed
            | Self::Failing { .. }
            | Self::Stepped { .. }
            | Self::PasswordRead
            | Self::Follows
            | Self::Dropped { .. }
            | Self::Tls(..)
            | Self::Exposed(..)
            | Self::ExposedAtMost(..)
            | Self::Down(..)
            | Self::Up(..)
            | Self::Backend { .. }
            | Self::Working { .. }
            | Self::InFlight(..)
            | Self::Stale(..)
            | Self::Fresh(..)
            | Self::Gauge { .. }
            | Self::Share { .. }
            | Self::Pace(..)
            | Self::Paused
            | Self::Tapped(..)
            | Self::Faulty(..)
            | Self::Load(..)
            | Self::Attempts(..)
            | Self::Slow { .. }
            | Self::Waiting { .. }
            | Self::Draining(..)
            | Self::Leads(..)
            | Self::Writable(..)
            | Self::LostWrites(..)
            | Self::Divergent(..)
            | Self::StaleReads(..)
            | Self::HitRatio { .. }
            | Self::Probe { .. }
            | Self::Alerting { .. }
            | Self::SwitchPaged
            | Self::Scanned { .. }
            | Self::Port80(..)
            | Self::Hsts(..) => false,
        }
    }
}
