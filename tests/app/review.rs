//! Design reviews on the stage: marks, the list of findings, the result, the repaired design.

use hoplight::app::task::Task;
use hoplight::app::task::review::ReviewTask;
use hoplight::app::{Effect, Key, KeyContext, Keymap};

use crate::learner::{LARGE, Learner, SMALL, component, hop};

fn opened(id: &str, size: (u16, u16)) -> Learner {
    let mut learner = Learner::new(size);
    assert!(learner.app.open_review(id), "no review {id}");
    assert_eq!(learner.app.key_context(), KeyContext::Review);
    learner
}

fn task(learner: &Learner) -> &ReviewTask {
    learner.stage().task.as_ref().and_then(Task::as_review).expect("a review is open")
}

/// Marks sentences, counted from one.
fn mark_sentences(learner: &mut Learner, numbers: &[usize]) {
    let count = task(learner).run().review().form().sentences.len();
    for number in 1..=count {
        if numbers.contains(&number) {
            learner.press("<Enter>");
        }
        learner.press("n");
    }
}

/// Chooses the findings of a list in the window.
fn choose(learner: &mut Learner, rules: &[&str]) {
    learner.press("F");
    for rule in rules {
        learner.press(rule);
        learner.press("<Enter>");
    }
    learner.press("<Esc>");
}

const RIGHT: [&str; 5] = ["single-point", "single-writer", "mixed-tiers", "balances-nothing", "tls-ends-at-balancer"];

fn answered(size: (u16, u16)) -> Learner {
    let mut learner = opened("write-up-2", size);
    mark_sentences(&mut learner, &[4, 8, 10]);
    learner.select(&hop("lb-1", "web-1")).press("m");
    learner.select(&hop("web-1", "app-1")).press("m");
    choose(&mut learner, &RIGHT);
    learner
}

/// Waits until both designs are measured.
fn measured(learner: &mut Learner) {
    for _ in 0..200 {
        learner.wait(1);
        if task(learner).difference().is_some() {
            return;
        }
    }
    panic!("the measurement does not end");
}

#[test]
fn an_honest_answer_earns_everything_and_is_recorded() {
    for size in [SMALL, LARGE] {
        let mut learner = answered(size);
        learner.press("S");
        assert!(learner.notice().starts_with("100 %"), "{}", learner.notice());
        assert!(learner.panel().contains("sentences 3/3, elements 2/2, findings 5/5"), "{}", learner.panel());
        assert_eq!(learner.app.progress.result("review/write-up-2"), Some(100));
        assert!(learner.effects.contains(&Effect::Save));
        measured(&mut learner);
        assert!(learner.panel().contains("single points of failure"), "{}", learner.panel());
    }
}

#[test]
fn marks_are_shown_and_can_be_removed() {
    let mut learner = opened("write-up-2", SMALL);
    assert!(learner.panel().contains("▸☐ 1/10"), "{}", learner.panel());
    learner.press("<Enter>");
    assert!(learner.panel().contains("▸☑ 1/10"), "{}", learner.panel());
    learner.press("<Enter>b");
    assert!(learner.panel().contains("▸☐ 10/10"), "the last sentence is before the first: {}", learner.panel());
    learner.press("m");
    assert_eq!(learner.notice(), "Select an element of the diagram first.");
    learner.select(&hop("lb-1", "web-1")).press("m");
    assert_eq!((learner.notice(), task(&learner).marks()), ("Marked lb-1 → web-1.", vec![hop("lb-1", "web-1")]));
    learner.press("m");
    assert!(task(&learner).marks().is_empty());
    learner.select(&component("browser")).press("m");
    assert!(learner.notice().starts_with("The question is not about browser"), "{}", learner.notice());
}

#[test]
fn findings_are_chosen_in_a_window_that_stays_open() {
    let mut learner = opened("write-up-2", LARGE);
    learner.press("Fmixed-tiers<Enter>");
    assert!(learner.app.window.is_some());
    assert_eq!(task(&learner).run().rules().len(), 1);
    learner.press("<Enter>");
    assert!(task(&learner).run().rules().is_empty(), "the same row is still selected");
    learner.press("<Esc>");
    assert!(learner.app.window.is_none());
}

#[test]
fn nothing_is_judged_without_marks_and_marks_are_final() {
    let mut learner = opened("write-up-2", SMALL);
    learner.press("S");
    assert!(learner.notice().starts_with("Nothing is marked yet") && task(&learner).run().result().is_none());
    learner.press("R");
    assert_eq!(learner.notice(), "Submit your marks first.");
    learner.press("<Enter>S");
    assert!(task(&learner).run().result().is_some());
    let before = task(&learner).run().sentences().clone();
    learner.press("<Enter>");
    assert_eq!((learner.notice(), task(&learner).run().sentences()), ("Your marks have been submitted.", &before));
}

#[test]
fn mistakes_are_explained() {
    let mut learner = opened("write-up-2", SMALL);
    learner.press("<Enter>S");
    assert!(learner.panel().contains("✗ 1 HAProxy is on server 1") && learner.panel().contains("right:"), "{}", learner.panel());
    learner.press("nnn");
    assert!(learner.panel().contains("missed: TLS ends at the balancer."), "{}", learner.panel());
    let result = task(&learner).run().result().expect("submitted").clone();
    assert!(!result.is_passed());
    assert!(learner.notice().is_empty() || !learner.notice().starts_with("100"), "{}", learner.notice());
}

#[test]
fn answers_are_not_shown_before_the_marks_are_submitted() {
    for size in [SMALL, LARGE] {
        let mut learner = opened("write-up-2", size);
        learner.press("v");
        learner.wait(2);
        assert!(learner.stage().panels.overlays.shown().is_none() || learner.stage().panels.overlays.is_suspended());
        let shown: String = learner.view().texts().collect::<Vec<_>>().join(" ");
        assert!(!shown.contains("it balances nothing"), "{shown}");
        assert!(!shown.contains("assumption"), "{shown}");
    }
}

#[test]
fn the_repaired_design_runs_on_the_same_stage() {
    let mut learner = answered(LARGE);
    learner.press("S");
    let written = learner.stage().infra().id().to_string();
    learner.press("R");
    assert_eq!(learner.stage().infra().id().as_str(), "design-2-repaired");
    assert!(task(&learner).shows_repaired() && task(&learner).judged_marks().is_none());
    measured(&mut learner);
    assert!(learner.panel().contains("shows the design as written"), "{}", learner.panel());
    learner.press("R");
    assert_eq!(learner.stage().infra().id().as_str(), written);
    assert!(task(&learner).judged_marks().is_some());
}

#[test]
fn the_course_map_lists_reviews_and_the_next_one_follows() {
    let mut learner = Learner::new(SMALL);
    learner.press(":requirements first<Enter>");
    assert_eq!(task(&learner).run().review().id().as_str(), "write-up-2", "{}", learner.notice());
    learner.press("E");
    assert_eq!(learner.notice(), "The design cannot be edited during a review.");
    learner.press("N");
    assert_eq!(task(&learner).run().review().id().as_str(), "write-up-3");
    let last = learner.app.catalogue.reviews.all().last().expect("shipped").id().to_string();
    assert!(learner.app.open_review(&last));
    learner.press("N");
    assert!(learner.notice().starts_with("This was the last review"), "{}", learner.notice());
}

#[test]
fn a_click_goes_to_a_sentence_and_a_second_one_marks_it() {
    let mut learner = opened("write-up-2", LARGE);
    let cell = learner.cell_of("  2 ");
    learner.click(cell);
    assert!(task(&learner).run().sentences().is_empty());
    learner.click(cell);
    assert_eq!(task(&learner).run().sentences().iter().copied().collect::<Vec<_>>(), [1]);
}

#[test]
fn every_review_of_the_folder_is_embedded() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/reviews");
    let names = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    let mut files: Vec<String> = names.map(|name| format!("lessons/reviews/{}", name.to_string_lossy())).collect();
    files.sort();
    let embedded: Vec<&str> = hoplight::content::REVIEWS.iter().map(|(file, _)| *file).collect();
    assert_eq!(embedded, files);
}

#[test]
fn random_keys_break_nothing() {
    let keymap = Keymap::default();
    let keys: Vec<Key> = keymap.at(KeyContext::Review).flat_map(|binding| binding.keys.clone()).collect();
    for (seed, size) in [(1_u64, SMALL), (2, LARGE), (3, (200, 60))] {
        let mut learner = opened("write-up-3", size);
        let mut state = seed;
        for act in 0..1_500_u32 {
            // The generator of Knuth's MMIX.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 40).expect("24 bits") % keys.len();
            learner.app.press(keys[at]);
            if act % 7 == 0 {
                learner.wait(1);
            }
            if learner.app.stage().is_none_or(|stage| stage.task.is_none()) {
                learner.app.window = None;
                assert!(learner.app.open_review("write-up-3"));
            }
            let lines = learner.view().panel.lines;
            assert!(!lines.is_empty(), "the panel says something after {}", keys[at]);
        }
    }
}
