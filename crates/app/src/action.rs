//! What a user can do: the vocabulary of [`super::App::act`]. Must not know keys.

use super::comparison::Other;
use hoplight_layout::Arrow;
use hoplight_model::{Element, RequestKind};
use hoplight_sim::SimTime;

use super::monitor::Item;
use super::overlay::Overlay;

/// Something that a user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the program.
    Quit,
    /// Goes back: closes what is open, leaves the stage, or ends the program.
    Back,
    /// Lets go of the uppermost thing: a view, the packet that is followed, an overlay, the selection; after the last, goes back.
    Escape,
    /// Shows or hides the help.
    Help,
    /// Opens the palette.
    Palette,
    /// Opens the glossary.
    Glossary,
    /// Chooses a row of the open window.
    ChooseRow(usize),
    /// Does what a row of the open window means.
    EnterRow(usize),
    /// Closes the open window.
    Close,
    /// Shows the screen in the next set of colours.
    NextTheme,
    /// Draws with ASCII characters only, or with all.
    Ascii,
    /// Shows steps instead of movement, or movement again.
    Motion,
    /// Moves on: the selection on the stage, the line in a list.
    Move(Arrow),
    /// Selects the next thing on the stage.
    Next,
    /// Selects the previous thing on the stage.
    Previous,
    /// Goes to the first line.
    First,
    /// Goes to the last line.
    Last,
    /// Scrolls the text by so many lines.
    Scroll(i16),
    /// Scrolls the panel only.
    ScrollPanel(i16),
    /// Scrolls what is selected, where it stands below a lesson.
    ScrollDetail(i16),
    /// Opens the chosen line, goes on in a lesson, or submits marks.
    Enter,
    /// Chooses a line of the course.
    Choose(usize),
    /// Opens a line of the course.
    Open(usize),
    /// Moves the window over a canvas that is larger than it.
    Pan(Arrow),
    /// Moves the window so that a cell of the canvas, column and row, is in its middle.
    LookAt(u16, u16),
    /// Shows or hides the small map of a large canvas.
    Overview,
    /// Selects an element.
    Select(Element),
    /// Selects a request: follows it, whatever else is selected.
    Follow(u64),
    /// Follows the next packet on the canvas; after the last one, none.
    NextPacket,
    /// Puts the wiretap on the selected hop, or takes it away.
    Wiretap,
    /// Selects nothing.
    Deselect,
    /// Stops time or lets it go on.
    Pause,
    /// Steps one hop forward.
    StepForward,
    /// Steps one hop back.
    StepBack,
    /// Faster.
    Faster,
    /// Slower.
    Slower,
    /// Changes between trace and live.
    Pace,
    /// Changes to the next TLS mode.
    CycleTls,
    /// Switches TLS between web servers and applications.
    ToggleWebToApp,
    /// Switches TLS to the databases.
    ToggleAppToDb,
    /// Kills what is selected, or restores it.
    KillOrRestore,
    /// Lets a firewall block the selected hop, or pass it again.
    Block,
    /// Changes how balancers choose.
    Balance,
    /// Sends one request.
    Send(RequestKind),
    /// Lays the next overlay over the picture; after the last one, none.
    NextOverlay,
    /// Switches the overlay off, or the last one on again.
    Overlay,
    /// Lays this overlay over the picture, or takes it away.
    Lay(Overlay),
    /// What the overlay shows next: another kind of request, version, domain or loss.
    OverlayChoice,
    /// More users.
    MoreUsers,
    /// Fewer users.
    FewerUsers,
    /// Shows a hint, then offers the solution.
    Hint,
    /// Goes a step back in the lesson.
    StepBefore,
    /// Goes on in the lesson, whatever the gate says.
    Skip,
    /// Begins the step anew.
    Again,
    /// Answers a question, by number from 0.
    Answer(usize),
    /// Marks what is selected, or takes the mark away.
    Mark,
    /// Asks what to compare with, or ends the comparison.
    Compare,
    /// Compares with another design.
    CompareWith(Other),
    /// Shows the monitoring screen in the canvas' place, or the canvas again.
    Monitor,
    /// Looks at a row of the monitoring screen.
    Watch(Item),
    /// Opens the event log.
    Log,
    /// Opens the jump to a moment.
    Jump,
    /// Goes to a moment, and stops there.
    Seek(SimTime),
    /// Goes to the moment at which something happened, stops there, and looks at it: at the request that it happened to, if
    /// there is one, or else at what it is about.
    Recall {
        /// When.
        at: SimTime,
        /// To which request.
        request: Option<u64>,
        /// What it is about.
        about: Option<Element>,
    },
    /// Goes back to the last mark of the timeline.
    MarkBefore,
    /// Goes on to the next mark of the timeline or, beyond the newest, until something happens.
    MarkAfter,
    /// Opens the fault menu.
    Faults,
    /// Does a row of the fault menu, by its place among [`super::fault_menu::fault_actions`].
    FaultAction(usize),
    /// Switches the external probe on, or off.
    Probe,
    /// Changes what the panel of a small screen shows: the lesson, or what is selected.
    Panel,
}

impl Action {
    /// The word for it in settings; `None` for what has no key, since it says which row or thing it is about.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Quit => "quit",
            Self::Back => "back",
            Self::Escape => "escape",
            Self::Help => "help",
            Self::Palette => "palette",
            Self::Glossary => "glossary",
            Self::NextTheme => "next-theme",
            Self::Ascii => "ascii",
            Self::Motion => "reduced-motion",
            Self::Move(Arrow::Up) => "up",
            Self::Move(Arrow::Down) => "down",
            Self::Move(Arrow::Left) => "left",
            Self::Move(Arrow::Right) => "right",
            Self::Next => "next-thing",
            Self::Previous => "previous-thing",
            Self::First => "first-line",
            Self::Last => "last-line",
            Self::Scroll(by) => {
                if *by > 0 {
                    "scroll-down"
                } else {
                    "scroll-up"
                }
            }
            Self::Enter => "enter",
            Self::Pause => "pause",
            Self::StepForward => "step",
            Self::StepBack => "step-back",
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Pace => "pace",
            Self::CycleTls => "tls",
            Self::ToggleWebToApp => "tls-web-to-app",
            Self::ToggleAppToDb => "tls-app-to-db",
            Self::KillOrRestore => "kill",
            Self::Block => "block",
            Self::Balance => "balance",
            Self::Send(RequestKind::Static) => "send-static",
            Self::Send(RequestKind::Read) => "send-read",
            Self::Send(RequestKind::Write) => "send-login",
            Self::NextOverlay => "next-overlay",
            Self::Overlay => "overlay",
            Self::OverlayChoice => "overlay-choice",
            Self::MoreUsers => "more-users",
            Self::FewerUsers => "fewer-users",
            Self::Hint => "hint",
            Self::StepBefore => "step-before",
            Self::Skip => "skip",
            Self::Again => "again",
            Self::Answer(number) => match ANSWERS.split_at_checked(*number) {
                Some((_, [name, ..])) => name,
                _ => return None,
            },
            Self::Mark => "mark",
            Self::Panel => "info",
            Self::Pan(Arrow::Up) => "pan-up",
            Self::Pan(Arrow::Down) => "pan-down",
            Self::Pan(Arrow::Left) => "pan-left",
            Self::Pan(Arrow::Right) => "pan-right",
            Self::Overview => "map",
            Self::Compare => "compare",
            Self::Monitor => "monitor",
            Self::Log => "log",
            Self::Jump => "jump",
            Self::MarkBefore => "mark-before",
            Self::MarkAfter => "mark-after",
            Self::Faults => "faults",
            Self::Probe => "probe",
            Self::Wiretap => "wiretap",
            Self::NextPacket => "next-packet",
            Self::ChooseRow(_)
            | Self::EnterRow(_)
            | Self::Close
            | Self::ScrollPanel(_)
            | Self::ScrollDetail(_)
            | Self::Choose(_)
            | Self::Open(_)
            | Self::Select(_)
            | Self::LookAt(..)
            | Self::CompareWith(_)
            | Self::Watch(_)
            | Self::Seek(_)
            | Self::Recall { .. }
            | Self::Lay(_)
            | Self::Follow(_)
            | Self::FaultAction(_)
            | Self::Deselect => return None,
        })
    }
}

/// Words for the answers that have a key.
const ANSWERS: [&str; 9] =
    ["answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8", "answer-9"];
