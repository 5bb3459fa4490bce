//! Keys at every moment: what the footer offers, what going back leaves, sheets, text fields.

use std::time::Duration;

use hoplight::app::dismissal::Dismissal;
use hoplight::app::window::{self, kind::WindowKind};
use hoplight::app::{Effect, Line, SheetKind, View, sheet, status};
use hoplight::lesson::NoteSubject;
use hoplight::model::Element;

use crate::learner::{LARGE, Learner, SMALL, component, hop, library, server};

/// The footer as text.
fn footer(learner: &Learner) -> String {
    let (columns, _) = learner.app.size();
    status::footer(&learner.app, columns).iter().map(|(line, _)| line.text()).collect()
}

fn sheet_text(learner: &Learner) -> String {
    let kind = learner.app.sheet.expect("a sheet is open").kind;
    let lines = sheet::lines(&learner.app, kind, 200, |_| String::new());
    lines.iter().map(|line: &Line| line.text() + "\n").collect()
}

fn found(learner: &Learner) -> Vec<String> {
    let window = learner.app.window.as_ref().expect("a window is open");
    window::rows(&learner.app, window.kind, window.filter()).iter().map(|row| row.line.text()).collect()
}

#[test]
fn the_footer_names_what_the_next_escape_leaves() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        assert!(footer(&learner).contains("Esc leave"), "{}", footer(&learner));
        learner.select(&component("web-1")).press("v");
        // Each key press leaves what the footer named before.
        for word in ["Esc overlay off", "Esc deselect", "Esc leave"] {
            assert!(footer(&learner).contains(word), "{word}: {}", footer(&learner));
            learner.press("<Esc>");
        }
        assert!(footer(&learner).contains("Esc confirm") && learner.notice().contains("Press Esc again"), "{}", learner.notice());
        assert!(learner.app.stage().is_some());
        learner.press("<Esc>");
        assert!(learner.app.stage().is_none() && footer(&learner).contains("Esc quit"));
        learner.press("<Esc>");
        assert!(learner.effects.is_empty() && learner.notice().contains("again to quit"));
        learner.press("j<Esc>");
        assert!(learner.effects.is_empty(), "another key cancels the question");
        learner.press("<Esc>");
        assert_eq!(learner.effects, [Effect::Quit]);
    }
}

#[test]
fn the_question_whether_to_leave_expires() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("q");
    assert!(learner.notice().contains("Press q again to leave this run."), "{}", learner.notice());
    learner.app.tick(Duration::from_secs(8));
    learner.press("q");
    assert!(learner.app.stage().is_some(), "asked again");
    learner.press("q");
    assert!(learner.app.stage().is_none());
}

#[test]
fn going_back_closes_the_comparison_before_the_panel_that_it_covers() {
    let mut learner = Learner::exploring(SMALL);
    learner.select(&component("web-1")).press("iC<Enter>");
    assert_eq!(learner.stage().panels.view, View::Compare);
    assert!(learner.stage().panels.show_detail, "the panel is open behind the comparison");
    assert_eq!(Dismissal::next(learner.stage(), false), Some(Dismissal::Comparison));
    learner.press("q");
    assert_eq!((learner.stage().panels.view, learner.stage().panels.show_detail), (View::Canvas, true));
    learner.press("q");
    assert!(!learner.stage().panels.show_detail && learner.app.stage().is_some());
}

#[test]
fn the_footer_offers_the_keys_of_the_moment_first() {
    let place = |text: &str, wanted: &str| text.find(wanted).unwrap_or_else(|| panic!("no {wanted:?} in {text}"));
    let mut learner = Learner::exploring(SMALL);
    learner.press(" ");
    let paused = footer(&learner);
    assert!(place(&paused, "space resume") < place(&paused, ". step") && place(&paused, ". step") < place(&paused, "t TLS"));
    learner.press(" ").select(&hop("lb-1", "web-1"));
    let selected = footer(&learner);
    assert!(place(&selected, "w wiretap") < place(&selected, ". step") && selected.contains("W why"), "{selected}");
    learner.press("m");
    assert!(footer(&learner).starts_with(" m diagram"), "{}", footer(&learner));
    learner.press("mC<Enter>");
    assert!(footer(&learner).starts_with(" C end comparison"), "{}", footer(&learner));
    let mut asked = Learner::in_lesson("where-tls-ends", SMALL);
    while asked.run().question().is_none() {
        asked.press("n");
    }
    let text = footer(&asked);
    assert!(text.contains("answer") || text.contains("mark"), "{text}");
    for (keys, size) in [("", SMALL), ("", LARGE), ("v", SMALL), ("m", SMALL)] {
        let mut learner = Learner::exploring(size);
        learner.press(keys);
        let text = footer(&learner);
        assert!(text.ends_with(" : all ? help") && text.contains("Esc "), "{text}");
        assert!(text.chars().count() <= usize::from(size.0), "{text}");
    }
}

#[test]
fn the_help_turns_whole_pages_and_starts_with_the_signs() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("?");
    let text = sheet_text(&learner);
    let at = |title: &str| text.find(&format!("{title}\n")).unwrap_or_else(|| panic!("no {title} in {text}"));
    let groups = ["Signs", "Time", "Select", "Look", "Change", "Break", "Program", "Mouse"].map(at);
    assert!(groups.is_sorted(), "{text}");
    let (room, most) = sheet::room(&learner.app, SheetKind::Help);
    assert!(most > room);
    learner.press("<PgDn>");
    assert_eq!(learner.app.sheet_scroll(), Some(room));
    learner.press("<End>");
    assert_eq!(learner.app.sheet_scroll(), Some(most));
    learner.press("<PgUp>");
    assert_eq!(learner.app.sheet_scroll(), Some(most - room));
    learner.press("<Home>");
    assert_eq!(learner.app.sheet_scroll(), Some(0));
    assert_eq!(text.lines().filter(|line| line.starts_with("click ")).count(), 1, "the mouse is described once");
}

#[test]
fn quitting_by_name_quits() {
    for typed in ["q", "quit", "wq", "q!", "x"] {
        for mut learner in [Learner::exploring(SMALL), Learner::new(SMALL)] {
            learner.press(":").press(typed);
            assert_eq!(found(&learner)[0], "Quit hoplight", "{typed}");
            learner.press("<Enter>");
            assert_eq!(learner.effects, [Effect::Quit], "{typed}");
        }
    }
}

#[test]
fn the_palette_finds_elements_lessons_and_scenarios_by_id_and_by_label() {
    for (typed, first) in [
        ("fw-1", "select fw-1 (firewall 1, firewall)"),
        ("haproxy", "select lb-1 (HAProxy, load balancer)"),
        ("server-2", "select server-2 (web)"),
        ("where-tls-ends", "lesson: "),
        ("design-3-repaired", "infrastructure: Write-up 3, repaired"),
    ] {
        let mut learner = Learner::exploring(SMALL);
        learner.press(":");
        learner.app.paste(typed);
        let rows = found(&learner);
        assert!(rows.first().is_some_and(|row| row.starts_with(first)), "{typed}: {rows:?}");
    }
}

#[test]
fn text_fields_accept_pasted_text() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(50).press("J");
    learner.app.paste(" 2.5\n");
    learner.press("<Enter>");
    assert!((learner.now().as_secs_f64() - 2.5).abs() < 1e-6, "{:?}", learner.now());
    learner.press("L");
    learner.app.paste("a\u{1b}b\r\nc\td");
    let filter = learner.app.window.as_ref().map(|window| window.filter().to_owned());
    assert_eq!(filter.as_deref(), Some("a b c d"), "control characters and line breaks become blanks");
    learner.app.paste(&"long ".repeat(100));
    assert!(learner.app.window.as_ref().is_some_and(|window| window.filter().chars().count() <= 60));
    learner.press("<Esc>");
    let before = learner.stage().infra().tls();
    learner.app.paste("ttt");
    assert_eq!(learner.stage().infra().tls(), before, "without a text field, pasted text presses no keys");
    assert!(learner.notice().contains("no text field"), "{}", learner.notice());
}

#[test]
fn the_whiteboard_computes_what_happens_without_an_element() {
    let said = |element: &Element| {
        let mut learner = Learner::exploring(LARGE);
        learner.select(element).press("W");
        sheet_text(&learner)
    };
    let primary = said(&component("db-1"));
    assert!(primary.contains("Without it   Writes fail; static pages and reads work"), "{primary}");
    assert!(primary.contains("“db-1 is the only database that accepts writes"), "{primary}");
    let balancer = said(&component("lb-1"));
    assert!(balancer.contains("Static pages, reads and writes fail"), "{balancer}");
    assert!(balancer.contains("The certificate for www.foobar.com"), "the balancer holds it: {balancer}");
    assert!(said(&component("agent-1")).contains("Static pages, reads and writes work"));
    assert!(said(&component("fw-2")).contains("every listening port"));
    assert!(said(&server("server-2")).contains("server with"));
    assert!(said(&hop("db-1", "db-2")).contains("Reads from the replica grow stale"));
    // Another design, another consequence.
    let mut pair = Learner::new(LARGE);
    let infra = pair.app.library.scenario("stage-3-scaled").expect("shipped").clone();
    pair.app.open_scenario(infra);
    pair.select(&component("lb-2")).press("W");
    assert!(sheet_text(&pair).contains("Static pages, reads and writes work"), "{}", sheet_text(&pair));
}

#[test]
fn the_whiteboard_covers_every_element_and_hides_what_answers_a_question() {
    let library = library();
    assert!(library.glossary().subjects_without_note().is_empty());
    for subject in NoteSubject::ALL {
        assert!(library.glossary().note(subject).is_some(), "{subject:?}");
    }
    let fresh = Learner::exploring(LARGE);
    for element in fresh.stage().viewport.layout.order().to_vec() {
        let mut learner = Learner::exploring(LARGE);
        learner.select(&element).press("W");
        let text = sheet_text(&learner);
        assert!(["What it is", "Why", "Say"].iter().all(|part| text.contains(part)), "{element}: {text}");
        learner.press("<Esc>");
        assert!(learner.app.sheet.is_none() && learner.stage().session.selected.is_some(), "Esc closes the sheet only");
    }
    let mut site = Learner::exploring(LARGE);
    site.press("W");
    assert!(sheet_text(&site).contains("· Added: ") && sheet_text(&site).contains("· Issue: "), "without a selection, the site");
    let mut asked = Learner::in_small_lesson(LARGE);
    while !asked.stage().session.wants_marks() {
        asked.press("n");
    }
    let element = asked.stage().viewport.layout.order()[0].clone();
    asked.select(&element);
    let other = asked.stage().viewport.layout.order().iter().find(|it| matches!(it, Element::Server(_))).cloned();
    asked.select(&other.expect("a server")).press("W");
    assert!(sheet_text(&asked).contains("Hidden until this question is answered."), "{}", sheet_text(&asked));
}

#[test]
fn the_fault_menu_lists_only_what_can_happen_here_and_does_not_spoil_a_lesson() {
    let titles = |learner: &mut Learner| {
        learner.press("X");
        let rows = found(learner);
        learner.press("<Esc>");
        rows
    };
    let mut simple = Learner::new(LARGE);
    let infra = simple.app.library.scenario("stage-0-simple").expect("shipped").clone();
    simple.app.open_scenario(infra);
    let rows = titles(&mut simple);
    for absent in ["VRRP", "keepalived", "replication", "balancer crashes", "pair dies", "agent dies"] {
        assert!(!rows.iter().any(|row| row.contains(absent)), "{absent}: {rows:?}");
    }
    let mut pair = Learner::new(LARGE);
    let infra = pair.app.library.scenario("stage-3-scaled").expect("shipped").clone();
    pair.app.open_scenario(infra);
    assert!(titles(&mut pair).iter().any(|row| row.contains("VRRP")));
    let about = |learner: &mut Learner| {
        learner.press("X");
        let row = window::rows(&learner.app, WindowKind::Faults, "balancer crashes").remove(0);
        row.about
    };
    let mut free = Learner::exploring(LARGE);
    let before = about(&mut free);
    assert!(!before.contains("Users: ") && before.contains("Predict"), "{before}");
    free.press("balancer crashes<Enter>");
    let told = free.notice();
    assert!(told.contains("Users: connections are refused") && told.contains("Alert: "), "{told}");
    let mut lesson = Learner::in_lesson("monitoring-and-qps", LARGE);
    let hidden = about(&mut lesson);
    assert!(!hidden.contains("Users: ") && hidden.contains("find out"), "{hidden}");
    lesson.press("balancer crashes<Enter>");
    assert!(!lesson.notice().contains("Users: "), "{}", lesson.notice());
}

#[test]
fn sending_a_login_keeps_the_wiretap_in_the_panel() {
    let mut learner = Learner::exploring(SMALL);
    let hop = hop("lb-1", "web-1");
    learner.select(&hop).press("w").wait(5).press("r").wait(30);
    assert_eq!(learner.stage().session.selected, Some(hop));
    assert!(learner.panel().contains("Wiretap: "), "{}", learner.panel());
    assert!(learner.stage().session.playback.followed.is_some() || learner.stage().sim().totals().offered > 0);
}

#[test]
fn an_old_plaintext_message_is_not_pinned_after_the_hop_is_encrypted() {
    let mut learner = Learner::exploring(SMALL);
    learner.select(&hop("lb-1", "web-1")).press("w").wait(60);
    assert!(learner.panel().contains("password"), "{}", learner.panel());
    learner.press("t").wait(60);
    assert_eq!(learner.stage().infra().tls().edge.word(), "re-encrypt");
    assert!(!learner.panel().contains("password="), "{}", learner.panel());
}

#[test]
fn a_click_beside_everything_deselects_and_does_nothing_else() {
    let mut learner = Learner::exploring(LARGE);
    let area = learner.stage().viewport.regions.canvas;
    let empty = (area.y..area.y + area.height)
        .flat_map(|row| (area.x..area.x + area.width).map(move |column| (column, row)))
        .find(|(column, row)| {
            let cell = (column - area.x + learner.stage().viewport.pan.x, row - area.y + learner.stage().viewport.pan.y);
            learner.stage().viewport.layout.hit(cell.0, cell.1).is_none()
        });
    let empty = empty.expect("an empty cell");
    learner.select(&component("web-1")).click(empty);
    assert_eq!(learner.stage().session.selected, None);
    learner.wait(30).press("c");
    let followed = learner.stage().session.playback.followed;
    assert!(followed.is_some(), "a packet is on the canvas");
    learner.click(empty);
    assert_eq!(learner.stage().session.playback.followed, followed, "the followed packet stays");
    assert_eq!(learner.notice(), "Nothing clickable here.");
}
