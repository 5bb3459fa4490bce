//! Actions on the running site.

use hoplight_model::RequestKind;

/// Changes the load, injects or repairs a fault, or sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteAction {
    /// Kills or restores the selected element.
    KillOrRestore,
    /// Selects the next balancing algorithm.
    Balance,
    /// Sends one request and follows it.
    Send(RequestKind),
    /// Increases the load by a quarter.
    MoreUsers,
    /// Decreases the load by a fifth.
    FewerUsers,
    /// Turns the external probe on or off.
    Probe,
    /// Runs a row of the fault menu, given by its index in [`fault_actions`](crate::fault_menu::fault_actions).
    Fault(usize),
}

impl SiteAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::KillOrRestore => "kill",
            Self::Balance => "balance",
            Self::Send(RequestKind::Static) => "send-static",
            Self::Send(RequestKind::Read) => "send-read",
            Self::Send(RequestKind::Write) => "send-login",
            Self::MoreUsers => "more-users",
            Self::FewerUsers => "fewer-users",
            Self::Probe => "probe",
            Self::Fault(_) => return None,
        })
    }
}
