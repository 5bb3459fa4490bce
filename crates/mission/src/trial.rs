//! Trials: runs of a design in which something happens while users keep coming.
//!
//! A trial names roles, not components, since the learner may have renamed or replaced everything. [`super::case`]
//! resolves them on a design.

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Moment, Rate, Seconds};
use hoplight_model::{Text, Tier};

/// A run of the design, or a run for each element of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Name that goals refer to.
    pub name: Text,
    /// What happens, as in "while one address sends 200 logins a second"; by default composed from the events.
    #[serde(default)]
    pub when: Option<Text>,
    /// Requests per second, if not those of the starting design.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Length of the run in seconds.
    pub lasts_s: Seconds,
    /// What happens, in chronological order. At most one event has `Any` target.
    #[serde(default)]
    pub events: Vec<TrialEvent>,
}

/// Something that happens during a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialEvent {
    /// Seconds from the start of the run.
    pub at_s: Moment,
    /// What happens.
    pub what: TrialAction,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrialAction {
    /// Servers lose power.
    PowerOff(TrialTarget),
    /// Processes end.
    Crash(TrialTarget),
    /// Processes hang: they accept connections and do not respond.
    Hang(TrialTarget),
    /// Servers reboot, which takes 20 s.
    Reboot(TrialTarget),
    /// A program that is not part of the site uses the processor of servers, with this many threads.
    Hog(TrialTarget, u32),
    /// A flaw crashes every component that runs one software version; a run for each version.
    Flaw,
    /// New code goes to the application servers, one machine after the other at this interval: the balancer stops sending
    /// it requests, five seconds later the application restarts, and five seconds after that requests come back.
    Deploy(Seconds),
    /// All links between databases are cut for this time.
    CutReplication(Seconds),
    /// A command in the syntax of fault scripts, such as `rate 300`, on elements that every design has.
    Command(Text),
}

/// The elements that an action affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialTarget {
    /// Each of these in a run of its own; the worst run counts.
    Any(TrialScope),
    /// All of these in the same run.
    All(TrialScope),
}

/// A role in the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialScope {
    /// Everything that serves requests.
    Site,
    /// What browsers connect to.
    Entry,
    /// The databases that accept writes at the start.
    Primary,
    /// The components of a tier.
    Of(Tier),
}

impl TrialAction {
    /// The target; `None` for actions on the whole site.
    pub const fn target(&self) -> Option<TrialTarget> {
        match self {
            Self::PowerOff(target) | Self::Crash(target) | Self::Hang(target) | Self::Reboot(target) | Self::Hog(target, _) => {
                Some(*target)
            }
            Self::Flaw | Self::Deploy(_) | Self::CutReplication(_) | Self::Command(_) => None,
        }
    }

    /// Whether the action takes a run for each of several elements.
    pub const fn is_any(&self) -> bool {
        matches!(self, Self::Flaw) || matches!(self.target(), Some(TrialTarget::Any(_)))
    }
}

impl Trial {
    /// Seconds from the start until the first event; `None` without events.
    pub fn first_event_s(&self) -> Option<f64> {
        self.events.first().map(|event| event.at_s.get())
    }
}
