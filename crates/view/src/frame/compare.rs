//! Two designs side by side: their diagrams if there is room, and the table of differences.

use ratatui::widgets::Widget;

use crate::canvas::Canvas;
use hoplight_app::comparison::Comparison;
use hoplight_app::stage_view::pane::Pane;
use hoplight_app::{Line, Stage, Tone};

use super::paint::Painter;
use super::stage::boxed;

/// Draws the comparison over everything between header and status.
pub(super) fn draw(stage: &Stage, comparison: &Comparison, table: &Pane, painter: &mut Painter<'_>) {
    let areas = &comparison.areas;
    let names = comparison.names();
    let timelines = [&stage.session.timeline, &comparison.timeline];
    for (at, letter) in ["A", "B"].into_iter().enumerate() {
        let (title, picture) = (areas.titles[at], areas.pictures[at]);
        if title.height > 0 {
            painter.clear(title.x, title.y, title.width, title.height);
            painter.rule(title.x, title.y, title.width, &named(letter, &names[at]), "");
        }
        if picture.height == 0 {
            continue;
        }
        let motion = stage.slow_motion_of(timelines[at]);
        let canvas = Canvas {
            motion: motion.as_ref(),
            selected: stage.session.selected.as_ref(),
            followed: stage.session.playback.followed,
            ..Canvas::new(&comparison.layouts[at], timelines[at].simulation(), painter.theme)
        };
        (&canvas).render(painter.rect(picture), painter.buf);
    }
    let beside = areas.pictures[0].height > 0;
    let title = if beside {
        Line::new(Tone::Name, "the same users in both")
    } else if areas.titles[0].height > 0 {
        named("B", &names[1])
    } else {
        named("A", &names[0]).with(Tone::Accent, "  B ").with(Tone::Name, names[1].as_str())
    };
    boxed(painter, table, &title);
}

/// Returns the title of a design.
fn named(letter: &str, name: &str) -> Line {
    Line::new(Tone::Accent, format!("{letter} ")).with(Tone::Name, name)
}
