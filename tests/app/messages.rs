//! The messages, the strip of errors per kind of request, and the banner of a total outage.

use hoplight::app::status::{header, messages, status};
use hoplight::app::{Notice, Tone};
use hoplight::model::RequestKind;

use crate::learner::{LARGE, Learner, SMALL, component, hop};

fn lines(learner: &Learner) -> Vec<String> {
    messages(&learner.app, learner.stage()).1.iter().map(|line| line.text().trim().to_owned()).collect()
}

#[test]
fn a_message_never_replaces_the_status_and_stays_readable() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        learner.wait(20).press("t");
        let said = learner.notice().to_owned();
        assert!(lines(&learner).iter().any(|line| said.starts_with(line.as_str())) && !said.is_empty(), "{:?}", lines(&learner));
        let status = status(learner.stage()).text();
        for kind in RequestKind::ALL {
            assert!(status.contains(&format!("{} ✓ 0 %", kind.word())), "{status}");
        }
        learner.press(".");
        assert!(lines(&learner).join(" ").contains(&said) || size == SMALL, "{:?}", lines(&learner));
        learner.app.notice = None;
        assert!(lines(&learner).join(" ").contains(&said), "{:?}", lines(&learner));
    }
}

#[test]
fn a_long_message_is_wrapped() {
    let mut learner = Learner::exploring(SMALL);
    let words: Vec<String> = (0..30).map(|number| format!("word-{number}")).collect();
    learner.app.notice = Some(Notice::new(Tone::Warn, words.join(" ")));
    let (area, lines) = messages(&learner.app, learner.stage());
    assert!(lines.iter().all(|line| line.width() <= 80) && usize::from(area.height) == lines.len(), "{lines:?}");
    let shown = lines.iter().map(hoplight::app::Line::text).collect::<String>();
    assert!(words.iter().all(|word| shown.contains(word)), "{shown}");
    assert!(area.bottom() <= learner.stage().viewport.regions.status.y);
}

#[test]
fn the_strip_shows_the_measured_errors_of_each_kind() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(20).select(&component("db-1")).press("x").wait(130);
    let text = status(learner.stage()).text();
    assert!(text.contains("static ✓ 0 %"), "{text}");
    let endings = learner.stage().sim().endings(std::time::Duration::from_secs(10));
    let write = endings[RequestKind::Write.index()];
    assert!(write.completed == 0 && write.failed > 0 && text.contains("write ✗ 100 %"), "{write:?} {text}");
}

#[test]
fn a_total_outage_is_announced_however_requests_fail() {
    // Requests to a dead process are refused; those on a cut link get no response.
    for dead in [component("lb-1"), hop("browser", "lb-1")] {
        let mut learner = Learner::exploring(LARGE);
        learner.wait(40).select(&dead);
        let banner = |learner: &Learner| header(&learner.app, 120).0.text().contains("SITE DOWN");
        assert!(!banner(&learner));
        learner.press("x").wait(60);
        assert!(banner(&learner), "{dead}: {}", status(learner.stage()).text());
        learner.press("x").wait(60);
        assert!(!banner(&learner), "{dead} works again");
    }
}

#[test]
fn a_lesson_does_not_cover_the_diagram() {
    for lesson in ["where-tls-ends", "single-points-of-failure"] {
        let mut learner = Learner::in_lesson(lesson, SMALL);
        for _ in 0..4 {
            learner.press("hh");
            let view = learner.view();
            let canvas = learner.stage().viewport.regions.canvas;
            assert_eq!(view.panel.area.y, canvas.bottom(), "{lesson}");
            assert_eq!(learner.stage().viewport.layout.size(), (canvas.width, canvas.height), "{lesson}");
            learner.press("n");
        }
    }
}
