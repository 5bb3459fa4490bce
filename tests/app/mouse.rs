//! The mouse: clicks on the canvas, answers, footer keys and the course map; the wheel.

use hoplight::app::CourseItem;
use hoplight::app::status::footer;
use hoplight::layout::{Area, Cell};
use hoplight::lesson::Place;
use hoplight::model::Element;

use crate::learner::{LARGE, Learner, SMALL, component, hop};

/// Returns the screen cell of an element's anchor.
fn cell(learner: &Learner, element: &Element) -> (u16, u16) {
    let anchor = learner.stage().viewport.layout.anchor(element).unwrap_or_else(|| panic!("{element} has no anchor"));
    let canvas = learner.stage().viewport.regions.canvas;
    (canvas.x + anchor.x, canvas.y + anchor.y)
}

/// Returns the cell of a footer key, by its label.
fn footer_key(learner: &Learner, word: &str) -> (u16, u16) {
    let mut x = 0;
    for (line, _) in footer(&learner.app, learner.app.size().0) {
        if line.text().ends_with(word) {
            return (x + 1, learner.app.size().1 - 1);
        }
        x += u16::try_from(line.width()).expect("short") + 1;
    }
    panic!("no {word:?} in the footer")
}

/// A stage with more text than fits into the panel: a login's path.
fn with_long_text() -> Learner {
    let mut learner = Learner::exploring(LARGE);
    learner.press("pr").wait(150).press(" ");
    let (lines, area) = (learner.view().panel.lines.len(), learner.view().panel.area);
    assert!(lines > usize::from(area.height) + 3, "there is something to scroll: {lines}");
    learner
}

#[test]
fn a_click_on_the_word_beside_a_link_selects_its_hop() {
    let mut clicked = 0;
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        let routes = learner.stage().viewport.layout.routes().to_vec();
        for (route, label) in routes.iter().filter_map(|route| Some((route, route.label?))) {
            let canvas = learner.stage().viewport.regions.canvas;
            let element = learner.stage().infra().hop_element(route.link);
            for x in label.area.x..label.area.x + label.area.width {
                let at = (canvas.x + x, canvas.y + label.area.y);
                let is_line = routes.iter().any(|route| route.cells.iter().any(|cell| (cell.x, cell.y) == (x, label.area.y)));
                if is_line || learner.view().panel.area.contains(Cell::new(at.0, at.1)) {
                    continue;
                }
                learner.click(at);
                assert_eq!(learner.stage().session.selected.as_ref(), Some(&element), "{size:?}: {at:?}");
                clicked += 1;
            }
        }
    }
    assert!(clicked > 20, "{clicked}");
}

#[test]
fn a_click_selects_the_element_at_the_cell_and_an_empty_cell_clears_the_selection() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        for element in learner.stage().viewport.layout.order().to_vec() {
            let at = cell(&learner, &element);
            // On a small screen, the panel may cover the element.
            if learner.view().panel.area.contains(Cell::new(at.0, at.1)) {
                assert_eq!(size, SMALL, "{element} is hidden");
                continue;
            }
            learner.click(at);
            assert_eq!(learner.stage().session.selected, Some(element), "{size:?}: {at:?}");
        }
        let Area { x, y, width, height } = learner.stage().viewport.regions.canvas;
        let nothing = (y..y + height)
            .flat_map(|row| (x..x + width).map(move |column| (column, row)))
            .find(|(column, row)| learner.stage().viewport.layout.hit(column - x, row - y).is_none());
        learner.click(nothing.expect("an empty cell"));
        assert_eq!(learner.stage().session.selected, None);
    }
}

#[test]
fn a_click_on_an_answer_answers_and_on_the_last_line_continues() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::in_small_lesson(size);
        learner.press("nnnn");
        let at = learner.cell_of(" wrong too");
        learner.click(at);
        assert_eq!(learner.run().tried(), [2], "{size:?}");
        let at = learner.cell_of(" right");
        learner.click(at);
        assert!(learner.run().is_solved());
        let at = learner.cell_of("next");
        learner.click(at);
        assert_eq!(learner.run().place(), Place::Step(5), "{size:?}");
    }
}

#[test]
fn a_click_on_plain_text_changes_nothing_and_says_so() {
    let mut learner = Learner::in_small_lesson(SMALL);
    let before = learner.run().clone();
    let at = learner.cell_of("Read this.");
    learner.click(at);
    assert_eq!(*learner.run(), before);
    assert_eq!(learner.notice(), "Nothing clickable here.");
}

#[test]
fn a_click_on_a_footer_key_presses_it() {
    let mut learner = Learner::exploring(SMALL);
    let at = footer_key(&learner, "pause");
    learner.click(at);
    assert!(learner.stage().session.playback.paused);
    let at = footer_key(&learner, "resume");
    learner.click(at);
    assert!(!learner.stage().session.playback.paused);
    let at = footer_key(&learner, "help");
    learner.click(at);
    assert!(learner.app.sheet_scroll().is_some());
    learner.click((5, 5));
    assert!(learner.app.sheet_scroll().is_none(), "a click closes the help");
    learner.select(&component("web-1"));
    let at = footer_key(&learner, "kill");
    learner.click(at);
    assert!(!learner.is_up(&component("web-1")));
    let at = footer_key(&learner, "restore");
    learner.click(at);
    assert!(learner.is_up(&component("web-1")));
}

#[test]
fn every_footer_key_is_clickable_along_its_whole_width() {
    let learner = Learner::exploring(LARGE);
    let mut x = 0;
    for (line, action) in footer(&learner.app, LARGE.0) {
        let width = u16::try_from(line.width()).expect("short");
        for column in x + 1..x + width {
            let mut clicked = Learner::exploring(LARGE);
            let mut acted = Learner::exploring(LARGE);
            clicked.click((column, LARGE.1 - 1));
            let _ = acted.app.act(action.clone());
            assert_eq!(clicked.app.notice, acted.app.notice, "{action:?} at {column}");
            assert_eq!(clicked.app.sheet_scroll(), acted.app.sheet_scroll(), "{action:?} at {column}");
            assert!(clicked.stage().session.playback == acted.stage().session.playback, "{action:?} at {column}");
            assert_eq!(clicked.stage().infra().tls(), acted.stage().infra().tls(), "{action:?} at {column}");
        }
        x += width + 1;
    }
}

#[test]
fn a_click_selects_a_line_of_the_course_map_and_a_second_opens_it() {
    let mut learner = Learner::new(SMALL);
    let rows = learner.app.home.rows();
    let is_lesson = |line: usize| matches!(learner.app.home.items[line], CourseItem::Lesson(_));
    let other = rows.iter().find(|(line, _)| *line != learner.app.home.chosen && is_lesson(*line));
    let (line, row) = *other.expect("another lesson");
    learner.click((6, 2 + row));
    assert_eq!((learner.app.home.chosen, learner.app.stage().is_some()), (line, false));
    learner.click((6, 2 + row));
    let Some(CourseItem::Lesson(lesson)) = learner.app.home.items.get(line).cloned() else { panic!("a lesson") };
    assert_eq!(learner.run().lesson().id, lesson.id);
    // Headings and the gaps between them are not clickable.
    let mut learner = Learner::new(SMALL);
    let chosen = learner.app.home.chosen;
    learner.click((6, 2));
    assert_eq!((learner.app.home.chosen, learner.app.stage().is_some()), (chosen, false));
}

#[test]
fn the_wheel_moves_through_the_course_map_and_scrolls_text() {
    let mut learner = Learner::new(SMALL);
    let chosen = learner.app.home.chosen;
    let _ = learner.app.wheel(5, 5, 2);
    assert_eq!(learner.app.home.chosen, chosen + 1);
    let _ = learner.app.wheel(5, 5, -2);
    assert_eq!(learner.app.home.chosen, chosen);
    let mut learner = with_long_text();
    let area = learner.view().panel.area;
    let _ = learner.app.wheel(area.x + 1, area.y + 1, 2);
    assert_eq!(learner.stage().panels.scroll, 2);
    let _ = learner.app.wheel(area.x + 1, area.y + 1, -2);
    let _ = learner.app.wheel(area.x + 1, area.y + 1, -2);
    assert_eq!(learner.stage().panels.scroll, 0);
    let before = learner.stage().session.selected.clone();
    let _ = learner.app.wheel(1, 2, 2);
    assert_eq!(
        (learner.stage().panels.scroll, learner.stage().session.selected.clone()),
        (0, before),
        "over the canvas, it does nothing"
    );
    learner.press("?");
    let _ = learner.app.wheel(1, 2, 2);
    assert_eq!(learner.app.sheet_scroll(), Some(2));
}

#[test]
fn clicks_account_for_the_scroll_offset() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnn");
    let at = learner.cell_of(" right");
    // Everything fits, so nothing scrolls.
    learner.press("<PgDn><PgDn><PgDn>");
    learner.click(at);
    assert_eq!(learner.run().tried(), [1]);
}

#[test]
fn scrolling_ends_where_the_text_ends() {
    let mut learner = with_long_text();
    // The title takes a row, and so does the count of hidden lines.
    let hidden = learner.view().panel.lines.len() + 2 - usize::from(learner.view().panel.area.height);
    learner.press(&"<PgDn>".repeat(40));
    assert_eq!(usize::from(learner.stage().panels.scroll), hidden);
    learner.press("<PgUp>");
    assert_eq!(usize::from(learner.stage().panels.scroll), hidden.saturating_sub(3));
}

#[test]
fn the_detail_panel_below_a_lesson_scrolls_with_wheel_and_keys() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    learner.wait(30).select(&hop("lb-1", "web-1"));
    let (lesson, below) = (learner.view().panel.most_scroll, learner.view().detail.most_scroll);
    assert!(lesson == 0 && below > 1, "only the detail panel scrolls: {lesson}, {below}");
    let area = learner.stage().viewport.regions.detail;
    let _ = learner.app.wheel(area.x + 3, area.y + 3, 2);
    assert_eq!((learner.stage().panels.scroll, learner.stage().panels.detail_scroll), (0, 2));
    learner.press("<PgDn><PgDn><PgDn>");
    assert_eq!(learner.stage().panels.detail_scroll, below, "it ends with the text");
    learner.press("<PgUp>");
    assert_eq!(learner.stage().panels.detail_scroll, below.saturating_sub(3));
    // Over the lesson, the wheel scrolls the lesson, which fits completely.
    let panel = learner.view().panel.area;
    let before = learner.stage().panels.detail_scroll;
    let _ = learner.app.wheel(panel.x + 3, panel.y + 3, 2);
    assert_eq!((learner.stage().panels.scroll, learner.stage().panels.detail_scroll), (0, before));
    learner.press("<PgDn><Tab>");
    assert_eq!(learner.stage().panels.detail_scroll, 0, "a new selection starts at the top");
}

#[test]
fn the_keys_scroll_a_long_lesson_to_its_end_then_the_detail_panel_and_back() {
    let mut learner = Learner::in_lesson("where-tls-ends", (116, 32));
    // Find a step whose hints and solution do not fit into the panel.
    for _ in 0..9 {
        learner.press("hhhh").wait(10).select(&hop("lb-1", "web-1"));
        if learner.view().panel.most_scroll > 0 {
            break;
        }
        learner.press("n");
    }
    let (lesson, below) = (learner.view().panel.most_scroll, learner.view().detail.most_scroll);
    assert!(lesson > 0 && below > 0, "both scroll: {lesson}, {below}");
    learner.press("<PgDn>");
    assert_eq!((learner.stage().panels.scroll, learner.stage().panels.detail_scroll), (lesson.min(3), 0));
    learner.press(&"<PgDn>".repeat(20));
    assert_eq!((learner.stage().panels.scroll, learner.stage().panels.detail_scroll), (lesson, below));
    learner.press(&"<PgUp>".repeat(20));
    assert_eq!((learner.stage().panels.scroll, learner.stage().panels.detail_scroll), (0, 0));
}

#[test]
fn a_new_selection_is_shown_from_the_top() {
    let mut learner = with_long_text();
    learner.press("<PgDn>");
    assert!(learner.stage().panels.scroll > 0);
    learner.press("<Tab>");
    assert_eq!(learner.stage().panels.scroll, 0);
}

#[test]
fn a_click_on_a_screen_that_is_too_small_does_nothing() {
    let mut learner = Learner::new((40, 10));
    for row in 0..10 {
        for column in 0..40 {
            learner.click((column, row));
        }
    }
    assert!(learner.app.stage().is_none() && learner.effects.is_empty() && learner.app.sheet_scroll().is_none());
    let mut learner = Learner::exploring(SMALL);
    learner.app.resize(40, 10);
    for row in 0..10 {
        learner.click((3, row));
    }
    assert!(learner.stage().session.selected.is_none() && !learner.stage().session.playback.paused);
}

#[test]
fn a_hop_is_clicked_on_its_line() {
    let mut learner = Learner::exploring(SMALL);
    let at = cell(&learner, &hop("lb-1", "web-1"));
    learner.click(at).press("x");
    assert!(!learner.is_up(&hop("lb-1", "web-1")));
}
