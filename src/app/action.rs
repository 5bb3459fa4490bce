//! What a user can do: the vocabulary of [`super::App::act`]. Must not know keys.

use super::comparison::Other;
use crate::layout::Arrow;
use crate::model::{Element, RequestKind};

/// Something that a user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the program.
    Quit,
    /// Goes back: closes what is open, leaves the stage, or ends the program.
    Back,
    /// Shows or hides the help.
    Help,
    /// Opens the palette.
    Palette,
    /// Chooses a row of the open window.
    ChooseRow(usize),
    /// Does what a row of the open window means.
    EnterRow(usize),
    /// Closes the open window.
    Close,
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
    /// Changes what the panel of a small screen shows: the lesson, or what is selected.
    Panel,
}
