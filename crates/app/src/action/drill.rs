//! Actions of an incident drill.

use crate::task::drill::page::DrillPage;

/// Works on an incident drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillAction {
    /// Starts the shift; after the debriefing, opens the next drill.
    Enter,
    /// States that there is an incident.
    Declare,
    /// Sends a probe, by its index in the list of probes.
    Probe(usize),
    /// Names a cause, by its index in the list of suspects.
    Diagnose(usize),
    /// Executes a remedy, by its index in the list of remedies.
    Remedy(usize),
    /// Shows the next hint.
    Hint,
    /// Gives up, after a second press.
    GiveUp,
    /// Shows a page.
    Page(DrillPage),
    /// Shows the debriefing, or the run with its truth.
    Truth(bool),
    /// Starts the same drill again.
    Again,
}

impl DrillAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Enter => "drill-enter",
            Self::Declare => "declare",
            Self::Hint => "drill-hint",
            Self::GiveUp => "give-up",
            Self::Page(DrillPage::Events) => "drill-newest",
            Self::Page(DrillPage::Monitoring) => "drill-monitoring",
            Self::Page(DrillPage::Log) => "drill-log",
            Self::Page(DrillPage::Users) => "drill-users",
            Self::Page(DrillPage::Probes) => "drill-probes",
            Self::Page(DrillPage::Plan) => "drill-plan",
            Self::Truth(false) => "debriefing",
            Self::Truth(true) => "drill-truth",
            Self::Again => "drill-again",
            Self::Probe(_) | Self::Diagnose(_) | Self::Remedy(_) => return None,
        })
    }
}
