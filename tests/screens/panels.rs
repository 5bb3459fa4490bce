//! The panels beside and below the canvas, the gauges, the status line and the footer, without the canvas.

use hoplight::layout::Area;
use hoplight::lesson::{Progress, Sources};
use hoplight::sim::AlertState;

use crate::learner::{LARGE, Learner, SMALL, component, hop, library, server};
use crate::{compare, plain, text, whole};

/// Returns everything below the header except the canvas.
fn panels(learner: &Learner) -> String {
    let buffer = plain(&learner.app);
    let regions = &learner.stage().viewport.regions;
    let parts = [
        ("header", regions.header),
        ("panel", learner.view().panel.area),
        ("detail", regions.detail),
        ("gauges", regions.gauges),
        ("status", regions.status),
        ("journal", regions.journal),
        ("footer", regions.footer),
    ];
    let shown = parts.iter().filter(|(_, area)| area.height > 0);
    shown.fold(String::new(), |shown, (name, area)| shown + "[" + name + "]\n" + &text(&buffer, *area))
}

/// Returns the small lesson at the step of this index.
fn at_step(step: usize, size: (u16, u16)) -> Learner {
    let mut learner = Learner::in_small_lesson(size);
    let steps = learner.run().lesson().steps.len();
    let place = match step.checked_sub(steps) {
        None => hoplight::lesson::Place::Step(step),
        Some(question) if question < learner.run().lesson().quiz.len() => hoplight::lesson::Place::Quiz(question),
        Some(_) => hoplight::lesson::Place::Finished,
    };
    // A question takes two: the first shows its answer.
    while learner.run().place() != place {
        learner.press("n");
    }
    learner
}

/// Returns the screen with an element of stage 2 selected, after three seconds.
fn selected(element: &hoplight::model::Element) -> String {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(30).select(element);
    let buffer = plain(&learner.app);
    text(&buffer, learner.view().panel.area)
}

#[test]
fn a_step_with_goals_hints_and_solution() {
    let mut learner = at_step(1, LARGE);
    learner.wait(20).press("hhhh");
    compare("a_step_with_goals_hints_and_solution", &panels(&learner));
}

#[test]
fn a_step_whose_gate_has_passed() {
    let mut learner = at_step(1, SMALL);
    learner.select(&component("web-1")).press("x").wait(150);
    let with_reveal = panels(&learner);
    learner.press("<Tab>");
    compare("a_step_whose_gate_has_passed", &format!("{with_reveal}\n=== the next key ===\n{}", panels(&learner)));
}

#[test]
fn a_prediction() {
    let mut learner = at_step(2, SMALL);
    learner.answer(0);
    compare("a_prediction", &panels(&learner));
}

#[test]
fn a_question_with_a_wrong_and_a_right_answer() {
    let mut learner = at_step(4, SMALL);
    learner.answer(0);
    let wrong = panels(&learner);
    learner.answer(1);
    compare("a_question_with_a_wrong_and_a_right_answer", &format!("{wrong}\n=== then the right one ===\n{}", panels(&learner)));
}

#[test]
fn marks() {
    let mut learner = at_step(5, SMALL);
    learner.select(&server("server-2")).press("m");
    let marked = panels(&learner);
    learner.press("<Enter>");
    compare(
        "marks",
        &format!("{marked}\n=== submitted ===\n{}", text(&plain(&learner.app), learner.stage().viewport.regions.canvas)),
    );
}

#[test]
fn a_title_and_its_number_fit_beside_the_canvas_or_are_visibly_truncated() {
    let titles =
        |learner: &Learner| text(&plain(&learner.app), learner.stage().viewport.regions.panel).lines().next().map(str::to_owned);
    let learner = Learner::in_lesson("where-tls-ends", LARGE);
    let title = titles(&learner).expect("a title");
    assert!(title.contains(" What the padlock says ") && title.ends_with(" 1/9 ──"), "{title}");
    for lesson in learner.app.library.lessons() {
        let mut learner = Learner::in_lesson(lesson.id.as_str(), LARGE);
        for (number, step) in lesson.steps.iter().enumerate() {
            let shown = titles(&learner).expect("a title");
            let whole = shown.contains(&format!(" {} ", step.title)) || shown.contains("… ");
            assert!(whole && shown.contains(&format!(" {}/{} ", number + 1, lesson.steps.len())), "{shown}");
            while learner.run().place() == hoplight::lesson::Place::Step(number) {
                learner.press("n");
            }
        }
        let shown = titles(&learner).expect("a title");
        assert!(
            shown.contains(" Quiz ") && shown.contains(&format!(" question 1/{} ", learner.run().lesson().quiz.len())),
            "{shown}"
        );
    }
}

#[test]
fn the_secret_of_an_exposed_hop_can_be_scrolled_to_below_a_lesson() {
    let mut learner = Learner::in_lesson("where-tls-ends", (116, 32));
    // In a lesson, secrets are told once a wiretap has read one.
    learner.select(&hop("lb-1", "web-2")).press("w");
    let reads = |learner: &mut Learner| learner.wait(1).stage().session.wiretap_saw_password();
    assert!((0..300).any(|_| reads(&mut learner)), "a login passes");
    learner.select(&hop("lb-1", "web-1"));
    let below = |learner: &Learner| text(&plain(&learner.app), learner.stage().viewport.regions.detail);
    assert!(below(&learner).contains("more, PgDn"), "{}", below(&learner));
    let mut seen = below(&learner);
    for _ in 0..20 {
        learner.press("<PgDn>");
        seen += &below(&learner);
    }
    assert!(seen.contains("secrets:") && seen.contains("user=ada&password=correct-horse"), "{seen}");
    for line in learner.view().detail.lines {
        let begin: String = line.text().chars().take(20).collect();
        assert!(seen.contains(begin.trim_end()), "{begin:?} is never shown: {seen}");
    }
    assert!(!below(&learner).contains("more, PgDn"), "{}", below(&learner));
}

/// Scrolls through the panel with keys: every line is shown at some point, and the number of remaining lines is shown.
fn read_all(learner: &mut Learner) {
    let shown = |learner: &Learner| text(&plain(&learner.app), learner.view().panel.area);
    let count = learner.view().panel.lines.len();
    learner.press(&"<PgUp>".repeat(count));
    let mut seen = String::new();
    for _ in 0..=count {
        let now = shown(learner);
        let most = learner.view().panel.most_scroll;
        assert_eq!(
            now.contains("more, PgDn"),
            learner.stage().panels.scroll < most,
            "{} of {most}: {now}",
            learner.stage().panels.scroll
        );
        seen += &now;
        if learner.stage().panels.scroll == most {
            break;
        }
        learner.press("<PgDn>");
    }
    let room = usize::from(learner.view().panel.area.width) - 2;
    for line in learner.view().panel.lines {
        assert!(line.width() <= room, "cut off: {:?}", line.text());
        assert!(seen.contains(line.text().trim_end()), "{:?} is never shown: {seen}", line.text());
    }
}

#[test]
fn every_lesson_can_be_read_completely_on_the_smallest_screen() {
    for lesson in Learner::new(SMALL).app.library.lessons() {
        let mut learner = Learner::in_lesson(lesson.id.as_str(), SMALL);
        for _ in 0..lesson.steps.len() + lesson.quiz.len() {
            read_all(&mut learner);
            // Show wrong and right answers with their reasons, wrong marks with the right ones, all hints, and the solution.
            for key in ["hhhh", "1", "2", "3", "4", "<Tab>m<Enter>"] {
                let place = learner.run().place();
                learner.press(key);
                if learner.run().place() != place {
                    learner.press("<Backspace>");
                }
                read_all(&mut learner);
            }
            learner.press("n");
        }
        read_all(&mut learner);
    }
}

#[test]
fn beside_the_canvas_no_line_of_a_lesson_is_truncated() {
    for lesson in Learner::new(LARGE).app.library.lessons() {
        let mut learner = Learner::in_lesson(lesson.id.as_str(), LARGE);
        let room = usize::from(learner.stage().viewport.regions.panel.width) - 2;
        for _ in 0..lesson.steps.len() + lesson.quiz.len() {
            let place = learner.run().place();
            for key in ["", "h", "1", "2"] {
                learner.press(key);
                for line in learner.view().panel.lines {
                    assert!(line.width() <= room, "cut off: {:?}", line.text());
                }
            }
            if learner.run().place() == place {
                learner.press("n");
            }
        }
    }
}

#[test]
fn a_long_text_can_be_scrolled_to_its_end_on_a_small_screen() {
    let paragraphs: Vec<String> = (0..40).map(|number| format!("\"Paragraph {number}.\"")).collect();
    let long = "A reason that takes its time. ".repeat(60);
    let lesson = include_str!("../lessons/small.ron").replacen("\"Read this.\"", &paragraphs.join(", "), 1);
    let lesson = lesson.replace("why: \"No.\"", &format!("why: \"{}\"", long.trim_end()));
    let mut library = library();
    library.extend(Sources { lessons: &[("small.ron", &lesson)], ..Sources::default() }).expect("valid content");
    let mut learner = Learner::with(library, Progress::default(), SMALL);
    assert!(learner.app.open_lesson("small"));
    assert!(learner.view().panel.most_scroll > 10);
    read_all(&mut learner);
    learner.press("nnnn1");
    assert!(learner.view().panel.most_scroll > 3);
    read_all(&mut learner);
}

#[test]
fn a_line_that_is_too_wide_is_visibly_truncated() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    learner.wait(30).select(&hop("lb-1", "web-1"));
    let area = learner.stage().viewport.regions.detail;
    let lines = learner.view().detail.lines;
    let shown = text(&plain(&learner.app), area);
    for (line, shown) in lines.iter().zip(shown.lines().skip(1)) {
        let cut = line.width() > usize::from(area.width) - 2;
        assert_eq!(shown.ends_with('…') && shown.chars().count() == usize::from(area.width), cut, "{shown}");
    }
}

#[test]
fn the_quiz() {
    let mut learner = at_step(6, LARGE);
    let asked = panels(&learner);
    learner.answer(1);
    compare("the_quiz", &format!("{asked}\n=== answered ===\n{}", panels(&learner)));
}

#[test]
fn the_end_of_a_lesson() {
    let mut learner = at_step(11, SMALL);
    compare("the_end_of_a_lesson", &panels(&learner));
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), hoplight::lesson::Place::Step(0), "the next lesson");
}

#[test]
fn nothing_selected_and_paused() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(30).press(" ");
    compare("nothing_selected_and_paused", &panels(&learner));
}

#[test]
fn the_balancer_with_a_dead_backend() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&server("server-2")).press("x").wait(90).select(&component("lb-1"));
    compare("the_balancer_with_a_dead_backend", &panels(&learner));
}

#[test]
fn components() {
    let each = ["fw-2", "db-2", "agent-2", "web-1", "browser", "dns", "monitor"];
    let all = each.map(|id| selected(&component(id)).trim_end().to_owned()).join("\n");
    compare("components", &all);
}

#[test]
fn a_server() {
    compare("a_server", &selected(&server("server-3")));
}

#[test]
fn an_exposed_hop() {
    compare("an_exposed_hop", &selected(&hop("lb-1", "web-1")));
}

#[test]
fn a_loopback_hop() {
    compare("a_loopback_hop", &selected(&hop("app-1", "db-1")));
}

#[test]
fn a_hop_that_tls_passes_through() {
    let mut learner = Learner::exploring(SMALL);
    learner.select(&hop("browser", "lb-1")).press("tt").wait(10).press("<Tab><BackTab>");
    compare("a_hop_that_tls_passes_through", &panels(&learner));
}

#[test]
fn a_followed_request() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("pr").wait(60).press("<Esc><Esc>");
    assert!(learner.app.stage().is_none(), "back at the course map");
    let mut learner = Learner::exploring(LARGE);
    learner.press("pr").wait(60);
    compare("a_request_that_is_followed", &panels(&learner));
}

#[test]
fn the_gauges_show_only_what_was_delivered() {
    let gauges = |learner: &Learner| text(&plain(&learner.app), learner.stage().viewport.regions.gauges);
    let mut learner = Learner::exploring(LARGE);
    learner.wait(60).press(" ");
    let before = gauges(&learner);
    assert!(before.contains('▰'), "{before}");
    // Increase the load tenfold, with no time for a new sample.
    let mut rushed = Learner::exploring(LARGE);
    rushed.wait(60).press(" ").press(&">".repeat(11));
    assert!(rushed.stage().sim().rate() > 10.0 * learner.stage().sim().rate());
    assert_eq!(gauges(&rushed), before);
}

#[test]
fn hidden_gauges_and_alerts_are_counted() {
    for (size, says) in [(SMALL, " 6 more"), (LARGE, " 4 more on the monitoring screen ")] {
        let mut learner = Learner::exploring(size);
        let infra = learner.app.library.scenario("design-1-repaired").expect("shipped").clone();
        learner.app.open_scenario(infra);
        let gauges = learner.stage().viewport.regions.gauges;
        let area = Area { y: gauges.y - u16::from(size == LARGE), height: gauges.height + u16::from(size == LARGE), ..gauges };
        let shown = text(&plain(&learner.app), area);
        assert!(shown.contains(says), "{shown}");
        let agents = learner.stage().sim().agents().len();
        assert_eq!(hoplight::app::gauges::places(learner.stage()).len() + if size == LARGE { 4 } else { 6 }, agents);
    }
    let mut learner = Learner::exploring(SMALL);
    learner.wait(30).select(&server("server-2")).press("x").wait(50).press("m");
    let of = |state| learner.stage().sim().alerts().iter().filter(|alert| alert.state == state).count();
    let (firing, pending) = (of(AlertState::Firing), of(AlertState::Pending));
    let shown = whole(&learner.app);
    let listed = |word: &str| shown.lines().filter(|line| line.trim_start_matches([' ', '»']).starts_with(word)).count();
    let left = firing + pending - listed("firing ") - listed("pending ");
    assert!(left > 0 && shown.contains(&format!(" {left} more (arrow keys) ")), "{firing}, {pending}: {shown}");
}

#[test]
fn a_wiretap_on_plaintext_and_one_on_tls() {
    let shown = |from: &str, to: &str, size| {
        let mut learner = Learner::exploring(size);
        learner.wait(20).select(&hop(from, to)).press("w").wait(10).press("<Tab><BackTab>");
        panels(&learner)
    };
    let both = |size| format!("{}\n{}", shown("lb-1", "web-1", size), shown("browser", "lb-1", size));
    compare("a_wiretap_large", &both(LARGE));
    compare("a_wiretap_small", &both(SMALL));
}

#[test]
fn a_hop_with_a_wiretap_shows_its_sign() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&hop("lb-1", "web-1"));
    let canvas = |learner: &Learner| text(&plain(&learner.app), learner.stage().viewport.regions.canvas);
    assert!(!canvas(&learner).contains('⊥'));
    learner.press("w");
    assert!(canvas(&learner).contains("⊥"), "{}", canvas(&learner));
    learner.press("w");
    assert!(!canvas(&learner).contains('⊥'));
}

#[test]
fn a_finished_request_keeps_its_path() {
    let mut learner = Learner::exploring(LARGE);
    learner.press(">>>>>>>").wait(20).press("r").wait(40);
    compare("a_request_that_has_ended", &panels(&learner));
    learner.app.resize(SMALL.0, SMALL.1);
    compare("a_request_that_has_ended_small", &panels(&learner));
}

#[test]
fn a_long_message_is_shown_whole_even_over_the_panel() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("Xbalancer crashes<Enter>");
    let said = learner.notice();
    let rows = hoplight::model::text::wrap(said, usize::from(SMALL.0) - 2);
    assert!(rows.len() > 2, "{said}");
    let screen = whole(&learner.app);
    for row in rows {
        assert!(screen.contains(row.trim()), "{row} is missing in\n{screen}");
    }
}

#[test]
fn the_first_lesson_shows_figures_once_they_are_explained() {
    let shown = |step: usize| {
        let mut learner = Learner::in_lesson("journey-of-a-request", SMALL);
        while learner.run().place() != hoplight::lesson::Place::Step(step) {
            learner.press("n");
        }
        let screen = whole(&learner.app);
        [screen.contains("p50"), screen.contains("agent-1 ▱") || screen.contains("no monitoring agent"), screen.contains("SPOFs")]
    };
    assert_eq!(shown(0), [false; 3]);
    assert_eq!(shown(8), [true, false, false]);
    assert_eq!(shown(11), [true, true, false]);
}
