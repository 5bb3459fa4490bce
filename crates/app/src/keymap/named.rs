//! The keys that lessons name in their texts.

use hoplight_lesson::markup::KeyName;
use hoplight_model::RequestKind;

use super::Keymap;
use crate::action::{AppAction, EditAction, LessonAction, SelectAction, SiteAction, TimeAction, ViewAction, WindowAction};
use crate::window::kind::WindowKind;

impl Keymap {
    /// Returns the label of a key named in a lesson's text.
    pub fn named(&self, name: KeyName) -> String {
        match name {
            KeyName::Tls => self.label(EditAction::CycleTls),
            KeyName::DbTls => self.label(EditAction::ToggleAppToDb),
            KeyName::Kill => self.label(SiteAction::KillOrRestore),
            KeyName::Pause => self.label(TimeAction::Pause),
            KeyName::Step => self.label(TimeAction::StepForward),
            KeyName::Back => self.label(TimeAction::StepBack),
            KeyName::Slower => self.label(TimeAction::Slower),
            KeyName::Faster => self.label(TimeAction::Faster),
            KeyName::Pace => self.label(TimeAction::Pace),
            KeyName::Send => self.label(SiteAction::Send(RequestKind::Write)),
            KeyName::Hint => self.label(LessonAction::Hint),
            KeyName::Next => self.label(AppAction::Enter),
            KeyName::Mark => self.label(LessonAction::Mark),
            KeyName::Monitor => self.label(ViewAction::ToggleMonitor),
            KeyName::Faults => self.label(WindowAction::Open(WindowKind::Faults)),
            KeyName::Log => self.label(WindowAction::Open(WindowKind::Log)),
            KeyName::Wiretap => self.label(SelectAction::Wiretap),
            KeyName::Packet => self.label(SelectAction::NextPacket),
            KeyName::Probe => self.label(SiteAction::Probe),
            KeyName::Info => self.label(ViewAction::TogglePanel),
            KeyName::Whiteboard => self.label(AppAction::Whiteboard),
            KeyName::Palette => self.label(WindowAction::Open(WindowKind::Palette)),
            KeyName::More => self.label(SiteAction::MoreUsers),
            KeyName::Fewer => self.label(SiteAction::FewerUsers),
            KeyName::SendStatic => self.label(SiteAction::Send(RequestKind::Static)),
            KeyName::SendRead => self.label(SiteAction::Send(RequestKind::Read)),
            KeyName::Balance => self.label(SiteAction::Balance),
            KeyName::Restart => self.label(LessonAction::Restart),
        }
    }
}
