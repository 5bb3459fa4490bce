//! The keys of incident drills.

use super::{KeyContext, Keymap};
use crate::action::{DrillAction, WindowAction};
use crate::key::{Code, Key};
use crate::task::drill::page::DrillPage;
use crate::window::kind::WindowKind;

impl Keymap {
    /// Binds the keys of incident drills.
    pub(super) fn bind_in_drills(&mut self) {
        use KeyContext::{Debriefing, Drill};
        let (c, k) = (Key::char, Key::plain);
        self.bind(&[k(Code::Enter)], Drill, DrillAction::Enter, "start", "Start the shift");
        self.bind(&[c('d')], Drill, DrillAction::Declare, "declare", "Declare an incident");
        self.bind(
            &[c('p')],
            Drill,
            WindowAction::Open(WindowKind::Probes),
            "probe",
            "Send a probe from outside, or from a server",
        );
        self.bind(
            &[c('c')],
            Drill,
            WindowAction::Open(WindowKind::Suspects),
            "cause",
            "Name the cause: an element, and what is wrong with it",
        );
        self.bind(&[c('r')], Drill, WindowAction::Open(WindowKind::Remedies), "remedy", "Try a remedy");
        let pages = [
            (DrillPage::Events, "pages", "Page: what stands out, newest first"),
            (DrillPage::Monitoring, "", "Page: the monitoring service"),
            (DrillPage::Log, "", "Page: the logs of balancers and web servers"),
            (DrillPage::Users, "", "Page: what users report"),
            (DrillPage::Probes, "", "Page: probes and the wiretap"),
            (DrillPage::Plan, "", "Page: the plan of the site, on which elements are selected"),
        ];
        for ((page, word, help), digit) in pages.into_iter().zip('1'..) {
            self.bind(&[c(digit)], Drill, DrillAction::Page(page), word, help);
        }
        self.bind(&[c('h')], Drill, DrillAction::Hint, "hint", "Next hint");
        self.bind(&[c('G')], Drill, DrillAction::GiveUp, "give up", "Give up, and read what happened");
        self.bind(&[k(Code::Enter)], Debriefing, DrillAction::Enter, "next drill", "Next drill");
        self.bind(&[c('a')], Debriefing, DrillAction::Again, "again", "The same drill again");
        self.bind(&[c('1')], Debriefing, DrillAction::Truth(false), "timeline", "The timeline of the debriefing");
        self.bind(
            &[c('2')],
            Debriefing,
            DrillAction::Truth(true),
            "truth",
            "The run with its truth: the diagram, forward and back",
        );
    }
}
