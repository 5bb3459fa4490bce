//! Frames are drawn over earlier ones, and only what differs is sent: nobody can tell.

use hoplight::view::diff::changes;
use hoplight::view::frame;
use hoplight::view::ink;
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;

use crate::drawn;
use crate::learner::{Learner, SMALL};

#[test]
fn a_frame_over_an_earlier_one_is_the_frame_and_its_changes_lead_to_it() {
    let looks = [Theme::new(Palette::Dark, false), Theme::new(Palette::Light, false), Theme::new(Palette::NoColour, true)];
    for size in [SMALL, (120, 40)] {
        let mut learner = Learner::exploring(size);
        let mut before = drawn(&learner.app, &looks[0]);
        let area = before.area;
        let mut shown = Buffer::empty(area);
        for keys in ["", " ", "?", "<Esc>", "vv", "m", "m", "gtls", "<Esc>", "X", "<Esc>", "Cre-enc<Enter>", "C", "pr", ":"] {
            learner.press(keys).wait(3);
            for theme in &looks {
                let fresh = drawn(&learner.app, theme);
                let mut over = before.clone();
                ink::begin(&mut over);
                frame::render(&learner.app, theme, area, &mut over);
                assert_eq!(over, fresh, "{keys} at {size:?}");
                let sent: Vec<_> = changes(&shown, &fresh).map(|(x, y, cell)| (x, y, cell.clone())).collect();
                let theirs: Vec<_> = shown.diff_iter(&fresh).map(|(x, y, cell)| (x, y, cell.clone())).collect();
                assert_eq!(sent, theirs, "{keys} at {size:?}");
                before = std::mem::replace(&mut shown, fresh);
            }
        }
    }
}
