//! All drawn characters other than text, in Unicode and in ASCII. Each is one column wide.

use hoplight_app::events::EventClass;

use super::LinkStyle;

/// The characters of one kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineGlyphs {
    /// Horizontal line.
    pub horizontal: char,
    /// Vertical line.
    pub vertical: char,
    /// Joint for each set of arms (bits: up, right, down, left).
    pub joints: [char; 16],
}

/// All drawn characters other than text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether only 7-bit characters may be shown.
    pub ascii: bool,
    /// Whether only the characters of console fonts may be shown.
    pub console: bool,
    /// The border of a box.
    pub border: LineGlyphs,
    /// Border of a box whose element is off.
    pub broken: LineGlyphs,
    /// Encrypted links.
    pub tls: LineGlyphs,
    /// Links that can be read on the network.
    pub plain: LineGlyphs,
    /// Links inside a server.
    pub loopback: LineGlyphs,
    /// DNS and monitoring links.
    pub faint: LineGlyphs,
    /// Arrowheads: up, right, down, left.
    pub heads: [char; 4],
    /// A firewall.
    pub wall: char,
    /// A link that is cut.
    pub cut: char,
    /// Full and empty parts of a bar.
    pub bar: [char; 2],
    /// Eighths of a cell, growing upwards.
    pub ramp: [char; 8],
    /// A static request and its response.
    pub static_page: [char; 2],
    /// A read and its response.
    pub read: [char; 2],
    /// A write and its response.
    pub write: [char; 2],
    /// A DNS query and its response.
    pub lookup: [char; 2],
    /// A failed response, or a packet blocked by a firewall.
    pub failed: char,
    /// A lost packet.
    pub lost: char,
    /// A monitoring sample.
    pub sample: char,
    /// A replicated change.
    pub change: char,
    /// A health check.
    pub check: char,
    /// The pointer at the selected element.
    pub pointer: char,
    /// A wiretap.
    pub tap: char,
    /// The pointer of a lesson.
    pub focus: char,
    /// Marks of the timeline: command, fault, restore, alert, reaction.
    pub marks: [char; 5],
    /// The timeline's cursor.
    pub cursor: char,
    /// A ticked and an empty checkbox.
    pub tick: [char; 2],
    /// Healthy.
    pub ok: char,
    /// Separator.
    pub dot: char,
    /// The end of a truncated text.
    pub ellipsis: char,
}

/// Joints with thin, rounded lines.
const ROUNDED: [char; 16] = [' ', '│', '─', '╰', '│', '│', '╭', '├', '─', '╯', '─', '┴', '╮', '┤', '┬', '┼'];
/// Joints with thin lines.
const THIN: [char; 16] = [' ', '│', '─', '└', '│', '│', '┌', '├', '─', '┘', '─', '┴', '┐', '┤', '┬', '┼'];
/// Joints with double lines.
const DOUBLE: [char; 16] = [' ', '║', '═', '╚', '║', '║', '╔', '╠', '═', '╝', '═', '╩', '╗', '╣', '╦', '╬'];

impl LineGlyphs {
    const fn unicode(horizontal: char, vertical: char, joints: [char; 16]) -> Self {
        Self { horizontal, vertical, joints }
    }

    const fn ascii(horizontal: char, vertical: char) -> Self {
        Self { horizontal, vertical, joints: ['+'; 16] }
    }

    /// Returns the character for a set of arms.
    pub const fn of(&self, arms: u8) -> char {
        match arms & 0b1111 {
            0b0101 | 0b0001 | 0b0100 => self.vertical,
            0b1010 | 0b0010 | 0b1000 => self.horizontal,
            joint => self.joints[joint as usize],
        }
    }
}

impl Glyphs {
    /// Glyphs for Unicode terminals.
    pub const fn unicode() -> Self {
        Self {
            ascii: false,
            console: false,
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
            check: '+',
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

    /// Glyphs for ASCII terminals.
    pub const fn ascii() -> Self {
        Self {
            ascii: true,
            console: false,
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
            check: 'h',
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

    /// Glyphs for the fonts of the Linux console, which have Latin-1, single and double lines, and shades.
    pub const fn console() -> Self {
        Self {
            ascii: false,
            console: true,
            border: LineGlyphs::unicode('─', '│', THIN),
            broken: LineGlyphs::unicode('-', ':', THIN),
            tls: LineGlyphs::unicode('═', '║', DOUBLE),
            loopback: LineGlyphs::unicode('·', '·', ['·'; 16]),
            wall: '▒',
            bar: ['█', '░'],
            ramp: ['_', '_', '.', '-', '=', '▄', '▄', '█'],
            cursor: '█',
            pointer: '»',
            dot: '·',
            ..Self::ascii()
        }
    }

    /// Returns the timeline mark of an event.
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

    /// Returns the characters of a link.
    pub const fn link(&self, style: LinkStyle) -> &LineGlyphs {
        match style {
            LinkStyle::Tls => &self.tls,
            LinkStyle::Plain => &self.plain,
            LinkStyle::Loopback | LinkStyle::Untold => &self.loopback,
            LinkStyle::Dns | LinkStyle::Metrics => &self.faint,
        }
    }
}

/// Whether the console fonts of common systems have a character.
pub(super) const fn is_on_consoles(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ff}' | '─' | '│' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '═'..='╬')
        || matches!(c, '░' | '▒' | '▓' | '█' | '▄' | '▀')
}

/// Returns the closest 7-bit character.
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
