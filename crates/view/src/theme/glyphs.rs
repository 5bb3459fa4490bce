//! Every character that is drawn and is not text, in Unicode and in ASCII.
//!
//! All are one column wide. Must not know colours.

use hoplight_app::events::EventClass;

use super::Line;

/// The characters of one kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineGlyphs {
    /// A cell of a row.
    pub horizontal: char,
    /// A cell of a column.
    pub vertical: char,
    /// For each set of arms (bits: up, right, down, left) the character where lines meet or turn.
    pub joints: [char; 16],
}

/// Every character that is drawn and is not text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether only 7-bit characters may be shown.
    pub ascii: bool,
    /// The border of a box.
    pub border: LineGlyphs,
    /// The border of a box that is off.
    pub broken: LineGlyphs,
    /// Encrypted.
    pub tls: LineGlyphs,
    /// Readable on the wire.
    pub plain: LineGlyphs,
    /// Inside a server.
    pub loopback: LineGlyphs,
    /// DNS and metrics.
    pub faint: LineGlyphs,
    /// Arrowheads: up, right, down, left.
    pub heads: [char; 4],
    /// A firewall.
    pub wall: char,
    /// A link that is cut.
    pub cut: char,
    /// Full and empty parts of a bar.
    pub bar: [char; 2],
    /// Parts of a cell from one eighth to the whole, growing upwards, for histories.
    pub ramp: [char; 8],
    /// A static request and its answer.
    pub static_page: [char; 2],
    /// A read and its answer.
    pub read: [char; 2],
    /// A write and its answer.
    pub write: [char; 2],
    /// A question for an address and its answer.
    pub lookup: [char; 2],
    /// An answer that says no, or a packet that a firewall stopped.
    pub failed: char,
    /// A packet that nobody answers.
    pub lost: char,
    /// A sample of an agent.
    pub sample: char,
    /// A change on its way to a replica.
    pub change: char,
    /// The pointer at what is selected.
    pub pointer: char,
    /// A wiretap.
    pub tap: char,
    /// The pointer of a lesson.
    pub focus: char,
    /// Marks of the timeline: command, fault, restore, alert, reaction.
    pub marks: [char; 5],
    /// Where the timeline is now.
    pub cursor: char,
    /// A box that is ticked, and one that is not.
    pub tick: [char; 2],
    /// What is well, in a word's place.
    pub ok: char,
    /// Between two facts.
    pub dot: char,
    /// What was cut off.
    pub ellipsis: char,
}

/// Joints with thin, rounded lines.
const ROUNDED: [char; 16] = [' ', '│', '─', '╰', '│', '│', '╭', '├', '─', '╯', '─', '┴', '╮', '┤', '┬', '┼'];
/// Joints with double lines.
const DOUBLE: [char; 16] = [' ', '║', '═', '╚', '║', '║', '╔', '╠', '═', '╝', '═', '╩', '╗', '╣', '╦', '╬'];

impl LineGlyphs {
    const fn unicode(horizontal: char, vertical: char, joints: [char; 16]) -> Self {
        Self { horizontal, vertical, joints }
    }

    const fn ascii(horizontal: char, vertical: char) -> Self {
        Self { horizontal, vertical, joints: ['+'; 16] }
    }

    /// The character for a set of arms.
    pub const fn of(&self, arms: u8) -> char {
        match arms & 0b1111 {
            0b0101 | 0b0001 | 0b0100 => self.vertical,
            0b1010 | 0b0010 | 0b1000 => self.horizontal,
            joint => self.joints[joint as usize],
        }
    }
}

impl Glyphs {
    /// For terminals that show Unicode.
    pub const fn unicode() -> Self {
        Self {
            ascii: false,
            border: LineGlyphs::unicode('─', '│', ROUNDED),
            broken: LineGlyphs::unicode('╌', '┆', ROUNDED),
            tls: LineGlyphs::unicode('═', '║', DOUBLE),
            plain: LineGlyphs::unicode('╌', '╎', ROUNDED),
            loopback: LineGlyphs::unicode('·', '·', ['·'; 16]),
            faint: LineGlyphs::unicode('┈', '┊', ROUNDED),
            heads: ['▲', '▶', '▼', '◀'],
            wall: '▒',
            cut: '╳',
            bar: ['▰', '▱'],
            ramp: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            static_page: ['●', '○'],
            read: ['◆', '◇'],
            write: ['▲', '△'],
            lookup: ['■', '□'],
            failed: '✖',
            lost: '?',
            sample: '∙',
            change: '▪',
            pointer: '»',
            tap: '⊥',
            focus: '▸',
            marks: ['▼', '✗', '✓', '!', '·'],
            cursor: '█',
            tick: ['☑', '☐'],
            ok: '✓',
            dot: '·',
            ellipsis: '…',
        }
    }

    /// For terminals that show only 7-bit characters.
    pub const fn ascii() -> Self {
        Self {
            ascii: true,
            border: LineGlyphs::ascii('-', '|'),
            broken: LineGlyphs::ascii('-', ':'),
            tls: LineGlyphs::ascii('=', '"'),
            plain: LineGlyphs::ascii('~', '!'),
            loopback: LineGlyphs::ascii('.', '.'),
            faint: LineGlyphs::ascii('.', ':'),
            heads: ['^', '>', 'v', '<'],
            wall: '#',
            cut: 'X',
            bar: ['|', '.'],
            ramp: ['_', '_', '.', '.', '-', '-', '=', '#'],
            static_page: ['S', 's'],
            read: ['R', 'r'],
            write: ['W', 'w'],
            lookup: ['D', 'd'],
            failed: 'E',
            lost: '?',
            sample: 'm',
            change: 'c',
            pointer: '>',
            tap: '&',
            focus: '*',
            marks: ['v', 'x', '*', '!', '.'],
            cursor: '#',
            tick: ['x', '_'],
            ok: '*',
            dot: '-',
            ellipsis: '~',
        }
    }

    /// The mark of a sort of event.
    pub const fn mark(&self, sort: EventClass) -> char {
        let [command, fault, restore, alert, reaction] = self.marks;
        match sort {
            EventClass::Command | EventClass::Refused => command,
            EventClass::Fault | EventClass::Failure => fault,
            EventClass::Restore => restore,
            EventClass::Alert => alert,
            EventClass::Reaction => reaction,
        }
    }

    /// The characters of a line.
    pub const fn line(&self, line: Line) -> &LineGlyphs {
        match line {
            Line::Tls => &self.tls,
            Line::Plain => &self.plain,
            Line::Loopback => &self.loopback,
            Line::Dns | Line::Metrics => &self.faint,
        }
    }
}

/// The nearest 7-bit character.
pub(super) const fn to_ascii(c: char) -> char {
    match c {
        ' '..='~' => c,
        '→' | '▶' | '▸' | '▹' | '»' => '>',
        '←' => '<',
        '↑' => '^',
        '↓' => 'v',
        '·' | '–' | '—' | '─' | '−' => '-',
        '…' => '~',
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        '×' | '✗' | '✖' | '☑' => 'x',
        '☐' => '_',
        '✓' => '*',
        '█' => '#',
        '▒' => '%',
        '⊥' => '&',
        '◐' => '+',
        '‖' => '=',
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' | '○' => 'o',
        'ù'..='ü' | 'µ' => 'u',
        _ => '?',
    }
}
