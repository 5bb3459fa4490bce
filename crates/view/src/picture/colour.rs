//! Terminal colours as numbers. The 16 named colours depend on the terminal; here they are xterm's.

use ratatui::style::Color;

/// xterm's 16 colours.
const NAMED: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000, 0x00_ff00,
    0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];
/// Levels of red, green and blue in the 6 × 6 × 6 colour cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Returns the 256-colour index of a colour; `None` for the terminal's default and for RGB colours.
pub(super) const fn index(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Reset | Color::Rgb(..) => return None,
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    })
}

/// Returns a colour as `0xrrggbb`; `None` for the terminal's default.
pub(crate) fn rgb(colour: Color) -> Option<u32> {
    if let Color::Rgb(red, green, blue) = colour {
        return Some(packed(red, green, blue));
    }
    Some(match index(colour)? {
        named @ 0..=15 => NAMED[usize::from(named)],
        cube @ 16..=231 => {
            let [blue, green, red] = [1, 6, 36].map(|step| LEVELS[usize::from((cube - 16) / step % 6)]);
            packed(red, green, blue)
        }
        grey @ 232..=255 => {
            let level = 8 + 10 * (grey - 232);
            packed(level, level, level)
        }
    })
}

const fn packed(red: u8, green: u8, blue: u8) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_xterms() {
        for (colour, wanted) in [
            (Color::Reset, None),
            (Color::Red, Some(0xcd_0000)),
            (Color::Indexed(16), Some(0x00_0000)),
            (Color::Indexed(79), Some(0x5f_d7af)),
            (Color::Indexed(203), Some(0xff_5f5f)),
            (Color::Indexed(231), Some(0xff_ffff)),
            (Color::Indexed(232), Some(0x08_0808)),
            (Color::Indexed(255), Some(0xee_eeee)),
            (Color::Rgb(1, 2, 3), Some(0x01_0203)),
        ] {
            assert_eq!(rgb(colour), wanted, "{colour:?}");
        }
    }
}
