//! Which events are news, for the list of headlines.

use super::{EventKind, JournalEvent};
use crate::probe::probe_number;

impl JournalEvent {
    /// The termination state that `HAProxy` logs for a request that a balancer fails; see [`super::FailureReason::log_flag`].
    pub const fn log_flag(&self) -> Option<&'static str> {
        match &self.what {
            EventKind::Fails { failure, why, .. } => why.log_flag(*failure),
            _ => None,
        }
    }

    /// Whether the event is a state change or a failure, not ordinary traffic.
    pub fn is_notable(&self) -> bool {
        if self.request.is_some_and(|(number, _)| probe_number(number).is_some()) {
            // Probes are periodic, so only their failures are notable.
            return matches!(self.what, EventKind::Probed { outcome: Err(_), .. });
        }
        let news = match &self.what {
            // A blocked or lost sample would be reported every second.
            EventKind::Blocked { .. } | EventKind::Vanished { .. } => self.request.is_some(),
            // A failure with an HTTP status was already reported, with its cause, by the component that failed.
            EventKind::Ended { outcome: Err(failure), .. } => failure.status().is_none(),
            _ => true,
        };
        news && matches!(
            self.what,
            EventKind::Blocked { .. }
                | EventKind::SynDropped { .. }
                | EventKind::TurnedAway { .. }
                | EventKind::NoBackend { .. }
                | EventKind::Fails { .. }
                | EventKind::Refuses { .. }
                | EventKind::Vanished { .. }
                | EventKind::Backend { .. }
                | EventKind::RoleSeen { .. }
                | EventKind::Promoted { .. }
                | EventKind::Demoted { .. }
                | EventKind::SessionsLost { .. }
                | EventKind::GroupMember { .. }
                | EventKind::SemiSync { .. }
                | EventKind::Master { .. }
                | EventKind::Commanded(_)
                | EventKind::Booted(_)
                | EventKind::Scanned { .. }
                | EventKind::Rebuilt(_)
                | EventKind::Alert { .. }
                | EventKind::Ended { outcome: Err(_), .. }
        )
    }
}
