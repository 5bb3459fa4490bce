//! The mouse outside the canvas: journal, gauges, header, status, monitoring, comparison, help, the ends of lists.

use hoplight::app::action::{SelectAction, TimeAction};
use std::time::Duration;

use hoplight::app::overlay::kind::Overlay;
use hoplight::app::status::{header_parts, status_parts};
use hoplight::app::window::kind::WindowKind;
use hoplight::app::{Action, Line, View, events, gauges, help, journal, monitor, sheet};
use hoplight::layout::{Area, Cell};
use hoplight::lesson::Pace;
use hoplight::model::Element;
use hoplight::sim::EventKind;

use crate::learner::{LARGE, Learner, SMALL, component, hop};

/// Kills web-1 at 2 s, and runs to 10 s.
fn eventful(size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(20).select(&component("web-1")).press("x<Esc>").wait(80);
    assert_eq!(learner.stage().session.selected, None);
    learner
}

/// Returns the lines of the journal, each with its screen row.
fn journal_rows(learner: &Learner) -> Vec<(u16, Line)> {
    let area = learner.stage().viewport.regions.journal;
    (area.y..).zip(journal::lines(learner.stage(), usize::from(area.height))).collect()
}

/// Returns the cell of the part with this text, in a line that starts at column `x` of row `y`.
fn part(parts: &[Line], text: &str, (x, y): (u16, u16)) -> (u16, u16) {
    let mut at = x;
    for part in parts {
        if part.text().contains(text) {
            return (at + u16::from(part.width() > 1), y);
        }
        at += u16::try_from(part.width()).expect("short");
    }
    panic!("no {text:?} in {parts:?}")
}

fn in_header(learner: &Learner, text: &str) -> (u16, u16) {
    let columns = learner.app.size().0;
    let (left, right) = header_parts(&learner.app, columns);
    let wide: usize = right.iter().map(Line::width).sum();
    if left.iter().any(|part| part.text().contains(text)) {
        return part(&left, text, (0, 0));
    }
    part(&right, text, (columns - u16::try_from(wide).expect("short"), 0))
}

fn in_status(learner: &Learner, text: &str) -> (u16, u16) {
    let area = learner.view().status_area;
    part(&status_parts(learner.stage()), text, (area.x, area.y))
}

#[test]
fn a_line_of_the_journal_jumps_to_its_time_and_its_element() {
    let learner = eventful(LARGE);
    let rows = journal_rows(&learner);
    let found = |text: &str| rows.iter().find(|(_, line)| line.text().contains(text)).cloned();
    let (row, _) = found("web-1 is DOWN").unwrap_or_else(|| panic!("{rows:?}"));
    let mut learner = eventful(LARGE);
    let journal = learner.stage().session.timeline.journal();
    let down = journal.headlines().find(|it| matches!(it.first.what, EventKind::Backend { up: false, .. }));
    let at = down.expect("a DOWN event").first.at;
    learner.click((20, row));
    assert_eq!((learner.now(), learner.stage().session.selected.clone()), (at, Some(component("web-1"))));
    assert!(learner.stage().session.playback.paused && learner.notice().contains("web-1 is DOWN"), "{}", learner.notice());
    // A click on a request's event shows that request in the panel.
    let mut learner = eventful(LARGE);
    let mut asked = 0;
    for (row, line) in journal_rows(&learner) {
        let Some(Action::Time(TimeAction::Recall { at, request: Some(number), .. })) = line.action else { continue };
        learner.click((20, row));
        assert_eq!((learner.now(), learner.stage().session.playback.followed), (at, Some(number)), "{}", line.text());
        assert_eq!(learner.stage().session.timeline.followed(), Some(number));
        asked += 1;
        learner = eventful(LARGE);
    }
    assert!(asked > 0, "some request failed");
}

#[test]
fn enter_in_the_log_and_a_click_on_the_journal_do_the_same() {
    let mut clicked = eventful(LARGE);
    let rows = journal_rows(&clicked);
    let (row, line) = rows.iter().find(|(_, line)| line.text().contains("DOWN")).expect("a DOWN event");
    let words: String = line.text().split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    clicked.click((20, *row));
    let mut typed = eventful(LARGE);
    typed.press("L").press(&words).press("<Enter>");
    assert_eq!(clicked.now(), typed.now());
    assert_eq!(clicked.stage().session.selected, typed.stage().session.selected);
    assert_eq!(clicked.stage().session.playback.followed, typed.stage().session.playback.followed);
}

#[test]
fn the_headlines_of_a_small_screen_are_clickable() {
    let mut learner = eventful(SMALL);
    let at = learner.cell_of("DOWN");
    learner.click(at);
    assert_eq!(learner.stage().session.selected, Some(component("web-1")));
    assert!(learner.now().as_secs_f64() < 9.0, "{:?}", learner.now());
}

#[test]
fn every_gauge_selects_its_agent_on_every_screen() {
    for size in [SMALL, LARGE, (200, 60)] {
        let mut learner = Learner::exploring(size);
        learner.wait(20);
        let agents: Vec<_> = learner.stage().sim().agents().iter().map(|view| view.agent).collect();
        let places = gauges::places(learner.stage());
        assert_eq!(places.len(), agents.len(), "{size:?}");
        for (place, agent) in places.into_iter().zip(agents) {
            let id = learner.stage().infra().component(agent).id.clone();
            learner.click((place.x + place.width - 1, place.y));
            assert_eq!(learner.stage().session.selected, Some(Element::Component(id)), "{size:?}");
        }
    }
}

#[test]
fn the_words_of_the_header_are_clickable() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        learner.wait(5);
        let at = in_header(&learner, "▶");
        learner.click(at);
        assert!(learner.stage().session.playback.paused);
        let at = in_header(&learner, "paused");
        learner.click(at);
        assert!(!learner.stage().session.playback.paused);
        let at = in_header(&learner, "×1");
        learner.click(at);
        assert!((learner.stage().session.playback.factor() - 2.0).abs() < 1e-9);
        let _ = learner.app.wheel(at.0, 0, 2);
        let _ = learner.app.wheel(at.0, 0, 2);
        assert!((learner.stage().session.playback.factor() - 0.5).abs() < 1e-9, "the wheel changes the speed");
        let at = in_header(&learner, "live");
        learner.click(at);
        assert_eq!(learner.stage().session.playback.pace, Pace::Trace);
        let at = in_header(&learner, "t=");
        learner.click(at);
        assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Jump));
        learner.press("<Esc>").select(&component("web-1"));
        let title = learner.stage().infra().title().to_owned();
        let at = in_header(&learner, &title);
        learner.click(at);
        assert_eq!(learner.stage().session.selected, None);
    }
}

#[test]
fn an_alert_in_the_header_opens_the_monitoring_screen_then_selects_the_alert() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(50).select(&component("agent-1")).press("x").wait(80).press("<Esc>");
    let at = in_header(&learner, "ALERT");
    learner.click(at);
    assert_eq!(learner.stage().panels.view, View::Monitor);
    learner.click(at);
    assert!(matches!(learner.stage().panels.monitor_focus.item, Some(monitor::item::MonitorItem::Alert(_))));
    assert_eq!(learner.stage().session.selected, Some(component("agent-1")));
}

#[test]
fn the_numbers_of_the_status_line_are_clickable() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20);
    let at = in_status(&learner, "p50");
    learner.click(at);
    assert_eq!(learner.stage().session.selected, Some(component("browser")));
    for (words, overlay) in [("plaintext", Overlay::ReadableHops), ("SPOFs", Overlay::SinglePoints)] {
        let at = in_status(&learner, words);
        learner.click(at);
        assert_eq!(learner.stage().panels.overlays.shown(), Some(overlay));
        // The message shows the overlay; a click selects its next option or says that there is none.
        let message = learner.view().message_area;
        learner.click((3, message.y));
        assert_eq!(learner.stage().panels.overlays.shown(), Some(overlay));
        learner.press("V");
    }
    let at = in_status(&learner, "static");
    learner.click(at);
    assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Log));
}

#[test]
fn a_click_on_a_notice_dismisses_it() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("t");
    assert_ne!(learner.notice(), "");
    let (tls, area) = (learner.stage().infra().tls(), learner.view().message_area);
    learner.click((area.x + 3, area.y));
    assert_eq!((learner.notice(), learner.stage().infra().tls()), ("", tls));
}

#[test]
fn a_click_elsewhere_cancels_the_confirmation_to_leave() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("tq").click((3, 3)).press("q");
    assert!(learner.app.stage().is_some(), "the question is asked again");
    learner.press("q");
    assert!(learner.app.stage().is_none());
}

#[test]
fn the_rows_of_the_monitoring_screen_are_clickable() {
    let mut learner = Learner::exploring((200, 60));
    learner.wait(50).select(&component("agent-1")).press("x").wait(80).press("x").wait(80).press("m");
    let rows = monitor::plan(learner.stage(), learner.stage().viewport.regions.canvas);
    let row = |wanted: fn(&monitor::MonitorRowKind) -> bool| rows.iter().find(|row| wanted(&row.kind)).map(|row| row.area);
    let area = row(|kind| matches!(kind, monitor::MonitorRowKind::Charts(_))).expect("charts");
    let first = monitor::metrics(learner.stage());
    learner.click((area.x + area.width - 2, area.y + 1));
    assert_eq!(monitor::metrics(learner.stage())[0], first[1], "the chart on the right comes first");
    let _ = learner.app.wheel(area.x + 1, area.y + 1, -2);
    assert_eq!(monitor::metrics(learner.stage()), first);
    let area = row(|kind| matches!(kind, monitor::MonitorRowKind::Probe)).expect("the probe");
    let before = learner.stage().sim().probe().interval_s;
    learner.click((area.x + 3, area.y));
    assert!(learner.stage().sim().probe().interval_s.is_some());
    assert!(before.is_none() || learner.notice() == "Nothing clickable here.", "a click does not turn the probe off");
    let area = row(|kind| matches!(kind, monitor::MonitorRowKind::Alerts(_))).expect("alerts");
    learner.click((area.x + 3, area.y));
    assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Log));
    learner.press("<Esc>");
    let newest = learner.stage().sim().alert_log().last().map(|entry| entry.at).expect("an alert");
    let area = row(|kind| matches!(kind, monitor::MonitorRowKind::Entry(0))).expect("the log");
    learner.click((area.x + 3, area.y));
    assert_eq!((learner.now(), learner.stage().session.selected.clone()), (newest, Some(component("agent-1"))));
    let place = gauges::places(learner.stage())[1];
    learner.click((place.x + 1, place.y));
    assert!(matches!(learner.stage().panels.monitor_focus.item, Some(monitor::item::MonitorItem::Agent(_))));
}

#[test]
fn a_finding_of_a_comparison_selects_its_element() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).press("Cre-enc<Enter>");
    let comparison = learner.stage().panels.comparison.as_ref().expect("a comparison is open");
    let (table, lines) = (comparison.areas.table, comparison.lines(learner.stage().sim()));
    let shown = lines.iter().take(usize::from(table.height) - 2).enumerate();
    let found: Vec<(usize, Element)> = shown
        .filter_map(|(at, line)| match &line.action {
            Some(Action::Select(SelectAction::Element(element))) => Some((at, element.clone())),
            _ => None,
        })
        .collect();
    assert!(!found.is_empty(), "{lines:#?}");
    for (at, element) in found {
        learner.click((table.x + 4, table.y + 1 + u16::try_from(at).expect("short")));
        assert_eq!(learner.stage().session.selected, Some(element));
    }
}

#[test]
fn the_lines_of_the_detail_panel_below_a_lesson_are_clickable() {
    let mut learner = Learner::in_lesson("where-tls-ends", (160, 60));
    learner.wait(30).select(&component("lb-1"));
    let lines = learner.view().detail.lines;
    let at = lines.iter().position(|line| line.action.is_some()).expect("its backends");
    let wanted = lines[at].action.clone();
    let area = learner.stage().viewport.regions.detail;
    learner.click((area.x + 4, area.y + 1 + u16::try_from(at).expect("short")));
    assert_eq!(learner.stage().session.selected.clone().map(|element| SelectAction::Element(element).into()), wanted);
    assert!(matches!(learner.stage().session.selected, Some(Element::Hop(..))));
}

#[test]
fn the_last_row_of_a_panel_scrolls_down_and_at_the_end_back_up() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("pr").wait(150).press(" ");
    let area = learner.view().panel.area;
    let most = learner.view().panel.most_scroll;
    assert!(most > 3, "{most}");
    let last = (area.x + 3, area.y + area.height - 1);
    for _ in 0..most.div_ceil(3) {
        learner.click(last);
    }
    assert_eq!(learner.stage().panels.scroll, most);
    learner.click(last);
    assert_eq!(learner.stage().panels.scroll, most - 3);
}

#[test]
fn a_second_click_marks_while_a_question_asks_for_marks() {
    let mut learner = Learner::in_small_lesson(LARGE);
    for _ in 0..12 {
        if learner.stage().session.wants_marks() {
            break;
        }
        learner.press("n");
    }
    assert!(learner.stage().session.wants_marks());
    let element = component("web-1");
    let anchor = learner.stage().viewport.layout.anchor(&element).expect("drawn");
    let canvas = learner.stage().viewport.regions.canvas;
    let at = (canvas.x + anchor.x, canvas.y + anchor.y);
    learner.click(at);
    assert_eq!(learner.run().marks().count(), 0);
    learner.click(at);
    let marked: Vec<Element> = learner.run().marks().cloned().collect();
    assert!(marked == [element] || learner.notice().contains("web-1"), "marked, or why not: {}", learner.notice());
    assert_ne!((marked.len(), learner.notice()), (0, ""));
}

#[test]
fn a_click_shows_a_hint() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    for _ in 0..8 {
        if learner.run().step().is_some_and(|step| !step.hints.is_empty()) && !learner.run().is_open() {
            break;
        }
        learner.press("n");
    }
    assert_eq!(learner.run().hints().len(), 0);
    let at = learner.cell_of("h hint");
    learner.click(at);
    assert_eq!(learner.run().hints().len(), 1);
}

#[test]
fn a_click_on_a_line_of_the_help_presses_its_key_and_any_other_closes_it() {
    // Everything fits.
    let size = (120, 100);
    let mut learner = Learner::exploring(size);
    learner.press("?");
    let lines = help::lines(&learner.app, sheet::text_width(size.0), |_| String::new());
    let Area { x, y, .. } = sheet::area(size.0, size.1, lines.len());
    let row = |text: &str| {
        let at = lines.iter().position(|line| line.text().contains(text)).unwrap_or_else(|| panic!("no {text:?}"));
        (x + 5, y + 1 + u16::try_from(at).expect("short"))
    };
    learner.click(row("Next TLS mode"));
    assert_eq!(learner.app.sheet_scroll(), None);
    let word = learner.stage().infra().tls().edge.word();
    assert!(learner.notice().contains(word), "{}", learner.notice());
    // A line without a key, the border, and cells outside the help.
    for at in [row("Signs"), (x, y), (0, 0), (0, size.1 - 1)] {
        let tls = learner.stage().infra().tls();
        learner.press("?").click(at);
        assert_eq!((learner.app.sheet_scroll(), learner.stage().infra().tls()), (None, tls));
        assert!(learner.app.window.is_none() && !learner.stage().session.playback.paused);
    }
}

#[test]
fn clicks_beside_the_lines_of_the_course_map_scroll_and_open() {
    let mut learner = Learner::new(SMALL);
    learner.press("<Home>");
    let (above, below) = learner.app.home.hidden();
    assert!(above == 0 && below > 0);
    let (list, ..) = hoplight::app::regions::home(SMALL.0, SMALL.1);
    let last = learner.app.home.rows().last().map(|(line, _)| *line).expect("lines");
    learner.click((list.x + list.width - 2, list.y + list.height - 1));
    assert_eq!(learner.app.home.chosen, last + 1);
    learner.press("<End>");
    let first = learner.app.home.rows()[0].0;
    learner.click((list.x + list.width - 2, list.y));
    assert_eq!(learner.app.home.chosen, first - 1);
    let (_, about, _) = hoplight::app::regions::home(SMALL.0, SMALL.1);
    learner.click((about.x + 5, about.y + 3));
    assert!(learner.app.stage().is_some());
}

#[test]
fn the_last_line_of_a_window_closes_it() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("g");
    let outer = hoplight::app::window::area(&learner.app).expect("open").outer;
    assert!(outer.contains(Cell::new(outer.x + 5, outer.y + outer.height - 1)));
    learner.click((outer.x + 5, outer.y + outer.height - 1));
    assert!(learner.app.window.is_none());
}

#[test]
fn the_wheel_over_the_timeline_moves_within_the_known_run() {
    let mut learner = eventful(LARGE);
    learner.press(" ");
    let (row, span) = (learner.stage().viewport.regions.timeline, learner.stage().span());
    let strip = events::strip(row);
    let column = |learner: &Learner| events::column(learner.now(), span, strip.width);
    let before = column(&learner);
    let _ = learner.app.wheel(strip.x + 5, row.y, -2);
    assert_eq!(column(&learner), before - 1);
    let _ = learner.app.wheel(strip.x + 5, row.y, 2);
    let _ = learner.app.wheel(strip.x + 5, row.y, 2);
    assert_eq!(learner.now(), span.1, "nothing new is simulated");
    assert_eq!(learner.stage().span(), span);
    // Over the journal, the wheel opens the log, which has all events.
    let area = learner.stage().viewport.regions.journal;
    let _ = learner.app.wheel(area.x + 5, area.y, -2);
    assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Log));
    learner.app.tick(Duration::from_millis(1));
}

#[test]
fn the_title_of_a_small_screens_panel_switches_its_content() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.select(&hop("lb-1", "web-1"));
    let area = learner.view().panel.area;
    assert!(!learner.stage().panels.show_detail);
    learner.click((area.x + 5, area.y));
    assert!(learner.stage().panels.show_detail);
    let area = learner.view().panel.area;
    learner.click((area.x + 5, area.y));
    assert!(!learner.stage().panels.show_detail);
}

#[test]
fn a_mark_of_the_timeline_selects_its_element() {
    let mut learner = eventful(LARGE);
    let (row, span) = (learner.stage().viewport.regions.timeline, learner.stage().span());
    let strip = events::strip(row);
    let kill = learner.stage().panels.marks.all()[0].at;
    learner.click((strip.x + events::column(kill, span, strip.width), row.y));
    assert_eq!((learner.now(), learner.stage().session.selected.clone()), (kill, Some(component("web-1"))));
    // So does its row in the jump window.
    let mut learner = eventful(LARGE);
    learner.press("J<Home><Enter>");
    assert_eq!((learner.now(), learner.stage().session.selected.clone()), (kill, Some(component("web-1"))));
}

#[test]
fn the_last_line_of_a_comparison_can_be_reached() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(20).press("Cdesign<Enter>").press(&"<PgDn>".repeat(60));
    let comparison = learner.stage().panels.comparison.as_ref().expect("a comparison is open");
    let (count, height) = (comparison.lines(learner.stage().sim()).len(), comparison.areas.table.height);
    let room = hoplight::app::scroll::room(height, count);
    assert!(count > room, "not all lines fit: {count}, {height}");
    assert_eq!(usize::from(comparison.scroll) + room, count, "the last line is shown");
}
