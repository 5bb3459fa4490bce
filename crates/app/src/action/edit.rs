//! Actions on the design of the infrastructure.

/// Edits the infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditAction {
    /// Selects the next TLS mode for users' connections.
    CycleTls,
    /// Turns TLS between web servers and applications on or off.
    ToggleWebToApp,
    /// Turns TLS to the databases on or off.
    ToggleAppToDb,
    /// Selects what the entry does on port 80 next.
    CyclePort80,
    /// Adds or removes the header of HSTS.
    ToggleHsts,
    /// Adds `X-Forwarded-Proto` where users' TLS ends, or no longer.
    ToggleForwardedProto,
    /// Adds or removes a firewall rule that drops traffic on the selected hop.
    Block,
}

impl EditAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CycleTls => "tls",
            Self::ToggleWebToApp => "tls-web-to-app",
            Self::ToggleAppToDb => "tls-app-to-db",
            Self::CyclePort80 => "port-80",
            Self::ToggleHsts => "hsts",
            Self::ToggleForwardedProto => "forwarded-proto",
            Self::Block => "block",
        }
    }
}
