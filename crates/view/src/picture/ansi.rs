//! A frame as text with ANSI sequences (SGR) for colours and modifiers.
//!
//! The output moves no cursor, so that it can be paged, pasted and compared.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::colour::index;
use super::{CellStyle, rows};

/// SGR parameters of the modifiers.
const WEIGHTS: [(Modifier, &str); 7] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// Returns the frame as ANSI text. Each row ends with a reset; trailing invisible spaces are removed.
pub fn ansi(frame: &Buffer) -> String {
    let mut out = String::new();
    for row in rows(frame) {
        let end = row.iter().rposition(|cell| !cell.is_unseen()).map_or(0, |last| last + 1);
        let mut now = CellStyle::default();
        for cell in row.iter().take(end) {
            if cell.look != now {
                out += &sequence(cell.look);
                now = cell.look;
            }
            out += cell.symbol;
        }
        if now != CellStyle::default() {
            out += &sequence(CellStyle::default());
        }
        out.push('\n');
    }
    out
}

/// Returns the sequence for a look, independent of the state before it.
fn sequence(look: CellStyle) -> String {
    let mut parameters = vec!["0".to_owned()];
    parameters.extend(WEIGHTS.iter().filter(|(weight, _)| look.modifier.contains(*weight)).map(|(_, code)| (*code).to_owned()));
    parameters.extend(colour(38, look.fg));
    parameters.extend(colour(48, look.bg));
    format!("\x1b[{}m", parameters.join(";"))
}

/// Returns the SGR parameters of a colour; `place` is 38 for the foreground, 48 for the background.
fn colour(place: u8, colour: Color) -> Option<String> {
    match (colour, index(colour)) {
        (Color::Rgb(red, green, blue), _) => Some(format!("{place};2;{red};{green};{blue}")),
        (_, Some(index)) => Some(format!("{place};5;{index}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::frame;
    use super::*;

    #[test]
    fn sequences_stand_where_the_look_changes_and_rows_end_plain() {
        let text = ansi(&frame());
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], " \x1b[0;1;38;5;1m漢<&b\x1b[0m");
        assert_eq!(rows[1], "\x1b[0;7m \x1b[0;38;5;79ma  c\x1b[0m     ▰▱");
        assert_eq!(rows[2], "");
    }
}
