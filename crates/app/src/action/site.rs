//! Actions on the running site.

use hoplight_model::RequestKind;

/// Changes the load, breaks or repairs something, or sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteAction {
    /// Kills or restores the selected element.
    KillOrRestore,
    /// Selects the next balancing algorithm.
    Balance,
    /// Sends one request and follows it.
    Send(RequestKind),
    /// Adds a quarter of the users.
    MoreUsers,
    /// Removes a fifth of the users.
    FewerUsers,
    /// Turns the external probe on or off.
    Probe,
    /// Performs a row of the fault menu, by its index in [`fault_actions`](crate::fault_menu::fault_actions).
    Fault(usize),
}

impl SiteAction {
    /// The name in settings.
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
