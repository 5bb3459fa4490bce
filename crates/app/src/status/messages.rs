//! The messages: the result of the last action, what an overlay or a followed request says, or a tip; and the previous ones.
//!
//! They have rows of their own and never cover the status line. A message is wrapped instead of being cut: a long one covers the
//! gauges and a part of the panel above them for as long as it is shown.

use hoplight_layout::Area;
use hoplight_model::text::wrap;

use crate::action::OverlayAction;
use crate::app::App;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::view::View;

use super::{followed, overlay, status_area};
use crate::tap;
use crate::update::hides_detail;

/// A message has at most one part in this many of the screen's rows. The longest one has six rows of 80 columns.
const MOST: u16 = 3;

/// Returns the message shown now: a notice, or else what an overlay, the followed request or a tip says.
pub fn message(app: &App, stage: &Stage) -> Option<Line> {
    if let Some(notice) = &app.notice {
        return Some(Line::new(notice.tone, format!(" {}", notice.text)));
    }
    overlay(stage).map(|line| line.doing(OverlayAction::NextChoice)).or_else(|| followed(stage)).or_else(|| app.tip())
}

/// A message in at most `most` rows of `width` columns. The rows of a notice share its tone, so only they are wrapped.
fn rows(line: Line, width: u16, most: u16) -> Vec<Line> {
    if line.width() <= usize::from(width) || line.spans.len() > 1 {
        return vec![line];
    }
    let (tone, action) = (line.spans.first().map_or(Tone::Text, |(tone, _)| *tone), line.action.clone());
    let texts = wrap(line.text().trim_start(), usize::from(width.saturating_sub(2).max(1)));
    texts
        .into_iter()
        .take(most.into())
        .map(|text| Line { action: action.clone(), ..Line::new(tone, format!(" {text}")) })
        .collect()
}

/// Returns the area and the lines of the messages: the current one, then the previous ones, dim.
pub fn messages(app: &App, stage: &Stage) -> (Area, Vec<Line>) {
    let compares = stage.panels.view == View::Compare;
    // A comparison has no rows to spare: its status line gives way.
    let area = if compares { status_area(app) } else { stage.viewport.regions.messages };
    let most = (app.size().1 / MOST).max(area.height);
    let mut lines = message(app, stage).map_or_else(Vec::new, |line| rows(line, area.width, most));
    if compares {
        lines.truncate(1);
        return (Area { height: u16::from(!lines.is_empty()), ..area }, lines);
    }
    // A lesson on a small screen leaves no other room for what the wiretap captures.
    lines.extend(tap::newest(stage).filter(|_| hides_detail(stage)));
    let needed = u16::try_from(lines.len()).unwrap_or(most).max(area.height);
    let area = Area { y: (area.y + area.height).saturating_sub(needed), height: needed, ..area };
    let past = app.past_notices().filter(|past| Some(*past) != app.notice.as_ref());
    for notice in past {
        let said = rows(Line::new(Tone::Dim, format!(" {}", notice.text)), area.width, most);
        if lines.len() + said.len() > usize::from(needed) {
            break;
        }
        lines.extend(said);
    }
    (area, lines)
}
